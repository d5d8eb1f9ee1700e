//! A rota is looked at by itself: each morning whether the coming holidays are in order, and at the start of each shift
//! whether its people can be reached. Takes nothing but the time; running it twice is harmless.

use domain::access::{Actor, System};
use domain::id::{RotaId, StaffId};
use domain::oncall::{Duty, News, Seat, duties};
use domain::time::{Timestamp, plus_seconds};
use jiff::ToSpan;
use serde_json::{Value, json};
use store::oncall::watch::{self, NoteRow, StartRow};
use store::oncall::{self, RotaRow};
use store::staff;

use super::holiday::{Coming, after, coming_from, start};
use super::{Standing, refuse_draft, tell};
use crate::admin::record;
use crate::case::supervisors;
use crate::{Desk, Error, Result, Unit, each};

const DAY_S: i64 = 86_400;
/// Days before a block of holidays at which its findings are told: in time for a plan, and once more when it is near.
const TOLD_BEFORE: [i64; 2] = [3, 14];
/// Further back no shift is asked for that has begun.
const SHIFT_S: i64 = 35 * DAY_S;
/// The hour of the morning, by the clock of the house, at which rotas are looked at.
const MORNING: i8 = 8;
const MAX_TEXT: usize = 5_000;

/// Looks at the rotas that are due.
///
/// # Errors
/// The first one's, when all others are done; the next sweep tries again.
pub(crate) async fn sweep(desk: &Desk) -> Result<()> {
    let due = desk.read(|r| Ok(watch::due(r)?)).await?;
    each(due, |id| look(desk.clone(), id)).await
}

async fn look(desk: Desk, id: RotaId) -> Result<()> {
    desk.write(&Actor::System(System::Clock), move |unit| {
        let Some(row) = oncall::one(unit.work, &id)?.filter(RotaRow::in_force) else { return Ok(()) };
        let next = next_morning(unit);
        if !watch::look_again(unit.work, &id, next)? {
            return Ok(());
        }
        if !unit.rules.calendars.contains_key(&row.doc.calendar) {
            return Ok(());
        }
        holidays(unit, &row)?;
        let soon = starts(unit, &row)?;
        if let Some(at) = soon.filter(|at| *at < next && *at > unit.now) {
            watch::look_sooner(unit.work, &id, at)?;
        }
        Ok(())
    })
    .await
}

fn next_morning(unit: &Unit<'_, '_>) -> Timestamp {
    let zone = unit.rules.settings.zone();
    let today = unit.now.to_zoned(zone.clone()).date();
    let at = |days: i64| {
        let wall = today.saturating_add(days.days()).at(MORNING, 0, 0, 0);
        zone.to_ambiguous_timestamp(wall).compatible().ok()
    };
    let later = [0, 1, 2].into_iter().filter_map(at).find(|t| *t > unit.now);
    later.unwrap_or(plus_seconds(unit.now, DAY_S))
}

/// The owner of a rota and the supervisors.
fn answerable(unit: &mut Unit<'_, '_>, row: &RotaRow) -> Result<Vec<StaffId>> {
    let mut to = supervisors(unit)?;
    let owner = staff::one(unit.work, &row.doc.owner)?.filter(|s| s.active).map(|s| s.id);
    to.extend(owner.filter(|o| !to.contains(o)).into_iter().collect::<Vec<_>>());
    Ok(to)
}

/// Tells what the coming blocks of holidays lack, each at most twice.
fn holidays(unit: &mut Unit<'_, '_>, row: &RotaRow) -> Result<()> {
    let rules = unit.rules.clone();
    let [near, far] = TOLD_BEFORE;
    let zone = rules.settings.zone();
    let mut from = unit.now.to_zoned(zone.clone()).date();
    let end = from.saturating_add(far.days());
    while let Ok(within) = u16::try_from(from.until(end).map_or(-1, |s| s.get_days())) {
        let Some(coming) = coming_from(unit.work, &rules, row, (from, within))? else { break };
        let Coming { block, findings, parity } = coming;
        let unheld = parity.filter(|p| !p.weak.is_empty()).map_or(0, |p| p.contracts.len());
        from = after(block.last);
        let left = domain::time::to_seconds(start(&zone, block.first)) - domain::time::to_seconds(unit.now);
        let stage = if left <= near * DAY_S { near } else { far };
        if (findings.is_empty() && unheld == 0) || !watch::tell(unit.work, &row.id, block.first, stage)? {
            continue;
        }
        let (first, last) = (block.first, block.last);
        let to = answerable(unit, row)?;
        let (rota, n) = (row.name.clone(), findings.len());
        tell(unit, to, &News::Findings { rota, first, last, n, parity: unheld })?;
    }
    Ok(())
}

