//! Letters that left, or would have left, the house: one row per letter and recipient, with what became of it.

use domain::id::{JobId, TicketId};
use domain::post::{LetterState, Passed};
use domain::time::Timestamp;

use crate::sql::Assembly;
use crate::value::Value;
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO letter (id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at, attempts, \
         next_at, job_id, message_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING";
    ONE = "SELECT id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at, attempts, next_at, job_id, message_no FROM letter \
         WHERE id = $1";
    OF_TICKET = "SELECT id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at, attempts, next_at, job_id, message_no \
         FROM letter WHERE ticket_id = $1 AND message_no >= $2 AND message_no <= $3 ORDER BY message_no, id LIMIT $4";
    NOT_ARRIVED = "SELECT id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at, attempts, next_at, job_id, message_no \
         FROM letter WHERE ticket_id = $1 AND state IN ('failed', 'rejected') ORDER BY id DESC LIMIT $2";
    BEFORE = "SELECT id, created_at FROM letter WHERE ticket_id = $1 AND recipient = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    SETTLE = "UPDATE letter SET state = $2, detail = $3, sent_at = $4, attempts = $5, next_at = $6, body = $7, job_id = $8 WHERE id = $1";
}

const BASE: &str = "SELECT id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at, attempts, next_at, job_id, message_no FROM letter";

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// The job that made it: a second run of the job finds its letter.
    pub id: String,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// Which template.
    pub kind: String,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// What became of it.
    pub state: LetterState,
    /// What the server said.
    pub detail: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the server took it.
    pub sent_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next; none if nobody will.
    pub next_at: Option<Timestamp>,
    /// The job that is to hand it over; an older one finds that it is no longer meant.
    pub job: Option<JobId>,
    /// Which message of the ticket it carries.
    pub message: Option<i64>,
}

fn read(r: &Row<'_>) -> Result<LetterRow> {
    Ok(LetterRow {
        id: r.text(0)?,
        ticket: r.id_opt(1)?,
        kind: r.text(2)?,
        recipient: r.text(3)?,
        subject: r.text(4)?,
        body: r.text(5)?,
        state: r.word(6, "letter.state")?,
        detail: r.text(7)?,
        created_at: r.at(8)?,
        sent_at: r.at_opt(9)?,
        attempts: r.int(10)?,
        next_at: r.at_opt(11)?,
        job: r.id_opt(12)?,
        message: r.int_opt(13)?,
    })
}

/// Keeps a letter; a second time changes nothing.
pub fn insert(work: &mut Work<'_>, l: &LetterRow) -> Result<()> {
    let values = [
        (&l.id).into(),
        l.ticket.as_ref().map(TicketId::as_str).into(),
        (&l.kind).into(),
        (&l.recipient).into(),
        (&l.subject).into(),
        (&l.body).into(),
        l.state.as_str().into(),
        (&l.detail).into(),
        l.created_at.into(),
        l.sent_at.into(),
        l.attempts.into(),
        l.next_at.into(),
        l.job.as_ref().map(JobId::as_str).into(),
        l.message.into(),
    ];
    work.execute(&INSERT, &values).map(drop)
}

/// Saves what became of a letter.
pub fn settle(work: &mut Work<'_>, l: &LetterRow) -> Result<()> {
    let values = [
        (&l.id).into(),
        l.state.as_str().into(),
        (&l.detail).into(),
        l.sent_at.into(),
        l.attempts.into(),
        l.next_at.into(),
        (&l.body).into(),
        l.job.as_ref().map(JobId::as_str).into(),
    ];
    work.hit("letter", &SETTLE, &values)
}

/// One letter.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<LetterRow>> {
    r.first(&ONE, &[id.into()], read)
}

/// The letters that carried some of a ticket's messages, from one to another.
pub fn of_messages(
    r: &mut Read<'_>,
    ticket: &TicketId,
    (from, to): (i64, i64),
    limit: i64,
) -> Result<Vec<LetterRow>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into(), from.into(), to.into(), limit.into()], read)
}

/// The letters about a ticket that no server took so far, newest first.
pub fn not_arrived(r: &mut Read<'_>, ticket: &TicketId, limit: i64) -> Result<Vec<LetterRow>> {
    r.rows(&NOT_ARRIVED, &[ticket.as_str().into(), limit.into()], read)
}

/// The letters about a ticket that went to the same recipient before this one, newest first.
pub fn before(r: &mut Read<'_>, l: &LetterRow, limit: i64) -> Result<Vec<Passed>> {
    let values =
        [l.ticket.as_ref().map(TicketId::as_str).into(), (&l.recipient).into(), (&l.id).into(), limit.into()];
    r.rows(&BEFORE, &values, |r| Ok(Passed { at: r.at(1)?, id: r.text(0)?, ours: true }))
}

/// A page of letters, newest first.
pub fn page(r: &mut Read<'_>, before: &str, limit: i64) -> Result<Vec<LetterRow>> {
    page_in(r, None, before, limit)
}

/// A page of letters in one state, newest first.
pub fn page_in(
    r: &mut Read<'_>,
    state: Option<LetterState>,
    before: &str,
    limit: i64,
) -> Result<Vec<LetterRow>> {
    let engine = r.engine();
    let (text, values) = assemble(state, before, limit);
    r.query(&engine.assembled(text), &values, read)
}

/// Assembles the list; also used by the test that prepares it on both engines.
pub(crate) fn assemble(state: Option<LetterState>, before: &str, limit: i64) -> (String, Vec<Value<'_>>) {
    let mut a = Assembly::new(BASE);
    if let Some(state) = state {
        a.and("state = ?", &[state.as_str().into()]);
    }
    a.and("id < ?", &[before.into()]);
    a.end(" ORDER BY id DESC LIMIT ?", &[limit.into()])
}
