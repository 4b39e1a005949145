//! Who acts.

use crate::catalog::Role;

/// Somebody who tries something. `All` holds every role of the office in its right department; `Elsewhere` holds two in others; `Own` holds
/// every role, and the request is their own.
#[allow(missing_docs, reason = "each is named by what it is")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Applicant,
    Representative,
    Cosigner,
    Clock,
    Desk,
    Examiner,
    Opinion,
    Approver,
    Cashier,
    Head,
    Delegate,
    Ombudsman,
    All,
    Elsewhere,
    Own,
}

/// Everybody.
pub const PEOPLE: [Who; 15] = [
    Who::Applicant,
    Who::Representative,
    Who::Cosigner,
    Who::Clock,
    Who::Desk,
    Who::Examiner,
    Who::Opinion,
    Who::Approver,
    Who::Cashier,
    Who::Head,
    Who::Delegate,
    Who::Ombudsman,
    Who::All,
    Who::Elsewhere,
    Who::Own,
];

impl Who {
    /// The office's roles with the departments in which this person holds them.
    #[must_use]
    pub fn appointments(self) -> &'static [(Role, &'static str)] {
        const RIGHT: &[(Role, &str)] = &[
            (Role::FrontDesk, "owso"),
            (Role::Examiner, "trade"),
            (Role::OpinionOfficer, "health"),
            (Role::Approver, "owso"),
            (Role::Cashier, "owso"),
            (Role::DepartmentHead, "trade"),
            (Role::GovernorDelegate, "owso"),
            (Role::Ombudsman, "owso"),
        ];
        match self {
            Self::Applicant | Self::Representative | Self::Cosigner | Self::Clock => &[],
            Self::Desk => &RIGHT[..1],
            Self::Examiner => &RIGHT[1..2],
            Self::Opinion => &RIGHT[2..3],
            Self::Approver => &RIGHT[3..4],
            Self::Cashier => &RIGHT[4..5],
            Self::Head => &RIGHT[5..6],
            Self::Delegate => &RIGHT[6..7],
            Self::Ombudsman => &RIGHT[7..8],
            Self::All | Self::Own => RIGHT,
            Self::Elsewhere => &[(Role::Examiner, "health"), (Role::Approver, "trade")],
        }
    }

    /// Whether this person holds `role` anywhere.
    #[must_use]
    pub fn holds(self, role: Role) -> bool {
        self.appointments().iter().any(|(held, _)| *held == role)
    }

    /// Whether this person asks for something.
    #[must_use]
    pub fn asks(self) -> bool {
        matches!(self, Self::Applicant | Self::Representative)
    }

    /// Whether this person may overrule: the head of a department, of the office, or the governor's delegate.
    #[must_use]
    pub fn heads(self) -> bool {
        [Role::DepartmentHead, Role::Approver, Role::GovernorDelegate].iter().any(|role| self.holds(*role))
    }
}
