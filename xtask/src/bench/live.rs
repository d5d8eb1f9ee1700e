//! From one agent's change to the other agent's screen, in a real browser.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::Bench;
use super::figures::Target;
use super::watch::{ms, percentile};
use crate::run::output_with;
use crate::tools;

const MOST_MS: f64 = 300.0;

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    tools::browser()?;
    let bin = bench.bin.to_string_lossy().into_owned();
    let text = output_with("node", &["frontend/e2e/live.bench.mjs"], &[("AFTERCARE_BIN", &bin)])?;
    let found: Value = serde_json::from_str(&text)?;
    for (key, page) in [("ticket", "open ticket page"), ("queue", "queue page")] {
        let times = found.get(key).and_then(Value::as_array).context("the browser gave no times")?;
        let mut times: Vec<_> = times.iter().filter_map(Value::as_u64).map(Duration::from_millis).collect();
        times.sort();
        let name = |what: &str| format!("change to screen, {page}, {} changes: {what}", times.len());
        bench.figures.add(name("median"), ms(percentile(&times, 50)), "ms", Target::None);
        bench.figures.add(name("p95"), ms(percentile(&times, 95)), "ms", Target::AtMost(MOST_MS));
        bench.figures.add(name("longest"), ms(percentile(&times, 100)), "ms", Target::AtMost(MOST_MS));
    }
    Ok(())
}
