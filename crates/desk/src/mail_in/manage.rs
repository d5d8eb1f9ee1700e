//! What people do about letters that came in: have them read again, say that they are unwanted, and take that back.

use domain::access::{Action, Actor, Right, may};
use domain::mail_in::{MailState, Reason};
use domain::ticket::CloseReason;
use domain::ticket::decide;
use store::job;
use store::mail_in::{self, MailRow};

use super::MailJob;
use crate::admin::{need, record};
use crate::case::load_current;
use crate::{Desk, Error, Result, Unit, save};

/// Has a letter read again that waits for a person, or about which there was nothing to do.
///
/// # Errors
/// `Lacks`, `NotFound`; `Invalid` if it is in a ticket or waits already.
pub async fn read_again(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        let row = of(unit, &id)?;
        if !row.state.may_be_read_again() {
            return Err(Error::field("mail", "not_readable"));
        }
        wait(unit, row, false)
    })
    .await
}

/// Says that a letter is unwanted. A ticket that it opened and that nobody has touched yet ends with it.
///
/// # Errors
/// `Lacks`, `NotFound`; `Invalid` if it is not read yet.
pub async fn spam(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        let mut row = of(unit, &id)?;
        if row.state == MailState::Spam {
            return Ok(());
        }
        if !row.state.may_be_spam() {
            return Err(Error::field("mail", "not_readable"));
        }
        if row.reason == Reason::Opened {
            end_ticket(unit, &row)?;
        }
        let before = row.state;
        (row.state, row.state_before) = (MailState::Spam, Some(before));
        saved(unit, &row, before)
    })
    .await
}

/// Takes that back. A letter that was in a ticket is there again; any other is read again.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn not_spam(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        let mut row = of(unit, &id)?;
        if row.state != MailState::Spam {
            return Ok(());
        }
        if row.state_before != Some(MailState::Placed) {
            // Whatever made it unwanted does not count a second time.
            return wait(unit, row, true);
        }
        if row.reason == Reason::Opened {
            reopen_ticket(unit, &row)?;
        }
        (row.state, row.state_before) = (MailState::Placed, None);
        saved(unit, &row, MailState::Spam)
    })
    .await
}

fn of(unit: &mut Unit<'_, '_>, id: &str) -> Result<MailRow> {
    need(unit, Right::Operate)?;
    mail_in::one(unit.work, id)?.ok_or(Error::NotFound)
}

fn saved(unit: &mut Unit<'_, '_>, row: &MailRow, before: MailState) -> Result<()> {
    mail_in::settle(unit.work, row)?;
    record(unit, ("mail", &row.id), &before, &row.state)
}

fn wait(unit: &mut Unit<'_, '_>, mut row: MailRow, wanted: bool) -> Result<()> {
    let before = row.state;
    (row.state, row.state_before, row.reason) = (MailState::Waiting, None, Reason::None);
    row.detail.clear();
    job::insert(unit.work, job::MAIL_IN, &MailJob { mail: row.id.clone(), wanted }, unit.now)?;
    unit.work.publish("mail_in", &row.id)?;
    saved(unit, &row, before)
}

/// Whoever may end tickets ends this one; for others it stays as it is.
fn end_ticket(unit: &mut Unit<'_, '_>, row: &MailRow) -> Result<()> {
    let Some(id) = &row.ticket else { return Ok(()) };
    let case = load_current(unit, id)?;
    if !case.ticket.status.is_open() {
        return Ok(());
    }
    may(unit.actor, Action::Close, &case.ticket)?;
    let decision = decide::cancel(&case, CloseReason::Spam, unit.actor, unit.now)?;
    save(unit, &case, &decision)
}

fn reopen_ticket(unit: &mut Unit<'_, '_>, row: &MailRow) -> Result<()> {
    let Some(id) = &row.ticket else { return Ok(()) };
    let case = load_current(unit, id)?;
    if case.ticket.close_reason != Some(CloseReason::Spam) {
        return Ok(());
    }
    may(unit.actor, Action::Reopen, &case.ticket)?;
    let decision = decide::reopen(&case, None, "", unit.actor, unit.now)?;
    save(unit, &case, &decision)
}
