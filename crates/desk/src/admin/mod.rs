//! Administration: each change checks the right, checks the document, saves over the version that was seen,
//! and leaves an admin event with before and after.

mod agreements;
mod answers;
mod contacts;
mod edit;
mod extra;
mod ground;
mod organisations;
mod people;
mod preview;
mod products;
mod recount;
mod removal;
mod rules;

pub use agreements::{
    remove_contract, remove_installation, save_contract, save_contract_in, save_installation,
    save_installation_in,
};
pub use answers::{delete_answer, restore_answer, save_answer};
pub(crate) use contacts::by_domain;
pub use contacts::{
    ContactInput, SavedContact, edit_points, merge_contacts, point, remove_contact, save_contact,
    save_contact_in, set_points,
};
pub use edit::{Difference, Fields, differences};
pub use extra::index_extra;
pub use ground::{Ground, lay_ground};
pub use organisations::{
    TAKE_OVER, add_domain, remove_domain, remove_organisation, save_organisation, save_organisation_in,
    set_domains, take_over,
};
pub use people::{RoleRights, save_group, save_group_in, save_roles, save_staff, save_staff_in};
pub use preview::{
    CalendarPreview, MAX_TRIAL, ShiftedClock, Trial, Tried, preview_calendar, preview_policy, try_routing,
};
pub use products::{remove_product, save_product, save_product_in};
pub use recount::{Recounting, recount, recounting};
pub use removal::{remove_group, remove_staff};
pub(crate) use rules::refuse;
pub use rules::{save_calendar, save_fields, save_policy, save_routing, save_settings, save_synonyms};

use domain::access::Right;

use crate::{Error, Result, Unit};

/// The actor must hold the right.
pub(crate) fn need(unit: &Unit<'_, '_>, right: Right) -> Result<()> {
    if unit.actor.has(right) { Ok(()) } else { Err(Error::Lacks(right)) }
}

/// Records what was done.
pub(crate) fn record(
    unit: &mut Unit<'_, '_>,
    subject: (&str, &str),
    before: &impl serde::Serialize,
    after: &impl serde::Serialize,
) -> Result<()> {
    let text = |v: serde_json::Result<String>| v.unwrap_or_default();
    let (before, after) = (text(serde_json::to_string(before)), text(serde_json::to_string(after)));
    let what = if before == "null" { "created" } else { "changed" };
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, subject, what, &before, &after)?;
    news(unit, subject)
}

/// Tells whoever follows a subject; the search index follows people one by one.
pub(crate) fn news(unit: &mut Unit<'_, '_>, subject: (&str, &str)) -> Result<()> {
    match subject.0 {
        "organisation" | "domain" => unit.work.publish("organisation", subject.1)?,
        "contact" | "points" => unit.work.publish("contact", subject.1)?,
        "staff" => unit.work.publish("staff", subject.1)?,
        _ => {}
    }
    Ok(unit.work.publish("admin", subject.0)?)
}
