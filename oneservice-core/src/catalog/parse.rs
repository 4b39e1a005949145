//! From files to a catalogue, or every mistake in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::check_service::{Neighbours, ServicePlace, check_fields, check_service, is_numbering};
use super::check_versions::check_versions;
use super::mend::mended;
use super::periods::PERIOD_MAX_DAYS;
use super::sector::SectorsFile;
use super::shape::{Key, Walk};
use super::{Catalog, CatalogError, Mistake, MistakeCode as Code, OfficeProfile, Place, PlaceLevel, Places};
use super::{PayInto, Role, Sector, Service, format};
use crate::calendar::{Calendar, CalendarError, Date, Session, Time, Weekday};
use crate::ids::{OfficeId, SectorId, ServiceId};
use crate::text::{Text, has_khmer};

/// The most files of a catalogue.
pub(super) const FILES_MAX: usize = 2_000;
/// The largest TOML file, in bytes.
pub(super) const TOML_MAX_BYTES: u64 = 1 << 20;
/// The largest CSV file, in bytes.
pub(super) const CSV_MAX_BYTES: u64 = 8 << 20;

#[derive(Debug, serde::Deserialize)]
struct HolidaysFile {
    holidays: Vec<Holiday>,
}

#[derive(Debug, serde::Deserialize)]
struct Holiday {
    date: Date,
    name: Text,
}

/// A file read into its struct; mistakes are collected either way. With mistakes of form it is what the file may have meant, to be looked
/// at further and not to be used.
fn read<'a, T: DeserializeOwned>(
    file: &'a str,
    text: &str,
    keys: &'static [Key],
    extra: impl FnOnce(&mut Walk<'a>, &toml::Table),
) -> (Walk<'a>, Option<T>) {
    let mut walk = Walk::new(file, text);
    let Some(table) = walk.read(text) else { return (walk, None) };
    walk.table("", table.get_ref(), keys);
    if table
        .get_ref()
        .get("format")
        .is_some_and(|f| f.get_ref().as_integer().is_some_and(|n| n.as_str() != "1"))
    {
        walk.say("format", Code::Value, "this program reads format 1");
    }
    let plain = toml::from_str::<toml::Table>(text).unwrap_or_default();
    extra(&mut walk, &plain);
    if !walk.mistakes.is_empty() {
        let value = mended(&plain, walk.settle());
        return (walk, value);
    }
    match toml::from_str(text) {
        Ok(value) => (walk, Some(value)),
        Err(error) => {
            let line = error.span().map_or(1, |span| walk.line_of(span.start));
            let (file, field, message) = (file.to_owned(), walk.field_on(line), error.message().to_owned());
            walk.mistakes.push(Mistake { file, line, field, code: Code::Value, message });
            let marked = error.span().is_some_and(|span| walk.mark(span.start));
            let value = marked.then(|| mended(&plain, walk.settle())).flatten();
            (walk, value)
        }
    }
}

