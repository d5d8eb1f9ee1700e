//! Tables and logs from elsewhere. A table is taken in whole, its columns are told, a preview shows what its rows would
//! become, and then each row becomes it in a unit of work of its own: an import that was broken off goes on where
//! it was. Bad rows stay, with their reasons, and come back as a table that can be corrected and imported again.

mod apply;
mod bad;
mod clash;
mod log;
mod sheet;

use std::sync::Arc;

use domain::access::{Actor, Right, System};
use domain::field::Field;
use domain::import::{
    Custom, DateOrder, ImportState, Line, Mapping, Noun, RowState, Vocabulary, Wrong, guess, read_line,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::import::{self, ImportRow, TableRow};
use store::job;

pub use bad::{bad_rows, reasons};
pub use log::{Figures, Log, keep_log};
pub use sheet::{MAX_ROWS, Sheet, read_sheet};

use crate::admin::{need, record};
use crate::{Desk, Error, FieldError, Result};

/// History is brought in by nobody of the house: no notices, no letters.
pub const IMPORT: Actor = Actor::System(System::Import);

/// Rows that are taken in, or looked at, at once.
const CHUNK: usize = 500;
/// Rows that become something before the job lets others go first.
const STEP: i64 = 100;

/// How an import is read, and what came out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Of the file.
    pub encoding: String,
    /// Between cells.
    pub separator: String,
    /// What the columns mean.
    pub mapping: Mapping,
    /// Zone of times without an offset.
    pub zone: String,
    /// How dates are written.
    pub order: Option<DateOrder>,
    /// The promise under which a log's tickets were measured, with its revision.
    pub template: String,
    /// What a log came to.
    pub figures: Option<Figures>,
}

impl Plan {
    /// The plan of an import's row.
    pub fn of(row: &ImportRow) -> Self {
        serde_json::from_str(&row.doc).unwrap_or_default()
    }

    /// As it is stored.
    pub fn doc(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn zone(&self) -> Result<TimeZone> {
        TimeZone::get(&self.zone).map_err(|_| Error::field("zone", "unknown"))
    }
}

/// A table that somebody brings.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What its rows are.
    pub noun: Noun,
    /// Name of the file.
    pub name: String,
    /// The table.
    pub sheet: Sheet,
}

/// Takes a table in and guesses what its columns mean. Returns the import's key.
///
/// # Errors
/// `Lacks`.
pub async fn upload(desk: &Desk, who: &Actor, file: Upload, words: &Vocabulary) -> Result<String> {
    let loader = desk.clone();
    let rules = desk.read(move |r| loader.rules_in(r)).await?;
    let plan = Plan {
        mapping: guess(file.noun, &file.sheet.head, &rules.fields, words),
        head: file.sheet.head,
        encoding: file.sheet.encoding.to_owned(),
        separator: file.sheet.separator.to_string(),
        zone: rules.settings.time_zone.clone(),
        order: Some(DateOrder::YearFirst),
        ..Plan::default()
    };
    let (noun, name) = (file.noun, file.name);
    let mut row = desk
        .write(who, move |unit| {
            need(unit, Right::Import)?;
            let row = ImportRow {
                id: unit.work.next_id(),
                source: noun.to_string(),
                name: name.chars().take(200).collect(),
                state: ImportState::Loading,
                doc: plan.doc(),
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
            Ok(row)
        })
        .await?;
    let rows = Arc::new(file.sheet.rows);
    for start in (0..rows.len()).step_by(CHUNK) {
        let (rows, id) = (Arc::clone(&rows), row.id.clone());
        desk.write(who, move |unit| {
            for (no, cells) in (1i64..).zip(rows.iter()).skip(start).take(CHUNK) {
                import::put_row(unit.work, &id, no, cells)?;
            }
            Ok(())
        })
        .await?;
    }
    row.all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    row.state = ImportState::Draft;
    let id = row.id.clone();
    desk.write(who, move |unit| Ok(import::save(unit.work, &row)?)).await?;
    Ok(id)
}

/// What somebody says about a table's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What they mean.
    pub mapping: Mapping,
    /// Zone of times without an offset.
    pub zone: String,
    /// How dates are written.
    pub order: DateOrder,
    /// The version that was seen.
    pub version: i64,
}

