//! The `aftercare` program: command line, configuration, wiring, workers. Holds no rule, no SQL, no HTML.

mod archive;
mod check;
mod clock;
mod commands;
mod config;
mod counted;
mod demo;
mod fetch_work;
mod housekeeping;
mod import;
mod mail_config;
mod mail_in_config;
mod mail_in_work;
mod mailbox_door;
mod page_letter;
mod post;
mod push_work;
mod seal;
mod search_index;
mod seed;
mod serve;
mod sla;
mod workers;

pub use archive::{Manifest, export, restore};
pub use check::overlapping_rotas;
pub use clock::SetClock;
pub use commands::main;
pub use demo::{World, lay as lay_demo_world};
pub use fetch_work::{Fetching, fetch_once, run as fetch_mail, try_mailbox};
pub use housekeeping::keep_house;
pub use mail_in_work::{Gate, MailRoom, read_all as read_mail};
pub use mailbox_door::MailboxDoor;
pub use seal::reply_key;
pub use search_index::Indexer;
pub use seed::lay as lay_seed;
pub use workers::{drain, drain_and_push, drain_and_send, drain_and_send_as};
