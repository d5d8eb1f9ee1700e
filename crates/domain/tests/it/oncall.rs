//! On-call: rules O1 and O2 by example, and the laws of rotas against an oracle that walks from shift to shift.

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{CalendarDoc, ExceptionDoc, ExceptionKind};
use domain::id::StaffId;
use domain::oncall::{
    Because, Block, Issue, LayerDays, LayerDoc, Leave, Override, Roster, Rota, RotaDoc, Seat, ShiftUnit,
    deal, lint, tally,
};
use domain::time::{Timestamp, from_seconds, plus_seconds};
use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::laws::{ZONES, instants};

pub(crate) fn layer(name: &str, days: LayerDays, order: &[&str]) -> LayerDoc {
    LayerDoc {
        name: name.to_owned(),
        seat: Seat::Primary,
        days,
        time_zone: "Asia/Shanghai".to_owned(),
        order: order.iter().map(|p| StaffId::from(*p)).collect(),
        handoff_day: "mon".to_owned(),
        handoff_at: "09:00".to_owned(),
        every: 1,
        unit: ShiftUnit::Weeks,
        starts_on: date(2026, 9, 7),
        windows: Vec::new(),
    }
}

pub(crate) fn doc(layers: Vec<LayerDoc>) -> RotaDoc {
    RotaDoc {
        calendar: "service".into(),
        groups: BTreeSet::new(),
        layers,
        fallback: None,
        owner: "owner".into(),
        confirm_within_min: None,
    }
}

/// National Day 2026: off 1–7 October; 20 September (Sunday) and 10 October (Saturday) are made up for.
fn calendar() -> CalendarDoc {
    let day =
        |m, d, kind| ExceptionDoc { date: date(2026, m, d), kind, name: String::new(), windows: Vec::new() };
    let mut exceptions: Vec<_> = (1..=7).map(|d| day(10, d, ExceptionKind::Off)).collect();
    exceptions.extend([day(9, 20, ExceptionKind::MakeupWork), day(10, 10, ExceptionKind::MakeupWork)]);
    let open = || vec![("09:00".to_owned(), "18:00".to_owned())];
    CalendarDoc {
        time_zone: "Asia/Shanghai".to_owned(),
        always_open: false,
        week: std::array::from_fn(|i| if i < 5 { open() } else { Vec::new() }),
        makeup: Vec::new(),
        exceptions,
        coverage: BTreeSet::new(),
    }
}

pub(crate) struct World {
    pub rota: Rota,
    pub overrides: Vec<Override>,
    pub leaves: Vec<Leave>,
    pub able: BTreeSet<StaffId>,
}

impl World {
    pub(crate) fn new(doc: &RotaDoc) -> Self {
        assert_eq!(doc.problems(), []);
        let able = ["a", "b", "c", "d", "h", "i", "f"].map(StaffId::from).into();
        Self { rota: Rota::new(doc, &calendar()).unwrap(), overrides: vec![], leaves: vec![], able }
    }

    pub(crate) fn roster(&self) -> Roster<'_> {
        Roster { rota: &self.rota, overrides: &self.overrides, leaves: &self.leaves, able: &self.able }
    }

    fn at(&self, text: &str) -> (String, Because, String) {
        let on = self.roster().on_call_at(at(text));
        let name = |p: Option<StaffId>| p.map(|p| p.0).unwrap_or_default();
        (name(on.primary.person), on.primary.because, name(on.backup.person))
    }
}

/// An instant by the wall of Shanghai.
pub(crate) fn at(text: &str) -> Timestamp {
    format!("2026-{text}:00+08:00").parse().unwrap()
}

fn turn(layer: &str) -> Because {
    Because::Turn { layer: layer.to_owned() }
}

