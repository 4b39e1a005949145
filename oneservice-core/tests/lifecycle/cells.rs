//! Every cell of stages and facts: the types allow exactly what the table has as data.
//!
//! A compile-fail test shows one thing that must not compile; this asks the compiler about each pair. An inherent constant is preferred to
//! a trait's, and exists only where the bound holds.

use std::marker::PhantomData;

use oneservice_core::catalog::Role;
use oneservice_core::request::*;

struct Cell<S, F>(PhantomData<(S, F)>);

impl<S: Lawful<F>, F> Cell<S, F> {
    const ROLES: Option<&'static [Role]> = Some(S::ROLES);
}

trait Otherwise {
    const ROLES: Option<&'static [Role]> = None;
}

impl<S, F> Otherwise for Cell<S, F> {}

macro_rules! cells {
    ($($stage:ident)+ ; $facts:tt) => { [$(cells!(@row $stage $facts)),+] };
    (@row $stage:ident [$($fact:ident)+]) => {
        (StageName::$stage, [$((FactName::$fact, Cell::<$stage, $fact>::ROLES)),+])
    };
}

#[test]
fn the_types_allow_what_the_table_has_and_nothing_else() {
    let cells = cells!(
        Draft Submitted InReview Returned Approved Ready Refused Objected Closed;
        [Submission ReviewOpened Payment Judgement StepPassed Return Resubmission Approval Refusal Issuance Collection Withdrawal Lapse
         Objection ObjectionUpheld ObjectionDismissed RefusalFinal Reminder Escalation SilentApproval Extension
         DelayExplained Reopening Reading Complaint ComplaintAnswered Waiver Refund
         Suspension Reinstatement Revocation Expiry Assignment Recusal Endorsement Vacancy
         Mandate MandateRevoked
         TransferRecorded TransferConfirmed TransferRejected Cosignature InspectionScheduled Replacement]
    );
    assert_eq!(cells.len(), STAGES.len());
    let mut lawful = 0;
    for (stage, facts) in cells {
        assert_eq!(facts.map(|(fact, _)| fact).as_slice(), FACTS);
        for (fact, roles) in facts {
            let row = TRANSITIONS.iter().find(|arrow| arrow.from == stage && arrow.fact == fact);
            assert_eq!(roles, row.map(|arrow| arrow.roles), "{fact} in {stage}");
            assert_eq!(roles.unwrap_or(&[]), stage.roles(fact), "{fact} in {stage}");
            assert_eq!(roles.is_some(), stage.allows(fact), "{fact} in {stage}");
            lawful += usize::from(roles.is_some());
        }
    }
    assert_eq!(lawful, TRANSITIONS.len(), "no row stands twice");
}

#[test]
fn the_table_leads_from_draft_to_closed_and_nowhere_else() {
    let mut reached = vec![StageName::Draft];
    let mut next = 0;
    while let Some(stage) = reached.get(next).copied() {
        for arrow in TRANSITIONS.iter().filter(|arrow| arrow.from == stage) {
            assert!(!arrow.roles.is_empty(), "somebody may do it");
            if !reached.contains(&arrow.to) {
                reached.push(arrow.to);
            }
        }
        next += 1;
    }
    assert_eq!(reached.len(), STAGES.len(), "every stage can be reached");
    for stage in STAGES {
        let mut leaves = TRANSITIONS.iter().filter(|arrow| arrow.from == *stage && arrow.to != *stage);
        let by_right = |arrow: &Arrow| arrow.fact == FactName::Reopening;
        let closed = *stage == StageName::Closed;
        assert_eq!(leaves.all(by_right), closed, "{stage}: what is closed stays but for a named right");
    }
    let outside = [Role::Auditor, Role::Operator];
    assert!(TRANSITIONS.iter().all(|arrow| outside.iter().all(|role| !arrow.roles.contains(role))));
}
