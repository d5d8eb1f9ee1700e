//! Words that mean the same to the search, as a form: a group in each line.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::save_synonyms;
use domain::access::Right;
use domain::synonym::Synonyms;
use serde::Deserialize;
use store::rules::{SettingKey, setting};
use words::{t, t_args};

use crate::app::App;
use crate::error::{WebError, field_text};
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::{Wrong, Wrongs};

#[derive(Template)]
#[template(path = "admin/synonyms.html")]
struct SynonymsPage {
    ui: Ui,
    tab: &'static str,
    groups: String,
    version: i64,
    errors: Wrongs,
}

impl SynonymsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SynonymsForm {
    version: i64,
    groups: String,
}

/// The form with the groups of the moment.
pub(super) async fn form(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    shown(&app, &page, None, Wrongs::default()).await
}

async fn shown(
    app: &App,
    page: &StaffPage,
    edited: Option<String>,
    errors: Wrongs,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let ui = page.ui(app, "admin").await?;
    let read = app.desk.read(|r| Ok(setting::<Synonyms>(r, SettingKey::Synonyms)?));
    let (kept, version) = read.await.map_err(|e| page.visitor.fail(e))?;
    let groups = edited.unwrap_or_else(|| kept.text());
    render(&SynonymsPage { ui, tab: "synonyms", groups, version, errors }, &page.visitor)
}

/// Saves the groups over the version that was seen; the next question uses them.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<SynonymsForm>,
) -> Result<Response, WebError> {
    let locale = page.visitor.locale;
    match save_synonyms(&app.desk, page.actor(), Synonyms::parse(&form.groups), form.version).await {
        Ok(()) => Ok(Said::done("saved").with(Redirect::to("/admin/synonyms").into_response())),
        Err(Error::Invalid(fields)) => {
            let line = |f: &desk::FieldError| f.field.split_once('.').map(|(_, no)| no.to_owned());
            let said = |f: &desk::FieldError| match line(f) {
                Some(no) => t_args(locale, "synonyms-line", &[("n", &no), ("what", &field_text(f, locale))]),
                None => field_text(f, locale),
            };
            let one = |f| Wrong { control: "groups".to_owned(), why: said(f), said: said(f) };
            let errors = fields.iter().map(one).collect();
            shown(&app, &page, Some(form.groups), errors).await
        }
        Err(Error::Stale { theirs, .. }) => {
            let theirs = serde_json::from_str::<Synonyms>(&theirs).unwrap_or_default().text();
            let newer = t_args(locale, "stale-now", &[("value", &theirs)]);
            let mut errors = Wrongs::whole(t(locale, "stale-form"));
            errors.add(newer);
            Ok((StatusCode::CONFLICT, shown(&app, &page, Some(form.groups), errors).await?).into_response())
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}
