//! What fires: which clocks are due and who has claimed them, and the rows of the steps that fired.

use std::collections::BTreeSet;

use domain::id::TicketId;
use domain::sla::{Clock, Firing, Milestone};
use domain::time::{Timestamp, from_millis, plus_seconds};

use crate::{Error, Read, Result, Row, Work};

/// A claimed clock belongs to its worker for this long; a batch takes far less. What a worker that died had claimed
/// fires this much later.
const LEASE_S: i64 = 15;

statements! {
    INSERT = "INSERT INTO firing (ticket_id, milestone, cycle, step_id, basis_due_at, step_at, fired_at, event_no, level) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    FIRED = "SELECT milestone, cycle, step_id FROM firing WHERE ticket_id = $1 ORDER BY milestone, cycle, step_id, basis_due_at";
    OF_TICKET = "SELECT milestone, cycle, step_id, basis_due_at, step_at, event_no, level, fired_at FROM firing \
         WHERE ticket_id = $1 AND event_no > $2 ORDER BY event_no LIMIT $3";
    NEXT = "SELECT next_at FROM clock WHERE next_at IS NOT NULL AND lease_until_at IS NULL \
         ORDER BY next_at, ticket_id LIMIT 1";
    NEXT_LOST = "SELECT lease_until_at FROM clock WHERE lease_until_at IS NOT NULL \
         ORDER BY lease_until_at, ticket_id LIMIT 1";
    @twin CLAIM = "UPDATE clock SET lease_until_at = $2 WHERE (ticket_id, milestone, cycle) IN \
         (SELECT ticket_id, milestone, cycle FROM clock WHERE next_at <= $1 AND (lease_until_at IS NULL OR lease_until_at < $1) \
         ORDER BY next_at, ticket_id LIMIT $3) RETURNING next_at, ticket_id"
        / "UPDATE clock SET lease_until_at = $2 WHERE (ticket_id, milestone, cycle) IN \
         (SELECT ticket_id, milestone, cycle FROM clock WHERE next_at <= $1 AND (lease_until_at IS NULL OR lease_until_at < $1) \
         ORDER BY next_at, ticket_id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING next_at, ticket_id";
}

/// Claims clocks that do something by themselves at or before now, the longest due first; returns their tickets.
/// What another worker has claimed is left to it until its lease is over (E5).
pub fn claim_due(work: &mut Work<'_>, limit: i64) -> Result<Vec<TicketId>> {
    let now = work.now();
    let values = [now.into(), plus_seconds(now, LEASE_S).into(), limit.into()];
    let mut due = work.rows(&CLAIM, &values, |r| Ok((r.at(0)?, r.id::<TicketId>(1)?)))?;
    due.sort();
    let mut seen = BTreeSet::new();
    Ok(due.into_iter().map(|(_, id)| id).filter(|id| seen.insert(id.clone())).collect())
}

/// When the next clock acts, or is to be taken from a worker that was lost.
pub fn next_clock(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let free = r.first(&NEXT, &[], |r| r.at(0))?;
    // A lease is over when its last millisecond has passed.
    let lost = r.first(&NEXT_LOST, &[], |r| Ok(from_millis(r.int(0)? + 1)))?;
    Ok(free.into_iter().chain(lost).min())
}

/// Keeps the firings of a decision, in the transaction of their effects.
///
/// # Errors
/// [`Error::Stale`] if one of them is there already: somebody else fired it, and nothing of the decision may stay.
pub fn insert_firings(work: &mut Work<'_>, ticket: &TicketId, firings: &[Firing]) -> Result<()> {
    let now = work.now();
    for f in firings {
        let values = [
            ticket.as_str().into(),
            f.milestone.as_str().into(),
            f.cycle.into(),
            (&f.step).into(),
            f.basis_due_at.into(),
            f.at.into(),
            now.into(),
            f.event.into(),
            i64::from(f.level).into(),
        ];
        if work.execute(&INSERT, &values)? == 0 {
            return Err(Error::Stale("firing"));
        }
    }
    Ok(())
}

/// Marks on its clocks the steps of a ticket that fired.
pub(super) fn mark(r: &mut Read<'_>, ticket: &TicketId, clocks: &mut [Clock]) -> Result<()> {
    let read = |r: &Row<'_>| {
        Ok((r.word::<Milestone>(0, "firing.milestone")?, r.small(1, "firing.cycle")?, r.text(2)?))
    };
    for (milestone, cycle, step) in r.rows(&FIRED, &[ticket.as_str().into()], read)? {
        if let Some(clock) = clocks.iter_mut().find(|c| (c.milestone, c.cycle) == (milestone, cycle)) {
            clock.fired.insert(step);
        }
    }
    Ok(())
}

/// The firings of a ticket after an event, with the instant at which each was done, in the order in which they were.
pub fn firings(
    r: &mut Read<'_>,
    ticket: &TicketId,
    after: i64,
    limit: i64,
) -> Result<Vec<(Firing, Timestamp)>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into(), after.into(), limit.into()], |r| {
        let firing = Firing {
            milestone: r.word(0, "firing.milestone")?,
            cycle: r.small(1, "firing.cycle")?,
            step: r.text(2)?,
            basis_due_at: r.at(3)?,
            at: r.at(4)?,
            event: r.int(5)?,
            level: r.tiny(6, "firing.level")?,
        };
        Ok((firing, r.at(7)?))
    })
}
