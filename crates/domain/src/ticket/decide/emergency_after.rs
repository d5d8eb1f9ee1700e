//! What comes after an emergency: it may go on, it is reviewed, measures are taken, it is finished (S2-104).

use jiff::civil::Date;

use super::emergency::InEmergency;
use super::{Case, Next, Refusal};
use crate::access::Actor;
use crate::emergency::{Emergency, EmergencyChange, Measure, Review, State};
use crate::id::StaffId;
use crate::time::Timestamp;

/// Measures of one emergency at most.
pub const MOST_MEASURES: usize = 50;

/// It is not over after all. Who ended it by a slip of the hand needs no reason.
///
/// # Errors
/// `needs_reason`, `no_emergency`, `emergency_finished`.
pub fn resume_emergency(
    case: &Case,
    e: &Emergency,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    let next = Next::new(case, actor, now);
    match e.state {
        State::Running => return Ok((e.clone(), next.unchanged()?)),
        State::Ended => {}
        State::CalledOff => return Err(Refusal::NoEmergency),
        State::Finished => return Err(Refusal::EmergencyFinished),
    }
    let reason = reason.trim().to_owned();
    let slip = e.just_ended(actor.staff().map(|s| &s.id), now) && reason.is_empty();
    if reason.is_empty() && !slip {
        return Err(Refusal::NeedsReason);
    }
    let after = Emergency { state: State::Running, ended_at: None, ended_by: None, ..e.clone() };
    next.in_emergency(after, EmergencyChange::Resumed { reason, slip })
}

/// Why it came to this, and what was learnt.
///
/// # Errors
/// `empty_text` without causes, `emergency_running`, `no_emergency`, `emergency_finished`.
pub fn review_emergency(
    case: &Case,
    e: &Emergency,
    (causes, lessons): (&str, &str),
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    match e.state {
        State::Ended => {}
        State::Running => return Err(Refusal::EmergencyRunning),
        State::CalledOff => return Err(Refusal::NoEmergency),
        State::Finished => return Err(Refusal::EmergencyFinished),
    }
    let (causes, lessons) = (causes.trim().to_owned(), lessons.trim().to_owned());
    if causes.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let review = Review { causes: causes.clone(), lessons: lessons.clone() };
    let after = Emergency { review: Some(review), ..e.clone() };
    Next::new(case, actor, now).if_changed(e, after, EmergencyChange::Reviewed { causes, lessons })
}

/// A measure as it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureInput {
    /// Which one; a new one if absent.
    pub no: Option<u32>,
    /// What is to be done.
    pub what: String,
    /// Who sees to it.
    pub owner: StaffId,
    /// Until which day.
    pub due_on: Date,
    /// Is it done?
    pub done: bool,
    /// What came of it.
    pub effect: String,
}

/// Adds or changes a measure; also after the emergency is finished, for measures take their time.
///
/// # Errors
/// `empty_text`, `no_measure` if there is none with the number, `too_many`, `no_emergency`.
pub fn measure_emergency(
    case: &Case,
    e: &Emergency,
    input: MeasureInput,
    actor: &Actor,
    now: Timestamp,
) -> InEmergency {
    if e.state == State::CalledOff {
        return Err(Refusal::NoEmergency);
    }
    let what = input.what.trim().to_owned();
    if what.is_empty() {
        return Err(Refusal::EmptyText);
    }
    let was =
        input.no.map(|no| e.measures.iter().find(|m| m.no == no).ok_or(Refusal::NoMeasure)).transpose()?;
    if was.is_none() && e.measures.len() >= MOST_MEASURES {
        return Err(Refusal::TooMany);
    }
    let last = e.measures.iter().map(|m| m.no).max().unwrap_or(0);
    let done_at = input.done.then(|| was.and_then(|m| m.done_at).unwrap_or(now));
    let measure = Measure {
        no: was.map_or(last + 1, |m| m.no),
        what,
        owner: input.owner,
        due_on: input.due_on,
        done_at,
        effect: input.effect.trim().to_owned(),
    };
    let mut after = e.clone();
    match after.measures.iter_mut().find(|m| m.no == measure.no) {
        Some(place) => place.clone_from(&measure),
        None => after.measures.push(measure.clone()),
    }
    let owner = measure.owner.clone();
    let change = EmergencyChange::Measured { measure };
    let (after, mut decision) = Next::new(case, actor, now).if_changed(e, after, change)?;
    tell_owner(&mut decision, owner, actor);
    Ok((after, decision))
}

/// Who is to see to it hears of it, also without a role in the emergency.
fn tell_owner(decision: &mut super::Decision, owner: StaffId, actor: &Actor) {
    let Some(event) = decision.events.last().map(|e| e.no) else { return };
    let notice = super::Notice::Staff { to: owner.clone(), event };
    let himself = actor.staff().is_some_and(|s| s.id == owner);
    if !himself && !actor.is_import() && !decision.notices.contains(&notice) {
        decision.notices.push(notice);
    }
}

/// Over and reviewed.
///
/// # Errors
/// `needs_review`, `emergency_running`, `no_emergency`.
pub fn finish_emergency(case: &Case, e: &Emergency, actor: &Actor, now: Timestamp) -> InEmergency {
    let next = Next::new(case, actor, now);
    match e.state {
        State::Finished => return Ok((e.clone(), next.unchanged()?)),
        State::Ended if e.owes_review() => return Err(Refusal::NeedsReview),
        State::Ended => {}
        State::Running => return Err(Refusal::EmergencyRunning),
        State::CalledOff => return Err(Refusal::NoEmergency),
    }
    let after = Emergency { state: State::Finished, ..e.clone() };
    next.in_emergency(after, EmergencyChange::Finished {})
}
