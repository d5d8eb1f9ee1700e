//! Paging until somebody answers (E2): who is next, nobody twice, what ends it.

use std::collections::BTreeSet;

use domain::access::{ActorRef, System};
use domain::emergency::EmergencyChange;
use domain::id::StaffId;
use domain::oncall::{
    Because, Called, LayerDays, Leave, Means, PageEnd, PagedSoFar, Seat, next_round, rounds_of,
    rounds_without_rota,
};
use domain::routing::{RouteKind, RouteReason};
use domain::sla::{StepAction, StepAt};
use domain::ticket::decide::{self, Assignment, Decision, Helpers, Notice};
use domain::ticket::{Change, CloseReason, Handling, Severity};
use domain::time::plus_seconds;
use proptest::prelude::*;

use crate::oncall::{World, at as wall, doc, layer};
use crate::steps::{CLOCK, resolution, tick, with};
use crate::ticket::{after, agent, at, say};

fn people(names: &[&str]) -> Vec<StaffId> {
    names.iter().map(|n| StaffId::from(*n)).collect()
}

fn order_at(w: &World, text: &str) -> Vec<(String, Because)> {
    w.roster().page_order(wall(text)).into_iter().map(|(p, why)| (p.0, why)).collect()
}

fn turn(layer: &str) -> Because {
    Because::Turn { layer: layer.to_owned() }
}

fn behind(layer: &str) -> Because {
    Because::Behind { layer: layer.to_owned() }
}

#[test]
fn the_order_is_primary_backup_the_others_from_the_turn_on_and_the_fallback() {
    let mut second = layer("second", LayerDays::All, &["d", "i"]);
    second.seat = Seat::Backup;
    let mut d = doc(vec![layer("week", LayerDays::All, &["a", "b", "c"]), second]);
    d.fallback = Some("f".into());
    let mut w = World::new(&d);
    let expected = |names: [(&str, Because); 6]| names.map(|(p, why)| (p.to_owned(), why)).to_vec();
    // The second week: it is b's turn, and i's behind.
    let all = [
        ("b", turn("week")),
        ("i", turn("second")),
        ("c", behind("week")),
        ("a", behind("week")),
        ("d", behind("second")),
        ("f", Because::Fallback),
    ];
    assert_eq!(order_at(&w, "09-15T10:00"), expected(all.clone()));
    // Who is away is not paged; who has left neither.
    let leave = |p: &str| Leave { person: p.into(), from: wall("09-15T00:00"), until: wall("09-16T00:00") };
    w.leaves = vec![leave("c"), leave("f")];
    w.able.remove(&StaffId::from("d"));
    let names: Vec<String> = order_at(&w, "09-15T10:00").into_iter().map(|(p, _)| p).collect();
    assert_eq!(names, ["b", "i", "a"]);
    let names: Vec<String> = order_at(&w, "09-16T00:00").into_iter().map(|(p, _)| p).collect();
    assert_eq!(names, ["b", "i", "c", "a", "f"], "leave ends before its end");
    assert!(order_at(&w, "09-07T08:00").iter().all(|(p, _)| p == "f"), "before the start only the fallback");
}

#[test]
fn behind_the_rota_come_its_owner_and_the_supervisors_and_a_hole_is_an_alarm() {
    let names = |rounds: &[Vec<Called>]| -> Vec<Vec<String>> {
        rounds.iter().map(|r| r.iter().map(|c| c.person.0.clone()).collect()).collect()
    };
    let (near, all) = (people(&["lead"]), people(&["lead", "head"]));
    let order = vec![("a".into(), turn("week")), ("b".into(), behind("week"))];
    let rounds = rounds_of("house", order, Some("o".into()), [&near, &all]);
    assert_eq!(names(&rounds), [vec!["a"], vec!["b"], vec!["o"], vec!["lead"], vec!["lead", "head"]]);
    assert!(rounds.iter().flatten().all(|c| !c.alarm && c.rota == "house"));
    let hole = rounds_of("house", Vec::new(), Some("o".into()), [&near, &all]);
    assert!(hole[0][0].alarm && hole[0][0].because == Because::Nobody);
    let bare = rounds_without_rota([&near, &all]);
    assert_eq!(names(&bare), [vec!["lead"], vec!["lead", "head"]]);
    assert!(bare.iter().flatten().all(|c| c.rota.is_empty() && c.because == Because::NoRota));
}

