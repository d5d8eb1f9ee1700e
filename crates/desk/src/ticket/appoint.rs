//! Agreed contacts with the customer: load → may → decide → save → commit, for the appointment and its ticket together.

use domain::access::{Action, Actor, System};
use domain::appointment::{Appointment, AppointmentKind, ContactWay, Plan, SLOT_S, WantedBy};
use domain::id::{AppointmentId, ContactId, StaffId, TicketId};
use domain::people::PointKind;
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Case, Decision, NewAppointment, Refusal, WithAppointment};
use domain::time::{Timestamp, plus_seconds};
use store::{Read, appointment, directory, staff};

use super::allowed;
use crate::at::{About, REASON, at};
use crate::{Desk, Error, FieldError, Result, Unit, load_case, load_case_by_id, save};

/// An appointment as staff want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentInput {
    /// Why.
    pub kind: AppointmentKind,
    /// When, or from when on.
    pub from: Timestamp,
    /// Of a call-back: by when.
    pub until: Option<Timestamp>,
    /// How.
    pub way: ContactWay,
    /// With whom; the requester if absent.
    pub contact: Option<ContactId>,
    /// Under which number; the contact's if empty.
    pub phone: String,
    /// Who does it; whoever has the ticket if absent.
    pub staff: Option<StaffId>,
    /// Who asked for it.
    pub wanted_by: WantedBy,
    /// What it is about.
    pub note: String,
    /// Fields that could not be read at all.
    pub misread: Vec<FieldError>,
}

/// A call-back as customers want it: an hour that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBackInput {
    /// When the hour begins.
    pub from: Timestamp,
    /// Under which number; one's own if empty.
    pub phone: String,
    /// What it is about.
    pub note: String,
}

/// What a verb leaves.
pub type Made = (Ticket, Appointment);

const CUSTOMER: &[About] = &[(Refusal::OutsideService, "from")];

/// Staff agree on a contact.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Refused`.
pub async fn appoint(desk: &Desk, who: &Actor, number: &str, input: AppointmentInput) -> Result<Made> {
    let number = number.to_owned();
    desk.write(who, move |unit| appoint_in(unit, &number, &input)).await
}

/// The same within a unit of work.
///
/// # Errors
/// As [`appoint`].
pub fn appoint_in(unit: &mut Unit<'_, '_>, number: &str, input: &AppointmentInput) -> Result<Made> {
    let case = load_case(unit, number)?;
    allowed(unit, Action::KeepAppointment, &case.ticket)?;
    let plan = checked(unit, &case, input, None)?;
    make(unit, &case, plan, input.wanted_by)
}

/// A customer asks to be called.
///
/// # Errors
/// As [`appoint`].
pub async fn ask_call_back(desk: &Desk, who: &Actor, number: &str, input: CallBackInput) -> Result<Made> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Appoint, &case.ticket)?;
        let Actor::Contact(me) = unit.actor else { return Err(Error::Forbidden(Action::Appoint)) };
        let plan = call_back(unit, &input, (me.id.clone(), None))?;
        make(unit, &case, plan, WantedBy::Customer)
    })
    .await
    .map_err(at(CUSTOMER))
}

fn make(unit: &mut Unit<'_, '_>, case: &Case, plan: Plan, wanted_by: WantedBy) -> Result<Made> {
    let t = &case.ticket;
    let same = |a: &&Appointment| a.state.is_open() && a.plan.kind == plan.kind;
    let open = appointment::of_ticket(unit.work, &t.id)?.iter().filter(same).count();
    let (id, no) = (AppointmentId(unit.work.next_id()), appointment::next_no(unit.work, &t.id)?);
    let new = NewAppointment { id, no, plan, wanted_by, open };
    let done = decide::appoint(case, new, unit.actor, unit.now)?;
    keep(unit, case, None, done)
}

fn keep(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    before: Option<&Appointment>,
    (after, decision): (Appointment, Decision),
) -> Result<Made> {
    save(unit, case, &decision)?;
    if !decision.is_nothing() {
        appointment::put(unit.work, before, &after)?;
    }
    Ok((decision.ticket, after))
}

