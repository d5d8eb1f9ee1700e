//! The lists: emergencies, measures, and what one customer may see.

use domain::emergency::{Emergency, Measure, State};
use domain::id::{EmergencyId, OrgId, StaffId};
use domain::named;
use domain::time::{Timestamp, to_millis};

use super::{by_id, read_measure};
use crate::db::Engine;
use crate::sql::Assembly;
use crate::ticket::Cursor;
use crate::value::Value;
use crate::{Read, Result, Row};

statements! {
    RUNNING_FOR = "SELECT e.id, e.title, e.next_report_at, e.started_at FROM emergency_organisation o \
         JOIN emergency e ON e.id = o.emergency_id WHERE o.organisation_id = $1 AND e.state = 'running' \
         ORDER BY e.started_at DESC, e.id DESC LIMIT 20";
    AFFECTS = "SELECT 1 FROM emergency_organisation WHERE organisation_id = $1 AND emergency_id = $2";
}

/// What the affected customer's pages show on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Key.
    pub id: EmergencyId,
    /// Its name for customers.
    pub title: String,
    /// When they hear from us again.
    pub next_report_at: Option<Timestamp>,
    /// When it was started.
    pub started_at: Timestamp,
}

/// The running emergencies that affect a customer.
pub fn running_for(r: &mut Read<'_>, org: &OrgId) -> Result<Vec<Band>> {
    r.rows(&RUNNING_FOR, &[org.as_str().into()], |r| {
        Ok(Band { id: r.id(0)?, title: r.text(1)?, next_report_at: r.at_opt(2)?, started_at: r.at(3)? })
    })
}

/// An emergency, if it affects the customer.
pub fn emergency_of(r: &mut Read<'_>, org: &OrgId, id: &EmergencyId) -> Result<Option<Emergency>> {
    let affects = r.first(&AFFECTS, &[org.as_str().into(), id.as_str().into()], |_| Ok(()))?;
    if affects.is_some() { by_id(r, id) } else { Ok(None) }
}

named! {
    /// Which emergencies.
    pub enum Which ("which emergencies") {
        /// Being handled.
        Running = "running",
        /// Over, without a review.
        OwesReview = "owes_review",
        /// Over, reviewed or not, but not finished.
        Ended = "ended",
        /// Over and reviewed.
        Finished = "finished",
        /// They were none.
        CalledOff = "called_off",
    }
}

/// What is listed; what is empty does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmergencyFilter {
    /// Where they stand.
    pub which: Option<Which>,
    /// Led by this person.
    pub commander: Option<StaffId>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyRow {
    /// The ticket's number.
    pub number: String,
    /// Its name for customers.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// A review was written.
    pub reviewed: bool,
    /// Who led it.
    pub commander: StaffId,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When the affected hear from us again.
    pub next_report_at: Option<Timestamp>,
    /// Affected customers.
    pub organisations: i64,
    /// Measures, and how many of them are not done.
    pub measures: (i64, i64),
    /// Where the next page would begin.
    pub cursor: Cursor,
}

const BASE: &str = "SELECT t.number, e.title, e.state, e.review, e.commander_id, e.started_at, e.ended_at, \
     e.next_report_at, \
     (SELECT COUNT(*) FROM emergency_organisation o WHERE o.emergency_id = e.id), \
     (SELECT COUNT(*) FROM emergency_measure m WHERE m.emergency_id = e.id), \
     (SELECT COUNT(*) FROM emergency_measure m WHERE m.emergency_id = e.id AND m.done_at IS NULL), e.id \
     FROM emergency e JOIN ticket t ON t.id = e.ticket_id";

/// A page of emergencies, newest first.
pub fn emergencies(
    r: &mut Read<'_>,
    filter: &EmergencyFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<EmergencyRow>> {
    let engine = r.engine();
    let (text, values) = emergencies_text(filter, after, limit);
    r.query(&engine.assembled(text), &values, |r| {
        let started_at = r.at(5)?;
        Ok(EmergencyRow {
            number: r.text(0)?,
            title: r.text(1)?,
            state: r.word(2, "emergency.state")?,
            reviewed: r.text_opt(3)?.is_some(),
            commander: r.id(4)?,
            started_at,
            ended_at: r.at_opt(6)?,
            next_report_at: r.at_opt(7)?,
            organisations: r.int(8)?,
            measures: (r.int(9)?, r.int(10)?),
            cursor: Cursor { value: to_millis(started_at), id: r.text(11)? },
        })
    })
}

type Text<'v> = (String, Vec<Value<'v>>);

