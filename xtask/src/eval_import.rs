//! Imports of the logs that lie beside the repository: the figures that the program counts from its own events against
//! those that were counted from the logs themselves.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::run::{cargo, root, target};

/// Row, position of the cell after the row's name, expected.
type Expected = &'static [(&'static str, usize, &'static str)];

/// Last row per incident, dates d/m/Y: 24,918 incidents, 23,362 of them solved.
const SERVICENOW: Expected = &[
    ("total", 0, "24918"),
    ("total", 1, "23362"),
    ("total", 2, "22.10"),
    ("total", 3, "381.55"),
    ("total", 4, "275"),
    ("total", 5, "11369"),
    ("total", 6, "5471"),
    ("total", 7, "5825"),
    ("total", 8, "15803"),
    ("1 - Critical", 0, "270"),
    ("1 - Critical", 2, "80.24"),
    ("1 - Critical", 8, "5"),
    ("2 - High", 0, "408"),
    ("2 - High", 2, "38.23"),
    ("2 - High", 8, "2"),
    ("3 - Moderate", 0, "23466"),
    ("3 - Moderate", 2, "21.55"),
    ("3 - Moderate", 8, "15145"),
    ("4 - Low", 0, "774"),
    ("4 - Low", 2, "5.02"),
    ("4 - Low", 8, "651"),
];

/// 4,580 cases, 21,348 events, 14 activities.
const HELPDESK: Expected = &[
    ("cases", 0, "4580"),
    ("events", 0, "21348"),
    ("mean_d", 0, "40.86"),
    ("median_d", 0, "39.86"),
    ("max_d", 0, "59.99"),
    ("Take in charge ticket", 0, "5060"),
    ("Resolve ticket", 0, "4983"),
    ("Assign seriousness", 0, "4938"),
    ("Closed", 0, "4574"),
    ("Wait", 0, "1463"),
];

/// Imports each log into a folder of its own and compares.
pub(crate) fn run() -> anyhow::Result<()> {
    let data = root().join("../shared/data/sla");
    if !data.exists() {
        eprintln!("{} is absent: nothing to measure", data.display());
        return Ok(());
    }
    cargo(&["build", "-p", "aftercare", "--locked"])?;
    let folder = std::env::temp_dir().join(format!("aftercare-eval-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let helpdesk = folder.join("helpdesk.csv");
    let plain = Command::new("gzip").arg("-dc").arg(data.join("helpdesk_italian.csv.gz")).output()?;
    std::fs::write(&helpdesk, plain.stdout)?;
    let incidents = data.join("uci498_incident_event_log.zip");
    let mut wrong = one("helpdesk", &helpdesk, &folder.join("helpdesk"), HELPDESK)?;
    wrong += one("servicenow", &incidents, &folder.join("servicenow"), SERVICENOW)?;
    std::fs::remove_dir_all(&folder)?;
    if wrong == 0 { Ok(()) } else { bail!("{wrong} figure(s) wrong") }
}

fn one(log: &str, file: &Path, data: &Path, expected: Expected) -> anyhow::Result<usize> {
    let out = Command::new(target()?.join("debug/aftercare"))
        .args(["import", log])
        .arg(file)
        .arg("--data")
        .arg(data)
        .output()
        .context("cannot run aftercare")?;
    if !out.status.success() {
        bail!("import {log}: {}", String::from_utf8_lossy(&out.stderr));
    }
    let figures = String::from_utf8(out.stdout)?;
    let mut wrong = 0;
    for (row, cell, value) in expected {
        let line = figures.lines().find_map(|l| l.strip_prefix(row));
        let found = line.and_then(|l| l.split_whitespace().nth(*cell)).unwrap_or("absent");
        if found != *value {
            eprintln!("{log}, {row}, {cell}: expected {value}, got {found}");
            wrong += 1;
        }
    }
    eprintln!("import {log}: {} of {} figures right", expected.len() - wrong, expected.len());
    Ok(wrong)
}
