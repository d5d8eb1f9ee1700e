//! The revisions of a calendar or a promise: who saved which when, and which of them open tickets still hold.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use desk::Error;
use domain::access::Right;
use domain::id::{CalendarId, PolicyId};
use serde::Deserialize;
use store::revision::{self, RevisionRow};

use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Whose revisions.
#[derive(Clone)]
pub(super) enum Which {
    Calendar(CalendarId),
    Policy(PolicyId),
}

impl Which {
    fn tab(&self) -> &'static str {
        match self {
            Self::Calendar(_) => "calendars",
            Self::Policy(_) => "policies",
        }
    }
    fn id(&self) -> &str {
        match self {
            Self::Calendar(id) => id.as_str(),
            Self::Policy(id) => id.as_str(),
        }
    }
}

/// Where a page of revisions continues.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Revisions {
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "admin/history.html")]
struct HistoryPage {
    ui: Ui,
    tab: &'static str,
    id: String,
    name: String,
    rows: Vec<(RevisionRow, String, i64)>,
    next: Option<i64>,
}

impl HistoryPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    /// Only promises are held by tickets; calendars are not frozen.
    fn is_held(&self) -> bool {
        self.tab == "policies"
    }
}

const PAGE: usize = 50;

/// A page of revisions, newest first.
pub(super) async fn revisions(
    app: &App,
    page: &StaffPage,
    which: Which,
    asked: Revisions,
) -> Result<Response, WebError> {
    page.need(Right::PromiseEdit)?;
    let ui = page.ui(app, "admin").await?;
    let (desk, of, locale) = (app.desk.clone(), which.clone(), ui.locale);
    let (before, limit) = (asked.before.unwrap_or(i64::MAX), i64::try_from(PAGE + 1).unwrap_or(i64::MAX));
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let (name, rows, held) = match &of {
            Which::Calendar(id) => {
                let name = rules.calendars.get(id).map(|c| c.name.clone());
                (name, revision::of_calendar(r, id, before, limit)?, Vec::new())
            }
            Which::Policy(id) => {
                let name = rules.newest.get(id).map(|(name, _)| name.clone());
                (name, revision::of_policy(r, id, before, limit)?, revision::open_by_revision(r, id)?)
            }
        };
        let (mut names, held) = (Names::default(), held.into_iter().collect::<BTreeMap<_, _>>());
        let mut shown = Vec::new();
        for row in rows {
            names.actor(r, &row.by)?;
            let (who, open) = (names.of_actor(&row.by, locale), held.get(&row.rev).copied().unwrap_or(0));
            shown.push((row, who, open));
        }
        Ok((name.ok_or(Error::NotFound)?, shown))
    });
    let (name, mut rows) = read.await.map_err(|e| page.visitor.fail(e))?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|(row, _, _)| row.rev);
    render(&HistoryPage { ui, tab: which.tab(), id: which.id().to_owned(), name, rows, next }, &page.visitor)
}
