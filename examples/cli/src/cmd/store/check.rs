//! `oneservice store check`: is what is stored what was stored?

use oneservice_pilot::Place;
use serde_json::{Value, json};

use crate::exit::CliError;
use crate::meter::Meter;
use crate::output::Output;

pub(super) async fn run(place: &Place, out: &mut Output) -> Result<(), CliError> {
    let opened = place.open_existing().await?;
    let mut meter = Meter::new("events");
    let checkup = opened
        .office
        .check(opened.engine.archive(), |done, total| meter.show("checking", done, total))
        .await?;
    meter.end();
    let mut findings: Vec<Value> = Vec::new();
    if !opened.engine.check_file().await? {
        let message = "the engine's own check of its file fails: restore a backup";
        findings.push(json!({ "code": "file", "message": message }));
    }
    findings.extend(checkup.findings.iter().map(|finding| json!(finding)));
    let found = checkup.found + u64::from(findings.len() > checkup.findings.len());
    let value = json!({
        "offices": checkup.offices,
        "events": checkup.events,
        "requests": checkup.requests,
        "trials": checkup.trials,
        "not_replayed": checkup.not_replayed,
        "digest": checkup.digest,
        "found": found,
        "findings": findings,
    });
    out.either(&value, || {
        let mut text =
            format!("{} events, {} requests, digest {}\n", checkup.events, checkup.requests, checkup.digest);
        if checkup.trials > 0 {
            text.push_str(&format!("{} of the requests are trials\n", checkup.trials));
        }
        if checkup.not_replayed > 0 {
            text.push_str(&format!(
                "{} requests of other offices stand under services that this catalogue does not have; they were not replayed\n",
                checkup.not_replayed
            ));
        }
        for finding in &findings {
            text.push_str(&format!("{finding}\n"));
        }
        text.push_str(&match found {
            0 => "no finding".to_owned(),
            found => format!("{found} findings: keep the file, restore a backup beside it"),
        });
        text
    })?;
    if found == 0 { Ok(()) } else { Err(CliError::Findings) }
}
