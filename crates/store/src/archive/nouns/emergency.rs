//! What an archive holds of emergencies.

use crate::archive::Kind::{At, Int, Json, Text};
use crate::archive::Noun;

pub(super) const EMERGENCIES: Noun = Noun {
    name: "emergencies",
    table: "emergency",
    keys: &["id"],
    columns: &[
        ("id", Text),
        ("ticket_id", Text),
        ("version", Int),
        ("state", Text),
        ("title", Text),
        ("impact", Text),
        ("commander_id", Text),
        ("roles", Json),
        ("plan", Json),
        ("next_report_at", At),
        ("started_at", At),
        ("started_by", Text),
        ("ended_at", At),
        ("ended_by", Text),
        ("review", Json),
    ],
};

pub(super) const ORGANISATIONS: Noun = Noun {
    name: "emergency_organisations",
    table: "emergency_organisation",
    keys: &["organisation_id", "emergency_id"],
    columns: &[("organisation_id", Text), ("emergency_id", Text)],
};

pub(super) const MEASURES: Noun = Noun {
    name: "emergency_measures",
    table: "emergency_measure",
    keys: &["emergency_id", "no"],
    columns: &[
        ("emergency_id", Text),
        ("no", Int),
        ("what", Text),
        ("owner_id", Text),
        ("due_on", Text),
        ("done_at", At),
        ("effect", Text),
    ],
};
