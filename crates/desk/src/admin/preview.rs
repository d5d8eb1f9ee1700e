//! What a change of the rules would do, before it is saved. Reads, never writes.

use domain::access::{Actor, Right};
use domain::calendar::{Calendar, CalendarDoc};
use domain::id::{CalendarId, StaffId};
use domain::routing::{Past, Pick, Rule, check_rules, pick_person, try_on};
use domain::sla::{Milestone, Outlook, PolicyDoc, Shift, outlook, shift};
use domain::ticket::decide::Refusal;
use domain::ticket::{Kind, Level, Severity, pauses};
use domain::time::Timestamp;
use store::ticket::{self, PastRow};
use store::{Read, staff};

use super::rules::{check_hands, check_policy, refuse};
use crate::sweep::candidates;
use crate::{Desk, Error, Result};

fn need(who: &Actor, right: Right) -> Result<()> {
    if who.has(right) { Ok(()) } else { Err(Error::Lacks(right)) }
}

/// A running clock whose due would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftedClock {
    /// The ticket's number.
    pub number: String,
    /// The ticket's title.
    pub title: String,
    /// Which clock.
    pub milestone: Milestone,
    /// Before and after.
    pub shift: Shift,
}

/// What a new revision of a calendar would do to running clocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarPreview {
    /// Clocks that run in the calendar.
    pub running: usize,
    /// Those whose due or state would change.
    pub changed: usize,
    /// Those that would be overdue at once, although they are not now.
    pub newly_late: usize,
    /// The first of them, in the order of their tickets.
    pub first: Vec<ShiftedClock>,
}

/// Clocks that a preview names.
const NAMED: usize = 20;
/// Clocks per read.
const PAGE: usize = 500;

/// What a calendar's document would change if it were saved now.
///
/// # Errors
/// `Lacks`, `Invalid` with all wrong fields, `Refused` if a running clock could never be due.
pub async fn preview_calendar(
    desk: &Desk,
    who: &Actor,
    id: CalendarId,
    doc: CalendarDoc,
) -> Result<CalendarPreview> {
    need(who, Right::PromiseEdit)?;
    refuse(doc.problems())?;
    let new = doc.compile().map_err(|_| Error::field("doc", "bad_value"))?;
    let rules_of = desk.clone();
    desk.read(move |r| {
        let rules = rules_of.rules_in(r)?;
        match rules.calendar(&id) {
            Some(present) => compare(r, &id, present, &new),
            None => Ok(CalendarPreview::default()),
        }
    })
    .await
}

fn compare(r: &mut Read<'_>, id: &CalendarId, present: &Calendar, new: &Calendar) -> Result<CalendarPreview> {
    let now = r.now();
    let mut preview = CalendarPreview::default();
    let mut after = String::new();
    loop {
        let page = ticket::running(r, id, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(preview) };
        after.clone_from(&last.ticket.0);
        for c in page {
            preview.running += 1;
            let holds = pauses(&c.holds, &c.clock);
            let moved = shift(&c.clock, &holds, (present, new), now).map_err(|_| Refusal::NeverOpens)?;
            let Some(shift) = moved else { continue };
            preview.changed += 1;
            preview.newly_late += usize::from(shift.is_newly_late());
            if preview.first.len() < NAMED {
                let (number, title, milestone) = (c.number, c.title, c.clock.milestone);
                preview.first.push(ShiftedClock { number, title, milestone, shift });
            }
        }
    }
}

