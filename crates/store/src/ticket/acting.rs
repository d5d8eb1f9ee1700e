//! The clocks of a ticket that can still do something by themselves, and what the rules ask of the slots that are over:
//! an urgent ticket that lay for weeks has thousands of those, and none of them is loaded.

use domain::id::TicketId;
use domain::sla::{Clock, StopReason};
use domain::ticket::decide::Earlier;
use domain::time::Timestamp;

use super::firing::mark_running;
use super::read::{clock_columns, read_clock};
use crate::{Read, Result, Row};

statements! {
    /// The newest cycle of each milestone by the key, and what runs by the index of running clocks: no clock that is over is
    /// even looked at.
    ACTING = concat!("WITH kind (milestone) AS (VALUES ('response'), ('attend'), ('update'), ('reply'), ('resolution')) \
         SELECT ", clock_columns!(), " FROM kind k JOIN clock c ON c.ticket_id = $1 AND c.milestone = k.milestone AND c.cycle = \
         (SELECT MAX(m.cycle) FROM clock m WHERE m.ticket_id = $1 AND m.milestone = k.milestone) \
         UNION SELECT ", clock_columns!(), " FROM clock c \
         WHERE c.ticket_id = $1 AND c.stopped_at IS NULL ORDER BY 6, 1, 2");
    /// Looks back from the newest slot, and no further than it must.
    BROKEN = "SELECT cycle, started_at, stop_reason, COALESCE(known_at, started_at) FROM clock WHERE ticket_id = $1 AND milestone = 'update' AND cycle < $2 \
         AND (stop_reason <> 'missed' OR (started_at < $3 AND cycle <= $4)) ORDER BY cycle DESC LIMIT 1";
    MISSED_FROM = "SELECT COALESCE(known_at, started_at) FROM clock WHERE ticket_id = $1 AND milestone = 'update' AND cycle > $2 AND cycle < $3 \
         AND started_at >= $4 ORDER BY started_at, cycle LIMIT 1";
}

/// The clocks that run, with the steps that fired on them, and the newest cycle of each milestone, in the order in which
/// they started.
pub fn acting_clocks(r: &mut Read<'_>, id: &TicketId) -> Result<Vec<Clock>> {
    let mut clocks = r.rows(&ACTING, &[id.as_str().into()], read_clock)?;
    mark_running(r, id, &mut clocks)?;
    Ok(clocks)
}

/// What the rules ask of the progress slots before one that runs.
pub fn earlier_slots(r: &mut Read<'_>, id: &TicketId, slot: &Clock) -> Result<Earlier> {
    let (since, cycle) = Earlier::reach(slot);
    let values = [id.as_str().into(), slot.cycle.into(), since.into(), cycle.into()];
    let read = |r: &Row<'_>| {
        let reason: Option<StopReason> = r.word_opt(2, "clock.stop_reason")?;
        Ok((r.small(0, "clock.cycle")?, [r.at(1)?, r.at(3)?], reason == Some(StopReason::Missed)))
    };
    let (last, from, broken) = match r.first(&BROKEN, &values, read)? {
        // The row reaches beyond what the rules look at.
        Some((last, [_, known_at], true)) => {
            return Ok(Earlier { missed: slot.cycle - last, broken: None, missed_from: Some(known_at) });
        }
        Some((last, [at, _], false)) => (last, at, Some((at, last))),
        None => (0, Timestamp::UNIX_EPOCH, None),
    };
    let values = [id.as_str().into(), last.into(), slot.cycle.into(), from.into()];
    let missed_from = r.first(&MISSED_FROM, &values, |r| r.at(0))?;
    Ok(Earlier { missed: slot.cycle.saturating_sub(last + 1), broken, missed_from })
}

#[cfg(test)]
mod tests {
    use domain::sla::Milestone;

    use super::*;

    #[test]
    fn no_milestone_is_forgotten() {
        for milestone in Milestone::ALL {
            assert!(ACTING.postgres.contains(&format!("('{milestone}')")), "{milestone}");
        }
    }
}
