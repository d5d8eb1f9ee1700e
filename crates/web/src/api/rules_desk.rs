//! Routing, extra fields, canned answers, settings: read, changed over the version that was seen, tried.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::admin::{Trial, delete_answer, save_answer, save_fields, save_routing, save_settings, try_routing};
use desk::{Error, Result};
use domain::access::Right;
use domain::field::Field;
use domain::routing::{RouteReason, Rule};
use domain::setting::Settings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::answer::{self, AnswerRow};
use store::rules::{SettingKey, setting};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::SettingsDocument;
use super::paging::{After, ListView};
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::html::clean;

type Answer<T> = std::result::Result<Json<T>, WebError>;

/// A document of the house with its version.
async fn kept<T: DeserializeOwned + Default + Send + 'static>(
    app: &App,
    key: SettingKey,
) -> Result<(T, i64)> {
    app.desk.read(move |r| Ok(setting(r, key)?)).await
}

/// The routing rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoutingView {
    /// Send it back with a change.
    version: i64,
    /// In their order.
    #[schema(value_type = Vec<Object>)]
    rules: Vec<Rule>,
}

/// Routing rules to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoutingBody {
    /// The version that you saw.
    version: i64,
    /// All rules in their order.
    #[schema(value_type = Vec<Object>)]
    rules: Vec<Rule>,
}

async fn routing_of(app: &App) -> Result<RoutingView> {
    let (rules, version) = kept(app, SettingKey::Routing).await?;
    Ok(RoutingView { version, rules })
}

/// The routing rules in their order.
#[utoipa::path(get, path = "/api/v1/routing", responses((status = 200, body = RoutingView)))]
pub(crate) async fn routing(State(app): State<App>, caller: Caller) -> Answer<RoutingView> {
    caller.need(Right::DeskEdit)?;
    routing_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves the routing rules.
#[utoipa::path(put, path = "/api/v1/routing", request_body = RoutingBody, responses((status = 200, body = RoutingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_routing(
    State(app): State<App>,
    caller: Caller,
    body: Body<RoutingBody>,
) -> Answer<RoutingView> {
    let RoutingBody { version, rules } = body.value;
    let saved = save_routing(&app.desk, &caller.actor, rules, version).await;
    saved.map_err(|e| caller.fail(e))?;
    routing_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// Rules to be tried.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DryRunBody {
    /// The rules; those in force if absent.
    #[schema(value_type = Option<Vec<Object>>)]
    rules: Option<Vec<Rule>>,
    /// On how many of the last tickets, 1–2,000; 200 if absent.
    last: Option<usize>,
}

/// A ticket of the past and what the rules would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedView {
    /// The ticket.
    number: String,
    /// The group that it got.
    got: Option<String>,
    /// Why.
    #[schema(value_type = Object)]
    got_because: RouteReason,
    /// The group that it would get.
    gets: Option<String>,
    /// Why.
    #[schema(value_type = Object)]
    gets_because: RouteReason,
    /// The two differ.
    differs: bool,
}

/// How many tickets a rule would take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleCount {
    /// The rule.
    name: String,
    /// Tickets; 0 for a rule that never fits.
    tickets: usize,
    /// For a rule that picks a person: who that would be right now.
    person: Option<String>,
}

/// A dry run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialView {
    /// Tickets that would go to another group than they did.
    differ: usize,
    /// Tickets for which no rule fits.
    to_default: usize,
    /// Per rule, in their order.
    rules: Vec<RuleCount>,
    /// Newest first.
    tickets: Vec<TriedView>,
}

fn trial_view(rules: &[Rule], trial: Trial) -> TrialView {
    let persons = trial.persons.into_iter();
    let counts = rules.iter().zip(trial.per_rule).zip(persons).map(|((rule, tickets), person)| RuleCount {
        name: rule.name.clone(),
        tickets,
        person: person.map(|p| p.0),
    });
    let tickets = trial.tried.into_iter().map(|t| TriedView {
        number: t.row.number,
        got: t.past.got.map(|g| g.0),
        got_because: t.past.because,
        gets: t.pick.route.group.map(|g| g.0),
        gets_because: t.pick.route.because,
        differs: t.pick.differs,
    });
    TrialView {
        differ: trial.differ,
        to_default: trial.to_default,
        rules: counts.collect(),
        tickets: tickets.collect(),
    }
}

/// Tries routing rules on past tickets; saves nothing.
#[utoipa::path(post, path = "/api/v1/routing/dry-run", request_body = DryRunBody, responses((status = 200, body = TrialView), (status = 422, body = Problem)))]
pub(crate) async fn dry_run(
    State(app): State<App>,
    caller: Caller,
    body: Body<DryRunBody>,
) -> Answer<TrialView> {
    caller.need(Right::DeskEdit)?;
    let DryRunBody { rules, last } = body.value;
    let rules = match rules {
        Some(rules) => rules,
        None => routing_of(&app).await.map_err(|e| caller.fail(e))?.rules,
    };
    let trial = try_routing(&app.desk, &caller.actor, rules.clone(), last.unwrap_or(200)).await;
    Ok(Json(trial_view(&rules, trial.map_err(|e| caller.fail(e))?)))
}

