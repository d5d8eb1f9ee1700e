//! The form of a progress report: in the ticket's dialog and as a page of its own, filled in from the case. What was
//! typed stays when something is wrong.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::{Error, FieldError, noted, ticket as verb};
use domain::access::Action;
use domain::people::PointKind;
use domain::sla::Milestone;
use domain::ticket::Ticket;
use domain::ticket::progress::{Draft, Phase, Progress, Way};
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::{Read, directory, ticket};

use super::ListQuery;
use super::list::render;
use super::verbs::said;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, required};
use crate::said::Said;
use crate::session::StaffPage;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// A report as the form sends it.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct ReportForm {
    pub phase: String,
    pub finding: String,
    pub next: String,
    pub expected_at: String,
}

impl ReportForm {
    /// As a browser's field for an instant on the desk's wall clock takes it.
    pub(super) fn of(draft: &Draft, zone: &TimeZone) -> Self {
        let wall = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string();
        Self {
            phase: draft.phase.map(|p| p.as_str().to_owned()).unwrap_or_default(),
            finding: draft.finding.clone(),
            next: draft.next.clone(),
            expected_at: draft.expected_at.map(wall).unwrap_or_default(),
        }
    }

    pub(crate) fn phases(&self) -> &'static [Phase] {
        Phase::ALL
    }

    /// All that is wrong is said at once.
    fn read(&self, zone: &TimeZone, now: Timestamp) -> desk::Result<Progress> {
        let mut wrong = Vec::new();
        let phase = noted(required("phase", &self.phase), &mut wrong)?;
        let expected_at = noted(wall(&self.expected_at, zone), &mut wrong)?;
        let progress = Progress {
            phase: phase.unwrap_or(Phase::Investigating),
            finding: self.finding.clone(),
            next: self.next.clone(),
            expected_at: expected_at.unwrap_or(domain::time::plus_seconds(now, 1)),
        };
        wrong.extend(progress.wrong(now).into_iter().map(|(field, issue)| FieldError::new(field, issue)));
        if wrong.is_empty() { Ok(progress) } else { Err(Error::Invalid(wrong)) }
    }
}

fn wall(text: &str, zone: &TimeZone) -> desk::Result<Timestamp> {
    if text.trim().is_empty() {
        return Err(Error::field("expected_at", "required"));
    }
    let wall: Option<DateTime> = text.trim().parse().ok();
    let at = wall.and_then(|w| zone.to_ambiguous_timestamp(w).compatible().ok());
    at.ok_or_else(|| Error::field("expected_at", "bad_value"))
}

#[derive(Template)]
#[template(path = "tickets/report.html")]
struct ReportPage {
    ui: Ui,
    query: ListQuery,
    t: Ticket,
    form: ReportForm,
    errors: Wrongs,
    due_at: Option<Timestamp>,
    how: &'static str,
}

/// How a report of this case reaches the customer: a key of a text.
pub(super) fn how(r: &mut Read<'_>, t: &Ticket, sends: bool) -> desk::Result<&'static str> {
    let has_address = directory::points(r, &t.requester)?.iter().any(|p| p.kind == PointKind::Email);
    Ok(match Way::of(t.channel, has_address) {
        Way::Portal => "progress-help-portal",
        Way::Letter if sends => "progress-help-letter",
        Way::Letter => "progress-help-kept",
    })
}

async fn page_with(
    app: &App,
    page: &StaffPage,
    number: String,
    typed: Option<(ReportForm, Wrongs)>,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "tickets").await?;
    let (actor, sends) = (page.actor().clone(), app.config.sends_letters);
    let read = app.desk.peek(move |r| {
        let t = ticket::by_number(r, &actor.scope(), &number)?.ok_or(Error::NotFound)?;
        domain::access::may(&actor, Action::Report, &t)?;
        let draft = verb::progress::form(r, &t)?;
        let clocks = ticket::shown_clocks(r, &t.id)?;
        let due_at = clocks.iter().find(|c| c.milestone == Milestone::Update && c.is_running());
        let due_at = due_at.and_then(|c| c.due_at);
        let how = how(r, &t, sends)?;
        Ok((t, draft, due_at, how))
    });
    let (t, draft, due_at, how) = read.await.map_err(|e| page.visitor.fail(e))?;
    let status = if typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, errors) = typed.unwrap_or_else(|| (ReportForm::of(&draft, &ui.zone), Wrongs::default()));
    let view = ReportPage { ui, query: ListQuery::default(), t, form, errors, due_at, how };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

/// The form as a page: where the reminder leads.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    page_with(&app, &page, number, None).await
}

/// Sends the report, or shows the form again with what is wrong.
pub(super) async fn send(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Fields(form): Fields<ReportForm>,
) -> Result<Response, WebError> {
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    let result = match form.read(&rules.settings.zone(), app.desk.now()) {
        Ok(progress) => verb::report(&app.desk, page.actor(), &number, progress).await,
        Err(e) => Err(e),
    };
    match result {
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            page_with(&app, &page, number, Some((form, errors))).await
        }
        done => said(&page.visitor, done, Said::done("reported")),
    }
}
