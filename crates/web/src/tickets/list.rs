//! The list with its queues, saved views and notices.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use desk::risk::{AtRisk, risks_of};
use desk::{Error, FieldError};
use domain::access::{Actor, Right};
use domain::field::Field;
use domain::queue::Queue;
use store::Read;
use store::staff::{GroupRow, StaffRow};
use store::ticket::ListRow;

use super::ListQuery;
use super::columns::{self, Column};
use super::filters::{Filters, Known};
use super::query::Asked;
use crate::app::App;
use crate::chip::{Chip, Moves};
use crate::error::{WebError, field_text};
use crate::session::{StaffPage, Visitor};
use crate::table::Table;
use crate::ui::Ui;
use crate::wrong::said_at_fields;

/// A row with its chip.
struct Row {
    row: ListRow,
    chip: Option<Chip>,
}

impl Row {
    fn new(ui: &Ui, Marked { row, moves, risks }: Marked) -> Self {
        let chip = row.nearest.map(|nearest| {
            // What is said of the nearest promise comes before what is said of another.
            let risk = risks.iter().find(|r| r.clock.0 == nearest.0).or(risks.first());
            let of = risk.map_or(nearest.0, |r| r.clock.0);
            let chip = Chip::nearest(ui.locale, &row.number, nearest, moves, ui.now);
            chip.at_risk(ui.locale, of, risk.map(|r| &r.risk))
        });
        Self { row, chip }
    }
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
    /// What a list that is to be printed says of itself.
    printed: Option<String>,
    filtered: bool,
    /// The same list without any filter.
    cleared: String,
    filters: Filters,
    errors: Vec<String>,
    groups: Vec<GroupRow>,
    people: Vec<StaffRow>,
    columns: Vec<Column>,
    /// Nobody chose them: where there is little room, some stay away.
    usual: bool,
    all_columns: Vec<Column>,
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

/// A row with what may be said of its promises.
struct Marked {
    row: ListRow,
    moves: Moves,
    risks: Vec<AtRisk>,
}

/// What is read for a list.
struct Found {
    asked: Option<Asked>,
    wrong: Vec<FieldError>,
    rows: Vec<Marked>,
    fields: Vec<Field>,
    known: Known,
}

/// The list; with htmx only its rows, for paging and live refresh. A filter that means nothing is named above an
/// empty list, so that it can be put right.
pub(super) async fn list(
    State(app): State<App>,
    page: StaffPage,
    jar: CookieJar,
    query: ListQuery,
) -> Result<Response, WebError> {
    shown(&app, &page, &jar, query, Extent::Page).await
}

/// The whole list on one page, to be printed; up to a bound.
pub(super) async fn print(
    State(app): State<App>,
    page: StaffPage,
    jar: CookieJar,
    mut query: ListQuery,
) -> Result<Response, WebError> {
    query.cursor.clear();
    shown(&app, &page, &jar, query, Extent::Print).await
}

/// How much of the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// As much as its address says.
    Page,
    /// As much as anybody prints.
    Print,
}

/// Rows that are printed at most, unless the address says how many.
const PRINTED: i64 = 1_000;

async fn shown(
    app: &App,
    page: &StaffPage,
    jar: &CookieJar,
    query: ListQuery,
    extent: Extent,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(app, "tickets").await?;
    let found = find(app, page, &query, extent).await.map_err(|e| page.visitor.fail(e))?;
    let Found { asked, wrong, mut rows, fields, known } = found;
    let all_columns = columns::all(ui.locale, &fields);
    let kept = jar.get(columns::COOKIE).map(|c| c.value().to_owned()).unwrap_or_default();
    let columns = columns::chosen(&all_columns, &query.columns, &kept);
    let limit = asked.as_ref().map_or(0, |a| usize::try_from(a.limit).unwrap_or(usize::MAX));
    let more = rows.len() > limit;
    rows.truncate(limit);
    let query = named(query, asked.as_ref());
    let printed = (extent == Extent::Print && asked.is_some()).then(|| printed(&ui, rows.len(), more));
    let rest = rows.last().filter(|_| more && printed.is_none());
    let next = rest.map(|m| query.address(&m.row.cursor.encode()));
    let rows: Vec<Row> = rows.into_iter().map(|found| Row::new(&ui, found)).collect();
    if page.visitor.part {
        return render(&RowsPart { ui, rows, next, columns }, &page.visitor);
    }
    let here = query.address("");
    let title = title(&ui, &query);
    let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    let people = known.people.iter().filter(|p| p.active).cloned().collect();
    let refused = !wrong.is_empty();
    let view = ListPage {
        title,
        rows,
        next,
        here,
        usual: columns::are_usual(&names, &kept),
        first_page: query.cursor.is_empty(),
        printed,
        filtered: query.is_filtered(),
        cleared: cleared(&query),
        errors: wrong.iter().map(|f| field_text(f, ui.locale)).collect(),
        groups: known.groups.iter().filter(|g| g.active).cloned().collect(),
        people,
        view_address: ListQuery { columns: names.join(","), ..query.clone() }.address(""),
        filters: Filters::new(&ui, &query, asked.as_ref(), known),
        columns,
        all_columns,
        query,
        ui,
    };
    let mut response = render(&view, &page.visitor)?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The name of the queue, or of the saved view whose address this is.
fn title(ui: &Ui, query: &ListQuery) -> String {
    let queue = query.view.parse::<Queue>().map_or(ui.t("queue-all"), |q| ui.w("queue", q.as_str()));
    let used = ui.view_in_use(query);
    let view = ui.views.iter().find(|v| used == Some(v.0.as_str()));
    view.map_or(queue, |v| v.1.as_str()).to_owned()
}

/// The same list without any filter.
fn cleared(query: &ListQuery) -> String {
    let (view, order, columns) = (query.view.clone(), query.order.clone(), query.columns.clone());
    ListQuery { view, order, columns, ..ListQuery::default() }.address("")
}

/// How much there is on paper, and whether that is all.
fn printed(ui: &Ui, rows: usize, more: bool) -> String {
    ui.t1(if more { "print-cut" } else { "print-whole" }, "n", rows)
}

async fn find(app: &App, page: &StaffPage, query: &ListQuery, extent: Extent) -> desk::Result<Found> {
    let (desk, scope, me, query) =
        (app.desk.clone(), page.actor().scope(), page.staff.clone(), query.clone());
    let (filtered, part) = (query.is_filtered(), page.visitor.part);
    let courses = app.desk.courses().await?;
    let read = move |r: &mut Read<'_>| {
        let rules = desk.rules_in(r)?;
        let (asked, wrong) = match query.ask(r, &rules, Some(&me)) {
            Ok(asked) if extent == Extent::Print && query.limit.is_empty() => {
                (Some(Asked { limit: PRINTED, ..asked }), Vec::new())
            }
            Ok(asked) => (Some(asked), Vec::new()),
            Err(Error::Invalid(wrong)) if !part => (None, wrong),
            Err(e) => return Err(e),
        };
        let rows = match &asked {
            Some(a) => store::ticket::list(r, &scope, &a.filter, a.order, a.after.as_ref(), a.limit + 1)?,
            None => Vec::new(),
        };
        let promised = rows.iter().filter(|row| row.nearest.is_some());
        let ids: Vec<_> = promised.map(|row| row.id.clone()).collect();
        let running = store::ticket::running_of(r, &ids)?;
        let now = r.now();
        let marked = rows.into_iter().map(|row| {
            let Some(running) = running.get(&row.id) else {
                return Marked { row, moves: Moves::No, risks: Vec::new() };
            };
            let risks = risks_of(now, &rules, &courses, (&row.sort(), running));
            Marked { moves: Moves::of(&row, running, &rules), risks, row }
        });
        let rows = marked.collect();
        let fields = rules.fields.clone();
        Ok(Found { asked, wrong, rows, known: Known::read(r, &query, fields.clone())?, fields })
    };
    if filtered { app.desk.read(read).await } else { app.desk.peek(read).await }
}

