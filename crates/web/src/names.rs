//! Names for identifiers: of people, groups, products.

use std::collections::BTreeMap;

use desk::Result;
use domain::access::ActorRef;
use domain::ticket::{EditField, Ticket};
use store::staff::StaffRow;
use store::{Read, directory, staff};
use words::{Locale, word};

/// Length of an identifier that we made.
const UUID: usize = 36;

/// Everybody, the active ones first, in the order in which people look for names.
pub(crate) fn everybody(r: &mut Read<'_>) -> Result<Vec<StaffRow>> {
    let mut all = staff::all(r)?;
    all.sort_by_cached_key(|s| (!s.active, words::name_key(&s.name)));
    Ok(all)
}

/// Names found so far, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The name, or the identifier if there is none.
    pub(crate) fn get(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// Finds a member of staff.
    pub(crate) fn staff(&mut self, r: &mut Read<'_>, id: &domain::id::StaffId) -> Result<()> {
        if !self.0.contains_key(id.as_str())
            && let Some(row) = staff::one(r, id)?
        {
            self.0.insert(row.id.0, row.name);
        }
        Ok(())
    }

    /// Finds a contact.
    pub(crate) fn contact(&mut self, r: &mut Read<'_>, id: &domain::id::ContactId) -> Result<()> {
        if !self.0.contains_key(id.as_str())
            && let Some(row) = directory::contact(r, id)?
        {
            self.0.insert(row.id.0, row.name);
        }
        Ok(())
    }

    /// Finds what the values of an edited field name; a contract is known by its number.
    pub(crate) fn edited(&mut self, r: &mut Read<'_>, field: EditField, ids: [&String; 2]) -> Result<()> {
        for id in ids.into_iter().filter(|id| !id.is_empty()) {
            match field {
                EditField::Requester => self.contact(r, &id.as_str().into())?,
                EditField::Contract => {
                    let row = directory::contract(r, &id.as_str().into())?;
                    self.0.extend(row.map(|row| (row.contract.id.0, row.number)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Finds whoever acted.
    pub(crate) fn actor(&mut self, r: &mut Read<'_>, by: &ActorRef) -> Result<()> {
        match by {
            ActorRef::Staff(id) => self.staff(r, id),
            ActorRef::Contact(id) => self.contact(r, id),
            ActorRef::System(_) => Ok(()),
        }
    }

    /// The name of whoever acted.
    pub(crate) fn of_actor(&self, by: &ActorRef, locale: Locale) -> String {
        match by {
            ActorRef::Staff(id) => self.get(id.as_str()),
            ActorRef::Contact(id) => self.get(id.as_str()),
            ActorRef::System(rule) => word(locale, "system", rule.as_str()).to_owned(),
        }
    }

    /// Finds all that a ticket's row names.
    pub(crate) fn ticket(&mut self, r: &mut Read<'_>, t: &Ticket) -> Result<()> {
        self.contact(r, &t.requester)?;
        for person in t.assignee.iter().chain(&t.watchers).chain(&t.resolved_by) {
            self.staff(r, person)?;
        }
        if let Some(id) = &t.organisation {
            self.organisation(r, id)?;
        }
        self.groups(r)?;
        if t.product.is_some() {
            for p in directory::products(r)? {
                self.0.insert(p.id.0, p.name);
            }
            for m in directory::modules(r)? {
                self.0.insert(m.id.0, m.name);
            }
        }
        Ok(())
    }
}

impl Names {
    /// Finds all groups.
    pub(crate) fn groups(&mut self, r: &mut Read<'_>) -> Result<()> {
        self.0.extend(staff::groups(r)?.into_iter().map(|g| (g.id.0, g.name)));
        Ok(())
    }

    /// Has this identifier a name yet?
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// Finds all products.
    pub(crate) fn products(&mut self, r: &mut Read<'_>) -> Result<()> {
        self.0.extend(directory::products(r)?.into_iter().map(|p| (p.id.0, p.name)));
        Ok(())
    }

    /// Finds an organisation.
    pub(crate) fn organisation(&mut self, r: &mut Read<'_>, id: &domain::id::OrgId) -> Result<()> {
        if !self.0.contains_key(id.as_str())
            && let Some(row) = directory::organisation(r, id)?
        {
            self.0.insert(row.id.0, row.name);
        }
        Ok(())
    }

    /// Finds whatever it is that an identifier names; nothing if nobody knows it.
    pub(crate) fn any(&mut self, r: &mut Read<'_>, id: &str) -> Result<()> {
        if id.len() != UUID || self.knows(id) {
            return Ok(());
        }
        self.staff(r, &id.into())?;
        self.contact(r, &id.into())?;
        self.organisation(r, &id.into())?;
        if self.knows(id) {
            return Ok(());
        }
        let found = match directory::contract(r, &id.into())? {
            Some(contract) => Some(contract.number),
            None => store::answer::one(r, id)?.map(|a| a.name),
        };
        self.0.extend(found.map(|name| (id.to_owned(), name)));
        Ok(())
    }

    /// Finds what there are few of: groups, products, rotas, tokens, calendars, promises.
    pub(crate) fn few(&mut self, r: &mut Read<'_>, rules: &domain::ticket::decide::Rules) -> Result<()> {
        self.groups(r)?;
        self.products(r)?;
        self.0.extend(directory::modules(r)?.into_iter().map(|m| (m.id.0, m.name)));
        self.0.extend(store::oncall::rotas(r)?.into_iter().map(|row| (row.id.0, row.name)));
        self.0.extend(store::session::tokens(r)?.into_iter().map(|t| (t.id.0, t.name)));
        self.0.extend(rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())));
        self.0.extend(rules.newest.iter().map(|(id, (name, _))| (id.0.clone(), name.clone())));
        Ok(())
    }

    /// Knows the promises.
    pub(crate) fn policies(&mut self, policies: &Policies) {
        self.0.extend(policies.0.iter().cloned());
    }
}

/// The promises that can be chosen: identifier and name, by identifier.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies(pub Vec<(String, String)>);

impl Policies {
    /// Those of the rules.
    pub(crate) fn of(rules: &domain::ticket::decide::Rules) -> Self {
        Self(rules.newest.iter().map(|(id, (name, _))| (id.0.clone(), name.clone())).collect())
    }

    /// The name, or the identifier if there is none.
    pub(crate) fn name(&self, id: &str) -> String {
        self.0.iter().find(|(known, _)| known == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }
}
