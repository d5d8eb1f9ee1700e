//! A request becomes a ticket with promises.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::progress::met_before;
use super::{Body, Case, Change, Decision, Draft, Earlier, Letter, Next, Refusal, Rules, Visibility};
use crate::access::{Actor, ActorRef};
use crate::appointment::Follow;
use crate::id::{ContactId, ContractId, GroupId, ModuleId, OrgId, PolicyId, ProductId, StaffId, TicketId};
use crate::routing::RouteReason;
use crate::sla::{Because, Milestone, StopReason};
use crate::ticket::{Channel, Extra, Facts, Handling, IssueClass, Kind, Level, Severity, Status, Ticket};
use crate::time::{Timestamp, plus_seconds};

/// The longest back-dating by a clerk, in seconds (K3).
const MAX_BACKDATE_S: i64 = 72 * 3600;
/// Clocks of two machines may differ by this much (E7).
const SKEW_S: i64 = 2;

/// What the store has prepared for a new ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Key.
    pub id: TicketId,
    /// Number.
    pub number: String,
}

/// The first contact of a case that is entered after it: told with the entry, it is in time if it was, and nothing is
/// raised because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstContact {
    /// When the customer was reached.
    pub at: Timestamp,
    /// Who reached them.
    pub by: StaffId,
}

/// When a first contact may have been: after the request had come, and not in the future. Forms give minutes: the one in
/// which it came is not before it.
///
/// # Errors
/// `in_future`, `before_received`.
pub fn first_contact_at(at: Timestamp, received_at: Timestamp, now: Timestamp) -> Result<Timestamp, Refusal> {
    let minute = |t: Timestamp| t.as_second().div_euclid(60);
    match at {
        at if at > plus_seconds(now, SKEW_S) => Err(Refusal::InFuture),
        at if minute(at) < minute(received_at) => Err(Refusal::BeforeReceived),
        at => Ok(at.max(received_at).min(now)),
    }
}

/// A request with everything that was found out about it before the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What the customer calls the matter.
    pub title: String,
    /// What was said when it was opened.
    pub body: Body,
    /// Who said it: the customer, also where somebody else wrote it down.
    pub said_by: ActorRef,
    /// Uploaded files.
    pub files: Vec<crate::id::FileId>,
    /// Kind.
    pub kind: Kind,
    /// Issue class.
    pub class: Option<IssueClass>,
    /// Severity.
    pub severity: Severity,
    /// Level.
    pub level: Option<Level>,
    /// Channel.
    pub channel: Channel,
    /// Who asks.
    pub requester: ContactId,
    /// The requester's organisation.
    pub organisation: Option<OrgId>,
    /// The contract that serves it.
    pub contract: Option<ContractId>,
    /// The promise: policy, revision, and why.
    pub policy: (PolicyId, i64),
    /// Where the promise came from.
    pub policy_because: Because,
    /// Product.
    pub product: Option<ProductId>,
    /// Module.
    pub module: Option<ModuleId>,
    /// Five facts.
    pub facts: Facts,
    /// Checked extra values.
    pub extra: Extra,
    /// Tags.
    pub tags: BTreeSet<String>,
    /// Who gets it.
    pub group: Option<GroupId>,
    /// Who in person.
    pub assignee: Option<StaffId>,
    /// Why they get it.
    pub route: RouteReason,
    /// When it reached us, if not now (K3).
    pub received_at: Option<Timestamp>,
    /// Why it is entered only now.
    pub received_reason: String,
    /// The first contact that had been by then, of an entry after the fact.
    pub first_contact: Option<FirstContact>,
    /// Number in the system from which it is imported.
    pub external_ref: Option<String>,
    /// How and when the customer wants to be reached.
    pub follow: Option<Follow>,
}

/// Opens a ticket: its clocks start when the report reached us. A ticket that staff enter during an answered
/// call has its first response at that moment, and one that is entered after the first contact has it then (K4).
///
/// # Errors
/// `empty_text`, `level_needs_urgent`, `level_needs_fault`, `in_future`, `before_received`, `too_old`, `needs_reason` for an entry after the fact, `never_opens`.
pub fn open(
    rules: &Arc<Rules>,
    identity: Identity,
    opening: Opening,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    if one_line(&opening.title).is_empty() {
        return Err(Refusal::EmptyText);
    }
    level_fits(opening.level, opening.kind, opening.severity)?;
    let received_at = received(opening.received_at, actor, now)?;
    // What is imported happened when its log says.
    let now = if actor.is_import() { received_at } else { now };
    let late = opening.received_reason.trim();
    if actor.staff().is_some() && received_at < plus_seconds(now, -SKEW_S) && late.is_empty() {
        return Err(Refusal::NeedsReason);
    }
    let change = Change::Opened {
        kind: opening.kind,
        severity: opening.severity,
        level: opening.level,
        handling: Handling { group: opening.group.clone(), assignee: opening.assignee.clone() },
        route: opening.route.clone(),
        late: late.to_owned(),
    };
    let draft = Draft { body: opening.body.clone(), files: opening.files.clone(), ..Draft::default() };
    let said_by = opening.said_by.clone();
    let contact = opening.first_contact.clone();
    let by_phone = opening.channel == Channel::Phone && actor.staff().is_some() && contact.is_none();
    let case = Case {
        ticket: fresh(identity, opening, received_at, now),
        clocks: Vec::new(),
        earlier: Earlier::default(),
        holds: Vec::new(),
        rules: Arc::clone(rules),
    };
    let mut next = Next::new(&case, actor, now);
    next.event(change);
    if !draft.body.is_empty() || !draft.files.is_empty() {
        next.message_of(said_by, Visibility::Public, draft);
    }
    if by_phone {
        next.set_status(Status::Open, "");
    }
    // A letter that waited here, while the program stood still, is a downtime (E6); what staff write down later is not.
    let known_at = actor.staff().map(|_| now);
    for milestone in [Milestone::Response, Milestone::Attend, Milestone::Update, Milestone::Resolution] {
        next.start_known(milestone, received_at, known_at);
    }
    if by_phone {
        answered_at_once(&mut next, received_at)?;
    }
    if let Some(contact) = contact {
        contacted(&mut next, &contact, received_at)?;
    }
    next.letter(Letter::Received, None);
    next.tell_staff(next.out.ticket.version);
    next.finish()
}

