//! Which form a store's tables have, and what opening it would change.

use serde::Serialize;

/// The form of a store on disk. A program opens stores of its own form and of every earlier one, which it brings up to
/// date first; a later one it refuses with [`StoreError::Newer`](super::StoreError::Newer).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Version of the store; 0 if there are no tables yet.
    pub found: u32,
    /// Latest version that this program knows.
    pub known: u32,
    /// Names of the changes between the two, in order.
    pub pending: Vec<String>,
}
