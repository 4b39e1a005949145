//! What can happen to a request, as data. Only the typed methods of the stages make facts.
//!
//! A fact says what was decided, never what follows from it: stage, due date and open steps are derived by
//! [`Fact::apply`](super::Fact::apply) in `apply.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Alias, InspectionReport, Item, MandateProof, ReasonCode};
use crate::calendar::Date;
use crate::catalog::{ApplicantKind, FeeDue, Purpose, SignatureKind};
use crate::ids::{
    BlobId, Digest32, DocumentId, OfficeId, RequestId, ServiceId, StepId, TrackingCode, VersionHash,
};
use crate::money::Money;

/// The service version a request stands under for life.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServiceRef {
    /// Which service.
    pub id: ServiceId,
    /// Its version as people count it.
    pub version: u32,
    /// Its version as content: the definition cannot change under this name.
    pub hash: VersionHash,
}

/// How a request, or a correction, came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Channel {
    /// The citizen's own pages.
    Web,
    /// Entered by an officer for a person at the counter.
    Counter,
    /// By a program.
    Program,
}

/// The paper handed in for a required document. The bytes lie in the document store under `blob`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The requirement it stands for.
    pub document: DocumentId,
    /// Where the bytes are; says nothing by itself.
    pub blob: BlobId,
    /// SHA-256 of the bytes as kept.
    pub sha256: Digest32,
    /// What the content is, judged by content.
    pub media_type: String,
    /// Length of the bytes.
    pub size_bytes: u64,
    /// The file's name as the person had it; shown, never used as a path.
    pub name: String,
    /// The day the paper was issued, where the service asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
}

/// How something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureMethod {
    /// Drawn on a screen.
    Drawn,
    /// The name typed under the declaration, for phones without script. Counts where `drawn` is accepted:
    /// the same assurance, and no picture to pretend more.
    Typed,
    /// A thumbprint.
    Thumbprint,
    /// A photo or scan of the signed declaration.
    Scanned,
    /// On paper at the counter, before the officer who records it and is the witness. Counts where `drawn` is accepted.
    Paper,
    /// An external digital signature.
    Digital,
}

impl SignatureMethod {
    /// The kind of the catalogue under which a service accepts it.
    pub fn kind(self) -> SignatureKind {
        match self {
            Self::Drawn | Self::Typed | Self::Paper => SignatureKind::Drawn,
            Self::Thumbprint => SignatureKind::Thumbprint,
            Self::Scanned => SignatureKind::Scanned,
            Self::Digital => SignatureKind::Digital,
        }
    }

    /// How far it can be relied on: 1 (anybody could have made it) to 4 (a checked certificate). Printed
    /// beside every signature.
    pub fn assurance(self) -> u8 {
        match self {
            Self::Drawn | Self::Typed => 1,
            Self::Thumbprint | Self::Scanned | Self::Paper => 2,
            Self::Digital => 4,
        }
    }
}

/// A signature and what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// How.
    pub method: SignatureMethod,
    /// Who, as they wrote their name.
    pub signer: String,
    /// The picture or file, if the method has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Evidence>,
    /// SHA-256 of the statement that the person saw and agreed to.
    pub statement: Digest32,
    /// What was signed: [`Filled::hash`](super::Filled::hash) over the answers and papers. None for a signature under the
    /// statement alone, such as a collector's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest32>,
}

/// The request was sent in. First fact of every history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The office it went to.
    pub office: OfficeId,
    /// Its code for people.
    pub code: TrackingCode,
    /// Its name in the public log.
    pub alias: Alias,
    /// What was asked for, by version.
    pub service: ServiceRef,
    /// Person or company.
    pub applicant: ApplicantKind,
    /// Whether somebody acts for the applicant.
    pub by_representative: bool,
    /// New, or how it follows an earlier result.
    pub purpose: Purpose,
    /// The request whose result it renews, changes or replaces; none for a first result, and where the office does not know the earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "renews")]
    pub follows: Option<RequestId>,
    /// That result, if the one that is asked for takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<IssuedResult>,
    /// How it came in.
    pub channel: Channel,
    /// The answers, normalised; the record that the fact begins shares them.
    pub answers: Arc<Map<String, Value>>,
    /// What the person typed, where it differs from `answers`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub typed: Map<String, Value>,
    /// The papers.
    pub evidence: Vec<Evidence>,
    /// The signature, where the service asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// What it costs, line by line, by the catalogue in force.
    pub fee: FeeDue,
    /// The steps of the plan that apply to these answers.
    pub steps: Vec<StepId>,
    /// The day it counts as received.
    pub received_on: Date,
    /// The day by which it is to be decided and ready.
    pub due_on: Date,
    /// The last day for what must come before review: a fee, a co-signature; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Date>,
    /// Whether somebody else must sign before review.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cosigned_first: bool,
}

/// Everything that had to come before review is there; the plan's first step is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewOpened {
    /// When the office has to be done, if its clock waited for the fee: it has all the working days it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
}

/// How money came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PaymentMethod {
    /// Notes and coins at the cashier's desk.
    Cash,
    /// A bank transfer seen by the cashier.
    Transfer,
}

/// The cashier took the fee: that very amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What was taken.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// The receipt's number in the office's register, without gaps.
    pub receipt: String,
}

