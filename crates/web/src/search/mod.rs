//! Search: a page of the console, a page of the portal. Who may find what is decided inside the index's query.

mod page;
mod portal;
mod query;

use axum::Router;
use axum::routing::get;
use desk::{Error, Result};
use domain::access::Actor;
use domain::synonym::Synonyms;
use search::{Ask, Found, Reader};
use store::rules::{SettingKey, setting};

use crate::app::App;

pub(crate) use query::SearchQuery;

/// Routes of the search.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/search", get(page::show)).route("/portal/search", get(portal::show))
}

/// The index is opened within a second or two; a first build of a large one takes longer and says so in the log.
const RETRY_AFTER_S: i64 = 2;

/// Asks the index on behalf of an actor.
///
/// # Errors
/// `Busy` until the index is open.
pub(crate) async fn find(app: &App, who: &Actor, mut ask: Ask) -> Result<Found> {
    // Read with each question, so that a change needs neither restart nor index.
    let kept = app.desk.read(|r| Ok(setting::<Synonyms>(r, SettingKey::Synonyms)?.0)).await?;
    ask.synonyms = kept.groups;
    let (search, reader) = (app.config.search.clone(), Reader::of(who));
    let answer = tokio::task::spawn_blocking(move || search.find(&ask, &reader)).await;
    match answer {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(search::Error::Loading)) => Err(Error::Busy { retry_after_s: RETRY_AFTER_S }),
        Ok(Err(e)) => Err(Error::Internal(format!("search: {e}"))),
        Err(e) => Err(Error::Internal(format!("search: {e}"))),
    }
}
