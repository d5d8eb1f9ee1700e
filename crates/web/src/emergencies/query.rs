//! The addresses of the lists of emergencies and measures, for pages and programs.

use desk::{Error, Result};
use jiff::civil::Date;
use serde::Deserialize;
use store::emergency::{EmergencyFilter, MeasureFilter};
use store::ticket::Cursor;

use crate::form::{choice, id};

fn same(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, v)| !v.is_empty());
    given.map(|(k, v)| format!("{k}={}", crate::error::encode(v))).collect::<Vec<_>>().join("&")
}

/// Emergencies.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EmergencyQuery {
    /// `running`, `owes_review`, `ended`, `finished`, `called_off`.
    pub state: String,
    /// Id of the person who leads it.
    pub commander: String,
    /// The `next_cursor` of an earlier page.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl EmergencyQuery {
    pub(crate) fn read(&self) -> Result<(EmergencyFilter, Option<Cursor>)> {
        let filter = EmergencyFilter { which: choice("state", &self.state)?, commander: id(&self.commander) };
        let decoded = || Cursor::decode(&self.cursor).ok_or_else(|| Error::field("cursor", "bad_value"));
        let after = if self.cursor.is_empty() { None } else { Some(decoded()?) };
        Ok((filter, after))
    }

    /// The query string without the position.
    pub(crate) fn same(&self) -> String {
        same(&[("state", &self.state), ("commander", &self.commander)])
    }
}

/// Measures.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct MeasureQuery {
    /// `open`, `overdue`, `done`.
    pub state: String,
    /// Id of the person who sees to it.
    pub owner: String,
    /// The `next_cursor` of an earlier page.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl MeasureQuery {
    pub(crate) fn read(&self, today: Date) -> Result<MeasureFilter> {
        let which = choice("state", &self.state)?;
        Ok(MeasureFilter { which: which.map(|w| (w, today.to_string())), owner: id(&self.owner) })
    }

    /// The query string without the position.
    pub(crate) fn same(&self) -> String {
        same(&[("state", &self.state), ("owner", &self.owner)])
    }
}
