//! Who acts, and in which role: permissions come from the lifecycle table, the plan and the officer's
//! appointments, and from nowhere else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Denial;
use crate::calendar::{Date, Moment};
use crate::catalog::{ReviewStep, Role};
use crate::ids::{DepartmentId, OfficerId, StepId};

/// A role that an officer holds in a department.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The role.
    pub role: Role,
    /// Where. The One-Window office itself is a department too.
    pub department: DepartmentId,
    /// Whose it is, where it was delegated for a while: that person counts as having acted, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_by: Option<OfficerId>,
}

impl Appointment {
    /// An appointment of one's own.
    pub fn new(role: Role, department: DepartmentId) -> Self {
        Self { role, department, delegated_by: None }
    }

    /// Whether it is the one that `step` wants.
    pub fn fits(&self, step: &ReviewStep) -> bool {
        self.role == step.role && self.department == step.department
    }
}

/// Somebody who works in the office. The library knows roles, never credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Stable name in the office's records.
    pub id: OfficerId,
    /// Name for colleagues.
    pub name: String,
    /// What the officer may act as.
    pub appointments: Vec<Appointment>,
    /// The officer's national ID, telephone numbers and companies' registration numbers, as far as the office knows them: nobody works on a request of their own.
    pub known_by: Vec<String>,
}

impl Officer {
    /// The officer's own appointment that `step` wants, or else one that was delegated.
    pub(super) fn appointment_for(&self, step: &ReviewStep) -> Option<&Appointment> {
        let fitting = || self.appointments.iter().filter(|appointment| appointment.fits(step));
        fitting().find(|appointment| appointment.delegated_by.is_none()).or_else(|| fitting().next())
    }

    /// Whether the officer holds one of `roles` anywhere.
    pub fn holds(&self, roles: &[Role]) -> bool {
        self.appointments.iter().any(|a| roles.contains(&a.role))
    }
}

/// Who wants to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The applicant, known by the request's secret link.
    Applicant,
    /// Somebody with the applicant's power of attorney, known by the same link.
    Representative,
    /// Whoever the service wants to sign besides the applicant, known by a link of their own.
    Cosigner,
    /// An officer who signed in.
    Officer(Officer),
    /// The office's clock.
    System,
}

impl Actor {
    /// Whoever holds a request's secret link: the applicant, or somebody who acts for them.
    pub fn with_link(by_representative: bool) -> Self {
        if by_representative { Self::Representative } else { Self::Applicant }
    }
}

/// In which role an act was recorded, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct By {
    /// The role.
    pub role: Role,
    /// The officer, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// The officer's department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// For whom, where the role was delegated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_by: Option<OfficerId>,
}

impl By {
    /// The office's clock.
    pub const SYSTEM: Self = Self { role: Role::System, officer: None, department: None, delegated_by: None };

    /// Who acted, and for whom.
    pub fn persons(&self) -> impl Iterator<Item = &OfficerId> {
        self.officer.iter().chain(&self.delegated_by)
    }
}

impl Actor {
    /// In which of `roles` the actor may act here; for a step of the plan only in the step's role and department.
    ///
    /// # Errors
    /// [`Denial::NotYourRole`] names who may.
    pub(super) fn acting(&self, roles: &[Role], step: Option<&ReviewStep>) -> Result<By, Denial> {
        let plain = |role: Role| By { role, ..By::SYSTEM };
        let by = match self {
            Self::Applicant => Some(plain(Role::Applicant)),
            Self::Representative => Some(plain(Role::Representative)),
            Self::Cosigner => Some(plain(Role::Cosigner)),
            Self::System => Some(By::SYSTEM),
            Self::Officer(officer) => {
                let fitting = match step {
                    Some(step) => officer.appointment_for(step),
                    None => officer.appointments.iter().find(|a| roles.contains(&a.role)),
                };
                fitting.map(|a| By {
                    role: a.role,
                    officer: Some(officer.id.clone()),
                    department: Some(a.department.clone()),
                    delegated_by: a.delegated_by.clone(),
                })
            }
        };
        by.filter(|by| roles.contains(&by.role) && step.is_none_or(|s| s.role == by.role)).ok_or_else(|| {
            Denial::NotYourRole {
                roles: step.map_or_else(|| roles.to_vec(), |s| vec![s.role]),
                department: step.map(|s| s.department.clone()),
            }
        })
    }
}

/// Who recorded a fact, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// In which role, by whom.
    pub by: By,
    /// When it was written into the office's log.
    pub recorded_at: Moment,
    /// When it happened, if it was entered later from paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// The steps that opened by it, each with its last day. Earlier releases did not say one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub opened: BTreeMap<StepId, Date>,
}

impl Entry {
    /// When it happened: when it was recorded, unless it was entered later.
    pub fn happened_at(&self) -> Moment {
        self.occurred_at.unwrap_or(self.recorded_at)
    }

    /// How many minutes later than it happened it was entered; none for what was recorded at once.
    pub fn lag_minutes(&self) -> Option<u64> {
        let millis = self.recorded_at.millis().saturating_sub(self.occurred_at?.millis());
        u64::try_from(millis / 60_000).ok()
    }

    /// The minute in which it was recorded, in UTC: as precise as the public is told.
    pub(crate) fn minute(&self) -> String {
        // As RFC 3339 without the seconds.
        let mut minute = self.recorded_at.minute().timestamp().to_string();
        minute.truncate("2026-11-24T03:45".len());
        minute.push('Z');
        minute
    }
}
