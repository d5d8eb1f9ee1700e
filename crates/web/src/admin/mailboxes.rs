//! Mailboxes: entered, changed, tried and removed, with how each is doing; and the list of those whom nobody wants to hear.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::mail_in::{Sealed, block, remove_mailbox, save_mailbox, unblock};
use domain::access::Right;
use domain::mail_in::{Afterwards, Block, Mailbox, Proof, Protection};
use serde::Deserialize;
use store::mailbox::{self, StateRow};
use store::staff::{self, GroupRow};

use super::mailbox_form::{MailboxForm, fresh};
use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::mailbox_port::{Tried, needed};
use crate::names::Names;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "admin/mailboxes.html")]
struct MailboxesPage {
    ui: Ui,
    tab: &'static str,
    mailboxes: Vec<(Mailbox, Option<StateRow>)>,
    written: Vec<String>,
    groups: Vec<GroupRow>,
    blocks: Vec<Block>,
    back: Back,
    pattern: String,
    note: String,
}

impl MailboxesPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn group(&self, m: &Mailbox) -> String {
        let found = self.groups.iter().find(|g| m.group.as_ref() == Some(&g.id));
        found.map_or_else(|| self.ui.t("route-by-rules").to_owned(), |g| g.name.clone())
    }
}

#[derive(Template)]
#[template(path = "admin/mailbox.html")]
struct MailboxPage {
    ui: Ui,
    tab: &'static str,
    m: Mailbox,
    state: Option<StateRow>,
    groups: Vec<GroupRow>,
    back: Back,
    tried: Option<Tried>,
}

impl MailboxPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn newer(&self, field: &str) -> String {
        self.back.newer(self.ui.locale, field)
    }
    fn protections(&self) -> &'static [Protection] {
        Protection::ALL
    }
    fn proofs(&self) -> &'static [Proof] {
        Proof::ALL
    }
    fn ways(&self) -> &'static [Afterwards] {
        Afterwards::ALL
    }
}

async fn listed(
    app: &App,
    page: &StaffPage,
    (back, pattern, note): (Back, String, String),
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        Ok((rules, mailbox::states(r)?, staff::groups(r)?))
    });
    let (rules, states, groups) = read.await.map_err(|e| page.visitor.fail(e))?;
    let state = |m: &Mailbox| states.iter().find(|s| s.mailbox == m.id).cloned();
    let mailboxes: Vec<_> = rules.mailboxes.iter().map(|m| (m.clone(), state(m))).collect();
    let known = |a: &String| rules.mailboxes.iter().any(|m| m.address == *a);
    let written = app.config.written_mailboxes.iter().filter(|a| !known(a)).cloned().collect();
    let blocks = rules.blocks.clone();
    let view =
        MailboxesPage { ui, tab: "mailboxes", mailboxes, written, groups, blocks, back, pattern, note };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

async fn shown(
    app: &App,
    page: &StaffPage,
    mut m: Mailbox,
    (mut back, tried): (Back, Option<Tried>),
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let (id, desk) = (m.id.clone(), app.desk.clone());
    let read = app.desk.read(move |r| {
        let kept = desk.rules_in(r)?.mailboxes.iter().find(|k| k.id == id).cloned();
        Ok((mailbox::state(r, &id)?, staff::groups(r)?, kept))
    });
    let (state, groups, kept) = read.await.map_err(|e| page.visitor.fail(e))?;
    if let Some(theirs) = kept.filter(|_| back.is_stale()) {
        back.compare(&m, &theirs, &Names::default(), ui.locale);
        m.version = theirs.version;
    }
    let view = MailboxPage { ui, tab: "mailboxes", m, state, groups, back, tried };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// All mailboxes and all blocked senders.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    listed(&app, &page, (Back::default(), String::new(), String::new())).await
}

/// By what way letters of a new mailbox come.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Way {
    kind: String,
}

