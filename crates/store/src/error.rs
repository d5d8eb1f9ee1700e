//! What can go wrong in the store. Holds keys and data, never a sentence for people.

/// Errors of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that had to be there is not.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Somebody else saved first.
    #[error("{0} changed meanwhile")]
    Stale(&'static str),
    /// A unique value exists already; names the table or index.
    #[error("already exists: {0}")]
    Exists(String),
    /// A row names one that is not there, or cannot go because others name it.
    #[error("reference: {0}")]
    Reference(String),
    /// A stored value cannot be read back.
    #[error("bad {column} in the database: {detail}")]
    Corrupt { column: &'static str, detail: String },
    /// `SQLite` said no.
    #[error("sqlite: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// `PostgreSQL` said no.
    #[error("postgres: {0}")]
    Postgres(#[source] tokio_postgres::Error),
    /// No connection could be had.
    #[error("no connection: {0}")]
    Connect(String),
    /// The transaction that this unit was part of was not committed.
    #[error("commit failed: {0}")]
    Commit(String),
    /// The database is not the one this program can work with.
    #[error("migration: {0}")]
    Migration(String),
    /// A unit of work broke down; its changes were undone.
    #[error("a unit of work panicked")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, Error>;

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error() {
            Some(f) if matches!(f.extended_code, 1555 | 2067) => Self::Exists(e.to_string()),
            Some(f) if f.extended_code == 787 => Self::Reference(e.to_string()),
            _ => Self::Sqlite(e),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(e: tokio_postgres::Error) -> Self {
        match e.as_db_error() {
            Some(db) if db.code().code() == "23505" => {
                Self::Exists(db.constraint().unwrap_or("unique").to_owned())
            }
            Some(db) if db.code().code() == "23503" => {
                Self::Reference(db.constraint().unwrap_or("foreign key").to_owned())
            }
            // The server stops, has crashed, or is not up yet.
            Some(db) if db.code().code().starts_with("57P") => Self::Connect(e.to_string()),
            None if e.is_closed() => Self::Connect(e.to_string()),
            _ => Self::Postgres(e),
        }
    }
}

impl Error {
    /// `PostgreSQL` asks for the unit of work to be run again (40001, 40P01).
    pub(crate) fn wants_retry(&self) -> bool {
        matches!(self, Self::Postgres(e) if e.code().is_some_and(|c| matches!(c.code(), "40001" | "40P01")))
    }

    /// A value of the database that this program cannot read.
    pub(crate) fn corrupt(column: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Corrupt { column, detail: detail.to_string() }
    }
}
