//! Canned answers: saved, deleted, brought back.

use domain::access::{Actor, Right};
use domain::answer::variables;
use serde_json::json;
use store::answer::{self, AnswerRow};

use super::{need, record};
use crate::{Desk, Error, Result, Unit};

const MAX_NAME: usize = 100;

/// Saves a canned answer, whose HTML was cleaned at the edge; version 0 makes a new one.
///
/// # Errors
/// `Lacks`, `Invalid` for a missing or taken name, an empty text or an unknown variable, `Stale` with both texts.
pub async fn save_answer(desk: &Desk, who: &Actor, row: AnswerRow) -> Result<AnswerRow> {
    check(&row)?;
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let mut row = row.clone();
        row.name = row.name.trim().to_owned();
        if answer::is_taken(unit.work, &row.id, &row.name)? {
            return Err(Error::field("name", "taken"));
        }
        let before = if row.version == 0 { None } else { Some(of_version(unit, &row)?) };
        if row.id.is_empty() {
            row.id = unit.work.next_id();
        }
        answer::put(unit.work, &row)?;
        let before = before.map(|b| json!({"name": b.name, "html": b.html}));
        record(unit, ("answer", &row.id), &before, &json!({"name": row.name, "html": row.html}))?;
        answer::one(unit.work, &row.id)?.ok_or(Error::NotFound)
    })
    .await
}

fn check(row: &AnswerRow) -> Result<()> {
    match row.name.trim().chars().count() {
        0 => return Err(Error::field("name", "required")),
        n if n > MAX_NAME => return Err(Error::field("name", "too_long")),
        _ => {}
    }
    if row.html.trim().is_empty() {
        return Err(Error::field("html", "required"));
    }
    variables(&row.html).map(drop).map_err(|name| Error::field(&format!("html.{name}"), "unknown_variable"))
}

/// The stored answer, which must be the one that the editor saw.
fn of_version(unit: &mut Unit<'_, '_>, row: &AnswerRow) -> Result<AnswerRow> {
    let kept = answer::one(unit.work, &row.id)?.ok_or(Error::NotFound)?;
    if kept.version == row.version {
        return Ok(kept);
    }
    Err(Error::Stale { field: "html".to_owned(), mine: row.html.clone(), theirs: kept.html })
}

/// Deletes a canned answer; it can be brought back.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn delete_answer(desk: &Desk, who: &Actor, id: String) -> Result<AnswerRow> {
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let kept = answer::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        answer::delete(unit.work, &id, kept.version)?;
        let before = json!({"name": kept.name, "html": kept.html}).to_string();
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("answer", &id), "deleted", &before, "")?;
        unit.work.publish("admin", "answer")?;
        Ok(kept)
    })
    .await
}

/// Brings a deleted answer back; one that is there stays as it is.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` if its name was taken meanwhile.
pub async fn restore_answer(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        if answer::one(unit.work, &id)?.is_some() {
            return Ok(());
        }
        if !answer::restore(unit.work, &id)? {
            return Err(Error::NotFound);
        }
        let back = answer::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        if answer::is_taken(unit.work, &id, &back.name)? {
            return Err(Error::field("name", "taken"));
        }
        let after = json!({"name": back.name, "html": back.html}).to_string();
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("answer", &id), "restored", "", &after)?;
        Ok(unit.work.publish("admin", "answer")?)
    })
    .await
}
