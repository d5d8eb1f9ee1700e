//! What a customer says in another system: a portal or a mailbox of one's own passes it on, and it is kept as theirs.

use domain::access::{Action, Actor, Right};
use domain::id::FileId;
use serde_json::json;
use store::{directory, file};

use crate::intake::contact_actor;
use crate::{Desk, Error, Result, load_case};

/// The customer for whom the caller speaks: who asked the ticket. What the caller uploaded for it becomes the
/// customer's. The audit keeps who passed on what. A customer speaks for nobody else.
///
/// # Errors
/// `NotFound`, `Lacks`, `Invalid` for a file that the caller did not upload.
pub async fn speak_for(
    desk: &Desk,
    who: &Actor,
    number: &str,
    action: Action,
    files: Vec<FileId>,
) -> Result<Actor> {
    if matches!(who, Actor::Contact(_)) {
        return Ok(who.clone());
    }
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        if !unit.actor.has(Right::TicketSpeak) {
            return Err(Error::Lacks(Right::TicketSpeak));
        }
        let id = &case.ticket.requester;
        let contact = directory::contact(unit.work, id)?.ok_or(Error::NotFound)?;
        let said = json!({"name": contact.name, "ticket": case.ticket.number, "verb": action.as_str()});
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("contact", id.as_str()), "spoken_for", "", &said.to_string())?;
        let customer = contact_actor(&contact);
        for f in &files {
            file::hand_over(unit.work, f, &by, &customer.reference())
                .map_err(|_| Error::field("files", "unknown"))?;
        }
        Ok(customer)
    })
    .await
}