impl Catalog {
    /// Reads a catalogue from the texts of its files, by path relative to its folder.
    ///
    /// # Errors
    /// Every mistake in every file, sorted by file and line.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Self, CatalogError> {
        let mut mistakes = Vec::new();
        let mut office = one::<OfficeProfile>(files, "office.toml", format::OFFICE, &mut mistakes);
        let sectors = one::<SectorsFile>(files, "sectors.toml", format::SECTORS, &mut mistakes);
        let holidays = one::<HolidaysFile>(files, "holidays.toml", format::HOLIDAYS, &mut mistakes);
        let free = holidays.map(|(mut walk, file)| {
            let free = check_holidays(&mut walk, file);
            mistakes.append(&mut walk.mistakes);
            free
        });
        let places = read_places(files, &mut mistakes);
        let sectors = sectors.map(|(mut walk, file)| {
            let sectors = check_sectors(&mut walk, file, office.as_ref().map(|(_, office)| office));
            mistakes.append(&mut walk.mistakes);
            sectors
        });
        let free = free.unwrap_or_default();
        let calendar = office.as_mut().and_then(|(walk, office)| check_calendar(walk, office, free));
        let office = office.map(|(mut walk, office)| {
            check_office(&mut walk, &office, sectors.as_deref().unwrap_or_default(), &places);
            mistakes.append(&mut walk.mistakes);
            office
        });
        let mut versions: BTreeMap<(&str, &str), Vec<(Walk<'_>, Service)>> = BTreeMap::new();
        for (path, text) in files {
            if let Some(place) = service_place(path) {
                let (mut walk, service) = read::<Service>(path, text, format::SERVICE, check_fields);
                if let (Some(service), Some(office), Some(sectors)) = (service, &office, &sectors) {
                    let around = Neighbours { office, sectors, places: &places, place };
                    check_service(&mut walk, &service, &around);
                    versions.entry((place.sector, place.name)).or_default().push((walk, service));
                } else {
                    mistakes.append(&mut walk.mistakes);
                }
            } else if !is_known(path) {
                let message = "does not belong in a catalogue".to_owned();
                let (file, field) = (path.clone(), String::new());
                mistakes.push(Mistake { file, line: 1, field, code: Code::UnknownFile, message });
            }
        }
        let mut services: BTreeMap<ServiceId, Vec<Arc<Service>>> = BTreeMap::new();
        for mut versions in versions.into_values() {
            check_versions(&mut versions);
            for (mut walk, service) in versions {
                mistakes.append(&mut walk.mistakes);
                services.entry(service.id.clone()).or_default().push(Arc::new(service.sealed()));
            }
        }
        services.values_mut().for_each(|versions| versions.sort_by_key(|version| version.valid_from));
        mistakes.sort();
        mistakes.dedup();
        match (office, sectors, calendar) {
            (Some(office), Some(sectors), Some(calendar)) if mistakes.is_empty() => {
                Ok(Self { office, sectors, services, calendar, places })
            }
            _ => Err(CatalogError { mistakes }),
        }
    }
}

fn one<'a, T: DeserializeOwned>(
    files: &BTreeMap<String, String>,
    file: &'a str,
    keys: &'static [Key],
    mistakes: &mut Vec<Mistake>,
) -> Option<(Walk<'a>, T)> {
    let Some(text) = files.get(file) else {
        let message = "a catalogue needs this file".to_owned();
        mistakes.push(Mistake {
            file: file.into(),
            line: 1,
            field: String::new(),
            code: Code::MissingFile,
            message,
        });
        return None;
    };
    let (mut walk, value) = read(file, text, keys, |_, _| {});
    if value.is_none() {
        mistakes.append(&mut walk.mistakes);
    }
    value.map(|value| (walk, value))
}

/// What a service file's place says: `services/<sector>/<service>.toml`, or `<service>.v2.toml` where there are several versions.
fn service_place(path: &str) -> Option<ServicePlace<'_>> {
    let (sector, file) = path.strip_prefix("services/")?.split_once('/')?;
    let name = file.strip_suffix(".toml").filter(|name| !name.contains('/'))?;
    let numbered = name.rsplit_once(".v").and_then(|(name, version)| Some((name, version.parse().ok()?)));
    Some(match numbered {
        Some((name, version)) => ServicePlace { sector, name, version: Some(version) },
        None => ServicePlace { sector, name, version: None },
    })
}

/// Files beside the services: the office's own, the geography, notes, words and samples.
fn is_known(path: &str) -> bool {
    let geography = path.strip_prefix("geo/").is_some_and(|f| f.ends_with(".csv") || f.ends_with(".md"));
    let beside = !path.contains('/') && (path.ends_with(".md") || path == "terms.csv");
    let sample = path.starts_with("samples/") && path.ends_with(".json");
    matches!(path, "office.toml" | "sectors.toml" | "holidays.toml") || geography || beside || sample
}

