//! What callers have prepared: kept under its code until that expires or a ticket is made of it.

use domain::id::ProductId;
use domain::kit::{Arrival, PreTicket};
use domain::ticket::Channel;
use domain::time::Timestamp;

use crate::row::to_json;
use crate::{Read, Result, Work};

statements! {
    OVER = "DELETE FROM pre_ticket WHERE code = $1 AND expires_at <= $2";
    ADD = "INSERT INTO pre_ticket (code, product_id, facts, made_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (code) DO NOTHING";
    ONE = "SELECT code, product_id, facts, made_at, expires_at FROM pre_ticket WHERE code = $1 AND expires_at > $2";
    ARRIVALS = "SELECT t.received_at, t.responded_at, t.channel FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id \
         WHERE e.kind = 'opened' AND e.at >= $1 ORDER BY e.at DESC, e.ticket_id LIMIT $2";
    REMOVE = "DELETE FROM pre_ticket WHERE code = $1";
}

/// Keeps what was prepared, unless its code is taken by something that still lives.
pub fn add(work: &mut Work<'_>, p: &PreTicket) -> Result<bool> {
    let (now, facts) = (work.now(), to_json(&p.facts));
    work.execute(&OVER, &[(&p.code).into(), now.into()])?;
    let product = p.product.as_ref().map(ProductId::as_str);
    let values = [(&p.code).into(), product.into(), (&facts).into(), p.made_at.into(), p.expires_at.into()];
    Ok(work.execute(&ADD, &values)? > 0)
}

/// What was prepared under a code that still lives.
pub fn one(r: &mut Read<'_>, code: &str) -> Result<Option<PreTicket>> {
    let now = r.now();
    r.first(&ONE, &[code.into(), now.into()], |r| {
        Ok(PreTicket {
            code: r.text(0)?,
            product: r.id_opt(1)?,
            facts: r.json(2, "pre_ticket.facts")?,
            made_at: r.at(3)?,
            expires_at: r.at(4)?,
        })
    })
}

/// What came since an instant, the newest first; nobody waited on what came by telephone.
pub fn arrivals(r: &mut Read<'_>, since: Timestamp, limit: i64) -> Result<Vec<Arrival>> {
    r.rows(&ARRIVALS, &[since.into(), limit.into()], |r| {
        let channel: Channel = r.word(2, "ticket.channel")?;
        let answered_at = r.at_opt(1)?.filter(|_| channel != Channel::Phone);
        Ok(Arrival { at: r.at(0)?, answered_at })
    })
}

/// It became a ticket; harmless if there is nothing.
pub fn remove(work: &mut Work<'_>, code: &str) -> Result<()> {
    work.execute(&REMOVE, &[code.into()]).map(drop)
}
