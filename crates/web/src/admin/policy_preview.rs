//! What a promise would say for a case reported at an instant, class by class, with the reasons.

use desk::{Error, Result};
use domain::sla::{Outlook, PromiseClass, Step};
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use words::{Locale, Told, span, step_when, t_args, tell, when, word};

use super::policies::Hands;

/// A promised time.
pub(super) struct Promised {
    pub milestone: &'static str,
    pub due: String,
    pub target: String,
    pub lines: Vec<Told>,
    pub steps: Vec<String>,
}

/// The promises of a class.
pub(super) struct ClassPreview {
    pub class: &'static str,
    pub at: String,
    pub promised: Vec<Promised>,
}

/// The instant that was typed, in the installation's zone; now if there is none.
pub(super) fn at_of(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp> {
    if text.trim().is_empty() {
        return Ok(now);
    }
    let bad = || Error::field("at", "bad_value");
    let local: DateTime = text.trim().parse().map_err(|_| bad())?;
    Ok(local.to_zoned(zone.clone()).map_err(|_| bad())?.timestamp())
}

/// Puts the outlooks into words.
pub(super) fn previews(
    locale: Locale,
    rules: &Rules,
    hands: &Hands,
    (at, now): (Timestamp, Timestamp),
    outlooks: [Vec<Outlook>; 4],
) -> Vec<ClassPreview> {
    let shown = |(class, list): (&PromiseClass, Vec<Outlook>)| ClassPreview {
        class: class.as_str(),
        at: when(locale, &rules.settings.zone(), at, now),
        promised: list.iter().filter_map(|o| promised(locale, rules, hands, now, o)).collect(),
    };
    PromiseClass::ALL.iter().zip(outlooks).map(shown).collect()
}

fn promised(locale: Locale, rules: &Rules, hands: &Hands, now: Timestamp, o: &Outlook) -> Option<Promised> {
    let calendar = rules.calendars.get(&o.calendar)?;
    let zone = rules.settings.zone();
    let (time, rev) = (span(locale, o.seconds), calendar.rev.to_string());
    let args = [("target", &*time), ("calendar", &*calendar.name), ("rev", &*rev)];
    let step = |(step, at): &(Step, Timestamp)| {
        let come = step.at().map(|at| step_when(locale, at)).unwrap_or_default();
        let action = word(locale, "step", step.action.as_str());
        let action = hands
            .name(step)
            .map_or(action.to_owned(), |to| t_args(locale, "step-to", &[("action", action), ("to", to)]));
        let (at, level) = (when(locale, &zone, *at, now), step.level.to_string());
        t_args(locale, "step-line", &[("when", &come), ("action", &action), ("at", &at), ("level", &level)])
    };
    Some(Promised {
        milestone: o.milestone.as_str(),
        due: when(locale, &zone, o.due, now),
        target: t_args(locale, if o.off_hours { "why-calendar-off" } else { "why-calendar" }, &args),
        lines: tell(locale, calendar.calendar.zone(), &calendar.doc, (&o.explanation, &[]), now),
        steps: o.steps.iter().map(step).collect(),
    })
}
