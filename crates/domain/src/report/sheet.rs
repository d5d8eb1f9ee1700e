//! The common fold: what a report finds in histories, in rows and cells, with the cases behind each.

use std::collections::BTreeMap;

use super::place::{Place, key};
use super::{Ask, Column, Figure, Grouping, History, Known, Report};
use super::{attainment, backlog, punctuality, recovery, repeats, satisfaction, solving};
use crate::sla::{Milestone, Outcome};
use crate::ticket::{Kind, Severity};
use crate::time::Timestamp;

/// Something that a report finds in a history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub cell: &'static str,
    pub at: Timestamp,
    pub place: Place,
    pub milestone: Option<Milestone>,
    pub cycle: u32,
    pub value: Option<i64>,
}

impl Found {
    pub(super) fn new(cell: &'static str, at: Timestamp, place: Place) -> Self {
        Self { cell, at, place, milestone: None, cycle: 0, value: None }
    }

    pub(super) fn valued(self, value: i64) -> Self {
        Self { value: Some(value), ..self }
    }
}

/// One that counts: which case, when, and its value (seconds or a mark, as the report says).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Position of the ticket in [`Sheet::cases`].
    pub case: usize,
    /// Into which cell it fell.
    pub cell: &'static str,
    /// The instant by which it counts.
    pub at: Timestamp,
    /// Of a promise.
    pub milestone: Option<Milestone>,
    /// Which cycle of it.
    pub cycle: u32,
    /// What was measured, if something was.
    pub value: Option<i64>,
}

impl Entry {
    /// What a promise came to, in the attainment report; complaints have promises of their own.
    pub fn outcome(&self) -> Option<Outcome> {
        Some(match self.cell {
            attainment::MET => Outcome::Kept,
            attainment::MISSED => Outcome::Missed,
            attainment::EXCUSED => Outcome::Excused,
            attainment::LEFT_OUT => Outcome::Apart,
            _ => return None,
        })
    }
}

/// What fell into a row.
pub type Row = Vec<Entry>;

/// A computed report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// By the grouping's key.
    pub rows: BTreeMap<String, Row>,
    /// The tickets that counted.
    pub cases: Vec<Known>,
}

impl Sheet {
    /// Folds histories, in any order.
    pub fn fold<'a>(ask: &Ask, histories: impl IntoIterator<Item = &'a History>) -> Self {
        let mut sheet = Self::default();
        sheet.take(ask, histories);
        sheet
    }

    /// Takes more histories.
    pub fn take<'a>(&mut self, ask: &Ask, histories: impl IntoIterator<Item = &'a History>) {
        let span = ask.period.instants(&ask.zone);
        for history in histories {
            self.take_one(ask, span, history);
        }
    }

    fn take_one(&mut self, ask: &Ask, (from, until): (Timestamp, Timestamp), history: &History) {
        let case = self.cases.len();
        let counts = |f: &Found| {
            let (filter, place) = (&ask.filter, &f.place);
            (!ask.report.has_period() || (from <= f.at && f.at < until))
                && filter.group.as_ref().is_none_or(|g| place.group.as_ref() == Some(g))
                && filter.severity.is_none_or(|s| place.severity == s)
        };
        let customer = &ask.filter.organisation;
        if customer.is_some() && history.ticket.organisation != *customer {
            return;
        }
        for f in find(ask, history).into_iter().filter(counts) {
            let row = key(ask.by, &ask.zone, &history.ticket, &f);
            let Found { cell, at, milestone, cycle, value, .. } = f;
            self.rows.entry(row).or_default().push(Entry { case, cell, at, milestone, cycle, value });
            if self.cases.len() == case {
                self.cases.push(history.ticket.clone());
            }
        }
    }

    /// Nothing counted.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as people read them: months and words in their own order, others by how much fell into them.
    pub fn ordered(&self, by: Grouping) -> Vec<(&str, &Row)> {
        let place = |key: &str| -> usize {
            let at = |p: Option<usize>| p.unwrap_or(usize::MAX);
            match by {
                Grouping::Milestone => at(Milestone::ALL.iter().position(|m| m.as_str() == key)),
                Grouping::Severity => at(Severity::ALL.iter().position(|s| s.as_str() == key)),
                Grouping::Kind => at(Kind::ALL.iter().position(|k| k.as_str() == key)),
                _ => 0,
            }
        };
        let mut rows: Vec<(&str, &Row)> = self.rows.iter().map(|(k, r)| (k.as_str(), r)).collect();
        if !matches!(by, Grouping::Month | Grouping::Hour) {
            rows.sort_by_key(|(key, row)| (place(key), std::cmp::Reverse(row.len()), *key));
        }
        rows
    }

    /// The entries of a row, or of all of them.
    pub fn entries<'a>(&'a self, row: Option<&'a str>) -> impl Iterator<Item = &'a Entry> + Clone {
        self.rows
            .iter()
            .filter(move |(key, _)| row.is_none_or(|r| r == *key))
            .flat_map(|(_, entries)| entries)
    }

    /// The number of a column in a row, or over all rows.
    pub fn figure(&self, column: &Column, row: Option<&str>) -> Figure {
        column.figure(self.entries(row))
    }

    /// What the number was made of, newest first. There are as many as [`Column::weight`] says.
    pub fn behind<'a>(&'a self, column: &'a Column, row: Option<&'a str>) -> Vec<&'a Entry> {
        let mut all: Vec<&Entry> = self.entries(row).filter(|e| column.holds(e)).collect();
        all.sort_by_key(|e| std::cmp::Reverse(self.position(e)));
        all
    }

    /// Where an entry stands in [`Sheet::behind`]: a total order that paging can continue from.
    pub fn position(&self, e: &Entry) -> (Timestamp, String) {
        let id = self.cases.get(e.case).map_or("", |c| c.id.as_str());
        let milestone = e.milestone.map_or("", Milestone::as_str);
        (e.at, format!("{id}.{}.{milestone}.{:06}", e.cell, e.cycle))
    }
}

fn find(ask: &Ask, history: &History) -> Vec<Found> {
    match ask.report {
        Report::Attainment => attainment::find(ask, history),
        Report::Recovery => recovery::find(history),
        Report::Satisfaction => satisfaction::find(history),
        Report::Solving => solving::find(history),
        Report::Punctuality => punctuality::find(ask, history),
        Report::Repeats => repeats::find(history),
        Report::Backlog => backlog::find(history, ask.now),
    }
}
