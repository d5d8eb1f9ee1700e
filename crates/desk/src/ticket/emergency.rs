//! Emergency mode: load → may → decide → save → commit, for the emergency and its ticket together.

use std::collections::BTreeSet;

use domain::access::{Action, Actor, may, may_in};
use domain::emergency::{Emergency, Holder, PlanState, Section};
use domain::id::{EmergencyId, OrgId, StaffId};
use domain::ticket::decide::{self, Case, Decision, InEmergency, MeasureInput, Refusal, Start};
use domain::ticket::{Change, Event, Ticket};
use domain::time::Timestamp;
use store::{directory, emergency, staff, ticket};

use crate::at::{About, TEXT, at};
use crate::{Desk, Error, Result, Unit, load_case, save};

/// What is needed to switch emergency mode on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StartInput {
    /// What customers read as its name; the ticket's title if empty.
    pub title: String,
    /// Who notices what.
    pub impact: String,
    /// Who decides; whoever starts it if absent.
    pub commander: Option<StaffId>,
    /// The affected customers besides the ticket's own.
    pub organisations: BTreeSet<OrgId>,
    /// Why it is one.
    pub reason: String,
}

const START: &[About] = &[(Refusal::EmptyText, "title"), (Refusal::NeedsReason, "reason")];

/// Switches emergency mode on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Refused`.
pub async fn start_emergency(desk: &Desk, who: &Actor, number: &str, input: StartInput) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        may(unit.actor, Action::Emergency, &case.ticket)?;
        let me = unit.actor.staff().map(|s| s.id.clone());
        let commander =
            input.commander.clone().or(me).ok_or_else(|| Error::field("commander", "required"))?;
        at_work(unit, "commander", &commander)?;
        known(unit, &input.organisations)?;
        let before = emergency::by_ticket(unit.work, &case.ticket.id)?;
        let title = if input.title.trim().is_empty() { &case.ticket.title } else { &input.title };
        let start = Start {
            id: EmergencyId(unit.work.next_id()),
            title: title.clone(),
            impact: input.impact.clone(),
            commander,
            organisations: input.organisations.clone(),
            reason: input.reason.clone(),
        };
        let done = decide::start_emergency(&case, before.as_ref(), start, unit.actor, unit.now)?;
        keep(unit, &case, before.as_ref(), done)
    })
    .await
    .map_err(at(START))
}

fn keep(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    before: Option<&Emergency>,
    (after, decision): (Emergency, Decision),
) -> Result<Ticket> {
    save(unit, case, &decision)?;
    if !decision.is_nothing() {
        emergency::put(unit.work, before, &after)?;
    }
    Ok(decision.ticket)
}

fn at_work(unit: &mut Unit<'_, '_>, field: &str, person: &StaffId) -> Result<()> {
    let row = staff::one(unit.work, person)?.ok_or_else(|| Error::field(field, "unknown"))?;
    if row.active { Ok(()) } else { Err(Error::field(field, "inactive_person")) }
}

fn known(unit: &mut Unit<'_, '_>, organisations: &BTreeSet<OrgId>) -> Result<()> {
    for id in organisations {
        directory::organisation(unit.work, id)?.ok_or_else(|| Error::field("organisations", "unknown"))?;
    }
    Ok(())
}

/// A verb on the emergency of a ticket. `seen` is the version of the ticket that the editor saw.
async fn change<F>(
    desk: &Desk,
    who: &Actor,
    (number, action, seen): (&str, Action, Option<i64>),
    decide: F,
) -> Result<Ticket>
where
    F: Fn(&mut Unit<'_, '_>, &Case, &Emergency) -> Result<InEmergency> + Send + 'static,
{
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        let Some(e) = emergency::by_ticket(unit.work, &case.ticket.id)? else {
            may(unit.actor, action, &case.ticket)?;
            return Err(Refusal::NoEmergency.into());
        };
        may_in(unit.actor, action, &case.ticket, &e)?;
        let done = decide(unit, &case, &e)??;
        nothing_unseen(unit, &case, seen, (&e, &done))?;
        keep(unit, &case, Some(&e), done)
    })
    .await
}

