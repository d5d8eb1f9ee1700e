//! Roles: which rights each of them holds. The administrator's cannot be cut.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::save_role;
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
        let said = |r: &Right| self.ui.w("right", &r.as_str().replace('.', "_"));
        Right::ALL.iter().map(|r| (r.as_str(), said(r))).collect()
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    mine: Option<(Role, BTreeSet<Right>)>,
    back: Back,
) -> Result<Response, WebError> {
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
    if let Some((role, rights)) = mine.filter(|_| !back.is_stale()) {
        columns.iter_mut().filter(|c| c.role == role).for_each(|c| c.rights.clone_from(&rights));
    }
    let view = RolesPage { ui, tab: "roles", columns, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// The table of rights and roles.
pub(super) async fn table(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    shown(&app, &page, None, Back::default()).await
}

/// A role's column as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RoleForm {
    version: i64,
    rights: Vec<String>,
}

/// Saves a role's rights; they hold from the next request on.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(role): Path<String>,
    Fields(form): Fields<RoleForm>,
) -> Result<Response, WebError> {
    page.need(Right::StaffEdit)?;
    let role: Role = role.parse().map_err(|_| page.visitor.fail(Error::NotFound))?;
    let rights: Result<BTreeSet<Right>, _> = form.rights.iter().map(|r| r.parse()).collect();
    let rights = rights.map_err(|_| page.visitor.fail(Error::field("rights", "unknown")))?;
    match save_role(&app.desk, page.actor(), role, rights.clone(), form.version).await {
        Ok(()) => Ok(Said::done("saved").with(Redirect::to("/admin/roles").into_response())),
        Err(e) => shown(&app, &page, Some((role, rights)), Back::new(e, &page.visitor)?).await,
    }
}
