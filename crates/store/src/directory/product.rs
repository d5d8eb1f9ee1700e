//! Supported products and their modules.

use domain::id::{ModuleId, ProductId};

use crate::{Read, Result, Work};

statements! {
    NEW = "INSERT INTO product (id, name, active, version) VALUES ($1, $2, 1, 1)";
    PUT = "UPDATE product SET name = $2, active = $3, version = version + 1 WHERE id = $1 AND version = $4";
    ALL = "SELECT id, name, active, version FROM product ORDER BY name, id LIMIT 1000";
    MODULES = "SELECT id, product_id, name FROM module ORDER BY product_id, name, id LIMIT 5000";
    PUT_MODULE = "INSERT INTO module (id, product_id, name) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name";
    REMOVE_MODULE = "DELETE FROM module WHERE id = $1";
    REMOVE = "DELETE FROM product WHERE id = $1";
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// Key.
    pub id: ProductId,
    /// Name.
    pub name: String,
    /// Is supported.
    pub active: bool,
    /// For edits.
    pub version: i64,
}

/// A part of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRow {
    /// Key.
    pub id: ModuleId,
    /// Its product.
    pub product: ProductId,
    /// Name.
    pub name: String,
}

/// Saves a product; version 0 makes a new one.
pub fn put_product(work: &mut Work<'_>, p: &ProductRow) -> Result<()> {
    if p.version == 0 {
        return work.hit("product", &NEW, &[p.id.as_str().into(), (&p.name).into()]);
    }
    work.edit("product", &PUT, &[p.id.as_str().into(), (&p.name).into(), p.active.into(), p.version.into()])
}

/// All products.
pub fn products(r: &mut Read<'_>) -> Result<Vec<ProductRow>> {
    r.rows(&ALL, &[], |r| {
        Ok(ProductRow { id: r.id(0)?, name: r.text(1)?, active: r.flag(2)?, version: r.int(3)? })
    })
}

/// All modules, by product.
pub fn modules(r: &mut Read<'_>) -> Result<Vec<ModuleRow>> {
    r.rows(&MODULES, &[], |r| Ok(ModuleRow { id: r.id(0)?, product: r.id(1)?, name: r.text(2)? }))
}

/// Saves a module.
pub fn put_module(work: &mut Work<'_>, m: &ModuleRow) -> Result<()> {
    work.hit("module", &PUT_MODULE, &[m.id.as_str().into(), m.product.as_str().into(), (&m.name).into()])
}

/// Removes a module.
///
/// # Errors
/// [`crate::Error::Reference`] if a ticket names it.
pub fn remove_module(work: &mut Work<'_>, id: &ModuleId) -> Result<()> {
    work.hit("module", &REMOVE_MODULE, &[id.as_str().into()])
}

/// Removes a product that has no modules left.
///
/// # Errors
/// [`crate::Error::Reference`] if anything names it.
pub fn remove_product(work: &mut Work<'_>, id: &ProductId) -> Result<()> {
    work.hit("product", &REMOVE, &[id.as_str().into()])
}
