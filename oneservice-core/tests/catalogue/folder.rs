//! A catalogue on the disk: what cannot be read, and what does not belong there, is named.

use std::fs;
use std::path::Path;

use oneservice_core::catalog::{Catalog, Mistake};
use oneservice_core::testing::sample;

/// The sample's files in a folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in sample::files() {
        put(folder.path(), &path, text);
    }
    folder
}

fn put(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let to = folder.join(path);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, text).unwrap();
}

fn mistakes(folder: impl AsRef<Path>) -> Vec<String> {
    let said = |m: &Mistake| format!("{}:{} {} {}", m.file, m.line, m.code, m.message);
    Catalog::load(folder).map_or_else(|error| error.mistakes.iter().map(said).collect(), |_| Vec::new())
}

#[test]
fn a_catalogue_is_read_from_its_folder_with_what_may_lie_beside_it() {
    let folder = folder();
    let beside = ["README.md", "terms.csv", "geo/sources.md", "samples/one.json", ".hidden/any.exe", ".git"];
    for path in beside {
        put(folder.path(), path, "{}");
    }
    let read = Catalog::load(&folder).unwrap();
    let parsed = sample::catalog().unwrap();
    assert!(read.services().eq(parsed.services()));
    assert_eq!((read.office(), read.places()), (parsed.office(), parsed.places()));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let said = mistakes(folder.path().join("nowhere"));
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(said[0].starts_with(".:1 unreadable "), "{said:#?}");
    let missing = |file: &str| format!("{file}:1 missing-file a catalogue needs this file");
    assert_eq!(said[1..], ["holidays.toml", "office.toml", "sectors.toml"].map(missing));
}

#[test]
fn what_does_not_belong_in_a_catalogue_is_named() {
    let folder = folder();
    let strange = [
        "geo/photo.png",
        "notes/a.md",
        "office.txt",
        "samples/one.toml",
        "services/trade.toml",
        "services/trade/old/market-stall.toml",
        "terms/terms.csv",
    ];
    for path in strange {
        put(folder.path(), path, "");
    }
    let said = mistakes(&folder);
    assert_eq!(said, strange.map(|path| format!("{path}:1 unknown-file does not belong in a catalogue")));
}

#[test]
fn a_folder_is_read_only_so_deep() {
    let folder = folder();
    put(folder.path(), "a/b/c/d/e/f.md", "");
    put(folder.path(), "a/b/c/d/f.md", "");
    let said = mistakes(&folder);
    let strange = |path: &str| format!("{path}:1 unknown-file does not belong in a catalogue");
    assert_eq!(said, ["a/b/c/d/e", "a/b/c/d/f.md"].map(strange), "the folder, and not what is in it");
}

#[test]
fn what_is_too_large_or_no_text_is_not_read() {
    let folder = folder();
    put(folder.path(), "README.md", " ".repeat((1 << 20) + 1));
    put(folder.path(), "geo/more.csv", [0xff, 0xfe]);
    put(folder.path(), "terms.csv", " ".repeat((1 << 20) + 1));
    let said = mistakes(&folder);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert_eq!(said[0], "README.md:1 too-large has 1048577 bytes; at most 1048576 are read");
    assert!(said[1].starts_with("geo/more.csv:1 unreadable "), "{said:#?}");
}

#[test]
fn a_catalogue_has_only_so_many_files() {
    let folder = folder();
    for nth in 0..2_000 {
        put(folder.path(), &format!("samples/{nth}.json"), "");
    }
    let said = mistakes(&folder);
    let too_many = said.iter().filter(|said| said.ends_with("too-large a catalogue has at most 2000 files"));
    assert_eq!(too_many.count(), 5, "the sample has five files");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_and_a_link_to_nothing_are_named() {
    use std::os::unix::ffi::OsStrExt;

    let folder = folder();
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.md")), "").unwrap();
    std::os::unix::fs::symlink("nothing", folder.path().join("geo/link.csv")).unwrap();
    let said = mistakes(&folder);
    assert_eq!(
        said,
        [
            ".:1 unreadable a file's name is not UTF-8",
            "geo/link.csv:1 unknown-file does not belong in a catalogue"
        ]
    );
}
