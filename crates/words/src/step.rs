//! The steps of a promise in words: when one comes, and that it fired.

use domain::sla::StepAt;
use domain::ticket::{Change, Event};
use domain::time::plus_seconds;
use jiff::tz::TimeZone;

use crate::{Locale, dated, duration, span, t_args, word};

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

/// What fell due when, of an event that was caught up: a breach, or a step of a promise.
pub fn fell_due(locale: Locale, zone: &TimeZone, event: &Event) -> Option<String> {
    match &event.change {
        Change::Breached { milestone, due_at, .. } => {
            let clock = word(locale, "milestone", milestone.as_str());
            Some(t_args(locale, "late-breach", &[("clock", clock), ("at", &dated(locale, zone, *due_at))]))
        }
        Change::StepFired { milestone, percent, offset_s, missed, late_s, .. } => {
            let percent = percent.map(StepAt::Percent);
            let at = percent.or(offset_s.map(StepAt::Offset)).or(missed.map(StepAt::Missed));
            let when = at.map(|at| step_when(locale, at)).unwrap_or_default();
            let clock = word(locale, "milestone", milestone.as_str());
            let came_at = dated(locale, zone, plus_seconds(event.at, -late_s));
            Some(t_args(locale, "late-step", &[("clock", clock), ("when", &when), ("at", &came_at)]))
        }
        _ => None,
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
