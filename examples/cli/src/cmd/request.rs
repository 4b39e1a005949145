//! `oneservice request`: judge a file, send it, look requests up. Acts are in `act`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{Catalog, DocumentFormat, Problem, Purpose, Service};
use oneservice_core::ids::TrackingCode;
use oneservice_core::office::{Case, NewDraft, Office, OfficeError};
use oneservice_core::request::{Actor, Channel, Denial, Evidence, Filled, SignatureMethod, StageName};
use oneservice_core::store::{Cursor, Query};
use oneservice_core::text::Lang;
use oneservice_pilot::sample::Sample;
use oneservice_pilot::{Place, fake, qr, sentence, words};
use serde_json::{Value, json};

use super::acts::Act;
use super::details;
use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Judge a sample file as of its own moment, without storing anything. Exit code 6 if it cannot be accepted.
    Check {
        /// The file.
        sample: PathBuf,
    },
    /// Store a sample as a request that came at its own moment, on paper or from a program; with `--as` as an officer enters it at the counter.
    Submit {
        /// The file.
        sample: PathBuf,
        /// A document's file: `ID=FILE`.
        #[arg(long, value_name = "ID=FILE")]
        attach: Vec<String>,
        /// The picture of the signature: a PNG or JPEG file. Without it, what the sample says of a signature is recorded and no more.
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        /// Make up the bytes of documents that are not attached, and the picture of the signature.
        #[arg(long)]
        fake_documents: bool,
        /// Idempotency key: the same key gives the same request again.
        #[arg(long)]
        key: Option<String>,
        /// The officer who enters it for the applicant, who signed the printed summary on paper.
        #[arg(long = "as", value_name = "OFFICER")]
        officer: Option<String>,
        /// When it came, instead of the sample's own moment: `2026-06-01T09:00:00+07:00`, or `now`.
        #[arg(long, value_name = "MOMENT")]
        occurred_at: Option<String>,
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
    /// Show the code by which a banking app pays what is to be paid now.
    Khqr {
        /// Its tracking code.
        code: String,
    },
    /// Print what the renewal of a request's result begins with: a sample for `request submit`, with the answers that are still asked for and
    /// what is asked of the former result. Papers and signature are given anew; what is missing is said beside it.
    Renew {
        /// The tracking code of the request whose result is renewed.
        code: String,
    },
    /// Print what a change of a result begins with, as `renew` does: change in it what is no longer so, as the holder or the address.
    Change {
        /// The tracking code of the request whose result is changed.
        code: String,
    },
    /// Print what the replacement of a lost or damaged result begins with, as `renew` does.
    Replace {
        /// The tracking code of the request whose result is replaced.
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

pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| CliError::NotFound(format!("{}: {error}", file.display())))
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
            Self::Submit { sample, attach, signature, fake_documents, key, officer, occurred_at } => {
                let opened = place.open(None).await?;
                let officer = officer.map(|id| super::act::officer(&opened, &id)).transpose()?;
                let given = Given { attach, signature, fake: fake_documents, officer, occurred_at };
                submit(&opened.office, &sample, given, key, out).await
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
                let office = place.open_existing().await?.office;
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
                let office = place.open_existing().await?.office;
                let case = case(&office, &code).await?;
                let waits_for = office.summary(case.request.record().id).await?.queues;
                let lang = out.lang;
                let follows = details::follows(&office, &case).await?;
                let value = details::case_value(&office, &case, &waits_for, follows);
                Ok(out.either(&value, || details::case_text(&office, &case, &waits_for, follows, lang))?)
            }
            Self::Khqr { code } => {
                let office = place.open_existing().await?.office;
                let request = case(&office, &code).await?.request;
                let none = || CliError::NotFound(words::get(out.lang, "khqr-none", &[]));
                let text = office.payment_code(&request).ok_or_else(none)?;
                let due = request.record().payable_in(request.stage());
                let value = json!({ "code": request.record().code, "amount": due, "khqr": text });
                Ok(out.either(&value, || format!("{}{due}\n{text}", qr::blocks(&text)))?)
            }
            Self::Renew { code } => follow(place, &code, Purpose::Renewal, out).await,
            Self::Change { code } => follow(place, &code, Purpose::Amend, out).await,
            Self::Replace { code } => follow(place, &code, Purpose::Replacement, out).await,
            Self::Act(act) => act.run(place, out).await,
        }
    }
}

async fn follow(place: &Place, code: &str, purpose: Purpose, out: &mut Output) -> Result<(), CliError> {
    let office = place.open_existing().await?.office;
    let former = case(&office, code).await?;
    super::follow::follow(&office, &former, purpose, out).await
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
    let problems = sample.assess(catalog)?.problems;
    let lang = out.lang;
    out.either(&json!(verdict), || {
        let mut text = problem_lines(lang, service, &problems);
        let word = if verdict.accepted { "accepted" } else { "not accepted" };
        text.push_str(&format!(
            "{word}: fee {} riel, received {}, due {}\n",
            verdict.fee_khr, verdict.received_on, verdict.due_on
        ));
        text
    })?;
    if verdict.accepted { Ok(()) } else { Err(CliError::Findings) }
}

