//! Rows that have the number of an earlier row of the file and other content.

use domain::import::{Numbers, RowState};
use store::import;

use super::Plan;
use crate::{Desk, Error, Result};

/// The field by which a row is known again, and why such a row is bad.
pub(super) const REASONS: &str = r#"[{"field":"external_ref","issue":"other_row"}]"#;
const AT_ONCE: i64 = 500;

/// The version of the import that was looked at, and its clashing rows. Only columns that mean something are compared.
pub(super) async fn rows(desk: &Desk, id: String) -> Result<(i64, Vec<i64>)> {
    desk.read(move |r| {
        let row = import::one(r, &id)?.ok_or(Error::NotFound)?;
        let mapping = Plan::of(&row).mapping;
        if !mapping.0.contains_key("external_ref") {
            return Ok((row.version, Vec::new()));
        }
        let (mut numbers, mut found, mut after) = (Numbers::default(), Vec::new(), 0);
        loop {
            let rows = import::rows(r, &id, RowState::Waiting, after, AT_ONCE)?;
            let Some(last) = rows.last() else { return Ok((row.version, found)) };
            after = last.no;
            found.extend(
                rows.iter().filter(|t| numbers.clash(t.no, &mapping, &t.cells).is_some()).map(|t| t.no),
            );
        }
    })
    .await
}
