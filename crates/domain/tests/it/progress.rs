//! The progress duty, rule by rule (U1): what meets a slot, what does not, what a failed letter does, who is told.

use std::sync::Arc;

use domain::access::{Actor, ActorRef, System};
use domain::sla::{Milestone, StopReason, missed_slots};
use domain::ticket::decide::{self, Case, Decision, Earlier, Letter, Notice, Outcome};
use domain::ticket::progress::{Card, Phase, Progress, Way};
use domain::ticket::{Change, Event, Severity, Status};
use domain::time::{Timestamp, plus_seconds};
use proptest::prelude::*;

use crate::ticket::{agent, at, customer, opened, say, t0};

pub(crate) fn report(now: Timestamp) -> Progress {
    Progress {
        phase: Phase::Located,
        finding: "disk full".into(),
        next: "clean up".into(),
        expected_at: plus_seconds(now, 3_600),
    }
}

fn clock() -> Actor {
    Actor::System(System::Clock)
}

/// A ticket's life: each deed after what was due before it.
struct Life {
    case: Case,
    events: Vec<Event>,
    last: Vec<Notice>,
    cards: Vec<(i64, Option<Card>)>,
}

impl Life {
    fn new() -> Self {
        Self { case: opened(Severity::Urgent), events: Vec::new(), last: Vec::new(), cards: Vec::new() }
    }

    fn keep(&mut self, d: Decision) -> &mut Self {
        self.cards.extend(d.messages.iter().map(|m| (m.no, m.card.clone())));
        self.events.extend(d.events);
        self.last = d.notices;
        let rules = Arc::clone(&self.case.rules);
        self.case =
            Case { ticket: d.ticket, clocks: d.clocks, holds: d.holds, earlier: Earlier::default(), rules };
        self
    }

    fn tick(&mut self, now: Timestamp) -> &mut Self {
        let d = decide::tick(&self.case, &decide::Helpers::default(), &clock(), now).unwrap();
        self.keep(d)
    }

    fn deed(&mut self, now: Timestamp, f: impl Fn(&Case) -> Outcome) -> &mut Self {
        self.tick(now);
        let d = f(&self.case).unwrap();
        self.keep(d)
    }

    /// Times told to the customer without a report: for which slot, and when the next report comes.
    fn underway(&self) -> Vec<(Timestamp, Option<Timestamp>)> {
        let told = self.cards.iter().filter_map(|(_, card)| match card {
            Some(Card::Underway { slot_at, next_at }) => Some((*slot_at, *next_at)),
            _ => None,
        });
        told.collect()
    }

    fn portal(&mut self, m: i64) -> &mut Self {
        self.deed(at(m), |c| decide::report(c, report(at(m)), Way::Portal, &agent(), at(m)))
    }

    /// A report by letter; the number of its message.
    fn letter(&mut self, m: i64) -> i64 {
        self.deed(at(m), |c| decide::report(c, report(at(m)), Way::Letter, &agent(), at(m)));
        self.case.ticket.messages
    }

    fn taken(&mut self, message: i64, m: i64) -> &mut Self {
        let author = ActorRef::Staff("agent".into());
        self.deed(at(m), |c| decide::delivered(c, message, &author, &clock(), at(m)))
    }

    fn failed(&mut self, message: i64, counted: Option<i64>, m: i64) -> &mut Self {
        let counted = counted.map(at);
        self.deed(at(m), |c| decide::undelivered(c, message, counted, "550 no", &clock(), at(m)))
    }

    /// Minutes of the breaches of the duty.
    fn missed(&self) -> Vec<i64> {
        let minutes = |t: Timestamp| t.duration_since(t0()).as_secs() / 60;
        let breach = |e: &Event| match e.change {
            Change::Breached { milestone: Milestone::Update, due_at, .. } => {
                assert_eq!(e.at, due_at);
                Some(minutes(due_at))
            }
            _ => None,
        };
        self.events.iter().filter_map(breach).collect()
    }

    /// Minute of the running slot's due.
    fn due(&self) -> Option<i64> {
        let mut running =
            self.case.clocks.iter().filter(|c| c.milestone == Milestone::Update && c.is_running());
        let due = running.next()?.due_at;
        assert!(running.next().is_none(), "two slots run");
        due.map(|d| d.duration_since(t0()).as_secs() / 60)
    }

