//! `oneservice request`: judge a file, send it, look requests up. Acts are in `act`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{Catalog, DocumentFormat};
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{Case, NewDraft, Office, OfficeError};
use oneservice_core::request::{Actor, Channel, Denial, Evidence, SignatureMethod, StageName};
use oneservice_core::store::{Cursor, Query};
use oneservice_core::text::Lang;
use oneservice_pilot::sample::Sample;
use oneservice_pilot::{Place, fake, sentence};
use serde_json::{Value, json};

use super::act::Act;
use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Judge a sample file as of its own moment, without storing anything. Exit code 6 if it cannot be accepted.
    Check {
        /// The file.
        sample: PathBuf,
    },
    /// Store a sample as a request that came at its own moment, on paper or from a program.
    Submit {
        /// The file.
        sample: PathBuf,
        /// A document's file: `ID=FILE`.
        #[arg(long, value_name = "ID=FILE")]
        attach: Vec<String>,
        /// Make the bytes of documents up that are not attached.
        #[arg(long)]
        fake_documents: bool,
        /// Idempotency key: the same key gives the same request again.
        #[arg(long)]
        key: Option<String>,
    },
    /// List requests, newest first.
    List {
        /// Only those in this stage.
        #[arg(long)]
        stage: Option<String>,
        /// Only those for this service.
        #[arg(long)]
        service: Option<String>,
        /// Only those with this word in a name.
        #[arg(long)]
        search: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// The `next` of the page before.
        #[arg(long)]
        after: Option<Cursor>,
    },
    /// Show one request and everything that happened to it.
    Show {
        /// Its tracking code.
        code: String,
    },
    #[command(flatten)]
    Act(Act),
}

pub(crate) async fn case(office: &Office, code: &str) -> Result<Case, CliError> {
    let code: TrackingCode =
        code.parse().map_err(|error| CliError::Usage(format!("'{code}' is no tracking code: {error}")))?;
    match office.case_by_code(code).await {
        Err(OfficeError::NotFound) => Err(CliError::NotFound(format!(
            "no request has the code {code}; `oneservice request list` shows those there are"
        ))),
        other => Ok(other?),
    }
}

fn read(sample: &Path) -> Result<Sample, CliError> {
    let text = std::fs::read_to_string(sample)
        .map_err(|error| CliError::NotFound(format!("{}: {error}", sample.display())))?;
    Ok(Sample::parse(&text)?)
}

impl Request {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        match self {
            Self::Check { sample } => check(&place.catalog()?, &sample, out),
            Self::Submit { sample, attach, fake_documents, key } => {
                let opened = place.open(None).await?;
                submit(&opened.office, &sample, &attach, fake_documents, key, out).await
            }
            Self::List { stage, service, search, limit, after } => {
                let query = match (stage, service, search) {
                    (Some(stage), None, None) => Query::Stage(stage_named(&stage)?),
                    (None, Some(service), None) => Query::Service(
                        service.parse().map_err(|error| CliError::Usage(format!("{service}: {error}")))?,
                    ),
                    (None, None, Some(word)) => {
                        let tokens = oneservice_core::text::search_tokens(&word);
                        Query::Token(tokens.into_iter().next().unwrap_or_default())
                    }
                    (None, None, None) => Query::All,
                    _ => return Err(CliError::Usage("give one of --stage, --service, --search".into())),
                };
                let office = place.open(None).await?.office;
                let page = office.list(&query, after.as_ref(), limit).await?;
                for row in &page.rows {
                    super::queue::row(out, row)?;
                }
                if let Some(next) = page.next {
                    out.note(format!("more: --after {next}"))?;
                }
                Ok(())
            }
            Self::Show { code } => {
                let office = place.open(None).await?.office;
                let case = case(&office, &code).await?;
                let lang = out.lang;
                let value = case_value(&case);
                Ok(out.either(&value, || case_text(&office, &case, lang))?)
            }
            Self::Act(act) => act.run(place, out).await,
        }
    }
}

fn stage_named(word: &str) -> Result<StageName, CliError> {
    serde_json::from_value(Value::String(word.to_owned())).map_err(|_| {
        CliError::Usage(format!(
            "'{word}' is no stage: submitted, in-review, returned, approved, ready, refused, objected, closed"
        ))
    })
}

fn check(catalog: &Catalog, sample: &Path, out: &mut Output) -> Result<(), CliError> {
    let sample = read(sample)?;
    let service = sample.service(catalog)?;
    let verdict = sample.judge(catalog)?;
    let lang = out.lang;
    out.either(&json!(verdict), || {
        let mut text = String::new();
        for (path, code) in &verdict.errors {
            text.push_str(&format!("{path}: {code} ({})\n", sentence::path(lang, service, path)));
        }
        let word = if verdict.accepted { "accepted" } else { "not accepted" };
        text.push_str(&format!(
            "{word}: fee {} riel, received {}, due {}\n",
            verdict.fee_khr, verdict.received_on, verdict.due_on
        ));
        text
    })?;
    if verdict.accepted { Ok(()) } else { Err(CliError::Findings) }
}

