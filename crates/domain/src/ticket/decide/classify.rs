//! What the ticket is about: plain edits, and severity with what it does to the promises.

use std::collections::BTreeSet;

use super::open::{level_fits, one_line};
use super::{Case, Change, Next, Outcome, Refusal, anew, clocks, misclick};
use crate::access::Actor;
use crate::appointment::Follow;
use crate::id::{ContactId, ModuleId, OrgId, ProductId, StaffId};
use crate::sla::{Clock, Milestone};
use crate::ticket::{EditField, Event, Extra, Facts, IssueClass, Kind, Level, NoDue, RaiseMode, Severity};
use crate::time::Timestamp;

/// Fields to be edited; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// Title.
    pub title: Option<String>,
    /// Kind.
    pub kind: Option<Kind>,
    /// Issue class; `Some(None)` clears it.
    pub class: Option<Option<IssueClass>>,
    /// Product and module; `Some(None)` clears it.
    pub product: Option<Option<ProductId>>,
    /// Module.
    pub module: Option<Option<ModuleId>>,
    /// Five facts.
    pub facts: Option<Facts>,
    /// Extra values, already checked; replaces all.
    pub extra: Option<Extra>,
    /// Tags; replaces all.
    pub tags: Option<BTreeSet<String>>,
    /// Watchers; replaces all.
    pub watchers: Option<BTreeSet<StaffId>>,
    /// How and when the customer wants to be reached; `Some(None)` clears it.
    pub follow: Option<Option<Follow>>,
}

/// A change of severity or level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclassify {
    /// New severity.
    pub severity: Severity,
    /// New level.
    pub level: Option<Level>,
    /// Why it counts as it does; `new_facts` unless said otherwise (M2).
    pub mode: RaiseMode,
    /// In words; needed for a raise.
    pub reason: String,
}

/// Edits fields; each that really changes is an event with before and after. What turns out to be a complaint, or not
/// to be one, gets the promises of what it is, from the original start (M1).
///
/// # Errors
/// `empty_text` for an empty title, `kind_has_level` if what has a level is to be no fault any more, `never_opens`.
pub fn classify(case: &Case, edit: Edit, actor: &Actor, now: Timestamp) -> Outcome {
    if edit.title.as_ref().is_some_and(|t| one_line(t).is_empty()) {
        return Err(Refusal::EmptyText);
    }
    if edit.kind.is_some_and(|k| k != case.ticket.kind && !k.is_fault() && case.ticket.level.is_some()) {
        return Err(Refusal::KindHasLevel);
    }
    let mut next = Next::new(case, actor, now);
    let word = |w: Option<&'static str>| w.unwrap_or_default().to_owned();
    let t = next.out.ticket.clone();
    if let Some(title) = edit.title {
        next.edited(EditField::Title, t.title, one_line(&title), |t, v| t.title = v);
    }
    if let Some(kind) = edit.kind {
        next.edited(EditField::Kind, word(Some(t.kind.as_str())), word(Some(kind.as_str())), |t, _| {
            t.kind = kind;
        });
        if (t.kind == Kind::Complaint) != (kind == Kind::Complaint) && t.status.is_open() {
            anew::other_promises(&mut next)?;
        }
    }
    if let Some(class) = edit.class {
        let (from, to) = (word(t.class.map(IssueClass::as_str)), word(class.map(IssueClass::as_str)));
        next.edited(EditField::Class, from, to, |t, _| t.class = class);
    }
    if let Some(product) = edit.product {
        let (from, to) = (id_text(t.product.as_ref()), id_text(product.as_ref()));
        next.edited(EditField::Product, from, to, |t, _| t.product = product);
    }
    if let Some(module) = edit.module {
        let (from, to) = (id_text(t.module.as_ref()), id_text(module.as_ref()));
        next.edited(EditField::Module, from, to, |t, _| t.module = module);
    }
    if let Some(facts) = edit.facts {
        next.edited(EditField::Facts, told(&t.facts), told(&facts), |t, _| t.facts = facts);
    }
    if let Some(extra) = edit.extra {
        let text = |e: &Extra| e.iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join("\n");
        next.edited(EditField::Extra, text(&t.extra), text(&extra), |t, _| t.extra = extra);
    }
    if let Some(tags) = edit.tags {
        let text = |s: &BTreeSet<String>| s.iter().cloned().collect::<Vec<_>>().join(", ");
        next.edited(EditField::Tags, text(&t.tags), text(&tags), |t, _| t.tags = tags);
    }
    if let Some(watchers) = edit.watchers {
        let text = |s: &BTreeSet<StaffId>| s.iter().map(StaffId::as_str).collect::<Vec<_>>().join(", ");
        next.edited(EditField::Watchers, text(&t.watchers), text(&watchers), |t, _| t.watchers = watchers);
    }
    if let Some(follow) = edit.follow {
        let (from, to) = (Follow::text(t.follow.as_ref()), Follow::text(follow.as_ref()));
        next.edited(EditField::Follow, from, to, |t, _| t.follow = follow);
    }
    next.finish()
}

