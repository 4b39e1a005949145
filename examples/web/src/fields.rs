//! Questions as controls of a page, and what a form sends back as answers.

use std::collections::{BTreeMap, BTreeSet};

use oneservice_core::catalog::{Field, FieldKind, Places};
use oneservice_core::request::Evidence;
use oneservice_core::text::Lang;
use serde_json::{Map, Value, json};

use crate::files::find;
use crate::page::Page;

/// One question, ready for a template.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) unit: String,
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) choices: Vec<Choice>,
    /// Selects of an address, each level one.
    pub(crate) levels: Vec<Level>,
    /// Rows of a table.
    pub(crate) rows: Vec<Vec<Control>>,
    pub(crate) error: String,
    pub(crate) optional: bool,
    /// Name of the file that the answer names, see [`with_files`].
    pub(crate) file: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[expect(clippy::too_many_arguments, reason = "a question, where it stands, and what is known of its answer")]
/// A question with what was answered so far.
pub(crate) fn control(
    p: &Page,
    places: &Places,
    field: &Field,
    name: &str,
    value: Option<&Value>,
    errors: &BTreeMap<String, String>,
    optional: bool,
    extra_rows: usize,
) -> Control {
    let mut control = Control {
        name: name.to_owned(),
        label: p.c(&field.label),
        hint: field.hint.as_ref().map(|hint| p.c(hint)).unwrap_or_default(),
        unit: String::new(),
        kind: "text",
        value: shown(value),
        choices: Vec::new(),
        levels: Vec::new(),
        rows: Vec::new(),
        error: errors.get(&format!("form.{name}")).cloned().unwrap_or_default(),
        optional,
        file: String::new(),
    };
    let choose = |options: &[oneservice_core::catalog::FieldOption]| {
        let chosen = |option: &str| match value {
            Some(Value::Array(items)) => items.iter().any(|item| item == option),
            Some(item) => item == option,
            None => false,
        };
        options
            .iter()
            .map(|o| Choice { chosen: chosen(&o.value), value: o.value.clone(), label: p.c(&o.label) })
            .collect()
    };
    match &field.kind {
        FieldKind::Text(rule) | FieldKind::KhmerText(rule) if rule.multiline => control.kind = "area",
        FieldKind::Integer { unit, .. } | FieldKind::Decimal { unit, .. } => {
            control.kind = "number";
            control.unit = unit.as_ref().map(|unit| p.c(unit)).unwrap_or_default();
        }
        FieldKind::Money { currency, .. } => {
            control.kind = "number";
            control.unit = currency.code().to_owned();
        }
        FieldKind::Date { .. } => {
            control.kind = "date";
            if let Ok(day) = control.value.parse() {
                control.value = oneservice_core::calendar::dmy(day);
            }
        }
        FieldKind::Phone => control.kind = "tel",
        FieldKind::Email => control.kind = "email",
        FieldKind::NationalId => control.kind = "number",
        FieldKind::File(_) => control.kind = "file",
        FieldKind::Choice { options } => (control.kind, control.choices) = ("radio", choose(options)),
        FieldKind::MultiChoice { options, .. } => {
            (control.kind, control.choices) = ("checks", choose(options))
        }
        FieldKind::Boolean => {
            control.kind = "radio";
            let choice = |word: bool, key: &str| Choice {
                value: word.to_string(),
                label: p.t(key),
                chosen: value == Some(&Value::Bool(word)),
            };
            control.choices = vec![choice(true, "yes"), choice(false, "no")];
        }
        FieldKind::Address { level, province } => {
            control.kind = "address";
            let code = value.and_then(|v| v.get("code")).and_then(Value::as_str).unwrap_or_default();
            control.value = shown(value.and_then(|v| v.get("line")));
            control.levels = levels(p, places, name, code, province.as_deref(), level.code_length());
        }
        FieldKind::GeoPoint { .. } => {
            control.kind = "point";
            let part = |key: &str| shown(value.and_then(|v| v.get(key)));
            control.value = match (part("lat"), part("lon")) {
                (lat, lon) if lat.is_empty() && lon.is_empty() => String::new(),
                (lat, lon) => format!("{lat}, {lon}"),
            };
            if let Some(Value::String(text)) = value {
                control.value.clone_from(text);
            }
        }
        FieldKind::Table { columns, min_rows, max_rows } => {
            control.kind = "table";
            let given = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let wanted =
                (given.len() + extra_rows).max(min_rows.unwrap_or(1).max(1) as usize).min(*max_rows as usize);
            for row in 0..wanted {
                let cells = columns.iter().map(|column| {
                    let cell = given.get(row).and_then(|row| row.get(column.id.as_str()));
                    self::control(
                        p,
                        places,
                        column,
                        &format!("{name}.{row}.{}", column.id),
                        cell,
                        errors,
                        !column.required,
                        0,
                    )
                });
                control.rows.push(cells.collect());
            }
        }
        _ => {}
    }
    control
}

