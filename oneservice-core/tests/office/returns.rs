//! The right to one complete return: what an earlier return could have named is named later only by a logged exception.

use oneservice_core::catalog::Role;
use oneservice_core::ids::RequestId;
use oneservice_core::request::*;
use serde_json::json;

use crate::town::Town;

async fn sends_back(
    town: &Town,
    id: RequestId,
    items: &[&str],
    exception: Option<&str>,
) -> Result<AnyRequest, Vec<Denial>> {
    let correction = |item: &&str| {
        let (reason, note) = if *item == "documents.id-card" {
            ("TR-C01", None)
        } else {
            ("TR-C09", Some("too large".into()))
        };
        Correction { item: item.parse().unwrap(), reason: reason.parse().unwrap(), note }
    };
    let command = Command::Return {
        step: "intake".parse().unwrap(),
        corrections: items.iter().map(correction).collect(),
        note: None,
        exception: exception.map(|code| code.parse().unwrap()),
    };
    town.act(id, Role::FrontDesk, command).await
}

async fn answers(town: &Town, id: RequestId, area: Option<&str>, explained: &[&str]) {
    let corrections = Corrections {
        channel: Channel::Web,
        answers: area.map(|area| ("area".to_owned(), json!(area))).into_iter().collect(),
        evidence: Vec::new(),
        signature: None,
        explanations: explained
            .iter()
            .map(|item| (item.parse().unwrap(), "It is right".to_owned()))
            .collect(),
    };
    town.asks(id, Command::Resubmit(corrections)).await.unwrap();
}

fn codes(denials: &[Denial]) -> Vec<&'static str> {
    denials.iter().map(Denial::code).collect()
}

#[tokio::test]
async fn a_later_return_names_what_was_touched_since_or_says_why() {
    const CARD: &str = "documents.id-card";
    const AREA: &str = "form.area";
    let town = Town::with(&[]).await;
    let id = town.apply().await;
    town.pay(id).await;
    // The first return is free: an exception would be one from nothing, and is not recorded.
    let first = sends_back(&town, id, &[CARD], Some("OF-N01")).await.unwrap();
    assert_eq!(first.record().returns[0].exception, None);
    answers(&town, id, None, &[CARD]).await;

    let denied = sends_back(&town, id, &[CARD, AREA], None).await.unwrap_err();
    assert_eq!(denied, [Denial::LateDefect { item: AREA.parse().unwrap() }]);
    // A rejection is no way around it: the item must be named, and cannot be.
    let verdict = Verdict::Rejected { reason: "TR-C09".parse().unwrap(), note: Some("too large".into()) };
    let judge = Command::Judge { step: "intake".parse().unwrap(), item: AREA.parse().unwrap(), verdict };
    town.act(id, Role::FrontDesk, judge).await.unwrap();
    assert_eq!(codes(&sends_back(&town, id, &[CARD], None).await.unwrap_err()), ["defect-left-out"]);
    assert_eq!(codes(&sends_back(&town, id, &[AREA], None).await.unwrap_err()), ["late-defect"]);
    // A reason of another kind is none.
    assert_eq!(codes(&sends_back(&town, id, &[AREA], Some("OF-L01")).await.unwrap_err()), ["reason-unknown"]);

    let excepted = sends_back(&town, id, &[AREA], Some("OF-N01")).await.unwrap();
    let logged = excepted.record().returns[1].exception.as_ref().map(|code| code.as_str());
    assert_eq!(logged, Some("OF-N01"));
    let case = town.office.case(id).await.unwrap();
    assert!(
        matches!(&case.history.last().unwrap().recorded.fact, AnyFact::Return(back) if back.exception.is_some())
    );

    // The answer was corrected: it may be named again. The card was not touched this time.
    answers(&town, id, Some("31.5"), &[]).await;
    assert_eq!(codes(&sends_back(&town, id, &[CARD], None).await.unwrap_err()), ["late-defect"]);
    let third = sends_back(&town, id, &[AREA], None).await.unwrap();
    assert_eq!((third.stage(), &third.record().returns[2].exception), (StageName::Returned, &None));
}
