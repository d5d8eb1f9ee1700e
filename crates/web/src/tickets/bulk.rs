//! Several tickets at once, with undo: what was changed is handed back as the form that changes it back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::ticket as verb;
use serde::Deserialize;

use super::list::render;
use crate::app::App;
use crate::error::{WebError, describe};
use crate::form::{Fields, id};
use crate::session::StaffPage;
use crate::ui::Ui;

/// The chosen tickets and what to do: `assign`, `take`, or `undo` with pairs `number=group/assignee`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BulkForm {
    numbers: Vec<String>,
    action: String,
    group: String,
    assignee: String,
    undo: Vec<String>,
}

#[derive(Template)]
#[template(path = "tickets/bulk.html")]
struct BulkPart {
    ui: Ui,
    done: usize,
    failed: Vec<(String, String)>,
    undo: Vec<String>,
}

const MAX: usize = 200;

/// Does it to each ticket on its own: one that refuses does not hold the others.
pub(super) async fn bulk(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<BulkForm>,
) -> Result<Response, WebError> {
    let ui = page.ui(&app, "tickets").await?;
    let (mut done, mut failed, mut undo) = (0, Vec::new(), Vec::new());
    for (number, to) in plan(&form).into_iter().take(MAX) {
        match one(&app, &page, &number, to).await {
            Ok(before) => {
                done += 1;
                undo.push(before);
            }
            Err(e) => failed.push((number, describe(&e, ui.locale).2)),
        }
    }
    if form.action == "undo" {
        undo.clear();
    }
    render(&BulkPart { ui, done, failed, undo }, &page.visitor)
}

/// Each ticket with the hands that it goes to; none means: I take it.
fn plan(form: &BulkForm) -> Vec<(String, Option<verb::AssignInput>)> {
    let hands = |group: &str, assignee: &str| verb::AssignInput {
        group: id(group),
        assignee: id(assignee),
        reason: String::new(),
    };
    match form.action.as_str() {
        "undo" => form
            .undo
            .iter()
            .filter_map(|line| line.split_once('='))
            .filter_map(|(number, rest)| {
                rest.split_once('/').map(|(g, a)| (number.to_owned(), Some(hands(g, a))))
            })
            .collect(),
        "assign" => {
            form.numbers.iter().map(|n| (n.clone(), Some(hands(&form.group, &form.assignee)))).collect()
        }
        _ => form.numbers.iter().map(|n| (n.clone(), None)).collect(),
    }
}

/// Assigns one ticket; returns the line that puts it back.
async fn one(
    app: &App,
    page: &StaffPage,
    number: &str,
    to: Option<verb::AssignInput>,
) -> desk::Result<String> {
    let (scope, no) = (page.actor().scope(), number.to_owned());
    let read = app.desk.read(move |r| store::ticket::by_number(r, &scope, &no)?.ok_or(desk::Error::NotFound));
    let before = read.await?;
    match to {
        Some(input) => verb::assign(&app.desk, page.actor(), number, input).await?,
        None => verb::take(&app.desk, page.actor(), number).await?,
    };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    let group = text(before.group.as_ref().map(domain::id::GroupId::as_str));
    let assignee = text(before.assignee.as_ref().map(domain::id::StaffId::as_str));
    Ok(format!("{number}={group}/{assignee}"))
}
