//! What people do to a request, from the command line.

use std::convert::Infallible;

use oneservice_core::ids::{BlobId, DocumentId, StepId};
use oneservice_core::money::Money;
use oneservice_core::office::{Basis, OfficeError};
use oneservice_core::request::{
    Actor, Collector, Command, Correction, Finding, InspectionReport, InspectionScheduled, Item,
    PaymentMethod, Relation, SignatureMethod, Verdict,
};
use oneservice_pilot::{Opened, Place, collector, sentence, words};

use super::acts::Act;
use super::details;
use super::request::{case, read_file};
use crate::exit::CliError;
use crate::output::Output;

pub(crate) fn officer(opened: &Opened, id: &str) -> Result<Actor, CliError> {
    let office = &opened.office;
    let today = office.catalog().calendar().local_date(office.now());
    let member = opened.staff.now().officer(id, today);
    let unknown = || {
        CliError::NotFound(format!("there is no officer {id}; `oneservice staff list` shows those there are"))
    };
    Ok(Actor::Officer(member.ok_or_else(unknown)?))
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
            // The rules say why it is not this officer's.
            let none = || CliError::Usage("no step is open for this officer".into());
            open.first().cloned().ok_or_else(none)
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
            Self::Withdraw { code, .. }
            | Self::Object { code, .. }
            | Self::Complain { code, .. }
            | Self::Mandate { code, .. }
            | Self::RevokeMandate { code } => (code.clone(), Actor::Applicant),
            Self::Correct(given) => match &given.officer {
                Some(id) => (given.code.clone(), officer(&opened, id)?),
                None => (given.code.clone(), Actor::Applicant),
            },
            Self::Pay { at }
            | Self::RecordTransfer { at, .. }
            | Self::ConfirmTransfer { at }
            | Self::RejectTransfer { at, .. }
            | Self::Judge { at, .. }
            | Self::Pass { at, .. }
            | Self::ScheduleInspection { at, .. }
            | Self::Return { at, .. }
            | Self::Approve { at, .. }
            | Self::Refuse { at, .. }
            | Self::Issue { at, .. }
            | Self::Collect { at, .. }
            | Self::Cosign { at, .. }
            | Self::Objection { at, .. }
            | Self::Extend { at, .. }
            | Self::ExplainDelay { at, .. }
            | Self::AnswerComplaint { at, .. }
            | Self::Waive { at, .. }
            | Self::Refund { at }
            | Self::Claim { at, .. }
            | Self::Assign { at, .. }
            | Self::Recuse { at, .. }
            | Self::Suspend { at, .. }
            | Self::Reinstate { at, .. }
            | Self::Revoke { at, .. }
            | Self::Reopen { at, .. } => (at.code.clone(), officer(&opened, &at.officer)?),
        };
        let case = case(office, &code).await?;
        let id = case.request.record().id;
        // As by the link that the applicant has.
        let by = match (&self, by) {
            (Self::Correct(_), Actor::Applicant) => Actor::with_link(case.request.record().by_representative),
            (_, by) => by,
        };
        // The code of a mandate is said here and never again.
        let mut drawn = None;
        let command = self.command(&opened, &case.request, &by, &mut drawn).await?;
        let brought: Vec<BlobId> = match &command {
            Command::Resubmit(corrections) => corrections.evidence.iter().map(|file| file.blob).collect(),
            _ => Vec::new(),
        };
        match office.act(id, command, &by, Basis::default()).await {
            Ok(_) => {
                let case = office.case(id).await?;
                let waits_for = office.summary(id).await?.queues;
                let lang = out.lang;
                let follows = details::follows(office, &case).await?;
                let mut value = details::case_value(office, &case, &waits_for, follows);
                if let Some(code) = &drawn {
                    value["mandate_code"] = code.as_str().into();
                }
                Ok(out.either(&value, || {
                    let stage = sentence::stage(lang, &case.request);
                    let line = format!("{}  {stage}", case.request.record().code);
                    let code =
                        drawn.map(|code| format!("\n{}: {code}", words::get(lang, "mandate-code", &[])));
                    line + &code.unwrap_or_default()
                })?)
            }
            Err(OfficeError::Denied { denials, request }) => {
                for file in brought {
                    office.documents().remove(file).await.map_err(OfficeError::from)?;
                }
                Err(CliError::denied(out.lang, office.catalog(), request.service(), &denials))
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn command(
        self,
        opened: &Opened,
        request: &oneservice_core::request::AnyRequest,
        by: &Actor,
        drawn: &mut Option<String>,
    ) -> Result<Command, CliError> {
        let (record, service, office) = (request.record(), request.service(), &opened.office);
        Ok(match self {
            Self::Pay { .. } => Command::Pay { amount: record.outstanding(), method: PaymentMethod::Cash },
            Self::RecordTransfer { reference, .. } => {
                Command::RecordTransfer { amount: record.outstanding(), reference }
            }
            Self::ConfirmTransfer { .. } => Command::ConfirmTransfer,
            Self::RejectTransfer { reason, note, .. } => Command::RejectTransfer { reason, note },
            Self::Judge { step: said, item, reject, note, .. } => {
                let verdict = reject.map_or(Verdict::Accepted, |reason| Verdict::Rejected { reason, note });
                Command::Judge { step: step(request, by, said)?, item, verdict }
            }
            Self::Pass { step: said, unfavourable, ticks, note, report: words, photos, .. } => {
                let is_report = words.is_some() || !photos.is_empty();
                let mut report = InspectionReport { words, photos: Vec::new() };
                for file in photos {
                    let bytes = futures::stream::iter([Ok::<_, Infallible>(read_file(&file)?.into())]);
                    report.photos.push(office.keep_photo(&file.to_string_lossy(), bytes).await?);
                }
                Command::PassStep {
                    step: step(request, by, said)?,
                    finding: if unfavourable { Finding::Unfavourable } else { Finding::Favourable },
                    note,
                    checked: ticks.iter().map(|number| usize::from(number - 1)).collect(),
                    report: is_report.then_some(report),
                }
            }
            Self::ScheduleInspection { step: said, day, hours, prepare, reason, .. } => {
                let step = step(request, by, said)?;
                Command::ScheduleInspection(InspectionScheduled { step, day, hours, prepare, reason })
            }
            Self::Return { step: said, items, note, exception, .. } => {
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
                    let (reason, note) = match reason.split_once('=') {
                        Some((reason, words)) => (reason, Some(words.to_owned())),
                        None => (reason, None),
                    };
                    let item: Item = item.parse().map_err(|_| usage())?;
                    let reason = reason.parse().map_err(|_| usage())?;
                    corrections.retain(|c| c.item != item);
                    corrections.push(Correction { item, reason, note });
                }
                Command::Return { step: step(request, by, said)?, corrections, note, exception }
            }
            Self::Approve { step: said, note, .. } => {
                Command::Approve { step: step(request, by, said)?, note }
            }
            Self::Refuse { step: said, reasons, note, .. } => {
                Command::Refuse { step: step(request, by, said)?, reasons, note }
            }
            Self::Issue { step: said, .. } => Command::Issue { step: step(request, by, said)? },
            Self::Collect {
                name,
                identity,
                proxy,
                mandate_code,
                originals,
                signed_on_paper,
                signature,
                ..
            } => {
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
                let mandate = collector::mandate(office, record.id, mandate_code.as_deref(), proxy);
                Command::Collect {
                    collector: Collector { name, relation, identity, mandate },
                    signature,
                    originals_seen,
                }
            }
            Self::Mandate { name, identity, .. } => {
                let (command, code) =
                    office.draw_mandate(record.id, name, identity).map_err(OfficeError::from)?;
                *drawn = Some(code);
                command
            }
            Self::RevokeMandate { .. } => Command::RevokeMandate,
            Self::Cosign { name, identity, .. } => {
                let signature = office.signature(service, SignatureMethod::Paper, &name, None).await?;
                Command::Cosign { identity, signature }
            }
            Self::Correct(given) => given.command(office, request, by).await?,
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
            Self::Claim { step: said, release, .. } => {
                let mine = if let Actor::Officer(officer) = by { Some(officer.clone()) } else { None };
                let (step, to) = (step(request, by, said)?, mine.filter(|_| !release));
                Command::Assign { step, to, reason: None, note: None }
            }
            Self::Assign { step, to, reason, note, .. } => {
                let to = match to.map(|to| self::officer(opened, &to)).transpose()? {
                    Some(Actor::Officer(to)) => Some(to),
                    _ => None,
                };
                Command::Assign { step, to, reason: Some(reason), note }
            }
            Self::Recuse { reason, note, .. } => Command::Recuse { reason, note },
            Self::Suspend { reason, note, .. } => Command::Suspend { reason, note },
            Self::Reinstate { note, .. } => Command::Reinstate { note },
            Self::Revoke { reason, note, .. } => Command::Revoke { reason, note },
            Self::Refund { .. } => Command::Refund { amount: record.refundable_in(request.stage(), service) },
        })
    }
}
