//! After a refusal: an objection, looked at by somebody who took no part, or the refusal becomes final.

use super::{
    Actor, Context, Denial, Objected, Objection, ObjectionDismissed, ObjectionUpheld, Officer, Record,
    Refused, Request, Ruled, is_blank, too_long,
};

/// Words that must be there, and not too many.
pub(super) fn words(field: &'static str, text: &str) -> Vec<Denial> {
    if is_blank(text) {
        return vec![Denial::WordsMissing { field }];
    }
    too_long(field, Some(text)).into_iter().collect()
}

impl Request<Refused> {
    /// The applicant objects.
    ///
    /// # Errors
    /// [`Denial::TooLate`] once the last day has passed, [`Denial::WordsMissing`], [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn object(self, by: &Actor, context: &Context<'_>, text: String) -> Ruled<Objection, Refused> {
        let mut denials = words("objection", &text);
        let happened_on = context.calendar.local_date(context.happened_at());
        if let Some(last_day) = self.last_day().filter(|last| happened_on > *last) {
            denials.push(Denial::TooLate { last_day });
        }
        let received_on = context.calendar.received_on(context.now);
        let days = context.office.periods.answer_objection_working_days;
        let due_on = days.map(|days| context.calendar.add_working_days(received_on, days));
        self.record_fact(by, None, context, denials, |_| Objection { text, due_on })
    }
}

impl Request<Objected> {
    /// Whether `officer` worked on the request, and so does not look at the objection.
    pub fn is_own_work(&self, officer: &Officer) -> bool {
        self.record().took_part(&Actor::Officer(officer.clone())).is_some()
    }

    /// The objection is right: the deciding step is open again.
    ///
    /// # Errors
    /// [`Denial::TookPart`], [`Denial::WordsMissing`], [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn uphold(self, by: &Actor, context: &Context<'_>, note: String) -> Ruled<ObjectionUpheld, Objected> {
        let denials = self.objection_denials(by, &note);
        let received_on = context.calendar.received_on(context.now);
        let due_on = Some(self.record().due_anew(received_on, context.calendar));
        self.record_fact(by, None, context, denials, |_| ObjectionUpheld { note, due_on })
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
        denials.extend(self.record().took_part(by));
        denials
    }
}

impl Record {
    /// Whoever worked on the request does not judge how it was handled.
    pub(super) fn took_part(&self, by: &Actor) -> Option<Denial> {
        let Actor::Officer(officer) = by else { return None };
        self.worked.values().any(|who| who.contains(&officer.id)).then_some(Denial::TookPart)
    }
}