/// Whoever called was answered by the call itself.
fn answered_at_once(next: &mut Next<'_>, at: Timestamp) -> Result<(), Refusal> {
    next.out.ticket.responded_at = Some(at);
    next.out.ticket.unanswered_since = None;
    next.stop(Milestone::Response, at, StopReason::Done)
}

/// What was done before the case was entered is the doing of whoever did it.
fn contacted(next: &mut Next<'_>, contact: &FirstContact, received_at: Timestamp) -> Result<(), Refusal> {
    let at = first_contact_at(contact.at, received_at, next.now)?;
    let by = ActorRef::Staff(contact.by.clone());
    let before = next.out.events.len();
    next.event(Change::Contacted { at, note: String::new() });
    next.out.ticket.responded_at = Some(at);
    next.out.ticket.unanswered_since = None;
    next.stop(Milestone::Response, at, StopReason::Done)?;
    next.out.events.iter_mut().skip(before).for_each(|e| e.by.clone_from(&by));
    met_before(next, at, &by)?;
    next.set_status(Status::Open, "");
    Ok(())
}

/// When a request reached us, if somebody says so: not in the future, and at most 72 hours ago (K3).
///
/// # Errors
/// `in_future`, `too_old`.
pub fn received(given: Option<Timestamp>, actor: &Actor, now: Timestamp) -> Result<Timestamp, Refusal> {
    match given {
        None => Ok(now),
        Some(at) if actor.is_import() => Ok(at),
        Some(at) if at > plus_seconds(now, SKEW_S) => Err(Refusal::InFuture),
        Some(at) if at < plus_seconds(now, -MAX_BACKDATE_S) => Err(Refusal::TooOld),
        Some(at) => Ok(at.min(now)),
    }
}

/// A level is for faults, the first one for those that are urgent.
///
/// # Errors
/// `level_needs_fault`, `level_needs_urgent`.
pub fn level_fits(level: Option<Level>, kind: Kind, severity: Severity) -> Result<(), Refusal> {
    match level {
        Some(_) if !kind.is_fault() => Err(Refusal::LevelNeedsFault),
        Some(Level::One) if severity != Severity::Urgent => Err(Refusal::LevelNeedsUrgent),
        _ => Ok(()),
    }
}

/// A title is one line: what breaks lines, or cannot be seen, becomes a space.
pub(super) fn one_line(title: &str) -> String {
    let visible: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn fresh(identity: Identity, o: Opening, received_at: Timestamp, now: Timestamp) -> Ticket {
    Ticket {
        id: identity.id,
        number: identity.number,
        version: 0,
        title: one_line(&o.title),
        kind: o.kind,
        class: o.class,
        severity: o.severity,
        level: o.level,
        status: Status::New,
        status_note: String::new(),
        channel: o.channel,
        requester: o.requester,
        organisation: o.organisation,
        contract: o.contract,
        group: o.group,
        assignee: o.assignee,
        product: o.product,
        module: o.module,
        facts: o.facts,
        extra: o.extra,
        tags: o.tags,
        watchers: BTreeSet::new(),
        policy: o.policy,
        policy_because: o.policy_because,
        cause: None,
        workaround: String::new(),
        resolution: String::new(),
        remark: String::new(),
        plan: Vec::new(),
        received_at,
        created_at: now,
        responded_at: None,
        resolved_at: None,
        resolved_by: None,
        closed_at: None,
        close_reason: None,
        unanswered_since: Some(received_at),
        reminders: 0,
        silence_at: None,
        reopened: 0,
        reassigned: 0,
        merged_into: None,
        rating: None,
        external_ref: o.external_ref,
        messages: 0,
        updated_at: now,
        follow: o.follow,
        anything_else: None,
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_title_is_one_line() {
        for (typed, kept) in [
            ("  保存 没有反应 ", "保存 没有反应"),
            ("报表\r\n打不开\tBcc: x", "报表 打不开 Bcc: x"),
            ("\u{7}\n ", ""),
        ] {
            assert_eq!(one_line(typed), kept);
        }
    }
}
