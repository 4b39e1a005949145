//! The code on a receipt, made to be read out over the telephone.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{CodeError, number::text_serde};

/// 30 characters that are not taken for each other: no 0 and O, no 1, I and L, no U (V).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Sums are taken modulo this prime: it is larger than any difference of two characters or of two places.
const PRIME: u32 = 31;

const LENGTH: usize = 8;

/// What an applicant is known by at the counter and on the status page: eight characters shown as `7K2M-9QXJ`.
///
/// Seven are drawn (35 bits hardly guessed, since asking is limited), the last is a check: Σ place × value is a multiple of the prime
/// 31. Places and values differ by less than 31, so **every single wrong character and every swap of two characters is
/// caught**. A draw whose check would have the value 30, for which there is no character, is drawn again.
///
/// Reading is forgiving: case, blanks, hyphens and dashes, invisible characters and Khmer digits do not matter.
///
/// ```
/// use oneservice_core::ids::{CodeError, TrackingCode};
///
/// let code = TrackingCode::draw(&mut |bytes| bytes.fill(7));
/// assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
/// assert_eq!("7K2M-9QXO".parse::<TrackingCode>(), Err(CodeError::Character { character: 'O' }));
/// assert_eq!("7K2M-9QX".parse::<TrackingCode>(), Err(CodeError::Length { expected: 8, actual: 7 }));
/// assert_eq!("K72M-9QXJ".parse::<TrackingCode>(), Err(CodeError::Check));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackingCode([u8; LENGTH]);

impl TrackingCode {
    /// How the code of a trial begins, and no other.
    const TRIAL: &'static str = "TEST";

    /// Draws a code from `fill`, which fills the bytes it is given with random ones.
    pub fn draw(fill: &mut dyn FnMut(&mut [u8])) -> Self {
        Self::drawn(fill, |number| Self::numbered(number).filter(|code| !code.is_trial()))
    }

    /// Draws the code of a trial: nobody takes it for that of a request. There are some 26 000 of them.
    pub fn draw_trial(fill: &mut dyn FnMut(&mut [u8])) -> Self {
        let begin = Self::TRIAL.bytes().rev().fold(0, |number, byte| {
            30 * number + ALPHABET.iter().position(|known| *known == byte).unwrap_or(0) as u64
        });
        Self::drawn(fill, |number| Self::numbered(begin + 30_u64.pow(4) * (number % 30_u64.pow(3))))
    }

    /// Whether it is the code of a trial.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.compact().starts_with(Self::TRIAL)
    }

    fn drawn(fill: &mut dyn FnMut(&mut [u8]), made: impl Fn(u64) -> Option<Self>) -> Self {
        let mut attempt: u64 = 0;
        loop {
            let mut bytes = [0; 8];
            fill(&mut bytes);
            // 64 bits over 30⁷ values: no value is likelier than another by more than 2⁻²⁹. The attempt is added so that
            // even a source that always gives the same bytes comes to an end.
            if let Some(code) = made(u64::from_le_bytes(bytes).wrapping_add(attempt)) {
                return code;
            }
            attempt += 1;
        }
    }

    /// The code whose drawn characters are the seven lowest base-30 digits of `number`, if it has a check character.
    fn numbered(mut number: u64) -> Option<Self> {
        let mut code = [0; LENGTH];
        let mut sum = 0;
        for (place, character) in (1_u32..).zip(&mut code[..LENGTH - 1]) {
            let value = number % 30;
            number /= 30;
            sum += place * u32::try_from(value).unwrap_or(0);
            *character = *ALPHABET.get(usize::try_from(value).unwrap_or(0))?;
        }
        // 8 × check ≡ -sum (mod 31), and 8 × 4 = 32 ≡ 1.
        let check = (PRIME - sum % PRIME) * 4 % PRIME;
        code[LENGTH - 1] = *ALPHABET.get(usize::try_from(check).unwrap_or(usize::MAX))?;
        Some(Self(code))
    }

    /// The eight characters without a hyphen, for keys and addresses.
    #[must_use]
    pub fn compact(&self) -> &str {
        // Only characters of the alphabet get in, so this is always text.
        str::from_utf8(&self.0).unwrap_or("")
    }
}

impl fmt::Display for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = self.compact().split_at(LENGTH / 2);
        write!(f, "{left}-{right}")
    }
}

impl fmt::Debug for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrackingCode({self})")
    }
}

impl FromStr for TrackingCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut code = [0; LENGTH];
        let (mut actual, mut sum) = (0, 0);
        for typed in text.chars().filter(|&c| !is_filler(c)) {
            let character = match typed {
                '០'..='៩' => {
                    char::from_u32(u32::from(typed) - u32::from('០') + u32::from('0')).unwrap_or(typed)
                }
                _ => typed.to_ascii_uppercase(),
            };
            let value = ALPHABET
                .iter()
                .position(|&known| char::from(known) == character)
                .ok_or(CodeError::Character { character: typed })?;
            if let (Some(place), Ok(value)) = (code.get_mut(actual), u32::try_from(value)) {
                *place = ALPHABET[value as usize];
                sum += (u32::try_from(actual).unwrap_or(0) + 1) * value;
            }
            actual += 1;
        }
        if actual != LENGTH {
            return Err(CodeError::Length { expected: LENGTH, actual });
        }
        if sum % PRIME != 0 {
            return Err(CodeError::Check);
        }
        Ok(Self(code))
    }
}

/// What people and keyboards put between characters.
pub(super) fn is_filler(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

text_serde!(TrackingCode, {
    "type": "string",
    "pattern": "^[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}$",
});
