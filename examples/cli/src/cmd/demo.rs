//! `oneservice demo`: an office that has worked for ninety days.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use oneservice_core::office::{Clock, SetClock, SystemClock};
use oneservice_core::store::Query;
use oneservice_pilot::{Place, demo};
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many requests.
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// What chance depends on: the same seed gives the same office.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// End when the store is filled.
    #[arg(long)]
    no_serve: bool,
    /// Address to listen on afterwards.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
}

impl Demo {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let begin = SystemClock.now().plus_hours(-24 * demo::DAYS);
        let clock = Arc::new(SetClock::at(begin));
        let opened = place.open(Some(Arc::clone(&clock) as Arc<dyn Clock>)).await?;
        let office = opened.office.clone();
        if !office.list(&Query::All, None, 1).await?.rows.is_empty() {
            return Err(CliError::Usage(format!(
                "{} holds requests already; a demonstration wants an empty --data folder",
                opened.store
            )));
        }
        let officers = demo::officers(office.catalog());
        demo::add_staff(office.catalog().office(), &officers, &place.staff_file())?;
        let bar = ProgressBar::new(self.requests as u64);
        let style = ProgressStyle::with_template(
            "filling {bar:20} {percent:>3} %  {human_pos}/{human_len} requests  {per_sec}  {eta} left",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let plan = demo::Plan { requests: self.requests, seed: self.seed };
        demo::fill(&office, &clock, plan, |done| bar.set_position(done as u64)).await?;
        bar.finish_and_clear();
        let head = office.store().head(office.id()).await?;
        out.either(&json!({ "requests": self.requests, "events": head.size }), || {
            format!("{} requests, {} events in {}", self.requests, head.size, opened.store)
        })?;
        // The server opens the store anew, on the real clock.
        office.close().await;
        drop(office);
        drop(opened);
        if self.no_serve {
            return Ok(());
        }
        Ok(oneservice_web::serve(place, self.listen, None, true).await?)
    }
}
