//! The rota of the coming holidays, proposed from the fairness counters and put in when somebody says so.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Actor, Right};
use domain::id::{RotaId, StaffId};
use domain::oncall::{Block, Dealt, Finding, Override, Seat, Tally, deal, lint, tally};
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use store::Read;
use store::oncall::{self, OverrideRow, RotaRow, watch};

use super::parity::{self, ParityCheck};
use super::{MAX_NOTE, Standing, active, override_said, put_in_already};
use crate::admin::{need, record};
use crate::{Desk, Error, Result, Unit};

/// How far ahead holidays are looked for.
const AHEAD_DAYS: u16 = 400;
/// The time over which the counters count.
const COUNTED_S: i64 = 365 * 86_400;
/// A block is not longer.
const MOST: usize = 62;

/// The rota of the coming holidays as the counters propose it.
#[derive(Debug, Clone, PartialEq)]
pub struct HolidayPlan {
    /// The days off.
    pub block: Block,
    /// The primaries of the rota in order, with the days of the year before the block.
    pub counts: Vec<(StaffId, Tally)>,
    /// Who takes which day.
    pub dealt: Vec<Dealt>,
    /// What is not in order in the block as it stands.
    pub findings: Vec<Finding>,
    /// Whether it holds the response of workdays, if contracts promise that.
    pub parity: Option<ParityCheck>,
}

/// How a coming block of days off stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Coming {
    /// The days off.
    pub block: Block,
    /// What is not in order in it.
    pub findings: Vec<Finding>,
    /// Whether it holds the response of workdays, if contracts promise that.
    pub parity: Option<ParityCheck>,
}

/// The first instant of a date.
pub(super) fn start(zone: &TimeZone, date: Date) -> Timestamp {
    date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |z| z.timestamp())
}

