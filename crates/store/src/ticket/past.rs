//! Tickets of the past, for dry runs of the routing rules: newest first, in pages.

use domain::routing::Past;
use domain::ticket::Change;
use domain::time::Timestamp;

use crate::{Error, Read, Result, Row};

statements! {
    PAST = "SELECT t.id, t.number, t.title, t.created_at, t.class, t.product_id, t.organisation_id, t.channel, e.change \
         FROM ticket t JOIN ticket_event e ON e.ticket_id = t.id AND e.no = 1 \
         WHERE t.created_at < $1 OR (t.created_at = $1 AND t.id < $2) \
         ORDER BY t.created_at DESC, t.id DESC LIMIT $3";
}

/// A ticket of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRow {
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// When it came.
    pub at: Timestamp,
    /// What the rules look at, and what it got; none for a part of another ticket, which was never routed.
    pub past: Option<Past>,
    /// Its key.
    pub id: String,
}

/// A page of tickets before an instant and key.
pub fn past(r: &mut Read<'_>, before: (Timestamp, &str), limit: i64) -> Result<Vec<PastRow>> {
    r.rows(&PAST, &[before.0.into(), before.1.into(), limit.into()], read)
}

fn read(r: &Row<'_>) -> Result<PastRow> {
    let opened = match r.json(8, "event.change")? {
        Change::Opened { kind, severity, handling, route, .. } => Some((kind, severity, handling, route)),
        _ => None,
    };
    let (class, channel) = (r.word_opt(4, "ticket.class")?, r.word(7, "ticket.channel")?);
    let (product, organisation) = (r.id_opt(5)?, r.id_opt(6)?);
    let past = opened.map(|(kind, severity, handling, because)| Past {
        kind,
        severity,
        class,
        product,
        organisation,
        channel,
        got: handling.group,
        because,
    });
    Ok::<_, Error>(PastRow { id: r.text(0)?, number: r.text(1)?, title: r.text(2)?, at: r.at(3)?, past })
}
