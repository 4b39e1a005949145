//! Catalogues with a slip of the hand: each is refused, with the file, the line and the kind of the mistake.

use std::collections::BTreeMap;

use oneservice_core::catalog::{Catalog, Mistake};
use oneservice_core::testing::sample;

const OFFICE: &str = "office.toml";
const SECTORS: &str = "sectors.toml";
const HOLIDAYS: &str = "holidays.toml";
const PLACES: &str = "geo/places.csv";
const STALL: &str = "services/trade/market-stall.toml";

/// Where the mistake must be reported, in lines from the first that was changed. `None`: anywhere in the file.
type At = Option<i64>;

/// File, what stands there, what stands there by mistake, the kind of mistake, and where.
const SLIPS: &[(&str, &str, &str, &str, At)] = &[
    // The file itself.
    (OFFICE, "format = 1", "format = ", "syntax", Some(0)),
    (OFFICE, "format = 1", "format = 2", "value", Some(0)),
    (STALL, "format = 1", "format = \"1\"", "type", Some(0)),
    (OFFICE, "account = \"office@devb\"", "account = \"office\"", "value", Some(0)),
    (
        OFFICE,
        "account = \"office@devb\"",
        "account = \"one-window-service-office@devb\"\nmerchant = \"00000000001111111111222222222233\"\nbank = \"A bank with a name of 32 letters\"",
        "value",
        Some(0),
    ),
    (OFFICE, "city = \"Harbour Town\"", "city = \"ក្រុងគំរូ\"", "value", Some(0)),
    (STALL, "version = 1", "version = -1", "type", Some(0)),
    (STALL, "version = 1", "version = 0", "value", Some(0)),
    (STALL, "[[legal_basis]]", "colour = \"blue\"\n[[legal_basis]]", "unknown-key", Some(0)),
    (STALL, "sector = \"trade\"\n", "", "missing-key", None),
    (STALL, "id = \"trade.market-stall\"", "id = \"trade.stall\"", "place", Some(0)),
    (STALL, "id = \"trade.market-stall\"", "id = \"Trade Stall\"", "value", Some(0)),
    (STALL, "valid_from = \"2026-01-01\"", "valid_from = \"2026-02-30\"", "time", Some(0)),
    (STALL, "department = \"trade\"\nname", "department = \"fishing\"\nname", "reference", Some(0)),
    (STALL, "sector = \"trade\"", "sector = \"fishing\"", "reference", Some(0)),
    (STALL, "applicants = [\"person\", \"company\"]", "applicants = [\"people\"]", "word", Some(0)),
    (STALL, "applicants = [\"person\", \"company\"]", "applicants = []", "value", Some(0)),
    (STALL, "purposes = [\"new\", \"renewal\"]", "purposes = []", "value", Some(0)),
    // Words for people.
    (STALL, "en = \"Licence: market stall\"", "en = \"\"", "text", Some(0)),
    (STALL, "en = \"Licence: market stall\"", "en = \" Licence \"", "text", Some(0)),
    (STALL, "en = \"Licence: market stall\"", "en = \"តូប\"", "text", Some(0)),
    (STALL, "km = \"អាជ្ញាប័ណ្ណតូបក្នុងផ្សារ\"", "km = \"Stall\"", "text", Some(0)),
    (STALL, ", en = \"Licence: market stall\" }", " }", "missing-key", Some(0)),
    // Fees.
    (STALL, "base = 20000", "base = -1", "type", Some(0)),
    (STALL, "base = 20000", "base = 2.5", "type", Some(0)),
    (STALL, "base = 20000", "base = 2000000000000", "fee", Some(0)),
    (STALL, "max = 500000\n", "max = 10\n", "fee", Some(0)),
    (STALL, "when = \"on-submission\"", "when = \"sometimes\"", "word", Some(0)),
    (STALL, "when = \"on-submission\"", "when = \"none\"", "fee", None),
    (STALL, "currency = \"KHR\"\nwhen", "currency = \"THB\"\nwhen", "word", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"(form.stalls - 1\"", "condition", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"form.area * 5.0\"", "condition", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"form.stols * 5000\"", "condition", Some(0)),
    (STALL, "each = \"helpers\"", "each = \"stalls\"", "reference", Some(0)),
    (STALL, "each = \"helpers\"", "each = \"nobody\"", "reference", Some(0)),
    (STALL, "amount = \"row.days * 100\"", "amount = \"row.name\"", "condition", Some(0)),
    (STALL, "id = \"per-helper\"", "id = \"per-stall\"", "duplicate", None),
    // Conditions.
    (
        STALL,
        "visible_when = 'form.goods == \"food\"'",
        "visible_when = 'form.goods == \"fish\"'",
        "condition",
        Some(0),
    ),
    (
        STALL,
        "visible_when = 'form.goods == \"food\"'",
        "visible_when = 'form.goods = \"food\"'",
        "condition",
        Some(0),
    ),
    (STALL, "visible_when = 'form.goods == \"food\"'", "visible_when = 'form.stalls'", "condition", Some(0)),
    (
        STALL,
        "visible_when = 'form.goods == \"food\"'",
        "visible_when = 'form.goods.startsWith(\"f\")'",
        "condition",
        Some(0),
    ),
    (
        STALL,
        "rule = \"form.area >= 2.0 || form.stalls < 3\"",
        "rule = \"form.area >= 2 || form.stalls < 3\"",
        "condition",
        Some(0),
    ),
    (STALL, "fields = [\"area\", \"stalls\"]", "fields = [\"area\", \"rooms\"]", "reference", Some(0)),
    // Calculations that cannot be.
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"form.stalls / 0\"", "condition", Some(0)),
    (
        STALL,
        "amount = \"(form.stalls - 1) * 5000\"",
        "amount = \"form.stalls % (2 - 2)\"",
        "condition",
        Some(0),
    ),
    (STALL, "rule = \"form.area >= 2.0", "rule = \"form.area / 0.0 >= 2.0", "condition", Some(0)),
    (STALL, "amount = \"row.days * 100\"", "amount = \"row.days * (4 / (1 - 1))\"", "condition", Some(0)),
    (STALL, "amount = \"row.days * 100\"", "amount = \"9000000000 * 9000000000\"", "condition", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"-5000\"", "fee", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"20 - 5000 * 2\"", "fee", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"5000000000\"", "fee", Some(0)),
    (STALL, "amount = \"(form.stalls - 1) * 5000\"", "amount = \"form.stalls > 1\"", "condition", Some(0)),
    (STALL, "max = 500000\n", "max = 2000000000000\n", "fee", Some(0)),
    (STALL, "max = 500000\n", "max = -5\n", "type", Some(0)),
    (STALL, "base = 20000", "base = 20050", "fee", Some(0)),
    (STALL, "when = \"form.stalls > 1\"", "when = \"form.stalls in 1\"", "condition", Some(0)),
    (STALL, "when = \"form.stalls > 1\"", "when = \"1 > 2\"", "condition", Some(0)),
    (STALL, "when = \"form.stalls > 1\"", "when = \"row.days > 1\"", "condition", Some(0)),
    (STALL, "when = \"form.stalls > 1\"", "when = \"form.stalls > 1 &&\"", "condition", Some(0)),
    (STALL, "when = 'row.paid == true'", "when = 'row.wage == true'", "condition", Some(0)),
    (
        STALL,
        "required_when = 'form.cooks == true'",
        "required_when = 'form.cooks == \"yes\"'",
        "condition",
        Some(0),
    ),
    (STALL, "required_when = 'form.cooks == true'", "required_when = '!true'", "condition", Some(0)),
    (
        STALL,
        "visible_when = 'request.purpose == \"renewal\"'",
        "visible_when = 'request.purpose == \"again\"'",
        "condition",
        Some(0),
    ),
    (
        STALL,
        "when = 'form.goods == \"food\"'\nworking_days = 15",
        "when = 'false'\nworking_days = 15",
        "condition",
        Some(0),
    ),
    (STALL, "working_days = 15\n", "working_days = 0\n", "value", Some(0)),
    // Fields.
    (STALL, "type = \"phone\"", "type = \"telephone\"", "field", Some(0)),
    (STALL, "id = \"phone\"", "id = \"phone-number\"", "field", Some(0)),
    (STALL, "id = \"phone\"", "id = \"name_km\"", "duplicate", None),
    (STALL, "min = 1\nmax = 20", "min = 21\nmax = 20", "field", Some(0)),
    (STALL, "min = 1\nmax = 20\n", "max = 20\n", "field", None),
    (STALL, "decimals = 1\n", "", "field", None),
    (STALL, "currency = \"USD\"\n", "", "field", None),
    (STALL, "pattern = \"[0-9A-Zក-អ -]+\"", "pattern = \"[0-9\"", "field", Some(0)),
    (STALL, "min_length = 2\n", "min_length = 13\n", "field", Some(0)),
    (STALL, "max_length = 12\n", "max_length = 0\n", "field", Some(0)),
    (STALL, "max_length = 12\n", "max_length = 1\n", "field", None),
    (STALL, "max_length = 12\n", "max_length = 5000000000\n", "value", Some(0)),
    (STALL, "max_items = 2\n", "max_items = 0\n", "field", Some(0)),
    (STALL, "min_items = 1\nmax_items = 2\n", "min_items = 9\nmax_items = 10\n", "field", Some(0)),
    (STALL, "max_rows = 10\n", "max_rows = 0\n", "field", Some(0)),
    (STALL, "version = 1", "version = 5000000000", "value", Some(0)),
    (
        STALL,
        "not_before = \"1900-01-01\"\nnot_after = \"submission-18y\"",
        "not_before = \"submission-17y\"\nnot_after = \"submission-18y\"",
        "field",
        Some(0),
    ),
    (STALL, "not_after = \"submission-18y\"", "not_after = \"eighteen years\"", "field", Some(0)),
    (
        STALL,
        "level = \"commune\"\nprovince = \"90\"",
        "level = \"street\"\nprovince = \"90\"",
        "word",
        Some(0),
    ),
    (
        STALL,
        "level = \"commune\"\nprovince = \"90\"",
        "level = \"commune\"\nprovince = \"77\"",
        "reference",
        Some(1),
    ),
    (STALL, "{ value = \"cloth\",", "{ value = \"food\",", "field", None),
    (STALL, "max_rows = 10\n", "", "field", None),
    (
        STALL,
        "type = \"integer\", label = { km = \"ថ្ងៃ\"",
        "type = \"table\", label = { km = \"ថ្ងៃ\"",
        "field",
        None,
    ),
    // Documents, checks, validity.
    (STALL, "formats = [\"pdf\"]", "formats = [\"exe\"]", "word", Some(0)),
    (STALL, "formats = [\"pdf\"]", "formats = []", "value", Some(0)),
    (STALL, "id = \"health-letter\"", "id = \"id-card\"", "duplicate", None),
    (STALL, "max_bytes = 5242880", "max_bytes = 0", "value", Some(0)),
    (STALL, "max_files = 2", "max_files = 0", "value", Some(0)),
    (STALL, "max_files = 2", "max_files = 200", "value", None),
    (STALL, "months = 12", "months = 0", "value", Some(0)),
    (
        STALL,
        "kind = \"months\"\nmonths = 12",
        "kind = \"until-date\"\nuntil_field = \"stalls\"",
        "reference",
        None,
    ),
    (STALL, "renew_from_days_before = 60\n", "", "missing-key", None),
    (STALL, "from_result = \"valid_until\"", "from_result = \"until\"", "word", Some(0)),
    (STALL, "from_result = \"valid_until\"", "from_result = \"number\"", "field", Some(0)),
    (STALL, "purposes = [\"new\", \"renewal\"]", "purposes = [\"new\"]", "field", None),
    (
        STALL,
        "{ id = \"days\", type = \"integer\"",
        "{ id = \"days\", from_result = \"number\", type = \"integer\"",
        "field",
        None,
    ),
    (
        STALL,
        "{ id = \"name\", type = \"khmer-text\"",
        "{ id = \"name\", from_result = \"number\", type = \"khmer-text\"",
        "field",
        None,
    ),
    (STALL, "kinds = [\"drawn\", \"thumbprint\"]", "kinds = []", "value", Some(0)),
    // The plan.
    (STALL, "role = \"examiner\"", "role = \"wizard\"", "word", Some(0)),
    (STALL, "role = \"examiner\"", "role = \"cashier\"", "word", Some(0)),
    (STALL, "signed_by = \"approver\"", "signed_by = \"applicant\"", "word", Some(0)),
    // Circles: to itself, to each other, and round the whole plan.
    (
        STALL,
        "after = [\"intake\"]\nworking_days = 3",
        "after = [\"examine\"]\nworking_days = 3",
        "plan",
        Some(0),
    ),
    (
        STALL,
        "after = [\"intake\"]\nworking_days = 3",
        "after = [\"opinion-health\"]\nworking_days = 3",
        "plan",
        Some(0),
    ),
    (STALL, "after = []\n", "after = [\"issue\"]\n", "plan", Some(0)),
    (STALL, "distinct_from = [\"examine\"]", "distinct_from = [\"approve\"]", "plan", Some(0)),
    // Steps that nobody reaches, or that are for nobody.
    (
        STALL,
        "when = 'form.goods == \"food\"'\n\n[[review.steps]]",
        "when = '2 < 1'\n\n[[review.steps]]",
        "condition",
        Some(0),
    ),
    (
        STALL,
        "when = 'form.goods == \"food\"'\n\n[[review.steps]]",
        "when = 'form.goods == \"fish\"'\n\n[[review.steps]]",
        "condition",
        Some(0),
    ),
    (STALL, "id = \"examine\"", "id = \"intake\"", "duplicate", None),
    (
        STALL,
        "distinct_from = [\"examine\"]",
        "distinct_from = [\"examine\"]\nwhen = 'form.stalls > 5'",
        "plan",
        None,
    ),
    (STALL, "kind = \"issue\"", "kind = \"examination\"", "plan", None),
    (STALL, "kind = \"opinion\"", "kind = \"issue\"", "plan", None),
    (
        STALL,
        "after = [\"intake\"]\nworking_days = 4",
        "after = [\"intake\"]\nworking_days = 400",
        "plan",
        None,
    ),
    (STALL, "role = \"examiner\"", "role = \"governor-delegate\"", "reference", Some(0)),
    (STALL, "department = \"health\"", "department = \"sea\"", "reference", Some(0)),
    (
        STALL,
        "after = [\"examine\", \"opinion-health\"]",
        "after = [\"examine\", \"opinion\"]",
        "plan",
        Some(0),
    ),
    (
        STALL,
        "after = [\"intake\"]\nworking_days = 3",
        "after = [\"approve\"]\nworking_days = 3",
        "plan",
        None,
    ),
    (STALL, "distinct_from = [\"examine\"]\n", "", "plan", None),
    (STALL, "checklist = [{ km", "photos = 1\nchecklist = [{ km", "plan", Some(0)),
    (STALL, "kind = \"examination\"", "kind = \"inspection\"\nphotos = 11", "plan", Some(1)),
    (STALL, "distinct_from = [\"examine\"]", "distinct_from = [\"nobody\"]", "plan", Some(0)),
    (STALL, "kind = \"approval\"", "kind = \"opinion\"", "plan", None),
    (STALL, "kind = \"completeness\"", "kind = \"examination\"", "plan", None),
    (STALL, "working_days = 10\nclock", "working_days = 3\nclock", "plan", None),
    // Versions.
    (STALL, "version = 1", "version = 1\nwithdrawn_on = \"2025-06-01\"", "value", Some(1)),
    (STALL, "version = 1", "version = 1\nwithdrawn_on = \"next year\"", "time", Some(1)),
    (STALL, "version = 1", "version = 1\ntrial_only = \"yes\"", "type", Some(1)),
    (OFFICE, "id = \"harbour-town\"", "id = \"harbour-trial\"", "value", Some(0)),
    (
        STALL,
        "version = 1",
        "version = 1\nwithdrawn_on = \"2027-01-01\"\nwithdrawn_reason = \"law\"",
        "type",
        Some(2),
    ),
    (
        STALL,
        "version = 1",
        "version = 1\nwithdrawn_reason = { km = \"ច្បាប់\", en = \"Law\" }",
        "missing-key",
        None,
    ),
    // Results and reasons.
    (STALL, "number_format = \"STALL-{yyyy}-{seq:05}\"", "number_format = \"STALL\"", "value", Some(0)),
    (
        STALL,
        "\"form.stalls\", \"result.valid_until\"",
        "\"form.rooms\", \"result.valid_until\"",
        "reference",
        Some(0),
    ),
    (STALL, "document = \"id-card\"", "document = \"passport\"", "reference", Some(0)),
    (STALL, "legal_basis = \"market-rules\"\n", "", "missing-key", None),
    (STALL, "code = \"TR-X01\"", "code = \"TR-C01\"", "duplicate", None),
    // The office and its days.
    (OFFICE, "time_zone = \"Asia/Kathmandu\"", "time_zone = \"Asia/Harbour\"", "time", Some(0)),
    (
        OFFICE,
        "working_days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
        "working_days = [\"monday\"]",
        "word",
        Some(0),
    ),
    (
        OFFICE,
        "working_days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
        "working_days = []",
        "time",
        Some(0),
    ),
    (OFFICE, "\"13:00-16:00\"", "\"16:00-13:00\"", "time", Some(0)),
    (OFFICE, "\"13:00-16:00\"", "\"11:00-16:00\"", "time", Some(0)),
    (OFFICE, "cutoff = \"16:00\"", "cutoff = \"25:00\"", "time", Some(0)),
    (OFFICE, "request = \"HT-{yyyy}-{seq:06}\"", "request = \"HT\"", "value", Some(0)),
    (OFFICE, "code = \"OF-L01\"", "code = \"OF-E01\"", "duplicate", None),
    (OFFICE, "kind = \"late\"", "kind = \"lazy\"", "word", Some(0)),
    (OFFICE, "code = \"OF-L01\"", "code = \"of l\"", "value", None),
    (OFFICE, "pay_days = 30", "pay_days = 0", "value", Some(0)),
    (OFFICE, "collect_days = 90", "collect_days = 99999", "value", Some(0)),
    (OFFICE, "remind_days = 7", "remind_days = \"a week\"", "type", Some(0)),
    (OFFICE, "remind_days = 7", "nag_days = 7", "unknown-key", Some(0)),
    (STALL, "then = \"escalate\"", "then = \"forgive\"", "word", Some(0)),
    (
        STALL,
        "then = \"escalate\"\nlegal_basis = \"market-rules\"",
        "then = \"escalate\"\nlegal_basis = \"custom\"",
        "reference",
        Some(1),
    ),
    (STALL, "article = \"art. 7\"", "article = \"\"", "text", Some(0)),
    (STALL, "since = \"2026-01-01\"", "since = \"soon\"", "time", Some(0)),
    (OFFICE, "sector = \"trade\"", "sector = \"sea\"", "reference", Some(0)),
    (OFFICE, "not_with = [\"approver\"]", "not_with = [\"wizard\"]", "word", Some(0)),
    (OFFICE, "role = \"cashier\" }", "role = \"applicant\" }", "reference", None),
    (SECTORS, "department = \"trade\"", "department = \"fishing\"", "reference", Some(0)),
    (SECTORS, "[[sectors]]", "[[sectors]]\nid = \"trade\"", "syntax", None),
    (HOLIDAYS, "date = \"2026-05-01\"", "date = \"2026-05-32\"", "time", Some(0)),
    (HOLIDAYS, "status = \"listed\"\nsource", "status = \"perhaps\"\nsource", "word", Some(0)),
    (PLACES, "900101,commune,9001,", "900101,commune,9101,", "reference", Some(0)),
    (PLACES, "900101,commune,9001,", "9001010,commune,9001,", "value", Some(0)),
    (PLACES, "900102,commune", "900101,commune", "duplicate", Some(0)),
    (PLACES, "900102,commune", "900102,ward", "value", Some(0)),
];

