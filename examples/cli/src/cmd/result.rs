//! `oneservice result`: the register of results that were handed over.

use clap::Subcommand;
use oneservice_core::office::Registered;
use oneservice_core::store::Cursor;
use oneservice_pilot::{Place, words};
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum ResultNoun {
    /// Show a result by its number: of which service, whose, and whether it holds.
    Show {
        /// The number printed on it.
        number: String,
    },
    /// List the results of a holder, newest first.
    Find {
        /// Words of the holder's name, in any script.
        holder: String,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// The `next` of the page before.
        #[arg(long)]
        after: Option<Cursor>,
    },
}

impl ResultNoun {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let office = place.open_existing().await?.office;
        match self {
            Self::Show { number } => {
                let found = office.results_by_number(&number).await?;
                if found.is_empty() {
                    return Err(CliError::NotFound(words::get(out.lang, "verify-unknown", &[])));
                }
                found.iter().try_for_each(|one| show(out, one))
            }
            Self::Find { holder, limit, mut after } => {
                let mut shown = 0;
                loop {
                    let page = office.list_by_name(&holder, after.as_ref(), (limit - shown).max(1)).await?;
                    for row in &page.rows {
                        if let Some(one) = office.registered(row).await? {
                            show(out, &one)?;
                            shown += 1;
                        }
                    }
                    after = page.next;
                    match after {
                        None => return Ok(()),
                        Some(next) if shown >= limit => return Ok(out.note(format!("more: --after {next}"))?),
                        Some(_) => {}
                    }
                }
            }
        }
    }
}

fn show(out: &mut Output, one: &Registered) -> Result<(), CliError> {
    let Registered { service, holder, result, standing, code, .. } = one;
    let value = json!({
        "number": result.number, "service": service.id, "holder": holder, "standing": standing,
        "issued_on": result.issued_on, "valid_until": result.valid_until, "code": code,
    });
    let words = words::get(out.lang, &format!("standing-{}", standing.as_str()), &[]);
    Ok(out.either(&value, || {
        let until = result.valid_until.map_or_else(|| "-".to_owned(), |day| day.to_string());
        format!(
            "{}  {words:<10}  {} – {until:<10}  {code}  {:<42} {holder}",
            result.number,
            result.issued_on,
            service.id.as_str()
        )
    })?)
}
