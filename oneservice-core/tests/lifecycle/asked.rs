//! What pages and programs ask of a request, an officer or a name.

use std::str::FromStr;

use oneservice_core::catalog::Role;
use oneservice_core::ids::{Digest32, StepId};
use oneservice_core::request::*;
use oneservice_core::testing::clerk::Who;
use oneservice_core::testing::clerk::work::{actor, answers, intake, signature};
use serde_json::json;

use super::corners::{Case, approve, collect, pass, step};

const COSIGNER: (&str, &str) =
    ("at_collection = true", "at_collection = true\ncosigner = { km = \"ម្ចាស់ផ្ទះ\", en = \"The owner\" }");

#[test]
fn a_request_can_be_cosigned_while_it_waits_for_that() {
    assert!(!Case::under(&[]).request.can_be_cosigned(), "the service wants nobody else");
    let mut case = Case::under(&[COSIGNER]);
    assert!(case.request.can_be_cosigned());
    let mut gone = Case::under(&[COSIGNER]);
    assert!(gone.tries(Who::Applicant, Command::Withdraw { reason: None }).is_empty());
    assert!(!gone.request.can_be_cosigned(), "what is over is not signed any more");
    let cosign = |signer: Signature| Command::Cosign { identity: "card".to_owned(), signature: signer };
    let digital = Signature { method: SignatureMethod::Digital, ..signature("CHAN THY") };
    assert_eq!(case.tries(Who::Cosigner, cosign(digital)), ["signature-missing"]);
    assert!(case.tries(Who::Cosigner, cosign(signature("CHAN THY"))).is_empty());
    assert!(!case.request.can_be_cosigned());
}

#[test]
fn a_proxy_of_another_name_is_told_from_one_whose_words_stand_in_another_order() {
    let mut case = Case::under(&[]).ready();
    let (identity, code) = ("national-id 6789".to_owned(), Digest32::sha256(&[b"one"]));
    let mandate = Mandate { name: "Chan  THY".to_owned(), identity: identity.clone(), code };
    assert!(case.tries(Who::Applicant, Command::GiveMandate(mandate)).is_empty());
    let differs = |name: &str, mandate: Option<MandateProof>| {
        let relation = Relation::Proxy;
        let identity = identity.clone();
        case.request.record().proxy_differs(&Collector { name: name.to_owned(), identity, relation, mandate })
    };
    let by_code = Some(MandateProof::Code(code));
    assert!(!differs("THY CHAN", by_code));
    assert!(differs("THY SOK", by_code));
    assert!(differs("THY", by_code));
    assert!(!differs("THY SOK", Some(MandateProof::Paper)), "the officer saw who is named there");
    assert!(!differs("THY SOK", Some(MandateProof::Code(Digest32::sha256(&[b"two"])))));
}

#[test]
fn what_can_be_judged_is_what_the_service_asks_for() {
    let case = Case::under(&[]);
    let has = |item: &str| case.request.record().has_item(&item.parse().unwrap(), case.request.service());
    for item in ["form.area", "form.plate", "documents.id-card", "documents.health-letter", "signature"] {
        assert!(has(item), "{item}: answered, or a place for an answer");
    }
    for item in ["form.rooms", "documents.passport"] {
        assert!(!has(item), "{item}");
    }
    let unsigned = [("required = true\nkinds", "required = false\nkinds")];
    let case = Case::under(&unsigned);
    assert!(!case.request.record().has_item(&Item::Signature, case.request.service()));
    let is_given = |document: &str| case.request.record().is_given(&document.parse().unwrap());
    assert!(is_given("id-card") && !is_given("health-letter"));
}

#[test]
fn an_item_is_written_as_the_path_of_its_problem() {
    for text in ["form.area", "documents.id-card", "signature"] {
        let item: Item = text.parse().unwrap();
        assert_eq!(item.to_string(), text);
        assert_eq!(serde_json::to_value(&item).unwrap(), json!(text));
        assert_eq!(serde_json::from_value::<Item>(json!(text)).unwrap(), item);
    }
    for text in [
        "",
        "area",
        "Signature",
        "form",
        "form.",
        "form.No",
        "papers.id-card",
        "signature.form",
        "documents.a_b",
    ] {
        let error = text.parse::<Item>().unwrap_err();
        assert!(error.to_string().contains("is not an item"), "{text}");
        assert!(serde_json::from_value::<Item>(json!(text)).is_err(), "{text}");
    }
}

