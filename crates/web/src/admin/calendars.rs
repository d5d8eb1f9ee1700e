//! Calendars: the list, and one as a form with a preview of what its next revision changes.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::admin::{Recounting, preview_calendar, recounting, save_calendar};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::calendar::CalendarDoc;
use domain::id::CalendarId;
use domain::ticket::decide::Rules;
use serde::Deserialize;
use store::revision;
use words::t_args;

use super::calendar_form::{CalendarForm, week_text, write_years};
use super::calendar_preview::{Preview, Year};
use super::calendar_take::{self, Taken};
use super::history::{Revisions, Which, revisions};
use super::pairs::{Pairs, conflict};
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// A line of the list.
struct Line {
    id: String,
    name: String,
    week: String,
    zone: String,
    exceptions: usize,
    coverage: String,
    running: i64,
    rev: i64,
    edited: String,
}

#[derive(Template)]
#[template(path = "admin/calendars.html")]
struct CalendarsPage {
    ui: Ui,
    tab: &'static str,
    lines: Vec<Line>,
}

impl CalendarsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// All calendars with their hours and what counts in them.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let ui = page.ui(&app, "admin").await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let running: BTreeMap<_, _> = revision::running_clocks(r)?.into_iter().collect();
        let edited: BTreeMap<_, _> = revision::calendars_edited(r)?.into_iter().collect();
        Ok((desk.rules_in(r)?, running, edited))
    });
    let (rules, running, edited) = read.await.map_err(|e| page.visitor.fail(e))?;
    let line = |(id, c): (&CalendarId, &domain::ticket::decide::CalendarRev)| Line {
        id: id.0.clone(),
        name: c.name.clone(),
        week: week_text(ui.locale, &c.doc),
        zone: c.doc.time_zone.clone(),
        exceptions: c.doc.exceptions.len(),
        coverage: write_years(&c.doc.coverage),
        running: running.get(id).copied().unwrap_or(0),
        rev: c.rev,
        edited: edited.get(id).map(|at| ui.when(at)).unwrap_or_default(),
    };
    let lines = rules.calendars.iter().map(line).collect();
    render(&CalendarsPage { ui, tab: "calendars", lines }, &page.visitor)
}

#[derive(Template)]
#[template(path = "admin/calendar.html")]
struct CalendarPage {
    ui: Ui,
    tab: &'static str,
    form: CalendarForm,
    newest: i64,
    shown: Option<i64>,
    said: Option<String>,
    /// What was taken over and has to be looked at, line by line.
    doubts: Vec<(String, Vec<String>)>,
    recounting: Recounting,
    errors: Wrongs,
    theirs: Option<CalendarForm>,
    preview: Option<Preview>,
    year: Option<Year>,
}

impl CalendarPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn next(&self) -> i64 {
        self.newest + 1
    }
    /// Does a year stand open? The present one and the next do.
    fn is_near(&self, year: i16) -> bool {
        let now = self.ui.now.to_zoned(self.ui.zone.clone()).year();
        year >= now
    }
    fn clocks_text(&self, p: &Preview) -> String {
        let c = &p.clocks;
        let key = if c.newly_late > 0 { "preview-clocks-late" } else { "preview-clocks" };
        let (running, changed, late) =
            (c.running.to_string(), c.changed.to_string(), c.newly_late.to_string());
        t_args(self.ui.locale, key, &[("running", &running), ("changed", &changed), ("late", &late)])
    }
    fn year_text(&self, y: &Year) -> String {
        let (year, days) = (y.year.to_string(), y.open_days.to_string());
        t_args(self.ui.locale, "preview-year", &[("year", &year), ("days", &days), ("hours", &y.hours)])
    }
    /// The fields that the other editor left different, as they have them now.
    fn differences(&self) -> Vec<(String, String)> {
        let Some(theirs) = &self.theirs else { return Vec::new() };
        let years = |f: &CalendarForm| f.years.iter().map(|y| y.text.clone()).collect::<Vec<_>>().join("\n");
        let week = |f: &CalendarForm| {
            let days = f.days().into_iter().filter(|(_, w)| !w.is_empty());
            days.map(|(d, w)| format!("{} {w}", self.ui.w("weekday", d))).collect::<Vec<_>>().join("\n")
        };
        let rows = [
            ("field-name", self.form.name.clone(), theirs.name.clone()),
            ("field-time_zone", self.form.time_zone.clone(), theirs.time_zone.clone()),
            ("field-week", week(&self.form), week(theirs)),
            ("field-makeup", self.form.makeup.clone(), theirs.makeup.clone()),
            ("field-exceptions", years(&self.form), years(theirs)),
            ("field-coverage", self.form.coverage.clone(), theirs.coverage.clone()),
        ];
        let differ = rows.into_iter().filter(|(_, mine, theirs)| mine.trim() != theirs.trim());
        differ.map(|(field, _, theirs)| (self.ui.t(field).to_owned(), theirs)).collect()
    }
}

