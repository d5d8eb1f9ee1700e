//! What-if: a past month under another promise, before and after, with the cases that would have come out otherwise.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::what_if::{Flip, Line, MAX_TICKETS, Question, Tally, WhatIf, what_if};
use desk::{Error, FieldError, Result};
use domain::access::Right;
use domain::id::{CalendarId, PolicyId};
use domain::report::Period;
use domain::sla::{Milestone, Other, Outcome};
use domain::ticket::Severity;
use domain::ticket::decide::Rules;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use words::{Locale, read_span, t, t_args};

use super::tabs;
use crate::app::App;
use crate::error::{WebError, encode, field_text};
use crate::form::{choice, id};
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

/// Cases on a page.
const CASES: usize = 100;
/// Months that are offered.
const MONTHS: i64 = 12;

/// The question as people write it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `2026-08`; the last month when it is none.
    month: String,
    severity: String,
    policy: String,
    calendar: String,
    /// `30 min`.
    response: String,
    resolution: String,
    /// How many cases come before.
    after: String,
}

#[derive(Template)]
#[template(path = "reports/what_if.html")]
struct WhatIfPage {
    ui: Ui,
    tab: &'static str,
    asked: Asked,
    months: Vec<String>,
    policies: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    errors: Vec<String>,
    answer: Option<WhatIf>,
    /// Cases before those that are shown.
    skip: usize,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "reports").await?;
    let desk = app.desk.clone();
    let rules = app.desk.peek(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    let (mut errors, mut answer) = (Vec::new(), None);
    match asked.read(&rules, &ui) {
        Ok(question) if question.other.is_nothing() => {}
        Ok(question) => match what_if(&app.desk, page.actor(), question).await {
            Ok(found) => answer = Some(found),
            Err(Error::Invalid(wrong)) => errors = said(&wrong, ui.locale),
            Err(e) => return Err(page.visitor.fail(e)),
        },
        Err(Error::Invalid(wrong)) => errors = said(&wrong, ui.locale),
        Err(e) => return Err(page.visitor.fail(e)),
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let policies = rules.newest.iter().map(|(id, (name, _))| (id.0.clone(), name.clone())).collect();
    let calendars = rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())).collect();
    let (months, skip) = (months(&ui), asked.after.parse().unwrap_or(0));
    let shown = WhatIfPage { ui, tab: "what_if", asked, months, policies, calendars, errors, answer, skip };
    Ok((status, render(&shown, &page.visitor)?).into_response())
}

/// The cases as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    file(&app, &page, &ui, &asked, &extension).await.map_err(|e| page.visitor.fail(e))
}

async fn file(app: &App, page: &StaffPage, ui: &Ui, asked: &Asked, extension: &str) -> Result<Response> {
    let desk = app.desk.clone();
    let rules = app.desk.peek(move |r| desk.rules_in(r)).await?;
    let answer = what_if(&app.desk, page.actor(), asked.read(&rules, ui)?).await?;
    let heads = [
        "field-number",
        "field-title",
        "field-milestone",
        "field-severity",
        "what-if-before",
        "what-if-after",
        "what-if-due",
        "what-if-rate-before",
        "what-if-rate-after",
        "what-if-promised",
    ];
    let row = |f: &Flip| -> Vec<Cell> {
        let words = [
            ui.w("milestone", f.milestone.as_str()),
            ui.w("severity", f.severity.as_str()),
            ui.w("outcome", f.before.as_str()),
            ui.w("outcome", f.after.as_str()),
        ];
        let texts = [f.number.clone(), f.title.clone()].into_iter().chain(words.map(str::to_owned));
        let due = f.due.map(|at| Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(&at)));
        let due = due.unwrap_or_else(|| Cell::Text(String::new()));
        let none = std::iter::repeat_with(|| Cell::Text(String::new())).take(3);
        texts.map(Cell::Text).chain([due]).chain(none).collect()
    };
    // The rates come first, one line for each promise and severity, as on the page.
    let rows = answer.lines.iter().map(|l| rates(ui, l)).chain(answer.flips.iter().map(row)).collect();
    let head = heads.map(|h| ui.t(h)).to_vec();
    Table { name: "what-if", sheet: ui.w("report", "what_if"), head, rows }.file(extension)
}

/// What came out of a promise, and what would have: a line of the file without a case.
fn rates(ui: &Ui, line: &Line) -> Vec<Cell> {
    let text = |t: &str| Cell::Text(t.to_owned());
    let rate = |tally: Tally| {
        let rate = rate(tally);
        Cell::Number(rate.strip_suffix('%').unwrap_or_default().to_owned())
    };
    let which = [ui.w("milestone", line.milestone.as_str()), ui.w("severity", line.severity.as_str())];
    let all = Cell::Number((line.before.0 + line.before.1).to_string());
    let mut cells = vec![text(""), text(ui.t("what-if-rate"))];
    cells.extend(which.map(text));
    cells.extend([text(""), text(""), text(""), rate(line.before), rate(line.after), all]);
    cells
}

