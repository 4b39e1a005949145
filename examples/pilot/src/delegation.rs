//! Delegation: an officer's role, given to another for some days.

use oneservice_core::calendar::Date;
use oneservice_core::catalog::{OfficeProfile, Role};
use oneservice_core::ids::{DepartmentId, OfficerId};
use oneservice_core::request::{Appointment, Officer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::staff::Staff;

/// The days of the longest delegation.
pub const DELEGATION_MAX_DAYS: i32 = 366;

/// A role as programs and forms name it: `role@department`.
pub fn role_word(of: &Appointment) -> String {
    format!("{}@{}", of.role, of.department)
}

/// An officer's role, given to another for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Whose role it is.
    pub from: OfficerId,
    /// Who acts in it meanwhile, too.
    pub to: OfficerId,
    /// The role.
    pub role: Role,
    /// In which department.
    pub department: DepartmentId,
    /// The first day.
    pub since: Date,
    /// The last day that was said.
    pub until: Date,
    /// The day on which it was taken back before its time; what was done before stays done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
}

/// Why a role is not given to another, or not taken back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DelegationError {
    /// There is no such officer.
    #[error("there is no officer {0}")]
    Unknown(OfficerId),
    /// To oneself.
    #[error("{0} cannot delegate to themselves")]
    Oneself(OfficerId),
    /// It ends before it begins, or lasts longer than a year.
    #[error("from {since} to {until} is no period of 1 to {DELEGATION_MAX_DAYS} days")]
    Period {
        /// The first day.
        since: Date,
        /// The last day.
        until: Date,
    },
    /// It would begin before today.
    #[error("{since} is over: nobody acts in the past")]
    Over {
        /// The first day.
        since: Date,
    },
    /// The role is not the giver's own; what was delegated to somebody goes no further.
    #[error("{officer} is not {role}@{department}")]
    NotHeld {
        /// The giver.
        officer: OfficerId,
        /// The role.
        role: Role,
        /// In which department.
        department: DepartmentId,
    },
    /// The taker has the role already, of their own or given for some of these days.
    #[error("{officer} is {role}@{department} already")]
    Held {
        /// The taker.
        officer: OfficerId,
        /// The role.
        role: Role,
        /// In which department.
        department: DepartmentId,
    },
    /// The office does not let one person hold both.
    #[error("one person cannot be {role} and {other}")]
    Clash {
        /// The role that is given.
        role: Role,
        /// What the taker is.
        other: Role,
    },
    /// Nothing like it is in force or to come.
    #[error("{to} does not act in the place of {from} now, and is not about to")]
    None {
        /// Whose role it would be.
        from: OfficerId,
        /// Who would act in it.
        to: OfficerId,
    },
}

impl DelegationError {
    /// Stable name: that of its words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "delegation-unknown",
            Self::Oneself(_) => "delegation-oneself",
            Self::Period { .. } => "delegation-period",
            Self::Over { .. } => "delegation-over",
            Self::NotHeld { .. } => "delegation-not-held",
            Self::Held { .. } => "delegation-held",
            Self::Clash { .. } => "delegation-clash",
            Self::None { .. } => "delegation-none",
        }
    }

    /// What its words name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unknown(officer) | Self::Oneself(officer) => vec![("officer", officer.to_string())],
            Self::Period { .. } => vec![("days", DELEGATION_MAX_DAYS.to_string())],
            Self::Over { since } => vec![("date", since.to_string())],
            Self::NotHeld { officer, role, department } | Self::Held { officer, role, department } => {
                vec![("officer", officer.to_string()), ("role", format!("{role}@{department}"))]
            }
            Self::Clash { role, other } => vec![("role", role.to_string()), ("other", other.to_string())],
            Self::None { from, to } => vec![("from", from.to_string()), ("officer", to.to_string())],
        }
    }
}