/// Saves what the columns mean.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid`, `Stale`.
pub async fn tell(desk: &Desk, who: &Actor, id: String, told: Told) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Import)?;
        let mut row = draft(unit, &id)?;
        row.version = told.version;
        let mut plan = Plan::of(&row);
        let mut wrong = Vec::new();
        if TimeZone::get(&told.zone).is_err() {
            wrong.push(FieldError::new("zone", "unknown"));
        }
        for (field, column) in &told.mapping.0 {
            let twice = told.mapping.0.values().filter(|c| *c == column).count() > 1;
            if twice || *column >= plan.head.len() {
                wrong.push(FieldError::new(field, "column_twice"));
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        plan.mapping = told.mapping.clone();
        plan.zone.clone_from(&told.zone);
        plan.order = Some(told.order);
        row.doc = plan.doc();
        Ok(import::save(unit.work, &row)?)
    })
    .await
}

fn draft(unit: &mut crate::Unit<'_, '_>, id: &str) -> Result<ImportRow> {
    let row = import::one(unit.work, id)?.ok_or(Error::NotFound)?;
    if row.state == ImportState::Draft { Ok(row) } else { Err(Error::field("import", "begun")) }
}

/// What a row would become.
pub type Preview = (TableRow, std::result::Result<Line, Vec<Wrong>>);

/// What the first rows of a draft would become. Names are looked up only when a row is made.
///
/// # Errors
/// `NotFound`, `Invalid`.
pub async fn preview(desk: &Desk, id: String, words: Vocabulary, limit: i64) -> Result<Vec<Preview>> {
    desk.read(move |r| {
        let row = import::one(r, &id)?.ok_or(Error::NotFound)?;
        let how = How::of(&row)?;
        let now = r.now();
        let rows = import::rows(r, &id, RowState::Waiting, 0, limit)?;
        let read = |row: TableRow| {
            let line = read_line(how.custom(&words), &row.cells, now);
            (row, line)
        };
        Ok(rows.into_iter().map(read).collect())
    })
    .await
}

/// A plan, ready to read rows with.
struct How {
    noun: Noun,
    mapping: Mapping,
    zone: TimeZone,
    order: DateOrder,
}

impl How {
    fn of(row: &ImportRow) -> Result<Self> {
        let plan = Plan::of(row);
        let noun = row.source.parse().map_err(|_| Error::NotFound)?;
        let zone = plan.zone()?;
        Ok(Self { noun, mapping: plan.mapping, zone, order: plan.order.unwrap_or(DateOrder::YearFirst) })
    }

    fn custom<'a>(&'a self, words: &'a Vocabulary) -> Custom<'a> {
        Custom { noun: self.noun, mapping: &self.mapping, zone: &self.zone, order: self.order, words }
    }
}

/// An import whose rows are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// Which.
    pub import: String,
}

impl ImportJob {
    /// The job's kind.
    pub const KIND: &str = "import";
}

/// Who makes the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The workers of the service, in the background.
    Workers,
    /// The caller, with [`step`].
    Caller,
}

