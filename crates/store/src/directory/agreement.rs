//! What was agreed with a customer, and what is installed there.

use domain::agreement::Contract;
use domain::id::{ContractId, OrgId, PolicyId, ProductId};
use jiff::civil::Date;

use crate::{Error, Read, Result, Row, Work};

statements! {
    CONTRACTS = "SELECT id, number, organisation_id, product_id, policy_id, starts_on, ends_on, note, version, parity FROM contract \
         WHERE organisation_id = $1 ORDER BY starts_on DESC, id LIMIT 200";
    NEW_CONTRACT = "INSERT INTO contract (id, number, organisation_id, product_id, policy_id, starts_on, ends_on, note, \
         parity, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
    PUT_CONTRACT = "UPDATE contract SET number = $2, organisation_id = $3, product_id = $4, policy_id = $5, \
         starts_on = $6, ends_on = $7, note = $8, parity = $9, version = version + 1 \
         WHERE id = $1 AND version = $10";
    CONTRACT = "SELECT id, number, organisation_id, product_id, policy_id, starts_on, ends_on, note, version, parity FROM contract \
         WHERE id = $1";
    PARITY = "SELECT c.id, c.number, o.name, c.organisation_id, c.policy_id FROM contract c \
         JOIN organisation o ON o.id = c.organisation_id AND o.active = 1 \
         WHERE c.parity = 1 AND c.starts_on <= $2 AND (c.ends_on IS NULL OR c.ends_on >= $1) ORDER BY c.number, c.id LIMIT 500";
    REMOVE_CONTRACT = "DELETE FROM contract WHERE id = $1";
    INSTALLATIONS = "SELECT id, organisation_id, product_id, product_version, environment, version FROM installation \
         WHERE organisation_id = $1 ORDER BY product_id, id LIMIT 200";
    NEW_INSTALLATION = "INSERT INTO installation (id, organisation_id, product_id, product_version, environment, version) \
         VALUES ($1, $2, $3, $4, $5, 1)";
    INSTALLATION = "SELECT id, organisation_id, product_id, product_version, environment, version FROM installation \
         WHERE id = $1";
    REMOVE_INSTALLATION = "DELETE FROM installation WHERE id = $1";
    PUT_INSTALLATION = "UPDATE installation SET organisation_id = $2, product_id = $3, product_version = $4, \
         environment = $5, version = version + 1 WHERE id = $1 AND version = $6";
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRow {
    /// What the rules need of it.
    pub contract: Contract,
    /// Its number.
    pub number: String,
    /// For staff.
    pub note: String,
    /// For edits; 0 for a new one.
    pub version: i64,
}

/// An installed product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallationRow {
    /// Key.
    pub id: String,
    /// Where.
    pub organisation: OrgId,
    /// What.
    pub product: ProductId,
    /// Which version.
    pub product_version: String,
    /// Operating system, database, servers: free text.
    pub environment: String,
    /// For edits; 0 for a new one.
    pub version: i64,
}

pub(super) const CONTRACT_COLUMNS: &str = "SELECT id, number, organisation_id, product_id, policy_id, starts_on, ends_on, note, version, parity FROM contract";
pub(super) const INSTALLATION_COLUMNS: &str =
    "SELECT id, organisation_id, product_id, product_version, environment, version FROM installation";

pub(super) fn read_contract(r: &Row<'_>) -> Result<ContractRow> {
    let date = |t: String| t.parse().map_err(|e| Error::corrupt("contract.date", e));
    Ok(ContractRow {
        contract: Contract {
            id: r.id(0)?,
            organisation: r.id(2)?,
            product: r.id_opt(3)?,
            policy: r.id_opt(4)?,
            starts_on: date(r.text(5)?)?,
            ends_on: r.text_opt(6)?.map(date).transpose()?,
            parity: r.int(9)? != 0,
        },
        number: r.text(1)?,
        note: r.text(7)?,
        version: r.int(8)?,
    })
}

