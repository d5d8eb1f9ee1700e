//! The clocks that run in a calendar, with what is needed to read them: for previews of a new revision.

use domain::id::{CalendarId, TicketId};
use domain::sla::Clock;
use domain::ticket::Hold;

use super::read::{BESIDES, clock_columns, read_clock};
use crate::{Read, Result};

statements! {
    CLOCKS = concat!("SELECT ", clock_columns!(), ", t.id, t.number, t.title FROM clock c JOIN ticket t ON t.id = c.ticket_id \
         WHERE c.calendar_id = $1 AND c.stopped_at IS NULL AND c.ticket_id > $2 \
         ORDER BY c.ticket_id, c.milestone, c.cycle LIMIT $3");
    HOLDS = "SELECT h.ticket_id, h.status, h.from_at, h.to_at FROM ticket_hold h \
         WHERE h.ticket_id > $2 AND h.ticket_id <= $3 AND EXISTS (SELECT 1 FROM clock c \
         WHERE c.calendar_id = $1 AND c.stopped_at IS NULL AND c.ticket_id = h.ticket_id) \
         ORDER BY h.ticket_id, h.no LIMIT 100000";
}

/// A running clock with the name of its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningRow {
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
pub fn running(
    r: &mut Read<'_>,
    calendar: &CalendarId,
    after: &str,
    limit: usize,
) -> Result<Vec<RunningRow>> {
    let asked = i64::try_from(limit + PER_TICKET).unwrap_or(i64::MAX);
    let mut page = r.rows(&CLOCKS, &[calendar.as_str().into(), after.into(), asked.into()], |r| {
        Ok(RunningRow {
            ticket: r.id(BESIDES)?,
            number: r.text(BESIDES + 1)?,
            title: r.text(BESIDES + 2)?,
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
