//! What a new revision of a calendar does to a clock that runs: its due before and after. Changes nothing.

use super::{Clock, Pause, Reading};
use crate::calendar::{Calendar, CountError};
use crate::time::Timestamp;

/// A clock whose reading changes with the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// As the present revision has it.
    pub before: Reading,
    /// As the new revision would have it.
    pub after: Reading,
}

impl Shift {
    /// Would the clock be overdue at once, although it is not now?
    pub fn is_newly_late(&self) -> bool {
        self.after.state.is_breached() && !self.before.state.is_breached()
    }
}

/// Compares a running clock in two revisions of its calendar; `None` if its due stays where it is.
///
/// # Errors
/// [`CountError`] if one of the two can never reach the target.
pub fn shift(
    clock: &Clock,
    pauses: &[Pause],
    (present, new): (&Calendar, &Calendar),
    now: Timestamp,
) -> Result<Option<Shift>, CountError> {
    let before = clock.run(present, pauses).read(now)?;
    let after = clock.run(new, pauses).read(now)?;
    let moved = before.due != after.due || before.state != after.state;
    Ok(moved.then_some(Shift { before, after }))
}
