//! The verbs as pure functions: what a decision says, on a ticket under the strict promise.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Actor, Role, Staff, System};
use domain::calendar::CalendarDoc;
use domain::id::{CalendarId, ContactId, PolicyId, StaffId, TicketId};
use domain::routing::{RouteKind, RouteReason};
use domain::setting::Settings;
use domain::sla::{
    Because, Milestone, PolicyDoc, PromiseClass, State, Step, StepAction, StepAt, StopReason, Target,
};
use domain::ticket::decide::{
    self, Body, CalendarRev, Case, Decision, Draft, Earlier, Helpers, Identity, Notice, Opening, Reclassify,
    Refusal, Rules, Solution,
};
use domain::ticket::progress::Way;
use domain::ticket::{Change, Channel, Facts, Kind, Level, RaiseMode, Severity, Status};
use domain::time::{Timestamp, plus_seconds};

pub(crate) fn t0() -> Timestamp {
    "2026-09-24T02:00:00Z".parse().unwrap()
}

pub(crate) fn at(minutes: i64) -> Timestamp {
    plus_seconds(t0(), minutes * 60)
}

fn rules() -> Arc<Rules> {
    use Milestone::{Attend, Reply, Resolution, Response, Update};
    use PromiseClass::{General, Urgent};
    let doc = |always_open: bool| -> CalendarDoc {
        let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
        serde_json::from_value(serde_json::json!({
            "time_zone": "Asia/Shanghai", "always_open": always_open,
            "week": [day(), day(), day(), day(), day(), [], []],
        }))
        .unwrap()
    };
    let calendar = |always| {
        let doc = doc(always);
        CalendarRev { rev: 1, name: String::new(), calendar: doc.compile().unwrap(), doc }
    };
    let target = |class, milestone, minutes: i64, calendar: &str| Target {
        class,
        milestone,
        seconds: minutes * 60,
        calendar: calendar.into(),
        off_hours: None,
    };
    let policy = PolicyDoc {
        targets: vec![
            target(Urgent, Response, 30, "x24"),
            target(Urgent, Attend, 120, "x24"),
            target(Urgent, Update, 30, "x24"),
            target(Urgent, Resolution, 240, "x24"),
            target(General, Response, 60, "service"),
            target(General, Reply, 60, "service"),
            target(General, Resolution, 24 * 60, "x24"),
        ],
        steps: vec![Step::new(Resolution, StepAt::Percent(100), StepAction::ToSenior)],
    };
    let calendars: BTreeMap<CalendarId, CalendarRev> =
        [("x24".into(), calendar(true)), ("service".into(), calendar(false))].into();
    let policies = [((PolicyId::from("p"), 1), policy)].into();
    Arc::new(Rules { settings: Settings::default(), calendars, policies, ..Rules::default() })
}

fn senior_is(id: &StaffId) -> Helpers {
    Helpers { senior: Some(id.clone()), ..Helpers::default() }
}

pub(crate) fn agent() -> Actor {
    let rights = Role::Agent.default_rights();
    Actor::Staff(Staff { id: "agent".into(), name: "agent".into(), rights, groups: [].into() })
}

pub(crate) fn customer() -> Actor {
    Actor::Contact(domain::access::Contact {
        id: ContactId::from("ann"),
        name: "ann".into(),
        organisation: None,
        sees: domain::access::Sees::Own,
    })
}

pub(crate) fn opened(severity: Severity) -> Case {
    opened_by(severity, Channel::Portal, &customer())
}

pub(crate) fn opened_by(severity: Severity, channel: Channel, who: &Actor) -> Case {
    opened_at(opening(severity, channel), who, t0())
}

pub(crate) fn opened_at(opening: Opening, who: &Actor, now: Timestamp) -> Case {
    let rules = rules();
    let identity = Identity { id: TicketId::from("1"), number: "AF-2026-00001".into() };
    let decision = decide::open(&rules, identity, opening, who, now).unwrap();
    case(decision, &rules)
}

