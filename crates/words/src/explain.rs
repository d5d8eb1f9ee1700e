//! "Why this time": the steps of a clock's explanation, in words.

use domain::calendar::CalendarDoc;
use domain::sla::{ClosedWhy, Explanation, Line};
use domain::time::Timestamp;
use jiff::tz::TimeZone;

use crate::{Locale, counted, has, t, t_args, when};

/// A line for people, with its kind for the icon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// `started`, `counted`, `closed`, `paused`, `folded`, `due`, `stopped`, `over`, `off_hours`, `uncertain`, `missed`, `excused`.
    pub kind: &'static str,
    /// The sentence.
    pub text: String,
}

/// Tells an explanation in the calendar's own wall time.
pub fn tell(
    locale: Locale,
    zone: &TimeZone,
    calendar: &CalendarDoc,
    explanation: &Explanation,
    now: Timestamp,
) -> Vec<Told> {
    let mut told: Vec<Told> =
        explanation.lines.iter().map(|l| line(locale, zone, calendar, l, now)).collect();
    if explanation.uncertain {
        told.push(Told { kind: "uncertain", text: t(locale, "why-uncertain").to_owned() });
    }
    told
}

fn line(locale: Locale, zone: &TimeZone, calendar: &CalendarDoc, line: &Line, now: Timestamp) -> Told {
    let at = |t: Timestamp| when(locale, zone, t, now);
    let say = |kind: &'static str, key: &str, args: &[(&'static str, &str)]| Told {
        kind,
        text: t_args(locale, key, args),
    };
    match line {
        Line::Started { at: start } => say("started", "why-started", &[("at", &at(*start))]),
        Line::Counted { from, to, seconds, special } => {
            let key = if *special { "why-counted-special" } else { "why-counted" };
            say(
                "counted",
                key,
                &[("from", &at(*from)), ("to", &at(*to)), ("time", &counted(locale, *seconds))],
            )
        }
        Line::Closed { from, to, why: ClosedWhy::OutOfHours } => {
            say("closed", "why-closed", &[("from", &at(*from)), ("to", &at(*to))])
        }
        Line::Closed { from, to, why: ClosedWhy::DayOff(date) } => {
            let name = calendar.exceptions.iter().find(|e| e.date == *date).map_or("", |e| e.name.as_str());
            let name =
                if name.is_empty() { t(locale, "why-weekend").to_owned() } else { holiday(locale, name) };
            say("closed", "why-day-off", &[("from", &at(*from)), ("to", &at(*to)), ("name", &name)])
        }
        Line::Paused { from, to: Some(to) } => {
            say("paused", "why-paused", &[("from", &at(*from)), ("to", &at(*to))])
        }
        Line::Paused { from, to: None } => say("paused", "why-paused-still", &[("from", &at(*from))]),
        Line::Folded { from, to, seconds, stretches } => {
            let args = [
                ("from", at(*from)),
                ("to", at(*to)),
                ("time", counted(locale, *seconds)),
                ("n", stretches.to_string()),
            ];
            let args: Vec<(&'static str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
            say("folded", "why-folded", &args)
        }
        Line::Due { at: due } => say("due", "why-due", &[("at", &at(*due))]),
        Line::Stopped { at: stop, counted_s } => {
            say("stopped", "why-stopped", &[("at", &at(*stop)), ("time", &counted(locale, *counted_s))])
        }
        Line::Over { at: now, counted_s, wall_s } => {
            let key = if counted_s == wall_s { "why-over" } else { "why-over-closed" };
            let (time, wall) = (counted(locale, *counted_s), counted(locale, *wall_s));
            say("over", key, &[("at", &at(*now)), ("time", &time), ("wall", &wall)])
        }
    }
}

/// A holiday's name: shipped ones have a text in both languages, others stand as they were typed.
pub fn holiday(locale: Locale, name: &str) -> String {
    let key = format!("holiday-{name}");
    if !name.is_empty() && has(locale, &key) { t(locale, &key).to_owned() } else { name.to_owned() }
}

/// The shipped holidays, by the names under which calendars keep them.
const HOLIDAYS: [&str; 8] = [
    "new_year",
    "spring_festival",
    "qingming",
    "labour_day",
    "dragon_boat",
    "mid_autumn",
    "national_day",
    "mid_autumn_national_day",
];

/// The name under which a holiday is kept, so that both languages read it: the way back from [`holiday`].
pub fn holiday_key(name: &str) -> String {
    let is = |key: &&&str| Locale::ALL.iter().any(|l| holiday(*l, key) == name);
    HOLIDAYS.iter().find(is).map_or(name, |key| *key).to_owned()
}
