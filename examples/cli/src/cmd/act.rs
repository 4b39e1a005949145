//! What people do to a request, from the command line.

use std::path::PathBuf;

use clap::Subcommand;
use oneservice_core::ids::{DocumentId, ReasonCode, StepId};
use oneservice_core::money::Money;
use oneservice_core::office::{Basis, Office, OfficeError};
use oneservice_core::request::{
    Actor, Collector, Command, Correction, Finding, Item, PaymentMethod, Relation, Verdict,
};
use oneservice_pilot::{Opened, Place, collector, sentence};

use super::details;
use super::request::{case, read_file};
use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// The cashier took the fee: exactly what is outstanding.
    Pay {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Cash unless it was seen on the bank account.
        #[arg(long)]
        transfer: bool,
    },
    /// Judge one answer, document or the signature in an open step.
    Judge {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
        /// `form.<field>`, `documents.<id>` or `signature`
        item: Item,
        /// Reject it for this reason of the service.
        #[arg(long, value_name = "REASON")]
        reject: Option<ReasonCode>,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Conclude a step that does not decide.
    Pass {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
        /// Against granting; the deciding step sees it.
        #[arg(long)]
        unfavourable: bool,
        /// A point of the step's checklist that is in order, by its number from 1; may be given several times.
        #[arg(long = "tick", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
        ticks: Vec<u16>,
        /// Words for colleagues.
        #[arg(long)]
        note: Option<String>,
    },
    /// Give the request back for correction.
    Return {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
        /// What to correct and why: `documents.photo=CODE`; may be given several times. Rejected items go by themselves.
        #[arg(long = "item", value_name = "ITEM=REASON")]
        items: Vec<String>,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Grant the request in its deciding step.
    Approve {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
        /// Words that go with the decision.
        #[arg(long)]
        note: Option<String>,
    },
    /// Refuse the request in its deciding step.
    Refuse {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
        /// Why, by the service's reasons; may be given several times.
        #[arg(long = "reason", required = true)]
        reasons: Vec<ReasonCode>,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Register the result: it lies ready from now on.
    Issue {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        #[arg(long)]
        step: Option<StepId>,
    },
    /// Hand the result over.
    Collect {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Name of who collects, as on the identity paper.
        #[arg(long)]
        name: String,
        /// Kind and last digits of the identity paper seen.
        #[arg(long)]
        identity: String,
        /// Somebody with the applicant's written authority collects.
        #[arg(long)]
        proxy: bool,
        /// Originals that were seen; `all` for every one that the service wants.
        #[arg(long = "original", value_name = "DOCUMENT")]
        originals: Vec<String>,
        /// The collector signed on paper before this officer.
        #[arg(long)]
        signed_on_paper: bool,
        /// The collector's drawn signature: a PNG or JPEG file.
        #[arg(long, value_name = "FILE", conflicts_with = "signed_on_paper")]
        signature: Option<PathBuf>,
    },
    /// The applicant takes the request back.
    Withdraw {
        code: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// The applicant objects to a refusal.
    Object {
        code: String,
        #[arg(long)]
        text: String,
    },
    /// Decide an objection.
    Objection {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// It is right: review opens again. Otherwise it is dismissed.
        #[arg(long)]
        uphold: bool,
        /// Words to the applicant.
        #[arg(long)]
        note: String,
    },
    /// Move the due day, once, before it has passed.
    Extend {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// By so many working days.
        #[arg(long)]
        days: u32,
        /// Why, by the office's reasons of kind `extend`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Tell the applicant why the office is late.
    ExplainDelay {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Why, by the office's reasons of kind `late`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// The applicant complains; the ombudsman sees and answers it.
    Complain {
        code: String,
        /// What about, by the office's reasons of kind `complaint`.
        #[arg(long)]
        subject: ReasonCode,
        #[arg(long)]
        text: String,
    },
    /// The ombudsman answers the oldest complaint that is open.
    AnswerComplaint {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Words to the applicant.
        #[arg(long)]
        text: String,
    },
    /// Do not ask for the fee, or for a part of it.
    Waive {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// How much, in the smallest unit of the currency; all that is outstanding, if not said.
        #[arg(long)]
        amount: Option<i64>,
        /// Why, by the office's reasons of kind `waive`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Give back what was paid and is not owed.
    Refund {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
    },
    /// A result that was handed over does not hold for a while.
    Suspend {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Why, by the office's reasons of kind `suspend`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// A suspended result holds again.
    Reinstate {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// A result that was handed over does not hold any more, for good.
    Revoke {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Why, by the office's reasons of kind `revoke`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take a closed request up again whose result was not handed over.
    Reopen {
        code: String,
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// Why, by the office's reasons of kind `reopen`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
}

fn officer(opened: &Opened, id: &str) -> Result<Actor, CliError> {
    let staff = opened.staff.now();
    let member = staff.member(id);
    let unknown = || {
        CliError::NotFound(format!("there is no officer {id}; `oneservice staff list` shows those there are"))
    };
    Ok(Actor::Officer(member.ok_or_else(unknown)?.officer()))
}

/// The step meant: as said, or the only one open that this officer may do.
fn step(
    request: &oneservice_core::request::AnyRequest,
    by: &Actor,
    said: Option<StepId>,
) -> Result<StepId, CliError> {
    if let Some(said) = said {
        return Ok(said);
    }
    let Actor::Officer(officer) = by else { return Err(CliError::Usage("--step is needed".into())) };
    let mine = request.steps_of(officer);
    match mine.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => {
            let open = request.record().open_steps(request.service());
            let open: Vec<&str> = open.iter().map(StepId::as_str).collect();
            match request.record().open_steps(request.service()).first() {
                Some(first) => Ok(first.clone()),
                None => Err(CliError::Usage(format!(
                    "no step is open for this officer; open are: {}",
                    open.join(", ")
                ))),
            }
        }
        several => {
            let names: Vec<&str> = several.iter().map(|step| step.id.as_str()).collect();
            Err(CliError::Usage(format!("say --step: {}", names.join(", "))))
        }
    }
}

impl Act {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let opened = place.open_existing().await?;
        let office = &opened.office;
        let (code, by) = match &self {
            Self::Withdraw { code, .. } | Self::Object { code, .. } | Self::Complain { code, .. } => {
                (code.clone(), Actor::Applicant)
            }
            Self::Pay { code, officer: who, .. }
            | Self::Judge { code, officer: who, .. }
            | Self::Pass { code, officer: who, .. }
            | Self::Return { code, officer: who, .. }
            | Self::Approve { code, officer: who, .. }
            | Self::Refuse { code, officer: who, .. }
            | Self::Issue { code, officer: who, .. }
            | Self::Collect { code, officer: who, .. }
            | Self::Objection { code, officer: who, .. }
            | Self::Extend { code, officer: who, .. }
            | Self::ExplainDelay { code, officer: who, .. }
            | Self::AnswerComplaint { code, officer: who, .. }
            | Self::Waive { code, officer: who, .. }
            | Self::Refund { code, officer: who }
            | Self::Suspend { code, officer: who, .. }
            | Self::Reinstate { code, officer: who, .. }
            | Self::Revoke { code, officer: who, .. }
            | Self::Reopen { code, officer: who, .. } => (code.clone(), officer(&opened, who)?),
        };
        let case = case(office, &code).await?;
        let id = case.request.record().id;
        let command = self.command(office, &case.request, &by).await?;
        match office.act(id, command, &by, Basis::default()).await {
            Ok(_) => {
                let case = office.case(id).await?;
                let waits_for = office.summary(id).await?.queues;
                let lang = out.lang;
                Ok(out.either(&details::case_value(&case, &waits_for), || {
                    format!("{}  {}", case.request.record().code, sentence::stage(lang, &case.request))
                })?)
            }
            Err(OfficeError::Denied { denials, request }) => {
                Err(CliError::denied(out.lang, office.catalog(), request.service(), &denials))
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn command(
        self,
        office: &Office,
        request: &oneservice_core::request::AnyRequest,
        by: &Actor,
    ) -> Result<Command, CliError> {
        let (record, service) = (request.record(), request.service());
        Ok(match self {
            Self::Pay { transfer, .. } => Command::Pay {
                amount: record.outstanding(),
                method: if transfer { PaymentMethod::Transfer } else { PaymentMethod::Cash },
            },
            Self::Judge { step: said, item, reject, note, .. } => {
                let verdict = reject.map_or(Verdict::Accepted, |reason| Verdict::Rejected { reason, note });
                Command::Judge { step: step(request, by, said)?, item, verdict }
            }
            Self::Pass { step: said, unfavourable, ticks, note, .. } => Command::PassStep {
                step: step(request, by, said)?,
                finding: if unfavourable { Finding::Unfavourable } else { Finding::Favourable },
                note,
                checked: ticks.iter().map(|number| usize::from(number - 1)).collect(),
            },
            Self::Return { step: said, items, note, .. } => {
                let mut corrections = Vec::new();
                for (item, judged) in record.rejected() {
                    if let Verdict::Rejected { reason, note } = &judged.verdict {
                        corrections.push(Correction {
                            item: item.clone(),
                            reason: reason.clone(),
                            note: note.clone(),
                        });
                    }
                }
                for pair in items {
                    let usage = || {
                        CliError::Usage(format!("'{pair}': write ITEM=REASON, such as documents.photo=CODE"))
                    };
                    let (item, reason) = pair.split_once('=').ok_or_else(usage)?;
                    let item: Item = item.parse().map_err(|_| usage())?;
                    let reason = reason.parse().map_err(|_| usage())?;
                    corrections.retain(|c| c.item != item);
                    corrections.push(Correction { item, reason, note: None });
                }
                Command::Return { step: step(request, by, said)?, corrections, note }
            }
            Self::Approve { step: said, note, .. } => {
                Command::Approve { step: step(request, by, said)?, note }
            }
            Self::Refuse { step: said, reasons, note, .. } => {
                Command::Refuse { step: step(request, by, said)?, reasons, note }
            }
            Self::Issue { step: said, .. } => Command::Issue { step: step(request, by, said)? },
            Self::Collect { name, identity, proxy, originals, signed_on_paper, signature, .. } => {
                let wanted = service.documents.iter().filter(|d| d.original_at_counter).map(|d| d.id.clone());
                let originals_seen = if originals.iter().any(|word| word == "all") {
                    wanted.collect()
                } else {
                    let parse = |word: &String| {
                        word.parse::<DocumentId>().map_err(|e| CliError::Usage(e.to_string()))
                    };
                    originals.iter().map(parse).collect::<Result<_, _>>()?
                };
                let drawing = signature.map(|file| read_file(&file)).transpose()?;
                let signature =
                    collector::signature(office, service, &name, drawing, signed_on_paper).await?;
                let relation = if proxy { Relation::Proxy } else { Relation::Applicant };
                Command::Collect {
                    collector: Collector { name, relation, identity },
                    signature,
                    originals_seen,
                }
            }
            Self::Withdraw { reason, .. } => Command::Withdraw { reason },
            Self::Object { text, .. } => Command::Object { text },
            Self::Objection { uphold: true, note, .. } => Command::UpholdObjection { note },
            Self::Objection { note, .. } => Command::DismissObjection { note },
            Self::Extend { days, reason, note, .. } => Command::Extend { working_days: days, reason, note },
            Self::ExplainDelay { reason, note, .. } => Command::ExplainDelay { reason, note },
            Self::Reopen { reason, note, .. } => Command::Reopen { reason, note },
            Self::Complain { subject, text, .. } => Command::Complain { subject, text },
            Self::AnswerComplaint { text, .. } => Command::AnswerComplaint { text },
            Self::Waive { amount, reason, note, .. } => {
                let due = record.outstanding();
                let amount = amount.map_or(due, |minor| Money::new(due.currency(), minor));
                Command::Waive { amount, reason, note }
            }
            Self::Suspend { reason, note, .. } => Command::Suspend { reason, note },
            Self::Reinstate { note, .. } => Command::Reinstate { note },
            Self::Revoke { reason, note, .. } => Command::Revoke { reason, note },
            Self::Refund { .. } => Command::Refund { amount: record.refundable_in(request.stage(), service) },
        })
    }
}
