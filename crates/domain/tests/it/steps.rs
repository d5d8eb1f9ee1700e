//! The steps of a promise: each comes once, in order, at the instant that history and calendar give, to whom it names.

use std::sync::Arc;

use domain::access::{Actor, System};
use domain::calendar::CalendarDoc;
use domain::id::StaffId;
use domain::routing::RouteKind;
use domain::sla::{Firing, Milestone, PolicyDoc, Step, StepAction, StepAt};
use domain::ticket::decide::{self, Case, Decision, Helpers, Notice};
use domain::ticket::progress::Way;
use domain::ticket::{Change, Severity, Status};
use domain::time::{Timestamp, plus_seconds};

use crate::progress::report;
use crate::ticket::{after, agent, at, opened, say};

pub(crate) const CLOCK: Actor = Actor::System(System::Clock);

pub(crate) fn with(severity: Severity, steps: Vec<Step>) -> Case {
    let mut case = opened(severity);
    for policy in Arc::get_mut(&mut case.rules).unwrap().policies.values_mut() {
        policy.steps = steps.clone();
    }
    // Opened under other steps: what is cached is read again.
    let read = decide::recount(&case, &CLOCK, at(0)).unwrap();
    after(&case, read)
}

pub(crate) fn resolution(at: StepAt, action: StepAction) -> Step {
    Step::new(Milestone::Resolution, at, action)
}

pub(crate) fn tick(case: &Case, helpers: &Helpers, now: Timestamp) -> Decision {
    decide::tick(case, helpers, &CLOCK, now).unwrap()
}

fn fired(d: &Decision) -> Vec<(&str, Timestamp)> {
    d.firings.iter().map(|f: &Firing| (f.step.as_str(), f.at)).collect()
}

