//! The database: opened once, then asked for reads and units of work.

mod batch;
mod listen;
mod postgres;
mod sqlite;
mod tls;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use domain::time::{Clock, Timestamp};
use tokio::sync::{broadcast, watch};

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::connect as connect_sqlite;
pub use tls::in_clear;
pub(crate) use work::STATEMENTS;
pub use work::{Cost, Read, Work};

use crate::statement::Stmt;
use crate::{Entropy, Error, Ids, Result, migrate};

/// Where the data are.
#[derive(Debug, Clone)]
pub enum DbConfig {
    /// One file; `memory` for tests of statements only.
    Sqlite(PathBuf),
    /// A file that is laid and then moved into place when it is whole: written without waiting for the disk,
    /// because a crash throws it away.
    Scratch(PathBuf),
    /// A `PostgreSQL` connection string.
    Postgres(String),
}

/// Which engine answers. What differs between the two is one of its methods; nothing else may match on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The statement's text for this engine.
    pub(crate) fn text(self, stmt: &Stmt) -> &'static str {
        match self {
            Self::Sqlite => stmt.sqlite,
            Self::Postgres => stmt.postgres,
        }
    }

    /// An assembled text with `$N` parameters, as this engine writes them.
    pub(crate) fn assembled(self, text: String) -> String {
        match self {
            Self::Sqlite => text.replace('$', "?"),
            Self::Postgres => text,
        }
    }

    /// A migration's text in this engine's types.
    pub(crate) fn migration(self, text: &str) -> String {
        match self {
            Self::Sqlite => text
                .replace("BIGINT", "INTEGER")
                .replace("DOUBLE PRECISION", "REAL")
                .replace("BYTEA", "BLOB")
                .replace("\n);", "\n) STRICT;"),
            Self::Postgres => text.to_owned(),
        }
    }

    /// The suffix of migrations that only this engine runs.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Sqlite => ".sqlite.sql",
            Self::Postgres => ".postgres.sql",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

enum Inner {
    Sqlite(sqlite::Sqlite),
    Postgres(Postgres),
}

/// What every unit of work needs: the time, identifiers, and a bell for those who wait for news.
pub(crate) struct Shared {
    clock: Arc<dyn Clock>,
    ids: Mutex<Ids>,
    last_now: Mutex<Timestamp>,
    news: watch::Sender<u64>,
    whispers: broadcast::Sender<String>,
}

/// Words that wait for who is slow to hear them; those before are lost to them.
const WHISPERS: usize = 1024;
/// Longer ones are not passed on: `NOTIFY` takes less than 8,000 bytes.
const LONGEST_WHISPER: usize = 500;

impl Shared {
    fn new(clock: Arc<dyn Clock>, entropy: &Entropy) -> Self {
        Self {
            clock,
            ids: Mutex::new(Ids::new(entropy)),
            last_now: Mutex::new(Timestamp::MIN),
            news: watch::Sender::new(0),
            whispers: broadcast::Sender::new(WHISPERS),
        }
    }

    /// The unit's one reading of the clock; never before an earlier unit's (E7).
    pub(crate) fn now(&self) -> Timestamp {
        let mut last = self.last_now.lock().unwrap_or_else(PoisonError::into_inner);
        *last = self.clock.now().max(*last);
        *last
    }

    pub(crate) fn pass_on(&self, whisper: &str) {
        // Nobody listens: then nobody misses it.
        let _ = self.whispers.send(whisper.to_owned());
    }

    pub(crate) fn ring(&self) {
        self.news.send_modify(|n| *n += 1);
    }
}

