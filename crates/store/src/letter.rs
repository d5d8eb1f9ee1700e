//! Letters that left, or would have left, the house.

use domain::id::TicketId;
use domain::time::Timestamp;

use crate::{Read, Result, Work};

statements! {
    INSERT = "INSERT INTO letter (id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
    PAGE = "SELECT id, ticket_id, kind, recipient, subject, body, state, detail, created_at, sent_at FROM letter \
         WHERE id < $1 ORDER BY id DESC LIMIT $2";
}

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
    /// `kept` (the demo sends nothing), `sent`, `refused`.
    pub state: String,
    /// What the server said.
    pub detail: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the server took it.
    pub sent_at: Option<Timestamp>,
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
        (&l.state).into(),
        (&l.detail).into(),
        l.created_at.into(),
        l.sent_at.into(),
    ];
    work.execute(&INSERT, &values).map(drop)
}

/// A page of letters, newest first.
pub fn page(r: &mut Read<'_>, before: &str, limit: i64) -> Result<Vec<LetterRow>> {
    r.rows(&PAGE, &[before.into(), limit.into()], |r| {
        Ok(LetterRow {
            id: r.text(0)?,
            ticket: r.id_opt(1)?,
            kind: r.text(2)?,
            recipient: r.text(3)?,
            subject: r.text(4)?,
            body: r.text(5)?,
            state: r.text(6)?,
            detail: r.text(7)?,
            created_at: r.at(8)?,
            sent_at: r.at_opt(9)?,
        })
    })
}
