//! One late answer whose promise was counted anew is one miss.

use super::examples::{ask, at, history};
use super::{Grouping, Report, Sheet};
use crate::access::ActorRef;
use crate::sla::{Excuse, Milestone};
use crate::ticket::{Change, Event, RaiseMode, Severity};

/// `missed excused left_out` after the events, with a change of severity at some times of the first of September.
fn told(text: &str, changes: &[(&str, Option<RaiseMode>)]) -> String {
    let mut history = history(0, text);
    for (time, mode) in changes {
        let change = Change::SeverityChanged {
            from: Severity::General,
            to: Severity::Urgent,
            mode: *mode,
            reason: "x".to_owned(),
            due_before: None,
            due_after: None,
            no_due: None,
        };
        let event = Event { no: 0, at: at("09-01", time), by: ActorRef::Staff("ann".into()), change };
        let after = history.events.iter().rposition(|e| e.at <= event.at).map_or(0, |n| n + 1);
        history.events.insert(after, event);
    }
    let ask = ask(Report::Attainment, Grouping::Milestone);
    let sheet = Sheet::fold(&ask, &[history]);
    let entries = |name| ask.report.column(name).unwrap().weight(sheet.entries(None));
    format!("{} {} {}", entries("missed"), entries("excused"), entries("left_out"))
}

const THREE: &str = "09-01 09:00 customer opened general fault desk ann
    09-01 09:20 clock breached response 1
    09-01 09:24 ann stopped response 1 superseded missed 09-01 09:20 1440
    09-01 09:24 clock breached response 2
    09-01 09:26 ann stopped response 2 superseded missed 09-01 09:10 1560
    09-01 09:26 clock breached response 3
    09-01 09:30 ann stopped response 3 done missed 09-01 09:20 1800";

#[test]
fn one_answer_is_missed_once() {
    assert_eq!(told(THREE, &[("09:24", Some(RaiseMode::Misclassified)), ("09:26", None)]), "1 0 2");
}

#[test]
fn an_excuse_goes_along() {
    let excused = THREE
        .replace("09-01 09:24 ann stopped", "09-01 09:22 sun excused response 1\n09-01 09:24 ann stopped");
    assert_eq!(told(&excused, &[("09:24", Some(RaiseMode::Misclassified)), ("09:26", None)]), "0 1 2");
}

#[test]
fn new_facts_are_another_promise() {
    let two = "09-01 09:00 customer opened general fault desk ann
        09-01 09:20 clock breached response 1
        09-01 09:24 ann stopped response 1 superseded missed 09-01 09:20 1440
        09-01 09:40 clock breached response 2
        09-01 09:50 ann stopped response 2 done missed 09-01 09:40 1560";
    assert_eq!(told(two, &[("09:24", Some(RaiseMode::NewFacts))]), "2 0 0");
    assert_eq!(told(two, &[("09:24", Some(RaiseMode::Misclassified))]), "1 0 1");
}

#[test]
fn a_miss_stays_where_the_new_promise_is_kept() {
    let kept = "09-01 09:00 customer opened urgent fault desk ann
        09-01 09:20 clock breached response 1
        09-01 09:24 ann stopped response 1 superseded missed 09-01 09:20 1440
        09-01 09:30 ann stopped response 2 done met 09-01 10:00 1800";
    assert_eq!(told(kept, &[("09:24", None)]), "1 0 0");
}

#[test]
fn what_a_misclick_had_broken_stands_apart_and_hides_no_miss() {
    let text = "09-01 09:00 customer opened general fault desk ann
        09-01 09:20 clock breached response 1
        09-01 09:24 ann stopped response 1 superseded missed 09-01 09:20 1440
        09-01 09:10 clock breached response 2
        09-01 09:25 ann stopped response 2 superseded missed 09-01 09:10 1500
        09-01 09:25 ann excused response 2";
    let mut slip = history(0, text);
    for e in &mut slip.events {
        if let Change::Excused { reason, .. } = &mut e.change {
            *reason = Excuse::Misclick(60).kept();
        }
    }
    let resumed = Change::ClockResumed { milestone: Milestone::Response, cycle: 1 };
    slip.events.push(Event {
        no: 7,
        at: at("09-01", "09:25"),
        by: ActorRef::Staff("ann".into()),
        change: resumed,
    });
    let ask = ask(Report::Attainment, Grouping::Milestone);
    let sheet = Sheet::fold(&ask, &[slip]);
    let entries = |name| ask.report.column(name).unwrap().weight(sheet.entries(None));
    assert_eq!((entries("missed"), entries("excused"), entries("left_out")), (1, 1, 0));
}

#[test]
fn slots_from_before_the_duty_count_for_nobody_and_for_the_promise() {
    let text = "09-01 09:00 customer opened general fault desk ann
        09-01 09:30 clock breached update 1
        09-01 09:30 clock stopped update 1 missed met 09-01 09:30 1800
        09-01 09:50 ann stopped update 2 done met 09-01 10:00 1200
        09-01 10:20 clock breached update 3
        09-01 10:20 clock stopped update 3 missed met 09-01 10:20 1800";
    let mut raised = history(0, text);
    for e in &mut raised.events {
        if let Change::ClockStopped(f) = &mut e.change {
            f.retro = f.cycle < 3;
        }
    }
    let of = |report: Report, by, names: &[&str]| -> Vec<usize> {
        let ask = ask(report, by);
        let sheet = Sheet::fold(&ask, std::slice::from_ref(&raised));
        names.iter().map(|name| ask.report.column(name).unwrap().weight(sheet.entries(None))).collect()
    };
    let names = ["slots", "on_time", "slots_missed", "retro_slot"];
    assert_eq!(of(Report::Punctuality, Grouping::Person, &names), [1, 0, 1, 2]);
    assert_eq!(of(Report::Attainment, Grouping::Milestone, &["met", "missed"]), [1, 2]);
}
