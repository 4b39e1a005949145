//! A power cut at each write and each sync loses nothing that was answered, and leaves nothing half done.
//!
//! The form is that of redb's own crash tests: the disk dies at operation k, for every k; from what was synced and
//! what was not, images are made as a power cut could leave them; each is opened and compared with what the memory
//! engine holds after the same work.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod disk;

use std::sync::Arc;

use disk::{Change, Disk, apply};
use fastrand::Rng;
use oneservice_core::ids::Digest32;
use oneservice_core::store::{Commit, Draft, Log, MemoryStore, Query, Requests, Store, StoreError};
use oneservice_core::testing::fixtures::{
    at, commit, digest, draft, in_office, moment, office, office_named, request, with_counter, with_events,
    with_key,
};

const HEADER: usize = 320;
const SECTOR: usize = 512;

/// One call that writes.
enum Work {
    Commit(Vec<Commit>),
    Save(Draft),
    Purge(i64),
}

impl Work {
    async fn on(&self, store: &dyn Store) -> Result<(), StoreError> {
        match self {
            Self::Commit(batch) => store.commit(batch).await.map(drop),
            Self::Save(draft) => store.save_draft(&office(), draft, draft.version - 1).await.map(drop),
            Self::Purge(before) => store.purge_drafts(&office(), moment(*before), 10).await.map(drop),
        }
    }
}

/// All kinds of commits: first and later versions, many members, many events, keys, registers, drafts made, changed,
/// closed and purged, another office, and refusals between lawful members.
fn workload() -> Vec<Work> {
    let mut work = Vec::new();
    for n in 1..=6 {
        let form = format!("form {n}");
        work.push(Work::Save(draft(&form, 1, 100)));
        work.push(Work::Save(draft(&form, 2, 100)));
        let mut submitted =
            with_key(with_counter(commit(n, 0), "receipts", n - 1), &format!("key {n}"), "form");
        submitted.closes_draft = Some((draft(&form, 2, 100).key, 2));
        work.push(Work::Commit(vec![submitted]));
        let later = at(with_events(commit(n, 1), 3), n.cast_signed());
        let refused = at(commit(n, 0), n.cast_signed());
        let many = (0..4).map(|member| at(commit(100 + 10 * n + member, 0), n.cast_signed()));
        work.push(Work::Commit(many.chain([later, with_counter(refused, "receipts", 0)]).collect()));
        work.push(Work::Commit(vec![in_office(with_events(commit(n, 0), 2), &office_named("hill-town"))]));
    }
    work.push(Work::Save(draft("left", 1, 50)));
    work.push(Work::Save(draft("kept", 1, 500)));
    work.push(Work::Purge(60));
    let mut large = at(commit(900, 0), 9);
    large.summary.applicant_name = "ភោជនីយដ្ឋាន".repeat(1_000);
    work.push(Work::Commit(vec![large]));
    work
}

/// Everything that can be read of a store.
async fn everything(store: &dyn Store) -> Digest32 {
    let mut all = String::new();
    for office in [office(), office_named("hill-town")] {
        let head = store.head(&office).await.unwrap();
        all += &format!("{head:?}");
        let log = store.events(&office, 0, 1_000).await.unwrap();
        assert_eq!(log.len() as u64, head.size, "the log is as long as its head says");
        all += &format!("{log:?}");
        let page = store.find(&office, &Query::All, None, 1_000).await.unwrap();
        for row in &page.rows {
            let history = store.history(&office, row.request).await.unwrap();
            assert_eq!(history.len() as u64, row.version, "a row is as new as its history");
        }
        all += &format!("{page:?}");
        all += &format!("{:?}", store.find(&office, &Query::Open, None, 1_000).await.unwrap());
        all += &format!("{:?}", store.counter(&office, "receipts").await.unwrap());
        for n in 1..=6 {
            all += &format!("{:?}", store.outcome(&office, commit(n, 0).id).await.unwrap());
            all += &format!("{:?}", store.summary(&office, request(n)).await.unwrap());
        }
        for form in (1..=6).map(|n| format!("form {n}")).chain(["left".to_owned(), "kept".to_owned()]) {
            let key = draft(&form, 1, 0).key;
            all += &format!("{:?}", store.load_draft(&office, &key).await.unwrap());
        }
    }
    digest(&all)
}

