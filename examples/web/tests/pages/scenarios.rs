//! Acceptance scenarios by their numbers, as people meet them on the pages. What an engine has to do with them is tried by
//! the library's own suite.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use oneservice_core::catalog::DocumentFormat;
use oneservice_core::request::{AnyFact, Command, Corrections, StageName};
use oneservice_core::store::Query;
use oneservice_pilot::fake;
use serde_json::Value;

use crate::support::{Visitor, between, sample};
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs};

/// Somebody who has answered everything; no paper is there and nothing is signed. Gives the draft's path.
fn answered(town: &Town, sample: &Value) -> (Visitor, String) {
    let mut visitor = town.visitor();
    let begin = pairs(&[("applicant", "person"), ("purpose", "new")]);
    visitor.post("/en/s/tourism.guesthouse-licence/start", &begin);
    let draft = visitor.path.clone();
    let service = town.office.catalog().service(&"tourism.guesthouse-licence".parse().unwrap()).unwrap();
    // Answers bring further questions, on the same page or an earlier one.
    for _ in 0..3 {
        for section in &service.sections {
            visitor.post(&format!("{draft}/q/{}", section.id), &sample::controls(sample));
        }
    }
    (visitor, draft)
}

fn upload(visitor: &mut Visitor, draft: &str, paper: &Value) {
    let word = |key: &str| paper[key].as_str().unwrap();
    let bytes = fake::document(DocumentFormat::of_media_type(word("media_type")).unwrap());
    let page = format!("{draft}/d/{}", word("document"));
    visitor.upload(&page, word("file"), paper["issued"].as_str(), &bytes);
    assert_eq!(visitor.status, 200, "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_01_missing_papers_are_named_with_a_link_and_nothing_is_submitted() {
    let town = Town::open().await;
    let filing = sample::fresh(GUESTHOUSE);
    let papers = filing["documents"].as_array().unwrap();
    let (mut visitor, draft) = answered(&town, &filing);
    let (missing, given) = papers.split_at(2);
    for paper in given {
        upload(&mut visitor, &draft, paper);
    }
    let page = visitor.post(&format!("{draft}/send"), &[]);
    assert_eq!(visitor.status, 422);
    assert!(!page.contains(&format!("{draft}/send")), "what is not whole is not offered to be sent");
    let alert = between(&page, "role=\"alert\"", "</div>").concat();
    let named = between(&alert, "<li><a href=\"", "</a>");
    let named: Vec<(&str, &str)> = named.iter().map(|line| line.split_once("\">").unwrap()).collect();
    let service = town.office.catalog().service(&"tourism.guesthouse-licence".parse().unwrap()).unwrap();
    let mut expected: Vec<(String, &str)> = Vec::new();
    for document in &service.documents {
        if missing.iter().any(|paper| paper["document"] == document.id.as_str()) {
            expected.push((
                format!("{draft}/d/{}", document.id),
                document.name.get(oneservice_core::text::Lang::En),
            ));
        }
    }
    expected.push((format!("{draft}/sign"), "Signature"));
    let expected: Vec<(&str, &str)> = expected.iter().map(|(link, label)| (link.as_str(), *label)).collect();
    assert_eq!(named, expected);
    // Each link leads to where the thing is given.
    for (link, label) in &named {
        let page = visitor.get(link);
        assert_eq!(visitor.status, 200, "{link}");
        assert!(page.contains("type=\"file\"") || page.contains("name=\"signer\""), "{label}");
    }
    assert!(town.office.list(&Query::All, None, 10).await.unwrap().rows.is_empty(), "nothing is submitted");
    visitor.get(&draft);
    assert_eq!((visitor.path.as_str(), visitor.status), (draft.as_str(), 200), "it is still a draft");

    for paper in missing {
        upload(&mut visitor, &draft, paper);
    }
    visitor.post(&format!("{draft}/sign"), &pairs(&[("agree", "1"), ("signer", "SOK DARA")]));
    visitor.post(&format!("{draft}/send"), &[]);
    assert!(visitor.path.starts_with("/en/r/"), "{}", visitor.path);
    assert_eq!(town.office.list(&Query::All, None, 10).await.unwrap().rows.len(), 1);
}

/// Sends a file and goes away: after `share` of it in a hundred, or before the answer.
fn goes_away(town: &Town, path: &str, name: &str, bytes: &[u8], share: usize) {
    let mut body =
        format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
            .into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--XX--\r\n");
    let mut stream = TcpStream::connect(&town.address).unwrap();
    let (host, length) = (&town.address, body.len());
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: multipart/form-data; boundary=XX\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..length * share / 100]).unwrap();
    // Whether the server noticed yet is its affair.
    let _ = stream.shutdown(Shutdown::Both);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_02_an_upload_that_failed_is_stored_once_and_the_draft_is_intact() {
    let town = Town::open().await;
    let filing = sample::fresh(GUESTHOUSE);
    let (mut visitor, draft) = answered(&town, &filing);
    let key: oneservice_core::ids::AccessKey = draft.rsplit('/').next().unwrap().parse().unwrap();
    let before = town.office.open_draft(key).await.unwrap().content().answers.clone();
    assert!(before.len() > 5, "{before:?}");
    // A paper of which several files are taken: there a second one would stay.
    let paper = format!("{draft}/d/premises-photos");
    let photo = fake::document(DocumentFormat::Png);
    for share in [50, 99, 100] {
        goes_away(&town, &paper, "house.png", &photo, share);
    }
    for _ in 0..2 {
        let page = visitor.upload(&paper, "house.png", None, &photo);
        assert_eq!(visitor.status, 200);
        assert_eq!(between(&page, "Saved: <a href=\"", "\"").len(), 1, "{page}");
    }
    let after = town.office.open_draft(key).await.unwrap();
    assert_eq!(after.content().answers, before);
    assert_eq!(after.content().evidence.len(), 1);
    assert!(town.office.documents().read(after.content().evidence[0].blob).await.is_ok());
    // Nobody else's file is taken for it.
    let other = fake::document(DocumentFormat::Jpeg);
    let page = visitor.upload(&paper, "garden.jpg", None, &other);
    assert_eq!(between(&page, "Saved: <a href=\"", "\"").len(), 2, "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_have_been_named_before_needs_the_offices_reason_and_the_applicant_sees_it() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let (mut desk, path) = (town.sit("front-desk"), desk_of(&receipt));
    let judge = |item: &str| {
        let form = [("act", "reject"), ("step", "intake"), ("item", item), ("reason", "TOU-GH-C01")];
        pairs(&form)
    };
    let back = pairs(&[("act", "return"), ("step", "intake"), ("note", "")]);
    desk.post(&path, &judge("documents.location-sketch"));
    assert!(!desk.get(&path).contains("name=\"exception\""), "the first list is free");
    desk.post(&path, &back);
    let explained = [("documents.location-sketch".parse().unwrap(), "It is all there is".to_owned())];
    let corrections = Corrections {
        channel: oneservice_core::request::Channel::Web,
        answers: serde_json::Map::new(),
        evidence: Vec::new(),
        signature: None,
        explanations: explained.into(),
    };
    let applicant = oneservice_core::request::Actor::Applicant;
    let resubmit = Command::Resubmit(corrections);
    town.office
        .act(receipt.id, resubmit, &applicant, oneservice_core::office::Basis::default())
        .await
        .unwrap();

    desk.post(&path, &judge("documents.photo"));
    assert!(desk.get(&path).contains("name=\"exception\""));
    let page = desk.post(&path, &back);
    assert_eq!(desk.status, 403);
    assert!(page.contains("the applicant has a right to one complete list"), "{page}");
    let mut excepted = back.clone();
    excepted.extend(pairs(&[("exception", "OF-N01")]));
    desk.post(&path, &excepted);
    assert_eq!(desk.status, 200);
    let case = town.case(&receipt).await;
    assert_eq!(case.request.stage(), StageName::Returned);
    let logged = case.history.iter().any(
        |happening| matches!(&happening.recorded.fact, AnyFact::Return(back) if back.exception.is_some()),
    );
    assert!(logged);
    for (page, why) in [
        (town.visitor().get(&page_of(&receipt)), "Named later than the first list"),
        (town.visitor().get(&page_of(&receipt)), "Found to be untrue only at the inspection"),
        (desk.get(&path), "Found to be untrue only at the inspection"),
    ] {
        assert!(page.contains(why), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_11_a_proxy_collects_with_the_applicants_code_and_the_history_names_the_proxy() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let own = page_of(&receipt);
    let mut applicant = town.visitor();
    assert!(!applicant.get(&own).contains("/proxy"), "no result is near");
    applicant.get(&format!("{own}/proxy"));
    assert_eq!(applicant.path, own);
    town.up_to_ready(&receipt).await;
    let page = applicant.get(&own);
    let links = between(&page, "href=\"", "\"");
    let proxy = links.into_iter().find(|link| link.ends_with("/proxy")).unwrap();
    let name = |name: &str| pairs(&[("act", "give"), ("name", name), ("identity", "passport 4321")]);
    let page = applicant.post(proxy, &name(" "));
    assert_eq!(applicant.status, 422);
    assert!(page.contains("value=\"passport 4321\""), "what was typed stays");

    // The code is shown once, to be printed, and is not that of an earlier mandate.
    let drawn = |page: &str| between(page, "<p class=\"code\">", "</p>")[1].to_owned();
    let page = applicant.post(proxy, &name("KEO SOPHEA"));
    let revoked = drawn(&page);
    assert!(page.contains("<svg class=\"qr\"") && page.contains("KEO SOPHEA · passport 4321"), "{page}");
    assert!(!applicant.get(proxy).contains(&revoked), "shown once");
    let page = applicant.post(proxy, &pairs(&[("act", "revoke")]));
    assert!(!page.contains("KEO SOPHEA"), "nobody may collect now");
    let code = drawn(&applicant.post(proxy, &name("KEO SOPHEA")));

    let (mut desk, path) = (town.sit("front-desk"), desk_of(&receipt));
    let page = desk.get(&path);
    let originals = between(&page, "name=\"original\" value=\"", "\"");
    let collect = |shown: &[(&str, &str)]| {
        let who = [("act", "collect"), ("relation", "proxy"), ("identity", "passport 4321")];
        let mut form = pairs(&[&who, shown].concat());
        form.extend(originals.iter().map(|id| ("original".to_owned(), (*id).to_owned())));
        form
    };
    let drawing = BASE64_STANDARD.encode(fake::document(DocumentFormat::Png));
    let drawing = format!("data:image/png;base64,{drawing}");
    let (signed, collector) = (("drawn", drawing.as_str()), ("collector", "KEO SOPHEA"));
    for (shown, why) in [
        (&[collector, signed] as &[_], "one-time code that the applicant was given"),
        (&[collector, ("mandate-code", &code)], "signature"),
        (&[collector, signed, ("mandate-code", "12")], "The one-time code is wrong"),
        (&[collector, signed, ("mandate-code", &revoked)], "took this authority back"),
        // A code that is named must be right.
        (&[collector, signed, ("mandate-code", "12"), ("mandate-paper", "1")], "The one-time code is wrong"),
        (&[signed, ("mandate-code", &code)], "Name who collects"),
    ] {
        let page = desk.post(&path, &collect(shown));
        assert_eq!(desk.status, 403, "{shown:?}");
        let alert = between(&page, "role=\"alert\"", "</div>").concat();
        assert!(alert.contains(why), "{shown:?}: {alert}");
        assert_eq!(town.case(&receipt).await.request.stage(), StageName::Ready);
    }
    let page = desk.post(&path, &collect(&[collector, signed, ("mandate-code", &code)]));
    assert_eq!(desk.status, 200);
    for page in [page, applicant.get(&own)] {
        let told = between(&page, "<li class=\"done\">", "</li>");
        let handed = told.into_iter().find(|line| line.contains("KEO SOPHEA · A proxy")).unwrap();
        assert!(handed.contains("passport 4321") && handed.contains("One-time code"), "{handed}");
        assert!(handed.contains("Signed by KEO SOPHEA") && !handed.contains('⚠'), "{handed}");
        assert!(!page.contains(&code), "the code stands nowhere");
    }
    assert!(!applicant.get(&own).contains("front-desk"), "the official is not named");
    let case = town.case(&receipt).await;
    assert!(case.request.record().mandate().is_none(), "spent");
    applicant.post(proxy, &name("CHAN VUTHY"));
    assert_eq!(applicant.path, own, "nothing is left to be collected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_written_authority_and_a_name_that_differs_are_told() {
    let town = Town::open().await;
    let mut told = Vec::new();
    for by_code in [false, true] {
        let receipt = town.apply(GUESTHOUSE).await;
        town.up_to_ready(&receipt).await;
        let given = pairs(&[("name", "KEO SOPHEA"), ("identity", "passport 4321")]);
        let page = town.visitor().post(&format!("{}/proxy", page_of(&receipt)), &given);
        let code = between(&page, "<p class=\"code\">", "</p>")[1].to_owned();
        let (mut desk, path) = (town.sit("front-desk"), desk_of(&receipt));
        let mut form = pairs(&[("act", "collect"), ("relation", "proxy"), ("signed", "1")]);
        form.extend(pairs(&[("collector", "CHAN VUTHY"), ("identity", "passport 9")]));
        form.push(if by_code {
            ("mandate-code".to_owned(), code)
        } else {
            ("mandate-paper".to_owned(), "1".to_owned())
        });
        let page = desk.get(&path);
        let originals = between(&page, "name=\"original\" value=\"", "\"");
        form.extend(originals.iter().map(|id| ("original".to_owned(), (*id).to_owned())));
        let page = desk.post(&path, &form);
        assert_eq!(desk.status, 200);
        let lines = between(&page, "<li class=\"done\">", "</li>");
        told.push((*lines.iter().find(|line| line.contains("CHAN VUTHY")).unwrap()).to_owned());
    }
    assert!(told[0].contains("Written authority") && !told[0].contains('⚠'), "{told:?}");
    assert!(told[1].contains("⚠ The name is not the one in the authority"), "{told:?}");
}
