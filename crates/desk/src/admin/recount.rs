//! After a calendar was edited: running clocks that count in it are read again with its newest revision (C6), in portions.
//! Each portion is a job, which ends in the transaction of its effect and writes the next one there: whatever breaks off
//! goes on where it was.

use domain::access::{Actor, System};
use domain::id::{CalendarId, TicketId};
use domain::ticket::decide;
use store::job::{self, JobRow};
use store::{Read, ticket};

use crate::jobs::RecountJob;
use crate::{Desk, Error, Result, Unit, load_acting, save};

/// Tickets per job, so that no other write waits long for it.
const PORTION: i64 = 200;

/// How often a portion begins anew because somebody changed one of its tickets meanwhile, before it is put off.
const TRIES: usize = 5;

/// Jobs that are looked at to say how far a recount is: more than there are calendars to edit at once.
const LOOKED_AT: i64 = 1000;

/// What is still to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recounting {
    /// Tickets whose running clocks show the dues of an earlier revision.
    pub tickets: i64,
    /// The job has failed too often and waits for a person.
    pub stuck: bool,
}

/// Writes the first job, if anything runs in the calendar.
pub(super) fn begin(unit: &mut Unit<'_, '_>, calendar: &CalendarId) -> Result<()> {
    next(unit, RecountJob { calendar: calendar.clone(), after: String::new() })
}

fn next(unit: &mut Unit<'_, '_>, from: RecountJob) -> Result<()> {
    if !ticket::running_in(unit.work, &from.calendar, &from.after, 1)?.is_empty() {
        job::insert(unit.work, RecountJob::KIND, &from, unit.now)?;
        unit.work.publish("job", RecountJob::KIND)?;
    }
    Ok(())
}

/// Does a claimed job: one portion.
///
/// # Errors
/// `Stale` if another worker has claimed it meanwhile, or its tickets do not rest; `never_opens`; the store's.
pub async fn recount(desk: &Desk, row: &JobRow) -> Result<()> {
    let bad = |e: serde_json::Error| Error::Internal(e.to_string());
    let from: RecountJob = serde_json::from_str(&row.payload).map_err(bad)?;
    let mut done = portion(desk, row, &from).await;
    for _ in 1..TRIES {
        if !matches!(done, Err(Error::Stale { .. })) {
            break;
        }
        done = portion(desk, row, &from).await;
    }
    done
}

async fn portion(desk: &Desk, row: &JobRow, from: &RecountJob) -> Result<()> {
    let (row, from) = (row.clone(), from.clone());
    desk.write(&Actor::System(System::Operator), move |unit| {
        job::done(unit.work, &row)?;
        let ids = ticket::running_in(unit.work, &from.calendar, &from.after, PORTION)?;
        ids.iter().try_for_each(|id| one(unit, id))?;
        let Some(last) = ids.last() else { return Ok(()) };
        next(unit, RecountJob { calendar: from.calendar.clone(), after: last.0.clone() })
    })
    .await
}

fn one(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<()> {
    let case = load_acting(unit, id)?;
    let decision = decide::recount(&case, unit.actor, unit.now)?;
    save(unit, &case, &decision)
}

/// What of each calendar is still to be read again; calendars of which nothing is are left out.
///
/// # Errors
/// The store's.
pub fn recounting(r: &mut Read<'_>) -> Result<Vec<(CalendarId, Recounting)>> {
    let bad = |e: serde_json::Error| Error::Internal(e.to_string());
    let mut all: Vec<(CalendarId, Recounting)> = Vec::new();
    for row in job::undone(r, RecountJob::KIND, "", LOOKED_AT)? {
        let RecountJob { calendar, after } = serde_json::from_str(&row.payload).map_err(bad)?;
        let tickets = ticket::count_running_in(r, &calendar, &after)?;
        let stuck = row.state == "dead";
        match all.iter_mut().find(|(id, _)| *id == calendar) {
            // Edited again before the end: the later recount has more tickets left.
            Some((_, known)) => {
                *known = Recounting { tickets: known.tickets.max(tickets), stuck: known.stuck || stuck };
            }
            None => all.push((calendar, Recounting { tickets, stuck })),
        }
    }
    Ok(all)
}
