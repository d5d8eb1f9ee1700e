//! The ticket list: filters, three orders, keyset paging. The scope is part of the signature, so that no list
//! can forget whose tickets it may show.

use domain::access::Scope;
use domain::id::{ContactId, GroupId, OrgId, ProductId, StaffId, TicketId};
use domain::named;
use domain::sla::{Milestone, Sort, State};
use domain::ticket::{Channel, IssueClass, Kind, Level, Severity, Status};
use domain::time::Timestamp;

use crate::sql::Assembly;
use crate::value::Value;
use crate::{Error, Read, Result, Row};

named! {
    /// The orders of the list. Each ends in the key, so that a page has one continuation.
    pub enum Order ("order") {
        /// Nearest due first; tickets without a running clock last.
        Due = "due",
        /// Newest first.
        Newest = "newest",
        /// Oldest first.
        Oldest = "oldest",
        /// What changed last comes first.
        Updated = "updated",
    }
}

/// Where a page begins: after this row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The row's value in the order, in milliseconds.
    pub value: i64,
    /// The row's key.
    pub id: String,
}

impl Cursor {
    /// The cursor as text for an address.
    pub fn encode(&self) -> String {
        format!("{:x}.{}", self.value, self.id)
    }

    /// Reads it back; `None` if it is not one of ours.
    pub fn decode(text: &str) -> Option<Self> {
        let (value, id) = text.split_once('.')?;
        let clean = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let value = i64::from_str_radix(value, 16).ok()?;
        clean.then(|| Self { value, id: id.to_owned() })
    }
}

/// What to show; what is empty does not filter. Several values of one filter mean any of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only open ones.
    pub open: bool,
    /// In one of these statuses.
    pub statuses: Option<Vec<Status>>,
    /// In one of these hands; `None` among them is nobody's.
    pub hands: Option<Vec<Option<StaffId>>>,
    /// In one of these groups' queues.
    pub groups: Option<Vec<GroupId>>,
    /// Of one of these organisations.
    pub organisations: Vec<OrgId>,
    /// Asked by this contact.
    pub requester: Option<ContactId>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of one of these classes.
    pub classes: Vec<IssueClass>,
    /// Of one of these severities.
    pub severities: Vec<Severity>,
    /// Of one of these levels.
    pub levels: Vec<Level>,
    /// Come by one of these channels.
    pub channels: Vec<Channel>,
    /// For one of these products.
    pub products: Vec<ProductId>,
    /// With one of these tags.
    pub tags: Vec<String>,
    /// Came at or after.
    pub from: Option<Timestamp>,
    /// Came before.
    pub until: Option<Timestamp>,
    /// With these extra values: key and folded value.
    pub extra: Vec<(String, String)>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Key.
    pub id: TicketId,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Kind.
    pub kind: Kind,
    /// Severity.
    pub severity: Severity,
    /// Level.
    pub level: Option<Level>,
    /// Status.
    pub status: Status,
    /// Issue class.
    pub class: Option<IssueClass>,
    /// Product's name.
    pub product: Option<String>,
    /// Extra values as they are kept; read by [`ListRow::extra_value`] where they are wanted.
    pub extra: String,
    /// Requester's name.
    pub requester: String,
    /// Organisation's name.
    pub organisation: Option<String>,
    /// Group's name.
    pub group: Option<String>,
    /// Assignee's name.
    pub assignee: Option<String>,
    /// The keys of these four.
    pub keys: Keys,
    /// When it came.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Somebody has to answer the customer.
    pub unanswered: bool,
    /// The running clock with the nearest due: which, its due, its state, its target.
    pub nearest: Option<(Milestone, Timestamp, State)>,
    /// Where the next page would begin.
    pub cursor: Cursor,
}

/// Whom a row names, by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Who asked.
    pub requester: ContactId,
    /// For whom.
    pub organisation: Option<OrgId>,
    /// Who handles it.
    pub group: Option<GroupId>,
    /// Who in person.
    pub assignee: Option<StaffId>,
    /// In what.
    pub product: Option<ProductId>,
}