pub(super) fn after(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

/// The next block of days off with a holiday, if the calendar knows one within `within` days; what is not in order in it.
///
/// # Errors
/// The store's; `NotFound` if its calendar is gone.
pub fn coming(r: &mut Read<'_>, rules: &Rules, row: &RotaRow, within: u16) -> Result<Option<Coming>> {
    let today = r.now().to_zoned(rules.settings.zone()).date();
    coming_from(r, rules, row, (today, within))
}

/// The same for the first block that ends on or after a date.
pub(super) fn coming_from(
    r: &mut Read<'_>,
    rules: &Rules,
    row: &RotaRow,
    (first, within): (Date, u16),
) -> Result<Option<Coming>> {
    let (zone, now) = (rules.settings.zone(), r.now());
    let standing = Standing::load(r, rules, row.clone(), (now, plus_seconds(now, 1)))?;
    let Some(block) = standing.roster().rota.days().next_block(first, within) else { return Ok(None) };
    let (from, until) = (start(&zone, block.first).max(now), start(&zone, after(block.last)));
    let standing = Standing::load(r, rules, row.clone(), (from, until))?;
    let (shifts, confirmed) = (standing.roster().shifts(from, until), oncall::confirmed(r)?);
    let parity = parity::check(r, rules, &standing, (block, &shifts), &confirmed)?;
    Ok(Some(Coming { block, findings: lint(&shifts, &confirmed), parity }))
}

/// Proposes who takes the coming holidays: the one with the fewest so far, ties by order; people on leave are passed over.
///
/// # Errors
/// The store's; `NotFound` if its calendar is gone.
pub fn holiday_plan(r: &mut Read<'_>, rules: &Rules, row: &RotaRow) -> Result<Option<HolidayPlan>> {
    let zone = rules.settings.zone();
    let Some(Coming { block, findings, parity }) = coming(r, rules, row, AHEAD_DAYS)? else {
        return Ok(None);
    };
    let first = start(&zone, block.first);
    let from = plus_seconds(first, -COUNTED_S);
    let standing = Standing::load(r, rules, row.clone(), (from, start(&zone, after(block.last))))?;
    let roster = standing.roster();
    // What a draft says of the past was nobody's duty.
    let had = if row.in_force() { standing.shifts(from, first) } else { Vec::new() };
    let so_far = tally(&had, roster.rota.days(), &zone);
    let able = active(r)?;
    let order = people(row, &able, Seat::Primary);
    let backups = Some(people(row, &able, Seat::Backup)).filter(|p| !p.is_empty());
    let backups = backups.unwrap_or_else(|| order.clone());
    let today = r.now().to_zoned(zone.clone()).date();
    let away = |p: &StaffId, d: Date| {
        let (a, b) = (start(&zone, d), start(&zone, after(d)));
        standing.leaves.iter().any(|l| l.leave.person == *p && l.leave.from < b && a < l.leave.until)
    };
    let dealt = deal(&dates(block, today), (&order, &backups), &so_far, away);
    let counts = order.iter().map(|p| (p.clone(), so_far.get(p).copied().unwrap_or_default())).collect();
    Ok(Some(HolidayPlan { block, counts, dealt, findings, parity }))
}

fn dates(block: Block, today: Date) -> Vec<Date> {
    let mut date = block.first.max(today);
    let mut dates = Vec::new();
    while date <= block.last && dates.len() < MOST {
        dates.push(date);
        date = after(date);
    }
    dates
}

/// Everybody whom the layers of a duty name, in their order.
fn people(row: &RotaRow, able: &BTreeSet<StaffId>, seat: Seat) -> Vec<StaffId> {
    let mut order: Vec<StaffId> = Vec::new();
    let layers = row.doc.layers.iter().filter(|l| l.seat == seat);
    for person in layers.flat_map(|l| &l.order).filter(|p| able.contains(*p)) {
        if !order.contains(person) {
            order.push(person.clone());
        }
    }
    order
}

/// Puts in who takes which day of holidays, from midnight to midnight. What was put in for exactly such a day before makes
/// room, unless two people swapped it; what else stands in the way is refused.
///
/// # Errors
/// `Lacks`, `NotFound` for the rota, `Invalid` with the dates that are wrong.
pub async fn put_in_holidays(
    desk: &Desk,
    who: &Actor,
    rota: RotaId,
    days: Vec<Dealt>,
    note: String,
) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::OncallEdit)?;
        oncall::one(unit.work, &rota)?.ok_or(Error::NotFound)?;
        if days.len() > MOST || note.chars().count() > MAX_NOTE {
            return Err(Error::field("days", "too_long"));
        }
        let (able, zone) = (active(unit.work)?, unit.rules.settings.zone());
        let wrong =
            days.iter().filter_map(|d| issue(d, |p| able.contains(p)).map(|i| (d.date.to_string(), i)));
        crate::admin::refuse(wrong.collect())?;
        let mut taken = Vec::new();
        for day in &days {
            let (from, until) = (start(&zone, day.date), start(&zone, after(day.date)));
            let seats = [(Seat::Primary, Some(&day.primary)), (Seat::Backup, day.backup.as_ref())];
            for (seat, person) in seats {
                let left = make_room(unit, &rota, seat, (from, until))?;
                let Some(person) = person.cloned() else { continue };
                if let Some(other) = left {
                    taken.push(put_in_already(unit, &day.date.to_string(), &other)?);
                }
                let put = Override { seat, person, from, until, swap: false };
                let row =
                    OverrideRow { id: unit.work.next_id(), rota: rota.clone(), put, note: note.clone() };
                oncall::add_override(unit.work, &row)?;
                record(unit, ("oncall_override", &row.id), &None::<Value>, &override_said(&row))?;
            }
        }
        if !taken.is_empty() {
            return Err(Error::Invalid(taken));
        }
        let said: BTreeMap<String, &StaffId> =
            days.iter().map(|d| (d.date.to_string(), &d.primary)).collect();
        record(unit, ("rota", rota.as_str()), &json!({}), &json!({"holidays": said}))?;
        Ok(watch::wake(unit.work)?)
    })
    .await
}

/// Takes out who was put in for exactly this time; answers what else stands in the way.
fn make_room(
    unit: &mut Unit<'_, '_>,
    rota: &RotaId,
    seat: Seat,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<OverrideRow>> {
    let there = oncall::overrides(unit.work, rota, from, until)?.into_iter().filter(|o| o.put.seat == seat);
    let (same, other): (Vec<_>, Vec<_>) =
        there.partition(|o| !o.put.swap && (o.put.from, o.put.until) == (from, until));
    for old in same {
        oncall::remove_override(unit.work, &old.id)?;
        super::gone(unit, ("oncall_override", &old.id), &override_said(&old))?;
    }
    Ok(other.into_iter().next_back())
}

fn issue(day: &Dealt, is_there: impl Fn(&StaffId) -> bool) -> Option<&'static str> {
    if day.backup.as_ref() == Some(&day.primary) {
        return Some("same_person");
    }
    let all = std::iter::once(&day.primary).chain(&day.backup).all(is_there);
    (!all).then_some("unknown")
}
