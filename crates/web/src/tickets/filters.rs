//! What a list can be narrowed by: menus with several values each, and the chosen ones as chips that can be removed.

use std::collections::BTreeMap;

use desk::{Error, FieldError, Result};
use domain::field::{Field, FieldType};
use domain::people::fold;
use domain::ticket::decide::Rules;
use domain::ticket::{Channel, IssueClass, Kind, Level, Severity, Status};
use store::directory::{self, ProductRow};
use store::staff::{self, GroupRow, StaffRow};
use store::{Read, directory::products};
use words::{t, t_args};

use super::ListQuery;
use super::query::Asked;
use crate::names::everybody;
use crate::ui::Ui;

/// A value that can be chosen: what is sent, what is read, and whether it is chosen.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// One filter with its values.
pub(super) struct Menu {
    pub name: &'static str,
    pub label: &'static str,
    pub choices: Vec<Choice>,
}

impl Menu {
    /// How many of its values are chosen.
    pub(super) fn count(&self) -> usize {
        self.choices.iter().filter(|c| c.chosen).count()
    }
}

/// A chosen value: what it says, and the list without it.
pub(super) struct Chip {
    pub text: String,
    pub without: String,
}

/// What the bar above a list is made of.
pub(super) struct Filters {
    /// Always in sight.
    pub menus: Vec<Menu>,
    /// In the panel of further ones.
    pub more: Vec<Menu>,
    pub organisations: Vec<(String, String)>,
    pub chips: Vec<Chip>,
    pub fields: Vec<Field>,
}

/// What is read for them.
pub(super) struct Known {
    pub groups: Vec<GroupRow>,
    pub people: Vec<StaffRow>,
    products: Vec<ProductRow>,
    fields: Vec<Field>,
    requester: String,
}

impl Known {
    pub(super) fn read(r: &mut Read<'_>, query: &ListQuery, fields: Vec<Field>) -> Result<Self> {
        let requester = directory::contact(r, &query.requester.clone().into())?.map(|c| c.name);
        Ok(Self {
            groups: staff::groups(r)?,
            people: everybody(r)?,
            products: products(r)?,
            fields,
            requester: requester.unwrap_or_else(|| query.requester.clone()),
        })
    }
}

impl Filters {
    pub(super) fn new(ui: &Ui, query: &ListQuery, asked: Option<&Asked>, known: Known) -> Self {
        let words = |name: &'static str, all: Vec<&'static str>| {
            let pairs = all.into_iter().map(|w| (w.to_owned(), ui.w(name, w).to_owned())).collect();
            menu(ui, query, name, pairs)
        };
        let ids = |name: &'static str, pairs: Vec<(String, String)>| menu(ui, query, name, pairs);
        let groups = known.groups.iter().filter(|g| g.active || query.has("group", g.id.as_str()));
        let people = known.people.iter().filter(|p| p.active || query.has("assignee", p.id.as_str()));
        let nobody = [("nobody".to_owned(), ui.t("nobody").to_owned())];
        let people = nobody.into_iter().chain(people.map(|p| (p.id.0.clone(), p.name.clone()))).collect();
        let menus = vec![
            words("status", Status::ALL.iter().map(|v| v.as_str()).collect()),
            words("severity", Severity::ALL.iter().map(|v| v.as_str()).collect()),
            ids("group", groups.map(|g| (g.id.0.clone(), g.name.clone())).collect()),
            ids("assignee", people),
        ];
        let more = vec![
            words("level", Level::ALL.iter().map(|v| v.as_str()).collect()),
            words("kind", Kind::ALL.iter().map(|v| v.as_str()).collect()),
            words("class", IssueClass::ALL.iter().map(|v| v.as_str()).collect()),
            words("channel", Channel::ALL.iter().map(|v| v.as_str()).collect()),
            ids("product", known.products.iter().map(|p| (p.id.0.clone(), p.name.clone())).collect()),
        ];
        let organisations: Vec<(String, String)> = asked
            .map(|a| a.organisations.iter().map(|(id, name)| (id.0.clone(), name.clone())).collect())
            .unwrap_or_default();
        let mut filters = Self { menus, more, organisations, chips: Vec::new(), fields: known.fields };
        filters.chips =
            query.chosen().iter().map(|(k, v)| filters.chip(ui, query, k, v, &known.requester)).collect();
        filters
    }