/// The extra fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldsView {
    /// Send it back with a change.
    version: i64,
    /// In their order.
    #[schema(value_type = Vec<Object>)]
    fields: Vec<Field>,
}

/// Extra fields to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldsBody {
    /// The version that you saw.
    version: i64,
    /// All fields in their order.
    #[schema(value_type = Vec<Object>)]
    fields: Vec<Field>,
}

async fn fields_of(app: &App) -> Result<FieldsView> {
    let (fields, version) = kept(app, SettingKey::Fields).await?;
    Ok(FieldsView { version, fields })
}

/// The extra fields in their order.
#[utoipa::path(get, path = "/api/v1/fields", responses((status = 200, body = FieldsView)))]
pub(crate) async fn fields(State(app): State<App>, caller: Caller) -> Answer<FieldsView> {
    caller.need(Right::TicketView)?;
    fields_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves the extra fields. Tickets keep the values of fields that are gone.
#[utoipa::path(put, path = "/api/v1/fields", request_body = FieldsBody, responses((status = 200, body = FieldsView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_fields(
    State(app): State<App>,
    caller: Caller,
    body: Body<FieldsBody>,
) -> Answer<FieldsView> {
    let FieldsBody { version, fields } = body.value;
    save_fields(&app.desk, &caller.actor, fields, version).await.map_err(|e| caller.fail(e))?;
    fields_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// A canned answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerView {
    /// Key.
    id: String,
    /// Name.
    name: String,
    /// Safe HTML with variables, `{{number}}`.
    html: String,
    /// Send it back with a change.
    version: i64,
}

/// A canned answer to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// Name.
    name: String,
    /// HTML with variables, `{{number}}`; it is cleaned.
    html: String,
    /// The version that you saw; 0 for a new answer.
    #[serde(default)]
    version: i64,
}

fn view(a: AnswerRow) -> AnswerView {
    AnswerView { id: a.id, name: a.name, html: a.html, version: a.version }
}

fn row(id: String, version: i64, body: AnswerBody) -> AnswerRow {
    AnswerRow { id, name: body.name, html: clean(&body.html).html().to_owned(), version }
}

/// All canned answers.
#[utoipa::path(get, path = "/api/v1/answers", params(After), responses((status = 200, body = ListView<AnswerView>)))]
pub(crate) async fn answers(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<AnswerView>> {
    caller.need(Right::TicketView)?;
    let all = app.desk.read(|r| Ok(answer::all(r)?)).await;
    let page = all.and_then(|all| after.page(all.into_iter().map(view).collect(), |a| a.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// A new canned answer.
#[utoipa::path(post, path = "/api/v1/answers", request_body = AnswerBody, responses((status = 201, body = AnswerView), (status = 422, body = Problem)))]
pub(crate) async fn new_answer(
    State(app): State<App>,
    caller: Caller,
    body: Body<AnswerBody>,
) -> std::result::Result<(StatusCode, Json<AnswerView>), WebError> {
    let saved = save_answer(&app.desk, &caller.actor, row(String::new(), 0, body.value)).await;
    Ok((StatusCode::CREATED, Json(view(saved.map_err(|e| caller.fail(e))?))))
}

/// Saves a canned answer.
#[utoipa::path(put, path = "/api/v1/answers/{id}", params(("id" = String, Path)), request_body = AnswerBody, responses((status = 200, body = AnswerView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<AnswerBody>,
) -> Answer<AnswerView> {
    let version = body.value.version;
    if version == 0 {
        return Err(caller.fail(Error::field("version", "required")));
    }
    let saved = save_answer(&app.desk, &caller.actor, row(id, version, body.value)).await;
    saved.map(view).map(Json).map_err(|e| caller.fail(e))
}

/// Deletes a canned answer.
#[utoipa::path(delete, path = "/api/v1/answers/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove_answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    delete_answer(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsView {
    /// Send it back with a change.
    version: i64,
    /// All of them.
    #[schema(value_type = SettingsDocument)]
    settings: Settings,
}

/// Settings to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsBody {
    /// The version that you saw.
    version: i64,
    /// All of them; what is absent takes its default.
    #[schema(value_type = SettingsDocument)]
    settings: Settings,
}

async fn settings_of(app: &App) -> Result<SettingsView> {
    let (settings, version) = kept(app, SettingKey::Settings).await?;
    Ok(SettingsView { version, settings })
}

/// The settings of the installation.
#[utoipa::path(get, path = "/api/v1/settings", responses((status = 200, body = SettingsView)))]
pub(crate) async fn settings(State(app): State<App>, caller: Caller) -> Answer<SettingsView> {
    caller.need(Right::Operate)?;
    settings_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}

/// Saves the settings.
#[utoipa::path(put, path = "/api/v1/settings", request_body = SettingsBody, responses((status = 200, body = SettingsView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_settings(
    State(app): State<App>,
    caller: Caller,
    body: Body<SettingsBody>,
) -> Answer<SettingsView> {
    let SettingsBody { version, settings } = body.value;
    save_settings(&app.desk, &caller.actor, settings, version).await.map_err(|e| caller.fail(e))?;
    settings_of(&app).await.map(Json).map_err(|e| caller.fail(e))
}
