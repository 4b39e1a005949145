//! The seam: what a storage engine must promise.