pub(crate) fn opening(severity: Severity, channel: Channel) -> Opening {
    Opening {
        title: "t".into(),
        body: Body::from_text("b"),
        said_by: customer().reference(),
        files: vec![],
        kind: Kind::Fault,
        class: None,
        severity,
        level: None,
        channel,
        requester: "ann".into(),
        organisation: None,
        contract: None,
        policy: ("p".into(), 1),
        policy_because: Because::Default,
        product: None,
        module: None,
        facts: Facts::default(),
        extra: BTreeMap::new(),
        tags: [].into(),
        group: None,
        assignee: None,
        route: RouteReason { kind: RouteKind::Default, text: String::new() },
        received_at: None,
        received_reason: String::new(),
        first_contact: None,
        external_ref: None,
        follow: None,
    }
}

pub(crate) fn case(d: Decision, rules: &Arc<Rules>) -> Case {
    Case {
        ticket: d.ticket,
        clocks: d.clocks,
        holds: d.holds,
        earlier: Earlier::default(),
        rules: Arc::clone(rules),
    }
}

pub(crate) fn say(text: &str) -> Draft {
    Draft { body: Body::from_text(text), ..Draft::default() }
}

pub(crate) fn after(c: &Case, d: Decision) -> Case {
    case(d, &c.rules)
}

pub(crate) fn clock(c: &Case, m: Milestone) -> &domain::sla::Clock {
    c.clocks.iter().rfind(|k| k.milestone == m).unwrap()
}

#[test]
fn an_urgent_ticket_starts_all_its_clocks() {
    let c = opened(Severity::Urgent);
    let dues: Vec<_> = c.clocks.iter().map(|k| (k.milestone, k.due_at)).collect();
    assert_eq!(
        dues,
        [
            (Milestone::Response, Some(at(30))),
            (Milestone::Attend, Some(at(120))),
            (Milestone::Update, Some(at(30))),
            (Milestone::Resolution, Some(at(240))),
        ]
    );
}

#[test]
fn the_first_answer_stops_the_response_and_only_a_report_meets_the_cadence() {
    let c = opened(Severity::Urgent);
    let c = after(&c, decide::reply(&c, say("hello"), &agent(), at(10)).unwrap());
    assert_eq!(
        (clock(&c, Milestone::Response).state, clock(&c, Milestone::Response).counted_s),
        (State::Met, 600)
    );
    assert_eq!(clock(&c, Milestone::Update).cycle, 1);
    let report = crate::progress::report(at(20));
    let c = after(&c, decide::report(&c, report, Way::Portal, &agent(), at(20)).unwrap());
    assert_eq!((clock(&c, Milestone::Update).cycle, clock(&c, Milestone::Update).due_at), (2, Some(at(50))));
    assert_eq!(c.ticket.status, Status::Open);
}

#[test]
fn waiting_for_the_customer_needs_a_message_and_pauses_the_resolution() {
    let c = opened(Severity::General);
    let bare = decide::hold(&c, Status::WaitingCustomer, "log files", None, &agent(), at(5));
    assert_eq!(bare.unwrap_err(), Refusal::NeedsMessage);
    let held =
        decide::hold(&c, Status::WaitingCustomer, "", Some(say("please send the log")), &agent(), at(60));
    let c = after(&c, held.unwrap());
    assert_eq!(
        (clock(&c, Milestone::Resolution).state, clock(&c, Milestone::Resolution).due_at),
        (State::Paused, None)
    );
    let c = after(&c, decide::customer_message(&c, say("here it is"), &customer(), at(180)).unwrap());
    assert_eq!(c.ticket.status, Status::Open);
    assert_eq!(clock(&c, Milestone::Resolution).due_at, Some(at(24 * 60 + 120)));
    assert_eq!(clock(&c, Milestone::Reply).state, State::Running);
}

#[test]
fn a_missed_progress_slot_is_recorded_at_its_due_and_the_next_begins_there() {
    let c = opened(Severity::Urgent);
    let d = decide::tick(&c, &Helpers::default(), &Actor::System(System::Clock), at(95)).unwrap();
    let breaches: Vec<_> = d
        .events
        .iter()
        .filter(|e| matches!(e.change, Change::Breached { milestone: Milestone::Update, .. }))
        .map(|e| e.at)
        .collect();
    assert_eq!(breaches, [at(30), at(60), at(90)]);
    let c = after(&c, d);
    let again = decide::tick(&c, &Helpers::default(), &Actor::System(System::Clock), at(95)).unwrap();
    assert!(again.is_nothing(), "{:?}", again.events);
}

