//! Made-up but valid answers for any form: filled in as its fields ask, judged, and mended until nothing is wrong.

use std::sync::Arc;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::{
    Assessment, DateBound, DocumentClaim, DocumentFormat, Field, FieldKind, Filing, PlaceLevel, Places,
    ProblemCode, Service, TextRule,
};
use oneservice_core::ids::DocumentId;
use serde_json::{Value, json};

use super::dice::Dice;

/// Khmer names with their Latin spelling. Invented.
const NAMES: &[(&str, &str)] = &[
    ("សុខ ដារ៉ា", "SOK DARA"),
    ("ចាន់ សុភា", "CHAN SOPHEA"),
    ("លី ម៉េងហុង", "LY MENGHONG"),
    ("កែវ ពិសិដ្ឋ", "KEO PISETH"),
    ("ហេង ស្រីមុំ", "HENG SREYMOM"),
    ("ប៊ុន រតនា", "BUN RATANA"),
    ("នួន ចិន្តា", "NUON CHENDA"),
    ("ទេព វណ្ណៈ", "TEP VANNAK"),
    ("អ៊ុំ សុវណ្ណ", "OUM SOVAN"),
    ("ម៉ៅ គន្ធា", "MAO KUNTHEA"),
];

/// How often answers are thrown again before a service is given up.
const ATTEMPTS: usize = 60;

/// A filing of `service` that is in order; none if chance would not have it.
pub fn filing(service: &Service, places: &Places, today: Date, dice: &mut Dice) -> Option<Filing> {
    (0..ATTEMPTS).find_map(|_| attempt(service, places, today, dice))
}

fn attempt(service: &Service, places: &Places, today: Date, dice: &mut Dice) -> Option<Filing> {
    let applicant = *dice.pick(&service.applicants)?;
    let purpose = *dice.pick(&service.purposes)?;
    let mut filing = Filing {
        applicant,
        by_representative: false,
        purpose,
        submitted_on: today,
        form: Arc::default(),
        documents: Vec::new(),
        signature: service.signature.kinds.first().copied(),
    };
    let person = dice.pick(NAMES).copied()?;
    for _ in 0..6 {
        let Assessment { problems, asked_fields, asked_documents, .. } = service.assess(&filing, places);
        if problems.is_empty() {
            return Some(filing);
        }
        let form = Arc::make_mut(&mut filing.form);
        form.retain(|key, _| asked_fields.iter().any(|asked| asked.id.as_str() == key));
        for problem in &problems {
            let field = problem.path.strip_prefix("form.").and_then(|path| path.split('.').next());
            match (field.and_then(|id| service.field(id)), problem.code) {
                (Some(field), code) if code != ProblemCode::NotApplicable => {
                    form.insert(field.id.to_string(), answer(field, places, today, person, dice));
                }
                _ => {}
            }
            if let Some(check) = problem.path.strip_prefix("checks.") {
                let check = service.checks.iter().find(|c| c.id.as_str() == check);
                for id in check.into_iter().flat_map(|check| &check.fields) {
                    if let Some(field) = service.field(id.as_str()) {
                        form.insert(id.to_string(), answer(field, places, today, person, dice));
                    }
                }
            }
        }
        filing.documents.clear();
        for asked in asked_documents.iter().filter(|asked| asked.required || dice.one_in(4)) {
            let Some(document) = service.document(asked.id.as_str()) else { continue };
            let Some(format) = document.formats.first() else { continue };
            filing.documents.push(DocumentClaim {
                id: file_name(&asked.id, *format),
                document: asked.id.to_string(),
                media_type: format.media_type().to_owned(),
                size_bytes: 1,
                issued: document.issued_within_months.map(|_| today),
            });
        }
        filing.documents.extend(service.files_named(&filing.form).into_iter().map(|(paper, id)| {
            DocumentClaim {
                id: id.to_owned(),
                document: paper.to_owned(),
                media_type: DocumentFormat::Jpeg.media_type().to_owned(),
                size_bytes: 1,
                issued: None,
            }
        }));
    }
    None
}

/// What a file for a paper is called.
pub(crate) fn file_name(paper: &DocumentId, format: DocumentFormat) -> String {
    format!("{paper}.{format}")
}

