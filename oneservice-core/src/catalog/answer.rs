//! One answer: normalised first, then judged against its field.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Number, Value as Json};

use super::condition::Value;
use super::{DateBound, Field, FieldKind, Places, Problem, ProblemCode, TextRule};
use crate::calendar::{Date, dmy, parse_date};
use crate::text;

/// What an answer is worth: its normal form, its value for conditions, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) normal: Option<Json>,
    pub(super) value: Option<Value>,
    pub(super) problems: Vec<Problem>,
}

/// Longer texts are not normalised: no field is that long, and it would cost time for nothing.
const TEXT_MAX_BYTES: usize = 64 << 10;
/// No table takes more; further rows are not looked at.
const ROWS_MAX: usize = 1_000;

/// What judging needs to know beside the field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) places: &'a Places,
    pub(super) submitted_on: Date,
}

/// Where an answer stands; put into words only when something is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    Field(&'a str),
    /// Table, row and column.
    Cell(&'a str, usize, &'a str),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => write!(f, "form.{field}"),
            Self::Cell(table, row, column) => write!(f, "form.{table}.{row}.{column}"),
        }
    }
}

impl From<At<'_>> for String {
    fn from(at: At<'_>) -> Self {
        at.to_string()
    }
}

impl Judged {
    fn missing() -> Self {
        Self::default()
    }

    pub(super) fn is_missing(&self) -> bool {
        self.normal.is_none() && self.problems.is_empty()
    }

    fn fine(normal: Json, value: Value) -> Self {
        Self { normal: Some(normal), value: Some(value), problems: Vec::new() }
    }

    fn text(normal: String) -> Self {
        Self::fine(Json::String(normal.clone()), Value::Text(normal))
    }

    fn wrong(problem: Problem) -> Self {
        Self { normal: None, value: None, problems: vec![problem] }
    }

    /// Wrong, but conditions may still see what was given.
    fn wrong_but(problem: Problem, value: Value) -> Self {
        Self { normal: None, value: Some(value), problems: vec![problem] }
    }
}