fn section(e: &Event) -> Option<(Section, u32)> {
    if let Change::Emergency(change) = &e.change { change.section() } else { None }
}

/// Nobody has edited the same part since the editor looked; else both values come back as `Stale`.
fn nothing_unseen(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    seen: Option<i64>,
    (before, (after, decision)): (&Emergency, &(Emergency, Decision)),
) -> Result<()> {
    let Some(seen) = seen.filter(|v| *v < case.ticket.version) else { return Ok(()) };
    let Some((part, no)) = decision.events.iter().find_map(section) else { return Ok(()) };
    let since = ticket::events(unit.work, &case.ticket.id, seen, 1000)?;
    if !since.iter().any(|e| section(e) == Some((part, no))) {
        return Ok(());
    }
    let people: Vec<_> = staff::all(unit.work)?.into_iter().map(|s| (s.id, s.name)).collect();
    let (mine, theirs) = (text(after, part, no, &people), text(before, part, no, &people));
    Err(Error::Stale { field: part.to_string(), mine, theirs })
}

/// A part as text, for two people who edited it at once.
fn text(e: &Emergency, part: Section, no: u32, people: &[(StaffId, String)]) -> String {
    let name = |id: &StaffId| people.iter().find(|(i, _)| i == id).map_or(id.as_str(), |(_, n)| n).to_owned();
    match part {
        Section::Description => format!("{}\n{}", e.title, e.impact),
        Section::Staffing => {
            let roles = e.roles.iter().map(|h| format!("{}: {}", h.role, name(&h.person)));
            std::iter::once(name(&e.commander)).chain(roles).collect::<Vec<_>>().join("\n")
        }
        Section::Plan => e.plan.as_ref().map(|p| p.text.clone()).unwrap_or_default(),
        Section::Review => {
            e.review.as_ref().map(|r| format!("{}\n{}", r.causes, r.lessons)).unwrap_or_default()
        }
        Section::Measure => {
            let found = e.measures.iter().find(|m| m.no == no);
            let line = |m: &domain::emergency::Measure| {
                format!("{} {} {} {}", m.due_on, name(&m.owner), m.what, m.effect)
            };
            found.map(line).unwrap_or_default()
        }
    }
}

/// It was none, or switched on by mistake.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused`.
pub async fn call_off_emergency(desk: &Desk, who: &Actor, number: &str, reason: String) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, None), move |unit, case, e| {
        Ok(decide::call_off_emergency(case, e, &reason, unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::NeedsReason, "text")]))
}

/// What the affected customers read, and who they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DescribeInput {
    /// The version of the ticket that the editor saw.
    pub seen: Option<i64>,
    /// Its name.
    pub title: Option<String>,
    /// Who notices what.
    pub impact: Option<String>,
    /// The affected customers; replaces all.
    pub organisations: Option<BTreeSet<OrgId>>,
}

/// Edits what the affected read, and who they are; what is `None` stays.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Stale`, `Refused`.
pub async fn describe_emergency(
    desk: &Desk,
    who: &Actor,
    number: &str,
    input: DescribeInput,
) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, input.seen), move |unit, case, e| {
        let organisations = input.organisations.clone().unwrap_or_else(|| e.organisations.clone());
        known(unit, &organisations)?;
        let title = input.title.as_deref().unwrap_or(&e.title);
        let words = (title, input.impact.as_deref().unwrap_or(&e.impact));
        Ok(decide::describe_emergency(case, e, words, organisations, unit.actor, unit.now))
    })
    .await
    .map_err(at(START))
}

/// Who leads and who does what.
///
/// # Errors
/// As [`describe_emergency`].
pub async fn staff_emergency(
    desk: &Desk,
    who: &Actor,
    number: &str,
    (commander, roles): (StaffId, Vec<Holder>),
    seen: Option<i64>,
) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, seen), move |unit, case, e| {
        // Whoever has left may stay named; a new name must be at work.
        if commander != e.commander {
            at_work(unit, "commander", &commander)?;
        }
        for h in roles.iter().filter(|h| !e.works_in(&h.person)) {
            at_work(unit, "roles", &h.person)?;
        }
        Ok(decide::staff_emergency(case, e, commander.clone(), roles.clone(), unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "roles")]))
}

