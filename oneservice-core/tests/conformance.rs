//! The memory engine keeps every promise of the seam but durability.

use oneservice_core::{store::MemoryStore, testing};
use std::sync::Arc;

fn main() {
    testing::main(|| async { Ok(Arc::new(MemoryStore::default())) });
}