/// Judges `raw` as an answer to `field`. `path` is where problems are reported.
pub(super) fn judge(field: &Field, raw: Option<&Json>, path: At<'_>, around: Surroundings<'_>) -> Judged {
    let problem = |code| Problem::new(path, code);
    let cleaned;
    let raw = match raw {
        None | Some(Json::Null) => return Judged::missing(),
        Some(Json::String(words)) if words.len() > TEXT_MAX_BYTES => {
            return Judged::wrong(problem(ProblemCode::TooLong).with("n", longest(&field.kind)));
        }
        Some(Json::String(words)) => {
            let multiline = match &field.kind {
                FieldKind::Text(rule) | FieldKind::KhmerText(rule) => rule.multiline,
                _ => false,
            };
            cleaned = Json::String(if multiline { text::paragraph(words) } else { text::line(words) });
            &cleaned
        }
        Some(other) => other,
    };
    match raw {
        Json::String(words) if words.is_empty() => return Judged::missing(),
        Json::Array(items) if items.is_empty() => return Judged::missing(),
        Json::Object(names) if names.is_empty() => return Judged::missing(),
        _ => {}
    }
    match &field.kind {
        FieldKind::Text(rule) => words(raw, rule, path, |words| Ok(words.to_owned())),
        FieldKind::KhmerText(rule) => words(raw, rule, path, |words| {
            if text::has_khmer(words) { Ok(words.to_owned()) } else { Err(ProblemCode::Script) }
        }),
        FieldKind::LatinText(rule) => words(raw, rule, path, |words| {
            let words = text::ascii_digits(words);
            if words.chars().all(is_latin) { Ok(words) } else { Err(ProblemCode::Script) }
        }),
        FieldKind::Integer { min, max, .. } => integer(raw, *min, *max, path),
        FieldKind::Decimal { min, max, decimals, .. } => {
            decimal(raw, *min, *max, *decimals, path, Value::Double)
        }
        FieldKind::Money { min, max, currency } => {
            let decimals = currency.decimals();
            let scale = 10f64.powi(decimals.cast_signed());
            decimal(raw, *min, *max, decimals, path, |x| Value::Int((x * scale).round() as i64))
        }
        FieldKind::Date { not_before, not_after } => {
            date(raw, *not_before, *not_after, path, around.submitted_on)
        }
        FieldKind::Phone => match raw.as_str().and_then(text::phone) {
            Some(phone) => Judged::text(phone),
            None => Judged::wrong(problem(ProblemCode::Phone)),
        },
        FieldKind::Email => match raw.as_str().filter(|words| is_email(words)) {
            Some(email) => Judged::text(email.to_owned()),
            None => Judged::wrong(problem(ProblemCode::Email)),
        },
        FieldKind::NationalId => match raw.as_str().and_then(text::national_id) {
            Some(id) => Judged::text(id),
            None => Judged::wrong(problem(ProblemCode::NationalId)),
        },
        FieldKind::Choice { options } => match raw.as_str() {
            Some(word) if options.iter().any(|option| option.value == word) => Judged::text(word.to_owned()),
            Some(word) => Judged::wrong_but(problem(ProblemCode::Option), Value::Text(word.to_owned())),
            None => Judged::wrong(problem(ProblemCode::Option)),
        },
        FieldKind::MultiChoice { options, min_items, max_items } => {
            let words = |items: &Vec<Json>| {
                let known = |item: &Json| {
                    let word = item.as_str()?;
                    options.iter().any(|option| option.value == word).then(|| word.to_owned())
                };
                items.iter().map(known).collect::<Option<Vec<String>>>()
            };
            let Some(words) = raw.as_array().filter(|items| items.len() <= ROWS_MAX).and_then(words) else {
                return Judged::wrong(problem(ProblemCode::Option));
            };
            let value = Value::List(words.iter().cloned().map(Value::Text).collect());
            let (least, most) = (min_items.unwrap_or(0), max_items.unwrap_or(99));
            let once = words.iter().collect::<std::collections::BTreeSet<_>>().len() == words.len();
            if once && (least as usize..=most as usize).contains(&words.len()) {
                Judged::fine(words.into(), value)
            } else {
                Judged::wrong_but(problem(ProblemCode::Items).with("min", least).with("max", most), value)
            }
        }
        FieldKind::Boolean => match raw {
            Json::Bool(answer) => Judged::fine(raw.clone(), Value::Bool(*answer)),
            _ => Judged::wrong(problem(ProblemCode::Type)),
        },
        FieldKind::Address { level, province } => {
            address(raw, *level, province.as_deref(), path, around.places)
        }
        FieldKind::GeoPoint { .. } => point(raw, path, around.places),
        FieldKind::Table { columns, min_rows, max_rows } => {
            table(raw, columns, min_rows.unwrap_or(0), *max_rows, field.id.as_str(), around)
        }
        FieldKind::File => match raw {
            Json::String(id) => Judged::text(id.clone()),
            _ => Judged::wrong(problem(ProblemCode::Type)),
        },
    }
}

fn longest(kind: &FieldKind) -> u32 {
    match kind {
        FieldKind::Text(rule) | FieldKind::KhmerText(rule) | FieldKind::LatinText(rule) => rule.max_length,
        _ => 200,
    }
}

/// Printable ASCII and the Latin letters with marks.
fn is_latin(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{c0}'..='\u{24f}')
}

fn words(
    raw: &Json,
    rule: &TextRule,
    path: At<'_>,
    script: impl FnOnce(&str) -> Result<String, ProblemCode>,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Json::String(given) = raw else { return Judged::wrong(problem(ProblemCode::Type)) };
    let words = match script(given) {
        Ok(words) => words,
        Err(code) => return Judged::wrong_but(problem(code), Value::Text(given.clone())),
    };
    let length = words.chars().count();
    let least = rule.min_length.unwrap_or(1);
    let wrong = if length > rule.max_length as usize {
        Some(problem(ProblemCode::TooLong).with("n", rule.max_length))
    } else if length < least as usize {
        Some(problem(ProblemCode::TooShort).with("n", least))
    } else if rule.pattern.as_ref().is_some_and(|pattern| !pattern.matches(&words)) {
        Some(problem(ProblemCode::Pattern))
    } else {
        None
    };
    match wrong {
        Some(wrong) => Judged::wrong_but(wrong, Value::Text(words)),
        None => Judged::text(words),
    }
}

