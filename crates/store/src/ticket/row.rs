//! A ticket's row: its columns in one order, for reading and writing alike.

use domain::ticket::Ticket;

use crate::row::to_json;
use crate::value::Value;
use crate::{Result, Row};

/// The columns in the order in which [`read`] takes them. Table alias `t`.
macro_rules! ticket_columns {
    () => {
        "t.id, t.number, t.version, t.title, t.kind, t.class, t.severity, t.level, t.status, t.status_note, \
         t.channel, t.requester_id, t.organisation_id, t.contract_id, t.group_id, t.assignee_id, t.product_id, \
         t.module_id, t.facts, t.extra, t.tags, t.watchers, t.policy_id, t.policy_rev, t.policy_because, t.cause, \
         t.workaround, t.resolution, t.remark, t.plan, t.received_at, t.created_at, t.responded_at, t.resolved_at, \
         t.resolved_by, t.closed_at, t.close_reason, t.unanswered_since_at, t.reminders, t.silence_at, t.reopened, \
         t.reassigned, t.merged_into, t.rating, t.external_ref, t.messages, t.updated_at, \
         t.follow, t.anything_else"
    };
}
pub(crate) use ticket_columns;

/// Reads the columns of `ticket_columns!`.
pub(crate) fn read(r: &Row<'_>) -> Result<Ticket> {
    Ok(Ticket {
        id: r.id(0)?,
        number: r.text(1)?,
        version: r.int(2)?,
        title: r.text(3)?,
        kind: r.word(4, "ticket.kind")?,
        class: r.word_opt(5, "ticket.class")?,
        severity: r.word(6, "ticket.severity")?,
        level: r.word_opt(7, "ticket.level")?,
        status: r.word(8, "ticket.status")?,
        status_note: r.text(9)?,
        channel: r.word(10, "ticket.channel")?,
        requester: r.id(11)?,
        organisation: r.id_opt(12)?,
        contract: r.id_opt(13)?,
        group: r.id_opt(14)?,
        assignee: r.id_opt(15)?,
        product: r.id_opt(16)?,
        module: r.id_opt(17)?,
        facts: r.json(18, "ticket.facts")?,
        extra: r.json(19, "ticket.extra")?,
        tags: r.json(20, "ticket.tags")?,
        watchers: r.json(21, "ticket.watchers")?,
        policy: (r.id(22)?, r.int(23)?),
        policy_because: r.word(24, "ticket.policy_because")?,
        cause: r.word_opt(25, "ticket.cause")?,
        workaround: r.text(26)?,
        resolution: r.text(27)?,
        remark: r.text(28)?,
        plan: r.json(29, "ticket.plan")?,
        received_at: r.at(30)?,
        created_at: r.at(31)?,
        responded_at: r.at_opt(32)?,
        resolved_at: r.at_opt(33)?,
        resolved_by: r.id_opt(34)?,
        closed_at: r.at_opt(35)?,
        close_reason: r.word_opt(36, "ticket.close_reason")?,
        unanswered_since: r.at_opt(37)?,
        reminders: u8::try_from(r.int(38)?).unwrap_or(u8::MAX),
        silence_at: r.at_opt(39)?,
        reopened: r.small(40, "ticket.reopened")?,
        reassigned: r.small(41, "ticket.reassigned")?,
        merged_into: r.id_opt(42)?,
        rating: r.text_opt(43)?.and_then(|t| serde_json::from_str(&t).ok()),
        external_ref: r.text_opt(44)?,
        messages: r.int(45)?,
        updated_at: r.at(46)?,
        follow: r.json_opt(47, "ticket.follow")?,
        anything_else: r.word_opt(48, "ticket.anything_else")?,
    })
}

/// The documents of a ticket as text; they must outlive the parameters.
pub(super) struct Docs {
    facts: String,
    extra: String,
    tags: String,
    watchers: String,
    plan: String,
    rating: Option<String>,
    follow: Option<String>,
}

impl Docs {
    pub(super) fn of(t: &Ticket) -> Self {
        Self {
            facts: to_json(&t.facts),
            extra: to_json(&t.extra),
            tags: to_json(&t.tags),
            watchers: to_json(&t.watchers),
            plan: to_json(&t.plan),
            rating: t.rating.as_ref().map(to_json),
            follow: t.follow.as_ref().map(to_json),
        }
    }
}

/// The columns of `ticket_columns!` up to `updated_at`, the derived ones `is_open`, `next_due_at`, `next_clock`, and the
/// other columns.
pub(super) fn values<'v>(
    t: &'v Ticket,
    docs: &'v Docs,
    nearest: &'v (i64, Option<String>),
) -> Vec<Value<'v>> {
    vec![
        t.id.as_str().into(),
        (&t.number).into(),
        t.version.into(),
        (&t.title).into(),
        t.kind.as_str().into(),
        t.class.map(domain::ticket::IssueClass::as_str).into(),
        t.severity.as_str().into(),
        t.level.map(domain::ticket::Level::as_str).into(),
        t.status.as_str().into(),
        (&t.status_note).into(),
        t.channel.as_str().into(),
        t.requester.as_str().into(),
        id(t.organisation.as_ref()),
        id(t.contract.as_ref()),
        id(t.group.as_ref()),
        id(t.assignee.as_ref()),
        id(t.product.as_ref()),
        id(t.module.as_ref()),
        (&docs.facts).into(),
        (&docs.extra).into(),
        (&docs.tags).into(),
        (&docs.watchers).into(),
        t.policy.0.as_str().into(),
        t.policy.1.into(),
        t.policy_because.as_str().into(),
        t.cause.map(domain::ticket::Cause::as_str).into(),
        (&t.workaround).into(),
        (&t.resolution).into(),
        (&t.remark).into(),
        (&docs.plan).into(),
        t.received_at.into(),
        t.created_at.into(),
        t.responded_at.into(),
        t.resolved_at.into(),
        id(t.resolved_by.as_ref()),
        t.closed_at.into(),
        t.close_reason.map(domain::ticket::CloseReason::as_str).into(),
        t.unanswered_since.into(),
        i64::from(t.reminders).into(),
        t.silence_at.into(),
        t.reopened.into(),
        t.reassigned.into(),
        id(t.merged_into.as_ref()),
        docs.rating.as_ref().into(),
        t.external_ref.as_ref().into(),
        t.messages.into(),
        t.updated_at.into(),
        t.status.is_open().into(),
        nearest.0.into(),
        nearest.1.as_ref().into(),
        docs.follow.as_ref().into(),
        t.anything_else.map(domain::ticket::Else::as_str).into(),
    ]
}

fn id(id: Option<&impl AsText>) -> Value<'_> {
    id.map(AsText::text).into()
}

/// Identifiers as text, whichever they are.
trait AsText {
    fn text(&self) -> &str;
}

macro_rules! as_text {
    ($($name:ty),+) => { $(impl AsText for $name { fn text(&self) -> &str { self.as_str() } })+ };
}
as_text!(
    domain::id::OrgId,
    domain::id::ContractId,
    domain::id::GroupId,
    domain::id::StaffId,
    domain::id::ProductId,
    domain::id::ModuleId,
    domain::id::TicketId
);
