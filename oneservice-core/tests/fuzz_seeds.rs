//! The seeds of the fuzz targets hold, without a fuzzer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use oneservice_core::{
    catalog::Catalog,
    ids::RequestId,
    request::Recorded,
    store::{Archive, Log, MemoryStore, PAGE_MAX},
    testing::{clerk::lives, fuzz, sample},
};

fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let seeds =
        fs::read_dir(&folder).expect("the seeds lie beside this package").flatten().map(|entry| entry.path());
    let mut count = 0;
    for seed in seeds {
        let bytes = fs::read(&seed).expect("seeds can be read");
        body(&bytes);
        // A file that was cut off, or lost its end on the way.
        (0..bytes.len()).step_by(97).for_each(|end| body(&bytes[..end]));
        count += 1;
    }
    assert!(count >= 4, "{count} seeds of {target}");
}

#[test]
fn catalogs_are_read_or_refused() {
    replay("catalog", fuzz::catalog);
}

#[test]
fn answers_are_judged() {
    replay("answers", fuzz::answers);
}

#[test]
fn conditions_are_compiled_or_refused() {
    replay("condition", fuzz::condition);
}

/// The seeds are histories that the office has written; `RENEW=1` lives some lives and writes them anew.
#[tokio::test]
async fn events_are_read_or_refused() {
    if std::env::var_os("RENEW").is_some() {
        renew_histories().await;
    }
    replay("events", fuzz::events);
    // A fact changed in one byte, anywhere.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/events");
    let seed = fs::read(folder.join("history-1")).expect("the seeds lie beside this package");
    for place in (0..seed.len()).step_by(11) {
        let mut changed = seed.clone();
        changed[place] = changed[place].wrapping_add(1);
        fuzz::events(&changed);
    }
}

/// The six histories with the most kinds of facts.
async fn renew_histories() {
    let store: Arc<MemoryStore> = Arc::default();
    lives::live(Arc::clone(&store) as _, 60).await.expect("lives as the clerk has them");
    let mut histories: BTreeMap<RequestId, Vec<Vec<u8>>> = BTreeMap::new();
    for office in store.offices().await.expect("offices") {
        let mut read = 0;
        loop {
            let page = store.events(&office, read, PAGE_MAX).await.expect("events");
            if page.is_empty() {
                break;
            }
            read += page.len() as u64;
            for event in page {
                histories.entry(event.request).or_default().push(event.body.payload);
            }
        }
    }
    let mut histories: Vec<Vec<Vec<u8>>> = histories.into_values().collect();
    let kinds = |history: &Vec<Vec<u8>>| {
        let recorded = history.iter().map(|payload| Recorded::from_payload(payload).expect("a fact"));
        std::cmp::Reverse(recorded.map(|recorded| recorded.fact.name()).collect::<BTreeSet<_>>().len())
    };
    histories.sort_by_key(kinds);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/events");
    fs::create_dir_all(&folder).expect("a folder");
    for (nth, history) in histories.iter().take(6).enumerate() {
        fs::write(folder.join(format!("history-{}", nth + 1)), history.join(&b'\n')).expect("a seed");
    }
}

#[test]
fn the_sample_catalogue_is_in_order() {
    let mistakes =
        sample::catalog().map_err(|error| error.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(mistakes.err(), None);
    let files = sample::files();
    for missing in files.keys().filter(|path| !path.starts_with("services") && !path.starts_with("holidays"))
    {
        let mut rest = files.clone();
        rest.remove(missing);
        assert!(Catalog::parse(&rest).is_err(), "without {missing}");
    }
}
