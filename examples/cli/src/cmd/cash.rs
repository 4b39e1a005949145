//! `oneservice cash`: the cash desk in the evening.

use clap::Subcommand;
use oneservice_core::ids::ReasonCode;
use oneservice_core::money::Money;
use oneservice_core::office::CashEntry;
use oneservice_pilot::{Place, sentence, words};
use serde_json::{Value, json};

use super::act::officer;
use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Cash {
    /// Close the desk for today: what is in the drawer is compared with the receipts since it was closed last.
    Close {
        #[arg(long = "as", value_name = "OFFICER")]
        officer: String,
        /// What was counted, in the office's currency: `120000`, `12.50`.
        #[arg(long)]
        counted: String,
        /// Why it is more or less than the receipts say, by the office's reasons of kind `cash`.
        #[arg(long)]
        reason: Option<ReasonCode>,
        /// Words for the auditor.
        #[arg(long)]
        note: Option<String>,
    },
    /// Every closing, the latest last.
    Show,
}

fn value(CashEntry { entry, cash_closed: closed, .. }: &CashEntry) -> Value {
    let drawer = &closed.drawer;
    json!({
        "day": closed.day, "receipts": drawer.receipts, "taken": drawer.taken, "given_back": drawer.given_back,
        "expected": drawer.expected(), "counted": closed.counted, "difference": closed.difference(),
        "reason": closed.reason, "note": closed.note, "officer": entry.by.officer,
        "recorded_at": entry.recorded_at.to_string(), "from": drawer.from, "to": drawer.to,
    })
}

fn told(out: &mut Output, entry: &CashEntry) -> Result<(), CliError> {
    let lang = out.lang;
    Ok(out.either(&value(entry), || {
        let closed = &entry.cash_closed;
        let word = |key: &str| words::get(lang, key, &[]);
        let officer = entry.entry.by.officer.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut line = format!(
            "{}  {} {}  {} {}  {} {}  {officer}",
            sentence::date(lang, closed.day),
            word("cash-expected"),
            closed.drawer.expected(),
            word("cash-counted"),
            closed.counted,
            word("cash-difference"),
            closed.difference(),
        );
        for more in closed.reason.iter().map(ToString::to_string).chain(closed.note.clone()) {
            line.push_str("  ");
            line.push_str(&more);
        }
        line
    })?)
}

impl Cash {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        let opened = place.open_existing().await?;
        let office = &opened.office;
        match self {
            Self::Close { officer: id, counted, reason, note } => {
                let by = officer(&opened, &id)?;
                let currency = office.catalog().office().currency;
                let counted =
                    Money::parse(currency, &counted).map_err(|error| CliError::Usage(error.to_string()))?;
                match office.close_cash(&by, counted, reason, note).await? {
                    Ok(closed) => told(out, &closed),
                    Err(denials) => Err(CliError::denied_of_office(out.lang, office.catalog(), &denials)),
                }
            }
            Self::Show => {
                for closed in office.cash_closings().await? {
                    told(out, &closed)?;
                }
                Ok(())
            }
        }
    }
}
