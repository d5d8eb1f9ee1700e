//! The portal's search: a customer's own cases, or the organisation's.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::Error;
use domain::ticket::Ticket;
use search::{Found, HitKind};

use super::page::{Line, exact, lines, with_retry};
use super::{SearchQuery, find};
use crate::app::App;
use crate::error::{WebError, field_text};
use crate::session::ContactPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "search/portal.html")]
struct PortalSearchPage {
    ui: Ui,
    asked: SearchQuery,
    errors: Vec<String>,
    exact: Option<Ticket>,
    found: Option<Found>,
    cases: Vec<Case>,
    next: Option<String>,
    loading: bool,
}

/// A case with the places in it where the words stand, the best first.
struct Case {
    best: Line,
    also: Vec<Line>,
}

/// The cases of a page of hits, each where its best hit is.
fn by_case(lines: Vec<Line>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in lines {
        match cases.iter_mut().find(|c| c.best.hit.number == line.hit.number) {
            Some(case) => case.also.push(line),
            None => cases.push(Case { best: line, also: Vec::new() }),
        }
    }
    cases
}

impl PortalSearchPage {
    fn address(&self, line: &Line) -> String {
        match (line.hit.kind, line.hit.message) {
            (HitKind::Message, Some(no)) => format!("/portal/cases/{}#m{no}", line.hit.number),
            _ => format!("/portal/cases/{}", line.hit.number),
        }
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: ContactPage,
    Query(asked): Query<SearchQuery>,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(&app, &page, "search").await.map_err(fail)?;
    let (who, mut errors) = (page.visitor.actor().clone(), Vec::new());
    let answer = match asked.read(&ui.zone) {
        Ok(ask) if !ask.text.is_empty() => find(&app, &who, ask).await.map(Some),
        Ok(_) => Ok(None),
        Err(e) => Err(e),
    };
    let (found, loading) = match answer {
        Ok(found) => (found, false),
        Err(Error::Busy { .. }) => (None, true),
        Err(Error::Invalid(fields)) => {
            errors.extend(fields.iter().map(|f| field_text(f, ui.locale)));
            (None, false)
        }
        Err(e) => return Err(fail(e)),
    };
    let cases = by_case(lines(&app, &who, found.as_ref()).await.map_err(fail)?);
    let (scope, q) = (who.scope(), asked.q.clone());
    let exact = app.desk.read(move |r| exact(r, &scope, &q)).await.map_err(fail)?;
    let next = found.as_ref().and_then(|f| f.next);
    let next = next.map(|c| asked.address("/portal/search", &asked.kind, &c.encode()));
    let view = PortalSearchPage { ui, asked, errors, exact, found, cases, next, loading };
    Ok(with_retry(render(&view, &page.visitor)?, loading))
}
