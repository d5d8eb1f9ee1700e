//! Paging until somebody answers: who can be paged, the next round when nobody has answered, the acknowledgement on a page,
//! by a program, or by the link of a letter. The first round is a step's, see `sweep`.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Actor, Scope, System};
use domain::id::{StaffId, TicketId};
use domain::oncall::{Called, Means, PageEnd, PageRound, rounds_of, rounds_without_rota};
use domain::people::parse_email;
use domain::ticket::decide::{self, Decision, Helpers};
use domain::ticket::{Change, Event, Ticket};
use domain::time::plus_seconds;
use store::oncall::page::{self, PageKey, PageRow};
use store::{job, staff, ticket};

use super::{Standing, rota_of};
use crate::auth::{secret_hash, staff_actor};
use crate::case::{leads, load_current, supervisors};
use crate::jobs::{PageJob, PushJob};
use crate::ticket::apart;
use crate::{Desk, Error, Result, Unit, each, save};

/// Rounds per sweep; what is left is found by the next one.
const MOST: i64 = 200;
/// For so long the link of a letter acknowledges.
const LINK_S: i64 = 86_400;
/// How often an acknowledgement that was overtaken tries again.
const TRIES: usize = 5;

/// Everybody who can be paged for a ticket now, round by round: by the rota of its group or else the one of the house,
/// without one the supervisors. Whoever must stand apart from a complaint is left out.
pub(crate) fn who_can_be_paged(unit: &mut Unit<'_, '_>, t: &Ticket, helpers: &mut Helpers) -> Result<()> {
    let apart = apart(unit, t)?;
    let far = |people: Vec<StaffId>| -> Vec<StaffId> {
        people.into_iter().filter(|p| !apart.contains(p)).collect()
    };
    let (near, all) = (far(leads(unit, t)?), far(supervisors(unit)?));
    let supervisors = [near.as_slice(), all.as_slice()];
    helpers.on_call = by_rota(unit, t, &apart, supervisors)?.unwrap_or(rounds_without_rota(supervisors));
    helpers.means = means_of(unit, &helpers.on_call)?;
    Ok(())
}

fn by_rota(
    unit: &mut Unit<'_, '_>,
    t: &Ticket,
    apart: &BTreeSet<StaffId>,
    supervisors: [&[StaffId]; 2],
) -> Result<Option<Vec<Vec<Called>>>> {
    let rotas = store::oncall::in_force(unit.work)?;
    let Some(row) = rota_of(&rotas, t.group.as_ref()).cloned() else { return Ok(None) };
    let (now, rules) = (unit.now, unit.rules.clone());
    let mut standing = Standing::load(unit.work, &rules, row, (now, plus_seconds(now, 1)))?;
    standing.able.retain(|p| !apart.contains(p));
    let order = standing.roster().page_order(now);
    let owner = Some(standing.row.doc.owner.clone()).filter(|o| standing.able.contains(o));
    // A rota whose people have all left, or stand apart, is as good as none.
    if order.is_empty() && owner.is_none() {
        return Ok(None);
    }
    Ok(Some(rounds_of(&standing.row.name, order, owner, supervisors)))
}

/// By what each of some people can be reached besides the pages of the desk.
fn means_of(unit: &mut Unit<'_, '_>, rounds: &[Vec<Called>]) -> Result<BTreeMap<StaffId, Vec<Means>>> {
    let people: BTreeSet<&StaffId> = rounds.iter().flatten().map(|c| &c.person).collect();
    let rows = staff::all(unit.work)?.into_iter().filter(|s| people.contains(&s.id));
    let with_browser = store::oncall::push::people(unit.work)?;
    let of = |s: staff::StaffRow| {
        let mail = parse_email(&s.email).map(|_| Means::Mail);
        let push = with_browser.contains(&s.id).then_some(Means::Push);
        (s.id, mail.into_iter().chain(push).collect())
    };
    Ok(rows.map(of).collect())
}

/// Pages the next ones wherever nobody has answered in time. Returns how many rounds were looked at.
///
/// # Errors
/// The first one's, when all others are done; the next sweep tries again.
pub(crate) async fn sweep(desk: &Desk) -> Result<usize> {
    let due = desk.read(|r| Ok(page::due(r, MOST)?)).await?;
    let n = due.len();
    each(due, |(id, step)| next_round(desk.clone(), id, step)).await.map(|()| n)
}

async fn next_round(desk: Desk, id: TicketId, step: i64) -> Result<()> {
    let done = desk.write(&Actor::System(System::Clock), move |unit| {
        let case = load_current(unit, &id)?;
        // Another worker was here, or somebody has answered.
        let Some(so_far) = page::so_far(unit.work, &id, step)? else { return Ok(()) };
        let mut helpers = Helpers::default();
        who_can_be_paged(unit, &case.ticket, &mut helpers)?;
        let decision = decide::page_next(&case, &so_far, &helpers, unit.actor, unit.now)?;
        save(unit, &case, &decision)
    });
    match done.await {
        Err(Error::Stale { .. }) => Ok(()),
        other => other,
    }
}

