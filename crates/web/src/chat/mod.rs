//! Chat: the frame in which a visitor writes, on our pages or on another site's, and the page on which we answer.

mod console;
mod frame;
mod hub;
mod limits;
mod live;
mod open;
mod verbs;
pub(crate) mod view;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use console::{Running, running};
pub(crate) use hub::{Hub, types};
pub(crate) use limits::Limits;

/// What chat needs of a node.
#[derive(Debug, Clone)]
pub(crate) struct Chats {
    /// Who listens.
    pub hub: Arc<Hub>,
    /// How much strangers may ask.
    pub limits: Arc<Limits>,
}

impl Chats {
    /// Nobody has asked anything yet; so many requests a second are taken from one address.
    pub(crate) fn new(per_second: u32) -> Self {
        Self { hub: Hub::new(), limits: Arc::new(Limits::new(per_second)) }
    }
}

/// Routes of chat.
pub(crate) fn routes() -> Router<App> {
    let visitors = Router::new()
        .route("/chat/widget.js", get(frame::widget))
        .route("/chat/frame", get(frame::frame))
        .route("/chat/start", post(open::start))
        .route("/chat/word", post(open::word))
        .route("/chat/events", get(live::visitor))
        .route("/chat/lines", post(visitor::say))
        .route("/chat/typing", post(visitor::typing))
        .route("/chat/read", post(visitor::read))
        .route("/chat/end", post(visitor::end))
        .route("/chat/transcript", post(visitor::transcript))
        .route("/chat/files", post(visitor::upload))
        .route("/chat/files/{id}", get(visitor::file));
    Router::new()
        .merge(visitors)
        .route("/chats", get(console::home))
        .route("/chats/events", get(live::staff))
        .route("/chats/link", get(console::link))
        .route("/chats/seat", post(verbs::sit))
        .route("/chats/seat/removal", post(verbs::rise))
        .route("/chats/{id}", get(console::show))
        .route("/chats/{id}/lines", get(console::lines).post(verbs::answer))
        .route("/chats/{id}/taking", post(verbs::take))
        .route("/chats/{id}/transfer", post(verbs::transfer))
        .route("/chats/{id}/end", post(verbs::end))
        .route("/chats/{id}/transcript", post(verbs::transcript))
        .route("/chats/{id}/typing", post(verbs::typing))
        .route("/chats/{id}/reading", post(verbs::read))
}
