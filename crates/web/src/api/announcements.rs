//! An announcement of holidays, read into a calendar's document.

use axum::Json;
use axum::extract::{Path, State};
use desk::Error;
use domain::access::Right;
use domain::calendar::{CalendarDoc, Doubt, ExceptionKind, Miscount, WEEKDAYS};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Body, Caller};
use super::documents::CalendarDocument;
use super::rules::calendar_of;
use crate::app::App;
use crate::error::{Problem, WebError};

type Answer<T> = Result<Json<T>, WebError>;

/// Holidays as they were published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnnouncementBody {
    /// The text of a notice, a calendar feed (.ics), or a table of holidays in JSON.
    text: String,
    /// The year of a notice that names none; the present one if left out.
    year: Option<i16>,
}

/// What a calendar would be with an announcement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnnouncementView {
    /// The whole document, to be previewed and saved.
    #[schema(value_type = CalendarDocument)]
    doc: CalendarDoc,
    /// Years that are announced as a whole.
    years: Vec<i16>,
    /// Days off that were found.
    off: usize,
    /// Make-up workdays that were found.
    makeup_work: usize,
    /// What speaks of days and was not understood.
    unread: Vec<String>,
    /// Clauses with a stretch of days that ends before it begins, or goes beyond the year without naming the next one. Nothing of
    /// them was read.
    backwards: Vec<String>,
    /// Dates with a weekday that is not theirs. They were read by the date.
    doubts: Vec<DoubtView>,
    /// Numbers of days off that are not those of the dates beside them. They were read by the dates.
    miscounts: Vec<MiscountView>,
    /// The year by which days were read, where the text names none; else null.
    assumed_year: Option<i16>,
}

/// A date and the weekday that the announcement gives it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoubtView {
    /// The date, `2026-10-08`.
    date: String,
    /// The weekday that was said, `mon` to `sun`.
    said: &'static str,
    /// Where it stands.
    line: String,
}

/// A number of days off that is not that of the dates beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MiscountView {
    /// So many the text says.
    said: usize,
    /// So many it names.
    read: usize,
    /// Where it stands.
    line: String,
}

impl MiscountView {
    fn of(m: Miscount) -> Self {
        Self { said: m.said, read: m.read, line: m.line }
    }
}

impl DoubtView {
    fn of(d: Doubt) -> Self {
        let day = usize::try_from(d.said.to_monday_zero_offset()).ok().and_then(|i| WEEKDAYS.get(i));
        Self { date: d.date.to_string(), said: day.copied().unwrap_or_default(), line: d.line }
    }
}

/// Reads an announcement of holidays into a calendar's document; saves nothing.
#[utoipa::path(post, path = "/api/v1/calendars/{id}/announcements", params(("id" = String, Path)), request_body = AnnouncementBody, responses((status = 200, body = AnnouncementView), (status = 422, body = Problem)))]
pub(crate) async fn announcements(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<AnnouncementBody>,
) -> Answer<AnnouncementView> {
    caller.need(Right::PromiseEdit)?;
    let known = calendar_of(&app, &id).await.map_err(|e| caller.fail(e))?;
    let this_year = || app.desk.now().to_zoned(jiff::tz::TimeZone::UTC).year();
    let year = body.value.year.unwrap_or_else(this_year);
    let read = crate::admin::announced(&body.value.text, year, &known.doc);
    let announced = read.map_err(|wrong| caller.fail(Error::Invalid(vec![wrong])))?;
    Ok(Json(AnnouncementView {
        doc: known.doc.with_announced(&announced),
        years: announced.years().into_iter().collect(),
        off: announced.count(ExceptionKind::Off),
        makeup_work: announced.count(ExceptionKind::MakeupWork),
        unread: announced.unread,
        backwards: announced.backwards,
        doubts: announced.doubts.into_iter().map(DoubtView::of).collect(),
        miscounts: announced.miscounts.into_iter().map(MiscountView::of).collect(),
        assumed_year: announced.assumed_year,
    }))
}
