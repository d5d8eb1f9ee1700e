//! Two people swap: one proposes, the other agrees or not. It counts when both have agreed.

use domain::access::{Actor, Right};
use domain::id::{RotaId, StaffId};
use domain::oncall::{News, Override, Seat, Span, Swap, SwapState};
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::oncall::{self, OverrideRow, SwapRow, watch};

use super::{ALREADY_THERE, MAX_NOTE, MAX_SPAN_S, Standing, refuse_draft, tell};
use crate::admin::record;
use crate::case::supervisors;
use crate::{Desk, Error, Result, Unit};

/// What somebody proposes to another.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Which duty.
    pub seat: Seat,
    /// To whom.
    pub taker: StaffId,
    /// The time that is given.
    pub give: Span,
    /// The time that is wanted in return, if any.
    pub back: Option<Span>,
    /// Why.
    pub note: String,
}

/// Proposes a swap of one's own duty. The other one is told.
///
/// # Errors
/// `Lacks` for a program that acts for nobody, `NotFound` for the rota, `Invalid`.
pub async fn propose_swap(desk: &Desk, who: &Actor, rota: RotaId, asked: Proposal) -> Result<SwapRow> {
    desk.write(who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::Lacks(Right::OncallEdit))?.id.clone();
        let Proposal { seat, taker, give, back, note } = asked.clone();
        if note.chars().count() > MAX_NOTE {
            return Err(Error::field("note", "too_long"));
        }
        let swap = Swap { seat, giver: me, taker, give, back };
        let open = oncall::open_swaps(unit.work, unit.now)?;
        if open.iter().any(|s| s.rota == rota && s.swap == swap) {
            return Err(Error::field("from", ALREADY_THERE));
        }
        let name = check(unit, &rota, &swap)?;
        let id = unit.work.next_id();
        let note = note.trim().to_owned();
        let row = SwapRow { id, rota: rota.clone(), swap, note, state: SwapState::Open };
        oncall::add_swap(unit.work, &row)?;
        record(unit, ("oncall_swap", &row.id), &None::<Value>, &said(&row))?;
        tell(unit, [row.swap.taker.clone()], &news(&row, SwapState::Open, &row.swap.giver, name))?;
        Ok(row)
    })
    .await
}

/// Whatever forbids the swap now; the rota's name otherwise.
fn check(unit: &mut Unit<'_, '_>, rota: &RotaId, swap: &Swap) -> Result<String> {
    let spans = || [Some(swap.give), swap.back].into_iter().flatten();
    let from = spans().map(|s| s.0).min().unwrap_or(unit.now);
    let until = spans().map(|s| s.1).max().unwrap_or(unit.now);
    if domain::time::to_seconds(until) - domain::time::to_seconds(from) > MAX_SPAN_S {
        return Err(Error::field("until", "too_long"));
    }
    let row = oncall::one(unit.work, rota)?.ok_or(Error::NotFound)?;
    refuse_draft(&row)?;
    let rules = unit.rules.clone();
    let standing = Standing::load(unit.work, &rules, row, (from, until))?;
    match swap.fault(&standing.roster(), unit.now) {
        Some((field, issue)) => Err(Error::field(field, issue)),
        None => Ok(standing.row.name),
    }
}

/// Answers a proposal: when it is accepted, it counts from now on. To repeat an answer is harmless.
///
/// # Errors
/// `NotFound` unless one is the one who is asked, `Invalid` if it was answered otherwise or cannot be any more.
pub async fn answer_swap(desk: &Desk, who: &Actor, id: String, state: SwapState) -> Result<SwapRow> {
    desk.write(who, move |unit| {
        let row = oncall::swap(unit.work, &id)?.ok_or(Error::NotFound)?;
        let me = unit.actor.staff().map(|s| s.id.clone());
        let (asked, other) = match state {
            SwapState::Withdrawn => (&row.swap.giver, &row.swap.taker),
            _ => (&row.swap.taker, &row.swap.giver),
        };
        if me.as_ref() != Some(asked) || state == SwapState::Open {
            return Err(Error::NotFound);
        }
        if row.state == state {
            return Ok(row);
        }
        if row.state != SwapState::Open {
            return Err(Error::field("state", "answered"));
        }
        let name = match state {
            SwapState::Accepted => check(unit, &row.rota, &row.swap)?,
            _ => oncall::one(unit.work, &row.rota)?.ok_or(Error::NotFound)?.name,
        };
        oncall::answer_swap(unit.work, &id, state)?;
        let after = SwapRow { state, ..row.clone() };
        record(unit, ("oncall_swap", &id), &said(&row), &said(&after))?;
        let mut to = vec![other.clone()];
        if state == SwapState::Accepted {
            put_in(unit, &row)?;
            to.extend(supervisors(unit)?.into_iter().filter(|p| p != other && p != asked));
        }
        tell(unit, to, &news(&row, state, asked, name))?;
        Ok(after)
    })
    .await
}

fn put_in(unit: &mut Unit<'_, '_>, row: &SwapRow) -> Result<()> {
    for put in row.swap.overrides() {
        let (id, rota, note) = (unit.work.next_id(), row.rota.clone(), row.note.clone());
        oncall::add_override(unit.work, &OverrideRow { id, rota, put, note })?;
    }
    Ok(watch::wake(unit.work)?)
}

fn news(row: &SwapRow, state: SwapState, by: &StaffId, rota: String) -> News {
    let (from, until) = row.swap.give;
    News::Swap { state, by: by.clone(), rota, from, until }
}

fn said(row: &SwapRow) -> Value {
    let times = |puts: Vec<Override>| -> Vec<(StaffId, Timestamp, Timestamp)> {
        puts.into_iter().map(|p| (p.person, p.from, p.until)).collect()
    };
    let s = &row.swap;
    json!({"rota": row.rota, "seat": s.seat, "giver": s.giver, "taker": s.taker, "times": times(s.overrides()),
        "note": row.note, "state": row.state})
}
