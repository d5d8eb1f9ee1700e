//! The status page of an emergency, for the customers whom it affects and nobody else.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use desk::Error;
use domain::emergency::{Emergency, State as Standing};
use domain::id::EmergencyId;
use store::{emergency, ticket};

use crate::app::App;
use crate::emergencies::{Course, course};
use crate::error::WebError;
use crate::names::Names;
use crate::session::ContactPage;
use crate::tickets::render;
use crate::ui::Ui;

#[derive(Template)]
#[template(path = "portal/emergency.html")]
struct StatusPage {
    ui: Ui,
    e: Emergency,
    course: Vec<Course>,
    /// The number of the case, if it is one that the reader may see.
    number: Option<String>,
}

impl StatusPage {
    fn is_running(&self) -> bool {
        self.e.state == Standing::Running
    }
    /// What the affected learn of where it stands: whether a review is owed is the house's own matter.
    fn standing(&self) -> &'static str {
        match self.e.state {
            Standing::Finished => Standing::Ended.as_str(),
            state => state.as_str(),
        }
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: ContactPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(&app, &page, "emergency").await.map_err(fail)?;
    let (scope, org, locale) = (page.visitor.actor().scope(), page.contact.organisation.clone(), ui.locale);
    let read = app.desk.peek(move |r| {
        let org = org.ok_or(Error::NotFound)?;
        let e = emergency::emergency_of(r, &org, &EmergencyId(id))?.ok_or(Error::NotFound)?;
        let mut names = Names::default();
        let course = course(r, &e.ticket, (&mut names, locale), false)?;
        let number = ticket::by_id(r, &scope, &e.ticket)?.map(|t| t.number);
        Ok((e, course, number))
    });
    let (e, course, number) = read.await.map_err(fail)?;
    render(&StatusPage { ui, e, course, number }, &page.visitor)
}
