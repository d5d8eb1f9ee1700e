//! An agreed contact with the customer: made, moved, kept, called off; reminded of and missed by itself.

use super::{Case, Change, Decision, Next, Notice, Refusal, serve};
use crate::access::Actor;
use crate::appointment::{
    Alarm, Appointment, AppointmentChange, AppointmentKind, AppointmentState, ContactWay, Plan, WantedBy,
    first_alarm, is_offered,
};
use crate::id::{AppointmentId, StaffId};
use crate::ticket::Status;
use crate::time::Timestamp;

/// What a verb of an appointment returns: the appointment afterwards, and what it does to its ticket.
pub type WithAppointment = Result<(Appointment, Decision), Refusal>;

/// An appointment as it is wanted. Its plan was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAppointment {
    /// Key.
    pub id: AppointmentId,
    /// Its number in the ticket.
    pub no: u32,
    /// What is agreed.
    pub plan: Plan,
    /// Who asked for it.
    pub wanted_by: WantedBy,
    /// How many of its kind are open already.
    pub open: usize,
}

/// So many of a kind are open at most; a customer asks for one call after the other.
const MOST_OPEN: usize = 20;

/// Agrees on a contact. After a ticket was closed staff may still ask how it went; its customer opens it again.
///
/// # Errors
/// `merged`, `ended`, `too_many`, `outside_service` for a customer's wish.
pub fn appoint(case: &Case, new: NewAppointment, actor: &Actor, now: Timestamp) -> WithAppointment {
    let by_customer = matches!(actor, Actor::Contact(_));
    match case.ticket.status {
        Status::Merged => return Err(Refusal::Merged),
        Status::Cancelled => return Err(Refusal::Ended),
        Status::Closed if by_customer => return Err(Refusal::Ended),
        _ => {}
    }
    if new.open >= if by_customer { 1 } else { MOST_OPEN } {
        return Err(Refusal::TooMany);
    }
    fits_service(case, &new.plan, actor, now)?;
    let mut next = Next::new(case, actor, now);
    let NewAppointment { id, no, plan, wanted_by, open: _ } = new;
    let wanted_by = if by_customer { WantedBy::Customer } else { wanted_by };
    let minutes = case.rules.settings.appointment_reminder_minutes;
    let a = Appointment {
        id,
        ticket: case.ticket.id.clone(),
        no,
        version: 1,
        state: AppointmentState::Agreed,
        plan: plan.clone(),
        wanted_by,
        result: String::new(),
        made_at: now,
        ended_at: None,
        next_at: Some(first_alarm(&plan, minutes, now)),
    };
    let event = next.event(Change::Appointment(AppointmentChange::Agreed { no, plan, wanted_by }));
    next.tell_of(&a, event);
    Ok((a, next.finish()?))
}

/// Another time, another way, somebody else. What was missed is to come again.
///
/// # Errors
/// `appointment_over`, `outside_service` for a customer's wish.
pub fn move_appointment(
    case: &Case,
    a: &Appointment,
    plan: Plan,
    actor: &Actor,
    now: Timestamp,
) -> WithAppointment {
    let mut next = Next::new(case, actor, now);
    if !a.state.is_open() {
        return Err(Refusal::AppointmentOver);
    }
    if plan == a.plan && a.state == AppointmentState::Agreed {
        return Ok((a.clone(), next.unchanged()?));
    }
    fits_service(case, &plan, actor, now)?;
    let minutes = case.rules.settings.appointment_reminder_minutes;
    let after = Appointment {
        version: a.version + 1,
        state: AppointmentState::Agreed,
        plan: plan.clone(),
        next_at: Some(first_alarm(&plan, minutes, now)),
        ..a.clone()
    };
    let change = AppointmentChange::Moved { no: a.no, from: a.plan.clone(), to: plan };
    let event = next.event(Change::Appointment(change));
    next.tell_of(&after, event);
    // Who had it before is free.
    let before = a.plan.staff.clone().filter(|s| after.plan.staff.as_ref() != Some(s));
    if let Some(to) = before.filter(|s| actor.staff().is_none_or(|me| me.id != *s)) {
        next.tell(to, event);
    }
    Ok((after, next.finish()?))
}

