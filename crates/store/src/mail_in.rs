//! Letters that come in: one row for each and its bytes, written in one transaction before anything else is done.

use std::net::IpAddr;

use domain::id::TicketId;
use domain::mail_in::{MailState, Origin, Reason};
use domain::post::Passed;
use domain::time::Timestamp;

use crate::row::to_json;
use crate::sql::Assembly;
use crate::value::Value;
use crate::{Read, Result, Row, Work};

statements! {
    INSERT = "INSERT INTO mail_in (id, mailbox, source, source_key, fingerprint, size, envelope_from, recipient, received_at, sender, \
         sender_name, subject, message_id, peer, greeted_as, state, state_before, reason, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'waiting', '', 'none', '') ON CONFLICT DO NOTHING";
    INSERT_RAW = "INSERT INTO mail_raw (mail_id, bytes) VALUES ($1, $2)";
    RAW = "SELECT bytes FROM mail_raw WHERE mail_id = $1";
    RAW_OF = "SELECT r.bytes FROM mail_in m JOIN mail_raw r ON r.mail_id = m.id WHERE m.ticket_id = $1 AND m.message_no = $2 \
         ORDER BY m.id LIMIT 1";
    ONE = "SELECT id, mailbox, source, size, envelope_from, recipient, received_at, sender, sender_name, subject, message_id, state, \
         state_before, reason, detail, read_at, ticket_id, message_no, peer, greeted_as, origin FROM mail_in WHERE id = $1";
    OF_MESSAGE_ID = "SELECT ticket_id FROM mail_in WHERE message_id = $1 AND message_id <> '' AND ticket_id IS NOT NULL ORDER BY id LIMIT 1";
    ORIGINS = "SELECT message_no, origin FROM mail_in WHERE ticket_id = $1 AND message_no IS NOT NULL \
         ORDER BY message_no, id LIMIT 5000";
    BEFORE = "SELECT message_id, received_at FROM mail_in WHERE ticket_id = $1 AND state = 'placed' AND message_id <> '' \
         AND received_at <= $2 ORDER BY received_at DESC, id DESC LIMIT $3";
    OPENED = "SELECT CAST(COUNT(*) AS BIGINT) FROM mail_in WHERE sender = $1 AND reason = 'opened' AND read_at > $2";
    SETTLE = "UPDATE mail_in SET state = $2, state_before = $3, reason = $4, detail = $5, read_at = $6, ticket_id = $7, message_no = $8, \
         origin = $9 WHERE id = $1";
    KEY = "SELECT secret, sealed FROM mail_key WHERE id = 1";
    PUT_KEY = "INSERT INTO mail_key (id, secret, sealed, made_at) VALUES (1, '', $1, $2) \
         ON CONFLICT (id) DO UPDATE SET secret = '', sealed = excluded.sealed WHERE mail_key.sealed = ''";
}

const BASE: &str = "SELECT id, mailbox, source, size, envelope_from, recipient, received_at, sender, sender_name, subject, message_id, state, \
     state_before, reason, detail, read_at, ticket_id, message_no, peer, greeted_as, origin FROM mail_in";

/// A letter that came in, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Key.
    pub id: String,
    /// The mailbox into which it came.
    pub mailbox: String,
    /// By what way: `smtp`, `lmtp`.
    pub source: String,
    /// Bytes.
    pub size: i64,
    /// The sender by whom a server handed it over; empty for `<>`.
    pub envelope_from: String,
    /// The address to which it was sent, with what stands behind a plus sign.
    pub recipient: String,
    /// When it was kept.
    pub received_at: Timestamp,
    /// Address of whoever wrote it, if it says so.
    pub sender: String,
    /// Their name.
    pub sender_name: String,
    /// Subject.
    pub subject: String,
    /// Identity without brackets; may be empty.
    pub message_id: String,
    /// What became of it.
    pub state: MailState,
    /// What it was before a person said that it is unwanted.
    pub state_before: Option<MailState>,
    /// Why.
    pub reason: Reason,
    /// In words, where the reason has some: the desk's, another server's.
    pub detail: String,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// The ticket in which it is, or to which it belongs.
    pub ticket: Option<TicketId>,
    /// The message of the ticket that it became.
    pub message: Option<i64>,
    /// The server that brought it, if that was a stranger's.
    pub peer: Option<IpAddr>,
    /// The name by which it greeted.
    pub greeted_as: String,
    /// Where it really comes from, where that is looked at.
    pub origin: Option<Origin>,
}

