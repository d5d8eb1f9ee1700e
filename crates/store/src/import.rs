//! Imports: what was brought in, the rows of tables on their way, and the cases in which a log differs from us.

use domain::access::ActorRef;
use domain::id::TicketId;
use domain::import::{ImportState, RowState};
use domain::time::Timestamp;

use crate::row::to_json;
use crate::ticket::{actor, actor_columns};
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO import (id, source, name, state, doc, rows_all, rows_made, rows_known, rows_bad, actor_kind, actor_id, \
         created_at, version) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $7, $8, 1)";
    SAVE = "UPDATE import SET state = $2, doc = $3, rows_all = $4, rows_made = $5, rows_known = $6, rows_bad = $7, ended_at = $8, \
         version = version + 1 WHERE id = $1 AND version = $9";
    COUNT = "UPDATE import SET rows_made = rows_made + $2, rows_known = rows_known + $3, rows_bad = rows_bad + $4 WHERE id = $1";
    ONE = "SELECT id, source, name, state, doc, rows_all, rows_made, rows_known, rows_bad, actor_kind, actor_id, created_at, \
         ended_at, version FROM import WHERE id = $1";
    PAGE = "SELECT id, source, name, state, doc, rows_all, rows_made, rows_known, rows_bad, actor_kind, actor_id, created_at, \
         ended_at, version FROM import WHERE created_at < $1 OR (created_at = $1 AND id < $2) \
         ORDER BY created_at DESC, id DESC LIMIT $3";
    DELETE = "DELETE FROM import WHERE id = $1";
    PUT_ROW = "INSERT INTO import_row (import_id, no, cells, state, reasons) VALUES ($1, $2, $3, 'waiting', '[]')";
    ROWS = "SELECT no, cells, state, reasons FROM import_row WHERE import_id = $1 AND state = $2 AND no > $3 ORDER BY no LIMIT $4";
    ROW = "SELECT no, cells, state, reasons FROM import_row WHERE import_id = $1 AND no = $2";
    SET_ROW = "UPDATE import_row SET state = $3, reasons = $4 WHERE import_id = $1 AND no = $2 AND state = 'waiting'";
    DELETE_GOOD = "DELETE FROM import_row WHERE import_id = $1 AND state <> 'bad'";
    DELETE_ROWS = "DELETE FROM import_row WHERE import_id = $1";
    PUT_DIFFERENCE = "INSERT INTO import_difference (import_id, no, ticket_id, doc) VALUES ($1, $2, $3, $4)";
    DIFFERENCES = "SELECT no, doc FROM import_difference WHERE import_id = $1 AND no > $2 ORDER BY no LIMIT $3";
    DELETE_DIFFERENCES = "DELETE FROM import_difference WHERE import_id = $1";
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Key.
    pub id: String,
    /// What it reads: `tickets`, `customers`, or the name of a log.
    pub source: String,
    /// Name of the file.
    pub name: String,
    /// Where it stands.
    pub state: ImportState,
    /// How it is read and what came out, as JSON.
    pub doc: String,
    /// Rows of the file.
    pub all: i64,
    /// Rows that made something new.
    pub made: i64,
    /// Rows that were there already.
    pub known: i64,
    /// Rows that could not be read.
    pub bad: i64,
    /// Who began it.
    pub by: ActorRef,
    /// When.
    pub created_at: Timestamp,
    /// When no row was left.
    pub ended_at: Option<Timestamp>,
    /// For edits.
    pub version: i64,
}

/// A row of a table: number in the file, cells, what became of it, and why as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// From 1; the head is not counted.
    pub no: i64,
    /// Cells.
    pub cells: Vec<String>,
    /// What became of it.
    pub state: RowState,
    /// Reasons, as JSON.
    pub reasons: String,
}

fn read(r: &Row<'_>) -> Result<ImportRow> {
    Ok(ImportRow {
        id: r.text(0)?,
        source: r.text(1)?,
        name: r.text(2)?,
        state: r.word(3, "import.state")?,
        doc: r.text(4)?,
        all: r.int(5)?,
        made: r.int(6)?,
        known: r.int(7)?,
        bad: r.int(8)?,
        by: actor(r, 9)?,
        created_at: r.at(11)?,
        ended_at: r.at_opt(12)?,
        version: r.int(13)?,
    })
}

