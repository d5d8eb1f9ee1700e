//! `SQLite`: one writer thread with group commit, a few readers.
//! The writer takes up to 256 waiting units, runs them in one transaction, commits once with `synchronous=FULL`
//! and only then answers: a commit's cost is shared, and no answer is given before it is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use super::batch::{Unit, write_loop};
use super::work::Conn;
use super::{Doing, Read, Reading, Shared};
use crate::{Error, Result};

/// So many units wait for their turn; further ones wait to be let in.
const QUEUE: usize = 1024;
const READERS: usize = 4;

pub(super) struct Sqlite {
    units: Sender<Unit>,
    room: Semaphore,
    readers: Arc<Mutex<Vec<Connection>>>,
    permits: Semaphore,
    shared: Arc<Shared>,
    path: PathBuf,
}

/// Opens a connection as both writer and readers want it: small caches, full durability.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|e| Error::Connect(format!("{}: {e}", path.display())))?;
    conn.set_prepared_statement_cache_capacity(256);
    // A plan does not depend on the values that are bound. Without this, SQLite compiles a statement anew whenever
    // something is bound that its planner may have looked at: every LIMIT, and some conditions of joins.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
         PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;
         PRAGMA wal_autocheckpoint=4000;",
    )?;
    Ok(conn)
}

impl Sqlite {
    pub(super) fn open(path: &Path, shared: Arc<Shared>, durable: bool) -> Result<Self> {
        let writer = connect(path, OpenFlags::default())?;
        if !durable {
            writer.execute_batch("PRAGMA synchronous=OFF")?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let readers = (0..READERS)
            .map(|_| {
                let conn = connect(path, flags)?;
                // Half of the writer's cache: what is read again lies in the operating system's memory anyway.
                conn.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-2048")?;
                Ok(conn)
            })
            .collect::<Result<Vec<_>>>()?;
        let (units, waiting) = channel();
        let for_writer = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_loop(&writer, &waiting, &for_writer))
            .map_err(|e| Error::Connect(e.to_string()))?;
        Ok(Self {
            units,
            room: Semaphore::new(QUEUE),
            readers: Arc::new(Mutex::new(readers)),
            permits: Semaphore::new(READERS),
            shared,
            path: path.to_owned(),
        })
    }

    pub(super) async fn checkpoint(&self) -> Result<()> {
        let path = self.path.clone();
        let task = tokio::task::spawn_blocking(move || {
            let conn = connect(&path, OpenFlags::default())?;
            Ok(conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?)
        });
        task.await.unwrap_or(Err(Error::Panicked))
    }

    pub(super) async fn read(&self, f: Reading) -> Result<()> {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let (readers, now) = (Arc::clone(&self.readers), self.shared.now());
        let task = tokio::task::spawn_blocking(move || on_reader(&readers, now, f));
        task.await.unwrap_or(Err(Error::Panicked))
    }

    /// A read on the caller's own thread.
    pub(super) async fn peek(&self, f: &mut (dyn FnMut(&mut Read<'_>) + Send)) -> Result<()> {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        on_reader(&self.readers, self.shared.now(), f)
    }

    pub(super) async fn write(&self, f: Doing) -> Result<()> {
        let (tell, answer) = oneshot::channel();
        let _room = self.room.acquire().await.map_err(|_| Error::Closed)?;
        self.units.send(Unit::new(f, tell)).map_err(|_| Error::Closed)?;
        answer.await.unwrap_or(Err(Error::Closed))
    }
}

/// Runs a read on a connection of its own, in one snapshot, so that a page does not show half of a change.
fn on_reader(readers: &Mutex<Vec<Connection>>, now: Timestamp, f: impl FnOnce(&mut Read<'_>)) -> Result<()> {
    let pop = || readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let conn = pop().ok_or(Error::Closed)?;
    let sql = |text: &str| conn.prepare_cached(text).and_then(|mut s| s.execute([])).map_err(Error::from);
    let answer = catch_unwind(AssertUnwindSafe(|| {
        sql("BEGIN")?;
        f(&mut Read::new(Conn::Sqlite(&conn), now));
        Ok(())
    }));
    let _ = sql("COMMIT");
    readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    answer.unwrap_or(Err(Error::Panicked))
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_compiled_once_whatever_is_bound() {
        let conn = connect(Path::new(":memory:"), OpenFlags::default()).unwrap();
        conn.execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)").unwrap();
        let mut statement = conn.prepare("SELECT n FROM t ORDER BY n LIMIT ?1").unwrap();
        for limit in [1, 2, 3] {
            let found = statement.query_map([limit], |r| r.get::<_, i64>(0)).unwrap().count();
            assert_eq!(i64::try_from(found), Ok(limit));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
