//! What can be asked for: sectors, services, forms, documents, fees and review plans.

mod role;

pub use role::Role;
