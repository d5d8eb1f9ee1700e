//! The customers: organisations, contacts, products, installations, contracts.

mod agreement;
mod contact;
mod find;
mod organisation;
mod product;

pub use agreement::{
    ContractRow, InstallationRow, ParityRow, contract, contracts, installation, installations,
    parity_contracts, put_contract, put_installation, remove_contract, remove_installation,
};
pub(crate) use contact::read as read_contact;
pub use contact::{
    ContactRow, add_point, by_point, contact, contact_named, contact_password, insert_contact, merge_contact,
    merged_into, points, remove_contact, set_contact_password, set_points, unclaimed, update_contact, writes,
};
pub(crate) use find::shapes;
pub use find::{
    ContactFilter, ContractFilter, InstallationFilter, OrgFilter, find_contacts, find_contracts,
    find_installations, find_organisations, organisations_like,
};
pub(crate) use organisation::read as read_organisation;
pub use organisation::{
    OrgRow, domains, insert_organisation, organisation, organisation_named, organisation_of_domain,
    put_domain, remove_domain, remove_organisation, update_organisation,
};
pub use product::{
    ModuleRow, ProductRow, modules, products, put_module, put_product, remove_module, remove_product,
};

/// The statement lists of this module's parts.
pub(crate) const LISTS: &[(&str, &[(&str, crate::statement::Stmt)])] = &[
    ("directory::agreement", agreement::STATEMENTS),
    ("directory::contact", contact::STATEMENTS),
    ("directory::organisation", organisation::STATEMENTS),
    ("directory::product", product::STATEMENTS),
];
