//! Holiday response as on workdays: the load and the check by hand, and their laws.

use std::collections::BTreeSet;

use domain::calendar::{CalendarDoc, ExceptionDoc, ExceptionKind};
use domain::id::StaffId;
use domain::oncall::{Days, Lack, LayerDays, Load, Weak, able, load, parity, promised_hours};
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::oncall::{World, at, doc, layer};

const HOUR: i64 = 3600;

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// Monday to Friday, 09:00–18:00; 1 and 2 October 2026, Thursday and Friday, are off.
fn service() -> CalendarDoc {
    let open = || vec![("09:00".to_owned(), "18:00".to_owned())];
    let off = |d| ExceptionDoc {
        date: date(2026, 10, d),
        kind: ExceptionKind::Off,
        name: String::new(),
        windows: Vec::new(),
    };
    CalendarDoc {
        time_zone: "Asia/Shanghai".to_owned(),
        always_open: false,
        week: std::array::from_fn(|i| if i < 5 { open() } else { Vec::new() }),
        makeup: Vec::new(),
        exceptions: vec![off(1), off(2)],
        coverage: BTreeSet::new(),
    }
}

fn confirmed(names: &[&str]) -> BTreeSet<StaffId> {
    names.iter().map(|n| StaffId::from(*n)).collect()
}

fn quiet() -> Load {
    Load { days_off: 1, by_hour: [0.0; 24], per_person: 1.0 }
}

#[test]
fn the_load_is_the_mean_of_days_off_and_of_what_people_share_on_workdays() {
    // Monday 28 September to Sunday 4 October: three workdays, four days off.
    let span = (date(2026, 9, 28), date(2026, 10, 5));
    let came = [
        (at("09-28T09:00"), 27),
        (at("09-29T17:00"), 27),
        (at("09-29T20:00"), 90), // outside service hours: no measure of a workday
        (at("10-01T10:00"), 6),
        (at("10-03T10:00"), 2),
        (at("10-04T23:00"), 4),
        (at("10-05T10:00"), 99), // after the end
    ];
    let l = load(&came, &Days::of(&service()), &zone(), span, 1);
    assert_eq!((l.days_off, l.by_hour[10], l.by_hour[23], l.by_hour[11]), (4, 2.0, 1.0, 0.0));
    assert!((l.per_person - 2.0).abs() < 1e-9, "54 cases in 27 hours by one person: {}", l.per_person);
    assert!((able(&l) - 4.0).abs() < 1e-9);
    let shared = load(&came, &Days::of(&service()), &zone(), span, 10);
    assert!((shared.per_person - 1.0).abs() < 1e-9, "0.2 are less than one: {}", shared.per_person);
}

#[test]
fn the_promise_says_which_hours_count() {
    let mut doc = service();
    let closed = doc.compile().unwrap();
    let span = (at("10-01T00:00"), at("10-03T00:00"));
    let hours = promised_hours(&[&closed], &zone(), span);
    assert_eq!((hours.len(), hours[0], hours[9]), (18, at("10-01T09:00"), at("10-02T09:00")));
    doc.exceptions.clear();
    doc.week = std::array::from_fn(|_| vec![("08:30".to_owned(), "10:00".to_owned())]);
    let open = doc.compile().unwrap();
    let hours = promised_hours(&[&open], &zone(), span);
    assert_eq!(hours, ["10-01T08:00", "10-01T09:00", "10-02T08:00", "10-02T09:00"].map(at));
    assert_eq!(promised_hours(&[&closed, &open], &zone(), span).len(), 20, "both");
}

#[test]
fn an_hour_needs_two_people_with_confirmed_phones() {
    let w = World::new(&doc(vec![layer("week", LayerDays::All, &["a", "b"])]));
    let (from, until) = (at("10-01T00:00"), at("10-03T00:00"));
    let shifts = w.roster().shifts(from, until);
    let hours = promised_hours(&[&service().compile().unwrap()], &zone(), (from, until));
    assert_eq!(parity(&hours, &shifts, &confirmed(&["a", "b"]), &quiet(), &zone()), []);
    let weak = |from, until, lack, expected| Weak { from: at(from), until: at(until), lack, expected };
    let found = parity(&hours, &shifts, &confirmed(&["a"]), &quiet(), &zone());
    let days = [("10-01T09:00", "10-01T18:00"), ("10-02T09:00", "10-02T18:00")];
    assert_eq!(found, days.map(|(a, b)| weak(a, b, Lack::Duty, 0.0)));
    let mut busy = quiet();
    (busy.by_hour[10], busy.by_hour[11], busy.by_hour[12]) = (2.0, 2.5, 3.0);
    let found = parity(&hours, &shifts, &confirmed(&["a", "b"]), &busy, &zone());
    let days = [("10-01T11:00", "10-01T13:00"), ("10-02T11:00", "10-02T13:00")];
    assert_eq!(found, days.map(|(a, b)| weak(a, b, Lack::Load, 3.0)), "two are what two people take");
}

proptest! {
    /// More confirmed phones or less load never make it weaker, and each weak time lies in promised hours.
    #[test]
    fn better_is_never_weaker(
        names in proptest::collection::btree_set(0..4_usize, 0..5),
        more in 0..4_usize,
        load in proptest::collection::vec(0.0..4.0_f64, 24),
        less in 0.0..1.0_f64,
    ) {
        let people = ["a", "b", "c", "d"];
        let w = World::new(&doc(vec![layer("week", LayerDays::All, &people)]));
        let (from, until) = (at("10-01T00:00"), at("10-08T00:00"));
        let shifts = w.roster().shifts(from, until);
        let hours = promised_hours(&[&service().compile().unwrap()], &zone(), (from, until));
        let some: BTreeSet<StaffId> = names.iter().map(|i| StaffId::from(people[*i])).collect();
        let mut all = some.clone();
        all.insert(people[more].into());
        let by_hour: [f64; 24] = load.try_into().unwrap();
        let heavy = Load { days_off: 9, by_hour, per_person: 1.0 };
        let light = Load { by_hour: by_hour.map(|n| n * less), ..heavy.clone() };
        let count = |found: &[Weak]| -> i64 {
            found.iter().map(|w| (w.until.as_second() - w.from.as_second()) / HOUR).sum()
        };
        let worse = parity(&hours, &shifts, &some, &heavy, &zone());
        let better = parity(&hours, &shifts, &all, &light, &zone());
        prop_assert!(count(&better) <= count(&worse));
        for w in &worse {
            let mut at: Timestamp = w.from;
            while at < w.until {
                prop_assert!(hours.contains(&at));
                at = plus_seconds(at, HOUR);
            }
        }
    }
}