/// It took place. Where a person spoke with the customer, that is a contact (K4), as long as work goes on.
///
/// # Errors
/// `empty_text` without a result, `appointment_over`, `in_future`, `before_received`.
pub fn keep_appointment(
    case: &Case,
    a: &Appointment,
    (result, at): (&str, Option<Timestamp>),
    actor: &Actor,
    now: Timestamp,
) -> WithAppointment {
    let mut next = Next::new(case, actor, now);
    let result = result.trim().to_owned();
    match a.state {
        AppointmentState::Done if a.result == result => return Ok((a.clone(), next.unchanged()?)),
        AppointmentState::Done | AppointmentState::Cancelled => return Err(Refusal::AppointmentOver),
        AppointmentState::Agreed | AppointmentState::Missed => {}
    }
    if result.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let at = serve::happened(case, at, actor, now)?;
    if a.plan.way.is_live() && !case.ticket.status.is_ended() {
        serve::in_contact(&mut next, at, &result, a.plan.way == ContactWay::OnSite)?;
    }
    let after = Appointment {
        version: a.version + 1,
        state: AppointmentState::Done,
        result: result.clone(),
        ended_at: Some(now),
        next_at: None,
        ..a.clone()
    };
    let change = AppointmentChange::Done { no: a.no, plan: a.plan.clone(), at, result };
    let event = next.event(Change::Appointment(change));
    next.tell_staff(event);
    Ok((after, next.finish()?))
}

/// It is not to be. Staff say why.
///
/// # Errors
/// `needs_reason`, `appointment_over`.
pub fn call_off_appointment(
    case: &Case,
    a: &Appointment,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> WithAppointment {
    let mut next = Next::new(case, actor, now);
    match a.state {
        AppointmentState::Cancelled => return Ok((a.clone(), next.unchanged()?)),
        AppointmentState::Done => return Err(Refusal::AppointmentOver),
        AppointmentState::Agreed | AppointmentState::Missed => {}
    }
    let reason = reason.trim().to_owned();
    if reason.is_empty() && actor.staff().is_some() {
        return Err(Refusal::NeedsReason);
    }
    let after = Appointment {
        version: a.version + 1,
        state: AppointmentState::Cancelled,
        result: reason.clone(),
        ended_at: Some(now),
        next_at: None,
        ..a.clone()
    };
    let change = AppointmentChange::Cancelled { no: a.no, plan: a.plan.clone(), reason };
    let event = next.event(Change::Appointment(change));
    next.tell_of(&after, event);
    Ok((after, next.finish()?))
}

/// Its time comes, or has gone by; `doer` is at work and has it. A miss is recorded at its instant, whenever it was
/// noticed, and the supervisors hear of it.
///
/// # Errors
/// None that a person can mend.
pub fn ring_appointment(
    case: &Case,
    a: &Appointment,
    (alarm, doer): (Alarm, Option<StaffId>),
    actor: &Actor,
    now: Timestamp,
) -> WithAppointment {
    let mut next = Next::new(case, actor, now);
    let (no, plan, end) = (a.no, a.plan.clone(), a.plan.end());
    let (after, event) = match alarm {
        Alarm::Reminder => {
            let event = next.event(Change::Appointment(AppointmentChange::Soon { no, plan }));
            (Appointment { next_at: Some(end), ..a.clone() }, event)
        }
        Alarm::Missed => {
            let change = Change::Appointment(AppointmentChange::Missed { no, plan });
            let event = next.event_at(end.min(now), change);
            let (version, state) = (a.version + 1, AppointmentState::Missed);
            (Appointment { version, state, next_at: None, ..a.clone() }, event)
        }
    };
    if alarm == Alarm::Missed || doer.is_none() {
        next.out.notices.push(Notice::Leads { event });
    }
    if let Some(to) = doer {
        next.tell(to, event);
    }
    Ok((after, next.finish()?))
}

/// What customers ask for is a call within service hours.
fn fits_service(case: &Case, plan: &Plan, actor: &Actor, now: Timestamp) -> Result<(), Refusal> {
    if !matches!(actor, Actor::Contact(_)) {
        return Ok(());
    }
    let offered = plan.kind == AppointmentKind::CallBack
        && case.rules.service_hours().is_some_and(|c| is_offered(c, plan.from, now));
    if offered { Ok(()) } else { Err(Refusal::OutsideService) }
}

impl Next<'_> {
    /// Tells who has the appointment and who has the ticket; the supervisors where nobody has either.
    fn tell_of(&mut self, a: &Appointment, event: i64) {
        self.tell_staff(event);
        let me = self.actor.staff().map(|s| s.id.clone());
        if let Some(to) = a.plan.staff.clone() {
            if Some(&to) != me.as_ref() {
                self.tell(to, event);
            }
        } else if self.out.ticket.assignee.is_none() && me.is_none() {
            self.out.notices.push(Notice::Leads { event });
        }
    }

    /// Tells one colleague, once.
    fn tell(&mut self, to: StaffId, event: i64) {
        let notice = Notice::Staff { to, event };
        if !self.out.notices.contains(&notice) {
            self.out.notices.push(notice);
        }
    }
}
