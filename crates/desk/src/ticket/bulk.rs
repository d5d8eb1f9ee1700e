//! One step for many tickets: each on its own, so that one that refuses does not hold the others, and each with the
//! step that takes it back.

use std::collections::BTreeSet;

use domain::access::{Action, Actor};
use domain::id::{GroupId, StaffId};
use domain::ticket::decide::{self, Edit, Reclassify, Refusal, Solution};
use domain::ticket::{Cause, CloseReason, Level, RaiseMode, Severity, Status, Ticket};
use serde::{Deserialize, Serialize};

use super::{
    AssignInput, allowed, assign, cancel, close, escalate, hold, reopen, resolve, resume, set_severity, take,
};
use crate::{Desk, Error, Result, load_case, save};

/// Tickets that one call may change.
pub const MOST: usize = 200;

/// What is done to each of the tickets. Waiting for the customer is not among them: that needs a message of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// The actor takes it.
    Take {},
    /// To a group (unchanged if absent) and a person (nobody if absent).
    Assign {
        /// The group.
        #[serde(default)]
        group: Option<GroupId>,
        /// Into no group's queue.
        #[serde(default)]
        no_group: bool,
        /// The person.
        #[serde(default)]
        assignee: Option<StaffId>,
        /// In words; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Into a group's queue; whoever has it goes on.
    Transfer {
        /// The group.
        group: GroupId,
        /// In words; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// To a senior engineer.
    Escalate {
        /// In words.
        #[serde(default)]
        reason: String,
    },
    /// Another severity and level; what is absent stays.
    Severity {
        /// Severity.
        #[serde(default)]
        severity: Option<Severity>,
        /// Level.
        #[serde(default)]
        level: Option<Level>,
        /// The ticket is to have no level.
        #[serde(default)]
        no_level: bool,
        /// How the promises follow a raise; `new_facts` if absent.
        #[serde(default)]
        mode: Option<RaiseMode>,
        /// In words; needed for a raise.
        #[serde(default)]
        reason: String,
    },
    /// Tags are put on and taken off.
    Tags {
        /// Put on.
        #[serde(default)]
        add: BTreeSet<String>,
        /// Taken off.
        #[serde(default)]
        remove: BTreeSet<String>,
    },
    /// Waits for a third party or an agreed time.
    Hold {
        /// `waiting_vendor` or `scheduled`.
        status: Status,
        /// Why.
        #[serde(default)]
        note: String,
    },
    /// Goes on.
    Resume {},
    /// Solved.
    Resolve {
        /// What was done.
        #[serde(default)]
        resolution: String,
        /// Where the cause lay.
        #[serde(default)]
        cause: Option<Cause>,
    },
    /// A solved one ends.
    Close {},
    /// Ends without work: `withdrawn`, `duplicate`, `spam`.
    Cancel {
        /// Why.
        reason: CloseReason,
    },
    /// Goes on after its end.
    Reopen {
        /// In words; empty for a slip of the hand.
        #[serde(default)]
        reason: String,
    },
}

/// What became of one ticket.
#[derive(Debug)]
pub struct Outcome {
    /// Its number as it was asked for.
    pub number: String,
    /// `None` if it was so already; otherwise the step that takes it back, if anything does.
    pub result: Result<Option<Changed>>,
}

/// A ticket that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The ticket afterwards.
    pub ticket: Ticket,
    /// What takes it back.
    pub undo: Option<Step>,
}

/// Does it to each ticket, with the rights that the actor has on it.
///
/// # Errors
/// `Invalid` if there are too many or the step asks for nothing, and what nobody can mend; what a ticket refuses
/// stands in its outcome.
pub async fn bulk(desk: &Desk, who: &Actor, steps: Vec<(String, Step)>) -> Result<Vec<Outcome>> {
    if steps.len() > MOST {
        return Err(Error::field("numbers", "too_many"));
    }
    steps.iter().try_for_each(|(_, step)| step.check())?;
    let mut outcomes = Vec::with_capacity(steps.len());
    for (number, step) in steps {
        let result = match one(desk, who, &number, step).await {
            Err(e @ (Error::Store(_) | Error::Internal(_))) => return Err(e),
            result => result,
        };
        outcomes.push(Outcome { number, result });
    }
    Ok(outcomes)
}

impl Step {
    fn check(&self) -> Result<()> {
        let wrong = match self {
            Self::Severity { severity: None, level: None, no_level: false, .. } => ("severity", "required"),
            Self::Tags { add, remove } if add.iter().chain(remove).all(|t| t.trim().is_empty()) => {
                ("tags", "required")
            }
            Self::Hold { status: Status::WaitingCustomer, .. } => ("status", "bad_value"),
            Self::Hold { note, .. } if note.trim().is_empty() => ("note", "required"),
            Self::Escalate { reason } if reason.trim().is_empty() => ("reason", "required"),
            Self::Resolve { resolution, .. } if resolution.trim().is_empty() => ("resolution", "required"),
            Self::Cancel { reason: CloseReason::Duplicate | CloseReason::Spam | CloseReason::Withdrawn } => {
                return Ok(());
            }
            Self::Cancel { .. } => ("reason", "bad_value"),
            _ => return Ok(()),
        };
        Err(Error::field(wrong.0, wrong.1))
    }