pub(super) fn read_installation(r: &Row<'_>) -> Result<InstallationRow> {
    Ok(InstallationRow {
        id: r.text(0)?,
        organisation: r.id(1)?,
        product: r.id(2)?,
        product_version: r.text(3)?,
        environment: r.text(4)?,
        version: r.int(5)?,
    })
}

/// The contracts of an organisation, newest first.
pub fn contracts(r: &mut Read<'_>, org: &OrgId) -> Result<Vec<ContractRow>> {
    r.rows(&CONTRACTS, &[org.as_str().into()], read_contract)
}

/// One contract.
pub fn contract(r: &mut Read<'_>, id: &ContractId) -> Result<Option<ContractRow>> {
    r.first(&CONTRACT, &[id.as_str().into()], read_contract)
}

/// A contract that promises on days off the response of workdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParityRow {
    /// Key.
    pub id: ContractId,
    /// Its number.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// The customer.
    pub organisation: OrgId,
    /// The promise, if it names one.
    pub policy: Option<PolicyId>,
}

/// The contracts of customers in service that promise parity and are in force on one of these days, both included.
pub fn parity_contracts(r: &mut Read<'_>, (first, last): (Date, Date)) -> Result<Vec<ParityRow>> {
    let (first, last) = (first.to_string(), last.to_string());
    r.rows(&PARITY, &[(&first).into(), (&last).into()], |r| {
        Ok(ParityRow {
            id: r.id(0)?,
            number: r.text(1)?,
            customer: r.text(2)?,
            organisation: r.id(3)?,
            policy: r.id_opt(4)?,
        })
    })
}

/// Removes a contract.
///
/// # Errors
/// [`Error::Reference`] if a ticket names it.
pub fn remove_contract(work: &mut Work<'_>, id: &ContractId) -> Result<()> {
    work.hit("contract", &REMOVE_CONTRACT, &[id.as_str().into()])
}

/// Saves a contract; version 0 makes a new one.
pub fn put_contract(work: &mut Work<'_>, row: &ContractRow) -> Result<()> {
    let c = &row.contract;
    let (starts_on, ends_on) = (c.starts_on.to_string(), c.ends_on.map(|d| d.to_string()));
    let mut values = vec![
        c.id.as_str().into(),
        (&row.number).into(),
        c.organisation.as_str().into(),
        c.product.as_ref().map(ProductId::as_str).into(),
        c.policy.as_ref().map(PolicyId::as_str).into(),
        (&starts_on).into(),
        ends_on.as_ref().into(),
        (&row.note).into(),
        c.parity.into(),
    ];
    if row.version == 0 {
        return work.hit("contract", &NEW_CONTRACT, &values);
    }
    values.push(row.version.into());
    work.edit("contract", &PUT_CONTRACT, &values)
}

/// What is installed at an organisation.
pub fn installations(r: &mut Read<'_>, org: &OrgId) -> Result<Vec<InstallationRow>> {
    r.rows(&INSTALLATIONS, &[org.as_str().into()], read_installation)
}

/// One installation.
pub fn installation(r: &mut Read<'_>, id: &str) -> Result<Option<InstallationRow>> {
    r.first(&INSTALLATION, &[id.into()], read_installation)
}

/// Removes an installation.
pub fn remove_installation(work: &mut Work<'_>, id: &str) -> Result<()> {
    work.hit("installation", &REMOVE_INSTALLATION, &[id.into()])
}

/// Saves an installation; version 0 makes a new one.
pub fn put_installation(work: &mut Work<'_>, i: &InstallationRow) -> Result<()> {
    let mut values = vec![
        (&i.id).into(),
        i.organisation.as_str().into(),
        i.product.as_str().into(),
        (&i.product_version).into(),
        (&i.environment).into(),
    ];
    if i.version == 0 {
        return work.hit("installation", &NEW_INSTALLATION, &values);
    }
    values.push(i.version.into());
    work.edit("installation", &PUT_INSTALLATION, &values)
}