impl Delegation {
    /// What is given, as its giver has it.
    pub fn appointment(&self) -> Appointment {
        Appointment::new(self.role, self.department.clone())
    }

    fn gives(&self, appointment: &Appointment) -> bool {
        self.role == appointment.role && self.department == appointment.department
    }
}

impl Staff {
    /// Gives a role of one officer to another, too, from a day to a day; what was given so already is given.
    ///
    /// # Errors
    /// [`DelegationError`], but not [`DelegationError::None`].
    pub fn delegate(
        &mut self,
        office: &OfficeProfile,
        new: Delegation,
        today: Date,
    ) -> Result<(), DelegationError> {
        let find =
            |id: &OfficerId| self.member(id.as_str()).ok_or_else(|| DelegationError::Unknown(id.clone()));
        let (from, to) = (find(&new.from)?, find(&new.to)?);
        if from.id == to.id {
            return Err(DelegationError::Oneself(new.from));
        }
        let Delegation { since, until, .. } = new;
        if until < since || since.until(until).map_or(0, |span| span.get_days()) >= DELEGATION_MAX_DAYS {
            return Err(DelegationError::Period { since, until });
        }
        if since < today {
            return Err(DelegationError::Over { since });
        }
        let (role, department) = (new.role, new.department.clone());
        let own = new.appointment();
        if !from.appointments.contains(&own) {
            return Err(DelegationError::NotHeld { officer: new.from, role, department });
        }
        // What the taker has on these days, of their own and from others.
        let given = self.delegated(today).filter(|d| d.to == new.to && d.since <= until && since <= d.until);
        let given: Vec<&Delegation> = given.collect();
        if given.contains(&&new) {
            return Ok(());
        }
        if to.appointments.contains(&own) || given.iter().any(|given| given.gives(&own)) {
            return Err(DelegationError::Held { officer: new.to, role, department });
        }
        let held = to.appointments.iter().map(|own| own.role).chain(given.iter().map(|given| given.role));
        if let Some(other) = held.into_iter().find(|other| !office.may_hold_both(role, *other)) {
            return Err(DelegationError::Clash { role, other });
        }
        self.delegations.push(new);
        Ok(())
    }

    /// Takes a role back before its time: it ends at once, also what was to begin later. With `since` only what begins on that day.
    ///
    /// # Errors
    /// [`DelegationError::None`].
    pub fn end_delegation(
        &mut self,
        from: &OfficerId,
        to: &OfficerId,
        own: &Appointment,
        since: Option<Date>,
        today: Date,
    ) -> Result<(), DelegationError> {
        let meant = |d: &&mut Delegation| {
            &d.from == from
                && &d.to == to
                && d.gives(own)
                && since.is_none_or(|since| d.since == since)
                && d.until >= today
                && d.ended_on.is_none()
        };
        let ended = self.delegations.iter_mut().filter(meant).map(|d| d.ended_on = Some(today)).count();
        if ended == 0 {
            return Err(DelegationError::None { from: from.clone(), to: to.clone() });
        }
        Ok(())
    }

    /// What is delegated today or will be, as far as the giver holds it still.
    pub fn delegated(&self, today: Date) -> impl Iterator<Item = &Delegation> {
        self.delegations.iter().filter(move |delegation| {
            let giver = self.member(delegation.from.as_str());
            delegation.until >= today
                && delegation.ended_on.is_none()
                && giver.is_some_and(|giver| giver.appointments.contains(&delegation.appointment()))
        })
    }

    /// An officer as of `today`, with what was delegated to them.
    pub fn officer(&self, id: &str, today: Date) -> Option<Officer> {
        let mut officer = self.member(id)?.officer();
        let given = self.delegated(today).filter(|d| d.to == officer.id && d.since <= today);
        let given: Vec<Appointment> =
            given.map(|d| Appointment { delegated_by: Some(d.from.clone()), ..d.appointment() }).collect();
        officer.appointments.extend(given);
        Some(officer)
    }
}
