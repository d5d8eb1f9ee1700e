//! What belongs to the caller: notices, saved views, drafts, uploads.

use axum::Json;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Error;
use domain::access::Staff;
use domain::id::{FileId, ViewId};
use serde::{Deserialize, Serialize};
use store::ticket::{DraftRow, SavedView};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::once::location;
use super::paging::{self, ListView};
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::html::clean;
use crate::tickets::keep_view;

type Answer<T> = Result<T, WebError>;

impl Caller {
    /// The member of staff who calls; customers have no notices, views and drafts.
    pub(super) fn person(&self) -> Answer<Staff> {
        self.actor.staff().cloned().ok_or_else(|| self.fail(Error::NotFound))
    }
}

/// A page by key, newest first.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Before {
    /// The `next_cursor` of an earlier page.
    cursor: String,
    /// 1–200, default 50.
    limit: Option<i64>,
}

impl Before {
    /// The key before which the page begins, and its size.
    pub(super) fn read(&self, caller: &Caller) -> Answer<(String, i64)> {
        Ok((before(caller, &self.cursor)?, size(caller, self.limit)?))
    }
}

/// How long a page may be.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limit {
    /// 1–200, default 50.
    limit: Option<i64>,
}

impl Limit {
    pub(super) fn read(&self, caller: &Caller) -> Answer<i64> {
        size(caller, self.limit)
    }

    /// The same as a number of rows.
    pub(super) fn size(&self, caller: &Caller) -> Answer<usize> {
        Ok(usize::try_from(self.read(caller)?).unwrap_or(usize::MAX))
    }
}

/// The size of a page: 1–200, 50 unless asked.
pub(super) fn size(caller: &Caller, limit: Option<i64>) -> Answer<i64> {
    let limit = limit.unwrap_or(50);
    let fits = (1..=200).contains(&limit);
    fits.then_some(limit).ok_or_else(|| caller.fail(Error::field("limit", "limit_200")))
}

/// The key before which a page begins; keys are UUIDs, and anything else was never given out.
pub(super) fn before(caller: &Caller, cursor: &str) -> Answer<String> {
    let is_key = |c: &str| c.len() == 36 && c.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    match cursor {
        "" => Ok("~".to_owned()),
        key if is_key(key) => Ok(key.to_owned()),
        _ => Err(caller.fail(Error::field("cursor", "bad_value"))),
    }
}

/// Cuts the row off that was read only to know whether there are more; returns the key of the last one then.
pub(super) fn cut<T>(rows: &mut Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Option<String> {
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    rows.last().filter(|_| more).map(key)
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// Key.
    id: String,
    /// The ticket's number; empty if it is about none.
    ticket: String,
    /// Its title.
    title: String,
    /// Which of its events.
    event: i64,
    /// When.
    at: String,
    /// When it was read.
    read_at: Option<String>,
    /// How many late steps and breaches it stands for; 0 for an ordinary notice. Ticket and event are the first.
    digest: i64,
    /// The tickets for which it stands, 50 at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    late: Vec<LateView>,
    /// How many tickets it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    late_tickets: Option<i64>,
    /// What happened, where no ticket tells it: swaps, findings before holidays, the start of a shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    news: Option<domain::oncall::News>,
}

/// A ticket for which a notice stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LateView {
    /// Its number.
    ticket: String,
    /// Its title.
    title: String,
    /// The first of its events that came late: breaches and steps.
    events: Vec<i64>,
    /// How many came late.
    count: i64,
}

/// So many tickets of a notice are named.
const NAMED: i64 = 50;

/// A page of notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticesView {
    items: Vec<NoticeView>,
    next_cursor: Option<String>,
}

/// The caller's notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", params(Before), responses((status = 200, body = NoticesView)))]
pub(crate) async fn notices(
    State(app): State<App>,
    caller: Caller,
    Query(before): Query<Before>,
) -> Answer<Json<NoticesView>> {
    let (me, (before, limit)) = (caller.person()?, before.read(&caller)?);
    super::tickets::may_view(&caller.actor).map_err(|e| caller.fail(e))?;
    let read = app.desk.read(move |r| {
        let mut rows = Vec::new();
        for row in store::admin::notices(r, &me.id, &before, limit + 1)? {
            let late =
                (row.digest > 0).then(|| store::digest::late(r, &me.id, &row.id, NAMED)).transpose()?;
            rows.push((row, late));
        }
        Ok(rows)
    });
    let mut rows = read.await.map_err(|e| caller.fail(e))?;
    let next_cursor = cut(&mut rows, limit, |(n, _)| n.id.clone());
    let items = rows.into_iter().map(|(n, late)| NoticeView {
        late_tickets: late.as_ref().map(|(_, all)| *all),
        late: late.into_iter().flat_map(|(tickets, _)| tickets).map(late_view).collect(),
        id: n.id,
        ticket: n.number,
        title: n.title,
        event: n.event,
        at: instant(n.at),
        read_at: n.read_at.map(instant),
        digest: n.digest,
        news: n.news,
    });
    Ok(Json(NoticesView { items: items.collect(), next_cursor }))
}

fn late_view(t: store::digest::LateTicket) -> LateView {
    LateView { ticket: t.number, title: t.title, events: t.events, count: t.n }
}

