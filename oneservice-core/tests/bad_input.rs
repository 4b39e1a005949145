//! What people and programs send by mistake or on purpose, through the façade: each gets its own answer, and nothing is lost.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;
use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::ProblemCode;
use oneservice_core::office::{Basis, DraftHandle, NewDraft, Office, OfficeError, SetClock};
use oneservice_core::request::{Actor, AnyFact, Command, Denial, Evidence, SignatureMethod, StageName};
use oneservice_core::store::{MemoryStore, Query};
use oneservice_core::testing::sample::{self, PDF, png};
use serde_json::{Map, Value, json};

async fn office() -> Office {
    let clock = Arc::new(SetClock::at(Moment::parse("2026-03-31T02:00:00Z").unwrap()));
    let catalog = sample::catalog().unwrap();
    Office::builder(MemoryStore::default(), catalog).clock(clock as _).build().await.unwrap()
}

/// Somebody who sells food.
fn answers() -> Map<String, Value> {
    let mut answers = sample::answers();
    answers.extend([("goods".to_owned(), json!("food")), ("cooks".to_owned(), json!(false))]);
    answers
}

/// A draft with all it needs but the signature.
async fn draft(office: &Office) -> DraftHandle {
    let mut draft = office.draft(NewDraft::of("trade.market-stall")).await.unwrap();
    draft.answers(answers()).await.unwrap();
    draft.attach("id-card", "card.png", None, png(4, 4)).await.unwrap();
    draft
}

/// A zip archive of 200 bytes that unpacks to much more; as a `.docx` it would be taken for one.
fn archive() -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\x00\x00\x00\x08\x00".to_vec();
    bytes.write_all(&[0; 190]).unwrap();
    bytes
}

