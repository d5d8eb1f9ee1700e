//! What had passed before anybody could know of it is done once, now, and says so: a case that was urgent all along (M2),
//! a case entered late.

use std::sync::Arc;

use domain::sla::{Milestone, Step, StepAction, StepAt, StopReason};
use domain::ticket::decide::{self, Case, Decision, Helpers, Notice, Reclassify};
use domain::ticket::progress::Way;
use domain::ticket::{Change, Channel, Event, Level, RaiseMode, Severity};
use domain::time::Timestamp;

use crate::paging::{helpers, paged};
use crate::steps::{resolution, tick, with};
use crate::ticket::{after, agent, at, clock, customer, opened_at, opening, say};

const HOUR: i64 = 60;

fn raised(case: &Case, now: Timestamp) -> Case {
    let raise = Reclassify {
        severity: Severity::Urgent,
        level: None,
        mode: RaiseMode::Misclassified,
        reason: "stopped all along".into(),
    };
    after(case, decide::set_severity(case, &raise, &[], &agent(), now).unwrap())
}

/// The steps and the breaches of a decision: when they were due, and whether that was established afterwards.
fn done(d: &Decision) -> Vec<(&'static str, Timestamp, bool)> {
    let of = |e: &Event| match &e.change {
        Change::StepFired { late_s, retro, .. } => {
            Some(("step", domain::time::plus_seconds(e.at, -late_s), *retro))
        }
        Change::Breached { milestone: Milestone::Resolution, due_at, retro, .. } => {
            Some(("breach", *due_at, *retro))
        }
        _ => None,
    };
    d.events.iter().filter_map(of).collect()
}

#[test]
fn a_case_that_was_urgent_all_along_fires_its_steps_now_and_says_that_it_is_afterwards() {
    let manager = |at| resolution(at, StepAction::NotifyManager);
    let steps =
        vec![manager(StepAt::Percent(50)), manager(StepAt::Offset(0)), manager(StepAt::Offset(86_400))];
    let case = raised(&with(Severity::General, steps), at(11 * HOUR));
    let d = tick(&case, &Helpers::default(), at(11 * HOUR));
    let (half, due) = (at(2 * HOUR), at(4 * HOUR));
    assert_eq!(done(&d), [("step", half, true), ("step", due, true), ("breach", due, true)]);
    // What comes after that comes as ever.
    let next = after(&case, d);
    let d = tick(&next, &Helpers::default(), at(28 * HOUR));
    assert_eq!(done(&d), [("step", at(28 * HOUR), false)]);
}

#[test]
fn an_answer_that_was_too_late_for_the_urgent_promise_is_a_breach_established_afterwards() {
    let case = with(Severity::General, Vec::new());
    let answer = decide::reply(&case, say("looking"), &agent(), at(50)).unwrap();
    let case = after(&case, answer);
    let raise = Reclassify {
        severity: Severity::Urgent,
        level: None,
        mode: RaiseMode::Misclassified,
        reason: "stopped".into(),
    };
    let d = decide::set_severity(&case, &raise, &[], &agent(), at(60)).unwrap();
    let late = d.events.iter().find_map(|e| match e.change {
        Change::Breached { milestone: Milestone::Response, due_at, retro, .. } => Some((e.at, due_at, retro)),
        _ => None,
    });
    assert_eq!(late, Some((at(30), at(30), true)));
}

fn entered_late(steps: Vec<Step>, hours: i64) -> Case {
    let received_at = Some(at(0));
    let opening = decide::Opening {
        received_at,
        received_reason: "by fax".into(),
        ..opening(Severity::Urgent, Channel::Portal)
    };
    let mut case = opened_at(opening, &agent(), at(hours * HOUR));
    for policy in Arc::get_mut(&mut case.rules).unwrap().policies.values_mut() {
        policy.steps = steps.clone();
    }
    case
}

#[test]
fn who_is_paged_for_a_late_entry_is_paged_however_late_it_is() {
    let now = at(30 * HOUR);
    let case = entered_late(vec![resolution(StepAt::Percent(50), StepAction::PageOnCall)], 30);
    let d = tick(&case, &helpers(), now);
    assert_eq!(paged(&d), ["a"]);
    assert!(d.digest.is_empty(), "nothing stood still: {:?}", d.digest);
}

#[test]
fn the_reports_that_a_late_entry_missed_are_told_of_once_and_stand_in_the_timeline() {
    let mut case = entered_late(Vec::new(), 30);
    case.ticket.assignee = Some("colleague".into());
    let d = tick(&case, &Helpers::default(), domain::time::plus_seconds(at(30 * HOUR), 1));
    let missed: Vec<i64> = d
        .events
        .iter()
        .filter(|e| matches!(e.change, Change::Breached { milestone: Milestone::Update, retro: true, .. }))
        .map(|e| e.no)
        .collect();
    assert_eq!(missed.len(), 60);
    let told = |n: &&Notice| matches!(n, Notice::Staff { event, .. } if missed.contains(event));
    assert_eq!((d.notices.iter().filter(told).count(), d.digest.len()), (1, 0));
    // The customer hears when the first slot passes that could have been reported in.
    assert!(!d.events.iter().any(|e| matches!(e.change, Change::ToldUnderway { .. })));
}

