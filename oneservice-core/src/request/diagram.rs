//! The lifecycle table as pictures for people: the diagram and the permission matrix of the docs.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{FACTS, STAGES, TRANSITIONS};
use crate::catalog::Role;

/// The table as a Mermaid state diagram.
///
/// ```
/// assert!(oneservice_core::request::mermaid().contains("Draft --> Submitted: submission"));
/// ```
pub fn mermaid() -> String {
    let mut arrows: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    let place = |stage| STAGES.iter().position(|s| *s == stage).unwrap_or(STAGES.len());
    for arrow in TRANSITIONS {
        arrows.entry((place(arrow.from), place(arrow.to))).or_default().push(arrow.fact.as_str());
    }
    let mut text = String::from("stateDiagram-v2\n    [*] --> Draft\n");
    for ((from, to), facts) in arrows {
        let _ = writeln!(text, "    {:?} --> {:?}: {}", STAGES[from], STAGES[to], facts.join(", "));
    }
    text.push_str("    Closed --> [*]\n");
    text
}

/// Who may record which fact in which stage, as a Markdown table: one row for each fact, one column for each role.
pub fn permission_matrix() -> String {
    let mut roles: Vec<Role> = TRANSITIONS.iter().flat_map(|arrow| arrow.roles.iter().copied()).collect();
    roles.sort_unstable();
    roles.dedup();
    let mut text = String::from("| fact |");
    for role in &roles {
        let _ = write!(text, " {role} |");
    }
    let _ = write!(text, "\n|---|{}", "---|".repeat(roles.len()));
    for fact in FACTS {
        let _ = write!(text, "\n| {fact} |");
        for role in &roles {
            let stages: Vec<&str> = TRANSITIONS
                .iter()
                .filter(|arrow| arrow.fact == *fact && arrow.roles.contains(role))
                .map(|arrow| arrow.from.as_str())
                .collect();
            let _ = write!(text, " {} |", stages.join(", "));
        }
    }
    text.push('\n');
    text
}
