//! Agreed contacts whose time comes or has gone by: found, told, once each. Takes nothing but the time.

use domain::access::{Actor, System};
use domain::appointment::Appointment;
use domain::id::{AppointmentId, StaffId};
use domain::ticket::Ticket;
use domain::ticket::decide;
use store::{appointment, staff};

use crate::case::load_current;
use crate::{Desk, Error, Result, Unit, each, save};

/// Rings for all that is due now. Returns for how many.
///
/// # Errors
/// The first one's, when all others are done; the next sweep tries again.
pub(crate) async fn sweep(desk: &Desk) -> Result<usize> {
    let due = desk.read(|r| Ok(appointment::due(r)?)).await?;
    let n = due.len();
    each(due, |id| ring(desk.clone(), id)).await.map(|()| n)
}

async fn ring(desk: Desk, id: AppointmentId) -> Result<()> {
    let done = desk.write(&Actor::System(System::Clock), move |unit| {
        let Some(a) = appointment::by_id(unit.work, &id)? else { return Ok(()) };
        // Another worker was here, or somebody has moved it.
        let Some(alarm) = a.due(unit.now) else { return Ok(()) };
        if !appointment::tell(unit.work, &a, alarm)? {
            return Ok(());
        }
        let case = load_current(unit, &a.ticket)?;
        let doer = doer(unit, &a, &case.ticket)?;
        let (after, decision) = decide::ring_appointment(&case, &a, (alarm, doer), unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(appointment::put(unit.work, Some(&a), &after)?)
    });
    match done.await {
        Err(Error::Stale { .. }) => Ok(()),
        other => other,
    }
}

/// Who does it: whoever is named, else whoever has the ticket; nobody who has left.
fn doer(unit: &mut Unit<'_, '_>, a: &Appointment, t: &Ticket) -> Result<Option<StaffId>> {
    for id in a.plan.staff.iter().chain(&t.assignee) {
        if staff::one(unit.work, id)?.is_some_and(|s| s.active) {
            return Ok(Some(id.clone()));
        }
    }
    Ok(None)
}
