//! Judging a form of twenty fields: `Service::assess` beside the `jsonschema` crate with the exported schema.
//!
//! `assess` does more: it names every problem, normalises, evaluates conditions, reckons fee and days and lists the papers. So the crate is
//! asked thrice: for yes or no, for every error, and for its whole evaluation. The schema is compiled once, as the service is. Both see the answers in their normal form, and both must say yes to the form in order and no to each wrong one.

use std::{
    hint::black_box,
    io::{self, Write as _},
    time::{Duration, Instant},
};

use oneservice_core::{
    calendar::date,
    catalog::{ApplicantKind, DocumentClaim, Filing, Purpose, Service, SignatureKind},
    testing::sample,
};
use serde_json::{Value, json};

/// Each round measures both sides, one after the other; the best of each counts, since only other work can slow a round down.
const ROUNDS: usize = 40;
const FORMS_A_ROUND: u32 = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let catalog = sample::catalog()?;
    let service: &Service = catalog.services().next().ok_or("the sample has a service")?;
    let places = catalog.places();
    let typed = filing(json!({
        "name_km": "សុខ ដារា", "name_latin": "SOK DARA", "birth_date": "12/7/1985", "national_id": "010 234 567",
        "phone": "012 345 678", "email": "sok.dara@example.org", "home": { "code": "900101", "line": "ផ្ទះ ១២" },
        "place": { "code": "900102" }, "spot": { "lat": 12.5, "lon": 104.5 }, "stalls": "៣", "area": "12.5", "capital": "1,234.50",
        "goods": "food", "days": ["sat", "sun"], "cooks": true, "plate": "12 ក", "remarks": "តូបជិតទ្វារ",
        "helpers": [{ "name": "ចាន់", "days": 5, "paid": true }, { "name": "ធី", "days": 2, "paid": false }],
        "previous_expiry": "2026-03-30", "previous_licence": "old",
    }));
    let first = service.assess(&typed, places);
    let form_problems = |filing: &Filing| {
        service
            .assess(filing, places)
            .problems
            .iter()
            .filter(|problem| problem.path.starts_with("form."))
            .count()
    };
    if form_problems(&typed) > 0 {
        return Err(format!("the form should be in order: {:?}", first.problems).into());
    }
    let normal = Filing { form: first.answers.into(), ..typed.clone() };
    let answers = Value::Object((*normal.form).clone());
    let schema =
        jsonschema::draft202012::options().should_validate_formats(true).build(&service.form_schema())?;

    let mut verdicts = usize::from(schema.is_valid(&answers) == (form_problems(&normal) == 0));
    let mut differ = Vec::new();
    let wrong = wrong_answers();
    for (field, value) in &wrong {
        let mut form = (*normal.form).clone();
        form.insert((*field).to_owned(), value.clone());
        let ours = form_problems(&Filing { form: form.clone().into(), ..normal.clone() }) == 0;
        let theirs = schema.is_valid(&Value::Object(form));
        verdicts += usize::from(ours == theirs);
        if ours != theirs {
            differ.push(*field);
        }
    }

    let (mut typed_best, mut normal_best) = (Duration::MAX, Duration::MAX);
    let (mut schema_best, mut errors_best, mut evaluate_best) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        typed_best = typed_best.min(per_form(|| drop(black_box(service.assess(black_box(&typed), places)))));
        normal_best =
            normal_best.min(per_form(|| drop(black_box(service.assess(black_box(&normal), places)))));
        schema_best = schema_best.min(per_form(|| {
            black_box(schema.is_valid(black_box(&answers)));
        }));
        errors_best = errors_best
            .min(per_form(|| drop(black_box(schema.iter_errors(black_box(&answers)).collect::<Vec<_>>()))));
        evaluate_best = evaluate_best.min(per_form(|| drop(black_box(schema.evaluate(black_box(&answers))))));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "a form of {} fields, best of {ROUNDS} rounds of {FORMS_A_ROUND}", normal.form.len())?;
    writeln!(out, "{:<44}{:>10}{:>20}", "", "ns a form", "of our time, typed")?;
    let mut row = |what: &str, time: Duration| {
        let ratio = time.as_secs_f64() / typed_best.as_secs_f64();
        writeln!(out, "{what:<44}{:>10}{ratio:>20.2}", time.as_nanos())
    };
    row("assess, answers as typed", typed_best)?;
    row("assess, answers in their normal form", normal_best)?;
    row("jsonschema is_valid: yes or no", schema_best)?;
    row("jsonschema iter_errors: every error", errors_best)?;
    row("jsonschema evaluate: a verdict a rule", evaluate_best)?;
    writeln!(out, "same verdict on {verdicts} of {} forms", wrong.len() + 1)?;
    for field in differ {
        writeln!(out, "  another verdict: {field}")?;
    }
    Ok(())
}

fn per_form(mut judge: impl FnMut()) -> Duration {
    let begun = Instant::now();
    (0..FORMS_A_ROUND).for_each(|_| judge());
    begun.elapsed() / FORMS_A_ROUND
}

fn filing(form: Value) -> Filing {
    Filing {
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::Renewal,
        submitted_on: date(2026, 3, 31),
        form: form.as_object().cloned().unwrap_or_default().into(),
        // The file that an answer names.
        documents: vec![DocumentClaim {
            id: "old".into(),
            document: "previous-licence".into(),
            media_type: "image/jpeg".into(),
            size_bytes: 1,
            issued: None,
        }],
        signature: Some(SignatureKind::Drawn),
    }
}

/// One wrong answer for each rule that a schema can say.
fn wrong_answers() -> Vec<(&'static str, Value)> {
    vec![
        ("name_km", json!("Sok Dara")),
        ("name_km", json!("ក".repeat(101))),
        ("name_latin", json!("សុខ")),
        ("birth_date", json!("1985-13-12")),
        ("national_id", json!("12345678")),
        ("phone", json!("+1202555010")),
        ("email", json!("sok.dara")),
        ("home", json!({ "code": "9" })),
        ("spot", json!({ "lat": 120.0, "lon": 104.5 })),
        ("stalls", json!(21)),
        ("stalls", json!("many")),
        ("area", json!("12.55")),
        ("capital", json!("12.555")),
        ("goods", json!("fish")),
        ("days", json!(["sat", "mon"])),
        ("days", json!(["sat", "sun", "feast"])),
        ("cooks", json!("yes")),
        ("plate", json!("?")),
        ("helpers", json!([{ "name": "ចាន់", "days": 32 }])),
        ("helpers", json!([{ "name": "ចាន់", "days": 5, "age": 7 }])),
        ("unknown", json!(1)),
    ]
}
