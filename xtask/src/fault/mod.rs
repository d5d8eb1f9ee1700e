//! `cargo xtask fault`: real processes are killed with -9 at seeded random points, then the invariants are counted.
//! Loopback only; every loop is bounded, every process is killed and every folder removed at the end.

// The same server that the tests start.
#[path = "../../../crates/testkit/src/dovecot.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a peer that cannot be set up ends the run"
)]
mod dovecot;
mod escalation;
mod mail;
mod node;
mod verdict;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::run::{cargo, target};
use crate::tools;

/// What is put to the test.
#[derive(Debug, Subcommand)]
pub(crate) enum Fault {
    /// Steps fall due within seconds while processes are killed: each fires once, none early, all in order.
    Escalation(EscalationArgs),
    /// Letters come by SMTP and by IMAP while the process is killed: none is lost, none counts twice.
    Mail(MailArgs),
}

/// How much of it.
#[derive(Debug, Args)]
pub(crate) struct EscalationArgs {
    /// Kills on each engine.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// The same seed kills in the same order, after the same waits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A built program, instead of building it.
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// How much of it.
#[derive(Debug, Args)]
pub(crate) struct MailArgs {
    /// Kills on each engine.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Letters by each way.
    #[arg(long, default_value_t = 2_000)]
    letters: u32,
    /// The same seed kills after the same waits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A built program, instead of building it.
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// Runs the test on both engines; any broken invariant is a failure.
pub(crate) fn run(what: Fault) -> anyhow::Result<()> {
    let target = target()?;
    let built = |bin: Option<PathBuf>| {
        if let Some(bin) = bin {
            return Ok(bin);
        }
        cargo(&["build", "--locked", "-p", "aftercare"])?;
        anyhow::Ok(target.join("debug/aftercare"))
    };
    let folder = target.join(format!("fault-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = match what {
        Fault::Escalation(a) => built(a.bin).and_then(|bin| escalation::run(&bin, &folder, a.kills, a.seed)),
        Fault::Mail(a) => {
            tools::mail_peers()?;
            built(a.bin).and_then(|bin| mail::run(&bin, &folder, (a.kills, a.letters), a.seed))
        }
    };
    let _ = std::fs::remove_dir_all(&folder);
    result
}
