//! Closed lists of words, as the description names them.

use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, Type};

fn one_of(words: impl Iterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn some_of(words: Object) -> Array {
    ArrayBuilder::new().items(words).build()
}

/// A function for one word of a list, and one for several.
macro_rules! choices {
    ($($one:ident $(, $some:ident)? = $list:ty;)+) => { $(
        pub(crate) fn $one() -> Object {
            one_of(<$list>::ALL.iter().map(|w| w.as_str()))
        }
        $(pub(crate) fn $some() -> Array {
            some_of($one())
        })?
    )+ };
}

choices! {
    period = domain::report::Choice;
    grouping = domain::report::Grouping;
    basis = domain::report::Basis;
    milestone = domain::sla::Milestone;
    severity, severities = domain::ticket::Severity;
    kind, kinds = domain::ticket::Kind;
    class, classes = domain::ticket::IssueClass;
    channel, channels = domain::ticket::Channel;
    status, statuses = domain::ticket::Status;
    cause = domain::ticket::Cause;
}

/// What a ticket may wait for.
pub(crate) fn waiting() -> Object {
    one_of(domain::ticket::Status::ALL.iter().filter(|s| s.is_waiting()).map(|s| s.as_str()))
}