#[tokio::test]
async fn files_are_what_their_bytes_are() {
    let office = office().await;
    let mut draft = draft(&office).await;
    let kept = draft.content().evidence.clone();
    let mut cut_pdf = PDF.to_vec();
    cut_pdf.truncate(PDF.len() - 8);
    let mut cut_png = png(64, 64);
    cut_png.truncate(cut_png.len() / 2);
    let locked = [PDF, b"/Encrypt 5 0 R\n%%EOF\n"].concat();
    let armed = [PDF, b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>\n%%EOF\n"].concat();
    let cases: [(&str, &str, Vec<u8>, &str); 12] = [
        ("id-card", "empty.pdf", vec![], "document.empty"),
        ("id-card", "photo.jpg.exe", b"MZ\x90\x00this is a program".to_vec(), "document.wrong-format"),
        ("id-card", "photo.jpg", b"<html><script>alert(1)</script></html>".to_vec(), "document.wrong-format"),
        (
            "id-card",
            "photo.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            "document.wrong-format",
        ),
        ("id-card", "letter.docx", archive(), "document.wrong-format"),
        ("id-card", "cut.pdf", cut_pdf, "document.unreadable"),
        ("id-card", "cut.png", cut_png, "document.unreadable"),
        ("id-card", "huge.png", png(7_000, 7_000), "document.too-many-pixels"),
        ("id-card", "locked.pdf", locked, "document.encrypted"),
        ("id-card", "armed.pdf", armed, "document.active-content"),
        ("id-card", "long.pdf", vec![b' '; 5_242_881], "document.too-large"),
        ("passport", "passport.pdf", PDF.to_vec(), "document.not-asked"),
    ];
    for (document, name, bytes, code) in cases {
        match draft.attach(document, name, None, bytes).await {
            Err(OfficeError::Document(error)) => assert_eq!(error.code(), code, "{name}"),
            other => panic!("{name} was answered with {other:?}"),
        }
        let again = office.open_draft(draft.key()).await.unwrap();
        assert_eq!(again.content().evidence, kept, "{name}: the paper that was there is there still");
    }
    // What a file is called does not matter the other way round either, and a path is no path.
    draft.attach("id-card", "../../etc/passwd.exe", None, PDF.to_vec()).await.unwrap();
    let name = &draft.content().evidence[0].name;
    assert!(!name.contains('/') && !name.contains(".."), "{name}");
}

#[tokio::test]
async fn an_upload_that_breaks_off_changes_nothing() {
    let office = office().await;
    let mut draft = draft(&office).await;
    let kept = draft.content().evidence.clone();
    let half = [Ok(bytes::Bytes::from_static(&PDF[..40])), Err(std::io::Error::other("the network is gone"))];
    let broken = draft.attach_stream("id-card", "card.pdf", None, futures::stream::iter(half)).await;
    assert!(
        matches!(&broken, Err(OfficeError::Document(error)) if error.code() == "document.interrupted"),
        "{broken:?}"
    );
    assert_eq!(office.open_draft(draft.key()).await.unwrap().content().evidence, kept);
}

#[tokio::test]
async fn ten_megabytes_of_text_and_strange_letters_are_answered() {
    let office = office().await;
    let mut draft = draft(&office).await;
    let before = draft.content().answers.clone();
    let huge = draft.answer("remarks", "ក".repeat(10 << 20)).await;
    assert!(matches!(huge, Err(OfficeError::DraftTooLarge)), "{huge:?}");
    assert_eq!(
        office.open_draft(draft.key()).await.unwrap().content().answers,
        before,
        "nothing else is lost"
    );

    // Letters that cannot be seen do not make another name; letters that look alike are kept as they were typed.
    draft.answer("name_km", "\u{feff}សុខ\u{200b} \u{200b}ដារា ").await.unwrap();
    let assessed = draft.assess().await.unwrap();
    assert_eq!(assessed.answers["name_km"], "សុខ ដារា");
    draft.answer("name_latin", "S\u{41e}K D\u{410}RA").await.unwrap();
    let assessed = draft.assess().await.unwrap();
    let problem = assessed.problems.iter().find(|problem| problem.path == "form.name_latin").unwrap();
    assert_eq!(problem.code, ProblemCode::Script, "Cyrillic letters that look like Latin ones");
    for (field, answer, code) in [
        ("nobody", json!(1), ProblemCode::Unknown),
        ("goods", json!("fish"), ProblemCode::Option),
        ("stalls", json!([1]), ProblemCode::Type),
        ("days", json!(["sat", "sat"]), ProblemCode::Items),
        ("stalls", json!("٣"), ProblemCode::Number),
        ("home", json!({ "code": "900101", "x": 1 }), ProblemCode::Type),
    ] {
        let mut other = office.draft(NewDraft::of("trade.market-stall")).await.unwrap();
        let mut form = answers();
        form.insert(field.to_owned(), answer);
        other.answers(form).await.unwrap();
        let found = other.assess().await.unwrap().problems;
        assert!(
            found.iter().any(|p| p.path == format!("form.{field}") && p.code == code),
            "{field}: {found:?}"
        );
    }
    let unknown = office.draft(NewDraft::of("trade.dragons")).await;
    assert!(matches!(unknown, Err(OfficeError::NoService(_))));
}

#[tokio::test]
async fn a_draft_is_sent_once_whatever_is_tapped() {
    let office = office().await;
    let mut one = draft(&office).await;
    one.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    // Both pages were opened before; both are tapped at once.
    let (first, second) = tokio::join!(office.submit(one.key()), office.submit(one.key()));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.code, first.number), (second.code, second.number), "one request, one receipt");
    assert_eq!(office.list(&Query::All, None, 10).await.unwrap().rows.len(), 1);
    // A page of the draft that was left open: what it posts is told that the draft was sent.
    let late = one.answer("stalls", 4).await;
    assert!(late.is_err(), "an answer to a draft that was sent");
    assert_eq!(office.case_by_link(first.key).await.unwrap().request.record().answers["stalls"], 3);

    // A tracking code with one wrong letter is none, and says nothing of the others.
    let code = first.code.to_string();
    for (at, letter) in code.char_indices().filter(|(_, letter)| *letter != '-') {
        let other = if letter == '7' { '8' } else { '7' };
        let wrong: String = code.char_indices().map(|(i, c)| if i == at { other } else { c }).collect();
        assert!(wrong.parse::<oneservice_core::ids::TrackingCode>().is_err(), "{wrong} for {code}");
    }

    // A stale page of the desk: the second officer is shown what happened.
    let id = office.case_by_link(first.key).await.unwrap().request.record().id;
    let withdraw = Command::Withdraw { reason: None };
    let seen = Basis { version: Some(1), key: None };
    office.act(id, withdraw.clone(), &Actor::Applicant, seen.clone()).await.unwrap();
    match office.act(id, withdraw, &Actor::Applicant, seen).await {
        Err(OfficeError::Stale { since, request }) => {
            assert_eq!((since.len(), request.stage()), (1, StageName::Closed));
        }
        other => panic!("a stale page was answered with {other:?}"),
    }
}