fn check_sectors(walk: &mut Walk<'_>, file: SectorsFile, office: Option<&OfficeProfile>) -> Vec<Sector> {
    let mut seen: BTreeSet<SectorId> = BTreeSet::new();
    let mut sectors = file.sectors;
    for sector in &sectors {
        let at = format!("sectors.{}", sector.id);
        if !seen.insert(sector.id.clone()) {
            walk.say(&at, Code::Duplicate, format!("'{}' stands there twice", sector.id));
        }
        if office.is_some_and(|office| office.department(sector.department.as_str()).is_none()) {
            walk.say(&format!("{at}.department"), Code::Reference, "is no department of office.toml");
        }
    }
    sectors.sort_by_key(|sector| sector.order);
    sectors
}

fn check_office(walk: &mut Walk<'_>, office: &OfficeProfile, sectors: &[Sector], places: &Places) {
    for department in &office.departments {
        let known = |id: &SectorId| sectors.is_empty() || sectors.iter().any(|sector| &sector.id == id);
        if department.sector.as_ref().is_some_and(|id| !known(id)) {
            let field = format!("departments.{}.sector", department.id);
            walk.say(&field, Code::Reference, "is no sector of sectors.toml");
        }
    }
    let mut seen = BTreeSet::new();
    for department in office.departments.iter().filter(|d| !seen.insert(d.id.as_str())) {
        walk.say(
            &format!("departments.{}", department.id),
            Code::Duplicate,
            format!("'{}' stands there twice", department.id),
        );
    }
    let mut seen = BTreeSet::new();
    for role in &office.roles {
        if !seen.insert(role.id.as_str()) {
            walk.say(
                &format!("roles.{}", role.id),
                Code::Duplicate,
                format!("'{}' stands there twice", role.id),
            );
        }
    }
    for role in &office.roles {
        for other in role.not_with.iter().filter(|other| office.role(**other).is_none()) {
            walk.say(
                &format!("roles.{}.not_with", role.id),
                Code::Reference,
                format!("'{other}' is no role of this office"),
            );
        }
    }
    let mut seen = BTreeSet::new();
    for reason in office.reasons.iter().filter(|reason| !seen.insert(&reason.code)) {
        let message = format!("'{}' stands there twice", reason.code);
        walk.say(&format!("reasons.{}", reason.code), Code::Duplicate, message);
    }
    for (key, days) in office.periods.each() {
        if days.is_some_and(|days| !(1..=PERIOD_MAX_DAYS).contains(&days)) {
            walk.say(
                &format!("periods.{key}"),
                Code::Value,
                format!("must lie between 1 and {PERIOD_MAX_DAYS}"),
            );
        }
    }
    for (key, message) in office.khqr.iter().flat_map(PayInto::mistakes) {
        walk.say(&format!("khqr.{key}"), Code::Value, message);
    }
    if !office.id.is_own() {
        let message = format!(
            "must have at most {} characters and not end in -trial or -cash-desk: so the office's other logs are called",
            OfficeId::OWN_LIMIT
        );
        walk.say("id", Code::Value, message);
    }
    let staffed = |role: Role| role.is_officer() && office.role(role).is_some();
    for desk in office.counters.iter().filter(|desk| !staffed(desk.role)) {
        walk.say(
            &format!("counters.{}.role", desk.id),
            Code::Reference,
            format!("'{}' is no role of this office's staff", desk.role),
        );
    }
    for (key, format) in [("request", &office.numbering.request), ("receipt", &office.numbering.receipt)] {
        if !is_numbering(format) {
            walk.say(
                &format!("numbering.{key}"),
                Code::Value,
                "must hold {yyyy} and {seq} or {seq:05}, once each",
            );
        }
    }
    for (key, code) in [("province", &office.province), ("contact.geo_code", &office.contact.geo_code)] {
        if places.get(code).is_none() {
            walk.say(key, Code::Reference, format!("the geography has no place '{code}'"));
        }
    }
}

fn check_holidays(walk: &mut Walk<'_>, file: HolidaysFile) -> BTreeMap<Date, Text> {
    let mut seen = BTreeSet::new();
    let mut free: BTreeMap<Date, Text> = BTreeMap::new();
    for holiday in file.holidays {
        if !seen.insert((holiday.date, holiday.name.en.clone())) {
            let field = format!("holidays.{}", holiday.date);
            walk.say(&field, Code::Duplicate, "this holiday stands there twice");
        }
        free.entry(holiday.date).or_insert(holiday.name);
    }
    free
}

