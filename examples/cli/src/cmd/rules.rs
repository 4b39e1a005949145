//! `oneservice rules`: what may follow what, who may do it, and every code with its words.

use clap::Subcommand;
use oneservice_core::ids::ReasonCode;
use oneservice_core::text::{Lang, Text};
use oneservice_pilot::Place;
use oneservice_pilot::rules::Rules as Exported;
use oneservice_pilot::words;
use serde_json::json;

use super::catalog::find;
use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Show the rules; with --json as data for other programs.
    Show {
        /// The rules of this service as well: coded reasons, silence, refund. `sector.service`
        #[arg(long)]
        service: Option<String>,
    },
    /// Print the JSON Schema of what `rules show --json` prints.
    Schema,
}

impl Rules {
    pub(crate) fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        match self {
            Self::Show { service } => {
                let catalog = place.catalog()?;
                let service = service.map(|service| find(&catalog, &service)).transpose()?;
                let rules = Exported::of(&catalog, service);
                let lang = out.lang;
                Ok(out.either(&json!(rules), || text(lang, &rules))?)
            }
            Self::Schema => {
                let text = serde_json::to_string_pretty(&Exported::schema()).map_err(std::io::Error::from)?;
                Ok(out.line(text)?)
            }
        }
    }
}

fn text(lang: Lang, rules: &Exported) -> String {
    let mut text = String::new();
    for row in &rules.transitions {
        let roles: Vec<&str> = row.roles.iter().map(|role| role.as_str()).collect();
        text.push_str(&format!("{:<12} {:<20} → {:<12} {}\n", row.from, row.fact, row.to, roles.join(", ")));
    }
    for (kind, codes) in [("denial", &rules.denials), ("problem", &rules.problems)] {
        text.push('\n');
        for code in codes {
            text.push_str(&format!("{kind:<12} {:<22} {}\n", code.code, code.words.get(lang)));
        }
    }
    text.push('\n');
    let mut reason = |kind: &str, code: &ReasonCode, words: &Text| {
        text.push_str(&format!("{kind:<12} {:<22} {}\n", code.as_str(), words.get(lang)));
    };
    for office in &rules.reasons {
        reason(office.kind.as_str(), &office.code, &office.text);
    }
    let Some(service) = &rules.service else { return text };
    for coded in &service.reasons {
        reason(coded.kind.as_str(), &coded.code, &coded.text);
    }
    let mut rule = |kind: &str, rule: &str| {
        let said = words::get(lang, &format!("{kind}-{rule}"), &[]);
        text.push_str(&format!("{kind:<12} {rule:<22} {said}\n"));
    };
    if let Some(silence) = &service.silence {
        rule("silence", silence.then.as_str());
    }
    if let Some(refund) = service.refund {
        rule("refund", refund.as_str());
    }
    text
}
