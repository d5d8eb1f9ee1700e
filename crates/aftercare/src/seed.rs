//! Made-up tickets in any number, the same ones each time: made by the same decisions as real ones, in batches.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Context;
use desk::intake::{NewTicket, open_in};
use desk::{Desk, Unit, save};
use domain::access::{Actor, Role, System};
use domain::id::{ContactId, StaffId};
use domain::ticket::decide::{self, Body, Case, Draft, Earlier, Solution};
use domain::ticket::{Channel, CloseReason, IssueClass, Severity};
use domain::time::{Timestamp, plus_seconds};
use indicatif::ProgressBar;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::{Db, Entropy};

use crate::clock::SetClock;
use crate::config::Config;
use crate::serve;

/// Arguments of `seed`.
#[derive(Debug, clap::Args)]
pub(crate) struct SeedArgs {
    /// How many tickets.
    #[arg(long)]
    tickets: u32,
    /// The instant of the last ticket (RFC 3339); if absent, so long ago that all that happens to it has happened.
    #[arg(long)]
    at: Option<Timestamp>,
}

const BATCH: u32 = 200;
const CUSTOMERS: u32 = 200;
/// Tickets come at this distance.
const STEP_S: i64 = 150;
/// A ticket is answered within so long, and solved within so long of that.
const ANSWERED_S: i64 = 5_000;
const SOLVED_S: i64 = 60_000;
/// Only the newest are on their way: a desk that left its oldest cases open would count every report that it owes.
const RECENT: u32 = 2_000;

/// Seeds an installation.
pub(crate) async fn run(args: SeedArgs, config: &Config) -> anyhow::Result<()> {
    let end = match args.at {
        Some(at) => at,
        None => plus_seconds(serve::open(&config.database()?).await?.now(), -(ANSWERED_S + SOLVED_S)),
    };
    let start = plus_seconds(end, -STEP_S * i64::from(args.tickets));
    let clock = Arc::new(SetClock::new(start));
    let entropy = Entropy::new([42; 32]);
    let db = Db::open(&config.database()?, Arc::<SetClock>::clone(&clock), &entropy).await?;
    let desk = Desk::new(db, entropy);
    desk::admin::lay_ground(&desk, serve::ground(words::Locale::Zh)).await?;
    let bar = ProgressBar::new(args.tickets.into());
    lay(&desk, &clock, args.tickets, |n| bar.inc(n.into())).await?;
    bar.finish();
    tracing::info!(tickets = args.tickets, "seeded");
    Ok(())
}

/// Lays so many tickets, the first at the clock's present instant. Tells after each batch how many it had.
///
/// # Errors
/// The desk's.
pub async fn lay(
    desk: &Desk,
    clock: &SetClock,
    tickets: u32,
    mut laid: impl FnMut(u32),
) -> anyhow::Result<()> {
    let (start, people) = (desk.now(), people(desk).await?);
    for first in (0..tickets).step_by(BATCH as usize) {
        let n = BATCH.min(tickets - first);
        clock.set(plus_seconds(start, STEP_S * i64::from(first)));
        batch(desk, &people, first..first + n, tickets).await.context("a batch of tickets")?;
        laid(n);
    }
    Ok(())
}

/// An agent to act as, made if the installation has none.
async fn people(desk: &Desk) -> anyhow::Result<Actor> {
    let found = desk.read(|r| Ok(store::staff::all(r)?.into_iter().find(|s| s.active))).await?;
    let id = if let Some(s) = found {
        s.id
    } else {
        let row = store::staff::StaffRow {
            id: StaffId::from(""),
            login: "seed".to_owned(),
            name: "Seed".to_owned(),
            email: String::new(),
            phone: String::new(),
            role: Role::Administrator,
            locale: "zh-CN".to_owned(),
            skills: Vec::new(),
            languages: Vec::new(),
            active: true,
            created_at: desk.now(),
            version: 0,
        };
        desk::admin::save_staff(desk, &Actor::System(System::Operator), row).await?
    };
    Ok(desk.read(move |r| Ok(Actor::Staff(desk::auth::staff_actor(r, &id)?.0))).await?)
}

async fn batch(desk: &Desk, who: &Actor, part: Range<u32>, all: u32) -> desk::Result<()> {
    let agent = who.clone();
    desk.write(&Actor::System(System::Import), move |unit| {
        for i in part.clone() {
            let on_its_way = i % 3 == 2 && all - i <= RECENT;
            let life = if on_its_way { Life::OnItsWay } else { Life::Closed };
            one(unit, &agent, i, life)?;
        }
        Ok(())
    })
    .await
}

/// How far a ticket has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Closed,
    OnItsWay,
}

/// A ticket's life so far, by its number.
fn one(unit: &mut Unit<'_, '_>, agent: &Actor, i: u32, life: Life) -> desk::Result<()> {
    let mut rng = StdRng::seed_from_u64(i.into());
    let n = rng.random_range(0..CUSTOMERS);
    let title = format!("Seed {i}: {}", words::t(words::Locale::Zh, &format!("seed-title-{}", i % 10)));
    let body = Body::from_text(words::t(words::Locale::Zh, &format!("seed-body-{}", i % 10)));
    let mut new = NewTicket::by_contact(ContactId::from(""), title, body, Channel::Mail);
    new.requester = format!("seed{n}@example.com");
    new.class = IssueClass::ALL.get(i as usize % IssueClass::ALL.len()).copied();
    new.severity = Some(if rng.random_bool(0.15) { Severity::Urgent } else { Severity::General });
    new.assignee = agent.staff().filter(|_| rng.random_bool(0.7)).map(|s| s.id.clone());
    let opened = open_in(unit, &new)?;
    let mut case = Case {
        ticket: opened.ticket,
        clocks: opened.clocks,
        earlier: Earlier::default(),
        holds: opened.holds,
        rules: Arc::clone(&unit.rules),
    };
    if life == Life::OnItsWay && !rng.random_bool(0.3) {
        return Ok(());
    }
    let draft =
        Draft { body: Body::from_text(words::t(words::Locale::Zh, "seed-answer")), ..Draft::default() };
    let at = plus_seconds(unit.now, rng.random_range(60..ANSWERED_S));
    step(unit, &mut case, |case| decide::reply(case, draft.clone(), agent, at))?;
    if life == Life::OnItsWay {
        return Ok(());
    }
    let resolution = words::t(words::Locale::Zh, "seed-resolution").to_owned();
    let solution = Solution { resolution, ..Solution::default() };
    let at = plus_seconds(at, rng.random_range(600..SOLVED_S));
    step(unit, &mut case, |case| {
        decide::resolve(case, solution.clone(), &Actor::System(System::Import), at)
    })?;
    let closer = Actor::System(System::Import);
    step(unit, &mut case, |case| decide::close(case, CloseReason::Imported, &closer, at))
}

fn step(
    unit: &mut Unit<'_, '_>,
    case: &mut Case,
    decide: impl Fn(&Case) -> decide::Outcome,
) -> desk::Result<()> {
    let mut decision = decide(case)?;
    decision.notices.clear();
    save(unit, case, &decision)?;
    case.ticket = decision.ticket;
    case.clocks = decision.clocks;
    case.holds = decision.holds;
    Ok(())
}
