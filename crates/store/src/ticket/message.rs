//! Messages of a ticket.

use domain::access::ActorRef;
use domain::id::TicketId;
use domain::ticket::decide::{Message, Visibility};
use domain::time::Timestamp;

use super::event::{actor, actor_columns};
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO message (ticket_id, no, visibility, actor_kind, actor_id, html, progress, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    OF_TICKET = "SELECT no, visibility, actor_kind, actor_id, html, progress, at FROM message \
         WHERE ticket_id = $1 AND no > $2 AND (CAST($3 AS BIGINT) = 1 OR visibility = 'public') ORDER BY no LIMIT $4";
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Position in the ticket.
    pub no: i64,
    /// Who may read it.
    pub visibility: Visibility,
    /// Who wrote it.
    pub by: ActorRef,
    /// Safe HTML: it was cleaned before it came here.
    pub html: String,
    /// A progress report.
    pub progress: bool,
    /// When.
    pub at: Timestamp,
}

/// Keeps a message.
pub fn insert_message(
    work: &mut Work<'_>,
    ticket: &TicketId,
    message: &Message,
    by: &ActorRef,
) -> Result<()> {
    let (kind, id) = actor_columns(by);
    let now = work.now();
    let values = [
        ticket.as_str().into(),
        message.no.into(),
        message.visibility.as_str().into(),
        kind.into(),
        id.into(),
        message.body.html().into(),
        message.progress.into(),
        now.into(),
    ];
    work.hit("message", &INSERT, &values)
}

/// The messages of a ticket after a position; internal ones only on request.
pub fn messages(
    r: &mut Read<'_>,
    ticket: &TicketId,
    after: i64,
    internal: bool,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    r.rows(&OF_TICKET, &[ticket.as_str().into(), after.into(), internal.into(), limit.into()], |r| {
        read_message(r, 0)
    })
}

/// Reads the columns of a message, from a column on.
pub(crate) fn read_message(r: &Row<'_>, first: usize) -> Result<MessageRow> {
    Ok(MessageRow {
        no: r.int(first)?,
        visibility: r.word(first + 1, "message.visibility")?,
        by: actor(r, first + 2)?,
        html: r.text(first + 4)?,
        progress: r.flag(first + 5)?,
        at: r.at(first + 6)?,
    })
}
