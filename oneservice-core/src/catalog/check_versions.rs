//! Versions of one service beside each other: each has a number and a first day of its own, and later numbers begin later.

use super::shape::Walk;
use super::{MistakeCode as Code, Service};

/// Checks the files of one service, each with its walk. What is wrong with a key by itself is said already and not compared.
pub(super) fn check_versions(files: &mut [(Walk<'_>, Service)]) {
    files.sort_by_key(|(_, service)| service.version);
    for later in 1..files.len() {
        let (before, rest) = files.split_at_mut(later);
        let (Some((earlier_walk, earlier)), Some((walk, service))) = (before.last_mut(), rest.first_mut())
        else {
            continue;
        };
        if ["version", "valid_from"].iter().any(|key| walk.is_wrong(key) || earlier_walk.is_wrong(key)) {
            continue;
        }
        let (file, number) = (earlier_walk.file(), earlier.version);
        if service.version == number {
            walk.say("version", Code::Duplicate, format!("{file} is version {number} as well"));
        } else if service.valid_from == earlier.valid_from {
            walk.say("valid_from", Code::Duplicate, format!("version {number} takes effect on the same day"));
        } else if service.valid_from < earlier.valid_from {
            let message = format!("is before that of version {number}, {}", earlier.valid_from);
            walk.say("valid_from", Code::Version, message);
        } else if earlier.withdrawn_on.is_some_and(|day| day >= service.valid_from)
            && !earlier_walk.is_wrong("withdrawn_on")
        {
            let message = format!("version {} is in force by then: withdraw that one", service.version);
            earlier_walk.say("withdrawn_on", Code::Version, message);
        }
    }
}