/// A letter that is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// The mailbox into which it came.
    pub mailbox: &'a str,
    /// By what way.
    pub source: &'a str,
    /// Where it lies there, if it lies somewhere.
    pub source_key: Option<&'a str>,
    /// By what the same letter is known.
    pub fingerprint: &'a str,
    /// The sender by whom a server handed it over.
    pub envelope_from: &'a str,
    /// The address to which it was sent.
    pub recipient: &'a str,
    /// Address and name of whoever wrote it.
    pub sender: (&'a str, &'a str),
    /// Subject.
    pub subject: &'a str,
    /// Identity.
    pub message_id: &'a str,
    /// The stranger's server that brought it, with the name by which it greeted.
    pub brought_by: (Option<IpAddr>, &'a str),
    /// The letter.
    pub raw: &'a [u8],
}

/// What was written by a newer program counts as nothing.
fn read_origin(text: &str) -> Option<Origin> {
    serde_json::from_str(text).ok()
}

/// The letters of a ticket that had come by an instant, newest first.
pub fn before(r: &mut Read<'_>, ticket: &TicketId, at: Timestamp, limit: i64) -> Result<Vec<Passed>> {
    let values = [ticket.as_str().into(), at.into(), limit.into()];
    r.rows(&BEFORE, &values, |r| Ok(Passed { at: r.at(1)?, id: r.text(0)?, ours: false }))
}

/// The messages of a ticket that came by mail, with what was found out about their origin.
pub fn origins(r: &mut Read<'_>, ticket: &TicketId) -> Result<Vec<(i64, Option<Origin>)>> {
    r.rows(&ORIGINS, &[ticket.as_str().into()], |r| Ok((r.int(0)?, read_origin(&r.text(1)?))))
}

/// The letter that became a message.
pub fn raw_of(r: &mut Read<'_>, ticket: &TicketId, message: i64) -> Result<Option<Vec<u8>>> {
    r.first(&RAW_OF, &[ticket.as_str().into(), message.into()], |r| r.bytes(0))
}

fn read(r: &Row<'_>) -> Result<MailRow> {
    Ok(MailRow {
        id: r.text(0)?,
        mailbox: r.text(1)?,
        source: r.text(2)?,
        size: r.int(3)?,
        envelope_from: r.text(4)?,
        recipient: r.text(5)?,
        received_at: r.at(6)?,
        sender: r.text(7)?,
        sender_name: r.text(8)?,
        subject: r.text(9)?,
        message_id: r.text(10)?,
        state: r.word(11, "mail_in.state")?,
        state_before: if r.text(12)?.is_empty() { None } else { Some(r.word(12, "mail_in.state_before")?) },
        reason: r.word(13, "mail_in.reason")?,
        detail: r.text(14)?,
        read_at: r.at_opt(15)?,
        ticket: r.id_opt(16)?,
        message: r.int_opt(17)?,
        peer: r.text(18)?.parse().ok(),
        greeted_as: r.text(19)?,
        origin: read_origin(&r.text(20)?),
    })
}

