//! Response on holidays as on workdays (S2-53), where a contract promises it: can the rota of some days off hold it?
//! Every hour in which the promise counts needs a primary and a backup with a confirmed phone, and no more cases are
//! expected in it than the two of them take.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::lint::issue;
use super::{DayKind, Days, Seat, Shift};
use crate::calendar::Calendar;
use crate::id::StaffId;
use crate::named;
use crate::time::{Timestamp, plus_seconds};

const HOUR_S: i64 = 3600;
/// The hours of a workday, and of a day off for a promise whose calendar is closed on it.
const SERVICE: std::ops::Range<usize> = 9..18;
/// A person takes at least so many cases in an hour, however quiet workdays are.
const LEAST: f64 = 1.0;

named! {
    /// What keeps an hour from being as good as on a workday.
    pub enum Lack ("parity lack") {
        /// Not both a primary and a backup with a confirmed phone.
        Duty = "duty",
        /// More cases are expected than the people on duty take.
        Load = "load",
    }
}

/// What the past says of the load.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Days off that were looked at.
    pub days_off: u32,
    /// Cases that come in each local hour of a day off, on average.
    pub by_hour: [f64; 24],
    /// Cases that one person takes in an hour: those of a workday's service hours by the people who share them, and not
    /// less than one.
    pub per_person: f64,
}

/// A time in which the promise is not held.
#[derive(Debug, Clone, PartialEq)]
pub struct Weak {
    /// From here on …
    pub from: Timestamp,
    /// … and before this.
    pub until: Timestamp,
    /// Why.
    pub lack: Lack,
    /// Cases expected in the worst of its hours.
    pub expected: f64,
}

fn number(n: u32) -> f64 {
    f64::from(n)
}

/// The load by what came in the hours of some days, from the first on, before the second. `people` share a workday.
pub fn load(
    came: &[(Timestamp, u32)],
    days: &Days,
    zone: &TimeZone,
    (first, end): (Date, Date),
    people: u32,
) -> Load {
    let (mut days_off, mut workdays) = (0_u32, 0_u32);
    let mut date = first;
    while date < end {
        match days.kind(date) {
            DayKind::Workday => workdays += 1,
            DayKind::Weekend | DayKind::Holiday => days_off += 1,
        }
        date = date.tomorrow().unwrap_or(end);
    }
    let (mut off, mut working) = ([0_u32; 24], 0_u32);
    for (at, n) in came {
        let wall = at.to_zoned(zone.clone());
        let hour = usize::try_from(wall.hour()).unwrap_or(0);
        if !(first..end).contains(&wall.date()) {
            continue;
        }
        match days.kind(wall.date()) {
            DayKind::Workday if SERVICE.contains(&hour) => working += n,
            DayKind::Workday => {}
            DayKind::Weekend | DayKind::Holiday => {
                if let Some(sum) = off.get_mut(hour) {
                    *sum += n;
                }
            }
        }
    }
    let hours = number(workdays) * number(u32::try_from(SERVICE.len()).unwrap_or(1));
    let each = number(working) / hours.max(1.0) / number(people.max(1));
    let by_hour = off.map(|n| number(n) / number(days_off.max(1)));
    Load { days_off, by_hour, per_person: each.max(LEAST) }
}

/// The hours of a time in which one of the calendars counts; for one that is closed all the time, those of a workday.
pub fn promised_hours(
    calendars: &[&Calendar],
    zone: &TimeZone,
    (from, until): (Timestamp, Timestamp),
) -> Vec<Timestamp> {
    let closed = |c: &&Calendar| c.elapsed(from, until) == 0;
    let usual = calendars.iter().any(closed);
    let mut hours = Vec::new();
    let mut at = from;
    while at < until {
        let next = plus_seconds(at, HOUR_S);
        let hour = at.to_zoned(zone.clone()).hour();
        let works = usize::try_from(hour).is_ok_and(|h| SERVICE.contains(&h));
        if (usual && works) || calendars.iter().any(|c| c.elapsed(at, next) > 0) {
            hours.push(at);
        }
        at = next;
    }
    hours
}

/// In which of these hours the shifts do not hold the promise; neighbours with the same lack are one.
pub fn parity(
    hours: &[Timestamp],
    shifts: &[Shift],
    confirmed: &BTreeSet<StaffId>,
    load: &Load,
    zone: &TimeZone,
) -> Vec<Weak> {
    let mut found: Vec<Weak> = Vec::new();
    for lack in Lack::ALL.iter().copied() {
        for from in hours.iter().copied() {
            let until = plus_seconds(from, HOUR_S);
            let hour = usize::try_from(from.to_zoned(zone.clone()).hour()).unwrap_or(0);
            let expected = load.by_hour.get(hour).copied().unwrap_or_default();
            let lacks = match lack {
                Lack::Duty => !is_ready(shifts, (from, until), confirmed),
                Lack::Load => expected > able(load),
            };
            if !lacks {
                continue;
            }
            match found.last_mut().filter(|w| (w.lack, w.until) == (lack, from)) {
                Some(w) => (w.until, w.expected) = (until, w.expected.max(expected)),
                None => found.push(Weak { from, until, lack, expected }),
            }
        }
    }
    found.sort_by_key(|w| (w.from, w.lack));
    found
}

/// What primary and backup take in an hour.
pub fn able(load: &Load) -> f64 {
    let seats = Seat::ALL.iter().map(|_| load.per_person);
    seats.sum()
}

fn is_ready(shifts: &[Shift], (from, until): (Timestamp, Timestamp), confirmed: &BTreeSet<StaffId>) -> bool {
    let mut touching = shifts.iter().filter(|s| s.from < until && from < s.until).peekable();
    touching.peek().is_some()
        && touching.all(|s| Seat::ALL.iter().all(|seat| issue(s.on.at(*seat), confirmed).is_none()))
}
