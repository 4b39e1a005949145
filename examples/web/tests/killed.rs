//! The server is killed while people send: whoever got a receipt has a request, whoever did not can send again, and
//! nothing is there twice or in half.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use support::{Server, Visitor, between};

const PEOPLE: usize = 16;

/// A draft that is ready to be sent, without papers: the form alone decides what is missing. Gives its path.
fn draft(visitor: &mut Visitor, nth: usize) -> String {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    visitor.post("/s/test.permit/start", &[pair("applicant", "person"), pair("purpose", "new")]);
    let path = visitor.path.clone();
    let form = [pair("name", &format!("សុខ {nth}")), pair("phone", "012345678")];
    visitor.post(&format!("{path}/q/applicant"), &form);
    visitor.post(&format!("{path}/sign"), &[pair("agree", "1"), pair("signer", "SOK")]);
    path
}

#[test]
fn a_receipt_outlives_the_server_on_redb() {
    eprintln!("{}", a_receipt_outlives_the_server("redb", 125));
}

#[test]
fn a_receipt_outlives_the_server_on_sqlite() {
    eprintln!("{}", a_receipt_outlives_the_server("sqlite", 10));
}

#[test]
fn a_receipt_outlives_the_server_on_postgres() {
    eprintln!("{}", a_receipt_outlives_the_server("postgres", 10));
}

/// Each of the people sends so many drafts to a server on `engine`. Gives the numbers, in words.
fn a_receipt_outlives_the_server(engine: &str, each: usize) -> String {
    let data = tempfile::tempdir().unwrap();
    let catalog = data.path().join("catalog");
    support::small_catalogue(&catalog);
    let server = Server::start_with(data.path(), engine, &catalog);
    // Two servers may be one office on one database; the embedded stores have one at a time.
    let beside = (engine == "postgres").then(|| Server::start_with(data.path(), engine, &catalog));
    let drafts: Vec<Vec<String>> = std::thread::scope(|scope| {
        let people: Vec<_> = (0..PEOPLE)
            .map(|person| {
                let mut visitor = Visitor::new(&server);
                scope.spawn(move || (0..each).map(|nth| draft(&mut visitor, person * each + nth)).collect())
            })
            .collect();
        people.into_iter().map(|person| person.join().unwrap()).collect()
    });

    let receipts: Mutex<Vec<(String, String)>> = Mutex::default();
    let answered = AtomicUsize::new(0);
    let all = PEOPLE * each;
    std::thread::scope(|scope| {
        for mine in &drafts {
            let visitor = Visitor::new(&server);
            let (receipts, answered) = (&receipts, &answered);
            scope.spawn(move || {
                for path in mine {
                    let sent = visitor.once(
                        "POST",
                        &format!("{path}/send"),
                        "application/x-www-form-urlencoded",
                        b"",
                    );
                    let Ok((303, headers, _)) = sent else { return };
                    let receipt =
                        headers.iter().find_map(|h| h.strip_prefix("location: ")).unwrap().to_owned();
                    receipts.lock().unwrap().push((path.clone(), receipt));
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while answered.load(Ordering::SeqCst) < all / 3 {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.kill_now();
    });
    drop(server);
    let receipts = receipts.into_inner().unwrap();

    let server = beside.unwrap_or_else(|| Server::start_with(data.path(), engine, &catalog));
    let mut visitor = Visitor::new(&server);
    let mut codes = std::collections::BTreeSet::new();
    for (path, receipt) in &receipts {
        let page = visitor.get(receipt);
        assert_eq!(visitor.status, 200, "the receipt of {path} is lost");
        let code = between(&page, "class=\"code\">", "<")[0].to_owned();
        let again = visitor.post(&format!("{path}/send"), &[]);
        assert_eq!((visitor.path.as_str(), visitor.status), (receipt.as_str(), 200));
        assert!(
            again.contains(&code) && codes.insert(code),
            "a repeat gives the same receipt, and no other has it"
        );
    }
    // Whoever was cut off sends again, and it is there once.
    for path in drafts.iter().flatten() {
        let page = visitor.post(&format!("{path}/send"), &[]);
        assert!(visitor.path.starts_with("/r/"), "{path} ended at {} ({})", visitor.path, visitor.status);
        codes.insert(between(&page, "class=\"code\">", "<")[0].to_owned());
    }
    assert_eq!(codes.len(), all, "every draft became one request");
    format!("{engine}: {all} drafts, {} acknowledged before the kill, lost 0, twice 0", receipts.len())
}
