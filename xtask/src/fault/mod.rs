//! `cargo xtask fault`: real processes are killed with -9 at seeded random points, then the invariants are counted.
//! Loopback only; every loop is bounded, every process is killed and every folder removed at the end.

mod escalation;
mod node;
mod verdict;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::run::{cargo, target};

/// What is put to the test.
#[derive(Debug, Subcommand)]
pub(crate) enum Fault {
    /// Steps fall due within seconds while processes are killed: each fires once, none early, all in order.
    Escalation(EscalationArgs),
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

/// Runs the test on both engines; any broken invariant is a failure.
pub(crate) fn run(what: Fault) -> anyhow::Result<()> {
    let Fault::Escalation(args) = what;
    let target = target()?;
    let bin = if let Some(bin) = args.bin {
        bin
    } else {
        cargo(&["build", "--locked", "-p", "aftercare"])?;
        target.join("debug/aftercare")
    };
    let folder = target.join(format!("fault-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = escalation::run(&bin, &folder, args.kills, args.seed);
    let _ = std::fs::remove_dir_all(&folder);
    result
}