/// Begins to make the rows.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` if a column is missing, `Stale`.
pub async fn start(desk: &Desk, who: &Actor, id: String, maker: Maker) -> Result<()> {
    let (version, clashing) = clash::rows(desk, id.clone()).await?;
    desk.write(who, move |unit| {
        need(unit, Right::Import)?;
        let mut row = draft(unit, &id)?;
        // The rows were compared as the columns were told then.
        row.version = version;
        let how = How::of(&row)?;
        let missing = how.mapping.missing(how.noun);
        if !missing.is_empty() {
            let wrong = missing.into_iter().map(|f| FieldError::new(f, "no_column")).collect();
            return Err(Error::Invalid(wrong));
        }
        row.state = ImportState::Running;
        import::save(unit.work, &row)?;
        for no in &clashing {
            import::settle_row(unit.work, &id, *no, RowState::Bad, clash::REASONS)?;
        }
        if maker == Maker::Workers {
            job::insert(unit.work, ImportJob::KIND, &ImportJob { import: id.clone() }, unit.now)?;
        }
        let said = serde_json::json!({"file": row.name, "rows": row.all, "of": row.source});
        record(unit, ("import", &id), &None::<String>, &said)
    })
    .await
}

/// Makes the next rows; returns whether any are left. Safe to repeat: a row is made and ticked off together.
///
/// # Errors
/// The store's; what is wrong with a row is the row's.
pub async fn step(desk: &Desk, id: &str, words: &Arc<Vocabulary>) -> Result<bool> {
    let key = id.to_owned();
    let (row, rows) = desk
        .read(move |r| {
            let row = import::one(r, &key)?.ok_or(Error::NotFound)?;
            Ok((row, import::rows(r, &key, RowState::Waiting, 0, STEP)?))
        })
        .await?;
    if row.state != ImportState::Running {
        return Ok(false);
    }
    let how = Arc::new(How::of(&row)?);
    for table_row in rows {
        one_row(desk, id, &how, words, table_row).await?;
    }
    let key = id.to_owned();
    desk.write(&IMPORT, move |unit| {
        let left = !import::rows(unit.work, &key, RowState::Waiting, 0, 1)?.is_empty();
        if !left {
            let mut row = import::one(unit.work, &key)?.ok_or(Error::NotFound)?;
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
    how: &Arc<How>,
    words: &Arc<Vocabulary>,
    row: TableRow,
) -> Result<()> {
    let (key, how, words, cells) = (id.to_owned(), Arc::clone(how), Arc::clone(words), row.cells);
    let no = row.no;
    let made = desk.write(&IMPORT, move |unit| {
        let wrong = |w: Vec<Wrong>| {
            Error::Invalid(w.into_iter().map(|w| FieldError::new(w.field, w.issue)).collect())
        };
        let state = match read_line(how.custom(&words), &cells, unit.now).map_err(wrong)? {
            Line::Ticket(line) => apply::ticket(unit, &line, &cells)?,
            Line::Customer(line) => apply::customer(unit, &line)?,
        };
        Ok(import::settle_row(unit.work, &key, no, state, "[]").map(drop)?)
    });
    let wrong = match made.await {
        Ok(()) => return Ok(()),
        Err(Error::Invalid(fields)) => {
            fields.into_iter().map(|f| Wrong { field: f.field, issue: f.issue }).collect::<Vec<_>>()
        }
        Err(Error::Refused(refusal)) => {
            vec![Wrong { field: String::new(), issue: format!("refused.{refusal}") }]
        }
        Err(e) => return Err(e),
    };
    let (key, reasons) = (id.to_owned(), serde_json::to_string(&wrong).unwrap_or_default());
    desk.write(&IMPORT, move |unit| {
        Ok(import::settle_row(unit.work, &key, no, RowState::Bad, &reasons).map(drop)?)
    })
    .await
}

/// Forgets an import that has not begun, or that is done. What it made stays.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` while it runs.
pub async fn discard(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Import)?;
        let row = import::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        if row.state == ImportState::Running {
            return Err(Error::field("import", "begun"));
        }
        import::delete(unit.work, &id)?;
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("import", &id), "deleted", &row.name, "")?;
        Ok(())
    })
    .await
}

/// The fields of a noun, the installation's own after the rest, with their labels.
pub fn extra_fields(noun: Noun, fields: &[Field]) -> Vec<(String, String)> {
    let own = fields.iter().filter(|_| noun == Noun::Tickets);
    own.map(|f| (format!("{}{}", domain::import::EXTRA, f.key), f.label.clone())).collect()
}
