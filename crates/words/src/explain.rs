//! "Why this time": the steps of a clock's explanation, in words.

use std::ops::Range;

use domain::calendar::{CalendarDoc, ExceptionDoc, ExceptionKind};
use domain::sla::{ClosedWhy, Explanation, Line};
use domain::time::Timestamp;
use jiff::civil::Date;
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

/// Tells an explanation in the calendar's own wall time. `reopened` are the stretches from an end to the reopening.
pub fn tell(
    locale: Locale,
    zone: &TimeZone,
    calendar: &CalendarDoc,
    (explanation, reopened): (&Explanation, &[(Timestamp, Timestamp)]),
    now: Timestamp,
) -> Vec<Told> {
    let lines = explanation.lines.iter();
    let mut told: Vec<Told> = lines.flat_map(|l| line(locale, zone, calendar, (l, reopened), now)).collect();
    if explanation.uncertain {
        told.push(Told { kind: "uncertain", text: t(locale, "why-uncertain").to_owned() });
    }
    told
}

/// A pause in its parts: waiting, and between an end and the reopening.
fn parts(
    (from, to): (Timestamp, Option<Timestamp>),
    reopened: &[(Timestamp, Timestamp)],
) -> Vec<(&'static str, Timestamp, Option<Timestamp>)> {
    let mut parts = Vec::new();
    let mut at = from;
    let mut over = reopened.to_vec();
    over.sort_unstable();
    for (a, b) in over {
        let (a, b) = (a.max(at), to.map_or(b, |to| b.min(to)));
        if a >= b {
            continue;
        }
        if a > at {
            parts.push(("why-paused", at, Some(a)));
        }
        parts.push(("why-paused-over", a, Some(b)));
        at = b;
    }
    match to {
        Some(to) if to > at => parts.push(("why-paused", at, Some(to))),
        None => parts.push(("why-paused-still", at, None)),
        Some(_) => {}
    }
    parts
}

fn line(
    locale: Locale,
    zone: &TimeZone,
    calendar: &CalendarDoc,
    (line, reopened): (&Line, &[(Timestamp, Timestamp)]),
    now: Timestamp,
) -> Vec<Told> {
    let at = |t: Timestamp| when(locale, zone, t, now);
    let say = |kind: &'static str, key: &str, args: &[(&'static str, &str)]| {
        vec![Told { kind, text: t_args(locale, key, args) }]
    };
    match line {
        Line::Paused { from, to } => {
            let said = |(key, from, to): (&str, Timestamp, Option<Timestamp>)| {
                say("paused", key, &[("from", &at(from)), ("to", &to.map(at).unwrap_or_default())])
            };
            parts((*from, *to), reopened).into_iter().flat_map(said).collect()
        }
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
            let name = days_off(locale, calendar, *date..to.to_zoned(zone.clone()).date());
            say("closed", "why-day-off", &[("from", &at(*from)), ("to", &at(*to)), ("name", &name)])
        }
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

