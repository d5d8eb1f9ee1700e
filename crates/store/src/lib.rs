//! How it is kept. One SQL text for `SQLite` and `PostgreSQL`, synchronous units of work, group commit.
//! Holds no rule, no HTTP, no text for people.

#[macro_use]
mod statement;
pub mod conduct;
pub mod copied;
mod db;
mod error;
mod ids;
mod migrate;
mod row;
mod sql;
mod statements;
mod value;

pub mod admin;
pub mod answer;
pub mod appointment;
pub mod archive;
pub mod chat;
pub mod digest;
pub mod directory;
pub mod dkim;
pub mod emergency;
pub mod feed;
pub mod file;
pub mod health;
pub mod housekeeping;
pub mod import;
pub mod job;
pub mod kit;
pub mod letter;
pub mod mail_in;
pub mod mailbox;
pub mod node;
pub mod oncall;
#[cfg(feature = "record")]
pub mod record;
pub mod report;
pub mod revision;
pub mod rules;
pub mod session;
pub mod staff;
pub mod ticket;

pub use db::{Cost, Db, DbConfig, Engine, Read, Work, in_clear};
pub use error::{Error, Result};
pub use ids::{Entropy, Ids};
pub use migrate::{Pending, migrations};
pub use row::Row;
pub use statements::all_statements;
