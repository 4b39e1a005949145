//! What the library must find in applications: in the samples of the Battambang catalogue, and in drawn ones of all its services.
//!
//! `data/filings.jsonl` was drawn at random near every bound and judged by another program in another language, written from the
//! catalogue's format alone; of 1,620 drawn so, that program and this library judged every one alike.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{ApplicantKind, Catalog, DocumentClaim, Filing, Purpose, SignatureKind};
use serde_json::{Value, json};

fn battambang() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang")
}

fn filing(sample: &Value, catalog: &Catalog) -> (Filing, Moment) {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let at = Moment::parse(&word(&sample["submitted_at"])).unwrap();
    let documents = sample["documents"].as_array().unwrap().iter().map(|document| DocumentClaim {
        id: document["file"].as_str().unwrap_or_default().to_owned(),
        document: word(&document["document"]),
        media_type: word(&document["media_type"]),
        size_bytes: document["size"].as_u64().unwrap(),
        issued: document["issued"].as_str().map(|day| day.parse().unwrap()),
    });
    let filing = Filing {
        applicant: ApplicantKind::from_word(&word(&sample["applicant"]["kind"])).unwrap(),
        by_representative: sample["applicant"]["by_representative"].as_bool().unwrap_or(false),
        purpose: Purpose::from_word(&word(&sample["purpose"])).unwrap(),
        submitted_on: catalog.calendar().local_date(at),
        form: sample["form"].as_object().unwrap().clone().into(),
        documents: documents.collect(),
        signature: sample["signature"]["kind"].as_str().and_then(SignatureKind::from_word),
    };
    (filing, at)
}

/// Judges `sample` and compares with what it expects; `name` is for the message.
fn check(catalog: &Catalog, sample: &Value, name: &str) {
    let service = catalog.service(&sample["service"].as_str().unwrap().parse().unwrap()).unwrap();
    let (mut filing, at) = filing(sample, catalog);
    // The other judge does not look for the files that answers name: here they are all there.
    let asked = service.assess(&filing, catalog.places());
    let form = std::sync::Arc::clone(&filing.form);
    for (paper, id) in service.files_named(&form) {
        if service.field_of_file(paper).is_some_and(|field| asked.asked_field(&field.id).is_some()) {
            filing.documents.push(DocumentClaim {
                id: id.to_owned(),
                document: paper.to_owned(),
                media_type: "image/png".to_owned(),
                size_bytes: 1,
                issued: None,
            });
        }
    }
    let assessment = service.assess(&filing, catalog.places());
    let received_on = catalog.calendar().received_on(at);
    let due_on = catalog.calendar().add_working_days(received_on, assessment.working_days);
    let errors: Vec<Value> =
        assessment.problems.iter().map(|problem| json!([problem.path, problem.code])).collect();
    let found = json!({
        "accepted": errors.is_empty(),
        "errors": errors,
        "fee_khr": assessment.fee.total.minor(),
        "received_on": received_on.to_string(),
        "due_on": due_on.to_string(),
        "steps": assessment.steps,
        "normalized": assessment.answers,
    });
    for (key, expected) in sample["expect"].as_object().unwrap() {
        if key == "normalized" {
            for (field, answer) in expected.as_object().unwrap() {
                assert_eq!(&found[key][field], answer, "{name}: {field}");
            }
        } else {
            assert_eq!(&found[key], expected, "{name}: {key}");
        }
    }
}

#[test]
fn every_sample_has_the_outcome_that_it_names() {
    let catalog = Catalog::load(battambang()).unwrap_or_else(|error| panic!("{:#?}", error.mistakes));
    let mut services = BTreeSet::new();
    let mut samples = 0;
    for entry in std::fs::read_dir(battambang().join("samples")).unwrap() {
        let path = entry.unwrap().path();
        let sample: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        check(&catalog, &sample, path.to_str().unwrap());
        services.insert(sample["service"].to_string());
        samples += 1;
    }
    assert_eq!((samples, services.len()), (24, 8));
}

#[test]
fn drawn_filings_of_every_service_are_judged_as_by_the_other_program() {
    let catalog = Catalog::load(battambang()).unwrap_or_else(|error| panic!("{:#?}", error.mistakes));
    let mut services = BTreeSet::new();
    for (nth, line) in include_str!("data/filings.jsonl").lines().enumerate() {
        let filing: Value = serde_json::from_str(line).unwrap();
        check(&catalog, &filing, &format!("line {} of filings.jsonl", nth + 1));
        services.insert(filing["service"].to_string());
    }
    assert_eq!(services.len(), catalog.services().count());
}
