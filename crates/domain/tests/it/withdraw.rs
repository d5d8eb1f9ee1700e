//! An answer that is taken back before it has left was never given.

use std::sync::Arc;

use domain::access::{Actor, Role, Staff};
use domain::sla::{Milestone, State};
use domain::ticket::decide::{self, Case, Decision, Held, Notice, Refusal};
use domain::ticket::{Change, Event, Severity, Status};
use domain::time::{Timestamp, plus_seconds};

use crate::ticket::{after, agent, at, clock, customer, opened, say};

/// A case of a desk whose answers wait for ten seconds.
fn waiting() -> Case {
    let mut c = opened(Severity::Urgent);
    Arc::get_mut(&mut c.rules).unwrap().settings.undo_seconds = 10;
    c
}

fn answered(c: &Case) -> (Decision, Held) {
    let d = decide::reply(c, say("hello"), &agent(), at(10)).unwrap();
    let m = d.messages.last().unwrap();
    let held = Held { message: m.no, until: m.held_until.unwrap() };
    (d, held)
}

fn soon() -> Timestamp {
    plus_seconds(at(10), 9)
}

#[test]
fn it_waits_only_where_the_desk_says_so_and_a_person_writes() {
    let c = waiting();
    let (d, held) = answered(&c);
    assert_eq!(held.until, plus_seconds(at(10), 10));
    assert!(d.notices.iter().any(|n| matches!(n, Notice::Letter { .. })));
    let d = decide::reply(&opened(Severity::Urgent), say("hello"), &agent(), at(10)).unwrap();
    assert_eq!(d.messages[0].held_until, None);
    let d = decide::customer_message(&c, say("more"), &customer(), at(10)).unwrap();
    assert_eq!(d.messages[0].held_until, None);
}

#[test]
fn the_clocks_and_the_ticket_are_as_before() {
    let before = waiting();
    let (d, held) = answered(&before);
    let events = d.events.clone();
    let given = after(&before, d);
    assert_eq!((clock(&given, Milestone::Response).state, given.ticket.status), (State::Met, Status::Open));
    let d = decide::withdraw(&given, held, &events, &agent(), soon()).unwrap();
    let reopened = vec![(Milestone::Response, 1)];
    assert!(
        d.events
            .iter()
            .any(|e| e.change == Change::Withdrawn { message: held.message, reopened: reopened.clone() })
    );
    let back = after(&given, d);
    let now = decide::note(&before, say("x"), &[].into(), &agent(), soon()).unwrap();
    assert_eq!(back.clocks, now.clocks, "as if only time had passed");
    let (t, was) = (&back.ticket, &before.ticket);
    assert_eq!(
        (t.status, t.responded_at, t.unanswered_since, t.assignee.clone()),
        (was.status, was.responded_at, was.unanswered_since, was.assignee.clone())
    );
    // A later answer counts, by its own instant.
    let later = decide::reply(&back, say("right"), &agent(), at(20)).unwrap();
    assert_eq!(later.ticket.responded_at, Some(at(20)));
}

#[test]
fn it_stays_when_it_has_left_or_something_builds_on_it() {
    let c = waiting();
    let (d, held) = answered(&c);
    let events = d.events.clone();
    let given = after(&c, d);
    let refused = |c: &Case, events: &[Event], who: &Actor, now| {
        decide::withdraw(c, held, events, who, now).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(&given, &events, &agent(), held.until), Refusal::AlreadySent);
    let other = Actor::Staff(Staff {
        id: "other".into(),
        name: "other".into(),
        rights: Role::Agent.default_rights(),
        groups: [].into(),
    });
    assert_eq!(refused(&given, &events, &other, soon()), Refusal::AlreadySent);
    assert_eq!(refused(&given, &[], &agent(), soon()), Refusal::AlreadySent);
    let more = decide::customer_message(&given, say("more"), &customer(), plus_seconds(at(10), 3)).unwrap();
    let all: Vec<Event> = events.iter().chain(&more.events).cloned().collect();
    assert_eq!(refused(&after(&given, more), &all, &agent(), soon()), Refusal::AlreadySent);
    // A note of a colleague does not.
    let note = decide::note(&given, say("x"), &[].into(), &other, plus_seconds(at(10), 3)).unwrap();
    let all: Vec<Event> = events.iter().chain(&note.events).cloned().collect();
    assert!(decide::withdraw(&after(&given, note), held, &all, &agent(), soon()).is_ok());
}

#[test]
fn a_customer_knows_nothing_of_an_answer_that_waits_or_was_taken_back() {
    let before = waiting();
    let (d, held) = answered(&before);
    let events = d.events.clone();
    let given = after(&before, d);
    let (told, clocks) = decide::as_told(&given, &[held], &events, soon()).unwrap();
    let now = decide::note(&before, say("x"), &[].into(), &agent(), soon()).unwrap();
    assert_eq!((told.status, told.responded_at, clocks), (Status::New, None, now.clocks));
    let untold = decide::untold(&events, &[held]);
    assert_eq!(untold, events.iter().map(|e| e.no).collect(), "neither the answer nor the status");
    assert!(decide::untold(&events, &[]).is_empty(), "once it has left it is told");
    let (kept, _) = decide::as_told(&given, &[], &events, soon()).unwrap();
    assert_eq!((kept.status, kept.responded_at), (Status::Open, Some(at(10))));
    // Taken back, and another one given, which takes the same number.
    let d = decide::withdraw(&given, held, &events, &agent(), soon()).unwrap();
    let mut all = [events, d.events.clone()].concat();
    let hidden = decide::untold(&all, &[]);
    assert_eq!(hidden.len(), all.len());
    let d = decide::reply(&after(&given, d), say("right"), &agent(), at(20)).unwrap();
    all.extend(d.events.clone());
    assert_eq!(decide::untold(&all, &[]), hidden, "the second is told");
}

#[test]
fn what_is_solved_after_an_answer_is_solved_while_the_answer_waits() {
    let before = waiting();
    let (d, held) = answered(&before);
    let mut events = d.events.clone();
    let given = after(&before, d);
    let solution = decide::Solution { resolution: "done".to_owned(), ..decide::Solution::default() };
    let d = decide::resolve(&given, solution, &agent(), soon()).unwrap();
    events.extend(d.events.clone());
    let solved = after(&given, d);
    let (told, _) = decide::as_told(&solved, &[held], &events, soon()).unwrap();
    assert_eq!((told.status, told.resolved_at), (Status::Resolved, Some(soon())));
}
