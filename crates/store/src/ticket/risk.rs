//! What tells whether running clocks will be in time: how long past resolutions took, and the clocks that run.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::TicketId;
use domain::sla::{Clock, Past, Sort, StopReason};
use domain::ticket::Hold;
use domain::time::Timestamp;

use crate::sql::Assembly;
use crate::value::Value;
use crate::{Read, Result, Row};

statements! {
    /// By the index of migration 3b, whose condition is repeated.
    ENDED = "SELECT t.severity, t.product_id, t.group_id, c.counted_s, c.ticket_id, c.cycle, c.stop_reason \
         FROM ticket_event x JOIN ticket t ON t.id = x.ticket_id \
         JOIN clock c ON c.ticket_id = x.ticket_id AND c.milestone = 'resolution' AND c.stopped_at IS NOT NULL \
         WHERE x.kind IN ('opened', 'resolved', 'rated', 'clock_stopped:response', 'clock_stopped:attend', \
         'clock_stopped:update', 'clock_stopped:reply', 'clock_stopped:resolution', 'breached:response', \
         'breached:attend', 'breached:update', 'breached:reply', 'breached:resolution') \
         AND x.kind = 'clock_stopped:resolution' AND x.at >= $1 \
         ORDER BY x.at DESC, x.ticket_id, x.no, c.cycle LIMIT $2";
    UNSOLVED = "SELECT t.severity, t.product_id, t.group_id, c.counted_s FROM ticket t \
         JOIN clock c ON c.ticket_id = t.id AND c.milestone = 'resolution' AND c.stopped_at IS NULL \
         WHERE t.is_open = 1 ORDER BY t.next_due_at, t.id, c.cycle LIMIT $1";
}

/// How long resolutions took: the newest `limit` that stopped since an instant, and up to `limit` that run, with what
/// they had counted when they were last read.
pub fn past_resolutions(r: &mut Read<'_>, since: Timestamp, limit: i64) -> Result<Vec<(Sort, Past)>> {
    let ended = r.rows(&ENDED, &[since.into(), limit.into()], |r| {
        let reason: StopReason = r.word(6, "clock.stop_reason")?;
        let past = Past { counted_s: r.int(3)?, solved: reason == StopReason::Done };
        Ok(((r.id::<TicketId>(4)?, r.int(5)?), (sort(r, 0)?, past)))
    })?;
    let running = r.rows(&UNSOLVED, &[limit.into()], |r| {
        Ok((sort(r, 0)?, Past { counted_s: r.int(3)?, solved: false }))
    })?;
    // A case that was opened again has stopped more than once, and each stop finds all its cycles.
    let mut seen = BTreeSet::new();
    let once = ended.into_iter().filter(|(cycle, _)| seen.insert(cycle.clone())).map(|(_, past)| past);
    Ok(once.chain(running).collect())
}

fn sort(r: &Row<'_>, at: usize) -> Result<Sort> {
    Ok(Sort {
        severity: r.word(at, "ticket.severity")?,
        product: r.id_opt(at + 1)?,
        group: r.id_opt(at + 2)?,
    })
}

/// A list reads them each time: no more than what is asked of a clock that runs, by the index of running clocks. A case of
/// half-hourly reports has dozens that are over.
const RUNNING: &str = "SELECT c.ticket_id, c.milestone, c.cycle, c.target_s, c.calendar_id, c.started_at, c.reopened, \
     c.due_at FROM clock c";
const HOLDS: &str = "SELECT h.ticket_id, h.status, h.from_at, h.to_at FROM ticket_hold h";

/// What runs of a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Running {
    /// The clocks, by milestone and cycle: their beginning, their pauses and their due; what was read or fired of them is left out.
    pub clocks: Vec<Clock>,
    /// The ticket's waiting stretches.
    pub holds: Vec<Hold>,
}

/// The running clocks of some tickets with all that is needed to read them; tickets of which nothing runs are left out.
pub fn running_of(r: &mut Read<'_>, ids: &[TicketId]) -> Result<BTreeMap<TicketId, Running>> {
    let mut running = BTreeMap::<TicketId, Running>::new();
    if ids.is_empty() {
        return Ok(running);
    }
    let engine = r.engine();
    let (text, values) = assemble_running(ids);
    let clocks = r.query(&engine.assembled(text), &values, |r| {
        let clock = Clock::running(
            (r.word(1, "clock.milestone")?, r.small(2, "clock.cycle")?),
            r.int(3)?,
            r.id(4)?,
            r.at(5)?,
        );
        let clock = Clock { reopened: r.json(6, "clock.reopened")?, due_at: r.at_opt(7)?, ..clock };
        Ok((r.id::<TicketId>(0)?, clock))
    })?;
    for (id, clock) in clocks {
        running.entry(id).or_default().clocks.push(clock);
    }
    let (text, values) = assemble_holds(ids);
    let holds = r.query(&engine.assembled(text), &values, |r| {
        let hold = Hold { status: r.word(1, "hold.status")?, from: r.at(2)?, to: r.at_opt(3)? };
        Ok((r.id::<TicketId>(0)?, hold))
    })?;
    for (id, hold) in holds {
        if let Some(of) = running.get_mut(&id) {
            of.holds.push(hold);
        }
    }
    Ok(running)
}

/// Assembles the statement; also used by the test that prepares it on both engines.
pub(crate) fn assemble_running(ids: &[TicketId]) -> (String, Vec<Value<'_>>) {
    let mut a = Assembly::new(RUNNING);
    a.and("c.stopped_at IS NULL", &[]);
    a.and_in("c.ticket_id", ids.iter().map(|id| id.as_str().into()));
    a.end(" ORDER BY c.ticket_id, c.milestone, c.cycle", &[])
}

/// The same for their waiting stretches.
pub(crate) fn assemble_holds(ids: &[TicketId]) -> (String, Vec<Value<'_>>) {
    let mut a = Assembly::new(HOLDS);
    a.and_in("h.ticket_id", ids.iter().map(|id| id.as_str().into()));
    a.end(" ORDER BY h.ticket_id, h.no", &[])
}
