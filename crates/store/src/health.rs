//! What is wrong with a database, found without changing it: nothing is migrated, made or mended by looking.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::db::Postgres;
use crate::{DbConfig, Error, Result, migrate};

/// Findings that are told; a broken file has thousands.
const MOST: usize = 5;

/// What is wrong with a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The file is broken, in the engine's words.
    Broken(String),
    /// Rows of a table name rows of another that are not there.
    Dangling {
        /// The table whose rows name something.
        table: String,
        /// The table in which it is missing.
        missing_in: String,
    },
    /// Nothing was laid into it yet.
    Empty,
    /// This migration and those after it have not run yet.
    Behind(&'static str),
    /// A table or an index is not there.
    Missing(String),
}

/// Looks at a database. `PostgreSQL` keeps watch over its own pages and references, so only its migrations are looked at.
///
/// # Errors
/// [`Error::Connect`]; [`Error::Migration`] if it belongs to another program.
pub async fn damage(config: &DbConfig) -> Result<Vec<Damage>> {
    match config {
        DbConfig::Postgres(url) => {
            let done = migrate::done_on_postgres(&Postgres::client_of(url).await?).await?;
            behind(crate::Engine::Postgres, &done)
        }
        DbConfig::Sqlite(path) | DbConfig::Scratch(path) => {
            let path = path.clone();
            let looked = tokio::task::spawn_blocking(move || of_file(&path));
            looked.await.map_err(|_| Error::Panicked)?
        }
    }
}

fn behind(engine: crate::Engine, done: &[(String, String)]) -> Result<Vec<Damage>> {
    let first = migrate::pending(engine, done)?.into_iter().next();
    Ok(first
        .map(|m| if done.is_empty() { Damage::Empty } else { Damage::Behind(m.name) })
        .into_iter()
        .collect())
}

fn of_file(path: &Path) -> Result<Vec<Damage>> {
    let connect = |e: rusqlite::Error| Error::Connect(format!("{}: {e}", path.display()));
    // Not read-only: the shared memory of a log that another program left has to be made for reading, too.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(connect)?;
    conn.execute_batch("PRAGMA query_only=ON").map_err(connect)?;
    let broken = match lines(&conn, &format!("PRAGMA quick_check({MOST})"), |r| r.get::<_, String>(0)) {
        Ok(said) => said.into_iter().filter(|line| line != "ok").collect(),
        Err(e) => vec![e.to_string()],
    };
    if !broken.is_empty() {
        return Ok(broken.into_iter().map(Damage::Broken).collect());
    }
    let done = lines(&conn, "SELECT name, sha256 FROM migration", |r| Ok((r.get(0)?, r.get(1)?)));
    let mut found = behind(crate::Engine::Sqlite, &done.unwrap_or_default())?;
    if found.is_empty() {
        let there = schema(&conn)?;
        found.extend(
            whole()?.into_iter().filter(|name| !there.contains(name)).take(MOST).map(Damage::Missing),
        );
    }
    if found.is_empty() {
        let mut pairs = lines(&conn, "PRAGMA foreign_key_check", |r| Ok((r.get(0)?, r.get(2)?)))?;
        pairs.sort();
        pairs.dedup();
        let dangling = |(table, missing_in)| Damage::Dangling { table, missing_in };
        found.extend(pairs.into_iter().take(MOST).map(dangling));
    }
    Ok(found)
}

/// Tables and indexes of a database: `table message`.
fn schema(conn: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let sql = "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'";
    Ok(lines(conn, sql, |r| r.get(0))?.into_iter().collect())
}

/// What a database has after all migrations.
fn whole() -> rusqlite::Result<BTreeSet<String>> {
    let conn = Connection::open_in_memory()?;
    migrate::migrations(crate::Engine::Sqlite).iter().try_for_each(|m| conn.execute_batch(m.text()))?;
    schema(&conn)
}

fn lines<T>(
    conn: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare(sql)?.query_map([], read)?.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::time::{Clock, Timestamp};

    use super::*;
    use crate::{Db, Entropy};

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    async fn made(name: &str) -> DbConfig {
        let path = std::env::temp_dir().join(format!("aftercare-health-{name}-{}.db", std::process::id()));
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
        let config = DbConfig::Sqlite(path);
        let db = Db::open(&config, Arc::new(Stopped), &Entropy::new([3; 32])).await.unwrap();
        db.checkpoint().await.unwrap();
        config
    }

    fn conn(config: &DbConfig) -> Connection {
        let DbConfig::Sqlite(path) = config else { unreachable!() };
        Connection::open(path).unwrap()
    }

    #[tokio::test]
    async fn a_whole_database_has_no_damage_and_one_that_is_older_is_not_migrated() {
        let config = made("old").await;
        assert_eq!(damage(&config).await.unwrap(), []);
        conn(&config).execute("DELETE FROM migration WHERE name = '0014_oncall.sql'", []).unwrap();
        for _ in 0..2 {
            assert_eq!(damage(&config).await.unwrap(), [Damage::Behind("0014_oncall.sql")]);
        }
    }

    #[tokio::test]
    async fn a_table_or_an_index_that_is_gone_is_found() {
        let config = made("missing").await;
        conn(&config).execute_batch("DROP TABLE firing; DROP INDEX staff_by_name").unwrap();
        let missing = |name: &str| Damage::Missing(name.to_owned());
        assert_eq!(damage(&config).await.unwrap(), [missing("index staff_by_name"), missing("table firing")]);
    }

    #[tokio::test]
    async fn a_row_that_names_nothing_is_found() {
        let config = made("dangling").await;
        let away = "PRAGMA foreign_keys=OFF; INSERT INTO group_member (staff_id, group_id) VALUES ('nobody', 'none')";
        conn(&config).execute_batch(away).unwrap();
        let found = damage(&config).await.unwrap();
        let missing =
            |name: &str| Damage::Dangling { table: "group_member".to_owned(), missing_in: name.to_owned() };
        assert!(found.contains(&missing("staff")), "{found:?}");
    }

    #[tokio::test]
    async fn a_broken_file_is_found() {
        let config = made("broken").await;
        let DbConfig::Sqlite(path) = &config else { unreachable!() };
        let mut bytes = std::fs::read(path).unwrap();
        bytes.iter_mut().skip(8192).step_by(3).take(40_000).for_each(|b| *b ^= 0x5a);
        std::fs::write(path, bytes).unwrap();
        let found = damage(&config).await.unwrap();
        assert!(matches!(found.first(), Some(Damage::Broken(_))), "{found:?}");
    }
}
