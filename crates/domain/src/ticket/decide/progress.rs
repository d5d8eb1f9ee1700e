//! The progress duty (U1): a report meets it when it was handed over, a failure of the hand-over opens the slot
//! again, and when nobody reports the house reminds its people first and tells the customer then.

use super::earlier::{FALLS_SILENT_S, missed_since};
use super::{Body, Case, Change, Draft, Letter, Next, Notice, Outcome, Refusal, Visibility, talk};
use crate::access::{Actor, ActorRef, System};
use crate::sla::{Clock, Milestone, Reading, StopReason};
use crate::ticket::progress::{Card, Progress, Way};
use crate::ticket::{Channel, Event, Status, Ticket, pauses};
use crate::time::{Timestamp, plus_seconds, to_seconds};

/// Wall seconds before a slot's due at which the assignee is reminded.
const REMIND_S: i64 = 5 * 60;

/// A person reports how far the work is. It is a first response and an answer like any message; it meets the
/// progress duty at once on the portal, and by letter only when the letter was taken: see [`delivered`].
///
/// # Errors
/// `ended`, `merged`.
pub fn report(case: &Case, progress: Progress, way: Way, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::on_open(case, actor, now)?;
    let body = Body::from_text(&format!("{}\n\n{}", progress.finding, progress.next));
    let card = Card::Progress { progress: progress.clone(), way };
    let message = next.card(Draft { body, ..Draft::default() }, card);
    let event = next.event(Change::Reported { message, progress, way });
    talk::answered(&mut next)?;
    if way == Way::Portal {
        meet(&mut next, now)?;
    }
    next.letter(Letter::Progress, Some(message));
    next.tell_staff(event);
    if next.out.ticket.status == Status::New {
        next.set_status(Status::Open, "");
    }
    next.finish()
}

/// The receiving server has taken the letter of a report, at `now`. `author` gets the merit.
///
/// # Errors
/// `never_opens`.
pub fn delivered(case: &Case, message: i64, author: &ActorRef, actor: &Actor, now: Timestamp) -> Outcome {
    let mut next = Next::new(case, actor, now);
    next.event(Change::ReportDelivered { message });
    let before = next.out.events.len();
    meet(&mut next, now)?;
    for e in next.out.events.iter_mut().skip(before) {
        e.by.clone_from(author);
    }
    next.finish()
}

/// The letter of a report will never arrive. If it had counted as handed over at `counted_at`, its slot is open
/// again, and if that has passed meanwhile, it was missed at its own due.
///
/// # Errors
/// `never_opens`.
pub fn undelivered(
    case: &Case,
    message: i64,
    counted_at: Option<Timestamp>,
    said: &str,
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let met = counted_at.and_then(|at| {
        let was_met = |c: &Clock| c.stopped == Some((at, StopReason::Done)) && !c.breach_noted;
        next.out.clocks.iter().position(|c| c.milestone == Milestone::Update && was_met(c))
    });
    let reopened = met.and_then(|i| next.out.clocks.get(i)).map(|c| c.cycle);
    let event = next.event(Change::ReportFailed { message, said: said.to_owned(), reopened });
    next.tell_staff(event);
    if let Some(i) = met {
        reopen_slot(&mut next, i)?;
    }
    next.finish()
}

