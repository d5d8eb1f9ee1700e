//! What was promised to a customer, over all their cases.

use domain::access::Scope;
use domain::id::ContractId;
use domain::sla::Clock;
use domain::time::Timestamp;

use super::read::{BESIDES, clock_columns, read_clock};
use crate::{Read, Result};

statements! {
    OF_ORGANISATION = concat!("SELECT ", clock_columns!(), ", t.number, t.title, t.contract_id \
         FROM ticket t JOIN clock c ON c.ticket_id = t.id \
         WHERE t.organisation_id = $1 AND c.due_at >= $2 AND c.due_at < $3 \
         AND (c.stop_reason IS NULL OR c.stop_reason IN ('done', 'missed')) \
         ORDER BY c.due_at DESC, c.ticket_id, c.milestone, c.cycle LIMIT $4");
    OF_CONTACT = concat!("SELECT ", clock_columns!(), ", t.number, t.title, t.contract_id \
         FROM ticket t JOIN clock c ON c.ticket_id = t.id \
         WHERE t.requester_id = $1 AND c.due_at >= $2 AND c.due_at < $3 \
         AND (c.stop_reason IS NULL OR c.stop_reason IN ('done', 'missed')) \
         ORDER BY c.due_at DESC, c.ticket_id, c.milestone, c.cycle LIMIT $4");
}

/// A promise and the case for which it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The clock that keeps it.
    pub clock: Clock,
    /// The case.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The contract under which it was made.
    pub contract: Option<ContractId>,
}

/// The promises that fall due in `[from, until)` on cases that the reader sees, latest first. Those that were taken out
/// of the reckoning are left out. Staff have reports instead.
pub fn promised(
    r: &mut Read<'_>,
    scope: &Scope,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Promised>> {
    let (statement, id) = match scope {
        Scope::Organisation(id) => (&OF_ORGANISATION, id.as_str()),
        Scope::Contact(id) => (&OF_CONTACT, id.as_str()),
        Scope::All | Scope::Nothing => return Ok(Vec::new()),
    };
    r.rows(statement, &[id.into(), from.into(), until.into(), limit.into()], |r| {
        Ok(Promised {
            clock: read_clock(r)?,
            number: r.text(BESIDES)?,
            title: r.text(BESIDES + 1)?,
            contract: r.id_opt(BESIDES + 2)?,
        })
    })
}
