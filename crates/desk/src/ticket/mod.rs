//! The verbs of a ticket. Each is one line of intent: who, which ticket, which action, which decision.

mod anything_else;
mod appoint;
mod behalf;
mod bulk;
mod combine;
mod complaint;
mod edit;
mod emergency;
mod finish;
mod forward;
mod hand;
pub mod progress;
mod talk;
mod views;
mod withdraw;

pub(crate) use appoint::call_off_all;
pub use appoint::{
    AppointmentInput, CallBackInput, Made, appoint, appoint_in, ask_call_back, call_off_appointment,
    keep_appointment, move_appointment, move_call_back,
};
pub use behalf::{FromCustomer, say, say_in};
pub use bulk::{Changed, MOST, Outcome as BulkOutcome, Step, bulk};
pub use combine::{can_unmerge, follow_up, link, merge, split, unlink, unmerge};
pub(crate) use complaint::{apart, stands_apart};
pub use edit::{EditInput, ServiceInput, attend, contact_recorded, edit, edit_service, plan, set_severity};
pub use emergency::{
    DescribeInput, StartInput, call_off_emergency, describe_emergency, end_emergency, finish_emergency,
    measure_emergency, plan_interim, post_in_emergency, resume_emergency, review_emergency, staff_emergency,
    start_emergency,
};
pub use finish::{cancel, close, excuse, reopen, resolve};
pub use forward::{Forward, forward};
pub use hand::{AssignInput, assign, escalate, take};
pub use progress::{report, report_in};
pub(crate) use talk::first_fits;
pub use talk::{add_message, add_message_in, hold, note, reply, resume, save_draft, take_out_of_copy};
pub use views::save_view;
pub use withdraw::withdraw;

use domain::access::{Action, Actor, may};
use domain::ticket::decide::{Case, Outcome};
use domain::ticket::{Kind, Ticket};
use domain::time::Timestamp;

use crate::{Desk, Result, Unit, load_case, save};

impl Desk {
    /// Load → may → decide → save → commit, for a verb on one ticket.
    pub(crate) async fn verb<F>(&self, who: &Actor, number: &str, action: Action, decide: F) -> Result<Ticket>
    where
        F: Fn(&Case, &Actor, Timestamp) -> Outcome + Send + 'static,
    {
        let number = number.to_owned();
        self.write(who, move |unit| verb_in(unit, &number, action, &decide)).await
    }
}

/// The same within a unit of work.
fn verb_in<F>(unit: &mut Unit<'_, '_>, number: &str, action: Action, decide: F) -> Result<Ticket>
where
    F: Fn(&Case, &Actor, Timestamp) -> Outcome,
{
    let case = load_case(unit, number)?;
    allowed(unit, action, &case.ticket)?;
    let decision = decide(&case, unit.actor, unit.now)?;
    save(unit, &case, &decision)?;
    Ok(decision.ticket)
}

/// The right to do it; and a complaint is worked on by nobody who handled the case that it is about. They may write what
/// they have to say as a note, and hand it to somebody else.
pub(crate) fn allowed(unit: &mut Unit<'_, '_>, action: Action, t: &Ticket) -> Result<()> {
    may(unit.actor, action, t)?;
    let Some(me) = unit.actor.staff().map(|s| s.id.clone()) else { return Ok(()) };
    let works = t.kind == Kind::Complaint && !matches!(action, Action::Note | Action::Assign);
    if works { stands_apart(unit, t, &me) } else { Ok(()) }
}