/// The slot at `i` counts as if its report had never been. A later report, call or end closes it; else it runs on,
/// in place of the slot that had begun with the report. Slots that passed since keep the dues at which they did:
/// what was told to people then stays told.
fn reopen_slot(next: &mut Next<'_>, i: usize) -> Result<(), Refusal> {
    let rules = std::sync::Arc::clone(&next.case.rules);
    let Some(slot) = next.out.clocks.get_mut(i) else { return Ok(()) };
    let (cycle, was) = (slot.cycle, slot.clone());
    slot.run_on();
    let slot = slot.clone();
    let holds = pauses(&next.out.holds, &slot);
    let calendar = rules.calendar(&slot.calendar).ok_or(Refusal::NeverOpens)?;
    let later = |c: &&Clock| c.milestone == Milestone::Update && c.cycle > cycle;
    let ends = next
        .out
        .clocks
        .iter()
        .filter(later)
        .filter(|c| c.stopped.is_some_and(|(_, r)| r != StopReason::Missed));
    let end = ends.filter_map(|c| c.stopped).min();
    let until = end.map_or(next.now, |(at, _)| at);
    let reading = slot.run(calendar, &holds).read(until)?;
    let missed_at = reading.due.filter(|due| to_seconds(until) > to_seconds(*due));
    let running = next
        .out
        .clocks
        .iter()
        .position(|c| c.milestone == Milestone::Update && c.cycle > cycle && c.is_running());
    match (missed_at, end, running) {
        (Some(due_at), ..) => {
            let event = next.event_at(
                due_at,
                Change::Breached { milestone: Milestone::Update, cycle, due_at, retro: true },
            );
            next.tell_staff(event);
            if let Some(slot) = next.out.clocks.get_mut(i) {
                slot.breach_noted = true;
            }
            next.stop_at(i, due_at, StopReason::Missed)?;
            if let (None, Some(running)) = (end, running) {
                next.stop_at(running, next.now, StopReason::Superseded)?;
                next.start_known(Milestone::Update, due_at, slot.known_at);
            }
            Ok(())
        }
        // Something else closed it in time.
        (None, Some((at, why)), _) => next.stop_at(i, at, why),
        (None, None, Some(running)) => next.stop_at(running, next.now, StopReason::Superseded),
        // Nothing runs any more: the case has ended since.
        (None, None, None) => {
            if let Some(slot) = next.out.clocks.get_mut(i) {
                *slot = was;
            }
            Ok(())
        }
    }
}

/// A report or an answered call reached the customer at `at`: the slot that runs is met, the next one begins.
pub(super) fn meet(next: &mut Next<'_>, at: Timestamp) -> Result<(), Refusal> {
    let runs = |c: &Clock| c.milestone == Milestone::Update && c.is_running() && c.started_at <= at;
    if next.out.clocks.iter().any(runs) {
        next.stop(Milestone::Update, at, StopReason::Done)?;
        next.start(Milestone::Update, at);
    }
    Ok(())
}

