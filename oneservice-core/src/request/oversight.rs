//! What the applicant is owed in every stage: to see who opened their papers, and to complain to somebody who had no part.

use super::clock::office_reason;
use super::refused::words;
use super::{
    Actor, Complaint, ComplaintAnswered, Context, Denial, Fact, Lawful, Reading, ReasonCode, Request, Ruled,
    Stage,
};
use crate::catalog::OfficeReasonKind;
use crate::ids::BlobId;

/// The most complaints that may be open at once on one request.
const OPEN_MAX: usize = 5;

impl<S: Stage> Request<S> {
    /// Records that an officer opened a file of the request.
    ///
    /// # Errors
    /// [`Denial::FileUnknown`], [`Denial::AlreadyRecorded`] if this officer opened it before, [`Denial::NotYourRole`].
    pub fn read(self, by: &Actor, context: &Context<'_>, blob: BlobId) -> Ruled<Reading, S>
    where
        S: Lawful<Reading>,
        Reading: Fact<S>,
    {
        let document = self.record.files.get(&blob).cloned();
        let mut denials = Vec::new();
        if document.is_none() {
            denials.push(Denial::FileUnknown);
        }
        if let Actor::Officer(officer) = by
            && self.record.read_by(&officer.id, blob)
        {
            denials.push(Denial::AlreadyRecorded);
        }
        let Some(document) = document else {
            let not_yours = by.acting(<S as Lawful<Reading>>::ROLES, None).err();
            return Err(super::Denied {
                request: Box::new(self),
                denials: not_yours.map_or(denials, |no| vec![no]),
            });
        };
        self.record_fact(by, None, context, denials, |_| Reading { document, blob })
    }

    /// The applicant complains.
    ///
    /// # Errors
    /// [`Denial::ReasonUnknown`] for anything but a reason of kind `complaint`, [`Denial::WordsMissing`], [`Denial::WordsTooLong`],
    /// [`Denial::ComplaintsOpen`] when too many wait for an answer, [`Denial::NotYourRole`].
    pub fn complain(
        self,
        by: &Actor,
        context: &Context<'_>,
        subject: ReasonCode,
        text: String,
    ) -> Ruled<Complaint, S>
    where
        S: Lawful<Complaint>,
        Complaint: Fact<S>,
    {
        let mut denials = words("complaint", &text);
        denials.extend(office_reason(context, &subject, OfficeReasonKind::Complaint));
        if self.record.complaints_open >= OPEN_MAX {
            denials.push(Denial::ComplaintsOpen { limit: OPEN_MAX });
        }
        self.record_fact(by, None, context, denials, |_| Complaint { subject, text })
    }

    /// Answers the oldest complaint that is open.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] when none is open, [`Denial::TookPart`] for whoever worked on the request, [`Denial::WordsMissing`],
    /// [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn answer_complaint(
        self,
        by: &Actor,
        context: &Context<'_>,
        text: String,
    ) -> Ruled<ComplaintAnswered, S>
    where
        S: Lawful<ComplaintAnswered>,
        ComplaintAnswered: Fact<S>,
    {
        let mut denials = words("answer", &text);
        if self.record.complaints_open == 0 {
            denials.push(Denial::NothingDue);
        }
        denials.extend(self.record.took_part(by));
        self.record_fact(by, None, context, denials, |_| ComplaintAnswered { text })
    }
}
