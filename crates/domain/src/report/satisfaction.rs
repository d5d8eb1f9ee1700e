//! The customers' marks for speed, effect and attitude (S2-79 … S2-81). The last marks of a ticket count, at the
//! instant at which they were given, for whoever solved it.

use super::place::Place;
use super::sheet::Found;
use super::{Column, History, How};
use crate::ticket::{Change, Rating};
use crate::time::Timestamp;

const SPEED: &[&str] = &["speed-1", "speed-2", "speed-3", "speed-4", "speed-5"];
const EFFECT: &[&str] = &["effect-1", "effect-2", "effect-3", "effect-4", "effect-5"];
const ATTITUDE: &[&str] = &["attitude-1", "attitude-2", "attitude-3", "attitude-4", "attitude-5"];
#[rustfmt::skip]
const MARKS: &[&str] = &[
    "speed-1", "speed-2", "speed-3", "speed-4", "speed-5", "effect-1", "effect-2", "effect-3", "effect-4", "effect-5",
    "attitude-1", "attitude-2", "attitude-3", "attitude-4", "attitude-5",
];
const GOOD: &[&str] = &["speed-4", "speed-5", "effect-4", "effect-5", "attitude-4", "attitude-5"];

pub(super) const OVERALL: Column = Column::new("overall", MARKS, How::Mark);

pub(super) const COLUMNS: &[Column] = &[
    OVERALL,
    Column::new("good", MARKS, How::Share(GOOD)),
    Column::new("speed", SPEED, How::Mark),
    Column::new("effect", EFFECT, How::Mark),
    Column::new("attitude", ATTITUDE, How::Mark),
    Column::count("rated", &["rated"]),
];

/// For each question: how many gave 5, 4, 3, 2, 1, and the share of 4 and 5.
pub(super) const DISTRIBUTION: &[(&str, [Column; 6])] = &[
    (
        "speed",
        [
            Column::count("speed-5", &["speed-5"]),
            Column::count("speed-4", &["speed-4"]),
            Column::count("speed-3", &["speed-3"]),
            Column::count("speed-2", &["speed-2"]),
            Column::count("speed-1", &["speed-1"]),
            Column::new("speed-good", SPEED, How::Share(GOOD)),
        ],
    ),
    (
        "effect",
        [
            Column::count("effect-5", &["effect-5"]),
            Column::count("effect-4", &["effect-4"]),
            Column::count("effect-3", &["effect-3"]),
            Column::count("effect-2", &["effect-2"]),
            Column::count("effect-1", &["effect-1"]),
            Column::new("effect-good", EFFECT, How::Share(GOOD)),
        ],
    ),
    (
        "attitude",
        [
            Column::count("attitude-5", &["attitude-5"]),
            Column::count("attitude-4", &["attitude-4"]),
            Column::count("attitude-3", &["attitude-3"]),
            Column::count("attitude-2", &["attitude-2"]),
            Column::count("attitude-1", &["attitude-1"]),
            Column::new("attitude-good", ATTITUDE, How::Share(GOOD)),
        ],
    ),
];

pub(super) fn find(history: &History) -> Vec<Found> {
    let mut place = Place::start();
    let mut solver: Option<Place> = None;
    let mut last: Option<(Timestamp, &Rating, Place)> = None;
    for e in &history.events {
        place.take(e);
        match &e.change {
            Change::Resolved { .. } => solver = Some(place.served_by(&e.by)),
            Change::Rated { rating } => {
                last = Some((e.at, rating, solver.clone().unwrap_or_else(|| place.clone())));
            }
            _ => {}
        }
    }
    let Some((at, rating, place)) = last else { return Vec::new() };
    let marks = [(SPEED, rating.speed), (EFFECT, rating.effect), (ATTITUDE, rating.attitude)];
    let marks = marks.into_iter().filter_map(|(cells, mark)| {
        let cell = cells.get(usize::from(mark).checked_sub(1)?)?;
        Some(Found::new(cell, at, place.clone()).valued(mark.into()))
    });
    marks.chain([Found::new("rated", at, place.clone())]).collect()
}
