//! What an archive holds of people on call.

use crate::archive::Kind::{At, Flag, Int, Json, Text};
use crate::archive::Noun;

pub(super) const ROTAS: Noun = Noun {
    name: "rotas",
    table: "rota",
    keys: &["id"],
    columns: &[("id", Text), ("name", Text), ("rev", Int), ("doc", Json)],
};

pub(super) const OVERRIDES: Noun = Noun {
    name: "oncall_overrides",
    table: "oncall_override",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("rota_id", Text),
        ("seat", Text),
        ("staff_id", Text),
        ("from_at", At),
        ("until_at", At),
        ("is_swap", Flag),
        ("note", Text),
    ],
};

pub(super) const LEAVES: Noun = Noun {
    name: "oncall_leaves",
    table: "oncall_leave",
    keys: &["id"],
    columns: &[("id", Text), ("staff_id", Text), ("from_at", At), ("until_at", At), ("note", Text)],
};

pub(super) const PHONES: Noun = Noun {
    name: "oncall_phones",
    table: "oncall_phone",
    keys: &["staff_id"],
    columns: &[("staff_id", Text), ("phone", Text), ("confirmed_at", At)],
};
