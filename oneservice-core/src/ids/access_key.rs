//! The secret behind an applicant's own link.

use std::{fmt, str::FromStr};

use super::{CodeError, tracking_code::is_filler};

/// Crockford's base 32: capital letters and digits only, so that a QR code can use its compact alphanumeric mode.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LENGTH: usize = 26;

/// The secret link of a draft and of the request that comes of it: 128 random bits as 26 characters of base 32.
///
/// Whoever holds it may act as the applicant. A store keeps only a keyed digest of it; `Debug` hides it and there is
/// neither `Display` nor serde, so that it cannot slip into a log: [`text`](Self::text) is the one way out.
/// Either case is read, and O, I and L are taken for 0 and 1.
///
/// ```
/// use oneservice_core::ids::AccessKey;
///
/// let key = AccessKey::new([7; 16]);
/// assert_eq!(key.text(), "070W3GE1R70W3GE1R70W3GE1R7");
/// assert_eq!(key.text().to_lowercase().parse(), Ok(key));
/// assert_eq!(format!("{key:?}"), "AccessKey(…)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessKey([u8; 16]);

impl AccessKey {
    /// The key made of `random` bytes of the caller's source, which must be fit for secrets.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// The 16 bytes, for a keyed digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The 26 characters for a link or a QR code.
    #[must_use]
    pub fn text(&self) -> String {
        let number = u128::from_be_bytes(self.0);
        // The first character carries three bits, the others five.
        (0..LENGTH).rev().map(|place| char::from(ALPHABET[(number >> (5 * place)) as usize & 31])).collect()
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

impl FromStr for AccessKey {
    type Err = CodeError;

    /// Reads 26 characters; blanks and hyphens between them do not matter.
    ///
    /// # Errors
    /// [`CodeError::Character`], [`CodeError::Length`], or [`CodeError::Check`] for a first character beyond `7`, which
    /// no key has.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let (mut number, mut actual) = (0_u128, 0);
        for typed in text.chars().filter(|&c| !is_filler(c)) {
            let character = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|&known| char::from(known) == character);
            let value = value.ok_or(CodeError::Character { character: typed })?;
            if actual == 0 && value > 7 {
                return Err(CodeError::Check);
            }
            number = number << 5 | value as u128;
            actual += 1;
        }
        if actual != LENGTH {
            return Err(CodeError::Length { expected: LENGTH, actual });
        }
        Ok(Self(number.to_be_bytes()))
    }
}