fn emergencies_text<'v>(f: &'v EmergencyFilter, after: Option<&'v Cursor>, limit: i64) -> Text<'v> {
    let mut a = Assembly::new(BASE);
    match f.which {
        Some(Which::OwesReview) => a.and("e.state = 'ended' AND e.review IS NULL", &[]),
        Some(which) => a.and("e.state = ?", &[which.as_str().into()]),
        None => {}
    }
    if let Some(person) = &f.commander {
        a.and("e.commander_id = ?", &[person.as_str().into()]);
    }
    if let Some(c) = after {
        a.and("(e.started_at, e.id) < (?, ?)", &[c.value.into(), (&c.id).into()]);
    }
    a.end(" ORDER BY e.started_at DESC, e.id DESC LIMIT ?", &[limit.into()])
}

named! {
    /// Which measures.
    pub enum WhichMeasures ("which measures") {
        /// Not done.
        Open = "open",
        /// Not done although their day has passed.
        Overdue = "overdue",
        /// Done.
        Done = "done",
    }
}

/// What is listed; what is empty does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeasureFilter {
    /// Where they stand; overdue ones as of the day.
    pub which: Option<(WhichMeasures, String)>,
    /// Of this person.
    pub owner: Option<StaffId>,
}

/// A measure with its emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureRow {
    /// The measure.
    pub measure: Measure,
    /// The ticket's number.
    pub number: String,
    /// The emergency's name.
    pub title: String,
    /// The emergency's key; with the day and the number it is where a page continues.
    pub emergency: EmergencyId,
}

impl MeasureRow {
    /// Where the next page would begin.
    pub fn cursor(&self) -> String {
        format!("{}.{}.{}", self.measure.due_on, self.emergency, self.measure.no)
    }
}

const MEASURES: &str = "SELECT m.no, m.what, m.owner_id, m.due_on, m.done_at, m.effect, t.number, e.title, e.id \
     FROM emergency_measure m JOIN emergency e ON e.id = m.emergency_id JOIN ticket t ON t.id = e.ticket_id";

/// Day, emergency and number of the measure after which a page begins.
type Key = (String, String, i64);

/// Reads what [`MeasureRow::cursor`] wrote.
fn key(cursor: &str) -> Option<Key> {
    let mut parts = cursor.split('.');
    let (day, id, no) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then(|| (day.to_owned(), id.to_owned(), no))
}

/// A page of measures, the first to be due first.
///
/// # Errors
/// [`crate::Error::NotFound`] for a cursor that is none.
pub fn measures(
    r: &mut Read<'_>,
    filter: &MeasureFilter,
    cursor: &str,
    limit: i64,
) -> Result<Vec<MeasureRow>> {
    let after = match cursor {
        "" => None,
        text => Some(key(text).ok_or(crate::Error::NotFound("cursor"))?),
    };
    let engine = r.engine();
    let (text, values) = measures_text(filter, after.as_ref(), limit);
    r.query(&engine.assembled(text), &values, |r: &Row<'_>| {
        let (measure, number) = (read_measure(r)?, r.text(6)?);
        Ok(MeasureRow { measure, number, title: r.text(7)?, emergency: r.id(8)? })
    })
}

fn measures_text<'v>(f: &'v MeasureFilter, after: Option<&'v Key>, limit: i64) -> Text<'v> {
    let mut a = Assembly::new(MEASURES);
    // What was called off has no measures that anybody waits for.
    a.and("e.state <> 'called_off'", &[]);
    match &f.which {
        Some((WhichMeasures::Open, _)) => a.and("m.done_at IS NULL", &[]),
        Some((WhichMeasures::Overdue, day)) => a.and("m.done_at IS NULL AND m.due_on < ?", &[day.into()]),
        Some((WhichMeasures::Done, _)) => a.and("m.done_at IS NOT NULL", &[]),
        None => {}
    }
    if let Some(person) = &f.owner {
        a.and("m.owner_id = ?", &[person.as_str().into()]);
    }
    if let Some((day, id, no)) = after {
        a.and("(m.due_on, m.emergency_id, m.no) > (?, ?, ?)", &[day.into(), id.into(), (*no).into()]);
    }
    a.end(" ORDER BY m.due_on, m.emergency_id, m.no LIMIT ?", &[limit.into()])
}

/// Every assembled statement, for the test that prepares all of them.
pub(crate) fn shapes(engine: Engine) -> Vec<(String, String)> {
    let cursor = Cursor { value: 0, id: "x".to_owned() };
    let mut shapes = Vec::new();
    for which in [Which::Running, Which::OwesReview] {
        let filter = EmergencyFilter { which: Some(which), commander: Some("x".into()) };
        let (text, _) = emergencies_text(&filter, Some(&cursor), 50);
        shapes.push((format!("emergencies {which}"), engine.assembled(text)));
    }
    let after = ("2026-01-01".to_owned(), "x".to_owned(), 1);
    for which in WhichMeasures::ALL {
        let which = Some((*which, "2026-01-01".to_owned()));
        let filter = MeasureFilter { which, owner: Some("x".into()) };
        let (text, _) = measures_text(&filter, Some(&after), 50);
        shapes.push((format!("measures {:?}", filter.which), engine.assembled(text)));
    }
    shapes
}
