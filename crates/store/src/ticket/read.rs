//! Loads a ticket, its clocks and waiting stretches; finds what is due.

use std::collections::BTreeSet;

use domain::access::Scope;
use domain::id::{CalendarId, StaffId, TicketId};
use domain::sla::{Clock, State, StopReason};
use domain::ticket::{Extra, Hold, Ticket};
use domain::time::{Timestamp, from_millis};

use super::firing::{mark, next_clock};
use super::row::{read, ticket_columns};
use super::write::nearest;
use crate::{Read, Result, Row};

/// The columns that `read_clock` reads. Table alias `c`. What a statement reads besides follows from [`BESIDES`] on.
macro_rules! clock_columns {
    () => {
        "c.milestone, c.cycle, c.target_s, c.calendar_id, c.off_hours, c.started_at, c.stopped_at, c.stop_reason, \
         c.reopened, c.excused, c.due_at, c.state, c.counted_s, c.next_at, c.breach_noted, c.fired_percent, c.reminded, \
         c.known_at, c.calendar_rev"
    };
}
pub(super) use clock_columns;

/// Where the columns begin that come after those of a clock.
pub(super) const BESIDES: usize = 19;

statements! {
    BY_NUMBER = concat!("SELECT ", ticket_columns!(), " FROM ticket t WHERE t.number = $1");
    BY_ID = concat!("SELECT ", ticket_columns!(), " FROM ticket t WHERE t.id = $1");
    BY_EXTERNAL_REF = concat!("SELECT ", ticket_columns!(), " FROM ticket t WHERE t.external_ref = $1");
    CLOCKS = concat!("SELECT ", clock_columns!(), " FROM clock c WHERE c.ticket_id = $1 \
         ORDER BY c.started_at, c.milestone, c.cycle");
    SHOWN_CLOCKS = concat!("SELECT ", clock_columns!(), " FROM clock c WHERE c.ticket_id = $1 \
         AND c.cycle > (SELECT MAX(m.cycle) FROM clock m WHERE m.ticket_id = $1 AND m.milestone = c.milestone) - $2 \
         ORDER BY c.started_at, c.milestone, c.cycle");
    SLOTS = "SELECT stop_reason, state, excused, COUNT(*) FROM clock \
         WHERE ticket_id = $1 AND milestone = 'update' AND stopped_at IS NOT NULL \
         AND (known_at IS NULL OR stopped_at > known_at) \
         GROUP BY stop_reason, state, excused ORDER BY stop_reason, state, excused LIMIT 1000";
    HOLDS = "SELECT status, from_at, to_at FROM ticket_hold WHERE ticket_id = $1 ORDER BY no";
    SILENT = "SELECT id FROM ticket WHERE silence_at <= $1 ORDER BY silence_at, id LIMIT $2";
    NEXT_SILENCE = "SELECT silence_at FROM ticket WHERE silence_at IS NOT NULL ORDER BY silence_at, id LIMIT 1";
    OF_ASSIGNEE = "SELECT id FROM ticket WHERE assignee_id = $1 AND is_open = 1 ORDER BY next_due_at, id LIMIT $2";
    RUNNING_IN = "SELECT DISTINCT ticket_id FROM clock WHERE calendar_id = $1 AND stopped_at IS NULL AND ticket_id > $2 \
         ORDER BY ticket_id LIMIT $3";
    COUNT_RUNNING_IN = "SELECT CAST(COUNT(DISTINCT ticket_id) AS BIGINT) FROM clock \
         WHERE calendar_id = $1 AND stopped_at IS NULL AND ticket_id > $2";
    WITH_CLOCKS = "SELECT DISTINCT ticket_id FROM clock WHERE ticket_id > $1 ORDER BY ticket_id LIMIT $2";
    NEAREST = "SELECT next_due_at, next_clock FROM ticket WHERE id = $1";
    IMPORTED = "SELECT id, external_ref, extra FROM ticket WHERE external_ref > $1 ORDER BY external_ref LIMIT $2";
    NUMBER_OF = "SELECT number FROM ticket WHERE id = $1";
}

/// The ticket with this number, if the reader may see it.
pub fn by_number(r: &mut Read<'_>, scope: &Scope, number: &str) -> Result<Option<Ticket>> {
    Ok(r.first(&BY_NUMBER, &[number.into()], read)?.filter(|t| scope.sees(t)))
}

/// The ticket with this key, if the reader may see it.
pub fn by_id(r: &mut Read<'_>, scope: &Scope, id: &TicketId) -> Result<Option<Ticket>> {
    Ok(r.first(&BY_ID, &[id.as_str().into()], read)?.filter(|t| scope.sees(t)))
}

/// The ticket that was imported under this reference.
pub fn by_external_ref(r: &mut Read<'_>, reference: &str) -> Result<Option<Ticket>> {
    r.first(&BY_EXTERNAL_REF, &[reference.into()], read)
}

