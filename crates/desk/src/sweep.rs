//! The reconciler of the clocks: takes nothing but the time, finds what is due, does it. Running it twice is harmless.

use domain::access::{Actor, Role, System};
use domain::id::{StaffId, TicketId};
use domain::routing::{Candidate, PersonRule, pick_person};
use domain::ticket::Ticket;
use domain::ticket::decide;
use domain::time::Timestamp;
use store::{Read, staff, ticket};

use crate::ticket::apart;
use crate::{Desk, Result, Unit, each, load_case_by_id, save};

/// Tickets per round; what is left is found by the next round.
const ROUND: i64 = 500;

/// Does all that is due now. Returns how many tickets were looked at.
///
/// # Errors
/// The first one's, when all others are done; the next sweep tries again.
pub async fn sweep(desk: &Desk) -> Result<usize> {
    let (due, silent) = desk
        .read(|r| {
            let now = r.now();
            Ok((ticket::due_clocks(r, now, ROUND)?, ticket::silent_tickets(r, now, ROUND)?))
        })
        .await?;
    let n = due.len() + silent.len();
    let ticked = each(due, |id| tick(desk.clone(), id)).await;
    let hushed = each(silent, |id| silence(desk.clone(), id)).await;
    ticked.and(hushed).map(|()| n)
}

/// When the next sweep has something to do.
///
/// # Errors
/// The store's.
pub async fn next_instant(desk: &Desk) -> Result<Option<Timestamp>> {
    desk.read(|r| Ok(ticket::next_instant(r)?)).await
}

async fn tick(desk: Desk, id: TicketId) -> Result<()> {
    desk.write(&Actor::System(System::Clock), move |unit| {
        let case = load_case_by_id(unit, &id)?;
        let senior = senior_for(unit, &case.ticket)?;
        let decision = decide::tick(&case, senior.as_ref(), unit.actor, unit.now)?;
        save(unit, &case, &decision)
    })
    .await
}

async fn silence(desk: Desk, id: TicketId) -> Result<()> {
    desk.write(&Actor::System(System::Silence), move |unit| {
        let case = load_case_by_id(unit, &id)?;
        let decision = decide::tick_silence(&case, unit.actor, unit.now)?;
        save(unit, &case, &decision)
    })
    .await
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
