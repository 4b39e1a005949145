//! Somebody besides the applicant signs, as both and the desk meet it on the pages.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oneservice_core::catalog::{DocumentFormat, Role};
use oneservice_core::request::StageName;

use crate::support::between;
use crate::town::{GUESTHOUSE, Town, catalogue_with, pairs};

/// Battambang, where the owner of the house signs for a guesthouse, too, and the fee is due at once.
fn catalog(folder: &Path) {
    catalogue_with(folder, "services/tourism/guesthouse-licence.toml", |text| {
        text.replace(
            "at_collection = true",
            "at_collection = true\ncosigner = { km = \"ម្ចាស់ផ្ទះ\", en = \"The owner of the house\" }",
        )
        .replace("when = \"on-approval\"", "when = \"on-submission\"")
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_10_examination_starts_when_fee_and_co_signature_are_both_there() {
    let folder = tempfile::tempdir().unwrap();
    catalog(folder.path());
    let town = Town::open_under(folder.path().to_owned(), None).await;

    // The fee first: the page says what is open, and gives the address for the co-signer.
    let receipt = town.apply(GUESTHOUSE).await;
    let mut applicant = town.visitor();
    let status = format!("/en/r/{}", receipt.key.text());
    let page = applicant.get(&status);
    assert!(page.contains("pay at the cashier") && page.contains("have the co-signer sign"), "{page}");
    town.pay(&receipt).await;
    let page = applicant.get(&status);
    assert!(!page.contains("pay at the cashier") && page.contains("have the co-signer sign"), "{page}");
    assert!(page.contains("The owner of the house"));
    let address = between(&page, "/en/c/", "<").concat();
    let mut owner = town.visitor();
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::Submitted);

    let own = format!("/en/c/{address}");
    let page = owner.get(&own);
    assert!(page.contains("SOK DARA") && page.contains("The owner of the house"), "{page}");
    // Neither without agreeing nor without a name and a paper; what was typed stays.
    let page = owner.post(&own, &pairs(&[("signer", "KEO SOPHEA"), ("identity", "national-id 6789")]));
    assert_eq!(owner.status, 422);
    assert!(page.contains("KEO SOPHEA"));
    owner.post(&own, &pairs(&[("agree", "1"), ("signer", " "), ("identity", "")]));
    assert_eq!(owner.status, 422);
    let png = oneservice_pilot::fake::document(DocumentFormat::Png);
    let drawn = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png));
    let name =
        [("agree", "1"), ("signer", "KEO SOPHEA"), ("identity", "national-id 6789"), ("drawn", &drawn)];
    let page = owner.post(&own, &pairs(&name));
    assert_eq!((owner.status, owner.path.as_str()), (200, own.as_str()));
    assert!(page.contains("KEO SOPHEA") && !page.contains("name=\"agree\""), "{page}");
    let case = town.case(&receipt).await;
    assert_eq!(case.request.stage(), StageName::InReview);
    let by: Vec<Role> = case.history.iter().map(|h| h.recorded.entry.by.role).collect();
    assert!(by.contains(&Role::Cosigner));
    let page = applicant.get(&status);
    assert!(page.contains("Co-signature given") && page.contains("KEO SOPHEA · national-id 6789"), "{page}");
    assert!(!page.contains("/en/c/"), "the address has done its service");
    // Who examines sees the signature itself.
    let mut desk = town.sit("examiner");
    let page = desk.get(&format!("/en/desk/r/{}", receipt.id));
    let seen = between(&page, "id=\"cosignature\"", "</section>").concat();
    assert!(seen.contains("KEO SOPHEA") && seen.contains("national-id 6789"), "{page}");
    desk.get(&between(&seen, "src=\"", "\"").concat());
    assert_eq!(desk.status, 200);

    // The signature first, on paper at the desk; no other key opens the page.
    let other = town.apply(GUESTHOUSE).await;
    let stranger = own.replace(&receipt.code.to_string(), &other.code.to_string());
    owner.get(&stranger);
    assert_eq!(owner.status, 404);
    let mut desk = town.sit("front-desk");
    let at = format!("/en/desk/r/{}", other.id);
    let page = desk.get(&at);
    assert!(page.contains("value=\"cosign\""), "{page}");
    desk.post(&at, &pairs(&[("act", "cosign"), ("signer", "CHAN VUTHY"), ("identity", "national-id 4321")]));
    let page = applicant.get(&format!("/en/r/{}", other.key.text()));
    assert!(page.contains("pay at the cashier") && !page.contains("have the co-signer sign"), "{page}");
    assert_eq!(town.case(&other).await.request.stage(), StageName::Submitted);
    town.pay(&other).await;
    assert_eq!(town.case(&other).await.request.stage(), StageName::InReview);
}
