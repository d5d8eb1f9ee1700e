//! The background: sweeps of the clocks, and jobs. Each sleeps until its next instant or a ring.

use std::sync::Arc;
use std::time::Duration;

use desk::import::ImportJob;
use desk::jobs::{LetterJob, LinkJob, PageJob, PushJob, RecountJob};
use desk::mail_in::House;
use desk::ticket::progress;
use desk::{Desk, Result, Unit, post, sweep};
use domain::access::{Actor, System};
use domain::id::TicketId;
use domain::import::Vocabulary;
use domain::post::LetterState;
use domain::time::{Timestamp, plus_seconds, to_millis};
use store::job::{self, JobRow};
use store::letter::LetterRow;
use store::{Read, letter, ticket};
use tokio::sync::watch;
use words::LetterText;

use crate::post::Postman;
use crate::written::{link_letter, ticket_letter};

/// Nothing sleeps longer than this: a clock that was set back, or a hint that was lost, is noticed then.
pub(crate) const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// After a ring this long is waited for more: while many write, a round for each commit would take as much as their writing.
const GATHER: Duration = Duration::from_millis(100);
const CLAIM: i64 = 50;
const MAX_ATTEMPTS: i64 = 8;

/// Where letters point, and whether they leave the house.
#[derive(Clone)]
pub(crate) struct Post {
    /// Address of the installation, for links.
    pub public_url: String,
    /// Letters are handed to a server; otherwise they are kept.
    pub sends: bool,
    /// How people write what tables hold.
    pub words: Arc<Vocabulary>,
    /// The mailboxes, in whose name people write.
    pub house: Arc<House>,
    /// Wakes browsers, where that is set up.
    pub push: Option<Arc<push::Pusher>>,
}

impl Post {
    /// For an installation at an address, which sends letters or keeps them.
    pub(crate) fn new(public_url: &str, sends: bool) -> Self {
        let (public_url, words) = (public_url.to_owned(), Arc::new(words::vocabulary()));
        Self { public_url, sends, words, house: Arc::default(), push: None }
    }
}

/// Runs sweeps and jobs until the program ends.
pub(crate) async fn run(desk: Desk, post: Post) {
    let mut news = desk.db().news();
    loop {
        news.mark_unchanged();
        if let Err(e) = round(&desk, &post).await {
            tracing::error!(error = %e, "a round of the background failed; it is tried again");
        }
        let wait = until_next(&desk).await;
        if !wake(&mut news, wait).await {
            return;
        }
    }
}