fn answer(field: &Field, places: &Places, today: Date, person: (&str, &str), dice: &mut Dice) -> Value {
    let cut = |text: &str, most: u32| -> String { text.chars().take(most as usize).collect() };
    let is_name = field.id.as_str().starts_with("name");
    match &field.kind {
        FieldKind::Text(rule) => {
            let words = format!("{} {}", field.label.en, dice.up_to(90));
            json!(cut(&fitting(words, rule, dice), rule.max_length))
        }
        FieldKind::KhmerText(rule) if is_name => json!(cut(person.0, rule.max_length)),
        FieldKind::KhmerText(rule) => {
            json!(cut(&format!("{} {}", field.label.km, dice.up_to(90)), rule.max_length))
        }
        FieldKind::LatinText(rule) if is_name => json!(cut(person.1, rule.max_length)),
        FieldKind::LatinText(rule) => json!(cut(&fitting("Sample".to_owned(), rule, dice), rule.max_length)),
        FieldKind::Integer { min, max, .. } => {
            let spread = (max - min).clamp(0, 40) as u64;
            json!(min + dice.up_to(spread + 1) as i64)
        }
        FieldKind::Decimal { min, max, .. } => {
            json!(format!("{}", (min.ceil() + dice.up_to(30) as f64).min(max.floor())))
        }
        FieldKind::Money { min, max, .. } => {
            json!(format!("{}", (min.ceil() + dice.up_to(90) as f64 * 100_000.0).min(max.floor())))
        }
        FieldKind::Date { not_before, not_after } => {
            json!(date(*not_before, *not_after, today, dice).to_string())
        }
        FieldKind::Phone => json!(format!("012 {:03} {:03}", dice.up_to(1000), dice.up_to(1000))),
        FieldKind::Email => json!(format!("applicant{}@example.org", dice.up_to(1000))),
        FieldKind::NationalId => json!(format!("{:09}", 20_000_000 + dice.up_to(900_000_000))),
        FieldKind::Choice { options } => json!(dice.pick(options).map_or("", |option| option.value.as_str())),
        FieldKind::MultiChoice { options, min_items, .. } => {
            let first = dice.up_to(options.len() as u64) as usize;
            let count = min_items.unwrap_or(1).max(1) as usize;
            let chosen = options.iter().cycle().skip(first).take(count.min(options.len()));
            json!(chosen.map(|option| option.value.as_str()).collect::<Vec<_>>())
        }
        FieldKind::Boolean => json!(dice.one_in(2)),
        FieldKind::Address { level, province } => {
            json!({ "code": place(*level, province.as_deref(), places, dice), "line": "ផ្ទះលេខ ១២" })
        }
        FieldKind::GeoPoint { .. } => json!({ "lat": 13.1, "lon": 103.2 }),
        FieldKind::Table { columns, min_rows, max_rows } => {
            let rows = u64::from((*max_rows).min(min_rows.unwrap_or(1).max(1) + 1)).max(1);
            let least = u64::from(min_rows.unwrap_or(1).max(1));
            let count = least + dice.up_to(rows - least + 1);
            let row = |dice: &mut Dice| {
                let cells = columns.iter().filter(|column| column.required);
                Value::Object(
                    cells
                        .map(|column| (column.id.to_string(), answer(column, places, today, person, dice)))
                        .collect(),
                )
            };
            Value::Array((0..count).map(|_| row(dice)).collect())
        }
        FieldKind::File(paper) => json!(file_name(&paper.id, DocumentFormat::Jpeg)),
        _ => json!("sample"),
    }
}

/// The words, or what people write where a pattern wants no words: a number of a paper, of a taxpayer, a time of day, a page.
fn fitting(words: String, rule: &TextRule, dice: &mut Dice) -> String {
    let number = 10_000_000 + dice.up_to(9_999_999);
    let fits = |text: &String| rule.pattern.as_ref().is_none_or(|pattern| pattern.matches(text));
    let page = "https://example.org".to_owned();
    let known = [
        format!("N{number}"),
        format!("K001-1{number:08}"),
        format!("{number:08}"),
        "09:30".to_owned(),
        page,
    ];
    if fits(&words) { words } else { known.into_iter().find(fits).unwrap_or(words) }
}

fn date(not_before: Option<DateBound>, not_after: Option<DateBound>, today: Date, dice: &mut Dice) -> Date {
    let earliest = not_before.and_then(|bound| bound.on(today));
    let latest = not_after.and_then(|bound| bound.on(today));
    let days = |date: Date, days: i64| date.checked_add(jiff::Span::new().days(days)).unwrap_or(date);
    match (earliest, latest) {
        (Some(earliest), Some(latest)) => days(earliest, dice.up_to(5) as i64).min(latest),
        (Some(earliest), None) => days(earliest, 10 + dice.up_to(60) as i64),
        (None, Some(latest)) => days(latest, -(dice.up_to(9_000) as i64)),
        (None, None) => days(today, dice.up_to(60) as i64),
    }
}

fn place(level: PlaceLevel, province: Option<&str>, places: &Places, dice: &mut Dice) -> String {
    let mut code = province.unwrap_or_default().to_owned();
    for _ in 0..20 {
        while code.len() < level.code_length() {
            let below: Vec<String> = places.children(&code).map(|place| place.code.clone()).collect();
            match dice.pick(&below) {
                Some(next) => code.clone_from(next),
                None => break,
            }
        }
        if code.len() == level.code_length() {
            break;
        }
        code = province.unwrap_or_default().to_owned();
    }
    code
}
