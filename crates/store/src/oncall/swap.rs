//! Swaps that were proposed, and what became of them.

use domain::id::RotaId;
use domain::oncall::{Swap, SwapState};
use domain::time::Timestamp;

use crate::{Read, Result, Row, Work};

statements! {
    SWAPS = "SELECT id, rota_id, seat, giver_id, taker_id, from_at, until_at, back_from_at, back_until_at, note, state \
         FROM oncall_swap WHERE state = 'open' AND until_at > $1 ORDER BY id DESC LIMIT 200";
    SWAP = "SELECT id, rota_id, seat, giver_id, taker_id, from_at, until_at, back_from_at, back_until_at, note, state \
         FROM oncall_swap WHERE id = $1";
    ADD_SWAP = "INSERT INTO oncall_swap (id, rota_id, seat, giver_id, taker_id, from_at, until_at, back_from_at, \
         back_until_at, note, state, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11)";
    ANSWER_SWAP = "UPDATE oncall_swap SET state = $2, answered_at = $3 WHERE id = $1 AND state = 'open'";
}

/// A swap with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwapRow {
    /// Key.
    pub id: String,
    /// Of which rota.
    pub rota: RotaId,
    /// Who, when.
    pub swap: Swap,
    /// Why, for people.
    pub note: String,
    /// What became of it.
    pub state: SwapState,
}

fn row(r: &Row<'_>) -> Result<SwapRow> {
    let swap = Swap {
        seat: r.word(2, "oncall_swap.seat")?,
        giver: r.id(3)?,
        taker: r.id(4)?,
        give: (r.at(5)?, r.at(6)?),
        back: r.at_opt(7)?.zip(r.at_opt(8)?),
    };
    let (note, state) = (r.text(9)?, r.word(10, "oncall_swap.state")?);
    Ok(SwapRow { id: r.text(0)?, rota: r.id(1)?, swap, note, state })
}

/// The swaps that wait for an answer and are not over, newest first.
pub fn open_swaps(r: &mut Read<'_>, now: Timestamp) -> Result<Vec<SwapRow>> {
    r.rows(&SWAPS, &[now.into()], row)
}

/// One swap.
pub fn swap(r: &mut Read<'_>, id: &str) -> Result<Option<SwapRow>> {
    r.first(&SWAP, &[id.into()], row)
}

/// Keeps a proposal.
pub fn add_swap(work: &mut Work<'_>, row: &SwapRow) -> Result<()> {
    let (s, now) = (&row.swap, work.now());
    let values = [
        (&row.id).into(),
        row.rota.as_str().into(),
        s.seat.as_str().into(),
        s.giver.as_str().into(),
        s.taker.as_str().into(),
        s.give.0.into(),
        s.give.1.into(),
        s.back.map(|b| b.0).into(),
        s.back.map(|b| b.1).into(),
        (&row.note).into(),
        now.into(),
    ];
    work.hit("swap", &ADD_SWAP, &values)
}

/// A proposal that waits gets its answer.
pub fn answer_swap(work: &mut Work<'_>, id: &str, state: SwapState) -> Result<()> {
    let now = work.now();
    work.edit("swap", &ANSWER_SWAP, &[id.into(), state.as_str().into(), now.into()])
}