const BASE: &str = "SELECT t.id, t.number, t.title, t.kind, t.severity, t.level, t.status, c.name, o.name, g.name, \
     s.name, t.created_at, t.updated_at, t.unanswered_since_at, t.next_due_at, t.next_clock, \
     t.class, p.name, t.extra, t.requester_id, t.organisation_id, t.group_id, t.assignee_id, t.product_id \
     FROM ticket t JOIN contact c ON c.id = t.requester_id \
     LEFT JOIN product p ON p.id = t.product_id \
     LEFT JOIN organisation o ON o.id = t.organisation_id \
     LEFT JOIN staff_group g ON g.id = t.group_id \
     LEFT JOIN staff s ON s.id = t.assignee_id";

const HAS_EXTRA: &str =
    "t.id IN (SELECT e.ticket_id FROM ticket_extra e WHERE e.key = ? AND e.value_folded = ?)";

/// Read from the tag, because a rare one is on few tickets.
const HAS_TAG: (&str, &str, &str) =
    ("t.id IN (SELECT x.ticket_id FROM ticket_tag x WHERE x.tag", " IN (", "))");

impl ListRow {
    /// By what it is like other cases.
    pub fn sort(&self) -> Sort {
        let Keys { group, product, .. } = &self.keys;
        Sort { severity: self.severity, product: product.clone(), group: group.clone() }
    }

    /// The value of an extra field; empty if it was not given.
    pub fn extra_value(&self, key: &str) -> String {
        let values: domain::ticket::Extra = serde_json::from_str(&self.extra).unwrap_or_default();
        values.get(key).cloned().unwrap_or_default()
    }
}

/// A page of tickets.
pub fn list(
    r: &mut Read<'_>,
    scope: &Scope,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<ListRow>> {
    let engine = r.engine();
    let (text, values) = assemble(scope, filter, order, after, limit);
    r.query(&engine.assembled(text), &values, |row| read_row(row, order))
}

/// Assembles the statement; also used by the test that prepares every shape on both engines.
pub(crate) fn assemble<'v>(
    scope: &'v Scope,
    f: &'v Filter,
    order: Order,
    after: Option<&'v Cursor>,
    limit: i64,
) -> (String, Vec<Value<'v>>) {
    let mut a = Assembly::new(BASE);
    narrow(&mut a, scope);
    choose(&mut a, f);
    let (keyset, tail) = match order {
        Order::Due => ("(t.next_due_at, t.id) > (?, ?)", " ORDER BY t.next_due_at, t.id LIMIT ?"),
        Order::Newest => ("(t.created_at, t.id) < (?, ?)", " ORDER BY t.created_at DESC, t.id DESC LIMIT ?"),
        Order::Oldest => ("(t.created_at, t.id) > (?, ?)", " ORDER BY t.created_at, t.id LIMIT ?"),
        Order::Updated => ("(t.updated_at, t.id) < (?, ?)", " ORDER BY t.updated_at DESC, t.id DESC LIMIT ?"),
    };
    if let Some(c) = after {
        a.and(keyset, &[c.value.into(), (&c.id).into()]);
    }
    a.end(tail, &[limit.into()])
}

/// Adds the conditions of a filter.
fn choose<'v>(a: &mut Assembly<'v>, f: &'v Filter) {
    if f.open {
        a.and("t.is_open = 1", &[]);
    }
    if let Some(statuses) = &f.statuses {
        a.and_in("t.status", statuses.iter().map(|s| s.as_str().into()));
    }
    if let Some(groups) = &f.groups {
        a.and_in("t.group_id", groups.iter().map(|g| g.as_str().into()));
    }
    if let Some(hands) = &f.hands {
        in_hands(a, hands);
    }
    if let Some(contact) = &f.requester {
        a.and("t.requester_id = ?", &[contact.as_str().into()]);
    }
    any_of(a, "t.organisation_id", f.organisations.iter().map(OrgId::as_str));
    any_of(a, "t.product_id", f.products.iter().map(ProductId::as_str));
    any_of(a, "t.kind", f.kinds.iter().map(|v| v.as_str()));
    any_of(a, "t.class", f.classes.iter().map(|v| v.as_str()));
    any_of(a, "t.severity", f.severities.iter().map(|v| v.as_str()));
    any_of(a, "t.level", f.levels.iter().map(|v| v.as_str()));
    any_of(a, "t.channel", f.channels.iter().map(|v| v.as_str()));
    if !f.tags.is_empty() {
        a.and_within(HAS_TAG, f.tags.iter().map(|t| t.as_str().into()));
    }
    if let Some(from) = f.from {
        a.and("t.created_at >= ?", &[from.into()]);
    }
    if let Some(until) = f.until {
        a.and("t.created_at < ?", &[until.into()]);
    }
    for (key, value) in &f.extra {
        a.and(HAS_EXTRA, &[key.into(), value.into()]);
    }
}

