//! Keys with which letters of a domain are signed, with the record that is to be published for each.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::dkim::{add_key, check_key, remove_key, rest_key, use_key};
use domain::access::Right;
use domain::dkim::{record_name, record_text};
use serde::Deserialize;
use store::dkim::{self, KeyRow};

use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::mailbox_port::needed;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "admin/dkim.html")]
struct KeysPage {
    ui: Ui,
    tab: &'static str,
    keys: Vec<KeyRow>,
    form: KeyForm,
    back: Back,
}

impl KeysPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn name(&self, k: &KeyRow) -> String {
        record_name(&k.domain, &k.selector)
    }
    fn text(&self, k: &KeyRow) -> String {
        record_text(k.algorithm, &k.public)
    }
}

/// A new key as a form sends it; without PEM one is made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeyForm {
    domain: String,
    selector: String,
    pem: String,
}

async fn shown(app: &App, page: &StaffPage, (form, back): (KeyForm, Back)) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let read = app.desk.read(|r| Ok(dkim::all(r)?));
    let keys = read.await.map_err(|e| page.visitor.fail(e))?;
    let view = KeysPage { ui, tab: "mail-keys", keys, form, back };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// All keys.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    shown(&app, &page, (KeyForm::default(), Back::default())).await
}

/// Makes a key, or keeps one that somebody has made.
pub(crate) fn made(
    app: &App,
    (domain, selector): (&str, &str),
    pem: &str,
) -> desk::Result<desk::dkim::NewKey> {
    check_key(domain, selector)?;
    let port = needed(app.config.mailboxes.as_ref())?;
    if pem.trim().is_empty() { port.make_key() } else { port.read_key(pem) }
}

/// Adds a key. What was pasted is not shown again.
pub(super) async fn add(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<KeyForm>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let named = (form.domain.clone(), form.selector.clone());
    let added = match made(&app, (&form.domain, &form.selector), &form.pem) {
        Ok(key) => add_key(&app.desk, page.actor(), named, key).await,
        Err(e) => Err(e),
    };
    match added {
        Ok(_) => Ok(Said::done("saved").with(Redirect::to("/admin/mail-keys").into_response())),
        Err(e) => {
            let form = KeyForm { pem: String::new(), ..form };
            shown(&app, &page, (form, Back::new(e, &page.visitor)?)).await
        }
    }
}

fn back(page: &StaffPage, done: Result<(), Error>) -> Result<Redirect, WebError> {
    done.map(|()| Redirect::to("/admin/mail-keys")).map_err(|e| page.visitor.fail(e))
}

/// Has a key sign.
pub(super) async fn begin(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    back(&page, use_key(&app.desk, page.actor(), id).await)
}

/// Has it sign no more.
pub(super) async fn end(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    back(&page, rest_key(&app.desk, page.actor(), id).await)
}

/// Removes it.
pub(super) async fn remove(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    back(&page, remove_key(&app.desk, page.actor(), id).await)
}
