//! Groups: who shares a queue.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{remove_group, save_group};
use domain::access::Right;
use domain::id::{GroupId, StaffId};
use serde::Deserialize;
use store::staff::{self, GroupRow, StaffRow};

use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::{Names, everybody};
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "admin/groups.html")]
struct GroupsPage {
    ui: Ui,
    tab: &'static str,
    groups: Vec<(GroupRow, String)>,
    people: Vec<StaffRow>,
    edited: GroupRow,
    members: BTreeSet<StaffId>,
    back: Back,
}

impl GroupsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
}

/// The form as it was sent; version 0 makes a new group.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GroupForm {
    id: String,
    version: i64,
    name: String,
    active: String,
    members: Vec<String>,
}

fn nothing() -> (GroupRow, BTreeSet<StaffId>) {
    let row = GroupRow { id: GroupId::from(""), name: String::new(), active: true, version: 0 };
    (row, BTreeSet::new())
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (mut edited, members): (GroupRow, BTreeSet<StaffId>),
    mut back: Back,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let read = app.desk.read(|r| {
        let people = everybody(r)?;
        let mut groups = Vec::new();
        for g in staff::groups(r)? {
            let in_it = staff::members(r, &g.id)?;
            let names = people.iter().filter(|p| in_it.contains(&p.id)).map(|p| p.name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            groups.push((g, names));
        }
        Ok((groups, people))
    });
    let (groups, mut people) = read.await.map_err(|e| page.visitor.fail(e))?;
    people.retain(|p| p.active || members.contains(&p.id));
    if back.is_stale()
        && let Some((theirs, _)) = groups.iter().find(|(g, _)| g.id == edited.id)
    {
        back.compare(&edited, theirs, &Names::default(), ui.locale);
        edited.version = theirs.version;
    }
    let view = GroupsPage { ui, tab: "groups", groups, people, edited, members, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// All groups, with an empty form.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    shown(&app, &page, nothing(), Back::default()).await
}

/// All groups, with one in the form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    shown(&app, &page, one(&app, &page, id).await?, Back::default()).await
}

async fn one(app: &App, page: &StaffPage, id: String) -> Result<(GroupRow, BTreeSet<StaffId>), WebError> {
    let read = app.desk.read(move |r| {
        let row = staff::groups(r)?.into_iter().find(|g| g.id.as_str() == id).ok_or(Error::NotFound)?;
        let members = staff::members(r, &row.id)?;
        Ok((row, members))
    });
    read.await.map_err(|e| page.visitor.fail(e))
}

/// Saves a group with its members.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<GroupForm>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let active = form.version == 0 || !form.active.is_empty();
    let row = GroupRow { id: GroupId(form.id), name: form.name, active, version: form.version };
    let members: BTreeSet<StaffId> = form.members.into_iter().map(StaffId).collect();
    match save_group(&app.desk, page.actor(), row.clone(), members.clone()).await {
        Ok(_) => Ok(Said::done("saved").with(Redirect::to("/admin/groups").into_response())),
        Err(e) => shown(&app, &page, (row, members), Back::new(e, &page.visitor)?).await,
    }
}

/// Removes a group that nothing uses; otherwise its form says what does.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    match remove_group(&app.desk, page.actor(), GroupId(id.clone())).await {
        Ok(()) => Ok(Said::done("removed").with(Redirect::to("/admin/groups").into_response())),
        Err(e) => shown(&app, &page, one(&app, &page, id).await?, Back::new(e, &page.visitor)?).await,
    }
}