/// A number as it may be typed: Khmer digits, blanks and commas between thousands.
fn digits(raw: &Json) -> Result<String, ProblemCode> {
    let plain = |words: &str| {
        let mut words = text::ascii_digits(words);
        words.retain(|c| !matches!(c, ' ' | ',' | '\u{a0}'));
        words
    };
    match raw {
        Json::String(words) => Ok(plain(words)),
        Json::Number(number) => Ok(plain(&number.to_string())),
        _ => Err(ProblemCode::Type),
    }
}

/// At most 15 digits, then at most `decimals` after a point.
fn is_number(words: &str, decimals: u32) -> bool {
    let unsigned = words.strip_prefix('-').unwrap_or(words);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole)
        && whole.len() <= 15
        && fraction.is_none_or(|part| all_digits(part) && part.len() <= decimals as usize)
}

fn integer(raw: &Json, min: i64, max: i64, path: At<'_>) -> Judged {
    let problem = |code| Problem::new(path, code);
    let words = match digits(raw) {
        Ok(words) => words,
        Err(code) => return Judged::wrong(problem(code)),
    };
    let number: Option<i64> = is_number(&words, 0).then(|| words.parse().ok()).flatten();
    let Some(number) = number else { return Judged::wrong(problem(ProblemCode::Number)) };
    if number < min {
        Judged::wrong_but(problem(ProblemCode::Min).with("min", min), Value::Int(number))
    } else if number > max {
        Judged::wrong_but(problem(ProblemCode::Max).with("max", max), Value::Int(number))
    } else {
        Judged::fine(Json::Number(Number::from(number)), Value::Int(number))
    }
}

fn decimal(
    raw: &Json,
    min: f64,
    max: f64,
    decimals: u32,
    path: At<'_>,
    value: impl FnOnce(f64) -> Value,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let words = match digits(raw) {
        Ok(words) => words,
        Err(code) => return Judged::wrong(problem(code)),
    };
    let number: Option<f64> = is_number(&words, decimals).then(|| words.parse().ok()).flatten();
    let Some(number) = number else {
        return Judged::wrong(problem(ProblemCode::Number).with("decimals", decimals));
    };
    if number < min {
        Judged::wrong_but(problem(ProblemCode::Min).with("min", min), value(number))
    } else if number > max {
        Judged::wrong_but(problem(ProblemCode::Max).with("max", max), value(number))
    } else {
        Judged::fine(Json::String(words), value(number))
    }
}

fn date(
    raw: &Json,
    not_before: Option<DateBound>,
    not_after: Option<DateBound>,
    path: At<'_>,
    submitted_on: Date,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Some(day) = raw.as_str().and_then(parse_date) else {
        return Judged::wrong(problem(ProblemCode::Date));
    };
    let earliest = not_before.and_then(|bound| bound.on(submitted_on));
    let latest = not_after.and_then(|bound| bound.on(submitted_on));
    let value = || Value::Text(day.to_string());
    if let Some(earliest) = earliest.filter(|earliest| day < *earliest) {
        Judged::wrong_but(problem(ProblemCode::TooEarly).with("date", dmy(earliest)), value())
    } else if let Some(latest) = latest.filter(|latest| day > *latest) {
        Judged::wrong_but(problem(ProblemCode::TooLate).with("date", dmy(latest)), value())
    } else {
        Judged::text(day.to_string())
    }
}

impl DateBound {
    /// The day it means for a submission on `submitted_on`.
    pub fn on(self, submitted_on: Date) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Days(days) => submitted_on.checked_add(jiff::Span::new().try_days(days).ok()?).ok(),
            Self::Years(years) => submitted_on.checked_add(jiff::Span::new().try_years(years).ok()?).ok(),
        }
    }
}

fn is_email(words: &str) -> bool {
    let Some((local, domain)) = words.split_once('@') else { return false };
    let Some((name, top)) = domain.rsplit_once('.') else { return false };
    !local.is_empty()
        && !name.is_empty()
        && !top.is_empty()
        && !domain.contains('@')
        && !words.contains(char::is_whitespace)
}

