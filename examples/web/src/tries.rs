//! Wrong tries: whoever guesses codes, phones or passwords is slowed down.
//!
//! Counted by what is guessed at and not by the address it comes from, which behind a proxy or a phone network is many people's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use oneservice_core::calendar::Moment;

/// So many wrong tries are a mistake, more are a guess.
const TRIES_MAX: u32 = 6;
/// How long wrong tries are remembered after the last one.
const MINUTES: i64 = 15;
/// Past this many names, those that are over are forgotten.
const NAMES_MAX: usize = 10_000;

/// Wrong tries of late, by the name of what was tried.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    wrong: Mutex<HashMap<String, (u32, Moment)>>,
}

impl Tries {
    /// Whether one more try is heard on all of `names`.
    pub(crate) fn are_left(&self, names: &[String], now: Moment) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        names
            .iter()
            .all(|name| wrong.get(name).is_none_or(|(count, last)| *count < TRIES_MAX || is_over(*last, now)))
    }

    /// Remembers a wrong try.
    pub(crate) fn was_wrong(&self, names: &[String], now: Moment) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() > NAMES_MAX {
            wrong.retain(|_, (_, last)| !is_over(*last, now));
        }
        for name in names {
            let (count, last) = wrong.entry(name.clone()).or_insert((0, now));
            *count = if is_over(*last, now) { 1 } else { *count + 1 };
            *last = now;
        }
    }
}

fn is_over(last: Moment, now: Moment) -> bool {
    now.millis() - last.millis() > MINUTES * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_not_heard_until_time_has_passed() {
        let (tries, now) = (Tries::default(), Moment::from_millis(1_000_000_000));
        let names = ["code:A".to_owned(), "phone:1".to_owned()];
        for _ in 0..TRIES_MAX {
            assert!(tries.are_left(&names, now));
            tries.was_wrong(&names, now);
        }
        assert!(!tries.are_left(&names, now));
        assert!(!tries.are_left(&["code:B".to_owned(), "phone:1".to_owned()], now), "the phone is known");
        assert!(tries.are_left(&["code:B".to_owned(), "phone:2".to_owned()], now));
        let later = Moment::from_millis(now.millis() + (MINUTES + 1) * 60_000);
        assert!(tries.are_left(&names, later));
        tries.was_wrong(&names, later);
        assert!(tries.are_left(&names, later), "counting begins anew");
    }
}
