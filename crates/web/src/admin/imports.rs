//! Imports: the list, a table on its way (columns, preview, progress, bad rows), and what a log came to.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use desk::import::{Maker, Plan, Told, Tried, Upload, bad_rows, extra_fields, read_sheet};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::import::{DateOrder, ImportState, Line, Mapping, Noun, Wrong};
use domain::report::Difference;
use domain::time::{Timestamp, from_millis, to_millis};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::import::{self, ImportRow};
use words::Locale;

use crate::app::App;
use crate::error::WebError;
use crate::form::Fields;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::{self, Wrongs};

type Answered = Result<Response, WebError>;

#[derive(Template)]
#[template(path = "admin/imports.html")]
struct ListPage {
    ui: Ui,
    tab: &'static str,
    rows: Vec<ImportRow>,
    next: Option<String>,
    errors: Wrongs,
    noun: Noun,
    form: bool,
}

impl ListPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn nouns(&self) -> &'static [Noun] {
        Noun::ALL
    }
}

#[derive(Template)]
#[template(path = "admin/import.html")]
struct ImportPage {
    ui: Ui,
    tab: &'static str,
    row: ImportRow,
    plan: Plan,
    errors: Wrongs,
    fields: Vec<(String, String, Option<usize>)>,
    preview: Vec<Shown>,
    tried: Tried,
    bad: Vec<Shown>,
    differences: Vec<(i64, Difference, String)>,
    next: Option<i64>,
}

/// A row of the preview: its number, what it would become, or what is wrong with it.
struct Shown {
    no: i64,
    what: Vec<(String, String)>,
    wrong: String,
}

impl ImportPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn orders(&self) -> &'static [DateOrder] {
        DateOrder::ALL
    }
    fn order(&self) -> &'static str {
        self.plan.order.map_or("", DateOrder::as_str)
    }
    fn is(&self, state: &str) -> bool {
        self.row.state.as_str() == state
    }
    fn finished(&self) -> i64 {
        self.row.made + self.row.known + self.row.bad
    }
    fn unused(&self) -> String {
        self.plan.mapping.unused(&self.plan.head).join(", ")
    }
    fn separator(&self) -> &'static str {
        match self.plan.separator.as_str() {
            "\t" => self.ui.t("import-by-tab"),
            ";" => self.ui.t("import-by-semicolon"),
            _ => self.ui.t("import-by-comma"),
        }
    }
    /// How many rows were tried, and what it came to.
    fn said(&self) -> String {
        let (rows, bad) = (self.tried.rows.to_string(), self.tried.bad.len().to_string());
        let all = i64::try_from(self.tried.rows).is_ok_and(|n| n == self.row.all);
        let key = if all { "import-tried-all" } else { "import-tried" };
        words::t_args(self.ui.locale, key, &[("rows", &rows), ("bad", &bad)])
    }
    fn required(&self, field: &str) -> bool {
        let noun = self.row.source.parse::<Noun>();
        noun.is_ok_and(|n| n.required().contains(&field))
    }
    /// The name of a row of figures: ours in words, the log's own as it is.
    fn row_name(&self, name: &str) -> String {
        let key = format!("count-{name}");
        if words::has(self.ui.locale, &key) { self.ui.t(&key).to_owned() } else { name.to_owned() }
    }
    fn is_log(&self) -> bool {
        self.row.source.parse::<Noun>().is_err()
    }
}

const PAGE: i64 = 50;
/// Rows that the preview shows, and bad ones that it lists.
const PREVIEW: usize = 20;
const BAD: usize = 50;
/// Rows that the preview tries: as many as a person may wait for.
pub(crate) const TRIED: usize = 2_000;

/// Where the list continues.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    at: i64,
    before: String,
}

/// The imports, newest first.
pub(super) async fn list(State(app): State<App>, page: StaffPage, Query(after): Query<After>) -> Answered {
    listed(&app, &page, after, None).await
}

/// The form for a new table.
pub(super) async fn new(State(app): State<App>, page: StaffPage) -> Answered {
    listed(&app, &page, After::default(), Some((Noun::Tickets, Wrongs::default()))).await
}

async fn listed(app: &App, page: &StaffPage, after: After, form: Option<(Noun, Wrongs)>) -> Answered {
    page.need(Right::Import)?;
    let ui = page.ui(app, "admin").await?;
    let (at, before) = if after.before.is_empty() {
        (Timestamp::MAX, String::new())
    } else {
        (from_millis(after.at), after.before)
    };
    let read = app.desk.read(move |r| Ok(import::page(r, (at, &before), PAGE + 1)?));
    let mut rows = read.await.map_err(|e| page.visitor.fail(e))?;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more);
    let next = next.map(|r| format!("/admin/imports?at={}&before={}", to_millis(r.created_at), r.id));
    let is_form = form.is_some();
    let (noun, errors) = form.unwrap_or((Noun::Tickets, Wrongs::default()));
    render(&ListPage { ui, tab: "imports", rows, next, errors, noun, form: is_form }, &page.visitor)
}

