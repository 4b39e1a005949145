//! A result is renewed: when, under which version, and what the new draft knows already.

use oneservice_core::catalog::{Catalog, FromResult, Purpose, Role};
use oneservice_core::ids::RequestId;
use oneservice_core::office::{NewDraft, OfficeError};
use oneservice_core::request::*;
use oneservice_core::store::MemoryStore;
use oneservice_core::testing::sample;
use serde_json::json;

use crate::town::{STALL, Town};

const SECOND: &str = "services/trade/market-stall.v2.toml";
/// A question for the number, which the sample does not ask.
const NUMBER: &str = "\n[[sections.fields]]\nid = \"previous_number\"\ntype = \"latin-text\"\n\
                      label = { km = \"លេខចាស់\", en = \"Previous number\" }\nrequired = false\nmax_length = 30\n\
                      from_result = \"number\"\n\n[[sections.fields]]\nid = \"previous_licence\"";

/// The sample, and from 2027 on a second version that no longer asks for the capital, and asks for the number.
async fn two_versions(second: &[(&str, &str)]) -> Town {
    let mut files = sample::files();
    let mut text = files[STALL].clone();
    let begun = [
        ("version = 1", "version = 2"),
        ("valid_from = \"2026-01-01\"", "valid_from = \"2027-01-01\""),
        ("id = \"capital\"", "id = \"money_put_in\""),
        ("\n[[sections.fields]]\nid = \"previous_licence\"", NUMBER),
    ];
    for (from, to) in begun.iter().chain(second) {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    files.insert(SECOND.into(), text);
    Town::of(MemoryStore::default(), "2026-06-01T04:00:00Z", Catalog::parse(&files).unwrap()).await
}

async fn handed_over(town: &Town) -> RequestId {
    let id = town.apply().await;
    town.pay(id).await;
    town.grant(id).await;
    let service = town.request(id).await.service().clone();
    let signed = town.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await.unwrap();
    let (name, identity) = ("SOK DARA".to_owned(), "national-id 6789".to_owned());
    let collect = Command::Collect {
        collector: Collector { name, relation: Relation::Applicant, identity, mandate: None },
        signature: Some(signed),
        originals_seen: vec!["id-card".parse().unwrap()],
    };
    town.act(id, Role::FrontDesk, collect).await.unwrap();
    id
}

async fn refused(town: &Town, id: RequestId) -> Unfollowable {
    match town.office.successor_draft(id, Purpose::Renewal, Channel::Web).await {
        Err(OfficeError::NotFollowable(why)) => {
            let code = OfficeError::NotFollowable(why).code();
            assert!(Unfollowable::CODES.contains(&code), "{code}");
            why
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_draft_knows_what_was_said_and_what_came_of_it() {
    let town = two_versions(&[]).await;
    let former = handed_over(&town).await;
    let record = town.request(former).await.record().clone();
    let result = record.result.clone().unwrap();
    town.go_to("2027-05-10");
    let draft = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    let content = draft.content().clone();
    assert_eq!((content.purpose, content.follows), (Purpose::Renewal, Some(former)));
    assert_eq!((content.service.version, content.corrects), (2, None));
    assert_eq!(content.answers["name_latin"], "SOK DARA");
    assert_eq!(content.answers["area"], record.answers["area"]);
    assert_eq!(content.answers["previous_expiry"], json!(result.valid_until.unwrap().to_string()));
    assert_eq!(content.answers["previous_number"], json!(result.number));
    assert!(content.evidence.is_empty() && content.signature.is_none(), "papers age, and nobody has signed");
    let carried = content.carried.clone().unwrap();
    assert_eq!(carried.from, record.service);
    let aside: Vec<&str> = carried.answers.iter().map(|aside| aside.field.as_str()).collect();
    assert_eq!(aside, ["capital"], "no longer asked");
    assert!(!content.answers.contains_key("capital"));
    let problems = draft.assess().await.unwrap().problems;
    let wrong: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert!(
        wrong.iter().all(|path| ["form.money_put_in", "documents.id-card", "signature"].contains(path)),
        "{problems:?}"
    );
    // Who asks again finds the same draft, with what was typed into it.
    let mut draft = draft;
    draft.answer("stalls", 2).await.unwrap();
    let again = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    assert_eq!((again.key(), &again.content().answers["stalls"]), (draft.key(), &json!(2)));
}

#[tokio::test]
async fn what_is_sent_remembers_what_it_renews() {
    let town = Town::with(&[]).await;
    let former = handed_over(&town).await;
    town.go_to("2027-05-10");
    let mut draft = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    let key = draft.key();
    assert!(draft.content().carried.is_none(), "the same version");
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let receipt = draft.submit().await.unwrap();
    assert_eq!(receipt.key, key);
    assert_eq!(town.request(receipt.id).await.record().follows, Some(former));
    let next = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    assert_ne!(next.key(), key, "the first link opens the request that was sent");

    // A draft whose purpose was changed renews nothing.
    let mut other = next;
    other.set_applicant(record_kind(&town, former).await, false, Purpose::New).await.unwrap();
    other.answers([("previous_expiry".to_owned(), json!(null))].into_iter().collect()).await.unwrap();
    other.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
    other.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let receipt = other.submit().await.unwrap();
    assert_eq!(town.request(receipt.id).await.record().follows, None);
}

async fn record_kind(town: &Town, id: RequestId) -> oneservice_core::catalog::ApplicantKind {
    town.request(id).await.record().applicant
}

#[tokio::test]
async fn not_before_the_window_that_the_reminder_names() {
    let town = Town::with(&[]).await;
    let former = handed_over(&town).await;
    let last = town.request(former).await.record().result.clone().unwrap().valid_until.unwrap();
    let opens = last.saturating_sub(jiff::Span::new().days(60));
    assert_eq!(refused(&town, former).await, Unfollowable::NotYet { from: opens });
    town.go_to(&opens.yesterday().unwrap().to_string());
    assert_eq!(refused(&town, former).await, Unfollowable::NotYet { from: opens });
    assert!(!town.tick().await.contains(&FactName::Reminder));
    town.go_to(&opens.to_string());
    assert!(town.tick().await.contains(&FactName::Reminder), "the same day");
    town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    // Once it has expired, too: the fee for coming late is the catalogue's.
    town.go_to(&last.saturating_add(jiff::Span::new().days(40)).to_string());
    town.tick().await;
    let late = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    assert!(late.assess().await.unwrap().fee.lines.iter().any(|line| line.id == "late"));
}

#[tokio::test]
async fn what_cannot_be_renewed_says_why() {
    let town = Town::with(&[]).await;
    let open = town.apply().await;
    assert_eq!(refused(&town, open).await, Unfollowable::NotCollected);
    town.asks(open, Command::Withdraw { reason: None }).await.unwrap();
    assert_eq!(refused(&town, open).await, Unfollowable::NotCollected);

    // Revoked before and after the draft was begun.
    let former = handed_over(&town).await;
    town.go_to("2027-05-10");
    let mut draft = town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await.unwrap();
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let revoke = Command::Revoke { reason: "OF-V01".parse().unwrap(), note: None };
    town.act(former, Role::Approver, revoke).await.unwrap();
    assert_eq!(refused(&town, former).await, Unfollowable::Stands { standing: Standing::Revoked });
    match draft.submit().await {
        Err(OfficeError::NotFollowable(Unfollowable::Stands { standing: Standing::Revoked })) => {}
        other => panic!("{other:?}"),
    }

    let town = two_versions(&[
        ("purposes = [\"new\", \"renewal\"]", "purposes = [\"new\", \"amend\"]"),
        ("from_result = \"valid_until\"\n", ""),
        ("from_result = \"number\"\n", ""),
    ])
    .await;
    let former = handed_over(&town).await;
    town.go_to("2027-05-10");
    assert_eq!(refused(&town, former).await, Unfollowable::NoPurpose);

    let town = two_versions(&[("version = 2", "version = 2\nwithdrawn_on = \"2027-03-01\"")]).await;
    let former = handed_over(&town).await;
    town.go_to("2027-05-10");
    match town.office.successor_draft(former, Purpose::Renewal, Channel::Web).await {
        Err(OfficeError::NotOffered { .. }) => {}
        other => panic!("{other:?}"),
    }
}

/// A program cannot say that it renews what it does not.
#[tokio::test]
async fn a_program_renews_by_the_same_rule() {
    let town = Town::with(&[]).await;
    let former = handed_over(&town).await;
    let service = town.request(former).await.service().clone();
    let card = town.office.keep(&service, "id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
    let signed = town.office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let new = NewDraft {
        purpose: Purpose::Renewal,
        follows: Some(former),
        channel: Channel::Program,
        ..NewDraft::of("trade.market-stall")
    };
    let mut answers = sample::answers();
    answers.insert("previous_expiry".into(), json!("2027-06-01"));
    let send = || {
        let (new, answers, card, signed) = (new.clone(), answers.clone(), card.clone(), signed.clone());
        town.office.submit_whole(new, answers, vec![card], Some(signed), &Actor::Applicant, None)
    };
    match send().await {
        Err(OfficeError::NotFollowable(Unfollowable::NotYet { .. })) => {}
        other => panic!("{other:?}"),
    }
    town.go_to("2027-05-10");
    let receipt = send().await.unwrap();
    assert_eq!(town.request(receipt.id).await.record().follows, Some(former));
}

#[test]
fn a_question_takes_from_a_former_result_what_it_can_hold() {
    let catalog = sample::catalog().unwrap();
    let service = catalog.services().next().unwrap();
    assert_eq!(service.field("previous_expiry").unwrap().from_result, Some(FromResult::ValidUntil));
    assert_eq!(service.field("name_latin").unwrap().from_result, None);
}
