//! Roles: which rights each of them holds. The administrator's cannot be cut.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::{RoleRights, save_roles};
use domain::access::{Right, Role};
use serde::Deserialize;
use store::staff;

use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// A column of the table.
struct Column {
    role: Role,
    rights: BTreeSet<Right>,
    version: i64,
}

impl Column {
    fn has(&self, right: &str) -> bool {
        self.rights.iter().any(|r| r.as_str() == right)
    }
}

#[derive(Template)]
#[template(path = "admin/roles.html")]
struct RolesPage {
    ui: Ui,
    tab: &'static str,
    columns: Vec<Column>,
    back: Back,
}

impl RolesPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    /// Each right with its word and what it allows.
    fn rights(&self) -> Vec<(&'static str, &'static str)> {
        super::rights(&self.ui)
    }
}

async fn shown(app: &App, page: &StaffPage, mine: Vec<RoleRights>, back: Back) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let read = app.desk.read(|r| {
        let mut columns = Vec::new();
        for role in Role::ALL {
            let (rights, version) = staff::role(r, *role)?;
            columns.push(Column { role: *role, rights, version });
        }
        Ok(columns)
    });
    let mut columns = read.await.map_err(|e| page.visitor.fail(e))?;
    // A column that somebody else saved meanwhile is shown as it is; in all others nothing is lost.
    for one in mine {
        let same = |c: &&mut Column| c.role == one.role && c.version == one.version;
        columns.iter_mut().filter(same).for_each(|c| c.rights.clone_from(&one.rights));
    }
    let view = RolesPage { ui, tab: "roles", columns, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// The table of rights and roles.
pub(super) async fn table(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    shown(&app, &page, Vec::new(), Back::default()).await
}

/// The table as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RolesForm {
    /// `role version`, for each column that can be changed.
    versions: Vec<String>,
    /// `role right`, for each tick.
    rights: Vec<String>,
}

impl RolesForm {
    /// Each column with its ticks.
    fn read(&self) -> desk::Result<Vec<RoleRights>> {
        let unknown = || Error::field("rights", "unknown");
        let mut columns = Vec::new();
        for (role, version) in self.versions.iter().filter_map(|v| v.split_once(' ')) {
            let ticks = self.rights.iter().filter_map(|t| t.split_once(' ')).filter(|(of, _)| *of == role);
            let rights: Result<BTreeSet<Right>, _> = ticks.map(|(_, right)| right.parse()).collect();
            columns.push(RoleRights {
                role: role.parse().map_err(|_| unknown())?,
                rights: rights.map_err(|_| unknown())?,
                version: version.parse().map_err(|_| unknown())?,
            });
        }
        Ok(columns)
    }
}

/// Saves the rights of all roles; they hold from the next request on.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<RolesForm>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let columns = form.read().map_err(|e| page.visitor.fail(e))?;
    match save_roles(&app.desk, page.actor(), columns.clone()).await {
        Ok(()) => Ok(Said::done("saved").with(Redirect::to("/admin/roles").into_response())),
        Err(e) => shown(&app, &page, columns, Back::new(e, &page.visitor)?).await,
    }
}