    /// How many values are chosen in the panel of further filters.
    pub(super) fn further(&self) -> usize {
        self.chips.len().saturating_sub(self.menus.iter().map(Menu::count).sum())
    }

    fn chip(&self, ui: &Ui, query: &ListQuery, name: &str, value: &str, requester: &str) -> Chip {
        let field = match name.strip_prefix("x.") {
            Some(key) => self.fields.iter().find(|f| f.key == key).map_or(key, |f| &f.label).to_owned(),
            None => t(ui.locale, label_key(name)).to_owned(),
        };
        let mut menus = self.menus.iter().chain(&self.more).filter(|m| m.name == name);
        let choice = menus.next().and_then(|m| m.choices.iter().find(|c| c.value == value));
        let organisation = self.organisations.iter().find(|(id, _)| name == "organisation" && id == value);
        let said = match (choice, organisation, name, value) {
            (Some(choice), ..) => &choice.label,
            (_, Some((_, name)), ..) => name,
            (.., "requester", _) => requester,
            (.., "assignee", "me") => &ui.name,
            _ => value,
        };
        let text = t_args(ui.locale, "filter-chip", &[("field", &field), ("value", said)]);
        Chip { text, without: query.without(name, value) }
    }
}

fn label_key(name: &str) -> &'static str {
    match name {
        "status" => "field-status",
        "severity" => "field-severity",
        "level" => "field-level",
        "kind" => "field-kind",
        "class" => "field-class",
        "channel" => "field-channel",
        "product" => "field-product",
        "organisation" => "field-organisation",
        "group" => "field-group",
        "assignee" => "field-assignee",
        "requester" => "field-requester",
        "created_from" => "field-created_from",
        "created_until" => "field-created_until",
        _ => "field-tags",
    }
}

fn menu(ui: &Ui, query: &ListQuery, name: &'static str, pairs: Vec<(String, String)>) -> Menu {
    let choice = |(value, label): (String, String)| Choice { chosen: query.has(name, &value), value, label };
    Menu { name, label: ui.t(label_key(name)), choices: pairs.into_iter().map(choice).collect() }
}

/// The extra fields that are asked for, each with a value as it is kept: numbers that are equal are equal texts. A name
/// that is no field's, and a value that its field cannot have, are errors; customers know only fields that are theirs.
pub(super) fn extras(
    asked: &BTreeMap<String, String>,
    rules: &Rules,
    staff: bool,
) -> Result<Vec<(String, String)>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for (name, value) in asked.iter().filter(|(_, v)| !v.is_empty()) {
        let mut fields = rules.fields.iter().filter(|f| f.customer || staff);
        let Some(field) = extra_key(name).and_then(|key| fields.find(|f| f.key == key)) else {
            let unknown = FieldError::new(name, "unknown_field");
            wrong.push(FieldError { label: Some(name.clone()), ..unknown });
            continue;
        };
        match held(field, value) {
            Some(kept) => found.push((field.key.clone(), fold(&kept))),
            None => wrong.push(unheld(field, name)),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(Error::Invalid(wrong)) }
}

/// A value that the field may hold; a choice is found however it is written.
fn held(field: &Field, value: &str) -> Option<String> {
    match field.type_ {
        FieldType::Choice => field.choices.iter().find(|c| fold(c) == fold(value)).cloned(),
        _ => field.kept(value),
    }
}

fn unheld(field: &Field, name: &str) -> FieldError {
    let issue = FieldError::new(name, field.misfit().to_string());
    FieldError { names: field.choices.clone(), label: Some(field.label.clone()), ..issue }
}

/// The key of an extra field in the name of a filter.
pub(super) fn extra_key(name: &str) -> Option<&str> {
    name.strip_prefix("x.").or_else(|| name.strip_prefix("extra."))
}
