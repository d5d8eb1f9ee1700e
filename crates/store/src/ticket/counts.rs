//! Maintained counters of the queues: changed by difference, never counted over the table.

use crate::{Read, Result, Work};

statements! {
    ADD = "INSERT INTO queue_count (key, n) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET n = queue_count.n + EXCLUDED.n";
    ONE = "SELECT n FROM queue_count WHERE key = $1";
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
