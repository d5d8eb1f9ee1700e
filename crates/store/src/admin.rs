//! The history of people, rights, calendars, promises and settings; notices; idempotent requests.

use domain::access::ActorRef;
use domain::id::{StaffId, TicketId};
use domain::oncall::News;
use domain::time::Timestamp;

use crate::row::to_json;
use crate::ticket::{actor, actor_columns};
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO admin_event (id, at, actor_kind, actor_id, subject, subject_id, what, before, after) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    PAGE = "SELECT id, at, actor_kind, actor_id, subject, subject_id, what, before, after FROM admin_event \
         WHERE id < $1 ORDER BY id DESC LIMIT $2";
    PAGE_OF = "SELECT id, at, actor_kind, actor_id, subject, subject_id, what, before, after FROM admin_event \
         WHERE subject = $3 AND id < $1 ORDER BY id DESC LIMIT $2";
    NOTIFY = "INSERT INTO notice (staff_id, id, ticket_id, event_no, at) VALUES ($1, $2, $3, $4, $5)";
    NOTIFY_NEWS = "INSERT INTO notice (staff_id, id, at, news) VALUES ($1, $2, $3, $4)";
    NOTICES = "SELECT n.id, n.ticket_id, t.number, t.title, n.event_no, n.at, n.read_at, n.digest, n.news FROM notice n \
         LEFT JOIN ticket t ON t.id = n.ticket_id WHERE n.staff_id = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3";
    UNREAD = "SELECT CAST(COUNT(*) AS BIGINT) FROM \
         (SELECT 1 AS one FROM notice WHERE staff_id = $1 AND read_at IS NULL LIMIT 100) u";
    READ_BEFORE = "UPDATE notice SET read_at = $2 WHERE staff_id = $1 AND read_at IS NULL AND at < $3";
    REMEMBER = "INSERT INTO idempotency (owner, key, body_hash, answer, at) VALUES ($1, $2, $3, $4, $5)";
    RECALL = "SELECT body_hash, answer FROM idempotency WHERE owner = $1 AND key = $2";
}

/// A change of people, rights or rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminEvent {
    /// Key; sorts by time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: ActorRef,
    /// What kind of thing: `calendar`, `staff`, …
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// What was done: `created`, `changed`, `deleted`, `signed_in`, …
    pub what: String,
    /// Before, as JSON or empty.
    pub before: String,
    /// After, as JSON or empty.
    pub after: String,
}

/// Kinds of things that have events.
pub const SUBJECTS: &[&str] = &[
    "staff",
    "group",
    "members",
    "role",
    "organisation",
    "domain",
    "contact",
    "points",
    "contract",
    "installation",
    "product",
    "modules",
    "calendar",
    "policy",
    "routing",
    "fields",
    "synonyms",
    "sender",
    "dkim_key",
    "settings",
    "rota",
    "oncall_override",
    "oncall_leave",
    "oncall_phone",
    "oncall_swap",
    "oncall_start",
    "oncall_note",
    "oncall_feed",
    "oncall_push",
    "answer",
    "token",
    "letter",
    "mailbox",
    "mail_block",
    "import",
    "archive",
];

/// Records a change; `id` and `at` are set here.
pub fn record(
    work: &mut Work<'_>,
    by: &ActorRef,
    subject: (&str, &str),
    what: &str,
    before: &str,
    after: &str,
) -> Result<()> {
    let (id, now) = (work.next_id(), work.now());
    let (kind, actor_id) = actor_columns(by);
    let values = [
        (&id).into(),
        now.into(),
        kind.into(),
        actor_id.into(),
        subject.0.into(),
        subject.1.into(),
        what.into(),
        before.into(),
        after.into(),
    ];
    work.hit("admin event", &INSERT, &values)
}

/// A page of the audit, newest first.
pub fn page(r: &mut Read<'_>, before: &str, limit: i64) -> Result<Vec<AdminEvent>> {
    r.rows(&PAGE, &[before.into(), limit.into()], read_event)
}

