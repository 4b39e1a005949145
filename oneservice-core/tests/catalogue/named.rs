//! Slips in the office's files, in the plan and in lists: all that is said of each, with file, line and field.

use std::collections::BTreeMap;

use oneservice_core::catalog::Catalog;
use oneservice_core::testing::sample;

const OFFICE: &str = "office.toml";
const SECTORS: &str = "sectors.toml";
const HOLIDAYS: &str = "holidays.toml";
const PLACES: &str = "geo/places.csv";
const STALL: &str = "services/trade/market-stall.toml";

/// All that is said of `files`: file, line counted from `from`, field and code.
fn said(files: &BTreeMap<String, String>, from: i64) -> Vec<String> {
    let mistakes = Catalog::parse(files).err().map(|error| error.mistakes).unwrap_or_default();
    let said = mistakes.iter().map(|m| {
        assert!(!m.message.is_empty());
        format!("{} {:+} {} {}", m.file, i64::from(m.line) - from, m.field, m.code)
    });
    said.collect()
}

/// What is said where in `file` something else stands.
fn slip(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = sample::files();
    let text = files.get_mut(file).unwrap();
    let at = text.find(from).unwrap_or_else(|| panic!("{file} has no {from:?}"));
    let line = text[..at].matches('\n').count() as i64 + 1;
    text.replace_range(at..at + from.len(), to);
    said(&files, line)
}

