//! A raise that is taken back at once, after its clocks have already been found late (M4): the clocks are what they
//! were, and what only the raise had broken stays in the history, excused.

use domain::sla::{Excuse, Milestone, StepAction, StepAt, StopReason};
use domain::ticket::decide::{self, Case, Helpers, Reclassify};
use domain::ticket::{Change, Event, RaiseMode, Severity, rebuild};
use domain::time::Timestamp;

use crate::paging::helpers;
use crate::steps::{resolution, tick, with};
use crate::ticket::{after, agent, at, opened, say};

/// A case with its history.
struct Life {
    case: Case,
    events: Vec<Event>,
}

impl Life {
    fn keep(&mut self, d: decide::Decision) {
        self.events.extend(d.events.clone());
        self.case = after(&self.case, d);
    }

    fn raise(&mut self, mode: RaiseMode, now: Timestamp) {
        let reason = "stopped".to_owned();
        let to = Reclassify { severity: Severity::Urgent, level: None, mode, reason };
        let d = decide::set_severity(&self.case, &to, &self.events, &agent(), now).unwrap();
        self.keep(d);
        self.keep(tick(&self.case, &helpers(), now));
    }

    fn lower(&mut self, now: Timestamp) -> decide::Decision {
        self.keep(tick(&self.case, &helpers(), now));
        let mode = RaiseMode::NewFacts;
        let to = Reclassify { severity: Severity::General, level: None, mode, reason: String::new() };
        let d = decide::set_severity(&self.case, &to, &self.events, &agent(), now).unwrap();
        self.keep(d.clone());
        d
    }

    fn running(&self) -> Vec<(Milestone, u32, Timestamp, Option<Timestamp>)> {
        let running = self.case.clocks.iter().filter(|c| c.is_running());
        running.map(|c| (c.milestone, c.cycle, c.started_at, c.due_at)).collect()
    }

    /// Cycles that are late and count so, and those that are excused.
    fn late(&self) -> [Vec<(Milestone, u32)>; 2] {
        let of = |excused: bool| {
            let late = self.case.clocks.iter().filter(|c| c.breach_noted && c.excused.is_some() == excused);
            late.map(|c| (c.milestone, c.cycle)).collect()
        };
        [of(false), of(true)]
    }
}

#[test]
fn breaches_that_only_the_slip_made_are_excused_and_the_clocks_are_as_they_were() {
    let steps = vec![resolution(StepAt::Percent(100), StepAction::PageOnCall)];
    let mut life = Life { case: with(Severity::General, steps), events: Vec::new() };
    life.keep(decide::reply(&life.case, say("hello"), &agent(), at(45)).unwrap());
    let before = life.running();
    life.raise(RaiseMode::Misclassified, at(295));
    let fired = life.events.iter().find(|e| matches!(e.change, Change::StepFired { .. })).unwrap().no;
    assert_eq!(life.late()[0].len(), 1 + 1 + 9 + 1, "answer, technician, nine reports, solution");

    let d = life.lower(at(298));
    assert_eq!(life.running(), before);
    assert_eq!((life.late()[0].len(), life.late()[1].len()), (0, 12));
    let mut excuses = d.events.iter().filter_map(|e| match &e.change {
        Change::Excused { reason, .. } => Some((Excuse::of(reason), e.by.clone())),
        _ => None,
    });
    assert!(excuses.all(|e| e == (Excuse::Misclick(180), agent().reference())));
    assert_eq!(d.called_off, [fired], "nobody else is paged");
    // The answer counts against the promise under which it was given.
    let counts = life.case.clocks.iter().filter(|c| c.milestone == Milestone::Response);
    let counts: Vec<_> = counts.filter(|c| c.stopped.is_some_and(|(_, why)| why.counts())).collect();
    assert_eq!((counts.len(), counts[0].target_s, counts[0].breach_noted), (1, 3_600, false));
    let (clocks, differences) = rebuild(&life.case, &life.events, at(298)).unwrap();
    assert_eq!((differences, clocks), (Vec::new(), life.case.clocks.clone()));
    assert!(tick(&life.case, &Helpers::default(), at(299)).is_nothing());
}

#[test]
fn what_was_late_before_the_slip_stays_late() {
    let mut life = Life { case: opened(Severity::General), events: Vec::new() };
    life.keep(tick(&life.case, &Helpers::default(), at(65)));
    assert_eq!(life.late()[0], [(Milestone::Response, 1)]);
    life.raise(RaiseMode::Misclassified, at(70));
    let d = life.lower(at(71));
    assert_eq!(life.late()[0], [(Milestone::Response, 1)]);
    assert!(
        d.events
            .iter()
            .all(|e| !matches!(e.change, Change::Excused { cycle: 1, milestone: Milestone::Response, .. }))
    );
}

#[test]
fn an_answer_within_the_slip_counts_for_the_promise_that_holds() {
    for mode in [RaiseMode::Misclassified, RaiseMode::NewFacts] {
        let mut life = Life { case: opened(Severity::General), events: Vec::new() };
        life.raise(mode, at(40));
        life.keep(decide::reply(&life.case, say("hello"), &agent(), at(42)).unwrap());
        life.lower(at(43));
        let response = |c: &&domain::sla::Clock| c.milestone == Milestone::Response;
        let counts: Vec<_> = life
            .case
            .clocks
            .iter()
            .filter(response)
            .filter(|c| c.stopped.is_some_and(|(_, why)| why.counts()))
            .map(|c| (c.cycle, c.stopped, c.breach_noted))
            .collect();
        assert_eq!(counts, [(1, Some((at(42), StopReason::Done)), false)], "{mode}");
    }
}

#[test]
fn a_raise_that_is_meant_after_a_slip_counts_as_if_there_had_been_none() {
    let mut life = Life { case: opened(Severity::General), events: Vec::new() };
    life.raise(RaiseMode::Misclassified, at(100));
    life.lower(at(101));
    let due = |life: &Life, m| life.case.clocks.iter().rfind(|c| c.milestone == m).unwrap().clone();
    life.raise(RaiseMode::Misclassified, at(110));
    let slots: Vec<_> = life
        .case
        .clocks
        .iter()
        .filter(|c| c.milestone == Milestone::Update && c.excused.is_none() && c.breach_noted)
        .map(|c| c.due_at)
        .collect();
    assert_eq!(slots, [Some(at(30)), Some(at(60)), Some(at(90))]);
    let response = due(&life, Milestone::Response);
    assert_eq!((response.due_at, response.breach_noted, response.excused), (Some(at(30)), true, None));
}