/// A new import without rows.
pub fn insert(work: &mut Work<'_>, i: &ImportRow) -> Result<()> {
    let (kind, by) = actor_columns(&i.by);
    let values = [
        (&i.id).into(),
        (&i.source).into(),
        (&i.name).into(),
        i.state.as_str().into(),
        (&i.doc).into(),
        kind.into(),
        by.into(),
        i.created_at.into(),
    ];
    work.hit("import", &INSERT, &values)
}

/// Saves an import over the version that was seen.
///
/// # Errors
/// [`crate::Error::Stale`].
pub fn save(work: &mut Work<'_>, i: &ImportRow) -> Result<()> {
    let values = [
        (&i.id).into(),
        i.state.as_str().into(),
        (&i.doc).into(),
        i.all.into(),
        i.made.into(),
        i.known.into(),
        i.bad.into(),
        i.ended_at.into(),
        i.version.into(),
    ];
    work.edit("import", &SAVE, &values)
}

/// One import.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<ImportRow>> {
    r.first(&ONE, &[id.into()], read)
}

/// A page of imports, newest first, before an instant and key.
pub fn page(r: &mut Read<'_>, before: (Timestamp, &str), limit: i64) -> Result<Vec<ImportRow>> {
    r.rows(&PAGE, &[before.0.into(), before.1.into(), limit.into()], read)
}

/// Forgets an import with its rows; what it made stays.
pub fn delete(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.execute(&DELETE_ROWS, &[id.into()])?;
    work.execute(&DELETE_DIFFERENCES, &[id.into()])?;
    work.hit("import", &DELETE, &[id.into()])
}

/// Takes a row in.
pub fn put_row(work: &mut Work<'_>, id: &str, no: i64, cells: &[String]) -> Result<()> {
    let cells = to_json(&cells);
    work.hit("import row", &PUT_ROW, &[id.into(), no.into(), (&cells).into()])
}

/// Rows in a state, after a number.
pub fn rows(r: &mut Read<'_>, id: &str, state: RowState, after: i64, limit: i64) -> Result<Vec<TableRow>> {
    r.rows(&ROWS, &[id.into(), state.as_str().into(), after.into(), limit.into()], table_row)
}

/// One row by its number in the file.
pub fn row(r: &mut Read<'_>, id: &str, no: i64) -> Result<Option<TableRow>> {
    r.first(&ROW, &[id.into(), no.into()], table_row)
}

fn table_row(r: &Row<'_>) -> Result<TableRow> {
    Ok(TableRow {
        no: r.int(0)?,
        cells: r.json(1, "import_row.cells")?,
        state: r.word(2, "import_row.state")?,
        reasons: r.text(3)?,
    })
}

/// Records what became of a row, once, and counts it. Returns whether this call did it.
pub fn settle_row(work: &mut Work<'_>, id: &str, no: i64, state: RowState, reasons: &str) -> Result<bool> {
    let set = work.execute(&SET_ROW, &[id.into(), no.into(), state.as_str().into(), reasons.into()])?;
    if set == 0 {
        return Ok(false);
    }
    let one = |s: RowState| i64::from(s == state);
    let counts = [one(RowState::Made).into(), one(RowState::Known).into(), one(RowState::Bad).into()];
    let [made, known, bad] = counts;
    work.hit("import", &COUNT, &[id.into(), made, known, bad])?;
    Ok(true)
}

/// Forgets the rows that need nobody any more.
pub fn delete_good_rows(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.execute(&DELETE_GOOD, &[id.into()]).map(drop)
}

/// Forgets the differences of an earlier run.
pub fn delete_differences(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.execute(&DELETE_DIFFERENCES, &[id.into()]).map(drop)
}

/// Keeps a difference.
pub fn put_difference(
    work: &mut Work<'_>,
    id: &str,
    no: i64,
    ticket: &TicketId,
    doc: &impl serde::Serialize,
) -> Result<()> {
    let doc = to_json(doc);
    work.hit("difference", &PUT_DIFFERENCE, &[id.into(), no.into(), ticket.as_str().into(), (&doc).into()])
}

/// A page of differences, after a number.
pub fn differences<T: serde::de::DeserializeOwned>(
    r: &mut Read<'_>,
    id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, T)>> {
    r.rows(&DIFFERENCES, &[id.into(), after.into(), limit.into()], |r| {
        Ok((r.int(0)?, r.json(1, "import_difference.doc")?))
    })
}
