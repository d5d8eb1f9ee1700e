//! `aftercare import …`: tables and history from other systems. History is replayed through the same decisions with its
//! own times.

mod archive;
mod figures;
mod helpdesk;
mod replayed;
mod servicenow;
mod table;
mod table_file;

use std::path::PathBuf;

use clap::Subcommand;

pub(crate) use table_file::job;

use self::replayed::LogFile;
use self::table_file::CsvArgs;
use crate::config::Config;

/// What can be imported.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// The event log of a ServiceNow incident table: a CSV file, or a zip with one inside. Restartable:
    /// what is there already is skipped. Ends with figures that are computed from our own events.
    Servicenow {
        #[command(flatten)]
        log: LogArgs,
        /// Where the cases are written in which the log's own `made_sla` and our clock differ, and why.
        #[arg(long)]
        differences: Option<PathBuf>,
    },
    /// The event log of an Italian software company's help desk (Polato), as CSV. Restartable.
    Helpdesk {
        #[command(flatten)]
        log: LogArgs,
    },
    /// What `aftercare export` wrote, into an empty installation. Passwords are not in it.
    Archive {
        /// The zip or folder.
        from: PathBuf,
    },
    /// A table of tickets or customers. Rows that cannot be imported are written to a file with the reasons; the others
    /// stay imported. Exit code 0: every row is good; 1: rows are bad (also in a dry run), or nothing could be done.
    Csv(CsvArgs),
}

/// A log and where it goes.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// The log.
    file: PathBuf,
    /// The zone in which its times are meant.
    #[arg(long, default_value = "UTC")]
    zone: String,
}

/// Runs an import.
pub(crate) async fn run(what: Import, config: &Config) -> anyhow::Result<()> {
    match what {
        Import::Servicenow { log, differences } => {
            let file = LogFile::open(&log.file, &log.zone)?;
            servicenow::run(&file, differences.as_deref(), config).await
        }
        Import::Helpdesk { log } => {
            let file = LogFile::open(&log.file, &log.zone)?;
            helpdesk::run(&file, config).await
        }
        Import::Archive { from } => archive::run(&from, config).await,
        Import::Csv(args) => table_file::run(&args, config).await,
    }
}
