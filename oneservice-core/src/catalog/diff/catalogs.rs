//! Two catalogues: what became of the office, of the services, and of the versions of those in both.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Change, office, versions};
use crate::calendar::Date;
use crate::catalog::{Catalog, Service};
use crate::ids::ServiceId;
use crate::text::Text;

/// What differs between two catalogues. Their sectors and their geography are not compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct CatalogDiff {
    /// What differs in the office: hours, holidays, departments, roles, periods, reasons.
    pub office: Vec<Change>,
    /// The services that differ, sorted by id.
    pub services: Vec<ServiceDiff>,
}

impl CatalogDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.office.is_empty() && self.services.is_empty()
    }
}

/// A service that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceDiff {
    /// Which.
    pub id: ServiceId,
    /// Its name, in the newer catalogue that has it.
    pub name: Text,
    /// How.
    #[serde(flatten)]
    pub edit: ServiceEdit,
}

/// What happened to a service between two catalogues.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum ServiceEdit {
    /// It is new.
    Added {
        /// Its first version.
        version: VersionName,
    },
    /// It is gone. Open requests finish under the version they were submitted under.
    Removed {
        /// Its last version.
        version: VersionName,
    },
    /// A version of it is gone, and none has its place: what was planned is not, or what was kept is no longer kept.
    VersionRemoved {
        /// Which.
        version: VersionName,
    },
    /// It has another version, a version says something else under the same number, or a version is withdrawn.
    Changed {
        /// The version that came before.
        from: VersionName,
        /// The version that is new.
        to: VersionName,
        /// Whether the number is the same although the content differs: a published version should never change. Its withdrawal is
        /// not content.
        in_place: bool,
        /// What differs.
        changes: Vec<Change>,
    },
}

/// A version as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VersionName {
    /// Counted by people.
    pub version: u32,
    /// The first day on which it is in force.
    #[schemars(with = "String")]
    pub valid_from: Date,
}

impl From<&Service> for VersionName {
    fn from(service: &Service) -> Self {
        Self { version: service.version, valid_from: service.valid_from }
    }
}

/// What differs in `after` from `before`. Each version of a service that is new is compared with the one of the same number, else with
/// the one that comes before it, else with the last that there was.
pub fn catalogs(before: &Catalog, after: &Catalog) -> CatalogDiff {
    let mut diffs = Vec::new();
    for service in before.services().filter(|service| after.service(&service.id).is_none()) {
        let edit = ServiceEdit::Removed { version: service.as_ref().into() };
        diffs.push(ServiceDiff { id: service.id.clone(), name: service.name.clone(), edit });
    }
    for service in after.services() {
        let (old, new) = (before.versions(&service.id), after.versions(&service.id));
        let mut say = |edit| {
            diffs.push(ServiceDiff { id: service.id.clone(), name: service.name.clone(), edit });
        };
        let mut compared = Vec::new();
        for (nth, version) in new.iter().enumerate() {
            let same = old.iter().find(|other| other.version == version.version);
            let earlier = nth.checked_sub(1).and_then(|nth| new.get(nth));
            let Some(from) = same.or(earlier).or(old.last()) else {
                say(ServiceEdit::Added { version: version.as_ref().into() });
                continue;
            };
            compared.push(from.version);
            let changes = versions(from, version);
            if changes.is_empty() && same.is_some() {
                continue;
            }
            let in_place = same.is_some_and(|same| same.hash != version.hash);
            let (from, to) = (from.as_ref().into(), version.as_ref().into());
            say(ServiceEdit::Changed { from, to, in_place, changes });
        }
        let gone = |version: &&std::sync::Arc<Service>| {
            !compared.contains(&version.version) && new.iter().all(|other| other.version != version.version)
        };
        for version in old.iter().filter(gone) {
            say(ServiceEdit::VersionRemoved { version: version.as_ref().into() });
        }
    }
    diffs.sort_by(|a, b| a.id.cmp(&b.id));
    CatalogDiff { office: office(before, after), services: diffs }
}
