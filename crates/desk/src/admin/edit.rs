//! Editing a row over the version that was seen: what differs, what the other one wrote, what is recorded.

use store::directory::{ContactRow, ContractRow, InstallationRow, OrgRow, ProductRow};
use store::staff::{GroupRow, StaffRow};

use super::{news, record};
use crate::{Error, Result, Unit};

/// A row as fields that people edit.
pub trait Fields {
    /// Names, as forms and programs know them, with values.
    fn fields(&self) -> Vec<(&'static str, String)>;
}

fn text(value: Option<&(impl std::fmt::Display + ?Sized)>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

impl Fields for OrgRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("name", self.name.clone()),
            ("policy", text(self.policy.as_ref())),
            ("note", self.note.clone()),
            ("active", self.active.to_string()),
        ]
    }
}

impl Fields for ContactRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("name", self.name.clone()),
            ("organisation", text(self.organisation.as_ref())),
            ("position", self.position.clone()),
            ("sees", self.sees.to_string()),
            ("locale", self.locale.clone()),
            ("active", self.active.to_string()),
        ]
    }
}

impl Fields for ContractRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let c = &self.contract;
        vec![
            ("number", self.number.clone()),
            ("organisation", c.organisation.to_string()),
            ("product", text(c.product.as_ref())),
            ("policy", text(c.policy.as_ref())),
            ("starts_on", c.starts_on.to_string()),
            ("ends_on", text(c.ends_on.as_ref())),
            ("note", self.note.clone()),
            ("parity", c.parity.to_string()),
        ]
    }
}

impl Fields for InstallationRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("organisation", self.organisation.to_string()),
            ("product", self.product.to_string()),
            ("product_version", self.product_version.clone()),
            ("environment", self.environment.clone()),
        ]
    }
}

impl Fields for ProductRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone()), ("active", self.active.to_string())]
    }
}

impl Fields for GroupRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone()), ("active", self.active.to_string())]
    }
}

impl Fields for StaffRow {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("login", self.login.clone()),
            ("name", self.name.clone()),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
            ("role", self.role.to_string()),
            ("locale", self.locale.clone()),
            ("skills", self.skills.join(", ")),
            ("languages", self.languages.join(", ")),
            ("active", self.active.to_string()),
        ]
    }
}

/// A field whose values differ: its name, the first row's value, the second row's value.
pub type Difference = (&'static str, String, String);

/// What differs between two rows.
pub fn differences(mine: &impl Fields, theirs: &impl Fields) -> Vec<Difference> {
    let pairs = mine.fields().into_iter().zip(theirs.fields());
    pairs.filter(|((_, a), (_, b))| a != b).map(|((name, a), (_, b))| (name, a, b)).collect()
}

/// The editor must have seen the present version; else both values of what differs are shown.
pub(super) fn unchanged_since(
    (mine, seen): (&impl Fields, i64),
    (theirs, present): (&impl Fields, i64),
) -> Result<()> {
    if seen == present {
        return Ok(());
    }
    let differ = differences(mine, theirs);
    let list = |value: fn(&Difference) -> &String| {
        differ.iter().map(|d| format!("{}: {}", d.0, value(d))).collect::<Vec<_>>().join("; ")
    };
    Err(Error::Stale {
        field: differ.iter().map(|d| d.0).collect::<Vec<_>>().join(", "),
        mine: list(|d| &d.1),
        theirs: list(|d| &d.2),
    })
}

fn document(fields: impl Iterator<Item = (&'static str, String)>) -> serde_json::Value {
    fields.map(|(name, value)| (name.to_owned(), value.into())).collect::<serde_json::Map<_, _>>().into()
}

/// Records a new row with all that it says, or an edit with what it changed.
pub(super) fn record_edit<T: Fields>(
    unit: &mut Unit<'_, '_>,
    subject: (&str, &str),
    before: Option<&T>,
    after: &T,
) -> Result<()> {
    let Some(before) = before else {
        let all = after.fields().into_iter().filter(|(_, value)| !value.is_empty());
        return record(unit, subject, &None::<String>, &document(all));
    };
    let differ = differences(before, after);
    let (from, to) = (
        document(differ.iter().map(|d| (d.0, d.1.clone()))),
        document(differ.iter().map(|d| (d.0, d.2.clone()))),
    );
    record(unit, subject, &from, &to)
}

/// Records that a row is gone, with all that it said.
pub(super) fn record_removal(
    unit: &mut Unit<'_, '_>,
    subject: (&str, &str),
    row: &impl Fields,
) -> Result<()> {
    let before = document(row.fields().into_iter()).to_string();
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, subject, "deleted", &before, "")?;
    news(unit, subject)
}

/// A name that is missing or too long.
pub(super) fn check_text(field: &str, value: &str, most: usize) -> Result<()> {
    match value.trim().chars().count() {
        0 => Err(Error::field(field, "required")),
        n if n > most => Err(Error::field(field, "too_long")),
        _ => Ok(()),
    }
}

/// Whatever still names the row keeps it.
pub(super) fn in_use(e: store::Error) -> Error {
    match e {
        store::Error::Reference(_) => Error::Refused(domain::ticket::decide::Refusal::InUse),
        e => e.into(),
    }
}

/// The values of these names must exist, and this one must not be taken.
pub(super) fn named(missing: &'static str, taken: &'static str) -> impl Fn(store::Error) -> Error {
    move |e| match e {
        store::Error::Reference(_) => Error::field(missing, "unknown"),
        store::Error::Exists(_) => Error::field(taken, "taken"),
        e => e.into(),
    }
}