/// Takes a table in; then its columns are told.
pub(super) async fn upload(
    State(app): State<App>,
    page: StaffPage,
    form: Result<Multipart, MultipartRejection>,
) -> Answered {
    page.need(Right::Import)?;
    let (noun, file) = match form {
        Ok(form) => received(form).await.map_err(|e| page.visitor.fail(e))?,
        Err(_) => (Noun::Tickets, None),
    };
    let read = match file {
        Some((name, bytes)) => read_sheet(&bytes).map(|sheet| Upload { noun, name, sheet }),
        None => Err(Error::field("file", "required")),
    };
    match read {
        Ok(file) => {
            let made = desk::import::upload(&app.desk, page.actor(), file, &words::vocabulary()).await;
            let id = made.map_err(|e| page.visitor.fail(e))?;
            Ok(Redirect::to(&format!("/admin/imports/{id}")).into_response())
        }
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            listed(&app, &page, After::default(), Some((noun, errors))).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

pub(crate) type Received = (Noun, Option<(String, Vec<u8>)>);

pub(crate) async fn received(mut form: Multipart) -> desk::Result<Received> {
    let bad = |e: axum::extract::multipart::MultipartError| Error::field("file", &e.body_text());
    let (mut noun, mut file) = (Noun::Tickets, None);
    while let Some(field) = form.next_field().await.map_err(bad)? {
        if field.name() == Some("of") {
            let text = field.text().await.map_err(bad)?;
            noun = text.parse().map_err(|_| Error::field("of", "bad_value"))?;
        } else if let Some(name) = field.file_name().map(str::to_owned) {
            let bytes = field.bytes().await.map_err(bad)?;
            file = (!name.is_empty()).then(|| (name, bytes.to_vec()));
        }
    }
    Ok((noun, file))
}

/// Where the differences continue.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Position {
    after: i64,
}

/// One import: what is to be done next with it, or what it came to.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(position): Query<Position>,
) -> Answered {
    shown(&app, &page, id, position.after, None, Wrongs::default()).await
}

async fn shown(
    app: &App,
    page: &StaffPage,
    id: String,
    after: i64,
    told: Option<&Told>,
    errors: Wrongs,
) -> Answered {
    page.need(Right::Import)?;
    let fail = |e| page.visitor.fail(e);
    let ui = page.ui(app, "admin").await?;
    let (desk, key) = (app.desk.clone(), id.clone());
    let read = app.desk.read(move |r| {
        let row = import::one(r, &key)?.ok_or(Error::NotFound)?;
        let found = import::differences::<Difference>(r, &key, after, PAGE + 1)?;
        Ok((row, found, desk.rules_in(r)?))
    });
    let (row, mut found, rules) = read.await.map_err(fail)?;
    let mut plan = Plan::of(&row);
    if let Some(told) = told {
        plan.mapping = told.mapping.clone();
        plan.zone.clone_from(&told.zone);
        plan.order = Some(told.order);
    }
    let mut fields = Vec::new();
    let mut tried = Tried::default();
    if let (Ok(noun), ImportState::Draft) = (row.source.parse::<Noun>(), row.state) {
        let own = noun.fields().iter().map(|f| ((*f).to_owned(), words::column(ui.locale, f)));
        let all = own.chain(extra_fields(noun, &rules.fields));
        fields = all
            .map(|(f, name)| (plan.mapping.0.get(&f).copied(), f, name))
            .map(|(i, f, n)| (f, n, i))
            .collect();
        if errors.is_empty() {
            let words = words::vocabulary();
            tried = desk::import::preview(&app.desk, id, words, (TRIED, PREVIEW)).await.map_err(fail)?;
        }
    }
    let preview = tried.first.iter().map(|(no, line)| in_words(&ui, *no, line)).collect();
    let later = tried.bad.iter().filter(|(no, _)| !tried.first.iter().any(|(n, _)| n == no)).take(BAD);
    let bad = later.map(|(no, wrong)| in_words(&ui, *no, &Err(wrong.clone()))).collect();
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|(no, _)| *no);
    let zone = ui.zone.clone();
    let why = |d: &Difference| words::difference(ui.locale, &zone, d);
    let differences =
        found.into_iter().map(|(no, d)| (no, why(&d), d)).map(|(no, w, d)| (no, d, w)).collect();
    render(
        &ImportPage { ui, tab: "imports", row, plan, errors, fields, preview, tried, bad, differences, next },
        &page.visitor,
    )
}

