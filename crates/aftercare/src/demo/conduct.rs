//! Repeated misses in the demo world: the supervisor has looked for them, and one of those named objects.

use anyhow::Context;
use desk::{Desk, conduct};
use domain::setting::Settings;
use serde::Deserialize;

use super::history::Cast;
use super::world::World;

/// How strict the demo's rule is, and what is said against its first proposal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Misses {
    count: u32,
    days: u32,
    looked_by: String,
    objection: String,
}

impl Misses {
    /// Writes the rule into the settings.
    pub(super) fn rule(&self, settings: &mut Settings) {
        (settings.miss_count, settings.miss_days) = (self.count, self.days);
    }
}

/// Looks at the history that has been played.
pub(super) async fn look(desk: &Desk, world: &World, cast: &Cast) -> anyhow::Result<()> {
    let said = &world.misses;
    let supervisor = cast.staff.get(&said.looked_by).context("nobody looks for misses")?;
    conduct::look(desk, supervisor).await?;
    let made = conduct::proposals(desk, supervisor, false).await?;
    let Some(first) = made.first() else { return Ok(()) };
    let mut staff = cast.staff.values();
    let person = staff.find(|a| a.staff().is_some_and(|s| s.id == first.row.person));
    let person = person.context("a stranger missed something")?;
    Ok(conduct::object(desk, person, first.row.id.clone(), said.objection.clone()).await?)
}
