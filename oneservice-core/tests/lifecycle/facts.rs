//! Facts as they are stored: whose work each of them disturbs, and what the public is told of it.

use oneservice_core::ids::Digest32;
use oneservice_core::money::{Currency, Money};
use oneservice_core::request::*;
use oneservice_core::testing::clerk::work::signature;

use super::corners::{Case, collect, pass, step};

const FEE: &str = r#"{"currency":"KHR","amount":"30000"}"#;
/// Who rests on everything that was there to see.
const SEES_ALL: &str = "pass-intake pass-visit return approve refuse issue waive object cosign";
const ALL: &str = "pay tell confirm reject judge-area judge-stalls visit collect withdraw pass-intake pass-visit return approve refuse issue \
                   waive object cosign";

/// Every fact that can come while somebody looks at a request: as it is stored, whom of [`commands`] it disturbs, and step, reasons and
/// amount in the public log.
fn each() -> Vec<(String, String, &'static str)> {
    let sees_all = |more: &str| format!("{more} {SEES_ALL}").trim().to_owned();
    let none = || String::new();
    let all = || ALL.to_owned();
    let money = |fact: &str, more: &str| format!(r#"{{"{fact}":{{"amount":{FEE}{more}}}}}"#);
    let plain = |text: &str| text.to_owned();
    vec![
        // The clock, who looks, who complains, whose a step is, and what must come before review in any order.
        (plain(r#"{"reminder":{"last_day":"2026-05-09","step":"intake"}}"#), none(), "intake; ; "),
        (plain(r#"{"escalation":{"due_on":"2026-05-09"}}"#), none(), "; ; "),
        (
            plain(r#"{"reading":{"document":"id-card","blob":"00000000000000000000000000000001"}}"#),
            none(),
            "; ; ",
        ),
        (plain(r#"{"complaint":{"subject":"OF-S01","text":"more"}}"#), none(), "; OF-S01; "),
        (plain(r#"{"complaint-answered":{"text":"no"}}"#), none(), "; ; "),
        (plain(r#"{"assignment":{"step":"examine","reason":"OF-A01"}}"#), none(), "examine; OF-A01; "),
        (plain(r#"{"recusal":{"reason":"OF-C01"}}"#), none(), "; OF-C01; "),
        (plain(r#"{"vacancy":{"step":"examine"}}"#), none(), "examine; ; "),
        (plain(r#"{"mandate-revoked":{}}"#), none(), "; ; "),
        // What others found.
        (
            plain(
                r#"{"judgement":{"step":"intake","item":"form.area","verdict":{"rejected":{"reason":"TR-C09"}}}}"#,
            ),
            sees_all("judge-area"),
            "intake; TR-C09; ",
        ),
        (
            plain(r#"{"judgement":{"step":"examine","item":"form.stalls","verdict":"accepted"}}"#),
            sees_all("judge-stalls"),
            "examine; ; ",
        ),
        (
            plain(r#"{"step-passed":{"step":"intake","finding":"favourable"}}"#),
            sees_all("judge-area"),
            "intake; ; ",
        ),
        (
            plain(r#"{"step-passed":{"step":"examine","finding":"favourable"}}"#),
            sees_all("judge-stalls"),
            "examine; ; ",
        ),
        (
            plain(
                r#"{"inspection-scheduled":{"step":"examine","day":"2026-05-09","hours":"8","reason":"OF-I01"}}"#,
            ),
            plain("visit pass-visit"),
            "examine; OF-I01; ",
        ),
        (
            plain(r#"{"inspection-scheduled":{"step":"approve","day":"2026-05-09","hours":"8"}}"#),
            none(),
            "approve; ; ",
        ),
        (plain(r#"{"endorsement":{"step":"approve"}}"#), sees_all(""), "approve; ; "),
        (
            plain(r#"{"extension":{"working_days":4,"reason":"OF-E01","due_on":"2026-05-09"}}"#),
            sees_all(""),
            "; OF-E01; ",
        ),
        (
            plain(r#"{"delay-explained":{"due_on":"2026-05-09","reason":"OF-L01"}}"#),
            sees_all(""),
            "; OF-L01; ",
        ),
        // Money.
        (money("payment", r#","method":"cash","receipt":"R-1""#), plain("pay"), "; ; KHR 30,000"),
        (money("transfer-recorded", r#","reference":"FT1""#), plain("tell confirm reject"), "; ; KHR 30,000"),
        (
            money("transfer-confirmed", r#","reference":"FT1","receipt":"R-1""#),
            plain("tell confirm reject"),
            "; ; KHR 30,000",
        ),
        (plain(r#"{"transfer-rejected":{"reason":"OF-T01"}}"#), plain("tell confirm reject"), "; OF-T01; "),
        (money("waiver", r#","reason":"OF-W01""#), none(), "; OF-W01; KHR 30,000"),
        (money("refund", r#","receipt":"R-1""#), none(), "; ; KHR 30,000"),
        // What moves the request.
        (
            plain(
                r#"{"return":{"step":"intake","corrections":[{"item":"form.area","reason":"TR-C09"}],"exception":"OF-N01","returned_on":"2026-05-09"}}"#,
            ),
            all(),
            "intake; TR-C09 OF-N01; ",
        ),
        (plain(r#"{"approval":{"step":"approve"}}"#), all(), "approve; ; "),
        (
            plain(r#"{"refusal":{"step":"approve","reasons":["TR-X01","TR-X09"]}}"#),
            all(),
            "approve; TR-X01 TR-X09; ",
        ),
        (
            plain(r#"{"issuance":{"step":"issue","result":{"number":"N-1","issued_on":"2026-05-09"}}}"#),
            all(),
            "issue; ; ",
        ),
        (plain(r#"{"withdrawal":{}}"#), all(), "; ; "),
        (plain(r#"{"reopening":{"reason":"OF-R01","steps":[],"due_on":"2026-05-09"}}"#), all(), "; OF-R01; "),
        (plain(r#"{"lapse":{"last_day":"2026-05-09"}}"#), all(), "; ; "),
        // What is said of a result that was handed over.
        (plain(r#"{"suspension":{"reason":"OF-U01"}}"#), sees_all(""), "; OF-U01; "),
        (plain(r#"{"revocation":{"reason":"OF-V01"}}"#), sees_all(""), "; OF-V01; "),
        (plain(r#"{"reinstatement":{}}"#), sees_all(""), "; ; "),
        (plain(r#"{"expiry":{"last_day":"2026-05-09"}}"#), sees_all(""), "; ; "),
    ]
}

/// Somebody's command of each kind, by the words of the expectations.
fn commands() -> Vec<(&'static str, Command)> {
    let (amount, note) = (Money::new(Currency::Khr, 30_000), || None);
    let judge = |on: &str, item: &str| Command::Judge {
        step: step(on),
        item: item.parse().unwrap(),
        verdict: Verdict::Accepted,
    };
    let code = |code: &str| code.parse().unwrap();
    let visit = InspectionScheduled {
        step: step("examine"),
        day: "2026-05-08".parse().unwrap(),
        hours: "8".to_owned(),
        prepare: None,
        reason: None,
    };
    vec![
        ("pay", Command::Pay { amount, method: PaymentMethod::Cash }),
        ("tell", Command::RecordTransfer { amount, reference: "FT2".to_owned() }),
        ("confirm", Command::ConfirmTransfer),
        ("reject", Command::RejectTransfer { reason: code("OF-T01"), note: note() }),
        ("judge-area", judge("intake", "form.area")),
        ("judge-stalls", judge("examine", "form.stalls")),
        ("visit", Command::ScheduleInspection(visit)),
        ("collect", collect("SOK DARA", "national-id 6789", None)),
        ("withdraw", Command::Withdraw { reason: None }),
        ("pass-intake", pass("intake", vec![])),
        ("pass-visit", pass("examine", vec![])),
        (
            "return",
            Command::Return { step: step("intake"), corrections: vec![], note: None, exception: None },
        ),
        ("approve", Command::Approve { step: step("approve"), note: note() }),
        ("refuse", Command::Refuse { step: step("approve"), reasons: vec![], note: note() }),
        ("issue", Command::Issue { step: step("issue") }),
        ("waive", Command::Waive { amount, reason: code("OF-W01"), note: note() }),
        ("object", Command::Object { text: "no".to_owned() }),
        ("cosign", Command::Cosign { identity: "card".to_owned(), signature: signature("CHAN THY") }),
    ]
}

#[test]
fn a_command_is_disturbed_by_what_it_rests_on() {
    let cosigned: AnyFact =
        Cosignature { identity: "card".to_owned(), signature: signature("CHAN THY") }.into();
    let mandate: AnyFact = Mandate {
        name: "CHAN THY".to_owned(),
        identity: "card".to_owned(),
        code: Digest32::sha256(&[b"one"]),
    }
    .into();
    let mut facts: Vec<(AnyFact, String)> = each()
        .into_iter()
        .map(|(text, disturbed, _)| {
            (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}")), disturbed)
        })
        .collect();
    facts.extend([(cosigned, "cosign".to_owned()), (mandate, String::new())]);
    for (fact, expected) in facts {
        let disturbed: Vec<&str> = commands()
            .into_iter()
            .filter(|(_, command)| command.is_disturbed_by(&fact))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(disturbed.join(" "), expected, "{fact:?}");
    }
}

#[test]
fn a_number_is_taken_for_money_and_for_results() {
    let refund = Command::Refund { amount: Money::new(Currency::Khr, 1) };
    assert_eq!(refund.series(), Some(Series::Receipt));
    for (name, command) in commands() {
        let expected = match name {
            "pay" | "confirm" => Some(Series::Receipt),
            "issue" => Some(Series::Result),
            _ => None,
        };
        assert_eq!(command.series(), expected, "{name}");
    }
}

#[test]
fn the_public_is_told_the_step_the_coded_reasons_and_the_money() {
    let case = Case::under(&[]);
    let (sent, request) = (&case.history[0], &case.request);
    let commitment = Digest32::sha256(&[b"salted"]);
    let tell = |fact: AnyFact| {
        let recorded = Recorded { entry: sent.entry.clone(), fact };
        Envelope::of(&recorded, request, commitment)
    };
    for (text, _, expected) in each() {
        let fact: AnyFact = serde_json::from_str(&text).unwrap();
        let name = fact.name();
        let told = tell(fact);
        let step = told.step.as_ref().map_or("", |step| step.as_str());
        let reasons: Vec<&str> = told.reasons.iter().map(|reason| reason.as_str()).collect();
        let amount = told.amount.map_or_else(String::new, |amount| amount.to_string());
        assert_eq!(format!("{step}; {}; {amount}", reasons.join(" ")), expected, "{name}");
        assert_eq!(told.fact, name);
    }

    // Nothing of it is a name, a word or a file.
    let told = String::from_utf8(tell(sent.fact.clone()).to_bytes().unwrap()).unwrap();
    let service = &request.record().service;
    assert_eq!(
        told,
        format!(
            "{{\"format\":1,\"office\":\"harbour-town\",\"request\":\"{}\",\"version\":2,\"fact\":\"submission\",\"stage\":\"in-review\",\
             \"service\":\"trade.market-stall\",\"service_version\":\"{}\",\"role\":\"applicant\",\"minute\":\"2026-03-31T06:15Z\",\
             \"due\":\"2026-04-14\",\"amount\":{FEE},\"commitment\":\"{commitment}\"}}",
            request.record().alias,
            service.hash
        )
    );
}

#[test]
fn only_an_end_is_told_how_it_ended() {
    let commitment = Digest32::sha256(&[b"salted"]);
    let mut case = Case::under(&[]);
    let told = |case: &Case| Envelope::of(case.history.last().unwrap(), &case.request, commitment).ending;
    assert_eq!(told(&case), None);
    assert!(
        case.tries(oneservice_core::testing::clerk::Who::Applicant, Command::Withdraw { reason: None })
            .is_empty()
    );
    assert_eq!(told(&case), Some(Ending::Withdrawn));
}

#[test]
fn a_payload_of_another_format_is_told_from_a_damaged_one() {
    let case = Case::under(&[]);
    let sent = &case.history[0];
    let bytes = sent.to_payload().unwrap();
    assert!(bytes.starts_with(b"{\"format\":1,"));
    assert_eq!(Recorded::from_payload(&bytes).unwrap(), *sent);

    let text = String::from_utf8(bytes).unwrap();
    // The same with the number elsewhere.
    let moved =
        format!("{}, \"format\":1}}", text.replacen("\"format\":1,", "", 1).strip_suffix('}').unwrap());
    assert_eq!(Recorded::from_payload(moved.as_bytes()).unwrap(), *sent);
    let newer = text.replacen("\"format\":1,", "\"format\":2,", 1);
    let read = Recorded::from_payload(newer.as_bytes());
    assert!(matches!(read, Err(PayloadError::Newer { found: 2, known: 1 })), "{read:?}");
    // Whatever else a newer program wrote.
    let read = Recorded::from_payload(b"{\"format\":7,\"news\":true}");
    assert_eq!(read.unwrap_err().to_string(), "the payload has format 7; this version reads up to 1");
    for damaged in [&b"{\"format\":1,\"by\":{}}"[..], b"{\"format\":\"1\"}", b"\xff", b""] {
        let read = Recorded::from_payload(damaged);
        assert!(matches!(read, Err(PayloadError::Malformed(_))), "{read:?}");
    }
}

/// A telephone gives all the digits there are; what was signed is found again.
#[test]
fn a_point_on_the_map_is_read_as_it_was_written() {
    for lat in [12.176443136465391, 11.732335224703123, 14.255058394573771, 12.897569878970359] {
        let case = Case::sent(&[], |intake| {
            intake.answers.insert("spot".to_owned(), serde_json::json!({ "lat": lat, "lon": 104.5 }));
        });
        let sent = &case.history[0];
        assert_eq!(Recorded::from_payload(&sent.to_payload().unwrap()).unwrap(), *sent, "{lat}");
        assert_eq!(case.request.record().answers["spot"]["lat"].as_f64(), Some(lat));
    }
}

#[test]
fn a_history_that_begins_otherwise_or_breaks_the_table_is_none() {
    let mut case = Case::under(&[]);
    let (id, service) = (case.request.record().id, std::sync::Arc::clone(case.request.service()));
    let again = |history: &[Recorded]| replay(id, std::sync::Arc::clone(&service), history);
    assert_eq!(again(&case.history).unwrap(), case.request);
    assert!(matches!(again(&[]), Err(PayloadError::NoBeginning)));
    assert!(matches!(again(&case.history[1..]), Err(PayloadError::NoBeginning)));
    let opened = case.history[1].clone();
    case.history.push(opened);
    let twice = again(&case.history).unwrap_err();
    assert!(matches!(
        twice,
        PayloadError::Unlawful(Unlawful { stage: StageName::InReview, fact: FactName::ReviewOpened })
    ));
    assert!(!twice.to_string().is_empty());
}
