//! What an archive holds of agreed contacts.

use crate::archive::Kind::{At, Int, Text};
use crate::archive::Noun;

pub(super) const APPOINTMENTS: Noun = Noun {
    name: "appointments",
    table: "appointment",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("ticket_id", Text),
        ("no", Int),
        ("version", Int),
        ("kind", Text),
        ("state", Text),
        ("from_at", At),
        ("until_at", At),
        ("way", Text),
        ("contact_id", Text),
        ("phone", Text),
        ("staff_id", Text),
        ("wanted_by", Text),
        ("note", Text),
        ("result", Text),
        ("made_at", At),
        ("ended_at", At),
        ("next_at", At),
    ],
};
