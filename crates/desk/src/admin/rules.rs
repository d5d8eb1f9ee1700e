//! Settings, calendars, promises, routing, fields, products.

use std::collections::BTreeSet;

use domain::access::{Actor, Right};
use domain::calendar::CalendarDoc;
use domain::field::{Field, check_fields};
use domain::id::{CalendarId, PolicyId};
use domain::routing::{Rule, check_rules};
use domain::setting::Settings;
use domain::sla::{PolicyDoc, PolicyError};
use domain::synonym::Synonyms;
use domain::ticket::decide::Rules;
use serde_json::json;
use store::rules::{self, SettingKey};
use store::{Read, directory};

use super::{need, record, recount};
use crate::{Desk, Error, FieldError, Result, Unit};

/// Saves the settings.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_settings(desk: &Desk, who: &Actor, settings: Settings, version: i64) -> Result<()> {
    refuse(settings.problems())?;
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        if !unit.rules.newest.contains_key(&settings.default_policy) {
            return Err(Error::field("default_policy", "unknown"));
        }
        if !unit.rules.calendars.contains_key(&settings.silence_calendar) {
            return Err(Error::field("silence_calendar", "unknown"));
        }
        if settings.chat_on && !unit.rules.calendars.contains_key(&settings.chat_calendar) {
            return Err(Error::field("chat_calendar", "unknown"));
        }
        if let Some(id) = &settings.default_group
            && !store::staff::groups(unit.work)?.iter().any(|g| g.id == *id && g.active)
        {
            return Err(Error::field("default_group", "unknown"));
        }
        let before = unit.rules.settings.clone();
        seen(unit, SettingKey::Settings, version, &settings, &before)?;
        rules::put_setting(unit.work, SettingKey::Settings, &settings, version)?;
        record(unit, ("settings", "settings"), &before, &settings)
    })
    .await
}

/// The editor must have seen the newest version; otherwise both documents are shown.
fn seen<T: serde::Serialize>(
    unit: &mut Unit<'_, '_>,
    key: SettingKey,
    version: i64,
    mine: &T,
    theirs: &T,
) -> Result<()> {
    let newest = rules::setting_version(unit.work, key)?;
    newest_seen(key.as_str(), version == newest, mine, theirs)
}

fn newest_seen<T: serde::Serialize>(field: &str, is_newest: bool, mine: &T, theirs: &T) -> Result<()> {
    if is_newest {
        return Ok(());
    }
    let text = |doc: &T| serde_json::to_string(doc).unwrap_or_default();
    Err(Error::Stale { field: field.to_owned(), mine: text(mine), theirs: text(theirs) })
}

