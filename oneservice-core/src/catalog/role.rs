//! The parts that people play in the life of a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In which role somebody acts. The catalogue names roles in `kebab-case`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// The person or company that asks.
    Applicant,
    /// Somebody who acts for the applicant with a power of attorney.
    Representative,
    /// Somebody else whose signature the service wants before review.
    Cosigner,
    /// Receives, checks completeness, hands out.
    FrontDesk,
    /// Examines for a department.
    Examiner,
    /// Visits the site.
    Inspector,
    /// Gives another department's opinion.
    OpinionOfficer,
    /// Head of a line department: proposes or decides.
    DepartmentHead,
    /// Head of the One-Window Service Office: decides.
    Approver,
    /// Deputy governor with delegated power: decides.
    GovernorDelegate,
    /// Takes the fee.
    Cashier,
    /// The Citizens' Office: receives complaints, decides nothing.
    Ombudsman,
    /// Reads everything, writes nothing.
    Auditor,
    /// Runs the system.
    Operator,
    /// The office's own clock: what falls due by itself. No catalogue and no person can take this role.
    System,
}

super::words! {
    Role {
        Applicant => "applicant", Representative => "representative", Cosigner => "cosigner", FrontDesk => "front-desk",
        Examiner => "examiner", Inspector => "inspector", OpinionOfficer => "opinion-officer",
        DepartmentHead => "department-head", Approver => "approver", GovernorDelegate => "governor-delegate",
        Cashier => "cashier", Ombudsman => "ombudsman", Auditor => "auditor", Operator => "operator",
        System => "system",
    }
}

impl Role {
    /// Whether an officer can hold it: not the people who ask, nor the clock.
    pub fn is_officer(self) -> bool {
        !matches!(self, Self::Applicant | Self::Representative | Self::Cosigner | Self::System)
    }
}
