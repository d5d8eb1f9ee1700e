//! Notices: what happened to tickets that are mine, that I watch, or in which I was named.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use desk::Result;
use desk::oncall::step_of;
use domain::id::StaffId;
use domain::ticket::Change;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::admin::{self, NoticeRow};
use store::{Read, digest, ticket};
use words::{Locale, fell_due, step_fired, t, t_args};

use super::list::render;
use super::timeline::told;
use super::{ListQuery, news, timeline};
use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::ui::Ui;

/// A notice with who did what.
struct Told {
    row: NoticeRow,
    who: String,
    what: String,
    /// Where it leads.
    link: String,
    /// The tickets for which it stands, and how many more there are.
    late: (Vec<Late>, i64),
}

impl Told {
    fn of(row: NoticeRow, (who, what): (String, String), link: String) -> Self {
        Self { row, who, what, link, late: (Vec::new(), 0) }
    }
}

/// A ticket for which a notice stands.
struct Late {
    number: String,
    title: String,
    /// What fell due when.
    what: String,
    link: String,
}

/// So many tickets are named.
const NAMED: i64 = 50;

#[derive(Template)]
#[template(path = "tickets/notices.html")]
struct NoticesPage {
    ui: Ui,
    query: ListQuery,
    notices: Vec<Told>,
    next: Option<String>,
}

const PAGE: i64 = 50;

/// Where the notices continue.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NoticesQuery {
    before: String,
}

/// The notices, newest first.
pub(super) async fn notices(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<NoticesQuery>,
) -> std::result::Result<Response, WebError> {
    let ui = page.ui(&app, "notices").await?;
    let (me, locale, zone) = (page.staff.id.clone(), ui.locale, ui.zone.clone());
    let before = if asked.before.is_empty() { "~".to_owned() } else { asked.before };
    let read = app.desk.read(move |r| {
        let rows = admin::notices(r, &me, &before, PAGE + 1)?;
        rows.into_iter().map(|row| tell(r, row, &me, (locale, &zone))).collect::<Result<Vec<_>>>()
    });
    let mut notices = read.await.map_err(|e| page.visitor.fail(e))?;
    let more = notices.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    notices.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = notices.last().filter(|_| more).map(|n| format!("/notices?before={}", n.row.id));
    render(&NoticesPage { ui, query: ListQuery::default(), notices, next }, &page.visitor)
}

fn tell(
    r: &mut Read<'_>,
    mut row: NoticeRow,
    me: &StaffId,
    (locale, zone): (Locale, &TimeZone),
) -> Result<Told> {
    if let Some(news) = &row.news {
        let (title, what, link) = news::tell(r, news, (locale, zone))?;
        row.title = title;
        return Ok(Told::of(row, (String::new(), what), link));
    }
    if row.digest > 0 {
        let what = t_args(locale, "notice-digest", &[("n", &row.digest.to_string())]);
        let late = late(r, (me, &row.id), (locale, zone))?;
        let link = format!("/tickets/{}", row.number);
        return Ok(Told { late, ..Told::of(row, (String::new(), what), link) });
    }
    let found = row.ticket.as_ref().map(|t| ticket::events(r, t, row.event - 1, 1)).transpose()?;
    let Some(event) = found.unwrap_or_default().pop() else {
        let link = format!("/tickets/{}", row.number);
        return Ok(Told::of(row, <_>::default(), link));
    };
    let mut names = Names::default();
    names.actor(r, &event.by)?;
    timeline::name_handling(r, &mut names, &event.change)?;
    let who = names.of_actor(&event.by, locale);
    let what = match &event.change {
        Change::CustomerWrote { .. } => t(locale, "notice-customer").to_owned(),
        Change::ChatAsked { .. } => t(locale, "event-chat-asked").to_owned(),
        Change::Replied { .. } => t(locale, "notice-replied").to_owned(),
        Change::Reported { .. } => t(locale, "notice-reported").to_owned(),
        Change::Noted { mentions, .. } if mentions.contains(me) => t(locale, "notice-mentioned").to_owned(),
        Change::Noted { .. } => t(locale, "notice-noted").to_owned(),
        Change::Paged { step, .. } => {
            let why = row.ticket.as_ref().map(|t| step_of(r, t, *step)).transpose()?.flatten();
            let why = why.and_then(|s| step_fired(locale, &s)).unwrap_or_default();
            format!("{why}{}{}", t(locale, "list-semicolon"), told(&event, &names, (locale, zone)))
        }
        _ => told(&event, &names, (locale, zone)),
    };
    // A reminder leads to what is to be done.
    let link = match &event.change {
        Change::ReportDue { .. } => format!("/tickets/{}/progress", row.number),
        Change::Appointment(change) => format!("/tickets/{}/appointments/{}", row.number, change.no()),
        _ => format!("/tickets/{}#e{}", row.number, row.event),
    };
    Ok(Told::of(row, (who, what), link))
}

/// The tickets for which a notice stands, with what of each fell due when.
fn late(
    r: &mut Read<'_>,
    (me, notice): (&StaffId, &str),
    (locale, zone): (Locale, &TimeZone),
) -> Result<(Vec<Late>, i64)> {
    let (tickets, all) = digest::late(r, me, notice, NAMED)?;
    let mut shown = Vec::with_capacity(tickets.len());
    for t in tickets {
        let mut dues = Vec::new();
        for no in &t.events {
            let event = ticket::events(r, &t.id, no - 1, 1)?.pop();
            dues.extend(event.and_then(|e| fell_due(locale, zone, &e)));
        }
        let mut what = dues.join(words::t(locale, "list-semicolon"));
        if t.n > i64::try_from(dues.len()).unwrap_or(i64::MAX) {
            what = t_args(locale, "late-and-more", &[("what", &what), ("n", &t.n.to_string())]);
        }
        let first = t.events.first().copied().unwrap_or_default();
        let link = format!("/tickets/{}#e{first}", t.number);
        shown.push(Late { number: t.number, title: t.title, what, link });
    }
    let more = all - i64::try_from(shown.len()).unwrap_or(all);
    Ok((shown, more))
}

/// Marks all notices as read.
pub(super) async fn read_notices(
    State(app): State<App>,
    page: StaffPage,
) -> std::result::Result<Redirect, WebError> {
    let me = page.staff.id.clone();
    let done = app.desk.write(page.actor(), move |unit| {
        admin::read_before(unit.work, &me, domain::time::plus_seconds(unit.now, 1))?;
        Ok(unit.work.publish("notice", me.as_str())?)
    });
    done.await.map_err(|e| page.visitor.fail(e))?;
    Ok(Redirect::to("/notices"))
}
