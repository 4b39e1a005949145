//! What each no says: its code, what its words may name, and the sentence for programs and logs.

use std::collections::BTreeSet;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::{Problem, ProblemCode, Role};
use oneservice_core::ids::{OfficerId, ReasonCode, StepId};
use oneservice_core::money::{Currency, Money};
use oneservice_core::request::*;

fn step(id: &str) -> StepId {
    id.parse().unwrap()
}

fn day(day: &str) -> Date {
    day.parse().unwrap()
}

fn riel(minor: i64) -> Money {
    Money::new(Currency::Khr, minor)
}

/// Of each kind one, with what its words may name and the sentence.
fn each() -> Vec<(Denial, &'static str, &'static str)> {
    let area = || -> Item { "form.area".parse().unwrap() };
    let officer = || -> OfficerId { "sok".parse().unwrap() };
    let code = || -> ReasonCode { "TR-C01".parse().unwrap() };
    let problem = || Problem::new("form.area", ProblemCode::Number);
    vec![
        (
            Denial::NotInStage {
                act: FactName::Approval,
                stage: StageName::Closed,
                possible: vec![FactName::Reopening, FactName::Refund],
            },
            "act=approval stage=closed possible=reopening, refund",
            "approval is not possible in stage closed",
        ),
        (
            Denial::NotYourRole {
                roles: vec![Role::Examiner, Role::Cashier],
                department: Some("trade".parse().unwrap()),
            },
            "roles=examiner, cashier department=trade",
            "only examiner, cashier may do this",
        ),
        (
            Denial::NotYourRole { roles: vec![Role::Cashier], department: None },
            "roles=cashier",
            "only cashier may do this",
        ),
        (
            Denial::FourEyes { step: step("approve"), other: step("examine") },
            "step=approve other=examine",
            "step approve must be done by another person than step examine",
        ),
        (
            Denial::StepUnknown { step: "nowhere".to_owned() },
            "step=nowhere",
            "step nowhere is not part of this request's plan",
        ),
        (
            Denial::StepNotOpen { step: step("approve"), open: vec![step("intake"), step("examine")] },
            "step=approve open=intake, examine",
            "step approve is not open",
        ),
        (Denial::StepKind { step: step("issue") }, "step=issue", "step issue cannot do this"),
        (Denial::MayNotReturn { step: step("x") }, "step=x", "step x may not return the request"),
        (Denial::StepsMissing { open: vec![step("a"), step("b")] }, "open=a, b", "steps a, b are not done"),
        (
            Denial::RejectionsStand { items: vec![area(), Item::Signature] },
            "items=form.area, signature",
            "rejected items stand: form.area, signature",
        ),
        (Denial::AppointmentMissing { step: step("x") }, "step=x", "step x has no appointment"),
        (
            Denial::DayClosed { day: day("2026-05-01") },
            "day=2026-05-01",
            "the office is closed on 2026-05-01",
        ),
        (
            Denial::DayOutside { first_day: day("2026-05-01"), last_day: day("2026-05-09") },
            "first_day=2026-05-01 last_day=2026-05-09",
            "the day must lie between 2026-05-01 and 2026-05-09",
        ),
        (Denial::PhotoCount { least: 1, most: 10 }, "least=1 most=10", "the report takes 1 to 10 photos"),
        (Denial::NothingToCorrect, "", "nothing to correct is named"),
        (Denial::ItemUnknown { item: area() }, "item=form.area", "form.area is not part of this request"),
        (Denial::ItemTwice { item: area() }, "item=form.area", "form.area is named twice"),
        (
            Denial::DefectLeftOut { item: area() },
            "item=form.area",
            "form.area was rejected and is not in the return",
        ),
        (
            Denial::LateDefect { item: area() },
            "item=form.area",
            "form.area could have been named in an earlier return",
        ),
        (Denial::NotReturned { item: area() }, "item=form.area", "form.area was not returned for correction"),
        (
            Denial::NotCorrected { item: area() },
            "item=form.area",
            "form.area is neither corrected nor explained",
        ),
        (Denial::ReasonMissing, "", "a coded reason is needed"),
        (
            Denial::ReasonUnknown { code: "TR-Y".to_owned() },
            "code=TR-Y",
            "the service has no such reason: TR-Y",
        ),
        (
            Denial::ReasonForOther { code: code(), item: area() },
            "code=TR-C01 item=form.area",
            "reason TR-C01 is not for form.area",
        ),
        (Denial::Form(vec![problem(), problem()]), "n=2", "2 problems in the form or the documents"),
        (Denial::NoFeeDue, "", "no fee is to be paid now"),
        (
            Denial::WrongAmount { due: riel(30_000), offered: riel(100) },
            "due=KHR 30,000 offered=KHR 100",
            "the fee is KHR 30,000, not KHR 100",
        ),
        (Denial::FeeUnpaid { due: riel(30_000) }, "due=KHR 30,000", "the fee of KHR 30,000 is not paid"),
        (Denial::SignatureMissing, "", "a signature is missing"),
        (Denial::CollectorMissing, "", "the collector is not named"),
        (
            Denial::OriginalNotSeen { document: "id-card".parse().unwrap() },
            "document=id-card",
            "the original of id-card was not seen",
        ),
        (Denial::TookPart, "", "an officer who took part in the decision may not look at the objection"),
        (Denial::WordsMissing { field: "note" }, "field=note", "words are missing: note"),
        (
            Denial::WordsTooLong { field: "note", limit: 4_000 },
            "field=note limit=4000",
            "note is longer than 4000 characters",
        ),
        (Denial::NothingDue, "", "nothing is due"),
        (
            Denial::NotYet { last_day: day("2026-05-09") },
            "last_day=2026-05-09",
            "not before 2026-05-09 has passed",
        ),
        (
            Denial::TooLate { last_day: day("2026-05-09") },
            "last_day=2026-05-09",
            "the last day was 2026-05-09",
        ),
        (Denial::AlreadyExtended, "", "the due day was moved once already"),
        (
            Denial::ExtensionTooLong { limit: 10 },
            "limit=10",
            "the due day may be moved by at most 10 working days",
        ),
        (Denial::NotOverdue, "", "the office is not late"),
        (Denial::ResultHandedOver, "", "the result was handed over"),
        (Denial::FileUnknown, "", "the request has no such file"),
        (Denial::AlreadyRecorded, "", "it is recorded already"),
        (Denial::ComplaintsOpen { limit: 5 }, "limit=5", "5 complaints wait for an answer"),
        (Denial::NothingToRefund, "", "there is nothing to give back"),
        (Denial::ResultStands { standing: "revoked" }, "standing=revoked", "the result is: revoked"),
        (
            Denial::AssignedTo { step: step("examine"), officer: officer() },
            "step=examine officer=sok",
            "step examine is sok's",
        ),
        (Denial::Recused, "", "recused from this request"),
        (Denial::OwnRequest, "", "nobody works on a request of their own"),
        (Denial::NotEligible { officer: officer() }, "officer=sok", "sok may not do this step"),
        (Denial::ApproversMissing { limit: 2 }, "limit=2", "2 more must be for granting first"),
        (Denial::MandateMissing, "", "the proxy showed no mandate"),
        (Denial::MandateRevoked, "", "the mandate was revoked"),
        (Denial::MandateWrong, "", "the code is not that of a mandate"),
        (Denial::TransferWaits, "", "a transfer waits to be confirmed"),
        (Denial::TransferUnconfirmed, "", "a transfer is recorded by one officer and confirmed by another"),
        (Denial::NoTransferWaits, "", "no transfer waits to be confirmed"),
        (Denial::OwnTransfer, "", "who recorded a transfer does not confirm it"),
        (Denial::OwnEntry, "", "who entered the request at the counter has no other part in it"),
        (Denial::CameInFuture, "", "when the request came lies in the future"),
        (Denial::CosignatureMissing, "", "the co-signature is missing"),
        (Denial::NoCosigner, "", "nobody else has to sign"),
    ]
}