    fn told(&self) -> Vec<i64> {
        let told = |e: &Event| match e.change {
            Change::ToldUnderway { slot_at, .. } => Some(slot_at.duration_since(t0()).as_secs() / 60),
            _ => None,
        };
        self.events.iter().filter_map(told).collect()
    }
}

#[test]
fn a_report_on_the_portal_counts_with_the_commit() {
    let mut life = Life::new();
    life.portal(20);
    assert_eq!((life.due(), life.missed()), (Some(50), vec![]));
    assert!(life.last.iter().any(|n| matches!(n, Notice::Letter { letter: Letter::Progress, .. })));
    assert!(matches!(life.cards.last(), Some((_, Some(Card::Progress { way: Way::Portal, .. })))));
}

#[test]
fn exactly_at_the_due_is_in_time() {
    let mut life = Life::new();
    life.portal(30).tick(at(45));
    assert_eq!((life.due(), life.missed()), (Some(60), vec![]));
}

#[test]
fn a_report_by_letter_counts_when_the_letter_was_taken() {
    let mut life = Life::new();
    let m = life.letter(20);
    assert_eq!(life.due(), Some(30), "on its way is not there");
    life.taken(m, 25);
    assert_eq!((life.due(), life.missed()), (Some(55), vec![]));
    let by = life.events.iter().rfind(|e| matches!(e.change, Change::ClockStopped(_))).map(|e| &e.by);
    assert_eq!(by, Some(&ActorRef::Staff("agent".into())), "the merit is the author's");
}

#[test]
fn a_letter_that_was_taken_too_late_met_the_slot_of_that_time() {
    let mut life = Life::new();
    let m = life.letter(20);
    life.taken(m, 65);
    assert_eq!((life.due(), life.missed()), (Some(95), vec![30, 60]));
}

#[test]
fn a_letter_that_never_left_met_nothing() {
    let mut life = Life::new();
    let m = life.letter(20);
    life.failed(m, None, 25).tick(at(31));
    assert_eq!((life.due(), life.missed()), (Some(60), vec![30]));
}

#[test]
fn a_failure_before_the_due_opens_the_slot_again() {
    let mut life = Life::new();
    let m = life.letter(10);
    life.taken(m, 10).failed(m, Some(10), 20);
    assert_eq!((life.due(), life.missed()), (Some(30), vec![]));
    life.portal(29);
    assert_eq!((life.due(), life.missed()), (Some(59), vec![]));
}

#[test]
fn a_failure_after_the_due_breaks_the_slot_at_its_own_due() {
    let mut life = Life::new();
    let m = life.letter(10);
    life.taken(m, 10).failed(m, Some(10), 35);
    assert_eq!((life.due(), life.missed()), (Some(60), vec![30]));
    let reason = life.case.clocks.iter().find(|c| c.milestone == Milestone::Update && c.cycle == 1);
    assert_eq!(reason.unwrap().stopped, Some((at(30), StopReason::Missed)));
}

#[test]
fn a_failure_is_healed_by_a_later_report_in_time_and_only_by_that() {
    for (later, failed, missed, due) in [(25, 40, vec![], 55), (35, 38, vec![30], 65)] {
        let mut life = Life::new();
        let m = life.letter(10);
        life.taken(m, 10).portal(later).failed(m, Some(10), failed);
        assert_eq!((life.missed(), life.due()), (missed, Some(due)), "report at {later}");
    }
}

#[test]
fn what_else_is_said_meets_nothing_and_an_answered_call_does() {
    let mut life = Life::new();
    life.deed(at(10), |c| decide::reply(c, say("hello"), &agent(), at(10)))
        .deed(at(15), |c| decide::customer_message(c, say("and?"), &customer(), at(15)))
        .deed(at(16), |c| decide::note(c, say("x"), &[].into(), &agent(), at(16)));
    assert_eq!(life.due(), Some(30));
    life.deed(at(20), |c| decide::contacted(c, None, "called, answered", false, &agent(), at(20)));
    assert_eq!(life.due(), Some(50));
    // A call that was before the slot began changes nothing.
    life.deed(at(25), |c| decide::contacted(c, Some(at(5)), "called before", false, &agent(), at(25)));
    assert_eq!(life.due(), Some(50));
}

