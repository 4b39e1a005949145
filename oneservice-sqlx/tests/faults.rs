//! What goes wrong between the library and PostgreSQL, injected: each error ends as it must, and nothing is lost or twice there.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oneservice_core::store::{
    Drafts, GroupCommit, Limits, Log, Outcome, Requests, Store, StoreError, Written,
};
use oneservice_core::testing::fixtures::{commit, draft, office};
use oneservice_sqlx::testing::PostgresServer;
use oneservice_sqlx::{PostgresOptions, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;

async fn open(url: &str) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(&url.parse::<PostgresOptions>().unwrap()).await
}

async fn admin(server: &PostgresServer, sql: &str) {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

/// Lets inserts of events fail with `code` so many times, while the statement runs or at its commit.
async fn fail_with(server: &PostgresServer, code: &str, times: u32, at_commit: bool) {
    let trigger = if at_commit {
        "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON oneservice.event DEFERRABLE INITIALLY DEFERRED"
    } else {
        "CREATE TRIGGER fault BEFORE INSERT ON oneservice.event"
    };
    // A sequence counts also what is rolled back.
    let sql = format!(
        "DROP TRIGGER IF EXISTS fault ON oneservice.event; DROP SEQUENCE IF EXISTS public.fault; CREATE SEQUENCE public.fault; \
         CREATE OR REPLACE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('public.fault') <= {times} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; \
         {trigger} FOR EACH ROW EXECUTE FUNCTION public.fault()"
    );
    admin(server, &sql).await;
}

#[tokio::test]
async fn each_error_of_the_server_ends_as_its_table_says() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let store = open(&server.url()).await.unwrap();
    let mut n = 0;
    for at_commit in [false, true] {
        for code in ["40001", "40P01"] {
            n += 1;
            fail_with(&server, code, 3, at_commit).await;
            let outcomes = store.commit(&[commit(n, 0)]).await.unwrap();
            assert!(matches!(outcomes[..], [Outcome::Committed(_)]), "{code}: {outcomes:?}");
        }
        for (code, written) in [
            ("22021", Written::No),
            ("42501", Written::No),
            ("55P03", Written::No),
            ("57014", Written::Unknown),
            ("XX000", Written::Unknown),
        ] {
            n += 1;
            fail_with(&server, code, 1, at_commit).await;
            let error = store.commit(&[commit(n, 0)]).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable { .. }), "{code}: {error:?}");
            assert_eq!(error.written(), written, "{code}");
            assert_eq!(store.outcome(&office(), commit(n, 0).id).await.unwrap(), None);
        }
        n += 1;
        fail_with(&server, "53100", 1, at_commit).await;
        let error = store.commit(&[commit(n, 0)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { written: Written::No, .. }), "{error:?}");
        n += 1;
        fail_with(&server, "XX001", 1, at_commit).await;
        let error = store.commit(&[commit(n, 0)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        // What nobody knows, the queue finds out, and runs again what is not there.
        n += 1;
        fail_with(&server, "XX000", 2, at_commit).await;
        let group = GroupCommit::new(Arc::new(store.clone()), Limits::default());
        assert!(matches!(group.commit(commit(n, 0)).await, Ok(Outcome::Committed(_))));
        group.close().await;
    }
    assert_eq!(
        store.head(&office()).await.unwrap().size,
        6,
        "four that were tried again, and two that were found out"
    );
}

