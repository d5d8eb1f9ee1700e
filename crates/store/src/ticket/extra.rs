//! The extra values of tickets, one row each, so that lists can be filtered by them.

use domain::id::TicketId;
use domain::people::fold;
use domain::ticket::{Extra, Ticket};

use crate::{Result, Work};

statements! {
    PUT = "INSERT INTO ticket_extra (ticket_id, key, value_folded) VALUES ($1, $2, $3) \
         ON CONFLICT (ticket_id, key) DO UPDATE SET value_folded = EXCLUDED.value_folded";
    DELETE = "DELETE FROM ticket_extra WHERE ticket_id = $1 AND key = $2";
    UNREAD = "SELECT id, extra FROM ticket WHERE id > $1 AND extra <> '{}' ORDER BY id LIMIT $2";
    MARK = "SELECT value FROM counter WHERE name = 'extra-index'";
    SET_MARK = "INSERT INTO counter (name, value) VALUES ('extra-index', 1) ON CONFLICT (name) DO NOTHING";
}

/// Writes the values that differ from before.
pub(super) fn put_extra(work: &mut Work<'_>, ticket: &Ticket, before: &Extra) -> Result<()> {
    for (key, value) in ticket.extra.iter().filter(|(k, v)| before.get(*k) != Some(v)) {
        put(work, &ticket.id, key, value)?;
    }
    for key in before.keys().filter(|k| !ticket.extra.contains_key(*k)) {
        work.execute(&DELETE, &[ticket.id.as_str().into(), key.into()])?;
    }
    Ok(())
}

fn put(work: &mut Work<'_>, ticket: &TicketId, key: &str, value: &str) -> Result<()> {
    let folded = fold(value);
    work.hit("extra", &PUT, &[ticket.as_str().into(), key.into(), (&folded).into()])
}

/// Indexes the values of tickets that are older than the index: one page after a key. Answers with the last
/// key, or with nothing when all is done; then it never looks again.
pub fn index_all(work: &mut Work<'_>, after: &str, limit: i64) -> Result<Option<String>> {
    if work.first(&MARK, &[], |r| r.int(0))?.is_some() {
        return Ok(None);
    }
    let page = work.rows(&UNREAD, &[after.into(), limit.into()], |r| {
        Ok((r.id::<TicketId>(0)?, r.json::<Extra>(1, "ticket.extra")?))
    })?;
    for (id, extra) in &page {
        for (key, value) in extra {
            put(work, id, key, value)?;
        }
    }
    if page.is_empty() {
        work.execute(&SET_MARK, &[])?;
    }
    Ok(page.last().map(|(id, _)| id.0.clone()))
}
