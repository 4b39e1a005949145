//! The cases about copies can fail: targets that break one promise each are turned red by them, and a copy finds them by itself.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use oneservice_core::calendar::Moment;
use oneservice_core::ids::{CommitId, Digest32, OfficeId, RequestId};
use oneservice_core::store::{
    Allowance, Archive, Commit, Counts, Cursor, Draft, DraftOutcome, Drafts, EXPORT_MAX_BYTES, Head, Log,
    MemoryStore, Misuse, Outcome, Page, Place, Placed, Query, Records, Requests, StoreError, StoredEvent,
    Summary, TransferError, transfer,
};
use oneservice_core::testing::{self, Checked, fixtures};

/// The one promise that an engine breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Nothing,
    /// Keys are not taken in.
    Keys,
    /// Counters are not taken in.
    Counters,
    /// The last event of a page is not taken in.
    LastEvent,
    /// Rows lose their search words.
    Tokens,
    /// Drafts of an earlier try stay.
    EarlierDrafts,
    /// Records are taken in without the mark.
    TakesAnything,
    /// What holds something is taken for a target.
    NotEmpty,
    /// The mark stops nobody.
    Mark,
    /// A second try begins anew without what the first brought.
    Forgets,
    /// Heads are not written.
    Heads,
    /// Nothing comes after the first page.
    Pages,
    /// An office with drafts alone is not told of.
    QuietOffices,
}

const ALL: [Breaks; 12] = [
    Breaks::Keys,
    Breaks::Counters,
    Breaks::LastEvent,
    Breaks::Tokens,
    Breaks::EarlierDrafts,
    Breaks::TakesAnything,
    Breaks::NotEmpty,
    Breaks::Mark,
    Breaks::Forgets,
    Breaks::Heads,
    Breaks::Pages,
    Breaks::QuietOffices,
];

/// The memory engine with one promise broken.
#[derive(Debug)]
struct Mutant {
    breaks: Breaks,
    inner: std::sync::RwLock<Arc<MemoryStore>>,
    /// Writes of an office go here while the mark stops nobody.
    aside: MemoryStore,
    marked: AtomicBool,
}

impl Mutant {
    fn breaking(breaks: Breaks) -> Arc<dyn Archive> {
        Arc::new(Self {
            breaks,
            inner: Arc::new(MemoryStore::default()).into(),
            aside: MemoryStore::default(),
            marked: AtomicBool::new(false),
        })
    }

    fn is(&self, breaks: Breaks) -> bool {
        self.breaks == breaks
    }

    fn inner(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.inner.read().unwrap())
    }

    fn marked(&self) -> bool {
        self.marked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Requests for Mutant {
    async fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        if self.is(Breaks::Mark) && self.marked() {
            return self.aside.commit(batch).await;
        }
        self.inner().commit(batch).await
    }

    async fn outcome(&self, office: &OfficeId, commit: CommitId) -> Result<Option<Placed>, StoreError> {
        self.inner().outcome(office, commit).await
    }

    async fn history(&self, office: &OfficeId, request: RequestId) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner().history(office, request).await
    }

    async fn summary(&self, office: &OfficeId, request: RequestId) -> Result<Option<Summary>, StoreError> {
        self.inner().summary(office, request).await
    }

    async fn find(
        &self,
        office: &OfficeId,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.inner().find(office, query, after, limit).await
    }
}

#[async_trait]
impl Drafts for Mutant {
    async fn save_draft(
        &self,
        office: &OfficeId,
        draft: &Draft,
        expected: u64,
    ) -> Result<DraftOutcome, StoreError> {
        self.inner().save_draft(office, draft, expected).await
    }

    async fn load_draft(&self, office: &OfficeId, key: &Digest32) -> Result<Option<Draft>, StoreError> {
        self.inner().load_draft(office, key).await
    }

    async fn purge_drafts(
        &self,
        office: &OfficeId,
        before: Moment,
        limit: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        self.inner().purge_drafts(office, before, limit).await
    }
}

#[async_trait]
impl Log for Mutant {
    async fn head(&self, office: &OfficeId) -> Result<Head, StoreError> {
        self.inner().head(office).await
    }

    async fn events(
        &self,
        office: &OfficeId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner().events(office, from, limit).await
    }

    async fn counter(&self, office: &OfficeId, name: &str) -> Result<u64, StoreError> {
        self.inner().counter(office, name).await
    }
}

#[async_trait]
impl Archive for Mutant {
    async fn offices(&self) -> Result<Vec<OfficeId>, StoreError> {
        let mut offices = self.inner().offices().await?;
        if self.is(Breaks::QuietOffices) {
            offices.retain(|office| office.as_str() != "quiet-town");
        }
        Ok(offices)
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.inner().counts().await
    }

    async fn export(&self, office: &OfficeId, place: &Place, limit: usize) -> Result<Records, StoreError> {
        if self.is(Breaks::Pages) && matches!(place, Place::Keys(Some(_))) {
            return Ok(Records::Keys(Vec::new()));
        }
        self.inner().export(office, place, limit).await
    }

