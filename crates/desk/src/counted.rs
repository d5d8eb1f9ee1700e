//! By which revision of its calendar a clock was counted (C6).

use domain::sla::{Clock, Pause};
use domain::ticket::decide::{CalendarRev, Rules};
use store::{Read, revision};

use crate::Result;

/// So far back is looked.
const MOST: i64 = 100;

/// The revision with which a clock ended, if that is not the newest: what is over stays as it was, whatever is edited afterwards.
///
/// # Errors
/// The store's.
pub fn ended_in(
    r: &mut Read<'_>,
    rules: &Rules,
    clock: &Clock,
    pauses: &[Pause],
) -> Result<Option<CalendarRev>> {
    let Some(newest) = rules.calendars.get(&clock.calendar) else { return Ok(None) };
    match clock.calendar_rev {
        _ if clock.is_running() => return Ok(None),
        Some(rev) if rev == newest.rev => return Ok(None),
        Some(rev) => return Ok(revision::calendars_before(r, &clock.calendar, rev + 1, 1)?.pop()),
        None if clock.ended_in(&newest.calendar, pauses) => return Ok(None),
        None => {}
    }
    // What ended before the revision was kept: the reading tells.
    let older = revision::calendars_before(r, &clock.calendar, newest.rev, MOST)?;
    Ok(older.into_iter().find(|c| clock.ended_in(&c.calendar, pauses)))
}
