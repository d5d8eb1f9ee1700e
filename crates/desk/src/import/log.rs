//! Logs of other systems: what their replay came to, and the cases in which they say otherwise than our clocks.

use std::sync::Arc;

use domain::id::TicketId;
use domain::import::ImportState;
use domain::report::Difference;
use serde::{Deserialize, Serialize};
use store::import::{self, ImportRow};

use super::{CHUNK, IMPORT, Plan};
use crate::{Desk, Error, Result};

/// Numbers of a log, counted from our own events: names of columns, then rows that begin with their name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Keys of the columns.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// Keeps what a log came to, with the cases in which it differs; replaces an earlier run of the same file.
///
/// # Errors
/// The store's.
pub async fn keep_log(desk: &Desk, log: Log) -> Result<()> {
    let log = Arc::new(log);
    let first = Arc::clone(&log);
    desk.write(&IMPORT, move |unit| {
        let (id, log) = (&first.id, &first);
        import::delete_differences(unit.work, id)?;
        if import::one(unit.work, id)?.is_none() {
            let row = ImportRow {
                id: id.clone(),
                source: log.source.clone(),
                name: log.name.clone(),
                state: ImportState::Running,
                doc: "{}".to_owned(),
                all: 0,
                made: 0,
                known: 0,
                bad: 0,
                by: unit.actor.reference(),
                created_at: unit.now,
                ended_at: None,
                version: 1,
            };
            import::insert(unit.work, &row)?;
        }
        let mut row = import::one(unit.work, id)?.ok_or(Error::NotFound)?;
        (row.all, row.made) = (log.all, row.made + log.new);
        row.known = row.all - row.made;
        (row.state, row.ended_at, row.doc) = (ImportState::Done, Some(unit.now), log.plan.doc());
        Ok(import::save(unit.work, &row)?)
    })
    .await?;
    for start in (0..log.differences.len()).step_by(CHUNK) {
        let log = Arc::clone(&log);
        desk.write(&IMPORT, move |unit| {
            for (no, (ticket, d)) in (1i64..).zip(&log.differences).skip(start).take(CHUNK) {
                import::put_difference(unit.work, &log.id, no, ticket, d)?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A log that was replayed.
#[derive(Debug, Clone)]
pub struct Log {
    /// Key, made from its content: a second run is the same import.
    pub id: String,
    /// Which system wrote it.
    pub source: String,
    /// Name of the file.
    pub name: String,
    /// Cases in it.
    pub all: i64,
    /// Cases that were new.
    pub new: i64,
    /// What it came to.
    pub plan: Plan,
    /// Where it differs.
    pub differences: Vec<(TicketId, Difference)>,
}
