//! Fields of government.

use serde::{Deserialize, Serialize};

use crate::ids::{DepartmentId, SectorId};
use crate::text::Text;

/// A field of government. CPSV-AP `sector`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// Its name in files.
    pub id: SectorId,
    /// Its place in lists.
    pub order: u32,
    /// The department that answers for it.
    pub department: DepartmentId,
    /// Its name.
    pub name: Text,
    /// A short name.
    pub short: Text,
    /// What it is about.
    pub summary: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectorsFile {
    #[serde(rename = "format")]
    _format: u32,
    pub(super) sectors: Vec<Sector>,
}