/// Whose days off they are: the holidays of a stretch by their names, else the weekend.
fn days_off(locale: Locale, calendar: &CalendarDoc, days: Range<Date>) -> String {
    let closed = |e: &&ExceptionDoc| e.kind != ExceptionKind::MakeupWork && e.windows.is_empty();
    let off = calendar.exceptions.iter().filter(closed).filter(|e| days.contains(&e.date));
    let mut named: Vec<(Date, String)> = off.map(|e| (e.date, holiday(locale, &e.name))).collect();
    named.sort();
    let mut names: Vec<String> = Vec::new();
    for (_, name) in named {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { t(locale, "why-weekend").to_owned() } else { names.join(t(locale, "list-comma")) }
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

#[cfg(test)]
mod tests {
    use domain::calendar::{china_coverage, china_exceptions};
    use domain::sla::{Run, explain};
    use jiff::civil::date;

    use super::*;

    /// The closed stretches between a start and its due, in words.
    fn closed(locale: Locale, start: &str, hours: i64, more: &[ExceptionDoc]) -> Vec<String> {
        let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
        let free = Vec::new;
        let doc = CalendarDoc {
            time_zone: "Asia/Shanghai".to_owned(),
            always_open: false,
            week: [day(), day(), day(), day(), day(), free(), free()],
            makeup: Vec::new(),
            exceptions: china_exceptions().into_iter().chain(more.iter().cloned()).collect(),
            coverage: china_coverage(),
        };
        let calendar = doc.compile().unwrap();
        let started_at: Timestamp = format!("{start}+08:00").parse().unwrap();
        let run =
            Run { calendar: &calendar, started_at, target_s: hours * 3600, pauses: &[], stopped_at: None };
        let why = explain(&run, started_at).unwrap();
        let told = tell(locale, calendar.zone(), &doc, (&why, &[]), started_at);
        told.into_iter().filter(|l| l.kind == "closed").map(|l| l.text).collect()
    }

    #[test]
    fn each_closed_stretch_names_the_holiday_of_its_days() {
        // From a Thursday over mid-autumn, three working days, and the national day.
        let told = closed(Locale::Zh, "2026-09-24T16:00:00", 32, &[]);
        let holidays: Vec<&str> = ["中秋节", "国庆节"]
            .into_iter()
            .filter(|name| told.iter().filter(|l| l.contains(&format!("（{name}）"))).count() == 1)
            .collect();
        assert_eq!((holidays, told.len()), (vec!["中秋节", "国庆节"], 4), "{told:#?}");
        assert!(told[1].contains("非服务时间") && told[2].contains("非服务时间"), "{told:#?}");
        // A Friday to Monday: the weekend alone has no name of its own.
        assert!(closed(Locale::Zh, "2026-09-11T17:00:00", 2, &[])[0].contains("（周末）"));
        assert!(closed(Locale::En, "2026-09-30T17:00:00", 2, &[])[0].contains("National Day"));
        // A day of the house's own that joins on to a holiday.
        let own = plain(date(2026, 9, 30), "盘点");
        let told = closed(Locale::Zh, "2026-09-29T17:00:00", 2, &[own]);
        assert!(told[0].contains("（盘点、国庆节）"), "{told:?}");
    }

    fn plain(date: Date, name: &str) -> ExceptionDoc {
        ExceptionDoc { date, kind: ExceptionKind::Off, windows: Vec::new(), name: name.to_owned() }
    }

    #[test]
    fn from_an_end_to_the_reopening_nobody_waited() {
        let at = |hour: i64| domain::time::from_seconds(hour * 3600);
        let said = |from, to: Option<i64>, reopened: &[(i64, i64)]| -> String {
            let reopened: Vec<_> = reopened.iter().map(|(a, b)| (at(*a), at(*b))).collect();
            let of = |(key, from, to): (&str, Timestamp, Option<Timestamp>)| {
                let hour = |t: Timestamp| t.as_second() / 3600;
                format!("{} {}-{}", key.trim_start_matches("why-paused"), hour(from), to.map_or(99, hour))
            };
            parts((at(from), to.map(at)), &reopened).into_iter().map(of).collect::<Vec<_>>().join(";")
        };
        assert_eq!(said(1, Some(3), &[]), " 1-3");
        assert_eq!(said(1, None, &[]), "-still 1-99");
        assert_eq!(said(3, Some(8), &[(3, 8)]), "-over 3-8");
        // A wait that lasted to the end, and one that began at the reopening, are one pause with it.
        assert_eq!(said(1, Some(9), &[(6, 9), (2, 4)]), " 1-2;-over 2-4; 4-6;-over 6-9");
        assert_eq!(said(1, None, &[(2, 4)]), " 1-2;-over 2-4;-still 4-99");
        assert_eq!(said(5, Some(6), &[(2, 4)]), " 5-6");
    }
}
