//! What happens to the dues when a ticket is raised to urgent (M1, M2).

use super::clock::Run;
use crate::calendar::{Calendar, CountError};
use crate::time::Timestamp;

/// The three answers to "raised at T": each mode's resolution due, and what became of the old clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RaiseDues {
    /// The due of the clock that is replaced.
    pub old_due: Timestamp,
    /// `raised_at > old_due`.
    pub old_breached: bool,
    /// Due under `new_facts`: the new target restarts at the raise.
    pub restart: Timestamp,
    /// Due under `misclassified`: the new target from the original start.
    pub from_start: Timestamp,
    /// Seconds counted under the old calendar until the raise, not capped at the old target.
    pub counted_s: i64,
    /// Due when counted seconds are carried over into the new calendar.
    pub carry: Timestamp,
}

/// Computes the dues of a raise. `old` is the unpaused clock that is replaced.
///
/// # Errors
/// [`CountError`] of any of the dues.
pub fn raise_dues(
    old: &Run<'_>,
    raised_at: Timestamp,
    calendar: &Calendar,
    target_s: i64,
) -> Result<RaiseDues, CountError> {
    let old_due = old.calendar.due(old.started_at, old.target_s)?;
    let counted_s = old.calendar.elapsed(old.started_at, raised_at);
    crate::calendar::check_duration(target_s)?;
    let left = target_s - counted_s;
    Ok(RaiseDues {
        old_due,
        old_breached: raised_at > old_due,
        restart: calendar.due(raised_at, target_s)?,
        from_start: calendar.due(old.started_at, target_s)?,
        counted_s,
        carry: if left <= 0 { raised_at } else { calendar.due(raised_at, left)? },
    })
}
