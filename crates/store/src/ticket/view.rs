//! Saved views of the ticket list: a name for a query string.

use domain::id::{StaffId, ViewId};

use crate::{Read, Result, Work};

statements! {
    PUT = "INSERT INTO saved_view (id, staff_id, shared, name, query) VALUES ($1, $2, $3, $4, $5)";
    OF_STAFF = "SELECT id, staff_id, shared, name, query FROM saved_view WHERE staff_id = $1 OR shared = 1 \
         ORDER BY name, id LIMIT 200";
    DELETE = "DELETE FROM saved_view WHERE id = $1 AND staff_id = $2";
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Key.
    pub id: ViewId,
    /// Whose it is.
    pub staff: StaffId,
    /// Everybody sees it.
    pub shared: bool,
    /// Its name.
    pub name: String,
    /// The list's query string.
    pub query: String,
}

/// Keeps a view.
pub fn save_view(work: &mut Work<'_>, view: &SavedView) -> Result<()> {
    let values = [
        view.id.as_str().into(),
        view.staff.as_str().into(),
        view.shared.into(),
        (&view.name).into(),
        (&view.query).into(),
    ];
    work.hit("view", &PUT, &values)
}

/// The views that a person sees.
pub fn views(r: &mut Read<'_>, staff: &StaffId) -> Result<Vec<SavedView>> {
    r.rows(&OF_STAFF, &[staff.as_str().into()], |r| {
        Ok(SavedView {
            id: r.id(0)?,
            staff: r.id(1)?,
            shared: r.flag(2)?,
            name: r.text(3)?,
            query: r.text(4)?,
        })
    })
}

/// Forgets a view of one's own.
pub fn delete_view(work: &mut Work<'_>, id: &ViewId, staff: &StaffId) -> Result<()> {
    work.hit("view", &DELETE, &[id.as_str().into(), staff.as_str().into()])
}
