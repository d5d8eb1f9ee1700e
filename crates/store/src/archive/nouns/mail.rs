//! What an archive holds of mail: mailboxes without their passwords, and whose letters nobody wants.

use super::super::Kind::{At, Int, Json, Text};
use crate::archive::Noun;

pub(super) const MAILBOXES: Noun = Noun {
    name: "mailboxes",
    table: "mailbox",
    keys: &["id"],
    columns: &[("id", Text), ("address", Text), ("doc", Json), ("version", Int)],
};

pub(super) const BLOCKED: Noun = Noun {
    name: "blocked_senders",
    table: "mail_block",
    keys: &["id"],
    columns: &[("id", Text), ("pattern", Text), ("note", Text)],
};

pub(super) const IN_COPY: Noun = Noun {
    name: "people_in_copy",
    table: "ticket_copy",
    keys: &["ticket_id", "address"],
    columns: &[("ticket_id", Text), ("address", Text), ("name", Text), ("added_at", At)],
};
