//! From the service's page to the hand-over, in Khmer and without script, through the real program: one service of each
//! sector, with a paper that is returned and sent again.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;

use oneservice_core::calendar::Date;
use oneservice_core::catalog::DocumentFormat;
use oneservice_core::office::{Clock, SystemClock};
use oneservice_pilot::fake;
use serde_json::Value;
use support::{Server, Visitor, between};

fn pair(name: impl Into<String>, value: impl Into<String>) -> (String, String) {
    (name.into(), value.into())
}

/// An answer as a form sends it.
fn flat(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(parts) if parts.contains_key("code") => {
            let code = oneservice_core::text::ascii_digits(parts["code"].as_str().unwrap());
            let levels = (1..=4).map(|level| 2 * level).filter(|length| code.len() >= *length);
            let mut pairs: Vec<_> =
                levels.map(|length| pair(format!("{name}.{length}"), &code[..length])).collect();
            pairs.extend(
                parts.get("line").and_then(Value::as_str).map(|line| pair(format!("{name}.line"), line)),
            );
            pairs
        }
        Value::Object(parts) => vec![pair(name, format!("{}, {}", parts["lat"], parts["lon"]))],
        Value::Array(rows) if rows.iter().any(Value::is_object) => rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| {
                let cells = cells.as_object().unwrap().iter();
                cells
                    .flat_map(move |(column, cell)| flat(&format!("{name}.{row}.{column}"), cell))
                    .collect::<Vec<_>>()
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| pair(name, item.as_str().unwrap())).collect(),
        Value::String(text) => vec![pair(name, text)],
        other => vec![pair(name, other.to_string())],
    }
}

struct Desk {
    visitor: Visitor,
    page: String,
}

impl Desk {
    fn sign_in(server: &Server, name: &str, code: &str) -> Self {
        let mut visitor = Visitor::new(server);
        visitor
            .post("/desk/login", &[pair("name", name), pair("password", oneservice_pilot::demo::PASSWORD)]);
        assert_eq!(visitor.path, "/desk", "{name} can sign in");
        let page = visitor.get(&format!("/desk/find?q={code}"));
        Self { visitor, page }
    }

    fn may(&self, act: &str) -> bool {
        self.page.contains(&format!("value=\"{act}\""))
    }

    fn act(&mut self, act: &str, with: &[(String, String)]) {
        let one = |name: &str| {
            between(&self.page, &format!("name=\"{name}\" value=\""), "\"").first().map(|v| (*v).to_owned())
        };
        let mut form = vec![pair("act", act)];
        for name in ["version", "token", "step"] {
            form.extend(one(name).map(|value| pair(name, value)));
        }
        form.extend_from_slice(with);
        let path = self.visitor.path.clone();
        self.page = self.visitor.post(&path, &form);
        assert_eq!(self.visitor.status, 200, "{act}: {:?}", between(&self.page, "role=\"alert\">", "</div>"));
    }
}

/// Fills in the sample of `service`, sends it, and gives the receipt's path and code.
fn apply(server: &Server, sample: &Value) -> (Visitor, String, String) {
    let mut visitor = Visitor::new(server);
    let service = sample["service"].as_str().unwrap();
    assert!(visitor.get("/").contains("lang=\"km\""), "Khmer comes first");
    assert!(visitor.get(&format!("/s/{service}")).contains("class=\"fee\""));
    visitor.post(
        &format!("/s/{service}/start"),
        &[
            pair("applicant", sample["applicant"]["kind"].as_str().unwrap()),
            pair("purpose", sample["purpose"].as_str().unwrap()),
        ],
    );
    let draft = visitor.path.clone();
    let form: Vec<_> =
        sample["form"].as_object().unwrap().iter().flat_map(|(field, answer)| flat(field, answer)).collect();
    // Twice: some questions appear only after others are answered.
    for _ in 0..3 {
        let tasks = visitor.get(&draft);
        for page in between(&tasks, &format!("{draft}/q/"), "\"") {
            visitor.post(&format!("{draft}/q/{page}"), &form);
        }
    }
    // An early look: what is missing is named with its link, and nothing is sent.
    let refused = visitor.post(&format!("{draft}/send"), &[]);
    assert_eq!(visitor.status, 422);
    assert!(refused.contains(&format!("href=\"{draft}/sign\"")), "the missing signature is linked");
    for paper in sample["documents"].as_array().unwrap() {
        let format = DocumentFormat::of_media_type(paper["media_type"].as_str().unwrap()).unwrap();
        let issued = paper["issued"].as_str();
        let path = format!("{draft}/d/{}", paper["document"].as_str().unwrap());
        let wrong = visitor.upload(&path, "photo.jpg.exe", issued, b"MZ this is a program");
        assert!(wrong.contains("class=\"error\""), "a program is no paper, whatever it is called");
        let page = visitor.upload(&path, "paper", issued, &fake::document(format));
        assert!(page.contains("notice ok"), "{path} was taken");
    }
    visitor.post(&format!("{draft}/sign"), &[pair("agree", "1"), pair("signer", "SOK DARA")]);
    let check = visitor.get(&format!("{draft}/check"));
    assert!(!check.contains("role=\"alert\""), "{:?}", between(&check, "role=\"alert\">", "</div>"));
    let receipt = visitor.post(&format!("{draft}/send"), &[]);
    let path = visitor.path.clone();
    assert!(path.starts_with("/r/"), "{path}");
    let code = between(&receipt, "class=\"code\">", "<")[0].to_owned();
    visitor.post(&format!("{draft}/send"), &[]);
    assert_eq!(visitor.path, path, "a double tap gives the same receipt");
    (visitor, path, code)
}

