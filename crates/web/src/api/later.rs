//! The API's routes are made when the first request needs them. They come with their description, which is longer than all
//! else that a start does: nobody who opens a page waits for it.

use std::sync::{Arc, LazyLock, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

use super::asked::{Names, names};
use super::{described, problems};
use crate::app::App;

/// The routes, and what each may be asked; made once for all applications of this program.
static MADE: LazyLock<(Router<App>, Names)> = LazyLock::new(|| {
    let (router, api) = described();
    (router, names(&api))
});

/// What each address may be asked.
pub(super) fn known() -> &'static Names {
    &MADE.1
}

/// Whoever answers where no page is: the API under its own addresses.
#[derive(Clone)]
pub(crate) struct Later {
    app: App,
    router: Arc<OnceLock<Router>>,
}

impl Later {
    pub(crate) fn new(app: &App) -> Self {
        Self { app: app.clone(), router: Arc::default() }
    }

    /// Answers what no page answers.
    pub(crate) async fn answer(self, request: Request) -> Response {
        if !request.uri().path().starts_with("/api/v1/") {
            return crate::error::no_such_page(axum::extract::State(self.app), request).await.into_response();
        }
        let router = self.router.get_or_init(|| {
            let (router, _) = &*MADE;
            router
                .clone()
                .layer(from_fn(problems::speak))
                .fallback(crate::error::no_such_page)
                .with_state(self.app.clone())
        });
        let Ok(answer) = router.clone().oneshot(request).await;
        answer
    }
}
