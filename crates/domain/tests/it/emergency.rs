//! Emergency mode: what may follow what, who is told, and what the affected may read.

use domain::access::{Action, Actor, Right, Role, Staff, may, may_in};
use domain::emergency::{Emergency, EmergencyChange, Holder, PlanState, State};
use domain::oncall::PageEnd;
use domain::sla::Milestone;
use domain::ticket::decide::{self, Case, InEmergency, MeasureInput, Notice, Refusal, Start};
use domain::ticket::{Change, Severity, Status};
use domain::time::Timestamp;

use crate::ticket::{agent, at, case, customer, opened, say};

fn lead() -> Actor {
    let rights = Role::Supervisor.default_rights();
    Actor::Staff(Staff { id: "boss".into(), name: "boss".into(), rights, groups: [].into() })
}

fn start(c: &Case, before: Option<&Emergency>, now: Timestamp) -> InEmergency {
    let (title, impact) = ("填报中断".to_owned(), "地铁标段无法填报".to_owned());
    let (commander, organisations) = ("ann".into(), ["south".into()].into());
    let start =
        Start {
            id: "e".into(), title, impact, commander, organisations, reason: "数据写入失败".to_owned()
        };
    decide::start_emergency(c, before, start, &lead(), now)
}

/// A running emergency with its case, one minute after the ticket came.
fn running() -> (Case, Emergency) {
    let c = opened(Severity::Urgent);
    let (e, d) = start(&c, None, at(1)).unwrap();
    (case(d, &c.rules), e)
}

fn changes(d: &decide::Decision) -> Vec<&EmergencyChange> {
    let of = |e: &'_ domain::ticket::Event| matches!(e.change, Change::Emergency(_));
    d.events
        .iter()
        .filter(|e| of(e))
        .filter_map(|e| if let Change::Emergency(c) = &e.change { Some(c) } else { None })
        .collect()
}

/// Walks through verbs and writes down where it stood after each, or what was refused.
fn walk(verbs: &str) -> String {
    let (mut c, mut e) = running();
    let mut said = Vec::new();
    for (i, verb) in verbs.split_whitespace().enumerate() {
        let now = at(60 * (i64::try_from(i).unwrap() + 1));
        let who = lead();
        let done = match verb {
            "start" => start(&c, Some(&e), now),
            "off" => decide::call_off_emergency(&c, &e, "x", &who, now),
            "off!" => decide::call_off_emergency(&c, &e, "", &who, now),
            "end" => decide::end_emergency(&c, &e, "x", &who, now),
            "resume" => decide::resume_emergency(&c, &e, "x", &who, now),
            "review" => decide::review_emergency(&c, &e, ("x", ""), &who, now),
            "finish" => decide::finish_emergency(&c, &e, &who, now),
            "post" => decide::post_in_emergency(&c, &e, ("x", true), None, &who, now),
            "measure" => {
                let due_on = "2026-10-08".parse().unwrap();
                let (what, owner, effect) = ("x".to_owned(), "ann".into(), String::new());
                let input = MeasureInput { no: None, what, owner, due_on, done: false, effect };
                decide::measure_emergency(&c, &e, input, &who, now)
            }
            _ => panic!("{verb}"),
        };
        match done {
            Ok((after, d)) => {
                said.push(after.state.to_string());
                (e, c) = (after, case(d, &c.rules));
            }
            Err(refusal) => said.push(format!("({refusal})")),
        }
    }
    said.join(" ")
}

#[test]
fn what_may_follow_what() {
    let check = |verbs: &str, expected: &str| assert_eq!(walk(verbs), expected, "{verbs}");
    check("end finish review finish", "ended (needs_review) ended finished");
    check("review finish", "(emergency_running) (emergency_running)");
    check("end resume end", "ended running ended");
    check("end start off", "ended (emergency_over) (emergency_over)");
    check("off! off post measure", "(needs_reason) called_off (no_emergency) (no_emergency)");
    check("off start", "called_off running");
    check("end post", "ended ended");
    check(
        "end review finish post resume review",
        "ended ended finished (emergency_finished) (emergency_finished) (emergency_finished)",
    );
    check(
        "end review finish measure finish start",
        "ended ended finished finished finished (emergency_over)",
    );
    check("start end end", "running ended ended");
}