fn collected(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang/samples");
    let text = std::fs::read_to_string(root.join(format!("{name}--valid.json"))).unwrap();
    let mut sample: Value = serde_json::from_str(&text).unwrap();
    // Papers and dates of the sample grow old; the journey happens today.
    let now = SystemClock.now().to_string();
    let today: Date = now[..10].parse().unwrap();
    for paper in sample["documents"].as_array_mut().unwrap() {
        if paper.get("issued").is_some() {
            paper["issued"] = oneservice_core::calendar::dmy(today).into();
        }
    }
    for (_, answer) in sample["form"].as_object_mut().unwrap() {
        shift(answer, today);
    }
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), true);
    let (mut applicant, receipt, code) = apply(&server, &sample);

    let mut cashier = Desk::sign_in(&server, "cashier", &code);
    if cashier.may("pay") {
        cashier.act("pay", &[]);
    }
    let mut desk = Desk::sign_in(&server, "front-desk", &code);
    let item = between(&desk.page, "id=\"documents.", "\"")[0].to_owned();
    let reason = between(&desk.page, "name=\"reason\" value=\"", "\"")[0].to_owned();
    let note = "សូមថតម្តងទៀត ក្នុងពន្លឺ";
    desk.act(
        "reject",
        &[pair("item", format!("documents.{item}")), pair("reason", reason), pair("note", note)],
    );
    desk.act("return", &[pair("note", "សូមកែ")]);
    let fix = applicant.get(&format!("{receipt}/fix"));
    assert!(fix.contains(note), "the applicant reads the officer's words");
    assert_eq!(between(&fix, "<section id=", ">").len(), 1, "only what was returned is asked");
    let paper =
        sample["documents"].as_array().unwrap().iter().find(|p| p["document"] == item.as_str()).unwrap();
    let format = DocumentFormat::of_media_type(paper["media_type"].as_str().unwrap()).unwrap();
    applicant.upload(
        &format!("{receipt}/fix/d/{item}"),
        "new",
        paper["issued"].as_str(),
        &fake::document(format),
    );
    applicant.post(&format!("{receipt}/fix"), &[]);
    assert_eq!(applicant.path, receipt);

    let roles = [
        "front-desk",
        "examiner",
        "opinion-officer",
        "inspector",
        "department-head",
        "governor-delegate",
        "approver",
    ];
    for _ in 0..6 {
        for role in roles {
            let mut officer = Desk::sign_in(&server, role, &code);
            for act in ["approve", "pass", "issue"] {
                if officer.may(act) {
                    officer.act(act, &[]);
                }
            }
        }
        let mut cashier = Desk::sign_in(&server, "cashier", &code);
        if cashier.may("pay") {
            cashier.act("pay", &[]);
        }
        if Desk::sign_in(&server, "front-desk", &code).may("collect") {
            break;
        }
    }
    let mut desk = Desk::sign_in(&server, "front-desk", &code);
    let originals = between(&desk.page, "name=\"original\" value=\"", "\"");
    let mut form: Vec<_> = originals.iter().map(|id| pair("original", *id)).collect();
    form.extend([
        pair("collector", "SOK DARA"),
        pair("relation", "applicant"),
        pair("identity", "national-id 6789"),
        pair("signed", "1"),
    ]);
    desk.act("collect", &form);
    let status = applicant.get(&receipt);
    assert!(status.contains(&oneservice_pilot::words::get(
        oneservice_core::text::Lang::Km,
        "ending-collected",
        &[]
    )));
    let english = applicant.get(&format!("/en{receipt}"));
    assert!(english.contains("Collected") && english.contains("lang=\"en\""), "every page has its twin");
}

/// Dates of the sample that must lie ahead are moved ahead, all by the same two years.
fn shift(answer: &mut Value, today: Date) {
    match answer {
        Value::String(text) => {
            let day = oneservice_core::calendar::parse_date(text).filter(|day| day.year() == 2026);
            if let Some(later) = day.and_then(|_| today.checked_add(jiff::Span::new().days(30)).ok()) {
                *text = later.to_string();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, today)),
        Value::Object(parts) => parts.values_mut().for_each(|part| shift(part, today)),
        _ => {}
    }
}

#[test]
fn a_guesthouse_is_licensed() {
    collected("tourism_guesthouse-licence");
}

#[test]
fn a_slaughterhouse_is_permitted() {
    collected("agriculture_slaughterhouse-establishment");
}

#[test]
fn a_film_is_permitted() {
    collected("culture_film-shooting-permit");
}

#[test]
fn a_craft_is_registered() {
    collected("industry_handicraft-registration");
}
