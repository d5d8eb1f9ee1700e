//! The customers: organisations, contacts, products, installations, contracts.

mod agreement;
mod contact;
mod organisation;
mod product;

pub use agreement::{ContractRow, InstallationRow, contracts, installations, put_contract, put_installation};
pub(crate) use contact::read as read_contact;
pub use contact::{
    ContactRow, add_point, by_point, contact, contact_password, contacts, insert_contact, points,
    set_contact_password, update_contact,
};
pub(crate) use organisation::read as read_organisation;
pub use organisation::{
    OrgRow, domains, insert_organisation, organisation, organisation_of_domain, organisations, put_domain,
    update_organisation,
};
pub use product::{ModuleRow, ProductRow, modules, products, put_module, put_product};

/// The statement lists of this module's parts.
pub(crate) const LISTS: &[(&str, &[(&str, crate::statement::Stmt)])] = &[
    ("directory::agreement", agreement::STATEMENTS),
    ("directory::contact", contact::STATEMENTS),
    ("directory::organisation", organisation::STATEMENTS),
    ("directory::product", product::STATEMENTS),
];
