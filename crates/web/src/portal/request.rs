//! A new request: the five facts are asked once, one question after the other.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::Error;
use desk::chat::there_in;
use desk::intake::{NewTicket, open};
use desk::ticket::follow_up;
use domain::appointment::{ContactWay, Follow};
use domain::door::{Complexity, Door, Proposal};
use domain::field::Field;
use domain::ticket::decide::{Body, Rules};
use domain::ticket::{Channel, Facts, Kind};
use serde::Deserialize;
use store::directory::{self, ProductRow};

use super::way::Ways;
use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, facts_of, id, noted_choice};
use crate::html::clean;
use crate::session::ContactPage;
use crate::tickets::{back, render};
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RequestForm {
    title: String,
    html: String,
    text: String,
    pub(super) kind: String,
    product: String,
    pub(super) stopped: String,
    /// How easily it is told; asked for the proposal only.
    pub(super) complexity: String,
    /// A call is to be asked for afterwards.
    call: String,
    files: Vec<String>,
    follow_way: String,
    follow_when: String,
    /// The case to which the customer comes back.
    after: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "portal/new.html")]
struct RequestPage {
    ui: Ui,
    form: RequestForm,
    facts: Facts,
    errors: Wrongs,
    products: Vec<ProductRow>,
    fields: Vec<(Field, String)>,
    ways: Ways,
}

impl RequestPage {
    /// Complaints have their own button on a case.
    fn kinds(&self) -> impl Iterator<Item = &'static Kind> {
        Kind::ALL.iter().filter(|k| **k != Kind::Complaint)
    }
    fn ways(&self) -> &'static [ContactWay] {
        ContactWay::ALL
    }
    fn complexities(&self) -> &'static [Complexity] {
        Complexity::ALL
    }
    /// Why, and what is to be done for it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand over references")]
    fn said(&self, p: &Proposal) -> String {
        let how = match (p.door, &self.ways.mail) {
            (Door::Mail, Some(address)) => self.ui.t1("way-mail", "address", address),
            (Door::CallBack, _) => self.ui.t("way-call").to_owned(),
            (Door::Chat, _) => self.ui.t("way-chat").to_owned(),
            (Door::Form, _) => self.ui.t("way-form").to_owned(),
            _ => String::new(),
        };
        self.ui.t2("way-said", "why", self.ui.w("door_because", p.because.as_str()), "how", how)
    }
}

async fn page_with(
    app: &App,
    page: &ContactPage,
    form: RequestForm,
    errors: Wrongs,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(app, page, "new").await.map_err(fail)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let chats = there_in(r, &rules)?;
        Ok((rules, chats, directory::products(r)?))
    });
    let (rules, chats, products) = read.await.map_err(fail)?;
    let ways = Ways::of(&form, (&rules, chats), (&app.config.written_mailboxes, ui.now));
    let facts = facts_of(&form.rest);
    let value =
        |f: Field| (f.clone(), form.rest.get(&format!("extra.{}", f.key)).cloned().unwrap_or_default());
    let fields = of_customers(&rules).into_iter().map(value).collect();
    render(&RequestPage { ui, form, facts, errors, products, fields, ways }, &page.visitor)
}

/// The extra fields that customers fill in.
async fn asked_of_customers(app: &App) -> desk::Result<Vec<Field>> {
    let desk = app.desk.clone();
    let rules = app.desk.read(move |r| desk.rules_in(r)).await?;
    Ok(of_customers(&rules))
}

fn of_customers(rules: &Rules) -> Vec<Field> {
    rules.fields.iter().filter(|f| f.customer).cloned().collect()
}

/// Which case is gone on with, and what was answered for a proposal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
    kind: String,
    stopped: String,
    complexity: String,
}

/// The empty form; after a case that is not opened again, with what it was about.
pub(super) async fn form(
    State(app): State<App>,
    page: ContactPage,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let Asked { after, kind, stopped, complexity } = asked;
    let mut form = RequestForm { stopped, complexity, ..RequestForm::default() };
    if !after.is_empty() {
        let scope = page.visitor.actor().scope();
        let read = app.desk.read(move |r| Ok(store::ticket::by_number(r, &scope, &after)?));
        if let Some(t) = read.await.map_err(|e| page.visitor.fail(e))? {
            form.title = t.title;
            form.product = t.product.map(|p| p.0).unwrap_or_default();
            form.kind = t.kind.to_string();
            form.after = t.number;
        }
    }
    if !kind.is_empty() {
        form.kind = kind;
    }
    page_with(&app, &page, form, Wrongs::default()).await
}

/// Opens the case, or shows the form again with what is wrong. "Work is stopped" is the customer's wish: it is
/// a tag for the desk, who set the severity (K1).
pub(super) async fn create(
    State(app): State<App>,
    page: ContactPage,
    Fields(form): Fields<RequestForm>,
) -> Result<Response, WebError> {
    let asked = asked_of_customers(&app).await.map_err(|e| page.visitor.fail(e))?;
    let read = || -> desk::Result<NewTicket> {
        let body = if form.html.trim().is_empty() { Body::from_text(&form.text) } else { clean(&form.html) };
        let mut new =
            NewTicket::by_contact(page.contact.id.clone(), form.title.clone(), body, Channel::Portal);
        new.kind = noted_choice("kind", &form.kind, &mut new.misread)?.unwrap_or(Kind::Fault);
        new.product = id(&form.product);
        new.follow =
            Follow::of(noted_choice("follow_way", &form.follow_way, &mut new.misread)?, &form.follow_when);
        new.facts = facts_of(&form.rest);
        // A field of another kind or product was shown, but not meant.
        let meant = asked.iter().filter(|f| f.applies(new.kind, new.product.as_ref()));
        new.extra = meant
            .filter_map(|f| Some((f.key.clone(), form.rest.get(&format!("extra.{}", f.key))?.clone())))
            .collect();
        new.files = form.files.iter().filter_map(|f| id(f)).collect();
        if !form.stopped.is_empty() {
            new.tags.insert(words::t(words::Locale::Zh, "tag-work-stopped").to_owned());
        }
        Ok(new)
    };
    let result = match read() {
        Ok(new) if !form.after.is_empty() => {
            follow_up(&app.desk, page.visitor.actor(), &form.after, new).await
        }
        Ok(new) => open(&app.desk, page.visitor.actor(), new).await,
        Err(e) => Err(e),
    };
    match result {
        Ok(t) if !form.call.is_empty() => Ok(back(&page.visitor, &format!("{}/appointments", t.number))),
        Ok(t) => Ok(back(&page.visitor, &t.number)),
        Err(Error::Invalid(fields)) if !page.visitor.part => {
            let errors = Wrongs::of(&fields, page.visitor.locale);
            page_with(&app, &page, form, errors).await
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}