/// File, what stands there, what stands there by a slip, and all that is said.
const SLIPS: &[(&str, &str, &str, &[&str])] = &[
    // Lists of the office in which something stands twice or names nothing.
    (
        OFFICE,
        "id = \"health\"\nkind",
        "id = \"trade\"\nkind",
        &[
            "office.toml -1 departments.trade duplicate",
            "services/trade/market-stall.toml +247 review.steps.opinion-health.department reference",
        ],
    ),
    (OFFICE, "id = \"inspector\"", "id = \"examiner\"", &["office.toml -1 roles.examiner duplicate"]),
    (
        OFFICE,
        "not_with = [\"approver\"]",
        "not_with = [\"operator\"]",
        &["office.toml +0 roles.front-desk.not_with reference"],
    ),
    (OFFICE, "province = \"90\"", "province = \"77\"", &["office.toml +0 province reference"]),
    (
        OFFICE,
        "geo_code = \"900101\"",
        "geo_code = \"770101\"",
        &["office.toml +0 contact.geo_code reference"],
    ),
    (OFFICE, "\"13:00-16:00\"", "\"13:00\"", &["office.toml +0 hours.sessions.1 time"]),
    (OFFICE, "\"13:00-16:00\"", "\"13:00-noon\"", &["office.toml +0 hours.sessions.1 time"]),
    (
        OFFICE,
        "receipt = \"R-{yyyy}-{seq:06}\"",
        "receipt = \"R-{yyyy}-{yyyy}-{seq}\"",
        &["office.toml +0 numbering.receipt value"],
    ),
    (
        OFFICE,
        "receipt = \"R-{yyyy}-{seq:06}\"",
        "receipt = \"R-{yyyy}-{seq:06}-{month}\"",
        &["office.toml +0 numbering.receipt value"],
    ),
    // The form of a file.
    (OFFICE, "counters = [", "counters = [\n  7,", &["office.toml +1 counters.0 type"]),
    (OFFICE, "may = [\"take-fee\"]", "may = \"take-fee\"", &["office.toml +0 roles.cashier.may type"]),
    (OFFICE, "sample = true\nname", "sample = \"yes\"\nname", &["office.toml +0 sample type"]),
    (
        STALL,
        "min = 1\nmax = 20",
        "min = \"one\"\nmax = 20",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.min type"],
    ),
    (
        STALL,
        "en = \"Number of stalls\"",
        "en = \"Number of stalls\", fr = \"Nombre\"",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.label.fr unknown-key"],
    ),
    (
        STALL,
        "en = \"Number of stalls\"",
        "en = \"Number\u{200b} of stalls\"",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.label.en text"],
    ),
    (
        STALL,
        "en = \"Number of stalls\"",
        "en = \"Caf\u{65}\u{301} stalls\"",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.label.en text"],
    ),
    (
        STALL,
        "en = \"Number of stalls\"",
        "en = 5",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.label.en type"],
    ),
    (
        STALL,
        "label = { km = \"ចំនួនតូប\", en = \"Number of stalls\" }",
        "label = \"Number of stalls\"",
        &["services/trade/market-stall.toml +0 sections.stall.fields.stalls.label type"],
    ),
    (
        STALL,
        "checklist = [{ km = \"ទីតាំង\", en = \"Place\" }]",
        "checklist = [\"Place\"]",
        &["services/trade/market-stall.toml +0 review.steps.examine.checklist.0 type"],
    ),
    (
        STALL,
        "working_days = 15\n",
        "working_days = 1.5\n",
        &["services/trade/market-stall.toml +0 processing_time.rules.0.working_days type"],
    ),
    (
        STALL,
        "id = \"stall\"\n",
        "id = \"Stall\"\n",
        &["services/trade/market-stall.toml +0 sections.Stall.id name"],
    ),
    (STALL, "[validity]\n", "[[validity]]\n", &["services/trade/market-stall.toml +0 validity type"]),
    // Papers.
    (
        STALL,
        "issued_within_months = 3",
        "issued_within_months = 0",
        &["services/trade/market-stall.toml +0 documents.health-letter.issued_within_months value"],
    ),
    (
        STALL,
        "max_bytes = 5242880",
        "max_bytes = 104857601",
        &["services/trade/market-stall.toml +0 documents.id-card.max_bytes value"],
    ),
    (STALL, "max_bytes = 5242880", "max_bytes = 104857600", &[]),
    // Times.
    (
        STALL,
        "working_days = 10\n",
        "working_days = 1001\n",
        &["services/trade/market-stall.toml +0 processing_time.working_days value"],
    ),
    (STALL, "working_days = 10\n", "working_days = 1000\n", &[]),
    (
        STALL,
        "working_days = 15\n",
        "working_days = 1001\n",
        &["services/trade/market-stall.toml +0 processing_time.rules.0.working_days value"],
    ),
    (
        STALL,
        "months = 12\n",
        "months = 1201\n",
        &["services/trade/market-stall.toml +0 validity.months value"],
    ),
    (STALL, "months = 12\n", "months = 1200\n", &[]),
    (
        STALL,
        "kind = \"months\"\nmonths = 12\nrenew_from_days_before = 60\n",
        "kind = \"permanent\"\n",
        &["services/trade/market-stall.toml -1 validity.renew_from_days_before missing-key"],
    ),
    // The steps need 1 + 4 + 2 + 1 days in a row.
    (
        STALL,
        "working_days = 10\n",
        "working_days = 7\n",
        &["services/trade/market-stall.toml +0 processing_time.working_days plan"],
    ),
    (STALL, "working_days = 10\n", "working_days = 8\n", &[]),
    // Who must agree.
    (
        STALL,
        "kind = \"examination\"\n",
        "kind = \"examination\"\nmin_approvers = 2\n",
        &["services/trade/market-stall.toml +1 review.steps.examine.min_approvers plan"],
    ),
    (STALL, "kind = \"examination\"\n", "kind = \"examination\"\nmin_approvers = 1\n", &[]),
    (
        STALL,
        "kind = \"approval\"\n",
        "kind = \"approval\"\nmin_approvers = 0\n",
        &["services/trade/market-stall.toml +1 review.steps.approve.min_approvers plan"],
    ),
    (
        STALL,
        "kind = \"approval\"\n",
        "kind = \"approval\"\nmin_approvers = 10\n",
        &["services/trade/market-stall.toml +1 review.steps.approve.min_approvers plan"],
    ),
    (STALL, "kind = \"approval\"\n", "kind = \"approval\"\nmin_approvers = 9\n", &[]),
    (STALL, "kind = \"examination\"", "kind = \"inspection\"\nphotos = 10", &[]),
    (
        STALL,
        "kind = \"examination\"",
        "kind = \"inspection\"\nphotos = 0",
        &["services/trade/market-stall.toml +1 review.steps.examine.photos plan"],
    ),
    // Nothing but the issue step comes after the last approval.
    (
        STALL,
        "after = [\"approve\"]\nworking_days = 1\n",
        "after = [\"approve\"]\nworking_days = 1\n\n[[review.steps]]\nid = \"check\"\nkind = \"examination\"\ntitle = { km = \"ក\", en = \"Check\" }\nrole = \"examiner\"\n\
         department = \"trade\"\nafter = [\"approve\"]\nworking_days = 1\n\n[[review.steps]]\nid = \"issue-2\"\nkind = \"issue\"\ntitle = { km = \"ក\", en = \"Issue\" }\n\
         role = \"front-desk\"\ndepartment = \"owso\"\nafter = [\"check\"]\nworking_days = 1\n",
        &[
            "services/trade/market-stall.toml -47 review.steps plan",
            "services/trade/market-stall.toml +9 review.steps.check.after plan",
        ],
    ),
    // Reasons.
    (
        STALL,
        "kind = \"refuse\"\ntext = { km = \"គ្មានកន្លែង\", en = \"There is no place left\" }\nlegal_basis = \"market-rules\"",
        "kind = \"refuse\"\ntext = { km = \"គ្មានកន្លែង\", en = \"There is no place left\" }\nlegal_basis = \"custom\"",
        &["services/trade/market-stall.toml +2 reasons.TR-X01.legal_basis reference"],
    ),
    (
        STALL,
        "legal_basis = \"market-rules\"\n\n[[reasons]]",
        "\n[[reasons]]",
        &["services/trade/market-stall.toml -4 reasons.TR-X01.legal_basis missing-key"],
    ),
    (
        STALL,
        "document = \"id-card\"\n",
        "field = \"rooms\"\n",
        &["services/trade/market-stall.toml +0 reasons.TR-C01.field reference"],
    ),
    (STALL, "code = \"TR-X09\"\nkind = \"refuse\"", "code = \"TR-X09\"\nkind = \"return\"", &[]),
    // What a result prints.
    (
        STALL,
        "\"office.name\"]",
        "\"office.seal\"]",
        &["services/trade/market-stall.toml +0 result.prints.4 reference"],
    ),
    // Money.
    (STALL, "base = 20000", "base = 1000000000", &["services/trade/market-stall.toml +1 fee.max fee"]),
    (STALL, "max = 500000\n", "max = 1000000001\n", &["services/trade/market-stall.toml +0 fee.max fee"]),
    (STALL, "max = 500000\n", "max = 20000\n", &[]),
    (STALL, "max = 500000\n", "max = 19999\n", &["services/trade/market-stall.toml +0 fee.max fee"]),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"1000000000\"", &[]),
    // Sectors, holidays, places.
    (
        SECTORS,
        "[[sectors]]",
        "[[sectors]]\nid = \"trade\"\norder = 2\ndepartment = \"trade\"\nname = { km = \"ក\", en = \"A\" }\nshort = { km = \"ក\", en = \"A\" }\n\
         summary = { km = \"ក\", en = \"A\" }\n\n[[sectors]]",
        &["sectors.toml +8 sectors.trade duplicate"],
    ),
    (
        HOLIDAYS,
        "date = \"2026-05-01\"\nname = { km = \"ទិវាពលកម្មអន្តរជាតិ\", en = \"Labour Day\" }",
        "date = \"2026-01-01\"\nname = { km = \"ទិវា\", en = \"New Year's Day\" }",
        &["holidays.toml -1 holidays.2026-01-01 duplicate"],
    ),
    // Two feasts may fall on one day.
    (HOLIDAYS, "date = \"2026-05-01\"", "date = \"2026-01-01\"", &[]),
    (PLACES, "900102,commune,9001,សង្កាត់ខាងត្បូង,South Ward", "900102,commune", &["geo/places.csv +0  syntax"]),
    (PLACES, "900102,commune,9001,", "920102,commune,9201,", &["geo/places.csv +0 9201 reference"]),
    (PLACES, "សង្កាត់ខាងត្បូង", "South", &["geo/places.csv +0 900102 text"]),
    (PLACES, "South Ward", " ", &["geo/places.csv +0 900102 text"]),
    (
        PLACES,
        "91,province,,",
        "9a,province,,",
        &["geo/places.csv +0 9a value", "geo/places.csv +1 91 reference"],
    ),
];

