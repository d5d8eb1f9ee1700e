//! The list with its queues, saved views and notices.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use desk::Error;
use domain::access::{Actor, Right};
use domain::field::Field;
use domain::id::ViewId;
use domain::queue::Queue;
use domain::ticket::{IssueClass, Kind, Severity, Status};
use serde::Deserialize;
use store::Read;
use store::directory::ProductRow;
use store::staff::{GroupRow, StaffRow};
use store::ticket::{ListRow, SavedView};

use super::ListQuery;
use super::columns::{self, Column};
use crate::app::App;
use crate::chip::Chip;
use crate::error::WebError;
use crate::form::Fields;
use crate::session::{StaffPage, Visitor};
use crate::table::Table;
use crate::ui::Ui;

/// A row with its chip.
struct Row {
    row: ListRow,
    chip: Option<Chip>,
}

#[derive(Template)]
#[template(path = "tickets/list.html")]
struct ListPage {
    ui: Ui,
    title: String,
    query: ListQuery,
    rows: Vec<Row>,
    next: Option<String>,
    here: String,
    first_page: bool,
    filtered: bool,
    groups: Vec<GroupRow>,
    people: Vec<StaffRow>,
    products: Vec<ProductRow>,
    columns: Vec<Column>,
    all_columns: Vec<Column>,
    fields: Vec<Field>,
    /// With the columns said, so that a saved view keeps them.
    view_address: String,
}

#[derive(Template)]
#[template(path = "tickets/_rows.html")]
struct RowsPart {
    ui: Ui,
    rows: Vec<Row>,
    next: Option<String>,
    columns: Vec<Column>,
}

#[derive(Template)]
#[template(path = "_queues.html")]
struct QueuesPart {
    ui: Ui,
    query: ListQuery,
}

/// The start: staff go to their queue, customers to their portal.
pub(super) async fn home(visitor: Visitor) -> Redirect {
    match visitor.actor() {
        Actor::Contact(_) => Redirect::to("/portal"),
        _ => Redirect::to("/tickets?view=mine"),
    }
}

/// The list; with htmx only its rows, for paging and live refresh.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    jar: CookieJar,
    Query(query): Query<ListQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "tickets").await?;
    let asked = query.read(Some(&page.staff)).map_err(|e| page.visitor.fail(e))?;
    let scope = page.actor().scope();
    let (filter, order, after, limit) = (asked.filter, asked.order, asked.after, asked.limit);
    let first_page = after.is_none();
    let desk = app.desk.clone();
    let read = move |r: &mut Read<'_>| {
        let rows = store::ticket::list(r, &scope, &filter, order, after.as_ref(), limit + 1)?;
        let fields = desk.rules_in(r)?.fields.clone();
        Ok((rows, fields, store::staff::groups(r)?, store::staff::all(r)?, store::directory::products(r)?))
    };
    let read = if query.is_filtered() { app.desk.read(read).await } else { app.desk.peek(read).await };
    let (mut rows, fields, groups, people, products) = read.map_err(|e| page.visitor.fail(e))?;
    let all_columns = columns::all(ui.locale, &fields);
    let kept = jar.get(columns::COOKIE).map(|c| c.value().to_owned()).unwrap_or_default();
    let columns = columns::chosen(&all_columns, &query.columns, &kept);
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|r| query.address(&r.cursor.encode()));
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|row| Row { chip: row.nearest.map(|n| Chip::nearest(ui.locale, n, ui.now)), row })
        .collect();
    if page.visitor.part {
        return render(&RowsPart { ui, rows, next, columns }, &page.visitor);
    }
    let title =
        query.view.parse::<Queue>().map_or(ui.t("queue-all"), |q| ui.w("queue", q.as_str())).to_owned();
    let people = people.into_iter().filter(|p| p.active).collect();
    let filtered = query.is_filtered();
    let here = query.address("");
    let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    let view_address = ListQuery { columns: names.join(","), ..query.clone() }.address("");
    let view = ListPage {
        ui,
        title,
        query,
        rows,
        next,
        here,
        first_page,
        filtered,
        groups,
        people,
        products,
        columns,
        all_columns,
        fields,
        view_address,
    };
    render(&view, &page.visitor)
}

