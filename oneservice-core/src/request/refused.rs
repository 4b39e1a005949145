//! After a refusal: an objection, looked at by somebody who took no part, or the refusal becomes final.

use super::{
    Actor, Context, Denial, Objected, Objection, ObjectionDismissed, ObjectionUpheld, RefusalFinal, Refused,
    Request, Ruled, is_blank, not_yet, too_long,
};
use crate::calendar::Date;

fn words(field: &'static str, text: &str) -> Vec<Denial> {
    if is_blank(text) {
        return vec![Denial::WordsMissing { field }];
    }
    too_long(field, Some(text)).into_iter().collect()
}

impl Request<Refused> {
    /// The applicant objects.
    ///
    /// # Errors
    /// [`Denial::WordsMissing`], [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn object(self, by: &Actor, context: &Context<'_>, text: String) -> Ruled<Objection, Refused> {
        let denials = words("objection", &text);
        self.record_fact(by, None, context, denials, |_| Objection { text })
    }

    /// The refusal stands for good once `last_day` has passed without an objection.
    ///
    /// # Errors
    /// [`Denial::NotYet`], [`Denial::NotYourRole`].
    pub fn make_final(
        self,
        by: &Actor,
        context: &Context<'_>,
        last_day: Date,
    ) -> Ruled<RefusalFinal, Refused> {
        let denials = not_yet(context, last_day).into_iter().collect();
        self.record_fact(by, None, context, denials, |_| RefusalFinal { last_day })
    }
}

impl Request<Objected> {
    /// The objection is right: the deciding step is open again.
    ///
    /// # Errors
    /// [`Denial::TookPart`], [`Denial::WordsMissing`], [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn uphold(self, by: &Actor, context: &Context<'_>, note: String) -> Ruled<ObjectionUpheld, Objected> {
        let denials = self.objection_denials(by, &note);
        self.record_fact(by, None, context, denials, |_| ObjectionUpheld { note })
    }

    /// The objection is not right: the request is closed as refused.
    ///
    /// # Errors
    /// As for [`uphold`](Self::uphold).
    pub fn dismiss(
        self,
        by: &Actor,
        context: &Context<'_>,
        note: String,
    ) -> Ruled<ObjectionDismissed, Objected> {
        let denials = self.objection_denials(by, &note);
        self.record_fact(by, None, context, denials, |_| ObjectionDismissed { note })
    }

    fn objection_denials(&self, by: &Actor, note: &str) -> Vec<Denial> {
        let mut denials = words("note", note);
        if let Actor::Officer(officer) = by
            && self.record().worked.values().any(|who| who.contains(&officer.id))
        {
            denials.push(Denial::TookPart);
        }
        denials
    }
}
