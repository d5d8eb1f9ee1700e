//! What-if for programs: a past month under another promise or rota. Changes nothing.

use axum::Json;
use axum::extract::{Query, State};
use desk::Result;
use desk::report::may_see;
use desk::what_if::{Answer, Answers, Flip, Line, Tally, what_if};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::own::Limit;
use super::view::instant;
use crate::app::App;
use crate::error::{Problem, WebError};
use crate::reports::what_if_asked::Asked;

/// Kept and missed ones.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TallyView {
    /// In time.
    pub kept: usize,
    /// Late.
    pub missed: usize,
}

/// A promise of a severity, before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfLineView {
    /// `response`, `attend`, `reply`, `resolution`.
    pub milestone: &'static str,
    /// `urgent` or `general`.
    pub severity: &'static str,
    /// As it was.
    pub before: TallyView,
    /// As it would have been.
    pub after: TallyView,
}

/// What becomes of answers under the other rota.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswersView {
    /// They come sooner.
    pub sooner: usize,
    /// They come later, or not at all.
    pub later: usize,
    /// They come when they came.
    pub same: usize,
    /// Given while nobody was on duty: they stay.
    pub off_duty: usize,
}

/// An answer that comes at another time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovedView {
    /// When it came.
    pub was: String,
    /// When it would have come; `null` if not in the time that is known.
    pub at: Option<String>,
    /// Since when somebody would have been there.
    pub since: Option<String>,
    /// Who would have had the duty then, an id; `null` in service hours without a duty.
    pub person: Option<String>,
}

/// A promise that would have come to something else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlipView {
    /// The ticket.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Which promise.
    pub milestone: &'static str,
    /// Of which severity.
    pub severity: &'static str,
    /// `kept`, `missed`, `excused` or `apart`.
    pub before: &'static str,
    /// The same, replayed.
    pub after: &'static str,
    /// The instant by which it counted.
    pub at: String,
    /// When it would have been due.
    pub due: Option<String>,
    /// The answer that the other rota moves.
    pub answer: Option<MovedView>,
}

/// A month, replayed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfView {
    /// How many tickets have promises that count here, of the group and severity that are asked for.
    pub tickets: usize,
    /// The rates.
    pub lines: Vec<WhatIfLineView>,
    /// Of the answers; `null` without another rota.
    pub answers: Option<AnswersView>,
    /// How many come out otherwise, on all pages.
    pub all: usize,
    /// Newest first.
    pub items: Vec<FlipView>,
    /// Continues the list; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// A past month under another promise, calendar, times or rota: what came of its promises, and what would have. Needs
/// `report.view`.
#[utoipa::path(get, path = "/api/v1/reports/what-if", params(Asked, Limit), responses((status = 200, body = WhatIfView), (status = 422, body = Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
    Query(limit): Query<Limit>,
) -> std::result::Result<Json<WhatIfView>, WebError> {
    let size = limit.size(&caller)?;
    replayed(&app, &caller, &asked, size).await.map(Json).map_err(|e| caller.fail(e))
}

async fn replayed(app: &App, caller: &Caller, asked: &Asked, size: usize) -> Result<WhatIfView> {
    may_see(&caller.actor)?;
    let (question, skip) = asked.question(&app.desk, None, caller.locale()).await?;
    let found = what_if(&app.desk, &caller.actor, question).await?;
    let next = skip.saturating_add(size);
    let all = found.flips.len();
    Ok(WhatIfView {
        tickets: found.tickets,
        lines: found.lines.iter().map(line).collect(),
        answers: found.answers.map(answers),
        all,
        items: found.flips.into_iter().skip(skip).take(size).map(flip).collect(),
        next_cursor: (next < all).then(|| next.to_string()),
    })
}

fn line(line: &Line) -> WhatIfLineView {
    let tally = |(kept, missed): Tally| TallyView { kept, missed };
    WhatIfLineView {
        milestone: line.milestone.as_str(),
        severity: line.severity.as_str(),
        before: tally(line.before),
        after: tally(line.after),
    }
}

fn answers(found: Answers) -> AnswersView {
    let Answers { sooner, later, same, off_duty } = found;
    AnswersView { sooner, later, same, off_duty }
}

fn flip(flip: Flip) -> FlipView {
    let moved = |a: Answer| MovedView {
        was: instant(a.was),
        at: a.at.map(instant),
        since: a.since.map(instant),
        person: a.person.map(|p| p.0),
    };
    FlipView {
        number: flip.number,
        title: flip.title,
        milestone: flip.milestone.as_str(),
        severity: flip.severity.as_str(),
        before: flip.before.as_str(),
        after: flip.after.as_str(),
        at: instant(flip.at),
        due: flip.due.map(instant),
        answer: flip.answer.map(moved),
    }
}
