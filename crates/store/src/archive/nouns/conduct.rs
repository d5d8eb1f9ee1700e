//! What an archive holds of proposals after repeated misses.

use super::super::Kind::{At, Int, Json, Text};
use crate::archive::Noun;

pub(super) const CONDUCT: Noun = Noun {
    name: "conduct",
    table: "conduct",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("staff_id", Text),
        ("consequence", Text),
        ("enough", Int),
        ("days", Int),
        ("misses", Json),
        ("state", Text),
        ("made_at", At),
        ("objection", Text),
        ("objected_at", At),
        ("reason", Text),
        ("decided_by", Text),
        ("decided_at", At),
    ],
};
