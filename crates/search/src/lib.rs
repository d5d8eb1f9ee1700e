//! Where is it written? A full-text index over tickets, messages and people, made for Chinese. Knows no database
//! and no page: it is fed with entries and asked questions; who may see what is part of every question.

mod analyse;
mod collect;
mod entry;
mod find;
mod generation;
mod mark;
mod number;
mod query;
mod reach;
mod same;
mod schema;
mod suggest;
mod writer;

pub use analyse::{VERSION, warm};
pub use entry::{Entry, MessageEntry, PersonEntry, PersonKind, TicketEntry};
pub use find::{Ask, Cursor, Found, Hit, HitKind, MAX_LIMIT, Reader, Section};
pub use generation::{Position, Search};
pub use writer::Writer;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index is not open yet: it is being loaded or built.
    #[error("the search index is loading")]
    Loading,
    /// Another process writes this index.
    #[error("the search index is written by another process")]
    Locked,
    /// The folder cannot be read or written.
    #[error("the folder of the search index: {0}")]
    Folder(#[from] std::io::Error),
    /// The index engine's.
    #[error(transparent)]
    Engine(tantivy::TantivyError),
}

/// Result of the search.
pub type Result<T> = std::result::Result<T, Error>;

impl From<tantivy::TantivyError> for Error {
    fn from(e: tantivy::TantivyError) -> Self {
        match e {
            tantivy::TantivyError::LockFailure(..) => Self::Locked,
            other => Self::Engine(other),
        }
    }
}
