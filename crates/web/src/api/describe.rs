//! What the description says of many operations alike.

use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, OpenApi, Ref, Required, ResponseBuilder};

/// Creating requests that a key makes repeatable, by the end of their address.
const REPEATABLE: [&str; 9] = [
    "/tickets",
    "/messages",
    "/organisations",
    "/contacts",
    "/contracts",
    "/installations",
    "/products",
    "/groups",
    "/staff",
];

/// Every operation may be refused to a caller; many creating ones take an `Idempotency-Key`.
pub(super) fn commonly(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let repeatable = REPEATABLE.iter().any(|end| path.ends_with(end));
        if let Some(post) = item.post.as_mut().filter(|_| repeatable) {
            post.parameters.get_or_insert_default().push(key().into());
        }
        let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        all.into_iter().flatten().for_each(refusable);
    }
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

fn refusable(operation: &mut Operation) {
    for (status, why) in
        [("401", "No token, or one that is not good."), ("403", "The token lacks the right.")]
    {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let response =
            ResponseBuilder::new().description(why).content("application/problem+json", problem).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(response.into());
    }
}
