//! Reports: who may see them, which tickets they fold, and the folds over this period and the one before.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Actor, Right, Scope};
use domain::id::TicketId;
use domain::oncall::Days;
use domain::report::{Appraisal, Ask, Entry, Gathering, Grouping, Known, Report, Sheet};
use domain::sla::Milestone;
use domain::time::Timestamp;
use store::report::{CHUNK, Find, Wanted, histories, tickets};
use store::ticket::ListRow;
use store::{Read, ticket};

use crate::{Desk, Error, Result};

/// More tickets than this are not folded at once; a shorter period is asked for.
const MAX_TICKETS: usize = 400_000;

/// A report with the one before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked.
    pub ask: Ask,
    /// The numbers.
    pub now: Sheet,
    /// The numbers of the period before; none for reports as of this moment.
    pub before: Option<Sheet>,
}

/// May the actor see reports? Customers do not know that there are any.
///
/// # Errors
/// `NotFound` for customers, `Lacks` for staff without the right.
pub fn may_see(who: &Actor) -> Result<()> {
    match who {
        Actor::Contact(_) => Err(Error::NotFound),
        _ if who.has(Right::ReportView) => Ok(()),
        _ => Err(Error::Lacks(Right::ReportView)),
    }
}

/// Computes a report.
///
/// # Errors
/// As [`may_see`]; a period with too many tickets is a wrong `period`.
pub async fn compute(desk: &Desk, who: &Actor, ask: Ask) -> Result<Answer> {
    let find = match ask.report {
        Report::Attainment | Report::Punctuality => Find::Promises,
        Report::Recovery => Find::Solved,
        Report::Satisfaction => Find::Rated,
        Report::Solving | Report::Repeats => Find::Came,
        Report::Backlog => Find::Open,
    };
    let answers = fold(desk, who, find, vec![ask]).await?;
    answers.into_iter().next().ok_or(Error::NotFound)
}

/// May the actor compare people? Who supervises them may.
///
/// # Errors
/// As [`may_see`]; `Lacks` for staff who do not excuse promises.
pub fn may_appraise(who: &Actor) -> Result<()> {
    may_see(who)?;
    if who.has(Right::TicketExcuse) { Ok(()) } else { Err(Error::Lacks(Right::TicketExcuse)) }
}

/// First responses by person, compared with what their cases let expect; and what waited for the customer.
///
/// # Errors
/// As [`may_appraise`]; a period with too many tickets is a wrong `period`.
pub async fn appraise(desk: &Desk, who: &Actor, ask: Ask) -> Result<Appraisal> {
    may_appraise(who)?;
    let milestone = Some(Milestone::Response);
    let filter = domain::report::Filter { milestone, ..ask.filter.clone() };
    let ask = Ask { report: Report::Attainment, by: Grouping::Person, filter, ..ask };
    let (scope, of) = (who.scope(), desk.clone());
    desk.read(move |r| {
        let rules = of.rules_in(r)?;
        let house = rules.calendars.get(&rules.settings.silence_calendar).ok_or(Error::NotFound)?;
        let (from, until) = ask.period.instants(&ask.zone);
        let wanted = Wanted { find: Find::Any, from, until, organisation: ask.filter.organisation.clone() };
        let found = found(r, &scope, &wanted)?;
        let mut kinds = ask.kinds();
        kinds.insert("status_changed".to_owned());
        let mut all = Gathering::default();
        for chunk in found.chunks(CHUNK) {
            let read = histories(r, chunk, &kinds)?;
            all.take(&ask, &read, &|a, b| house.calendar.elapsed(a, b));
        }
        Ok(all.finish(&ask, &Days::of(&house.doc)))
    })
    .await
}

/// The tickets, unless they are too many.
fn found(r: &mut Read<'_>, scope: &Scope, wanted: &Wanted) -> Result<Vec<Known>> {
    let limit = i64::try_from(MAX_TICKETS + 1).unwrap_or(i64::MAX);
    let found = tickets(r, scope, wanted, limit)?;
    if found.len() > MAX_TICKETS { Err(Error::field("period", "too_long")) } else { Ok(found) }
}

