//! Holidays as they are published, taken into a calendar's form; and a calendar as a file.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::{Error, FieldError};
use domain::access::Right;
use domain::calendar::{
    Announcement, CalendarDoc, ExceptionKind, HolidayJson, read_ics, read_notice, write_ics,
};
use domain::id::CalendarId;
use jiff::civil::{Date, Weekday};
use store::revision;
use words::{Locale, t_args, weekday};

use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;

/// Reads an announcement for a calendar in whatever shape it was pasted. `year` counts for a notice that names none.
pub(crate) fn read(text: &str, year: i16, doc: &CalendarDoc) -> Result<Announcement, FieldError> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let announced = if start.starts_with("BEGIN:VCALENDAR") {
        read_ics(start)
    } else if start.starts_with(['{', '[']) {
        let known = serde_json::from_str::<HolidayJson>(start);
        known.map_err(|_| FieldError::new("announcement", "unknown_shape"))?.read()
    } else {
        read_notice(start, year)
    };
    let announced = announced.for_calendar(doc);
    if announced.days.is_empty() && announced.unread.is_empty() {
        Err(FieldError::new("announcement", "no_days"))
    } else {
        Ok(announced)
    }
}

/// What was found in an announcement, for the preview.
pub(super) struct Taken {
    /// In a sentence.
    pub said: String,
    /// What people have to look at: what it is, and line by line.
    pub doubts: Vec<(String, Vec<String>)>,
}

/// Lines that are listed one by one.
const LISTED: usize = 20;

impl Taken {
    /// What an announcement says, with what was not understood and what contradicts itself.
    pub(super) fn of(locale: Locale, announced: &Announcement) -> Self {
        let years: Vec<_> = announced.years().iter().map(i16::to_string).collect();
        let (off, work) = (
            announced.count(ExceptionKind::Off).to_string(),
            announced.count(ExceptionKind::MakeupWork).to_string(),
        );
        let key = if years.is_empty() { "announced-days" } else { "announced-years" };
        let args = [("years", &*years.join(", ")), ("off", &*off), ("work", &*work)];
        let doubtful = announced.doubts.iter().map(|d| {
            let (said, right) = (of_week(locale, d.said, d.date), weekday(locale, d.date));
            let args = [("date", &*d.date.to_string()), ("said", said), ("right", right), ("line", &*d.line)];
            t_args(locale, "announced-doubt", &args)
        });
        let list = |key: &str, lines: Vec<String>| {
            let n = lines.len().to_string();
            let first = lines.into_iter().take(LISTED).collect::<Vec<_>>();
            (!first.is_empty()).then(|| (t_args(locale, key, &[("n", &n)]), first))
        };
        let unread = list("announced-unread", announced.unread.clone());
        let backwards = list("announced-backwards", announced.backwards.clone());
        let assumed = announced
            .assumed_year
            .map(|year| (t_args(locale, "announced-assumed", &[("year", &year.to_string())]), Vec::new()));
        let miscounted = announced.miscounts.iter().map(|m| {
            let (said, read) = (m.said.to_string(), m.read.to_string());
            t_args(locale, "announced-miscount", &[("said", &*said), ("read", &*read), ("line", &*m.line)])
        });
        let doubts = assumed
            .into_iter()
            .chain(backwards)
            .chain(unread)
            .chain(list("announced-doubts", doubtful.collect()));
        let doubts = doubts.chain(list("announced-miscounts", miscounted.collect()));
        Self { said: t_args(locale, key, &args), doubts: doubts.collect() }
    }
}

fn of_week(locale: Locale, day: Weekday, near: Date) -> &'static str {
    weekday(locale, near.nth_weekday(1, day).unwrap_or(near))
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
