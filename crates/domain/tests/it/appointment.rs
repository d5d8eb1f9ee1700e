//! Agreed contacts: what may follow what, what a kept one does to the promises, who is told; and whether there is
//! anything else.

use domain::access::{Action, Actor, may};
use domain::appointment::{
    Alarm, Appointment, AppointmentChange, AppointmentKind, AppointmentState, ContactWay, Plan, WantedBy,
};
use domain::sla::{Milestone, State};
use domain::ticket::decide::{self, Case, Decision, NewAppointment, Notice, Refusal, WithAppointment};
use domain::ticket::{Change, CloseReason, Else, Severity, Status};
use domain::time::Timestamp;

use crate::ticket::{after, agent, at, clock, customer, opened, say};

/// A Thursday, 10:00 in Shanghai, is minute 0; service is from 9 to 18.
fn plan(minutes: i64) -> Plan {
    Plan {
        kind: AppointmentKind::CallBack,
        from: at(minutes),
        until: Some(at(minutes + 60)),
        way: ContactWay::Phone,
        contact: "ann".into(),
        phone: "13800138000".to_owned(),
        staff: None,
        note: String::new(),
    }
}

fn agree(c: &Case, plan: Plan, who: &Actor, now: Timestamp) -> WithAppointment {
    let new = NewAppointment { id: "a".into(), no: 1, plan, wanted_by: WantedBy::Desk, open: 0 };
    decide::appoint(c, new, who, now)
}

fn agreed() -> (Case, Appointment) {
    let c = opened(Severity::Urgent);
    let (a, d) = agree(&c, plan(60), &customer(), at(1)).unwrap();
    (after(&c, d), a)
}

fn changes(d: &Decision) -> Vec<&AppointmentChange> {
    let of = |e: &'_ domain::ticket::Event| matches!(e.change, Change::Appointment(_));
    let all = d.events.iter().filter(|e| of(e));
    all.filter_map(|e| if let Change::Appointment(c) = &e.change { Some(c) } else { None }).collect()
}

/// Walks through verbs of staff and writes down where it stood after each, or what was refused.
fn walk(verbs: &str) -> String {
    let (mut c, mut a) = agreed();
    let mut said = Vec::new();
    for (i, verb) in verbs.split_whitespace().enumerate() {
        let now = at(10 + i64::try_from(i).unwrap());
        let who = agent();
        let done = match verb {
            "move" => decide::move_appointment(&c, &a, plan(120), &who, now),
            "keep" => decide::keep_appointment(&c, &a, ("x", None), &who, now),
            "keep?" => decide::keep_appointment(&c, &a, ("", None), &who, now),
            "off" => decide::call_off_appointment(&c, &a, "x", &who, now),
            "off?" => decide::call_off_appointment(&c, &a, "", &who, now),
            "miss" => decide::ring_appointment(&c, &a, (Alarm::Missed, None), &who, now),
            _ => panic!("{verb}"),
        };
        match done {
            Ok((then, d)) => {
                said.push(then.state.to_string());
                (a, c) = (then, after(&c, d));
            }
            Err(refusal) => said.push(format!("({refusal})")),
        }
    }
    said.join(" ")
}

#[test]
fn what_may_follow_what() {
    let check = |verbs: &str, expected: &str| assert_eq!(walk(verbs), expected, "{verbs}");
    check("keep? keep keep move off", "(empty_text) done done (appointment_over) (appointment_over)");
    check(
        "off? off off keep move",
        "(needs_reason) cancelled cancelled (appointment_over) (appointment_over)",
    );
    check("miss move miss keep", "missed agreed missed done");
    check("miss off", "missed cancelled");
    check("move move keep", "agreed agreed done");
}

