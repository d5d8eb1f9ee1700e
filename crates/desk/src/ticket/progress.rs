//! Progress reports: given by people, and what becomes of their letters.

use domain::access::{Action, Actor, System, may};
use domain::id::TicketId;
use domain::people::PointKind;
use domain::sla::Milestone;
use domain::ticket::Ticket;
use domain::ticket::decide;
use domain::ticket::progress::{Card, Draft, Progress, Way, prefill};
use store::ticket::MessageRow;
use store::{Read, directory, ticket};

use crate::case::load_current;
use crate::{Desk, Error, FieldError, Result, Unit, load_case, save};

/// A person reports how far the work is (S2-63).
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`, `Refused`.
pub async fn report(desk: &Desk, who: &Actor, number: &str, progress: Progress) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| report_in(unit, &number, &progress)).await
}

/// The same within a unit of work.
///
/// # Errors
/// As [`report`].
pub fn report_in(unit: &mut Unit<'_, '_>, number: &str, progress: &Progress) -> Result<Ticket> {
    let case = load_case(unit, number)?;
    may(unit.actor, Action::Report, &case.ticket)?;
    let wrong = progress.wrong(unit.now);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong.into_iter().map(|(f, issue)| FieldError::new(f, issue)).collect()));
    }
    let points = directory::points(unit.work, &case.ticket.requester)?;
    let has_address = points.iter().any(|p| p.kind == PointKind::Email);
    let way = Way::of(case.ticket.channel, has_address);
    let decision = decide::report(&case, progress.clone().trimmed(), way, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    Ok(decision.ticket)
}

/// What the form of a case holds before anybody has typed.
///
/// # Errors
/// The store's.
pub fn form(r: &mut Read<'_>, t: &Ticket) -> Result<Draft> {
    const LOOKED_AT: i64 = 60;
    let rows = ticket::reports(r, &t.id, i64::MAX, LOOKED_AT)?;
    let last = rows.iter().find_map(|m| match &m.card {
        Some(Card::Progress { progress, .. }) => Some(progress),
        _ => None,
    });
    let clocks = ticket::shown_clocks(r, &t.id)?;
    let promised = clocks.iter().find(|c| c.milestone == Milestone::Resolution && c.is_running());
    let waits_for = if t.status_note.is_empty() { &t.workaround } else { &t.status_note };
    Ok(prefill(last, &t.plan, waits_for, promised.and_then(|c| c.due_at), r.now()))
}

/// The letter of a message was handed over, or there is nobody to write to: a report counts from now on.
///
/// # Errors
/// The store's.
pub fn handed_over(unit: &mut Unit<'_, '_>, id: &TicketId, no: i64) -> Result<()> {
    let Some(m) = by_letter(unit.work, id, no)?.filter(|m| m.delivered_at.is_none()) else { return Ok(()) };
    let case = load_current(unit, id)?;
    let decision = decide::delivered(&case, no, &m.by, &Actor::System(System::Clock), unit.now)?;
    save(unit, &case, &decision)?;
    Ok(ticket::set_delivered(unit.work, id, no, Some(unit.now))?)
}

/// The letter of a message will never arrive: a report does not count, even if it did until now. Returns whether it was
/// a report that counts by its letter.
///
/// # Errors
/// The store's.
pub(crate) fn never_arrives(unit: &mut Unit<'_, '_>, id: &TicketId, no: i64, said: &str) -> Result<bool> {
    let Some(m) = by_letter(unit.work, id, no)? else { return Ok(false) };
    let case = load_current(unit, id)?;
    let system = Actor::System(System::Clock);
    let decision = decide::undelivered(&case, no, m.delivered_at, said, &system, unit.now)?;
    save(unit, &case, &decision)?;
    ticket::set_delivered(unit.work, id, no, None)?;
    Ok(true)
}

/// The message, if it is a report that counts by its letter.
fn by_letter(r: &mut Read<'_>, id: &TicketId, no: i64) -> Result<Option<MessageRow>> {
    let found = ticket::messages(r, id, no - 1, false, 1)?.pop().filter(|m| m.no == no);
    Ok(found.filter(|m| matches!(m.card, Some(Card::Progress { way: Way::Letter, .. }))))
}
