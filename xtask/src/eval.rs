//! Measurements against the data that lie beside the repository. A stranger's machine has none, and is told so.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::Value;

use crate::run::{cargo, root, target};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Eval {
    /// Clocks and calendars against the expected answers.
    Sla,
    /// Imports of real logs against their published figures.
    Import,
}

/// Runs a measurement.
pub(crate) fn run(what: &Eval) -> anyhow::Result<()> {
    match what {
        Eval::Sla => sla(),
        Eval::Import => crate::eval_import::run(),
    }
}

fn sla() -> anyhow::Result<()> {
    let samples = root().join("../shared/data/sla/samples");
    if !samples.exists() {
        eprintln!("{} is absent: nothing to measure", samples.display());
        return Ok(());
    }
    cargo(&["build", "-p", "aftercare", "--locked"])?;
    let cases = std::fs::read_to_string(samples.join("cases.jsonl"))?;
    let answers = Command::new(target()?.join("debug/aftercare"))
        .args(["sla", "eval", "--calendars"])
        .arg(samples.join("calendars.json"))
        .stdin(Stdio::from(std::fs::File::open(samples.join("cases.jsonl"))?))
        .output()
        .context("cannot run aftercare")?;
    let answers: BTreeMap<String, Value> =
        String::from_utf8(answers.stdout)?.lines().filter_map(answer).collect();
    let (mut right, mut all) = (0, 0);
    for line in cases.lines().filter(|l| !l.trim().is_empty()) {
        let case: Value = serde_json::from_str(line)?;
        let id = case.get("id").and_then(Value::as_str).unwrap_or_default();
        all += 1;
        if answers.get(id) == case.get("expect") {
            right += 1;
        } else {
            eprintln!("{id}: expected {:?}, got {:?}", case.get("expect"), answers.get(id));
        }
    }
    eprintln!("sla: {right} of {all} right");
    if right == all { Ok(()) } else { bail!("{} wrong", all - right) }
}

/// The answer in the shape of `expect`: a result, or an object with the error.
fn answer(line: &str) -> Option<(String, Value)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let id = value.get("id")?.as_str()?.to_owned();
    let result = match value.get("error") {
        Some(error) => serde_json::json!({"error": error}),
        None => value.get("result")?.clone(),
    };
    Some((id, result))
}
