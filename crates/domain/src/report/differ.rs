//! Where a log's own statement and our clock differ, and with what numbers.

use serde::{Deserialize, Serialize};

use super::Course;
use crate::time::{Timestamp, to_seconds};

/// A case in which a log says otherwise than our resolution clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Our number.
    pub number: String,
    /// The log's number.
    pub reference: String,
    /// The log's priority, in its own word.
    pub priority: String,
    /// The calendar of the clock.
    pub calendar: String,
    /// Which cycle of the clock.
    pub cycle: u32,
    /// The log says that the promise was kept.
    pub said_kept: bool,
    /// Our clock says so.
    pub kept: bool,
    /// What was promised, in counted seconds.
    pub target_s: i64,
    /// What was counted.
    pub counted_s: i64,
    /// What passed and was not counted: waiting for the customer, closed hours.
    pub uncounted_s: i64,
    /// When it was due; none if the clock never got there.
    pub due_at: Option<Timestamp>,
    /// When it was solved.
    pub resolved_at: Option<Timestamp>,
}

/// Compares what a log says with the last fixed resolution clock; `None` if they agree or if nothing was promised.
pub fn difference(course: &Course, said_kept: bool) -> Option<Difference> {
    let fixed = course.resolution.as_ref().filter(|f| f.met != said_kept)?;
    let wall_s = match (course.opened_at, course.resolved_at.or(course.closed_at)) {
        (Some(from), Some(to)) => to_seconds(to) - to_seconds(from),
        _ => fixed.counted_s,
    };
    Some(Difference {
        number: String::new(),
        reference: String::new(),
        priority: String::new(),
        calendar: String::new(),
        cycle: fixed.cycle,
        said_kept,
        kept: fixed.met,
        target_s: fixed.target_s,
        counted_s: fixed.counted_s,
        uncounted_s: (wall_s - fixed.counted_s).max(0),
        due_at: fixed.due_at,
        resolved_at: course.resolved_at.or(course.closed_at),
    })
}