#[test]
fn steps_fire_in_order_of_instant_level_and_list() {
    use StepAction::{NotifyLead, NotifyManager, NotifyOwner};
    let named = |id: &str, step: Step| Step { id: id.to_owned(), ..step };
    let case = with(
        Severity::Urgent,
        vec![
            named("late", resolution(StepAt::Offset(600), NotifyManager)),
            named("due-2", Step { level: 2, ..resolution(StepAt::Percent(100), NotifyManager) }),
            named("due-1b", resolution(StepAt::Offset(0), NotifyLead)),
            named("due-1a", resolution(StepAt::Percent(100), NotifyOwner)),
            named("before", resolution(StepAt::Offset(-1800), NotifyOwner)),
        ],
    );
    let d = tick(&case, &Helpers::default(), at(600));
    let order = [
        ("before", at(210)),
        ("due-1b", at(240)),
        ("due-1a", at(240)),
        ("due-2", at(240)),
        ("late", at(250)),
    ];
    assert_eq!(fired(&d), order);
    assert!(d.firings.iter().all(|f| f.basis_due_at == at(240)));
    // The breach stands behind the steps of its instant, and nothing comes twice.
    let told: Vec<&str> = d
        .events
        .iter()
        .filter_map(|e| match &e.change {
            Change::StepFired { step, .. } => Some(step.as_str()),
            Change::Breached { milestone: Milestone::Resolution, .. } => Some("breach"),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["before", "due-1b", "due-1a", "due-2", "breach", "late"]);
    assert!(tick(&after(&case, d), &Helpers::default(), at(600)).is_nothing());
}

#[test]
fn an_offset_counts_in_the_clocks_calendar_and_waits_with_its_pauses() {
    // Reported on a Thursday at 10:00, answered within an hour of service: 30 minutes before and after the due.
    let response = |offset| Step::new(Milestone::Response, StepAt::Offset(offset), StepAction::NotifyOwner);
    let mut case = with(Severity::General, vec![response(-1800), response(8 * 3600)]);
    let next = |case: &Case| case.clocks.iter().filter_map(|c| c.next_at).min();
    assert_eq!(next(&case), Some(at(30)));
    let d = tick(&case, &Helpers::default(), at(30));
    case = after(&case, d);
    // 11:00 plus eight hours of service is Friday at 10:00.
    let d = tick(&case, &Helpers::default(), at(24 * 60));
    assert_eq!(d.firings.iter().map(|f| f.at).collect::<Vec<_>>(), [at(24 * 60)]);

    // A pause moves what comes after it, and nothing is early.
    let case = with(Severity::Urgent, vec![resolution(StepAt::Offset(-1800), StepAction::NotifyOwner)]);
    let held = decide::hold(&case, Status::WaitingCustomer, "n", Some(say("w")), &agent(), at(60)).unwrap();
    let case = after(&case, held);
    assert!(fired(&tick(&case, &Helpers::default(), at(600))).is_empty());
    let resumed = decide::resume(&case, &agent(), at(600)).unwrap();
    let case = after(&case, resumed);
    assert!(fired(&tick(&case, &Helpers::default(), plus_seconds(at(750), -1))).is_empty());
    let d = tick(&case, &Helpers::default(), at(750));
    assert_eq!(d.firings.iter().map(|f| (f.at, f.basis_due_at)).collect::<Vec<_>>(), [(at(750), at(780))]);
}

#[test]
fn a_calendar_edit_moves_what_has_not_fired_and_repeats_nothing() {
    let response = |p| Step::new(Milestone::Response, StepAt::Percent(p), StepAction::NotifyOwner);
    let mut case = with(Severity::General, vec![response(50), response(100)]);
    let d = tick(&case, &Helpers::default(), at(30));
    assert_eq!(d.firings.len(), 1);
    case = after(&case, d);
    // The afternoon of that Thursday becomes free: 10:00 to 10:45 is open, the rest comes on Friday.
    let rules = Arc::get_mut(&mut case.rules).unwrap();
    let service = rules.calendars.get_mut(&"service".into()).unwrap();
    let doc: CalendarDoc = serde_json::from_value(serde_json::json!({
        "time_zone": "Asia/Shanghai",
        "week": [[["09:00", "18:00"]], [["09:00", "18:00"]], [["09:00", "18:00"]], [["09:00", "10:45"]], [["09:00", "18:00"]], [], []],
    }))
    .unwrap();
    service.calendar = doc.compile().unwrap();
    let read = decide::recount(&case, &CLOCK, at(40)).unwrap();
    case = after(&case, read);
    let friday = at(23 * 60 + 15);
    assert!(tick(&case, &Helpers::default(), plus_seconds(friday, -1)).is_nothing());
    let d = tick(&case, &Helpers::default(), friday);
    assert_eq!(d.firings.iter().map(|f| (f.at, f.basis_due_at)).collect::<Vec<_>>(), [(friday, friday)]);
}

#[test]
fn missed_reports_in_a_row_come_with_their_slot_and_a_report_begins_anew() {
    let missed = Step::new(Milestone::Update, StepAt::Missed(2), StepAction::NotifyManager);
    let case = with(Severity::Urgent, vec![missed]);
    // At its due a slot is not missed yet.
    assert!(tick(&case, &Helpers::default(), at(60)).firings.is_empty());
    let d = tick(&case, &Helpers::default(), plus_seconds(at(60), 1));
    assert_eq!(d.firings.iter().map(|f| (f.cycle, f.at)).collect::<Vec<_>>(), [(2, at(60))]);
    let case = after(&case, d);
    // The third is no second one.
    let d = tick(&case, &Helpers::default(), at(100));
    assert!(d.firings.is_empty());
    let case = after(&case, d);
    let reported = decide::report(&case, report(at(100)), Way::Portal, &agent(), at(100)).unwrap();
    let case = after(&case, reported);
    let d = tick(&case, &Helpers::default(), at(170));
    assert_eq!(d.firings.iter().map(|f| f.at).collect::<Vec<_>>(), [at(160)]);
}

#[test]
fn a_step_gives_the_ticket_to_whom_it_names_or_tells_the_supervisors() {
    let person = Step { person: Some("lin".into()), ..resolution(StepAt::Percent(50), StepAction::ToPerson) };
    let group = Step { group: Some("deep".into()), ..resolution(StepAt::Percent(100), StepAction::ToGroup) };
    let case = with(Severity::Urgent, vec![person, group]);
    let able =
        Helpers { people: ["lin".into()].into(), groups: ["deep".into()].into(), ..Helpers::default() };

    let d = tick(&case, &able, at(120));
    assert_eq!(d.ticket.assignee, Some(StaffId::from("lin")));
    let route = |d: &Decision| {
        d.events.iter().find_map(|e| match &e.change {
            Change::Assigned { route, .. } => Some(route.kind),
            _ => None,
        })
    };
    assert_eq!(route(&d), Some(RouteKind::Step));
    let d = tick(&after(&case, d), &able, at(240));
    assert_eq!((d.ticket.group, d.ticket.assignee), (Some("deep".into()), None));

    // Nobody there who could: recorded as fired, and the supervisors know.
    let d = tick(&case, &Helpers::default(), at(120));
    let event = d.firings[0].event;
    assert_eq!(d.ticket.assignee, None);
    assert!(d.notices.contains(&Notice::Managers { event }));
}

#[test]
fn after_more_than_a_day_the_steps_fire_but_are_told_in_one_digest() {
    let steps = [50, 75, 150].map(|p| resolution(StepAt::Percent(p), StepAction::NotifyManager));
    let case = with(Severity::Urgent, steps.into());
    // 50 % was at 120 minutes: exactly a day late is not too late, a second more is.
    let day = at(120 + 24 * 60);
    let d = tick(&case, &Helpers::default(), day);
    let notices = |list: &[Notice]| list.iter().filter(|n| matches!(n, Notice::Managers { .. })).count();
    assert_eq!((d.firings.len(), notices(&d.notices), notices(&d.digest)), (3, 3, 0));
    let d = tick(&case, &Helpers::default(), plus_seconds(day, 1));
    assert_eq!((d.firings.len(), notices(&d.notices), notices(&d.digest)), (3, 2, 1));
    let late = d.events.iter().find_map(|e| match e.change {
        Change::StepFired { late_s, .. } => Some(late_s),
        _ => None,
    });
    assert_eq!(late, Some(86_401));
}

#[test]
fn a_bad_step_is_refused_with_its_row() {
    let doc = |step: &str| -> PolicyDoc {
        serde_json::from_str(&format!(
            r#"{{"targets":[{{"class":"urgent","milestone":"response","seconds":1800,"calendar":"x24"}}],
                "steps":[{{"milestone":"response","percent":75,"action":"notify_owner","id":"a"}},{step}]}}"#
        ))
        .unwrap()
    };
    let wrong = |step: &str| {
        let doc = doc(step);
        let hands = |doc: &PolicyDoc| doc.check_hands(|p| p.as_str() == "lin", |g| g.as_str() == "deep");
        let found = doc.check(|_| true).and_then(|()| hands(&doc));
        found.err().map(|e| e.named())
    };
    let step = |rest: &str| format!(r#"{{"milestone":"response","action":"notify_owner"{rest}}}"#);
    let hand = |rest: &str| format!(r#"{{"milestone":"response","percent":50,{rest}}}"#);
    for (rest, field, issue) in [
        ("", "steps.1", "no_time"),
        (r#","percent":75,"offset_s":5"#, "steps.1", "no_time"),
        (r#","percent":301"#, "steps.1.percent", "bad_percent"),
        (r#","offset_s":315360001"#, "steps.1.offset_s", "bad_span"),
        (r#","offset_s":-1800"#, "steps.1.offset_s", "beyond_start"),
        (r#","missed":2"#, "steps.1.missed", "bad_missed"),
        (r#","percent":75,"level":10"#, "steps.1.level", "bad_level"),
        (r#","percent":75,"id":"a""#, "steps.1.id", "twice"),
        (r#","percent":75,"person":"lin""#, "steps.1.person", "not_needed"),
    ] {
        assert_eq!(wrong(&step(rest)), Some((field.to_owned(), issue)), "{rest}");
    }
    for (rest, field, issue) in [
        (r#""action":"to_person""#, "steps.1.person", "required"),
        (r#""action":"to_person","person":"gone""#, "steps.1.person", "unknown"),
        (r#""action":"to_group","group":"gone""#, "steps.1.group", "unknown"),
    ] {
        assert_eq!(wrong(&hand(rest)), Some((field.to_owned(), issue)), "{rest}");
    }
    assert_eq!(wrong(&hand(r#""action":"to_person","person":"lin""#)), None);
    assert_eq!(wrong(&hand(r#""action":"to_group","group":"deep","level":9"#)), None);
    assert_eq!(wrong(&step(r#","offset_s":-1799"#)), None);
}

#[test]
fn where_nobody_has_the_ticket_whoever_leads_is_told() {
    let step = resolution(StepAt::Percent(50), StepAction::NotifyOwner);
    let mut case = with(Severity::Urgent, vec![step]);
    let told = |case: &Case| {
        let d = tick(case, &Helpers::default(), at(130));
        let action = d.events.iter().find_map(|e| match &e.change {
            Change::StepFired { action, .. } => Some(*action),
            _ => None,
        });
        let leads = d.notices.iter().any(|n| matches!(n, Notice::Leads { .. }));
        (action, leads)
    };
    case.ticket.assignee = None;
    assert_eq!(told(&case), (Some(StepAction::NotifyLead), true));
    case.ticket.assignee = Some("s1".into());
    assert_eq!(told(&case), (Some(StepAction::NotifyOwner), false));
}

#[test]
fn a_history_that_comes_to_rest_has_its_past_behind_it() {
    let steps = vec![
        resolution(StepAt::Percent(50), StepAction::NotifyManager),
        resolution(StepAt::Offset(0), StepAction::PageOnCall),
        resolution(StepAt::Offset(6_000), StepAction::NotifyManager),
    ];
    let case = with(Severity::Urgent, steps);
    let import = Actor::System(System::Import);
    let rest = decide::come_to_rest(&case, &import, at(300)).unwrap();
    assert!(
        rest.notices.is_empty()
            && rest.digest.is_empty()
            && rest.paged.is_empty()
            && rest.messages.is_empty()
    );
    assert_eq!(rest.firings.len(), 2);
    let due = rest.events.iter().find_map(|e| match &e.change {
        Change::Breached { milestone: Milestone::Resolution, due_at, .. } => Some(*due_at),
        _ => None,
    });
    assert_eq!(due, Some(at(240)));
    let rested = after(&case, rest);
    assert!(!rested.clocks.iter().any(|c| c.milestone == Milestone::Update && c.is_running()));
    assert!(tick(&rested, &Helpers::default(), at(301)).is_nothing(), "nothing is made up for");
    assert_eq!(fired(&tick(&rested, &Helpers::default(), at(400))).len(), 1, "what lies ahead is done");
}