#[test]
fn a_letter_that_waited_while_the_program_stood_still_is_told_in_the_digest() {
    let opening = decide::Opening { received_at: Some(at(0)), ..opening(Severity::Urgent, Channel::Mail) };
    let mut case = opened_at(opening, &customer(), at(30 * HOUR));
    assert!(case.clocks.iter().all(|c| c.known_at.is_none()));
    case.ticket.assignee = Some("colleague".into());
    let d = tick(&case, &Helpers::default(), at(30 * HOUR));
    assert!(done(&d).iter().all(|(.., retro)| !retro) && !d.digest.is_empty());
    assert!(!d.events.iter().any(|e| matches!(e.change, Change::ToldUnderway { .. })));
}

#[test]
fn a_clock_keeps_the_revision_of_its_calendar_with_which_it_ended() {
    let case = with(Severity::General, Vec::new());
    let d = decide::reply(&case, say("looking"), &agent(), at(20)).unwrap();
    let response = d.clocks.iter().find(|c| c.milestone == Milestone::Response).unwrap();
    assert_eq!((response.stopped, response.calendar_rev), (Some((at(20), StopReason::Done)), Some(1)));
    let running = d.clocks.iter().find(|c| c.milestone == Milestone::Resolution).unwrap();
    assert_eq!(running.calendar_rev, None);
}

