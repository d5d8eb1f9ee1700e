//! Reads the log: rows with named columns, grouped by incident in the order of the file.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::{Context, bail};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A row by column name; `?` is read as absent.
#[derive(Debug, Clone)]
pub(super) struct LogRow(HashMap<&'static str, String>);

const COLUMNS: [&str; 17] = [
    "number",
    "incident_state",
    "reassignment_count",
    "made_sla",
    "caller_id",
    "opened_at",
    "sys_updated_at",
    "contact_type",
    "category",
    "subcategory",
    "u_symptom",
    "priority",
    "assignment_group",
    "assigned_to",
    "resolved_by",
    "resolved_at",
    "closed_at",
];

impl LogRow {
    /// The column's text; empty if absent.
    pub(super) fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// A count; 0 if it is none.
    pub(super) fn count(&self, column: &str) -> i64 {
        self.text(column).parse().unwrap_or(0)
    }

    /// An instant, written as `29/2/2016 01:16` in the log's zone.
    pub(super) fn at(&self, column: &str, zone: &TimeZone) -> anyhow::Result<Option<Timestamp>> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let wall =
            DateTime::strptime("%d/%m/%Y %H:%M", text).with_context(|| format!("{column}: {text:?}"))?;
        Ok(Some(zone.to_ambiguous_timestamp(wall).compatible()?))
    }
}

/// The incidents of a file, each with its rows.
pub(super) fn incidents(path: &Path) -> anyhow::Result<Vec<Vec<LogRow>>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = if bytes.starts_with(b"PK") { unzip(bytes)? } else { bytes };
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let head = reader.headers()?.clone();
    let mut positions = Vec::new();
    for column in COLUMNS {
        let Some(i) = head.iter().position(|h| h == column) else {
            bail!("the log has no column {column:?}")
        };
        positions.push((column, i));
    }
    let mut incidents: Vec<Vec<LogRow>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("line {}", line + 2))?;
        let value = |i: usize| record.get(i).filter(|v| *v != "?").unwrap_or_default().to_owned();
        let row = LogRow(positions.iter().map(|(column, i)| (*column, value(*i))).collect());
        let at = *known.entry(row.text("number").to_owned()).or_insert_with(|| {
            incidents.push(Vec::new());
            incidents.len() - 1
        });
        if let Some(rows) = incidents.get_mut(at) {
            rows.push(row);
        }
    }
    Ok(incidents)
}

fn unzip(bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut text = Vec::new();
    archive.by_index(0).context("the zip is empty")?.read_to_end(&mut text)?;
    Ok(text)
}
