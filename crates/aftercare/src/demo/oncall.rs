//! The rota of the demo world: who is on call around the clock, who stands behind, who has the holidays.

use anyhow::Context;
use desk::Desk;
use desk::oncall::{self, Proposal, Standing};
use domain::id::{RotaId, StaffId};
use domain::oncall::{
    Drafts, Duty, LayerDays, LayerDoc, Leave, Override, RotaDoc, RotaState, Seat, ShiftUnit, duties,
};
use domain::time::{Timestamp, plus_seconds};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::oncall::RotaRow;

use super::history::{Cast, OPERATOR};
use super::world::World;

const DAY_S: i64 = 86_400;

/// The rota as `world.toml` has it: people by login, times relative to the end of the history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rota {
    name: String,
    owner: String,
    layer: Vec<Layer>,
    /// Somebody is away, so many days from now, for so many days.
    leave: Away,
    /// Somebody is put in for the evening, so many days from now.
    put: Away,
    /// What whoever has the duty leaves to the next.
    note: String,
    /// Why two people are about to swap.
    swap: String,
    /// Another one, only to be tried out.
    draft: Draft,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: String,
    layer: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    name: String,
    seat: Seat,
    days: LayerDays,
    order: Vec<String>,
    unit: ShiftUnit,
    handoff_at: String,
    #[serde(default)]
    windows: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    by: String,
    in_days: i64,
    days: i64,
    note: String,
}

fn person(cast: &Cast, login: &str) -> anyhow::Result<StaffId> {
    let staff = cast.staff.get(login).and_then(|a| a.staff());
    Ok(staff.with_context(|| format!("{login} is not of the demo's staff"))?.id.clone())
}

/// Makes the rota when the history begins, and the draft; everybody confirms the phone.
pub(super) async fn lay(desk: &Desk, world: &World, cast: &Cast, zone: &TimeZone) -> anyhow::Result<()> {
    let starts_on = desk.now().to_zoned(zone.clone()).date();
    let of = &world.rota;
    for (name, layers, state) in
        [(&of.name, &of.layer, RotaState::InForce), (&of.draft.name, &of.draft.layer, RotaState::Draft)]
    {
        let doc = RotaDoc {
            calendar: "service".into(),
            groups: std::collections::BTreeSet::new(),
            layers: layers_of(cast, layers, starts_on)?,
            fallback: None,
            owner: person(cast, &of.owner)?,
            confirm_within_min: None,
        };
        let row =
            RotaRow { id: "".into(), name: name.clone(), rev: 0, doc, state, drafts: Drafts::default() };
        oncall::save_rota(desk, &OPERATOR, row).await?;
    }
    for actor in cast.staff.values() {
        let Some(me) = actor.staff() else { continue };
        oncall::confirm_phone(desk, actor, me.id.clone()).await?;
    }
    Ok(())
}

fn layers_of(cast: &Cast, layers: &[Layer], starts_on: Date) -> anyhow::Result<Vec<LayerDoc>> {
    let mut found = Vec::new();
    for l in layers {
        let order = l.order.iter().map(|p| person(cast, p)).collect::<anyhow::Result<_>>()?;
        found.push(LayerDoc {
            name: l.name.clone(),
            seat: l.seat,
            days: l.days,
            time_zone: "Asia/Shanghai".to_owned(),
            order,
            handoff_day: "mon".to_owned(),
            handoff_at: l.handoff_at.clone(),
            every: 1,
            unit: l.unit,
            starts_on,
            windows: l.windows.clone(),
        });
    }
    Ok(found)
}

/// What is to come: a leave and an override after the end of the history, a note, and a swap that waits for its answer.
pub(super) async fn ahead(desk: &Desk, world: &World, cast: &Cast, zone: &TimeZone) -> anyhow::Result<()> {
    let today = desk.now().to_zoned(zone.clone()).date();
    let at = |days: i64, hour: i8| -> anyhow::Result<Timestamp> {
        Ok(today.saturating_add(days.days()).at(hour, 0, 0, 0).to_zoned(zone.clone())?.timestamp())
    };
    let away = &world.rota.leave;
    let (from, until) = (at(away.in_days, 0)?, at(away.in_days + away.days, 0)?);
    let leave = Leave { person: person(cast, &away.by)?, from, until };
    oncall::go_on_leave(desk, &OPERATOR, leave, away.note.clone()).await?;
    let put = &world.rota.put;
    let (from, until) = (at(put.in_days, 18)?, at(put.in_days + put.days, 9)?);
    let row = Override { seat: Seat::Primary, person: person(cast, &put.by)?, from, until, swap: false };
    let rotas = desk.read(|r| Ok(store::oncall::in_force(r)?)).await?;
    let rota = rotas.first().context("the demo has no rota")?.id.clone();
    oncall::put_in(desk, &OPERATOR, rota.clone(), row, put.note.clone()).await?;
    agreed(desk, world, cast, &rota).await
}

/// The shifts from now on are confirmed; who has the duty leaves a note, who has a later one would like to swap a day of it.
async fn agreed(desk: &Desk, world: &World, cast: &Cast, rota: &RotaId) -> anyhow::Result<()> {
    let (of, id) = (desk.clone(), rota.clone());
    let (row, all) = desk
        .read(move |r| {
            let rules = of.rules_in(r)?;
            let row = store::oncall::one(r, &id)?.ok_or(desk::Error::NotFound)?;
            let (now, until) = (r.now(), plus_seconds(r.now(), 60 * DAY_S));
            let standing = Standing::load(r, &rules, row.clone(), (now, until))?;
            Ok((row, duties(&standing.roster().shifts(now, until))))
        })
        .await?;
    let doc = RotaDoc { confirm_within_min: Some(10), ..row.doc };
    oncall::save_rota(desk, &OPERATOR, RotaRow { doc, ..row }).await?;
    crate::drain(desk, &cast.url).await?;
    let actor = |p: &StaffId| cast.staff.values().find(|a| a.staff().is_some_and(|s| s.id == *p));
    let now = desk.now();
    for d in all.iter().filter(|d| d.from <= now) {
        let who = actor(&d.person).context("a stranger is on call")?;
        oncall::confirm_start(desk, who).await?;
        if d.seat == Seat::Primary {
            oncall::leave_note(desk, who, rota.clone(), world.rota.note.clone()).await?;
        }
    }
    let mut later = all.iter().filter(|d| d.seat == Seat::Primary && d.from > plus_seconds(now, 5 * DAY_S));
    let gives = later.next().context("nobody is on call next week")?;
    let takes = later.find(|d| d.person != gives.person).context("only one is on call")?;
    let day = |d: &Duty| (d.from, d.until.min(plus_seconds(d.from, DAY_S)));
    let asked = Proposal {
        seat: Seat::Primary,
        taker: takes.person.clone(),
        give: day(gives),
        back: Some(day(takes)),
        note: world.rota.swap.clone(),
    };
    let who = actor(&gives.person).context("a stranger is on call")?;
    oncall::propose_swap(desk, who, rota.clone(), asked).await?;
    Ok(())
}