#[test]
fn an_automatic_message_goes_out_once_for_a_slot_and_meets_nothing() {
    let mut life = Life::new();
    life.tick(at(30));
    assert_eq!(life.told(), [] as [i64; 0]);
    life.tick(plus_seconds(at(30), 1)).tick(plus_seconds(at(30), 2)).tick(at(40));
    assert_eq!((life.told(), life.missed(), life.due()), (vec![30], vec![30], Some(60)));
    let card = Card::Underway { slot_at: at(30), next_at: Some(at(60)) };
    assert_eq!(life.cards, [(life.case.ticket.messages, Some(card))]);
    assert!(life.case.ticket.responded_at.is_none(), "it is no first response");
    life.portal(59).tick(at(95));
    assert_eq!((life.told(), life.missed()), (vec![30, 89], vec![30, 89]));
}

/// What was missed before anybody could know of it, by a late entry, is no rain of notices (E6).
#[test]
fn slots_that_are_missed_together_are_told_of_once_and_the_others_in_the_digest() {
    let mut life = Life::new();
    life.case.ticket.assignee = Some("colleague".into());
    let d = decide::tick(&life.case, &decide::Helpers::default(), &clock(), at(310)).unwrap();
    let missed = |e: &&Event| matches!(e.change, Change::Breached { milestone: Milestone::Update, .. });
    let slots: Vec<i64> = d.events.iter().filter(missed).map(|e| e.no).collect();
    assert_eq!(slots.len(), 10);
    let told = |notices: &[Notice]| -> Vec<i64> {
        let of = |n: &Notice| if let Notice::Staff { event, .. } = n { Some(*event) } else { None };
        notices.iter().filter_map(of).filter(|e| slots.contains(e)).collect()
    };
    assert_eq!((told(&d.notices), told(&d.digest)), (slots[9..].to_vec(), slots[..9].to_vec()));
    // One by one they are told of as they come.
    life.tick(plus_seconds(at(30), 1));
    assert!(life.last.iter().any(|n| matches!(n, Notice::Staff { .. })), "{:?}", life.last);
}

#[test]
fn after_a_downtime_there_is_one_message_for_the_newest_slot() {
    let mut life = Life::new();
    life.tick(at(200));
    assert_eq!((life.told(), life.missed()), (vec![180], vec![30, 60, 90, 120, 150, 180]));
    // Longer than one decision walks.
    let mut life = Life::new();
    for _ in 0..4 {
        life.tick(at(30 * 1_200 + 1));
    }
    assert_eq!((life.told(), life.missed().len()), (vec![36_000], 1_200));
}

#[test]
fn after_a_day_of_silence_nobody_is_told_any_more() {
    let mut life = Life::new();
    for slot in 1..=60 {
        life.tick(at(slot * 30 + 1));
    }
    assert_eq!((life.told().len(), life.missed().len()), (48, 60));
    life.portal(1_810).tick(at(1_841));
    assert_eq!(life.told().len(), 49, "a report begins it anew");
}

#[test]
fn imported_history_is_neither_reminded_nor_told_of() {
    let mut life = Life::new();
    life.case.ticket.external_ref = Some("INC1".into());
    life.tick(at(26)).tick(at(100));
    assert_eq!((life.told(), life.missed()), (vec![], vec![30, 60, 90]));
    assert!(!life.events.iter().any(|e| matches!(e.change, Change::ReportDue { .. })));
}

