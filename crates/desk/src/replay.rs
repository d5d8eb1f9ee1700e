//! History from another system, replayed through the same decisions with its own times. An import is an actor of
//! its own: nothing leaves the house for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::id::{GroupId, StaffId};
use domain::routing::{RouteKind, RouteReason};
use domain::sla::Milestone;
use domain::ticket::decide::{
    self, Assignment, Body, Case, Decision, Draft, Earlier, Outcome, Reclassify, Solution,
};
use domain::ticket::{CloseReason, Level, RaiseMode, Severity, Status};
use domain::time::Timestamp;
use store::ticket;

use crate::intake::{NewTicket, open_in};
use crate::{Result, Unit, save};

/// What the log says that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It changed hands; `counted` if the log's own counter says so.
    Assigned {
        /// The group.
        group: Option<GroupId>,
        /// The person.
        assignee: Option<StaffId>,
        /// The log counts it as a reassignment.
        counted: bool,
    },
    /// Work began or went on.
    Open,
    /// It waited.
    Waiting(Status, &'static str),
    /// Its severity changed.
    Severity(Severity, Option<Level>),
    /// It was solved.
    Resolved,
    /// It was solved, with the log's words.
    Solved(String),
    /// A step under the log's own name: when it changes nothing here, the name is kept as an internal note, so
    /// that no row of a log is lost.
    Named(String, Option<Box<Step>>),
    /// It was opened again.
    Reopened,
    /// Somebody first answered.
    Answered,
    /// It ended.
    Closed,
}

/// A ticket's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// How it came; its `received_at` and `external_ref` are the log's.
    pub new: NewTicket,
    /// What happened, in the log's order.
    pub steps: Vec<(Timestamp, Step)>,
    /// Promises of which the other system does not tell whether they were kept. Those due later than now go on in a
    /// ticket that is still open.
    pub untold: &'static [Milestone],
}

impl History {
    fn has_ended(&self) -> bool {
        self.steps.iter().rev().find_map(|(_, step)| step.ends()).unwrap_or(false)
    }
}

impl Step {
    /// Does the ticket end with it, or live again?
    fn ends(&self) -> Option<bool> {
        match self {
            Self::Resolved | Self::Solved(_) | Self::Closed => Some(true),
            Self::Reopened => Some(false),
            Self::Named(_, step) => step.as_ref()?.ends(),
            _ => None,
        }
    }
}

/// Replays a history; one that is there already is left alone. Returns whether it was new.
///
/// # Errors
/// What a decision refuses; the store's.
pub fn replay(unit: &mut Unit<'_, '_>, history: &History) -> Result<bool> {
    if let Some(reference) = &history.new.external_ref
        && ticket::by_external_ref(unit.work, reference)?.is_some()
    {
        return Ok(false);
    }
    let opened = open_in(unit, &history.new)?;
    let mut case = Case {
        ticket: opened.ticket,
        clocks: opened.clocks,
        earlier: Earlier::default(),
        holds: opened.holds,
        rules: Arc::clone(&unit.rules),
    };
    let until = (!history.has_ended()).then_some(unit.now);
    let received_at = case.ticket.received_at;
    leave_unknown(unit, &mut case, (history.untold, until), received_at)?;
    for (at, step) in &history.steps {
        let decision = match step {
            Step::Named(name, step) => named(unit, &case, *at, (name, step.as_deref()))?,
            step => take(unit, &case, *at, step)?,
        };
        go_on(unit, &mut case, decision)?;
        leave_unknown(unit, &mut case, (history.untold, until), *at)?;
    }
    let rest = decide::come_to_rest(&case, unit.actor, unit.now)?;
    if !rest.is_nothing() {
        save(unit, &case, &rest)?;
    }
    Ok(true)
}

fn go_on(unit: &mut Unit<'_, '_>, case: &mut Case, decision: Decision) -> Result<()> {
    save(unit, case, &decision)?;
    (case.ticket, case.clocks, case.holds) = (decision.ticket, decision.clocks, decision.holds);
    Ok(())
}

fn leave_unknown(
    unit: &mut Unit<'_, '_>,
    case: &mut Case,
    (untold, until): (&[Milestone], Option<Timestamp>),
    at: Timestamp,
) -> Result<()> {
    if !case.clocks.iter().any(|c| c.is_running() && untold.contains(&c.milestone)) {
        return Ok(());
    }
    let decision = decide::leave_unknown(case, untold, until, unit.actor, at)?;
    if decision.is_nothing() { Ok(()) } else { go_on(unit, case, decision) }
}

fn take(unit: &Unit<'_, '_>, case: &Case, at: Timestamp, step: &Step) -> Outcome {
    let who = unit.actor;
    match step {
        Step::Assigned { group, assignee, counted } => {
            let kind = if *counted { RouteKind::Import } else { RouteKind::Log };
            let because = RouteReason { kind, text: String::new() };
            decide::assign(
                case,
                &Assignment { group: group.clone().map(Some), assignee: assignee.clone(), because },
                who,
                at,
            )
        }
        Step::Open => decide::resume(case, who, at),
        Step::Waiting(status, note) => decide::hold(case, *status, note, None, who, at),
        Step::Severity(severity, level) => {
            let mode = RaiseMode::NewFacts;
            let to = Reclassify { severity: *severity, level: *level, mode, reason: String::new() };
            decide::set_severity(case, &to, &[], who, at)
        }
        Step::Resolved => decide::resolve(case, Solution::default(), who, at),
        Step::Solved(text) => {
            let solution = Solution { resolution: text.clone(), ..Solution::default() };
            decide::resolve(case, solution, who, at)
        }
        Step::Named(name, _) => decide::note(case, words(name), &BTreeSet::new(), who, at),
        Step::Reopened => decide::reopen(case, None, "", who, at),
        Step::Answered => decide::answered_elsewhere(case, who, at),
        Step::Closed => decide::close(case, CloseReason::Imported, who, at),
    }
}

fn words(name: &str) -> Draft {
    Draft { body: Body::from_text(name), ..Draft::default() }
}

/// A step that does something, else a note with its name.
fn named(unit: &Unit<'_, '_>, case: &Case, at: Timestamp, step: (&str, Option<&Step>)) -> Outcome {
    let done = step.1.and_then(|s| take(unit, case, at, s).ok()).filter(|d| !d.is_nothing());
    done.map_or_else(|| decide::note(case, words(step.0), &BTreeSet::new(), unit.actor, at), Ok)
}
