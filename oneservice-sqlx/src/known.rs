//! What must be known of an office to judge the members of a batch: loaded before, kept up to date while they are judged.

use std::collections::HashMap;
use std::convert::Infallible;

use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId, TrackingCode};
use oneservice_core::store::{Commit, Head, Lookup, Outcome, Placed, judge};

#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) head: Head,
    pub(crate) commits: HashMap<CommitId, Placed>,
    pub(crate) keys: HashMap<String, (Digest32, Placed)>,
    pub(crate) versions: HashMap<RequestId, u64>,
    pub(crate) codes: HashMap<TrackingCode, RequestId>,
    pub(crate) drafts: HashMap<Digest32, u64>,
    pub(crate) counters: HashMap<String, u64>,
}

impl Known {
    /// Why a member must not be written; none if it must.
    pub(crate) fn refusal(&self, commit: &Commit) -> Option<Outcome> {
        match judge(commit, self) {
            Ok(refusal) => refusal,
            Err(never) => match never {},
        }
    }

    /// Judges a member; if it is to be written, what follows is judged as if it were.
    pub(crate) fn judge(&mut self, commit: &Commit) -> Outcome {
        self.refusal(commit).unwrap_or_else(|| Outcome::Committed(self.take(commit)))
    }

    fn take(&mut self, commit: &Commit) -> Placed {
        let placed = commit.placed(self.head.size);
        self.head = Head { size: self.head.size + commit.events.len() as u64, last_at: commit.at };
        self.commits.insert(commit.id, placed);
        if let Some(key) = &commit.key {
            self.keys.insert(key.key.clone(), (key.fingerprint, placed));
        }
        self.versions.insert(commit.request, commit.version_after());
        // A request may change its code; the old one is free then.
        self.codes.retain(|_, owner| *owner != commit.request);
        self.codes.insert(commit.summary.code, commit.request);
        for counter in &commit.counters {
            self.counters.insert(counter.name.clone(), counter.from.saturating_add(1));
        }
        if let Some((draft, _)) = &commit.closes_draft {
            self.drafts.remove(draft);
        }
        placed
    }
}

impl Lookup for Known {
    type Error = Infallible;

    fn placed(&self, _: &OfficeId, commit: CommitId) -> Result<Option<Placed>, Infallible> {
        Ok(self.commits.get(&commit).copied())
    }

    fn key(&self, _: &OfficeId, key: &str) -> Result<Option<(Digest32, Placed)>, Infallible> {
        Ok(self.keys.get(key).copied())
    }

    fn version(&self, _: &OfficeId, request: RequestId) -> Result<u64, Infallible> {
        Ok(self.versions.get(&request).copied().unwrap_or(0))
    }

    fn code(&self, _: &OfficeId, code: &TrackingCode) -> Result<Option<RequestId>, Infallible> {
        Ok(self.codes.get(code).copied())
    }

    fn draft(&self, _: &OfficeId, key: &Digest32) -> Result<Option<u64>, Infallible> {
        Ok(self.drafts.get(key).copied())
    }

    fn counter(&self, _: &OfficeId, name: &str) -> Result<u64, Infallible> {
        Ok(self.counters.get(name).copied().unwrap_or(0))
    }

    fn head(&self, _: &OfficeId) -> Result<Head, Infallible> {
        Ok(self.head)
    }
}
