//! When a step of a promise comes, in words.

use domain::sla::StepAt;

use crate::{Locale, span, t_args};

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
