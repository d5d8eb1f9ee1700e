//! What may stand in an address's query: what its description names. Everything else is refused by name, because a
//! misspelt filter that is passed over answers another question.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{MatchedPath, Query};
use axum::http::Method;
use axum::http::request::Parts;
use desk::FieldError;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

/// Lists that take names of the house's own fields, and check them themselves.
const OWN_FIELDS: [&str; 2] = ["x.", "extra."];

/// Every list takes these, so that one loop of a client reads any of them; one that is always whole only checks them.
const PAGING: [&str; 2] = ["limit", "cursor"];

/// For each method and address the names that its query may have.
pub(super) type Names = BTreeMap<String, BTreeSet<String>>;

pub(super) fn names(api: &OpenApi) -> Names {
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

/// The first name in the query that the address does not know, or a page that no list has; with what is wrong.
pub(super) fn wrong(parts: &Parts) -> Option<FieldError> {
    parts.uri.query().filter(|q| !q.is_empty())?;
    let path = parts.extensions.get::<MatchedPath>()?.as_str();
    let known = super::later::known().get(&format!("{} {path}", parts.method))?;
    // What cannot be read at all is said by whoever reads it.
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).ok()?;
    let own = |name: &str| path == "/api/v1/tickets" && OWN_FIELDS.iter().any(|p| name.starts_with(p));
    let pages = |name: &str| parts.method == Method::GET && PAGING.contains(&name);
    pairs.into_iter().filter(|(name, _)| !known.contains(name) && !own(name)).find_map(|(name, value)| {
        match name.as_str() {
            "limit" if pages("limit") && fits(&value) => None,
            "cursor" if pages("cursor") && value.is_empty() => None,
            "limit" if pages("limit") => Some(FieldError::new(name, "limit_200")),
            page if pages(page) => Some(FieldError::new(name, "bad_value")),
            // It is called by the name that it was given: what a field of that name would be called misleads.
            _ => Some(FieldError { label: Some(name.clone()), ..FieldError::new(name, "unknown_parameter") }),
        }
    })
}

fn fits(limit: &str) -> bool {
    limit.parse::<u32>().is_ok_and(|n| (1..=200).contains(&n))
}