fn edited(files: &mut BTreeMap<String, String>, file: &str, from: &str, to: &str) -> i64 {
    let text = files.get_mut(file).unwrap();
    let at = text.find(from).unwrap_or_else(|| panic!("{file} has no {from:?}"));
    text.replace_range(at..at + from.len(), to);
    text[..at].matches('\n').count() as i64 + 1
}

fn mistakes(files: &BTreeMap<String, String>) -> Vec<Mistake> {
    Catalog::parse(files).err().map(|error| error.mistakes).unwrap_or_default()
}

#[test]
fn each_slip_of_the_hand_is_named_where_it_stands() {
    let mut unfound = Vec::new();
    for (file, from, to, code, at) in SLIPS {
        let mut files = sample::files();
        let line = edited(&mut files, file, from, to);
        let found = mistakes(&files);
        let is_it = |mistake: &&Mistake| {
            mistake.file == *file
                && mistake.code.to_string() == *code
                && at.is_none_or(|at| i64::from(mistake.line) == line + at)
        };
        if found.iter().find(is_it).is_none_or(|mistake| mistake.message.is_empty()) {
            unfound
                .push(format!("{from:?} → {to:?}: {code} wanted on line {line} of {file}; found {found:#?}"));
        }
        if found.len() > 4 {
            unfound.push(format!("{from:?} → {to:?}: one slip, {} mistakes", found.len()));
        }
    }
    assert!(unfound.is_empty(), "{} of {}: {}", unfound.len(), SLIPS.len(), unfound.join("\n"));
}

