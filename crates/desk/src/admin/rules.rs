//! Settings, calendars, promises, routing, fields, products, canned answers.

use domain::access::{Actor, Right};
use domain::calendar::CalendarDoc;
use domain::field::{Field, check_fields};
use domain::id::{CalendarId, PolicyId, TicketId};
use domain::routing::Rule;
use domain::setting::Settings;
use domain::sla::PolicyDoc;
use store::directory::{self, ModuleRow, ProductRow};
use store::rules::{self, SettingKey};
use store::{admin as kept, ticket};

use super::{need, record};
use crate::{Desk, Error, Result, Unit, load_case_by_id};

/// Saves the settings.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_settings(desk: &Desk, who: &Actor, settings: Settings, version: i64) -> Result<()> {
    settings.check().map_err(|field| Error::field(field, "bad_value"))?;
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        if !unit.rules.newest.contains_key(&settings.default_policy) {
            return Err(Error::field("default_policy", "unknown"));
        }
        if !unit.rules.calendars.contains_key(&settings.silence_calendar) {
            return Err(Error::field("silence_calendar", "unknown"));
        }
        let before = unit.rules.settings.clone();
        rules::put_setting(unit.work, SettingKey::Settings, &settings, version)?;
        record(unit, ("settings", "settings"), &before, &settings)
    })
    .await
}

/// Saves a calendar as its next revision. Running clocks that count in it are read again with the new
/// revision at once (C6).
///
/// # Errors
/// `Lacks`, `Invalid` with the field, `Stale`.
pub async fn save_calendar(
    desk: &Desk,
    who: &Actor,
    id: CalendarId,
    name: String,
    doc: CalendarDoc,
    rev: i64,
) -> Result<()> {
    doc.compile().map_err(|e| Error::field("doc", &e.to_string()))?;
    if name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    let calendar = id.clone();
    desk.write(who, move |unit| {
        need(unit, Right::PromiseEdit)?;
        let before = unit.rules.calendars.get(&id).map(|c| c.doc.clone());
        rules::put_calendar(unit.work, &id, name.trim(), &doc, rev)?;
        record(unit, ("calendar", id.as_str()), &before, &doc)
    })
    .await?;
    recount(desk, who, &calendar).await
}

/// Tickets per unit of work, so that no other write waits long for a recount.
const RECOUNT: i64 = 200;

async fn recount(desk: &Desk, who: &Actor, calendar: &CalendarId) -> Result<()> {
    let mut after = String::new();
    loop {
        let (id, from) = (calendar.clone(), after.clone());
        let page = desk.read(move |r| Ok(ticket::running_in(r, &id, &from, RECOUNT)?)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.0);
        desk.write(who, move |unit| page.iter().try_for_each(|id| recount_one(unit, id))).await?;
    }
}

fn recount_one(unit: &mut Unit<'_, '_>, id: &TicketId) -> Result<()> {
    let case = load_case_by_id(unit, id)?;
    let decision = domain::ticket::decide::recount(&case, unit.actor, unit.now)?;
    crate::save(unit, &case, &decision)
}

/// Saves a promise as its next revision. Tickets keep the revision that they were opened with.
///
/// # Errors
/// `Lacks`, `Invalid` with the row, `Stale`.
pub async fn save_policy(
    desk: &Desk,
    who: &Actor,
    id: PolicyId,
    name: String,
    doc: PolicyDoc,
    rev: i64,
) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::PromiseEdit)?;
        doc.check(|c| unit.rules.calendars.contains_key(c))
            .map_err(|e| Error::field("doc", &e.to_string()))?;
        let before = unit.rules.policies.get(&(id.clone(), rev)).cloned();
        rules::put_policy(unit.work, &id, name.trim(), &doc, rev)?;
        record(unit, ("policy", id.as_str()), &before, &doc)
    })
    .await
}

/// Saves the routing rules.
///
/// # Errors
/// `Lacks`, `Invalid` for a rule without name or with an unknown group, `Stale`.
pub async fn save_routing(desk: &Desk, who: &Actor, list: Vec<Rule>, version: i64) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let groups = store::staff::groups(unit.work)?;
        let bad =
            list.iter().position(|r| r.name.trim().is_empty() || !groups.iter().any(|g| g.id == r.group));
        if let Some(i) = bad {
            return Err(Error::field(&format!("rules.{i}"), "bad_value"));
        }
        let before = unit.rules.routing.clone();
        rules::put_setting(unit.work, SettingKey::Routing, &list, version)?;
        record(unit, ("routing", "routing"), &before, &list)
    })
    .await
}

/// Saves the extra fields. Values of fields that are gone stay with their tickets.
///
/// # Errors
/// `Lacks`, `Invalid` with the field, `Stale`.
pub async fn save_fields(desk: &Desk, who: &Actor, list: Vec<Field>, version: i64) -> Result<()> {
    check_fields(&list).map_err(|(i, issue)| Error::field(&format!("fields.{i}"), &issue.to_string()))?;
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let before = unit.rules.fields.clone();
        rules::put_setting(unit.work, SettingKey::Fields, &list, version)?;
        record(unit, ("fields", "fields"), &before, &list)
    })
    .await
}

/// Saves a product with its modules; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid`, `Stale`.
pub async fn save_product(
    desk: &Desk,
    who: &Actor,
    product: ProductRow,
    modules: Vec<ModuleRow>,
) -> Result<()> {
    if product.name.trim().is_empty() || modules.iter().any(|m| m.name.trim().is_empty()) {
        return Err(Error::field("name", "required"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let before = directory::products(unit.work)?.into_iter().find(|p| p.id == product.id).map(|p| p.name);
        directory::put_product(unit.work, &product)?;
        for m in &modules {
            directory::put_module(unit.work, m)?;
        }
        record(unit, ("product", product.id.as_str()), &before, &product.name)
    })
    .await
}

/// Saves a canned answer; its HTML was cleaned at the edge. An empty text deletes it.
///
/// # Errors
/// `Lacks`, `Invalid`.
pub async fn save_answer(
    desk: &Desk,
    who: &Actor,
    id: Option<String>,
    name: String,
    html: String,
) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let id = id.clone().unwrap_or_else(|| unit.work.next_id());
        let before = kept::answers(unit.work)?.into_iter().find(|a| a.0 == id).map(|a| a.2);
        if html.trim().is_empty() {
            kept::delete_answer(unit.work, &id)?;
        } else {
            kept::put_answer(unit.work, &id, name.trim(), &html)?;
        }
        record(unit, ("answer", &id), &before, &html)
    })
    .await
}
