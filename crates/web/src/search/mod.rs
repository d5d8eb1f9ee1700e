//! Search: a page of the console, a page of the portal. Who may find what is decided inside the index's query.

mod page;
mod portal;
mod query;

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use axum::Router;
use axum::routing::get;
use desk::{Error, Result};
use domain::access::Actor;
use domain::id::{OrgId, ProductId};
use domain::synonym::Synonyms;
use search::{Ask, Found, Reader};
use store::rules::{SettingKey, setting};
use store::{Read, directory};
use tokio::sync::Semaphore;

use crate::app::App;

pub(crate) use query::SearchQuery;

/// Routes of the search.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/search", get(page::show)).route("/portal/search", get(portal::show))
}

/// The index is opened within a second or two; a first build of a large one takes longer and says so in the log.
const RETRY_AFTER_S: i64 = 2;

/// So many questions are answered at once as there are processors. More would only take time from each other:
/// in turn, the first has its answer sooner and the last has it no later.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get)));

/// What a question is narrowed to must be there: else it would find nothing without a word.
fn known(r: &mut Read<'_>, of: (Option<OrgId>, Option<ProductId>)) -> Result<()> {
    if let Some(id) = of.0
        && directory::organisation(r, &id)?.is_none()
    {
        return Err(Error::field("organisation", "unknown"));
    }
    match of.1 {
        Some(id) if !directory::products(r)?.iter().any(|p| p.id == id) => {
            Err(Error::field("product", "unknown"))
        }
        _ => Ok(()),
    }
}

/// Asks the index on behalf of an actor.
///
/// # Errors
/// `Busy` until the index is open; `Invalid` for an organisation or a product that there is not.
pub(crate) async fn find(app: &App, who: &Actor, mut ask: Ask) -> Result<Found> {
    // A customer does not learn what there is.
    let told = !matches!(who, Actor::Contact(_));
    let narrowed = (ask.organisation.clone().filter(|_| told), ask.product.clone().filter(|_| told));
    // Read with each question, so that a change needs neither restart nor index.
    let read = app.desk.peek(move |r| {
        known(r, narrowed)?;
        Ok(setting::<Synonyms>(r, SettingKey::Synonyms)?.0)
    });
    let kept = read.await?;
    ask.synonyms = kept.groups;
    let (search, reader) = (app.config.search.clone(), Reader::of(who));
    let _turn = TURNS.acquire().await;
    let answer = tokio::task::spawn_blocking(move || search.find(&ask, &reader)).await;
    match answer {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(search::Error::Loading)) => Err(Error::Busy { retry_after_s: RETRY_AFTER_S }),
        Ok(Err(e)) => Err(Error::Internal(format!("search: {e}"))),
        Err(e) => Err(Error::Internal(format!("search: {e}"))),
    }
}