    /// What takes the step back on a ticket that was as `before`.
    fn undo(&self, before: &Ticket) -> Option<Self> {
        Some(match self {
            Self::Take {} | Self::Assign { .. } | Self::Transfer { .. } | Self::Escalate { .. } => {
                Self::Assign {
                    group: before.group.clone(),
                    no_group: before.group.is_none(),
                    assignee: before.assignee.clone(),
                    reason: String::new(),
                }
            }
            Self::Severity { reason, .. } => Self::Severity {
                severity: Some(before.severity),
                level: before.level,
                no_level: before.level.is_none(),
                mode: None,
                reason: reason.clone(),
            },
            Self::Tags { add, remove } => Self::Tags {
                add: remove.intersection(&before.tags).cloned().collect(),
                remove: add.difference(&before.tags).cloned().collect(),
            },
            Self::Hold { .. } if before.status.is_waiting() => return None,
            Self::Hold { .. } => Self::Resume {},
            Self::Resume {} if [Status::WaitingVendor, Status::Scheduled].contains(&before.status) => {
                Self::Hold { status: before.status, note: before.status_note.clone() }
            }
            Self::Resolve { .. } | Self::Close {} | Self::Cancel { .. } => {
                Self::Reopen { reason: String::new() }
            }
            Self::Resume {} | Self::Reopen { .. } => return None,
        })
    }
}

async fn one(desk: &Desk, who: &Actor, number: &str, step: Step) -> Result<Option<Changed>> {
    let (scope, no) = (who.scope(), number.to_owned());
    let read = desk.read(move |r| store::ticket::by_number(r, &scope, &no)?.ok_or(Error::NotFound));
    let before = read.await?;
    let undo = step.undo(&before);
    let ticket = apply(desk, who, number, step, &before).await?;
    Ok((ticket.version != before.version).then_some(Changed { ticket, undo }))
}

async fn apply(desk: &Desk, who: &Actor, number: &str, step: Step, before: &Ticket) -> Result<Ticket> {
    match step {
        Step::Take {} => take(desk, who, number).await,
        Step::Assign { group, no_group, assignee, reason } => {
            let group = if no_group { Some(None) } else { group.map(Some) };
            assign(desk, who, number, AssignInput { group, assignee, reason }).await
        }
        Step::Transfer { group, reason } => {
            let input = AssignInput { group: Some(Some(group)), assignee: before.assignee.clone(), reason };
            assign(desk, who, number, input).await
        }
        Step::Escalate { reason } => escalate(desk, who, number, reason).await,
        Step::Severity { severity, level, no_level, mode, reason } => {
            let severity = severity.unwrap_or(before.severity);
            let kept =
                before.level.filter(|l| !no_level && (*l != Level::One || severity == Severity::Urgent));
            let mode = mode.unwrap_or(RaiseMode::NewFacts);
            let to = Reclassify { severity, level: level.or(kept), mode, reason };
            set_severity(desk, who, number, to).await
        }
        Step::Tags { add, remove } => tag(desk, who, number, add, remove).await,
        Step::Hold { .. } if !before.status.is_open() => Err(Refusal::Ended.into()),
        Step::Hold { status, note } => hold(desk, who, number, status, note, None).await,
        Step::Resume {} if before.status == Status::New => Err(Refusal::NotWaiting.into()),
        Step::Resume {} => resume(desk, who, number).await,
        Step::Resolve { resolution, cause } => {
            resolve(desk, who, number, Solution { cause, resolution, remark: None, draft: None }).await
        }
        Step::Close {} => close(desk, who, number, CloseReason::Staff).await,
        Step::Cancel { reason } => cancel(desk, who, number, reason).await,
        Step::Reopen { reason } => reopen(desk, who, number, reason).await,
    }
}

/// Puts tags on and takes tags off; the other ones stay, whoever put them there meanwhile.
async fn tag(
    desk: &Desk,
    who: &Actor,
    number: &str,
    add: BTreeSet<String>,
    remove: BTreeSet<String>,
) -> Result<Ticket> {
    let number = number.to_owned();
    desk.write(who, move |unit| {
        let case = load_case(unit, &number)?;
        allowed(unit, Action::Classify, &case.ticket)?;
        let clean = |set: &BTreeSet<String>| -> BTreeSet<String> {
            set.iter().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
        };
        let (add, remove) = (clean(&add), clean(&remove));
        let tags = case.ticket.tags.union(&add).filter(|t| !remove.contains(*t)).cloned().collect();
        let edit = Edit { tags: Some(tags), ..Edit::default() };
        let decision = decide::classify(&case, edit, unit.actor, unit.now)?;
        save(unit, &case, &decision)?;
        Ok(decision.ticket)
    })
    .await
}
