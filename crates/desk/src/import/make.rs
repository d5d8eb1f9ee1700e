//! The rows become what they say, each in a unit of work of its own.

use std::sync::Arc;

use domain::import::{ImportState, Line, Numbers, RowState, Vocabulary, Wrong, read_line};
use store::import::{self, TableRow};

use super::{How, IMPORT, Plan, apply, clash};
use crate::{Desk, Error, FieldError, Result, Unit};

/// Rows that become something before the job lets others go first.
const STEP: i64 = 100;

/// Makes the next rows; returns whether any are left. Safe to repeat: a row is made and ticked off together.
///
/// # Errors
/// The store's; what is wrong with a row is the row's.
pub async fn step(desk: &Desk, id: &str, words: &Arc<Vocabulary>) -> Result<bool> {
    let key = id.to_owned();
    let read = desk.read(move |r| {
        let row = import::one(r, &key)?.ok_or(Error::NotFound)?;
        if row.state != ImportState::Running {
            return Ok(None);
        }
        let rows = import::rows(r, &key, RowState::Waiting, 0, STEP)?;
        let how = How::of(&row)?;
        let numbers = clash::before(r, &key, &how, (&rows, &Plan::of(&row).twice))?;
        Ok(Some((how, rows, numbers)))
    });
    let Some((how, rows, mut numbers)) = read.await? else { return Ok(false) };
    let how = Arc::new(how);
    for row in rows {
        one_row(desk, id, (&how, words), row, &mut numbers).await?;
    }
    let key = id.to_owned();
    desk.write(&IMPORT, move |unit| {
        let left = !import::rows(unit.work, &key, RowState::Waiting, 0, 1)?.is_empty();
        if !left {
            let mut row = import::one(unit.work, &key)?.ok_or(Error::NotFound)?;
            let unanswered = clash::unanswered(unit.work, &row)?;
            row.doc = Plan { unanswered, ..Plan::of(&row) }.doc();
            row.state = ImportState::Done;
            row.ended_at = Some(unit.now);
            import::save(unit.work, &row)?;
            import::delete_good_rows(unit.work, &key)?;
        }
        Ok(left)
    })
    .await
}

async fn one_row(
    desk: &Desk,
    id: &str,
    (how, words): (&Arc<How>, &Arc<Vocabulary>),
    row: TableRow,
    numbers: &mut Numbers,
) -> Result<()> {
    let (no, cells) = (row.no, Arc::new(row.cells));
    let wrong = if let Some(first) = numbers.clash(&how.mapping, &cells) {
        vec![clash::wrong(first)]
    } else {
        let (key, how_it, words, of_it) =
            (id.to_owned(), Arc::clone(how), Arc::clone(words), Arc::clone(&cells));
        let made = desk.write(&IMPORT, move |unit| {
            let (_, state) = become_it(unit, &how_it, &words, &of_it)?;
            Ok(import::settle_row(unit.work, &key, no, state, "[]").map(drop)?)
        });
        match made.await {
            Ok(()) => {
                numbers.keep(no, &how.mapping, &cells);
                return Ok(());
            }
            Err(e) => wrong_with(e)?,
        }
    };
    let (key, reasons) = (id.to_owned(), serde_json::to_string(&wrong).unwrap_or_default());
    desk.write(&IMPORT, move |unit| {
        Ok(import::settle_row(unit.work, &key, no, RowState::Bad, &reasons).map(drop)?)
    })
    .await
}

/// A row becomes what it says; also what was read.
pub(super) fn become_it(
    unit: &mut Unit<'_, '_>,
    how: &How,
    words: &Vocabulary,
    cells: &[String],
) -> Result<(Line, RowState)> {
    let wrong =
        |w: Vec<Wrong>| Error::Invalid(w.into_iter().map(|w| FieldError::new(w.field, w.issue)).collect());
    let line = read_line(how.custom(words), cells, unit.now).map_err(wrong)?;
    let state = match &line {
        Line::Ticket(line) => apply::ticket(unit, line, cells)?,
        Line::Customer(line) => apply::customer(unit, line)?,
    };
    Ok((line, state))
}

/// What is wrong with the row.
///
/// # Errors
/// What is not the row's fault.
pub(super) fn wrong_with(e: Error) -> Result<Vec<Wrong>> {
    match e {
        Error::Invalid(fields) => {
            Ok(fields.into_iter().map(|f| Wrong { field: f.field, issue: f.issue }).collect())
        }
        Error::Refused(refusal) => {
            Ok(vec![Wrong { field: String::new(), issue: format!("refused.{refusal}") }])
        }
        e => Err(e),
    }
}
