//! Khmer and English text: one clean form for storing, one key for comparing.
//!
//! Phones write the same Khmer word in several ways that look alike. Stored text is only tidied ([`line()`], [`paragraph`]): what a
//! person wrote stays what they wrote. Comparing and searching use [`search_key`], in which those ways are one.
//!
//! ```
//! use oneservice_core::text::{line, search_key};
//!
//! assert_eq!(line("  សុខ\u{200b}  ដារា "), "សុខ ដារា");
//! assert_ne!(line("បណ្តឹង"), line("បណ្ដឹង"));                 // two spellings are kept …
//! assert_eq!(search_key("បណ្តឹង"), search_key("បណ្ដឹង"));     // … and found by either
//! ```

mod key;
mod number;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

pub use key::{search_key, search_tokens};
pub(crate) use number::{ascii_digit, with_ascii_digits};
pub use number::{ascii_digits, khmer_digits, national_id, phone};

/// A language that the office speaks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Lang {
    /// Khmer, which comes first.
    #[default]
    Km,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag: `km` or `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Km => "km",
            Self::En => "en",
        }
    }
}

/// A text in both languages, as every text that is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In Khmer.
    pub km: String,
    /// In English.
    pub en: String,
}

impl Text {
    /// A text from its two forms.
    #[must_use]
    pub fn new(km: impl Into<String>, en: impl Into<String>) -> Self {
        Self { km: km.into(), en: en.into() }
    }

    /// The text in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Km => &self.km,
            Lang::En => &self.en,
        }
    }
}

/// Tidies a text of one line: NFC, no byte order mark, no zero-width space, each run of white space one blank, none at the ends.
///
/// Doing it again changes nothing.
#[must_use]
pub fn line(text: &str) -> String {
    tidy_line(text).into_owned()
}

/// As [`line()`], without a copy of what is tidy already.
pub(crate) fn tidy_line(text: &str) -> Cow<'_, str> {
    if is_plainly_tidy(text) {
        return Cow::Borrowed(text);
    }
    let mut tidy = String::with_capacity(text.len());
    // White space is set down only before the next character, so none is left at either end.
    let mut blank = false;
    for character in text.chars().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}')) {
        if is_blank(character) || is_break(character) {
            blank = !tidy.is_empty();
        } else {
            if blank {
                tidy.push(' ');
                blank = false;
            }
            tidy.push(character);
        }
    }
    Cow::Owned(composed(tidy))
}

/// Tidies a text of several lines: NFC, no byte order mark, each run of blanks one blank, each line break `\n`, and neither blanks,
/// breaks nor zero-width spaces at the ends. Inside, zero-width spaces stay: they say where a Khmer line may break.
///
/// Doing it again changes nothing.
#[must_use]
pub fn paragraph(text: &str) -> String {
    tidy_paragraph(text).into_owned()
}

/// As [`paragraph`], without a copy of what is tidy already.
pub(crate) fn tidy_paragraph(text: &str) -> Cow<'_, str> {
    if is_plainly_tidy(text) {
        return Cow::Borrowed(text);
    }
    let mut tidy = String::with_capacity(text.len());
    let mut before = '\0';
    for character in text.chars().filter(|&c| c != '\u{feff}') {
        let written = match character {
            '\n' if before == '\r' => None,
            _ if is_break(character) => Some('\n'),
            _ if is_blank(character) => (!is_blank(before)).then_some(' '),
            _ => Some(character),
        };
        tidy.extend(written);
        before = character;
    }
    Cow::Owned(composed(tidy.trim_matches([' ', '\n', '\u{200b}']).to_owned()))
}

/// Whether a text is a tidy line, and so a tidy paragraph too, as one look at each character can tell. Most text is.
fn is_plainly_tidy(text: &str) -> bool {
    let mut blank = true;
    for character in text.chars() {
        let blank_before = std::mem::replace(&mut blank, character == ' ');
        if !is_plain(character) || (blank && blank_before) {
            return false;
        }
    }
    text.is_empty() || !blank
}

/// Latin and Khmer characters that are composed in any company, and of all white space only the blank.
///
/// Of the Khmer signs two are put in order by their classes. U+17DD is left out; the subscript sign alone is in order.
fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a1}'..='\u{2ff}' | '\u{1780}'..='\u{17dc}' | '\u{17e0}'..='\u{17ff}')
}

/// Whether there is a Khmer character (U+1780–U+17FF) in it.
#[must_use]
pub fn has_khmer(text: &str) -> bool {
    text.chars().any(|character| matches!(character, '\u{1780}'..='\u{17ff}'))
}

/// Most text is composed already and is not copied.
fn composed(text: String) -> String {
    if is_nfc(&text) { text } else { text.nfc().collect() }
}

/// White space within a line.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && !is_break(character)
}

/// What ends a line, and the old separators of records and files.
fn is_break(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
