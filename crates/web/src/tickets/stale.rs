//! Two people edited the same field: both values side by side, and the form that goes on with one of them.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::ListQuery;
use super::list::render;
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::ui::Ui;

/// A field that was edited twice.
pub(super) struct Clash {
    pub number: String,
    /// The form that was sent.
    pub at: &'static str,
    pub field: String,
    pub mine: String,
    pub theirs: String,
    /// The form as it was sent.
    pub sent: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "tickets/stale.html")]
struct StalePage {
    ui: Ui,
    query: ListQuery,
    clash: Clash,
}

#[derive(Template)]
#[template(path = "tickets/_stale.html")]
struct StalePart {
    ui: Ui,
    clash: Clash,
}

impl Clash {
    /// The choices made so far with one more: fields in which mine, or theirs, is to stand.
    fn chosen(&self, list: &str) -> String {
        let before = self.sent.get(list).map(String::as_str).unwrap_or_default();
        [before, &self.field].into_iter().filter(|f| !f.is_empty()).collect::<Vec<_>>().join(",")
    }

    fn sent(&self) -> Vec<(&String, &String)> {
        self.sent.iter().filter(|(k, _)| !["mine", "theirs"].contains(&k.as_str())).collect()
    }

    fn earlier(&self, list: &str) -> &str {
        self.sent.get(list).map(String::as_str).unwrap_or_default()
    }
}

/// Shows both: as a dialog over the page that is open, or as a page of its own.
pub(super) async fn show(app: &App, page: &StaffPage, clash: Clash) -> Result<Response, WebError> {
    let ui = page.ui(app, "tickets").await?;
    let body = if page.visitor.part {
        render(&StalePart { ui, clash }, &page.visitor)?
    } else {
        render(&StalePage { ui, query: ListQuery::default(), clash }, &page.visitor)?
    };
    Ok((StatusCode::CONFLICT, body).into_response())
}
