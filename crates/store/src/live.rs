//! The outbox: what changed, in order. Pumps (live updates, search, webhooks) read it from a position.

use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    APPEND = "INSERT INTO outbox (topic, key, at) VALUES ($1, $2, $3)";
    LAST = "SELECT seq FROM outbox ORDER BY seq DESC LIMIT 1";
    PRUNE = "DELETE FROM outbox WHERE at < $1";
    @twin AFTER = "SELECT seq, topic, key FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2"
        / "SELECT seq, topic, key FROM outbox WHERE seq > $1 AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY seq LIMIT $2";
}

/// One line of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Position.
    pub seq: i64,
    /// What kind of thing changed.
    pub topic: String,
    /// Which one.
    pub key: String,
}

/// The lines after a position, oldest first; only lines that no running transaction can still precede.
pub fn after(read: &mut Read<'_>, seq: i64, limit: i64) -> Result<Vec<News>> {
    let map = |r: &Row<'_>| Ok(News { seq: r.int(0)?, topic: r.text(1)?, key: r.text(2)? });
    read.rows(&AFTER, &[seq.into(), limit.into()], map)
}

/// The newest position, 0 if there is none.
pub fn last(read: &mut Read<'_>) -> Result<i64> {
    Ok(read.first(&LAST, &[], |r| r.int(0))?.unwrap_or(0))
}

/// Forgets lines older than an instant; pumps that are further behind rebuild.
pub fn prune(work: &mut Work<'_>, before: Timestamp) -> Result<u64> {
    work.execute(&PRUNE, &[before.into()])
}
