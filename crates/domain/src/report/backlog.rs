//! Open work by age, as of now: how long ago what is still open reached us.

use super::place::Place;
use super::sheet::Found;
use super::{Column, History, How};
use crate::ticket::Change;
use crate::time::{Timestamp, to_seconds};

const DAY_S: i64 = 86_400;
/// Cells with the age at which they end, in seconds.
const AGES: [(&str, i64); 5] =
    [("age1", DAY_S), ("age3", 3 * DAY_S), ("age7", 7 * DAY_S), ("age30", 30 * DAY_S), ("older", i64::MAX)];
const OPEN: &[&str] = &["age1", "age3", "age7", "age30", "older"];

pub(super) const ALL: Column = Column::count("open", OPEN);

pub(super) const COLUMNS: &[Column] = &[
    ALL,
    Column::count("age1", &["age1"]),
    Column::count("age3", &["age3"]),
    Column::count("age7", &["age7"]),
    Column::count("age30", &["age30"]),
    Column::count("older", &["older"]),
    Column::new("age50", OPEN, How::Percentile(50)),
    Column::new("oldest", OPEN, How::Greatest),
];

pub(super) fn find(history: &History, now: Timestamp) -> Vec<Found> {
    let (mut place, mut open) = (Place::start(), true);
    for e in &history.events {
        place.take(e);
        match &e.change {
            Change::Resolved { .. } | Change::Closed { .. } | Change::MergedInto { .. } => open = false,
            Change::Reopened { .. } => open = true,
            _ => {}
        }
    }
    let at = history.ticket.received_at;
    let age = to_seconds(now) - to_seconds(at);
    let cell = AGES.iter().find(|(_, end)| age < *end).map(|(cell, _)| *cell);
    cell.filter(|_| open).map(|c| Found::new(c, at, place).valued(age)).into_iter().collect()
}
