//! A report's table: rows with names, cells that lead to their cases, and the points of the chart.

use std::collections::BTreeMap;

use desk::Result;
use desk::report::Answer;
use domain::id::{ContactId, ContractId, OrgId, StaffId};
use domain::report::{Column, Figure, Grouping, How, NOBODY, Report};
use store::{Read, directory, staff};
use words::{Locale, t, word};

use super::query::{ReportQuery, page};
use super::say;

/// A cell: what it says, and where its cases are.
pub(crate) struct Cell {
    pub text: String,
    pub link: Option<String>,
}

/// A line of the table.
pub(crate) struct Line {
    pub label: String,
    pub cells: Vec<Cell>,
}

/// Names for the keys of a grouping's rows.
pub(crate) struct Labels {
    by: Grouping,
    locale: Locale,
    names: BTreeMap<String, String>,
}

impl Labels {
    /// Finds the names of these keys.
    pub(crate) fn find(r: &mut Read<'_>, by: Grouping, locale: Locale, keys: &[String]) -> Result<Self> {
        let mut names = BTreeMap::new();
        match by {
            Grouping::Group => names.extend(staff::groups(r)?.into_iter().map(|g| (g.id.0, g.name))),
            Grouping::Person => {
                for key in keys {
                    let row = staff::one(r, &StaffId(key.clone()))?;
                    names.extend(row.map(|s| (s.id.0, s.name)));
                }
            }
            Grouping::Contract => {
                for key in keys {
                    let row = directory::contract(r, &ContractId(key.clone()))?;
                    names.extend(row.map(|c| (c.contract.id.0, c.number)));
                }
            }
            Grouping::Contact => {
                for key in keys {
                    let row = directory::contact(r, &ContactId(key.clone()))?;
                    names.extend(row.map(|c| (c.id.0, c.name)));
                }
            }
            Grouping::Customer => {
                for key in keys {
                    let row = directory::organisation(r, &OrgId(key.clone()))?;
                    names.extend(row.map(|o| (o.id.0, o.name)));
                }
            }
            _ => {}
        }
        Ok(Self { by, locale, names })
    }

    /// What stands before the row.
    pub(crate) fn get(&self, key: &str) -> String {
        let closed = |list: &str| word(self.locale, list, key).to_owned();
        match self.by {
            _ if key == NOBODY => word(self.locale, "nobody", self.by.as_str()).to_owned(),
            Grouping::Severity => closed("severity"),
            Grouping::Kind => closed("kind"),
            Grouping::Milestone => closed("milestone"),
            Grouping::Hour => super::heat::name(key, self.locale).unwrap_or_else(|| key.to_owned()),
            _ => self.names.get(key).cloned().unwrap_or_else(|| key.to_owned()),
        }
    }
}

/// What a table is made of.
pub(crate) struct Maker<'a> {
    pub answer: &'a Answer,
    pub asked: &'a ReportQuery,
    pub locale: Locale,
}

impl Maker<'_> {
    /// The keys of the rows that this page shows, and whether there are more.
    pub(crate) fn keys(&self, limit: usize) -> (Vec<String>, bool) {
        let (rows, more) = page(self.answer.now.ordered(self.answer.ask.by), &self.asked.cursor, limit);
        (rows.into_iter().map(|(key, _)| key.to_owned()).collect(), more)
    }

    /// A line over a row, or over all rows.
    pub(crate) fn line(&self, label: String, row: Option<&str>, columns: &[Column]) -> Line {
        Line { label, cells: columns.iter().map(|c| self.cell(c, row)).collect() }
    }

    /// A number with the address of its cases.
    pub(crate) fn cell(&self, column: &Column, row: Option<&str>) -> Cell {
        let (report, sheet) = (self.answer.ask.report, &self.answer.now);
        let figure = sheet.figure(column, row);
        let path = format!("/reports/{report}/cases");
        let mut more = vec![("column", column.key)];
        more.extend(row.map(|row| ("row", row)));
        let some = !matches!(figure, Figure::Nothing | Figure::Count(0));
        let text = say::figure(self.locale, figure);
        Cell { text, link: some.then(|| self.asked.address(&path, &more)) }
    }

    /// The points of the chart as JSON: label, value, and the value as text.
    pub(crate) fn points(&self, labels: &Labels, keys: &[String]) -> String {
        let report = self.answer.ask.report;
        let point = |label: String, figure: Figure| -> Option<serde_json::Value> {
            let text = say::figure(self.locale, figure);
            Some(serde_json::json!({"label": label, "value": figure.value()?, "text": text}))
        };
        let points: Vec<_> = if report == Report::Backlog {
            let ages = report.columns().iter().filter(|c| c.cells.len() == 1 && c.how == How::Count);
            ages.filter_map(|c| {
                point(word(self.locale, "column", c.key).to_owned(), self.answer.now.figure(c, None))
            })
            .collect()
        } else {
            let column = report.headline();
            let figure = |key: &String| self.answer.now.figure(column, Some(key));
            keys.iter().take(CHARTED).filter_map(|k| point(labels.get(k), figure(k))).collect()
        };
        serde_json::Value::from(points).to_string()
    }

    /// How many rows there are, if the chart does not show them all.
    pub(crate) fn uncharted(&self) -> Option<usize> {
        let rows = self.answer.now.rows.len();
        let charted = self.answer.ask.report != Report::Backlog && self.answer.ask.by != Grouping::Hour;
        (charted && rows > CHARTED).then_some(rows)
    }

    /// Where the value axis ends, if the measure has an end of its own.
    pub(crate) fn greatest(&self) -> &'static str {
        match self.answer.ask.report.headline().how {
            How::Share(_) => "1",
            How::Mark => "5",
            _ => "",
        }
    }

    /// Bars that stand, for what has an order from left to right; else bars that lie, for long names.
    pub(crate) fn shape(&self) -> &'static str {
        let ask = &self.answer.ask;
        if ask.report == Report::Backlog || ask.by == Grouping::Month { "standing" } else { "lying" }
    }
}

/// More bars than this are not read; the table has them all.
pub(crate) const CHARTED: usize = 16;

/// The columns of an export: those of the table, then the distribution.
pub(crate) fn exported(report: Report) -> Vec<&'static Column> {
    let more = report.distribution().iter().flat_map(|(_, columns)| columns);
    report.columns().iter().chain(more).collect()
}

/// The rows of an export: the same numbers, plain.
pub(crate) fn export(answer: &Answer, labels: &Labels, locale: Locale) -> Vec<Vec<String>> {
    let columns = exported(answer.ask.report);
    let line = |label: String, row: Option<&str>| {
        let numbers = columns.iter().map(|c| say::plain(answer.now.figure(c, row)));
        std::iter::once(label).chain(numbers).collect::<Vec<_>>()
    };
    let rows = answer.now.ordered(answer.ask.by).into_iter();
    let mut rows: Vec<_> = rows.map(|(key, _)| line(labels.get(key), Some(key))).collect();
    rows.push(line(t(locale, "report-total").to_owned(), None));
    rows
}