/// Gives each control for a file the name of the one that its answer names.
pub(crate) fn with_files<'e>(controls: &mut [Control], files: impl Iterator<Item = &'e Evidence> + Clone) {
    for control in controls {
        control.rows.iter_mut().for_each(|row| with_files(row, files.clone()));
        if control.kind == "file" {
            let named = find(files.clone(), &control.value);
            control.file = named.map(|file| file.name.clone()).unwrap_or_default();
        }
    }
}

/// The place of a file as the answers know it once they are `saved`: rows of a form that were left empty are none, so those after them
/// move up, and one that is begun with its file comes after the last.
pub(crate) fn file_place(place: &str, posted: &[(String, String)], saved: &Map<String, Value>) -> String {
    let parts = || {
        let (table, (row, column)) =
            place.split_once('.').and_then(|(t, cell)| Some((t, cell.split_once('.')?)))?;
        Some((table, row.parse::<usize>().ok()?, column))
    };
    let Some((table, row, column)) = parts() else { return place.to_owned() };
    let row_of = |(name, value): &(String, String)| {
        let cell = name.strip_prefix(table)?.strip_prefix('.')?;
        (!value.is_empty()).then(|| cell.split_once('.')?.0.parse::<usize>().ok()).flatten()
    };
    let filled: BTreeSet<usize> = posted.iter().filter_map(row_of).collect();
    let nth = if filled.contains(&row) {
        filled.range(..row).count()
    } else {
        saved.get(table).and_then(Value::as_array).map_or(0, Vec::len)
    };
    format!("{table}.{nth}.{column}")
}

fn levels(
    p: &Page,
    places: &Places,
    name: &str,
    code: &str,
    province: Option<&str>,
    deepest: usize,
) -> Vec<Level> {
    let mut levels = Vec::new();
    let mut above = province.filter(|province| province.len() == 2).unwrap_or_default().to_owned();
    while above.len() < deepest {
        let length = above.len() + 2;
        let chosen = code.get(..length).unwrap_or_default();
        let choices: Vec<Choice> = places
            .children(&above)
            .map(|place| Choice {
                value: place.code.clone(),
                label: place.name.get(p.lang).to_owned(),
                chosen: place.code == chosen,
            })
            .collect();
        let known = choices.iter().any(|choice| choice.chosen);
        let label = match length {
            2 => "place-province",
            4 => "place-district",
            6 => "place-commune",
            _ => "place-village",
        };
        levels.push(Level { name: format!("{name}.{length}"), label: p.t(label), choices });
        if !known {
            break;
        }
        above = chosen.to_owned();
    }
    levels
}

/// What a posted form says of these fields, beside the answers that are there. A field that the form did not show is left alone, and so are
/// rows and files that came since from another page: a form takes no file away.
pub(crate) fn answers<'a>(
    fields: impl Iterator<Item = &'a Field>,
    posted: &[(String, String)],
    there: &Map<String, Value>,
) -> Map<String, Value> {
    let given = fields.map(|field| {
        let id = field.id.as_str();
        (id.to_owned(), answer(field, id, posted, there.get(id)))
    });
    given.collect()
}

