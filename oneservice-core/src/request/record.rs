//! What every stage knows of a request: who asks for what, and all that was done so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fact::{
    Channel, Evidence, Finding, PaymentMethod, Return, ServiceRef, Signature, Submission, Verdict,
};
use super::{
    Alias, By, Cosignature, Entry, InspectionScheduled, IssuedResult, Item, MandateGiven, Replacement,
    Standing, TransferWaiting,
};
use crate::calendar::{Date, Moment};
use crate::catalog::{ApplicantKind, FeeDue, FeeMoment, Purpose, Service, StepKind};
use crate::ids::{BlobId, DocumentId, OfficeId, OfficerId, RequestId, StepId, TrackingCode};
use crate::money::Money;

/// What every stage knows of a request. Derived from its facts alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place in the store.
    pub id: RequestId,
    /// The office that handles it.
    pub office: OfficeId,
    /// Its code for people.
    pub code: TrackingCode,
    /// Its name in the public log.
    pub alias: Alias,
    /// The service version it stands under.
    pub service: ServiceRef,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// The request whose result it renews, changes or replaces, if the office knows it.
    pub follows: Option<RequestId>,
    /// That result, if this one takes its place.
    pub replaces: Option<IssuedResult>,
    /// How it came in.
    pub channel: Channel,
    /// The officers who entered it, or corrections of it, for the applicant at the counter.
    pub entered_by: BTreeSet<OfficerId>,
    /// When it was sent in, or came on paper.
    pub submitted_at: Moment,
    /// When it was entered: later than it came, where it came on paper before.
    pub entered_at: Moment,
    /// When review was last opened: first, after a correction, or by an objection that was right.
    pub opened_at: Option<Moment>,
    /// The day it counts as received.
    pub received_on: Date,
    /// The day by which the office is to be done; none while the clock is paused or the request is over.
    pub due_on: Option<Date>,
    /// The due day as last promised, also while paused.
    pub promised_on: Date,
    /// The due day as promised at first.
    pub first_due_on: Date,
    /// The answers, normalised, with all corrections; shared, since every fact leaves a record of its own.
    pub answers: Arc<Map<String, Value>>,
    /// The papers, with all corrections.
    pub evidence: Vec<Evidence>,
    /// The applicant's signature.
    pub signature: Option<Signature>,
    /// Whether somebody else must sign before review.
    pub cosigned_first: bool,
    /// That signature.
    pub cosignature: Option<Cosignature>,
    /// What it costs.
    pub fee: FeeDue,
    /// What was paid.
    pub payments: Vec<PaymentMade>,
    /// The transfer that waits to be confirmed.
    pub transfer: Option<TransferWaiting>,
    /// The last day to pay before review, where a transfer was looked for in vain.
    pub pay_again_by: Option<Date>,
    /// What of the fee is not asked for, in its smallest unit.
    pub waived: i64,
    /// What was given back, in its smallest unit.
    pub refunded: i64,
    /// The steps that apply, in the plan's order.
    pub steps: Vec<StepId>,
    /// The steps that are done.
    pub passed: BTreeMap<StepId, StepDone>,
    /// Who did anything in which step: judged, returned, passed. Four eyes ask this.
    pub worked: BTreeMap<StepId, BTreeSet<OfficerId>>,
    /// Steps that are one officer's.
    pub assigned: BTreeMap<StepId, OfficerId>,
    /// Officers who have no part in the request.
    pub recused: BTreeSet<OfficerId>,
    /// Who is for granting, where the deciding step wants several.
    pub endorsed: BTreeSet<OfficerId>,
    /// How the open steps stand in time.
    pub step_days: BTreeMap<StepId, StepTiming>,
    /// Open steps that nobody in the office may do.
    pub vacant: BTreeSet<StepId>,
    /// When the inspectors come, for inspections that are still to be reported.
    pub appointments: BTreeMap<StepId, InspectionScheduled>,
    /// What officers found on single items.
    pub judgements: BTreeMap<Item, Judged>,
    /// Every return so far, oldest first.
    pub returns: Vec<Return>,
    /// What a further return may name without an exception: what the last one named, and what the applicant touched since.
    pub nameable: BTreeSet<Item>,
    /// Every file that was ever handed in, and for which paper.
    pub files: BTreeMap<BlobId, DocumentId>,
    /// Which officers opened which file.
    pub readings: BTreeSet<(OfficerId, BlobId)>,
    /// Every mandate to collect so far, oldest first.
    pub mandates: Vec<MandateGiven>,
    /// Whether the applicant took it back.
    pub withdrawn: bool,
    /// What was issued last.
    pub result: Option<IssuedResult>,
    /// Whether it was handed over.
    pub collected: bool,
    /// Whether it holds, its validity aside.
    pub standing: Standing,
    /// The result that took its place.
    pub replaced: Option<Replacement>,
    /// Whether the end of its validity is recorded.
    pub expired: bool,
    /// Complaints that wait for an answer.
    pub complaints_open: usize,
    /// How it stands in time.
    pub timing: Timing,
    /// Number of facts.
    pub version: u64,
    /// When the last fact was recorded.
    pub last_at: Moment,
}