#[test]
fn it_begins_with_the_ticket_s_customer_among_the_affected_and_tells_whoever_leads() {
    let mut c = opened(Severity::Urgent);
    c.ticket.organisation = Some("north".into());
    let (e, d) = start(&c, None, at(1)).unwrap();
    let affected: Vec<&str> = e.organisations.iter().map(domain::id::OrgId::as_str).collect();
    assert_eq!(affected, ["north", "south"]);
    let event = d.events[0].no;
    assert!(d.notices.contains(&Notice::Managers { event }));
    assert!(d.notices.contains(&Notice::Staff { to: "ann".into(), event }));
    // The ticket's own customer stays among them.
    let (e, _) = decide::describe_emergency(&c, &e, ("t", ""), [].into(), &lead(), at(2)).unwrap();
    assert_eq!(e.organisations, ["north".into()].into());
    let slip = decide::call_off_emergency(&c, &e, "", &lead(), at(5)).unwrap();
    assert!(matches!(changes(&slip.1)[..], [EmergencyChange::CalledOff { slip: true, .. }]));
    assert_eq!(decide::call_off_emergency(&c, &e, "", &lead(), at(7)).unwrap_err(), Refusal::NeedsReason);
}

#[test]
fn a_repetition_changes_nothing_and_holders_hear_of_what_is_written() {
    let (c, e) = running();
    let roles = vec![Holder { role: " 现场 ".to_owned(), person: "bob".into() }];
    let (e, d) = decide::staff_emergency(&c, &e, "ann".into(), roles.clone(), &lead(), at(2)).unwrap();
    assert_eq!(e.roles[0].role, "现场");
    let c = case(d, &c.rules);
    let (same, d) = decide::staff_emergency(&c, &e, "ann".into(), roles, &lead(), at(3)).unwrap();
    assert!(d.is_nothing());
    assert_eq!(same.version, e.version);
    let unnamed = vec![Holder { role: " ".to_owned(), person: "bob".into() }];
    let refused = decide::staff_emergency(&c, &e, "ann".into(), unnamed, &lead(), at(3)).unwrap_err();
    assert_eq!(refused, Refusal::EmptyText);
    let (_, d) = decide::post_in_emergency(&c, &e, ("内部", false), Some(at(9)), &lead(), at(4)).unwrap();
    let to = |id: &str| Notice::Staff { to: id.into(), event: d.events[0].no };
    assert!(d.notices.contains(&to("ann")) && d.notices.contains(&to("bob")), "{:?}", d.notices);
    assert!(!changes(&d)[0].is_public());
}

#[test]
fn an_interim_plan_is_promised_for_an_instant_to_come() {
    let (c, e) = running();
    let plan = |e: &Emergency, state, promised, now| {
        decide::plan_interim(&c, e, ("离线填报", state), promised, &lead(), now)
    };
    assert_eq!(plan(&e, PlanState::Planned, None, at(2)).unwrap_err(), Refusal::NeedsTime);
    assert_eq!(plan(&e, PlanState::Planned, Some(at(1)), at(2)).unwrap_err(), Refusal::NotInFuture);
    let (e, _) = plan(&e, PlanState::Planned, Some(at(30)), at(2)).unwrap();
    let planned = e.plan.clone().unwrap();
    assert_eq!((planned.is_late(at(30)), planned.is_late(at(31))), (false, true));
    // Late, its words may still be mended; a new promise lies in the future.
    decide::plan_interim(&c, &e, ("离线填报 v2", PlanState::Planned), Some(at(30)), &lead(), at(40)).unwrap();
    let (e, _) = plan(&e, PlanState::InForce, Some(at(30)), at(40)).unwrap();
    assert_eq!(
        e.plan.as_ref().map(|p| (p.state, p.since, p.is_late(at(99)))),
        Some((PlanState::InForce, at(40), false))
    );
    let (e, d) = decide::end_emergency(&c, &e, "已恢复", &lead(), at(60)).unwrap();
    assert_eq!(e.plan.map(|p| p.state), Some(PlanState::Ended));
    assert!(changes(&d)[0].is_public());
}