#[test]
fn each_slip_is_named_and_nothing_else() {
    let mut unlike = Vec::new();
    for (file, from, to, expected) in SLIPS {
        let said = slip(file, from, to);
        if said != *expected {
            unlike.push(format!("{from:?} → {to:?}: {said:#?}"));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn a_service_needs_a_reason_of_each_kind() {
    let mut files = sample::files();
    let text = files.get_mut(STALL).unwrap();
    let at = text.find("[[reasons]]\ncode = \"TR-X01\"").unwrap();
    text.truncate(at);
    let first = text[..text.find("[[reasons]]").unwrap()].matches('\n').count() as i64 + 1;
    let said = said(&files, first);
    assert_eq!(said, ["services/trade/market-stall.toml +0 reasons value"]);
}

#[test]
fn each_file_that_a_catalogue_needs_is_asked_for() {
    for file in [OFFICE, SECTORS, HOLIDAYS] {
        let mut files = sample::files();
        files.remove(file).unwrap();
        assert_eq!(said(&files, 1), [format!("{file} +0  missing-file")]);
    }
    let mut files = sample::files();
    files.insert("services/trade/notes.txt".to_owned(), String::new());
    assert_eq!(said(&files, 1), ["services/trade/notes.txt +0  unknown-file"]);
}

#[test]
fn two_files_that_call_one_place_otherwise_are_named() {
    let mut files = sample::files();
    let header = "code,level,parent,km,en\n";
    files.insert("geo/more.csv".to_owned(), format!("{header}91,province,,ខេត្តជិតខាង,Next Province\n"));
    assert_eq!(said(&files, 1), [""; 0], "the same place in two files is one place");
    files.insert("geo/more.csv".to_owned(), format!("{header}91,province,,ខេត្តមួយ,Another Province\n"));
    assert_eq!(said(&files, 1), ["geo/places.csv +6 91 duplicate"]);
}

#[test]
fn a_file_of_nothing_but_brackets_is_refused_and_deep_values_are_too() {
    let mut files = sample::files();
    files.insert(HOLIDAYS.to_owned(), "[".repeat(300));
    assert_eq!(said(&files, 1), ["holidays.toml +0  syntax"]);
    let closed = format!("format = 1\nnote = \"{}\"\nholidays = []\n", "[]".repeat(300));
    files.insert(HOLIDAYS.to_owned(), closed);
    assert_eq!(said(&files, 1), [""; 0], "what is closed again is not deep");
}
