//! `oneservice catalog`: what can be asked for.

use std::path::PathBuf;

use clap::Subcommand;
use oneservice_core::catalog::{Catalog as Loaded, Service};
use oneservice_core::text::Lang;
use oneservice_pilot::Place;
use serde_json::json;

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Catalog {
    /// Check a catalogue whole: every mistake with file, line and field. Exit code 6 if there is one.
    Check {
        /// The catalogue's folder.
        dir: Option<PathBuf>,
    },
    /// List the services.
    List,
    /// Show a service: who, what is needed, fee, days, steps.
    Show {
        /// `sector.service`
        service: String,
    },
    /// Print the JSON Schema of a service's form, or of service files if no service is named.
    Schema {
        /// `sector.service`
        service: Option<String>,
    },
}

pub(crate) fn find<'a>(catalog: &'a Loaded, service: &str) -> Result<&'a Service, CliError> {
    let id = service.parse().ok();
    let found = id.and_then(|id| catalog.service(&id));
    found.map(AsRef::as_ref).ok_or_else(|| {
        CliError::NotFound(format!(
            "there is no service {service}; `oneservice catalog list` shows those there are"
        ))
    })
}

impl Catalog {
    pub(crate) fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        match self {
            Self::Check { dir } => {
                let folder = dir.map_or_else(|| place.catalog_folder(), Ok)?;
                if !folder.is_dir() {
                    return Err(CliError::NotFound(format!("{}: there is no such folder", folder.display())));
                }
                let mistakes = match Loaded::load(&folder) {
                    Ok(catalog) => {
                        if !out.json {
                            let services = catalog.services().count();
                            out.line(format!("{}: {services} services, no mistake", folder.display()))?;
                        }
                        Vec::new()
                    }
                    Err(error) => error.mistakes,
                };
                if out.json {
                    out.value(&json!(mistakes))?;
                } else {
                    for mistake in &mistakes {
                        out.line(format!("{mistake} [{}]", mistake.code))?;
                    }
                }
                if mistakes.is_empty() { Ok(()) } else { Err(CliError::Findings) }
            }
            Self::List => {
                let catalog = place.catalog()?;
                let lang = out.lang;
                for service in catalog.services() {
                    let fee = service.fee.base;
                    let value = json!({
                        "id": service.id, "version": service.version, "name": service.name, "sector": service.sector,
                        "working_days": service.processing_time.working_days, "base_fee": fee, "hash": service.hash,
                    });
                    out.either(&value, || {
                        let days = service.processing_time.working_days;
                        format!("{:<45} {days:>2} days  {}", service.id.as_str(), service.name.get(lang))
                    })?;
                }
                Ok(())
            }
            Self::Show { service } => {
                let catalog = place.catalog()?;
                let service = find(&catalog, &service)?;
                let lang = out.lang;
                let value = serde_json::from_str(&service.canonical()).unwrap_or_default();
                Ok(out.either(&value, || show(service, lang))?)
            }
            Self::Schema { service } => {
                let schema = match service {
                    Some(service) => find(&place.catalog()?, &service)?.form_schema(),
                    None => Loaded::service_schema(),
                };
                let text = serde_json::to_string_pretty(&schema).map_err(std::io::Error::from)?;
                Ok(out.line(text)?)
            }
        }
    }
}

fn show(service: &Service, lang: Lang) -> String {
    let mut text = format!(
        "{} version {}\n{}\n{}\n",
        service.id,
        service.version,
        service.name.get(lang),
        service.summary.get(lang)
    );
    text.push_str(&format!("days      {}\n", service.processing_time.working_days));
    text.push_str(&format!(
        "fee       {} {} ({})\n",
        service.fee.currency.code(),
        service.fee.base,
        service.fee.when
    ));
    for rule in &service.fee.rules {
        text.push_str(&format!("          + {} : {}\n", rule.amount.as_str(), rule.label.get(lang)));
    }
    for document in &service.documents {
        let needed = if document.required { "required" } else { "if it applies" };
        text.push_str(&format!(
            "document  {:<24} {:<14} {}\n",
            document.id.as_str(),
            needed,
            document.name.get(lang)
        ));
    }
    for step in &service.review.steps {
        let who = format!("{}@{}", step.role, step.department);
        text.push_str(&format!("step      {:<24} {:<28} {}\n", step.id.as_str(), who, step.title.get(lang)));
    }
    text
}
