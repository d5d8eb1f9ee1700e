//! From coming to being solved (MTTR, S1-76): the wall time of faults and sudden problems that were solved in the
//! period and have stayed so.

use super::place::Place;
use super::sheet::Found;
use super::{Column, History, How};
use crate::ticket::Change;
use crate::time::to_seconds;

const RECOVERED: &[&str] = &["recovered"];

pub(super) const MEAN: Column = Column::new("mttr", RECOVERED, How::Mean);

pub(super) const COLUMNS: &[Column] = &[
    MEAN,
    Column::new("time50", RECOVERED, How::Percentile(50)),
    Column::new("time90", RECOVERED, How::Percentile(90)),
    Column::count("recovered", RECOVERED),
];

pub(super) fn find(history: &History) -> Vec<Found> {
    let received = to_seconds(history.ticket.received_at);
    let (mut place, mut solved) = (Place::start(), None);
    for e in &history.events {
        place.take(e);
        match &e.change {
            Change::Resolved { .. } => solved = Some((e.at, place.served_by(&e.by))),
            Change::Reopened { .. } => solved = None,
            _ => {}
        }
    }
    solved
        .filter(|(_, place)| place.kind.is_fault())
        .map(|(at, place)| Found::new("recovered", at, place).valued(to_seconds(at) - received))
        .into_iter()
        .collect()
}