#[test]
fn a_repetition_writes_nothing() {
    let (c, a) = agreed();
    let (kept, d) = decide::keep_appointment(&c, &a, ("ok", None), &agent(), at(60)).unwrap();
    let c = after(&c, d);
    assert!(decide::keep_appointment(&c, &kept, ("ok", None), &agent(), at(61)).unwrap().1.is_nothing());
    let (c, a) = agreed();
    assert!(decide::move_appointment(&c, &a, a.plan.clone(), &agent(), at(5)).unwrap().1.is_nothing());
}

#[test]
fn customers_ask_for_calls_within_service_hours_one_after_the_other() {
    let c = opened(Severity::Urgent);
    let ask = |p: Plan| agree(&c, p, &customer(), at(1)).map(|(a, _)| a.wanted_by);
    assert_eq!(ask(plan(60)), Ok(WantedBy::Customer));
    for wrong in [
        // 18:00, and half past ten.
        plan(8 * 60),
        plan(30),
        Plan { kind: AppointmentKind::FollowUp, ..plan(60) },
    ] {
        assert_eq!(ask(wrong), Err(Refusal::OutsideService));
    }
    // Staff know what they do.
    assert!(agree(&c, plan(8 * 60), &agent(), at(1)).is_ok());
    let second =
        NewAppointment { id: "b".into(), no: 2, plan: plan(120), wanted_by: WantedBy::Desk, open: 1 };
    assert_eq!(decide::appoint(&c, second.clone(), &customer(), at(1)).unwrap_err(), Refusal::TooMany);
    assert!(decide::appoint(&c, second, &agent(), at(1)).is_ok());
    assert!(may(&customer(), Action::Appoint, &c.ticket).is_ok());
    assert!(may(&customer(), Action::KeepAppointment, &c.ticket).is_err());
}

#[test]
fn a_kept_call_is_a_contact_and_a_letter_is_not() {
    let (c, a) = agreed();
    let (kept, d) = decide::keep_appointment(&c, &a, ("已告知", Some(at(62))), &agent(), at(65)).unwrap();
    assert_eq!((kept.state, kept.next_at), (AppointmentState::Done, None));
    assert!(d.events.iter().any(|e| e.change == Change::Contacted { at: at(62), note: "已告知".to_owned() }));
    let spoke = after(&c, d);
    assert_eq!(spoke.ticket.responded_at, Some(at(62)));
    assert_ne!(clock(&spoke, Milestone::Response).state, State::Running);
    let by_mail = Appointment { plan: Plan { way: ContactWay::Mail, ..a.plan.clone() }, ..a };
    let (_, d) = decide::keep_appointment(&c, &by_mail, ("x", None), &agent(), at(65)).unwrap();
    assert!(!d.events.iter().any(|e| matches!(e.change, Change::Contacted { .. })));
    assert_eq!(d.ticket.responded_at, None);
}

#[test]
fn after_the_end_staff_still_ask_how_it_went() {
    let c = opened(Severity::Urgent);
    let solution = decide::Solution { resolution: "done".to_owned(), ..decide::Solution::default() };
    let c = after(&c, decide::resolve(&c, solution, &agent(), at(5)).unwrap());
    let c = after(&c, decide::close(&c, CloseReason::Staff, &agent(), at(6)).unwrap());
    let later = Plan { kind: AppointmentKind::FollowUp, until: None, ..plan(24 * 60) };
    assert_eq!(agree(&c, plan(60), &customer(), at(7)).unwrap_err(), Refusal::Ended);
    let (a, d) = agree(&c, later, &agent(), at(7)).unwrap();
    let c = after(&c, d);
    let (_, d) = decide::keep_appointment(&c, &a, ("满意", None), &agent(), at(24 * 60)).unwrap();
    assert_eq!(d.ticket.status, Status::Closed);
    assert!(!d.events.iter().any(|e| matches!(e.change, Change::Contacted { .. })), "the clocks rest");
}

