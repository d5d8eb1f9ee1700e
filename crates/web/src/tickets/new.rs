//! Staff open a ticket for a customer: at the phone, from a letter, after a visit.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::intake::{FirstTold, NewTicket, open};
use desk::{Error, kit, noted};
use domain::access::Right;
use domain::appointment::{ContactWay, Follow};
use domain::ticket::decide::Body;
use domain::ticket::{Channel, Facts, IssueClass, Kind, Level, Severity};
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::directory::{ModuleRow, ProductRow};
use store::staff::{GroupRow, StaffRow};
use store::{directory, staff};

use super::ListQuery;
use super::list::render;
use super::verbs::back;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, facts_of, id, noted_choice, required, wall, words};
use crate::html::clean;
use crate::names::everybody;
use crate::session::StaffPage;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// The form as it was sent; shown again with its errors.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct NewForm {
    title: String,
    html: String,
    text: String,
    requester: String,
    requester_name: String,
    channel: String,
    kind: String,
    class: String,
    severity: String,
    level: String,
    product: String,
    module: String,
    tags: String,
    group: String,
    assignee: String,
    files: Vec<String>,
    received_at: String,
    received_reason: String,
    first_contact_at: String,
    first_contact_by: String,
    follow_way: String,
    follow_when: String,
    /// The code of what the caller has prepared.
    code: String,
    /// The form is to be filled with it.
    fill: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "tickets/new.html")]
struct NewPage {
    ui: Ui,
    query: ListQuery,
    form: NewForm,
    errors: Wrongs,
    groups: Vec<GroupRow>,
    people: Vec<StaffRow>,
    products: Vec<ProductRow>,
    modules: Vec<ModuleRow>,
    fields: Vec<(domain::field::Field, String)>,
    /// Facts that were filled in just now, by the names of their fields.
    filled: String,
}

impl NewPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn classes(&self) -> &'static [IssueClass] {
        IssueClass::ALL
    }
    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }
    fn levels(&self) -> &'static [Level] {
        Level::ALL
    }
    fn channels(&self) -> [Channel; 4] {
        [Channel::Phone, Channel::Mail, Channel::Chat, Channel::Visit]
    }
    fn facts(&self) -> Facts {
        self.form.facts()
    }
    fn ways(&self) -> &'static [ContactWay] {
        ContactWay::ALL
    }
}

async fn page_with(app: &App, page: &StaffPage, form: NewForm, errors: Wrongs) -> Result<Response, WebError> {
    filled_with(app, page, form, errors, String::new()).await
}

async fn filled_with(
    app: &App,
    page: &StaffPage,
    form: NewForm,
    errors: Wrongs,
    filled: String,
) -> Result<Response, WebError> {
    page.need(Right::TicketCreate)?;
    let ui = page.ui(app, "tickets").await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        Ok((
            staff::groups(r)?,
            everybody(r)?,
            directory::products(r)?,
            directory::modules(r)?,
            rules.fields.clone(),
        ))
    });
    let (groups, people, products, modules, fields) = read.await.map_err(|e| page.visitor.fail(e))?;
    let people = people.into_iter().filter(|p| p.active).collect();
    let fields = fields
        .into_iter()
        .map(|f| {
            let value = form.rest.get(&format!("extra.{}", f.key)).cloned().unwrap_or_default();
            (f, value)
        })
        .collect();
    let query = ListQuery::default();
    let view = NewPage { ui, query, form, errors, groups, people, products, modules, fields, filled };
    render(&view, &page.visitor)
}

/// Who asks, if that is known before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asks {
    requester: String,
}

/// The empty form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Query(asks): Query<Asks>,
) -> Result<Response, WebError> {
    let form = NewForm { requester: asks.requester, ..NewForm::default() };
    page_with(&app, &page, form, Wrongs::default()).await
}

/// Fills the form with what the caller has prepared; what was typed stays.
async fn fill(app: &App, page: &StaffPage, mut form: NewForm) -> Result<Response, WebError> {
    let prepared = match kit::redeem(&app.desk, page.actor(), &form.code).await {
        Ok(prepared) => prepared,
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            return page_with(app, page, form, errors).await;
        }
        Err(e) => return Err(page.visitor.fail(e)),
    };
    let mut facts = form.facts();
    let mut filled = domain::kit::fill(&mut facts, &prepared.facts);
    let Facts { symptom, occurrence, system, version, error_code } = facts;
    let fields = [
        ("symptom", symptom),
        ("occurrence", occurrence),
        ("system", system),
        ("product_version", version),
        ("error_code", error_code),
    ];
    form.rest.extend(fields.map(|(name, text)| (name.to_owned(), text)));
    if let Some(product) = prepared.product.filter(|_| form.product.is_empty()) {
        form.product = product.0;
        filled.push("product");
    }
    form.code = prepared.code;
    let filled = filled.join(" ").replace("version", "product_version");
    filled_with(app, page, form, Wrongs::default(), filled).await
}

/// Opens the ticket, or shows the form again with what is wrong.
pub(super) async fn create(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<NewForm>,
) -> Result<Response, WebError> {
    if !form.fill.is_empty() {
        return fill(&app, &page, form).await;
    }
    let desk = app.desk.clone();
    let rules = app.desk.peek(move |r| desk.rules_in(r)).await.map_err(|e| page.visitor.fail(e))?;
    let result = match form.read(&rules.settings.zone()) {
        Ok(new) => open(&app.desk, page.actor(), new).await,
        Err(e) => Err(e),
    };
    match result {
        Ok(t) => Ok(back(&page.visitor, &t.number)),
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            page_with(&app, &page, form, errors).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

impl NewForm {
    fn facts(&self) -> Facts {
        facts_of(&self.rest)
    }

    fn read(&self, zone: &TimeZone) -> desk::Result<NewTicket> {
        let extra =
            self.rest.iter().filter_map(|(k, v)| Some((k.strip_prefix("extra.")?.to_owned(), v.clone())));
        let body = if self.html.trim().is_empty() { Body::from_text(&self.text) } else { clean(&self.html) };
        let mut misread = Vec::new();
        let kind = noted(required("kind", &self.kind), &mut misread)?.unwrap_or(Kind::Fault);
        let channel = noted(required("channel", &self.channel), &mut misread)?.unwrap_or(Channel::Phone);
        let received_at = noted(wall(zone, "received_at", &self.received_at), &mut misread)?.flatten();
        let contact = noted(wall(zone, "first_contact_at", &self.first_contact_at), &mut misread)?.flatten();
        let first_contact = FirstTold { at: contact, by: id(&self.first_contact_by) };
        Ok(NewTicket {
            title: self.title.clone(),
            body,
            files: self.files.iter().filter_map(|f| id(f)).collect(),
            requester: self.requester.clone(),
            requester_name: self.requester_name.clone(),
            kind,
            class: noted_choice("class", &self.class, &mut misread)?,
            severity: noted_choice("severity", &self.severity, &mut misread)?,
            level: noted_choice("level", &self.level, &mut misread)?,
            channel,
            product: id(&self.product),
            module: id(&self.module),
            facts: self.facts(),
            extra: extra.collect(),
            tags: words(&self.tags).collect(),
            group: id(&self.group),
            assignee: id(&self.assignee),
            received_at,
            received_reason: self.received_reason.clone(),
            first_contact,
            own_words: false,
            external_ref: None,
            follow: Follow::of(
                noted_choice("follow_way", &self.follow_way, &mut misread)?,
                &self.follow_when,
            ),
            prepared: id(&self.code),
            quiet: false,
            misread,
        })
    }
}
