//! Passing a message on to somebody outside: a form that has the original in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Error;
use desk::ticket::{Forward, forward as verb};
use domain::access::{Action, may};
use domain::ticket::Ticket;
use domain::ticket::decide::Body;
use serde::Deserialize;
use store::{file, ticket};

use super::ListQuery;
use super::list::render;
use super::verbs::said;
use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::html::plain;
use crate::names::Names;
use crate::said::Said;
use crate::session::StaffPage;
use crate::ui::Ui;
use crate::wrong::{Wrongs, called};

/// What is typed.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct ForwardForm {
    address: String,
    body: String,
    with_files: String,
}

#[derive(Template)]
#[template(path = "tickets/forward.html")]
struct ForwardPage {
    ui: Ui,
    query: ListQuery,
    t: Ticket,
    no: i64,
    form: ForwardForm,
    files: Vec<String>,
    errors: Wrongs,
}

impl ForwardPage {
    fn named(&self) -> String {
        self.files.join(self.ui.t("list-comma"))
    }
}

async fn page_with(
    app: &App,
    page: &StaffPage,
    (number, no): (String, String),
    typed: Option<(ForwardForm, Wrongs)>,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "tickets").await?;
    let actor = page.actor().clone();
    let read = app.desk.read(move |r| {
        let no: i64 = no.parse().map_err(|_| Error::NotFound)?;
        let t = ticket::by_number(r, &actor.scope(), &number)?.ok_or(Error::NotFound)?;
        may(&actor, Action::Reply, &t)?;
        let message = ticket::messages(r, &t.id, no - 1, true, 1)?.pop().filter(|m| m.no == no);
        let message = message.ok_or(Error::NotFound)?;
        let mut names = Names::default();
        names.actor(r, &message.by)?;
        let files: Vec<String> = file::in_message(r, &t.id, no)?.into_iter().map(|f| f.name).collect();
        Ok((t, message, names, files))
    });
    let (t, message, names, files) = read.await.map_err(|e| page.visitor.fail(e))?;
    let status = if typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, errors) = typed.unwrap_or_else(|| {
        let (who, at) = (names.of_actor(&message.by, ui.locale), ui.full(&message.at));
        let by = ui.t2("forward-by", "who", who, "at", at);
        let body = format!("\n\n{}\n{by}\n\n{}", ui.t("forward-original"), plain(&message.html));
        let with_files = if files.is_empty() { String::new() } else { "on".to_owned() };
        (ForwardForm { address: String::new(), body, with_files }, Wrongs::default())
    });
    let view = ForwardPage { ui, query: ListQuery::default(), t, no: message.no, form, files, errors };
    Ok((status, render(&view, &page.visitor)?).into_response())
}

/// The form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(of): Path<(String, String)>,
) -> Result<Response, WebError> {
    page_with(&app, &page, of, None).await
}

/// Passes it on, or shows the form again with what is wrong.
pub(super) async fn send(
    State(app): State<App>,
    page: StaffPage,
    Path((number, no)): Path<(String, String)>,
    Fields(form): Fields<ForwardForm>,
) -> Result<Response, WebError> {
    let parsed = no.parse().map_err(|_| page.visitor.fail(Error::NotFound))?;
    let what = Forward {
        to: form.address.clone(),
        body: Body::from_text(&form.body),
        with_files: !form.with_files.is_empty(),
    };
    let done = verb(&app.desk, page.actor(), &number, parsed, what).await;
    match done.map_err(|e| called(e, &[("body", "field-text")], page.visitor.locale)) {
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            page_with(&app, &page, (number, no), Some((form, errors))).await
        }
        done => said(&page.visitor, done, Said::done("forwarded")),
    }
}