#[test]
fn what_is_said_to_the_affected_answers_the_requester_and_is_no_progress_report() {
    let (c, e) = running();
    let met = |d: &decide::Decision| {
        let of = |m| d.clocks.iter().any(|c| c.milestone == m && !c.is_running());
        (of(Milestone::Response), of(Milestone::Update))
    };
    let post = |public, now| decide::post_in_emergency(&c, &e, ("备机切换中", public), None, &lead(), now);
    let (_, d) = post(false, at(5)).unwrap();
    assert_eq!((met(&d), d.ticket.responded_at, d.ticket.status), ((false, false), None, Status::New));
    let (e, d) = post(true, at(6)).unwrap();
    assert_eq!((met(&d), d.ticket.responded_at, d.ticket.status), ((true, false), Some(at(6)), Status::Open));
    assert!(d.events.iter().any(|e| PageEnd::of(&e.change, &e.by) == Some(PageEnd::Responded)));
    // A question of the customer is answered by the next words for everybody, here those of the end.
    let c = case(d, &c.rules);
    let asked = decide::customer_message(&c, say("何时恢复？"), &customer(), at(8)).unwrap();
    let c = case(asked, &c.rules);
    let unanswered = |d: &decide::Decision| {
        (
            d.ticket.unanswered_since,
            d.clocks.iter().any(|c| c.milestone == Milestone::Reply && c.is_running()),
        )
    };
    let (e, d) =
        decide::plan_interim(&c, &e, ("离线填报", PlanState::InForce), None, &lead(), at(9)).unwrap();
    assert!(unanswered(&d).0.is_some(), "the state of a plan is no message");
    let c = case(d, &c.rules);
    let (_, d) = decide::end_emergency(&c, &e, "已恢复", &lead(), at(10)).unwrap();
    assert_eq!(unanswered(&d), (None, false));
}

#[test]
fn a_measure_is_done_once_and_its_owner_hears_of_it() {
    let (c, e) = running();
    let input = |no, done| MeasureInput {
        no,
        what: "双机热备".to_owned(),
        owner: "carl".into(),
        due_on: "2026-10-08".parse().unwrap(),
        done,
        effect: String::new(),
    };
    let (e, d) = decide::measure_emergency(&c, &e, input(None, false), &lead(), at(2)).unwrap();
    assert!(d.notices.contains(&Notice::Staff { to: "carl".into(), event: d.events[0].no }));
    assert!(
        e.measures[0].is_late("2026-10-09".parse().unwrap())
            && !e.measures[0].is_late("2026-10-08".parse().unwrap())
    );
    let (e, _) = decide::measure_emergency(&c, &e, input(Some(1), true), &lead(), at(3)).unwrap();
    let (again, d) = decide::measure_emergency(&c, &e, input(Some(1), true), &lead(), at(9)).unwrap();
    assert!(d.is_nothing());
    assert_eq!((again.open_measures(), again.measures[0].done_at), (0, Some(at(3))));
    let missing = decide::measure_emergency(&c, &e, input(Some(7), true), &lead(), at(3)).unwrap_err();
    assert_eq!(missing, Refusal::NoMeasure);
}

#[test]
fn rights_belong_to_the_right_the_commander_and_the_roles() {
    let (c, mut e) = running();
    let t = &c.ticket;
    assert!(may(&agent(), Action::Emergency, t).is_err() && may(&lead(), Action::Emergency, t).is_ok());
    assert!(may_in(&customer(), Action::EmergencyEntry, t, &e).is_err());
    assert!(may_in(&agent(), Action::EmergencyEntry, t, &e).is_err(), "nobody asked for help");
    e.roles.push(Holder { role: "沟通".to_owned(), person: "agent".into() });
    assert!(may_in(&agent(), Action::EmergencyEntry, t, &e).is_ok());
    assert!(may_in(&agent(), Action::Emergency, t, &e).is_err());
    e.commander = "agent".into();
    assert!(may_in(&agent(), Action::Emergency, t, &e).is_ok());
    let reader = Actor::Staff(Staff {
        id: "agent".into(),
        name: String::new(),
        rights: [Right::TicketView].into(),
        groups: [].into(),
    });
    assert!(may_in(&reader, Action::Emergency, t, &e).is_err(), "a token for reading writes nothing");
    assert_eq!(e.state, State::Running);
}

#[test]
fn events_are_kept_as_documents_with_one_kind() {
    let change = Change::Emergency(EmergencyChange::Posted {
        text: "x".to_owned(),
        public: true,
        next_report_at: None,
    });
    let text = serde_json::to_string(&change).unwrap();
    assert!(text.starts_with(r#"{"type":"emergency","what":"posted","#), "{text}");
    assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
    let finished = serde_json::to_string(&Change::Emergency(EmergencyChange::Finished {})).unwrap();
    assert_eq!(
        serde_json::from_str::<Change>(&finished).unwrap(),
        Change::Emergency(EmergencyChange::Finished {})
    );
}
