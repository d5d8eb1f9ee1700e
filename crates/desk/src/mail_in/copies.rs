//! Whom a letter names besides its sender and ourselves is in copy of its ticket from now on.

use domain::id::TicketId;
use domain::mail_in::{MOST_COPIED, named_besides};
use domain::people::{PointKind, parse_email};
use store::directory::{self, ContactRow};
use store::{copied, staff, ticket};

use super::read::Letter;
use crate::{Result, Unit};

/// Puts them in copy; returns those who are new, as people read them. Colleagues see the ticket anyway, and its requester
/// gets each answer.
pub(super) fn put_in_copy(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    sender: &ContactRow,
    id: &TicketId,
) -> Result<Vec<String>> {
    let found = named_besides(l.mail, l.ours, &[]);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut known: Vec<String> = Vec::new();
    let requester = ticket::by_id(unit.work, &domain::access::Scope::All, id)?.map(|t| t.requester);
    for contact in requester.iter().chain([&sender.id]) {
        let points = directory::points(unit.work, contact)?;
        known.extend(points.into_iter().filter(|p| p.kind == PointKind::Email).map(|p| p.value));
    }
    let colleagues = staff::all(unit.work)?;
    let mut room = MOST_COPIED.saturating_sub(copied::of_ticket(unit.work, id)?.len());
    let mut new = Vec::new();
    for who in found.into_iter().filter(|a| !known.contains(&a.address)) {
        let is_colleague = parse_email(&who.address).is_some_and(|p| colleagues.iter().any(|s| s.is_at(&p)));
        if is_colleague || room == 0 || !copied::add(unit.work, id, &who)? {
            continue;
        }
        room -= 1;
        new.push(who.in_full());
    }
    Ok(new)
}
