//! Whose the new contract or installation is: asked first where the address does not say it.

use askama::Template;
use axum::response::Response;
use desk::Error;
use domain::id::OrgId;
use serde::Deserialize;
use store::directory;

use super::Back;
use super::contact::named;
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "customers/whose.html")]
struct WhosePage {
    ui: Ui,
    tab: &'static str,
    title: &'static str,
    name: String,
    back: Back,
}

impl WhosePage {
    fn lists(&self) -> [(&'static str, &'static str); 4] {
        super::LISTS
    }
}

/// The organisation in the address, by its id or by the name that was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whose {
    organisation: String,
    name: Option<String>,
}

/// The organisation, or the page that asks for it.
pub(super) async fn whose(
    app: &App,
    page: &StaffPage,
    (tab, title): (&'static str, &'static str),
    asked: Whose,
) -> Result<Result<OrgId, Response>, WebError> {
    let known = OrgId(asked.organisation);
    let id = known.clone();
    let there = app.desk.read(move |r| Ok(directory::organisation(r, &id)?.is_some()));
    if there.await.map_err(|e| page.visitor.fail(e))? {
        return Ok(Ok(known));
    }
    let name = asked.name.clone().unwrap_or_default();
    let found = match named(app, &name).await {
        Ok(Some(id)) => return Ok(Ok(id)),
        // Nothing was typed yet, or nothing at all was sent.
        Ok(None) if asked.name.is_none() => None,
        Ok(None) => Some(Error::field("organisation", "required")),
        Err(e) => Some(e),
    };
    let back = found.map(|e| Back::new(e, &page.visitor)).transpose()?.unwrap_or_default();
    let view = WhosePage { ui: page.ui(app, "customers").await?, tab, title, name, back };
    Ok(Err(view.back.answer(render(&view, &page.visitor)?)))
}
