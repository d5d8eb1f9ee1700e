//! The list of organisations.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use desk::Error;
use desk::intake::promise_for;
use domain::access::Right;
use domain::sla::Picked;
use store::directory::{OrgFilter, OrgRow, find_organisations};

use super::query::{OrganisationQuery, bad_cursor, cut};
use crate::app::App;
use crate::error::WebError;
use crate::names::Policies;
use crate::session::StaffPage;
use crate::table::{Table, texts};
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/organisations.html")]
struct OrganisationsPage {
    ui: Ui,
    tab: &'static str,
    asked: OrganisationQuery,
    rows: Vec<(OrgRow, Picked)>,
    next: Option<String>,
    policies: Policies,
}

impl OrganisationsPage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

pub(super) const PAGE: i64 = 50;
pub(super) const EXPORT: i64 = 20_000;

/// The list.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<OrganisationQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let ui = page.ui(&app, "customers").await?;
    let filter = asked.filter().map_err(|e| page.visitor.fail(e))?;
    let after = crate::form::id(&asked.cursor);
    let (desk, today) = (app.desk.clone(), ui.now.to_zoned(ui.zone.clone()).date());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let found = find_organisations(r, &filter, after.as_ref(), PAGE + 1).map_err(bad_cursor)?;
        let (found, more) = cut(found, PAGE);
        let mut rows = Vec::new();
        for o in found {
            let (_, picked) = promise_for(r, &rules, Some(&o.id), None, today)?;
            rows.push((o, picked));
        }
        Ok((rows, more, Policies::of(&rules)))
    });
    let (rows, more, policies) = read.await.map_err(|e| page.visitor.fail(e))?;
    let address = |o: &OrgRow| format!("/customers?{}&cursor={}", asked.same(), o.id);
    let next = rows.last().filter(|_| more).map(|(o, _)| address(o));
    render(&OrganisationsPage { ui, tab: "organisations", asked, rows, next, policies }, &page.visitor)
}

/// The list as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<OrganisationQuery>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "customers").await?;
    let filter = asked.filter().map_err(|e| page.visitor.fail(e))?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let mut rows = Vec::new();
        for o in find_organisations(r, &filter, None, EXPORT)? {
            let domains = store::directory::domains(r, &o.id)?.join(" ");
            rows.push((o, domains));
        }
        Ok((rows, Policies::of(&*desk.rules_in(r)?)))
    });
    let (rows, policies) = read.await.map_err(|e| page.visitor.fail(e))?;
    let cells = |(o, domains): (OrgRow, String)| {
        let policy = o.policy.as_ref().map(|p| policies.name(p.as_str())).unwrap_or_default();
        let state = ui.w("active", if o.active { "true" } else { "false" }).to_owned();
        vec![o.name, domains, policy, state, words::date(&ui.zone, o.created_at), o.note]
    };
    let head =
        ["field-organisation", "field-domains", "field-policy", "field-active", "since", "customer-note"]
            .map(|k| words::t(ui.locale, k))
            .to_vec();
    let rows = texts(rows.into_iter().map(cells));
    let sheet = words::t(ui.locale, "customers-organisations");
    Table { name: "organisations", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}

const SUGGESTIONS: i64 = 12;

/// Names that contain what was typed, as the options of a picker.
pub(super) async fn names(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Typed>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let filter = OrgFilter { text: asked.organisation, active: Some(true), policy: None };
    let read = app.desk.read(move |r| Ok(find_organisations(r, &filter, None, SUGGESTIONS)?));
    let rows = read.await.map_err(|e| page.visitor.fail(e))?;
    let options = Options { rows }.render().map_err(|e| page.visitor.fail(Error::Internal(e.to_string())))?;
    Ok(Html(options).into_response())
}

/// What was typed so far.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    organisation: String,
}

#[derive(Template)]
#[template(source = "{% for o in rows %}<option value=\"{{ o.name }}\"></option>{% endfor %}", ext = "html")]
struct Options {
    rows: Vec<OrgRow>,
}