/// Each problem with its place, its words and its code.
pub(super) fn problem_lines(lang: Lang, service: &Service, problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let (place, words) =
            (sentence::path(lang, service, &problem.path), sentence::problem(lang, service, problem));
        format!("{}: {place}: {words} [{}]\n", problem.path, problem.code)
    };
    problems.iter().map(line).collect()
}

/// What goes with a sample: files, and who enters it as of when.
struct Given {
    attach: Vec<String>,
    signature: Option<PathBuf>,
    fake: bool,
    officer: Option<Actor>,
    occurred_at: Option<String>,
}

async fn submit(
    office: &Office,
    sample: &Path,
    given: Given,
    key: Option<String>,
    out: &mut Output,
) -> Result<(), CliError> {
    let sample = read(sample)?;
    let service = sample.service(office.catalog())?.clone();
    let mut form = sample.form.clone();
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut attached = std::collections::BTreeSet::new();
    for pair in &given.attach {
        let (id, file) =
            pair.split_once('=').ok_or_else(|| CliError::Usage(format!("'{pair}': write ID=FILE")))?;
        let bytes = read_file(Path::new(file))?;
        let issued = sample.documents.iter().find(|d| d.document == id).and_then(|d| d.issued);
        evidence.push(office.keep(&service, id, file, issued, bytes).await?);
        attached.insert(id.to_owned());
    }
    for document in sample.documents.iter().filter(|d| given.fake && !attached.contains(&d.document)) {
        let format = DocumentFormat::of_media_type(&document.media_type);
        let bytes = format.map(fake::document).unwrap_or_else(|| b"sample".to_vec());
        evidence
            .push(office.keep(&service, &document.document, &document.file, document.issued, bytes).await?);
    }
    // In a sample, an answer names a file within the form as the list of documents does.
    service.rename_files(&mut form, |paper, name| {
        let named = evidence.iter().find(|file| file.document == paper.id && file.name == name);
        Some(named.map_or_else(|| name.to_owned(), |file| file.blob.to_string()))
    });
    let signature = match sample.signature_kind() {
        None => None,
        Some(kind) => {
            use oneservice_core::catalog::SignatureKind as Kind;
            let method = match kind {
                Kind::Drawn if given.officer.is_some() => SignatureMethod::Paper,
                Kind::Drawn => SignatureMethod::Drawn,
                Kind::Thumbprint => SignatureMethod::Thumbprint,
                Kind::Scanned => SignatureMethod::Scanned,
                Kind::Digital => SignatureMethod::Digital,
            };
            let picture = match given.signature {
                Some(file) => Some(read_file(&file)?),
                None => (given.fake && kind != Kind::Digital).then(fake::signature),
            };
            let name = sample.form.get("name_latin").and_then(Value::as_str).unwrap_or("applicant");
            let filled = Filled {
                service: &service.id,
                applicant: sample.applicant_kind()?,
                by_representative: sample.applicant.by_representative,
                purpose: sample.purpose()?,
                answers: &form,
                evidence: &evidence,
            };
            Some(office.signature(&service, method, name, picture).await?.under(&filled))
        }
    };
    let channel = if given.officer.is_some() { Channel::Counter } else { Channel::Program };
    let by = given.officer.unwrap_or_else(|| Actor::with_link(sample.applicant.by_representative));
    let follows = match &sample.follows {
        Some(code) => Some(case(office, code).await?.request.record().id),
        None => None,
    };
    let new = NewDraft {
        service: sample.service.clone(),
        applicant: sample.applicant_kind()?,
        by_representative: sample.applicant.by_representative,
        purpose: sample.purpose()?,
        follows,
        channel,
        idempotency_key: key,
    };
    let occurred_at = match given.occurred_at.as_deref() {
        Some("now") => None,
        Some(said) => Some(Moment::parse(said).map_err(|_| {
            CliError::Usage(format!("'{said}' is no moment; write 2026-06-01T09:00:00+07:00, or now"))
        })?),
        None => Some(sample.moment()?),
    };
    let sent = office.submit_whole(new, form, evidence, signature, &by, occurred_at).await;
    if let Err(OfficeError::Denied { denials, .. }) = &sent {
        let [Denial::Form(problems)] = denials.as_slice() else {
            return Err(CliError::denied(out.lang, office.catalog(), &service, denials));
        };
        if out.json {
            let errors: Vec<Value> = problems.iter().map(|p| json!([p.path, p.code])).collect();
            out.value(&json!({ "accepted": false, "errors": errors }))?;
        } else {
            out.note(problem_lines(out.lang, &service, problems).trim_end())?;
        }
        return Err(CliError::Findings);
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