/// All clocks of a ticket with the steps that fired, in the order in which they started.
pub fn clocks(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Clock>> {
    let mut clocks = r.rows(&CLOCKS, &[id.as_str().into()], read_clock)?;
    mark(r, id, &mut clocks)?;
    Ok(clocks)
}

/// The clocks of a ticket as people want to see them: the newest cycles of each milestone. An urgent ticket that
/// lay for weeks has thousands of progress reports that nobody gave.
pub fn shown_clocks(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Clock>> {
    const CYCLES: i64 = 12;
    r.rows(&SHOWN_CLOCKS, &[id.as_str().into(), CYCLES.into()], read_clock)
}

/// The progress slots of a ticket that are over: how they ended, whether they were excused, how many. Those that were over
/// before there was the duty are nobody's.
pub fn slots(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<(StopReason, State, bool, i64)>> {
    r.rows(&SLOTS, &[id.as_str().into()], |r| {
        Ok((r.word(0, "clock.stop_reason")?, r.word(1, "clock.state")?, r.text_opt(2)?.is_some(), r.int(3)?))
    })
}

pub(super) fn read_clock(r: &Row<'_>) -> Result<Clock> {
    let reason = r.word_opt(7, "clock.stop_reason")?;
    Ok(Clock {
        milestone: r.word(0, "clock.milestone")?,
        cycle: r.small(1, "clock.cycle")?,
        target_s: r.int(2)?,
        calendar: r.id(3)?,
        off_hours: r.flag(4)?,
        started_at: r.at(5)?,
        stopped: r.at_opt(6)?.zip(reason),
        reopened: r.json(8, "clock.reopened")?,
        excused: r.text_opt(9)?,
        due_at: r.at_opt(10)?,
        state: r.word(11, "clock.state")?,
        counted_s: r.int(12)?,
        next_at: r.at_opt(13)?,
        breach_noted: r.flag(14)?,
        fired_percent: u16::try_from(r.int(15)?).unwrap_or(u16::MAX),
        fired: BTreeSet::new(),
        reminded: r.flag(16)?,
        known_at: r.at_opt(17)?,
        calendar_rev: r.int_opt(18)?,
    })
}

/// All waiting stretches of a ticket.
pub fn holds(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Hold>> {
    r.rows(&HOLDS, &[id.as_str().into()], |r| {
        Ok(Hold { status: r.word(0, "hold.status")?, from: r.at(1)?, to: r.at_opt(2)? })
    })
}

/// Solved tickets on which the silence rule acts at or before `now`.
pub fn silent_tickets(r: &mut Read<'_>, now: Timestamp, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&SILENT, &[now.into(), limit.into()], |r| r.id(0))
}

/// The next instant at which a clock or the silence rule acts.
pub fn next_instant(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let clock = next_clock(r)?;
    let silence = r.first(&NEXT_SILENCE, &[], |r| r.at(0))?;
    Ok(clock.into_iter().chain(silence).min())
}

/// Open tickets in a person's hands.
pub fn tickets_of_assignee(r: &mut Read<'_>, person: &StaffId, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&OF_ASSIGNEE, &[person.as_str().into(), limit.into()], |r| r.id(0))
}

/// The number of a ticket, for links between tickets.
pub fn number_of(r: &mut Read<'_>, id: &TicketId) -> Result<Option<String>> {
    r.first(&NUMBER_OF, &[id.as_str().into()], |r| r.text(0))
}

/// Tickets with a clock that still counts in a calendar, after a key.
pub fn running_in(r: &mut Read<'_>, calendar: &CalendarId, after: &str, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&RUNNING_IN, &[calendar.as_str().into(), after.into(), limit.into()], |r| r.id(0))
}

/// How many they are.
pub fn count_running_in(r: &mut Read<'_>, calendar: &CalendarId, after: &str) -> Result<i64> {
    let n = r.first(&COUNT_RUNNING_IN, &[calendar.as_str().into(), after.into()], |r| r.int(0))?;
    Ok(n.unwrap_or(0))
}

/// Tickets that were ever promised something, after a key.
pub fn with_clocks(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&WITH_CLOCKS, &[after.into(), limit.into()], |r| r.id(0))
}

/// The nearest due as the lists have it: the kept one, and the one that the clocks give.
pub fn nearest_of(r: &mut Read<'_>, id: &TicketId, clocks: &[Clock]) -> Result<[String; 2]> {
    let said = |(at, clock): (i64, Option<String>)| {
        clock.map_or("-".to_owned(), |clock| format!("{} {clock}", from_millis(at)))
    };
    let kept = r.first(&NEAREST, &[id.as_str().into()], |r| Ok((r.int(0)?, r.text_opt(1)?)))?;
    Ok([said(kept.unwrap_or_default()), said(nearest(clocks))])
}

/// Imported tickets after a reference: key, reference, extra values.
pub fn imported(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<(TicketId, String, Extra)>> {
    r.rows(&IMPORTED, &[after.into(), limit.into()], |r| {
        Ok((r.id(0)?, r.text(1)?, r.json(2, "ticket.extra")?))
    })
}
