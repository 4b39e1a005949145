//! `oneservice request renew`, `change` and `replace`: what a request that follows a result begins with, as a file that `request submit` takes.

use oneservice_core::catalog::Purpose;
use oneservice_core::office::{Case, Office};
use oneservice_core::request::Channel;
use oneservice_pilot::sample::Sample;
use serde_json::json;

use super::request::problem_lines;
use crate::exit::CliError;
use crate::output::Output;

/// Prints the filing; beside it, what is no longer asked and what is still to be given.
pub(super) async fn follow(
    office: &Office,
    case: &Case,
    purpose: Purpose,
    out: &mut Output,
) -> Result<(), CliError> {
    let record = case.request.record();
    let content = office.successor(record.id, purpose, Channel::Program).await?;
    let filing = json!({
        "format": 1, "service": content.service.id,
        "applicant": { "kind": content.applicant, "by_representative": content.by_representative },
        "purpose": content.purpose, "follows": record.code, "submitted_at": office.now().to_string(),
        "form": content.answers, "documents": [],
    });
    for aside in content.carried.iter().flat_map(|carried| &carried.answers) {
        out.note(format!("no longer asked: {}: {}", aside.label.get(out.lang), aside.answer))?;
    }
    let sample = Sample::parse(&filing.to_string())?;
    let problems = sample.assess(office.catalog())?.problems;
    let lines = problem_lines(out.lang, sample.service(office.catalog())?, &problems);
    if !lines.is_empty() {
        out.note(lines.trim_end())?;
    }
    Ok(out.either(&filing, || format!("{filing:#}"))?)
}