#[test]
fn twenty_mistakes_are_all_said_at_once() {
    let chosen: Vec<_> = SLIPS.iter().filter(|(.., code, at)| at.is_some() && *code != "syntax").collect();
    let mut files = sample::files();
    let mut made = Vec::new();
    for (file, from, to, code, _) in chosen {
        // Only slips in lines that no other has touched, and none that moves lines.
        if made.len() < 20
            && files[*file].contains(from)
            && from.matches('\n').count() == to.matches('\n').count()
        {
            let line = edited(&mut files, file, from, to);
            if made.iter().all(|(other, place, _)| (*other, *place) != (*file, line)) {
                made.push((*file, line, *code));
            }
        }
    }
    assert_eq!(made.len(), 20);
    let found = mistakes(&files);
    let unsaid: Vec<_> = made
        .iter()
        .filter(|(file, line, _)| {
            found.iter().all(|m| m.file != **file || (i64::from(m.line) - line).abs() > 1)
        })
        .collect();
    assert!(unsaid.is_empty(), "not said: {unsaid:#?}\nsaid: {found:#?}");
}

/// What was lost: a slip in one question, or in the fee, hid mistakes in conditions that have nothing to do with it.
#[test]
fn a_slip_hides_no_condition_of_another_place() {
    const CONDITIONS: [(&str, &str); 2] = [
        ("visible_when = 'form.goods == \"food\"'", "visible_when = 'form.goods == \"fish\"'"),
        ("amount = \"(form.stalls - 1) * 5000\"", "amount = \"form.stols * 5000\""),
    ];
    let mut hidden = Vec::new();
    // A question whose name is lost may be the one that is named, and one whose options are guessed is not compared.
    const FOLLOW: [&str; 2] = ["id = \"phone-number\"", "{ value = \"food\","];
    let slips = SLIPS.iter().filter(|(file, _, to, code, _)| {
        *file == STALL && !["syntax", "duplicate"].contains(code) && !FOLLOW.contains(to)
    });
    for (file, from, to, code, _) in slips {
        let mut files = sample::files();
        edited(&mut files, file, from, to);
        for (right, wrong) in CONDITIONS {
            if !files[STALL].contains(right) {
                continue;
            }
            let mut files = files.clone();
            let line = edited(&mut files, STALL, right, wrong);
            let found = mistakes(&files);
            if found.iter().all(|m| i64::from(m.line) != line || m.code.to_string() != "condition") {
                hidden.push(format!("{from:?} → {to:?} ({code}) hides {wrong:?}"));
            }
        }
    }
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}
