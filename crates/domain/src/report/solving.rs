//! What came in the period and what has become of it (S2-134). Confirmed by the customer and closed after silence
//! are counted apart; what was withdrawn, merged, spam or a duplicate does not count as having come.

use super::place::Place;
use super::sheet::Found;
use super::{Column, History, How};
use crate::ticket::{Change, CloseReason, Status};

const CONFIRMED: &str = "confirmed";
const SILENT: &str = "silent";
const BY_STAFF: &str = "by_staff";
const AWAITING: &str = "awaiting";
const UNSOLVED: &str = "unsolved";
const SOLVED: &[&str] = &[CONFIRMED, SILENT, BY_STAFF, AWAITING];
const CAME: &[&str] = &[CONFIRMED, SILENT, BY_STAFF, AWAITING, UNSOLVED];

pub(super) const RATE: Column = Column::new("solve_rate", CAME, How::Share(SOLVED));

pub(super) const COLUMNS: &[Column] = &[
    RATE,
    Column::count("came", CAME),
    Column::count("solved", SOLVED),
    Column::count("confirmed", &[CONFIRMED]),
    Column::count("silent", &[SILENT]),
    Column::count("by_staff", &[BY_STAFF]),
    Column::count("awaiting", &[AWAITING]),
    Column::count("unsolved", &[UNSOLVED]),
    Column::count("reopened", &["reopened"]),
    Column::count("dropped", &["dropped"]),
];

pub(super) fn find(history: &History) -> Vec<Found> {
    let (mut place, mut solver) = (Place::start(), None);
    let (mut came_at, mut cell, mut reopened) = (None, UNSOLVED, false);
    for e in &history.events {
        place.take(e);
        match &e.change {
            Change::Opened { .. } => came_at = Some(e.at),
            Change::Resolved { .. } => (cell, solver) = (AWAITING, Some(place.served_by(&e.by))),
            Change::StatusChanged { from: Status::Closed, to: Status::Resolved, .. } => cell = AWAITING,
            Change::Closed { reason } => cell = closed(cell, *reason),
            Change::MergedInto { .. } => cell = "dropped",
            Change::Reopened { slip, .. } => (cell, solver, reopened) = (UNSOLVED, None, reopened || !slip),
            _ => {}
        }
    }
    let Some(at) = came_at else { return Vec::new() };
    let place = solver.unwrap_or(place);
    let mut found = vec![Found::new(cell, at, place.clone())];
    if reopened {
        found.push(Found::new("reopened", at, place));
    }
    found
}

fn closed(before: &'static str, reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Confirmed => CONFIRMED,
        CloseReason::Silent => SILENT,
        CloseReason::Imported => BY_STAFF,
        _ if before == AWAITING => BY_STAFF,
        _ => "dropped",
    }
}