/// Asks whose shift has begun, tells of those who have not confirmed in time; answers when to look again.
fn starts(unit: &mut Unit<'_, '_>, row: &RotaRow) -> Result<Option<Timestamp>> {
    let Some(minutes) = row.doc.confirm_within_min else { return Ok(None) };
    let (now, rules) = (unit.now, unit.rules.clone());
    let (from, until) = (plus_seconds(now, -SHIFT_S), plus_seconds(now, 2 * DAY_S));
    let standing = Standing::load(unit.work, &rules, row.clone(), (from, until))?;
    let all = duties(&standing.shifts(from, until));
    for d in present(&all, now) {
        if watch::ask(unit.work, &row.id, d.seat, d.from, &d.person)? {
            let news = News::Start { rota: row.name.clone(), seat: d.seat, from: d.from };
            tell(unit, [d.person.clone()], &news)?;
        }
    }
    let mut soon = all.iter().map(|d| d.from).filter(|at| *at > now).min();
    for asked in watch::asked(unit.work, &row.id, from)? {
        let runs = present(&all, now)
            .any(|d| (d.seat, d.from, &d.person) == (asked.seat, asked.from, &asked.person));
        if asked.confirmed_at.is_some() || asked.alarmed_at.is_some() || !runs {
            continue;
        }
        let deadline = plus_seconds(asked.asked_at, i64::from(minutes) * 60);
        if deadline <= now {
            alarm(unit, row, &asked, &all)?;
        } else {
            soon = Some(soon.map_or(deadline, |at| at.min(deadline)));
        }
    }
    Ok(soon)
}

fn present(all: &[Duty], now: Timestamp) -> impl Iterator<Item = &Duty> {
    all.iter().filter(move |d| (d.from..d.until).contains(&now))
}

/// The other one on duty, the supervisors and the owner learn that somebody does not answer.
fn alarm(unit: &mut Unit<'_, '_>, row: &RotaRow, asked: &StartRow, all: &[Duty]) -> Result<()> {
    watch::alarm(unit.work, asked)?;
    let mut to = answerable(unit, row)?;
    for d in present(all, unit.now).filter(|d| d.seat != asked.seat) {
        if !to.contains(&d.person) {
            to.push(d.person.clone());
        }
    }
    to.retain(|p| *p != asked.person);
    let (rota, seat, person) = (row.name.clone(), asked.seat, asked.person.clone());
    tell(unit, to, &News::Silent { rota, seat, person })
}

/// Somebody whose shift has begun says that they can be reached and have read what was left to them.
///
/// # Errors
/// `NotFound` if nothing was asked of them.
pub async fn confirm_start(desk: &Desk, who: &Actor) -> Result<()> {
    desk.write(who, |unit| {
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        if watch::confirm_starts(unit.work, &me)? == 0 {
            return Ok(());
        }
        record(unit, ("oncall_start", me.as_str()), &None::<Value>, &json!({"person": me}))
    })
    .await
}

/// Who has a duty of a rota leaves a note to the next; so may who edits rotas.
///
/// # Errors
/// `Lacks`, `NotFound` for the rota, `Invalid`.
pub async fn leave_note(desk: &Desk, who: &Actor, rota: RotaId, text: String) -> Result<NoteRow> {
    desk.write(who, move |unit| {
        let row = oncall::one(unit.work, &rota)?.ok_or(Error::NotFound)?;
        refuse_draft(&row)?;
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        if !row.doc.names(&me) && !on_duty_lately(unit, &row, &me)? {
            crate::admin::need(unit, domain::access::Right::OncallEdit)?;
        }
        let text = text.trim().to_owned();
        match text.chars().count() {
            0 => return Err(Error::field("text", "required")),
            n if n > MAX_TEXT => return Err(Error::field("text", "too_long")),
            _ => {}
        }
        let note = NoteRow { id: unit.work.next_id(), rota: rota.clone(), person: me, at: unit.now, text };
        watch::add_note(unit.work, &note)?;
        record(unit, ("oncall_note", &note.id), &None::<Value>, &json!({"rota": rota, "text": note.text}))?;
        Ok(note)
    })
    .await
}

/// Was somebody put in whom no layer names?
fn on_duty_lately(unit: &mut Unit<'_, '_>, row: &RotaRow, person: &StaffId) -> Result<bool> {
    let since = plus_seconds(unit.now, -2 * DAY_S);
    let puts = oncall::overrides(unit.work, &row.id, since, plus_seconds(unit.now, 1))?;
    Ok(puts.iter().any(|o| o.put.person == *person))
}

/// Which duty, for a reader who has one now in this rota.
pub fn has_duty(standing: &Standing, now: Timestamp, person: &StaffId) -> Option<Seat> {
    let on = standing.roster().on_call_at(now);
    Seat::ALL.iter().copied().find(|s| on.at(*s).person.as_ref() == Some(person))
}