/// Waits for an instant, or for a ring and those that follow it at once. False when nobody will ring any more.
pub(crate) async fn wake(news: &mut watch::Receiver<u64>, wait: Duration) -> bool {
    tokio::select! {
        () = pause(wait) => true,
        rung = news.changed() => {
            pause(GATHER).await;
            rung.is_ok()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a worker's loop waits for its next instant")]
pub(crate) async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// One round of a node: nothing fires by a clock that differs from the database server's.
async fn round(desk: &Desk, post: &Post) -> Result<()> {
    if sweep::may_fire(desk).await? {
        return once(desk, post).await;
    }
    let ahead_ms = desk.clock_ahead_ms();
    tracing::error!(
        ahead_ms,
        "this node's clock differs from the database server's; it fires nothing until they agree"
    );
    while jobs(desk, post).await? > 0 {}
    Ok(())
}

/// One round: all that is due now.
async fn once(desk: &Desk, post: &Post) -> Result<()> {
    while sweep::sweep(desk).await? > 0 {}
    while jobs(desk, post).await? > 0 {}
    Ok(())
}

/// Runs all jobs and sweeps until nothing is left; for tests and for the demo's history.
///
/// # Errors
/// The store's.
pub async fn drain(desk: &Desk, public_url: &str) -> Result<()> {
    once(desk, &Post::new(public_url, false)).await
}

/// The same with somebody who wakes browsers.
///
/// # Errors
/// The store's.
pub async fn drain_and_push(desk: &Desk, public_url: &str, pusher: Arc<push::Pusher>) -> Result<()> {
    once(desk, &Post { push: Some(pusher), ..Post::new(public_url, false) }).await
}

/// The same with somebody who hands letters over: what is due goes to the server as well. Returns whether it could be
/// reached.
///
/// # Errors
/// The store's.
pub async fn drain_and_send(desk: &Desk, public_url: &str, postman: &Postman) -> Result<bool> {
    once(desk, &Post { house: Arc::clone(&postman.house), ..Post::new(public_url, true) }).await?;
    crate::post::deliver(desk, postman).await
}

async fn until_next(desk: &Desk) -> Duration {
    until(desk, |r| {
        let (sweeps, jobs) = (sweep::next_in(r)?, job::next_instant(r)?);
        Ok(sweeps.into_iter().chain(jobs).min())
    })
    .await
}

/// How long until an instant that a read finds.
pub(crate) async fn until(
    desk: &Desk,
    next: impl FnOnce(&mut Read<'_>) -> Result<Option<Timestamp>> + Send + 'static,
) -> Duration {
    let read = desk.read(|r| Ok((next(r)?, r.now())));
    match read.await {
        Ok((Some(at), now)) => {
            let ms = u64::try_from(to_millis(at) - to_millis(now)).unwrap_or(0);
            Duration::from_millis(ms.max(50)).min(LONGEST_SLEEP)
        }
        _ => LONGEST_SLEEP,
    }
}

/// Claims and does a batch of jobs; returns how many.
async fn jobs(desk: &Desk, to: &Post) -> Result<usize> {
    let system = Actor::System(System::Operator);
    let idle = desk.read(|r| Ok(job::next_instant(r)?.is_none_or(|at| at > r.now()))).await?;
    if idle {
        return Ok(0);
    }
    let claimed = desk.write(&system, |unit| Ok(job::claim(unit.work, CLAIM)?)).await?;
    let n = claimed.len();
    // Push services may be slow: they are asked several at a time, within one lease.
    let (pushes, claimed): (Vec<JobRow>, Vec<JobRow>) =
        claimed.into_iter().partition(|row| row.kind == PushJob::KIND);
    desk::each(pushes, |row| push_out(desk.clone(), to.push.clone(), row)).await?;
    // One after the other: letters can wait a moment, people who write at the same time cannot.
    for row in claimed {
        let done = match row.kind.as_str() {
            RecountJob::KIND => desk::admin::recount(desk, &row).await,
            ImportJob::KIND => crate::import::job(desk, row.clone(), &to.words).await,
            _ => one(desk, to, row.clone()).await,
        };
        if let Err(e) = done {
            put_off(desk, row, e.to_string()).await?;
        }
    }
    Ok(n)
}

async fn push_out(desk: Desk, pusher: Option<Arc<push::Pusher>>, row: JobRow) -> Result<()> {
    match crate::push_work::job(&desk, pusher.as_deref(), row.clone()).await {
        Ok(()) => Ok(()),
        Err(e) => put_off(&desk, row, e.to_string()).await,
    }
}

/// A failed job is tried again later and later, then waits for a person.
async fn put_off(desk: &Desk, row: JobRow, error: String) -> Result<()> {
    tracing::warn!(job.id = %row.id, job.kind = %row.kind, error = %error, "a job failed");
    desk.write(&Actor::System(System::Operator), move |unit| {
        if row.attempts >= MAX_ATTEMPTS {
            return Ok(job::fail(unit.work, &row, &error)?);
        }
        let wait_s = 30_i64 << row.attempts.min(10);
        Ok(job::retry(unit.work, &row, &error, plus_seconds(unit.now, wait_s))?)
    })
    .await
}

async fn one(desk: &Desk, to: &Post, row: JobRow) -> Result<()> {
    let (public_url, sends, house) = (to.public_url.clone(), to.sends, Arc::clone(&to.house));
    let (of_desk, token) = (desk.clone(), desk.new_secret());
    // The letter's row and the job's end commit together: a second run finds the letter.
    desk.write(&Actor::System(System::Operator), move |unit| {
        let rules = of_desk.rules_in(unit.work)?;
        let bad = |e: serde_json::Error| desk::Error::Internal(e.to_string());
        let written = match row.kind.as_str() {
            LetterJob::KIND => {
                let payload: LetterJob = serde_json::from_str(&row.payload).map_err(bad)?;
                ticket_letter(unit.work, (&rules, &house), &payload, &public_url)?
            }
            LinkJob::KIND => {
                let payload: LinkJob = serde_json::from_str(&row.payload).map_err(bad)?;
                Some(link_letter(&rules.settings.desk_name, &payload, &public_url))
            }
            PageJob::KIND => {
                let payload: PageJob = serde_json::from_str(&row.payload).map_err(bad)?;
                crate::page_letter::write(unit, &payload, &token, &public_url)?
            }
            other => return Err(desk::Error::Internal(format!("no such job: {other}"))),
        };
        let about = about(&row)?;
        leaves(unit, about.as_ref())?;
        if let Some((kind, ticket, recipient, text)) = written {
            let LetterText { subject, body } = text;
            let letter = LetterRow {
                id: row.id.0.clone(),
                ticket,
                kind,
                recipient,
                subject,
                body,
                state: LetterState::Kept,
                detail: String::new(),
                created_at: unit.now,
                sent_at: None,
                attempts: 0,
                next_at: None,
                job: None,
                message: about.as_ref().and_then(|(_, no)| *no),
            };
            if sends {
                post::post(unit, letter)?;
                return Ok(job::done(unit.work, &row)?);
            }
            letter::insert(unit.work, &letter)?;
        }
        // Nothing will be sent: what is kept is handed over with this commit, and who has no address any more reads
        // on the portal.
        if let Some((ticket, Some(no))) = about {
            progress::handed_over(unit, &ticket, no)?;
        }
        Ok(job::done(unit.work, &row)?)
    })
    .await
}

/// What waited is there for everybody from now on.
fn leaves(unit: &mut Unit<'_, '_>, about: Option<&(TicketId, Option<i64>)>) -> Result<()> {
    let Some((ticket, Some(no))) = about else { return Ok(()) };
    if !ticket::let_go(unit.work, ticket, *no)? {
        return Ok(());
    }
    let number = ticket::number_of(unit.work, ticket)?;
    number.map_or(Ok(()), |number| Ok(unit.work.publish("ticket", &number)?))
}

/// The ticket and the message that a job's letter is about.
fn about(row: &JobRow) -> Result<Option<(TicketId, Option<i64>)>> {
    if row.kind != LetterJob::KIND {
        return Ok(None);
    }
    let read = serde_json::from_str::<LetterJob>(&row.payload);
    let job = read.map_err(|e| desk::Error::Internal(e.to_string()))?;
    Ok(Some((job.ticket, job.message)))
}
