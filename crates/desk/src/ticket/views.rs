//! Views of the list that people keep under a name.

use domain::access::Actor;
use domain::id::ViewId;
use store::ticket::{self, SavedView};

use crate::{Desk, Error, Result};

/// Characters of a name.
const MAX_NAME: usize = 60;

/// Keeps an address of the list under a name; two views of one person have two names.
///
/// # Errors
/// `NotFound` for who is not of the staff; `Invalid` for the name and the address.
pub async fn save_view(
    desk: &Desk,
    who: &Actor,
    (name, query): (String, String),
    shared: bool,
) -> Result<SavedView> {
    let me = who.staff().ok_or(Error::NotFound)?.id.clone();
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(Error::field("name", "required"));
    }
    if name.chars().count() > MAX_NAME {
        return Err(Error::field("name", "too_long"));
    }
    if !query.starts_with("/tickets") {
        return Err(Error::field("query", "bad_value"));
    }
    desk.write(who, move |unit| {
        let all = ticket::views(unit.work, &me)?;
        if all.iter().any(|v| v.staff == me && v.name == name) {
            return Err(Error::field("name", "taken"));
        }
        let (id, staff) = (ViewId(unit.work.next_id()), me.clone());
        let view = SavedView { id, staff, shared, name: name.clone(), query: query.clone() };
        ticket::save_view(unit.work, &view)?;
        Ok(view)
    })
    .await
}
