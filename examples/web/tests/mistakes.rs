//! What is wrong with an application is the same through the pages as through `oneservice request check`: every sample of the catalogue
//! is filed by the forms, on its own day, and the last page before sending says exactly the errors that the sample names.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use oneservice_core::catalog::{Catalog, DocumentFormat, ProblemCode, Service};
use oneservice_core::office::{Clock, SetClock};
use oneservice_core::text::Lang;
use oneservice_pilot::sample::Sample;
use oneservice_pilot::{Place, fake, sentence};
use oneservice_web::{App, router};
use serde_json::Value;
use support::{Visitor, between, sample};

/// Label and text of every line of the page's summary of errors.
fn said(page: &str) -> BTreeSet<(String, String)> {
    let alert = between(page, "role=\"alert\"", "</div>").concat();
    let lines = between(&alert, "<li>", "</li>").into_iter().map(|line| {
        let (label, text) = line.split_once("</a>: ").unwrap();
        (label.rsplit('>').next().unwrap().to_owned(), text.to_owned())
    });
    lines.collect()
}

/// What the page has to say of the sample's errors. An answer to a question that is not asked cannot be given on a page.
fn expected(lang: Lang, service: &Service, sample: &Value, catalog: &Catalog) -> BTreeSet<(String, String)> {
    let parsed: Sample = serde_json::from_value(sample.clone()).unwrap();
    let problems = parsed.assess(catalog).unwrap().problems;
    let named: Vec<_> = problems.iter().map(|p| serde_json::json!([p.path, p.code])).collect();
    assert_eq!(Value::from(named), sample["expect"]["errors"]);
    let on_pages = problems.iter().filter(|problem| problem.code != ProblemCode::NotApplicable);
    on_pages.map(|p| (sentence::path(lang, service, &p.path), sentence::problem(lang, service, p))).collect()
}

/// Files the sample by the pages, as far as they ask for it, and gives the address of the draft.
fn file(visitor: &mut Visitor, sample: &Value, service: &Service) -> String {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let mut begin = vec![
        pair("applicant", &word(&sample["applicant"]["kind"])),
        pair("purpose", &word(&sample["purpose"])),
    ];
    if sample["applicant"]["by_representative"] == true {
        begin.push(pair("representative", "1"));
    }
    visitor.post(&format!("/s/{}/start", service.id), &begin);
    let draft = visitor.path.clone();
    let controls = sample::controls(sample);
    // Answers bring further questions, on the same page or an earlier one.
    for _ in 0..3 {
        for section in &service.sections {
            visitor.post(&format!("{draft}/q/{}", section.id), &controls);
        }
    }
    for paper in sample["documents"].as_array().unwrap() {
        let format = DocumentFormat::of_media_type(&word(&paper["media_type"])).unwrap();
        let page = format!("{draft}/d/{}", word(&paper["document"]));
        visitor.upload(&page, &word(&paper["file"]), paper["issued"].as_str(), &fake::document(format));
        assert_eq!(visitor.status, 200);
    }
    visitor.post(&format!("{draft}/sign"), &[pair("agree", "1"), pair("signer", "SOK DARA")]);
    draft
}

async fn filed_on_its_day(folder: &Path, sample: Value) {
    let data = tempfile::tempdir().unwrap();
    let place =
        Place { data: data.path().to_owned(), store: None, catalog: Some(folder.to_owned()), trial: false };
    let parsed: Sample = serde_json::from_value(sample.clone()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SetClock::at(parsed.moment().unwrap()));
    let opened = place.open(Some(clock)).await.unwrap();
    let office = opened.office.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(axum::serve(listener, router(App::new(opened))).into_future());
    let pages = tokio::task::spawn_blocking(move || {
        let catalog = office.catalog();
        let service = parsed.service(catalog).unwrap();
        let name = &sample["name"];
        let mut visitor = Visitor::at(address);
        let draft = file(&mut visitor, &sample, service);
        for (lang, prefix) in [(Lang::Km, ""), (Lang::En, "/en")] {
            let page = visitor.get(&format!("{prefix}{draft}/check"));
            let expected = expected(lang, service, &sample, catalog);
            assert_eq!(said(&page), expected, "{name}, {lang:?}");
            assert_eq!(page.contains("/send\""), expected.is_empty(), "{name}: what is wrong cannot be sent");
        }
    });
    pages.await.unwrap();
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_say_what_each_sample_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang");
    let mut with_errors = 0;
    for entry in std::fs::read_dir(folder.join("samples")).unwrap() {
        let sample: Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        with_errors += usize::from(sample["expect"]["accepted"] == false);
        filed_on_its_day(&folder, sample).await;
    }
    assert!(with_errors >= 8, "only {with_errors} samples have errors");
}
