//! `oneservice store`: is what is stored what was stored?

use clap::Subcommand;
use oneservice_core::ids::Digest32;
use oneservice_core::store::{Query, StoreError};
use oneservice_pilot::Place;
use serde_json::{Value, json};

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Read everything, check every hash, replay every request. Exit code 6 if something is wrong.
    Check,
}

impl Store {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let Self::Check = self;
        let opened = place.open(None).await?;
        let (office, store) = (&opened.office, opened.office.store());
        let mut findings: Vec<Value> = Vec::new();
        if !opened.engine.check_file().await? {
            findings.push(
                json!({ "code": "file", "message": "the engine's own check of its file fails: restore a backup" }),
            );
        }
        let head = store.head(office.id()).await?;
        let (mut events, mut digest) = (0u64, Digest32::sha256(&[]));
        while events < head.size {
            match store.events(office.id(), events, 1_000).await {
                Ok(page) if page.is_empty() => {
                    findings
                        .push(json!({ "code": "gap", "index": events, "message": "an event is missing" }));
                    break;
                }
                Ok(page) => {
                    for event in page {
                        if event.index != events {
                            findings.push(
                                json!({ "code": "gap", "index": events, "message": "an event is missing" }),
                            );
                        }
                        digest = Digest32::sha256(&[
                            digest.as_bytes(),
                            event.body.leaf.as_bytes(),
                            &event.body.salt,
                            &event.body.payload,
                        ]);
                        events = event.index + 1;
                    }
                }
                Err(StoreError::Corrupt { index, what, .. }) => {
                    findings.push(json!({ "code": "damaged", "index": index, "message": what }));
                    match index {
                        Some(index) => events = index + 1,
                        None => break,
                    }
                }
                Err(other) => return Err(other.into()),
            }
        }
        let mut requests = 0u64;
        let mut after = None;
        loop {
            let page = office.list(&Query::All, after.as_ref(), 500).await?;
            for row in &page.rows {
                requests += 1;
                match office.case(row.request).await {
                    Ok(case)
                        if case.request.stage() != row.stage
                            || case.request.record().version != row.version =>
                    {
                        findings.push(json!({ "code": "summary", "request": row.request, "message": "the row does not say what the history says" }));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        findings.push(json!({ "code": error.code(), "request": row.request, "message": error.to_string() }));
                    }
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        let value =
            json!({ "events": head.size, "requests": requests, "digest": digest, "findings": findings });
        out.either(&value, || {
            let mut text = format!("{} events, {requests} requests, digest {digest}\n", head.size);
            for finding in &findings {
                text.push_str(&format!("{finding}\n"));
            }
            text.push_str(if findings.is_empty() {
                "no finding"
            } else {
                "something is wrong: keep the file, restore a backup beside it"
            });
            text
        })?;
        if findings.is_empty() { Ok(()) } else { Err(CliError::Findings) }
    }
}
