//! The façade: load, decide, commit, receipt.
