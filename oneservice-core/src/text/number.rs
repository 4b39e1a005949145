//! Digits in both scripts, and the numbers of telephones and identity cards.

use std::borrow::Cow;

use super::tidy_line;

/// Khmer digits ០–៩ become 0–9; all else stays.
#[must_use]
pub fn ascii_digits(text: &str) -> String {
    with_ascii_digits(text.into()).into_owned()
}

/// Digits 0–9 become Khmer ០–៩; all else stays.
#[must_use]
pub fn khmer_digits(text: &str) -> String {
    text.chars().map(|character| shifted(character, '0'..='9', '០')).collect()
}

/// As [`ascii_digits`], without a copy of a text that has no Khmer digit.
pub(crate) fn with_ascii_digits(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.is_ascii() && text.contains(|character| matches!(character, '០'..='៩')) {
        Cow::Owned(text.chars().map(ascii_digit).collect())
    } else {
        text
    }
}

pub(crate) fn ascii_digit(character: char) -> char {
    shifted(character, '០'..='៩', '0')
}

fn shifted(character: char, from: std::ops::RangeInclusive<char>, to: char) -> char {
    if !from.contains(&character) {
        return character;
    }
    char::from_u32(u32::from(character) - u32::from(*from.start()) + u32::from(to)).unwrap_or(character)
}

/// A Cambodian telephone number in the form of E.164, or `None` if it is none.
///
/// Blanks, points, hyphens and brackets are dropped; 0…, 855… and 00855… become +855….
///
/// ```
/// # use oneservice_core::text::phone;
/// assert_eq!(phone("០១២ ៣៤៥ ៦៧៨").as_deref(), Some("+85512345678"));
/// assert_eq!(phone("00855-96-123-4567").as_deref(), Some("+855961234567"));
/// assert_eq!(phone("+1 202 555 0100"), None);
/// ```
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    let mut digits = with_ascii_digits(tidy_line(text)).into_owned();
    digits.retain(|c| !matches!(c, ' ' | '.' | '(' | ')' | '-'));
    let national = ["+855", "00855", "855", "0"].iter().find_map(|prefix| digits.strip_prefix(prefix))?;
    let valid = (8..=9).contains(&national.len())
        && !national.starts_with('0')
        && national.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| ["+855", national].concat())
}

/// The nine digits of a national identity card, or `None` if they are not nine.
///
/// Blanks, hyphens and a suffix like (01) are dropped.
///
/// ```
/// # use oneservice_core::text::national_id;
/// assert_eq!(national_id("០១០ ២៣៤-៥៦៧ (01)").as_deref(), Some("010234567"));
/// assert_eq!(national_id("12345678"), None);
/// ```
#[must_use]
pub fn national_id(text: &str) -> Option<String> {
    let mut plain = with_ascii_digits(tidy_line(text)).into_owned();
    plain.retain(|c| !matches!(c, ' ' | '-'));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let suffix = |text: &str| {
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        text.is_empty() || inner.is_some_and(|inner| inner.len() == 2 && is_digits(inner))
    };
    let (digits, rest) = plain.split_at_checked(9)?;
    if !is_digits(digits) || !suffix(rest) {
        return None;
    }
    plain.truncate(9);
    Some(plain)
}