fn check_calendar(
    walk: &mut Walk<'_>,
    office: &OfficeProfile,
    free: BTreeMap<Date, Text>,
) -> Option<Calendar> {
    let days: Vec<Weekday> = office.hours.working_days.iter().filter_map(|day| weekday(day)).collect();
    let time = |text: &str| Time::strptime("%H:%M", text).ok();
    let mut sessions = Vec::new();
    for (nth, text) in office.hours.sessions.iter().enumerate() {
        let ends = text.split_once('-').and_then(|(from, until)| Some((time(from)?, time(until)?)));
        match ends.map(|(from, until)| Session::new(from, until)) {
            Some(Ok(session)) => sessions.push(session),
            _ => walk.say(
                &format!("hours.sessions.{nth}"),
                Code::Time,
                "is no part of a day; write it as 07:30-11:30",
            ),
        }
    }
    let cutoff = time(&office.hours.cutoff);
    if cutoff.is_none() {
        walk.say("hours.cutoff", Code::Time, "is no time of day; write it as 17:00");
    }
    match Calendar::new(&office.time_zone, &days, sessions, cutoff.unwrap_or_default(), free) {
        Ok(calendar) => Some(calendar),
        Err(error) => {
            let field = match error {
                CalendarError::Zone { .. } => "time_zone",
                CalendarError::NoWorkingDay => "hours.working_days",
                _ => "hours.sessions",
            };
            walk.say(field, Code::Time, error.to_string());
            None
        }
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceRow {
    code: String,
    level: String,
    parent: String,
    km: String,
    en: String,
}

fn read_places(files: &BTreeMap<String, String>, mistakes: &mut Vec<Mistake>) -> Places {
    let mut places = Places::default();
    let mut parents: Vec<(&str, u32, String)> = Vec::new();
    for (file, text) in files.iter().filter(|(path, _)| path.starts_with("geo/") && path.ends_with(".csv")) {
        let mut say = |line: u32, field: &str, code: Code, message: String| {
            mistakes.push(Mistake { file: file.clone(), line, field: field.into(), code, message });
        };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().ok().cloned();
        let mut rows = reader.records();
        let mut seen = BTreeSet::new();
        while let Some(row) = rows.next() {
            let line = rows.reader().position().line().saturating_sub(1).max(1) as u32;
            let row: PlaceRow = match row.and_then(|row| row.deserialize(headers.as_ref())) {
                Ok(row) => row,
                Err(error) => {
                    say(line, "", Code::Syntax, error.to_string());
                    continue;
                }
            };
            let level = PlaceLevel::from_word(&row.level);
            let digits = row.code.bytes().all(|b| b.is_ascii_digit());
            let Some(level) = level.filter(|level| digits && level.code_length() == row.code.len()) else {
                say(
                    line,
                    &row.code,
                    Code::Value,
                    format!("'{}' is no code of level '{}'", row.code, row.level),
                );
                continue;
            };
            if !seen.insert(row.code.clone()) {
                say(line, &row.code, Code::Duplicate, "this place stands there twice".into());
            }
            if row.code[..row.code.len() - 2] != row.parent {
                say(line, &row.code, Code::Reference, "a code begins with its parent's code".into());
            } else if !row.parent.is_empty() {
                parents.push((file, line, row.parent));
            }
            if !has_khmer(&row.km) || row.en.trim().is_empty() {
                say(line, &row.code, Code::Text, "a place needs a name in both languages".into());
            }
            let place = Place { code: row.code, level, name: Text::new(row.km, row.en) };
            if let Some(other) = places.insert(place.clone()).filter(|other| *other != place) {
                let message = format!("another file calls this place {}", other.name.en);
                say(line, &other.code, Code::Duplicate, message);
            }
        }
    }
    for (file, line, parent) in parents {
        if places.get(&parent).is_none() {
            let (file, message) = (file.to_owned(), format!("there is no place '{parent}'"));
            mistakes.push(Mistake { file, line, field: parent, code: Code::Reference, message });
        }
    }
    places
}
