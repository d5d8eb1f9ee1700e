//! What people and programs see: pages, parts of pages, the JSON API, live updates.
//! Holds no SQL and no rule: a handler takes its input apart, calls the desk, and answers.

mod admin;
mod answers;
mod api;
mod app;
mod appointments;
mod assets;
mod chat;
mod chip;
mod conduct;
mod customers;
mod dated;
mod emergencies;
mod error;
mod files;
mod form;
mod health;
mod html;
mod kit;
mod live;
mod log;
mod mailbox_port;
mod names;
mod oncall;
mod paging;
mod peer;
mod portal;
mod reports;
mod said;
mod search;
mod session;
mod sign_in;
mod table;
mod tickets;
mod ui;
mod wallboard;
mod wrong;

pub use admin::service_hours;
pub use app::{App, Limits, WebConfig, router};
pub use files::{clear_uploads, keep_bytes, kept_bytes, media_type, plain_name};
pub use html::{clean, plain as plain_text};
pub use mailbox_port::{MailboxPort, Tried};