/// All findings about a document, as field errors.
pub(crate) fn refuse(found: Vec<(String, &'static str)>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid(found.into_iter().map(|(field, issue)| FieldError::new(field, issue)).collect()))
}

const MAX_NAME: usize = 100;

fn check_name(name: &str) -> Result<()> {
    refuse(name_problem(name).into_iter().collect())
}

fn name_problem(name: &str) -> Option<(String, &'static str)> {
    let issue = match name.trim().chars().count() {
        0 => "required",
        n if n > MAX_NAME => "too_long",
        _ => return None,
    };
    Some(("name".to_owned(), issue))
}

/// Saves a calendar as its next revision; revision 0 makes a new one, for which an empty key is chosen here.
/// Running clocks that count in it are read again with the new revision by a job of the same unit of work (C6). What is
/// saved as it was makes no revision.
///
/// # Errors
/// `Lacks`, `Invalid` with all wrong fields, `Stale` with both documents, `NotFound`.
pub async fn save_calendar(
    desk: &Desk,
    who: &Actor,
    id: CalendarId,
    name: String,
    doc: CalendarDoc,
    rev: i64,
) -> Result<CalendarId> {
    refuse(name_problem(&name).into_iter().chain(doc.problems()).collect())?;
    doc.compile().map_err(|_| Error::field("doc", "bad_value"))?;
    desk.write(who, move |unit| {
        need(unit, Right::PromiseEdit)?;
        let mut id = id.clone();
        let kept = unit.rules.calendars.get(&id).map(|c| (c.rev, c.name.clone(), c.doc.clone()));
        match &kept {
            Some((newest, _, theirs)) => newest_seen("calendar", *newest == rev, &doc, theirs)?,
            None if rev > 0 => return Err(Error::NotFound),
            None if id.as_str().is_empty() => id = unit.work.next_id().into(),
            None => {}
        }
        if kept.as_ref().is_some_and(|(_, n, d)| n == name.trim() && *d == doc) {
            return Ok(id);
        }
        rules::put_calendar(unit.work, &id, name.trim(), &doc, rev, &unit.actor.reference())?;
        let before = kept.map(|(_, name, doc)| json!({"name": name, "doc": doc}));
        record(unit, ("calendar", id.as_str()), &before, &json!({"name": name.trim(), "doc": doc}))?;
        recount::begin(unit, &id)?;
        Ok(id)
    })
    .await
}

/// Saves a promise as its next revision; revision 0 makes a new one, for which an empty key is chosen here.
/// Tickets keep the revision that they were opened with. What is saved as it was makes no revision.
///
/// # Errors
/// `Lacks`, `Invalid` with the row, `Stale` with both documents, `NotFound`.
pub async fn save_policy(
    desk: &Desk,
    who: &Actor,
    id: PolicyId,
    name: String,
    doc: PolicyDoc,
    rev: i64,
) -> Result<PolicyId> {
    check_name(&name)?;
    desk.write(who, move |unit| {
        need(unit, Right::PromiseEdit)?;
        check_policy(&unit.rules, &doc)?;
        check_hands(unit.work, &doc)?;
        let (mut id, doc) = (id.clone(), doc.clone().with_named_steps());
        let kept = unit.rules.newest.get(&id).cloned();
        let before = kept.and_then(|(name, newest)| {
            unit.rules.policies.get(&(id.clone(), newest)).map(|doc| (newest, name, doc.clone()))
        });
        match &before {
            Some((newest, _, theirs)) => newest_seen("policy", *newest == rev, &doc, theirs)?,
            None if rev > 0 => return Err(Error::NotFound),
            None if id.as_str().is_empty() => id = unit.work.next_id().into(),
            None => {}
        }
        if before.as_ref().is_some_and(|(_, n, d)| n == name.trim() && *d == doc) {
            return Ok(id);
        }
        rules::put_policy(unit.work, &id, name.trim(), &doc, rev, &unit.actor.reference())?;
        let before = before.map(|(_, name, doc)| json!({"name": name, "doc": doc}));
        record(unit, ("policy", id.as_str()), &before, &json!({"name": name.trim(), "doc": doc}))?;
        Ok(id)
    })
    .await
}

/// A promise promises something, in calendars that exist.
pub(super) fn check_policy(rules: &Rules, doc: &PolicyDoc) -> Result<()> {
    if doc.targets.is_empty() {
        return Err(Error::field("targets", "required"));
    }
    doc.check(|c| rules.calendars.contains_key(c)).map_err(|e| named(&e))
}

fn named(e: &PolicyError) -> Error {
    let (field, issue) = e.named();
    Error::field(&field, issue)
}

/// Steps hand tickets to people and groups that are there.
pub(super) fn check_hands(r: &mut Read<'_>, doc: &PolicyDoc) -> Result<()> {
    let people: BTreeSet<_> = store::staff::all(r)?.into_iter().filter(|s| s.active).map(|s| s.id).collect();
    let groups: BTreeSet<_> =
        store::staff::groups(r)?.into_iter().filter(|g| g.active).map(|g| g.id).collect();
    doc.check_hands(|p| people.contains(p), |g| groups.contains(g)).map_err(|e| named(&e))
}

/// Saves the routing rules.
///
/// # Errors
/// `Lacks`, `Invalid` for a rule without name or with an unknown group, `Stale` with both documents.
pub async fn save_routing(desk: &Desk, who: &Actor, list: Vec<Rule>, version: i64) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let groups = store::staff::groups(unit.work)?;
        refuse(check_rules(&list, |id| groups.iter().any(|g| g.id == *id && g.active)))?;
        known_products(unit, &list)?;
        let before = unit.rules.routing.clone();
        seen(unit, SettingKey::Routing, version, &list, &before)?;
        rules::put_setting(unit.work, SettingKey::Routing, &list, version)?;
        record(unit, ("routing", "routing"), &before, &list)
    })
    .await
}

/// A rule that names what is not there would never fit.
fn known_products(unit: &mut Unit<'_, '_>, list: &[Rule]) -> Result<()> {
    let products = directory::products(unit.work)?;
    let mut found = Vec::new();
    for (i, rule) in list.iter().enumerate() {
        if !rule.products.iter().all(|id| products.iter().any(|p| p.id == *id)) {
            found.push((format!("rules.{i}.products"), "unknown"));
        }
        for id in &rule.organisations {
            if directory::organisation(unit.work, id)?.is_none() {
                found.push((format!("rules.{i}.organisations"), "unknown"));
            }
        }
    }
    refuse(found)
}

/// Saves the extra fields. Values of fields that are gone stay with their tickets.
///
/// # Errors
/// `Lacks`, `Invalid` with the field, `Stale`.
pub async fn save_fields(desk: &Desk, who: &Actor, list: Vec<Field>, version: i64) -> Result<()> {
    check_fields(&list)
        .map_err(|(i, issue)| Error::field(&format!("fields.{i}.{}", issue.part()), &issue.to_string()))?;
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let before = unit.rules.fields.clone();
        seen(unit, SettingKey::Fields, version, &list, &before)?;
        rules::put_setting(unit.work, SettingKey::Fields, &list, version)?;
        record(unit, ("fields", "fields"), &before, &list)
    })
    .await
}

/// Saves the words that mean the same to the search; the next question uses them.
///
/// # Errors
/// `Lacks`, `Invalid` with the number of the group, `Stale`.
pub async fn save_synonyms(desk: &Desk, who: &Actor, list: Synonyms, version: i64) -> Result<()> {
    list.check().map_err(|(no, issue)| {
        let field = if no == 0 { "synonyms".to_owned() } else { format!("synonyms.{no}") };
        Error::field(&field, issue)
    })?;
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let before: Synonyms = rules::setting(unit.work, SettingKey::Synonyms)?.0;
        seen(unit, SettingKey::Synonyms, version, &list, &before)?;
        rules::put_setting(unit.work, SettingKey::Synonyms, &list, version)?;
        record(unit, ("synonyms", "synonyms"), &before, &list)
    })
    .await
}