/// What a power cut may leave: only what is safe, everything, or some of what was not synced, also torn.
fn images(durable: &[u8], unsynced: &[Change], dice: &mut Rng) -> Vec<Vec<u8>> {
    let with = |changes: &[Change]| {
        let mut bytes = durable.to_vec();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        bytes
    };
    let mut images = vec![durable.to_vec()];
    if unsynced.is_empty() {
        return images;
    }
    images.push(with(unsynced));
    images.push(with(&unsynced[..dice.usize(..unsynced.len())]));
    for _ in 0..2 {
        let some: Vec<Change> = unsynced.iter().filter(|_| dice.bool()).cloned().collect();
        images.push(with(&some));
    }
    let torn = |change: &Change, dice: &mut Rng| match change {
        Change::Bytes(offset, bytes) if bytes.len() > SECTOR => {
            let sectors = dice.usize(..bytes.len() / SECTOR);
            Change::Bytes(*offset, bytes[..sectors * SECTOR].to_vec())
        }
        other => other.clone(),
    };
    let all_torn: Vec<Change> = unsynced.iter().map(|change| torn(change, dice)).collect();
    images.push(with(&all_torn));
    let is_header = |change: &&Change| matches!(change, Change::Bytes(0, bytes) if bytes.len() <= HEADER);
    let header: Vec<Change> = unsynced.iter().filter(is_header).cloned().collect();
    if !header.is_empty() {
        images.push(with(&header));
    }
    images
}

/// A disk with an empty store on it.
fn fresh() -> Disk {
    let disk = Disk::default();
    drop(disk.open().unwrap());
    Disk::with(disk.live())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_and_halves_nothing() {
    let work = workload();
    let empty = fresh().live();

    let memory = MemoryStore::default();
    let mut expected = vec![everything(&memory).await];
    for call in &work {
        call.on(&memory).await.unwrap();
        expected.push(everything(&memory).await);
    }

    let whole = Disk::with(empty.clone());
    let store = whole.open().unwrap();
    let before = whole.used();
    for (call, expected) in work.iter().zip(&expected[1..]) {
        call.on(&store).await.unwrap();
        assert_eq!(&everything(&store).await, expected, "redb and the memory engine hold the same");
    }
    let after = whole.used();
    let (writes, syncs) = (after.writes - before.writes, after.syncs - before.syncs);
    drop(store);

    // Two at a time, for the two cores that a small machine has.
    let (work, expected) = (Arc::new(work), Arc::new(expected));
    let halves = [0, 1].map(|first| {
        let (work, expected, empty) = (Arc::clone(&work), Arc::clone(&expected), empty.clone());
        tokio::spawn(async move {
            let (mut images_seen, mut unknown) = (0_u64, 0_u64);
            for k in (first..writes + syncs).step_by(2) {
                let (seen, attempted) = dies_after(k, &empty, &work, &expected).await;
                images_seen += seen;
                unknown += attempted;
            }
            (images_seen, unknown)
        })
    });
    let (mut images_seen, mut unknown) = (0, 0);
    for half in halves {
        let (seen, attempted) = half.await.unwrap();
        images_seen += seen;
        unknown += attempted;
    }
    println!(
        "{} calls, {writes} writes, {syncs} syncs; {images_seen} images reopened: lost 0, half 0, \
         {unknown} hold the call that was not answered",
        work.len()
    );
}

/// The disk dies at operation `k`. Gives how many images were reopened, and how many of them hold the call that was under way.
async fn dies_after(k: u64, empty: &[u8], work: &[Work], expected: &[Digest32]) -> (u64, u64) {
    let disk = Disk::with(empty.to_vec());
    let store = disk.open().unwrap();
    disk.fails_after(k);
    let mut answered = 0;
    for call in work {
        if call.on(&store).await.is_err() {
            break;
        }
        answered += 1;
    }
    assert!(answered < work.len(), "the disk died at operation {k}");
    drop(store);
    let (durable, unsynced) = disk.after_power_cut();
    let (mut seen, mut unknown) = (0, 0);
    for (number, image) in images(&durable, &unsynced, &mut Rng::with_seed(k)).into_iter().enumerate() {
        seen += 1;
        let store = Disk::with(image).open().unwrap_or_else(|error| panic!("{k}/{number}: {error}"));
        let found = everything(&store).await;
        let attempted = found != expected[answered];
        unknown += u64::from(attempted);
        // The call under way may have come to the disk whole: then its outcome was unknown, not refused.
        assert!(
            !attempted || found == expected[answered + 1],
            "operation {k}, image {number}: {answered} calls were answered, and the store holds something else"
        );
        assert!(store.check_file().await.unwrap(), "operation {k}, image {number}: redb's own check");
    }
    (seen, unknown)
}

#[tokio::test]
async fn a_disk_that_comes_back_is_used_again() {
    let work = workload();
    let disk = fresh();
    let store = disk.open().unwrap();
    work[0].on(&store).await.unwrap();
    for operations in 0..12 {
        disk.fails_after(operations);
        let failed = at(commit(50 + operations, 0), 1);
        let answer = store.commit(std::slice::from_ref(&failed)).await;
        disk.is_mended();
        // Whatever was said, the same commit again is answered, and is there once.
        let again = store.commit(std::slice::from_ref(&failed)).await.unwrap();
        assert!(again[0].placed().is_some(), "after {operations} operations, {answer:?}: {again:?}");
        assert_eq!(store.history(&office(), failed.request).await.unwrap().len(), 1);
    }
    assert_eq!(store.head(&office()).await.unwrap().size, 12);
}
