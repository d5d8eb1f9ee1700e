//! The router with its layers, and what every handler may use.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use desk::Desk;
use tower_http::compression::CompressionLayer;

use crate::api::throttle::Throttle;
use crate::chat::Chats;
use crate::mailbox_port::MailboxPort;

/// Limits that an operator may change.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// API requests per second and token.
    pub api_per_second: u32,
    /// Requests of visitors who chat, per second and network address.
    pub chat_per_second: u32,
    /// Largest upload, in bytes.
    pub upload_bytes: usize,
}

/// Configuration of the pages.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where uploaded files are kept.
    pub files: PathBuf,
    /// Where is it written? Answers `Loading` until a worker has opened it.
    pub search: search::Search,
    /// Address under which people reach this installation; decides the cookie's `Secure` flag.
    pub public_url: String,
    /// A proxy of the house stands before this program and names the browser's address in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Shown on the sign-in page of the demo: login, password, role key.
    pub demo_accounts: Vec<(String, String, String)>,
    /// Limits.
    pub limits: Limits,
    /// Letters leave the house; otherwise they are kept.
    pub sends_letters: bool,
    /// Browsers can be woken by pages.
    pub push: Option<Arc<push::Pusher>>,
    /// Seals passwords of mailboxes and tries their servers.
    pub mailboxes: Option<Arc<dyn MailboxPort>>,
    /// Mailboxes that stand in the configuration file.
    pub written_mailboxes: Vec<String>,
}

/// What every handler may use.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub desk: Desk,
    pub(crate) config: Arc<WebConfig>,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) chats: Chats,
}

impl App {
    /// The application on a desk.
    pub fn new(desk: Desk, config: WebConfig) -> Self {
        let throttle = Arc::new(Throttle::new(config.limits.api_per_second));
        let chats = Chats::new(config.limits.chat_per_second);
        Self { desk, config: Arc::new(config), throttle, chats }
    }
}

/// All routes with all layers.
pub fn router(app: App) -> Router {
    let limit = app.config.limits.upload_bytes;
    let pages = Router::new()
        .merge(crate::sign_in::routes())
        .merge(crate::tickets::routes())
        .merge(crate::emergencies::routes())
        .merge(crate::appointments::routes())
        .merge(crate::oncall::routes())
        .merge(crate::paging::routes())
        .merge(crate::files::routes())
        .merge(crate::log::routes())
        .merge(crate::reports::routes())
        .merge(crate::conduct::routes())
        .merge(crate::wallboard::routes())
        .merge(crate::portal::routes())
        .merge(crate::kit::routes())
        .merge(crate::search::routes())
        .merge(crate::chat::routes())
        .merge(crate::admin::routes())
        .merge(crate::customers::routes())
        .route_layer(middleware::from_fn_with_state(app.clone(), crate::session::guard_forms));
    let later = crate::api::Later::new(&app);
    Router::new()
        .merge(pages)
        .merge(crate::live::routes())
        .merge(crate::health::routes())
        .merge(crate::api::routes())
        .merge(crate::assets::routes())
        .fallback(move |request| later.answer(request))
        .layer(DefaultBodyLimit::max(limit))
        .layer(middleware::from_fn(crate::api::problems::refuse_nul))
        .layer(middleware::from_fn_with_state(app.clone(), safe_headers))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(app)
}

/// A page that others may frame; whom its own policy names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framed;

/// No inline script or style, no foreign origin, no framing, no guessing of types.
async fn safe_headers(State(_app): State<App>, request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
        font-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let framed = response.extensions_mut().remove::<Framed>().is_some();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        // Older than the policy, and it knows no list: whoever may frame the page is said there.
        if framed && name == header::X_FRAME_OPTIONS {
            continue;
        }
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
