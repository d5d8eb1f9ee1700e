//! Keys with which letters of a domain are signed: made, put to use, put to rest, removed. Whoever makes them and opens
//! their secret part is elsewhere.

use domain::access::{Actor, Right};
use domain::dkim::{Algorithm, domain_of, is_selector};
use serde_json::json;
use store::dkim::{self, KeyRow};

use crate::admin::{need, record};
use crate::{Desk, Error, FieldError, Result, Unit};

/// A key that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// How it signs.
    pub algorithm: Algorithm,
    /// What is published, in base 64.
    pub public: String,
    /// Its secret part, sealed.
    pub sealed: String,
}

/// Is a key wanted for this domain under this name? Asked before one is made.
///
/// # Errors
/// `Invalid` with all that is wrong.
pub fn check_key(domain: &str, selector: &str) -> Result<(String, String)> {
    let (found, selector) = (domain_of(domain), selector.trim().to_ascii_lowercase());
    let mut wrong = Vec::new();
    if found.is_none() {
        wrong.push(FieldError::new("domain", "bad_value"));
    }
    if !is_selector(&selector) {
        wrong.push(FieldError::new("selector", "bad_selector"));
    }
    match found {
        Some(domain) if wrong.is_empty() => Ok((domain, selector)),
        _ => Err(Error::Invalid(wrong)),
    }
}

/// Keeps a new key. It signs nothing before it is put to use: its record has to be published first.
///
/// # Errors
/// `Lacks`; `Invalid`, also if the domain has a key of this name.
pub async fn add_key(
    desk: &Desk,
    who: &Actor,
    (domain, selector): (String, String),
    key: NewKey,
) -> Result<KeyRow> {
    let (domain, selector) = check_key(&domain, &selector)?;
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        if dkim::all(unit.work)?.iter().any(|k| (&k.domain, &k.selector) == (&domain, &selector)) {
            return Err(Error::field("selector", "taken"));
        }
        let NewKey { algorithm, public, sealed } = key.clone();
        let (domain, selector, made_at) = (domain.clone(), selector.clone(), unit.now);
        let row =
            KeyRow { id: unit.work.next_id(), domain, selector, algorithm, public, active: false, made_at };
        dkim::insert(unit.work, &row, &sealed)?;
        record(unit, ("dkim_key", &row.id), &None::<String>, &said(&row))?;
        Ok(row)
    })
    .await
}

fn said(k: &KeyRow) -> serde_json::Value {
    json!({"domain": k.domain, "selector": k.selector, "algorithm": k.algorithm.as_str(), "active": k.active.to_string()})
}

fn found(unit: &mut Unit<'_, '_>, id: &str) -> Result<KeyRow> {
    need(unit, Right::Operate)?;
    dkim::all(unit.work)?.into_iter().find(|k| k.id == id).ok_or(Error::NotFound)
}

/// Has a key sign all letters of its domain from now on.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn use_key(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| set(unit, &id, true)).await
}

/// Has a key sign no more; its record must stay published until the last letter has arrived.
///
/// # Errors
/// As [`use_key`].
pub async fn rest_key(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| set(unit, &id, false)).await
}

fn set(unit: &mut Unit<'_, '_>, id: &str, active: bool) -> Result<()> {
    let before = found(unit, id)?;
    if before.active == active {
        return Ok(());
    }
    dkim::set_active(unit.work, id, active)?;
    let after = KeyRow { active, ..before.clone() };
    record(unit, ("dkim_key", id), &said(&before), &said(&after))
}

/// Removes a key for good.
///
/// # Errors
/// As [`use_key`].
pub async fn remove_key(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        let before = found(unit, &id)?;
        dkim::remove(unit.work, &id)?;
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("dkim_key", &id), "deleted", &said(&before).to_string(), "")?;
        Ok(unit.work.publish("admin", "dkim_key")?)
    })
    .await
}