proptest! {
    #[test]
    fn everybody_is_paged_once(rounds in prop::collection::vec(prop::collection::vec(0u8..12, 0..4), 0..10)) {
        let name = |n: &u8| StaffId(n.to_string());
        let called = |n: &u8| Called {
            rota: String::new(), person: name(n), because: Because::NoRota, alarm: false,
        };
        let everybody: BTreeSet<StaffId> = rounds.iter().flatten().map(name).collect();
        let mut distinct = rounds.clone();
        for r in &mut distinct { r.sort_unstable(); r.dedup(); }
        let rounds: Vec<Vec<Called>> = distinct.iter().map(|r| r.iter().map(called).collect()).collect();
        let mut paged = BTreeSet::new();
        loop {
            let next = next_round(&rounds, &paged);
            if next.is_empty() { break; }
            for c in next {
                prop_assert!(paged.insert(c.person), "twice");
            }
        }
        prop_assert_eq!(paged, everybody);
    }
}

pub(crate) fn helpers() -> Helpers {
    let order = vec![("a".into(), turn("week")), ("b".into(), behind("week"))];
    let on_call = rounds_of("house", order, Some("b".into()), [&people(&["lead", "head"]), &[]]);
    Helpers { on_call, means: [("a".into(), vec![Means::Mail])].into(), ..Helpers::default() }
}

pub(crate) fn paged(d: &Decision) -> Vec<&str> {
    d.paged.iter().flat_map(|r| &r.pages).map(|p| p.person.as_str()).collect()
}

fn page_steps() -> Vec<domain::sla::Step> {
    vec![resolution(StepAt::Percent(50), StepAction::PageOnCall)]
}

#[test]
fn a_step_pages_one_after_the_other_until_nobody_is_left() {
    let mut case = with(Severity::Urgent, page_steps());
    let d = tick(&case, &helpers(), at(120));
    let step = d.firings[0].event;
    assert_eq!(paged(&d), ["a"]);
    assert_eq!(d.paged[0].next_at, Some(at(125)), "five minutes by the wall");
    assert_eq!(d.paged[0].pages[0].means, [Means::InApp, Means::Mail]);
    let event = d.paged[0].pages[0].event;
    assert!(d.notices.contains(&Notice::Staff { to: "a".into(), event }));
    assert!(!d.notices.iter().any(|n| matches!(n, Notice::Managers { .. })));

    let mut all: Vec<StaffId> = people(&["a"]);
    for (minute, silent, next) in [
        (125, vec!["a"], vec!["b"]),
        (130, vec!["b"], vec!["lead", "head"]),
        (135, vec!["lead", "head"], vec![]),
    ] {
        case = after(&case, decide::recount(&case, &CLOCK, at(minute)).unwrap());
        let so_far = PagedSoFar { step, all: all.iter().cloned().collect(), silent: people(&silent) };
        let d = decide::page_next(&case, &so_far, &helpers(), &CLOCK, at(minute)).unwrap();
        assert_eq!(paged(&d), next, "at {minute}");
        assert_eq!(d.paged.len(), 1);
        assert_eq!(d.paged[0].next_at, (!next.is_empty()).then(|| at(minute + 5)));
        let told =
            Change::PageUnanswered { step, people: people(&silent), minutes: 5, last: next.is_empty() };
        assert_eq!(d.events[0].change, told);
        all.extend(people(&next));
    }
}

