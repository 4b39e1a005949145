//! Where a demonstration may be made: in an empty folder, or where one was made before. Its password is known to everybody, so
//! it never goes beside real requests or real officers.

use std::fs;
use std::path::PathBuf;

use thiserror::Error;

use super::{PASSWORD, add_staff, officers};
use crate::staff::StaffError;
use crate::{Opened, PilotError, Place};

/// Why no demonstration is made. Give it an empty `--data` folder.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NotHere {
    /// The store holds requests that no demonstration has made.
    #[error("the store of {} holds requests that no demonstration has made; give an empty --data folder", .0.display())]
    Requests(PathBuf),
    /// The staff file holds officers that no demonstration has made.
    #[error("the staff file names {officer}, who is no demonstration officer; give an empty --data folder")]
    Officer {
        /// Who.
        officer: String,
    },
    /// The office cannot be read or written.
    #[error(transparent)]
    Pilot(#[from] PilotError),
    /// The demonstration's officers cannot be added.
    #[error(transparent)]
    Staff(#[from] StaffError),
}

impl NotHere {
    /// Stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Requests(_) => "demo-requests",
            Self::Officer { .. } => "demo-officer",
            Self::Pilot(error) => error.code(),
            Self::Staff(error) => error.code(),
        }
    }
}

/// An office in which a demonstration may be made; its officers have their logins.
#[derive(Debug)]
pub struct Ground {
    /// Whether there are requests of a demonstration already.
    pub filled: bool,
    mark: PathBuf,
}

impl Ground {
    /// Looks whether a demonstration may be made in `opened`, and adds its officers.
    ///
    /// # Errors
    /// [`NotHere`]; nothing was changed then.
    pub async fn of(place: &Place, opened: &Opened) -> Result<Self, NotHere> {
        let mark = place.data.join("demonstration");
        let catalog = opened.office.catalog();
        let made = officers(catalog);
        let staff = opened.staff.now();
        for member in &staff.officers {
            let known = made.iter().any(|officer| *officer == member.officer());
            if !known || staff.sign_in(member.id.as_str(), PASSWORD).is_none() {
                return Err(NotHere::Officer { officer: member.id.to_string() });
            }
        }
        let first = first_leaf(opened).await?;
        if first.is_some() && fs::read_to_string(&mark).ok() != first {
            return Err(NotHere::Requests(place.data.clone()));
        }
        add_staff(catalog.office(), &made, &place.staff_file())?;
        Ok(Self { filled: first.is_some(), mark })
    }

    /// Marks the requests that `opened` holds now as a demonstration's: by the first one, so that the mark says nothing of another
    /// store in the same place.
    ///
    /// # Errors
    /// [`PilotError::Store`], [`PilotError::File`].
    pub async fn claim(&self, opened: &Opened) -> Result<(), PilotError> {
        let Some(first) = first_leaf(opened).await? else { return Ok(()) };
        fs::write(&self.mark, first).map_err(|source| PilotError::File { path: self.mark.clone(), source })
    }
}

async fn first_leaf(opened: &Opened) -> Result<Option<String>, PilotError> {
    let events = opened.office.store().events(opened.office.id(), 0, 1).await?;
    Ok(events.first().map(|event| event.body.leaf.to_string()))
}