/// Keeps what a decision says of pages: whom it pages, and by what; what of it ends pages.
pub(crate) fn keep(unit: &mut Unit<'_, '_>, decision: &Decision) -> Result<()> {
    let t = &decision.ticket;
    page::insert(unit.work, &t.id, &decision.paged)?;
    for PageRound { step, pages, .. } in &decision.paged {
        for p in pages.iter().filter(|p| p.means.contains(&Means::Mail)) {
            let payload = PageJob { ticket: t.id.clone(), step: *step, person: p.person.clone() };
            job::insert(unit.work, PageJob::KIND, &payload, unit.now)?;
        }
        for p in pages.iter().filter(|p| p.means.contains(&Means::Push)) {
            for browser in store::oncall::push::of_person(unit.work, &p.person)? {
                let (ticket, person) = (t.id.clone(), p.person.clone());
                let payload = PushJob { ticket, step: *step, person, browser: browser.id };
                job::insert(unit.work, PushJob::KIND, &payload, unit.now)?;
            }
        }
    }
    call_off(unit, decision)?;
    let ends = |e: &Event| PageEnd::of(&e.change, &e.by).map(|how| (how, e.by.clone()));
    let Some((how, by)) = decision.events.iter().find_map(ends).filter(|_| !unit.actor.is_import()) else {
        return Ok(());
    };
    let by = if let domain::access::ActorRef::Staff(by) = by { Some(by) } else { None };
    for person in page::end(unit.work, &t.id, by.as_ref(), how)? {
        unit.work.publish("notice", person.as_str())?;
    }
    Ok(())
}

/// The pages of steps that are called off: who was paged learns it, and nobody else is paged for them.
fn call_off(unit: &mut Unit<'_, '_>, decision: &Decision) -> Result<()> {
    let by = unit.actor.staff().map(|s| s.id.clone());
    for step in &decision.called_off {
        let key = (&decision.ticket.id, *step);
        for person in page::end_of_step(unit.work, key, by.as_ref(), PageEnd::CalledOff)? {
            unit.work.publish("notice", person.as_str())?;
        }
    }
    Ok(())
}

/// Somebody who was paged for a ticket acknowledges. What has ended already stays as it is.
///
/// # Errors
/// `NotFound` if the actor was not paged for it.
pub async fn acknowledge(desk: &Desk, who: &Actor, number: &str) -> Result<PageRow> {
    let number = number.to_owned();
    persist(desk, who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let t = ticket::by_number(unit.work, &Scope::All, &number)?.ok_or(Error::NotFound)?;
        let row = page::last(unit.work, &t.id, &me)?.ok_or(Error::NotFound)?;
        acknowledged(unit, row, Means::InApp)
    })
    .await
}

fn acknowledged(unit: &mut Unit<'_, '_>, row: PageRow, means: Means) -> Result<PageRow> {
    if row.ended_at.is_some() {
        return Ok(row);
    }
    let case = load_current(unit, &row.ticket)?;
    let decision = decide::acknowledge(&case, means, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    let ended_by = unit.actor.staff().map(|s| s.id.clone());
    Ok(PageRow { ended_at: Some(unit.now), ended_by, ended: Some(PageEnd::Acknowledged), ..row })
}

/// The next round may come at the same moment: who answers does not hear of it but tries again.
async fn persist<F>(desk: &Desk, who: &Actor, f: F) -> Result<PageRow>
where
    F: Fn(&mut Unit<'_, '_>) -> Result<PageRow> + Clone + Send + 'static,
{
    for _ in 1..TRIES {
        match desk.write(who, f.clone()).await {
            Err(Error::Stale { .. }) => {}
            other => return other,
        }
    }
    desk.write(who, f).await
}

/// Keeps a link by which whoever was paged acknowledges without a sign-in; `None` if the page has ended meanwhile.
///
/// # Errors
/// The store's.
pub fn link_for(
    unit: &mut Unit<'_, '_>,
    key: &PageKey,
    token: &str,
    means: Means,
) -> Result<Option<PageRow>> {
    let row = page::one(unit.work, key)?.filter(|p| p.ended_at.is_none());
    if row.is_some() {
        page::put_link(unit.work, &secret_hash(token), key, means, plus_seconds(unit.now, LINK_S))?;
    }
    Ok(row)
}

/// The page that a link acknowledges, with who was paged; nothing for a link that is unknown or too old, and for somebody
/// who has left. Does not use it up.
///
/// # Errors
/// The store's.
pub async fn page_of_link(desk: &Desk, token: &str) -> Result<Option<(PageRow, staff::StaffRow)>> {
    let hash = secret_hash(token);
    desk.read(move |r| {
        let Some((key, _)) = page::link(r, &hash)? else { return Ok(None) };
        let person = staff::one(r, &key.person)?.filter(|s| s.active);
        Ok(page::one(r, &key)?.zip(person))
    })
    .await
}

/// Acknowledges by a link, as whoever was paged. What has ended already stays as it is.
///
/// # Errors
/// `NotFound` for a link that is unknown or too old.
pub async fn acknowledge_by_link(desk: &Desk, token: &str) -> Result<PageRow> {
    let hash = secret_hash(token);
    let found = desk.read(move |r| {
        let (key, means) = page::link(r, &hash)?.ok_or(Error::NotFound)?;
        staff::one(r, &key.person)?.filter(|s| s.active).ok_or(Error::NotFound)?;
        Ok((staff_actor(r, &key.person)?.0, key, means))
    });
    let (person, key, means) = found.await?;
    persist(desk, &Actor::Staff(person), move |unit| {
        let row = page::one(unit.work, &key)?.ok_or(Error::NotFound)?;
        acknowledged(unit, row, means)
    })
    .await
}

/// The event of the step for which somebody was paged, for those who say it in words.
///
/// # Errors
/// The store's.
pub fn step_of(r: &mut store::Read<'_>, ticket: &TicketId, step: i64) -> Result<Option<Change>> {
    Ok(ticket::events(r, ticket, step - 1, 1)?.pop().map(|e| e.change))
}
