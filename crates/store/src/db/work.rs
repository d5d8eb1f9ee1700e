//! The hands of a unit of work: `Read` asks, `Work` asks and changes.

use std::sync::PoisonError;

use deadpool_postgres::Client;
use domain::time::Timestamp;
use tokio::runtime::Handle;
use tokio_postgres::types::{ToSql, Type};

use super::{Engine, Shared};
use crate::statement::Stmt;
use crate::value::Value;
use crate::{Error, Result, Row};

statements! {
    PART = "SAVEPOINT part";
    UNDO_PART = "ROLLBACK TO SAVEPOINT part";
    END_PART = "RELEASE SAVEPOINT part";
}

pub(crate) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a Client, &'a Handle),
}

/// What a unit cost the database so far, by which tests hold that a unit's cost does not grow with what is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Statements that ran.
    pub statements: usize,
    /// Rows that came back.
    pub rows: usize,
}

/// Asks questions.
pub struct Read<'a> {
    conn: Conn<'a>,
    now: Timestamp,
    retry_wanted: bool,
    cost: Cost,
}

/// Asks and changes, within one transaction. Only `Db::write` makes one.
pub struct Work<'a> {
    read: Read<'a>,
    shared: &'a Shared,
    news: bool,
}

impl<'a> std::ops::Deref for Work<'a> {
    type Target = Read<'a>;
    fn deref(&self) -> &Read<'a> {
        &self.read
    }
}

impl<'a> std::ops::DerefMut for Work<'a> {
    fn deref_mut(&mut self) -> &mut Read<'a> {
        &mut self.read
    }
}

impl<'a> Read<'a> {
    pub(super) fn new(conn: Conn<'a>, now: Timestamp) -> Self {
        Self { conn, now, retry_wanted: false, cost: Cost::default() }
    }

    /// When this unit began; all its rows carry it.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What was asked so far.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Which engine answers.
    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(..) => Engine::Postgres,
        }
    }

    /// Prepares a statement without running it, for the test of the whole list.
    ///
    /// # Errors
    /// What the engine finds wrong with it.
    pub fn prepare(&mut self, sql: &str) -> Result<()> {
        match self.conn {
            Conn::Sqlite(conn) => Ok(conn.prepare(sql).map(drop)?),
            Conn::Postgres(client, handle) => {
                // `$1 = 1` makes PostgreSQL expect an INT4, which no parameter of ours is: write a CAST.
                let statement = handle.block_on(client.prepare(sql))?;
                let ours = [Type::INT8, Type::TEXT, Type::FLOAT8, Type::BYTEA];
                match statement.params().iter().find(|t| !ours.contains(t)) {
                    Some(other) => Err(Error::corrupt("parameter", other)),
                    None => Ok(()),
                }
            }
        }
    }

    /// All rows of a statement.
    pub(crate) fn rows<T>(
        &mut self,
        stmt: &Stmt,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.query(self.engine().text(stmt), values, map)
    }

    /// The first row, if there is one.
    pub(crate) fn first<T>(
        &mut self,
        stmt: &Stmt,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.rows(stmt, values, map)?.into_iter().next())
    }

    /// Rows of a text that `sql.rs` has assembled from constants.
    pub(crate) fn query<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        #[cfg(feature = "record")]
        crate::record::note(sql, values);
        let mut out = Vec::new();
        match self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    out.push(map(&Row::Sqlite(row))?);
                }
            }
            Conn::Postgres(client, handle) => {
                let rows = handle.block_on(async {
                    let statement = client.prepare_cached(sql).await?;
                    client.query(&statement, &as_params(values)).await
                });
                for row in &self.noticed(rows)? {
                    out.push(map(&Row::Postgres(row))?);
                }
            }
        }
        self.cost.statements += 1;
        self.cost.rows += out.len();
        Ok(out)
    }

    fn execute_text(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        #[cfg(feature = "record")]
        crate::record::note(sql, values);
        self.cost.statements += 1;
        match self.conn {
            Conn::Sqlite(conn) => {
                let n = conn.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))?;
                Ok(n as u64)
            }
            Conn::Postgres(client, handle) => {
                let changed = handle.block_on(async {
                    let statement = client.prepare_cached(sql).await?;
                    client.execute(&statement, &as_params(values)).await
                });
                self.noticed(changed)
            }
        }
    }

    /// Remembers that the server wants the unit to be run again.
    fn noticed<T>(&mut self, result: std::result::Result<T, tokio_postgres::Error>) -> Result<T> {
        result.map_err(|e| {
            let e = Error::from(e);
            self.retry_wanted |= e.wants_retry();
            e
        })
    }

    pub(super) fn retry_wanted(&self) -> bool {
        self.retry_wanted
    }
}

fn as_params<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}

impl<'a> Work<'a> {
    pub(super) fn new(read: Read<'a>, shared: &'a Shared) -> Self {
        Self { read, shared, news: false }
    }

    /// Runs a statement that changes rows; returns how many.
    pub(crate) fn execute(&mut self, stmt: &Stmt, values: &[Value<'_>]) -> Result<u64> {
        let text = self.engine().text(stmt);
        self.read.execute_text(text, values)
    }

    /// Runs a statement that must change exactly one row.
    pub(crate) fn hit(&mut self, what: &'static str, stmt: &Stmt, values: &[Value<'_>]) -> Result<()> {
        if self.execute(stmt, values)? == 1 { Ok(()) } else { Err(Error::NotFound(what)) }
    }

    /// Runs an insertion that `sql.rs` has assembled from constants.
    pub(crate) fn insert(&mut self, text: &str, values: &[Value<'_>]) -> Result<()> {
        self.read.execute_text(text, values).map(drop)
    }

    /// Runs an edit that names the version it saw; no row means that somebody else saved first.
    pub(crate) fn edit(&mut self, what: &'static str, stmt: &Stmt, values: &[Value<'_>]) -> Result<()> {
        if self.execute(stmt, values)? == 1 { Ok(()) } else { Err(Error::Stale(what)) }
    }

    /// Runs an edit of what this unit has read itself, in the version that it read; no row means that another unit saved meanwhile.
    /// Then `PostgreSQL` runs this unit again, on what is there now; on `SQLite` there is no other unit.
    pub(crate) fn follow(&mut self, what: &'static str, stmt: &Stmt, values: &[Value<'_>]) -> Result<()> {
        let result = self.edit(what, stmt, values);
        self.read.retry_wanted |= matches!(result, Err(Error::Stale(_)));
        result
    }

    /// Runs a part of the unit; if it fails, what it changed is undone and the unit can go on.
    ///
    /// # Errors
    /// Whatever the part returns; the engine's.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        part: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.execute(&PART, &[])?;
        let result = part(self);
        if result.is_err() {
            self.execute(&UNDO_PART, &[])?;
        }
        self.execute(&END_PART, &[])?;
        result
    }

    /// A new identifier.
    pub fn next_id(&mut self) -> String {
        let now = self.now();
        self.shared.ids.lock().unwrap_or_else(PoisonError::into_inner).next_id(now)
    }

    /// Appends to the outbox: after commit, whoever waits for news is woken.
    pub fn publish(&mut self, topic: &str, key: &str) -> Result<()> {
        self.news = true;
        let now = self.now();
        self.execute(&crate::feed::APPEND, &[topic.into(), key.into(), now.into()]).map(drop)
    }

    pub(super) fn has_news(&self) -> bool {
        self.news
    }
}
