//! `oneservice store stats`: how much is stored.

use std::collections::BTreeMap;

use oneservice_core::ids::OfficeId;
use oneservice_core::request::Recorded;
use oneservice_core::store::{Archive, Kind, PAGE_MAX, Place, Records, StoreError};
use oneservice_pilot::{Engine, StoreUrl};
use serde::Serialize;
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

/// What is stored of one office.
#[derive(Debug, Serialize)]
struct OfficeStats {
    office: OfficeId,
    /// Whether what is filed there was only tried.
    trial: bool,
    events: u64,
    first_at: Option<String>,
    last_at: Option<String>,
    /// Requests in each stage.
    stages: BTreeMap<String, u64>,
}

pub(super) async fn run(url: &StoreUrl, out: &mut Output) -> Result<(), CliError> {
    let engine = Engine::open_existing(url).await?;
    let store = engine.archive();
    let counts = store.counts().await?;
    let mut offices = Vec::new();
    for office in store.offices().await? {
        offices.push(of_office(store, office).await?);
    }
    engine.close().await;
    let bytes = url.bytes()?;
    let value = json!({ "store": url.to_string(), "bytes": bytes, "counts": counts, "offices": offices });
    out.either(&value, || {
        let size =
            bytes.map_or("on its server".into(), |bytes| format!("{:.1} MB on disk", bytes as f64 / 1e6));
        let mut text = format!("{url}: {size}\n");
        for kind in Kind::ALL {
            text.push_str(&format!("  {:<10} {:>10}\n", kind.as_str(), counts.of(kind)));
        }
        for office in &offices {
            let tried = if office.trial { " (trials, which count nowhere)" } else { "" };
            text.push_str(&format!("{}{tried}: {} events", office.office, office.events));
            if let (Some(first), Some(last)) = (&office.first_at, &office.last_at) {
                text.push_str(&format!(" from {first} to {last}"));
            }
            text.push('\n');
            for (stage, requests) in &office.stages {
                text.push_str(&format!("  {stage:<10} {requests:>10}\n"));
            }
        }
        text
    })?;
    Ok(())
}

async fn of_office(store: &dyn Archive, office: OfficeId) -> Result<OfficeStats, StoreError> {
    let head = store.head(&office).await?;
    let first = store.events(&office, 0, 1).await?;
    let first = first.first().and_then(|event| Recorded::from_payload(&event.body.payload).ok());
    let mut stages = BTreeMap::new();
    let mut place = Place::first(Kind::Summaries);
    loop {
        let page = store.export(&office, &place, PAGE_MAX).await?;
        let Some(next) = page.next() else { break };
        if let Records::Summaries(rows) = page {
            for row in rows {
                *stages.entry(row.stage.to_string()).or_default() += 1;
            }
        }
        place = next;
    }
    Ok(OfficeStats {
        trial: office.is_trial(),
        office,
        events: head.size,
        first_at: first.map(|first| first.entry.recorded_at.to_string()),
        last_at: (head.size > 0).then(|| head.last_at.to_string()),
        stages,
    })
}
