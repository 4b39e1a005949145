//! What people can say that they do to a request.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oneservice_core::calendar::{Date, parse_date};
use oneservice_core::ids::{ReasonCode, StepId};
use oneservice_core::request::Item;

use super::correct::Correct;

/// On which request an officer acts, and who that is.
#[derive(Debug, Args)]
pub(crate) struct AtDesk {
    pub(crate) code: String,
    #[arg(long = "as", value_name = "OFFICER")]
    pub(crate) officer: String,
}

fn day(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "write a day as 2026-11-30 or 30/11/2026".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// The cashier took the fee in cash: exactly what is outstanding.
    Pay {
        #[command(flatten)]
        at: AtDesk,
    },
    /// Somebody shows that the fee was sent to the bank account; it counts once another person confirms it.
    RecordTransfer {
        #[command(flatten)]
        at: AtDesk,
        /// The bank's reference.
        #[arg(long)]
        reference: String,
    },
    /// The transfer that waits was seen on the account. Not by who recorded it.
    ConfirmTransfer {
        #[command(flatten)]
        at: AtDesk,
    },
    /// The transfer that waits was not found on the account.
    RejectTransfer {
        #[command(flatten)]
        at: AtDesk,
        /// Why, by the office's reasons of kind `transfer`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Judge one answer, document or the signature in an open step.
    Judge {
        #[command(flatten)]
        at: AtDesk,
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
        #[command(flatten)]
        at: AtDesk,
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
        /// What an inspection found, in words to the applicant.
        #[arg(long, value_name = "WORDS")]
        report: Option<String>,
        /// A photo of an inspection: a JPEG or PNG file; may be given several times.
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
    },
    /// Appoint the day on which the site is inspected, or another one than before; the applicant is told.
    ScheduleInspection {
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: Option<StepId>,
        /// A day on which the office is open, as 2026-11-30 or 30/11/2026.
        #[arg(long, value_parser = day)]
        day: Date,
        /// Between which hours: "08:00–10:00".
        #[arg(long)]
        hours: String,
        /// What the applicant should have ready.
        #[arg(long)]
        prepare: Option<String>,
        /// Why it is another day than before, by the office's reasons of kind `reschedule`.
        #[arg(long)]
        reason: Option<ReasonCode>,
    },
    /// Give the request back for correction.
    Return {
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: Option<StepId>,
        /// What to correct and why: `documents.photo=CODE`, with words `documents.photo=CODE=WORDS`; may be given several times.
        /// Rejected items go by themselves.
        #[arg(long = "item", value_name = "ITEM=REASON[=WORDS]")]
        items: Vec<String>,
        /// The office's reason for naming only now what an earlier return could have named.
        #[arg(long, value_name = "CODE")]
        exception: Option<ReasonCode>,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
    /// Send in what the applicant corrects in a request that was given back: all of it together. With `--as` as an officer enters it at the
    /// counter.
    Correct(Correct),
    /// Grant the request in its deciding step.
    Approve {
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: Option<StepId>,
        /// Words that go with the decision.
        #[arg(long)]
        note: Option<String>,
    },
    /// Refuse the request in its deciding step.
    Refuse {
        #[command(flatten)]
        at: AtDesk,
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
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: Option<StepId>,
    },
    /// Hand the result over.
    Collect {
        #[command(flatten)]
        at: AtDesk,
        /// Name of who collects, as on the identity paper.
        #[arg(long)]
        name: String,
        /// Kind and last digits of the identity paper seen.
        #[arg(long)]
        identity: String,
        /// Somebody else collects for the applicant, with a written authority that this officer saw.
        #[arg(long)]
        proxy: bool,
        /// The proxy has this one-time code of the applicant instead.
        #[arg(long, value_name = "MANDATE", requires = "proxy")]
        mandate_code: Option<String>,
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
    /// The applicant names who may collect, and is given a one-time code for them.
    Mandate {
        code: String,
        /// Name of the proxy, as on the identity paper.
        #[arg(long)]
        name: String,
        /// Kind and last digits of the proxy's identity paper.
        #[arg(long)]
        identity: String,
    },
    /// Somebody else whom the service wants to sign has signed on paper before this officer.
    Cosign {
        #[command(flatten)]
        at: AtDesk,
        /// Name of the co-signer, as on the identity paper.
        #[arg(long)]
        name: String,
        /// Kind and last digits of the identity paper seen.
        #[arg(long)]
        identity: String,
    },
    /// The applicant takes the mandate to collect back.
    RevokeMandate { code: String },
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
        #[command(flatten)]
        at: AtDesk,
        /// It is right: review opens again. Otherwise it is dismissed.
        #[arg(long)]
        uphold: bool,
        /// Words to the applicant.
        #[arg(long)]
        note: String,
    },
    /// Move the due day, once, before it has passed.
    Extend {
        #[command(flatten)]
        at: AtDesk,
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
        #[command(flatten)]
        at: AtDesk,
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
        #[command(flatten)]
        at: AtDesk,
        /// Words to the applicant.
        #[arg(long)]
        text: String,
    },
    /// Do not ask for the fee, or for a part of it.
    Waive {
        #[command(flatten)]
        at: AtDesk,
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
        #[command(flatten)]
        at: AtDesk,
    },
    /// Take an open step: nobody else works on it then. With `--release` give it back.
    Claim {
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: Option<StepId>,
        /// Give it back.
        #[arg(long)]
        release: bool,
    },
    /// Give an open step to another officer, as a head; without `--to` to nobody in particular.
    Assign {
        #[command(flatten)]
        at: AtDesk,
        #[arg(long)]
        step: StepId,
        #[arg(long, value_name = "OFFICER")]
        to: Option<String>,
        /// Why, by the office's reasons of kind `reassign`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words for colleagues.
        #[arg(long)]
        note: Option<String>,
    },
    /// Have no part in the request from now on.
    Recuse {
        #[command(flatten)]
        at: AtDesk,
        /// Why, by the office's reasons of kind `recuse`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words for colleagues.
        #[arg(long)]
        note: Option<String>,
    },
    /// A result that was handed over does not hold for a while.
    Suspend {
        #[command(flatten)]
        at: AtDesk,
        /// Why, by the office's reasons of kind `suspend`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// A suspended result holds again.
    Reinstate {
        #[command(flatten)]
        at: AtDesk,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// A result that was handed over does not hold any more, for good.
    Revoke {
        #[command(flatten)]
        at: AtDesk,
        /// Why, by the office's reasons of kind `revoke`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the holder.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take a closed request up again whose result was not handed over.
    Reopen {
        #[command(flatten)]
        at: AtDesk,
        /// Why, by the office's reasons of kind `reopen`.
        #[arg(long)]
        reason: ReasonCode,
        /// Words to the applicant.
        #[arg(long)]
        note: Option<String>,
    },
}