#[tokio::test]
async fn what_is_missing_is_all_said_at_once() {
    let office = office().await;
    let empty = office.draft(NewDraft::of("trade.market-stall")).await.unwrap();
    let denials = match empty.submit().await {
        Err(OfficeError::Denied { denials, .. }) => denials,
        other => panic!("an empty draft was answered with {other:?}"),
    };
    let [Denial::Form(problems)] = denials.as_slice() else { panic!("{denials:?}") };
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    for path in ["form.name_km", "form.phone", "form.goods", "documents.id-card", "signature"] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
}

#[tokio::test]
async fn a_key_that_stands_for_something_else_is_refused() {
    let office = office().await;
    let service = office.catalog().service(&"trade.market-stall".parse().unwrap()).unwrap().clone();
    // What was lost: the second applicant's request, answered with the first one's receipt and secret link.
    let send = async |answers: Map<String, Value>, card: Vec<u8>| {
        let new = NewDraft { idempotency_key: Some("a1".into()), ..NewDraft::of("trade.market-stall") };
        let paper: Evidence = office.keep(&service, "id-card", "card", None, card).await.unwrap();
        let signature = office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
        office.submit_whole(new, answers, vec![paper], Some(signature), &Actor::Applicant, None).await
    };
    let first = send(answers(), PDF.to_vec()).await.unwrap();
    assert_eq!(send(answers(), PDF.to_vec()).await.unwrap(), first, "the same again gives the same receipt");
    let mut other = answers();
    other.insert("name_km".into(), json!("ចាន់ សុភា"));
    for (what, sent) in
        [("name", send(other, PDF.to_vec()).await), ("paper", send(answers(), png(4, 4)).await)]
    {
        assert!(matches!(sent, Err(OfficeError::KeyReused)), "another {what}: {sent:?}");
    }
    assert_eq!(office.list(&Query::All, None, 10).await.unwrap().rows.len(), 1);

    // A draft that a program begins again under the key of one that was sent.
    let new = NewDraft { idempotency_key: Some("a1".into()), ..NewDraft::of("trade.market-stall") };
    let mut draft = office.draft(new).await.unwrap();
    draft.answers(answers()).await.unwrap();
    draft.attach("id-card", "card.png", None, png(4, 4)).await.unwrap();
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let sent = draft.submit().await;
    assert!(matches!(sent, Err(OfficeError::KeyReused)), "{sent:?}");
}

#[tokio::test]
async fn a_signature_falls_with_what_was_signed() {
    let office = office().await;
    let mut draft = draft(&office).await;
    let drawing = || Some(png(4, 4));
    let unsigned = async |draft: &DraftHandle| {
        let problems = office.open_draft(draft.key()).await.unwrap().assess().await.unwrap().problems;
        problems.iter().any(|problem| problem.path == "signature")
    };
    // What was lost: an empty page could be signed, filled in afterwards by anybody, and sent under that name.
    draft.sign(SignatureMethod::Drawn, "SOK DARA", drawing()).await.unwrap();
    let picture = draft.content().signature.as_ref().unwrap().file.as_ref().unwrap().blob;
    draft.answer("stalls", 3).await.unwrap();
    assert!(!unsigned(&draft).await, "the same answer again changes nothing");
    draft.answer("stalls", 4).await.unwrap();
    assert!(unsigned(&draft).await);
    assert!(office.documents().size(picture).await.is_err(), "its picture is gone too");

    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    draft.attach("id-card", "card.pdf", None, PDF.to_vec()).await.unwrap();
    assert!(unsigned(&draft).await);
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let signed = draft.content().filled().hash();
    let receipt = draft.submit().await.unwrap();
    let case = office.case_by_link(receipt.key).await.unwrap();
    let AnyFact::Submission(fact) = &case.history[0].recorded.fact else { panic!("{:?}", case.history[0]) };
    assert_eq!(fact.signature.as_ref().unwrap().content, Some(signed));

    // A program cannot send other answers than those that were signed, and a signature of earlier releases counts.
    let service = office.catalog().service(&"trade.market-stall".parse().unwrap()).unwrap().clone();
    let mut signature = office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
    let older: oneservice_core::request::Signature = serde_json::from_value(
        json!({ "method": "typed", "signer": "SOK DARA", "statement": signature.statement }),
    )
    .unwrap();
    signature.content = Some(signed);
    for (signature, taken) in [(signature, false), (older, true)] {
        let paper = office.keep(&service, "id-card", "card", None, PDF.to_vec()).await.unwrap();
        let new = NewDraft::of("trade.market-stall");
        let sent =
            office.submit_whole(new, answers(), vec![paper], Some(signature), &Actor::Applicant, None).await;
        assert_eq!(sent.is_ok(), taken, "{sent:?}");
    }
}
