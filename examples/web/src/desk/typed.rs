//! What an officer typed into a form of the page: read as a command, and put back into its form when the rules say no.

use std::fmt::Display;

use oneservice_core::calendar::parse_date;
use oneservice_core::catalog::StepKind;
use oneservice_core::ids::{DocumentId, StepId};
use oneservice_core::office::{Case, OfficeError};
use oneservice_core::request::{
    Collector, Command, Correction, Evidence, Finding, InspectionReport, InspectionScheduled, Item, Officer,
    PaymentMethod, Relation, SignatureMethod, Verdict,
};
use oneservice_pilot::collector;

use crate::App;
use crate::citizen::sign::picture;

/// The pairs of a posted form, and the photos that came with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(Vec<(String, String)>, Vec<Evidence>);

impl Typed {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs, Vec::new())
    }

    /// The form of a report.
    pub(super) fn with_photos(pairs: Vec<(String, String)>, photos: Vec<Evidence>) -> Self {
        Self(pairs, photos)
    }

    /// What tells the form from any other; photos are those of the same tap.
    pub(super) fn bytes(&self) -> Vec<u8> {
        format!("{:?}", self.0).into_bytes()
    }

    /// The first value of a name, if there is one that is not blank.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it was the form of `act` on `on`: an item, a step, or nothing.
    pub(super) fn was(&self, act: &str, on: &str) -> bool {
        self.one("act") == Some(act) && self.one("item").or(self.one("step")).unwrap_or_default() == on
    }

    /// What stood in a control of that form.
    pub(super) fn text(&self, act: &str, on: &str, name: &str) -> &str {
        if self.was(act, on) { self.one(name).unwrap_or_default() } else { "" }
    }

    /// Whether a choice of that form was ticked; `otherwise`, if it was another form.
    pub(super) fn ticked(
        &self,
        act: &str,
        on: &str,
        name: &str,
        value: impl Display,
        otherwise: bool,
    ) -> bool {
        if !self.was(act, on) {
            return otherwise;
        }
        let value = value.to_string();
        self.all(name).any(|ticked| ticked == value)
    }

    /// The command that the form means, if it means one.
    ///
    /// # Errors
    /// [`OfficeError::Document`] for a drawing that is none.
    pub(super) async fn command(
        &self,
        app: &App,
        case: &Case,
        me: &Officer,
    ) -> Result<Option<Command>, OfficeError> {
        let (record, service) = (case.request.record(), case.request.service());
        let note = || self.one("note").map(str::to_owned);
        let step: Option<StepId> = self.one("step").and_then(|step| step.parse().ok());
        let reason = || self.one("reason").and_then(|reason| reason.parse().ok());
        let item = || self.one("item").and_then(|item| item.parse::<Item>().ok());
        Ok(match (self.one("act"), step) {
            (Some("pay"), _) => {
                Some(Command::Pay { amount: record.outstanding(), method: PaymentMethod::Cash })
            }
            (Some("transfer"), _) => Some(Command::RecordTransfer {
                amount: record.outstanding(),
                reference: self.one("reference").unwrap_or_default().to_owned(),
            }),
            (Some("transfer-confirm"), _) => Some(Command::ConfirmTransfer),
            (Some("transfer-reject"), _) => {
                reason().map(|reason| Command::RejectTransfer { reason, note: note() })
            }
            (Some("accept"), Some(step)) => {
                item().map(|item| Command::Judge { step, item, verdict: Verdict::Accepted })
            }
            (Some("reject"), Some(step)) => item().zip(reason()).map(|(item, reason)| Command::Judge {
                step,
                item,
                verdict: Verdict::Rejected { reason, note: note() },
            }),
            (Some("pass"), Some(step)) => {
                let checked = self.all("checked").filter_map(|n| n.parse().ok()).collect();
                let finding = if self.one("finding") == Some("unfavourable") {
                    Finding::Unfavourable
                } else {
                    Finding::Favourable
                };
                let kind = service.review.steps.iter().find(|found| found.id == step).map(|step| step.kind);
                let report =
                    InspectionReport { words: self.one("report").map(str::to_owned), photos: self.1.clone() };
                let report = (kind == Some(StepKind::Inspection)).then_some(report);
                Some(Command::PassStep { step, finding, note: note(), checked, report })
            }
            (Some("schedule"), Some(step)) => Some(Command::ScheduleInspection(InspectionScheduled {
                step,
                // A day that is none lies outside.
                day: self.one("day").and_then(parse_date).unwrap_or_default(),
                hours: self.one("hours").unwrap_or_default().to_owned(),
                prepare: self.one("prepare").map(str::to_owned),
                reason: reason(),
            })),
            (Some("return"), Some(step)) => {
                let corrections = record.rejected().filter_map(|(item, judged)| match &judged.verdict {
                    Verdict::Rejected { reason, note } => {
                        Some(Correction { item: item.clone(), reason: reason.clone(), note: note.clone() })
                    }
                    _ => None,
                });
                let exception = self.one("exception").and_then(|reason| reason.parse().ok());
                Some(Command::Return { step, corrections: corrections.collect(), note: note(), exception })
            }
            (Some("approve"), Some(step)) => Some(Command::Approve { step, note: note() }),
            (Some("refuse"), Some(step)) => {
                let reasons = self.all("reason").filter_map(|code| code.parse().ok()).collect();
                Some(Command::Refuse { step, reasons, note: note() })
            }
            (Some("issue"), Some(step)) => Some(Command::Issue { step }),
            (Some("uphold"), _) => Some(Command::UpholdObjection { note: note().unwrap_or_default() }),
            (Some("dismiss"), _) => Some(Command::DismissObjection { note: note().unwrap_or_default() }),
            (Some("extend"), _) => {
                let days = self.one("days").map(oneservice_core::text::ascii_digits);
                let days = days.and_then(|days| days.trim().parse().ok()).unwrap_or(0);
                reason().map(|reason| Command::Extend { working_days: days, reason, note: note() })
            }
            (Some("explain-delay"), _) => {
                reason().map(|reason| Command::ExplainDelay { reason, note: note() })
            }
            (Some("reopen"), _) => reason().map(|reason| Command::Reopen { reason, note: note() }),
            (Some("claim"), Some(step)) => {
                Some(Command::Assign { step, to: Some(me.clone()), reason: None, note: None })
            }
            (Some("release"), Some(step)) => {
                Some(Command::Assign { step, to: None, reason: None, note: None })
            }
            (Some("assign"), Some(step)) => {
                let today = app.today();
                let to = self.one("to").and_then(|id| app.staff.now().officer(id, today));
                Some(Command::Assign { step, to, reason: reason(), note: note() })
            }
            (Some("recuse"), _) => reason().map(|reason| Command::Recuse { reason, note: note() }),
            (Some("suspend"), _) => reason().map(|reason| Command::Suspend { reason, note: note() }),
            (Some("reinstate"), _) => Some(Command::Reinstate { note: note() }),
            (Some("revoke"), _) => reason().map(|reason| Command::Revoke { reason, note: note() }),
            (Some("answer-complaint"), _) => {
                Some(Command::AnswerComplaint { text: note().unwrap_or_default() })
            }
            (Some("waive"), _) => {
                reason().map(|reason| Command::Waive { amount: record.outstanding(), reason, note: note() })
            }
            (Some("refund"), _) => {
                Some(Command::Refund { amount: record.refundable_in(case.request.stage(), service) })
            }
            (Some("cosign"), _) => {
                let name = self.one("signer").unwrap_or_default();
                let signature = app.office.signature(service, SignatureMethod::Paper, name, None).await?;
                let identity = self.one("identity").unwrap_or_default().trim().to_owned();
                Some(Command::Cosign { identity, signature })
            }
            (Some("collect"), _) => {
                let name = self.one("collector").unwrap_or_default().to_owned();
                let (drawing, on_paper) = (self.one("drawn").and_then(picture), self.one("signed").is_some());
                let signature = collector::signature(&app.office, service, &name, drawing, on_paper).await?;
                let originals_seen: Vec<DocumentId> =
                    self.all("original").filter_map(|id| id.parse().ok()).collect();
                let relation =
                    if self.one("relation") == Some("proxy") { Relation::Proxy } else { Relation::Applicant };
                let identity = self.one("identity").unwrap_or_default().to_owned();
                let (code, on_paper) = (self.one("mandate-code"), self.one("mandate-paper").is_some());
                let mandate = collector::mandate(&app.office, record.id, code, on_paper);
                Some(Command::Collect {
                    collector: Collector { name, relation, identity, mandate },
                    signature,
                    originals_seen,
                })
            }
            _ => None,
        })
    }
}
