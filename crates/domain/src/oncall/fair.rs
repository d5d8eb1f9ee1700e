//! Fairness: how often each person had which kind of day, and who takes the coming holidays (O2 c).

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{DayKind, Days, Shift};
use crate::id::StaffId;
use crate::time::to_seconds;

/// Days on which a person was the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Public holidays.
    pub holidays: u32,
    /// Days off of the week.
    pub weekends: u32,
    /// Workdays.
    pub workdays: u32,
}

/// Counts the days of each person. A local date belongs to the one who is primary for the longest part of it; of
/// two, to the one who has it first.
pub fn tally(shifts: &[Shift], days: &Days, zone: &TimeZone) -> BTreeMap<StaffId, Tally> {
    let mut parts: BTreeMap<Date, Vec<(StaffId, i64)>> = BTreeMap::new();
    for shift in shifts {
        let Some(person) = &shift.on.primary.person else { continue };
        let mut at = shift.from;
        while at < shift.until {
            let local = at.to_zoned(zone.clone());
            let midnight = local.tomorrow().and_then(|z| z.start_of_day()).map(|z| z.timestamp());
            let end = midnight.map_or(shift.until, |m| m.min(shift.until));
            let seconds = to_seconds(end) - to_seconds(at);
            let of_day = parts.entry(local.date()).or_default();
            match of_day.iter_mut().find(|(p, _)| p == person) {
                Some((_, s)) => *s += seconds,
                None => of_day.push((person.clone(), seconds)),
            }
            at = end;
        }
    }
    let mut tallies: BTreeMap<StaffId, Tally> = BTreeMap::new();
    for (date, people) in parts {
        let most = people.iter().map(|(_, s)| *s).max();
        let Some((person, _)) = people.into_iter().find(|(_, s)| Some(*s) == most) else { continue };
        let of = tallies.entry(person).or_default();
        match days.kind(date) {
            DayKind::Holiday => of.holidays += 1,
            DayKind::Weekend => of.weekends += 1,
            DayKind::Workday => of.workdays += 1,
        }
    }
    tallies
}

/// A holiday's duties as the generator gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealt {
    /// The date.
    pub date: Date,
    /// Who answers first.
    pub primary: StaffId,
    /// Who stands behind, if there is anybody left.
    pub backup: Option<StaffId>,
}

/// Gives each date to the one of the first order with the fewest holidays so far, ties by order; who stands behind is
/// found alike in the second order, by the backup duties of this round. People who are away are passed over; a date for
/// which nobody is left is missing.
pub fn deal(
    dates: &[Date],
    (order, behind_order): (&[StaffId], &[StaffId]),
    so_far: &BTreeMap<StaffId, Tally>,
    away: impl Fn(&StaffId, Date) -> bool,
) -> Vec<Dealt> {
    let mut had: BTreeMap<&StaffId, u32> =
        order.iter().map(|p| (p, so_far.get(p).map_or(0, |t| t.holidays))).collect();
    let mut behind: BTreeMap<&StaffId, u32> = BTreeMap::new();
    let mut dealt = Vec::with_capacity(dates.len());
    for date in dates {
        let count = |of: &BTreeMap<&StaffId, u32>, p: &StaffId| of.get(p).copied().unwrap_or(0);
        let Some(primary) = order.iter().filter(|p| !away(p, *date)).min_by_key(|p| count(&had, p)) else {
            continue;
        };
        let backup = behind_order
            .iter()
            .filter(|p| *p != primary && !away(p, *date))
            .min_by_key(|p| count(&behind, p));
        *had.entry(primary).or_default() += 1;
        if let Some(p) = backup {
            *behind.entry(p).or_default() += 1;
        }
        dealt.push(Dealt { date: *date, primary: primary.clone(), backup: backup.cloned() });
    }
    dealt
}
