//! `oneservice request correct`: what the applicant corrects in a request that was given back, sent once, together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use oneservice_core::calendar::parse_date;
use oneservice_core::catalog::{FieldKind, Service};
use oneservice_core::office::Office;
use oneservice_core::request::{
    Actor, AnyRequest, Channel, Command, Corrections, Evidence, FactName, Filled, Item,
};
use oneservice_pilot::collector;
use serde_json::{Map, Value};

use super::request::read_file;
use crate::exit::CliError;

#[derive(Debug, Args)]
pub(crate) struct Correct {
    /// Its tracking code.
    pub(crate) code: String,
    /// A new answer: `FIELD=WORDS` as one would type them, `FIELD=JSON` for a table, an address, a point or several choices; `FIELD=` takes
    /// it back. May be given several times, as all of these.
    #[arg(long = "answer", value_name = "FIELD=ANSWER")]
    answers: Vec<String>,
    /// A new file of a document, or of a question or a cell of a table for a file: `photo=FILE`, `objects.0.photo=FILE`. All files of a
    /// document replace all its earlier ones.
    #[arg(long, value_name = "PLACE=FILE")]
    attach: Vec<String>,
    /// The day a document that is attached was issued, where its age counts.
    #[arg(long, value_name = "DOCUMENT=DAY")]
    issued: Vec<String>,
    /// Words instead of a change: `documents.photo=WORDS`, `form.area=WORDS`.
    #[arg(long = "explain", value_name = "ITEM=WORDS")]
    explanations: Vec<String>,
    /// Who signs anew, where the signature was given back.
    #[arg(long, value_name = "NAME")]
    signer: Option<String>,
    /// The picture of the new signature: a PNG or JPEG file.
    #[arg(long, value_name = "FILE", requires = "signer", conflicts_with = "signed_on_paper")]
    signature: Option<PathBuf>,
    /// The signer signed on paper before the officer.
    #[arg(long, requires = "signer", requires = "officer")]
    signed_on_paper: bool,
    /// The officer who enters it for the applicant at the counter.
    #[arg(long = "as", value_name = "OFFICER")]
    pub(crate) officer: Option<String>,
}

fn pair<'a>(said: &'a str, shape: &str) -> Result<(&'a str, &'a str), CliError> {
    said.split_once('=').ok_or_else(|| CliError::Usage(format!("'{said}': write {shape}")))
}

/// An answer as it is said on the command line; the form judges it.
fn answer(service: &Service, id: &str, said: &str) -> Result<Value, CliError> {
    let field = service.field(id);
    let field = field.ok_or_else(|| CliError::Usage(format!("the form has no question '{id}'")))?;
    let json = matches!(
        field.kind,
        FieldKind::Table { .. }
            | FieldKind::Address { .. }
            | FieldKind::GeoPoint { .. }
            | FieldKind::MultiChoice { .. }
            | FieldKind::Boolean
    );
    match said {
        "" => Ok(Value::Null),
        said if json => serde_json::from_str(said)
            .map_err(|error| CliError::Usage(format!("{id}: the answer is written in JSON: {error}"))),
        said => Ok(Value::String(said.to_owned())),
    }
}

impl Correct {
    pub(super) async fn command(
        self,
        office: &Office,
        request: &AnyRequest,
        by: &Actor,
    ) -> Result<Command, CliError> {
        let (record, service) = (request.record(), request.service());
        let mut answers = Map::new();
        for said in &self.answers {
            let (id, said) = pair(said, "FIELD=ANSWER")?;
            answers.insert(id.to_owned(), answer(service, id, said)?);
        }
        let mut issued = BTreeMap::new();
        for said in &self.issued {
            let (document, day) = pair(said, "DOCUMENT=DAY")?;
            let day = parse_date(day).ok_or_else(|| CliError::Usage(format!("'{day}' is no day")))?;
            issued.insert(document, day);
        }
        let mut explanations = BTreeMap::new();
        for said in &self.explanations {
            let (item, words) = pair(said, "ITEM=WORDS")?;
            let item: Item = item.parse().map_err(|error| CliError::Usage(format!("'{item}': {error}")))?;
            explanations.insert(item, words.to_owned());
        }
        let lone = issued.keys().find(|document| {
            !self.attach.iter().any(|said| said.split_once('=').is_some_and(|(place, _)| place == **document))
        });
        if let Some(document) = lone {
            return Err(CliError::Usage(format!("--issued {document}: no such document is attached")));
        }
        if self.signer.is_some() && self.signature.is_none() && !self.signed_on_paper {
            return Err(CliError::Usage("--signer: say --signature FILE, or --signed-on-paper".into()));
        }
        let mut evidence: Vec<Evidence> = Vec::new();
        // Nothing is kept for what the rules deny already.
        let may = match by {
            Actor::Officer(officer) => officer.holds(request.stage().roles(FactName::Resubmission)),
            _ => request.stage().allows(FactName::Resubmission),
        };
        for said in self.attach.iter().filter(|_| may) {
            let (place, file) = pair(said, "PLACE=FILE")?;
            let bytes = read_file(Path::new(file))?;
            let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
            let in_form = service.file_place(place);
            let paper = in_form.map_or(place, |at| at.paper.id.as_str());
            let kept = office.keep(service, paper, &name, issued.get(place).copied(), bytes).await?;
            if let Some(at) = in_form {
                let id = at.field.id.as_str();
                let sent = || record.answers.get(id).cloned().unwrap_or_default();
                let answer = answers.entry(id.to_owned()).or_insert_with(sent);
                if !at.put(answer, Some(&kept.blob.to_string())) {
                    return Err(CliError::Usage(format!("'{place}': the table has no such row")));
                }
            }
            evidence.push(kept);
        }
        let signature = match &self.signer {
            None => None,
            Some(name) => {
                let drawing = self.signature.as_deref().map(read_file).transpose()?;
                collector::signature(office, service, name, drawing, self.signed_on_paper).await?
            }
        };
        let filled = Filled {
            service: &record.service.id,
            applicant: record.applicant,
            by_representative: record.by_representative,
            purpose: record.purpose,
            answers: &answers,
            evidence: &evidence,
        };
        let signature = signature.map(|signature| signature.under(&filled));
        let channel = if matches!(by, Actor::Officer(_)) { Channel::Counter } else { Channel::Program };
        Ok(Command::Resubmit(Corrections { channel, answers, evidence, signature, explanations }))
    }
}
