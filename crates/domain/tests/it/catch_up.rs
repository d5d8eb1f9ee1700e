//! A sweeper that was away: whatever people did meanwhile, the same steps fire and the same breaches are recorded
//! as by one that is always there, and what is cached is what history says (L12, E4, E6).

use std::sync::Arc;

use domain::access::{Actor, System};
use domain::routing::{RouteKind, RouteReason};
use domain::sla::{Clock, Firing, Milestone, State, Step, StepAction, StepAt, StopReason};
use domain::ticket::decide::{
    self, Assignment, Case, Decision, Earlier, Helpers, Outcome, Reclassify, Solution,
};
use domain::ticket::progress::Way;
use domain::ticket::{Change, CloseReason, Event, Level, RaiseMode, Severity, Status, pauses, rebuild};
use domain::time::{Timestamp, plus_seconds};
use proptest::prelude::*;

use crate::progress::report;
use crate::ticket::{agent, customer, opened, say, t0};

/// What people do.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Reply,
    Progress,
    Ask,
    Note,
    Wait(Status),
    WaitWithReport,
    Resume,
    Raise(RaiseMode),
    Lower,
    Attend,
    Take,
    Resolve,
    Reopen,
    Cancel,
}

fn deeds() -> impl Strategy<Value = Deed> {
    use Deed::{
        Ask, Attend, Cancel, Lower, Note, Progress, Raise, Reopen, Reply, Resolve, Resume, Take, Wait,
        WaitWithReport,
    };
    prop::sample::select(vec![
        Reply,
        Progress,
        Ask,
        Note,
        Wait(Status::WaitingCustomer),
        Wait(Status::WaitingVendor),
        WaitWithReport,
        Resume,
        Raise(RaiseMode::NewFacts),
        Raise(RaiseMode::Misclassified),
        Lower,
        Attend,
        Take,
        Resolve,
        Reopen,
        Reopen,
        Cancel,
    ])
}

fn act(deed: Deed, case: &Case, now: Timestamp) -> Outcome {
    let (me, ann) = (agent(), customer());
    let severity = |severity, level, mode| Reclassify { severity, level, mode, reason: "r".to_owned() };
    match deed {
        Deed::Reply => decide::reply(case, say("r"), &me, now),
        Deed::Progress => decide::report(case, report(now), Way::Portal, &me, now),
        Deed::Ask => decide::customer_message(case, say("c"), &ann, now),
        Deed::Note => decide::contacted(case, None, "phone", false, &me, now),
        Deed::Wait(status) => decide::hold(case, status, "n", Some(say("w")), &me, now),
        Deed::WaitWithReport => {
            let reported = decide::report(case, report(now), Way::Portal, &me, now)?;
            let events = reported.events.clone();
            let case = &crate::ticket::case(reported, &case.rules);
            let held = decide::hold(case, Status::WaitingCustomer, "n", Some(say("w")), &me, now)?;
            Ok(Decision { events: [events, held.events].concat(), ..held })
        }
        Deed::Resume => decide::resume(case, &me, now),
        Deed::Raise(mode) => {
            decide::set_severity(case, &severity(Severity::Urgent, Some(Level::One), mode), &[], &me, now)
        }
        Deed::Lower => {
            let to = severity(Severity::General, None, RaiseMode::NewFacts);
            decide::set_severity(case, &to, &[], &me, now)
        }
        Deed::Attend => decide::attend(case, None, false, &me, now),
        Deed::Take => {
            let because = RouteReason { kind: RouteKind::Taken, text: String::new() };
            let to = Assignment { group: None, assignee: Some("agent".into()), because };
            decide::assign(case, &to, &me, now)
        }
        Deed::Resolve => {
            let done = Solution { cause: None, resolution: "d".to_owned(), remark: None, draft: None };
            decide::resolve(case, done, &me, now)
        }
        Deed::Cancel => decide::cancel(case, CloseReason::Spam, &me, now),
        Deed::Reopen => decide::reopen(case, None, "again", &me, now),
    }
}

/// A ticket's life as it is kept: the case, and all its events.
struct Life {
    case: Case,
    events: Vec<Event>,
    firings: Vec<Firing>,
}

fn life(case: Case) -> Life {
    Life { case, events: Vec::new(), firings: Vec::new() }
}

