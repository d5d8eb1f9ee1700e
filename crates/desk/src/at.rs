//! A rule that is about one field says no at that field, as everything else does that is wrong with it.

use domain::ticket::decide::Refusal::{self, EmptyText, NeedsReason};

use crate::Error;

/// Which field a rule is about.
pub(crate) type About = (Refusal, &'static str);

/// A reason has to be given.
pub(crate) const REASON: &[About] = &[(NeedsReason, "reason")];
/// A text has to be written.
pub(crate) const TEXT: &[About] = &[(EmptyText, "text")];
/// A message has to be written.
pub(crate) const BODY: &[About] = &[(EmptyText, "body")];

/// Says at its field what is about one of these; other errors stay as they are.
pub(crate) fn at(fields: &'static [About]) -> impl Fn(Error) -> Error {
    move |e| match e {
        Error::Refused(rule) => match fields.iter().find(|(r, _)| *r == rule) {
            Some((_, field)) => Error::field(field, issue(rule)),
            None => Error::Refused(rule),
        },
        e => e,
    }
}

/// What is wrong with a field of which a rule says no.
pub(crate) fn issue(rule: Refusal) -> &'static str {
    match rule {
        EmptyText | NeedsReason | Refusal::NeedsTime => "required",
        Refusal::NotInFuture => "past",
        Refusal::SameTicket => "same_ticket",
        other => other.as_str(),
    }
}
