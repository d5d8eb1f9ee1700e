//! Reading what forms send: absent, empty and chosen values.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::Request;
use axum_extra::extract::Form as AnyForm;
use desk::{Error, FieldError, noted};
use domain::ticket::Facts;
use domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::{Form, WebError};

/// A form whose fields could be read; otherwise the answer is 422 and not a bare text.
pub(crate) struct Fields<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Fields<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, app: &App) -> Result<Self, WebError> {
        let headers = request.headers().clone();
        let form = if crate::session::is_part(&headers) { Form::Part } else { Form::Page };
        let fail = |e| WebError::asked(e, form, &headers);
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), app)
            .await
            .map_err(|_| fail(Error::TooLarge))?;
        // A NUL is no text, and PostgreSQL does not keep it.
        if bytes.contains(&0) || bytes.windows(3).any(|w| w == b"%00") {
            return Err(fail(Error::Unreadable("NUL".to_owned())));
        }
        let request = Request::from_parts(parts, bytes.into());
        match AnyForm::<T>::from_request(request, app).await {
            Ok(AnyForm(value)) => Ok(Self(value)),
            Err(e) => Err(fail(Error::Unreadable(e.to_string()))),
        }
    }
}

/// A word of a closed list; an empty value is no choice.
pub(crate) fn choice<T: FromStr>(field: &str, text: &str) -> desk::Result<Option<T>> {
    match text.trim() {
        "" => Ok(None),
        word => word.parse().map(Some).map_err(|_| Error::field(field, "bad_value")),
    }
}

/// A word of a closed list that must be given.
pub(crate) fn required<T: FromStr>(field: &str, text: &str) -> desk::Result<T> {
    choice(field, text)?.ok_or_else(|| Error::field(field, "required"))
}

/// A word of a closed list among fields that are read together; no choice where it is not one.
pub(crate) fn noted_choice<T: FromStr>(
    field: &str,
    text: &str,
    wrong: &mut Vec<FieldError>,
) -> desk::Result<Option<T>> {
    Ok(noted(choice(field, text), wrong)?.flatten())
}

/// An identifier; an empty value is none.
pub(crate) fn id<T: From<String>>(text: &str) -> Option<T> {
    (!text.trim().is_empty()).then(|| T::from(text.trim().to_owned()))
}

/// What a form sends to take a ticket out of its group.
pub(crate) const NO_GROUP: &str = "none";

/// Words between commas or line ends.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let separators = [',', '\n', '\u{ff0c}', '\u{3001}'];
    text.split(separators).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned)
}

/// The five facts among a form's other fields. The version is sent as `product_version`, because forms also
/// send the version of the row that they edit.
pub(crate) fn facts_of(fields: &BTreeMap<String, String>) -> Facts {
    let fact = |name: &str| fields.get(name).cloned().unwrap_or_default();
    Facts {
        symptom: fact("symptom"),
        occurrence: fact("occurrence"),
        system: fact("system"),
        version: fact("product_version"),
        error_code: fact("error_code"),
    }
}

/// A wall time of the desk's zone; nothing for an empty field.
pub(crate) fn wall(zone: &TimeZone, field: &str, text: &str) -> desk::Result<Option<Timestamp>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wall: Option<DateTime> = text.trim().parse().ok();
    let at = wall.and_then(|w| zone.to_ambiguous_timestamp(w).compatible().ok());
    at.map(Some).ok_or_else(|| Error::field(field, "bad_value"))
}
