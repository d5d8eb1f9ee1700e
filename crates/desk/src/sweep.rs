//! The reconciler of the clocks: takes nothing but the time, finds what is due, does it. Running it twice is harmless.

use std::sync::atomic::Ordering;

use domain::access::{Actor, Role, System};
use domain::id::{StaffId, TicketId};
use domain::routing::{Candidate, PersonRule, pick_person};
use domain::sla::StepAction;
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Case, Helpers};
use domain::time::{Timestamp, to_millis};
use store::{Read, staff, ticket};

use crate::oncall::paging::who_can_be_paged;
use crate::ticket::apart;
use crate::{Desk, Error, Result, Unit, each, load_acting, load_case_by_id, save};

/// Tickets per round; what is left is found by the next round.
const ROUND: i64 = 500;

/// Does all that is due now. Returns how many tickets and pages were looked at.
///
/// # Errors
/// The first one's, when all others are done; the next sweep tries again.
pub async fn sweep(desk: &Desk) -> Result<usize> {
    let (idle, silent) = desk
        .read(|r| {
            let now = r.now();
            let idle = ticket::next_clock(r)?.is_none_or(|at| at > now);
            Ok((idle, ticket::silent_tickets(r, now, ROUND)?))
        })
        .await?;
    let due = if idle {
        Vec::new()
    } else {
        desk.write(&Actor::System(System::Clock), |unit| Ok(ticket::claim_due(unit.work, ROUND)?)).await?
    };
    let n = due.len() + silent.len();
    let ticked = each(due, |id| tick(desk.clone(), id)).await;
    let hushed = each(silent, |id| silence(desk.clone(), id)).await;
    let watched = crate::oncall::watch::sweep(desk).await;
    let rung = crate::appointment::sweep(desk).await;
    let paged = crate::oncall::paging::sweep(desk).await;
    let left = crate::chat::sweep(desk).await;
    let counted = |rounds| rung.map(|rings| n + rounds + rings);
    ticked.and(hushed).and(watched).and(left).and(paged).and_then(counted)
}

/// A clock further than this from the database server's fires nothing (E7).
const MAX_SKEW_MS: i64 = 2_000;

/// By how many milliseconds this node's clock is ahead of the database server's, if that is too much to fire by. Never
/// with the embedded database, which has no clock but the node's.
///
/// # Errors
/// The store's.
pub async fn skew(desk: &Desk) -> Result<Option<i64>> {
    let ahead = desk.read(|r| {
        let now = r.now();
        Ok(store::node::server_now(r)?.map(|server| to_millis(now) - to_millis(server)))
    });
    Ok(ahead.await?.filter(|ms| ms.abs() > MAX_SKEW_MS))
}

/// Compares the clocks and keeps what came out, for those who ask whether this node is well. May it fire?
///
/// # Errors
/// The store's.
pub async fn may_fire(desk: &Desk) -> Result<bool> {
    let ahead = skew(desk).await?;
    desk.ahead_ms.store(ahead.unwrap_or(0), Ordering::Relaxed);
    Ok(ahead.is_none())
}

/// When the next sweep has something to do.
///
/// # Errors
/// The store's.
pub async fn next_instant(desk: &Desk) -> Result<Option<Timestamp>> {
    desk.read(next_in).await
}

/// The same in a read that asks for more.
///
/// # Errors
/// The store's.
pub fn next_in(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let (clocks, rotas) = (ticket::next_instant(r)?, store::oncall::watch::next(r)?);
    let appointments = store::appointment::next(r)?;
    let (pages, silent) = (store::oncall::page::next(r)?, crate::chat::next_silent(r)?);
    Ok(clocks.into_iter().chain(rotas).chain(appointments).chain(pages).chain(silent).min())
}

async fn tick(desk: Desk, id: TicketId) -> Result<()> {
    let done = desk.write(&Actor::System(System::Clock), move |unit| tick_in(unit, &id));
    unless_done(done.await)
}

