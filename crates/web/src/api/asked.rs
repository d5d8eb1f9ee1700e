//! What may stand in an address's query: what its description names. Everything else is refused by name, because a
//! misspelt filter that is passed over answers another question.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Query};
use axum::http::Method;
use axum::http::request::Parts;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

/// Lists that take names of the house's own fields, and check them themselves.
const OWN_FIELDS: [&str; 2] = ["x.", "extra."];

/// Every list takes these, so that one loop of a client reads any of them; one whose pages have a size of their own,
/// or that is always whole, passes over the limit.
const PAGING: [&str; 2] = ["limit", "cursor"];

type Names = BTreeMap<String, BTreeSet<String>>;

static KNOWN: LazyLock<Names> = LazyLock::new(|| names(&super::described().1));

fn names(api: &OpenApi) -> Names {
    let mut names = Names::new();
    for (path, item) in &api.paths.paths {
        let all = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in all {
            if let Some(operation) = operation {
                names.insert(format!("{method} {path}"), asked_of(operation));
            }
        }
    }
    names
}

fn asked_of(operation: &Operation) -> BTreeSet<String> {
    let all = operation.parameters.iter().flatten();
    let plain = all.filter_map(|p| if let RefOr::T(p) = p { Some(p) } else { None });
    plain.filter(|p| matches!(p.parameter_in, ParameterIn::Query)).map(|p| p.name.clone()).collect()
}

/// The first name in the query that the address does not know.
pub(super) fn unknown(parts: &Parts) -> Option<String> {
    parts.uri.query().filter(|q| !q.is_empty())?;
    let path = parts.extensions.get::<MatchedPath>()?.as_str();
    let known = KNOWN.get(&format!("{} {path}", parts.method))?;
    // What cannot be read at all is said by whoever reads it.
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).ok()?;
    let pages = |name: &str| parts.method == Method::GET && PAGING.contains(&name);
    let own = |name: &str| path == "/api/v1/tickets" && OWN_FIELDS.iter().any(|p| name.starts_with(p));
    pairs.into_iter().map(|(name, _)| name).find(|name| !known.contains(name) && !pages(name) && !own(name))
}