#[test]
fn whoever_has_it_hears_of_it_and_the_supervisors_where_nobody_does() {
    let staff = |d: &Decision| -> Vec<String> {
        let to = |n: &Notice| match n {
            Notice::Staff { to, .. } => Some(to.to_string()),
            Notice::Leads { .. } => Some("leads".to_owned()),
            _ => None,
        };
        d.notices.iter().filter_map(to).collect()
    };
    let c = opened(Severity::Urgent);
    let (a, d) = agree(&c, plan(60), &customer(), at(1)).unwrap();
    assert_eq!(staff(&d), ["leads"]);
    let bob = Plan { staff: Some("bob".into()), ..plan(60) };
    let (b, d) = agree(&c, bob, &customer(), at(1)).unwrap();
    assert_eq!(staff(&d), ["bob"]);
    let c = after(&c, d);
    let ring = |a: &Appointment, alarm, who: Option<&str>| {
        let clock = Actor::System(domain::access::System::Clock);
        let (after, d) =
            decide::ring_appointment(&c, a, (alarm, who.map(Into::into)), &clock, at(121)).unwrap();
        (after, staff(&d), d)
    };
    assert_eq!(ring(&b, Alarm::Reminder, Some("bob")).1, ["bob"]);
    assert_eq!(ring(&a, Alarm::Reminder, None).1, ["leads"]);
    let (missed, told, d) = ring(&b, Alarm::Missed, Some("bob"));
    assert_eq!(
        (missed.state, missed.next_at, told),
        (AppointmentState::Missed, None, vec!["leads".to_owned(), "bob".to_owned()])
    );
    // It is recorded at its instant, whenever it was noticed.
    assert_eq!(d.events[0].at, at(120));
    let to_eve = Plan { staff: Some("eve".into()), ..plan(180) };
    let (_, d) = decide::move_appointment(&c, &b, to_eve, &agent(), at(5)).unwrap();
    assert_eq!(staff(&d), ["eve", "bob"]);
    assert!(matches!(changes(&d)[..], [AppointmentChange::Moved { no: 1, .. }]));
}

#[test]
fn the_first_solution_asks_and_an_answer_is_given_once() {
    let solve = |c: &Case, minutes| {
        let solution = decide::Solution { resolution: "done".to_owned(), ..decide::Solution::default() };
        after(c, decide::resolve(c, solution, &agent(), at(minutes)).unwrap())
    };
    let open = opened(Severity::Urgent);
    let said = |c: &Case, number: Option<&str>| decide::say_else(c, number, &customer(), at(90));
    assert_eq!(said(&open, None).unwrap_err(), Refusal::NotAsked);
    let c = solve(&open, 5);
    assert!(decide::asks_else(&c.ticket) && decide::waits_for_else(&c.ticket));
    let no = after(&c, said(&c, None).unwrap());
    assert_eq!(no.ticket.anything_else, Some(Else::No));
    assert!(said(&no, None).unwrap().is_nothing());
    assert_eq!(said(&no, Some("AF-2026-00002")).unwrap_err(), Refusal::NotAsked);
    let d = said(&c, Some("AF-2026-00002")).unwrap();
    assert_eq!(
        (d.ticket.status, d.ticket.anything_else),
        (Status::Resolved, Some(Else::Yes)),
        "not opened again"
    );
    // Opened again and solved again: the question stands where it stood, and no letter asks again.
    let again = after(&c, decide::customer_message(&c, say("no"), &customer(), at(10)).unwrap());
    assert!(!decide::waits_for_else(&again.ticket));
    let c = solve(&again, 20);
    assert!(decide::waits_for_else(&c.ticket) && !decide::asks_else(&c.ticket));
    let answered = solve(&after(&no, decide::reopen(&no, None, "x", &agent(), at(30)).unwrap()), 40);
    assert_eq!(answered.ticket.anything_else, Some(Else::No));
    // A slip has asked nobody.
    let slip = after(&solve(&open, 5), decide::reopen(&solve(&open, 5), None, "", &agent(), at(6)).unwrap());
    assert_eq!(slip.ticket.anything_else, None);
}