/// What the office's clock recorded, and when the present stage began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// When the present stage began.
    pub since: Moment,
    /// The last day that was reminded of.
    pub reminded: Option<Date>,
    /// The due day for which the heads were called on.
    pub escalated: Option<Date>,
    /// Whether the due day was moved.
    pub extended: bool,
    /// The missed due day for which the office has explained itself.
    pub explained: Option<Date>,
}

/// The last day of an open step, and what the office's clock recorded of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTiming {
    /// When it opened.
    pub since: Moment,
    /// The last day.
    pub last_day: Date,
    /// Whether it was reminded of.
    pub reminded: bool,
    /// Whether the heads were called on for it.
    pub escalated: bool,
}

/// A fee, or part of one, that was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMade {
    /// How much.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// The receipt's number.
    pub receipt: String,
    /// When.
    pub at: Moment,
}

/// A step that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDone {
    /// By whom, in which role.
    pub by: By,
    /// When.
    pub at: Moment,
    /// With which conclusion.
    pub finding: Finding,
    /// The officer's words.
    pub note: Option<String>,
}

/// The judgement of one item that counts: the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub verdict: Verdict,
    /// By whom.
    pub by: By,
    /// When.
    pub at: Moment,
}

/// What a draft is made of when it is about to be sent: its identity and what the person filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// Its place in the store.
    pub id: RequestId,
    /// The office it goes to.
    pub office: OfficeId,
    /// Its code for people.
    pub code: TrackingCode,
    /// Its name in the public log.
    pub alias: Alias,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// The request whose result it renews, changes or replaces, if the office knows it.
    pub follows: Option<RequestId>,
    /// That result, if this one takes its place.
    pub replaces: Option<IssuedResult>,
    /// How it comes in.
    pub channel: Channel,
    /// The answers as typed.
    pub answers: Map<String, Value>,
    /// The papers.
    pub evidence: Vec<Evidence>,
    /// The signature.
    pub signature: Option<Signature>,
}

/// The files of some papers.
pub(super) fn files_of<'a>(
    evidence: impl IntoIterator<Item = &'a Evidence>,
) -> impl Iterator<Item = (BlobId, DocumentId)> {
    evidence.into_iter().map(|paper| (paper.blob, paper.document.clone()))
}

impl Timing {
    fn begun(since: Moment) -> Self {
        Self { since, reminded: None, escalated: None, extended: false, explained: None }
    }
}

impl Record {
    /// The record of a draft: what was filled in, and nothing the office decides.
    pub(super) fn of_draft(intake: Intake, service: &Service) -> Self {
        Self {
            id: intake.id,
            office: intake.office,
            code: intake.code,
            alias: intake.alias,
            service: ServiceRef { id: service.id.clone(), version: service.version, hash: service.hash },
            applicant: intake.applicant,
            by_representative: intake.by_representative,
            purpose: intake.purpose,
            follows: intake.follows,
            replaces: intake.replaces,
            channel: intake.channel,
            entered_by: BTreeSet::new(),
            submitted_at: Moment::from_millis(0),
            entered_at: Moment::from_millis(0),
            opened_at: None,
            received_on: Date::default(),
            due_on: None,
            promised_on: Date::default(),
            first_due_on: Date::default(),
            answers: Arc::new(intake.answers),
            evidence: intake.evidence,
            signature: intake.signature,
            cosigned_first: false,
            cosignature: None,
            fee: FeeDue::none(),
            payments: Vec::new(),
            transfer: None,
            pay_again_by: None,
            waived: 0,
            refunded: 0,
            steps: Vec::new(),
            passed: BTreeMap::new(),
            worked: BTreeMap::new(),
            assigned: BTreeMap::new(),
            recused: BTreeSet::new(),
            endorsed: BTreeSet::new(),
            step_days: BTreeMap::new(),
            vacant: BTreeSet::new(),
            appointments: BTreeMap::new(),
            judgements: BTreeMap::new(),
            returns: Vec::new(),
            nameable: BTreeSet::new(),
            files: BTreeMap::new(),
            readings: BTreeSet::new(),
            mandates: Vec::new(),
            withdrawn: false,
            result: None,
            collected: false,
            standing: Standing::Valid,
            replaced: None,
            expired: false,
            complaints_open: 0,
            timing: Timing::begun(Moment::from_millis(0)),
            version: 0,
            last_at: Moment::from_millis(0),
        }
    }