#[test]
fn an_overdue_resolution_goes_to_the_senior_engineer_once() {
    let c = opened(Severity::Urgent);
    let senior = "senior".into();
    let d = decide::tick(&c, &senior_is(&senior), &Actor::System(System::Clock), at(240)).unwrap();
    assert_eq!(d.ticket.assignee.as_ref(), Some(&senior));
    let fired =
        |d: &Decision| d.events.iter().filter(|e| matches!(e.change, Change::StepFired { .. })).count();
    assert_eq!(fired(&d), 1);
    // At the due itself nothing is broken yet; one second later it is, at the due.
    assert!(!d.clocks.iter().any(|k| k.milestone == Milestone::Resolution && k.breach_noted));
    let c = after(&c, d);
    let d = decide::tick(&c, &senior_is(&senior), &Actor::System(System::Clock), plus_seconds(at(240), 1))
        .unwrap();
    let breach = d
        .events
        .iter()
        .find(|e| matches!(e.change, Change::Breached { milestone: Milestone::Resolution, .. }));
    assert_eq!((breach.unwrap().at, fired(&d)), (at(240), 0));
}

#[test]
fn a_person_hands_a_ticket_to_the_senior_engineer_with_a_reason() {
    let c = opened(Severity::General);
    let senior = "senior".into();
    let escalate = |c: &Case, senior, reason| decide::escalate(c, senior, reason, &agent(), at(5));
    assert_eq!(escalate(&c, Some(&senior), " ").unwrap_err(), Refusal::NeedsReason);
    assert_eq!(escalate(&c, None, "deadlock").unwrap_err(), Refusal::NoSenior);
    let d = escalate(&c, Some(&senior), " deadlock ").unwrap();
    assert_eq!(d.ticket.assignee.as_ref(), Some(&senior));
    let Change::Assigned { route, .. } = &d.events[0].change else { panic!("{:?}", d.events) };
    assert_eq!((route.kind, route.text.as_str()), (RouteKind::Escalated, "deadlock"));
    assert_eq!(d.notices, [Notice::Staff { to: senior.clone(), event: d.events[0].no }]);
    assert!(escalate(&after(&c, d), Some(&senior), "again").unwrap().is_nothing());
}

#[test]
fn a_raise_with_new_facts_restarts_and_a_misclassified_one_counts_from_the_start() {
    let c = opened(Severity::General);
    let raise = |mode| Reclassify {
        severity: Severity::Urgent,
        level: Some(Level::One),
        mode,
        reason: "stopped".into(),
    };
    let silent = Reclassify { reason: String::new(), ..raise(RaiseMode::NewFacts) };
    assert_eq!(decide::set_severity(&c, &silent, &[], &agent(), at(50)).unwrap_err(), Refusal::NeedsReason);
    let d = decide::set_severity(&c, &raise(RaiseMode::NewFacts), &[], &agent(), at(50)).unwrap();
    let n = after(&c, d);
    assert_eq!(clock(&n, Milestone::Resolution).due_at, Some(at(290)));
    assert_eq!(clock(&n, Milestone::Response).due_at, Some(at(80)));
    let old = n.clocks.iter().find(|k| k.milestone == Milestone::Resolution).unwrap();
    assert_eq!(old.stopped.map(|s| s.1), Some(StopReason::Superseded));
    let m =
        after(&c, decide::set_severity(&c, &raise(RaiseMode::Misclassified), &[], &agent(), at(50)).unwrap());
    assert_eq!(clock(&m, Milestone::Resolution).due_at, Some(at(240)));
    assert_eq!(clock(&m, Milestone::Response).due_at, Some(at(30)));
}

#[test]
fn reopening_re_enters_the_resolution_clock_without_the_time_between() {
    let c = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let c = after(&c, decide::resolve(&c, solution, &agent(), at(100)).unwrap());
    assert_eq!(clock(&c, Milestone::Resolution).state, State::Met);
    let c = after(&c, decide::reopen(&c, None, "still there", &customer(), at(400)).unwrap());
    let again = decide::reopen(&c, None, "", &customer(), at(401));
    assert_eq!(again.unwrap_err(), Refusal::NotEnded);
    assert_eq!((c.ticket.status, c.ticket.reopened), (Status::Open, 1));
    assert_eq!(clock(&c, Milestone::Resolution).due_at, Some(at(24 * 60 + 300)));
    let late = decide::close(&c, domain::ticket::CloseReason::Staff, &agent(), at(500));
    assert_eq!(late.unwrap_err(), Refusal::NotResolved);
}