/// What a promise would say for a case of each class that is reported at `at`: urgent of level 1, level 2, general,
/// a complaint.
///
/// # Errors
/// `Lacks`, `Invalid` with the row, `Refused` if a target could never be reached.
pub async fn preview_policy(
    desk: &Desk,
    who: &Actor,
    doc: PolicyDoc,
    at: Timestamp,
) -> Result<[Vec<Outlook>; 4]> {
    need(who, Right::PromiseEdit)?;
    let rules_of = desk.clone();
    desk.read(move |r| {
        let rules = rules_of.rules_in(r)?;
        check_policy(&rules, &doc)?;
        check_hands(r, &doc)?;
        let of = |kind, severity, level| {
            let case = (kind, severity, level);
            outlook(&doc, |c| rules.calendar(c), case, at).map_err(|_| Refusal::NeverOpens)
        };
        Ok([
            of(Kind::Fault, Severity::Urgent, Some(Level::One))?,
            of(Kind::Fault, Severity::General, Some(Level::Two))?,
            of(Kind::Fault, Severity::General, None)?,
            of(Kind::Complaint, Severity::General, None)?,
        ])
    })
    .await
}

/// A ticket of the past with what the rules would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The ticket.
    pub row: PastRow,
    /// What it got, and what the rules look at.
    pub past: Past,
    /// What the rules would pick.
    pub pick: Pick,
}

/// A dry run of routing rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trial {
    /// The tickets, newest first.
    pub tried: Vec<Tried>,
    /// How many tickets each rule would take.
    pub per_rule: Vec<usize>,
    /// How many would go to the default group.
    pub to_default: usize,
    /// How many would go elsewhere than they did.
    pub differ: usize,
    /// For each rule that picks a person: who that would be right now.
    pub persons: Vec<Option<StaffId>>,
}

/// The most tickets of a dry run.
pub const MAX_TRIAL: usize = 2_000;

/// Tries routing rules on the last `n` tickets (at most [`MAX_TRIAL`]), as they would be routed today.
///
/// # Errors
/// `Lacks`, `Invalid` with the rule.
pub async fn try_routing(desk: &Desk, who: &Actor, rules: Vec<Rule>, n: usize) -> Result<Trial> {
    need(who, Right::DeskEdit)?;
    if !(1..=MAX_TRIAL).contains(&n) {
        return Err(Error::field("last", "bad_value"));
    }
    let rules_of = desk.clone();
    desk.read(move |r| {
        let groups = staff::groups(r)?;
        refuse(check_rules(&rules, |id| groups.iter().any(|g| g.id == *id && g.active)))?;
        let house = rules_of.rules_in(r)?;
        let default = house.settings.default_group.as_ref();
        let mut trial = Trial { per_rule: vec![0; rules.len()], ..Trial::default() };
        for row in last_tickets(r, n)? {
            let Some(past) = row.past.clone() else { continue };
            let pick = try_on(&rules, default, &past);
            match pick.rule.and_then(|i| trial.per_rule.get_mut(i)) {
                Some(count) => *count += 1,
                None => trial.to_default += 1,
            }
            trial.differ += usize::from(pick.differs);
            trial.tried.push(Tried { row, past, pick });
        }
        for rule in &rules {
            trial.persons.push(person_now(r, rule)?);
        }
        Ok(trial)
    })
    .await
}

/// Tickets per read.
const TICKETS: usize = 200;

fn last_tickets(r: &mut Read<'_>, n: usize) -> Result<Vec<PastRow>> {
    let mut all: Vec<PastRow> = Vec::new();
    let mut before = (domain::time::plus_seconds(r.now(), 1), String::new());
    while all.len() < n {
        let size = TICKETS.min(n - all.len());
        let page = ticket::past(r, (before.0, &before.1), i64::try_from(size).unwrap_or(i64::MAX))?;
        let Some(last) = page.last() else { break };
        before = (last.at, last.id.clone());
        all.extend(page);
    }
    Ok(all)
}

/// Whom a rule with a person would pick at this moment.
fn person_now(r: &mut Read<'_>, rule: &Rule) -> Result<Option<StaffId>> {
    let Some(wanted) = &rule.person else { return Ok(None) };
    let members = staff::members(r, &rule.group)?;
    let people: Vec<_> = staff::all(r)?
        .into_iter()
        .filter(|s| s.active && members.contains(&s.id))
        .map(|s| (s.id, s.skills))
        .collect();
    Ok(pick_person(wanted, &candidates(r, people.into_iter())?).cloned())
}