/// What an officer found on one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// In order.
    Accepted,
    /// Not in order, for a coded reason.
    Rejected {
        /// A reason of kind `return` in the service.
        reason: ReasonCode,
        /// The officer's words to the applicant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Does not matter for this request.
    NotApplicable,
}

/// An officer judged one item. A later judgement of the same item replaces it; both stay in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The step in which it was judged.
    pub step: StepId,
    /// What was judged.
    pub item: Item,
    /// The finding.
    pub verdict: Verdict,
}

/// What a step concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// In favour of granting.
    Favourable,
    /// Against; the deciding step sees it and decides.
    Unfavourable,
}

/// A step of the plan was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPassed {
    /// Which step.
    pub step: StepId,
    /// Its conclusion.
    pub finding: Finding,
    /// The officer's words, for colleagues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The points of the step's checklist found in order, by place in the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<usize>,
    /// What an inspection found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<InspectionReport>,
}

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What.
    pub item: Item,
    /// Why, by the service's coded reasons.
    pub reason: ReasonCode,
    /// The officer's words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The request goes back to the applicant with everything that is to be corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The step that returns it.
    pub step: StepId,
    /// What is to be corrected; at least one.
    pub corrections: Vec<Correction>,
    /// Words for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The office's reason for naming only now what an earlier return could have named; none where there is nothing of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ReasonCode>,
    /// The office's day of the return; the clock may stop from here.
    pub returned_on: Date,
    /// The last day to correct it; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct_by: Option<Date>,
}

/// The applicant corrected what was returned, or explained why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resubmission {
    /// How it came in.
    pub channel: Channel,
    /// The new answers of the items that were returned, normalised; `null` takes an answer back.
    pub answers: Map<String, Value>,
    /// What the person typed, where it differs.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub typed: Map<String, Value>,
    /// The new papers; all files of a document replace all its earlier ones. Of a file within the form also those that stay.
    pub evidence: Vec<Evidence>,
    /// Papers that are no longer asked for after the correction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<DocumentId>,
    /// The new signature, if that was returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Words instead of a new answer or paper.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub explanations: BTreeMap<Item, String>,
    /// The fee after the correction.
    pub fee: FeeDue,
    /// The steps that apply after the correction.
    pub steps: Vec<StepId>,
    /// The day the correction counts as received.
    pub received_on: Date,
    /// The new due day.
    pub due_on: Date,
}

impl Resubmission {
    /// Everything that it touched: what was changed, dropped or explained.
    pub fn items(&self) -> BTreeSet<Item> {
        let fields = self.answers.keys().filter_map(|key| key.parse().ok()).map(Item::Field);
        let papers = self.evidence.iter().map(|paper| &paper.document).chain(&self.dropped);
        let mut items: BTreeSet<Item> = fields.chain(papers.cloned().map(Item::Document)).collect();
        items.extend(self.signature.iter().map(|_| Item::Signature));
        items.extend(self.explanations.keys().cloned());
        items
    }
}

/// The deciding step grants the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The deciding step.
    pub step: StepId,
    /// Words that go with the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The deciding step refuses the request, for coded reasons with their legal basis in the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The deciding step.
    pub step: StepId,
    /// Reasons of kind `refuse`; at least one.
    pub reasons: Vec<ReasonCode>,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The last day to object; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_by: Option<Date>,
}

/// What is handed over: a licence, a permit, a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedResult {
    /// Its number in the office's register, without gaps.
    pub number: String,
    /// From when.
    pub issued_on: Date,
    /// Until when, unless it is for one occasion or permanent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// The result is prepared, signed and registered; the applicant is told to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuance {
    /// The plan's issue step.
    pub step: StepId,
    /// The result.
    pub result: IssuedResult,
    /// The last day to collect it; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_by: Option<Date>,
}

/// Who came to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The applicant.
    Applicant,
    /// Somebody with the applicant's mandate.
    Proxy,
}

/// The person who collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// The name on the identity paper that the officer saw.
    pub name: String,
    /// Applicant or proxy.
    pub relation: Relation,
    /// The kind of identity paper and its last digits, as seen: `national-id 6789`.
    pub identity: String,
    /// How a proxy showed the applicant's mandate; none for the applicant, and for proxies of releases that did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<MandateProof>,
}

/// The result was handed to a named person who signed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Who.
    pub collector: Collector,
    /// The collector's signature, where the service asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// The papers whose originals the officer saw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub originals_seen: Vec<DocumentId>,
}

/// The applicant takes the request back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why, if they wish to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Nobody did in time what only the applicant can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lapse {
    /// The last day on which it could have been done.
    pub last_day: Date,
}

/// The applicant objects to the refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The applicant's words.
    pub text: String,
    /// The day by which the office answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
}

/// The objection is right: review opens again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionUpheld {
    /// Words to the applicant.
    pub note: String,
    /// The new due day. An earlier release did not say one: the one promised before stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
}

/// The objection is not right: the refusal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionDismissed {
    /// Words to the applicant.
    pub note: String,
}

/// The time to object has passed: the refusal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalFinal {
    /// The last day on which an objection could have come.
    pub last_day: Date,
}

/// How a closed request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ending {
    /// The result was handed over.
    Collected,
    /// The refusal stands.
    Refused,
    /// The applicant took it back.
    Withdrawn,
    /// It was left lying by the applicant.
    Lapsed,
}
