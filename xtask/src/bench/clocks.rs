//! Dues by the compiled calendar beside the crate `ule-hours`, the same cases in the same run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::Bench;
use super::figures::Target;
use crate::run::{cargo, target};

const LEAST_RATIO: f64 = 10.0;
const LENGTHS: [(&str, &str); 3] = [("8 h", "hours_8"), ("80 h", "hours_80"), ("5,000 h", "hours_5000")];

fn program() -> anyhow::Result<PathBuf> {
    cargo(&["build", "--release", "--locked", "-p", "domain", "--example", "due_ratio"])?;
    Ok(target()?.join("release/examples/due_ratio"))
}

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let program = program()?;
    let done = Command::new(&program).stderr(Stdio::inherit()).output();
    let done = done.with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(done.status.success(), "the two sides do not agree, or one has no answer");
    let answer: Value = serde_json::from_slice(&done.stdout)?;
    let number = |key: String| answer.get(key).and_then(Value::as_f64).context("a figure is missing");
    for (name, key) in LENGTHS {
        let (ours, theirs) = (number(format!("{key}_ours"))?, number(format!("{key}_theirs"))?);
        let figures = &mut bench.figures;
        figures.add(
            format!("due, {name} of open time: one core (goal 5 million)"),
            ours,
            "1/s",
            Target::None,
        );
        figures.add(format!("due, {name} of open time: `ule-hours`"), theirs, "1/s", Target::None);
        figures.add(
            format!("due, {name} of open time: ratio"),
            ours / theirs,
            "×",
            Target::AtLeast(LEAST_RATIO),
        );
    }
    Ok(())
}
