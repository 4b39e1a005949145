//! The real program over an office of its own.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use oneservice_core::testing::sample;
use serde_json::{Value, json};

/// A folder with the small catalogue of an office that does not exist, and a place for its data.
pub(crate) struct Office(tempfile::TempDir);

impl Office {
    pub(crate) fn new() -> Self {
        let office = Self(tempfile::tempdir().unwrap());
        for (path, text) in sample::files() {
            let path = office.path("catalog").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        office
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn run_in(&self, data: &str, arguments: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_oneservice"))
            .arg("--data")
            .arg(self.path(data))
            .env("ONESERVICE_CATALOG", self.path("catalog"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        child.wait_with_output().unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_in("data", arguments, "")
    }

    /// The first line of what is printed, as JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", words(&output.stderr));
        serde_json::from_str(words(&output.stdout).lines().next().unwrap()).unwrap()
    }

    /// Exit code and the one JSON object on the side of errors.
    pub(crate) fn refused(&self, data: &str, arguments: &[&str]) -> (i32, Value) {
        let output = self.run_in(data, &[arguments, &["--json"]].concat(), "a password of some length");
        let error = words(&output.stderr);
        let object: Value =
            serde_json::from_str(error).unwrap_or_else(|_| panic!("{arguments:?} said {error:?}"));
        assert!(object["message"].as_str().is_some_and(|text| !text.is_empty()), "{object}");
        assert!(object["params"].is_object(), "{object}");
        (output.status.code().unwrap(), object)
    }

    /// A file with somebody's application.
    pub(crate) fn application(&self, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut application = json!({
            "format": 1, "service": "trade.market-stall", "applicant": { "kind": "person" }, "purpose": "new",
            "submitted_at": "2026-06-01T10:00:00+05:45", "form": sample::answers(),
            "documents": [{ "document": "id-card", "file": "card.pdf", "media_type": "application/pdf", "size": 9 }],
            "signature": { "kind": "drawn" },
        });
        change(&mut application);
        let path = self.path(name);
        std::fs::write(&path, application.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

pub(crate) fn words(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