/// Marks all notices of the caller as read.
#[utoipa::path(post, path = "/api/v1/notices/reading", responses((status = 204)))]
pub(crate) async fn read_notices(State(app): State<App>, caller: Caller) -> Answer<StatusCode> {
    let me = caller.person()?;
    let done = app.desk.write(&caller.actor, move |unit| {
        store::admin::read_before(unit.work, &me.id, domain::time::plus_seconds(unit.now, 1))?;
        Ok(unit.work.publish("notice", me.id.as_str())?)
    });
    done.await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A saved view: a name for an address of the ticket list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ViewBody {
    /// Key; absent in requests.
    #[serde(default)]
    id: String,
    /// Name.
    name: String,
    /// `/tickets?…` with filters, values and columns that there are.
    query: String,
    /// Everybody sees it.
    #[serde(default)]
    shared: bool,
    /// Is it the caller's own?
    #[serde(default)]
    own: bool,
}

/// All views that the caller sees.
#[utoipa::path(get, path = "/api/v1/views", params(paging::After), responses((status = 200, body = ListView<ViewBody>)))]
pub(crate) async fn views(
    State(app): State<App>,
    caller: Caller,
    Query(after): Query<paging::After>,
) -> Answer<Json<ListView<ViewBody>>> {
    let me = caller.person()?;
    let id = me.id.clone();
    let rows = app.desk.read(move |r| Ok(store::ticket::views(r, &id)?)).await.map_err(|e| caller.fail(e))?;
    let view = |v: SavedView| ViewBody {
        own: v.staff == me.id,
        id: v.id.0,
        name: v.name,
        query: v.query,
        shared: v.shared,
    };
    let page = after.page(rows.into_iter().map(view).collect(), |v| v.id.clone());
    page.map(Json).map_err(|e| caller.fail(e))
}

/// Saves a view. An address that the list cannot be opened with is refused; `names` says what stands in the way.
#[utoipa::path(post, path = "/api/v1/views", request_body = ViewBody, responses((status = 201, body = ViewBody), (status = 422, body = Problem)))]
pub(crate) async fn save_view(
    State(app): State<App>,
    caller: Caller,
    body: Body<ViewBody>,
) -> Answer<Response> {
    let ViewBody { name, query, shared, .. } = body.value;
    let saved = keep_view(&app.desk, &caller.actor, (name, query), shared).await;
    let SavedView { id, name, query, shared, .. } = saved.map_err(|e| caller.fail(e))?;
    Ok((StatusCode::CREATED, Json(ViewBody { id: id.0, name, query, shared, own: true })).into_response())
}

/// Forgets a view of one's own.
#[utoipa::path(delete, path = "/api/v1/views/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let me = caller.person()?;
    let gone = app.desk.write(&caller.actor, move |unit| {
        Ok(store::ticket::delete_view(unit.work, &ViewId(id.clone()), &me.id)?)
    });
    gone.await.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the caller has typed so far on a ticket.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct DraftBody {
    /// HTML, cleaned when it is saved; empty forgets the draft.
    html: String,
    /// A note for staff?
    internal: bool,
    /// Keys of uploads that are attached.
    files: Vec<String>,
}

impl DraftBody {
    fn of(d: DraftRow) -> Self {
        Self { html: d.html, internal: d.internal, files: d.files.into_iter().map(|f| f.0).collect() }
    }
}

/// The caller's draft on a ticket.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/draft", params(("number" = String, Path)), responses((status = 200, body = DraftBody)))]
pub(crate) async fn draft(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Answer<Json<DraftBody>> {
    let (me, scope) = (caller.person()?, caller.actor.scope());
    let read = app.desk.read(move |r| {
        let t = store::ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        Ok(store::ticket::draft(r, &t.id, &me.id)?)
    });
    let kept = read.await.map_err(|e| caller.fail(e))?;
    Ok(Json(kept.map(DraftBody::of).unwrap_or_default()))
}

/// Keeps what was typed so far; it survives a colleague's change, a merge and a crash.
#[utoipa::path(put, path = "/api/v1/tickets/{number}/draft", params(("number" = String, Path)), request_body = DraftBody, responses((status = 204)))]
pub(crate) async fn save_draft(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    body: Body<DraftBody>,
) -> Answer<StatusCode> {
    let text = clean(&body.value.html);
    let html = if text.is_empty() { String::new() } else { text.html().to_owned() };
    let files = body.value.files.into_iter().map(FileId).collect();
    let draft = DraftRow { html, internal: body.value.internal, files };
    let saved = desk::ticket::save_draft(&app.desk, &caller.actor, &number, draft).await;
    saved.map_err(|e| caller.fail(e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// An upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    /// To be named in `files` of a ticket or message.
    id: String,
    /// Its name.
    name: String,
    /// Bytes.
    size: i64,
    /// By content.
    media_type: String,
}

/// A form with a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form")]
pub(crate) struct Upload {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file: the part `file` of a form. It is the uploader's alone until a message names it.
#[utoipa::path(post, path = "/api/v1/files", request_body(content = Upload, content_type = "multipart/form-data"), responses((status = 201, body = FileView), (status = 422, body = Problem)))]
pub(crate) async fn upload(State(app): State<App>, caller: Caller, request: Request) -> Answer<Response> {
    let form = Multipart::from_request(request, &app).await;
    let form = form.map_err(|_| caller.fail(Error::field("file", "required")))?;
    let f = crate::files::receive(&app, &caller.actor, form).await.map_err(|e| caller.fail(e))?;
    let told = location("files", f.id.as_str());
    let view = FileView { id: f.id.0, name: f.name, size: f.size, media_type: f.media_type };
    Ok((StatusCode::CREATED, told, Json(view)).into_response())
}

/// A file's bytes, if the caller may see its message.
#[utoipa::path(get, path = "/api/v1/files/{id}", params(("id" = String, Path)), responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    crate::files::serve(&app, &caller.actor, id).await.map_err(|e| caller.fail(e))
}
