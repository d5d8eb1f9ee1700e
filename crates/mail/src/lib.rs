//! How a letter comes in and goes out: MIME, an SMTP and LMTP server, an IMAP client, SMTP submission. Takes values and answers with
//! values; knows no table, no use case and no template, and never writes an address or a secret into the log.

mod client;
mod compose;
pub mod dkim;
pub mod imap;
pub mod incoming;
pub mod listener;
pub mod origin;
mod room;
mod settings;

pub use client::{Failure, Mailer, Phase};
pub use compose::{Enclosed, Outgoing, compose, message_id};
pub use room::{Room, Share};
pub use settings::{Secret, SettingsError, Smtp, Tls};
