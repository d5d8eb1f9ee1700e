//! Holidays as they are published, taken into a calendar's form; and a calendar as a file.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::calendar::{Announcement, ExceptionKind, HolidayJson, read_ics, read_notice, write_ics};
use domain::id::CalendarId;
use store::revision;
use words::{Locale, t_args};

use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;

/// Reads an announcement in whatever shape it was pasted. `year` counts for a notice that names none.
pub(crate) fn read(text: &str, year: i16) -> Result<Announcement, FieldError> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let announced = if start.starts_with("BEGIN:VCALENDAR") {
        read_ics(start)
    } else if start.starts_with(['{', '[']) {
        let known = serde_json::from_str::<HolidayJson>(start);
        known.map_err(|_| FieldError::new("announcement", "unknown_shape"))?.read()
    } else {
        read_notice(start, year)
    };
    if announced.days.is_empty() { Err(FieldError::new("announcement", "no_days")) } else { Ok(announced) }
}

/// What was found, in a sentence, with what was not understood.
pub(super) fn said(locale: Locale, announced: &Announcement) -> String {
    let years: Vec<_> = announced.years().iter().map(i16::to_string).collect();
    let (off, work) = (
        announced.count(ExceptionKind::Off).to_string(),
        announced.count(ExceptionKind::MakeupWork).to_string(),
    );
    let key = if years.is_empty() { "announced-days" } else { "announced-years" };
    let args = [("years", &*years.join(", ")), ("off", &*off), ("work", &*work)];
    let found = t_args(locale, key, &args);
    if announced.unread.is_empty() {
        return found;
    }
    let n = announced.unread.len().to_string();
    let first: Vec<_> = announced.unread.iter().take(5).map(String::as_str).collect();
    found + &t_args(locale, "announced-unread", &[("n", &n), ("list", &first.join(" · "))])
}

/// A calendar's newest revision as a file: a feed for other programs, or the document.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let (desk, key) = (app.desk.clone(), CalendarId(id.clone()));
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let kept = rules.calendars.get(&key).ok_or(Error::NotFound)?;
        let edited = revision::calendars_edited(r)?.into_iter().find(|(k, _)| *k == key).map(|(_, at)| at);
        Ok((kept.name.clone(), kept.doc.clone(), edited.unwrap_or(r.now())))
    });
    let (name, doc, edited) = read.await.map_err(|e| page.visitor.fail(e))?;
    let (kind, text) = match format.as_str() {
        "ics" => {
            let stamp = edited.to_zoned(jiff::tz::TimeZone::UTC).date();
            let of = |name: &str| words::holiday(page.visitor.locale, name);
            ("text/calendar; charset=utf-8", write_ics(&doc, &name, of, stamp))
        }
        "json" => ("application/json", serde_json::to_string_pretty(&doc).unwrap_or_default()),
        _ => return Err(page.visitor.fail(Error::NotFound)),
    };
    let file = format!("attachment; filename=\"calendar-{id}.{format}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, file)], text).into_response())
}