/// The rows that a form has of a table, each with the files that its answer names by now, and the rows that came since.
fn rows(
    columns: &[Field],
    max_rows: u32,
    name: &str,
    posted: &[(String, String)],
    there: Option<&Value>,
) -> Vec<Value> {
    let before = there.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    for row in 0..max_rows {
        let prefix = format!("{name}.{row}.");
        if !posted.iter().any(|(key, _)| key.starts_with(&prefix)) {
            break;
        }
        let cell = |column: &Field| {
            (column.id.to_string(), answer(column, &format!("{prefix}{}", column.id), posted, None))
        };
        rows.push(columns.iter().map(cell).filter(|(_, value)| !value.is_null()).collect());
    }
    for column in columns.iter().filter(|column| column.paper().is_some()) {
        let id = column.id.as_str();
        let was = |nth: usize| before.get(nth).and_then(|row| row.get(id));
        let sent = |nth: u32| one(posted, &format!("{name}.{nth}.{id}"));
        let known: Vec<Option<&Value>> = (0..)
            .zip(&rows)
            .map(|(nth, _)| {
                let file = sent(nth).filter(|file| !file.is_empty())?;
                before.iter().filter_map(|row| row.get(id)).find(|named| *named == file)
            })
            .collect();
        for (nth, row) in rows.iter_mut().enumerate() {
            // The page may be older than the file.
            let file = known[nth].or_else(|| was(nth).filter(|file| !known.contains(&Some(file))));
            match file {
                Some(file) => drop(row.insert(id.to_owned(), file.clone())),
                None => drop(row.remove(id)),
            }
        }
    }
    let shown = one(posted, &format!("_rows.{name}")).and_then(|rows| rows.parse().ok());
    let since = shown.and_then(|shown: usize| before.get(shown.max(rows.len())..));
    // A row that was left empty was not meant.
    let rows = rows.into_iter().filter(|row| !row.is_empty()).map(Value::Object);
    rows.chain(since.into_iter().flatten().cloned()).collect()
}

/// The value of the first control of this name, such as a button that was pressed.
pub(crate) fn one<'a>(posted: &'a [(String, String)], name: &str) -> Option<&'a str> {
    posted.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What a posted form says of one field, whose answer so far is `there`.
fn answer(field: &Field, name: &str, posted: &[(String, String)], there: Option<&Value>) -> Value {
    let text = || match one(posted, name) {
        None | Some("") => Value::Null,
        Some(text) => Value::String(text.to_owned()),
    };
    match &field.kind {
        FieldKind::Boolean => match one(posted, name) {
            Some("true") => Value::Bool(true),
            Some("false") => Value::Bool(false),
            _ => Value::Null,
        },
        FieldKind::MultiChoice { .. } => {
            let chosen: Vec<&str> =
                posted.iter().filter(|(key, _)| key == name).map(|(_, v)| v.as_str()).collect();
            if chosen.is_empty() { Value::Null } else { json!(chosen) }
        }
        FieldKind::Address { .. } => {
            // The deepest level that still lies in the one above it: another district empties commune and village.
            let mut code = String::new();
            for length in [2, 4, 6, 8] {
                match one(posted, &format!("{name}.{length}")) {
                    Some(next) if next.len() == length && next.starts_with(&code) => code = next.to_owned(),
                    Some(_) => break,
                    None => {}
                }
            }
            let line = one(posted, &format!("{name}.line")).unwrap_or_default();
            match (code.is_empty(), line.is_empty()) {
                (true, true) => Value::Null,
                (_, true) => json!({ "code": code }),
                _ => json!({ "code": code, "line": line }),
            }
        }
        FieldKind::GeoPoint { .. } => match one(posted, name).map(|text| (text, text.split_once([',', ' '])))
        {
            None | Some(("", _)) => Value::Null,
            Some((text, parts)) => {
                let numbers = parts.and_then(|(lat, lon)| {
                    Some((
                        lat.trim().parse::<f64>().ok()?,
                        lon.trim().trim_start_matches(',').trim().parse::<f64>().ok()?,
                    ))
                });
                numbers.map_or_else(|| json!(text), |(lat, lon)| json!({ "lat": lat, "lon": lon }))
            }
        },
        FieldKind::Table { columns, max_rows, .. } => {
            let rows = rows(columns, *max_rows, name, posted, there);
            if rows.is_empty() { Value::Null } else { Value::Array(rows) }
        }
        // Files come and go on a page of their own.
        FieldKind::File(_) => there.cloned().unwrap_or_default(),
        _ => text(),
    }
}

