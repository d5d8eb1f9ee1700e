//! What the API shows of a ticket.

use domain::sla::{Clock, Milestone};
use domain::ticket::decide::Rules;
use domain::ticket::{Facts, PlanStep, Rating, Ticket};
use domain::time::{Timestamp, to_millis};
use serde::Serialize;
use std::collections::BTreeMap;
use store::ticket::ListRow;
use utoipa::ToSchema;

use super::risk_view::RiskView;
use crate::names::Names;

/// RFC 3339, whole seconds where there are no others.
pub(super) fn instant(at: Timestamp) -> String {
    domain::time::from_millis(to_millis(at)).to_string()
}

/// A clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockView {
    /// `response`, `attend`, `update`, `reply`, `resolution`.
    pub kind: &'static str,
    /// 1 for the first.
    pub cycle: u32,
    /// `running`, `paused`, `met`, `breached`, `breached_running`, `breached_paused`, as of this answer.
    pub state: &'static str,
    /// When it started.
    pub started_at: String,
    /// When it is due; none while it is paused.
    pub due_at: Option<String>,
    /// When it stopped.
    pub stopped_at: Option<String>,
    /// Why it stopped.
    pub stop_reason: Option<&'static str>,
    /// Promised seconds of counted time.
    pub target_s: i64,
    /// Counted seconds: up to the stop, of a running clock up to this answer.
    pub counted_s: i64,
    /// The calendar in which it counts.
    pub calendar: String,
    /// Why a broken promise was excused: a supervisor's words, or `misclick:` and the seconds after which the raise that alone
    /// had broken it was taken back.
    pub excused: Option<String>,
    /// The due may move: it touches a year whose holidays are not announced.
    pub uncertain: bool,
    /// Why it is at risk, if it is. Only in the answer to a reading, and for staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskView>,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    /// `AF-2026-00187`.
    pub number: String,
    /// Raised by one with each event; send it back with edits.
    pub version: i64,
    /// Title.
    pub title: String,
    /// Status.
    pub status: &'static str,
    /// Why it waits.
    pub status_note: String,
    /// Kind.
    pub kind: &'static str,
    /// Issue class.
    pub class: Option<&'static str>,
    /// Severity.
    pub severity: &'static str,
    /// Level of a fault.
    pub level: Option<u8>,
    /// How it came.
    pub channel: &'static str,
    /// Contact's id.
    pub requester: String,
    /// The contact's name.
    pub requester_name: String,
    /// Organisation's id.
    pub organisation: Option<String>,
    /// The organisation's name.
    pub organisation_name: Option<String>,
    /// Contract's id.
    pub contract: Option<String>,
    /// Group's id.
    pub group: Option<String>,
    /// The group's name.
    pub group_name: Option<String>,
    /// Person's id.
    pub assignee: Option<String>,
    /// The person's name.
    pub assignee_name: Option<String>,
    /// Product's id.
    pub product: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
    /// Module's id.
    pub module: Option<String>,
    /// The module's name.
    pub module_name: Option<String>,
    /// The five facts.
    #[schema(value_type = Object)]
    pub facts: Facts,
    /// How the customer wants to be reached: `phone`, `mail`, `chat`, `on_site`.
    pub follow_way: Option<&'static str>,
    /// When, in words.
    pub follow_when: String,
    /// Whether there was anything else after it was solved: `asked`, `yes`, `no`.
    pub anything_else: Option<&'static str>,
    /// Extra fields by their keys, each as text, also numbers and dates.
    pub extra: BTreeMap<String, String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Colleagues who are told of changes.
    pub watchers: Vec<String>,
    /// What is planned for the fix, and for when.
    #[schema(value_type = Vec<Object>)]
    pub plan: Vec<PlanStep>,
    /// The ticket in which this one goes on.
    pub merged_into: Option<String>,
    /// The customer's marks.
    #[schema(value_type = Option<Object>)]
    pub rating: Option<Rating>,
    /// The promise: policy and revision.
    pub policy: String,
    /// Its revision.
    pub policy_rev: i64,
    /// Where the promise came from.
    pub policy_because: &'static str,
    /// Where the cause lay.
    pub cause: Option<&'static str>,
    /// Way round.
    pub workaround: String,
    /// What solved it.
    pub resolution: String,
    /// Remark of the problem log.
    pub remark: String,
    /// When the report reached us.
    pub received_at: String,
    /// When it was entered.
    pub created_at: String,
    /// First contact by a person.
    pub responded_at: Option<String>,
    /// When it was solved.
    pub resolved_at: Option<String>,
    /// When it ended.
    pub closed_at: Option<String>,
    /// How it ended.
    pub close_reason: Option<&'static str>,
    /// Number in the system from which it was imported.
    pub external_ref: Option<String>,
    /// Number of messages that this caller may not all see.
    pub messages: i64,
    /// Last change.
    pub updated_at: String,
    /// Its clocks in the order in which they started; of each kind the newest twelve cycles.
    pub clocks: Vec<ClockView>,
}

impl TicketView {
    /// Without what staff keep for themselves.
    pub(super) fn for_customer(mut self, rules: &Rules) -> Self {
        let theirs = |key: &str| rules.fields.iter().any(|f| f.key == key && f.customer);
        self.extra.retain(|key, _| theirs(key));
        let (status_note, remark) = (String::new(), String::new());
        Self { status_note, remark, tags: Vec::new(), watchers: Vec::new(), ..self }
    }
}

