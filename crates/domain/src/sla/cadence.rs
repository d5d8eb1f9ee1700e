//! The duty to report at fixed intervals (U1): which slots were missed.

use crate::calendar::{Calendar, CountError};
use crate::time::{Timestamp, from_seconds, to_seconds};

/// The dues of all slots that passed without an update. Slot k after the last update is due
/// `k × every_s` later; it is missed iff the next update, or `until`, comes strictly after it.
/// Updates may come unsorted, repeated or outside `[start, until]`; the latter are ignored.
///
/// # Errors
/// [`CountError`] for an interval out of bounds or a calendar that never opens.
pub fn missed_slots(
    calendar: Option<&Calendar>,
    start: Timestamp,
    every_s: i64,
    updates: &[Timestamp],
    until: Timestamp,
) -> Result<Vec<Timestamp>, CountError> {
    crate::calendar::check_duration(every_s)?;
    if every_s == 0 {
        return Err(CountError::BadDuration);
    }
    let (start, until) = (to_seconds(start), to_seconds(until));
    let mut marks: Vec<i64> =
        updates.iter().map(|u| to_seconds(*u)).filter(|u| (start..=until).contains(u)).collect();
    marks.push(until);
    marks.sort_unstable();
    let due = |from: i64| calendar.map_or(Ok(from + every_s), |c| c.due_s(from, every_s));
    let mut missed = Vec::new();
    let mut last = start;
    for mark in marks {
        let mut slot = due(last)?;
        while slot < mark {
            missed.push(from_seconds(slot));
            slot = due(slot)?;
        }
        last = mark;
    }
    Ok(missed)
}
