//! The laws of equal calendars, of wider and narrower ones, of several pauses, of the progress duty, and of files.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{
    Calendar, CalendarDoc, ExceptionDoc, ExceptionKind, HolidayJson, Window, Windows, read_ics, write_ics,
};
use domain::sla::{Pause, Run, missed_slots};
use domain::time::{Timestamp, from_seconds, plus_seconds, to_seconds};
use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use crate::laws::{calendars, instants, oracle_elapsed, windows};

/// The dates that a test calendar may treat apart.
fn days() -> Vec<Date> {
    date(2025, 1, 1).series(jiff::Span::new().days(1)).take(400).collect()
}

fn parts(c: &Calendar) -> ([Windows; 7], BTreeMap<Date, Windows>) {
    let monday = date(2030, 1, 7);
    let week = std::array::from_fn(|i| {
        let day = monday.saturating_add(jiff::Span::new().days(i64::try_from(i).unwrap()));
        c.windows_of(day).clone()
    });
    let exceptions = days().into_iter().filter(|d| c.has_exception(*d));
    (week, exceptions.map(|d| (d, c.windows_of(d).clone())).collect())
}

fn calendar(zone: &TimeZone, week: [Windows; 7], exceptions: BTreeMap<Date, Windows>) -> Calendar {
    Calendar::new(zone.clone(), week, exceptions, BTreeSet::new())
}

/// Each window cut in two, the pieces in the opposite order.
fn cut(w: &Windows) -> Windows {
    let halves = |w: Window| {
        let middle = u32::midpoint(w.start, w.end);
        [Window { start: middle, end: w.end }, Window { start: w.start, end: middle }]
    };
    Windows::new(w.iter().flat_map(halves).filter(|w| w.start < w.end).collect())
}

/// Seconds that pass unpaused in open minutes, one minute after the other; all bounds are whole minutes.
fn oracle_counted(c: &Calendar, from: Timestamp, to: Timestamp, pauses: &[(i64, i64)]) -> i64 {
    let paused = |t: i64| pauses.iter().any(|(p, q)| *p <= t && t < *q);
    (to_seconds(from)..to_seconds(to))
        .step_by(60)
        .filter(|t| !paused(*t))
        .map(|t| oracle_elapsed(c, from_seconds(t), from_seconds(t + 60)))
        .sum()
}

