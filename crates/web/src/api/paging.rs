//! Pages of lists: how long, and where the next begins.

use desk::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Continues the list; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Where a short list continues.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// The `next_cursor` of an earlier page.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl After {
    /// The page of a list that is short enough to be read whole.
    pub(super) fn page<T>(&self, all: Vec<T>, id: fn(&T) -> String) -> Result<ListView<T>> {
        let limit = crate::customers::limit(&self.limit)?;
        let from = match self.cursor.as_str() {
            "" => 0,
            cursor => {
                let at = all.iter().position(|row| id(row) == cursor);
                at.ok_or_else(|| Error::field("cursor", "bad_value"))? + 1
            }
        };
        let rest: Vec<T> = all.into_iter().skip(from).take(usize::try_from(limit + 1).unwrap_or(0)).collect();
        let (items, more) = crate::customers::cut(rest, limit);
        let next_cursor = items.last().filter(|_| more).map(id);
        Ok(ListView { items, next_cursor })
    }
}
