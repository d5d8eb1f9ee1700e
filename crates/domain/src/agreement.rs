//! Contracts: which one serves a ticket.

use jiff::civil::Date;

use crate::id::{ContractId, OrgId, PolicyId, ProductId};
use crate::named;

named! {
    /// Where a contract stands on a day. The list of contracts filters by the same three.
    pub enum Standing ("standing") {
        /// It serves.
        InForce = "in_force",
        /// It has not begun.
        Coming = "coming",
        /// It has ended.
        Ended = "ended",
    }
}

/// A contract as far as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Key.
    pub id: ContractId,
    /// The customer.
    pub organisation: OrgId,
    /// Only for this product, if given.
    pub product: Option<ProductId>,
    /// The promise, if it names one.
    pub policy: Option<PolicyId>,
    /// First day.
    pub starts_on: Date,
    /// Last day; open-ended if absent.
    pub ends_on: Option<Date>,
    /// It promises on days off the response of workdays (S2-53).
    pub parity: bool,
}

impl Contract {
    /// Where it stands on a day. The first and the last day both count.
    pub fn standing(&self, on: Date) -> Standing {
        match (self.starts_on <= on, self.ends_on.is_none_or(|end| on <= end)) {
            (_, false) => Standing::Ended,
            (true, true) => Standing::InForce,
            (false, true) => Standing::Coming,
        }
    }
}

/// The contract that serves a ticket of this product on this day: in force, for the product rather than for
/// all products, and of those the one that began last; ties by id.
pub fn contract_for<'a>(
    contracts: &'a [Contract],
    product: Option<&ProductId>,
    on: Date,
) -> Option<&'a Contract> {
    contracts
        .iter()
        .filter(|c| c.standing(on) == Standing::InForce)
        .filter(|c| c.product.is_none() || c.product.as_ref() == product)
        .max_by(|a, b| {
            let rank = |c: &Contract| (c.product.is_some(), c.starts_on);
            rank(a).cmp(&rank(b)).then_with(|| b.id.cmp(&a.id))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn contract(id: &str, product: Option<&str>, from: Date, to: Option<Date>) -> Contract {
        Contract {
            id: id.into(),
            organisation: "o".into(),
            product: product.map(Into::into),
            policy: None,
            starts_on: from,
            ends_on: to,
            parity: false,
        }
    }

    #[test]
    fn both_days_count() {
        let c = contract("c", None, date(2025, 1, 1), Some(date(2025, 12, 31)));
        for (on, standing) in [
            (date(2024, 12, 31), Standing::Coming),
            (date(2025, 1, 1), Standing::InForce),
            (date(2025, 12, 31), Standing::InForce),
            (date(2026, 1, 1), Standing::Ended),
        ] {
            assert_eq!(c.standing(on), standing, "{on}");
        }
    }

    #[test]
    fn the_most_particular_contract_in_force_serves() {
        let list = [
            contract("all", None, date(2025, 1, 1), None),
            contract("old", Some("pm"), date(2024, 1, 1), Some(date(2024, 12, 31))),
            contract("pm", Some("pm"), date(2025, 1, 1), Some(date(2025, 12, 31))),
        ];
        let pm = ProductId::from("pm");
        let pick = |p: Option<&ProductId>, d| contract_for(&list, p, d).map(|c| c.id.as_str());
        assert_eq!(pick(Some(&pm), date(2025, 12, 31)), Some("pm"));
        assert_eq!(pick(Some(&pm), date(2026, 1, 1)), Some("all"));
        assert_eq!(pick(None, date(2025, 6, 1)), Some("all"));
        assert_eq!(pick(None, date(2024, 6, 1)), None);
    }
}