/// A verb on an appointment that there is.
async fn change<F>(desk: &Desk, who: &Actor, (number, no): (&str, u32), action: Action, f: F) -> Result<Made>
where
    F: Fn(&mut Unit<'_, '_>, &Case, &Appointment) -> Result<WithAppointment> + Send + 'static,
{
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, action, &case.ticket)?;
        let a = appointment::of_no(unit.work, &case.ticket.id, no)?.ok_or(Error::NotFound)?;
        let done = f(unit, &case, &a)??;
        keep(unit, &case, Some(&a), done)
    })
    .await
}

/// Staff agree on something else; `seen` is the version of the appointment that the editor saw.
///
/// # Errors
/// As [`appoint`]; `Stale` with both times if somebody else has moved it meanwhile.
pub async fn move_appointment(
    desk: &Desk,
    who: &Actor,
    at: (&str, u32),
    seen: Option<i64>,
    input: AppointmentInput,
) -> Result<Made> {
    change(desk, who, at, Action::KeepAppointment, move |unit, case, a| {
        let plan = checked(unit, case, &input, Some(a))?;
        nothing_unseen(unit, a, seen, &plan)?;
        Ok(decide::move_appointment(case, a, plan, unit.actor, unit.now))
    })
    .await
}

/// A customer chooses another hour for a call that they asked for.
///
/// # Errors
/// As [`move_appointment`].
pub async fn move_call_back(
    desk: &Desk,
    who: &Actor,
    place: (&str, u32),
    seen: Option<i64>,
    input: CallBackInput,
) -> Result<Made> {
    let moved = change(desk, who, place, Action::Appoint, move |unit, case, a| {
        let plan = call_back(unit, &input, (a.plan.contact.clone(), Some(a)))?;
        nothing_unseen(unit, a, seen, &plan)?;
        Ok(decide::move_appointment(case, a, plan, unit.actor, unit.now))
    });
    moved.await.map_err(at(CUSTOMER))
}

/// It took place, at an instant if not now.
///
/// # Errors
/// As [`appoint`].
pub async fn keep_appointment(
    desk: &Desk,
    who: &Actor,
    place: (&str, u32),
    (result, when): (String, Option<Timestamp>),
) -> Result<Made> {
    let kept = change(desk, who, place, Action::KeepAppointment, move |unit, case, a| {
        if result.chars().count() > domain::appointment::MAX_TEXT {
            return Err(Error::field("result", "too_long"));
        }
        Ok(decide::keep_appointment(case, a, (&result, when), unit.actor, unit.now))
    });
    let about: &[About] =
        &[(Refusal::EmptyText, "result"), (Refusal::InFuture, "at"), (Refusal::BeforeReceived, "at")];
    kept.await.map_err(at(about))
}

/// It is not to be. Staff say why.
///
/// # Errors
/// As [`appoint`].
pub async fn call_off_appointment(
    desk: &Desk,
    who: &Actor,
    place: (&str, u32),
    reason: String,
) -> Result<Made> {
    let off = change(desk, who, place, Action::Appoint, move |unit, case, a| {
        if reason.chars().count() > domain::appointment::MAX_TEXT {
            return Err(Error::field("reason", "too_long"));
        }
        Ok(decide::call_off_appointment(case, a, &reason, unit.actor, unit.now))
    });
    off.await.map_err(at(REASON))
}

/// The ticket was withdrawn: nobody is called any more.
pub(crate) fn call_off_all(unit: &mut Unit<'_, '_>, ticket: &TicketId) -> Result<()> {
    let open = appointment::of_ticket(unit.work, ticket)?.into_iter().filter(|a| a.state.is_open());
    for a in open.collect::<Vec<_>>() {
        let case = load_case_by_id(unit, ticket)?;
        let clock = Actor::System(System::Clock);
        let done = decide::call_off_appointment(&case, &a, "", &clock, unit.now)?;
        keep(unit, &case, Some(&a), done)?;
    }
    Ok(())
}