#[test]
fn a_week_changes_hands_on_its_weekday_at_its_time() {
    let w = World::new(&doc(vec![layer("week", LayerDays::All, &["a", "b", "c"])]));
    assert_eq!(w.at("09-07T08:59").1, Because::Nobody, "before the start there is nobody");
    assert_eq!(w.at("09-07T09:00"), ("a".into(), turn("week"), "b".into()));
    assert_eq!(w.at("09-14T08:59").0, "a");
    assert_eq!(w.at("09-14T09:00").0, "b");
    assert_eq!(w.at("09-28T09:00").0, "a");
}

#[test]
fn overrides_win_leave_moves_on_and_a_gap_has_a_fallback() {
    let mut d = doc(vec![layer("week", LayerDays::All, &["a", "b", "c"])]);
    d.fallback = Some("f".into());
    let mut w = World::new(&d);
    let leave = |p: &str| Leave { person: p.into(), from: at("09-08T00:00"), until: at("09-09T00:00") };
    w.leaves = vec![leave("a")];
    let passed = |names: &[&str]| Because::Next {
        layer: "week".into(),
        passed: names.iter().map(|p| StaffId::from(*p)).collect(),
    };
    assert_eq!(w.at("09-07T23:59").0, "a");
    assert_eq!(w.at("09-08T00:00"), ("b".into(), passed(&["a"]), "c".into()));
    assert_eq!(w.at("09-09T00:00").0, "a", "leave ends before its end");
    w.leaves.push(leave("b"));
    assert_eq!(w.at("09-08T12:00"), ("c".into(), passed(&["a", "b"]), "f".into()));
    w.overrides = vec![Override {
        seat: Seat::Primary,
        person: "d".into(),
        from: at("09-08T10:00"),
        until: at("09-08T14:00"),
        swap: false,
    }];
    assert_eq!(w.at("09-08T10:00"), ("d".into(), Because::Override, "c".into()));
    assert_eq!(w.at("09-08T14:00").0, "c");
    w.leaves.extend([leave("c"), leave("d")]);
    assert_eq!(w.at("09-08T12:00"), ("f".into(), Because::Fallback, String::new()));
    w.able.remove(&StaffId::from("f"));
    assert_eq!(w.at("09-08T12:00").1, Because::Nobody);
}

#[test]
fn holidays_have_their_rota_and_make_up_days_the_workdays() {
    let mut holiday = layer("holiday", LayerDays::Holiday, &["h", "i"]);
    (holiday.unit, holiday.handoff_at) = (ShiftUnit::Days, "00:00".into());
    let mut work = layer("work", LayerDays::Workday, &["a"]);
    work.handoff_at = "00:00".into();
    let mut rest = layer("rest", LayerDays::Weekend, &["c"]);
    rest.handoff_at = "00:00".into();
    let w = World::new(&doc(vec![work.clone(), rest.clone(), holiday]));
    assert_eq!(w.at("09-30T23:59").0, "a");
    assert_eq!(w.at("10-01T00:00").1, turn("holiday"));
    assert_ne!(w.at("10-01T00:00").0, w.at("10-02T00:00").0, "the holiday rota changes every day");
    assert_eq!(w.at("10-08T00:00").0, "a");
    assert_eq!(w.at("09-19T12:00").1, turn("rest"));
    assert_eq!(w.at("09-20T12:00").1, turn("work"), "a Sunday that is made up for");
    // Without a rota for holidays the ordinary layers go on: never nobody.
    let w = World::new(&doc(vec![work, rest]));
    assert_eq!(w.at("10-01T12:00").1, turn("work"));
    assert_eq!(w.at("10-03T12:00").1, turn("rest"));
    let block = Block { first: date(2026, 10, 1), last: date(2026, 10, 7) };
    assert_eq!(w.rota.days().next_block(date(2026, 9, 10), 60), Some(block));
    assert_eq!(w.rota.days().next_block(date(2026, 9, 10), 5), None);
}

