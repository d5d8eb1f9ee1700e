//! Mailboxes for programs: read, entered, changed, tried; and the list of those whom nobody wants to hear.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use desk::mail_in::{Sealed, block, remove_mailbox, reseal_mailbox, save_mailbox, unblock};
use desk::{Error, Result};
use domain::access::Right;
use domain::mail_in::{Afterwards, Block, ImapSource, Mailbox, Proof, Protection};
use serde::{Deserialize, Serialize};
use store::mailbox::{self, StateRow};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::paging::{After, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::mailbox_port::needed;

type Answer<T> = std::result::Result<Json<T>, WebError>;

/// From where letters are fetched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImapView {
    /// Name or address of the server.
    host: String,
    /// Its port.
    port: u16,
    /// `tls`, `starttls`, or `none` on this machine only.
    #[schema(value_type = String)]
    tls: Protection,
    /// PEM of an authority of one's own; empty for those that everybody trusts.
    #[serde(default)]
    authority: String,
    /// Name at the server.
    login: String,
    /// `password`, or `oauth2` for a token.
    #[schema(value_type = String)]
    proof: Proof,
    /// The folder with the letters.
    folder: String,
    /// What becomes of a letter there when it is kept here: `seen`, `move` or `delete`.
    #[schema(value_type = String)]
    afterwards: Afterwards,
    /// The folder into which it goes, if it does.
    #[serde(default)]
    move_to: String,
}

impl From<ImapSource> for ImapView {
    fn from(i: ImapSource) -> Self {
        let ImapSource { host, port, tls, authority, login, proof, folder, afterwards, move_to } = i;
        Self { host, port, tls, authority, login, proof, folder, afterwards, move_to }
    }
}

impl From<ImapView> for ImapSource {
    fn from(i: ImapView) -> Self {
        let ImapView { host, port, tls, authority, login, proof, folder, afterwards, move_to } = i;
        Self { host, port, tls, authority, login, proof, folder, afterwards, move_to }
    }
}

/// How the fetching of a mailbox is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FetchView {
    /// When it last went well.
    success_at: Option<String>,
    /// How far it came when it last went wrong, if it has not gone well since: `connect`, `tls`, `login`, `folder`, `talk`.
    failure: String,
    /// The server's words then.
    said: String,
    /// When that was.
    failed_at: Option<String>,
    /// How many letters were taken.
    taken: i64,
}

/// A mailbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailboxView {
    /// Key.
    id: String,
    /// Send it back with a change.
    version: i64,
    /// The address.
    address: String,
    /// Name for people.
    name: String,
    /// The group that gets what comes into it; routing decides if absent.
    group: Option<String>,
    /// Language of letters to people who write there for the first time.
    locale: String,
    /// Are letters taken?
    active: bool,
    /// From where they are fetched; without it they are brought.
    imap: Option<ImapView>,
    /// How that is doing.
    fetching: Option<FetchView>,
}

/// A mailbox to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxBody {
    /// The version that you saw; absent for a new mailbox.
    #[serde(default)]
    version: i64,
    /// The address.
    address: String,
    /// Name for people.
    name: String,
    /// The group that gets what comes into it; routing decides if absent.
    group: Option<String>,
    /// `zh-CN` or `en`.
    locale: String,
    /// Are letters taken?
    active: bool,
    /// From where they are fetched; without it they are brought.
    imap: Option<ImapView>,
    /// Password or token; absent leaves the one that there is.
    secret: Option<String>,
}

/// A password or token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretBody {
    /// The password or token.
    secret: String,
}

/// How a trial ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialView {
    /// How many letters lie in the folder; absent if it was not reached.
    letters: Option<u32>,
    /// How far it came: `connect`, `tls`, `login`, `folder`, `talk`; empty if all is well.
    failure: &'static str,
    /// The server's words.
    said: String,
}

fn view(m: Mailbox, state: Option<&StateRow>) -> MailboxView {
    let fetching = state.filter(|_| m.imap.is_some()).map(|s| FetchView {
        success_at: s.success_at.map(instant),
        failure: s.failure.clone(),
        said: s.said.clone(),
        failed_at: s.failed_at.filter(|_| !s.failure.is_empty()).map(instant),
        taken: s.taken,
    });
    MailboxView {
        id: m.id,
        version: m.version,
        address: m.address,
        name: m.name,
        group: m.group.map(|g| g.0),
        locale: m.locale,
        active: m.active,
        imap: m.imap.map(ImapView::from),
        fetching,
    }
}

fn row(id: String, b: MailboxBody) -> (Mailbox, Option<String>) {
    let mailbox = Mailbox {
        id,
        address: b.address,
        name: b.name,
        group: b.group.map(Into::into),
        locale: b.locale,
        active: b.active,
        imap: b.imap.map(ImapSource::from),
        version: b.version,
    };
    (mailbox, b.secret)
}

async fn all(app: &App) -> Result<Vec<(Mailbox, Option<StateRow>)>> {
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| Ok((desk.rules_in(r)?, mailbox::states(r)?)));
    let (rules, states) = read.await?;
    let state = |m: &Mailbox| states.iter().find(|s| s.mailbox == m.id).cloned();
    Ok(rules.mailboxes.iter().map(|m| (m.clone(), state(m))).collect())
}

async fn one(app: &App, id: &str) -> Result<(Mailbox, Option<StateRow>)> {
    all(app).await?.into_iter().find(|(m, _)| m.id == id).ok_or(Error::NotFound)
}

