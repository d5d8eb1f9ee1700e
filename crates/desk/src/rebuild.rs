//! What is cached of the clocks, recomputed from history and calendars: compared, and mended if wanted.

use std::sync::Arc;

use domain::access::{Actor, Scope, System};
use domain::id::TicketId;
use domain::sla::Clock;
use domain::ticket::decide::{Case, Earlier, Rules};
use domain::ticket::{Difference, Event, rebuild};
use store::{Read, ticket};

use crate::{Desk, Error, Result};

/// Tickets per page, and so per snapshot.
const PAGE: i64 = 200;
/// Events per read.
const EVENTS: i64 = 1_000;

/// A ticket whose cached values are not what history gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its number.
    pub number: String,
    /// What differs on its clocks.
    pub differences: Vec<Difference>,
    /// The nearest due as the lists have it, and as it should be, if they differ.
    pub nearest: Option<[String; 2]>,
}

/// A page of the check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Tickets that were looked at.
    pub tickets: usize,
    /// Those that are wrong.
    pub wrong: Vec<Wrong>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// Checks the next tickets after a key, each page as of one instant. Changes nothing.
///
/// # Errors
/// The store's; `Refused` for a broken calendar.
pub async fn check(desk: &Desk, after: String) -> Result<Checked> {
    let of = desk.clone();
    desk.db()
        .snapshot(move |r| {
            let rules = of.rules_in(r)?;
            let ids = ticket::with_clocks(r, &after, PAGE)?;
            let mut page = Checked { tickets: ids.len(), ..Checked::default() };
            for id in &ids {
                page.wrong.extend(look(r, &rules, id)?.map(|(wrong, _, _)| wrong));
            }
            let full = i64::try_from(ids.len()).is_ok_and(|n| n == PAGE);
            page.next = ids.last().filter(|_| full).map(|id| id.0.clone());
            Ok(page)
        })
        .await
}

/// Puts right what [`check`] found on a ticket. A sweep or a person may have done so meanwhile; then nothing is left.
///
/// # Errors
/// `NotFound`, the store's.
pub async fn mend(desk: &Desk, number: &str) -> Result<()> {
    let number = number.to_owned();
    desk.write(&Actor::System(System::Operator), move |unit| {
        let found = ticket::by_number(unit.work, &Scope::All, &number)?.ok_or(Error::NotFound)?;
        let Some((_, case, clocks)) = look(unit.work, &unit.rules, &found.id)? else { return Ok(()) };
        let before = (&case.ticket, case.clocks.as_slice(), case.holds.as_slice());
        ticket::update(unit.work, before, (&case.ticket, clocks.as_slice(), case.holds.as_slice()))?;
        Ok(unit.work.publish("ticket", &case.ticket.number)?)
    })
    .await
}

type Look = (Wrong, Case, Vec<Clock>);

fn look(r: &mut Read<'_>, rules: &Arc<Rules>, id: &TicketId) -> Result<Option<Look>> {
    let ticket = ticket::by_id(r, &Scope::All, id)?.ok_or(Error::NotFound)?;
    let (clocks, holds, now) = (ticket::clocks(r, id)?, ticket::holds(r, id)?, r.now());
    let case = Case { ticket, clocks, earlier: Earlier::default(), holds, rules: Arc::clone(rules) };
    let events = events(r, id)?;
    let (clocks, differences) = rebuild(&case, &events, now)?;
    let nearest = Some(ticket::nearest_of(r, id, &clocks)?).filter(|[kept, right]| kept != right);
    if differences.is_empty() && nearest.is_none() {
        return Ok(None);
    }
    Ok(Some((Wrong { number: case.ticket.number.clone(), differences, nearest }, case, clocks)))
}

fn events(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Event>> {
    let mut all: Vec<Event> = Vec::new();
    loop {
        let page = ticket::events(r, id, all.last().map_or(0, |e| e.no), EVENTS)?;
        let full = i64::try_from(page.len()).is_ok_and(|n| n == EVENTS);
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}
