//! Who is in copy of a ticket: people whom its customer's letters have named. They get letters, and see nothing else.

use domain::id::TicketId;
use domain::mail_in::MailAddress;

use crate::{Read, Result, Work};

statements! {
    OF_TICKET = "SELECT address, name FROM ticket_copy WHERE ticket_id = $1 ORDER BY added_at, address LIMIT 200";
    ADD = "INSERT INTO ticket_copy (ticket_id, address, name, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    REMOVE = "DELETE FROM ticket_copy WHERE ticket_id = $1 AND address = $2";
}

/// Who is in copy, first come first.
pub fn of_ticket(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<MailAddress>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into()], |r| {
        Ok(MailAddress { address: r.text(0)?, name: r.text(1)? })
    })
}

/// Puts somebody in copy; false if they are already.
pub fn add(work: &mut Work<'_>, ticket: &TicketId, who: &MailAddress) -> Result<bool> {
    let now = work.now();
    let values = [ticket.as_str().into(), (&who.address).into(), (&who.name).into(), now.into()];
    Ok(work.execute(&ADD, &values)? > 0)
}

/// Takes somebody out; false if they are not in copy.
pub fn remove(work: &mut Work<'_>, ticket: &TicketId, address: &str) -> Result<bool> {
    Ok(work.execute(&REMOVE, &[ticket.as_str().into(), address.into()])? > 0)
}