async fn submit(
    office: &Office,
    sample: &Path,
    attach: &[String],
    fake_documents: bool,
    key: Option<String>,
    out: &mut Output,
) -> Result<(), CliError> {
    let sample = read(sample)?;
    let service = sample.service(office.catalog())?.clone();
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut attached = std::collections::BTreeSet::new();
    for pair in attach {
        let (id, file) =
            pair.split_once('=').ok_or_else(|| CliError::Usage(format!("'{pair}': write ID=FILE")))?;
        let bytes = std::fs::read(file).map_err(|error| CliError::NotFound(format!("{file}: {error}")))?;
        let issued = sample.documents.iter().find(|d| d.document == id).and_then(|d| d.issued);
        evidence.push(office.keep(&service, id, file, issued, bytes).await?);
        attached.insert(id.to_owned());
    }
    for document in sample.documents.iter().filter(|d| fake_documents && !attached.contains(&d.document)) {
        let format = DocumentFormat::of_media_type(&document.media_type);
        let bytes = format.map(fake::document).unwrap_or_else(|| b"sample".to_vec());
        evidence
            .push(office.keep(&service, &document.document, &document.file, document.issued, bytes).await?);
    }
    let signature = match sample.signature_kind() {
        None => None,
        Some(kind) => {
            use oneservice_core::catalog::SignatureKind as Kind;
            let (method, picture) = match kind {
                Kind::Drawn => (SignatureMethod::Drawn, Some(fake::signature())),
                Kind::Thumbprint => (SignatureMethod::Thumbprint, Some(fake::signature())),
                Kind::Scanned => (SignatureMethod::Scanned, Some(fake::signature())),
                Kind::Digital => (SignatureMethod::Digital, None),
            };
            let name = sample.form.get("name_latin").and_then(Value::as_str).unwrap_or("applicant");
            Some(office.signature(&service, method, name, picture).await?)
        }
    };
    let by = if sample.applicant.by_representative { Actor::Representative } else { Actor::Applicant };
    let new = NewDraft {
        service: sample.service.clone(),
        applicant: sample.applicant_kind()?,
        by_representative: sample.applicant.by_representative,
        purpose: sample.purpose()?,
        channel: Channel::Program,
        idempotency_key: key,
    };
    let occurred_at: Moment = sample.moment()?;
    let sent =
        office.submit_whole(new, sample.form.clone(), evidence, signature, &by, Some(occurred_at)).await;
    if let Err(OfficeError::Denied { denials, .. }) = &sent {
        let problems: Vec<Value> = denials
            .iter()
            .flat_map(|denial| match denial {
                Denial::Form(problems) => problems.iter().map(|p| json!([p.path, p.code])).collect(),
                other => vec![json!([other.code(), other.code()])],
            })
            .collect();
        if out.json {
            out.value(&json!({ "accepted": false, "errors": problems }))?;
        } else {
            for problem in &problems {
                out.note(format!(
                    "{}: {}",
                    problem[0].as_str().unwrap_or_default(),
                    problem[1].as_str().unwrap_or_default()
                ))?;
            }
        }
    }
    let receipt = sent?;
    let value = json!({
        "code": receipt.code, "id": receipt.id, "stage": receipt.stage, "due": receipt.due_on,
        "number": receipt.number, "received": receipt.received_on, "fee": receipt.fee.total, "link": receipt.key.text(),
    });
    Ok(out.either(&value, || {
        format!(
            "{}  {}  received {}  due {}  fee {}",
            receipt.code, receipt.stage, receipt.received_on, receipt.due_on, receipt.fee.total
        )
    })?)
}

pub(crate) fn case_value(case: &Case) -> Value {
    let record = case.request.record();
    let events: Vec<Value> = case
        .history
        .iter()
        .map(|happening| {
            let entry = &happening.recorded.entry;
            json!({
                "fact": happening.recorded.fact.name(), "role": entry.by.role, "officer": entry.by.officer,
                "department": entry.by.department, "recorded_at": entry.recorded_at.to_string(),
                "occurred_at": entry.occurred_at.map(|at| at.to_string()), "index": happening.index,
            })
        })
        .collect();
    json!({
        "code": record.code, "id": record.id, "number": case.number, "service": record.service.id,
        "version": record.version, "stage": case.request.stage(), "due": record.due_on,
        "received": record.received_on, "fee": record.fee.total, "outstanding": record.outstanding(),
        "open_steps": record.open_steps(case.request.service()), "answers": record.answers,
        "documents": record.evidence.iter().map(|e| json!({"document": e.document, "name": e.name, "media_type": e.media_type, "size": e.size_bytes})).collect::<Vec<_>>(),
        "events": events,
    })
}

fn case_text(office: &Office, case: &Case, lang: Lang) -> String {
    let record = case.request.record();
    let service = case.request.service();
    let calendar = office.catalog().calendar();
    let due = record.due_on.map_or_else(String::new, |due| format!("  due {due}"));
    let mut text = format!(
        "{}  {}  {}{due}\n{}\n",
        record.code,
        case.number,
        sentence::stage(lang, &case.request),
        service.name.get(lang)
    );
    for happening in &case.history {
        let entry = &happening.recorded.entry;
        let when = calendar.local(entry.recorded_at).strftime("%Y-%m-%d %H:%M").to_string();
        let step = sentence::step_title(lang, service, &happening.recorded.fact).unwrap_or_default();
        let fact = sentence::fact(lang, happening.recorded.fact.name());
        text.push_str(&format!("{when}  {:<16} {fact}  {step}\n", entry.by.role.as_str()));
    }
    for step in record.open_steps(service) {
        if let Some(step) = service.review.steps.iter().find(|s| s.id == step) {
            text.push_str(&format!(
                "waits for          {}@{}  {} ({})\n",
                step.role,
                step.department,
                step.title.get(lang),
                step.id
            ));
        }
    }
    text
}