#[test]
fn a_silent_ticket_closes_when_the_customer_was_told() {
    let c = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let mut c = after(&c, decide::resolve(&c, solution, &agent(), at(100)).unwrap());
    let told = decide::closes_silently(&c.rules, &c.ticket);
    let mut last = None;
    while let Some(next) = c.ticket.silence_at {
        let ticked = decide::tick_silence(&c, &Actor::System(System::Silence), next).unwrap();
        (c, last) = (after(&c, ticked), Some(next));
    }
    assert_eq!((c.ticket.status, last), (Status::Closed, told));
    assert_eq!(decide::closes_silently(&c.rules, &c.ticket), None);
}

#[test]
fn repeating_a_verb_changes_nothing() {
    let c = opened(Severity::General);
    let solution = Solution { resolution: "done".into(), ..Solution::default() };
    let c = after(&c, decide::resolve(&c, solution.clone(), &agent(), at(10)).unwrap());
    assert!(decide::resolve(&c, solution, &agent(), at(11)).unwrap().is_nothing());
    let c = after(&c, decide::confirm(&c, &customer(), at(12)).unwrap());
    assert!(decide::confirm(&c, &customer(), at(13)).unwrap().is_nothing());
    assert!(
        decide::reopen(&c, None, "", &customer(), at(12 + 8 * 1440)).is_err_and(|e| e == Refusal::WindowOver)
    );
}

#[test]
fn another_level_does_not_call_the_technician_again() {
    let c = opened(Severity::Urgent);
    let c = after(&c, decide::attend(&c, None, true, &agent(), at(20)).unwrap());
    let to = Reclassify {
        severity: Severity::Urgent,
        level: Some(Level::Two),
        mode: RaiseMode::NewFacts,
        reason: String::new(),
    };
    let c = after(&c, decide::set_severity(&c, &to, &[], &agent(), at(40)).unwrap());
    let attends: Vec<_> =
        c.clocks.iter().filter(|k| k.milestone == Milestone::Attend).map(|k| k.state).collect();
    assert_eq!(attends, [State::Met]);
}

#[test]
fn a_raise_taken_back_within_five_minutes_leaves_the_clocks_as_they_were() {
    let raise = |mode| Reclassify { severity: Severity::Urgent, level: None, mode, reason: "slip".into() };
    let lower =
        Reclassify { severity: Severity::General, reason: String::new(), ..raise(RaiseMode::NewFacts) };
    let running = |c: &Case| -> Vec<_> {
        c.clocks
            .iter()
            .filter(|k| k.is_running())
            .map(|k| (k.milestone, k.cycle, k.started_at, k.due_at))
            .collect()
    };
    let answered = |c: &Case| after(c, decide::reply(c, say("hello"), &agent(), at(10)).unwrap());
    for before in [opened(Severity::General), answered(&opened(Severity::General))] {
        for mode in [RaiseMode::NewFacts, RaiseMode::Misclassified] {
            let d = decide::set_severity(&before, &raise(mode), &[], &agent(), at(20)).unwrap();
            let history = d.events.clone();
            let raised = after(&before, d);
            let back = |who: &Actor, minutes| {
                let d = decide::set_severity(&raised, &lower, &history, who, at(minutes)).unwrap();
                let slip = d.events.iter().any(|e| {
                    matches!(e.change, Change::SeverityChanged { mode: Some(RaiseMode::Misclick), .. })
                });
                (slip, after(&raised, d))
            };
            let (slip, c) = back(&agent(), 25);
            assert!(slip);
            assert_eq!(running(&c), running(&before), "{mode}");
            let response = |c: &Case| {
                let of = c.clocks.iter().filter(|k| k.milestone == Milestone::Response);
                of.filter(|k| k.stopped.is_some_and(|s| s.1.counts())).map(|k| k.target_s).collect::<Vec<_>>()
            };
            assert_eq!(response(&c), response(&before), "{mode}");
            assert!(!back(&agent(), 26).0, "five minutes are over");
            assert!(!back(&Actor::System(System::Import), 25).0, "somebody else");
        }
    }
}
