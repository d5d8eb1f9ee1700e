//! Plays what happens in the emergencies of the demo world, through the same verbs as on any other day.

use std::collections::BTreeSet;

use anyhow::Context;
use desk::Desk;
use desk::ticket as verb;
use domain::access::Actor;
use domain::emergency::Holder;
use domain::id::{OrgId, StaffId};
use domain::ticket::decide::MeasureInput;
use domain::time::plus_seconds;
use jiff::ToSpan;
use store::directory;

use super::history::Cast;
use super::world::EmergencyAct;

/// One thing that happens.
pub(super) async fn act(
    desk: &Desk,
    cast: &Cast,
    who: &Actor,
    number: &str,
    act: &EmergencyAct,
) -> anyhow::Result<()> {
    let person = |login: &str| -> anyhow::Result<StaffId> {
        let staff = cast.staff.get(login).and_then(Actor::staff);
        Ok(staff.with_context(|| format!("unknown staff {login}"))?.id.clone())
    };
    let later = |minutes: i64| (minutes > 0).then(|| plus_seconds(desk.now(), 60 * minutes));
    match act {
        EmergencyAct::Start { title, impact, commander, organisations, reason } => {
            let input = verb::StartInput {
                title: title.clone(),
                impact: impact.clone(),
                commander: Some(person(commander)?),
                organisations: named(desk, organisations).await?,
                reason: reason.clone(),
            };
            verb::start_emergency(desk, who, number, input).await?;
        }
        EmergencyAct::Staff { commander, roles } => {
            let holder =
                |(role, login): &(String, String)| Ok(Holder { role: role.clone(), person: person(login)? });
            let roles = roles.iter().map(holder).collect::<anyhow::Result<Vec<_>>>()?;
            verb::staff_emergency(desk, who, number, (person(commander)?, roles), None).await?;
        }
        EmergencyAct::Post { text, public, next_in } => {
            verb::post_in_emergency(desk, who, number, (text.clone(), *public), later(*next_in)).await?;
        }
        EmergencyAct::Plan { text, state, promised_in } => {
            let plan = (text.clone(), *state, later(*promised_in));
            verb::plan_interim(desk, who, number, plan, None).await?;
        }
        EmergencyAct::End { text } => drop(verb::end_emergency(desk, who, number, text.clone()).await?),
        EmergencyAct::Review { causes, lessons } => {
            let words = (causes.clone(), lessons.clone());
            verb::review_emergency(desk, who, number, words, None).await?;
        }
        EmergencyAct::Measure { no, todo, owner, days, done, effect } => {
            let today = desk.now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai")?).date();
            let input = MeasureInput {
                no: *no,
                what: todo.clone(),
                owner: person(owner)?,
                due_on: today.saturating_add(days.days()),
                done: *done,
                effect: effect.clone(),
            };
            verb::measure_emergency(desk, who, number, input, None).await?;
        }
        EmergencyAct::Finish {} => drop(verb::finish_emergency(desk, who, number).await?),
    }
    Ok(())
}

/// The customers with these names.
async fn named(desk: &Desk, names: &[String]) -> anyhow::Result<BTreeSet<OrgId>> {
    let mut found = BTreeSet::new();
    for name in names {
        let of = name.clone();
        let row = desk.read(move |r| Ok(directory::organisation_named(r, &of)?)).await?;
        found.insert(row.with_context(|| format!("unknown customer {name}"))?.id);
    }
    Ok(found)
}