fn said(wrong: &[FieldError], locale: Locale) -> Vec<String> {
    wrong.iter().map(|f| field_text(f, locale)).collect()
}

/// The last months, the newest first.
fn months(ui: &Ui) -> Vec<String> {
    let this = ui.now.to_zoned(ui.zone.clone()).date().first_of_month();
    (0..MONTHS).map(|n| text(this.saturating_sub(n.months()))).collect()
}

fn text(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

impl Asked {
    fn read(&self, rules: &Rules, ui: &Ui) -> Result<Question> {
        let this = ui.now.to_zoned(ui.zone.clone()).date().first_of_month();
        let from = match self.month.trim() {
            "" => this.saturating_sub(1.month()),
            month => format!("{month}-01").parse().map_err(|_| Error::field("month", "bad_value"))?,
        };
        let period = Period { from, until: from.saturating_add(1.month()) };
        let policy = match self.policy.as_str() {
            "" => None,
            key => {
                let newest =
                    rules.newest.get_key_value(&PolicyId::from(key)).map(|(id, (_, rev))| (id.clone(), *rev));
                let doc = newest.and_then(|newest| rules.policies.get(&newest));
                Some(doc.ok_or_else(|| Error::field("policy", "unknown"))?.clone())
            }
        };
        let calendar: Option<CalendarId> = id(&self.calendar);
        if calendar.as_ref().is_some_and(|c| !rules.calendars.contains_key(c)) {
            return Err(Error::field("calendar", "unknown"));
        }
        let mut seconds = BTreeMap::new();
        for (field, milestone, text) in [
            ("target_response", Milestone::Response, &self.response),
            ("target_resolution", Milestone::Resolution, &self.resolution),
        ] {
            if !text.trim().is_empty() {
                let read = read_span(text).filter(|s| (1..=domain::calendar::MAX_TARGET_S).contains(s));
                seconds.insert(milestone, read.ok_or_else(|| Error::field(field, "bad_span"))?);
            }
        }
        let severity = choice("severity", &self.severity)?;
        Ok(Question { period, zone: ui.zone.clone(), severity, other: Other { policy, calendar, seconds } })
    }

    /// The address of the same question.
    fn address(&self, path: &str, after: usize) -> String {
        let after = if after == 0 { String::new() } else { after.to_string() };
        let all = [
            ("month", &self.month),
            ("severity", &self.severity),
            ("policy", &self.policy),
            ("calendar", &self.calendar),
            ("response", &self.response),
            ("resolution", &self.resolution),
            ("after", &after),
        ];
        let given = all.into_iter().filter(|(_, v)| !v.is_empty());
        let parts: Vec<String> = given.map(|(k, v)| format!("{k}={}", encode(v))).collect();
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

impl WhatIfPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }

    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }

    fn month(&self) -> &str {
        let last = self.months.get(1).map_or("", String::as_str);
        if self.asked.month.is_empty() { last } else { &self.asked.month }
    }

    fn most(&self) -> usize {
        MAX_TICKETS
    }

    /// What comes out, in a sentence.
    fn sentence(&self, found: &WhatIf) -> String {
        let sum = |of: fn(&Line) -> Tally| {
            found.lines.iter().map(of).fold((0, 0), |(a, b), (kept, missed)| (a + kept, b + missed))
        };
        let (before, after) = (sum(|l| l.before), sum(|l| l.after));
        let turned = |to| found.flips.iter().filter(|f| f.after == to).count().to_string();
        let (worse, better) = (turned(Outcome::Missed), turned(Outcome::Kept));
        let (n, before, after) = ((before.0 + before.1).to_string(), rate(before), rate(after));
        let args =
            [("n", &*n), ("before", &*before), ("after", &*after), ("worse", &*worse), ("better", &*better)];
        t_args(self.ui.locale, "what-if-said", &args)
    }

    /// `90 % (9/10)`.
    fn tally(&self, tally: &Tally) -> String {
        let (kept, all) = (tally.0, tally.0 + tally.1);
        if all == 0 {
            t(self.ui.locale, "what-if-none").to_owned()
        } else {
            format!("{} ({kept}/{all})", rate(*tally))
        }
    }

    fn flips<'a>(&self, found: &'a WhatIf) -> &'a [Flip] {
        let rest = found.flips.get(self.skip..).unwrap_or_default();
        rest.get(..CASES).unwrap_or(rest)
    }

    fn next(&self, found: &WhatIf) -> Option<String> {
        let next = self.skip.saturating_add(CASES);
        (next < found.flips.len()).then(|| self.asked.address("/reports/what-if", next))
    }

    fn file(&self, extension: &str) -> String {
        self.asked.address(&format!("/reports/what-if/export/{extension}"), 0)
    }
}

fn rate((kept, missed): Tally) -> String {
    let all = kept + missed;
    let tenths = (kept * 2_000 + all).checked_div(all * 2).unwrap_or(0);
    if all == 0 { "\u{2013}".to_owned() } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}
