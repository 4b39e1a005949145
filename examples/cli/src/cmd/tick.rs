//! `oneservice tick`: what time brings, for offices that do not run the web server all the time.

use oneservice_pilot::{Place, sentence};
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

pub(crate) async fn run(place: &Place, out: &mut Output) -> Result<(), CliError> {
    let office = place.open_existing().await?.office;
    let ticked = office.tick().await?;
    for (id, fact) in &ticked.done {
        let code = office.summary(*id).await?.code;
        let lang = out.lang;
        out.either(&json!({ "code": code, "id": id, "fact": fact }), || {
            format!("{code}  {}", sentence::fact(lang, *fact))
        })?;
    }
    // Those that failed are tried again by the next tick; the first says what is wrong.
    for (id, error) in &ticked.failed {
        out.note(format!("{id}: {error}"))?;
    }
    match ticked.failed.into_iter().next() {
        Some((_, error)) => Err(error.into()),
        None => Ok(()),
    }
}
