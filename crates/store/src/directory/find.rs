//! The lists of customers: filters and keyset paging. A page continues after the key of the last row of the
//! page before; the row is looked up again, so that the address holds nothing but its key.

use domain::agreement::Standing;
use domain::id::{ContactId, ContractId, OrgId, PolicyId, ProductId};
use domain::people::fold;
use jiff::civil::Date;

use super::agreement::{
    CONTRACT_COLUMNS, ContractRow, INSTALLATION_COLUMNS, InstallationRow, contract, installation,
    read_contract, read_installation,
};
use super::contact::{self, ContactRow, contact, like};
use super::organisation::{self, OrgRow, organisation};
use crate::db::Engine;
use crate::sql::Assembly;
use crate::value::Value;
use crate::{Error, Read, Result};

/// Which organisations; what is empty does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgFilter {
    /// In the name or in a mail domain.
    pub text: String,
    /// Served or not.
    pub active: Option<bool>,
    /// With this promise of their own.
    pub policy: Option<PolicyId>,
}

/// Which contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactFilter {
    /// In the name, an address or a number.
    pub text: String,
    /// Of this organisation.
    pub organisation: Option<OrgId>,
    /// May sign in or not.
    pub active: Option<bool>,
}

/// Which contracts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContractFilter {
    /// In the number.
    pub text: String,
    /// Of this organisation.
    pub organisation: Option<OrgId>,
    /// Where they stand on a day.
    pub standing: Option<(Standing, Date)>,
}

/// Which installations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstallationFilter {
    /// The beginning of the version.
    pub text: String,
    /// At this organisation.
    pub organisation: Option<OrgId>,
    /// Of this product.
    pub product: Option<ProductId>,
}

/// Two columns of the row after which a page begins.
type Key = (String, String);

/// A row that has gone in the meantime cannot be continued after.
fn gone() -> Error {
    Error::NotFound("cursor")
}

type Text<'v> = (String, Vec<Value<'v>>);

fn after_key<'v>(a: &mut Assembly<'v>, condition: &'static str, after: Option<&'v Key>) {
    if let Some((first, id)) = after {
        a.and(condition, &[first.into(), id.into()]);
    }
}

fn of_organisation<'v>(a: &mut Assembly<'v>, organisation: Option<&'v OrgId>) {
    if let Some(org) = organisation {
        a.and("organisation_id = ?", &[org.as_str().into()]);
    }
}

/// A page of organisations by name.
pub fn find_organisations(
    r: &mut Read<'_>,
    filter: &OrgFilter,
    after: Option<&OrgId>,
    limit: i64,
) -> Result<Vec<OrgRow>> {
    let key = match after {
        Some(id) => Some(organisation(r, id)?.map(|o| (fold(&o.name), o.id.0)).ok_or_else(gone)?),
        None => None,
    };
    let (pattern, engine) = (like(&filter.text), r.engine());
    let (text, values) = organisations_text(filter, &pattern, key.as_ref(), limit);
    r.query(&engine.assembled(text), &values, organisation::read)
}

/// The first organisations in whose name or mail domain a text occurs, for a choice among few.
pub fn organisations_like(r: &mut Read<'_>, text: &str, limit: i64) -> Result<Vec<OrgRow>> {
    find_organisations(r, &OrgFilter { text: text.to_owned(), ..OrgFilter::default() }, None, limit)
}

fn organisations_text<'v>(
    f: &'v OrgFilter,
    pattern: &'v str,
    after: Option<&'v Key>,
    limit: i64,
) -> Text<'v> {
    let mut a = Assembly::new(organisation::COLUMNS);
    if !f.text.trim().is_empty() {
        let condition = "(name_folded LIKE ? OR EXISTS (SELECT 1 FROM organisation_domain d \
             WHERE d.organisation_id = organisation.id AND d.domain LIKE ?))";
        a.and(condition, &[pattern.into(), pattern.into()]);
    }
    if let Some(active) = f.active {
        a.and("active = ?", &[active.into()]);
    }
    if let Some(policy) = &f.policy {
        a.and("policy_id = ?", &[policy.as_str().into()]);
    }
    after_key(&mut a, "(name_folded, id) > (?, ?)", after);
    a.end(" ORDER BY name_folded, id LIMIT ?", &[limit.into()])
}

/// A page of contacts by name.
pub fn find_contacts(
    r: &mut Read<'_>,
    filter: &ContactFilter,
    after: Option<&ContactId>,
    limit: i64,
) -> Result<Vec<ContactRow>> {
    let key = match after {
        Some(id) => Some(contact(r, id)?.map(|c| (fold(&c.name), c.id.0)).ok_or_else(gone)?),
        None => None,
    };
    let (pattern, point, engine) = (like(&filter.text), like(&dense(&filter.text)), r.engine());
    let (text, values) = contacts_text(filter, (&pattern, &point), key.as_ref(), limit);
    r.query(&engine.assembled(text), &values, contact::read)
}

/// Numbers are kept without the separators with which people type them.
fn dense(text: &str) -> String {
    let number = text.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c));
    if number { text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect() } else { text.to_owned() }
}

