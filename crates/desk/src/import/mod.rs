//! Tables and logs from elsewhere. A table is taken in whole, its columns are told, a preview shows what its rows would
//! become, and then each row becomes it in a unit of work of its own: an import that was broken off goes on where
//! it was. Bad rows stay, with their reasons, and come back as a table that can be corrected and imported again.

mod apply;
mod bad;
mod clash;
mod log;
mod make;
mod sheet;
mod trial;

use std::sync::Arc;

use domain::access::{Actor, Right, System};
use domain::field::Field;
use domain::import::{Custom, DateOrder, ImportState, Mapping, Noun, Twice, Vocabulary, guess};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::import::{self, ImportRow};
use store::job;

pub use bad::{bad_rows, reasons};
pub use log::{Figures, Log, keep_log};
pub use make::step;
pub use sheet::{MAX_ROWS, Sheet, read_sheet};
pub use trial::{Preview, Trial, Tried, preview};

use crate::admin::{need, record};
use crate::{Desk, Error, FieldError, Result};

/// History is brought in by nobody of the house: no notices, no letters.
pub const IMPORT: Actor = Actor::System(System::Import);

/// Rows that are taken in, or looked at, at once.
const CHUNK: usize = 500;

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
    /// Numbers that stand in the file with different contents.
    #[serde(skip_serializing_if = "Twice::is_empty")]
    pub twice: Twice,
    /// Rows that became tickets without telling when somebody first answered; known when all rows are made.
    #[serde(skip_serializing_if = "is_zero")]
    pub unanswered: usize,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(n: &usize) -> bool {
    *n == 0
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

/// A plan, ready to read rows with.
struct How {
    noun: Noun,
    mapping: Mapping,
    width: usize,
    zone: TimeZone,
    order: DateOrder,
}

impl How {
    fn of(row: &ImportRow) -> Result<Self> {
        let noun = row.source.parse().map_err(|_| Error::NotFound)?;
        Self::new(noun, Plan::of(row))
    }

    fn new(noun: Noun, plan: Plan) -> Result<Self> {
        let zone = plan.zone()?;
        let (width, order) = (plan.head.len(), plan.order.unwrap_or(DateOrder::YearFirst));
        Ok(Self { noun, mapping: plan.mapping, width, zone, order })
    }

    fn custom<'a>(&'a self, words: &'a Vocabulary) -> Custom<'a> {
        let (noun, width, zone, order) = (self.noun, self.width, &self.zone, self.order);
        Custom { noun, mapping: &self.mapping, width, zone, order, words }
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
    let (version, twice) = clash::look(desk, id.clone()).await?;
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
        row.doc = Plan { twice: twice.clone(), ..Plan::of(&row) }.doc();
        import::save(unit.work, &row)?;
        if maker == Maker::Workers {
            job::insert(unit.work, ImportJob::KIND, &ImportJob { import: id.clone() }, unit.now)?;
        }
        let said = serde_json::json!({"file": row.name, "rows": row.all, "of": row.source});
        record(unit, ("import", &id), &None::<String>, &said)
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