/// What is due of a case, within a unit of work.
///
/// # Errors
/// `Stale` if somebody else was faster; the store's.
pub fn tick_in(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<()> {
    let case = load_acting(unit, id)?;
    let helpers = helpers_for(unit, &case)?;
    let decision = decide::tick(&case, &helpers, unit.actor, unit.now)?;
    save(unit, &case, &decision)
}

async fn silence(desk: Desk, id: TicketId) -> Result<()> {
    let done = desk.write(&Actor::System(System::Silence), move |unit| {
        let case = load_case_by_id(unit, &id)?;
        let decision = decide::tick_silence(&case, unit.actor, unit.now)?;
        save(unit, &case, &decision)
    });
    unless_done(done.await)
}

/// Somebody else was faster: a person, or another node. What is left is found by the next round.
fn unless_done(done: Result<()>) -> Result<()> {
    match done {
        Err(Error::Stale { .. }) => Ok(()),
        other => other,
    }
}

/// Whom the steps of a case can reach. Nothing is asked where no step hands the ticket on or calls anybody.
pub(crate) fn helpers_for(unit: &mut Unit<'_, '_>, case: &Case) -> Result<Helpers> {
    let policy = unit.rules.policies.get(&case.ticket.policy);
    let has = |action| policy.is_some_and(|p| p.steps.iter().any(|s| s.action == action));
    let (senior, person) = (has(StepAction::ToSenior), has(StepAction::ToPerson));
    let (group, page) = (has(StepAction::ToGroup), has(StepAction::PageOnCall));
    let t = &case.ticket;
    let mut helpers = Helpers::default();
    if senior {
        helpers.senior = senior_for(unit, t)?;
    }
    if person {
        let apart = apart(unit, t)?;
        let able = staff::all(unit.work)?.into_iter().filter(|s| s.active && !apart.contains(&s.id));
        helpers.people = able.map(|s| s.id).collect();
    }
    if group {
        let active = staff::groups(unit.work)?.into_iter().filter(|g| g.active);
        helpers.groups = active.map(|g| g.id).collect();
    }
    if page {
        who_can_be_paged(unit, t, &mut helpers)?;
    }
    Ok(helpers)
}

/// The senior engineer to whom an overdue ticket goes: the one who has it already, else of its group if there is one,
/// with the least load. Nobody gets a complaint about a case of their own, nor the case when they handle the complaint.
pub(crate) fn senior_for(unit: &mut Unit<'_, '_>, t: &Ticket) -> Result<Option<StaffId>> {
    let seniors: Vec<_> =
        staff::all(unit.work)?.into_iter().filter(|s| s.active && s.role == Role::SeniorEngineer).collect();
    if let Some(mine) = seniors.iter().find(|s| Some(&s.id) == t.assignee.as_ref()) {
        return Ok(Some(mine.id.clone()));
    }
    let apart = apart(unit, t)?;
    let seniors: Vec<_> = seniors.into_iter().filter(|s| !apart.contains(&s.id)).collect();
    let group = t.group.as_ref().map(|g| staff::members(unit.work, g)).transpose()?.unwrap_or_default();
    let near: Vec<_> = seniors.iter().filter(|s| group.contains(&s.id)).collect();
    let pool = if near.is_empty() { seniors.iter().collect() } else { near };
    let candidates = candidates(unit.work, pool.into_iter().map(|s| (s.id.clone(), s.skills.clone())))?;
    Ok(pick_person(&PersonRule::default(), &candidates).cloned())
}

/// People with their load, for the rules that pick one.
pub(crate) fn candidates(
    r: &mut Read<'_>,
    people: impl Iterator<Item = (StaffId, Vec<String>)>,
) -> Result<Vec<Candidate>> {
    let load = ticket::staff_load(r)?;
    let of = |id: &StaffId| load.iter().find(|(k, _)| k == id.as_str()).map_or(0, |(_, n)| *n);
    Ok(people.map(|(id, skills)| Candidate { load: of(&id), id, skills }).collect())
}
