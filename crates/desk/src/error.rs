//! What a use case answers when it cannot do what was asked. Holds keys and data, never a sentence.

use domain::access::{Action, Denied, Right};
use domain::field::{Field, FieldIssue};
use domain::ticket::decide::Refusal;

/// A field of the input that is wrong, and why; both are locale keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field as the caller knows it.
    pub field: String,
    /// Why: `required`, `unknown`, `too_long`, …
    pub issue: String,
    /// What stands in the way, by name, where the issue is about something else.
    pub names: Vec<String>,
    /// What the house calls the field, if that is its own name.
    pub label: Option<String>,
}

impl FieldError {
    /// A field error.
    pub fn new(field: impl Into<String>, issue: impl Into<String>) -> Self {
        Self { field: field.into(), issue: issue.into(), names: Vec::new(), label: None }
    }
}

/// Something that still names what was to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What it is: `rule`, `promise`, `default_group`, `rota`, `view`, `ticket`, `deeds`.
    pub what: &'static str,
    /// Its name or number; may be empty.
    pub name: String,
}

impl Use {
    /// A use.
    pub(crate) fn new(what: &'static str, name: &str) -> Self {
        Self { what, name: name.to_owned() }
    }
}

/// Errors of the desk.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or outside the reader's scope.
    #[error("not found")]
    NotFound,
    /// No session, or a dead one.
    #[error("unauthenticated")]
    Unauthenticated,
    /// May not do this to a ticket.
    #[error("forbidden: {0}")]
    Forbidden(Action),
    /// Lacks a right.
    #[error("forbidden: {0}")]
    Lacks(Right),
    /// Bad input.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// A rule says no.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// It cannot be removed, because of these.
    #[error("in use: {0:?}")]
    Used(Vec<Use>),
    /// Somebody else saved first: field, my value, theirs.
    #[error("stale: {field}")]
    Stale { field: String, mine: String, theirs: String },
    /// Too many attempts; try again after so many seconds.
    #[error("rate limited for {retry_after_s} s")]
    RateLimited { retry_after_s: i64 },
    /// Not ready yet; try again after so many seconds.
    #[error("busy for {retry_after_s} s")]
    Busy { retry_after_s: i64 },
    /// An idempotency key was used with another body.
    #[error("idempotency key reused")]
    KeyReused,
    /// What was sent cannot be read at all; in the reader's words.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// More was sent than is taken.
    #[error("too large")]
    TooLarge,
    /// Not the kind of content that is understood here.
    #[error("not JSON")]
    NotJson,
    /// A form that was not sent from our own pages.
    #[error("form from a foreign page")]
    ForeignForm,
    /// A bug or a broken disk.
    #[error(transparent)]
    Store(store::Error),
    /// Anything else that must not happen.
    #[error("internal: {0}")]
    Internal(String),
}

/// Result of the desk.
pub type Result<T> = std::result::Result<T, Error>;

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Self {
        match e {
            store::Error::NotFound(_) => Self::NotFound,
            store::Error::Stale(what) => {
                Self::Stale { field: what.to_owned(), mine: String::new(), theirs: String::new() }
            }
            store::Error::Connect(why) => {
                tracing::warn!(error = %why, "the database is out of reach");
                Self::Busy { retry_after_s: 5 }
            }
            other => Self::Store(other),
        }
    }
}

impl From<Denied> for Error {
    fn from(Denied(action): Denied) -> Self {
        Self::Forbidden(action)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Error {
    /// Extra values that are wrong, by what the house calls their fields.
    pub(crate) fn of_values(wrong: Vec<(String, FieldIssue)>, fields: &[Field]) -> Self {
        let one = |(key, issue): (String, FieldIssue)| FieldError {
            label: fields.iter().find(|f| f.key == key).map(|f| f.label.clone()),
            ..FieldError::new(format!("extra.{key}"), issue.to_string())
        };
        Self::Invalid(wrong.into_iter().map(one).collect())
    }
}

/// The value, or nothing where fields are wrong: those are gathered, so that all that is wrong is said at once.
///
/// # Errors
/// Whatever is not about fields.
pub fn noted<T>(value: Result<T>, wrong: &mut Vec<FieldError>) -> Result<Option<T>> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(fields)) => {
            wrong.extend(fields);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

impl Error {
    /// One wrong field.
    pub fn field(field: &str, issue: &str) -> Self {
        Self::Invalid(vec![FieldError::new(field, issue)])
    }
}
