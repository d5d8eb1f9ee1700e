//! The form above a report: period, grouping, filters. What was typed stays, with what is wrong beside it.

use desk::{FieldError, Result};
use domain::id::OrgId;
use domain::report::{Basis, Choice, Grouping, Report};
use domain::sla::Milestone;
use domain::ticket::Severity;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::directory::{self, OrgRow};
use store::staff::{self, GroupRow};
use words::{Locale, t, t_args, word};

use super::query::ReportQuery;
use crate::app::App;
use crate::error::field_text;
use crate::ui::Ui;

/// The form and what it needs.
pub(crate) struct Chooser {
    pub asked: ReportQuery,
    pub report: Option<Report>,
    /// Another page of the reports.
    pub place: Option<&'static str>,
    pub groups: Vec<GroupRow>,
    /// Customers of which one has to be chosen.
    pub choices: Vec<OrgRow>,
    pub errors: Vec<String>,
    pub zone: TimeZone,
    pub now: Timestamp,
    pub locale: Locale,
}

/// More than this is not offered; the person types more of the name.
const CHOICES: usize = 12;

impl Chooser {
    /// Reads what the form needs, and finds the customer that was named.
    pub(crate) async fn of(app: &App, ui: &Ui, report: Option<Report>, asked: ReportQuery) -> Result<Self> {
        let (named, organisation) = (asked.customer.trim().to_owned(), OrgId(asked.organisation.clone()));
        let read = app.desk.read(move |r| {
            let found = match (named.as_str(), organisation.as_str()) {
                ("", "") => Vec::new(),
                ("", _) => directory::organisation(r, &organisation)?.into_iter().collect(),
                (part, _) => directory::organisations_like(r, part, 200)?,
            };
            Ok((found, staff::groups(r)?))
        });
        let (found, groups) = read.await?;
        let (zone, now, locale) = (ui.zone.clone(), ui.now, ui.locale);
        let mut chooser = Self {
            asked,
            report,
            place: None,
            groups,
            choices: Vec::new(),
            errors: Vec::new(),
            zone,
            now,
            locale,
        };
        chooser.settle(found);
        Ok(chooser)
    }

    /// One customer fits, or exactly one has this very name; else the person chooses.
    fn settle(&mut self, found: Vec<OrgRow>) {
        if self.asked.customer.trim().is_empty() && self.asked.organisation.is_empty() {
            return;
        }
        let exact: Vec<&OrgRow> = found.iter().filter(|o| o.name == self.asked.customer.trim()).collect();
        let fits: Vec<&OrgRow> = if exact.len() == 1 { exact } else { found.iter().collect() };
        match fits.as_slice() {
            [one] => {
                (self.asked.organisation, self.asked.customer) = (one.id.0.clone(), one.name.clone());
            }
            [] => {
                self.errors.push(field_text(&FieldError::new("customer", "unknown"), self.locale));
                self.asked.organisation.clear();
            }
            _ => {
                self.choices = found;
                self.choices.truncate(CHOICES);
                self.asked.organisation.clear();
            }
        }
    }

    /// What the numbers are limited to, in words: also what is printed must say it.
    pub(crate) fn only(&self) -> String {
        let asked = &self.asked;
        let group = self.groups.iter().find(|g| g.id.as_str() == asked.group).map(|g| g.name.clone());
        let severity =
            (!asked.severity.is_empty()).then(|| word(self.locale, "severity", &asked.severity).to_owned());
        let customer = (!asked.organisation.is_empty()).then(|| asked.customer.clone());
        let all: Vec<String> = [customer, group, severity].into_iter().flatten().collect();
        if all.is_empty() {
            return String::new();
        }
        t_args(self.locale, "report-only", &[("what", &all.join(t(self.locale, "list-comma")))])
    }

    /// Where the form goes.
    pub(crate) fn path(&self) -> String {
        let place = self.report.map(Report::as_str).or(self.place);
        place.map_or_else(|| "/reports".to_owned(), |place| format!("/reports/{place}"))
    }

    /// An address with another value.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> String {
        self.asked.address(&self.path(), &[(name, value)])
    }

    /// The report as a file.
    pub(crate) fn export(&self, extension: &str) -> String {
        self.asked.address(&format!("{}/export/{extension}", self.path()), &[])
    }

    /// A report with the same period and filters; what belongs to this report alone is left behind.
    pub(crate) fn to(&self, path: &str) -> String {
        self.asked.address(path, &[("by", ""), ("milestone", ""), ("basis", "")])
    }

    /// The promises by months.
    pub(crate) fn with_months(&self) -> String {
        self.asked.months().address("/reports/attainment", &[])
    }

    pub(crate) fn has_period(&self) -> bool {
        self.report.is_none_or(Report::has_period)
    }

    pub(crate) fn is_attainment(&self) -> bool {
        self.report == Some(Report::Attainment)
    }

    pub(crate) fn is_days(&self) -> bool {
        self.asked.chosen().is_ok_and(|c| c == Choice::Days)
    }

    pub(crate) fn is_narrowed(&self) -> bool {
        !self.asked.pairs().is_empty()
    }

    pub(crate) fn periods(&self) -> Vec<(Choice, bool)> {
        let chosen = self.asked.chosen().unwrap_or(Choice::ThisMonth);
        Choice::ALL.iter().map(|c| (*c, *c == chosen)).collect()
    }

    pub(crate) fn groupings(&self) -> Vec<(Grouping, bool)> {
        let Some(report) = self.report else { return Vec::new() };
        let chosen = self.asked.by.parse().unwrap_or(report.usual_grouping());
        report.groupings().map(|g| (g, g == chosen)).collect()
    }

    /// The milestones; `None` is all of them, where they are the rows.
    pub(crate) fn milestones(&self) -> Vec<(Milestone, bool)> {
        let chosen = self.asked.milestone.parse().ok();
        let usual = if self.may_mix() { None } else { Some(Milestone::Response) };
        Milestone::ALL.iter().map(|m| (*m, Some(*m) == chosen.or(usual))).collect()
    }

    pub(crate) fn may_mix(&self) -> bool {
        matches!(self.asked.by.parse(), Ok(Grouping::Milestone) | Err(_))
    }

    pub(crate) fn bases(&self) -> Vec<(Basis, bool)> {
        let chosen = self.asked.basis.parse().unwrap_or(Basis::Due);
        Basis::ALL.iter().map(|b| (*b, *b == chosen)).collect()
    }

    pub(crate) fn severities(&self) -> Vec<(Severity, bool)> {
        Severity::ALL.iter().map(|s| (*s, s.as_str() == self.asked.severity)).collect()
    }
}