/// A ticket with its clocks, as the API shows it. `names` knows whom it names.
pub(super) fn ticket(t: Ticket, clocks: &[Clock], rules: &Rules, names: &Names) -> TicketView {
    TicketView {
        requester_name: names.get(t.requester.as_str()),
        organisation_name: t.organisation.as_ref().map(|i| names.get(i.as_str())),
        group_name: t.group.as_ref().map(|i| names.get(i.as_str())),
        assignee_name: t.assignee.as_ref().map(|i| names.get(i.as_str())),
        product_name: t.product.as_ref().map(|i| names.get(i.as_str())),
        module_name: t.module.as_ref().map(|i| names.get(i.as_str())),
        number: t.number,
        version: t.version,
        title: t.title,
        status: t.status.as_str(),
        status_note: t.status_note,
        kind: t.kind.as_str(),
        class: t.class.map(domain::ticket::IssueClass::as_str),
        severity: t.severity.as_str(),
        level: t.level.and_then(|l| l.as_str().parse().ok()),
        channel: t.channel.as_str(),
        requester: t.requester.0,
        organisation: t.organisation.map(|i| i.0),
        contract: t.contract.map(|i| i.0),
        group: t.group.map(|i| i.0),
        assignee: t.assignee.map(|i| i.0),
        product: t.product.map(|i| i.0),
        module: t.module.map(|i| i.0),
        facts: t.facts,
        follow_way: t.follow.as_ref().and_then(|f| f.way).map(domain::appointment::ContactWay::as_str),
        follow_when: t.follow.map(|f| f.when).unwrap_or_default(),
        anything_else: t.anything_else.map(domain::ticket::Else::as_str),
        extra: t.extra,
        tags: t.tags.into_iter().collect(),
        watchers: t.watchers.into_iter().map(|s| s.0).collect(),
        plan: t.plan,
        merged_into: None,
        rating: t.rating,
        policy: t.policy.0.0,
        policy_rev: t.policy.1,
        policy_because: t.policy_because.as_str(),
        cause: t.cause.map(domain::ticket::Cause::as_str),
        workaround: t.workaround,
        resolution: t.resolution,
        remark: t.remark,
        received_at: instant(t.received_at),
        created_at: instant(t.created_at),
        responded_at: t.responded_at.map(instant),
        resolved_at: t.resolved_at.map(instant),
        closed_at: t.closed_at.map(instant),
        close_reason: t.close_reason.map(domain::ticket::CloseReason::as_str),
        external_ref: t.external_ref,
        messages: t.messages,
        updated_at: instant(t.updated_at),
        clocks: ordered(clocks).into_iter().map(|c| clock(c, rules)).collect(),
    }
}

fn ordered(clocks: &[Clock]) -> Vec<&Clock> {
    let place = |c: &Clock| Milestone::ALL.iter().position(|m| *m == c.milestone);
    let mut all: Vec<&Clock> = clocks.iter().collect();
    all.sort_by_key(|c| (c.started_at, place(c), c.cycle));
    all
}

fn clock(c: &Clock, rules: &Rules) -> ClockView {
    ClockView {
        kind: c.milestone.as_str(),
        cycle: c.cycle,
        state: c.outcome(),
        started_at: instant(c.started_at),
        due_at: c.due_at.map(instant),
        stopped_at: c.stopped.map(|(at, _)| instant(at)),
        stop_reason: c.stopped.map(|(_, why)| why.as_str()),
        target_s: c.target_s,
        counted_s: c.counted_s,
        calendar: c.calendar.0.clone(),
        excused: c.excused.clone(),
        uncertain: rules.is_uncertain(c),
        risk: None,
    }
}

/// A row of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowView {
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: &'static str,
    /// Severity.
    pub severity: &'static str,
    /// Status.
    pub status: &'static str,
    /// Contact's id.
    pub requester: String,
    /// The contact's name.
    pub requester_name: String,
    /// Organisation's id.
    pub organisation: Option<String>,
    /// The organisation's name.
    pub organisation_name: Option<String>,
    /// Group's id.
    pub group: Option<String>,
    /// The group's name.
    pub group_name: Option<String>,
    /// Person's id.
    pub assignee: Option<String>,
    /// The person's name.
    pub assignee_name: Option<String>,
    /// When it was entered.
    pub created_at: String,
    /// Last change.
    pub updated_at: String,
    /// The customer waits for an answer.
    pub unanswered: bool,
    /// Extra fields, for staff; each as text.
    pub extra: BTreeMap<String, String>,
    /// The running clock with the nearest due.
    pub nearest: Option<NearestView>,
}

/// The nearest due.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearestView {
    /// Which clock.
    pub kind: &'static str,
    /// Its state as of the ticket's last change.
    pub state: &'static str,
    /// When it is due.
    pub due_at: String,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowsView {
    /// The rows.
    pub items: Vec<RowView>,
    /// Continues the list; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// A row of the list, as the API shows it.
pub(super) fn row(r: ListRow, internal: bool) -> RowView {
    let extra = if internal { serde_json::from_str(&r.extra).unwrap_or_default() } else { BTreeMap::new() };
    RowView {
        extra,
        number: r.number,
        title: r.title,
        kind: r.kind.as_str(),
        severity: r.severity.as_str(),
        status: r.status.as_str(),
        requester: r.keys.requester.0,
        requester_name: r.requester,
        organisation: r.keys.organisation.map(|i| i.0),
        organisation_name: r.organisation,
        group: r.keys.group.map(|i| i.0),
        group_name: r.group,
        assignee: r.keys.assignee.map(|i| i.0),
        assignee_name: r.assignee,
        created_at: instant(r.created_at),
        updated_at: instant(r.updated_at),
        unanswered: r.unanswered,
        nearest: r.nearest.map(|(kind, due, state)| NearestView {
            kind: kind.as_str(),
            state: state.as_str(),
            due_at: instant(due),
        }),
    }
}
