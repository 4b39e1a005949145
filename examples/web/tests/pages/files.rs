//! Files within the form: the photo of each object of an antique shop.

use oneservice_core::catalog::{DocumentFormat, ReasonKind};
use oneservice_core::request::{Command, Correction};
use oneservice_pilot::{demo, fake};
use serde_json::Value;

use crate::support::{between, sample};
use crate::town::{Town, pairs};

const SHOP: &str = "culture.antique-shop-licence";
const PAPER: &str = "objects-object-photo";

/// The name and the picture's id of each object.
fn objects(answers: &serde_json::Map<String, Value>) -> Vec<(String, String)> {
    let word = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let rows = answers["objects"].as_array().unwrap().iter();
    rows.map(|row| (word(row, "object_name"), word(row, "object_photo"))).collect()
}

fn key_of(page: &str) -> oneservice_core::ids::AccessKey {
    page.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_object_has_its_own_picture_and_one_is_corrected_alone() {
    let town = Town::open().await;
    let service = town.office.catalog().service(&SHOP.parse().unwrap()).unwrap().clone();
    let today = town.office.catalog().calendar().local_date(town.office.now());
    let filing =
        demo::filing(&service, town.office.catalog().places(), today, &mut demo::Dice::new(7)).unwrap();
    let mut visitor = town.visitor();
    let chosen = pairs(&[("applicant", filing.applicant.as_str()), ("purpose", filing.purpose.as_str())]);
    visitor.post(&format!("/en/s/{SHOP}/start"), &chosen);
    let draft = visitor.path.clone();
    let mut answers = (*filing.form).clone();
    answers.remove("objects");
    let form = sample::controls(&serde_json::json!({ "form": answers }));
    let section =
        service.sections.iter().find(|s| s.fields.iter().any(|f| f.id.as_str() == "objects")).unwrap();
    for other in service.sections.iter().filter(|other| other.id != section.id) {
        for _ in 0..5 {
            visitor.post(&format!("{draft}/q/{}", other.id), &form);
        }
    }

    // The first row was left empty, and the picture is asked for in the second.
    let questions = format!("{draft}/q/{}", section.id);
    let page = visitor.get(&questions);
    assert!(page.contains("name=\"_file\" value=\"objects.0.object_photo\""));
    let row = |nth: usize, name: &str| {
        let cell = |column: &str| format!("objects.{nth}.{column}");
        let cells =
            [("object_name", name), ("material", "bronze"), ("age_years", "300"), ("provenance", "bought")];
        cells.map(|(column, value)| (cell(column), value.to_owned())).to_vec()
    };
    let empty: Vec<(String, String)> =
        row(0, "").into_iter().map(|(name, _)| (name, String::new())).collect();
    let pressed = |nth: usize| vec![("_file".to_owned(), format!("objects.{nth}.object_photo"))];
    let rest: Vec<_> =
        form.iter().filter(|(name, _)| name == "alarm" || name == "register_kept").cloned().collect();
    visitor.post(&questions, &[rest.clone(), empty, row(1, "Bell"), pressed(1)].concat());
    assert_eq!(visitor.path, format!("{questions}/objects.0.object_photo"));
    let cell = visitor.path.clone();
    let page = visitor.upload(&cell, "bell.jpg", None, b"MZ this is a program");
    assert!(visitor.path == cell && page.contains("role=\"alert\""), "a program is no picture");
    let page = visitor.upload(&cell, "bell.jpg", None, &fake::document(DocumentFormat::Jpeg));
    assert_eq!(visitor.path.split('#').next(), Some(questions.as_str()));
    let id = between(&page, "name=\"objects.0.object_photo\" value=\"", "\"")[0].to_owned();
    assert!(page.contains("bell.jpg") && page.contains("value=\"Bell\""), "nothing typed is lost");

    // Another row, its picture, seen and exchanged.
    let kept = vec![("objects.0.object_photo".to_owned(), id.clone())];
    visitor
        .post(&questions, &[rest.clone(), row(0, "Bell"), kept.clone(), row(1, "Drum"), pressed(1)].concat());
    let cell = visitor.path.clone();
    assert_eq!(cell, format!("{questions}/objects.1.object_photo"));
    visitor.upload(&cell, "wrong.png", None, &fake::document(DocumentFormat::Png));
    let page = visitor.get(&cell);
    let link =
        between(&page, "<a href=\"/en/a/", "\"").into_iter().find(|link| link.contains("/f/")).unwrap();
    visitor.get(&format!("/en/a/{link}"));
    assert_eq!(visitor.status, 200, "it can be looked at");
    let page = visitor.post(&format!("{cell}/remove"), &[]);
    assert!(visitor.path == questions && !page.contains("wrong.png"));
    visitor.upload(&cell, "drum.jpg", None, &fake::document(DocumentFormat::Jpeg));
    let page = visitor.get(&questions);
    let drum = between(&page, "name=\"objects.1.object_photo\" value=\"", "\"")[0].to_owned();
    let both = [kept, vec![("objects.1.object_photo".to_owned(), drum.clone())]].concat();
    let all = [rest, row(0, "Bell"), row(1, "Drum"), both].concat();
    // A page that was opened before the pictures came takes none away, and no row that it does not know.
    let old =
        [all[..2].to_vec(), row(0, "Bell"), vec![("_rows.objects".to_owned(), "1".to_owned())]].concat();
    for stale in [old.clone(), [old, vec![("objects.0.object_photo".to_owned(), "0".repeat(32))]].concat()] {
        visitor.post(&questions, &stale);
        let there = town.office.open_draft(key_of(&draft)).await.unwrap();
        let objects = objects(&there.content().answers);
        assert_eq!(objects, [("Bell".into(), id.clone()), ("Drum".into(), drum.clone())]);
        assert_eq!(there.content().evidence.iter().filter(|e| e.document.as_str() == PAPER).count(), 2);
    }
    // A row that begins with its picture comes after the last, wherever the empty row stands.
    let gap =
        [all.clone(), row(2, "").into_iter().map(|(name, _)| (name, String::new())).collect(), pressed(2)]
            .concat();
    visitor.post(&questions, &gap);
    assert_eq!(visitor.path, format!("{questions}/objects.2.object_photo"));
    visitor.post(&questions, &all);
    assert_ne!(visitor.path, questions, "the section is done");

    for claim in filing.documents.iter().filter(|claim| claim.document != PAPER) {
        let bytes = fake::document(DocumentFormat::of_media_type(&claim.media_type).unwrap());
        let issued = claim.issued.map(|day| day.to_string());
        visitor.upload(&format!("{draft}/d/{}", claim.document), &claim.id, issued.as_deref(), &bytes);
    }
    visitor.post(&format!("{draft}/sign"), &pairs(&[("agree", "1"), ("signer", "SOK DARA")]));
    let page = visitor.get(&format!("{draft}/check"));
    assert!(page.contains("Bell · Bronze · 300 · bought · bell.jpg"), "read before it is sent");
    visitor.post(&format!("{draft}/send"), &[]);
    let receipt = visitor.path.clone();
    assert!(receipt.starts_with("/en/r/"), "{}", visitor.path);

    // The officer looks at each, and each look is told.
    let case = town.office.case_by_link(key_of(&receipt)).await.unwrap();
    assert_eq!(
        objects(&case.request.record().answers),
        [("Bell".into(), id.clone()), ("Drum".into(), drum.clone())]
    );
    let request = case.request.record().id;
    let mut desk = town.sit("front-desk");
    let page = desk.get(&format!("/en/desk/r/{request}"));
    assert!(page.contains("1 · bell.jpg") && page.contains("2 · drum.jpg"), "{page}");
    desk.get(&format!("/en/desk/r/{request}/f/{drum}"));
    assert_eq!(desk.status, 200);
    assert!(visitor.get(&receipt).contains("Photo"), "which paper was opened is told");

    // One picture is dark: that one alone comes anew.
    let corrections = vec![Correction {
        item: "form.objects".parse().unwrap(),
        reason: service.reasons.iter().find(|r| r.kind == ReasonKind::Return).unwrap().code.clone(),
        note: Some("the drum is dark".into()),
    }];
    let step = service.review.steps[0].id.clone();
    town.act_on(request, "front-desk", Command::Return { step, corrections, note: None, exception: None })
        .await;
    let fix = format!("{receipt}/fix");
    let page = visitor.get(&fix);
    assert!(page.contains("bell.jpg") && page.contains("drum.jpg"));
    visitor.post(&fix, &[all.clone(), pairs(&[("_on.objects", "1")]), pressed(1)].concat());
    assert_eq!(visitor.path, format!("{fix}/q/objects.1.object_photo"));
    let cell = visitor.path.clone();
    let page = visitor.upload(&cell, "bright.jpg", None, &fake::document(DocumentFormat::Jpeg));
    let bright = between(&page, "name=\"objects.1.object_photo\" value=\"", "\"")[0].to_owned();
    let sent: Vec<_> = all.iter().filter(|(name, _)| name != "objects.1.object_photo").cloned().collect();
    let new = vec![
        ("_on.objects".to_owned(), "1".to_owned()),
        ("objects.1.object_photo".to_owned(), bright.clone()),
    ];
    visitor.post(&fix, &[sent, new].concat());
    assert_eq!(visitor.path, receipt, "the correction was sent");
    let case = town.office.case(request).await.unwrap();
    let record = case.request.record();
    assert_eq!(objects(&record.answers), [("Bell".into(), id.clone()), ("Drum".into(), bright.clone())]);
    let given: std::collections::BTreeSet<String> =
        record.evidence_for(PAPER).map(|e| e.blob.to_string()).collect();
    assert_eq!(given, [id, bright].into());
    let page = desk.get(&format!("/en/desk/r/{request}"));
    assert!(page.contains("drum.jpg") && page.contains("2 · bright.jpg"), "before and after");
}
