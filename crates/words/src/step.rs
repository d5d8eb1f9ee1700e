//! The steps of a promise in words: when one comes, and that it fired.

use domain::sla::StepAt;
use domain::ticket::Change;

use crate::{Locale, duration, span, t_args, word};

/// From here on a step says that it came late.
const LATE_S: i64 = 60;

/// `75%`, `30 min before the due`, `2 reports missed in a row`.
pub fn step_when(locale: Locale, at: StepAt) -> String {
    match at {
        StepAt::Percent(percent) => t_args(locale, "step-percent", &[("n", &percent.to_string())]),
        StepAt::Offset(0) => t_args(locale, "step-due", &[]),
        StepAt::Offset(s) => {
            let key = if s < 0 { "step-before" } else { "step-after" };
            t_args(locale, key, &[("time", &span(locale, s))])
        }
        StepAt::Missed(n) => t_args(locale, "step-missed", &[("n", &n.to_string())]),
    }
}

/// What a step did, and when; nothing for what is no step.
pub fn step_fired(locale: Locale, change: &Change) -> Option<String> {
    let Change::StepFired { milestone, percent, offset_s, missed, action, late_s, retro, .. } = change else {
        return None;
    };
    let percent = percent.map(StepAt::Percent);
    let at = percent.or(offset_s.map(StepAt::Offset)).or(missed.map(StepAt::Missed));
    let (when, late) = (at.map(|at| step_when(locale, at)), duration(locale, *late_s));
    let args = [
        ("clock", word(locale, "milestone", milestone.as_str())),
        ("when", when.as_deref().unwrap_or_default()),
        ("action", word(locale, "step", action.as_str())),
        ("late", &*late),
    ];
    let key = match (*retro, *late_s >= LATE_S) {
        (true, _) => "event-step-retro",
        (false, true) => "event-step-late",
        (false, false) => "event-step",
    };
    Some(t_args(locale, key, &args))
}