/// Adds `column IN (…)` if there are values.
fn any_of<'v>(a: &mut Assembly<'v>, column: &'static str, values: impl ExactSizeIterator<Item = &'v str>) {
    if values.len() > 0 {
        a.and_in(column, values.map(Value::from));
    }
}

fn in_hands<'v>(a: &mut Assembly<'v>, hands: &'v [Option<StaffId>]) {
    let nobody = hands.iter().any(Option::is_none);
    let people: Vec<Value<'v>> = hands.iter().flatten().map(|p| p.as_str().into()).collect();
    match (nobody, people.is_empty()) {
        (true, true) => a.and("t.assignee_id IS NULL", &[]),
        (true, false) => a.and_within(("(t.assignee_id IS NULL OR t.assignee_id", " IN (", "))"), people),
        (false, _) => a.and_in("t.assignee_id", people),
    }
}

/// Adds what the reader may see at all; the ticket's alias is `t`.
pub(crate) fn narrow<'v>(a: &mut Assembly<'v>, scope: &'v Scope) {
    match scope {
        Scope::All => {}
        Scope::Organisation(org) => a.and("t.organisation_id = ?", &[org.as_str().into()]),
        Scope::Contact(contact) => a.and("t.requester_id = ?", &[contact.as_str().into()]),
        Scope::Nothing => a.and("1 = 0", &[]),
    }
}

/// The rows of some tickets, as far as the reader may see them, by their keys.
pub fn rows_of(r: &mut Read<'_>, scope: &Scope, ids: &[TicketId]) -> Result<Vec<ListRow>> {
    let engine = r.engine();
    let (text, values) = assemble_rows(scope, ids);
    r.query(&engine.assembled(text), &values, |row| read_row(row, Order::Newest))
}

/// Assembles the statement; also used by the test that prepares it on both engines.
pub(crate) fn assemble_rows<'v>(scope: &'v Scope, ids: &'v [TicketId]) -> (String, Vec<Value<'v>>) {
    let mut a = Assembly::new(BASE);
    narrow(&mut a, scope);
    a.and_in("t.id", ids.iter().map(|id| id.as_str().into()));
    a.end(" ORDER BY t.id", &[])
}

fn read_row(r: &Row<'_>, order: Order) -> Result<ListRow> {
    let id: TicketId = r.id(0)?;
    let nearest = r.text_opt(15)?.map(|text| read_nearest(&text, r)).transpose()?;
    let value = r.int(match order {
        Order::Due => 14,
        Order::Updated => 12,
        Order::Newest | Order::Oldest => 11,
    })?;
    Ok(ListRow {
        cursor: Cursor { value, id: id.0.clone() },
        id,
        number: r.text(1)?,
        title: r.text(2)?,
        kind: r.word(3, "ticket.kind")?,
        severity: r.word(4, "ticket.severity")?,
        level: r.word_opt(5, "ticket.level")?,
        status: r.word(6, "ticket.status")?,
        class: r.word_opt(16, "ticket.class")?,
        product: r.text_opt(17)?,
        extra: r.text(18)?,
        requester: r.text(7)?,
        organisation: r.text_opt(8)?,
        group: r.text_opt(9)?,
        assignee: r.text_opt(10)?,
        keys: Keys {
            requester: r.id(19)?,
            organisation: r.id_opt(20)?,
            group: r.id_opt(21)?,
            assignee: r.id_opt(22)?,
            product: r.id_opt(23)?,
        },
        created_at: r.at(11)?,
        updated_at: r.at(12)?,
        unanswered: r.int_opt(13)?.is_some(),
        nearest,
    })
}

/// `milestone state` with the due beside it.
fn read_nearest(text: &str, r: &Row<'_>) -> Result<(Milestone, Timestamp, State)> {
    let (milestone, state) = text.split_once(' ').unwrap_or_default();
    let bad = |e| Error::corrupt("ticket.next_clock", e);
    Ok((milestone.parse().map_err(bad)?, r.at(14)?, state.parse().map_err(bad)?))
}
