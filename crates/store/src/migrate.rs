//! Migrations: embedded, numbered, never edited once shipped. `SQLite` is copied before one runs,
//! `PostgreSQL` is locked against a second node that starts at the same time.

use std::path::Path;

use deadpool_postgres::Client;
use domain::time::{Timestamp, to_millis};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use crate::db::Engine;
use crate::{Error, Result};

const FILES: &[(&str, &str)] = &[
    ("0001_ground.sql", include_str!("../migrations/0001_ground.sql")),
    ("0002_outbox.sqlite.sql", include_str!("../migrations/0002_outbox.sqlite.sql")),
    ("0002_outbox.postgres.sql", include_str!("../migrations/0002_outbox.postgres.sql")),
    ("0003_event_kind.sqlite.sql", include_str!("../migrations/0003_event_kind.sqlite.sql")),
    ("0003_event_kind.postgres.sql", include_str!("../migrations/0003_event_kind.postgres.sql")),
    ("0003b_kind_milestone.sqlite.sql", include_str!("../migrations/0003b_kind_milestone.sqlite.sql")),
    ("0003b_kind_milestone.postgres.sql", include_str!("../migrations/0003b_kind_milestone.postgres.sql")),
    ("0004_outbox_order.sqlite.sql", include_str!("../migrations/0004_outbox_order.sqlite.sql")),
    ("0004_outbox_order.postgres.sql", include_str!("../migrations/0004_outbox_order.postgres.sql")),
    ("0005_people.sql", include_str!("../migrations/0005_people.sql")),
    ("0006_rules.sql", include_str!("../migrations/0006_rules.sql")),
    ("0007_exchange.sql", include_str!("../migrations/0007_exchange.sql")),
    ("0008_ticket_updated.sql", include_str!("../migrations/0008_ticket_updated.sql")),
    ("0009_draft_files.sql", include_str!("../migrations/0009_draft_files.sql")),
    ("0010_emergency.sql", include_str!("../migrations/0010_emergency.sql")),
    ("0011_progress.sql", include_str!("../migrations/0011_progress.sql")),
    ("0012_firing.sql", include_str!("../migrations/0012_firing.sql")),
    ("0013_speak.sql", include_str!("../migrations/0013_speak.sql")),
    ("0014_oncall.sql", include_str!("../migrations/0014_oncall.sql")),
    ("0015_oncall_watch.sql", include_str!("../migrations/0015_oncall_watch.sql")),
    ("0016_page.sql", include_str!("../migrations/0016_page.sql")),
    ("0016b_push.sql", include_str!("../migrations/0016b_push.sql")),
    ("0017_parity.sql", include_str!("../migrations/0017_parity.sql")),
    ("0018_conduct.sql", include_str!("../migrations/0018_conduct.sql")),
    ("0019_mail_in.sql", include_str!("../migrations/0019_mail_in.sql")),
    ("0020_mail_safety.sql", include_str!("../migrations/0020_mail_safety.sql")),
    ("0022_mailbox.sql", include_str!("../migrations/0022_mailbox.sql")),
    ("0024_mail_people.sql", include_str!("../migrations/0024_mail_people.sql")),
    ("0025_rota_state.sql", include_str!("../migrations/0025_rota_state.sql")),
    ("0026_clock_known.sql", include_str!("../migrations/0026_clock_known.sql")),
    ("0027_rota_drafts.sql", include_str!("../migrations/0027_rota_drafts.sql")),
    ("0028_mail_out.sql", include_str!("../migrations/0028_mail_out.sql")),
    ("0029_chat.sql", include_str!("../migrations/0029_chat.sql")),
    ("0030_appointments.sql", include_str!("../migrations/0030_appointments.sql")),
    ("0031_kit.sql", include_str!("../migrations/0031_kit.sql")),
    ("0032_digest.sql", include_str!("../migrations/0032_digest.sql")),
    ("0034_clock_running.sql", include_str!("../migrations/0034_clock_running.sql")),
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, run_at BIGINT NOT NULL)";
const ADVISORY_LOCK: &str = "SELECT pg_advisory_lock(4119026018)";
const ADVISORY_UNLOCK: &str = "SELECT pg_advisory_unlock(4119026018)";

/// A migration that has not run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// File name.
    pub name: &'static str,
    sha256: String,
    text: String,
}

