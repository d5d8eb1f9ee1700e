//! What an archive holds of people on call.

use crate::archive::Kind::{At, Flag, Int, Json, Text};
use crate::archive::Noun;

pub(super) const ROTAS: Noun = Noun {
    name: "rotas",
    table: "rota",
    keys: &["id"],
    columns: &[("id", Text), ("name", Text), ("rev", Int), ("doc", Json), ("state", Text), ("drafts", Json)],
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

pub(super) const SWAPS: Noun = Noun {
    name: "oncall_swaps",
    table: "oncall_swap",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("rota_id", Text),
        ("seat", Text),
        ("giver_id", Text),
        ("taker_id", Text),
        ("from_at", At),
        ("until_at", At),
        ("back_from_at", At),
        ("back_until_at", At),
        ("note", Text),
        ("state", Text),
        ("made_at", At),
        ("answered_at", At),
    ],
};

pub(super) const STARTS: Noun = Noun {
    name: "oncall_starts",
    table: "oncall_start",
    keys: &["rota_id", "seat", "from_at"],
    columns: &[
        ("rota_id", Text),
        ("seat", Text),
        ("from_at", At),
        ("staff_id", Text),
        ("asked_at", At),
        ("confirmed_at", At),
        ("alarmed_at", At),
    ],
};

pub(super) const NOTES: Noun = Noun {
    name: "oncall_notes",
    table: "oncall_note",
    keys: &["id"],
    columns: &[("id", Text), ("rota_id", Text), ("staff_id", Text), ("at", At), ("text", Text)],
};

pub(super) const PAGES: Noun = Noun {
    name: "pages",
    table: "page",
    keys: &["ticket_id", "step_event", "staff_id"],
    columns: &[
        ("ticket_id", Text),
        ("step_event", Int),
        ("staff_id", Text),
        ("event_no", Int),
        ("paged_at", At),
        ("means", Json),
        ("ended_at", At),
        ("ended_by", Text),
        ("ended", Text),
    ],
};
