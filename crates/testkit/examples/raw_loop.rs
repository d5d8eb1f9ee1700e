//! For the benchmarks: what would the same statements cost without the product around them?
//! Runs creates or a seed through the desk while the store notes every statement, then runs exactly these, with
//! their values, on a copy of the database as it was before. Prints one JSON object. `cargo xtask bench` calls it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aftercare::SetClock;
use anyhow::{Context, bail, ensure};
use desk::intake::{NewTicket, open_in};
use desk::{Desk, auth};
use domain::access::Actor;
use domain::id::ContactId;
use domain::ticket::Channel;
use domain::ticket::decide::Body;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::record::{self, Bare, Unit};
use store::{Db, DbConfig, Entropy};

const USAGE: &str = "raw_loop creates DATABASE AT REQUESTS BATCH | raw_loop seed DATABASE AT TICKETS";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["creates", database, at, requests, batch] => {
            let text = std::fs::read_to_string(requests)?;
            let requests: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
            let (raw, desk, clock) = Raw::begin(database.into(), at.parse()?).await?;
            let units = creates(&desk, &clock, &requests).await?;
            raw.replay(&desk, &units, batch.parse()?, units.len()).await?
        }
        ["seed", database, at, tickets] => {
            let tickets = tickets.parse()?;
            let (raw, desk, clock) = Raw::begin(database.into(), at.parse()?).await?;
            let units = seed(&desk, &clock, tickets).await?;
            // A batch of the seed is one unit of work already.
            raw.replay(&desk, &units, 1, usize::try_from(tickets)?).await?
        }
        _ => bail!(USAGE),
    };
    serde_json::to_writer(std::io::stdout(), &result)?;
    Ok(())
}

/// The database that is written through the desk, and its copy from before.
struct Raw {
    database: PathBuf,
    before: PathBuf,
}

impl Raw {
    async fn begin(database: PathBuf, at: Timestamp) -> anyhow::Result<(Self, Desk, Arc<SetClock>)> {
        let before = database.with_extension("before");
        std::fs::copy(&database, &before)?;
        let clock = Arc::new(SetClock::new(at));
        let entropy = Entropy::new([3; 32]);
        // Nothing is measured while recording, so nothing waits for the disk.
        let config = DbConfig::Scratch(database.clone());
        let db = Db::open(&config, Arc::<SetClock>::clone(&clock), &entropy).await?;
        Ok((Self { database, before }, Desk::new(db, entropy), clock))
    }

    /// Runs the statements on the copy, so many units in each transaction, and checks that both databases hold
    /// the same number of rows.
    async fn replay(&self, desk: &Desk, units: &[Unit], batch: usize, made: usize) -> anyhow::Result<Value> {
        let bare = Bare::open(&self.before)?;
        let cpu_before = cpu_s()?;
        let took = timed(|| bare.run(units, batch))?;
        let cpu = cpu_s()? - cpu_before;
        desk.db().checkpoint().await?;
        let (expected, found) = (Bare::open(&self.database)?.rows()?, bare.rows()?);
        ensure!(expected == found, "other rows than through the desk: {expected:?} {found:?}");
        let statements: usize = units.iter().map(Unit::statements).sum();
        let made = f64::from(u32::try_from(made)?);
        Ok(json!({
            "per_s": made / took,
            "cpu_us": cpu / made * 1e6,
            "statements": f64::from(u32::try_from(statements)?) / made,
        }))
    }
}

/// Opens tickets one by one, as the API does; each gives the statements of its unit of work.
async fn creates(desk: &Desk, clock: &SetClock, requests: &[Value]) -> anyhow::Result<Vec<Unit>> {
    let who = agent(desk).await?;
    record::start();
    let mut units = Vec::with_capacity(requests.len());
    for request in requests {
        let new = new_ticket(request);
        clock.set(domain::time::from_millis(domain::time::to_millis(desk.now()) + 1));
        desk.write(&who, move |unit| open_in(unit, &new).map(drop)).await?;
        units.push(record::take());
    }
    Ok(units)
}

fn new_ticket(request: &Value) -> NewTicket {
    let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
    let (title, body) = (text("title").to_owned(), Body::from_text(text("body")));
    let mut new = NewTicket::by_contact(ContactId::from(""), title, body, Channel::Api);
    text("requester").clone_into(&mut new.requester);
    new
}

/// The seed's own batches; each gives the statements of its unit of work.
async fn seed(desk: &Desk, clock: &SetClock, tickets: u32) -> anyhow::Result<Vec<Unit>> {
    let mut units = Vec::new();
    record::start();
    aftercare::lay_seed(desk, clock, tickets, |_| units.push(record::take())).await?;
    Ok(units)
}

/// Somebody of staff to act as.
async fn agent(desk: &Desk) -> anyhow::Result<Actor> {
    let found = desk.read(|r| Ok(store::staff::all(r)?.into_iter().find(|s| s.active))).await?;
    let id = found.context("the database has no staff")?.id;
    Ok(desk.read(move |r| Ok(Actor::Staff(auth::staff_actor(r, &id)?.0))).await?)
}

#[expect(clippy::disallowed_methods, reason = "this program measures")]
fn timed(work: impl FnOnce() -> store::Result<()>) -> anyhow::Result<f64> {
    let start = std::time::Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// CPU seconds of this process, user and system.
fn cpu_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(Path::new("/proc/self/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").context("no stat")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(f64::from(ticks) / 100.0)
}