/// An entry of the timeline, for everybody or for staff.
///
/// # Errors
/// As [`call_off_emergency`].
pub async fn post_in_emergency(
    desk: &Desk,
    who: &Actor,
    number: &str,
    (text, public): (String, bool),
    next_report_at: Option<Timestamp>,
) -> Result<Ticket> {
    change(desk, who, (number, Action::EmergencyEntry, None), move |unit, case, e| {
        Ok(decide::post_in_emergency(case, e, (&text, public), next_report_at, unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "text"), (Refusal::NotInFuture, "next_report_at")]))
}

const PLAN: &[About] = &[
    (Refusal::EmptyText, "text"),
    (Refusal::NeedsTime, "promised_at"),
    (Refusal::NotInFuture, "promised_at"),
];

/// The interim plan.
///
/// # Errors
/// As [`describe_emergency`].
pub async fn plan_interim(
    desk: &Desk,
    who: &Actor,
    number: &str,
    (text, state, promised_at): (String, PlanState, Option<Timestamp>),
    seen: Option<i64>,
) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, seen), move |unit, case, e| {
        Ok(decide::plan_interim(case, e, (&text, state), promised_at, unit.actor, unit.now))
    })
    .await
    .map_err(at(PLAN))
}

/// It is over; the affected read the summary.
///
/// # Errors
/// As [`call_off_emergency`].
pub async fn end_emergency(desk: &Desk, who: &Actor, number: &str, summary: String) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, None), move |unit, case, e| {
        Ok(decide::end_emergency(case, e, &summary, unit.actor, unit.now))
    })
    .await
    .map_err(at(TEXT))
}

/// It is not over after all.
///
/// # Errors
/// As [`call_off_emergency`].
pub async fn resume_emergency(desk: &Desk, who: &Actor, number: &str, reason: String) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, None), move |unit, case, e| {
        Ok(decide::resume_emergency(case, e, &reason, unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::NeedsReason, "text")]))
}

/// Causes and lessons.
///
/// # Errors
/// As [`describe_emergency`].
pub async fn review_emergency(
    desk: &Desk,
    who: &Actor,
    number: &str,
    (causes, lessons): (String, String),
    seen: Option<i64>,
) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, seen), move |unit, case, e| {
        Ok(decide::review_emergency(case, e, (&causes, &lessons), unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "causes")]))
}

/// Adds or changes a measure. Its owner, who does not lead the emergency, may only say what became of it.
///
/// # Errors
/// As [`describe_emergency`].
pub async fn measure_emergency(
    desk: &Desk,
    who: &Actor,
    number: &str,
    input: MeasureInput,
    seen: Option<i64>,
) -> Result<Ticket> {
    change(desk, who, (number, Action::EmergencyMeasure, seen), move |unit, case, e| {
        let was = e.measures.iter().find(|m| Some(m.no) == input.no);
        if may_in(unit.actor, Action::Emergency, &case.ticket, e).is_err() {
            let me = unit.actor.staff().map(|s| &s.id);
            let mine = was.is_some_and(|m| {
                Some(&m.owner) == me
                    && (m.what.as_str(), &m.owner, m.due_on)
                        == (input.what.trim(), &input.owner, input.due_on)
            });
            if !mine {
                return Err(Error::Forbidden(Action::EmergencyMeasure));
            }
        }
        if was.is_none_or(|m| m.owner != input.owner) {
            at_work(unit, "owner", &input.owner)?;
        }
        Ok(decide::measure_emergency(case, e, input.clone(), unit.actor, unit.now))
    })
    .await
    .map_err(at(&[(Refusal::EmptyText, "what")]))
}

/// Over and reviewed.
///
/// # Errors
/// As [`call_off_emergency`].
pub async fn finish_emergency(desk: &Desk, who: &Actor, number: &str) -> Result<Ticket> {
    change(desk, who, (number, Action::Emergency, None), move |unit, case, e| {
        Ok(decide::finish_emergency(case, e, unit.actor, unit.now))
    })
    .await
}