#[test]
fn five_minutes_before_the_assignee_is_reminded_once() {
    let mut life = Life::new();
    life.case.ticket.assignee = Some("agent".into());
    life.tick(plus_seconds(at(25), -1));
    assert!(life.last.is_empty() && life.events.is_empty());
    assert_eq!(life.case.clocks.iter().filter_map(|c| c.next_at).min(), Some(at(25)));
    life.tick(at(25));
    assert!(
        matches!(&life.last[..], [Notice::Staff { to, .. }] if to.as_str() == "agent"),
        "{:?}",
        life.last
    );
    life.tick(at(26));
    assert!(life.last.is_empty());
    // Nobody has it: the supervisors. After the due it is too late to remind.
    life.case.ticket.assignee = None;
    life.tick(plus_seconds(at(55), 0));
    assert!(life.last.iter().any(|n| matches!(n, Notice::Leads { .. })));
    for due in [at(30), at(31)] {
        let mut late = Life::new();
        late.tick(due);
        assert!(!late.events.iter().any(|e| matches!(e.change, Change::ReportDue { .. })), "{due}");
    }
}

#[test]
fn a_reminder_says_when_the_report_is_due_however_late_it_comes() {
    let mut life = Life::new();
    // The second slot began in the same moment in which the first was found missed.
    life.tick(at(58));
    let due: Vec<_> = life
        .events
        .iter()
        .filter_map(
            |e| if let Change::ReportDue { due_at, .. } = e.change { Some((e.at, due_at)) } else { None },
        )
        .collect();
    assert_eq!(due, [(at(58), Some(at(60)))]);
}

#[test]
fn waiting_for_the_customer_pauses_the_duty_and_a_report_meanwhile_resets_it() {
    let mut life = Life::new();
    life.deed(at(10), |c| {
        decide::hold(c, Status::WaitingCustomer, "", Some(say("please send")), &agent(), at(10))
    });
    life.tick(at(100));
    assert_eq!((life.due(), life.missed(), life.told()), (None, vec![], vec![]));
    life.portal(100);
    life.deed(at(110), |c| decide::resume(c, &agent(), at(110)));
    assert_eq!(life.due(), Some(140));
}

proptest! {
    /// What reports and calls meet is what the naive reading of U1 says; nothing else moves it.
    #[test]
    fn u1_the_duty_is_what_the_law_counts(
        deeds in prop::collection::vec((0u8..5, 0i64..70), 0..12), rest in 0i64..100,
    ) {
        let mut life = Life::new();
        let (mut now, mut updates) = (0, Vec::new());
        for (deed, minutes) in deeds {
            now += minutes;
            match deed {
                0 => { life.portal(now); updates.push(at(now)); }
                1 => { life.deed(at(now), |c| decide::contacted(c, None, "c", false, &agent(), at(now))); updates.push(at(now)); }
                2 => { life.deed(at(now), |c| decide::reply(c, say("r"), &agent(), at(now))); }
                3 => {
                    // A letter under way, taken a little later.
                    let m = life.letter(now);
                    now += 3;
                    life.taken(m, now);
                    updates.push(at(now));
                }
                _ => { let m = life.letter(now); now += 2; life.failed(m, None, now); }
            }
        }
        now += rest;
        life.tick(at(now));
        let expected = missed_slots(None, t0(), 1_800, &updates, at(now)).unwrap();
        let expected: Vec<i64> = expected.iter().map(|t| t.duration_since(t0()).as_secs() / 60).collect();
        prop_assert_eq!(life.missed(), expected);
        let told = life.told();
        prop_assert!(told.iter().all(|t| life.missed().contains(t)));
    }

    /// A report that had counted and failed counts as if it had never been, as long as no slot has passed since.
    #[test]
    fn u1_a_failed_report_never_was(sent in 1i64..30, failed in 1i64..30, more in 0i64..80) {
        let failed = sent + failed;
        let mut life = Life::new();
        let m = life.letter(sent);
        life.taken(m, sent).failed(m, Some(sent), failed);
        let end = failed + more;
        life.tick(at(end));
        let mut never = Life::new();
        never.tick(at(end));
        prop_assert_eq!((life.missed(), life.due()), (never.missed(), never.due()));
    }
}

#[test]
fn what_passed_before_the_case_was_taken_down_is_not_told() {
    let mut life = Life::new();
    life.case.ticket.created_at = at(59);
    life.tick(at(59));
    assert!(life.underway().is_empty(), "half an hour had passed before anybody knew");
    life.tick(plus_seconds(at(60), 1));
    assert_eq!(life.underway(), [(at(60), Some(at(90)))], "one next report is told, not two in a minute");
}