/// The address with ids where a person typed names.
fn named(query: ListQuery, asked: Option<&Asked>) -> ListQuery {
    let Some(asked) = asked else { return query };
    let organisation = asked.organisations.iter().map(|(id, _)| id.0.clone()).collect();
    ListQuery { organisation, ..query }
}

const EXPORT: i64 = 20_000;

/// The list as a file: the same filters, order and columns.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    jar: CookieJar,
    query: ListQuery,
) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    page.need(Right::Export)?;
    let ui = page.ui(&app, "tickets").await?;
    let (scope, desk, me, asks) = (page.actor().scope(), app.desk.clone(), page.staff.clone(), query.clone());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let asked = asks.ask(r, &rules, Some(&me))?;
        let rows = store::ticket::list(r, &scope, &asked.filter, asked.order, asked.after.as_ref(), EXPORT)?;
        Ok((rows, rules.fields.clone()))
    });
    let (rows, fields) = read.await.map_err(|e| page.visitor.fail(e))?;
    let kept = jar.get(columns::COOKIE).map(|c| c.value().to_owned()).unwrap_or_default();
    let columns = columns::chosen(&columns::all(ui.locale, &fields), &query.columns, &kept);
    let columns = columns::exported(&columns::all(ui.locale, &fields), columns, ui.locale);
    let cells = |row: &ListRow| columns.iter().map(|c| c.cell(row, &ui)).collect();
    let rows = rows.iter().map(cells).collect();
    let head = columns.iter().map(|c| c.label.clone()).collect();
    let sheet = ui.t("nav-tickets");
    Table { name: "tickets", sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}

/// The sidebar's queues with their counts, for live refresh.
pub(super) async fn queues(
    State(app): State<App>,
    page: StaffPage,
    query: ListQuery,
) -> Result<Response, WebError> {
    let ui = page.ui(&app, "tickets").await?;
    render(&QueuesPart { ui, query }, &page.visitor)
}

/// A template as an answer: 422 if it says what is wrong with what was sent.
pub(crate) fn render(template: &impl Template, visitor: &Visitor) -> Result<Response, WebError> {
    match template.render() {
        Ok(html) => {
            let (html, wrong) = said_at_fields(html);
            let mut response = Html(html).into_response();
            if wrong {
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            }
            if visitor.said.is_some() && !visitor.part {
                crate::said::forget(&mut response);
            }
            Ok(response)
        }
        Err(e) => Err(visitor.fail(Error::Internal(e.to_string()))),
    }
}

impl ListPage {
    /// The whole list on one page.
    fn print(&self) -> String {
        self.view_address.replacen("/tickets", "/tickets/print", 1)
    }
    fn export(&self, extension: &str) -> String {
        self.view_address.replacen("/tickets", &format!("/tickets/export/{extension}"), 1)
    }
    fn has_own_views(&self) -> bool {
        self.ui.views.iter().any(|v| v.3)
    }
    /// What an extra field is asked to be.
    fn asked(&self, key: &str) -> &str {
        let of = |(name, _): &(&String, &String)| name.split_once('.').is_some_and(|(_, k)| k == key);
        self.query.rest.iter().find(of).map(|(_, v)| v.as_str()).unwrap_or_default()
    }
    fn shows(&self, column: &Column) -> bool {
        self.columns.contains(column)
    }
}