/// Computes several reports over the same period and customer in one reading.
///
/// # Errors
/// As [`compute`].
pub async fn compute_all(desk: &Desk, who: &Actor, asks: Vec<Ask>) -> Result<Vec<Answer>> {
    fold(desk, who, Find::Any, asks).await
}

async fn fold(desk: &Desk, who: &Actor, find: Find, asks: Vec<Ask>) -> Result<Vec<Answer>> {
    may_see(who)?;
    let scope = who.scope();
    desk.read(move |r| {
        let Some(wanted) = wanted(find, &asks) else { return Ok(Vec::new()) };
        let found = found(r, &scope, &wanted)?;
        let kinds = asks.iter().flat_map(Ask::kinds).collect();
        let mut answers: Vec<Answer> = asks.into_iter().map(start).collect();
        for chunk in found.chunks(CHUNK) {
            let read = histories(r, chunk, &kinds)?;
            for answer in &mut answers {
                take(answer, &read);
            }
        }
        Ok(answers)
    })
    .await
}

fn start(ask: Ask) -> Answer {
    let before = ask.report.has_period().then(Sheet::default);
    Answer { ask, now: Sheet::default(), before }
}

fn take(answer: &mut Answer, read: &[domain::report::History]) {
    answer.now.take(&answer.ask, read);
    if let Some(before) = &mut answer.before {
        before.take(&answer.ask.before(), read);
    }
}

/// The tickets of the period and of the one before.
fn wanted(find: Find, asks: &[Ask]) -> Option<Wanted> {
    let ask = asks.first()?;
    let (from, _) = ask.period.before().instants(&ask.zone);
    let (_, until) = ask.period.instants(&ask.zone);
    Some(Wanted { find, from, until, organisation: ask.filter.organisation.clone() })
}

/// A case behind a number: what counted, and the ticket's row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// What counted.
    pub entry: Entry,
    /// The ticket.
    pub row: ListRow,
    /// Where the next page would begin.
    pub position: (Timestamp, String),
}

/// A page of the cases behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The cases, newest first.
    pub cases: Vec<Behind>,
    /// How many there are on all pages.
    pub all: usize,
    /// Is there another page?
    pub more: bool,
}

/// The cases behind the number in a column, of one row or of all, after a position.
///
/// # Errors
/// As [`compute`]; `NotFound` for a column that the report does not have.
pub async fn behind(
    desk: &Desk,
    who: &Actor,
    ask: Ask,
    column: &str,
    row: Option<&str>,
    after: Option<(Timestamp, String)>,
    limit: usize,
) -> Result<Page> {
    let column = ask.report.column(column).ok_or(Error::NotFound)?;
    let sheet = compute(desk, who, ask).await?.now;
    let entries = sheet.behind(column, row);
    let all = entries.len();
    let placed = entries.into_iter().map(|e| (sheet.position(e), e));
    let mut rest = placed.skip_while(|(position, _)| after.as_ref().is_some_and(|a| position >= a));
    let page: Vec<_> = rest.by_ref().take(limit).map(|(position, e)| (position, e.clone())).collect();
    let more = rest.next().is_some();
    let id = |e: &Entry| sheet.cases.get(e.case).map(|c| c.id.clone());
    let ids: BTreeSet<TicketId> = page.iter().filter_map(|(_, e)| id(e)).collect();
    let scope = who.scope();
    let rows = desk.read(move |r| rows(r, &scope, &ids)).await?;
    let of = |e: &Entry| id(e).and_then(|id| rows.get(&id).cloned());
    let cases = page.into_iter().filter_map(|(position, entry)| {
        let row = of(&entry)?;
        Some(Behind { entry, row, position })
    });
    Ok(Page { cases: cases.collect(), all, more })
}

fn rows(r: &mut Read<'_>, scope: &Scope, ids: &BTreeSet<TicketId>) -> Result<BTreeMap<TicketId, ListRow>> {
    let ids: Vec<TicketId> = ids.iter().cloned().collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(CHUNK) {
        found.extend(ticket::rows_of(r, scope, chunk)?.into_iter().map(|row| (row.id.clone(), row)));
    }
    Ok(found)
}