/// A step that does not apply counts as done, and what comes after it waits for what comes before it.
#[test]
fn what_comes_after_a_step_that_is_left_out_waits_for_what_comes_before_it() {
    let chain = [
        ("after = [\"intake\"]\nworking_days = 4", "after = [\"examine\"]\nworking_days = 3"),
        ("after = [\"examine\", \"opinion-health\"]", "after = [\"opinion-health\"]"),
    ];
    let mut case = Case::under(&chain);
    let open = |case: &Case| {
        let steps: Vec<String> = case.request.open_steps().iter().map(|step| step.id.to_string()).collect();
        steps.join(" ")
    };
    assert_eq!(open(&case), "intake");
    assert!(case.tries(Who::Desk, pass("intake", vec![])).is_empty());
    assert_eq!(open(&case), "examine");
    assert_eq!(
        case.hears(&actor(Who::Approver), approve("approve"))[0],
        Denial::StepNotOpen { step: step("approve"), open: vec![step("examine")] }
    );
    assert!(case.tries(Who::Examiner, pass("examine", vec![])).is_empty());
    assert_eq!(open(&case), "approve");
    // Where it applies, it comes between them.
    let mut case = Case::sent(&chain, |intake| intake.answers = answers(true));
    assert!(case.tries(Who::Desk, pass("intake", vec![])).is_empty());
    assert!(case.tries(Who::Examiner, pass("examine", vec![])).is_empty());
    assert_eq!(open(&case), "opinion-health");
}

/// Whatever its plan says it comes after.
#[test]
fn a_result_is_prepared_when_every_other_step_is_done() {
    let early = [("after = [\"approve\"]\nworking_days = 1", "after = [\"intake\"]\nworking_days = 1")];
    let mut case = Case::under(&early);
    assert!(case.tries(Who::Desk, pass("intake", vec![])).is_empty());
    let issue = StepId::from_str("issue").unwrap();
    assert!(case.request.open_steps().iter().all(|step| step.id != issue));
    assert!(!case.request.record().step_days.contains_key(&issue), "nor is a day said for it");
    assert_eq!(case.tries(Who::Desk, pass("issue", vec![])), ["step-not-open"]);
    assert!(case.tries(Who::Examiner, pass("examine", vec![])).is_empty());
    assert!(case.tries(Who::Approver, approve("approve")).is_empty());
    assert!(case.request.open_steps().iter().any(|step| step.id == issue));
    assert!(case.tries(Who::Desk, Command::Issue { step: issue }).is_empty());
}

#[test]
fn a_result_holds_as_long_as_its_service_says() {
    let until = |validity: &str| {
        let edit = [("kind = \"months\"\nmonths = 12", validity)];
        let case = Case::under(&edit).ready();
        case.request.record().result.as_ref().unwrap().valid_until.map(|day| day.to_string())
    };
    assert_eq!(
        until("kind = \"months\"\nmonths = 11").as_deref(),
        Some("2027-02-27"),
        "short of the end of February"
    );
    assert_eq!(until("kind = \"until-date\"\nuntil_field = \"birth_date\"").as_deref(), Some("1985-07-12"));
    assert_eq!(until("kind = \"permanent\""), None);
    assert_eq!(until("kind = \"once\""), None);
}