/// The same, of one kind of thing.
pub fn page_of(r: &mut Read<'_>, subject: Option<&str>, before: &str, limit: i64) -> Result<Vec<AdminEvent>> {
    match subject {
        Some(subject) => r.rows(&PAGE_OF, &[before.into(), limit.into(), subject.into()], read_event),
        None => page(r, before, limit),
    }
}

fn read_event(r: &Row<'_>) -> Result<AdminEvent> {
    Ok(AdminEvent {
        id: r.text(0)?,
        at: r.at(1)?,
        by: actor(r, 2)?,
        subject: r.text(4)?,
        subject_id: r.text(5)?,
        what: r.text(6)?,
        before: r.text(7)?,
        after: r.text(8)?,
    })
}

/// Tells a colleague of a ticket's event.
pub fn notify(work: &mut Work<'_>, to: &StaffId, ticket: &TicketId, event: i64) -> Result<()> {
    let (id, now) = (work.next_id(), work.now());
    work.hit(
        "notice",
        &NOTIFY,
        &[to.as_str().into(), (&id).into(), ticket.as_str().into(), event.into(), now.into()],
    )
}

/// Tells a colleague something that no ticket is about.
pub fn notify_news(work: &mut Work<'_>, to: &StaffId, news: &News) -> Result<()> {
    let (id, now, news) = (work.next_id(), work.now(), to_json(news));
    work.hit("notice", &NOTIFY_NEWS, &[to.as_str().into(), (&id).into(), now.into(), (&news).into()])
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Key; sorts by time.
    pub id: String,
    /// Ticket, unless it is about none.
    pub ticket: Option<TicketId>,
    /// Its number; empty without one.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Which of its events; 0 without one.
    pub event: i64,
    /// When.
    pub at: Timestamp,
    /// Was it read?
    pub read_at: Option<Timestamp>,
    /// How many late things it stands for; 0 for an ordinary notice.
    pub digest: i64,
    /// What happened, where no ticket tells it.
    pub news: Option<News>,
}

/// A page of a person's notices, newest first.
pub fn notices(r: &mut Read<'_>, staff: &StaffId, before: &str, limit: i64) -> Result<Vec<NoticeRow>> {
    r.rows(&NOTICES, &[staff.as_str().into(), before.into(), limit.into()], |r| {
        Ok(NoticeRow {
            id: r.text(0)?,
            ticket: r.id_opt(1)?,
            number: r.text_opt(2)?.unwrap_or_default(),
            title: r.text_opt(3)?.unwrap_or_default(),
            event: r.int_opt(4)?.unwrap_or(0),
            at: r.at(5)?,
            read_at: r.at_opt(6)?,
            digest: r.int(7)?,
            news: r.json_opt(8, "notice.news")?,
        })
    })
}

/// Unread notices of a person, counted up to 100.
pub fn unread(r: &mut Read<'_>, staff: &StaffId) -> Result<i64> {
    Ok(r.first(&UNREAD, &[staff.as_str().into()], |r| r.int(0))?.unwrap_or(0))
}

/// Marks a person's notices from before an instant as read.
pub fn read_before(work: &mut Work<'_>, staff: &StaffId, before: Timestamp) -> Result<()> {
    let now = work.now();
    work.execute(&READ_BEFORE, &[staff.as_str().into(), now.into(), before.into()]).map(drop)
}

/// Remembers the answer to a creating request.
pub fn remember(work: &mut Work<'_>, owner: &str, key: &str, body_hash: &str, answer: &str) -> Result<()> {
    let now = work.now();
    work.hit(
        "idempotency",
        &REMEMBER,
        &[owner.into(), key.into(), body_hash.into(), answer.into(), now.into()],
    )
}

/// The body's hash and the answer of an earlier request with this key.
pub fn recall(r: &mut Read<'_>, owner: &str, key: &str) -> Result<Option<(String, String)>> {
    r.first(&RECALL, &[owner.into(), key.into()], |r| Ok((r.text(0)?, r.text(1)?)))
}