fn contacts_text<'v>(
    f: &'v ContactFilter,
    (name, point): (&'v str, &'v str),
    after: Option<&'v Key>,
    limit: i64,
) -> Text<'v> {
    let mut a = Assembly::new(contact::COLUMNS);
    if !f.text.trim().is_empty() {
        let condition = "(name_folded LIKE ? OR EXISTS (SELECT 1 FROM contact_point p \
             WHERE p.contact_id = contact.id AND p.value LIKE ?))";
        a.and(condition, &[name.into(), point.into()]);
    }
    of_organisation(&mut a, f.organisation.as_ref());
    if let Some(active) = f.active {
        a.and("active = ?", &[active.into()]);
    }
    after_key(&mut a, "(name_folded, id) > (?, ?)", after);
    a.end(" ORDER BY name_folded, id LIMIT ?", &[limit.into()])
}

/// The end of a contract without one, for the order.
const NEVER: &str = "9999-12-31";

/// A page of contracts, the first to end first.
pub fn find_contracts(
    r: &mut Read<'_>,
    filter: &ContractFilter,
    after: Option<&ContractId>,
    limit: i64,
) -> Result<Vec<ContractRow>> {
    let end =
        |c: ContractRow| (c.contract.ends_on.map_or(NEVER.to_owned(), |d| d.to_string()), c.contract.id.0);
    let key = match after {
        Some(id) => Some(contract(r, id)?.map(end).ok_or_else(gone)?),
        None => None,
    };
    let (pattern, engine) = (format!("%{}%", plain(&filter.text)), r.engine());
    let on = filter.standing.map(|(_, on)| on.to_string()).unwrap_or_default();
    let (text, values) = contracts_text(filter, (&pattern, &on), key.as_ref(), limit);
    r.query(&engine.assembled(text), &values, read_contract)
}

/// Text whose characters mean themselves in a pattern.
fn plain(text: &str) -> String {
    text.trim().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect()
}

fn contracts_text<'v>(
    f: &'v ContractFilter,
    (pattern, on): (&'v str, &'v str),
    after: Option<&'v Key>,
    limit: i64,
) -> Text<'v> {
    let mut a = Assembly::new(CONTRACT_COLUMNS);
    if !f.text.trim().is_empty() {
        a.and("number LIKE ?", &[pattern.into()]);
    }
    of_organisation(&mut a, f.organisation.as_ref());
    // The three conditions are those of `Contract::standing`.
    match f.standing.map(|(standing, _)| standing) {
        Some(Standing::InForce) => {
            a.and("starts_on <= ? AND COALESCE(ends_on, '9999-12-31') >= ?", &[on.into(), on.into()]);
        }
        Some(Standing::Coming) => {
            a.and("starts_on > ? AND COALESCE(ends_on, '9999-12-31') >= ?", &[on.into(), on.into()]);
        }
        Some(Standing::Ended) => a.and("ends_on < ?", &[on.into()]),
        None => {}
    }
    after_key(&mut a, "(COALESCE(ends_on, '9999-12-31'), id) > (?, ?)", after);
    a.end(" ORDER BY COALESCE(ends_on, '9999-12-31'), id LIMIT ?", &[limit.into()])
}

/// A page of installations by version.
pub fn find_installations(
    r: &mut Read<'_>,
    filter: &InstallationFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<InstallationRow>> {
    let key = match after {
        Some(id) => Some(installation(r, id)?.map(|i| (i.product_version, i.id)).ok_or_else(gone)?),
        None => None,
    };
    let (pattern, engine) = (format!("{}%", plain(&filter.text)), r.engine());
    let (text, values) = installations_text(filter, &pattern, key.as_ref(), limit);
    r.query(&engine.assembled(text), &values, read_installation)
}

fn installations_text<'v>(
    f: &'v InstallationFilter,
    pattern: &'v str,
    after: Option<&'v Key>,
    limit: i64,
) -> Text<'v> {
    let mut a = Assembly::new(INSTALLATION_COLUMNS);
    if !f.text.trim().is_empty() {
        a.and("product_version LIKE ?", &[pattern.into()]);
    }
    of_organisation(&mut a, f.organisation.as_ref());
    if let Some(product) = &f.product {
        a.and("product_id = ?", &[product.as_str().into()]);
    }
    after_key(&mut a, "(product_version, id) > (?, ?)", after);
    a.end(" ORDER BY product_version, id LIMIT ?", &[limit.into()])
}

/// Every part of the four lists, for the test that prepares them on both engines.
pub(crate) fn shapes(engine: Engine) -> Vec<(String, String)> {
    let key = (String::new(), String::new());
    let (text, org) = ("x".to_owned(), Some(OrgId::from("x")));
    let orgs = OrgFilter { text: text.clone(), active: Some(true), policy: Some("x".into()) };
    let contacts = ContactFilter { text: text.clone(), organisation: org.clone(), active: Some(true) };
    let installations =
        InstallationFilter { text: text.clone(), organisation: org.clone(), product: Some("x".into()) };
    let mut all = vec![
        ("organisations".to_owned(), organisations_text(&orgs, "x", Some(&key), 1).0),
        ("contacts".to_owned(), contacts_text(&contacts, ("x", "x"), Some(&key), 1).0),
        ("installations".to_owned(), installations_text(&installations, "x", Some(&key), 1).0),
    ];
    for standing in Standing::ALL {
        let standing = Some((*standing, Date::ZERO));
        let filter = ContractFilter { text: text.clone(), organisation: org.clone(), standing };
        all.push((format!("contracts {standing:?}"), contracts_text(&filter, ("x", "x"), Some(&key), 1).0));
    }
    all.into_iter().map(|(name, text)| (name, engine.assembled(text))).collect()
}
