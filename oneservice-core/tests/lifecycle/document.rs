//! `docs/lifecycle.md` is written from the table. `RENEW=1 cargo test -p oneservice-core --test lifecycle` writes it anew.

use std::path::Path;

use oneservice_core::request::{mermaid, permission_matrix};

#[test]
fn the_document_says_what_the_table_says() {
    let text = format!(
        "# The life of a request\n\n\
         Written from the table in `oneservice-core/src/request/lifecycle.rs`; do not edit. A test fails when the two differ, and\n\
         `RENEW=1 cargo test -p oneservice-core --test lifecycle` writes this file anew.\n\n\
         ```mermaid\n{}```\n\n\
         ## Who may record what, in which stage\n\n\
         An officer of the review plan must hold the step's role in the step's department, and be another person where the plan wants\n\
         four eyes. `system` is the office's own clock.\n\n{}",
        mermaid(),
        permission_matrix()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lifecycle.md");
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "docs/lifecycle.md is stale: run this test with RENEW=1");
}
