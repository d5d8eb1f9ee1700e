//! Progress reports in time (S2-63): of the slots of the progress duty, how many people met. What is met and missed
//! is what the promises' report counts for this milestone; here it is told apart what the customer heard instead.
//! Slots that were over before there was the duty, because the case turned out to have been urgent all along or was entered
//! late (M2, K3), are missed towards the customer, and the promises' report counts them. Here they stand apart and count neither
//! for nor against anybody: nobody can report on a duty that there is not.

use std::collections::BTreeSet;

use super::attainment::{self, EXCUSED, MISSED};
use super::sheet::Found;
use super::{Ask, Column, History, How};
use crate::sla::Milestone;
use crate::ticket::Change;
use crate::time::Timestamp;

const ON_TIME: &str = "on_time";
const AUTOMATIC: &str = "automatic";
const SILENT: &str = "silent_slot";
const RETRO: &str = "retro_slot";
const LEFT_OUT: &str = "left_out";

pub(super) const RATE: Column =
    Column::new("punctual", &[ON_TIME, AUTOMATIC, SILENT], How::Share(&[ON_TIME]));

pub(super) const COLUMNS: &[Column] = &[
    RATE,
    Column::count("slots", &[ON_TIME, AUTOMATIC, SILENT]),
    Column::count("on_time", &[ON_TIME]),
    Column::count("slots_missed", &[AUTOMATIC, SILENT]),
    Column::count("automatic", &[AUTOMATIC]),
    Column::count("silent_slot", &[SILENT]),
    Column::count("excused", &[EXCUSED]),
    Column::count("retro_slot", &[RETRO]),
];

pub(super) fn find(ask: &Ask, history: &History) -> Vec<Found> {
    let told: BTreeSet<Timestamp> = history.events.iter().filter_map(|e| told(&e.change)).collect();
    let dues = history.events.iter().filter_map(|e| breach(&e.change));
    let dues: Vec<(u32, Timestamp)> = dues.collect();
    let covered = |cycle: u32| dues.iter().any(|(c, due)| *c == cycle && told.contains(due));
    let retro: BTreeSet<u32> = history.events.iter().filter_map(|e| before_the_duty(&e.change)).collect();
    attainment::find(ask, history)
        .into_iter()
        .filter(|f| f.cell != LEFT_OUT)
        .map(|f| match f.cell {
            EXCUSED => f,
            _ if retro.contains(&f.cycle) => Found { cell: RETRO, ..f },
            MISSED if covered(f.cycle) => Found { cell: AUTOMATIC, ..f },
            MISSED => Found { cell: SILENT, ..f },
            _ => Found { cell: ON_TIME, ..f },
        })
        .collect()
}

fn before_the_duty(change: &Change) -> Option<u32> {
    match change {
        Change::ClockStopped(f) if f.milestone == Milestone::Update && f.retro => Some(f.cycle),
        _ => None,
    }
}

fn told(change: &Change) -> Option<Timestamp> {
    if let Change::ToldUnderway { slot_at, .. } = change { Some(*slot_at) } else { None }
}

fn breach(change: &Change) -> Option<(u32, Timestamp)> {
    match change {
        Change::Breached { milestone: Milestone::Update, cycle, due_at, .. } => Some((*cycle, *due_at)),
        _ => None,
    }
}
