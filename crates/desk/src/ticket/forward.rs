//! Something of a ticket is passed on to somebody outside.

use domain::access::{Action, Actor};
use domain::id::FileId;
use domain::mail_in::MailAddress;
use domain::people::PointKind;
use domain::post::MOST_ENCLOSED;
use domain::ticket::Ticket;
use domain::ticket::decide::{self, Body, Draft, Visibility};
use store::directory;
use store::file::{self, FileRow};

use super::allowed;
use super::talk::fits;
use crate::{Desk, Error, FieldError, Result, Unit, load_case, save};

/// What is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// To whom, as it was typed.
    pub to: String,
    /// The words, the original among them.
    pub body: Body,
    /// With the files of the message.
    pub with_files: bool,
}

/// Passes a message on: a letter to somebody outside, and a note for staff that says so.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` without an address or words, to the requester, or with files that no letter carries.
pub async fn forward(desk: &Desk, who: &Actor, number: &str, no: i64, what: Forward) -> Result<Ticket> {
    let number = number.to_owned();
    let draft = Draft { body: what.body, ..Draft::default() };
    fits(&draft)?;
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Reply, &case.ticket)?;
        let id = &case.ticket.id;
        let read = store::ticket::messages(unit.work, id, no - 1, true, 1)?.pop();
        let message = read.filter(|m| m.no == no).ok_or(Error::NotFound)?;
        let files = if what.with_files { file::in_message(unit.work, id, message.no)? } else { Vec::new() };
        let mut wrong = Vec::new();
        let to = MailAddress::typed(&what.to);
        if let Some(issue) = unfit(unit, &case.ticket, to.as_ref())? {
            wrong.push(FieldError::new("address", issue));
        }
        if draft.body.is_empty() {
            wrong.push(FieldError::new("body", "required"));
        }
        if files.iter().map(|f| f.size).sum::<i64>() > MOST_ENCLOSED {
            wrong.push(FieldError::new("files", "too_large_letter"));
        }
        let (Some(to), true) = (to, wrong.is_empty()) else { return Err(Error::Invalid(wrong)) };
        let draft = Draft { files: again(unit, files)?, ..draft.clone() };
        let decision = decide::forward(&case, &to, draft, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}

/// Why nothing is passed on to this address.
fn unfit(unit: &mut Unit<'_, '_>, t: &Ticket, to: Option<&MailAddress>) -> Result<Option<&'static str>> {
    let Some(to) = to else { return Ok(Some("no_address")) };
    let points = directory::points(unit.work, &t.requester)?;
    let own = points.iter().any(|p| p.kind == PointKind::Email && p.value == to.address);
    Ok(own.then_some("is_requester"))
}

/// The same files once more, for the note.
fn again(unit: &mut Unit<'_, '_>, files: Vec<FileRow>) -> Result<Vec<FileId>> {
    let by = unit.actor.reference();
    let mut ids = Vec::with_capacity(files.len());
    for f in files {
        let id = FileId(unit.work.next_id());
        let visibility = Visibility::Internal;
        let row = FileRow { id: id.clone(), ticket: None, message: None, visibility, by: by.clone(), ..f };
        file::insert(unit.work, &row)?;
        ids.push(id);
    }
    Ok(ids)
}