/// Missed slots of the progress duty: when they were due, and whether that was established afterwards.
fn missed(events: &[Event]) -> Vec<(Timestamp, bool)> {
    let of = |e: &Event| match e.change {
        Change::Breached { milestone: Milestone::Update, due_at, retro, .. } => {
            assert_eq!(e.at, due_at);
            Some((due_at, retro))
        }
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

#[test]
fn the_progress_duty_of_a_case_that_was_urgent_all_along_counts_from_its_start() {
    let mut case = with(Severity::General, Vec::new());
    case.ticket.assignee = Some("colleague".into());
    let case = raised(&case, at(100));
    let d = tick(&case, &Helpers::default(), at(125));
    let slots = [(at(30), true), (at(60), true), (at(90), true), (at(120), false)];
    assert_eq!(missed(&d.events), slots);
    // Told of once, and the customer hears of the one in which somebody could have reported.
    let numbers: Vec<i64> =
        d.events.iter().filter(|e| missed(std::slice::from_ref(e)).len() == 1).map(|e| e.no).collect();
    let told = |n: &&Notice| matches!(n, Notice::Staff { event, .. } if numbers.contains(event));
    assert_eq!((d.notices.iter().filter(told).count(), d.digest.len()), (1, 0));
    assert!(
        d.events
            .iter()
            .any(|e| matches!(e.change, Change::ToldUnderway { slot_at, .. } if slot_at == at(120)))
    );
    // What was over before the raise is nobody's; the slot in which the raise fell is somebody's.
    let retro: Vec<bool> = d
        .events
        .iter()
        .filter_map(|e| match &e.change {
            Change::ClockStopped(f) if f.milestone == Milestone::Update => Some(f.retro),
            _ => None,
        })
        .collect();
    assert_eq!(retro, [true, true, true, false]);
}

#[test]
fn reports_that_were_given_before_the_raise_end_their_slots() {
    let case = with(Severity::General, Vec::new());
    let mut history = Vec::new();
    let mut keep = |case: &Case, d: Decision| {
        history.extend(d.events.clone());
        after(case, d)
    };
    let called = decide::contacted(&case, Some(at(20)), "called", false, &agent(), at(70)).unwrap();
    let case = keep(&case, called);
    let report =
        decide::report(&case, crate::progress::report(at(100)), Way::Portal, &agent(), at(100)).unwrap();
    let case = keep(&case, report);
    let to = Reclassify {
        severity: Severity::Urgent,
        level: None,
        mode: RaiseMode::Misclassified,
        reason: "stopped all along".into(),
    };
    let d = decide::set_severity(&case, &to, &history, &agent(), at(125)).unwrap();
    // From the call at 20 on: 50 and 80 passed, the report at 100 was in time for 110.
    assert_eq!(missed(&d.events), [(at(50), true), (at(80), true)]);
    let case = after(&case, d);
    let running = clock(&case, Milestone::Update);
    assert_eq!(
        (running.started_at, running.due_at, running.known_at),
        (at(100), Some(at(130)), Some(at(125)))
    );
    let met = case.clocks.iter().filter(|c| c.stopped.is_some_and(|(_, why)| why == StopReason::Done));
    assert_eq!(met.filter(|c| c.milestone == Milestone::Update).count(), 2);
}

#[test]
fn a_long_silence_before_the_raise_is_none_of_ours() {
    let case = raised(&with(Severity::General, Vec::new()), at(30 * HOUR));
    let case = after(&case, tick(&case, &Helpers::default(), at(30 * HOUR)));
    let d = tick(&case, &Helpers::default(), domain::time::plus_seconds(at(30 * HOUR + 30), 1));
    assert!(d.events.iter().any(|e| matches!(e.change, Change::ToldUnderway { .. })));
}

#[test]
fn of_more_slots_than_one_decision_walks_only_the_very_last_is_told_of() {
    let mut case = with(Severity::General, Vec::new());
    case.ticket.assignee = Some("colleague".into());
    let now = at(20 * 24 * HOUR);
    let mut case = raised(&case, now);
    let (mut slots, mut told, mut rounds) = (0, 0, 0);
    loop {
        let d = tick(&case, &Helpers::default(), now);
        if d.is_nothing() {
            break;
        }
        let of = |n: &&Notice| match n {
            Notice::Staff { event, .. } => {
                d.events.iter().any(|e| e.no == *event && !missed(std::slice::from_ref(e)).is_empty())
            }
            _ => false,
        };
        told += d.notices.iter().filter(of).count();
        slots += missed(&d.events).len();
        rounds += 1;
        case = after(&case, d);
    }
    assert_eq!((slots, told), (959, 1));
    assert!(rounds > 1);
}

fn lowered(case: &Case, now: Timestamp) -> Decision {
    let to = Reclassify {
        severity: Severity::General,
        level: None,
        mode: RaiseMode::NewFacts,
        reason: String::new(),
    };
    decide::set_severity(case, &to, &[], &agent(), now).unwrap()
}

#[test]
fn what_was_late_when_it_was_lowered_was_known_to_be_late() {
    // The urgent answer was late at 30, the general one at 60; whoever looked saw that nobody had answered.
    let case = with(Severity::Urgent, Vec::new());
    let case = after(&case, tick(&case, &Helpers::default(), at(100)));
    let case = after(&case, lowered(&case, at(100)));
    let late = |d: &Decision| {
        d.events.iter().find_map(|e| match e.change {
            Change::Breached { milestone: Milestone::Response, due_at, retro, .. } => Some((due_at, retro)),
            _ => None,
        })
    };
    assert_eq!(late(&tick(&case, &Helpers::default(), at(100))), Some((at(60), false)));
    // Raised at 50 for new facts, due at 80; lowered at 70. That the general one was due at 60 nobody could know.
    let case = with(Severity::General, Vec::new());
    let raise = Reclassify {
        severity: Severity::Urgent,
        level: None,
        mode: RaiseMode::NewFacts,
        reason: "stopped".into(),
    };
    let case = after(&case, decide::set_severity(&case, &raise, &[], &agent(), at(50)).unwrap());
    let case = after(&case, lowered(&case, at(70)));
    assert_eq!(late(&tick(&case, &Helpers::default(), at(70))), Some((at(60), true)));
}

#[test]
fn a_promise_that_holds_again_goes_on_and_repeats_nothing() {
    let step = Step::new(Milestone::Response, StepAt::Percent(50), StepAction::NotifyManager);
    let case = with(Severity::General, vec![step]);
    let case = after(&case, tick(&case, &Helpers::default(), at(65)));
    let case = after(&case, tick(&raised(&case, at(70)), &Helpers::default(), at(70)));
    let d = lowered(&case, at(90));
    let resumed = Change::ClockResumed { milestone: Milestone::Response, cycle: 1 };
    assert!(d.events.iter().any(|e| e.change == resumed));
    let case = after(&case, d);
    let mut running = case.clocks.iter().filter(|c| c.milestone == Milestone::Response && c.is_running());
    let response = running.next().unwrap();
    assert_eq!((response.cycle, response.breach_noted, running.next()), (1, true, None));
    assert!(tick(&case, &Helpers::default(), at(90)).is_nothing(), "it was late and told of before");
}

#[test]
fn another_level_counts_from_where_the_severity_does_and_leaves_alone_what_it_does_not_change() {
    let case = with(Severity::General, Vec::new());
    let to = |level| Reclassify {
        severity: Severity::Urgent,
        level,
        mode: RaiseMode::NewFacts,
        reason: "stopped".into(),
    };
    let case = after(&case, decide::set_severity(&case, &to(None), &[], &agent(), at(600)).unwrap());
    let d = decide::set_severity(&case, &to(Some(Level::One)), &[], &agent(), at(610)).unwrap();
    let promises = |clocks: &[domain::sla::Clock]| -> Vec<_> {
        clocks.iter().map(|c| (c.milestone, c.cycle, c.started_at, c.due_at, c.stopped)).collect()
    };
    assert_eq!(promises(&d.clocks), promises(&case.clocks), "the same promises, from the raise");
}
