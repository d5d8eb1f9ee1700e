//! The addresses of the lists of customers, for pages and programs.

use desk::{Error, Result};
use domain::agreement::Standing;
use jiff::civil::Date;
use serde::Deserialize;
use store::directory::{ContactFilter, ContractFilter, InstallationFilter, OrgFilter};

use crate::form::{choice, id};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// How many rows a page has.
pub(crate) fn limit(text: &str) -> Result<i64> {
    if text.is_empty() {
        return Ok(DEFAULT_LIMIT);
    }
    let given = text.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n));
    given.ok_or_else(|| Error::field("limit", "limit_200"))
}

/// The rows of a page, of which one more was read, and whether there are more.
pub(crate) fn cut<T>(mut rows: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}

/// A page cannot continue after a row that is gone.
pub(crate) fn bad_cursor(e: store::Error) -> Error {
    match e {
        store::Error::NotFound("cursor") => Error::field("cursor", "bad_value"),
        e => e.into(),
    }
}

fn yes_or_no(field: &str, text: &str) -> Result<Option<bool>> {
    match text {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(Error::field(field, "bad_value")),
    }
}

/// A query string of the values that are given.
fn same(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, v)| !v.is_empty());
    given.map(|(k, v)| format!("{k}={}", crate::error::encode(v))).collect::<Vec<_>>().join("&")
}

/// Organisations.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrganisationQuery {
    /// A part of the name or of a mail domain.
    pub q: String,
    /// `true` or `false`.
    pub active: String,
    /// A promise's id.
    pub policy: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl OrganisationQuery {
    pub(crate) fn filter(&self) -> Result<OrgFilter> {
        let active = yes_or_no("active", &self.active)?;
        Ok(OrgFilter { text: self.q.clone(), active, policy: id(&self.policy) })
    }

    /// The query string without the position.
    pub(super) fn same(&self) -> String {
        same(&[("q", &self.q), ("active", &self.active), ("policy", &self.policy)])
    }
}

/// Contacts.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactQuery {
    /// A part of the name, of an address or of a number.
    pub q: String,
    /// An organisation's id.
    pub organisation: String,
    /// `true` or `false`.
    pub active: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl ContactQuery {
    pub(crate) fn filter(&self) -> Result<ContactFilter> {
        let active = yes_or_no("active", &self.active)?;
        Ok(ContactFilter { text: self.q.clone(), organisation: id(&self.organisation), active })
    }

    /// The query string without the position.
    pub(super) fn same(&self) -> String {
        same(&[("q", &self.q), ("organisation", &self.organisation), ("active", &self.active)])
    }
}

/// Contracts.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContractQuery {
    /// A part of the number.
    pub q: String,
    /// An organisation's id.
    pub organisation: String,
    /// `in_force`, `coming` or `ended`, as of today.
    pub standing: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl ContractQuery {
    pub(crate) fn filter(&self, today: Date) -> Result<ContractFilter> {
        let standing: Option<Standing> = choice("standing", &self.standing)?;
        let organisation = id(&self.organisation);
        Ok(ContractFilter { text: self.q.clone(), organisation, standing: standing.map(|s| (s, today)) })
    }

    /// The query string without the position.
    pub(super) fn same(&self) -> String {
        same(&[("q", &self.q), ("organisation", &self.organisation), ("standing", &self.standing)])
    }
}

/// Installations.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct InstallationQuery {
    /// The beginning of the version.
    pub q: String,
    /// An organisation's id.
    pub organisation: String,
    /// A product's id.
    pub product: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
}

impl InstallationQuery {
    pub(crate) fn filter(&self) -> InstallationFilter {
        let (organisation, product) = (id(&self.organisation), id(&self.product));
        InstallationFilter { text: self.q.clone(), organisation, product }
    }

    /// The query string without the position.
    pub(super) fn same(&self) -> String {
        same(&[("q", &self.q), ("organisation", &self.organisation), ("product", &self.product)])
    }
}
