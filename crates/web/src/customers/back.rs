//! A form that comes back: what is wrong with it, or what somebody else has saved in the meantime.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Error;
use desk::admin::{Difference, Fields, differences};
use words::{Locale, t, word};

use crate::error::{WebError, describe};
use crate::names::Names;
use crate::session::Visitor;
use crate::wrong::Wrongs;

/// Why a form is shown again; nothing at first.
#[derive(Debug, Default)]
pub(crate) struct Back {
    pub errors: Wrongs,
    stale: bool,
    theirs: BTreeMap<&'static str, String>,
}

impl Back {
    /// What a person can mend in the form; other errors go their own way.
    pub(crate) fn new(error: Error, visitor: &Visitor) -> Result<Self, WebError> {
        let errors = match &error {
            Error::Invalid(fields) => Wrongs::of(fields, visitor.locale),
            Error::Refused(_) | Error::Used(_) => Wrongs::whole(describe(&error, visitor.locale).2),
            Error::Stale { .. } => Wrongs::whole(t(visitor.locale, "stale-form")),
            _ => return Err(visitor.fail(error)),
        };
        Ok(Self { errors, stale: matches!(error, Error::Stale { .. }), theirs: BTreeMap::new() })
    }

    /// Did somebody else save first?
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Remembers what somebody else saved, in the words of the reader.
    pub(crate) fn compare(
        &mut self,
        mine: &impl Fields,
        theirs: &impl Fields,
        names: &Names,
        locale: Locale,
    ) {
        let shown = differences(mine, theirs).into_iter().map(|d| (d.0, spoken(&d, names, locale)));
        self.theirs = shown.collect();
    }

    /// The newer value of a field, as a line below it; nothing if it is the same.
    pub(crate) fn newer(&self, locale: Locale, field: &str) -> String {
        let Some(value) = self.theirs.get(field) else { return String::new() };
        let text = words::t_args(locale, "stale-now", &[("value", value)]);
        let safe = askama::filters::escape(text, askama::filters::Html).map(|t| t.to_string());
        format!("<span class=\"help newer\">{}</span>", safe.unwrap_or_default())
    }

    /// The page with the status that says why it is shown.
    pub(crate) fn answer(&self, page: Response) -> Response {
        let status = match (self.stale, self.errors.is_empty()) {
            (true, _) => StatusCode::CONFLICT,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, true) => StatusCode::OK,
        };
        (status, page).into_response()
    }
}

fn spoken((field, _, value): &Difference, names: &Names, locale: Locale) -> String {
    match (*field, value.as_str()) {
        (_, "") => t(locale, "empty-value").to_owned(),
        ("sees" | "active" | "parity", value) => word(locale, field, value).to_owned(),
        ("locale", "en") => t(locale, "language-en").to_owned(),
        ("locale", _) => t(locale, "language-zh").to_owned(),
        ("languages", value) => {
            let name =
                |l| if words::has(locale, &format!("speaks-{l}")) { word(locale, "speaks", l) } else { l };
            value.split(", ").map(name).collect::<Vec<_>>().join(", ")
        }
        ("role", value) => word(locale, "role", value).to_owned(),
        (_, value) => names.get(value),
    }
}
