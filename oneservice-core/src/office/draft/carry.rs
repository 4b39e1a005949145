//! Carrying a draft over to the version of its service that is in force. Answers and papers that are still asked for stay as they are; the
//! others are laid aside and named until the person has seen it; the signature falls, since what was signed for is another thing now.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::OfficeError;
use super::{DraftContent, DraftHandle, reference};
use crate::calendar::Moment;
use crate::catalog::diff::{self, Change};
use crate::catalog::{Assessment, FeeDue, Problem, ProblemCode, Service, Unoffered};
use crate::ids::{DocumentId, FieldId};
use crate::request::{Evidence, ServiceRef};
use crate::text::Text;

/// What a newer version of a service did to a draft, as it is stored until the person has seen it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarriedOver {
    /// The version under which the person last saw the draft.
    pub from: ServiceRef,
    /// When it was carried over.
    pub at: Moment,
    /// Whether it was signed before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signature_fell: bool,
    /// Answers to questions that are no longer asked. They are not sent, and come back if the question does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerAside>,
    /// Files for papers that are no longer asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<PaperAside>,
}

/// An answer to a question that is no longer asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerAside {
    /// The question's name.
    pub field: String,
    /// The question.
    pub label: Text,
    /// The answer, as typed.
    pub answer: Value,
}

/// A file for a paper that is no longer asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaperAside {
    /// What the paper is called.
    pub name: Text,
    /// The file.
    pub paper: Evidence,
}

/// What is different for the person whose draft was carried over.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionChanges {
    /// What happened to the draft itself.
    pub carried: CarriedOver,
    /// What differs between the two versions, as far as it [matters](Change::concerns_applicants) to applicants. Empty if the earlier
    /// version is no longer known.
    pub changes: Vec<Change>,
    /// Questions that must be answered now and did not have to be, and are not answered.
    pub to_answer: Vec<FieldId>,
    /// Answers and choices that were in order and no longer are.
    pub to_correct: Vec<Problem>,
    /// Papers that must be attached now and did not have to be, and are not there.
    pub to_attach: Vec<DocumentId>,
    /// The fee for these answers before and now, if it differs.
    pub fee: Option<(FeeDue, FeeDue)>,
    /// The working days for these answers before and now, if they differ.
    pub working_days: Option<(u32, u32)>,
}

impl DraftHandle {
    /// Why the draft's service cannot be asked for today, if it cannot. The draft is kept; it cannot be sent.
    pub fn unoffered(&self) -> Option<Unoffered> {
        // A correction answers a request that stands under its version for life.
        let offered = |draft: &Self| draft.office.in_force(&draft.content.service.id).err();
        self.content.corrects.is_none().then(|| offered(self)).flatten()
    }

    /// What is different since the person last saw the draft, if its service has changed since.
    ///
    /// # Errors
    /// [`OfficeError::VersionLost`], [`OfficeError::Document`].
    pub async fn changes(&self) -> Result<Option<VersionChanges>, OfficeError> {
        let Some(carried) = self.content.carried.clone() else { return Ok(None) };
        let new = self.service().await?;
        let old = match self.office.service_version(&carried.from.id, carried.from.hash).await {
            Ok(old) => Some(old),
            Err(OfficeError::VersionLost { .. }) => None,
            Err(other) => return Err(other),
        };
        let today = self.office.today();
        let places = self.office.catalog().places();
        let now = new.assess(&self.content.filing(today), places);
        let before =
            old.as_ref().map(|old| old.assess(&self.content.as_before(&carried).filing(today), places));
        let mut changes = old.map(|old| diff::versions(&old, &new)).unwrap_or_default();
        changes.retain(Change::concerns_applicants);
        Ok(Some(VersionChanges::between(carried, changes, before, now)))
    }

    /// The person has seen [what is different](Self::changes): the draft can be sent again, and what was laid aside is erased.
    ///
    /// # Errors
    /// As [`answer`](Self::answer); [`OfficeError::Document`].
    pub async fn accept_changes(&mut self) -> Result<(), OfficeError> {
        let mut seen = None;
        self.change(|content| {
            seen = content.carried.take();
            Ok(())
        })
        .await?;
        for aside in seen.into_iter().flat_map(|carried| carried.papers) {
            self.office.inner.documents.remove(aside.paper.blob).await?;
        }
        Ok(())
    }

    /// Carries the draft over if another version of its service is in force. Whether it stands as it should; no, if another page saved
    /// it meanwhile.
    pub(super) async fn carry_over(&mut self) -> Result<bool, OfficeError> {
        if self.content.corrects.is_some() {
            return Ok(true);
        }
        let standing = self.content.service.clone();
        let new = match self.office.in_force(&standing.id) {
            Ok(new) if new.hash != standing.hash => std::sync::Arc::clone(new),
            _ => return Ok(true),
        };
        let old = match self.office.service_version(&standing.id, standing.hash).await {
            Ok(old) => Some(old),
            Err(OfficeError::VersionLost { .. }) => None,
            Err(other) => return Err(other),
        };
        let picture = self.content.signature.as_ref().and_then(|signature| signature.file.clone());
        self.content.carry(old.as_deref(), &new, self.office.now());
        if !self.save().await? {
            return Ok(false);
        }
        if let Some(picture) = picture {
            self.office.inner.documents.remove(picture.blob).await?;
        }
        Ok(true)
    }
}

