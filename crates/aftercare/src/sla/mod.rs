//! `aftercare sla …`: the clocks on the command line, without a database.

mod calendars;
mod cases;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Subcommand;

/// Subcommands of `aftercare sla`.
#[derive(Debug, Subcommand)]
pub(crate) enum Sla {
    /// Answers cases from standard input, one JSON object a line, in the interchange format.
    Eval {
        /// The calendars that the cases name.
        #[arg(long)]
        calendars: PathBuf,
    },
}

/// Runs a subcommand.
pub(crate) fn run(command: &Sla) -> anyhow::Result<()> {
    let Sla::Eval { calendars } = command;
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
