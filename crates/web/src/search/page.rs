//! The console's search page: sections, filters, quotations, the ticket whose number was typed.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Error, Result};
use domain::access::{Actor, Right, Scope};
use domain::people::fold;
use domain::ticket::{Severity, Status, Ticket, parse_number};
use search::{Found, Hit, HitKind, Section};
use serde::Deserialize;
use store::directory::{self, ProductRow};
use store::{Read, ticket};

use super::{SearchQuery, find};
use crate::app::App;
use crate::error::{WebError, field_text};
use crate::session::StaffPage;
use crate::tickets::{ListQuery, render};
use crate::ui::Ui;

/// A hit with what the index does not keep: where the ticket stands now.
pub(super) struct Line {
    pub hit: Hit,
    pub status: Option<Status>,
    pub severity: Option<Severity>,
}

impl Line {
    /// Where it leads.
    fn address(&self) -> String {
        match self.hit.kind {
            HitKind::Ticket => format!("/tickets/{}", self.hit.number),
            HitKind::Message => {
                format!("/tickets/{}#m{}", self.hit.number, self.hit.message.unwrap_or_default())
            }
            HitKind::Contact => format!("/customers/contacts/{}", self.hit.id),
            HitKind::Organisation => format!("/customers/{}", self.hit.id),
            HitKind::Staff => format!("/tickets?assignee={}", self.hit.id),
        }
    }

    fn is_person(&self) -> bool {
        !matches!(self.hit.kind, HitKind::Ticket | HitKind::Message)
    }
}

/// The customer as typed, which a page turns into an organisation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomerField {
    customer: String,
}

#[derive(Template)]
#[template(path = "search/page.html")]
struct SearchPage {
    ui: Ui,
    query: ListQuery,
    asked: SearchQuery,
    customer: String,
    errors: Vec<String>,
    exact: Option<Ticket>,
    found: Option<Found>,
    lines: Vec<Line>,
    next: Option<String>,
    loading: bool,
    products: Vec<ProductRow>,
    customers: Vec<String>,
}

#[derive(Template)]
#[template(path = "search/_hits.html")]
struct HitsPart {
    ui: Ui,
    lines: Vec<Line>,
    next: Option<String>,
}

impl SearchPage {
    fn sections(&self) -> Vec<(&'static str, u64, String)> {
        let Some(found) = &self.found else { return Vec::new() };
        let all = ("all", found.counts.iter().sum(), self.asked.address("/search", "", ""));
        let one = |s: &Section| (s.as_str(), found.count(*s), self.asked.address("/search", s.as_str(), ""));
        let sections = Section::ALL.iter().filter(|s| **s != Section::People || self.ui.may("people.view"));
        std::iter::once(all).chain(sections.map(one)).collect()
    }

    fn is_section(&self, section: &str) -> bool {
        self.asked.kind == section || (self.asked.kind.is_empty() && section == "all")
    }

    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }

    /// Are there hits in other sections, when this one has none?
    fn elsewhere(&self) -> bool {
        self.found.as_ref().is_some_and(|f| f.total == 0 && f.counts.iter().any(|n| *n > 0))
    }

    /// The search without its filters.
    fn bare(&self) -> String {
        let words = SearchQuery { q: self.asked.q.clone(), ..SearchQuery::default() };
        words.address("/search", "", "")
    }
}

const CUSTOMERS: i64 = 200;

/// The page; with htmx only the hits that follow.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Query(mut asked): Query<SearchQuery>,
    Query(field): Query<CustomerField>,
) -> std::result::Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "search").await?;
    let choices = choices(&app, &mut asked, &field.customer, (page.actor(), page.visitor.locale)).await;
    let Choices { products, customers, customer, exact, mut errors } =
        choices.map_err(|e| page.visitor.fail(e))?;
    let answer = match asked.read(&ui.zone) {
        Ok(ask) if !ask.text.is_empty() && errors.is_empty() => find(&app, page.actor(), ask).await.map(Some),
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
        Err(e) => return Err(page.visitor.fail(e)),
    };
    let lines = lines(&app, page.actor(), found.as_ref()).await.map_err(|e| page.visitor.fail(e))?;
    let next = found.as_ref().and_then(|f| f.next);
    let next = next.map(|c| asked.address("/search", &asked.kind, &c.encode()));
    if page.visitor.part {
        return render(&HitsPart { ui, lines, next }, &page.visitor);
    }
    let query = ListQuery::default();
    let view = SearchPage {
        ui,
        query,
        asked,
        customer,
        errors,
        exact,
        found,
        lines,
        next,
        loading,
        products,
        customers,
    };
    Ok(with_retry(render(&view, &page.visitor)?, loading))
}

