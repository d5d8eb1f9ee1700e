//! What is wrong with a form: a summary on top of it, each entry of which belongs to a field. [`said_at_fields`] says
//! it at the fields of the page, so that no template has to.

mod tags;

use askama::Template;
use desk::{Error, FieldError};
use words::{Locale, t, t_args};

pub(crate) use tags::said_at_fields;

use crate::error::field_text;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The control that it is about; empty if it is about none.
    pub control: String,
    /// Why, as it stands at the control.
    pub why: String,
    /// The whole sentence.
    pub said: String,
}

impl Wrong {
    /// A field that is wrong.
    pub(crate) fn of(f: &FieldError, locale: Locale) -> Self {
        Self { control: control_of(&f.field), why: why(f, locale), said: field_text(f, locale) }
    }
}

/// All that is wrong with a form; as a template it is the summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "_wrong.html")]
pub(crate) struct Wrongs(Vec<Wrong>);

impl Wrongs {
    /// Fields that are wrong.
    pub(crate) fn of(fields: &[FieldError], locale: Locale) -> Self {
        fields.iter().map(|f| Wrong::of(f, locale)).collect()
    }

    /// What is wrong with the form as a whole.
    pub(crate) fn whole(said: impl Into<String>) -> Self {
        let mut all = Self::default();
        all.add(said);
        all
    }

    /// One more that is about no field.
    pub(crate) fn add(&mut self, said: impl Into<String>) {
        self.0.push(Wrong { control: String::new(), why: String::new(), said: said.into() });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Wrong> for Wrongs {
    fn from_iter<I: IntoIterator<Item = Wrong>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

/// Fields as a form calls them, where they are called otherwise elsewhere: field and key of the text.
pub(crate) fn called(error: Error, names: &[(&str, &str)], locale: Locale) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for f in &mut fields {
        if let Some((_, key)) = names.iter().find(|(field, _)| *field == f.field) {
            f.label = Some(t(locale, key).to_owned());
        }
    }
    Error::Invalid(fields)
}

/// The issue alone, as it stands at the field.
pub(crate) fn why(f: &FieldError, locale: Locale) -> String {
    with_names(f, locale, words::issue(locale, &f.field, &f.issue))
}

/// The control that asks for a field, where its name differs. The version of the five facts is not `version`, because
/// forms send the version of the row that they edit.
pub(crate) fn control_of(field: &str) -> String {
    let lists = [("facts.", ""), ("rules.", "r."), ("fields.", "f."), ("layers.", "r.")];
    if field == "facts.version" {
        return "product_version".to_owned();
    }
    let of = lists.iter().find_map(|(list, row)| Some(format!("{row}{}", field.strip_prefix(list)?)));
    of.unwrap_or_else(|| field.to_owned())
}

/// What is said of a field, with what stands in the way by name.
pub(crate) fn with_names(f: &FieldError, locale: Locale, text: String) -> String {
    if f.names.is_empty() {
        return text;
    }
    let names = f.names.join(t(locale, "list-comma"));
    t_args(locale, "field-issue-names", &[("text", &text), ("names", &names)])
}