/// The facts as an event keeps them.
fn told(facts: &Facts) -> String {
    let given = facts.named().into_iter().filter(|(_, v)| !v.is_empty());
    given.map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join("\n")
}

/// The requester turned out to be the same person as another contact; even an ended ticket says so. A ticket that was
/// nobody's becomes one of that contact's organisation.
///
/// # Errors
/// None that a person can mend.
pub fn asked_by(
    case: &Case,
    (contact, organisation): (&ContactId, Option<&OrgId>),
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    let mut next = Next::new(case, actor, now);
    let from = case.ticket.requester.to_string();
    next.edited(EditField::Requester, from, contact.to_string(), |t, to| {
        t.requester = ContactId(to);
        t.organisation = t.organisation.take().or_else(|| organisation.cloned());
    });
    next.finish()
}

fn id_text(id: Option<&impl std::fmt::Display>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

impl Next<'_> {
    /// Records an edit, unless nothing changes.
    pub(super) fn edited(
        &mut self,
        field: EditField,
        from: String,
        to: String,
        set: impl FnOnce(&mut crate::ticket::Ticket, String),
    ) {
        if from != to {
            set(&mut self.out.ticket, to.clone());
            self.event(Change::Edited { field, from, to });
        }
    }
}

/// Changes severity and level. A raise needs a reason; `new_facts` restarts the clocks at this moment,
/// `misclassified` and a lowering count from the original start, another level from where its severity counts (M1–M3). No
/// breach is ever deleted. `history` tells, oldest first, of the changes of severity, of what happened to the clocks since
/// the last of them, and of the reports and calls that reached the customer; a raise that its author takes back within
/// five minutes was a slip (M4).
///
/// # Errors
/// `needs_reason`, `level_needs_urgent`, `level_needs_fault`, `ended`, `merged`.
pub fn set_severity(
    case: &Case,
    to: &Reclassify,
    history: &[Event],
    actor: &Actor,
    now: Timestamp,
) -> Outcome {
    let t = &case.ticket;
    let (severity, level) = (t.severity, t.level);
    level_fits(to.level, t.kind, to.severity)?;
    let mut next = Next::on_open(case, actor, now)?;
    if (severity, level) == (to.severity, to.level) {
        return next.unchanged();
    }
    let raised = severity == Severity::General && to.severity == Severity::Urgent;
    if raised && to.reason.trim().is_empty() && !actor.is_import() {
        return Err(Refusal::NeedsReason);
    }
    // That a raise was a misclick, only its lowering can say.
    let mode = if to.mode == RaiseMode::Misclick { RaiseMode::NewFacts } else { to.mode };
    let due_before = resolution_due(&next).ok();
    next.out.ticket.severity = to.severity;
    next.out.ticket.level = to.level;
    let open = case.ticket.status.is_open();
    let slip = misclick::slip(&next, to.severity, history).filter(|_| open);
    let origin = if severity == to.severity { anew::Origin::Replaced } else { anew::Origin::Report };
    match slip {
        _ if !open => {}
        Some(raise) => misclick::restore(&mut next, raise, history)?,
        None if raised && mode == RaiseMode::NewFacts => anew::restart_clocks(&mut next)?,
        None => anew::recount_clocks(&mut next, origin, history)?,
    }
    clocks::refresh(&mut next)?;
    let due_after = resolution_due(&next);
    if severity != to.severity {
        let mode = raised.then_some(mode).or(slip.map(|_| RaiseMode::Misclick));
        next.event(Change::SeverityChanged {
            from: severity,
            to: to.severity,
            mode,
            reason: to.reason.trim().to_owned(),
            due_before,
            due_after: due_after.ok(),
            no_due: due_after.err(),
        });
    }
    if level != to.level {
        let text = |l: Option<Level>| l.map(Level::as_str).unwrap_or_default().to_owned();
        next.event(Change::Edited { field: EditField::Level, from: text(level), to: text(to.level) });
    }
    let event = next.out.ticket.version;
    next.tell_staff(event);
    next.finish()
}

/// The due of the resolution that runs, else why there is none.
fn resolution_due(next: &Next<'_>) -> Result<Timestamp, NoDue> {
    let of = |c: &&Clock| c.milestone == Milestone::Resolution;
    match next.out.clocks.iter().filter(of).find(|c| c.is_running()) {
        Some(clock) => clock.due_at.ok_or(NoDue::Paused),
        None if next.out.ticket.status.is_open() => Err(NoDue::NotPromised),
        None => Err(NoDue::Over),
    }
}
