//! "Why this time": a clock's explanation as a part.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use desk::Error;
use domain::access::Scope;
use domain::sla::{StopReason, explain};
use domain::ticket::pauses;
use domain::time::Timestamp;
use store::{Read, ticket};
use words::{Locale, Told, tell};

use super::list::render;
use crate::app::App;
use crate::error::WebError;
use crate::session::Visitor;

#[derive(Template)]
#[template(path = "tickets/why.html")]
pub(crate) struct WhyPart {
    pub title: &'static str,
    pub calendar: String,
    pub lines: Vec<Told>,
    hint: &'static str,
}

/// The explanation of one clock, for staff and for the customer alike.
pub(super) async fn why(
    State(app): State<App>,
    visitor: Visitor,
    Path((number, milestone, cycle)): Path<(String, String, u32)>,
) -> Result<Response, WebError> {
    let (desk, scope, locale) = (app.desk.clone(), visitor.actor().scope(), visitor.locale);
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let now = r.now();
        told(r, &rules, &scope, (&number, &milestone, cycle), locale, now)
    });
    let part = read.await.map_err(|e| visitor.fail(e))?;
    render(&part, &visitor)
}

/// The explanation of a clock that the reader may see.
pub(crate) fn told(
    r: &mut Read<'_>,
    rules: &domain::ticket::decide::Rules,
    scope: &Scope,
    (number, milestone, cycle): (&str, &str, u32),
    locale: Locale,
    now: Timestamp,
) -> desk::Result<WhyPart> {
    let t = ticket::by_number(r, scope, number)?.ok_or(Error::NotFound)?;
    let clocks = ticket::clocks(r, &t.id)?;
    let clock = clocks
        .iter()
        .find(|c| c.milestone.as_str() == milestone && c.cycle == cycle)
        .ok_or(Error::NotFound)?;
    let calendar = rules.calendars.get(&clock.calendar).ok_or(Error::NotFound)?;
    let holds = pauses(&ticket::holds(r, &t.id)?, clock);
    let explanation = explain(&clock.run(&calendar.calendar, &holds), now)
        .map_err(|_| Error::Refused(domain::ticket::decide::Refusal::NeverOpens))?;
    let mut lines = tell(locale, calendar.calendar.zone(), &calendar.doc, &explanation, now);
    if matches!(clock.stopped, Some((_, StopReason::Missed))) {
        lines.push(Told { kind: "missed", text: words::t(locale, "why-missed").to_owned() });
    }
    if let Some(reason) = &clock.excused {
        let text = words::t_args(locale, "why-excused", &[("reason", reason)]);
        lines.push(Told { kind: "excused", text });
    }
    let target = words::duration(locale, clock.target_s);
    let args = [("target", &*target), ("calendar", &*calendar.name), ("rev", &*calendar.rev.to_string())];
    Ok(WhyPart {
        title: words::word(locale, "milestone", clock.milestone.as_str()),
        calendar: words::t_args(locale, "why-calendar", &args),
        lines,
        hint: words::t(locale, "why-title"),
    })
}
