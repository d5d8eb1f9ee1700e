//! Live updates: server-sent events from the outbox. `Last-Event-ID` is the place in the outbox, so a reconnect
//! loses nothing. Customers get only what concerns tickets that they may see.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use desk::auth::who_is;
use desk::{Desk, Result};
use domain::access::{Actor, Scope};
use serde::Deserialize;
use store::feed::{Line, Place};
use store::session::ENDED;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::error::WebError;
use crate::session::{self, Visitor};

/// Routes of the live updates.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/live", get(live))
}

#[derive(Deserialize)]
struct From {
    after: Option<String>,
}

const PAGE: i64 = 500;
/// When lines are looked for again that cannot be read yet.
const AGAIN: Duration = Duration::from_millis(100);

async fn live(
    State(app): State<App>,
    visitor: Visitor,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> std::result::Result<Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>, WebError> {
    let resumed = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let place = match resumed.or(from.after.as_deref()).and_then(|v| v.parse().ok()) {
        Some(place) => place,
        None => app.desk.read(|r| Ok(store::feed::end(r)?.0)).await.map_err(|e| visitor.fail(e))?,
    };
    let (sender, receiver) = mpsc::channel(64);
    let token = session::token(&headers).unwrap_or_default();
    tokio::spawn(pump(app.desk.clone(), visitor.actor().clone(), token, place, sender));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

type Outgoing = mpsc::Sender<std::result::Result<Event, Infallible>>;

/// Sends what is new, then waits for the next ring. Ends when the browser has gone, or the session: then it says so,
/// and the page asks for a new sign-in.
async fn pump(desk: Desk, who: Actor, token: String, mut place: Place, sender: Outgoing) {
    let mut news = desk.db().news();
    loop {
        news.mark_unchanged();
        let (more, lines) = match fresh(&desk, &who, place).await {
            Ok(fresh) => fresh,
            Err(e) => {
                tracing::warn!(error = %e, "live updates stopped for one reader");
                return;
            }
        };
        if lines.iter().any(|(line, _)| line.topic == ENDED) && who_is(&desk, &token).await.is_err() {
            // An event without data is not told to a page.
            let _ = sender.send(Ok(Event::default().event("ended").data("session"))).await;
            return;
        }
        for (line, visible) in lines {
            place = line.place;
            let event = Event::default().id(place.to_string()).event(line.topic).data(line.key);
            if visible && sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
        tokio::select! {
            rung = news.changed() => if rung.is_err() { return },
            () = again(more) => {},
            () = sender.closed() => return,
        }
    }
}

/// Returns when it is time to look again without a ring: never, when all lines were read.
#[expect(clippy::disallowed_methods, reason = "nothing rings when the transaction ends that held lines back")]
pub(crate) async fn again(more: bool) {
    if more {
        tokio::time::sleep(AGAIN).await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// Are there more lines than these, and the lines after a place with whether this reader may see them.
async fn fresh(desk: &Desk, who: &Actor, place: Place) -> Result<(bool, Vec<(Line, bool)>)> {
    let who = who.clone();
    desk.read(move |r| {
        // First what is held: what becomes readable between the two is read now, what comes later rings.
        let held = store::feed::is_held(r)?;
        let lines = store::feed::after(r, place, PAGE)?;
        let more = held || i64::try_from(lines.len()).is_ok_and(|n| n == PAGE);
        let scope = who.scope();
        let seen = lines
            .into_iter()
            .map(|line| {
                let visible = match (&scope, line.topic.as_str()) {
                    (_, ENDED | desk::chat::TOPIC) => false,
                    (Scope::All, "notice") => who.staff().is_some_and(|s| s.id.as_str() == line.key),
                    (Scope::All, _) => true,
                    (scope, "ticket") => store::ticket::by_number(r, scope, &line.key)?.is_some(),
                    _ => false,
                };
                Ok((line, visible))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok((more, seen))
    })
    .await
}
