//! Rows that have the number of an earlier row of the file and other content. The earlier row must have become
//! something: a bad row spoils no later one.

use std::collections::BTreeSet;

use domain::import::{Look, Noun, Numbers, RowState, Twice, Wrong, number};
use store::import::{self, ImportRow, TableRow};

use super::{How, Plan};
use crate::{Desk, Error, Result};

const AT_ONCE: i64 = 500;

/// Why such a row is bad; it names the earlier one.
pub(super) fn wrong(first: i64) -> Wrong {
    Wrong { field: "external_ref".to_owned(), issue: format!("other_row.{first}") }
}

/// The version of the import that was looked at, and the numbers that stand in it with different contents.
pub(super) async fn look(desk: &Desk, id: String) -> Result<(i64, Twice)> {
    desk.read(move |r| {
        let row = import::one(r, &id)?.ok_or(Error::NotFound)?;
        let mapping = Plan::of(&row).mapping;
        let (mut look, mut after) = (Look::default(), 0);
        loop {
            let rows = import::rows(r, &id, RowState::Waiting, after, AT_ONCE)?;
            let Some(last) = rows.last() else { break };
            after = last.no;
            for t in &rows {
                look.take(t.no, &mapping, &t.cells);
            }
        }
        Ok((row.version, look.found()))
    })
    .await
}

/// How many rows became tickets without telling when somebody first answered.
pub(super) fn unanswered(r: &mut store::Read<'_>, row: &ImportRow) -> Result<usize> {
    if row.source != Noun::Tickets.as_str() {
        return Ok(0);
    }
    let mapping = Plan::of(row).mapping;
    let (mut after, mut all) = (0, 0);
    loop {
        let rows = import::rows(r, &row.id, RowState::Made, after, AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = last.no;
        all += rows.iter().filter(|t| !mapping.tells("responded_at", &t.cells)).count();
    }
}

/// What these rows must not contradict: the first row of each of their numbers that became something.
pub(super) fn before(
    r: &mut store::Read<'_>,
    id: &str,
    how: &How,
    (rows, twice): (&[TableRow], &Twice),
) -> Result<Numbers> {
    let mut numbers = Numbers::default();
    let theirs: BTreeSet<&str> = rows.iter().map(|row| number(&how.mapping, &row.cells)).collect();
    for same in theirs.into_iter().filter_map(|number| twice.get(number)) {
        for no in same {
            let Some(row) = import::row(r, id, *no)? else { continue };
            match row.state {
                RowState::Made | RowState::Known => {
                    numbers.keep(row.no, &how.mapping, &row.cells);
                    break;
                }
                RowState::Bad => {}
                RowState::Waiting => break,
            }
        }
    }
    Ok(numbers)
}
