//! `oneservice catalog check` on the office's own catalogue with one slip in it: none is accepted, and each is named at its line.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// How a line is with a slip in it.
type Slip = fn(&str) -> String;

/// What a line begins with, its slip, and what that is called.
const SLIPS: &[(&str, Slip, &str)] = &[
    ("base = ", |_| "base = -1".into(), "type"),
    ("required = true", |_| "required = \"yes\"".into(), "type"),
    ("role = ", |_| "role = \"mayor\"".into(), "word"),
    ("after = [\"", |_| "after = [\"nowhere\"]".into(), "plan"),
    ("visible_when = ", |_| "visible_when = 'form.nothing == 1'".into(), "condition"),
    ("visible_when = ", |_| "visible_when = '1 +'".into(), "condition"),
    ("working_days = ", |_| "working_days = -1".into(), "type"),
    ("title = {", |line| line.replacen("title", "titel", 1), "unknown-key"),
];

fn services() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang/services");
    let sectors = std::fs::read_dir(folder).unwrap().map(|sector| sector.unwrap().path());
    let mut files: Vec<PathBuf> = sectors
        .flat_map(|sector| std::fs::read_dir(sector).unwrap().map(|file| file.unwrap().path()))
        .collect();
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn no_catalogue_with_a_slip_is_accepted_and_each_slip_is_named_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang");
    copy(&catalog, folder.path());
    let mut tried = 0;
    for (nth, file) in services().iter().enumerate() {
        let name = file.strip_prefix(&catalog).unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        // Three kinds for each file, other ones for the next, each at another place of its kind.
        for kind in 0..3 {
            let (begin, slip, code) = SLIPS[(3 * nth + kind) % SLIPS.len()];
            let places: Vec<usize> =
                (0..lines.len()).filter(|&at| lines[at].trim_start().starts_with(begin)).collect();
            if places.is_empty() {
                continue;
            }
            let at = places[nth % places.len()];
            let mut broken: Vec<String> = lines.iter().map(ToString::to_string).collect();
            broken[at] = slip(&broken[at]);
            std::fs::write(folder.path().join(name), broken.join("\n")).unwrap();
            let check = Command::new(env!("CARGO_BIN_EXE_oneservice"))
                .args(["catalog", "check", folder.path().to_str().unwrap(), "--json"])
                .output()
                .unwrap();
            let what = format!("{}:{}: {}", name.display(), at + 1, broken[at]);
            assert_eq!(check.status.code(), Some(6), "{what}");
            let found: Vec<Value> = serde_json::from_slice(&check.stdout).unwrap();
            let named = found.iter().any(|mistake| {
                mistake["code"] == code
                    && mistake["line"] == at + 1
                    && mistake["file"].as_str() == name.to_str()
            });
            assert!(named, "{what}: {found:?}");
            tried += 1;
        }
        std::fs::write(folder.path().join(name), &text).unwrap();
    }
    assert!(tried >= 60, "{tried}");
}