/// What the form shows beside its fields.
#[derive(Default)]
struct Beside {
    shown: Option<i64>,
    said: Option<String>,
    doubts: Vec<(String, Vec<String>)>,
    errors: Vec<FieldError>,
    theirs: Option<CalendarForm>,
    preview: Option<Preview>,
    year: Option<Year>,
}

async fn shown(
    app: &App,
    page: &StaffPage,
    form: CalendarForm,
    newest: i64,
    beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let recounting = left(app, page, &form.id).await?;
    let Beside { shown, said, doubts, errors, theirs, preview, year } = beside;
    let (tab, errors) = ("calendars", form.wrongs(&errors, ui.locale));
    let view = CalendarPage {
        ui,
        tab,
        form,
        newest,
        shown,
        said,
        doubts,
        recounting,
        errors,
        theirs,
        preview,
        year,
    };
    render(&view, &page.visitor)
}

/// Which document fills the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// An earlier revision, to look at or to bring back.
    rev: Option<i64>,
    /// The calendar that a new one copies.
    from: String,
    saved: String,
    /// The year to look at; the present one if absent.
    year: Option<i16>,
}

/// What is still to be read again with the newest revision.
async fn left(app: &App, page: &StaffPage, id: &str) -> Result<Recounting, WebError> {
    let all = app.desk.read(recounting).await.map_err(|e| page.visitor.fail(e))?;
    Ok(all.into_iter().find(|(of, _)| of.as_str() == id).map(|(_, left)| left).unwrap_or_default())
}

async fn rules_of(app: &App, page: &StaffPage) -> Result<std::sync::Arc<Rules>, WebError> {
    let desk = app.desk.clone();
    app.desk.read(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))
}

/// A calendar in the form: its newest revision, an earlier one, or a copy of another.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let rules = rules_of(&app, &page).await?;
    let (locale, this_year) = (page.visitor.locale, year_now(&app, &rules));
    if id == "new" {
        let from = rules.calendars.get(&CalendarId(asked.from)).map(|c| &c.doc).cloned();
        let doc = from.unwrap_or_else(|| blank(&rules));
        let form = CalendarForm::of(locale, ("new", 0, ""), &doc, this_year);
        return shown(&app, &page, form, 0, Beside::default()).await;
    }
    let kept =
        rules.calendars.get(&CalendarId(id.clone())).ok_or_else(|| page.visitor.fail(Error::NotFound))?;
    let earlier = asked.rev.filter(|rev| *rev != kept.rev);
    let doc = match earlier {
        None => kept.doc.clone(),
        Some(rev) => document(&app, &page, &id, rev).await?,
    };
    let form = CalendarForm::of(locale, (&id, kept.rev, &kept.name), &doc, this_year);
    let rev = kept.rev.to_string();
    let counts = left(&app, &page, &id).await?.tickets == 0;
    let key = match asked.saved.as_str() {
        UNCHANGED => "rules-unchanged",
        _ if counts => "calendar-saved",
        _ => "calendar-saved-only",
    };
    let said = (!asked.saved.is_empty()).then(|| t_args(locale, key, &[("rev", &rev)]));
    let year = doc.compile().ok().map(|c| Year::of(locale, in_reach(asked.year, this_year), &c, None));
    shown(&app, &page, form, kept.rev, Beside { shown: earlier, said, year, ..Beside::default() }).await
}

async fn document(app: &App, page: &StaffPage, id: &str, rev: i64) -> Result<CalendarDoc, WebError> {
    let id = CalendarId::from(id);
    let read = app.desk.read(move |r| revision::calendar_doc(r, &id, rev)?.ok_or(Error::NotFound));
    read.await.map_err(|e| page.visitor.fail(e))
}

fn year_now(app: &App, rules: &Rules) -> i16 {
    app.desk.now().to_zoned(rules.settings.zone()).year()
}

/// The year that is asked for, if calendars reach so far.
fn in_reach(asked: Option<i16>, this_year: i16) -> i16 {
    asked.filter(|y| (1990..=2200).contains(y)).unwrap_or(this_year)
}

/// A new calendar begins with a plain working week.
fn blank(rules: &Rules) -> CalendarDoc {
    let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
    CalendarDoc {
        time_zone: rules.settings.time_zone.clone(),
        always_open: false,
        week: std::array::from_fn(|i| if i < 5 { day() } else { Vec::new() }),
        makeup: Vec::new(),
        exceptions: Vec::new(),
        coverage: std::collections::BTreeSet::new(),
    }
}