/// All mailboxes that people have entered, with how each is doing.
#[utoipa::path(get, path = "/api/v1/mailboxes", params(After), responses((status = 200, body = ListView<MailboxView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<MailboxView>> {
    caller.need(Right::Operate)?;
    let rows = all(&app).await.map(|all| all.into_iter().map(|(m, s)| view(m, s.as_ref())).collect());
    let page = rows.and_then(|rows| after.page(rows, |m: &MailboxView| m.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// One mailbox.
#[utoipa::path(get, path = "/api/v1/mailboxes/{id}", params(("id" = String, Path)), responses((status = 200, body = MailboxView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<MailboxView> {
    caller.need(Right::Operate)?;
    let (m, state) = one(&app, &id).await.map_err(|e| caller.fail(e))?;
    Ok(Json(view(m, state.as_ref())))
}

async fn saved(app: &App, caller: &Caller, id: String, body: MailboxBody) -> Result<MailboxView> {
    let (mailbox, secret) = row(id, body);
    let sealed = match secret.filter(|s| !s.is_empty()) {
        None => Sealed::Same,
        Some(secret) => Sealed::New(needed(app.config.mailboxes.as_ref())?.seal(&secret)?),
    };
    Ok(view(save_mailbox(&app.desk, &caller.actor, mailbox, sealed).await?, None))
}

/// A new mailbox.
#[utoipa::path(post, path = "/api/v1/mailboxes", request_body = MailboxBody, responses((status = 201, body = MailboxView), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body<MailboxBody>,
) -> std::result::Result<(StatusCode, Json<MailboxView>), WebError> {
    caller.need(Right::Operate)?;
    let body = MailboxBody { version: 0, ..body.value };
    let m = saved(&app, &caller, String::new(), body).await.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, Json(m)))
}

/// Saves a mailbox; what letters it took stays.
#[utoipa::path(put, path = "/api/v1/mailboxes/{id}", params(("id" = String, Path)), request_body = MailboxBody, responses((status = 200, body = MailboxView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<MailboxBody>,
) -> Answer<MailboxView> {
    caller.need(Right::Operate)?;
    if body.value.version == 0 {
        return Err(caller.fail(Error::field("version", "required")));
    }
    saved(&app, &caller, id, body.value).await.map(Json).map_err(|e| caller.fail(e))
}

/// Keeps another password, or a token that was renewed.
#[utoipa::path(put, path = "/api/v1/mailboxes/{id}/secret", params(("id" = String, Path)), request_body = SecretBody, responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn put_secret(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<SecretBody>,
) -> std::result::Result<StatusCode, WebError> {
    caller.need(Right::Operate)?;
    if body.value.secret.is_empty() {
        return Err(caller.fail(Error::field("secret", "required")));
    }
    let sealed = needed(app.config.mailboxes.as_ref()).and_then(|port| port.seal(&body.value.secret));
    let sealed = sealed.map_err(|e| caller.fail(e))?;
    reseal_mailbox(&app.desk, &caller.actor, id, sealed).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a mailbox; its letters stay.
#[utoipa::path(delete, path = "/api/v1/mailboxes/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    remove_mailbox(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a mailbox's server as far as its folder.
#[utoipa::path(post, path = "/api/v1/mailboxes/{id}/trial", params(("id" = String, Path)), responses((status = 200, body = TrialView), (status = 404, body = Problem)))]
pub(crate) async fn trial(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<TrialView> {
    caller.need(Right::Operate)?;
    let (m, _) = one(&app, &id).await.map_err(|e| caller.fail(e))?;
    let source = m.imap.ok_or_else(|| caller.fail(Error::field("imap", "required")))?;
    let read = app.desk.read(move |r| Ok(mailbox::sealed(r, &id)?));
    let sealed = read.await.map_err(|e| caller.fail(e))?;
    let port = needed(app.config.mailboxes.as_ref()).map_err(|e| caller.fail(e))?;
    Ok(Json(match port.attempt(&source, &sealed).await {
        Ok(letters) => TrialView { letters: Some(letters), failure: "", said: String::new() },
        Err((failure, said)) => TrialView { letters: None, failure, said },
    }))
}

/// Somebody whom nobody wants to hear.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockView {
    /// Key.
    id: String,
    /// An address, or a domain with all below it.
    pattern: String,
    /// Why, for colleagues.
    note: String,
}

/// Somebody to be put on the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockBody {
    /// An address, or a domain with all below it.
    pattern: String,
    /// Why, for colleagues.
    #[serde(default)]
    note: String,
}

/// Whose letters nobody wants.
#[utoipa::path(get, path = "/api/v1/blocked-senders", params(After), responses((status = 200, body = ListView<BlockView>)))]
pub(crate) async fn blocks(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<After>,
) -> Answer<ListView<BlockView>> {
    caller.need(Right::Operate)?;
    let read = app.desk.read(|r| Ok(mailbox::blocks(r)?)).await;
    let shown = |b: Block| BlockView { id: b.id, pattern: b.pattern, note: b.note };
    let page = read.and_then(|all| after.page(all.into_iter().map(shown).collect(), |b| b.id.clone()));
    page.map(Json).map_err(|e| caller.fail(e))
}

/// Puts an address or a domain on the list; one that is on it stays.
#[utoipa::path(post, path = "/api/v1/blocked-senders", request_body = BlockBody, responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn add_block(
    State(app): State<App>,
    caller: Caller,
    body: Body<BlockBody>,
) -> std::result::Result<StatusCode, WebError> {
    let BlockBody { pattern, note } = body.value;
    block(&app.desk, &caller.actor, pattern, note).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody off the list.
#[utoipa::path(delete, path = "/api/v1/blocked-senders/{id}", params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove_block(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, WebError> {
    unblock(&app.desk, &caller.actor, id).await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}
