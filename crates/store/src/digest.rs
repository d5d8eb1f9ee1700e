//! One notice for all that came very late, with the tickets for which it stands (E6).

use domain::id::{StaffId, TicketId};

use crate::row::to_json;
use crate::{Error, Read, Result, Row, Work};

statements! {
    NOTIFY = "INSERT INTO notice (staff_id, id, ticket_id, event_no, at, digest) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (staff_id) WHERE digest > 0 AND read_at IS NULL DO UPDATE SET digest = notice.digest + EXCLUDED.digest \
         RETURNING id";
    OF_TICKET = "SELECT events, n FROM notice_late WHERE staff_id = $1 AND notice_id = $2 AND ticket_id = $3";
    PUT = "INSERT INTO notice_late (staff_id, notice_id, ticket_id, events, n) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (staff_id, notice_id, ticket_id) DO UPDATE SET events = EXCLUDED.events, n = EXCLUDED.n";
    LATE = "SELECT l.ticket_id, t.number, t.title, l.events, l.n FROM notice_late l JOIN ticket t ON t.id = l.ticket_id \
         WHERE l.staff_id = $1 AND l.notice_id = $2 ORDER BY l.ticket_id LIMIT $3";
    COUNT = "SELECT CAST(COUNT(*) AS BIGINT) FROM notice_late WHERE staff_id = $1 AND notice_id = $2";
}

/// So many events of each ticket are kept by name; of the others it is kept how many they are.
const NAMED: usize = 3;

/// Tells a colleague of things of a ticket that came very late: one unread notice stands for those of all tickets, and
/// names each.
pub fn notify(work: &mut Work<'_>, to: &StaffId, ticket: &TicketId, events: &[i64]) -> Result<()> {
    let Some(first) = events.first() else { return Ok(()) };
    let (id, now) = (work.next_id(), work.now());
    let n = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let values =
        [to.as_str().into(), (&id).into(), ticket.as_str().into(), (*first).into(), now.into(), n.into()];
    let notice: Option<String> = work.rows(&NOTIFY, &values, |r| r.text(0))?.pop();
    let notice = notice.ok_or(Error::Stale("notice"))?;
    let key = [to.as_str().into(), (&notice).into(), ticket.as_str().into()];
    let read = |r: &Row<'_>| Ok((r.json::<Vec<i64>>(0, "notice_late.events")?, r.int(1)?));
    let (mut named, had) = work.first(&OF_TICKET, &key, read)?.unwrap_or_default();
    named.extend(events);
    named.truncate(NAMED);
    let named = to_json(&named);
    let values =
        [to.as_str().into(), (&notice).into(), ticket.as_str().into(), (&named).into(), (had + n).into()];
    work.hit("notice_late", &PUT, &values)
}

/// A ticket for which a notice stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateTicket {
    /// Key.
    pub id: TicketId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The first of its events that came late.
    pub events: Vec<i64>,
    /// How many came late.
    pub n: i64,
}

/// The tickets for which a notice stands, the oldest first, and how many they are.
pub fn late(r: &mut Read<'_>, to: &StaffId, notice: &str, limit: i64) -> Result<(Vec<LateTicket>, i64)> {
    let rows = r.rows(&LATE, &[to.as_str().into(), notice.into(), limit.into()], |r| {
        Ok(LateTicket {
            id: r.id(0)?,
            number: r.text(1)?,
            title: r.text(2)?,
            events: r.json(3, "notice_late.events")?,
            n: r.int(4)?,
        })
    })?;
    let all = r.first(&COUNT, &[to.as_str().into(), notice.into()], |r| r.int(0))?;
    Ok((rows, all.unwrap_or(0)))
}
