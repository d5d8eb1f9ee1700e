//! What-if: a past month under another promise or rota, before and after, with the cases that would have come out
//! otherwise.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::what_if::{Answer, Answers, Flip, KNOWN_DAYS, Line, MAX_TICKETS, Tally, WhatIf, what_if};
use desk::{Error, FieldError, Result};
use domain::access::Right;
use domain::id::StaffId;
use domain::sla::Outcome;
use domain::ticket::Severity;
use domain::time::Timestamp;
use jiff::ToSpan;
use words::{Locale, t, t_args};

use super::appraisal::names;
use super::tabs;
use super::what_if_asked::{Asked, NOBODY, month_of};
use crate::app::App;
use crate::error::{WebError, field_text};
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

/// Cases on a page.
const CASES: usize = 100;
/// Months that are offered.
const MONTHS: i64 = 12;

#[derive(Template)]
#[template(path = "reports/what_if.html")]
struct WhatIfPage {
    ui: Ui,
    tab: &'static str,
    asked: Asked,
    months: Vec<String>,
    choices: Choices,
    errors: Vec<String>,
    answer: Option<WhatIf>,
    /// Cases before those that are shown.
    skip: usize,
}

/// What can be chosen, by key, and how people are called.
struct Choices {
    groups: Vec<(String, String)>,
    policies: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    rotas: Vec<(String, String)>,
    names: BTreeMap<StaffId, String>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "reports").await?;
    let choices = choices(&app, ui.locale).await.map_err(|e| page.visitor.fail(e))?;
    let (mut errors, mut answer) = (Vec::new(), None);
    match ask(&app, &page, &ui, &asked).await {
        Ok(found) => answer = found,
        Err(Error::Invalid(wrong)) => errors = said(&wrong, ui.locale),
        Err(e) => return Err(page.visitor.fail(e)),
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (months, skip) = (months(&ui), asked.skip().unwrap_or(0));
    let shown = WhatIfPage { ui, tab: "what_if", asked, months, choices, errors, answer, skip };
    Ok((status, render(&shown, &page.visitor)?).into_response())
}

/// The answer; none until something is asked.
async fn ask(app: &App, page: &StaffPage, ui: &Ui, asked: &Asked) -> Result<Option<WhatIf>> {
    let desk = app.desk.clone();
    let rules = app.desk.peek(move |r| desk.rules_in(r)).await?;
    let question = asked.read(&rules, &ui.zone, ui.now)?;
    asked.skip()?;
    if question.is_nothing() {
        return Ok(None);
    }
    what_if(&app.desk, page.actor(), question).await.map(Some)
}

async fn choices(app: &App, locale: Locale) -> Result<Choices> {
    let desk = app.desk.clone();
    app.desk
        .read(move |r| {
            let rules = desk.rules_in(r)?;
            let groups = store::staff::groups(r)?.into_iter().filter(|g| g.active);
            let rotas = store::oncall::rotas(r)?.into_iter();
            Ok(Choices {
                groups: groups.map(|g| (g.id.0, g.name)).collect(),
                policies: rules.newest.iter().map(|(id, (name, _))| (id.0.clone(), name.clone())).collect(),
                calendars: rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())).collect(),
                rotas: rotas.map(|row| (row.id.0.clone(), crate::oncall::called(locale, &row))).collect(),
                names: names(r)?,
            })
        })
        .await
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
    let answer = ask(app, page, ui, asked).await?.unwrap_or_default();
    let people = app.desk.read(names).await?;
    let heads = [
        "field-number",
        "field-title",
        "field-milestone",
        "field-severity",
        "what-if-before",
        "what-if-after",
        "what-if-due",
        "what-if-answered",
        "what-if-answered-after",
        "what-if-since",
        "what-if-on-duty",
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
        let times = [f.due].into_iter().chain(answered(f.answer.as_ref())).map(|at| instant(ui, at));
        let on_duty = f.answer.as_ref().map_or(String::new(), |a| on_duty(ui, &people, a));
        let none = [(); 3].map(|()| Cell::Text(String::new()));
        texts.map(Cell::Text).chain(times).chain([Cell::Text(on_duty)]).chain(none).collect()
    };
    // The rates come first, one line for each promise and severity, as on the page.
    let rows = answer.lines.iter().map(|l| rates(ui, l)).chain(answer.flips.iter().map(row)).collect();
    let head = heads.map(|h| ui.t(h)).to_vec();
    Table { name: "what-if", sheet: ui.w("report", "what_if"), head, rows }.file(extension)
}

fn instant(ui: &Ui, at: Option<Timestamp>) -> Cell {
    let cell = at.map(|at| Cell::At(at.to_zoned(ui.zone.clone()).datetime(), ui.full(&at)));
    cell.unwrap_or_else(|| Cell::Text(String::new()))
}

/// When an answer came, when it would have come, and since when somebody would have been there.
fn answered(answer: Option<&Answer>) -> [Option<Timestamp>; 3] {
    answer.map_or([None; 3], |a| [Some(a.was), a.at, a.since])
}

/// Who would have been there.
fn on_duty(ui: &Ui, people: &BTreeMap<StaffId, String>, answer: &Answer) -> String {
    match (&answer.person, answer.since) {
        (Some(p), _) => people.get(p).cloned().unwrap_or_else(|| p.0.clone()),
        (None, Some(_)) => ui.t("what-if-house").to_owned(),
        (None, None) => String::new(),
    }
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
    cells.extend([""; 7].map(text));
    cells.extend([rate(line.before), rate(line.after), all]);
    cells
}

fn said(wrong: &[FieldError], locale: Locale) -> Vec<String> {
    wrong.iter().map(|f| field_text(f, locale)).collect()
}

/// The last months, the newest first.
fn months(ui: &Ui) -> Vec<String> {
    let this = month_of(ui.now, &ui.zone);
    (0..MONTHS).map(|n| this.saturating_sub(n.months()).strftime("%Y-%m").to_string()).collect()
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

    fn nobody(&self) -> &'static str {
        NOBODY
    }

    /// What becomes of answers, in a sentence.
    fn answers(&self, found: &Answers) -> String {
        let [sooner, later, same, off] =
            [found.sooner, found.later, found.same, found.off_duty].map(|n| n.to_string());
        let args = [("sooner", &*sooner), ("later", &*later), ("same", &*same), ("off", &*off)];
        t_args(self.ui.locale, "what-if-answers", &args)
    }

    /// When an answer came, and when it would have come.
    fn answered(&self, answer: &Answer) -> String {
        let [was, at, _] = answered(Some(answer));
        let said = [was, at].map(|at| at.map_or("\u{2013}".to_owned(), |at| self.ui.when(&at)));
        said.join(" \u{2192} ")
    }

    /// Since when somebody would have been there, and who.
    fn because(&self, answer: &Answer) -> String {
        let ui = &self.ui;
        let who = on_duty(ui, &self.choices.names, answer);
        let Some(since) = answer.since.map(|at| ui.when(&at)) else {
            return ui.t("what-if-because-nobody").to_owned();
        };
        let key = if answer.person.is_some() { "what-if-because-duty" } else { "what-if-because-house" };
        t_args(ui.locale, key, &[("since", &*since), ("who", &*who)])
    }

    fn known(&self) -> i64 {
        KNOWN_DAYS
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
