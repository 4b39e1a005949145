//! `oneservice demo`: an office that has worked for ninety days.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use oneservice_core::office::{Clock, SetClock, SystemClock};
use oneservice_pilot::{Place, demo};
use serde_json::json;

use crate::exit::CliError;
use crate::meter::Meter;
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
        if place.trial {
            return Err(CliError::Usage(
                "a demonstration wants an empty --data folder, not a trial".to_owned(),
            ));
        }
        let begin = SystemClock.now().plus_hours(-24 * demo::DAYS);
        let clock = Arc::new(SetClock::at(begin));
        let opened = place.open(Some(Arc::clone(&clock) as Arc<dyn Clock>)).await?;
        let office = opened.office.clone();
        let ground = demo::Ground::of(place, &opened).await?;
        if ground.filled {
            return Err(CliError::Usage(format!(
                "{} holds a demonstration already; another one wants an empty --data folder",
                opened.store
            )));
        }
        let mut meter = Meter::new("requests");
        let plan = demo::Plan { requests: self.requests, seed: self.seed };
        let stored = demo::fill(&office, &clock, plan, |done| {
            meter.show("filling", done as u64, self.requests as u64);
        })
        .await?;
        ground.claim(&opened).await?;
        meter.end();
        let head = office.store().head(office.id()).await?;
        out.either(&json!({ "requests": stored, "events": head.size }), || {
            format!("{stored} requests, {} events in {}", head.size, opened.store)
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
