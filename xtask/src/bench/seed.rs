//! `seed`, the whole program from start to end, beside the bare statements of its batches.

use super::Bench;
use super::figures::Target;
use super::place::{Place, start_of_seed};
use super::raw;
use super::watch::ms;

const TICKETS: u32 = 10_000;
const LEAST_PERCENT: f64 = 60.0;

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let tickets = bench.tickets(TICKETS);
    let program = raw::program(bench)?;
    let place = Place::new(bench, "seed")?;
    let bare = place.copy(bench, "bare")?;
    let raw = raw::run(&program, &bare, "seed", &start_of_seed()?, &[&tickets.to_string()])?;
    let (took, cpu) = place.seed(tickets)?;
    let rate = f64::from(tickets) / took.as_secs_f64();
    let figures = &mut bench.figures;
    figures.add("seed: tickets through the rules (goal 5,000)", rate, "1/s", Target::None);
    figures.add("seed: bare statements", raw.per_s, "1/s", Target::None);
    figures.add(
        "seed: share of the bare rate",
        rate / raw.per_s * 100.0,
        "%",
        Target::AtLeast(LEAST_PERCENT),
    );
    figures.add("seed: CPU per ticket", ms(cpu / tickets), "ms", Target::None);
    figures.add("seed: CPU of the bare statements", raw.cpu_ms, "ms", Target::None);
    figures.add("seed: statements per ticket", raw.statements, "", Target::None);
    Ok(())
}
