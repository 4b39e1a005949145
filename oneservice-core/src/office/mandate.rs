//! The code of a proxy: drawn here, shown once, and known from then on by a keyed hash only.

use super::{NoRandom, Office};
use crate::ids::{Digest32, RequestId};
use crate::request::{Command, Mandate};
use crate::text::ascii_digits;

/// How many codes of eight digits there are.
const CODES: u64 = 100_000_000;

impl Office {
    /// The command that gives `name` a mandate for the request, and the code for them: to be shown to the applicant once the command is done,
    /// and never again.
    ///
    /// # Errors
    /// [`NoRandom`]: then no code was drawn.
    pub fn draw_mandate(
        &self,
        id: RequestId,
        name: String,
        identity: String,
    ) -> Result<(Command, String), NoRandom> {
        let drawn = format!("{:08}", u64::from_be_bytes(self.random()?) % CODES);
        let code = self.mandate_code(id, &drawn);
        Ok((Command::GiveMandate(Mandate { name, identity, code }), drawn))
    }

    /// What a code that somebody shows is known by in a [`Mandate`] of this request, however its digits are written.
    pub fn mandate_code(&self, id: RequestId, shown: &str) -> Digest32 {
        let digits: String = ascii_digits(shown).chars().filter(char::is_ascii_digit).collect();
        self.inner.secret.keyed(b"mandate", &[id.as_bytes().as_slice(), digits.as_bytes()].concat())
    }
}
