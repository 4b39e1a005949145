//! `oneservice store migrate`: the store's tables, brought to this program's schema.

use oneservice_core::store::StoreError;
use oneservice_pilot::{Engine, StoreUrl};
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

pub(super) async fn run(url: &StoreUrl, dry_run: bool, out: &mut Output) -> Result<(), CliError> {
    let schema = url.schema().await?;
    if schema.found > schema.known {
        return Err(StoreError::Newer { found: schema.found, known: schema.known }.into());
    }
    if !dry_run && !schema.pending.is_empty() {
        // An engine migrates when it opens.
        Engine::open_existing(url).await?.close().await;
    }
    let value = json!({
        "store": url.to_string(),
        "found": schema.found,
        "known": schema.known,
        "pending": schema.pending,
        "done": !dry_run,
    });
    out.either(&value, || {
        if schema.pending.is_empty() {
            return format!("{url} has schema {}, the latest that this program knows", schema.found);
        }
        let done = if dry_run { "would be done" } else { "was done" };
        let changes: Vec<String> = schema.pending.iter().map(|change| format!("\n  {change}")).collect();
        format!("{url} has schema {} of {}; this {done}:{}", schema.found, schema.known, changes.concat())
    })?;
    Ok(())
}
