//! What a promise would say for a case that is reported at an instant: dues, steps, and why. Changes nothing.

use super::{Explanation, Milestone, PolicyDoc, Run, Step, StepAt, explain};
use crate::calendar::{Calendar, CountError};
use crate::id::CalendarId;
use crate::ticket::{Kind, Level, Severity};
use crate::time::Timestamp;

/// One promised time for such a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What is promised.
    pub milestone: Milestone,
    /// Counted seconds.
    pub seconds: i64,
    /// The calendar in which they count.
    pub calendar: CalendarId,
    /// The off-hours target was chosen.
    pub off_hours: bool,
    /// When it would be due.
    pub due: Timestamp,
    /// Why.
    pub explanation: Explanation,
    /// The steps with their instants, in the order in which they fire. Missed updates count as if nobody ever reported.
    pub steps: Vec<(Step, Timestamp)>,
}

/// The promises for a case that is reported at `at`, in the order of the milestones. A progress slot and an
/// answer are shown as if they began at that instant.
///
/// # Errors
/// [`CountError`] if a target can never be reached.
pub fn outlook<'c>(
    doc: &PolicyDoc,
    calendar: impl Fn(&CalendarId) -> Option<&'c Calendar>,
    (kind, severity, level): (Kind, Severity, Option<Level>),
    at: Timestamp,
) -> Result<Vec<Outlook>, CountError> {
    let mut all = Vec::new();
    for milestone in Milestone::ALL {
        let Some(target) = doc.target(*milestone, kind, severity, level) else { continue };
        let open = calendar(&target.calendar).is_none_or(|c| c.is_open(at));
        let (seconds, id, off_hours) = target.chosen(open);
        let Some(counts_in) = calendar(id) else { continue };
        let run =
            Run { calendar: counts_in, started_at: at, target_s: seconds, pauses: &[], stopped_at: None };
        let due = counts_in.due(at, seconds)?;
        let mut steps = doc.instants((*milestone, off_hours), &run, at);
        for step in doc.steps_of(*milestone, off_hours) {
            if let Some(StepAt::Missed(n)) = step.at() {
                // Every slot begins where the one before it was missed (U1).
                steps.push((step, counts_in.due(at, seconds.saturating_mul(i64::from(n)))?));
            }
        }
        steps.sort_by_key(|(s, at)| (*at, s.level));
        all.push(Outlook {
            milestone: *milestone,
            seconds,
            calendar: id.clone(),
            off_hours,
            due,
            explanation: explain(&run, at)?,
            steps: steps.into_iter().map(|(s, at)| (s.clone(), at)).collect(),
        });
    }
    Ok(all)
}
