//! What was found: a table for people, JSON for programs.

use std::path::Path;

use serde_json::{Value, json};

use crate::run::output;

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    None,
    AtMost(f64),
    AtLeast(f64),
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    target: Target,
}

/// All figures of a run, in order.
#[derive(Default)]
pub(super) struct Figures {
    all: Vec<Figure>,
    absent: Vec<String>,
}

impl Figures {
    /// Notes a figure and shows it at once.
    pub(super) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        let figure = Figure { name: name.into(), value, unit, target };
        eprintln!("{}", figure.line());
        self.all.push(figure);
    }

    /// Says what could not be measured, and why.
    pub(super) fn absent(&mut self, why: impl Into<String>) {
        let why = why.into();
        eprintln!("not measured: {why}");
        self.absent.push(why);
    }

    /// The whole table.
    pub(super) fn print(&self) {
        eprintln!("\n{:<70} {:>12} {:<10} target", "figure", "value", "unit");
        for figure in &self.all {
            eprintln!("{}", figure.line());
        }
        for why in &self.absent {
            eprintln!("not measured: {why}");
        }
    }

    /// Writes the figures with the machine, how busy it was, the date and what was measured: this commit, or a
    /// program that was named.
    pub(super) fn write(&self, file: &Path, named: Option<&Path>) -> anyhow::Result<()> {
        let commit = output("git", &["describe", "--always", "--dirty"])?;
        let figures: Vec<Value> = self.all.iter().map(Figure::json).collect();
        let all = json!({
            "at": output("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"])?.trim(),
            "measured": named.map_or(commit.trim().into(), |bin| bin.to_string_lossy()),
            "machine": machine(),
            "load_average": std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
            "figures": figures,
            "not_measured": self.absent,
        });
        std::fs::write(file, serde_json::to_string_pretty(&all)?)?;
        eprintln!("written to {}", file.display());
        Ok(())
    }
}

impl Figure {
    fn reached(&self) -> Option<bool> {
        match self.target {
            Target::None => None,
            Target::AtMost(most) => Some(self.value <= most),
            Target::AtLeast(least) => Some(self.value >= least),
        }
    }

    fn line(&self) -> String {
        let target = match self.target {
            Target::None => String::new(),
            Target::AtMost(most) => format!("≤ {most}"),
            Target::AtLeast(least) => format!("≥ {least}"),
        };
        let missed = if self.reached() == Some(false) { "  MISSED" } else { "" };
        format!("{:<70} {:>12.3} {:<10} {target}{missed}", self.name, self.value, self.unit)
    }

    fn json(&self) -> Value {
        let target = match self.target {
            Target::None => Value::Null,
            Target::AtMost(most) => json!({"at_most": most}),
            Target::AtLeast(least) => json!({"at_least": least}),
        };
        json!({
            "name": self.name, "value": self.value, "unit": self.unit,
            "target": target, "reached": self.reached(),
        })
    }
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|l| l.starts_with("model name")).and_then(|l| l.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}
