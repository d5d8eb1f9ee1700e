//! What fires: which clocks are due and who has claimed them, and the rows of the steps that fired.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::TicketId;
use domain::sla::{Clock, Firing, Milestone};
use domain::time::{Timestamp, from_millis, plus_seconds};

use crate::value::Value;
use crate::{Error, Read, Result, Row, Work};

/// A claimed clock belongs to its worker for this long; a batch takes far less. What a worker that died had claimed
/// fires this much later.
const LEASE_S: i64 = 15;

statements! {
    INSERT = "INSERT INTO firing (ticket_id, milestone, cycle, step_id, basis_due_at, step_at, fired_at, event_no, level) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    FIRED = "SELECT milestone, cycle, step_id FROM firing WHERE ticket_id = $1 ORDER BY milestone, cycle, step_id, basis_due_at";
    /// By the key, milestone by milestone in the order of [`Milestone::ALL`].
    FIRED_SINCE = "WITH since (milestone, cycle) AS (VALUES ('response', CAST($2 AS BIGINT)), ('attend', CAST($3 AS BIGINT)), \
         ('update', CAST($4 AS BIGINT)), ('reply', CAST($5 AS BIGINT)), ('resolution', CAST($6 AS BIGINT))) \
         SELECT f.milestone, f.cycle, f.step_id FROM since s CROSS JOIN firing f WHERE f.ticket_id = $1 \
         AND f.milestone = s.milestone AND f.cycle >= s.cycle ORDER BY f.milestone, f.cycle, f.step_id, f.basis_due_at";
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
    let fired = r.rows(&FIRED, &[ticket.as_str().into()], read_fired)?;
    put_marks(clocks, fired);
    Ok(())
}

/// The same for clocks that run only; what fired on others is not read.
pub(super) fn mark_running(r: &mut Read<'_>, ticket: &TicketId, clocks: &mut [Clock]) -> Result<()> {
    let mut values: Vec<Value<'_>> = vec![ticket.as_str().into()];
    for milestone in Milestone::ALL {
        let running = clocks.iter().filter(|c| c.milestone == *milestone && c.is_running());
        let oldest = running.map(|c| i64::from(c.cycle)).min();
        values.push(oldest.unwrap_or(i64::MAX).into());
    }
    let fired = r.rows(&FIRED_SINCE, &values, read_fired)?;
    put_marks(clocks, fired);
    Ok(())
}

/// Clock, cycle, step.
type Fired = (Milestone, u32, String);

fn read_fired(r: &Row<'_>) -> Result<Fired> {
    Ok((r.word(0, "firing.milestone")?, r.small(1, "firing.cycle")?, r.text(2)?))
}

fn put_marks(clocks: &mut [Clock], fired: Vec<Fired>) {
    let mut of: BTreeMap<_, _> = clocks.iter_mut().map(|c| ((c.milestone, c.cycle), &mut c.fired)).collect();
    for (milestone, cycle, step) in fired {
        if let Some(marks) = of.get_mut(&(milestone, cycle)) {
            marks.insert(step);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_stand_in_the_order_of_the_milestones() {
        let places: Vec<_> =
            Milestone::ALL.iter().map(|m| FIRED_SINCE.postgres.find(&format!("('{m}', "))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    }
}
