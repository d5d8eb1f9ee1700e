//! `PostgreSQL`: pooled clients, one transaction per unit, run again when the server asks for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod};
use domain::time::Timestamp;
use tokio::runtime::Handle;

use super::listen::Bell;
use super::tls::Target;
use super::work::Conn;
use super::{Doing, Read, Reading, Shared, Work};
use crate::{Error, Result, migrate};

/// What stands beside the bell: words for all nodes.
const WHISPER: &str = "SELECT pg_notify('aftercare', $1)";

const MAX_CLIENTS: usize = 16;
/// Of units that want the same row one comes through in each run, and there are no more of them than clients.
const MAX_RUNS: usize = 2 * MAX_CLIENTS;

pub(crate) struct Postgres {
    pool: Pool,
    shared: Arc<Shared>,
    _bell: Bell,
}

/// An error with what is behind it: the pool's own says only that something failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    if std::ptr::addr_eq(last, error) { error.to_string() } else { format!("{error} ({last})") }
}

fn pool(url: &str) -> Result<(Pool, Target)> {
    let target = Target::of(url)?;
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(target.config.clone(), target.tls.clone(), recycling);
    let pool = Pool::builder(manager).max_size(MAX_CLIENTS).build();
    Ok((pool.map_err(|e| Error::Connect(e.to_string()))?, target))
}

impl Postgres {
    pub(super) async fn open(url: &str, shared: Arc<Shared>) -> Result<Self> {
        let (pool, target) = pool(url)?;
        let bell = Bell::hang(target, &shared);
        let db = Self { pool, shared, _bell: bell };
        drop(db.client().await?);
        Ok(db)
    }

    /// One client, for a look that opens nothing else.
    pub(crate) async fn client_of(url: &str) -> Result<Client> {
        let (pool, _) = pool(url)?;
        pool.get().await.map_err(|e| Error::Connect(causes(&e)))
    }

    async fn client(&self) -> Result<Client> {
        self.pool.get().await.map_err(|e| Error::Connect(causes(&e)))
    }

    pub(super) async fn migrate(&self, now: Timestamp) -> Result<()> {
        migrate::postgres(&mut self.client().await?, now).await
    }

    pub(super) async fn read(&self, f: Reading) -> Result<()> {
        let (client, handle, now) = (self.client().await?, Handle::current(), self.shared.now());
        let task =
            tokio::task::spawn_blocking(move || f(&mut Read::new(Conn::Postgres(&client, &handle), now)));
        task.await.map_err(|_| Error::Panicked)
    }

    /// The server passes it on to all nodes, this one included.
    pub(super) async fn whisper(&self, word: &str) -> Result<()> {
        let client = self.client().await?;
        let said = client.prepare_cached(WHISPER).await?;
        client.query(&said, &[&word]).await?;
        Ok(())
    }

    pub(super) async fn snapshot(&self, f: Reading) -> Result<()> {
        let (client, handle, now) = (self.client().await?, Handle::current(), self.shared.now());
        let task = tokio::task::spawn_blocking(move || {
            let batch = |sql: &str| handle.block_on(client.batch_execute(sql)).map_err(Error::from);
            batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            let answer =
                catch_unwind(AssertUnwindSafe(|| f(&mut Read::new(Conn::Postgres(&client, &handle), now))));
            batch("COMMIT")?;
            answer.map_err(|_| Error::Panicked)
        });
        task.await.unwrap_or(Err(Error::Panicked))
    }

    pub(super) async fn write(&self, f: Doing) -> Result<()> {
        let (client, handle, shared) = (self.client().await?, Handle::current(), Arc::clone(&self.shared));
        let task = tokio::task::spawn_blocking(move || unit(&client, &handle, &shared, &f));
        task.await.unwrap_or(Err(Error::Panicked))
    }
}

/// Runs a unit until it is committed, refused, or the server has asked too often for another run. A refusal is the unit's own
/// answer, and no error here.
fn unit(client: &Client, handle: &Handle, shared: &Shared, f: &Doing) -> Result<()> {
    let batch = |sql: &str| handle.block_on(client.batch_execute(sql)).map_err(Error::from);
    let mut runs = 0;
    loop {
        runs += 1;
        batch("BEGIN")?;
        let mut work = Work::new(Read::new(Conn::Postgres(client, handle), shared.now()), shared);
        let ran = catch_unwind(AssertUnwindSafe(|| f(&mut work)));
        let news = work.has_news();
        if ran.as_ref().is_ok_and(|stays| *stays) {
            match batch("COMMIT") {
                Ok(()) => {
                    if news {
                        shared.ring();
                        // Other nodes get a hint; losing it only delays them.
                        let _ = batch("NOTIFY aftercare");
                    }
                    return Ok(());
                }
                Err(e) if e.wants_retry() && runs < MAX_RUNS => {}
                Err(e) => return Err(Error::Commit(e.to_string())),
            }
        } else {
            // The server may want another run; our own errors end it.
            let again = work.retry_wanted() && runs < MAX_RUNS;
            batch("ROLLBACK")?;
            if !again {
                return ran.map(drop).map_err(|_| Error::Panicked);
            }
        }
    }
}
