//! The rota of the demo world: who is on call around the clock, who stands behind, who has the holidays.

use anyhow::Context;
use desk::{Desk, oncall};
use domain::id::StaffId;
use domain::oncall::{LayerDays, LayerDoc, Leave, Override, RotaDoc, Seat, ShiftUnit};
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::oncall::RotaRow;

use super::history::{Cast, OPERATOR};
use super::world::World;

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

/// Makes the rota when the history begins; everybody confirms the phone.
pub(super) async fn lay(desk: &Desk, world: &World, cast: &Cast, zone: &TimeZone) -> anyhow::Result<()> {
    let starts_on = desk.now().to_zoned(zone.clone()).date();
    let mut layers = Vec::new();
    for l in &world.rota.layer {
        let order = l.order.iter().map(|p| person(cast, p)).collect::<anyhow::Result<_>>()?;
        layers.push(LayerDoc {
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
            windows: Vec::new(),
        });
    }
    let owner = person(cast, &world.rota.owner)?;
    let doc = RotaDoc {
        calendar: "service".into(),
        groups: std::collections::BTreeSet::new(),
        layers,
        fallback: None,
        owner,
    };
    let row = RotaRow { id: "".into(), name: world.rota.name.clone(), rev: 0, doc };
    oncall::save_rota(desk, &OPERATOR, row).await?;
    for actor in cast.staff.values() {
        let Some(me) = actor.staff() else { continue };
        oncall::confirm_phone(desk, actor, me.id.clone()).await?;
    }
    Ok(())
}

/// What is to come: a leave and an override after the end of the history.
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
    let rotas = desk.read(|r| Ok(store::oncall::rotas(r)?)).await?;
    let rota = rotas.first().context("the demo has no rota")?.id.clone();
    oncall::put_in(desk, &OPERATOR, rota, row, put.note.clone()).await?;
    Ok(())
}
