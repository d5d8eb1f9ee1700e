//! The laws of the calendar, for every calendar and instant, against an oracle that steps minute by minute.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Calendar, Window, Windows};
use domain::sla::{Pause, Run};
use domain::time::{Timestamp, from_seconds, plus_seconds, to_seconds};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

pub(crate) const ZONES: [&str; 6] =
    ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"];

pub(crate) fn windows() -> impl Strategy<Value = Windows> {
    prop::collection::vec((0u32..1440, 1u32..600), 0..4).prop_map(|list| {
        Windows::new(
            list.into_iter()
                .map(|(a, len)| Window { start: a * 60, end: ((a + len) * 60).min(86_400) })
                .collect(),
        )
    })
}

pub(crate) fn calendars() -> impl Strategy<Value = Calendar> {
    let week = prop::array::uniform7(windows());
    let exceptions = prop::collection::vec((0i64..400, windows()), 0..8);
    (0..ZONES.len(), week, exceptions).prop_map(|(zone, mut week, exceptions)| {
        // A calendar that opens at all; the others are an error, tested apart.
        week[2] = Windows::new(vec![Window { start: 9 * 3600, end: 18 * 3600 }]);
        let first = date(2025, 1, 1);
        let exceptions: BTreeMap<Date, Windows> = exceptions
            .into_iter()
            .map(|(d, w)| (first.saturating_add(jiff::Span::new().days(d)), w))
            .collect();
        Calendar::new(TimeZone::get(ZONES[zone]).unwrap(), week, exceptions, BTreeSet::new())
    })
}

/// Whole minutes from the beginning of 2025 on; the transitions of all zones fall on whole minutes.
pub(crate) fn instants() -> impl Strategy<Value = Timestamp> {
    (0i64..400 * 1440).prop_map(|m| from_seconds(1_735_689_600 + m * 60))
}

/// Open minutes, one after the other. Knows nothing of chunks, only of C4: a minute is open if its instant lies
/// between the mapped ends of a window.
pub(crate) fn oracle_elapsed(c: &Calendar, a: Timestamp, b: Timestamp) -> i64 {
    let mut spans = Vec::new();
    let mut day = a.to_zoned(c.zone().clone()).date().saturating_sub(jiff::Span::new().days(3));
    let last = b.to_zoned(c.zone().clone()).date().saturating_add(jiff::Span::new().days(3));
    let map = |d: Date, s: u32| {
        let wall = d.to_datetime(jiff::civil::Time::midnight()) + jiff::Span::new().seconds(i64::from(s));
        to_seconds(c.zone().to_ambiguous_timestamp(wall).compatible().unwrap())
    };
    while day <= last {
        spans.extend(c.windows_of(day).iter().map(|w| (map(day, w.start), map(day, w.end))));
        day = day.tomorrow().unwrap();
    }
    let open = |t: i64| spans.iter().any(|(s, e)| *s <= t && t < *e);
    (to_seconds(a)..to_seconds(b)).step_by(60).filter(|t| open(*t)).map(|_| 60).sum()
}

proptest! {
    #[test]
    fn elapsed_is_what_the_oracle_counts(c in calendars(), a in instants(), minutes in 0i64..4 * 1440) {
        let b = plus_seconds(a, minutes * 60);
        prop_assert_eq!(c.elapsed(a, b), oracle_elapsed(&c, a, b));
    }

    #[test]
    fn l1_due_is_the_earliest_instant(c in calendars(), s in instants(), d in 1i64..2_000_000) {
        let due = c.due(s, d).unwrap();
        prop_assert_eq!(c.elapsed(s, due), d);
        prop_assert_eq!(c.elapsed(s, plus_seconds(due, -1)), d - 1);
    }

    #[test]
    fn l2_elapsed_adds_up(c in calendars(), a in instants(), x in 0i64..9_000_000, y in 0i64..9_000_000) {
        let (b, end) = (plus_seconds(a, x), plus_seconds(a, x + y));
        prop_assert_eq!(c.elapsed(a, end), c.elapsed(a, b) + c.elapsed(b, end));
    }

    #[test]
    fn l3_dues_add_up(c in calendars(), s in instants(), d in 1i64..900_000, e in 1i64..900_000) {
        prop_assert_eq!(c.due(c.due(s, d).unwrap(), e).unwrap(), c.due(s, d + e).unwrap());
    }

    #[test]
    fn l4_dues_keep_their_order(c in calendars(), a in instants(), x in 0i64..900_000, d in 1i64..900_000) {
        prop_assert!(c.due(a, d).unwrap() <= c.due(plus_seconds(a, x), d).unwrap());
        prop_assert!(c.due(a, d).unwrap() <= c.due(a, d + x).unwrap());
    }

    #[test]
    fn l5_elapsed_is_at_most_what_passed(c in calendars(), a in instants(), x in 0i64..9_000_000) {
        let e = c.elapsed(a, plus_seconds(a, x));
        prop_assert!((0..=x).contains(&e));
    }

    #[test]
    fn l6_closed_starts_begin_at_the_next_opening(c in calendars(), s in instants(), d in 1i64..900_000) {
        prop_assert_eq!(c.due(s, d).unwrap(), c.due(c.next_open(s).unwrap(), d).unwrap());
    }

    #[test]
    fn l7_start_before_undoes_due(c in calendars(), s in instants(), d in 1i64..900_000) {
        prop_assert_eq!(c.start_before(c.due(s, d).unwrap(), d).unwrap(), c.next_open(s).unwrap());
    }

    #[test]
    fn l11_a_pause_shifts_the_due_by_its_open_time(c in calendars(), t0 in instants(), d in 1i64..400_000, x in 0i64..900_000, y in 0i64..900_000) {
        let due = c.due(t0, d).unwrap();
        let (p, q) = (plus_seconds(t0, x), plus_seconds(t0, x + y));
        let pauses = [Pause { from: p, to: Some(q) }];
        let run = Run { calendar: &c, started_at: t0, target_s: d, pauses: &pauses, stopped_at: None };
        let read = run.read(plus_seconds(q.max(due), 40_000_000)).unwrap();
        let expected = if p < due { c.due(t0, d + c.elapsed(p, q)).unwrap() } else { due };
        prop_assert_eq!(read.due, Some(expected));
    }
}
