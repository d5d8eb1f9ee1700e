//! "Why this time": a clock's explanation as a part.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use desk::Error;
use domain::access::{Actor, Scope};
use domain::sla::{Clock, Courses, StopReason, explain};
use domain::ticket::decide::Rules;
use domain::ticket::{Ticket, pauses};
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
    let courses = courses(&app, visitor.actor()).await.map_err(|e| visitor.fail(e))?;
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let of = (number.as_str(), milestone.as_str(), cycle);
        told(r, &rules, &scope, of, locale, courses.as_deref())
    });
    let part = read.await.map_err(|e| visitor.fail(e))?;
    render(&part, &visitor)
}

/// How past cases went, for staff: customers are told what was promised, not what we expect.
pub(crate) async fn courses(app: &App, who: &Actor) -> desk::Result<Option<Arc<Courses>>> {
    if who.staff().is_some() { app.desk.courses().await.map(Some) } else { Ok(None) }
}

/// The explanation that the address of a case's page asks for: a milestone with its cycle, `update.3`, or alone for
/// the clock that runs, else the last one. What is not there is not explained.
pub(crate) fn asked(
    r: &mut Read<'_>,
    rules: &Rules,
    scope: &Scope,
    (t, asked): (&Ticket, &str),
    locale: Locale,
    courses: Option<&Courses>,
) -> desk::Result<Option<WhyPart>> {
    if asked.is_empty() {
        return Ok(None);
    }
    let (milestone, cycle) = asked.split_once('.').unwrap_or((asked, ""));
    let clocks = ticket::clocks(r, &t.id)?;
    let mut of: Vec<_> = clocks.iter().filter(|c| c.milestone.as_str() == milestone).collect();
    of.sort_by_key(|c| (c.is_running(), c.cycle));
    let is_meant = |c: &&&Clock| cycle.is_empty() || cycle.parse() == Ok(c.cycle);
    let Some(clock) = of.iter().rfind(is_meant) else { return Ok(None) };
    told(r, rules, scope, (&t.number, milestone, clock.cycle), locale, courses).map(Some)
}

/// The explanation of a clock that the reader may see.
pub(crate) fn told(
    r: &mut Read<'_>,
    rules: &Rules,
    scope: &Scope,
    (number, milestone, cycle): (&str, &str, u32),
    locale: Locale,
    courses: Option<&Courses>,
) -> desk::Result<WhyPart> {
    let now = r.now();
    let t = ticket::by_number(r, scope, number)?.ok_or(Error::NotFound)?;
    let clocks = ticket::clocks(r, &t.id)?;
    let clock = clocks
        .iter()
        .find(|c| c.milestone.as_str() == milestone && c.cycle == cycle)
        .ok_or(Error::NotFound)?;
    let holds = pauses(&ticket::holds(r, &t.id)?, clock);
    let older = desk::counted::ended_in(r, rules, clock, &holds)?;
    let calendar = older.as_ref().or_else(|| rules.calendars.get(&clock.calendar)).ok_or(Error::NotFound)?;
    let explanation = explain(&clock.run(&calendar.calendar, &holds), now)
        .map_err(|_| Error::Refused(domain::ticket::decide::Refusal::NeverOpens))?;
    let mut lines =
        tell(locale, calendar.calendar.zone(), &calendar.doc, (&explanation, &clock.reopened), now);
    if let Some(text) = off_hours(locale, rules, &t, clock) {
        lines.insert(lines.len().min(1), Told { kind: "off_hours", text });
    }
    if matches!(clock.stopped, Some((_, StopReason::Missed))) {
        lines.push(Told { kind: "missed", text: words::t(locale, "why-missed").to_owned() });
    }
    if let Some(courses) = courses {
        let found = desk::risk::risks(r, rules, courses, &t)?;
        let mine = found.into_iter().find(|f| f.clock == (clock.milestone, clock.cycle));
        lines.extend(mine.map(|f| Told { kind: "risk", text: at_risk(locale, &f.risk) }));
    }
    if let Some(reason) = &clock.excused {
        let text = words::t_args(locale, "why-excused", &[("reason", &words::excuse(locale, reason))]);
        lines.push(Told { kind: "excused", text });
    }
    let target = words::counted(locale, clock.target_s);
    let heading = if clock.off_hours { "why-calendar-off" } else { "why-calendar" };
    let args = [("target", &*target), ("calendar", &*calendar.name), ("rev", &*calendar.rev.to_string())];
    Ok(WhyPart {
        title: words::word(locale, "milestone", clock.milestone.as_str()),
        calendar: words::t_args(locale, heading, &args),
        lines,
        hint: words::t(locale, "why-title"),
    })
}

/// Why a clock that started outside service hours counts in another calendar: the rule of its promise.
fn off_hours(locale: Locale, rules: &Rules, t: &Ticket, clock: &Clock) -> Option<String> {
    let doc = rules.policies.get(&t.policy).filter(|_| clock.off_hours)?;
    let target = doc.target(clock.milestone, t.kind, t.severity, t.level)?;
    let rule = target.off_hours.as_ref().filter(|off| off.calendar == clock.calendar)?;
    let (policy, _) = rules.newest.get(&t.policy.0)?;
    let (service, other) = (rules.calendars.get(&target.calendar)?, rules.calendars.get(&rule.calendar)?);
    let time = words::counted(locale, rule.seconds);
    let args = [
        ("service", &*service.name),
        ("policy", policy.as_str()),
        ("time", &*time),
        ("calendar", &*other.name),
    ];
    Some(words::t_args(locale, "why-off-hours", &args))
}

/// `At risk: 80 % of the time is used`.
fn at_risk(locale: Locale, risk: &domain::sla::Risk) -> String {
    words::t_args(locale, "why-risk", &[("why", &words::risk(locale, risk))])
}
