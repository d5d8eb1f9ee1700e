//! What-if: a past month under another promise or rota, before and after, with the cases that would have come out
//! otherwise.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::what_if::{Answer, Answers, Flip, KNOWN_DAYS, Line, MAX_TICKETS, Tally, WhatIf, what_if};
use desk::{Error, Result};
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
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

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
    wrong: Wrongs,
    answer: Option<WhatIf>,
    /// Cases before those that are shown.
    skip: usize,
}

/// What can be chosen, by key, and how people are called.
pub(super) struct Choices {
    pub groups: Vec<(String, String)>,
    pub policies: Vec<(String, String)>,
    pub calendars: Vec<(String, String)>,
    pub rotas: Vec<(String, String)>,
    pub names: BTreeMap<StaffId, String>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "reports").await?;
    let choices = choices(&app, ui.locale, &asked).await.map_err(|e| page.visitor.fail(e))?;
    let (mut wrong, mut answer) = (Wrongs::default(), None);
    match ask(&app, &page, &ui, &asked).await {
        Ok(found) => answer = found,
        Err(Error::Invalid(fields)) => wrong = Wrongs::of(&fields, ui.locale),
        Err(e) => return Err(page.visitor.fail(e)),
    }
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (months, skip) = (months(&ui, &asked.month), asked.skip().unwrap_or(0));
    let shown = WhatIfPage { ui, tab: "what_if", asked, months, choices, wrong, answer, skip };
    Ok((status, render(&shown, &page.visitor)?).into_response())
}

/// The answer; none until something is asked.
async fn ask(app: &App, page: &StaffPage, ui: &Ui, asked: &Asked) -> Result<Option<WhatIf>> {
    let (question, _) = asked.question(&app.desk, Some(ui.zone.clone()), ui.locale).await?;
    if question.is_nothing() {
        return Ok(None);
    }
    what_if(&app.desk, page.actor(), question).await.map(Some)
}

/// What can be chosen; a group that was deactivated, if it is asked for.
pub(super) async fn choices(app: &App, locale: Locale, asked: &Asked) -> Result<Choices> {
    let (desk, group) = (app.desk.clone(), asked.group.clone());
    app.desk
        .read(move |r| {
            let rules = desk.rules_in(r)?;
            let groups = store::staff::groups(r)?.into_iter();
            let groups = groups.filter(|g| g.active || g.id.as_str() == group);
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

/// When an answer came, when it would have come, and since when somebody would have been there.
pub(super) fn answered(answer: Option<&Answer>) -> [Option<Timestamp>; 3] {
    answer.map_or([None; 3], |a| [Some(a.was), a.at, a.since])
}

/// Who would have been there.
pub(super) fn on_duty(ui: &Ui, people: &BTreeMap<StaffId, String>, answer: &Answer) -> String {
    match (&answer.person, answer.since) {
        (Some(p), _) => people.get(p).cloned().unwrap_or_else(|| p.0.clone()),
        (None, Some(_)) => ui.t("what-if-house").to_owned(),
        (None, None) => String::new(),
    }
}

/// The last months, the newest first, and the one that is asked for.
fn months(ui: &Ui, asked: &str) -> Vec<String> {
    let this = month_of(ui.now, &ui.zone);
    let last = (0..MONTHS).map(|n| this.saturating_sub(n.months()).strftime("%Y-%m").to_string());
    let mut months: Vec<String> = last.collect();
    if !asked.is_empty() && !months.iter().any(|m| m == asked) {
        months.push(asked.to_owned());
    }
    months
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

    /// Something was sent, and nothing is other than it was.
    fn asks_nothing(&self) -> bool {
        self.answer.is_none() && self.wrong.is_empty() && !self.asked.month.is_empty()
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

pub(super) fn rate((kept, missed): Tally) -> String {
    let all = kept + missed;
    let tenths = (kept * 2_000 + all).checked_div(all * 2).unwrap_or(0);
    if all == 0 { "\u{2013}".to_owned() } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}
