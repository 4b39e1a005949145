//! The key under which texts that look alike are equal.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::{is_blank, is_break, number::ascii_digit};

const COENG: char = '\u{17d2}';
const COENG_RO: char = 'រ';
const SHIFTER: char = '\u{17ca}';
const VOWEL_U: char = '\u{17bb}';

/// No token is longer, in characters: longer words are found by their beginning.
const TOKEN_LIMIT: usize = 64;

/// The key for comparing and searching: two texts that a reader takes for the same have the same key.
///
/// Invisible characters go; Latin letters become small, Khmer digits ASCII, each run of white space one blank (and none between the
/// groups of a number that stands alone). Within a Khmer syllable the signs get one order – subscripts with RO last, shifter, vowels,
/// other signs – and spellings that render alike become one: subscript DA and TA; េ + ា and ោ; េ + ី and ើ; and, under an upper
/// vowel, the shifters and ុ. A subscript sign without a letter is dropped.
///
/// A key is for machines: never show or store it in place of the text. The key of a key is itself, and time grows with the length.
///
/// ```
/// # use oneservice_core::text::search_key;
/// assert_eq!(search_key("ស្រ្តី"), search_key("ស្ត្រី"));
/// assert_eq!(search_key("សុីក្លូ"), search_key("ស៊ីក្លូ"));
/// assert_eq!(search_key("  ផ្លូវ៣  Café "), search_key("ផ្លូវ3 café"));
/// ```
#[must_use]
pub fn search_key(text: &str) -> String {
    let visible: Vec<char> = text
        .chars()
        .filter(|&c| !is_invisible(c))
        .flat_map(char::to_lowercase)
        .nfc()
        .map(ascii_digit)
        .collect();
    let mut key = String::with_capacity(text.len());
    let mut syllable = Syllable::default();
    let mut rest = visible.iter().copied().peekable();
    while let Some(character) = rest.next() {
        match character {
            COENG => {
                // A subscript sign with nothing to put below is not seen, or seen as a dotted circle.
                if let Some(letter) = rest.next_if(|&next| is_letter(next)) {
                    let letter = if letter == 'ដ' { 'ត' } else { letter };
                    if syllable.is_open {
                        syllable.subscripts.push(letter);
                    } else {
                        key.extend([COENG, letter]);
                    }
                }
            }
            // Signs with no letter to stand on keep their places.
            _ if is_sign(character) && !syllable.is_open => key.push(character),
            '\u{17c9}' | '\u{17ca}' => syllable.shifters.push(character),
            '\u{17b6}'..='\u{17c5}' => syllable.vowels.push(character),
            _ if is_sign(character) => syllable.signs.push(character),
            _ => {
                syllable.finish(&mut key);
                key.push(character);
                syllable.is_open = is_letter(character);
            }
        }
    }
    syllable.finish(&mut key);
    spaced(&key)
}

/// The words of a text as keys, for an index: sorted, each once, each at most 64 characters long.
///
/// Khmer is written without blanks between words, so a token is what stands between blanks and punctuation marks; names have theirs.
///
/// ```
/// # use oneservice_core::text::search_tokens;
/// assert_eq!(search_tokens("SOK Dara (សុខ ដារា), SOK"), ["dara", "sok", "ដារា", "សុខ"]);
/// ```
#[must_use]
pub fn search_tokens(text: &str) -> Vec<String> {
    let key = search_key(text);
    let is_part =
        |c: char| c.is_alphanumeric() || matches!(c, '\u{1780}'..='\u{17d3}' | '\u{17dd}') || is_mark(c);
    let words = key.split(|c| !is_part(c)).filter(|word| !word.is_empty());
    let tokens: BTreeSet<String> = words.map(|word| word.chars().take(TOKEN_LIMIT).collect()).collect();
    tokens.into_iter().collect()
}

/// The signs around one base letter, by kind, each kind in the order typed.
#[derive(Default)]
struct Syllable {
    /// Whether there is a base letter.
    is_open: bool,
    subscripts: Vec<char>,
    shifters: Vec<char>,
    vowels: Vec<char>,
    signs: Vec<char>,
}

impl Syllable {
    /// Writes the signs in their one order and is empty again.
    fn finish(&mut self, key: &mut String) {
        if self.vowels.iter().any(|vowel| matches!(vowel, '\u{17b7}'..='\u{17ba}' | '\u{17be}')) {
            // Below an upper vowel both shifters are drawn like ុ, so all three are typed.
            if self.vowels.contains(&VOWEL_U) || !self.shifters.is_empty() {
                self.shifters = vec![SHIFTER];
            }
            self.vowels.retain(|&vowel| vowel != VOWEL_U);
        }
        let (ro, others): (Vec<char>, Vec<char>) = self.subscripts.drain(..).partition(|&c| c == COENG_RO);
        key.extend(others.into_iter().chain(ro).flat_map(|letter| [COENG, letter]));
        key.extend(self.shifters.drain(..));
        let start = key.len();
        for vowel in self.vowels.drain(..) {
            let joined = match (key[start..].chars().next_back(), vowel) {
                (Some('\u{17c1}'), '\u{17b6}') => Some('\u{17c4}'),
                (Some('\u{17c1}'), '\u{17b8}') => Some('\u{17be}'),
                _ => None,
            };
            if joined.is_some() {
                key.pop();
            }
            key.push(joined.unwrap_or(vowel));
        }
        key.extend(self.signs.drain(..));
    }
}

/// One blank for each run of white space, none at the ends; none at all in a number typed in groups.
fn spaced(key: &str) -> String {
    let words = || key.split(|c| is_blank(c) || is_break(c)).filter(|word| !word.is_empty());
    let is_number = words().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    words().collect::<Vec<_>>().join(if is_number { "" } else { " " })
}

/// Vowels, shifters and the other signs of a syllable, without the subscript sign.
fn is_sign(character: char) -> bool {
    matches!(character, '\u{17b6}'..='\u{17d1}' | '\u{17d3}')
}

/// Consonants and independent vowels: what can stand alone or below.
fn is_letter(character: char) -> bool {
    matches!(character, '\u{1780}'..='\u{17b3}')
}

/// Zero-width characters, joiners, marks of direction, the soft hyphen, and two Khmer vowels that are never drawn.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}')
        || matches!(character, '\u{ad}' | '\u{feff}' | '\u{17b4}' | '\u{17b5}')
}

/// Combining marks of the other scripts, which belong to the letter before them.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}