/// Shows what the form would change, or saves it as the next revision.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let rules = rules_of(&app, &page).await?;
    let mut form = CalendarForm::sent(&id, &pairs);
    let key = CalendarId(if id == "new" { String::new() } else { id });
    let newest = rules.calendars.get(&key).map_or(0, |c| c.rev);
    let result = match (form.read(), pairs.wish()) {
        (Err(wrong), _) => Err(Error::Invalid(wrong)),
        (Ok(doc), ("preview", year)) => {
            let asked = (year.parse().ok(), None);
            return preview(&app, &page, &rules, (form, key), doc, asked).await;
        }
        (Ok(doc), ("take", _)) => {
            match calendar_take::read(pairs.get("announcement"), year_now(&app, &rules), &doc) {
                Ok(announced) => {
                    let year = announced.years().pop_last().or(announced.days.first().map(|d| d.date.year()));
                    let asked = (year, Some(Taken::of(page.visitor.locale, &announced)));
                    return preview(&app, &page, &rules, (form, key), doc.with_announced(&announced), asked)
                        .await;
                }
                Err(wrong) => {
                    form.announcement = pairs.get("announcement").to_owned();
                    Err(Error::Invalid(vec![wrong]))
                }
            }
        }
        (Ok(doc), _) => save_calendar(&app.desk, page.actor(), key, form.name.clone(), doc, form.rev).await,
    };
    match result {
        Ok(id) => {
            let after = rules_of(&app, &page).await?.calendars.get(&id).map_or(0, |c| c.rev);
            let saved = if after == form.rev { UNCHANGED } else { "1" };
            Ok(Redirect::to(&format!("/admin/calendars/{id}?saved={saved}")).into_response())
        }
        Err(Error::Invalid(errors)) => {
            shown(&app, &page, form, newest, Beside { errors, ..Beside::default() }).await
        }
        Err(Error::Stale { .. }) => stale(&app, &page, form).await,
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// What is saved was there already: the page says so.
pub(super) const UNCHANGED: &str = "unchanged";

/// Somebody else saved first: both versions, and the next save knows the newer one.
async fn stale(app: &App, page: &StaffPage, mut form: CalendarForm) -> Result<Response, WebError> {
    let rules = rules_of(app, page).await?;
    let Some(kept) = rules.calendars.get(&CalendarId(form.id.clone())) else {
        return Err(page.visitor.fail(Error::NotFound));
    };
    let head = (form.id.as_str(), kept.rev, kept.name.as_str());
    let theirs = CalendarForm::of(page.visitor.locale, head, &kept.doc, year_now(app, &rules));
    form.rev = kept.rev;
    conflict(shown(app, page, form, kept.rev, Beside { theirs: Some(theirs), ..Beside::default() }).await)
}

async fn preview(
    app: &App,
    page: &StaffPage,
    rules: &Rules,
    (form, key): (CalendarForm, CalendarId),
    doc: CalendarDoc,
    (year, taken): (Option<i16>, Option<Taken>),
) -> Result<Response, WebError> {
    let locale = page.visitor.locale;
    let kept = rules.calendars.get(&key);
    let newest = kept.map_or(0, |c| c.rev);
    let (clocks, calendar) =
        match (preview_calendar(&app.desk, page.actor(), key, doc.clone()).await, doc.compile()) {
            (Ok(clocks), Ok(calendar)) => (clocks, calendar),
            (Err(Error::Invalid(errors)), _) => {
                return shown(app, page, form, newest, Beside { errors, ..Beside::default() }).await;
            }
            (Err(e), _) => return Err(page.visitor.fail(e)),
            (_, Err(_)) => return Err(page.visitor.fail(Error::field("doc", "bad_value"))),
        };
    let this_year = year_now(app, rules);
    let year = in_reach(year, this_year);
    let preview = Preview::of(locale, (app.desk.now(), year), &calendar, kept.map(|c| &c.calendar), clocks);
    let (said, doubts) = taken.map(|t| (t.said, t.doubts)).unzip();
    let doubts = doubts.unwrap_or_default();
    // The form comes back as it was understood: pasted lines stand in their years.
    let form = CalendarForm::of(locale, (&form.id, form.rev, &form.name), &doc, this_year);
    shown(app, page, form, newest, Beside { preview: Some(preview), said, doubts, ..Beside::default() }).await
}

/// The revisions of a calendar.
pub(super) async fn history(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
    Query(asked): Query<Revisions>,
) -> Result<Response, WebError> {
    revisions(&app, &page, Which::Calendar(CalendarId(id)), asked).await
}