/// Nobody has changed it since the editor looked; else both times come back as `Stale`.
fn nothing_unseen(unit: &Unit<'_, '_>, a: &Appointment, seen: Option<i64>, mine: &Plan) -> Result<()> {
    if seen.is_none_or(|v| v == a.version) || *mine == a.plan {
        return Ok(());
    }
    let zone = unit.rules.settings.zone();
    let text = |p: &Plan| {
        let wall = |at: Timestamp, how: &str| at.to_zoned(zone.clone()).strftime(how).to_string();
        let until = p.until.map(|u| format!("\u{2013}{}", wall(u, "%H:%M"))).unwrap_or_default();
        format!("{}{until} {}", wall(p.from, "%Y-%m-%d %H:%M"), p.phone).trim_end().to_owned()
    };
    Err(Error::Stale { field: "appointment".to_owned(), mine: text(mine), theirs: text(&a.plan) })
}

/// What staff want, if everything about it is right; else all that is wrong.
fn checked(
    unit: &mut Unit<'_, '_>,
    case: &Case,
    input: &AppointmentInput,
    before: Option<&Appointment>,
) -> Result<Plan> {
    let mut wrong = input.misread.clone();
    let contact = input.contact.clone().unwrap_or_else(|| case.ticket.requester.clone());
    let known = directory::contact(unit.work, &contact)?;
    // With somebody of another customer nothing is agreed about this case.
    let of_customer = |org: Option<_>| org.is_some() && org == case.ticket.organisation;
    let ours = |org: Option<_>| contact == case.ticket.requester || of_customer(org);
    if known.as_ref().is_none_or(|c| !ours(c.organisation.clone())) {
        wrong.push(FieldError::new("contact", "unknown"));
    }
    if let Some(person) =
        input.staff.as_ref().filter(|p| before.is_none_or(|b| b.plan.staff.as_ref() != Some(p)))
    {
        match staff::one(unit.work, person)? {
            None => wrong.push(FieldError::new("staff", "unknown")),
            Some(row) if !row.active => wrong.push(FieldError::new("staff", "inactive_person")),
            Some(_) => {}
        }
    }
    let phone = number(unit.work, input.way, &input.phone, &contact)?;
    let plan = Plan {
        kind: input.kind,
        from: input.from,
        until: input.until,
        way: input.way,
        contact,
        phone,
        staff: input.staff.clone(),
        note: input.note.clone(),
    };
    fits(plan.tidy(), wrong, (before, unit.now))
}

/// The hour that a customer wants to be called in.
fn call_back(
    unit: &mut Unit<'_, '_>,
    input: &CallBackInput,
    (contact, before): (ContactId, Option<&Appointment>),
) -> Result<Plan> {
    let plan = Plan {
        kind: before.map_or(AppointmentKind::CallBack, |b| b.plan.kind),
        from: input.from,
        until: Some(plus_seconds(input.from, SLOT_S)),
        way: ContactWay::Phone,
        phone: number(unit.work, ContactWay::Phone, &input.phone, &contact)?,
        contact,
        staff: before.and_then(|b| b.plan.staff.clone()),
        note: input.note.clone(),
    };
    fits(plan.tidy(), Vec::new(), (before, unit.now))
}

/// A time that stays as it was may have begun.
fn fits(
    plan: Plan,
    mut wrong: Vec<FieldError>,
    (before, now): (Option<&Appointment>, Timestamp),
) -> Result<Plan> {
    let stays = before.is_some_and(|b| (b.plan.from, b.plan.until) == (plan.from, plan.until));
    let found = plan.wrong(now).into_iter().filter(|(_, issue)| !(stays && *issue == "past"));
    // What could not be read is not also said to be wrong.
    let unread: Vec<String> = wrong.iter().map(|w| w.field.clone()).collect();
    wrong.extend(found.filter(|(f, _)| !unread.iter().any(|u| u == f)).map(|(f, i)| FieldError::new(f, i)));
    if wrong.is_empty() { Ok(plan) } else { Err(Error::Invalid(wrong)) }
}

/// The number that was given, else the contact's own.
fn number(r: &mut Read<'_>, way: ContactWay, given: &str, contact: &ContactId) -> Result<String> {
    if way != ContactWay::Phone || !given.trim().is_empty() {
        return Ok(given.to_owned());
    }
    let own = directory::points(r, contact)?.into_iter().find(|p| p.kind == PointKind::Phone);
    Ok(own.map(|p| p.value).unwrap_or_default())
}
