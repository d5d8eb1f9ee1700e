//! The queues of the console with their counts.

use axum::Json;
use axum::extract::State;
use domain::access::Right;
use domain::queue::Queue;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::paging::ListView;
use crate::app::App;
use crate::error::WebError;

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueView {
    /// As the list's `view` names it.
    queue: &'static str,
    /// Tickets in it now.
    count: Option<i64>,
}

/// The queues of whoever calls, in the console's order, with the counts that it shows.
#[utoipa::path(get, path = "/api/v1/queues", responses((status = 200, body = ListView<QueueView>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ListView<QueueView>>, WebError> {
    caller.need(Right::TicketView)?;
    let me = caller.person()?;
    let read = app.desk.peek(move |r| {
        let view =
            |queue: &Queue| Ok(QueueView { queue: queue.as_str(), count: crate::ui::count(r, *queue, &me)? });
        Queue::ALL.iter().map(view).collect()
    });
    let items = read.await.map_err(|e| caller.fail(e))?;
    Ok(Json(ListView { items, next_cursor: None }))
}
