//! What becomes of a result once it is out of the house: it is suspended, holds again, is revoked or replaced, and expires by itself.

use super::clock::{denied_until, office_reason};
use super::{
    Actor, Closed, Context, Denial, Ending, Expiry, ReasonCode, Record, Reinstatement, Replacement, Request,
    Revocation, Ruled, Suspension, too_long,
};
use crate::calendar::Date;
use crate::catalog::OfficeReasonKind;

/// Whether a result holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds.
    Valid,
    /// Not for a while.
    Suspended,
    /// Never again.
    Revoked,
    /// Its last day has passed.
    Expired,
    /// Another one took its place.
    Replaced,
}

impl Standing {
    /// The word used in files and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
        }
    }
}

impl Request<Closed> {
    /// Whether the result that was handed over holds on `today`; none if none was.
    pub fn standing(&self, today: Date) -> Option<Standing> {
        if self.stage.ending != Ending::Collected {
            return None;
        }
        let until = self.record.result.as_ref().and_then(|result| result.valid_until);
        Some(match self.record.standing {
            Standing::Valid | Standing::Suspended if until.is_some_and(|until| today > until) => {
                Standing::Expired
            }
            standing => standing,
        })
    }

    /// The result does not hold for a while.
    ///
    /// # Errors
    /// [`Denial::ResultStands`] unless it holds now, [`Denial::ReasonUnknown`] for anything but a reason of kind `suspend`,
    /// [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn suspend(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Suspension, Closed> {
        let mut denials = self.denied_unless(&[Standing::Valid], context);
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Suspend));
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, None, context, denials, |_| Suspension { reason, note })
    }

    /// A suspended result holds again.
    ///
    /// # Errors
    /// [`Denial::ResultStands`] unless it is suspended, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn reinstate(
        self,
        by: &Actor,
        context: &Context<'_>,
        note: Option<String>,
    ) -> Ruled<Reinstatement, Closed> {
        let mut denials = self.denied_unless(&[Standing::Suspended], context);
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, None, context, denials, |_| Reinstatement { note })
    }

    /// The result does not hold any more, for good.
    ///
    /// # Errors
    /// [`Denial::ResultStands`] unless it holds or is suspended, [`Denial::ReasonUnknown`] for anything but a reason of kind
    /// `revoke`, [`Denial::WordsTooLong`], [`Denial::NotYourRole`].
    pub fn revoke(
        self,
        by: &Actor,
        context: &Context<'_>,
        reason: ReasonCode,
        note: Option<String>,
    ) -> Ruled<Revocation, Closed> {
        let mut denials = self.denied_unless(&[Standing::Valid, Standing::Suspended], context);
        denials.extend(office_reason(context, &reason, OfficeReasonKind::Revoke));
        denials.extend(too_long("note", note.as_deref()));
        self.record_fact(by, None, context, denials, |_| Revocation { reason, note })
    }

    /// Another result takes the place of this one, which does not hold any more. The office does it when the other is
    /// handed over.
    ///
    /// # Errors
    /// [`Denial::ResultStands`] unless it holds now, [`Denial::NotYourRole`]: only the office itself does.
    pub fn replace(self, by: &Actor, context: &Context<'_>, with: Replacement) -> Ruled<Replacement, Closed> {
        let denials = self.denied_unless(&[Standing::Valid], context);
        self.record_fact(by, None, context, denials, |_| with)
    }

    /// Records that the last day of validity has passed.
    ///
    /// # Errors
    /// [`Denial::NothingDue`] where there is no last day or it was recorded already; [`Denial::NotYet`], [`Denial::NotYourRole`]: only
    /// the office's clock does.
    pub fn expire(self, by: &Actor, context: &Context<'_>) -> Ruled<Expiry, Closed> {
        let last = self.last_day();
        let denials = denied_until(context, last);
        let last_day = last.unwrap_or_default();
        self.record_fact(by, None, context, denials, |_| Expiry { last_day })
    }

    fn denied_unless(&self, wanted: &[Standing], context: &Context<'_>) -> Vec<Denial> {
        match self.standing(context.today()) {
            Some(standing) if wanted.contains(&standing) => Vec::new(),
            standing => vec![Denial::ResultStands { standing: standing.map_or("none", Standing::as_str) }],
        }
    }
}

impl Record {
    /// The last day on which the result that was handed over holds, unless it was revoked or replaced, or the day is recorded as past.
    pub(super) fn holds_until(&self) -> Option<Date> {
        let result = self.result.as_ref().filter(|_| self.collected && !self.expired)?;
        result.valid_until.filter(|_| matches!(self.standing, Standing::Valid | Standing::Suspended))
    }
}