/// An empty form.
pub(super) async fn new(
    State(app): State<App>,
    page: StaffPage,
    Query(way): Query<Way>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    shown(&app, &page, fresh(way.kind == "imap"), (Back::default(), None)).await
}

/// One mailbox.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        rules.mailboxes.iter().find(|m| m.id == id).cloned().ok_or(Error::NotFound)
    });
    let m = read.await.map_err(|e| page.visitor.fail(e))?;
    shown(&app, &page, m, (Back::default(), None)).await
}

/// Saves a mailbox. An empty password leaves the one that there is.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<MailboxForm>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let secret = form.secret.clone();
    let (m, wrong) = form.read().map_err(|e| page.visitor.fail(e))?;
    if !wrong.is_empty() {
        return shown(&app, &page, m, (Back::new(Error::Invalid(wrong), &page.visitor)?, None)).await;
    }
    let sealed = sealed(&app, &secret).map_err(|e| page.visitor.fail(e))?;
    match save_mailbox(&app.desk, page.actor(), m.clone(), sealed).await {
        Ok(_) => Ok(Said::done("saved").with(Redirect::to("/admin/mailboxes").into_response())),
        Err(e) => shown(&app, &page, m, (Back::new(e, &page.visitor)?, None)).await,
    }
}

fn sealed(app: &App, secret: &str) -> desk::Result<Sealed> {
    if secret.is_empty() {
        return Ok(Sealed::Same);
    }
    Ok(Sealed::New(needed(app.config.mailboxes.as_ref())?.seal(secret)?))
}

/// Tries a mailbox as it stands in the form, and saves nothing.
pub(super) async fn trial(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<MailboxForm>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let secret = form.secret.clone();
    let (m, mut wrong) = form.read().map_err(|e| page.visitor.fail(e))?;
    wrong.extend(m.wrong().into_iter().map(|(field, issue)| desk::FieldError::new(field, issue)));
    let Some(source) = m.imap.clone().filter(|_| wrong.is_empty()) else {
        return shown(&app, &page, m, (Back::new(Error::Invalid(wrong), &page.visitor)?, None)).await;
    };
    let sealed = match sealed(&app, &secret).map_err(|e| page.visitor.fail(e))? {
        Sealed::New(sealed) => sealed,
        Sealed::Same => {
            let id = m.id.clone();
            let read = app.desk.read(move |r| Ok(mailbox::sealed(r, &id)?));
            read.await.map_err(|e| page.visitor.fail(e))?
        }
    };
    let port = needed(app.config.mailboxes.as_ref()).map_err(|e| page.visitor.fail(e))?;
    let tried = port.attempt(&source, &sealed).await;
    shown(&app, &page, m, (Back::default(), Some(tried))).await
}

/// Removes a mailbox; its letters stay.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let gone = remove_mailbox(&app.desk, page.actor(), id).await;
    gone.map(|()| Redirect::to("/admin/mailboxes")).map_err(|e| page.visitor.fail(e))
}

/// Whose letters nobody wants, as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BlockForm {
    pattern: String,
    note: String,
}

/// Puts an address or a domain on the list.
pub(super) async fn add_block(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<BlockForm>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    match block(&app.desk, page.actor(), form.pattern.clone(), form.note.clone()).await {
        Ok(()) => Ok(Said::done("blocked").with(Redirect::to("/admin/mailboxes").into_response())),
        Err(e) => listed(&app, &page, (Back::new(e, &page.visitor)?, form.pattern, form.note)).await,
    }
}

/// Takes somebody off the list; they can be put on it again at once.
pub(super) async fn remove_block(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let gone = unblock(&app.desk, page.actor(), id).await.map_err(|e| page.visitor.fail(e))?;
    let fields = vec![("pattern".to_owned(), gone.pattern), ("note".to_owned(), gone.note)];
    let said = Said::undone_at("unblocked", "/admin/mailboxes/blocks".to_owned(), fields);
    Ok(said.with(Redirect::to("/admin/mailboxes").into_response()))
}