/// The files that an answer names, in the order of its rows, counted from 1.
pub(crate) fn files_in<'e>(
    field: &Field,
    value: &Value,
    files: &[&'e Evidence],
) -> Vec<(Option<usize>, &'e Evidence)> {
    let named = |id: Option<&Value>| find(files.iter().copied(), id?.as_str()?);
    match (&field.kind, value) {
        (FieldKind::File(_), id) => named(Some(id)).map(|file| (None, file)).into_iter().collect(),
        (FieldKind::Table { columns, .. }, Value::Array(rows)) => {
            let columns = || columns.iter().filter(|column| column.paper().is_some());
            let cells = rows
                .iter()
                .zip(1..)
                .flat_map(|(row, nth)| columns().map(move |c| (nth, row.get(c.id.as_str()))));
            cells.filter_map(|(nth, id)| Some((Some(nth), named(id)?))).collect()
        }
        _ => Vec::new(),
    }
}

/// An answer as it is read.
pub(crate) fn show(lang: Lang, places: &Places, files: &[&Evidence], field: &Field, value: &Value) -> String {
    let option = |word: &Value| {
        let options = field.kind.options().unwrap_or_default();
        let found = options.iter().find(|option| Some(option.value.as_str()) == word.as_str());
        found.map_or_else(|| shown(Some(word)), |option| option.label.get(lang).to_owned())
    };
    match &field.kind {
        FieldKind::Choice { .. } => option(value),
        FieldKind::MultiChoice { .. } => {
            value.as_array().into_iter().flatten().map(option).collect::<Vec<_>>().join(", ")
        }
        FieldKind::Boolean => {
            oneservice_pilot::words::get(lang, if value == &Value::Bool(true) { "yes" } else { "no" }, &[])
        }
        FieldKind::Address { .. } => {
            let code = value.get("code").and_then(Value::as_str).unwrap_or_default();
            let mut names: Vec<String> =
                places.path(code).map(|place| place.name.get(lang).to_owned()).collect();
            names.reverse();
            names.splice(0..0, value.get("line").and_then(Value::as_str).map(str::to_owned));
            names.join(", ")
        }
        FieldKind::GeoPoint { .. } => {
            format!("{}, {}", shown(value.get("lat")), shown(value.get("lon")))
        }
        FieldKind::Date { .. } => value
            .as_str()
            .and_then(|day| day.parse().ok())
            .map_or_else(|| shown(Some(value)), |day| oneservice_pilot::sentence::date(lang, day)),
        FieldKind::Table { columns, .. } => {
            let row = |row: &Value| {
                let cells = columns
                    .iter()
                    .filter_map(|c| Some(show(lang, places, files, c, row.get(c.id.as_str())?)));
                cells.collect::<Vec<_>>().join(" · ")
            };
            value.as_array().into_iter().flatten().map(row).collect::<Vec<_>>().join("; ")
        }
        FieldKind::File(_) => {
            let named = value.as_str().and_then(|id| find(files.iter().copied(), id));
            // What an earlier release took was a text.
            named.map_or_else(|| shown(Some(value)), |file| file.name.clone())
        }
        _ => shown(Some(value)),
    }
}