const EXPORT: i64 = 20_000;

/// The list as a file: the same filters, order and columns.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    jar: CookieJar,
    Query(query): Query<ListQuery>,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "tickets").await?;
    let asked = query.read(Some(&page.staff)).map_err(|e| page.visitor.fail(e))?;
    let (scope, desk) = (page.actor().scope(), app.desk.clone());
    let read = app.desk.read(move |r| {
        let rows = store::ticket::list(r, &scope, &asked.filter, asked.order, asked.after.as_ref(), EXPORT)?;
        Ok((rows, desk.rules_in(r)?.fields.clone()))
    });
    let (rows, fields) = read.await.map_err(|e| page.visitor.fail(e))?;
    let kept = jar.get(columns::COOKIE).map(|c| c.value().to_owned()).unwrap_or_default();
    let columns = columns::chosen(&columns::all(ui.locale, &fields), &query.columns, &kept);
    let cells = |row: &ListRow| columns.iter().map(|c| c.text(row, &ui)).collect();
    let rows = rows.iter().map(cells).collect();
    let head = columns.iter().map(|c| c.label.clone()).collect();
    Table { name: "tickets", head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}

/// The sidebar's queues with their counts, for live refresh.
pub(super) async fn queues(
    State(app): State<App>,
    page: StaffPage,
    Query(query): Query<ListQuery>,
) -> Result<Response, WebError> {
    let ui = page.ui(&app, "tickets").await?;
    render(&QueuesPart { ui, query }, &page.visitor)
}

/// A template as an answer.
pub(crate) fn render(template: &impl Template, visitor: &Visitor) -> Result<Response, WebError> {
    match template.render() {
        Ok(html) => Ok(Html(html).into_response()),
        Err(e) => Err(visitor.fail(Error::Internal(e.to_string()))),
    }
}

/// The form that saves a view.
#[derive(Deserialize)]
pub(super) struct ViewForm {
    name: String,
    query: String,
    #[serde(default)]
    shared: String,
}

/// Keeps the list's present address under a name.
pub(super) async fn save_view(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<ViewForm>,
) -> Result<Redirect, WebError> {
    let to = form.query.clone();
    if form.name.trim().is_empty() {
        return Err(page.visitor.fail(Error::field("name", "required")));
    }
    if !to.starts_with("/tickets") {
        return Err(page.visitor.fail(Error::field("query", "bad_value")));
    }
    let me = page.staff.id.clone();
    let saved = app.desk.write(page.actor(), move |unit| {
        let view = SavedView {
            id: ViewId(unit.work.next_id()),
            staff: me.clone(),
            shared: !form.shared.is_empty(),
            name: form.name.trim().to_owned(),
            query: form.query.clone(),
        };
        Ok(store::ticket::save_view(unit.work, &view)?)
    });
    saved.await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to(&to))
}

/// Forgets a view of one's own.
pub(super) async fn delete_view(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let me = page.staff.id.clone();
    let gone = app.desk.write(page.actor(), move |unit| {
        Ok(store::ticket::delete_view(unit.work, &ViewId(id.clone()), &me)?)
    });
    gone.await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/tickets"))
}

impl ListPage {
    fn export(&self, extension: &str) -> String {
        self.view_address.replacen("/tickets", &format!("/tickets/export/{extension}"), 1)
    }
    fn has_own_views(&self) -> bool {
        self.ui.views.iter().any(|v| v.3)
    }
    /// What an extra field is asked to be.
    fn asked(&self, key: &str) -> &str {
        self.query.rest.get(&format!("x.{key}")).map(String::as_str).unwrap_or_default()
    }
    fn shows(&self, column: &Column) -> bool {
        self.columns.contains(column)
    }
    fn statuses(&self) -> &'static [Status] {
        Status::ALL
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn classes(&self) -> &'static [IssueClass] {
        IssueClass::ALL
    }
    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }
}
