//! The verbs of emergency mode while it runs (S2-101 … S2-103). What comes after it: `emergency_after`.

use std::collections::BTreeSet;

use super::{Case, Change, Decision, Letter, Next, Notice, Refusal, Status, talk};
use crate::access::Actor;
use crate::emergency::{Emergency, EmergencyChange, Holder, InterimPlan, PlanState, State};
use crate::id::{EmergencyId, OrgId, StaffId};
use crate::time::Timestamp;

/// What a verb of an emergency returns: the emergency afterwards, and what it does to its ticket.
pub type InEmergency = Result<(Emergency, Decision), Refusal>;

/// Roles of one emergency at most.
pub const MOST_ROLES: usize = 20;

/// What is needed to switch it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Key, if there was none before.
    pub id: EmergencyId,
    /// What customers read as its name.
    pub title: String,
    /// Who notices what.
    pub impact: String,
    /// Who decides.
    pub commander: StaffId,
    /// The affected customers besides the ticket's own.
    pub organisations: BTreeSet<OrgId>,
    /// Why it is one.
    pub reason: String,
}

/// Switches emergency mode on. One that was called off may begin anew.
///
/// # Errors
/// `empty_text` without a title, `needs_reason`, `ended`, `merged`, `emergency_over` if it had one that ended.
pub fn start_emergency(
    case: &Case,
    before: Option<&Emergency>,
    start: Start,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    let mut next = Next::on_open(case, actor, now)?;
    match before {
        Some(e) if e.state == State::Running => return Ok((e.clone(), next.unchanged()?)),
        Some(e) if e.state != State::CalledOff => return Err(Refusal::EmergencyOver),
        _ => {}
    }
    let (title, reason) = (start.title.trim().to_owned(), start.reason.trim().to_owned());
    if title.is_empty() {
        return Err(Refusal::EmptyText);
    }
    if reason.is_empty() {
        return Err(Refusal::NeedsReason);
    }
    let mut organisations = start.organisations;
    organisations.extend(case.ticket.organisation.clone());
    let e = Emergency {
        id: before.map_or(start.id, |e| e.id.clone()),
        ticket: case.ticket.id.clone(),
        version: before.map_or(0, |e| e.version) + 1,
        state: State::Running,
        title: title.clone(),
        impact: start.impact.trim().to_owned(),
        commander: start.commander.clone(),
        roles: Vec::new(),
        organisations: organisations.clone(),
        plan: None,
        next_report_at: None,
        started_at: now,
        started_by: actor.staff().map(|s| s.id.clone()),
        ended_at: None,
        ended_by: None,
        review: None,
        measures: Vec::new(),
    };
    let change = EmergencyChange::Started { title, commander: start.commander, organisations, reason };
    let event = next.event(Change::Emergency(change));
    next.out.notices.push(Notice::Managers { event });
    next.tell_emergency(&e, event);
    Ok((e, next.finish()?))
}

/// It was none, or switched on by mistake. A slip of the hand needs no reason.
///
/// # Errors
/// `needs_reason`, `emergency_over`.
pub fn call_off_emergency(
    case: &Case,
    e: &Emergency,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    let next = Next::new(case, actor, now);
    match e.state {
        State::CalledOff => return Ok((e.clone(), next.unchanged()?)),
        State::Running => {}
        State::Ended | State::Finished => return Err(Refusal::EmergencyOver),
    }
    let reason = reason.trim().to_owned();
    let slip = e.just_started(actor.staff().map(|s| &s.id), now) && reason.is_empty();
    if reason.is_empty() && !slip {
        return Err(Refusal::NeedsReason);
    }
    let after = Emergency { state: State::CalledOff, next_report_at: None, ..e.clone() };
    next.in_emergency(after, EmergencyChange::CalledOff { reason, slip })
}

/// What the affected read, and who they are. The ticket's own customer is always among them.
///
/// # Errors
/// `empty_text`, `no_emergency`, `emergency_finished`.
pub fn describe_emergency(
    case: &Case,
    e: &Emergency,
    (title, impact): (&str, &str),
    mut organisations: BTreeSet<OrgId>,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    goes_on(e)?;
    let (title, impact) = (title.trim().to_owned(), impact.trim().to_owned());
    if title.is_empty() {
        return Err(Refusal::EmptyText);
    }
    organisations.extend(case.ticket.organisation.clone());
    let after = Emergency {
        title: title.clone(),
        impact: impact.clone(),
        organisations: organisations.clone(),
        ..e.clone()
    };
    let change = EmergencyChange::Described { title, impact, organisations };
    Next::new(case, actor, now).if_changed(e, after, change)
}