#[test]
fn each_no_names_what_it_is_about() {
    for (denial, params, sentence) in each() {
        let said: Vec<String> =
            denial.params().iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(said.join(" "), params, "{denial:?}");
        assert_eq!(denial.to_string(), sentence);
    }
}

#[test]
fn each_no_has_a_code_of_its_own_and_the_list_has_them_all() {
    let codes: BTreeSet<&str> = each().iter().map(|(denial, ..)| denial.code()).collect();
    assert_eq!(codes, Denial::CODES.iter().copied().collect());
    // Two of one kind stand above.
    assert_eq!(codes.len(), each().len() - 1);
    assert_eq!(codes.len(), Denial::CODES.len(), "none stands there twice");
}

#[test]
fn why_a_result_has_no_successor_is_said_as_well() {
    let from = day("2026-05-09");
    let each = [
        (Unfollowable::NotCollected, "no result was handed over", ""),
        (Unfollowable::NoPurpose, "the service is not asked for to that purpose", ""),
        (
            Unfollowable::Stands { standing: Standing::Suspended },
            "the earlier result is: suspended",
            "standing=suspended",
        ),
        (Unfollowable::NotYet { from }, "not before 2026-05-09", "date=2026-05-09"),
    ];
    assert_eq!(each.map(|(why, ..)| why.code()), Unfollowable::CODES);
    for (why, sentence, params) in each {
        let said: Vec<String> = why.params().iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!((why.to_string().as_str(), said.join(" ").as_str()), (sentence, params));
    }
}
