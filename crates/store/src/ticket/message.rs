//! Messages of a ticket.

use domain::access::ActorRef;
use domain::id::TicketId;
use domain::ticket::decide::{Held, Message, Visibility};
use domain::ticket::progress::{Card, Way};
use domain::time::Timestamp;

use super::event::{actor, actor_columns};
use crate::row::to_json;
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO message (ticket_id, no, visibility, actor_kind, actor_id, html, progress, at, card, \
         delivered_at, rest, held_until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    OF_TICKET = "SELECT no, visibility, actor_kind, actor_id, html, progress, at, card, delivered_at, rest FROM message \
         WHERE ticket_id = $1 AND no > $2 AND (CAST($3 AS BIGINT) = 1 OR (visibility = 'public' \
         AND (held_until_at IS NULL OR held_until_at <= $5))) ORDER BY no LIMIT $4";
    HELD = "SELECT no, held_until_at FROM message WHERE ticket_id = $1 AND held_until_at IS NOT NULL AND held_until_at > $2 \
         ORDER BY no LIMIT 100";
    LET_GO = "UPDATE message SET held_until_at = NULL WHERE ticket_id = $1 AND no = $2 AND held_until_at IS NOT NULL";
    DELETE = "DELETE FROM message WHERE ticket_id = $1 AND no = $2";
    REPORTS = "SELECT no, visibility, actor_kind, actor_id, html, progress, at, card, delivered_at, rest FROM message \
         WHERE ticket_id = $1 AND card IS NOT NULL AND no < $2 ORDER BY no DESC LIMIT $3";
    DELIVERED = "UPDATE message SET delivered_at = $3 WHERE ticket_id = $1 AND no = $2";
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
    /// A progress report, also one from before reports had a form.
    pub progress: bool,
    /// When.
    pub at: Timestamp,
    /// What it is besides words.
    pub card: Option<Card>,
    /// Since when a report counts as handed over.
    pub delivered_at: Option<Timestamp>,
    /// Safe HTML of what was quoted in a letter; empty if nothing was.
    pub rest: String,
}

/// Keeps a message.
pub fn insert_message(
    work: &mut Work<'_>,
    ticket: &TicketId,
    message: &Message,
    at: Timestamp,
) -> Result<()> {
    let (kind, id) = actor_columns(&message.by);
    let card = message.card.as_ref().map(to_json);
    let progress = matches!(message.card, Some(Card::Progress { .. }));
    // On the portal it is there with the commit.
    let there = matches!(message.card, Some(Card::Progress { way: Way::Portal, .. }));
    let values = [
        ticket.as_str().into(),
        message.no.into(),
        message.visibility.as_str().into(),
        kind.into(),
        id.into(),
        message.body.html().into(),
        progress.into(),
        at.into(),
        card.as_ref().into(),
        there.then_some(at).into(),
        message.body.rest().into(),
        message.held_until.into(),
    ];
    work.hit("message", &INSERT, &values)
}

/// The messages of a ticket after a position; internal ones, and answers that have not left, only on request.
pub fn messages(
    r: &mut Read<'_>,
    ticket: &TicketId,
    after: i64,
    internal: bool,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    let now = r.now();
    let values = [ticket.as_str().into(), after.into(), internal.into(), limit.into(), now.into()];
    r.rows(&OF_TICKET, &values, |r| read_message(r, 0))
}

/// The answers of a ticket that have not left.
pub fn held(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<Held>> {
    let now = r.now();
    r.rows(&HELD, &[ticket.as_str().into(), now.into()], |r| Ok(Held { message: r.int(0)?, until: r.at(1)? }))
}

/// Notes that an answer has left; false if it did not wait.
pub fn let_go(work: &mut Work<'_>, ticket: &TicketId, no: i64) -> Result<bool> {
    Ok(work.execute(&LET_GO, &[ticket.as_str().into(), no.into()])? > 0)
}

/// Removes an answer that was taken back.
pub fn delete_message(work: &mut Work<'_>, ticket: &TicketId, no: i64) -> Result<()> {
    work.hit("message", &DELETE, &[ticket.as_str().into(), no.into()])
}

/// The reports of a ticket and what was told instead, before a position, newest first. All of them are for the
/// customer.
pub fn reports(r: &mut Read<'_>, ticket: &TicketId, before: i64, limit: i64) -> Result<Vec<MessageRow>> {
    r.rows(&REPORTS, &[ticket.as_str().into(), before.into(), limit.into()], |r| read_message(r, 0))
}

/// Notes since when a report counts as handed over, or that it does not.
pub fn set_delivered(work: &mut Work<'_>, ticket: &TicketId, no: i64, at: Option<Timestamp>) -> Result<()> {
    work.hit("message", &DELIVERED, &[ticket.as_str().into(), no.into(), at.into()])
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
        card: r.json_opt(first + 7, "message.card")?,
        delivered_at: r.at_opt(first + 8)?,
        rest: r.text(first + 9)?,
    })
}
