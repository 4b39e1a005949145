//! What time brings: reminders, escalation, silence, lapse.

use futures::StreamExt;

use super::{Basis, Office, OfficeError};
use crate::ids::RequestId;
use crate::request::{Actor, FactName};
use crate::store::Query;

/// How many requests are looked at side by side.
const AT_ONCE: usize = 16;
/// Rows of a page of what is due.
const PAGE_ROWS: usize = 200;
/// The most facts that time brings to one request at once; more would be a circle.
const FACTS_MAX: usize = 8;

/// What a [`tick`](Office::tick) did.
#[derive(Debug, Default)]
pub struct Ticked {
    /// What was recorded, by request.
    pub done: Vec<(RequestId, FactName)>,
    /// What could not be: the others were done all the same, and the next tick tries these again.
    pub failed: Vec<(RequestId, OfficeError)>,
}

impl Office {
    /// Records all that has fallen due by now: reminders, escalation, what silence grants, what lapses, refusals that become final.
    ///
    /// Does nothing twice, however often and on however many servers it runs: each act is recorded for one last day, and the rules are
    /// asked about the request as it is when it is written. Each request is written by itself: one that fails does not hold the others up.
    ///
    /// ```
    /// # use oneservice_core::office::{Office, OfficeError};
    /// async fn every_minute(office: Office) -> Result<(), OfficeError> {
    ///     let ticked = office.tick().await?;
    ///     for (request, error) in ticked.failed {
    ///         eprintln!("{request}: {error}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`OfficeError::Store`] if the store does not say what is due.
    pub async fn tick(&self) -> Result<Ticked, OfficeError> {
        self.catch_up().await?;
        let now = self.now();
        let (mut ticked, mut after) = (Ticked::default(), None);
        loop {
            // What was done leaves the list or moves back in it; what failed stays, and the cursor goes past it.
            let page = self.list(&Query::Waking, after.as_ref(), PAGE_ROWS).await?;
            let due = page.rows.iter().filter(|row| row.wake_at.is_some_and(|at| at <= now));
            let due: Vec<RequestId> = due.map(|row| row.request).collect();
            let all_due = due.len() == page.rows.len();
            let looks = due.into_iter().map(|id| async move { (id, self.tick_one(id).await) });
            let mut looks = std::pin::pin!(futures::stream::iter(looks).buffer_unordered(AT_ONCE));
            while let Some((id, (facts, failed))) = looks.next().await {
                ticked.done.extend(facts.into_iter().map(|fact| (id, fact)));
                ticked.failed.extend(failed.map(|error| (id, error)));
            }
            after = page.next.filter(|_| all_due);
            if after.is_none() {
                return Ok(ticked);
            }
        }
    }

    /// Everything due on one request, and what went wrong, if something did.
    async fn tick_one(&self, id: RequestId) -> (Vec<FactName>, Option<OfficeError>) {
        let mut done = Vec::new();
        for _ in 0..FACTS_MAX {
            let case = match self.case(id).await {
                Ok(case) => case,
                Err(error) => return (done, Some(error)),
            };
            let Some(command) = case.request.due(&self.context(None)) else { break };
            let fact = command.fact();
            match self.act(id, command, &Actor::System, Basis::default()).await {
                Ok(_) => done.push(fact),
                // Another server was first, or somebody acted meanwhile: there is less to do now.
                Err(OfficeError::Denied { .. }) => {}
                Err(error) => return (done, Some(error)),
            }
        }
        (done, None)
    }
}
