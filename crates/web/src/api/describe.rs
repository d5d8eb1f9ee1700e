//! What the description says of many operations alike.

use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, ResponseBuilder};

/// Creating requests that a key makes repeatable, by the end of their address.
const REPEATABLE: [&str; 10] = [
    "/tickets",
    "/appointments",
    "/messages",
    "/organisations",
    "/contacts",
    "/contracts",
    "/installations",
    "/products",
    "/groups",
    "/staff",
];

/// Refusals that are alike everywhere are said here; many creating requests take an `Idempotency-Key`.
pub(super) fn commonly(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let repeatable = REPEATABLE.iter().any(|end| path.ends_with(end));
        if let Some(post) = item.post.as_mut().filter(|_| repeatable) {
            post.parameters.get_or_insert_default().push(key().into());
        }
        let all = [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        let one = path.contains('{');
        for (method, operation) in all {
            let Some(operation) = operation else { continue };
            refusable(operation, one);
            operation.security = rights(method, path).map(|r| vec![SecurityRequirement::new("token", r)]);
        }
    }
}

/// The rights that a token must hold, from the table of access; none of them if every token may.
fn rights(method: &str, path: &str) -> Option<Vec<&'static str>> {
    let mut lines = include_str!("access.txt").lines().map(str::split_whitespace);
    let lets_in = lines.find_map(|mut words| {
        let here = words.next() == Some(method) && words.next() == Some(path);
        words.next().filter(|_| here)
    })?;
    let all = lets_in.trim_end_matches("|contact").split('+');
    Some(all.filter(|r| !["staff", "signed_in", "open"].contains(r)).collect())
}

fn key() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key with the same body answers like the first time; kept for 14 days."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(200))))
        .build()
}

const PROBLEM: &str = "application/problem+json";

/// What may be wrong with any request, with one that names a thing, and with one that sends something.
fn refusable(operation: &mut Operation, names_one: bool) {
    let mut refusals = vec![
        ("400", "It cannot be read."),
        ("401", "No token, or one that is not good."),
        ("403", "The token lacks the right."),
        ("405", "The address does not know the method; `Allow` names those that it knows."),
        ("422", "A value is not good; `fields` names them."),
        ("429", "Too many requests; `Retry-After` says in how many seconds to go on."),
    ];
    if names_one {
        refusals.push(("404", "There is no such thing, or it is not the caller's to see."));
    }
    if operation.request_body.is_some() {
        refusals.push(("413", "It is too large."));
        refusals.push(("415", "Not the kind of content that is wanted."));
    }
    for (status, why) in refusals {
        let response = ResponseBuilder::new().description(why).content(PROBLEM, problem()).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(response.into());
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('4')
        {
            response.content = [(PROBLEM.to_owned(), problem().into())].into_iter().collect();
        }
    }
}

fn problem() -> Content {
    Content::new(Some(Ref::from_schema_name("Problem")))
}
