//! The specification's worked examples, by number. Asia/Shanghai, Mon–Fri 09:00–18:00, official days off and make-up days.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{Calendar, CalendarDoc, china_coverage, china_exceptions};
use domain::sla::{Milestone, Pause, Run, State, missed_slots, raise_dues};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

pub(crate) fn service() -> Calendar {
    let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
    let doc = CalendarDoc {
        time_zone: "Asia/Shanghai".to_owned(),
        always_open: false,
        week: [day(), day(), day(), day(), day(), Vec::new(), Vec::new()],
        makeup: Vec::new(),
        exceptions: china_exceptions(),
        coverage: china_coverage(),
    };
    doc.compile().unwrap()
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn at(wall: &str) -> Timestamp {
    wall.parse::<DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp()
}

fn wall(t: Timestamp) -> String {
    t.to_zoned(zone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn check(start: &str, hours: i64, due: &str) {
    assert_eq!(wall(service().due(at(start), hours * 3600).unwrap()), due, "{start} + {hours} h");
}

#[test]
fn dues_1_to_12() {
    check("2025-09-28 16:30", 1, "2025-09-28 17:30");
    check("2025-09-30 17:40", 1, "2025-10-09 09:40");
    check("2025-10-10 17:30", 2, "2025-10-11 10:30");
    check("2025-10-11 17:30", 1, "2025-10-13 09:30");
    check("2025-10-08 20:00", 1, "2025-10-09 10:00");
    check("2026-02-13 17:00", 4, "2026-02-14 12:00");
    check("2026-02-14 17:30", 1, "2026-02-24 09:30");
    check("2026-02-27 17:00", 9, "2026-02-28 17:00");
    check("2025-01-24 15:00", 24, "2025-02-05 12:00");
    check("2025-01-26 09:00", 9, "2025-01-26 18:00");
    check("2025-12-31 17:30", 1, "2026-01-04 09:30");
    check("2026-09-30 17:00", 4, "2026-10-08 12:00");
}

#[test]
fn example_13_urgent_on_national_day() {
    let x24 = Calendar::always_open(zone());
    let t0 = at("2026-10-03 03:12");
    assert_eq!(wall(x24.due(t0, 1800).unwrap()), "2026-10-03 03:42");
    assert_eq!(wall(x24.due(t0, 7200).unwrap()), "2026-10-03 05:12");
    let missed = missed_slots(None, t0, 1800, &[], at("2026-10-03 04:50")).unwrap();
    let missed: Vec<_> = missed.into_iter().map(wall).collect();
    assert_eq!(missed, ["2026-10-03 03:42", "2026-10-03 04:12", "2026-10-03 04:42"]);
}

#[test]
fn elapsed_over_national_day_and_working_days_of_a_year() {
    let c = service();
    assert_eq!(c.elapsed(at("2025-09-30 09:00"), at("2025-10-09 18:00")), 18 * 3600);
    for year in [2025, 2026] {
        let seconds = c.elapsed(at(&format!("{year}-01-01 00:00")), at(&format!("{}-01-01 00:00", year + 1)));
        assert_eq!(seconds, 2_232 * 3600, "{year}");
    }
}

#[test]
fn a_pause_moves_the_due_over_a_closed_sunday() {
    let c = service();
    let pauses = [Pause { from: at("2025-10-10 15:00"), to: Some(at("2025-10-11 11:00")) }];
    let run = Run {
        calendar: &c,
        started_at: at("2025-10-09 10:00"),
        target_s: 24 * 3600,
        pauses: &pauses,
        stopped_at: None,
    };
    let before = run.read(at("2025-10-10 15:00")).unwrap();
    assert_eq!((before.counted_s, before.state, before.due), (14 * 3600, State::Paused, None));
    let after = run.read(at("2025-10-11 12:00")).unwrap();
    assert_eq!(after.due.map(wall).as_deref(), Some("2025-10-13 12:00"));
}

#[test]
fn a_raise_counts_in_three_ways() {
    let (c, x24) = (service(), Calendar::always_open(zone()));
    let start = at("2025-10-10 09:00");
    let run = Run { calendar: &c, started_at: start, target_s: 24 * 3600, pauses: &[], stopped_at: None };
    let dues = raise_dues(&run, at("2025-10-10 20:00"), &x24, 4 * 3600).unwrap();
    assert_eq!(wall(dues.restart), "2025-10-11 00:00");
    assert_eq!(wall(dues.from_start), "2025-10-10 13:00");
    assert_eq!((dues.counted_s, dues.old_breached), (9 * 3600, false));
}

#[test]
fn daylight_saving_gives_and_takes_an_hour() {
    let ny = TimeZone::get("America/New_York").unwrap();
    let night =
        domain::calendar::Windows::new(vec![domain::calendar::Window::parse("01:00", "05:00").unwrap()]);
    let week = std::array::from_fn(|_| night.clone());
    let c = Calendar::new(ny.clone(), week, BTreeMap::new(), BTreeSet::new());
    let day = |d: &str| d.parse::<DateTime>().unwrap().to_zoned(ny.clone()).unwrap().timestamp();
    assert_eq!(c.elapsed(day("2026-03-08 00:00"), day("2026-03-09 00:00")), 3 * 3600);
    assert_eq!(c.elapsed(day("2026-11-01 00:00"), day("2026-11-02 00:00")), 5 * 3600);
    assert_eq!(c.due(day("2026-03-08 01:30"), 3600).unwrap(), day("2026-03-08 03:30"));
}

#[test]
fn a_year_without_announced_holidays_is_uncertain() {
    let c = service();
    assert!(!c.is_uncertain(at("2026-12-30 09:00"), at("2026-12-31 17:00")));
    assert!(c.is_uncertain(at("2026-12-31 17:00"), at("2027-01-04 10:00")));
    assert!(!Calendar::always_open(zone()).is_uncertain(at("2030-01-01 00:00"), at("2031-01-01 00:00")));
    assert_eq!(Milestone::ALL.len(), 5);
}

#[test]
fn business_days_skip_holidays_and_count_make_up_days() {
    let c = service();
    let after = |start: &str, n| wall(c.business_days_after(at(start), n).unwrap());
    assert_eq!(after("2026-09-30 10:00", 1), "2026-10-08 10:00");
    assert_eq!(after("2026-09-30 10:00", 3), "2026-10-10 10:00");
    assert_eq!(after("2026-10-03 03:12", 1), "2026-10-09 09:00");
}