fn in_words(ui: &Ui, no: i64, line: &Result<Line, Vec<Wrong>>) -> Shown {
    let at = |t: Option<Timestamp>| t.map(|t| ui.full(&t)).unwrap_or_default();
    let (what, wrong) = match line {
        Ok(Line::Ticket(t)) => {
            let severity = t.given.severity.map_or("", |s| ui.w("severity", s.as_str()));
            let who = format!("{} {}", t.requester_name, t.requester);
            let pairs = [
                ("title", t.title.clone()),
                ("requester", who.trim().to_owned()),
                ("organisation", t.organisation.clone()),
                ("severity", severity.to_owned()),
                ("received_at", at(t.received_at)),
                ("resolved_at", at(t.resolved_at)),
                ("closed_at", at(t.closed_at)),
                ("group", t.group.clone()),
                ("assignee", t.assignee.clone()),
            ];
            (pairs.to_vec(), String::new())
        }
        Ok(Line::Customer(c)) => {
            let points = c.points.iter().map(|p| p.value.clone()).collect::<Vec<_>>().join(", ");
            let pairs = [
                ("organisation", c.organisation.clone()),
                ("domain", c.domains.join(", ")),
                ("contact", c.contact.clone()),
                ("email", points),
                ("position", c.position.clone()),
            ];
            (pairs.to_vec(), String::new())
        }
        Err(wrong) => (Vec::new(), words::wrong(ui.locale, wrong)),
    };
    let what = what.into_iter().filter(|(_, v)| !v.is_empty());
    Shown { no, what: what.map(|(k, v)| (words::column(ui.locale, k), v)).collect(), wrong }
}

/// Saves what the columns mean and shows the preview; with `run` the rows are made.
pub(super) async fn told(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Fields(form): Fields<BTreeMap<String, String>>,
) -> Answered {
    page.need(Right::Import)?;
    let told = read_form(&form).map_err(|e| page.visitor.fail(e))?;
    let saved = desk::import::tell(&app.desk, page.actor(), id.clone(), told.clone()).await;
    let done = match saved {
        Ok(()) if form.contains_key("run") => {
            desk::import::start(&app.desk, page.actor(), id.clone(), Maker::Workers).await
        }
        saved => saved,
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/admin/imports/{id}")).into_response()),
        Err(Error::Invalid(fields)) => {
            let errors = wrong_columns(&fields, page.visitor.locale);
            shown(&app, &page, id, 0, Some(&told), errors).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// Each field is said as the column that it is.
fn wrong_columns(fields: &[FieldError], locale: Locale) -> Wrongs {
    let one = |f: &FieldError| {
        let say =
            |field: &str| words::wrong(locale, &[Wrong { field: field.to_owned(), issue: f.issue.clone() }]);
        let of = if ["zone", "order"].contains(&f.field.as_str()) { "" } else { "column." };
        wrong::Wrong { control: format!("{of}{}", f.field), why: say(""), said: say(&f.field) }
    };
    fields.iter().map(one).collect()
}

fn read_form(form: &BTreeMap<String, String>) -> desk::Result<Told> {
    let text = |name: &str| form.get(name).map_or("", String::as_str);
    let columns = form.iter().filter_map(|(name, value)| Some((name.strip_prefix("column.")?, value)));
    let chosen = columns.filter(|(_, v)| !v.is_empty());
    let mapping = chosen
        .map(|(field, v)| {
            let column = v.parse().map_err(|_| Error::field(field, "bad_value"))?;
            Ok((field.to_owned(), column))
        })
        .collect::<desk::Result<_>>()?;
    Ok(Told {
        mapping: Mapping(mapping),
        zone: text("zone").trim().to_owned(),
        order: text("order").parse().map_err(|_| Error::field("order", "bad_value"))?,
        version: text("version").parse().map_err(|_| Error::field("version", "bad_value"))?,
    })
}

/// Forgets an import that has not begun or is done.
pub(super) async fn discard(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let done = desk::import::discard(&app.desk, page.actor(), id).await;
    done.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/admin/imports"))
}

/// The bad rows with their reasons, to be corrected and imported again.
pub(super) async fn bad(State(app): State<App>, page: StaffPage, Path(id): Path<String>) -> Answered {
    page.need(Right::Import)?;
    let bytes = bad_table(&app, id).await.map_err(|e| page.visitor.fail(e))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"bad-rows.csv\""),
    ];
    Ok((headers, bytes).into_response())
}

/// The bad rows as CSV, with their reasons in both languages.
pub(crate) async fn bad_table(app: &App, id: String) -> desk::Result<Vec<u8>> {
    let heads = Locale::ALL.map(|l| words::t(l, "import-why").to_owned()).to_vec();
    let say = |wrong: &[Wrong]| Locale::ALL.map(|l| words::wrong(l, wrong)).to_vec();
    bad_rows(&app.desk, id, heads, say).await
}
