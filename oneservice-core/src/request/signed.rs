//! What a signature stands under: one hash over everything that was filled in.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Evidence, Signature};
use crate::catalog::{ApplicantKind, Purpose};
use crate::ids::{Digest32, ServiceId};

/// What a person filled in and is about to sign or send.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filled<'a> {
    /// The service.
    pub service: &'a ServiceId,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// Answers as typed.
    pub answers: &'a Map<String, Value>,
    /// The papers.
    pub evidence: &'a [Evidence],
}

impl Filled<'_> {
    /// SHA-256 over all of it: the answers with their keys in order, each paper by the hash of its bytes and its day of
    /// issue, and so is a file that an answer names. Where the bytes are kept and how the file is called do not count.
    ///
    /// From a stored submission it is made again of `answers` with `typed` laid over them; from a correction of those that came with it,
    /// and of its papers without the files of earlier events.
    pub fn hash(&self) -> Digest32 {
        let mut text = format!(
            "{} {} {} {}\n",
            self.service,
            self.applicant.as_str(),
            self.by_representative,
            self.purpose.as_str()
        );
        let files: Vec<(String, Digest32)> =
            self.evidence.iter().map(|paper| (paper.blob.to_string(), paper.sha256)).collect();
        write_object(self.answers, &files, &mut text);
        for paper in self.evidence {
            let issued = paper.issued.map_or_else(String::new, |day| day.to_string());
            text.push_str(&format!("\n{} {} {issued}", paper.document, paper.sha256));
        }
        Digest32::sha256(&[text.as_bytes()])
    }
}

impl Signature {
    /// The signature, given under `filled`.
    #[must_use]
    pub fn under(self, filled: &Filled<'_>) -> Self {
        Self { content: Some(filled.hash()), ..self }
    }

    /// Whether it was given under `filled`. A signature of a release that did not say so counts.
    pub fn covers(&self, filled: &Filled<'_>) -> bool {
        self.content.is_none_or(|content| content == filled.hash())
    }
}

/// JSON without blanks, keys in order, whatever order the map keeps them in; files by the hash of their bytes.
fn write_object(object: &Map<String, Value>, files: &[(String, Digest32)], text: &mut String) {
    text.push('{');
    let sorted: BTreeMap<&String, &Value> = object.iter().collect();
    for (nth, (key, value)) in sorted.into_iter().enumerate() {
        if nth > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(key.as_str()).to_string());
        text.push(':');
        write_value(value, files, text);
    }
    text.push('}');
}

fn write_value(value: &Value, files: &[(String, Digest32)], text: &mut String) {
    match value {
        Value::Object(object) => write_object(object, files, text),
        Value::Array(items) => {
            text.push('[');
            for (nth, item) in items.iter().enumerate() {
                if nth > 0 {
                    text.push(',');
                }
                write_value(item, files, text);
            }
            text.push(']');
        }
        Value::String(word) if let Some((_, sha256)) = files.iter().find(|(blob, _)| blob == word) => {
            text.push_str(&sha256.to_string());
        }
        plain => text.push_str(&plain.to_string()),
    }
}
