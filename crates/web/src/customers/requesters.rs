//! Who may be meant while a requester is typed: by name, address or number.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use desk::Error;
use domain::access::Right;
use domain::people::PointKind;
use store::directory::{self, ContactFilter, ContactRow, find_contacts};

use crate::app::App;
use crate::error::WebError;
use crate::names::Names;
use crate::session::StaffPage;

const SUGGESTIONS: i64 = 8;

/// What was typed so far.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    requester: String,
}

/// A contact as a choice: what goes into the field, and whom it means.
struct Choice {
    value: String,
    name: String,
    organisation: String,
}

#[derive(Template)]
#[template(
    source = "{% for c in choices %}<option value=\"{{ c.value }}\">{{ c.name }}{% if !c.organisation.is_empty() %} · {{ c.organisation }}{% endif %}</option>{% endfor %}",
    ext = "html"
)]
struct Choices {
    choices: Vec<Choice>,
}

/// The choices for what was typed, as the options of a picker; none for an empty field.
pub(super) async fn names(
    State(app): State<App>,
    page: StaffPage,
    Query(typed): Query<Typed>,
) -> Result<Response, WebError> {
    page.need(Right::PeopleView)?;
    let filter = ContactFilter { text: typed.requester, active: Some(true), organisation: None };
    let read = app.desk.read(move |r| {
        let limit = if filter.text.trim().is_empty() { 0 } else { SUGGESTIONS };
        let found = find_contacts(r, &filter, None, limit)?;
        found.into_iter().map(|c| choice(r, c)).collect::<desk::Result<Vec<_>>>()
    });
    let choices = read.await.map_err(|e| page.visitor.fail(e))?;
    let html = Choices { choices }.render().map_err(|e| page.visitor.fail(Error::Internal(e.to_string())))?;
    Ok(Html(html).into_response())
}

fn choice(r: &mut store::Read<'_>, c: ContactRow) -> desk::Result<Choice> {
    let mut names = Names::default();
    let organisation = match &c.organisation {
        Some(org) => {
            names.organisation(r, org)?;
            names.get(org.as_str())
        }
        None => String::new(),
    };
    let points = directory::points(r, &c.id)?;
    let best = points.iter().find(|p| p.kind == PointKind::Email).or_else(|| points.first());
    let value = best.map_or_else(|| c.id.0.clone(), |p| p.value.clone());
    Ok(Choice { value, name: c.name, organisation })
}