impl DraftContent {
    /// Puts it under `new`. Of several changes that the person has not seen yet, one is made.
    pub(super) fn carry(&mut self, old: Option<&Service>, new: &Service, at: Moment) {
        let standing = std::mem::replace(&mut self.service, reference(new));
        let mut carried = self.carried.take().unwrap_or_else(|| CarriedOver {
            from: standing,
            at,
            signature_fell: false,
            answers: Vec::new(),
            papers: Vec::new(),
        });
        carried.at = at;
        carried.signature_fell |= self.signature.take().is_some();
        // What the service asks for again comes back; what was answered since counts more.
        let (back, aside): (Vec<_>, Vec<_>) =
            std::mem::take(&mut carried.answers).into_iter().partition(|a| new.field(&a.field).is_some());
        carried.answers = aside;
        for AnswerAside { field, answer, .. } in back {
            self.answers.entry(field).or_insert(answer);
        }
        let (back, aside): (Vec<_>, Vec<_>) = std::mem::take(&mut carried.papers)
            .into_iter()
            .partition(|aside| new.paper(aside.paper.document.as_str()).is_some());
        carried.papers = aside;
        self.evidence.extend(back.into_iter().map(|aside| aside.paper));
        // What neither version asks for was nobody's question: it is a problem as it was before.
        let was_asked = |field: &str| old.is_none_or(|old| old.field(field).is_some());
        let gone = |field: &String| new.field(field).is_none() && was_asked(field);
        let fields: Vec<String> = self.answers.keys().filter(|field| gone(field)).cloned().collect();
        for field in fields {
            let Some(answer) = self.answers.remove(&field) else { continue };
            let label = old.and_then(|old| old.field(&field)).map(|asked| asked.label.clone());
            let label = label.unwrap_or_else(|| Text::new(&field, &field));
            carried.answers.push(AnswerAside { field, label, answer });
        }
        // An answer goes on naming a file where files are asked for still.
        if let Some(old) = old {
            old.rename_files(&mut self.answers, |paper, id| {
                new.field_of_file(paper.id.as_str()).map(|_| id.to_owned())
            });
        }
        for paper in std::mem::take(&mut self.evidence) {
            let id = paper.document.as_str();
            if new.paper(id).is_some() || old.is_some_and(|old| old.paper(id).is_none()) {
                self.evidence.push(paper);
                continue;
            }
            let name = old.and_then(|old| old.paper(id)).map(|asked| asked.name.clone());
            let name = name.unwrap_or_else(|| Text::new(id, id));
            carried.papers.push(PaperAside { name, paper });
        }
        self.carried = Some(carried);
    }

    /// As it stood under the version before.
    fn as_before(&self, carried: &CarriedOver) -> Self {
        let mut before = self.clone();
        before.evidence.extend(carried.papers.iter().map(|aside| aside.paper.clone()));
        for AnswerAside { field, answer, .. } in &carried.answers {
            before.answers.insert(field.clone(), answer.clone());
        }
        before
    }
}

impl VersionChanges {
    fn between(
        carried: CarriedOver,
        changes: Vec<Change>,
        before: Option<Assessment>,
        now: Assessment,
    ) -> Self {
        let known = |problem: &Problem| {
            before.as_ref().is_some_and(|before| {
                before.problems.iter().any(|other| other.path == problem.path && other.code == problem.code)
            })
        };
        let new = now.problems.iter().filter(|problem| problem.path != "signature" && !known(problem));
        let (missing, wrong): (Vec<&Problem>, Vec<&Problem>) =
            new.partition(|problem| problem.code == ProblemCode::Missing);
        // A column of a table is missing in its question.
        let named = |problem: &&Problem, kind: &str| {
            problem.path.strip_prefix(kind).and_then(|rest| rest.split('.').next()).map(str::to_owned)
        };
        let differs = before.as_ref().map(|before| {
            let fee = (before.fee != now.fee).then(|| (before.fee.clone(), now.fee.clone()));
            let days = (before.working_days, now.working_days);
            (fee, Some(days).filter(|(before, now)| before != now))
        });
        let (fee, working_days) = differs.unwrap_or_default();
        let mut to_answer: Vec<FieldId> =
            missing.iter().filter_map(|p| named(p, "form.")?.parse().ok()).collect();
        to_answer.dedup();
        Self {
            to_answer,
            to_attach: missing.iter().filter_map(|p| named(p, "documents.")?.parse().ok()).collect(),
            to_correct: wrong.into_iter().cloned().collect(),
            fee,
            working_days,
            carried,
            changes,
        }
    }
}
