//! The bundled script, style and icons, embedded in the binary and named by their content.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use crate::app::App;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/dist"]
struct Dist;

/// Routes of the assets.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{version}/{name}", get(asset)).route("/favicon.ico", get(favicon))
}

/// Changes with every content: browsers may keep assets for ever.
pub(crate) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut names: Vec<_> = Dist::iter().collect();
        names.sort();
        let hashes = names.iter().filter_map(|n| Dist::get(n)).map(|f| f.metadata.sha256_hash());
        let mixed = hashes
            .fold(0u64, |acc, h| h.iter().take(8).fold(acc, |acc, b| acc.rotate_left(5) ^ u64::from(*b)));
        format!("{mixed:016x}")
    })
}

async fn asset(Path((_, name)): Path<(String, String)>) -> Response {
    file(&name)
}

/// A script of the bundle as text.
pub(crate) fn text(name: &str) -> Option<String> {
    Dist::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned())
}

/// A file of the bundle.
pub(crate) fn file(name: &str) -> Response {
    let Some(file) = Dist::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data).into_response()
}

async fn favicon() -> Response {
    asset(Path((String::new(), "favicon.svg".to_owned()))).await
}