/// A read without its types. Engines run it and know nothing of what it answers, so they are compiled once, and not again for
/// each of a thousand use cases.
type Reading = Box<dyn FnOnce(&mut Read<'_>) + Send>;

/// A unit of work without its types; tells whether what it changed is to stay.
type Doing = Box<dyn Fn(&mut Work<'_>) -> bool + Send>;

/// Where what was answered waits for whoever asked.
struct Answer<T, E>(Arc<Mutex<Option<std::result::Result<T, E>>>>);

impl<T, E: From<Error>> Answer<T, E> {
    fn take(self) -> std::result::Result<T, E> {
        let answered = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        answered.unwrap_or_else(|| Err(Error::Closed.into()))
    }
}

fn reading<T, E, F>(f: F) -> (Reading, Answer<T, E>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: FnOnce(&mut Read<'_>) -> std::result::Result<T, E> + Send + 'static,
{
    let place = Arc::new(Mutex::new(None));
    let answer = Answer(Arc::clone(&place));
    let run = move |r: &mut Read<'_>| {
        let answered = f(r);
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(answered);
    };
    (Box::new(run), answer)
}

fn doing<T, E, F>(f: F) -> (Doing, Answer<T, E>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: Fn(&mut Work<'_>) -> std::result::Result<T, E> + Send + 'static,
{
    let place = Arc::new(Mutex::new(None));
    let answer = Answer(Arc::clone(&place));
    let run = move |work: &mut Work<'_>| {
        let answered = f(work);
        let stays = answered.is_ok();
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(answered);
        stays
    };
    (Box::new(run), answer)
}

/// Why a rehearsal is rolled back: it was seen to its end, or it failed.
enum Undone<T, E> {
    Seen(T),
    Failed(E),
}

impl<T, E: From<Error>> From<Error> for Undone<T, E> {
    fn from(e: Error) -> Self {
        Self::Failed(e.into())
    }
}

/// An open database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    shared: Arc<Shared>,
}

impl Db {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Migration`].
    pub async fn open(config: &DbConfig, clock: Arc<dyn Clock>, entropy: &Entropy) -> Result<Self> {
        let shared = Arc::new(Shared::new(clock, entropy));
        let inner = match config {
            DbConfig::Sqlite(path) | DbConfig::Scratch(path) => {
                let durable = matches!(config, DbConfig::Sqlite(_));
                let (path, now) = (path.clone(), shared.now());
                let opening = Arc::clone(&shared);
                tokio::task::spawn_blocking(move || {
                    migrate::sqlite(&path, now)?;
                    sqlite::Sqlite::open(&path, opening, durable).map(Inner::Sqlite)
                })
                .await
                .map_err(|e| Error::Connect(e.to_string()))??
            }
            DbConfig::Postgres(url) => {
                let postgres = Postgres::open(url, Arc::clone(&shared)).await?;
                postgres.migrate(shared.now()).await?;
                Inner::Postgres(postgres)
            }
        };
        Ok(Self { inner: Arc::new(inner), shared })
    }

    /// Which engine answers.
    pub fn engine(&self) -> Engine {
        match &*self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// The present instant, as units of work see it.
    pub fn now(&self) -> Timestamp {
        self.shared.now()
    }

    /// Reads. The closure sees committed data and runs on a thread of its own.
    ///
    /// # Errors
    /// Whatever the closure returns, or the store's own errors.
    pub async fn read<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Read<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let (reading, answer) = reading(f);
        match &*self.inner {
            Inner::Sqlite(db) => db.read(reading).await?,
            Inner::Postgres(db) => db.read(reading).await?,
        }
        answer.take()
    }

    /// A short read, a few rows by key or a page along an index: like [`Db::read`], but the embedded engine runs it at
    /// once on the caller's own thread, because changing threads would cost more than reading. Not for anything
    /// that may take more than a few milliseconds.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn peek<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Read<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        match &*self.inner {
            Inner::Sqlite(db) => {
                let (mut f, mut answered) = (Some(f), None);
                db.peek(&mut |r| answered = f.take().map(|f| f(r))).await?;
                answered.unwrap_or_else(|| Err(Error::Closed.into()))
            }
            Inner::Postgres(db) => {
                let (reading, answer) = reading(f);
                db.read(reading).await?;
                answer.take()
            }
        }
    }

    /// Reads as [`Db::read`] does, from one instant on both engines: for what takes long and must fit together.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn snapshot<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Read<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let (reading, answer) = reading(f);
        match &*self.inner {
            Inner::Sqlite(db) => db.read(reading).await?,
            Inner::Postgres(db) => db.snapshot(reading).await?,
        }
        answer.take()
    }

    /// One unit of work: all or nothing. The closure may run twice and must touch nothing but its `Work`.
    ///
    /// # Errors
    /// Whatever the closure returns (then nothing is changed), or the store's own errors.
    pub async fn write<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Work<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let (doing, answer) = doing(f);
        match &*self.inner {
            Inner::Sqlite(db) => db.write(doing).await?,
            Inner::Postgres(db) => db.write(doing).await?,
        }
        answer.take()
    }

    /// One unit of work whose changes are thrown away, whatever it returns: what would happen, with nothing written.
    /// Others wait for it as for any unit, so it must be short.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn rehearse<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Work<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        let undone =
            self.write(move |work| Err::<(), _>(f(work).map_or_else(Undone::Failed, Undone::Seen))).await;
        match undone {
            Err(Undone::Seen(value)) => Ok(value),
            Err(Undone::Failed(e)) => Err(e),
            Ok(()) => Err(Error::Closed.into()),
        }
    }

    /// Brings everything that is committed into the database's main file, so that it can be copied or moved.
    ///
    /// # Errors
    /// The engine's.
    pub async fn checkpoint(&self) -> Result<()> {
        match &*self.inner {
            Inner::Sqlite(db) => db.checkpoint().await,
            Inner::Postgres(_) => Ok(()),
        }
    }

    /// Says something that is worth nothing a moment later to whoever listens, on every node. Nothing is written, and nobody
    /// learns whether it was heard.
    ///
    /// # Errors
    /// [`Error::Connect`]; the engine's.
    pub async fn whisper(&self, word: &str) -> Result<()> {
        if word.len() > LONGEST_WHISPER {
            return Ok(());
        }
        match &*self.inner {
            Inner::Sqlite(_) => {
                self.shared.pass_on(word);
                Ok(())
            }
            Inner::Postgres(db) => db.whisper(word).await,
        }
    }

    /// What is whispered from now on, on any node.
    pub fn whispers(&self) -> broadcast::Receiver<String> {
        self.shared.whispers.subscribe()
    }

    /// Is rung after commits that appended to the outbox. A hint only: the outbox is the truth.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.shared.news.subscribe()
    }
}