/// National Day: Thursday the 1st to Wednesday the 7th; Saturday is the 3rd, Monday the 5th.
#[test]
fn a_rota_of_workdays_serves_all_days_of_a_holiday_and_no_other_weekend() {
    let (work, rest) =
        (layer("work", LayerDays::Workday, &["a", "b"]), layer("rest", LayerDays::Weekend, &["c"]));
    let w = World::new(&doc(vec![work.clone()]));
    for day in ["10-01T10:00", "10-03T10:00", "10-04T10:00", "10-05T10:00"] {
        assert_eq!(w.at(day).1, turn("work"), "{day}");
    }
    assert_ne!(w.at("10-17T10:00").1, turn("work"), "an ordinary Saturday");
    // Where weekends have a layer of their own, it has the Saturday of a holiday too.
    let w = World::new(&doc(vec![work.clone(), rest.clone()]));
    assert_eq!([w.at("10-03T10:00").1, w.at("10-05T10:00").1], [turn("rest"), turn("work")]);
    // A rota of weekends has all of a holiday, and not its workdays.
    let w = World::new(&doc(vec![rest.clone()]));
    assert_eq!([w.at("10-03T10:00").1, w.at("10-05T10:00").1], [turn("rest"), turn("rest")]);
    assert_ne!(w.at("10-08T10:00").1, turn("rest"));
    // Layers of holidays come first, whatever their hours leave is served like that.
    let mut holiday = layer("holiday", LayerDays::Holiday, &["h"]);
    holiday.windows = vec![("09:00".into(), "12:00".into())];
    let w = World::new(&doc(vec![work, holiday]));
    assert_eq!([w.at("10-03T10:00").1, w.at("10-03T13:00").1], [turn("holiday"), turn("work")]);
}