#[test]
fn nobody_does_anything_but_step_aside_in_a_request_of_their_own() {
    let by = |known: &str| {
        let Actor::Officer(officer) = actor(Who::All) else { panic!("an officer") };
        Actor::Officer(Officer { known_by: vec![known.to_owned()], ..officer })
    };
    let withdrawn_fee = [("when = \"on-approval\"", "when = \"on-submission\"")];
    let mut case = Case::under(&withdrawn_fee);
    let amount = case.request.record().outstanding();
    let pay = || Command::Pay { amount, method: PaymentMethod::Cash };
    let waive = || Command::Waive { amount, reason: "OF-W01".parse().unwrap(), note: None };
    // The national ID and the telephone of the form, however they are written.
    for own in ["010234567", "០១០ ២៣៤ ៥៦៧", "+85512345678", "012-345-678"] {
        for command in [pay(), waive(), Command::RecordTransfer { amount, reference: "FT1".to_owned() }] {
            assert_eq!(case.hears(&by(own), command), [Denial::OwnRequest], "{own}");
        }
    }
    for other in ["010234568", "012345679", "", "-", "01023456"] {
        let paid = case.request.clone().decide(pay(), "R-1", &by(other), &case.context());
        assert!(paid.is_ok(), "{other}");
    }
    assert_eq!(case.hears(&by("none"), pay()), []);
    let own = by("010234567");
    assert_eq!(case.hears(&own, pass("intake", vec![])), [Denial::OwnRequest]);
    let steps = |officer: &Actor| match officer {
        Actor::Officer(officer) => case.request.steps_of(officer).len(),
        _ => 0,
    };
    assert_eq!((steps(&own), steps(&by("none"))), (0, 1));
    let recuse = Command::Recuse { reason: "OF-C01".parse().unwrap(), note: None };
    assert_eq!(case.hears(&own, recuse), []);
    // Nor is it entered by them at the counter.
    let Actor::Officer(officer) = own else { panic!("an officer") };
    let draft = Request::draft(
        intake(oneservice_core::calendar::Moment::parse("2026-03-31T06:15:00Z").unwrap(), answers(false)),
        std::sync::Arc::clone(case.request.service()),
    );
    let denied = draft.submit(&Actor::Officer(officer), &case.context()).unwrap_err();
    assert_eq!(denied.denials, [Denial::OwnRequest]);
}

#[test]
fn roles_are_held_anywhere() {
    let Actor::Officer(examiner) = actor(Who::Examiner) else { panic!("an officer") };
    assert!(examiner.holds(&[Role::Cashier, Role::Examiner]));
    assert!(!examiner.holds(&[Role::Cashier, Role::FrontDesk]));
    assert!(!examiner.holds(&[]));
}

#[test]
fn each_way_of_signing_has_its_kind_and_its_assurance() {
    for (method, kind, assurance) in [
        (SignatureMethod::Drawn, "drawn", 1),
        (SignatureMethod::Typed, "drawn", 1),
        (SignatureMethod::Paper, "drawn", 2),
        (SignatureMethod::Thumbprint, "thumbprint", 2),
        (SignatureMethod::Scanned, "scanned", 2),
        (SignatureMethod::Digital, "digital", 4),
    ] {
        assert_eq!((method.kind().as_str(), method.assurance()), (kind, assurance), "{method:?}");
    }
}

#[test]
fn a_result_holds_to_the_end_of_its_last_day() {
    let mut case = Case::under(&[]).ready();
    let last = case.request.record().result.as_ref().unwrap().valid_until.unwrap();
    assert_eq!(last.to_string(), "2027-03-30");
    let signed = Some(signature("SOK DARA"));
    assert!(case.tries(Who::Desk, collect("SOK DARA", "card", signed)).is_empty());
    let on = |case: &Case, day| match &case.request {
        AnyRequest::Closed(closed) => closed.standing(day).map(Standing::as_str),
        _ => None,
    };
    let after = last.tomorrow().unwrap();
    assert_eq!((on(&case, last), on(&case, after)), (Some("valid"), Some("expired")));
    let reason = || "OF-U01".parse().unwrap();
    assert!(case.tries(Who::Approver, Command::Suspend { reason: reason(), note: None }).is_empty());
    assert_eq!((on(&case, last), on(&case, after)), (Some("suspended"), Some("expired")));
    let revoke = Command::Revoke { reason: "OF-V01".parse().unwrap(), note: None };
    assert!(case.tries(Who::Approver, revoke).is_empty());
    assert_eq!((on(&case, last), on(&case, after)), (Some("revoked"), Some("revoked")));

    let mut case = Case::under(&[]);
    assert!(
        case.tries(Who::Applicant, Command::Withdraw { reason: Some(" \u{200b}".to_owned()) }).is_empty()
    );
    assert_eq!(on(&case, last), None, "nothing was handed over");
    assert_eq!(case.history.last().unwrap().fact, Withdrawal { reason: None }.into(), "blanks are no reason");
}

#[test]
fn answers_are_read_into_a_struct_that_fits() {
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    struct Rooms {
        #[allow(dead_code, reason = "it is never read")]
        rooms: u8,
    }
    let case = Case::under(&[]);
    let answers: serde_json::Value = case.request.answers_as().unwrap();
    assert_eq!((&answers["stalls"], &answers["area"]), (&json!(3), &json!("12.5")));
    assert!(matches!(case.request.answers_as::<Rooms>(), Err(AnswersError::Misfits(_))));
}
