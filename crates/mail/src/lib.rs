//! How a letter goes out: MIME and SMTP submission. Takes values and answers with values; knows no table, no
//! use case and no template, and never writes an address or a secret into the log.

mod client;
mod compose;
mod settings;

pub use client::{Failure, Mailer, Phase};
pub use compose::{Outgoing, compose, message_id};
pub use settings::{Secret, SettingsError, Smtp, Tls};