/// A socket that passes everything on to `server`, until it is told to lose answers: then what is asked arrives, its answer does not,
/// and the connection is gone.
///
/// `cut` closes the connections that there are at once, without waiting for an answer.
async fn proxy(folder: &Path, server: &PostgresServer, loses: Arc<AtomicBool>, cut: Arc<Notify>) {
    let to = server.folder().join(".s.PGSQL.5432");
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (to, loses, cut) = (to.clone(), Arc::clone(&loses), Arc::clone(&cut));
            tokio::spawn(async move {
                let server = UnixStream::connect(to).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let there = async { tokio::io::copy(&mut from_client, &mut to_server).await };
                let back = async {
                    let mut bytes = [0; 8_192];
                    loop {
                        match from_server.read(&mut bytes).await {
                            Ok(0) | Err(_) => return,
                            // Six bytes only say that the server is ready.
                            Ok(count) if count > 6 && loses.swap(false, Ordering::SeqCst) => return,
                            Ok(count) => to_client.write_all(&bytes[..count]).await.unwrap(),
                        }
                    }
                };
                tokio::select! { _ = there => {}, () = back => {}, () = cut.notified() => {} }
            });
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_found_out() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let loses = Arc::new(AtomicBool::default());
    proxy(folder.path(), &server, Arc::clone(&loses), Arc::default()).await;
    let url = format!("postgres://postgres@localhost/postgres?host={}&pool=2", folder.path().display());
    let store = open(&url).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();

    loses.store(true, Ordering::SeqCst);
    let error = store.commit(&[commit(2, 0)]).await.unwrap_err();
    assert_eq!(error.written(), Written::Unknown, "{error:?}");
    assert!(store.outcome(&office(), commit(2, 0).id).await.unwrap().is_some(), "this one arrived");

    let group = GroupCommit::new(Arc::new(store.clone()), Limits::default());
    for n in 3..60 {
        loses.store(n % 2 == 0, Ordering::SeqCst);
        assert!(matches!(group.commit(commit(n, 0)).await, Ok(Outcome::Committed(_))), "{n}");
    }
    assert_eq!(store.head(&office()).await.unwrap().size, 59, "each is there, and once");
    // A draft is saved again as it was, and a question asked again.
    for n in 0..10 {
        loses.store(true, Ordering::SeqCst);
        store.save_draft(&office(), &draft(&format!("form {n}"), 1, 10), 0).await.unwrap();
        loses.store(true, Ordering::SeqCst);
        assert_eq!(store.history(&office(), commit(7, 0).request).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_one_office_delays_no_other() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let group = GroupCommit::new(Arc::new(open(&server.url()).await.unwrap()), Limits::default());
    assert!(matches!(group.commit(commit(1, 0)).await, Ok(Outcome::Committed(_))));
    let mut holder = PgConnection::connect(&server.url()).await.unwrap();
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM oneservice.head FOR UPDATE").execute(&mut *held).await.unwrap();
    let waits = tokio::spawn(group.commit(commit(2, 0)));
    for n in 3..10 {
        let mut elsewhere = commit(n, 0);
        elsewhere.office = "elsewhere".parse().unwrap();
        assert!(matches!(group.commit(elsewhere).await, Ok(Outcome::Committed(_))));
    }
    assert!(!waits.is_finished(), "the lock is still held");
    held.rollback().await.unwrap();
    assert!(matches!(waits.await.unwrap(), Ok(Outcome::Committed(_))));
    group.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_being_written_is_waited_for() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cut = Arc::new(Notify::new());
    proxy(folder.path(), &server, Arc::default(), Arc::clone(&cut)).await;
    let url = format!("postgres://postgres@localhost/postgres?host={}&pool=2", folder.path().display());
    let store = open(&url).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    admin(
        &server,
        "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$; \
         CREATE TRIGGER slow BEFORE INSERT ON oneservice.event FOR EACH ROW EXECUTE FUNCTION public.slow()",
    )
    .await;

    let (writing, slow) = (store.clone(), commit(2, 0));
    let id = slow.id;
    let written = tokio::spawn(async move { writing.commit(&[slow]).await });
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let sleeps = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while !sqlx::query_scalar::<_, bool>(sleeps).fetch_one(&mut connection).await.unwrap() {}
    cut.notify_waiters();
    let error = written.await.unwrap().unwrap_err();
    assert_eq!(error.written(), Written::Unknown, "{error:?}");
    // The server has not noticed and goes on.
    assert!(sqlx::query_scalar::<_, bool>(sleeps).fetch_one(&mut connection).await.unwrap());
    assert!(store.outcome(&office(), id).await.unwrap().is_some(), "it is there in the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_and_comes_back_is_waited_for() {
    let mut server = PostgresServer::start(&[]).unwrap();
    let store: Arc<dyn Store> = Arc::new(open(&server.url()).await.unwrap());
    let group = GroupCommit::new(Arc::clone(&store), Limits::default());
    for n in 1..=4 {
        assert!(matches!(group.commit(commit(2 * n, 0)).await, Ok(Outcome::Committed(_))));
        if n % 2 == 0 { server.stop() } else { server.kill() }.unwrap();
        let waits = group.commit(commit(2 * n + 1, 0));
        let (answer, restarted) = tokio::join!(waits, async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            tokio::task::spawn_blocking(move || server.restart().map(|()| server)).await.unwrap()
        });
        server = restarted.unwrap();
        assert!(matches!(answer, Ok(Outcome::Committed(_))), "{answer:?}");
    }
    assert_eq!(store.head(&office()).await.unwrap().size, 8);
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let mut server = PostgresServer::start(&["fsync=off"]).unwrap();
    let said = |error: StoreError| match error {
        StoreError::Unavailable { written: Written::No, source, .. } => source.to_string(),
        other => panic!("{other:?}"),
    };
    let url = server.url();
    let error = open(&url.replace("/postgres?", "/nowhere?")).await.unwrap_err();
    assert!(said(error).contains("database \"nowhere\" does not exist"));
    let error = open(&url.replace("postgres@", "nobody@")).await.unwrap_err();
    assert!(said(error).contains("role \"nobody\" does not exist"));
    let error = open("postgres://office@127.0.0.1:1/office").await.unwrap_err();
    assert!(said(error).contains("refused"));

    let store = open(&url).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    // A password, and a role that may only read.
    let rules = server.folder().join("data/pg_hba.conf");
    let text = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(&rules, format!("local all guarded scram-sha-256\n{text}")).unwrap();
    admin(
        &server,
        "CREATE ROLE guarded LOGIN PASSWORD 'right'; CREATE ROLE reader LOGIN; SELECT pg_reload_conf()",
    )
    .await;
    let wrong = url.replace("postgres@", "guarded:wrong@");
    let error = loop {
        match open(&wrong).await {
            Err(error) if said(error.clone()).contains("password") => break error,
            // Until the server has read its rules again.
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert!(said(error).contains("password authentication failed for user \"guarded\""));
    let error = open(&url.replace("postgres@", "reader@")).await.unwrap_err();
    assert!(said(error).contains("permission denied"));

    // A standby shows what is there and takes nothing.
    let standby = server.standby(&[], "s1").unwrap();
    let copy = open(&standby.url()).await.unwrap();
    while copy.head(&office()).await.unwrap().size == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(copy.history(&office(), commit(1, 0).request).await.unwrap().len(), 1);
    assert!(said(copy.commit(&[commit(2, 0)]).await.unwrap_err()).contains("read-only"));
    copy.close().await;
    drop(standby);

    // The one connection for writing is taken, because somebody holds the office's log. Questions have their own.
    let few = open(&format!("{url}&pool=2")).await.unwrap();
    let mut holder = PgConnection::connect(&url).await.unwrap();
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM oneservice.head FOR UPDATE").execute(&mut *held).await.unwrap();
    let waits = few.clone();
    let waiting = tokio::spawn(async move { waits.commit(&[commit(2, 0)]).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(few.head(&office()).await.unwrap().size, 1);
    // Nobody waits without end, neither for the lock nor for the connection.
    let error = few.commit(&[commit(3, 0)]).await.unwrap_err();
    assert!(
        ["pool timed out", "lock timeout"].iter().any(|why| error
            .source()
            .unwrap()
            .to_string()
            .contains(why))
    );
    assert!(said(waiting.await.unwrap().unwrap_err()).contains("lock timeout"));
    held.rollback().await.unwrap();
    assert!(matches!(few.commit(&[commit(2, 0)]).await.unwrap()[..], [Outcome::Committed(_)]));

    // Schemas that are not this program's.
    admin(&server, "UPDATE oneservice.migration SET success = false").await;
    assert!(
        matches!(open(&url).await, Err(StoreError::Corrupt { what, .. }) if what.contains("partially applied"))
    );
    admin(&server, "UPDATE oneservice.migration SET success = true, checksum = 'x'").await;
    assert!(
        matches!(open(&url).await, Err(StoreError::Corrupt { what, .. }) if what.contains("has been modified"))
    );
    admin(&server, "UPDATE oneservice.migration SET version = 9999 WHERE version = 1").await;
    assert!(matches!(open(&url).await, Err(StoreError::Newer { found: 9999, .. })));

    server.stop().unwrap();
    assert!(said(open(&url).await.unwrap_err()).contains("No such file"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_start_at_once_make_one_schema() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    for nth in 0..5 {
        let options: PostgresOptions = format!("{}&schema=race_{nth}", server.url()).parse().unwrap();
        let starting: Vec<_> = (0..4)
            .map(|_| {
                let options = options.clone();
                tokio::spawn(async move { PostgresStore::open(&options).await })
            })
            .collect();
        for store in starting {
            let store = store.await.unwrap().unwrap();
            store.head(&office()).await.unwrap();
            store.close().await;
        }
    }
}
