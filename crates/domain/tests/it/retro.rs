//! What had passed before anybody could know of it is done once, now, and says so: a case that was urgent all along (M2),
//! a case entered late.

use std::sync::Arc;

use domain::sla::{Milestone, Step, StepAction, StepAt, StopReason};
use domain::ticket::decide::{self, Case, Decision, Helpers, Notice, Reclassify};
use domain::ticket::{Change, Channel, RaiseMode, Severity};
use domain::time::Timestamp;

use crate::paging::{helpers, paged};
use crate::steps::{resolution, tick, with};
use crate::ticket::{after, agent, at, customer, opened_at, opening, say};

const HOUR: i64 = 60;

fn raised(case: &Case, now: Timestamp) -> Case {
    let raise = Reclassify {
        severity: Severity::Urgent,
        level: None,
        mode: RaiseMode::Misclassified,
        reason: "stopped all along".into(),
    };
    after(case, decide::set_severity(case, &raise, None, &agent(), now).unwrap())
}

/// The steps and the breaches of a decision: when they were due, and whether that was established afterwards.
fn done(d: &Decision) -> Vec<(&'static str, Timestamp, bool)> {
    let of = |e: &domain::ticket::Event| match &e.change {
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
    let d = decide::set_severity(&case, &raise, None, &agent(), at(60)).unwrap();
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