/// The case as the sweep loads it: of the clocks that are over only the newest of each milestone.
fn acting(case: &Case) -> Case {
    let mut slots: Vec<&Clock> = case.clocks.iter().filter(|c| c.milestone == Milestone::Update).collect();
    slots.sort_by_key(|c| c.cycle);
    let mut earlier = Earlier::default();
    if let Some(i) = slots.iter().position(|c| c.is_running()) {
        let (since, cycle) = Earlier::reach(slots[i]);
        let missed = |c: &Clock| c.stopped.is_some_and(|(_, reason)| reason == StopReason::Missed);
        let stops = |c: &Clock| !missed(c) || (c.started_at < since && c.cycle <= cycle);
        let last = slots[..i].iter().rposition(|c| stops(c));
        let broken = last.filter(|l| !missed(slots[*l]));
        earlier.broken = broken.map(|l| (slots[l].started_at, slots[l].cycle));
        let row = &slots[last.map_or(0, |l| if broken.is_some() { l + 1 } else { l })..i];
        earlier.missed = u32::try_from(row.len()).unwrap();
        let in_row = |c: &&&Clock| earlier.broken.is_none_or(|(b, _)| c.started_at >= b);
        let from = row.iter().filter(in_row).min_by_key(|c| (c.started_at, c.cycle));
        earlier.missed_from = from.map(|c| c.known_at.unwrap_or(c.started_at));
    }
    let newest = |c: &Clock| {
        let all = case.clocks.iter().filter(|o| o.milestone == c.milestone);
        all.map(|o| o.cycle).max() == Some(c.cycle)
    };
    let clocks = case.clocks.iter().filter(|c| c.is_running() || newest(c)).cloned().collect();
    Case { clocks, earlier, ..case.clone() }
}

impl Life {
    fn keep(&mut self, d: Decision) {
        self.events.extend(d.events);
        self.firings.extend(d.firings);
        let rules = self.case.rules.clone();
        self.case =
            Case { ticket: d.ticket, clocks: d.clocks, holds: d.holds, earlier: Earlier::default(), rules };
    }

    fn tick(&mut self, now: Timestamp) {
        let tick = |case: &Case| {
            decide::tick(case, &Helpers::default(), &Actor::System(System::Clock), now).unwrap()
        };
        self.case.clocks.sort_by_key(|c| (c.started_at, c.milestone.as_str(), c.cycle));
        let d = tick(&self.case);
        // What the sweep leaves out of the case changes nothing of what is decided.
        let mut swept = tick(&acting(&self.case));
        assert!(swept.clocks.iter().all(|c| d.clocks.contains(c)), "{:?} {:?}", swept.clocks, d.clocks);
        swept.clocks.clone_from(&d.clocks);
        assert_eq!(swept, d);
        self.keep(d);
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.case.clocks.iter().filter_map(|c| c.next_at).min()
    }

    /// Fires at each instant since the last deed, as a sweeper does that is always there.
    fn attend_until(&mut self, since: Timestamp, now: Timestamp) {
        while let Some(at) = self.next_at().filter(|at| *at <= now) {
            self.tick(at.max(since));
        }
    }

    /// What is due is done before the deed, as a unit of work does it.
    fn deed(&mut self, deed: Deed, now: Timestamp) {
        if self.next_at().is_some_and(|at| at <= now) {
            self.tick(now);
        }
        if let Ok(d) = act(deed, &self.case, now) {
            self.keep(d);
        }
    }

    /// Everything that must not depend on when somebody looked.
    fn told(&self) -> Vec<String> {
        let told = |e: &Event| match &e.change {
            Change::StepFired { milestone, cycle, step, .. } => {
                Some(format!("step {milestone} {cycle} {step}"))
            }
            Change::Breached { milestone, cycle, due_at, .. } => {
                Some(format!("breach {milestone} {cycle} {due_at} at {}", e.at))
            }
            Change::ClockStopped(f) => {
                Some(format!("stop {} {} {} {} {}", f.milestone, f.cycle, f.counted_s, f.met, f.reason))
            }
            _ => None,
        };
        let mut all: Vec<_> = self.events.iter().filter_map(told).collect();
        all.sort();
        all
    }
}

