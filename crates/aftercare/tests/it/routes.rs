//! The table of access, `access.txt` here and beside the API: which routes there are, and whom each of them lets in.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use domain::access::Right;

/// Whom a route lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    Open,
    SignedIn,
    Staff,
    Contact,
    /// Staff with all these rights; customers too, if so marked.
    Rights {
        all: BTreeSet<Right>,
        contact: bool,
    },
}

/// A line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    pub body: &'static str,
}

impl Route {
    /// Is it the API's, where programs come with a token?
    pub(crate) fn is_api(&self) -> bool {
        self.path.starts_with("/api/v1/")
    }

    /// Does it name a ticket?
    pub(crate) fn of_ticket(&self) -> bool {
        self.path.contains("{number}")
    }

    /// The address, with a ticket that is there and other things that are not.
    pub(crate) fn address(&self, number: &str) -> String {
        let known = [
            ("{number}", number),
            ("{milestone}", "response"),
            ("{kind}", "response"),
            ("{cycle}", "1"),
            ("{no}", "1"),
            ("{extension}", "csv"),
            ("{report}", "attainment"),
        ];
        let path = known.iter().fold(self.path.to_owned(), |path, (place, value)| path.replace(place, value));
        let parts = path.split('/').map(|p| if p.starts_with('{') { "x" } else { p });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Does the address name something that is not there?
    pub(crate) fn names_nothing(&self) -> bool {
        [
            "{id}",
            "{other}",
            "{person}",
            "{name}",
            "{role}",
            "{version}",
            "{token}",
            "{report}/cases",
            "/pages/{number}",
            "/messages/{no}/letter",
            "/appointments/{no}",
            "{code}",
            "{product}",
        ]
        .iter()
        .any(|p| self.path.contains(p))
    }
}

fn who(text: &str) -> Who {
    match text {
        "open" => Who::Open,
        "signed_in" => Who::SignedIn,
        "staff" => Who::Staff,
        "contact" => Who::Contact,
        rights => {
            let (rights, contact) = rights.strip_suffix("|contact").map_or((rights, false), |r| (r, true));
            Who::Rights { all: rights.split('+').map(|r| r.parse().unwrap()).collect(), contact }
        }
    }
}

/// The table.
pub(crate) fn routes() -> Vec<Route> {
    let tables = [include_str!("access.txt"), include_str!("../../../web/src/api/access.txt")];
    let lines = tables.into_iter().flat_map(str::lines).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let mut next = || words.next().unwrap_or_else(|| panic!("incomplete: {line}"));
            let (method, path, lets_in) = (next().parse().unwrap(), next(), who(next()));
            Route { method, path, who: lets_in, body: words.next().unwrap_or_default() }
        })
        .collect()
}

/// Every route that the sources register, as `METHOD path`.
fn registered() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                found.extend(of_router(&text));
                found.extend(of_api(&text));
            }
        }
    }
    found
}

/// `.route("path", get(…).post(…))`
fn of_router(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in text.split(".route(").skip(1) {
        let mut depth = 1;
        let end = call.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        let call = &call[..end.unwrap_or(call.len())];
        let Some(path) = call.split('"').nth(1) else { continue };
        let methods = call.replace(path, "");
        for method in ["get", "post", "put", "patch", "delete"] {
            let call = format!("{method}(");
            let mut named = methods.match_indices(&call);
            let whole = |i: usize| !methods[..i].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if named.any(|(i, _)| whole(i)) {
                found.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

/// `#[utoipa::path(get, path = "path", …)]`
fn of_api(text: &str) -> Vec<String> {
    let calls = text.split("utoipa::path(").skip(1);
    let named = calls.filter_map(|c| {
        let method = c.split(',').next()?.trim().to_uppercase();
        let path = c.split("path = \"").nth(1)?.split('"').next()?;
        Some(format!("{method} {path}"))
    });
    named.collect()
}

#[test]
fn the_table_knows_every_route_and_no_other() {
    let known: BTreeSet<String> = routes().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let there = registered();
    assert!(there.len() > 100, "only {} routes found in the sources", there.len());
    let missing: Vec<_> = there.difference(&known).collect();
    assert!(missing.is_empty(), "say in access.txt whom these let in: {missing:#?}");
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(gone.is_empty(), "access.txt names routes that are not there: {gone:#?}");
}
