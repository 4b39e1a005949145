//! One answer: normalised first, then judged against its field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use super::condition::Value;
use super::judged::{Judged, Outcome};
use super::{DateBound, DocumentClaim, Field, FieldKind, Places, Problem, ProblemCode, TextRule};
use crate::calendar::{Date, dmy, parse_date};
use crate::text;

/// An answer that was given, a text of it tidied.
enum Given<'a> {
    Words(Cow<'a, str>),
    Other(&'a Json),
}

impl<'a> Given<'a> {
    fn words(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Words(words) => Some(words),
            Self::Other(_) => None,
        }
    }

    fn json(self) -> Option<&'a Json> {
        match self {
            Self::Words(_) => None,
            Self::Other(json) => Some(json),
        }
    }
}

/// Longer texts are not normalised: no field is that long, and it would cost time for nothing.
const TEXT_MAX_BYTES: usize = 64 << 10;
/// The longest house, street and group of an address, in characters.
pub(super) const ADDRESS_LINE_MAX: usize = 200;
/// No table takes more; further rows are not looked at.
const ROWS_MAX: usize = 1_000;

/// What judging needs to know beside the field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) places: &'a Places,
    pub(super) submitted_on: Date,
    pub(super) files: &'a [DocumentClaim],
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

/// Judges `raw` as an answer to `field`. `path` is where problems are reported.
pub(super) fn judge(field: &Field, raw: Option<&Json>, path: At<'_>, around: Surroundings<'_>) -> Judged {
    let problem = |code| Problem::new(path, code);
    let given = match raw {
        None | Some(Json::Null) => return Judged::missing(),
        Some(Json::String(words)) if words.len() > TEXT_MAX_BYTES => {
            return Judged::wrong(problem(ProblemCode::TooLong).with("n", longest(&field.kind)));
        }
        Some(Json::String(words)) => {
            let multiline = match &field.kind {
                FieldKind::Text(rule) | FieldKind::KhmerText(rule) => rule.multiline,
                _ => false,
            };
            let words = if multiline { text::tidy_paragraph(words) } else { text::tidy_line(words) };
            if words.is_empty() {
                return Judged::missing();
            }
            Given::Words(words)
        }
        Some(Json::Array(items)) if items.is_empty() => return Judged::missing(),
        Some(Json::Object(names)) if names.is_empty() => return Judged::missing(),
        Some(other) => Given::Other(other),
    };
    match &field.kind {
        FieldKind::Text(rule) => words(given, rule, path, |_| true),
        FieldKind::KhmerText(rule) => words(given, rule, path, text::has_khmer),
        FieldKind::LatinText(rule) => match given {
            Given::Words(given) if given.chars().map(text::ascii_digit).all(is_latin) => {
                words(Given::Words(text::with_ascii_digits(given)), rule, path, |_| true)
            }
            given => words(given, rule, path, |_| false),
        },
        FieldKind::Integer { min, max, .. } => integer(given, *min, *max, path),
        FieldKind::Decimal { min, max, decimals, .. } => {
            decimal(given, *min, *max, *decimals, path, Value::Double)
        }
        FieldKind::Money { min, max, currency } => {
            let decimals = currency.decimals();
            let scale = 10f64.powi(decimals.cast_signed());
            decimal(given, *min, *max, decimals, path, |x| Value::Int((x * scale).round() as i64))
        }
        FieldKind::Date { not_before, not_after } => {
            date(given, *not_before, *not_after, path, around.submitted_on)
        }
        FieldKind::Phone => match given.words().and_then(|words| text::phone(&words)) {
            Some(phone) => Judged::text(phone),
            None => Judged::wrong(problem(ProblemCode::Phone)),
        },
        FieldKind::Email => match given.words().filter(|words| is_email(words)) {
            Some(email) => Judged::text(email),
            None => Judged::wrong(problem(ProblemCode::Email)),
        },
        FieldKind::NationalId => match given.words().and_then(|words| text::national_id(&words)) {
            Some(id) => Judged::text(id),
            None => Judged::wrong(problem(ProblemCode::NationalId)),
        },
        FieldKind::Choice { options } => match given.words() {
            Some(word) if options.iter().any(|option| option.value == word) => Judged::text(word),
            Some(word) => Judged::wrong_but(problem(ProblemCode::Option), Value::Text(word.into())),
            None => Judged::wrong(problem(ProblemCode::Option)),
        },
        FieldKind::MultiChoice { options, min_items, max_items } => {
            let known = |item: &Json| {
                let word = item.as_str()?;
                options.iter().any(|option| option.value == word).then(|| Value::Text(word.to_owned()))
            };
            let items = given.json().and_then(Json::as_array).filter(|items| items.len() <= ROWS_MAX);
            let Some(words) = items.and_then(|items| items.iter().map(known).collect::<Option<Vec<_>>>())
            else {
                return Judged::wrong(problem(ProblemCode::Option));
            };
            let (least, most) = (min_items.unwrap_or(0), max_items.unwrap_or(99));
            let once = words.iter().enumerate().all(|(nth, word)| !words[..nth].contains(word));
            if once && (least as usize..=most as usize).contains(&words.len()) {
                Judged::fine(Value::List(words))
            } else {
                let problem = problem(ProblemCode::Items).with("min", least).with("max", most);
                Judged::wrong_but(problem, Value::List(words))
            }
        }
        FieldKind::Boolean => match given {
            Given::Other(Json::Bool(answer)) => Judged::fine(Value::Bool(*answer)),
            _ => Judged::wrong(problem(ProblemCode::Type)),
        },
        FieldKind::Address { level, province } => {
            address(given, *level, province.as_deref(), path, around.places)
        }
        FieldKind::GeoPoint { .. } => point(given, path, around.places),
        FieldKind::Table { columns, min_rows, max_rows } => {
            table(given, columns, min_rows.unwrap_or(0), *max_rows, field.id.as_str(), around)
        }
        FieldKind::File(paper) => match given.words() {
            Some(id) if around.files.iter().any(|file| file.is(paper, &id)) => Judged::text(id),
            // It was taken away, or never given: it is to be attached.
            Some(_) => Judged::wrong(problem(ProblemCode::Missing)),
            None => Judged::wrong(problem(ProblemCode::Type)),
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

fn words(given: Given<'_>, rule: &TextRule, path: At<'_>, is_script: impl FnOnce(&str) -> bool) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Some(words) = given.words() else { return Judged::wrong(problem(ProblemCode::Type)) };
    let length = words.chars().count();
    let least = rule.min_length.unwrap_or(1);
    let wrong = if !is_script(&words) {
        problem(ProblemCode::Script)
    } else if length > rule.max_length as usize {
        problem(ProblemCode::TooLong).with("n", rule.max_length)
    } else if length < least as usize {
        problem(ProblemCode::TooShort).with("n", least)
    } else if rule.pattern.as_ref().is_some_and(|pattern| !pattern.matches(&words)) {
        problem(ProblemCode::Pattern)
    } else {
        return Judged::text(words);
    };
    Judged::wrong_but(wrong, Value::Text(words.into()))
}

/// A number as it may be typed: Khmer digits, blanks and commas between thousands.
fn digits(given: Given<'_>) -> Result<String, ProblemCode> {
    match given {
        Given::Words(words) => {
            let mut words = text::with_ascii_digits(words).into_owned();
            words.retain(|c| !matches!(c, ' ' | ',' | '\u{a0}'));
            Ok(words)
        }
        Given::Other(Json::Number(number)) => Ok(number.to_string()),
        Given::Other(_) => Err(ProblemCode::Type),
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

fn integer(given: Given<'_>, min: i64, max: i64, path: At<'_>) -> Judged {
    let problem = |code| Problem::new(path, code);
    let words = match digits(given) {
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
        Judged::fine(Value::Int(number))
    }
}

fn decimal(
    given: Given<'_>,
    min: f64,
    max: f64,
    decimals: u32,
    path: At<'_>,
    value: impl FnOnce(f64) -> Value,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let words = match digits(given) {
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
        Judged::fine_as(Json::String(words), value(number))
    }
}

fn date(
    given: Given<'_>,
    not_before: Option<DateBound>,
    not_after: Option<DateBound>,
    path: At<'_>,
    submitted_on: Date,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Some(day) = given.words().and_then(|words| parse_date(&words)) else {
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
    given: Given<'_>,
    level: super::PlaceLevel,
    province: Option<&str>,
    path: At<'_>,
    places: &Places,
) -> Judged {
    let problem = |code| Problem::new(path, code);
    let Some(Json::Object(parts)) = given.json() else { return Judged::wrong(problem(ProblemCode::Type)) };
    if parts.keys().any(|key| key != "code" && key != "line") {
        return Judged::wrong(problem(ProblemCode::Type));
    }
    let code = match parts.get("code") {
        Some(Json::String(code)) if code.len() <= 64 => text::with_ascii_digits(code.into()),
        Some(Json::Number(code)) => code.to_string().into(),
        _ => "".into(),
    };
    if code.len() != level.code_length() || places.get(&code).is_none() {
        return Judged::wrong(problem(ProblemCode::GeoCode));
    }
    if province.is_some_and(|province| !code.starts_with(province)) {
        return Judged::wrong(problem(ProblemCode::OutsideProvince));
    }
    let mut value = BTreeMap::from([("code".to_owned(), Value::Text(code.into()))]);
    match parts.get("line") {
        None | Some(Json::Null) => {}
        Some(Json::String(line)) => {
            // Bytes first, so that a huge text is not walked.
            let tidy = (line.len() <= TEXT_MAX_BYTES).then(|| text::tidy_line(line));
            let Some(line) = tidy.filter(|line| line.chars().count() <= ADDRESS_LINE_MAX) else {
                return Judged::wrong(problem(ProblemCode::TooLong).with("n", ADDRESS_LINE_MAX));
            };
            if !line.is_empty() {
                value.insert("line".to_owned(), Value::Text(line.into()));
            }
        }
        Some(_) => return Judged::wrong(problem(ProblemCode::Type)),
    }
    Judged::fine(Value::Record(value))
}

fn point(given: Given<'_>, path: At<'_>, places: &Places) -> Judged {
    let problem = |code| Problem::new(path, code);
    let part = |parts: &Map<String, Json>, name| parts.get(name)?.as_f64();
    let Some((parts, lat, lon)) = given
        .json()
        .and_then(Json::as_object)
        .filter(|parts| parts.len() == 2)
        .and_then(|parts| Some((parts, part(parts, "lat")?, part(parts, "lon")?)))
    else {
        return Judged::wrong(problem(ProblemCode::Type));
    };
    if !places.in_country(lat, lon) {
        return Judged::wrong(problem(ProblemCode::OutsideCountry));
    }
    let value = [("lat".to_owned(), Value::Double(lat)), ("lon".to_owned(), Value::Double(lon))];
    Judged::fine_as(Json::Object(parts.clone()), Value::Record(value.into()))
}

fn table(
    given: Given<'_>,
    columns: &[Field],
    least: u32,
    most: u32,
    field: &str,
    around: Surroundings<'_>,
) -> Judged {
    let path = At::Field(field);
    let problem = |code| Problem::new(path, code);
    let Some(Json::Array(rows)) = given.json() else { return Judged::wrong(problem(ProblemCode::Type)) };
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    // Cells whose normal form is not their value: row, column, form.
    let mut others = Vec::new();
    for (nth, row) in rows.iter().take(ROWS_MAX).enumerate() {
        let mut value = BTreeMap::new();
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
            match cell.outcome {
                Outcome::Missing if column.required => problems.push(Problem::new(at, ProblemCode::Missing)),
                Outcome::Missing => {}
                Outcome::Wrong(wrong) => problems.extend(wrong),
                fine => {
                    if let Outcome::FineAs(json) = fine {
                        others.push((values.len(), id, json));
                    }
                    value.extend(cell.value.map(|cell| (id.to_owned(), cell)));
                }
            }
        }
        values.push(Value::Record(value));
    }
    // Too many or too few: that alone is said, yet conditions and fees see the rows that were given.
    if !(least as usize..=most as usize).contains(&rows.len()) {
        problems = vec![problem(ProblemCode::Rows).with("min", least).with("max", most)];
    }
    let value = Value::List(values);
    if !problems.is_empty() {
        return Judged { value: Some(value), outcome: Outcome::Wrong(problems) };
    }
    if others.is_empty() {
        return Judged::fine(value);
    }
    let mut rows = Json::from(value.clone());
    for (row, column, json) in others {
        if let Some(cell) = rows.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = json;
        }
    }
    Judged::fine_as(rows, value)
}