    async fn begin_import(&self) -> Result<(), StoreError> {
        if self.is(Breaks::EarlierDrafts) && self.marked() {
            return Ok(());
        }
        let full = self.inner().counts().await?.total() > 0;
        if self.is(Breaks::Forgets) && self.marked() || self.is(Breaks::NotEmpty) && full && !self.marked() {
            *self.inner.write().unwrap() = Arc::default();
        }
        self.inner().begin_import().await?;
        self.marked.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn import(&self, office: &OfficeId, records: &Records) -> Result<(), StoreError> {
        let mut records = records.clone();
        match &mut records {
            Records::Keys(_) if self.is(Breaks::Keys) => return Ok(()),
            Records::Counters(_) if self.is(Breaks::Counters) => return Ok(()),
            Records::Events(events) if self.is(Breaks::LastEvent) => drop(events.pop()),
            Records::Summaries(rows) if self.is(Breaks::Tokens) => {
                rows.iter_mut().for_each(|row| row.tokens.clear());
            }
            _ => {}
        }
        match self.inner().import(office, &records).await {
            Err(StoreError::Misuse(Misuse::NoTransfer)) if self.is(Breaks::TakesAnything) => Ok(()),
            other => other,
        }
    }

    async fn finish_import(&self, heads: &[(OfficeId, Head)]) -> Result<(), StoreError> {
        let heads = if self.is(Breaks::Heads) { &[] } else { heads };
        self.inner().finish_import(heads).await?;
        self.marked.store(false, Ordering::SeqCst);
        Ok(())
    }
}

/// The cases that a target which `breaks` a promise fails; the source keeps all its promises, or the cases would be about that.
async fn red(breaks: Breaks) -> Vec<&'static str> {
    let mut red = Vec::new();
    for case in testing::archive_cases() {
        // Some cases look at the source alone.
        let source = Mutant::breaking(if matches!(breaks, Breaks::Pages | Breaks::QuietOffices) {
            breaks
        } else {
            Breaks::Nothing
        });
        let checked: Result<Checked, _> = tokio::spawn((case.run)(source, Mutant::breaking(breaks))).await;
        if !matches!(checked, Ok(Ok(()))) {
            red.push(case.name);
        }
    }
    red
}

#[tokio::test]
async fn every_broken_promise_of_a_copy_turns_the_suite_red() {
    assert_eq!(red(Breaks::Nothing).await, Vec::<&str>::new());
    let mut green = Vec::new();
    for breaks in ALL {
        let red = red(breaks).await;
        println!("{breaks:?}: {} red, such as {}", red.len(), red.first().unwrap_or(&"none"));
        if red.is_empty() {
            green.push(breaks);
        }
    }
    assert_eq!(green, Vec::new(), "these stay unseen");
}

#[tokio::test]
async fn a_copy_that_lost_something_is_not_finished() {
    let source = MemoryStore::default();
    let mut first =
        fixtures::with_counter(fixtures::with_key(fixtures::commit(1, 0), "key", "x"), "licences", 0);
    first.events.push(fixtures::event("more"));
    first.summary.version = 2;
    source.commit(&[first]).await.unwrap();
    for breaks in [Breaks::Keys, Breaks::Counters, Breaks::LastEvent, Breaks::Tokens] {
        let target = Mutant::breaking(breaks);
        let answer = transfer(&source, &*target, |_| ()).await;
        assert!(matches!(answer, Err(TransferError::Differs { .. })), "{breaks:?}: {answer:?}");
        let answer = target.commit(&[fixtures::commit(9, 0)]).await;
        assert!(matches!(answer, Err(StoreError::Unfinished)), "{breaks:?}: the target is no office");
    }
}

#[tokio::test]
async fn progress_only_grows_and_ends_at_its_end() {
    let source = MemoryStore::default();
    source.commit(&(1..=700).map(|n| fixtures::commit(n, 0)).collect::<Vec<_>>()).await.unwrap();
    let mut told = Vec::new();
    let copied = transfer(&source, &MemoryStore::default(), |progress| told.push(progress)).await.unwrap();
    assert_eq!(copied.counts.total(), 2_100);
    assert!(told.windows(2).all(|two| two[0].done < two[1].done));
    let last = told.last().unwrap();
    assert_eq!((last.done, last.total), (4_200, 4_200));
}

#[test]
fn a_page_ends_at_its_bound_but_holds_one_record() {
    let at = Moment::from_millis(0);
    let key = Digest32::sha256(&[]);
    let draft = |bytes: usize| Draft { key, version: 1, saved_at: at, expires_at: at, body: vec![0; bytes] };
    let mut page = Allowance::new(3);
    assert!(page.take(&draft(EXPORT_MAX_BYTES + 1)), "one record always fits");
    assert!(!page.take(&draft(1)), "then the page is full");
    let mut page = Allowance::new(2);
    assert!(page.take(&draft(5)) && page.take(&draft(5)));
    assert!(!page.take(&draft(0)), "two were asked for");
    assert!(!Allowance::new(0).take(&draft(0)));
}

#[test]
fn a_fixture_keeps_the_rules_of_the_seam() {
    use fixtures::{code, commit, with_counter, with_events, with_key};
    let codes: BTreeSet<_> = (0..5_000).map(code).collect();
    assert_eq!(codes.len(), 5_000, "codes of requests differ");
    let commit = with_counter(with_key(with_events(commit(1, 0), 3), "key", "content"), "register", 0);
    assert_eq!(commit.check(), Ok(()));
    assert_eq!(commit.version_after(), 3);
}

#[test]
fn names_of_cases_are_unique() {
    let cases = testing::cases().chain(testing::scenarios()).map(|case| case.name);
    let names: Vec<_> = cases
        .chain(testing::durable_cases().map(|case| case.name))
        .chain(testing::archive_cases().map(|case| case.name))
        .chain(testing::target_cases().map(|case| case.name))
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}
