//! Wrong tries: whoever guesses codes, phones or passwords is slowed down.
//!
//! A try is counted before it is judged, so that many at once do not slip through, and taken back when it was right. What is guessed
//! at is counted, and not only the address it comes from, which behind a proxy or a phone network is many people's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use oneservice_core::calendar::Moment;

/// So many wrong tries are a mistake, more are a guess.
pub(crate) const TRIES_MAX: u32 = 6;
/// How long wrong tries are remembered after the last one.
const MINUTES: i64 = 15;
/// At most so many names in each of the two halves.
const NAMES_MAX: usize = 50_000;

/// What is tried, and how often it may be wrong.
pub(crate) type Name = (String, u32);

/// Wrong tries of late, by the name of what was tried.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    halves: Mutex<Halves>,
}

/// Names in two halves: the older one goes as a whole when the younger one is old or full, so that nothing is ever searched for what
/// is over.
#[derive(Debug, Default)]
struct Halves {
    young: HashMap<String, Count>,
    old: HashMap<String, Count>,
    since: Option<Moment>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    tries: u32,
    last: Moment,
}

impl Halves {
    fn turn(&mut self, now: Moment) {
        if self.since.is_none_or(|since| is_over(since, now)) || self.young.len() >= NAMES_MAX {
            self.old = std::mem::take(&mut self.young);
            self.since = Some(now);
        }
    }

    fn count(&self, name: &str, now: Moment) -> u32 {
        let found = self.young.get(name).or_else(|| self.old.get(name));
        found.filter(|count| !is_over(count.last, now)).map_or(0, |count| count.tries)
    }
}

impl Tries {
    /// Counts one more try on all of `names`; false if one of them has had its tries, and then nothing is counted.
    pub(crate) fn begin(&self, names: &[Name], now: Moment) -> bool {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.turn(now);
        if names.iter().any(|(name, most)| halves.count(name, now) >= *most) {
            return false;
        }
        for (name, _) in names {
            let tries = halves.count(name, now) + 1;
            halves.young.insert(name.clone(), Count { tries, last: now });
        }
        true
    }

    /// Takes a try back that was right, or that was never judged.
    pub(crate) fn take_back(&self, names: &[Name]) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        let Halves { young, old, .. } = &mut *halves;
        for (name, _) in names {
            if let Some(count) = young.get_mut(name).or_else(|| old.get_mut(name)) {
                count.tries = count.tries.saturating_sub(1);
            }
        }
    }
}

fn is_over(last: Moment, now: Moment) -> bool {
    now.millis() - last.millis() > MINUTES * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(code: &str, phone: &str) -> [Name; 2] {
        [(format!("code:{code}"), TRIES_MAX), (format!("phone:{phone}"), TRIES_MAX)]
    }

    fn later(now: Moment, minutes: i64) -> Moment {
        Moment::from_millis(now.millis() + minutes * 60_000)
    }

    #[test]
    fn a_guess_is_not_heard_until_time_has_passed() {
        let (tries, now) = (Tries::default(), Moment::from_millis(1_000_000_000));
        for _ in 0..TRIES_MAX {
            assert!(tries.begin(&names("A", "1"), now));
        }
        assert!(!tries.begin(&names("A", "1"), now));
        assert!(!tries.begin(&names("B", "1"), now), "the phone is known");
        assert!(tries.begin(&names("B", "2"), now));
        assert!(
            !tries.begin(&names("A", "1"), later(now, MINUTES)),
            "remembered past the turn of the halves"
        );
        assert!(tries.begin(&names("A", "1"), later(now, MINUTES + 1)), "counting begins anew");
    }

    #[test]
    fn what_is_right_is_taken_back_and_what_runs_at_once_is_counted() {
        let (tries, now) = (Tries::default(), Moment::from_millis(1_000_000_000));
        for _ in 0..100 {
            assert!(tries.begin(&names("A", "1"), now));
            tries.take_back(&names("A", "1"));
        }
        let heard = (0..100).filter(|_| tries.begin(&names("A", "1"), now)).count();
        assert_eq!(heard, TRIES_MAX as usize, "tries that are not judged yet count");
    }

    #[test]
    fn names_do_not_pile_up() {
        let (tries, now) = (Tries::default(), Moment::from_millis(1_000_000_000));
        for nth in 0..3 * NAMES_MAX {
            tries.begin(&[(nth.to_string(), 1)], now);
        }
        let halves = tries.halves.lock().unwrap();
        assert!(halves.young.len() <= NAMES_MAX && halves.old.len() <= NAMES_MAX);
    }
}