proptest! {
    #[test]
    fn l8_how_a_calendar_is_written_does_not_matter(
        c in calendars(), s in instants(), d in 1i64..900_000, day in 0usize..400,
    ) {
        let (week, mut exceptions) = parts(&c);
        let same = calendar(c.zone(), std::array::from_fn(|i| cut(&week[i])), exceptions.clone());
        prop_assert_eq!(same.due(s, d), c.due(s, d));
        // An exception that says what the week says.
        let extra = days()[day];
        exceptions.entry(extra).or_insert_with(|| c.windows_of(extra).clone());
        prop_assert_eq!(calendar(c.zone(), week, exceptions).due(s, d), c.due(s, d));
    }

    #[test]
    fn l9_a_shift_of_all_walls_shifts_nothing(c in calendars(), s in instants(), d in 1i64..900_000, hours in -10i8..=10) {
        // The same instants seen from a fixed zone and from UTC: windows that would leave their day are left out.
        let by = i64::from(hours) * 3600;
        let inside = |w: &Windows| {
            let shifted = w.iter().filter_map(|w| {
                let (start, end) = (i64::from(w.start) + by, i64::from(w.end) + by);
                let within = (0..86_400).contains(&start) && (1..=86_400).contains(&end);
                within.then(|| (w, Window { start: u32::try_from(start).unwrap(), end: u32::try_from(end).unwrap() }))
            });
            let (plain, moved): (Vec<_>, Vec<_>) = shifted.unzip();
            (Windows::new(plain), Windows::new(moved))
        };
        let (week, exceptions) = parts(&c);
        let both = |f: &dyn Fn((Windows, Windows)) -> Windows, zone: &TimeZone| {
            let week = std::array::from_fn(|i| f(inside(&week[i])));
            calendar(zone, week, exceptions.iter().map(|(d, w)| (*d, f(inside(w)))).collect())
        };
        let in_utc = both(&|(plain, _)| plain, &TimeZone::UTC);
        let there = both(&|(_, moved)| moved, &TimeZone::fixed(Offset::constant(hours)));
        prop_assert_eq!(in_utc.due(s, d), there.due(s, d));
    }

    #[test]
    fn l10_more_open_time_is_never_later(
        c in calendars(), s in instants(), d in 1i64..900_000, day in 0usize..400, more in windows(),
    ) {
        let (week, exceptions) = parts(&c);
        let due = c.due(s, d).unwrap();
        let mut closed = exceptions.clone();
        closed.insert(days()[day], Windows::EMPTY);
        prop_assert!(calendar(c.zone(), week.clone(), closed).due(s, d).unwrap() >= due);
        // A day with more windows opens more instants where no wall time is missing or twice.
        let utc = calendar(&TimeZone::UTC, week.clone(), exceptions.clone());
        let mut opened = exceptions;
        let wider = Windows::new(utc.windows_of(days()[day]).iter().chain(more.iter()).collect());
        opened.insert(days()[day], wider);
        prop_assert!(calendar(&TimeZone::UTC, week, opened).due(s, d).unwrap() <= utc.due(s, d).unwrap());
    }

    #[test]
    fn l11_pauses_count_together_in_any_order(
        c in calendars(), t0 in instants(), d in 1i64..50_000,
        list in prop::collection::vec((0i64..2000, 0i64..600), 0..5), until in 0i64..2500,
    ) {
        let start = to_seconds(t0);
        let spans: Vec<(i64, i64)> = list.iter().map(|(a, len)| (start + a * 60, start + (a + len) * 60)).collect();
        let now = plus_seconds(t0, until * 60);
        let read = |spans: &[(i64, i64)]| {
            let pauses: Vec<Pause> = spans
                .iter()
                .map(|(p, q)| Pause { from: from_seconds(*p), to: Some(from_seconds(*q)) })
                .collect();
            let run = Run { calendar: &c, started_at: t0, target_s: d, pauses: &pauses, stopped_at: None };
            run.read(now).unwrap()
        };
        let there = read(&spans);
        let back: Vec<_> = spans.iter().rev().copied().collect();
        prop_assert_eq!(there, read(&back));
        prop_assert_eq!(there.counted_s, oracle_counted(&c, t0, now, &spans));
        // A pause in closed time changes nothing.
        let opening = to_seconds(c.next_open(t0).unwrap());
        let mut with_closed = spans.clone();
        with_closed.push((start, opening));
        prop_assert_eq!(read(&with_closed).counted_s, there.counted_s);
    }

    #[test]
    fn u1_every_slot_without_a_report_is_missed_once(
        t0 in instants(), every in 1i64..90, reports in prop::collection::vec(0i64..900, 0..8), until in 0i64..900,
    ) {
        // Minute by minute: a slot is missed when its minute has passed and no report came by it.
        let at = |m: i64| plus_seconds(t0, m * 60);
        let (mut expected, mut last) = (Vec::new(), 0);
        for minute in 0..=until {
            if minute > last && (minute - last) % every == 0 && minute < until {
                let in_time = reports.contains(&minute);
                if !in_time {
                    expected.push(at(minute));
                }
            }
            if reports.contains(&minute) {
                last = minute;
            }
        }
        let updates: Vec<_> = reports.iter().map(|m| at(*m)).collect();
        prop_assert_eq!(missed_slots(None, t0, every * 60, &updates, at(until)).unwrap(), expected);
    }

    #[test]
    fn l13_a_calendar_survives_its_files(
        list in prop::collection::btree_map(0i64..400, (0u8..3, windows()), 0..12),
    ) {
        let first = date(2025, 1, 1);
        let text = |w: &Windows| w.iter().map(Window::text).collect::<Vec<_>>();
        let exceptions = list.into_iter().map(|(d, (kind, w))| {
            let kind = match kind {
                0 => ExceptionKind::MakeupWork,
                1 if !w.is_empty() => ExceptionKind::Custom,
                _ => ExceptionKind::Off,
            };
            let windows = if kind == ExceptionKind::Custom { text(&w) } else { Vec::new() };
            ExceptionDoc { date: first.saturating_add(jiff::Span::new().days(d)), kind, name: "n, (x)".to_owned(), windows }
        });
        let doc = CalendarDoc {
            time_zone: "Asia/Shanghai".to_owned(),
            always_open: false,
            week: std::array::from_fn(|_| vec![("09:00".to_owned(), "18:00".to_owned())]),
            makeup: Vec::new(),
            exceptions: exceptions.collect(),
            coverage: BTreeSet::new(),
        };
        let bare = CalendarDoc { exceptions: Vec::new(), ..doc.clone() };
        let feed = read_ics(&write_ics(&doc, "t", str::to_owned, first));
        prop_assert_eq!(&bare.with_announced(&feed).exceptions, &doc.exceptions);
        let json = serde_json::to_string(&doc).unwrap();
        let table = serde_json::from_str::<HolidayJson>(&json).unwrap().read();
        prop_assert_eq!(&bare.with_announced(&table).exceptions, &doc.exceptions);
    }
}
