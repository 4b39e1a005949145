//! The review plan of a service as a picture for people.

use std::fmt::Write;

use super::{OfficeProfile, ReviewStep, Service};
use crate::text::{Lang, khmer_digits};

/// What the picture says beside the words of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct PlanWords<'a> {
    /// How long a step may take; `{n}` is filled in.
    pub days: &'a str,
    /// Between steps that the same person cannot do.
    pub different_people: &'a str,
}

impl Service {
    /// The plan as a Mermaid flowchart, in the words of `office`: who does what in which order, side by side where steps wait for the same
    /// ones, dashed where a step is taken only for some answers, and with a dotted line between steps that need different people.
    ///
    /// ```
    /// # fn draw(catalog: &oneservice_core::catalog::Catalog, service: &oneservice_core::catalog::Service) {
    /// use oneservice_core::{catalog::PlanWords, text::Lang};
    ///
    /// let words = PlanWords { days: "{n} days", different_people: "different people" };
    /// let picture = service.plan_diagram(catalog.office(), Lang::En, words);
    /// assert!(picture.starts_with("flowchart TD\n"));
    /// # }
    /// ```
    pub fn plan_diagram(&self, office: &OfficeProfile, lang: Lang, words: PlanWords<'_>) -> String {
        let steps = &self.review.steps;
        let mut text = String::from("flowchart TD\n");
        // A step's own id could be a word of Mermaid's, such as `end`.
        let node = |step: &ReviewStep| {
            steps
                .iter()
                .position(|other| other.id == step.id)
                .map_or_else(String::new, |nth| format!("s{nth}"))
        };
        let _ = writeln!(text, "    begin([{}])", quoted(self.name.get(lang)));
        for step in steps {
            let role = office.role(step.role).map_or(step.role.as_str(), |role| role.name.get(lang));
            let department = office.department(step.department.as_str());
            let department = department.map_or(step.department.as_str(), |d| d.name.get(lang));
            let returns = if step.may_return { " ↩" } else { "" };
            let days = step.working_days.to_string();
            let days = if lang == Lang::Km { khmer_digits(&days) } else { days };
            let days = words.days.replace("{n}", &days);
            let label = [step.title.get(lang), role, department, &days].map(escaped).join("<br/>");
            let (open, close) = if step.when.is_some() { ("{{", "}}") } else { ("[", "]") };
            let _ = writeln!(text, "    {}{open}\"{label}{returns}\"{close}", node(step));
        }
        for step in steps {
            let before = steps.iter().filter(|other| step.after.contains(&other.id)).map(node);
            let before: Vec<String> =
                if step.after.is_empty() { vec!["begin".into()] } else { before.collect() };
            for before in before {
                let _ = match &step.when {
                    Some(when) => {
                        writeln!(text, "    {before} -.->|{}| {}", quoted(when.as_str()), node(step))
                    }
                    None => writeln!(text, "    {before} --> {}", node(step)),
                };
            }
        }
        let different = quoted(words.different_people);
        for step in steps {
            for other in steps.iter().filter(|other| step.distinct_from.contains(&other.id)) {
                let _ = writeln!(text, "    {} -.-|{different}| {}", node(other), node(step));
            }
        }
        text
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Signs that mean something in Mermaid or in the HTML it makes, as its entities.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '"' => safe.push_str("#quot;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            '#' => safe.push_str("#35;"),
            '`' => safe.push_str("#96;"),
            sign => safe.push(sign),
        }
    }
    safe
}
