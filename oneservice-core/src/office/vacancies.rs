//! Steps that nobody in the office may do: reported to the heads, never passed over in silence.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::{Basis, Office, OfficeError, Ticked};
use crate::calendar::Date;
use crate::ids::RequestId;
use crate::request::{Actor, Command, Decided, FactName, Officer};
use crate::store::{Query, QueueName};

/// Rows of a page of a queue.
const PAGE_ROWS: usize = 200;

/// Who works in the office.
///
/// ```
/// # use std::sync::Arc;
/// # use oneservice_core::{calendar::Date, office::StaffDirectory, request::Officer};
/// #[derive(Debug)]
/// struct Fixed(Vec<Officer>);
///
/// impl StaffDirectory for Fixed {
///     fn officers(&self, _today: Date) -> Vec<Officer> {
///         self.0.clone()
///     }
/// }
/// ```
pub trait StaffDirectory: std::fmt::Debug + Send + Sync {
    /// Everybody who may act on `today`, with what was delegated to them.
    fn officers(&self, today: Date) -> Vec<Officer>;
}

impl Office {
    fn staff(&self) -> Option<Vec<Officer>> {
        let today = self.inner.catalog.calendar().local_date(self.now());
        let staff = self.inner.staff.as_ref().map(|staff| staff.officers(today));
        // Where nobody works yet, nobody is missed.
        staff.filter(|staff| !staff.is_empty())
    }

    /// The same, with a report for each open step that nobody may do.
    pub(super) fn noting_vacancies(&self, decided: Decided) -> Decided {
        // Who works here is asked only where there is something to do.
        if self.inner.staff.is_none() || decided.request().open_steps().is_empty() {
            return decided;
        }
        match self.staff() {
            Some(staff) => decided.and_report_vacancies(&staff, &self.context(None)),
            None => decided,
        }
    }

    /// Reports what became vacant because staff changed: once for each change, and once at the start.
    pub(super) async fn look_for_vacancies(&self, ticked: &mut Ticked) -> Result<(), OfficeError> {
        let Some(staff) = self.staff() else { return Ok(()) };
        let seen = || self.inner.staff_seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen().as_ref() == Some(&staff) {
            return Ok(());
        }
        let steps = self.inner.catalog.services().flat_map(|service| &service.review.steps);
        let empty = steps
            .filter(|step| !staff.iter().any(|officer| officer.appointments.iter().any(|a| a.fits(step))));
        let queues: BTreeSet<QueueName> =
            empty.map(|step| QueueName::new(step.role, &step.department)).collect();
        let failed_before = ticked.failed.len();
        for queue in queues {
            let (query, mut after) = (Query::Queue(queue), None);
            loop {
                let page = self.list(&query, after.as_ref(), PAGE_ROWS).await?;
                for row in &page.rows {
                    match self.report_vacancies(row.request, &staff).await {
                        Ok(facts) => ticked.done.extend((0..facts).map(|_| (row.request, FactName::Vacancy))),
                        Err(error) => ticked.failed.push((row.request, error)),
                    }
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        // What failed is tried again at the next tick.
        if ticked.failed.len() == failed_before {
            *seen() = Some(staff);
        }
        Ok(())
    }

    async fn report_vacancies(&self, id: RequestId, staff: &[Officer]) -> Result<usize, OfficeError> {
        let mut facts = 0;
        for step in self.case(id).await?.request.vacant_steps(staff) {
            let report = Command::ReportVacancy { step, staff: staff.to_vec() };
            match self.act(id, report, &Actor::System, Basis::default()).await {
                Ok(_) => facts += 1,
                // Another server was first, or somebody acted meanwhile.
                Err(OfficeError::Denied { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(facts)
    }
}
