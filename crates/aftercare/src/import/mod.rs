//! `aftercare import …`: history from other systems, replayed through the same decisions with its own times.

mod figures;
mod servicenow;
mod table;

use std::path::PathBuf;

use clap::Subcommand;

use crate::commands::Place;
use crate::config::Config;

/// What can be imported.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// The event log of a ServiceNow incident table: a CSV file, or a zip with one inside. Restartable:
    /// what is there already is skipped. Ends with figures that are computed from our own events.
    Servicenow {
        /// The log.
        file: PathBuf,
        /// The zone in which its times are meant.
        #[arg(long, default_value = "UTC")]
        zone: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Runs an import.
pub(crate) async fn run(what: Import, config: &Config) -> anyhow::Result<()> {
    let Import::Servicenow { file, zone, place } = what;
    let mut config = config.clone();
    config.data = place.data.unwrap_or(config.data);
    servicenow::run(&file, &zone, &config).await
}