impl Pending {
    /// Its text in the engine's types.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// All migrations of an engine, in order.
pub fn migrations(engine: Engine) -> Vec<Pending> {
    let other = |name: &str| {
        [".sqlite.sql", ".postgres.sql"].iter().any(|s| *s != engine.suffix() && name.ends_with(s))
    };
    FILES
        .iter()
        .filter(|(name, _)| !other(name))
        .map(|(name, text)| Pending { name, sha256: hash(text), text: engine.migration(text) })
        .collect()
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// What is left to run, given what has run. A shipped migration with another text is refused.
pub(crate) fn pending(engine: Engine, done: &[(String, String)]) -> Result<Vec<Pending>> {
    let all = migrations(engine);
    if let Some((unknown, _)) = done.iter().find(|(name, _)| !all.iter().any(|m| m.name == name)) {
        return Err(Error::Migration(format!("the database is newer than this program: it has {unknown}")));
    }
    let changed = done.iter().find(|(name, sha)| all.iter().any(|m| m.name == name && m.sha256 != *sha));
    if let Some((name, _)) = changed {
        return Err(Error::Migration(format!("{name} ran with another text")));
    }
    Ok(all.into_iter().filter(|m| !done.iter().any(|(name, _)| name == m.name)).collect())
}

/// Brings a `SQLite` file up to date; creates it if it is missing.
pub(crate) fn sqlite(path: &Path, now: Timestamp) -> Result<()> {
    let conn = crate::db::connect_sqlite(path, OpenFlags::default())?;
    conn.execute_batch(LEDGER)?;
    let done: Vec<(String, String)> = conn
        .prepare("SELECT name, sha256 FROM migration")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let pending = pending(Engine::Sqlite, &done)?;
    if !done.is_empty() && !pending.is_empty() {
        copy_before(&conn, path, now)?;
    }
    for m in pending {
        let ledger = "INSERT INTO migration (name, sha256, run_at) VALUES (?1, ?2, ?3)";
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let ran = conn
            .execute_batch(&m.text)
            .and_then(|()| conn.execute(ledger, (m.name, &m.sha256, to_millis(now))))
            .and_then(|_| conn.execute_batch("COMMIT"));
        if let Err(e) = ran {
            let _ = conn.execute_batch("ROLLBACK");
            return Err(Error::Migration(format!("{}: {e}", m.name)));
        }
    }
    Ok(())
}

/// `aftercare.db` → `aftercare.before-<instant>.db`, a whole copy.
fn copy_before(conn: &Connection, path: &Path, now: Timestamp) -> Result<()> {
    let copy = path.with_extension(format!("before-{}.db", to_millis(now)));
    conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    tracing::info!(copy = %copy.display(), "copied the database before migrating it");
    Ok(())
}

/// Brings a `PostgreSQL` database up to date.
pub(crate) async fn postgres(client: &mut Client, now: Timestamp) -> Result<()> {
    client.batch_execute(ADVISORY_LOCK).await?;
    let result = postgres_locked(client, now).await;
    client.batch_execute(ADVISORY_UNLOCK).await?;
    result
}

async fn postgres_locked(client: &mut Client, now: Timestamp) -> Result<()> {
    client.batch_execute(LEDGER).await?;
    let done = done_on_postgres(client).await?;
    for m in pending(Engine::Postgres, &done)? {
        let failed = |e: tokio_postgres::Error| Error::Migration(format!("{}: {e}", m.name));
        let tx = client.transaction().await?;
        tx.batch_execute(&m.text).await.map_err(failed)?;
        let ledger = "INSERT INTO migration (name, sha256, run_at) VALUES ($1, $2, $3)";
        tx.execute(ledger, &[&m.name, &m.sha256, &to_millis(now)]).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
    }
    Ok(())
}

/// What has run, with the hashes of the texts; nothing in a database that is still empty.
pub(crate) async fn done_on_postgres(client: &Client) -> Result<Vec<(String, String)>> {
    let ledger = client.query_one("SELECT to_regclass('migration') IS NOT NULL", &[]).await?;
    if !ledger.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows = client.query("SELECT name, sha256 FROM migration", &[]).await?;
    Ok(rows.iter().map(|r| (r.get(0), r.get(1))).collect())
}
