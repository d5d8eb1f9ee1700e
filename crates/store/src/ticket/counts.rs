//! Maintained counters of the queues: changed by difference, never counted over the table.

use domain::access::Scope;
use domain::time::Timestamp;

use crate::{Read, Result, Work};

statements! {
    ADD = "INSERT INTO queue_count (key, n) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET n = queue_count.n + EXCLUDED.n";
    ONE = "SELECT n FROM queue_count WHERE key = $1";
    LATE = "SELECT COUNT(*) FROM (SELECT id FROM ticket WHERE is_open = 1 AND next_due_at < $1 \
         ORDER BY next_due_at, id LIMIT $2) AS late";
    /// By the index of migration 3b, whose condition is repeated.
    HAPPENED = "SELECT COUNT(DISTINCT x.ticket_id) FROM ticket_event x \
         WHERE x.kind IN ('opened', 'resolved', 'rated', 'clock_stopped:response', 'clock_stopped:attend', \
         'clock_stopped:update', 'clock_stopped:reply', 'clock_stopped:resolution', 'breached:response', \
         'breached:attend', 'breached:update', 'breached:reply', 'breached:resolution') \
         AND x.kind = $1 AND x.at >= $2 AND x.at < $3";
    STAFF_LOAD = "SELECT key, n FROM queue_count WHERE key >= 'staff:' AND key < 'staff;' ORDER BY key LIMIT 10000";
}

/// Applies differences; in key order, so that two transactions never wait for each other crosswise.
pub fn add_counts(work: &mut Work<'_>, differences: &[(String, i64)]) -> Result<()> {
    let mut sorted: Vec<_> = differences.iter().collect();
    sorted.sort();
    for (key, n) in sorted {
        work.execute(&ADD, &[key.into(), (*n).into()])?;
    }
    Ok(())
}

/// A counter's value.
pub fn count_of(r: &mut Read<'_>, key: &str) -> Result<i64> {
    Ok(r.first(&ONE, &[key.into()], |r| r.int(0))?.unwrap_or(0))
}

/// Open tickets per person.
pub fn staff_load(r: &mut Read<'_>) -> Result<Vec<(String, i64)>> {
    let rows = r.rows(&STAFF_LOAD, &[], |r| Ok((r.text(0)?, r.int(1)?)))?;
    Ok(rows.into_iter().map(|(k, n)| (k.trim_start_matches("staff:").to_owned(), n)).collect())
}

/// Open tickets of which a promise fell due before an instant, counted up to a limit. For staff: others see nobody's.
pub fn late(r: &mut Read<'_>, scope: &Scope, now: Timestamp, limit: i64) -> Result<i64> {
    if *scope != Scope::All {
        return Ok(0);
    }
    Ok(r.first(&LATE, &[now.into(), limit.into()], |r| r.int(0))?.unwrap_or(0))
}

/// Tickets to which an event of this kind, `opened` or `resolved`, happened in a time. For staff.
pub fn happened(
    r: &mut Read<'_>,
    scope: &Scope,
    kind: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<i64> {
    if *scope != Scope::All {
        return Ok(0);
    }
    Ok(r.first(&HAPPENED, &[kind.into(), from.into(), until.into()], |r| r.int(0))?.unwrap_or(0))
}
