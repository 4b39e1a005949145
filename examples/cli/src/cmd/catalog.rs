//! `oneservice catalog`: what can be asked for.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use oneservice_core::catalog::diff::{self, CatalogDiff};
use oneservice_core::catalog::{Catalog as Loaded, DocumentClaim, PlanWords, Service};
use oneservice_core::office::{Clock, SystemClock};
use oneservice_core::text::Lang;
use oneservice_pilot::changes::{self, Reader};
use oneservice_pilot::demo::{self, Dice};
use oneservice_pilot::{PilotError, Place, words};
use serde_json::{Value, json};

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Catalog {
    /// Check a catalogue whole: every mistake with file, line and field. Exit code 6 if there is one.
    Check {
        /// The catalogue's folder.
        dir: Option<PathBuf>,
    },
    /// Say in words what differs between two catalogues: in the office, services added and removed, and every change of those in both.
    Diff {
        /// The folder of the earlier catalogue.
        before: PathBuf,
        /// The folder of the later catalogue.
        after: PathBuf,
    },
    /// List the services.
    List,
    /// Show a service: who, what is needed, fee, days, steps. The version in force today, or the newest if none is.
    Show {
        /// `sector.service`
        service: String,
        /// Another version.
        #[arg(long, value_name = "NUMBER")]
        number: Option<u32>,
        /// Print its review plan as a Mermaid diagram.
        #[arg(long)]
        diagram: bool,
    },
    /// Print a made-up application of a service that is in order: a sample for `request check` and `request submit`.
    Sample {
        /// `sector.service`
        service: String,
        /// What chance depends on: the same seed gives the same answers on the same day.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Print the JSON Schema of a service's form, or of service files if no service is named.
    Schema {
        /// `sector.service`
        service: Option<String>,
    },
}

fn load(folder: &Path) -> Result<Loaded, CliError> {
    if !folder.is_dir() {
        return Err(CliError::NotFound(format!("{}: there is no such folder", folder.display())));
    }
    Ok(Loaded::load(folder).map_err(PilotError::from)?)
}

/// The version with this number; without one the version in force today, or the newest if none is.
fn version<'a>(catalog: &'a Loaded, service: &str, number: Option<u32>) -> Result<&'a Service, CliError> {
    let newest = find(catalog, service)?;
    let Some(number) = number else {
        let today = catalog.calendar().local_date(SystemClock.now());
        return Ok(catalog.in_force(&newest.id, today).map_or(newest, AsRef::as_ref));
    };
    let versions = catalog.versions(&newest.id);
    let found = versions.iter().find(|version| version.version == number);
    found.map(AsRef::as_ref).ok_or_else(|| {
        let there: Vec<String> = versions.iter().map(|version| version.version.to_string()).collect();
        CliError::NotFound(format!("{service} has no version {number}; it has {}", there.join(", ")))
    })
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
            Self::Diff { before, after } => {
                let (before, after) = (load(&before)?, load(&after)?);
                let diff = diff::catalogs(&before, &after);
                let lang = out.lang;
                Ok(out.either(&json!(diff), || differences(lang, &after, &diff))?)
            }
            Self::List => {
                let catalog = place.catalog()?;
                let lang = out.lang;
                for service in catalog.services() {
                    let fee = service.fee.base;
                    let value = json!({
                        "id": service.id, "version": service.version, "name": service.name, "sector": service.sector,
                        "working_days": service.processing_time.working_days, "base_fee": fee, "hash": service.hash,
                        "valid_from": service.valid_from, "withdrawn_on": service.withdrawn_on,
                        "trial_only": service.trial_only,
                    });
                    out.either(&value, || {
                        let days = service.processing_time.working_days;
                        format!("{:<45} {days:>2} days  {}", service.id.as_str(), service.name.get(lang))
                    })?;
                }
                Ok(())
            }
            Self::Show { service, number, diagram } => {
                let catalog = place.catalog()?;
                let service = version(&catalog, &service, number)?;
                let lang = out.lang;
                if diagram {
                    let say = |key| words::get(lang, key, &[]);
                    let (days, different) = (say("days"), say("different-people"));
                    let words = PlanWords { days: &days, different_people: &different };
                    let text = service.plan_diagram(catalog.office(), lang, words);
                    return Ok(out.either(&json!({ "mermaid": text }), || text.clone())?);
                }
                let value = serde_json::from_str(&service.canonical()).unwrap_or_default();
                Ok(out.either(&value, || show(service, lang))?)
            }
            Self::Sample { service, seed } => {
                let catalog = place.catalog()?;
                let service = version(&catalog, &service, None)?;
                let value = sample(&catalog, service, seed)?;
                Ok(out.either(&value, || format!("{value:#}"))?)
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

/// An application of today that is in order, in the form of a sample file.
fn sample(catalog: &Loaded, service: &Service, seed: u64) -> Result<Value, CliError> {
    let now = SystemClock.now();
    let today = catalog.calendar().local_date(now);
    let filing = demo::filing(service, catalog.places(), today, &mut Dice::new(seed)).ok_or_else(|| {
        CliError::NotFound(format!(
            "chance made no application of {} that is in order; try another --seed",
            service.id
        ))
    })?;
    let document = |claim: &DocumentClaim| {
        let mut value = json!({
            "document": claim.document, "file": claim.id, "media_type": claim.media_type, "size": claim.size_bytes,
        });
        if let Some(issued) = claim.issued {
            value["issued"] = json!(issued);
        }
        value
    };
    Ok(json!({
        "format": 1, "service": service.id,
        "applicant": { "kind": filing.applicant, "by_representative": filing.by_representative },
        "purpose": filing.purpose, "submitted_at": now.to_string(), "form": filing.form,
        "documents": filing.documents.iter().map(document).collect::<Vec<_>>(),
        "signature": filing.signature.map(|kind| json!({ "kind": kind })),
    }))
}

fn differences(lang: Lang, catalog: &Loaded, diff: &CatalogDiff) -> String {
    if diff.is_empty() {
        return words::get(lang, "diff-none", &[]);
    }
    let mut text = String::new();
    if !diff.office.is_empty() {
        text.push_str(&format!("{}\n", catalog.office().name.get(lang)));
    }
    for change in &diff.office {
        text.push_str(&format!("  - {}\n", changes::change(lang, catalog, Reader::Editor, change)));
    }
    for diff in &diff.services {
        let (headline, lines) = changes::service(lang, catalog, diff);
        text.push_str(&format!("{}  {}\n  {headline}\n", diff.id, diff.name.get(lang)));
        for line in lines {
            text.push_str(&format!("  - {line}\n"));
        }
    }
    text
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
