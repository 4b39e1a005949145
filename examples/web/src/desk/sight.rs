//! What an officer may see of a request: all of it where an appointment touches its plan or its department, what the cashier needs
//! where there is a fee, and of anything else not even that it exists.

use oneservice_core::catalog::{FeeMoment, Role, Service};
use oneservice_core::request::Officer;

/// How much is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Whole,
    /// Name, fee and stage.
    Fee,
}

/// What `officer` sees of requests for `service`.
pub(super) fn sight(officer: &Officer, service: &Service) -> Option<Sight> {
    let touches = officer.appointments.iter().filter(|a| a.role != Role::Cashier).any(|a| {
        // The front desk hands every result over, whichever department made it; the governor's delegate is called on for every one, and
        // the head of the office where it came in for every objection.
        matches!(a.role, Role::FrontDesk | Role::GovernorDelegate)
            || (a.role == Role::Approver && a.department == *service.desk())
            || a.department == service.department
            || service.review.steps.iter().any(|step| step.role == a.role && step.department == a.department)
    });
    if touches {
        return Some(Sight::Whole);
    }
    let is_paid = service.fee.when != FeeMoment::None;
    (is_paid && officer.holds(&[Role::Cashier])).then_some(Sight::Fee)
}
