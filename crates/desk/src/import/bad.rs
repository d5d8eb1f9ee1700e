//! Rows that could not be read: they come back as a table with their reasons.

use domain::import::{RowState, Wrong};
use store::import::{self, TableRow};

use super::Plan;
use crate::{Desk, Error, Result};

/// The reasons of a bad row.
pub fn reasons(row: &TableRow) -> Vec<Wrong> {
    serde_json::from_str(&row.reasons).unwrap_or_default()
}

/// The bad rows as a table: the file's own columns, then the reasons in words. It can be corrected and imported again;
/// the reasons are a column that nobody asks for.
///
/// # Errors
/// `NotFound`, the store's.
pub async fn bad_rows(
    desk: &Desk,
    id: String,
    heads: Vec<String>,
    say: impl Fn(&[Wrong]) -> Vec<String> + Send + 'static,
) -> Result<Vec<u8>> {
    desk.read(move |r| {
        let row = import::one(r, &id)?.ok_or(Error::NotFound)?;
        let broken = |e: csv::Error| Error::Internal(e.to_string());
        // With the mark by which spreadsheets recognise UTF-8.
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer("\u{feff}".as_bytes().to_vec());
        let mut head = Plan::of(&row).head;
        let width = head.len();
        head.extend(heads);
        out.write_record(&head).map_err(broken)?;
        let mut after = 0;
        loop {
            let rows = import::rows(r, &id, RowState::Bad, after, 500)?;
            let Some(last) = rows.last() else { break };
            after = last.no;
            for bad in &rows {
                let mut cells = bad.cells.clone();
                cells.resize(width, String::new());
                cells.extend(say(&reasons(bad)));
                out.write_record(&cells).map_err(broken)?;
            }
        }
        out.into_inner().map_err(|e| Error::Internal(e.to_string()))
    })
    .await
}
