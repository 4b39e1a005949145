//! The rest of the dynamic door: what happens because time passes, and what goes on beside the plan, and the life of a result.

use super::command::one;
use super::{Actor, AnyRequest, Command, CommandDenied, Context, Decided};

impl AnyRequest {
    /// What happens because time passes, and what officers do about it.
    pub(super) fn decide_in_time(
        self,
        command: Command,
        by: &Actor,
        context: &Context<'_>,
    ) -> Result<Decided, CommandDenied> {
        match (self, command) {
            (Self::Submitted(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::InReview(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Returned(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Approved(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Ready(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Refused(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Closed(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::Objected(r), Command::Remind { step }) => one(r.remind(by, context, step)),
            (Self::InReview(r), Command::Escalate { step }) => one(r.escalate(by, context, step)),
            (Self::Approved(r), Command::Escalate { step }) => one(r.escalate(by, context, step)),
            (Self::Objected(r), Command::Escalate { step }) => one(r.escalate(by, context, step)),
            (Self::Submitted(r), Command::Lapse) => one(r.lapse(by, context)),
            (Self::Returned(r), Command::Lapse) => one(r.lapse(by, context)),
            (Self::Ready(r), Command::Lapse) => one(r.lapse(by, context)),
            (Self::Refused(r), Command::MakeFinal) => one(r.make_final(by, context)),
            (Self::InReview(r), Command::GrantBySilence) => one(r.grant_by_silence(by, context)),
            (Self::InReview(r), Command::Extend { working_days, reason, note }) => {
                one(r.extend(by, context, working_days, reason, note))
            }
            (Self::Approved(r), Command::Extend { working_days, reason, note }) => {
                one(r.extend(by, context, working_days, reason, note))
            }
            (Self::InReview(r), Command::ExplainDelay { reason, note }) => {
                one(r.explain_delay(by, context, reason, note))
            }
            (Self::Approved(r), Command::ExplainDelay { reason, note }) => {
                one(r.explain_delay(by, context, reason, note))
            }
            (Self::Objected(r), Command::ExplainDelay { reason, note }) => {
                one(r.explain_delay(by, context, reason, note))
            }
            (Self::Closed(r), Command::Reopen { reason, note }) => one(r.reopen(by, context, reason, note)),
            (request, command) => Err(request.not_in_stage(&command)),
        }
    }

    /// What is possible in every stage or nearly: reading, complaints, and money that is not taken or given back.
    pub(super) fn decide_aside(
        self,
        command: Command,
        number: String,
        by: &Actor,
        context: &Context<'_>,
    ) -> Result<Decided, CommandDenied> {
        macro_rules! in_stages {
            ($request:expr, [$($stage:ident)+], $r:ident => $act:expr) => {
                match $request {
                    $(Self::$stage($r) => one($act),)+
                    other => Err(other.not_in_stage(&command)),
                }
            };
        }
        match command.clone() {
            Command::RecordTransfer { amount, reference } => in_stages!(
                self,
                [Submitted InReview Approved Ready],
                r => r.record_transfer(by, context, amount, &reference)
            ),
            Command::ConfirmTransfer => in_stages!(
                self,
                [Submitted InReview Returned Approved Ready Refused Objected Closed],
                r => r.confirm_transfer(by, context, number)
            )
            .map(|confirmed| confirmed.and_open_review(context)),
            Command::RejectTransfer { reason, note } => in_stages!(
                self,
                [Submitted InReview Returned Approved Ready Refused Objected Closed],
                r => r.reject_transfer(by, context, reason, note)
            ),
            Command::Suspend { reason, note } => {
                in_stages!(self, [Closed], r => r.suspend(by, context, reason, note))
            }
            Command::Reinstate { note } => in_stages!(self, [Closed], r => r.reinstate(by, context, note)),
            Command::Revoke { reason, note } => {
                in_stages!(self, [Closed], r => r.revoke(by, context, reason, note))
            }
            Command::Expire => in_stages!(self, [Closed], r => r.expire(by, context)),
            Command::Replace(with) => in_stages!(self, [Closed], r => r.replace(by, context, with)),
            Command::Assign { step, to, reason, note } => in_stages!(
                self,
                [InReview Approved],
                r => r.assign(by, context, &step, to.as_ref(), reason, note)
            ),
            Command::Recuse { reason, note } => {
                in_stages!(self, [InReview Approved], r => r.recuse(by, context, reason, note))
            }
            Command::ReportVacancy { step, staff } => {
                in_stages!(self, [InReview Approved], r => r.report_vacancy(by, context, &step, &staff))
            }
            Command::GiveMandate(mandate) => {
                in_stages!(self, [InReview Approved Ready], r => r.give_mandate(by, context, mandate))
            }
            Command::RevokeMandate => {
                in_stages!(self, [InReview Approved Ready], r => r.revoke_mandate(by, context))
            }
            Command::Read { blob } => in_stages!(
                self,
                [Submitted InReview Returned Approved Ready Refused Objected Closed],
                r => r.read(by, context, blob)
            ),
            Command::Complain { subject, text } => in_stages!(
                self,
                [Submitted InReview Returned Approved Ready Refused Objected Closed],
                r => r.complain(by, context, subject, text)
            ),
            Command::AnswerComplaint { text } => in_stages!(
                self,
                [Submitted InReview Returned Approved Ready Refused Objected Closed],
                r => r.answer_complaint(by, context, text)
            ),
            Command::Waive { amount, reason, note } => in_stages!(
                self,
                [Submitted InReview Approved Ready],
                r => r.waive(by, context, amount, reason, note)
            )
            .map(|waived| waived.and_open_review(context)),
            Command::Refund { amount } => in_stages!(
                self,
                [InReview Approved Ready Closed],
                r => r.refund(by, context, amount, number)
            ),
            _ => Err(self.not_in_stage(&command)),
        }
    }
}
