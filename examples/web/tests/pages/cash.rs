//! Money at the desk: over the bank, by a code to scan, and what is in the drawer in the evening.

use oneservice_core::request::StageName;

use crate::support::between;
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_told_by_one_and_seen_by_another() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let path = desk_of(&receipt);
    let mut desk = town.sit("front-desk");
    let page = desk.get(&path);
    assert!(page.contains("value=\"transfer\"") && !page.contains("transfer-confirm"), "{page}");
    let page = desk.post(&path, &pairs(&[("act", "transfer"), ("reference", " ")]));
    assert_eq!(desk.status, 403);
    assert!(page.contains("Words are missing"), "{page}");
    desk.post(&path, &pairs(&[("act", "transfer"), ("reference", "FT2603-77")]));
    assert_eq!(desk.status, 200);
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Transfer recorded, waiting for confirmation"), "{page}");
    assert!(page.contains("your transfer is being confirmed") && page.contains("○ Not yet paid"), "{page}");

    let mut cashier = town.sit("cashier");
    let list = cashier.get("/en/desk");
    let listed = list.split("Transfers to confirm").nth(1).unwrap();
    assert!(listed.contains(&receipt.code.to_string()) && listed.contains("FT2603-77"), "{list}");
    assert!(!list.split("Transfers to confirm").next().unwrap().contains(&receipt.code.to_string()));
    let page = cashier.get(&path);
    assert!(page.contains("value=\"transfer-confirm\"") && !page.contains("value=\"pay\""), "{page}");
    cashier
        .post(&path, &pairs(&[("act", "transfer-reject"), ("reason", "OF-T01"), ("note", "Ask the bank")]));
    assert_eq!(cashier.status, 200);
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Not found on the bank account") && page.contains("Ask the bank"), "{page}");
    assert!(page.contains("pay at the cashier"), "{page}");

    // Now the cashier writes it down: another one has to see it.
    cashier.post(&path, &pairs(&[("act", "transfer"), ("reference", "FT2603-78")]));
    let page = cashier.get(&path);
    assert!(page.contains("another cashier confirms it") && !page.contains("value=\"transfer-confirm\""));
    cashier.post(&path, &pairs(&[("act", "transfer-confirm")]));
    assert_eq!(cashier.status, 403);
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::Submitted);
    let mut second = town.sit("cashier-2");
    second.post(&path, &pairs(&[("act", "transfer-confirm")]));
    assert_eq!(second.status, 200);
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Transfer confirmed, fee paid") && page.contains("✓ Paid"), "{page}");
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::InReview);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_paid_can_be_scanned() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let request = town.case(&receipt).await.request;
    let code = town.office.payment_code(&request).unwrap();
    let amount = request.record().outstanding().minor().to_string();
    assert!(code.contains(&format!("54{:02}{amount}5802KH", amount.len())), "{code}");
    assert!(code.contains(&format!("0109{}", receipt.code)), "the request's code is the reference: {code}");
    let page = town.visitor().get(&page_of(&receipt));
    let shown = between(&page, "Pay with your banking app", "</section>")[0];
    assert!(shown.contains("<svg") && shown.contains("a person looks for it on the account"), "{shown}");
    assert!(town.sit("cashier").get(&desk_of(&receipt)).contains("<svg"), "to be shown at the counter");
    town.pay(&receipt).await;
    assert!(!town.visitor().get(&page_of(&receipt)).contains("Pay with your banking app"), "it is paid");
    assert_eq!(town.office.payment_code(&town.case(&receipt).await.request), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_drawer_is_counted_before_the_page_says_what_ought_to_be_there() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let lang = oneservice_core::text::Lang::En;
    let taken = town.case(&receipt).await.request.record().fee.total;
    let mut cashier = town.sit("cashier");
    assert!(cashier.get("/en/desk").contains("/en/desk/cash"));
    let page = cashier.get("/en/desk/cash");
    assert!(page.contains("name=\"counted\"") && !page.contains(&taken.show(lang)), "counted blind: {page}");
    let page = cashier.post("/en/desk/cash", &pairs(&[("counted", "many")]));
    assert_eq!(cashier.status, 422);
    assert!(page.contains("in digits") && page.contains("value=\"many\""), "{page}");
    let page = cashier.post("/en/desk/cash", &pairs(&[("counted", "១,០០០")]));
    assert_eq!(cashier.status, 422);
    assert!(page.contains("coded reason"), "{page}");
    let form = [("counted", "១,០០០"), ("reason", "OF-D02"), ("note", "The drawer was open")];
    let page = cashier.post("/en/desk/cash", &pairs(&form));
    assert_eq!((cashier.status, cashier.path.as_str()), (200, "/en/desk/cash"));
    assert!(page.contains(&taken.show(lang)) && page.contains("The drawer was open"), "{page}");
    cashier.post("/en/desk/cash", &pairs(&form));
    assert_eq!(cashier.status, 422, "once a day");

    let mut auditor = town.sit("auditor");
    assert!(auditor.get("/en/desk").contains("/en/desk/cash"));
    let page = auditor.get("/en/desk/cash");
    assert!(page.contains("Not known yet") && !page.contains("name=\"counted\""), "{page}");
    auditor.post("/en/desk/cash", &pairs(&[("counted", "1")]));
    assert_eq!(auditor.status, 422, "auditors look");
    let mut examiner = town.sit("examiner");
    examiner.get("/en/desk/cash");
    assert_eq!(examiner.status, 404, "nobody else's");
}
