//! What is written: data on stdout, as text for people or as JSON.

use std::io::{self, Write};

use oneservice_core::text::Lang;
use serde_json::Value;

/// Where and how results are written.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) lang: Lang,
}

impl Output {
    pub(crate) fn new(json: bool, lang: Lang) -> Self {
        Self { json, lang }
    }

    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{}", text.as_ref())
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        io::stdout().lock().write_all(bytes)
    }

    /// One JSON value on one line.
    pub(crate) fn value(&mut self, value: &Value) -> io::Result<()> {
        self.line(value.to_string())
    }

    /// The value in JSON, or the text.
    pub(crate) fn either(&mut self, value: &Value, text: impl FnOnce() -> String) -> io::Result<()> {
        if self.json { self.value(value) } else { self.line(text().trim_end()) }
    }

    /// A message for people, beside the data.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(io::stderr().lock(), "{}", text.as_ref())
    }
}