/// Steps before the due, two at the due, after it, by offset and by missed reports, on four kinds of clocks.
fn with_steps(case: &mut Case) {
    use Milestone::{Attend, Resolution, Response, Update};
    use StepAction::{NotifyLead, NotifyManager, NotifyOwner, PageOnCall};
    use StepAt::{Missed, Offset, Percent};
    let rules = Arc::get_mut(&mut case.rules).unwrap();
    for policy in rules.policies.values_mut() {
        policy.steps.extend([
            Step::new(Resolution, Percent(150), NotifyManager),
            Step::new(Resolution, Percent(50), NotifyOwner),
            Step::new(Resolution, Percent(100), NotifyLead),
            Step { level: 2, ..Step::new(Resolution, Offset(0), NotifyOwner) },
            Step::new(Resolution, Offset(-1800), PageOnCall),
            Step::new(Resolution, Offset(2700), PageOnCall),
            Step::new(Response, Percent(75), NotifyOwner),
            Step::new(Attend, Percent(100), NotifyLead),
            Step::new(Update, Missed(2), NotifyLead),
            Step::new(Update, Missed(3), NotifyManager),
        ]);
    }
}

proptest! {
    #[test]
    fn l12_a_late_sweeper_tells_the_same_story(
        urgent: bool,
        deeds in prop::collection::vec((deeds(), 0i64..600, 0i64..60), 0..12),
        rest in 0i64..3000,
    ) {
        let mut first = opened(if urgent { Severity::Urgent } else { Severity::General });
        with_steps(&mut first);
        // Opened under other steps: what is cached is read again.
        let read = decide::recount(&first, &Actor::System(System::Clock), t0()).unwrap();
        first = crate::ticket::after(&first, read);
        let copy = first.clone();
        let (mut prompt, mut late) =
            (life(first), life(copy));
        let mut now = t0();
        for (deed, minutes, seconds) in deeds {
            let since = now;
            now = plus_seconds(now, minutes * 60 + seconds);
            prompt.attend_until(since, now);
            prompt.deed(deed, now);
            late.deed(deed, now);
        }
        let since = now;
        now = plus_seconds(now, rest * 60);
        prompt.attend_until(since, now);
        late.tick(now);
        prop_assert_eq!(prompt.told(), late.told());

        // Once is enough, and nothing fires twice.
        let before = late.events.len();
        late.tick(now);
        prop_assert_eq!(late.events.len(), before);
        let told = late.told();
        let mut once: Vec<_> = told.iter().filter(|t| !t.starts_with("stop")).collect();
        let all = once.len();
        once.dedup();
        prop_assert_eq!(once.len(), all);

        each_fired_once(&prompt, &late)?;
        is_what_history_gives(&prompt, &late, now)?;
    }
}

/// No firing has the key of another, none is early, and both sweepers found the same basis.
fn each_fired_once(prompt: &Life, late: &Life) -> Result<(), TestCaseError> {
    let keys = |life: &Life| {
        let key = |f: &Firing| (f.milestone, f.cycle, f.step.clone(), f.basis_due_at, f.at);
        let mut keys: Vec<_> = life.firings.iter().map(key).collect();
        keys.sort();
        keys
    };
    prop_assert_eq!(keys(prompt), keys(late));
    let mut steps: Vec<_> = late.firings.iter().map(|f| (f.milestone, f.cycle, &f.step)).collect();
    let all = steps.len();
    steps.sort();
    steps.dedup();
    prop_assert_eq!(steps.len(), all);
    for f in &prompt.firings {
        let fired = prompt.events.iter().find(|e| e.no == f.event).unwrap();
        prop_assert!(f.at <= fired.at, "{:?} at {}", f, fired.at);
    }
    Ok(())
}

/// What is cached is what history gives. A finished cycle keeps the due with which it finished: a waiting that begins in
/// the very millisecond of its stop would take it away (P2).
fn is_what_history_gives(prompt: &Life, late: &Life, now: Timestamp) -> Result<(), TestCaseError> {
    for clock in &late.case.clocks {
        let holds = pauses(&late.case.holds, clock);
        let calendar = late.case.rules.calendar(&clock.calendar).unwrap();
        let read = clock.run(calendar, &holds).read(clock.stopped.map_or(now, |(at, _)| at)).unwrap();
        let due = if clock.is_running() { read.due } else { clock.due_at };
        // A slot that nobody used ends with its due and was missed all the same (U1).
        let missed = clock.stopped.is_some_and(|(_, why)| why == StopReason::Missed);
        let state = if missed { State::Breached } else { read.state };
        prop_assert_eq!((clock.due_at, clock.state), (due, state), "{:?}", clock);
        prop_assert!(clock.is_running() || clock.counted_s == read.counted_s, "{:?}", clock);
    }
    for life in [prompt, late] {
        let (clocks, differences) = rebuild(&life.case, &life.events, now).unwrap();
        prop_assert_eq!(differences, []);
        prop_assert_eq!(&clocks, &life.case.clocks);
    }
    Ok(())
}