/// Keeps a letter with its bytes; returns its key, or nothing if it is here already. Where its place at the source is known
/// and its content is not, the server has given a number twice: the content counts.
pub fn keep(work: &mut Work<'_>, m: &NewMail<'_>) -> Result<Option<String>> {
    let (id, now) = (work.next_id(), work.now());
    let peer = m.brought_by.0.map(|ip| ip.to_string()).unwrap_or_default();
    let with = |source_key: Option<&'_ str>, work: &mut Work<'_>| {
        let values = [
            (&id).into(),
            m.mailbox.into(),
            m.source.into(),
            source_key.into(),
            m.fingerprint.into(),
            i64::try_from(m.raw.len()).unwrap_or(i64::MAX).into(),
            m.envelope_from.into(),
            m.recipient.into(),
            now.into(),
            m.sender.0.into(),
            m.sender.1.into(),
            m.subject.into(),
            m.message_id.into(),
            (&peer).into(),
            m.brought_by.1.into(),
        ];
        work.execute(&INSERT, &values)
    };
    if with(m.source_key, work)? == 0 && (m.source_key.is_none() || with(None, work)? == 0) {
        return Ok(None);
    }
    work.hit("mail_raw", &INSERT_RAW, &[(&id).into(), m.raw.into()])?;
    Ok(Some(id))
}

/// One letter.
pub fn one(r: &mut Read<'_>, id: &str) -> Result<Option<MailRow>> {
    r.first(&ONE, &[id.into()], read)
}

/// The bytes of a letter.
pub fn raw(r: &mut Read<'_>, id: &str) -> Result<Option<Vec<u8>>> {
    r.first(&RAW, &[id.into()], |r| r.bytes(0))
}

/// The ticket to which a letter with this identity belongs.
pub fn ticket_of(r: &mut Read<'_>, message_id: &str) -> Result<Option<TicketId>> {
    r.first(&OF_MESSAGE_ID, &[message_id.into()], |r| r.id(0))
}

/// How many tickets a sender has opened by mail since an instant.
pub fn opened_since(r: &mut Read<'_>, sender: &str, since: Timestamp) -> Result<i64> {
    Ok(r.first(&OPENED, &[sender.into(), since.into()], |r| r.int(0))?.unwrap_or_default())
}

/// Saves what became of a letter.
pub fn settle(work: &mut Work<'_>, m: &MailRow) -> Result<()> {
    let origin = m.origin.as_ref().map(to_json).unwrap_or_default();
    let values = [
        (&m.id).into(),
        m.state.as_str().into(),
        m.state_before.map_or("", MailState::as_str).into(),
        m.reason.as_str().into(),
        (&m.detail).into(),
        m.read_at.into(),
        m.ticket.as_ref().map(TicketId::as_str).into(),
        m.message.into(),
        (&origin).into(),
    ];
    work.hit("mail_in", &SETTLE, &values)
}

/// A page of letters, newest first.
pub fn page(r: &mut Read<'_>, state: Option<MailState>, before: &str, limit: i64) -> Result<Vec<MailRow>> {
    let engine = r.engine();
    let (text, values) = assemble(state, before, limit);
    r.query(&engine.assembled(text), &values, read)
}

/// Assembles the list; also used by the test that prepares it on both engines.
pub(crate) fn assemble(state: Option<MailState>, before: &str, limit: i64) -> (String, Vec<Value<'_>>) {
    let mut a = Assembly::new(BASE);
    if let Some(state) = state {
        a.and("state = ?", &[state.as_str().into()]);
    }
    a.and("id < ?", &[before.into()]);
    a.end(" ORDER BY id DESC LIMIT ?", &[limit.into()])
}

/// The secret of the addresses for answers, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptKey {
    /// From before it was sealed.
    Plain(String),
    /// Sealed.
    Sealed(String),
}

/// The secret of the addresses for answers, if there is one.
pub fn key(r: &mut Read<'_>) -> Result<Option<KeptKey>> {
    let kept = r.first(&KEY, &[], |r| Ok((r.text(0)?, r.text(1)?)))?;
    Ok(kept.map(
        |(plain, sealed)| if sealed.is_empty() { KeptKey::Plain(plain) } else { KeptKey::Sealed(sealed) },
    ))
}

/// Keeps the sealed secret, unless there is a sealed one. What lay there open is gone with it.
pub fn put_key(work: &mut Work<'_>, sealed: &str) -> Result<()> {
    let now = work.now();
    work.execute(&PUT_KEY, &[sealed.into(), now.into()]).map(drop)
}
