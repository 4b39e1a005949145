//! `oneservice queue`: what waits for whom.

use clap::Subcommand;
use oneservice_core::store::{Query, QueueName, Summary};
use oneservice_pilot::Place;
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// Requests that wait, the one due first first.
    Show {
        /// Only those that wait for this role in this department: `examiner@tourism`.
        #[arg(long, value_name = "ROLE@DEPARTMENT")]
        desk: Option<QueueName>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
}

pub(crate) fn row(out: &mut Output, row: &Summary) -> Result<(), CliError> {
    let value = json!({
        "code": row.code, "id": row.request, "stage": row.stage, "service": row.service, "due": row.due_on,
        "applicant": row.applicant_name, "queues": row.queues, "submitted_at": row.submitted_at.to_string(),
    });
    Ok(out.either(&value, || {
        let due = row.due_on.map_or_else(|| "-".to_owned(), |due| due.to_string());
        format!(
            "{}  due {due:<10}  {:<10} {:<42} {}",
            row.code,
            row.stage.as_str(),
            row.service.as_str(),
            row.applicant_name
        )
    })?)
}

impl Queue {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let Self::Show { desk, limit } = self;
        let office = place.open_existing().await?.office;
        let query = desk.map_or(Query::Open, Query::Queue);
        for summary in &office.list(&query, None, limit).await?.rows {
            row(out, summary)?;
        }
        Ok(())
    }
}
