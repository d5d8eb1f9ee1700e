//! What pumps read: the outbox from a place that loses nothing (live updates, search), and everything there is, in
//! pages (search).

use std::fmt;
use std::str::FromStr;

use domain::id::TicketId;
use domain::people::Point;
use domain::ticket::Ticket;
use domain::time::Timestamp;

use crate::directory::{ContactRow, OrgRow};
use crate::ticket::MessageRow;
use crate::{Read, Result, Row};

statements! {
    APPEND = "INSERT INTO outbox (topic, key, at) VALUES ($1, $2, $3)";
    LAST = "SELECT seq FROM outbox ORDER BY seq DESC LIMIT 1";
    FIRST = "SELECT seq FROM outbox ORDER BY seq LIMIT 1";
    DATABASE = "SELECT run_at FROM migration WHERE name = '0001_ground.sql'";
    TICKETS = concat!("SELECT ", crate::ticket::ticket_columns!(), " FROM ticket t WHERE t.id > $1 ORDER BY t.id LIMIT $2");
    MESSAGES = "SELECT ticket_id, no, visibility, actor_kind, actor_id, html, progress, at, card, delivered_at, rest FROM message \
         WHERE (ticket_id, no) > ($1, $2) AND ticket_id <= $3 ORDER BY ticket_id, no LIMIT $4";
    OF_ORGANISATION = "SELECT id FROM ticket WHERE organisation_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    OF_REQUESTER = "SELECT id FROM ticket WHERE requester_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    CONTACTS = "SELECT id, organisation_id, name, position, sees, locale, active, created_at, version FROM contact \
         WHERE id > $1 ORDER BY id LIMIT $2";
    ORGANISATIONS = "SELECT id, name, policy_id, note, active, created_at, version FROM organisation \
         WHERE id > $1 ORDER BY id LIMIT $2";
    POINTS = "SELECT contact_id, kind, value FROM contact_point WHERE contact_id > $1 AND contact_id <= $2 \
         ORDER BY contact_id, position, kind, value LIMIT $3";
    @twin AFTER = "SELECT 0, seq, topic, key, at FROM outbox WHERE seq > $2 ORDER BY seq LIMIT $3"
        / "SELECT CAST(CAST(xid AS TEXT) AS BIGINT), seq, topic, key, at FROM outbox WHERE (xid, seq) > (CAST(CAST(CAST($1 AS BIGINT) AS TEXT) AS XID8), $2) AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT $3";
    @twin HELD = "SELECT seq FROM outbox WHERE 1 = 0"
        / "SELECT seq FROM outbox WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1";
    @twin END = "SELECT 0, seq, seq FROM outbox ORDER BY seq DESC LIMIT 1"
        / "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT), CAST(0 AS BIGINT), COALESCE((SELECT seq FROM outbox WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY seq DESC LIMIT 1), 0)";
}

/// A place in the outbox. `PostgreSQL` hands out sequences before it knows the order of commits, so there the
/// transaction comes first; on `SQLite` it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The transaction.
    pub xid: i64,
    /// The line.
    pub seq: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.xid, self.seq)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let (xid, seq) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self { xid: xid.parse()?, seq: seq.parse()? })
    }
}

/// A line of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// What kind of thing changed.
    pub topic: String,
    /// Which one.
    pub key: String,
    /// When.
    pub at: Timestamp,
}

/// The lines after a place. No line can appear later before one of these.
pub fn after(r: &mut Read<'_>, place: Place, limit: i64) -> Result<Vec<Line>> {
    r.rows(&AFTER, &[place.xid.into(), place.seq.into(), limit.into()], |r| {
        Ok(Line {
            place: Place { xid: r.int(0)?, seq: r.int(1)? },
            topic: r.text(2)?,
            key: r.text(3)?,
            at: r.at(4)?,
        })
    })
}

/// The place before which every line is visible now, and the newest of those lines.
pub fn end(r: &mut Read<'_>) -> Result<(Place, i64)> {
    let map = |r: &Row<'_>| Ok((Place { xid: r.int(0)?, seq: r.int(1)? }, r.int(2)?));
    Ok(r.first(&END, &[], map)?.unwrap_or_default())
}

/// Are there lines that are committed and cannot be read yet? On `PostgreSQL` a transaction that still runs may
/// precede them, also one of another database of the same server; its end rings nowhere.
pub fn is_held(r: &mut Read<'_>) -> Result<bool> {
    Ok(r.first(&HELD, &[], |r| r.int(0))?.is_some())
}

/// The newest line that is committed, 0 if there is none; on `PostgreSQL` others may still come before it.
pub fn last(r: &mut Read<'_>) -> Result<i64> {
    Ok(r.first(&LAST, &[], |r| r.int(0))?.unwrap_or(0))
}

/// The oldest line that is still kept.
pub fn first(r: &mut Read<'_>) -> Result<Option<i64>> {
    r.first(&FIRST, &[], |r| r.int(0))
}

/// What tells this database from another one: the instant at which it was laid.
pub fn database(r: &mut Read<'_>) -> Result<String> {
    Ok(r.first(&DATABASE, &[], |r| r.int(0))?.unwrap_or_default().to_string())
}

/// A page of tickets in the order of their keys.
pub fn tickets(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<Ticket>> {
    r.rows(&TICKETS, &[after.into(), limit.into()], crate::ticket::read_ticket)
}

/// A page of the messages of the tickets up to a key, after a ticket and a position.
pub fn messages(
    r: &mut Read<'_>,
    after: (&str, i64),
    last: &str,
    limit: i64,
) -> Result<Vec<(TicketId, MessageRow)>> {
    let values = [after.0.into(), after.1.into(), last.into(), limit.into()];
    r.rows(&MESSAGES, &values, |r| Ok((r.id(0)?, crate::ticket::read_message(r, 1)?)))
}

/// Keys of tickets of an organisation, after a key.
pub fn tickets_of_organisation(r: &mut Read<'_>, id: &str, after: &str, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&OF_ORGANISATION, &[id.into(), after.into(), limit.into()], |r| r.id(0))
}

/// Keys of tickets of a requester, after a key.
pub fn tickets_of_requester(r: &mut Read<'_>, id: &str, after: &str, limit: i64) -> Result<Vec<TicketId>> {
    r.rows(&OF_REQUESTER, &[id.into(), after.into(), limit.into()], |r| r.id(0))
}

/// A page of contacts in the order of their keys.
pub fn contacts(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<ContactRow>> {
    r.rows(&CONTACTS, &[after.into(), limit.into()], crate::directory::read_contact)
}

/// Addresses and numbers of the contacts between two keys.
pub fn points(r: &mut Read<'_>, after: &str, last: &str, limit: i64) -> Result<Vec<(String, Point)>> {
    r.rows(&POINTS, &[after.into(), last.into(), limit.into()], |r| {
        Ok((r.text(0)?, Point { kind: r.word(1, "contact_point.kind")?, value: r.text(2)? }))
    })
}

/// A page of organisations in the order of their keys.
pub fn organisations(r: &mut Read<'_>, after: &str, limit: i64) -> Result<Vec<OrgRow>> {
    r.rows(&ORGANISATIONS, &[after.into(), limit.into()], crate::directory::read_organisation)
}
