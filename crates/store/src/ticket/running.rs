//! The clocks that run in a calendar, with what is needed to read them: for previews of a new revision.

use domain::id::{CalendarId, TicketId};
use domain::sla::Clock;
use domain::ticket::Hold;

use super::read::read_clock;
use crate::{Read, Result};

statements! {
    CLOCKS = "SELECT c.milestone, c.cycle, c.target_s, c.calendar_id, c.off_hours, c.started_at, c.stopped_at, \
         c.stop_reason, c.reopened, c.excused, c.due_at, c.state, c.counted_s, c.next_at, c.breach_noted, \
         c.fired_percent, c.reminded, t.id, t.number, t.title FROM clock c JOIN ticket t ON t.id = c.ticket_id \
         WHERE c.calendar_id = $1 AND c.stopped_at IS NULL AND c.ticket_id > $2 \
         ORDER BY c.ticket_id, c.milestone, c.cycle LIMIT $3";
    HOLDS = "SELECT h.ticket_id, h.status, h.from_at, h.to_at FROM ticket_hold h \
         WHERE h.ticket_id > $2 AND h.ticket_id <= $3 AND EXISTS (SELECT 1 FROM clock c \
         WHERE c.calendar_id = $1 AND c.stopped_at IS NULL AND c.ticket_id = h.ticket_id) \
         ORDER BY h.ticket_id, h.no LIMIT 100000";
}

/// A running clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: String,
    /// The ticket's title.
    pub title: String,
    /// The clock.
    pub clock: Clock,
    /// The ticket's waiting stretches.
    pub holds: Vec<Hold>,
}

/// The most clocks that one ticket can have running in a calendar: one of each milestone.
const PER_TICKET: usize = 5;

/// A page of running clocks after a ticket's key; the clocks of a ticket stay together. An empty page is the end.
pub fn running(r: &mut Read<'_>, calendar: &CalendarId, after: &str, limit: usize) -> Result<Vec<Running>> {
    let asked = i64::try_from(limit + PER_TICKET).unwrap_or(i64::MAX);
    let mut page = r.rows(&CLOCKS, &[calendar.as_str().into(), after.into(), asked.into()], |r| {
        Ok(Running {
            ticket: r.id(17)?,
            number: r.text(18)?,
            title: r.text(19)?,
            clock: read_clock(r)?,
            holds: Vec::new(),
        })
    })?;
    if page.len() == limit + PER_TICKET
        && let Some(last) = page.last().map(|c| c.ticket.clone())
    {
        // The last ticket may be cut; it begins the next page.
        page.retain(|c| c.ticket != last);
    }
    let Some(last) = page.last().map(|c| c.ticket.0.clone()) else { return Ok(page) };
    let values = [calendar.as_str().into(), after.into(), (&last).into()];
    let holds = r.rows(&HOLDS, &values, |r| {
        let hold = Hold { status: r.word(1, "hold.status")?, from: r.at(2)?, to: r.at_opt(3)? };
        Ok((r.id::<TicketId>(0)?, hold))
    })?;
    for clock in &mut page {
        let of = holds.iter().filter(|(id, _)| *id == clock.ticket).map(|(_, h)| h.clone());
        clock.holds = of.collect();
    }
    Ok(page)
}
