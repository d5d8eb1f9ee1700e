//! Products and their modules.

use std::collections::BTreeSet;

use domain::access::{Actor, Right};
use domain::id::{ModuleId, ProductId};
use domain::people::fold;
use store::directory::{self, ModuleRow, ProductRow};

use super::edit::{check_text, differences, in_use, named, record_edit, record_removal, unchanged_since};
use super::organisations::MAX_NAME;
use super::{need, record};
use crate::{Desk, Error, Result, Unit};

/// Saves a product with its modules; version 0 makes a new one. A module without id is new; one that is not
/// among them is removed.
///
/// # Errors
/// `Lacks`, `Invalid`, `NotFound`, `Stale`, `Refused` if a ticket names a module that would go.
pub async fn save_product(
    desk: &Desk,
    who: &Actor,
    product: ProductRow,
    modules: Vec<ModuleRow>,
) -> Result<ProductId> {
    desk.write(who, move |unit| save_product_in(unit, &product, &modules)).await
}

/// Saves a product within a unit of work.
///
/// # Errors
/// As [`save_product`].
pub fn save_product_in(
    unit: &mut Unit<'_, '_>,
    product: &ProductRow,
    modules: &[ModuleRow],
) -> Result<ProductId> {
    need(unit, Right::DeskEdit)?;
    check_text("name", &product.name, MAX_NAME)?;
    let names: BTreeSet<&str> = modules.iter().map(|m| m.name.trim()).collect();
    if names.len() < modules.len() || names.contains("") {
        return Err(Error::field("modules", "bad_value"));
    }
    let mut row = ProductRow { name: product.name.trim().to_owned(), ..product.clone() };
    let all = directory::products(unit.work)?;
    if all.iter().any(|p| p.id != row.id && fold(&p.name) == fold(&row.name)) {
        return Err(Error::field("name", "taken"));
    }
    if row.version == 0 {
        if row.id.as_str().is_empty() {
            row.id = ProductId(unit.work.next_id());
        }
        directory::put_product(unit.work, &row).map_err(named("id", "id"))?;
        record_edit(unit, ("product", row.id.as_str()), None, &row)?;
    } else {
        let all = directory::products(unit.work)?;
        let before = all.into_iter().find(|p| p.id == row.id).ok_or(Error::NotFound)?;
        unchanged_since((&row, row.version), (&before, before.version))?;
        directory::put_product(unit.work, &row)?;
        if !differences(&row, &before).is_empty() {
            record_edit(unit, ("product", row.id.as_str()), Some(&before), &row)?;
        }
    }
    set_modules(unit, &row.id, modules)?;
    Ok(row.id)
}

fn set_modules(unit: &mut Unit<'_, '_>, product: &ProductId, to: &[ModuleRow]) -> Result<()> {
    let mut have = directory::modules(unit.work)?;
    have.retain(|m| m.product == *product);
    let names = |list: &[ModuleRow]| list.iter().map(|m| m.name.trim().to_owned()).collect::<BTreeSet<_>>();
    for gone in have.iter().filter(|h| !to.iter().any(|m| m.id == h.id)) {
        directory::remove_module(unit.work, &gone.id).map_err(in_use)?;
    }
    for m in to.iter().filter(|m| !have.contains(m)) {
        let id = if m.id.as_str().is_empty() { ModuleId(unit.work.next_id()) } else { m.id.clone() };
        let row = ModuleRow { id, product: product.clone(), name: m.name.trim().to_owned() };
        directory::put_module(unit.work, &row)?;
    }
    if names(&have) == names(to) {
        return Ok(());
    }
    record(unit, ("modules", product.as_str()), &names(&have), &names(to))
}

/// Removes a product with its modules, if nothing names them.
///
/// # Errors
/// `Lacks`, `NotFound`, `Refused`.
pub async fn remove_product(desk: &Desk, who: &Actor, id: ProductId) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::DeskEdit)?;
        let all = directory::products(unit.work)?;
        let row = all.into_iter().find(|p| p.id == id).ok_or(Error::NotFound)?;
        let routed = unit.rules.routing.iter().any(|r| r.products.contains(&id));
        if routed || unit.rules.fields.iter().any(|f| f.products.contains(&id)) {
            return Err(Error::Refused(domain::ticket::decide::Refusal::InUse));
        }
        for m in directory::modules(unit.work)?.iter().filter(|m| m.product == id) {
            directory::remove_module(unit.work, &m.id).map_err(in_use)?;
        }
        directory::remove_product(unit.work, &id).map_err(in_use)?;
        record_removal(unit, ("product", id.as_str()), &row)
    })
    .await
}