fn address(
    raw: &Json,
    level: super::PlaceLevel,
    province: Option<&str>,
    path: At<'_>,
    places: &Places,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Json::Object(parts) = raw else { return Judged::wrong(problem(ProblemCode::Type)) };
    if parts.keys().any(|key| key != "code" && key != "line") {
        return Judged::wrong(problem(ProblemCode::Type));
    }
    let code = match parts.get("code") {
        Some(Json::String(code)) if code.len() <= 64 => text::ascii_digits(code),
        Some(Json::Number(code)) => code.to_string(),
        _ => String::new(),
    };
    if code.len() != level.code_length() || places.get(&code).is_none() {
        return Judged::wrong(problem(ProblemCode::GeoCode));
    }
    if province.is_some_and(|province| !code.starts_with(province)) {
        return Judged::wrong(problem(ProblemCode::OutsideProvince));
    }
    let mut normal = Map::new();
    let mut value = BTreeMap::new();
    value.insert("code".to_owned(), Value::Text(code.clone()));
    normal.insert("code".to_owned(), Json::String(code));
    match parts.get("line") {
        None | Some(Json::Null) => {}
        Some(Json::String(line)) if line.len() > TEXT_MAX_BYTES => {
            return Judged::wrong(problem(ProblemCode::TooLong).with("n", 200));
        }
        Some(Json::String(line)) => {
            let line = text::line(line);
            if !line.is_empty() {
                value.insert("line".to_owned(), Value::Text(line.clone()));
                normal.insert("line".to_owned(), Json::String(line));
            }
        }
        Some(_) => return Judged::wrong(problem(ProblemCode::Type)),
    }
    Judged::fine(Json::Object(normal), Value::Record(value))
}

fn point(raw: &Json, path: At<'_>, places: &Places) -> Judged {
    let problem = |code| Problem::new(path, code);
    let coordinates = raw.as_object().filter(|parts| parts.len() == 2);
    let part = |name| coordinates.and_then(|parts| parts.get(name)?.as_f64());
    let (Some(lat), Some(lon)) = (part("lat"), part("lon")) else {
        return Judged::wrong(problem(ProblemCode::Type));
    };
    if !places.in_country(lat, lon) {
        return Judged::wrong(problem(ProblemCode::OutsideCountry));
    }
    let value = [("lat".to_owned(), Value::Double(lat)), ("lon".to_owned(), Value::Double(lon))];
    Judged::fine(raw.clone(), Value::Record(value.into()))
}

fn table(
    raw: &Json,
    columns: &[Field],
    least: u32,
    most: u32,
    field: &str,
    around: Surroundings<'_>,
) -> Judged {
    let path = At::Field(field);
    let problem = |code| Problem::new(path, code);
    let Json::Array(rows) = raw else { return Judged::wrong(problem(ProblemCode::Type)) };
    let (mut normals, mut values, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, row) in rows.iter().take(ROWS_MAX).enumerate() {
        let (mut normal, mut value) = (Map::new(), BTreeMap::new());
        let Json::Object(cells) = row else {
            problems.push(Problem::new(format!("{path}.{nth}"), ProblemCode::Type));
            continue;
        };
        let unknown = cells.keys().filter(|key| columns.iter().all(|column| column.id.as_str() != *key));
        problems.extend(unknown.take(ROWS_MAX).map(|key| {
            let key: String = key.chars().take(80).collect();
            Problem::new(format!("{path}.{nth}.{key}"), ProblemCode::Unknown)
        }));
        for column in columns {
            let id = column.id.as_str();
            let at = At::Cell(field, nth, id);
            let cell = judge(column, cells.get(id), at, around);
            if cell.is_missing() {
                if column.required {
                    problems.push(Problem::new(at, ProblemCode::Missing));
                }
            } else if let (Some(cell_normal), Some(cell_value)) = (cell.normal, cell.value) {
                normal.insert(id.to_owned(), cell_normal);
                value.insert(id.to_owned(), cell_value);
            } else {
                problems.extend(cell.problems);
            }
        }
        normals.push(Json::Object(normal));
        values.push(Value::Record(value));
    }
    // Too many or too few: that alone is said, yet conditions and fees see the rows that were given.
    if !(least as usize..=most as usize).contains(&rows.len()) {
        problems = vec![problem(ProblemCode::Rows).with("min", least).with("max", most)];
    }
    let normal = problems.is_empty().then_some(Json::Array(normals));
    Judged { normal, value: Some(Value::List(values)), problems }
}
