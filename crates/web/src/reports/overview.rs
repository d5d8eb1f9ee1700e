//! The overview: the headline of every report, each with how it compares and where it comes from.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use desk::report::{Answer, compute_all};
use domain::access::Right;
use domain::report::{Figure, Report};
use words::{t, word};

use super::chooser::Chooser;
use super::query::ReportQuery;
use super::{Body, body, say, tabs};
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// A headline.
struct Tile {
    name: String,
    figure: String,
    note: String,
    link: String,
}

#[derive(Template)]
#[template(path = "reports/overview.html")]
struct OverviewPage {
    ui: Ui,
    tab: &'static str,
    chooser: Chooser,
    sentence: String,
    tiles: Vec<Tile>,
    months: Option<Body>,
}

/// The overview.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<ReportQuery>,
) -> Result<Response, WebError> {
    page.need(Right::ReportView)?;
    let ui = page.ui(&app, "reports").await?;
    let mut chooser = Chooser::of(&app, &ui, None, asked).await.map_err(|e| page.visitor.fail(e))?;
    let headlines = chooser.asked.headlines();
    let asks: Option<Vec<_>> = headlines.iter().map(|(r, asked)| chooser.ask(*r, asked)).collect();
    let answers = match asks {
        Some(asks) => compute_all(&app.desk, page.actor(), asks).await.map_err(|e| page.visitor.fail(e))?,
        None => Vec::new(),
    };
    let counted = answers.first().filter(|a| !a.now.is_empty());
    let sentence = counted.map(|a| say::sentence(ui.locale, a));
    let sentence = sentence.unwrap_or_else(|| t(ui.locale, "report-empty").to_owned());
    let tiles = answers.iter().map(|a| tile(&ui, &chooser, a)).collect();
    let asked = chooser.asked.months();
    let months = match chooser.ask(Report::Attainment, &asked) {
        Some(ask) => Some(body(&app, &page, &ui, &chooser, ask).await.map_err(|e| page.visitor.fail(e))?),
        None => None,
    };
    let months = months.filter(|b| !b.empty);
    let status = chooser.status();
    let view = OverviewPage { ui, tab: "overview", chooser, sentence, tiles, months };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

fn tile(ui: &Ui, chooser: &Chooser, answer: &Answer) -> Tile {
    let (locale, report) = (ui.locale, answer.ask.report);
    let milestone = answer.ask.filter.milestone;
    let name = milestone.map_or_else(
        || word(locale, "column", report.headline().key).to_owned(),
        |m| words::t_args(locale, "report-rate-of", &[("what", word(locale, "milestone", m.as_str()))]),
    );
    let path = chooser.to(&format!("/reports/{report}"));
    let joint = if path.contains('?') { '&' } else { '?' };
    let link = milestone.map_or_else(|| path.clone(), |m| format!("{path}{joint}milestone={m}"));
    let figure = answer.now.figure(report.headline(), None);
    let note = match (report.has_period(), figure) {
        (true, _) => say::headline_change(locale, answer),
        (false, Figure::Count(0)) => t(locale, "report-none-open").to_owned(),
        (false, _) => say::oldest(locale, answer),
    };
    Tile { name, figure: say::figure(locale, figure), note, link }
}

impl OverviewPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }
}
