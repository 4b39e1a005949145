//! A flipped bit is never taken for what was written, and strange files are refused in words.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod disk;

use std::fs;
use std::io;

use disk::Disk;
use oneservice_core::store::{Log, Requests, StoreError};
use oneservice_core::testing::fixtures::{commit, office, request, with_events};
use oneservice_redb::RedbStore;

/// redb gives a damaged page back without an error; what is read of it is right, or an error, or (where the damage hit
/// a key) missing.
#[tokio::test]
async fn a_flipped_bit_is_an_error_or_nothing() {
    let disk = Disk::default();
    let store = disk.open().unwrap();
    for n in 1..=20 {
        store.commit(&[with_events(commit(n, 0), 3)]).await.unwrap();
    }
    let whole = store.events(&office(), 0, 100).await.unwrap();
    drop(store);
    let bytes = disk.live();
    // Each event's own text is somewhere in the file; a bit of it is flipped there.
    let (mut found, mut flipped) = (0, 0);
    for event in &whole {
        let text = event.body.payload.as_slice();
        let belongs = [event.request.as_bytes().as_slice(), &event.version.to_be_bytes()].concat();
        for part in [text, &belongs] {
            let places = bytes.windows(part.len()).enumerate().filter(|(_, window)| *window == part);
            for at in places.flat_map(|(place, _)| [place, place + part.len() / 2, place + part.len() - 1]) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                flipped += 1;
                let Ok(store) = Disk::with(damaged).open() else { continue };
                match store.events(&office(), event.index, 1).await {
                    Ok(read) => assert_eq!(read, std::slice::from_ref(event), "a wrong event was read"),
                    Err(error) => {
                        found += 1;
                        let told = matches!(&error, StoreError::Corrupt { office: Some(_), .. });
                        assert!(told, "{error}");
                    }
                }
                let history = store.history(&office(), event.request).await;
                if let Ok(history) = history {
                    assert!(history.iter().all(|read| whole.contains(read)), "a wrong history was read");
                }
            }
        }
    }
    assert!(
        found >= 2 * whole.len(),
        "{found} of {flipped} flips were found: the live page must be among them"
    );
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.redb");
    fs::write(&path, b"a letter to the governor").unwrap();
    let error = RedbStore::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"a letter to the governor", "it is left as it was");
}

#[tokio::test]
async fn a_truncated_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.redb");
    let store = RedbStore::open(&path).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    drop(store);
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let error = RedbStore::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn a_store_that_was_cut_off_while_it_was_made_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.redb");
    fs::write(folder.path().join("office.redb.new"), vec![7; 4_096]).unwrap();
    let store = RedbStore::open(&path).await.unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    assert_eq!(store.history(&office(), request(1)).await.unwrap().len(), 1);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["office.redb"]);
}

#[tokio::test]
async fn a_second_opening_is_told_who_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.redb");
    let _held = RedbStore::open(&path).await.unwrap();
    let error = RedbStore::open(&path).await.unwrap_err();
    assert!(matches!(&error, StoreError::Locked { path: told } if *told == path), "{error}");
}

#[tokio::test]
async fn a_newer_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.redb");
    drop(RedbStore::open(&path).await.unwrap());
    let newer = redb::Database::open(&path).unwrap();
    let write = newer.begin_write().unwrap();
    let meta = redb::TableDefinition::<&str, u64>::new("meta");
    write.open_table(meta).unwrap().insert("format", oneservice_redb::FORMAT + 1).unwrap();
    write.commit().unwrap();
    drop(newer);
    let error = RedbStore::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 2, known: 1 }), "{error}");
}

#[tokio::test]
async fn a_full_disk_says_so_and_keeps_what_was_answered() {
    let disk = Disk::default();
    let store = disk.open().unwrap();
    store.commit(&[commit(1, 0)]).await.unwrap();
    disk.fails_with(0, io::ErrorKind::StorageFull);
    let error = store.commit(&[commit(2, 0)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    disk.is_mended();
    assert_eq!(store.head(&office()).await.unwrap().size, 1);
    let answer = store.commit(&[commit(2, 0)]).await.unwrap();
    assert!(answer[0].placed().is_some());
}