/// Who leads and who does what; replaces all.
///
/// # Errors
/// `empty_text` for a role without a name, `too_many`, `no_emergency`, `emergency_finished`.
pub fn staff_emergency(
    case: &Case,
    e: &Emergency,
    commander: StaffId,
    roles: Vec<Holder>,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    goes_on(e)?;
    let roles: Vec<Holder> =
        roles.into_iter().map(|h| Holder { role: h.role.trim().to_owned(), ..h }).collect();
    if roles.iter().any(|h| h.role.is_empty()) {
        return Err(Refusal::EmptyText);
    }
    if roles.len() > MOST_ROLES {
        return Err(Refusal::TooMany);
    }
    let after = Emergency { commander: commander.clone(), roles: roles.clone(), ..e.clone() };
    let change = EmergencyChange::Staffed { commander, roles };
    Next::new(case, actor, now).if_changed(e, after, change)
}

/// An entry of the timeline. A public one says when the affected hear from us again, or that nothing is promised.
///
/// # Errors
/// `empty_text`, `not_in_future`, `no_emergency`, `emergency_finished`.
pub fn post_in_emergency(
    case: &Case,
    e: &Emergency,
    (text, public): (&str, bool),
    next_report_at: Option<Timestamp>,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    goes_on(e)?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let next_report_at = next_report_at.filter(|_| public && e.state == State::Running);
    if next_report_at.is_some_and(|at| at <= now) {
        return Err(Refusal::NotInFuture);
    }
    let after = if public { Emergency { next_report_at, ..e.clone() } } else { e.clone() };
    let change = EmergencyChange::Posted { text, public, next_report_at };
    Next::new(case, actor, now).in_emergency(after, change)
}

/// The interim plan: what it is, by when it is promised, and where it stands.
///
/// # Errors
/// `empty_text`, `needs_time` for one that is planned without an instant, `not_in_future` for a new promise in the past,
/// `no_emergency`, `emergency_finished`.
pub fn plan_interim(
    case: &Case,
    e: &Emergency,
    (text, state): (&str, PlanState),
    promised_at: Option<Timestamp>,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    goes_on(e)?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let was = e.plan.as_ref();
    if state == PlanState::Planned {
        let at = promised_at.ok_or(Refusal::NeedsTime)?;
        if at <= now && was.and_then(|p| p.promised_at) != Some(at) {
            return Err(Refusal::NotInFuture);
        }
    }
    let since = was.filter(|p| p.state == state).map_or(now, |p| p.since);
    let plan = InterimPlan { text: text.clone(), promised_at, state, since };
    let after = Emergency { plan: Some(plan), ..e.clone() };
    let change = EmergencyChange::Planned { text, promised_at, state };
    Next::new(case, actor, now).if_changed(e, after, change)
}

/// It is over: the affected read the summary, and a review is owed from now on.
///
/// # Errors
/// `empty_text`, `no_emergency`.
pub fn end_emergency(
    case: &Case,
    e: &Emergency,
    summary: &str,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    let next = Next::new(case, actor, now);
    match e.state {
        State::Running => {}
        State::Ended | State::Finished => return Ok((e.clone(), next.unchanged()?)),
        State::CalledOff => return Err(Refusal::NoEmergency),
    }
    let summary = summary.trim().to_owned();
    if summary.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let plan = e.plan.clone().map(|p| InterimPlan { state: PlanState::Ended, since: now, ..p });
    let after = Emergency {
        state: State::Ended,
        ended_at: Some(now),
        ended_by: actor.staff().map(|s| s.id.clone()),
        next_report_at: None,
        plan,
        ..e.clone()
    };
    next.in_emergency(after, EmergencyChange::Ended { summary })
}

/// Is it one whose course can still be written?
pub(super) fn goes_on(e: &Emergency) -> Result<(), Refusal> {
    match e.state {
        State::Running | State::Ended => Ok(()),
        State::CalledOff => Err(Refusal::NoEmergency),
        State::Finished => Err(Refusal::EmergencyFinished),
    }
}

impl Next<'_> {
    /// Records a change and tells those who work in the emergency, then and now. What is said to the affected is also an
    /// answer to whoever asks here (K4, K7), and no progress report (U1).
    pub(super) fn in_emergency(mut self, mut after: Emergency, change: EmergencyChange) -> InEmergency {
        after.version += 1;
        let answers = change.speaks() && !self.out.ticket.status.is_ended();
        let event = self.event(Change::Emergency(change));
        if answers {
            talk::answered(&mut self)?;
            self.letter(Letter::Emergency, None);
            if self.out.ticket.status == Status::New {
                self.set_status(Status::Open, "");
            }
        }
        self.tell_emergency(&after, event);
        Ok((after, self.finish()?))
    }

    /// The same, unless nothing changes.
    pub(super) fn if_changed(self, e: &Emergency, after: Emergency, change: EmergencyChange) -> InEmergency {
        if *e == after { Ok((after, self.unchanged()?)) } else { self.in_emergency(after, change) }
    }

    fn tell_emergency(&mut self, e: &Emergency, event: i64) {
        let me = self.actor.staff().map(|s| s.id.clone());
        let mut all = e.people();
        all.extend(self.out.ticket.watchers.iter().cloned());
        all.extend(self.out.ticket.assignee.clone());
        let others = all.into_iter().filter(|id| Some(id) != me.as_ref());
        self.out.notices.extend(others.map(|to| Notice::Staff { to, event }));
    }
}