/// When something reached the customer that meets the duty, and by whom: a report that was handed over and whose letter
/// did not come back, or an answered call (U1). `history` is in the order of what happened; so is the answer.
pub(super) fn handed_over(history: &[Event]) -> Vec<(Timestamp, ActorRef)> {
    let author = |message: i64| {
        let of = |e: &&Event| matches!(e.change, Change::Reported { message: m, .. } if m == message);
        history.iter().find(of).map(|e| e.by.clone())
    };
    let failed = |message: i64| {
        history.iter().any(|e| matches!(e.change, Change::ReportFailed { message: m, .. } if m == message))
    };
    let reached = |e: &Event| match &e.change {
        Change::Reported { way: Way::Portal, .. } => Some((e.at, e.by.clone())),
        Change::ReportDelivered { message } if !failed(*message) => {
            Some((e.at, author(*message).unwrap_or(e.by.clone())))
        }
        Change::Contacted { at, .. } => Some((*at, e.by.clone())),
        _ => None,
    };
    let mut all: Vec<_> = history.iter().filter_map(reached).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// Something reached the customer at `at` that meets the duty, of which nobody could know here then: the slots that had
/// passed by then are missed at their own dues, the one that ran is met and `by` has the merit, and the next one begins.
pub(super) fn met_before(next: &mut Next<'_>, at: Timestamp, by: &ActorRef) -> Result<(), Refusal> {
    let now = next.now;
    pass_until(next, at)?;
    if next.is_running(Milestone::Update) {
        let before = next.out.events.len();
        next.stop(Milestone::Update, at, StopReason::Done)?;
        next.out.events.iter_mut().skip(before).for_each(|e| e.by.clone_from(by));
        next.start_known(Milestone::Update, at, Some(now));
    }
    Ok(())
}

/// Records the slots that passed before `until`, each at its own due, and begins the next ones. Nobody is told.
pub(super) fn pass_until(next: &mut Next<'_>, until: Timestamp) -> Result<(), Refusal> {
    let rules = std::sync::Arc::clone(&next.case.rules);
    loop {
        let runs = |c: &Clock| c.milestone == Milestone::Update && c.is_running();
        let Some(i) = next.out.clocks.iter().position(runs) else { return Ok(()) };
        let Some(slot) = next.out.clocks.get_mut(i) else { return Ok(()) };
        let calendar = rules.calendar(&slot.calendar).ok_or(Refusal::NeverOpens)?;
        let reading = slot.run(calendar, &pauses(&next.out.holds, slot)).read(until)?;
        let Some(due_at) = reading.due.filter(|due| to_seconds(until) > to_seconds(*due)) else {
            return Ok(());
        };
        slot.breach_noted = true;
        let (milestone, cycle, known_at, retro) =
            (slot.milestone, slot.cycle, slot.known_at, slot.is_retro(due_at));
        let before = next.out.events.len();
        next.event_at(due_at, Change::Breached { milestone, cycle, due_at, retro });
        next.stop_at(i, due_at, StopReason::Missed)?;
        // It is nobody's deed, as if the sweep had found it.
        let by = ActorRef::System(System::Clock);
        next.out.events.iter_mut().skip(before).for_each(|e| e.by.clone_from(&by));
        next.start_known(Milestone::Update, due_at, known_at);
    }
}

/// When the assignee is reminded of a slot, if that is still to come or due.
pub(super) fn reminder(
    ticket: &Ticket,
    clock: &Clock,
    reading: &Reading,
    now: Timestamp,
) -> Option<Timestamp> {
    let due = reading.due.filter(|due| to_seconds(now) < to_seconds(*due))?;
    let at = plus_seconds(due, -REMIND_S);
    let wanted = clock.milestone == Milestone::Update && !clock.reminded && at > clock.started_at;
    (wanted && !is_history(ticket)).then_some(at)
}

/// Reminds whoever has the case, or the supervisors if nobody has it.
pub(super) fn remind(next: &mut Next<'_>, i: usize, due: Timestamp) {
    let Some(clock) = next.out.clocks.get_mut(i) else { return };
    clock.reminded = true;
    let event = Change::ReportDue { cycle: clock.cycle, due_at: Some(due) };
    let event = next.event(event);
    let notice = match next.out.ticket.assignee.clone() {
        Some(to) => Notice::Staff { to, event },
        None => Notice::Leads { event },
    };
    next.out.notices.push(notice);
}

/// Slots have passed without a report: tells the customer once, for the newest of them, when the next report comes.
/// It is no report: it stops nothing.
pub(super) fn tell_underway(next: &mut Next<'_>) -> Result<(), Refusal> {
    // What passed before the case was here is no news: the customer has just been told that it has come, and hears of
    // the next report when the first slot passes that somebody could have reported in.
    let here = next.out.ticket.created_at;
    let passed = next.out.events.iter().filter_map(|e| match e.change {
        Change::Breached { milestone: Milestone::Update, due_at, retro: false, .. } => Some(due_at),
        _ => None,
    });
    let passed: Vec<Timestamp> = passed.filter(|due_at| *due_at > here).collect();
    let Some(slot_at) = passed.iter().max().copied() else { return Ok(()) };
    let lone = passed.len() == 1;
    if is_history(&next.out.ticket) || (lone && silent_since(next, slot_at) > FALLS_SILENT_S) {
        return Ok(());
    }
    let Some(reading) = running_slot(next)? else { return Ok(()) };
    // The next decision goes on, and tells.
    if reading.state.is_breached() {
        return Ok(());
    }
    let next_at = reading.due;
    let message = next.card(Draft::default(), Card::Underway { slot_at, next_at });
    next.event(Change::ToldUnderway { message, slot_at, next_at });
    next.letter(Letter::Underway, Some(message));
    Ok(())
}

fn running_slot(next: &Next<'_>) -> Result<Option<Reading>, Refusal> {
    let running = next.out.clocks.iter().find(|c| c.milestone == Milestone::Update && c.is_running());
    let Some(clock) = running else { return Ok(None) };
    let calendar = next.case.rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
    Ok(Some(clock.run(calendar, &pauses(&next.out.holds, clock)).read(next.now)?))
}

/// Have more slots passed than one decision walks?
pub(super) fn slots_are_left(next: &Next<'_>) -> Result<bool, Refusal> {
    Ok(running_slot(next)?.is_some_and(|reading| reading.state.is_breached()))
}

/// Seconds from the last report, or the beginning of the duty here, to a slot that passed.
fn silent_since(next: &Next<'_>, slot_at: Timestamp) -> i64 {
    let here = next.out.ticket.created_at;
    missed_since(next).map_or(0, |first| to_seconds(slot_at) - to_seconds(first.max(here)))
}

/// A case that another system kept: its history is not ours to answer for.
fn is_history(ticket: &Ticket) -> bool {
    ticket.channel == Channel::Import || ticket.external_ref.is_some()
}

impl Next<'_> {
    /// Keeps a public message that is a card.
    fn card(&mut self, draft: Draft, card: Card) -> i64 {
        let message = self.message(Visibility::Public, draft);
        if let Some(m) = self.out.messages.last_mut() {
            m.card = Some(card);
        }
        message
    }
}