#[test]
fn a_page_that_reaches_nobody_or_a_hole_reaches_the_supervisors_as_a_notice() {
    let case = with(Severity::Urgent, page_steps());
    let d = tick(&case, &Helpers::default(), at(120));
    assert!(d.notices.contains(&Notice::Managers { event: d.firings[0].event }) && d.paged.is_empty());
    let hole = rounds_of("house", Vec::new(), Some("o".into()), [&people(&["lead"]), &[]]);
    let d = tick(&case, &Helpers { on_call: hole, ..Helpers::default() }, at(120));
    assert_eq!(paged(&d), ["o"]);
    assert!(d.notices.contains(&Notice::Managers { event: d.paged[0].pages[0].event }));
}

#[test]
fn nobody_is_paged_for_what_is_more_than_a_day_late() {
    let case = with(Severity::Urgent, page_steps());
    let day = at(120 + 24 * 60);
    assert_eq!(paged(&tick(&case, &helpers(), day)), ["a"]);
    let d = tick(&case, &helpers(), plus_seconds(day, 1));
    let event = d.firings[0].event;
    assert!(d.paged.is_empty() && d.digest.contains(&Notice::Staff { to: "a".into(), event }));
}

#[test]
fn only_what_a_person_does_ends_pages() {
    let me = ActorRef::Staff("me".into());
    let clock = ActorRef::System(System::Clock);
    let given = |to: &str| Change::Assigned {
        from: Handling::default(),
        to: Handling { group: None, assignee: Some(to.into()) },
        route: RouteReason { kind: RouteKind::Person, text: String::new() },
    };
    let emergency = Change::Emergency(EmergencyChange::Started {
        title: "t".into(),
        commander: "me".into(),
        organisations: BTreeSet::new(),
        reason: "r".into(),
    });
    let cases = [
        (emergency.clone(), &me, Some(PageEnd::Taken)),
        (emergency, &clock, None),
        (Change::PageAcknowledged { means: Means::Mail }, &me, Some(PageEnd::Acknowledged)),
        (Change::Replied { message: 1, progress: false, waited_since: None }, &me, Some(PageEnd::Responded)),
        (Change::Contacted { at: at(0), note: String::new() }, &me, Some(PageEnd::Responded)),
        (Change::Attended { at: at(0), on_site: false }, &me, Some(PageEnd::Responded)),
        (given("me"), &me, Some(PageEnd::Taken)),
        (given("other"), &me, None),
        (given("other"), &clock, None),
        (Change::Closed { reason: CloseReason::Silent }, &clock, Some(PageEnd::Over)),
        (Change::Noted { message: 1, mentions: Vec::new() }, &me, None),
        (Change::CustomerWrote { message: 1 }, &ActorRef::Contact("c".into()), None),
        (Change::ToldUnderway { message: 1, slot_at: at(0), next_at: None }, &clock, None),
    ];
    for (change, by, end) in cases {
        assert_eq!(PageEnd::of(&change, by), end, "{change:?}");
    }
}

#[test]
fn the_verbs_that_end_pages_say_so_in_their_events() {
    let case = with(Severity::Urgent, page_steps());
    let me = agent();
    let ends = |d: &Decision| d.events.iter().find_map(|e| PageEnd::of(&e.change, &e.by));
    let because = RouteReason { kind: RouteKind::Person, text: String::new() };
    let take = Assignment { group: None, assignee: Some("agent".into()), because };
    let taken = decide::assign(&case, &take, &me, at(130)).unwrap();
    assert_eq!(ends(&taken), Some(PageEnd::Taken));
    let replied = decide::reply(&case, say("x"), &me, at(130)).unwrap();
    assert_eq!(ends(&replied), Some(PageEnd::Responded));
    let done = decide::acknowledge(&case, Means::InApp, &me, at(130)).unwrap();
    assert_eq!(ends(&done), Some(PageEnd::Acknowledged));
    let clocks = |d: &Decision| d.clocks.iter().filter(|c| c.is_running()).count();
    assert_eq!(clocks(&done), case.clocks.iter().filter(|c| c.is_running()).count(), "no clock stops by it");
}
