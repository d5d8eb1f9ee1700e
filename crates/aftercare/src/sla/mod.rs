//! `aftercare sla …`: the clocks on the command line, with and without a database.

mod calendars;
mod cases;
mod rebuild;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::config::Config;

/// Subcommands of `aftercare sla`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sla {
    /// Answers cases from standard input, one JSON object a line, in the interchange format.
    Eval {
        /// The calendars that the cases name.
        #[arg(long)]
        calendars: PathBuf,
    },
    /// Recomputes what is cached of the clocks (due, state, next step) from history and calendars, and mends it.
    Rebuild {
        /// Only reports what differs; fails if anything does.
        #[arg(long)]
        check: bool,
    },
}

/// Runs a subcommand.
pub(crate) async fn run(command: &Sla, config: &Config) -> anyhow::Result<()> {
    match command {
        Sla::Rebuild { check } => rebuild::run(config, *check).await,
        Sla::Eval { calendars } => eval(calendars),
    }
}

/// Answers cases; needs neither configuration nor database.
pub(crate) fn eval(calendars: &Path) -> anyhow::Result<()> {
    let calendars = calendars::read(calendars)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            writeln!(out, "{}", cases::answer(&calendars, &line))?;
        }
    }
    out.flush()?;
    Ok(())
}