/// A page that says "not ready yet" says so to programs, too.
pub(super) fn with_retry(mut response: Response, loading: bool) -> Response {
    if loading {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let wait = HeaderValue::from(super::RETRY_AFTER_S);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response.into_response()
}

/// What the form offers, and what its fields mean.
struct Choices {
    products: Vec<ProductRow>,
    customers: Vec<String>,
    customer: String,
    exact: Option<Ticket>,
    errors: Vec<String>,
}

async fn choices(
    app: &App,
    asked: &mut SearchQuery,
    typed: &str,
    (who, locale): (&Actor, words::Locale),
) -> Result<Choices> {
    let (scope, q, typed) = (who.scope(), asked.q.clone(), typed.trim().to_owned());
    let organisation = asked.organisation.clone();
    let people = who.has(Right::PeopleView);
    let read = app.desk.read(move |r| {
        let products = directory::products(r)?;
        let customers = if people { directory::organisations_like(r, "", CUSTOMERS)? } else { Vec::new() };
        let named = if typed.is_empty() { None } else { Some(customer_named(r, &typed)?) };
        let kept = match &named {
            None if !organisation.is_empty() => directory::organisation(r, &organisation.as_str().into())?,
            _ => None,
        };
        let exact = exact(r, &scope, &q)?;
        let customers: Vec<String> = customers.into_iter().map(|o| o.name).collect();
        Ok((products, customers, typed, named, kept, exact))
    });
    let (products, customers, typed, named, kept, exact) = read.await?;
    let mut errors = Vec::new();
    let mut customer = kept.map(|o| o.name).unwrap_or_default();
    match named {
        None => {}
        Some(Some((id, name))) => (asked.organisation, customer) = (id, name),
        Some(None) => {
            let unknown = desk::FieldError::new("customer", "unknown");
            errors.push(field_text(&unknown, locale));
            customer = typed;
        }
    }
    Ok(Choices { products, customers, customer, exact, errors })
}

/// The organisation of this name, or the only one whose name contains what was typed.
fn customer_named(r: &mut Read<'_>, typed: &str) -> Result<Option<(String, String)>> {
    let found = directory::organisations_like(r, typed, CUSTOMERS)?;
    let same = found.iter().find(|o| fold(&o.name) == fold(typed));
    let one = same.or(if found.len() == 1 { found.first() } else { None });
    Ok(one.map(|o| (o.id.0.clone(), o.name.clone())))
}

/// The ticket whose number was typed.
pub(super) fn exact(r: &mut Read<'_>, scope: &Scope, text: &str) -> Result<Option<Ticket>> {
    let Ok(number) = parse_number(text) else { return Ok(None) };
    Ok(ticket::by_number(r, scope, &number)?)
}

/// Hits with what is true of their tickets now.
pub(super) async fn lines(app: &App, who: &Actor, found: Option<&Found>) -> Result<Vec<Line>> {
    let (scope, hits) = (who.scope(), found.map(|f| f.hits.clone()).unwrap_or_default());
    app.desk
        .read(move |r| {
            let line = |hit: Hit| {
                let t = match hit.kind {
                    HitKind::Ticket | HitKind::Message => ticket::by_number(r, &scope, &hit.number)?,
                    HitKind::Contact | HitKind::Organisation | HitKind::Staff => None,
                };
                Ok(Line { hit, status: t.as_ref().map(|t| t.status), severity: t.map(|t| t.severity) })
            };
            hits.into_iter().map(line).collect()
        })
        .await
}
