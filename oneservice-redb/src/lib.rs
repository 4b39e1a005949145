//! OneService on redb: the embedded storage engine.

#![deny(missing_docs)]
