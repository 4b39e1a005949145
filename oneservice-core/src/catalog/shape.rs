//! The shape of a file: which keys, of which types, at which lines. Finds every mistake of form in one walk.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::is_nfc;

use super::condition::Condition;
use super::mend::{Gap, Part, follows};
use super::{Mistake, MistakeCode};
use crate::text::has_khmer;

/// What stands at a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A text that is not empty.
    Text,
    /// A whole number, not negative.
    Whole,
    /// Any number.
    Number,
    /// True or false.
    Bool,
    /// `{ km = …, en = … }`.
    Label,
    /// A list of labels.
    Labels,
    /// A list of texts.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words.
    Words(&'static [&'static str]),
    /// A day, as text.
    Day,
    /// A condition.
    Condition,
    /// A name: small letters, digits and `-`.
    Kebab,
    /// A name: small letters, digits and `_`.
    Snake,
    /// Several names.
    Kebabs,
    /// A table.
    Table(&'static [Key]),
    /// A list of tables.
    Tables(&'static [Key]),
}

/// A key of a table: its name, whether it must be there, and what stands at it.
pub(super) type Key = (&'static str, bool, Shape);

/// A file that was read: the lines of its keys, and the mistakes found so far.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    file: &'a str,
    starts: Vec<usize>,
    lines: BTreeMap<String, u32>,
    pub(super) mistakes: Vec<Mistake>,
    /// Where the form is wrong, for mending.
    gaps: Vec<Gap>,
    /// Every value, by the byte at which it stands.
    leaves: BTreeMap<usize, Gap>,
    /// How many of the mistakes are of form: what follows from them is not said.
    settled: usize,
    /// Where the walk is.
    place: Vec<Part>,
}

/// How deep values may be nested. Deeper ones are refused before anything else looks at them.
const DEPTH_MAX: usize = 16;

impl<'a> Walk<'a> {
    pub(super) fn new(file: &'a str, text: &str) -> Self {
        let starts =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        Self {
            file,
            starts,
            lines: BTreeMap::new(),
            mistakes: Vec::new(),
            gaps: Vec::new(),
            leaves: BTreeMap::new(),
            settled: 0,
            place: Vec::new(),
        }
    }

    /// The file that is read.
    pub(super) fn file(&self) -> &'a str {
        self.file
    }

    /// Whether something is wrong with the key `field` itself.
    pub(super) fn is_wrong(&self, field: &str) -> bool {
        self.mistakes.iter().any(|mistake| mistake.field == field)
    }

    /// The line of a byte.
    pub(super) fn line_of(&self, at: usize) -> u32 {
        1 + self.starts.partition_point(|start| *start <= at) as u32
    }

    /// The line of a field, or of the nearest thing around it.
    pub(super) fn line(&self, field: &str) -> u32 {
        let mut field = field;
        loop {
            if let Some(line) = self.lines.get(field) {
                return *line;
            }
            match field.rfind('.') {
                Some(end) => field = &field[..end],
                None => return 1,
            }
        }
    }

    /// The innermost field that begins on this line.
    pub(super) fn field_on(&self, line: u32) -> String {
        let fields = self.lines.iter().filter(|(_, found)| **found == line);
        fields.map(|(field, _)| field.clone()).max_by_key(String::len).unwrap_or_default()
    }

    /// A mistake at `field`.
    pub(super) fn say(&mut self, field: &str, code: MistakeCode, message: impl Into<String>) {
        if !follows(field, &self.mistakes[..self.settled]) {
            self.say_at(self.line(field), field, code, message);
        }
    }

    /// Whether a condition names a question that had to be guessed: it is judged when the question is in order.
    pub(super) fn guesses(&self, condition: &str) -> bool {
        // What a question says beside its answer is mended without touching its kind.
        const BESIDE: &[&str] = &[
            "label",
            "hint",
            "required",
            "visible_when",
            "required_when",
            "personal",
            "from_result",
            "unit",
        ];
        let named = |name: &str| {
            condition.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
        };
        let guessed = self.mistakes[..self.settled].iter().filter_map(|m| m.field.split_once(".fields."));
        guessed.map(|(_, path)| path.split('.').collect::<Vec<_>>()).any(|path| match path.as_slice() {
            [field, "columns", column, key, ..] => !BESIDE.contains(key) && (named(column) || named(field)),
            [_, key, ..] if BESIDE.contains(key) => false,
            [field, ..] => named(field),
            [] => false,
        })
    }

    /// Whether questions are missing because their names, or all around them, could not be read.
    pub(super) fn lost_names(&self) -> bool {
        let in_form = |m: &&Mistake| m.field == "sections" || m.field.starts_with("sections.");
        let mut form = self.mistakes[..self.settled].iter().filter(in_form);
        form.any(|m| !m.field.contains(".fields.") || m.field.ends_with(".id"))
    }

    /// Marks the value at a byte as wrong, for mending. Whether there is one.
    pub(super) fn mark(&mut self, at: usize) -> bool {
        let Some(gap) = self.leaves.get(&at).cloned() else { return false };
        self.gaps.push(gap);
        true
    }

    /// From here on, what only follows from the mistakes found so far is not said. Gives the places to mend.
    pub(super) fn settle(&mut self) -> &[Gap] {
        self.settled = self.mistakes.len();
        &self.gaps
    }

    fn say_at(&mut self, line: u32, field: &str, code: MistakeCode, message: impl Into<String>) {
        let (file, field) = (self.file.to_owned(), field.to_owned());
        self.mistakes.push(Mistake { file, line, field, code, message: message.into() });
    }

    /// Reads a text as TOML, with every mistake of syntax.
    pub(super) fn read<'t>(&mut self, text: &'t str) -> Option<Spanned<DeTable<'t>>> {
        // A file of nothing but brackets is refused before the parser builds it.
        let mut depth = 0usize;
        for byte in text.bytes() {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 256 {
                self.say_at(1, "", MistakeCode::Syntax, "the file is nested too deep");
                return None;
            }
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map_or(1, |span| self.line_of(span.start));
            self.say_at(line, "", MistakeCode::Syntax, error.message().to_owned());
        }
        errors.is_empty().then_some(table)
    }

    /// Walks the whole file.
    pub(super) fn table(&mut self, at: &str, table: &DeTable<'_>, keys: &'static [Key]) {
        self.table_within(at, table, keys, 0);
    }

    fn table_within(&mut self, at: &str, table: &DeTable<'_>, keys: &'static [Key], depth: usize) {
        for (key, value) in table {
            let name: &str = key.get_ref();
            let field = join(at, name);
            self.lines.insert(field.clone(), self.line_of(key.span().start));
            self.place.push(Part::Key(name.to_owned()));
            match keys.iter().find(|(known, ..)| *known == name) {
                Some((.., shape)) => self.value(&field, value, *shape, depth + 1),
                None => {
                    self.gaps.push((self.place.clone(), None));
                    let known: Vec<&str> = keys.iter().map(|(known, ..)| *known).collect();
                    let message = format!("the format has no key '{name}' here; it has {}", known.join(", "));
                    self.say(&field, MistakeCode::UnknownKey, message);
                }
            }
            self.place.pop();
        }
        for (name, _, shape) in keys.iter().filter(|(name, needed, _)| *needed && !table.contains_key(*name))
        {
            let mut place = self.place.clone();
            place.push(Part::Key((*name).to_owned()));
            self.gaps.push((place, Some(*shape)));
            self.say(&join(at, name), MistakeCode::MissingKey, format!("'{name}' must be given"));
        }
    }

    fn value(&mut self, field: &str, value: &Spanned<DeValue<'_>>, shape: Shape, depth: usize) {
        if depth > DEPTH_MAX {
            return self.say(field, MistakeCode::Type, "is nested too deep");
        }
        let line = self.line_of(value.span().start);
        // An entry of a list stands on its own line; a key's line is the key's.
        self.lines.entry(field.to_owned()).or_insert(line);
        let before = self.mistakes.len();
        self.check(field, value, shape, depth);
        let is_leaf = !matches!(shape, Shape::Table(_) | Shape::Tables(_));
        if is_leaf {
            let gap = (self.place.clone(), Some(shape));
            if self.mistakes.len() > before {
                self.gaps.push(gap.clone());
            }
            self.leaves.insert(value.span().start, gap);
        }
    }

    fn check(&mut self, field: &str, value: &Spanned<DeValue<'_>>, shape: Shape, depth: usize) {
        let found = value.get_ref();
        match shape {
            Shape::Bool if found.is_bool() => {}
            Shape::Number if found.is_integer() || found.is_float() => {}
            Shape::Whole => match found.as_integer().map(|n| i64::from_str_radix(n.as_str(), n.radix())) {
                Some(Ok(0..)) => {}
                _ => self.wrong_type(field, found, "a whole number, not negative"),
            },
            Shape::Label => self.label(field, found),
            Shape::Labels => self.each(field, found, |walk, field, item| walk.label(field, item.get_ref())),
            Shape::Texts => self.each(field, found, |walk, field, item| {
                walk.text(field, item.get_ref());
            }),
            Shape::Words(words) => {
                self.each(field, found, |walk, field, item| walk.word(field, item.get_ref(), words))
            }
            Shape::Kebabs => {
                self.each(field, found, |walk, field, item| walk.name(field, item.get_ref(), '-'))
            }
            Shape::Word(words) => self.word(field, found, words),
            Shape::Kebab => self.name(field, found, '-'),
            Shape::Snake => self.name(field, found, '_'),
            Shape::Text => {
                self.text(field, found);
            }
            Shape::Day => {
                if self.text(field, found).is_some_and(|text| text.parse::<crate::calendar::Date>().is_err())
                {
                    self.say(field, MistakeCode::Time, "is no day; write it as 2026-06-01");
                }
            }
            Shape::Condition => {
                if let Some(Err(error)) = self.text(field, found).map(Condition::compile) {
                    self.say(field, MistakeCode::Condition, format!("{error}"));
                }
            }
            Shape::Table(keys) => match found.as_table() {
                Some(table) => self.table_within(field, table, keys, depth),
                None => self.wrong_type(field, found, "a table"),
            },
            Shape::Tables(keys) => match found.as_array() {
                Some(items) => {
                    for (nth, item) in items.iter().enumerate() {
                        let Some(table) = item.get_ref().as_table() else {
                            let field = format!("{field}.{nth}");
                            self.lines.insert(field.clone(), self.line_of(item.span().start));
                            self.wrong_type(&field, item.get_ref(), "a table");
                            continue;
                        };
                        let field = join(field, &entry_name(table, nth));
                        self.lines.insert(field.clone(), self.line_of(item.span().start));
                        self.place.push(Part::Entry(nth));
                        self.table_within(&field, table, keys, depth + 1);
                        self.place.pop();
                    }
                }
                None => self.wrong_type(field, found, "a list of tables"),
            },
            Shape::Bool => self.wrong_type(field, found, "true or false"),
            Shape::Number => self.wrong_type(field, found, "a number"),
        }
    }

    fn each(
        &mut self,
        field: &str,
        found: &DeValue<'_>,
        mut one: impl FnMut(&mut Self, &str, &Spanned<DeValue<'_>>),
    ) {
        match found.as_array() {
            Some(items) => {
                for (nth, item) in items.iter().enumerate() {
                    let field = format!("{field}.{nth}");
                    self.lines.insert(field.clone(), self.line_of(item.span().start));
                    one(self, &field, item);
                }
            }
            None => self.wrong_type(field, found, "a list"),
        }
    }

    fn wrong_type(&mut self, field: &str, found: &DeValue<'_>, expected: &str) {
        self.say(field, MistakeCode::Type, format!("must be {expected}, not {}", found.type_str()));
    }

    fn text<'v>(&mut self, field: &str, found: &'v DeValue<'_>) -> Option<&'v str> {
        match found.as_str() {
            Some("") => {
                self.say(field, MistakeCode::Text, "is empty");
                None
            }
            Some(text) => Some(text),
            None => {
                self.wrong_type(field, found, "a text");
                None
            }
        }
    }

    fn word(&mut self, field: &str, found: &DeValue<'_>, words: &[&str]) {
        if let Some(text) = self.text(field, found)
            && !words.contains(&text)
        {
            let message = format!("'{}' is none of {}", brief(text), words.join(", "));
            self.say(field, MistakeCode::Word, message);
        }
    }

    fn name(&mut self, field: &str, found: &DeValue<'_>, between: char) {
        let fits = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.len() <= 64
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == between)
        };
        if let Some(text) = self.text(field, found)
            && !fits(text)
        {
            let message = format!("'{}' is no name: small letters, digits and '{between}'", brief(text));
            self.say(field, MistakeCode::Name, message);
        }
    }

    fn label(&mut self, field: &str, found: &DeValue<'_>) {
        let Some(table) = found.as_table() else {
            return self.wrong_type(field, found, "a text in both languages, { km = \"…\", en = \"…\" }");
        };
        for (key, _) in table.iter().filter(|(key, _)| !matches!(key.get_ref().as_ref(), "km" | "en")) {
            let line = self.line_of(key.span().start);
            let field = join(field, key.get_ref());
            self.say_at(line, &field, MistakeCode::UnknownKey, "the languages are km and en");
        }
        for language in ["km", "en"] {
            let at = join(field, language);
            let Some(value) = table.get(language) else {
                self.say(&at, MistakeCode::MissingKey, format!("the text in '{language}' must be given"));
                continue;
            };
            self.lines.insert(at.clone(), self.line_of(value.span().start));
            let Some(text) = self.text(&at, value.get_ref()) else { continue };
            let message = if text.trim() != text {
                "begins or ends with a blank"
            } else if text.contains('\u{200b}') {
                "holds a zero-width space: breaks are put in when pages are made"
            } else if !is_nfc(text) {
                "is not in Unicode NFC"
            } else if language == "km" && !has_khmer(text) {
                "holds no Khmer letter"
            } else if language == "en" && has_khmer(text) {
                "holds Khmer letters"
            } else {
                continue;
            };
            self.say(&at, MistakeCode::Text, message);
        }
    }
}

/// What a list's entry is called in a field's path: its id if it has one, else its number.
fn entry_name(table: &DeTable<'_>, nth: usize) -> String {
    let name = ["id", "code", "value", "date"].iter().find_map(|key| table.get(*key)?.get_ref().as_str());
    name.filter(|name| !name.is_empty() && name.len() <= 64 && !name.contains('.'))
        .map_or_else(|| nth.to_string(), str::to_owned)
}

pub(super) fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

pub(super) fn brief(text: &str) -> String {
    text.chars().take(60).collect()
}