#[test]
fn a_holiday_begins_and_ends_at_midnight_whenever_shifts_change_hands() {
    let mut holiday = layer("holiday", LayerDays::Holiday, &["h", "i"]);
    holiday.unit = ShiftUnit::Days;
    let mut nights = holiday.clone();
    (nights.name, nights.windows) = ("nights".into(), vec![("18:00".into(), "09:00".into())]);
    let work = layer("work", LayerDays::Workday, &["a"]);
    let rest = layer("rest", LayerDays::Weekend, &["c"]);
    for holiday in [holiday, nights] {
        let w = World::new(&doc(vec![work.clone(), rest.clone(), holiday.clone()]));
        assert_eq!(w.at("09-30T23:59").0, "a");
        assert_eq!(w.at("10-01T00:00").1, turn(&holiday.name));
        assert_eq!(w.at("10-07T23:59").1, turn(&holiday.name));
        assert_eq!(w.at("10-08T00:00").0, "a");
        // The make-up Saturday is a workday from its midnight on; the Sunday after it is none.
        assert_eq!((w.at("10-10T00:00").0, w.at("10-11T00:00").0), ("a".into(), "c".into()));
    }
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_began() {
    let mut night = layer("night", LayerDays::Workday, &["a"]);
    night.windows = vec![("18:00".into(), "09:00".into())];
    let w = World::new(&doc(vec![night]));
    assert_eq!(w.at("09-11T17:59").1, Because::Nobody);
    assert_eq!(w.at("09-12T08:59").0, "a", "Friday's night lasts into Saturday");
    assert_eq!(w.at("09-12T18:00").1, Because::Nobody);
}

#[test]
fn holidays_are_dealt_to_those_with_the_fewest() {
    let w = World::new(&doc(vec![layer("week", LayerDays::All, &["a", "b"])]));
    let shifts = w.roster().shifts(at("09-28T09:00"), at("10-08T09:00"));
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let so_far = tally(&shifts, w.rota.days(), &zone);
    let of = |p: &str| so_far[&StaffId::from(p)];
    assert_eq!((of("b").holidays, of("a").holidays), (4, 3));
    let dates: Vec<Date> = (1..=3).map(|d| date(2027, 1, d)).collect();
    let order = ["a", "b", "c"].map(StaffId::from);
    let dealt = deal(&dates, (&order, &order), &so_far, |p, d| p.as_str() == "c" && d == date(2027, 1, 2));
    let text: Vec<_> = dealt
        .iter()
        .map(|d| format!("{}{}", d.primary, d.backup.as_ref().map_or("-", StaffId::as_str)))
        .collect();
    assert_eq!(text, ["ca", "ab", "ca"]);
    let backups = ["d", "a"].map(StaffId::from);
    let dealt = deal(&dates, (&order, &backups), &so_far, |p, _| p.as_str() == "c");
    let text: Vec<_> = dealt.iter().map(|d| format!("{}{}", d.primary, d.backup.as_ref().unwrap())).collect();
    assert_eq!(text, ["ad", "ad", "ba"], "who stands behind comes of the backups' order");
    assert!(deal(&dates, (&[], &order), &BTreeMap::new(), |_, _| false).is_empty());
}

#[test]
fn the_check_before_holidays_names_every_hour_that_is_not_in_order() {
    let mut day = layer("day", LayerDays::All, &["a", "b"]);
    day.windows = vec![("09:00".into(), "21:00".into())];
    let w = World::new(&doc(vec![day]));
    let shifts = w.roster().shifts(at("10-01T09:00"), at("10-02T09:00"));
    let confirmed = [StaffId::from("b")].into();
    let found: Vec<_> = lint(&shifts, &confirmed).into_iter().map(|f| (f.from, f.seat, f.issue)).collect();
    assert_eq!(
        found,
        [
            (at("10-01T09:00"), Seat::Backup, Issue::NoPhone),
            (at("10-01T21:00"), Seat::Primary, Issue::Nobody),
            (at("10-01T21:00"), Seat::Backup, Issue::Nobody),
        ]
    );
    let all = ["a", "b"].map(StaffId::from).into();
    assert_eq!(lint(&shifts[..1], &all), []);
}

#[test]
fn every_problem_of_a_document_names_its_field() {
    let mut l = layer(" ", LayerDays::All, &[]);
    (l.time_zone, l.handoff_day, l.handoff_at) = ("Mars".into(), "day".into(), "25:00".into());
    (l.every, l.windows) = (0, vec![("09:00".into(), "09:00".into())]);
    let found: Vec<_> = doc(vec![l]).problems().into_iter().map(|(f, _)| f).collect();
    let parts = ["name", "time_zone", "order", "handoff_day", "handoff_at", "every", "windows"];
    assert_eq!(found, parts.map(|p| format!("layers.0.{p}")));
    assert_eq!(doc(vec![]).problems(), [("layers".to_owned(), "required")]);
}

pub(crate) const PEOPLE: [&str; 4] = ["a", "b", "c", "d"];

pub(crate) fn layers() -> impl Strategy<Value = LayerDoc> {
    let windows = prop::option::of((0u32..96, 1u32..95));
    let turns = (1usize..=4, 0usize..7, 0u32..96, 1u16..5, any::<bool>());
    (turns, 0..ZONES.len(), 0i64..60, windows, 0..LayerDays::ALL.len()).prop_map(
        |((n, day, quarter, every, weeks), zone, start, windows, days)| {
            let clock = |q: u32| format!("{:02}:{:02}", q / 4, q % 4 * 15);
            LayerDoc {
                order: PEOPLE[..n].iter().map(|p| StaffId::from(*p)).collect(),
                days: LayerDays::ALL[days],
                time_zone: ZONES[zone].to_owned(),
                handoff_day: domain::calendar::WEEKDAYS[day].to_owned(),
                handoff_at: clock(quarter),
                every,
                unit: if weeks { ShiftUnit::Weeks } else { ShiftUnit::Days },
                starts_on: date(2024, 11, 1).saturating_add(jiff::Span::new().days(start)),
                windows: windows.into_iter().map(|(a, len)| (clock(a), clock((a + len) % 96))).collect(),
                ..layer("x", LayerDays::All, &[])
            }
        },
    )
}

fn instant(zone: &TimeZone, date: Date, clock: &str) -> Timestamp {
    let time: Time = format!("{clock}:00").parse().unwrap();
    zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().unwrap()
}

/// Whose turn it is, found by walking from handoff to handoff on the local dates.
fn oracle_turn(l: &LayerDoc, t: Timestamp) -> Option<StaffId> {
    let zone = TimeZone::get(&l.time_zone).unwrap();
    let mut holder = None;
    let (mut day, mut turn, mut in_shift) = (l.starts_on, 0, 0);
    while instant(&zone, day, &l.handoff_at) <= t {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
        let counts = l.unit == ShiftUnit::Days || domain::calendar::WEEKDAYS[weekday] == l.handoff_day;
        if counts && day != l.starts_on {
            in_shift += 1;
            if in_shift == l.every {
                (turn, in_shift) = (turn + 1, 0);
            }
        }
        holder = Some(l.order[turn % l.order.len()].clone());
        day = day.tomorrow().unwrap();
    }
    holder
}

proptest! {
    /// The law of local dates: no change of the clocks moves a turn.
    #[test]
    fn turns_are_counted_on_local_dates(mut l in layers(), t in instants()) {
        (l.days, l.windows) = (LayerDays::All, Vec::new());
        let w = World::new(&doc(vec![l.clone()]));
        prop_assert_eq!(w.roster().on_call_at(t).primary.person, oracle_turn(&l, t));
    }

    /// With windows there is duty exactly in them, and the turn is the same.
    #[test]
    fn windows_only_take_away(mut l in layers(), t in instants()) {
        l.days = LayerDays::All;
        let zone = TimeZone::get(&l.time_zone).unwrap();
        let today = t.to_zoned(zone.clone()).date();
        let inside = l.windows.is_empty() || (-3..=3).any(|n| {
            let day = today.saturating_add(jiff::Span::new().days(n));
            l.windows.iter().any(|(a, b)| {
                let end = if a < b { day } else { day.tomorrow().unwrap() };
                instant(&zone, day, a) <= t && t < instant(&zone, end, b)
            })
        });
        let w = World::new(&doc(vec![l.clone()]));
        prop_assert_eq!(w.roster().on_call_at(t).primary.person, oracle_turn(&l, t).filter(|_| inside));
    }

    /// The shifts say at each minute what the question says, without hole or overlap; nobody has both duties.
    #[test]
    fn shifts_agree_with_the_question(
        list in prop::collection::vec(layers(), 1..4),
        from in instants(),
        away in (0usize..4, 0i64..3000, 1i64..3000),
        put in (0usize..4, 0i64..3000, 1i64..3000),
    ) {
        let mut w = World::new(&doc(list));
        let span = |a: i64, len: i64| (plus_seconds(from, a * 60), plus_seconds(from, (a + len) * 60));
        let (f, u) = span(away.1, away.2);
        w.leaves = vec![Leave { person: PEOPLE[away.0].into(), from: f, until: u }];
        let (f, u) = span(put.1, put.2);
        w.overrides =
            vec![Override { seat: Seat::Primary, person: PEOPLE[put.0].into(), from: f, until: u, swap: false }];
        let until = plus_seconds(from, 4 * 86_400);
        let roster = w.roster();
        let shifts = roster.shifts(from, until);
        let (mut i, mut t) = (0, from);
        prop_assert_eq!((shifts[0].from, shifts[shifts.len() - 1].until), (from, until));
        while t < until {
            while shifts[i].until <= t {
                prop_assert_eq!(shifts[i].until, shifts[i + 1].from);
                i += 1;
            }
            let on = roster.on_call_at(t);
            prop_assert_eq!(&shifts[i].on, &on, "{}", t);
            prop_assert!(on.primary.person.is_none() || on.primary.person != on.backup.person);
            t = from_seconds(domain::time::to_seconds(t) + 900 - 60 * i64::try_from(i % 7).unwrap());
        }
    }
}
