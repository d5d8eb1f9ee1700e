//! Makes the extra values of older tickets searchable, once.

use domain::access::{Actor, System};
use store::ticket;

use crate::{Desk, Result};

/// Tickets per unit of work.
const PAGE: i64 = 500;

/// Indexes the extra values of tickets that are older than the index; a second run finds nothing left.
///
/// # Errors
/// The store's; the next start continues.
pub async fn index_extra(desk: &Desk) -> Result<()> {
    let mut after = String::new();
    loop {
        let from = after.clone();
        let page = desk.write(&Actor::System(System::Operator), move |unit| {
            Ok(ticket::index_extra(unit.work, &from, PAGE)?)
        });
        match page.await? {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
