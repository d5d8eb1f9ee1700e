//! What comes down to pages: to a visitor the lines of their chat, to us which chats have something new. The place of a line is
//! the event's id, so that whoever comes back goes on behind the last one that they have.

use std::convert::Infallible;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use desk::chat::{self as verb, Standing};
use domain::access::Right;
use domain::chat::Side;
use domain::id::StaffId;
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::hub::{Heard, Listener, News, Seat};
use super::view::{LineView, PlaceView, StateView};
use super::visitor::Guest;
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;

type Sent = Result<Event, Infallible>;
type Outgoing = mpsc::Sender<Sent>;

/// Events that wait for a slow reader.
const WAITING: usize = 16;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    after: i64,
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}

/// A visitor's chat, from a line on.
pub(super) async fn visitor(
    State(app): State<App>,
    guest: Guest,
    Query(from): Query<After>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Sent>>, WebError> {
    let resumed = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let after = resumed.unwrap_or(from.after);
    let token = guest.token.clone();
    let chat = app.desk.peek(move |r| verb::of_visitor(r, &token)).await.map_err(|e| guest.fail(e))?;
    // First listen, then read: nothing falls between the two.
    let listener = app.chats.hub.listen(&app.desk, chat.id.clone(), Side::Visitor);
    let (sender, receiver) = mpsc::channel(WAITING);
    // Whoever comes back is there at once, and not only with the next beat.
    let back = verb::heard(&app.desk, vec![chat.id], Vec::new()).await;
    back.map_err(|e| guest.fail(e))?;
    tokio::spawn(Follower { app, token: guest.token, after, state: None, sender }.run(listener));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

/// Somebody who follows a chat.
struct Follower {
    app: App,
    token: String,
    after: i64,
    state: Option<StateView>,
    sender: Outgoing,
}

impl Follower {
    /// Sends what is new until the visitor or the chat has gone.
    async fn run(mut self, mut listener: Listener) {
        let mut seen: Option<Heard> = None;
        loop {
            let heard = listener.heard.borrow_and_update().clone();
            let more = match &seen {
                None => true,
                Some(seen) => seen.lines != heard.lines,
            };
            if more && !self.lines().await {
                return;
            }
            let place = match &seen {
                None => self.place().await,
                Some(seen) if seen.place != heard.place => heard.place.map(PlaceView::of),
                Some(_) => None,
            };
            if let Some(place) = place
                && !self.send(event("place", &place)).await
            {
                return;
            }
            let typed = seen.as_ref().is_some_and(|s| s.staff_types != heard.staff_types);
            if typed && !self.send(event("typing", &())).await {
                return;
            }
            seen = Some(heard);
            tokio::select! {
                rung = listener.heard.changed() => if rung.is_err() { return },
                () = self.sender.closed() => return,
            }
        }
    }

    /// Sends the lines that are new, and how the chat stands if that is new. False at the end.
    async fn lines(&mut self) -> bool {
        loop {
            let (token, after) = (self.token.clone(), self.after);
            let read = self.app.desk.peek(move |r| verb::follow(r, &token, after)).await;
            let standing = match read {
                Ok(standing) => standing,
                Err(e) => {
                    tracing::warn!(error = %e, "a visitor's chat is not followed any more");
                    return false;
                }
            };
            let more = standing.more;
            if !self.told(standing).await {
                return false;
            }
            if !more {
                return true;
            }
        }
    }

    async fn told(&mut self, standing: Standing) -> bool {
        let state = StateView::of(&standing, Side::Visitor);
        let goes_on = standing.chat.state.is_open() || standing.more;
        for line in standing.lines {
            let line = LineView::of(line);
            self.after = line.seq;
            if !self.send(event("line", &line).id(line.seq.to_string())).await {
                return false;
            }
        }
        if self.state.as_ref() != Some(&state) {
            if !self.send(event("state", &state)).await {
                return false;
            }
            self.state = Some(state);
        }
        goes_on
    }

    async fn place(&self) -> Option<PlaceView> {
        let token = self.token.clone();
        let read = self.app.desk.peek(move |r| {
            let chat = verb::of_visitor(r, &token)?;
            verb::place(r, &chat)
        });
        let place = read.await.ok().flatten()?;
        Some(PlaceView::of((place.position, place.wait)))
    }

    async fn send(&self, event: Event) -> bool {
        self.sender.send(Ok(event)).await.is_ok()
    }
}

/// Which chats have something new, for a page of ours.
pub(super) async fn staff(
    State(app): State<App>,
    page: StaffPage,
) -> Result<Sse<impl Stream<Item = Sent>>, WebError> {
    page.need(Right::TicketReply)?;
    let me = page.staff.id.clone();
    let seat = app.chats.hub.sit(&app.desk, me.clone());
    let (sender, receiver) = mpsc::channel(WAITING);
    // Whoever takes chats and comes back is there at once.
    verb::heard(&app.desk, Vec::new(), vec![me.clone()]).await.map_err(|e| page.visitor.fail(e))?;
    tokio::spawn(attend(me, seat, sender));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

async fn attend(me: StaffId, mut seat: Seat, sender: Outgoing) {
    loop {
        let news = tokio::select! {
            news = seat.news.recv() => news,
            () = sender.closed() => return,
        };
        let event = match news {
            Ok(News::Queue) | Err(broadcast::error::RecvError::Lagged(_)) => {
                Event::default().event("queue").data("-")
            }
            Err(broadcast::error::RecvError::Closed) => return,
            // A colleague's chat rings nobody else; one that changes hands changes the queue too.
            Ok(News::Chat(_, staff) | News::Typing(_, Some(staff))) if staff != me => continue,
            Ok(News::Chat(id, _)) => Event::default().event("chat").data(id.0),
            Ok(News::Typing(id, _)) => Event::default().event("typing").data(id.0),
        };
        if sender.send(Ok(event)).await.is_err() {
            return;
        }
    }
}
