//! The seeds of the fuzz targets hold, without a fuzzer.

use std::{fs, path::Path};

use oneservice_core::{
    catalog::Catalog,
    testing::{fuzz, sample},
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
