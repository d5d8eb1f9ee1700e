//! The bare statements: the same ones, in the same batches, on the same disk, without HTTP, rules or rights.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::Bench;
use super::place::Place;
use crate::run::{cargo, target};

/// What the loop of bare statements does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Tickets in a second.
    pub per_s: f64,
    /// CPU time per ticket, in milliseconds.
    pub cpu_ms: f64,
    /// Statements per ticket.
    pub statements: f64,
}

/// The loop's program, built unless it was named.
pub(super) fn program(bench: &Bench) -> anyhow::Result<PathBuf> {
    if let Some(named) = &bench.raw_loop {
        return Ok(named.canonicalize()?);
    }
    let example = ["--example", "raw_loop", "--features", "record"];
    cargo(&[&["build", "--release", "--locked", "-p", "testkit"], example.as_slice()].concat())?;
    Ok(target()?.join("release/examples/raw_loop"))
}

/// Runs the loop on an installation, which it may change. `at` is the instant at which it begins.
pub(super) fn run(
    program: &Path,
    place: &Place,
    what: &str,
    at: &str,
    args: &[&str],
) -> anyhow::Result<Rate> {
    let done = Command::new(program)
        .arg(what)
        .arg(place.database())
        .arg(at)
        .args(args)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(done.status.success(), "the loop of bare statements failed");
    let answer: Value = serde_json::from_slice(&done.stdout)?;
    let number = |key: &str| answer.get(key).and_then(Value::as_f64).context("the loop gave no figure");
    Ok(Rate {
        per_s: number("per_s")?,
        cpu_ms: number("cpu_us")? / 1_000.0,
        statements: number("statements")?,
    })
}
