//! `oneservice store`: the store as a whole.

mod check;
mod migrate;
mod stats;
mod transfer;

use clap::Subcommand;
use oneservice_pilot::{Place, StoreUrl};

use crate::exit::CliError;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Read everything, check every hash, replay every request, compare rows, listings, keys and registers with it. Exit code 6 if
    /// something is wrong.
    Check,
    /// Copy everything into another store, of whichever engine, and compare it. Run it again if it was cut off.
    Transfer {
        /// The store to copy: redb:PATH or sqlite:PATH.
        from: StoreUrl,
        /// Where to: a store that is empty or not there yet.
        to: StoreUrl,
    },
    /// Bring the store's tables to this program's schema. Opening the store does so too.
    Migrate {
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
    },
    /// How much is stored, by kind, office and stage.
    Stats,
}

impl Store {
    pub(crate) async fn run(self, place: &Place, out: &mut Output) -> Result<(), CliError> {
        match self {
            Self::Check => check::run(place, out).await,
            Self::Transfer { from, to } => transfer::run(&from, &to, out).await,
            Self::Migrate { dry_run } => migrate::run(&place.store_url(), dry_run, out).await,
            Self::Stats => stats::run(&place.store_url(), out).await,
        }
    }
}
