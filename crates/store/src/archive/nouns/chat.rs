//! What an archive holds of chats, and of the answers that are kept ready.

use crate::archive::Kind::{At, Flag, Int, Text};
use crate::archive::Noun;

pub(super) const CHATS: Noun = Noun {
    name: "chats",
    table: "chat",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("ticket_id", Text),
        ("contact_id", Text),
        ("verified", Flag),
        ("name", Text),
        ("origin", Text),
        ("locale", Text),
        ("state", Text),
        ("group_id", Text),
        ("staff_id", Text),
        ("asked_at", At),
        ("taken_at", At),
        ("answered_at", At),
        ("ended_at", At),
        ("heard_at", At),
        ("visitor_read", Int),
        ("staff_read", Int),
        ("next_seq", Int),
        ("mail", Flag),
        ("message_no", Int),
        ("version", Int),
    ],
};

pub(super) const LINES: Noun = Noun {
    name: "chat_lines",
    table: "chat_line",
    keys: &["chat_id", "seq"],
    columns: &[
        ("chat_id", Text),
        ("seq", Int),
        ("side", Text),
        ("staff_id", Text),
        ("kind", Text),
        ("text", Text),
        ("file_id", Text),
        ("sent_id", Text),
        ("at", At),
    ],
};

pub(super) const ANSWERS: Noun = Noun {
    name: "canned_answers",
    table: "canned_answer",
    keys: &["id"],
    columns: &[("id", Text), ("name", Text), ("html", Text), ("version", Int), ("deleted_at", At)],
};