    /// The record that a submission begins.
    pub(super) fn begin(id: RequestId, fact: &Submission, entry: &Entry) -> Self {
        let at = entry.happened_at();
        Self {
            id,
            office: fact.office.clone(),
            code: fact.code,
            alias: fact.alias,
            service: fact.service.clone(),
            applicant: fact.applicant,
            by_representative: fact.by_representative,
            purpose: fact.purpose,
            follows: fact.follows,
            replaces: fact.replaces.clone(),
            channel: fact.channel,
            entered_by: entry.by.persons().cloned().collect(),
            submitted_at: at,
            entered_at: entry.recorded_at,
            opened_at: None,
            received_on: fact.received_on,
            due_on: Some(fact.due_on),
            promised_on: fact.due_on,
            first_due_on: fact.due_on,
            answers: Arc::clone(&fact.answers),
            evidence: fact.evidence.clone(),
            signature: fact.signature.clone(),
            cosigned_first: fact.cosigned_first,
            cosignature: None,
            fee: fact.fee.clone(),
            payments: Vec::new(),
            transfer: None,
            pay_again_by: None,
            waived: 0,
            refunded: 0,
            steps: fact.steps.clone(),
            passed: BTreeMap::new(),
            worked: BTreeMap::new(),
            assigned: BTreeMap::new(),
            recused: BTreeSet::new(),
            endorsed: BTreeSet::new(),
            step_days: BTreeMap::new(),
            vacant: BTreeSet::new(),
            appointments: BTreeMap::new(),
            judgements: BTreeMap::new(),
            returns: Vec::new(),
            nameable: BTreeSet::new(),
            files: files_of(&fact.evidence).collect(),
            readings: BTreeSet::new(),
            mandates: Vec::new(),
            withdrawn: false,
            result: None,
            collected: false,
            standing: Standing::Valid,
            replaced: None,
            expired: false,
            complaints_open: 0,
            timing: Timing::begun(at),
            version: 0,
            last_at: at,
        }
    }

    /// What is still to be paid; zero when nothing is.
    pub fn outstanding(&self) -> Money {
        self.money(self.owed().saturating_sub(self.paid()))
    }

    /// What was paid and not given back, in its smallest unit.
    pub(super) fn paid(&self) -> i64 {
        let paid = self.payments.iter().map(|p| p.amount.minor()).fold(0i64, i64::saturating_add);
        paid.saturating_sub(self.refunded)
    }

    /// The fee less what is not asked for, in its smallest unit.
    pub(super) fn owed(&self) -> i64 {
        self.fee.total.minor().saturating_sub(self.waived).max(0)
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        Money::new(self.fee.total.currency(), minor.max(0))
    }

    /// Whether this officer opened the file before.
    pub fn read_by(&self, officer: &OfficerId, blob: BlobId) -> bool {
        self.readings.contains(&(officer.clone(), blob))
    }

    /// Whether review waits for the fee.
    pub fn waits_for_fee(&self) -> bool {
        self.fee.when == FeeMoment::OnSubmission && self.outstanding().minor() > 0
    }

    /// The steps that somebody can do now: they apply, are not done, and all they come after is done. A step
    /// that does not apply counts as done, so what comes after it waits for what comes before it.
    ///
    /// The issue step is among them only when every other step is done.
    pub fn open_steps(&self, service: &Service) -> Vec<StepId> {
        let steps = &service.review.steps;
        let settled = |id: &StepId| self.passed.contains_key(id) || !self.steps.contains(id);
        let mut open = Vec::new();
        let all_done = || steps.iter().all(|step| step.kind == StepKind::Issue || settled(&step.id));
        for step in steps.iter().filter(|step| !settled(&step.id)) {
            let mut waits_for: Vec<&StepId> = step.after.iter().collect();
            let mut seen = BTreeSet::new();
            let mut ready = true;
            while let Some(id) = waits_for.pop() {
                if !seen.insert(id) {
                    continue;
                }
                if !settled(id) {
                    ready = false;
                    break;
                }
                if !self.steps.contains(id)
                    && let Some(skipped) = steps.iter().find(|s| &s.id == id)
                {
                    waits_for.extend(&skipped.after);
                }
            }
            if ready && (step.kind != StepKind::Issue || all_done()) {
                open.push(step.id.clone());
            }
        }
        open
    }

    /// Items whose last judgement is a rejection and that were not corrected since.
    pub fn rejected(&self) -> impl Iterator<Item = (&Item, &Judged)> {
        self.judgements.iter().filter(|(_, judged)| matches!(judged.verdict, Verdict::Rejected { .. }))
    }

    /// Whether an earlier return could have named this item and did not: the applicant has not touched the item since.
    pub fn is_late_defect(&self, item: &Item) -> bool {
        !self.returns.is_empty() && !self.nameable.contains(item)
    }

    /// The files given for one document.
    pub fn evidence_for<'a>(&'a self, document: &str) -> impl Iterator<Item = &'a Evidence> {
        self.evidence.iter().filter(move |e| e.document.as_str() == document)
    }

    /// Whether there is a file for this document.
    pub fn is_given(&self, document: &DocumentId) -> bool {
        self.evidence_for(document.as_str()).next().is_some()
    }

    /// Whether a request has this item at all: an answer, a paper, a signature, or a place in the form for one.
    pub fn has_item(&self, item: &Item, service: &Service) -> bool {
        match item {
            Item::Field(id) => service.fields().any(|field| &field.id == id),
            Item::Document(id) => service.documents.iter().any(|document| &document.id == id),
            Item::Signature => service.signature.required,
        }
    }
}
