//! The background: sweeps of the clocks, and jobs. Each sleeps until its next instant or a ring.

use std::sync::Arc;
use std::time::Duration;

use desk::import::ImportJob;
use desk::jobs::{LetterJob, LinkJob, PageJob, PushJob, RecountJob};
use desk::mail_in::House;
use desk::ticket::progress;
use desk::{Desk, Result, Unit, post, sweep};
use domain::access::{Actor, ActorRef, System};
use domain::id::TicketId;
use domain::import::Vocabulary;
use domain::post::{LetterState, is_automatic};
use domain::sla::Milestone;
use domain::ticket::decide::{Letter, asks_else};
use domain::time::{Timestamp, plus_seconds, to_millis};
use store::job::{self, JobRow};
use store::letter::LetterRow;
use store::{Read, directory, letter, ticket};
use tokio::sync::watch;
use words::{LetterFacts, LetterText, Locale, copy_text, letter_text, t, t_args};

use crate::post::Postman;
use crate::sign::ending;

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

/// Kind, ticket, recipient, text.
pub(crate) type Written = (String, Option<TicketId>, String, LetterText);

fn ticket_letter(
    r: &mut Read<'_>,
    (rules, house): (&domain::ticket::decide::Rules, &House),
    job: &LetterJob,
    public_url: &str,
) -> Result<Option<Written>> {
    let scope = domain::access::Scope::All;
    let (Some(t), Some(contact)) = (ticket::by_id(r, &scope, &job.ticket)?, directory::contact(r, &job.to)?)
    else {
        return Ok(None);
    };
    let Some(kind) = job.letter.as_of(&t, job.message.is_some()) else { return Ok(None) };
    let (email, name) = if let Some((address, name)) = &job.copy {
        (address.clone(), if name.is_empty() { address.clone() } else { name.clone() })
    } else {
        let points = directory::points(r, &contact.id)?;
        let found = points.into_iter().find(|p| p.kind == domain::people::PointKind::Email);
        let Some(email) = found else { return Ok(None) };
        (email.value, contact.name)
    };
    let locale = Locale::parse(&contact.locale);
    let carried = match job.message {
        Some(no) => ticket::messages(r, &t.id, no - 1, job.letter == Letter::Forwarded, 1)?
            .pop()
            .filter(|m| m.no == no),
        None => None,
    };
    // It was taken back meanwhile.
    if job.message.is_some() && carried.is_none() {
        return Ok(None);
    }
    let author = match &carried {
        Some(m) => Some(m.by.clone()),
        None => t.resolved_by.clone().map(ActorRef::Staff),
    };
    let message = match job.message {
        Some(_) => carried.map(|m| said(locale, &rules.settings.zone(), &m)),
        None => Some(t.resolution.clone()),
    };
    let message = message.map(|m| with_left_files(r, locale, (&t.id, kind, job.message), m)).transpose()?;
    let desk = ending(r, (rules, house), (&t, kind.as_str()), author.as_ref(), locale)?;
    let next = answered_by(r, &t.id)?;
    let next = next
        .map(|at| t_args(locale, "letter-by", &[("at", &words::dated(locale, &rules.settings.zone(), at))]));
    let facts = LetterFacts {
        desk,
        number: t.number.clone(),
        title: t.title.clone(),
        name,
        next: next.unwrap_or_default(),
        message: message.unwrap_or_default(),
        link: format!("{public_url}/portal/cases/{}", t.number),
        asks_else: asks_else(&t),
    };
    let in_copy = job.copy.is_some() && kind != Letter::Forwarded;
    let text = if in_copy { copy_text(locale, kind, &facts) } else { letter_text(locale, kind, &facts) };
    Ok(Some((kind.as_str().to_owned(), Some(t.id), email, text)))
}

/// By when somebody answers, if nobody has.
fn answered_by(r: &mut Read<'_>, id: &TicketId) -> Result<Option<Timestamp>> {
    let clocks = ticket::acting_clocks(r, id)?;
    let clock = clocks.into_iter().find(|c| c.milestone == Milestone::Response && c.is_running());
    // Of a case that came earlier than it was taken down it may have passed.
    Ok(clock.and_then(|c| c.due_at.filter(|due| *due > r.now())))
}

/// A message as a letter says it: a card in the receiver's language.
fn said(locale: Locale, zone: &jiff::tz::TimeZone, m: &ticket::MessageRow) -> String {
    m.card.as_ref().map_or_else(|| web::plain_text(&m.html), |card| words::card_text(locale, zone, card))
}

/// The words, and which files are too large to go along.
fn with_left_files(
    r: &mut Read<'_>,
    locale: Locale,
    (ticket, kind, no): (&TicketId, Letter, Option<i64>),
    words: String,
) -> Result<String> {
    let Some(no) = no.filter(|_| !is_automatic(kind.as_str())) else { return Ok(words) };
    let (_, left) = post::files(r, ticket, no)?;
    if left.is_empty() {
        return Ok(words);
    }
    let names = left.join(t(locale, "list-comma"));
    Ok(format!("{words}\n\n{}", t_args(locale, "letter-files-left", &[("names", &names)])))
}

fn link_letter(desk_name: &str, job: &LinkJob, public_url: &str) -> Written {
    let locale = Locale::parse(&job.locale);
    let link = format!("{public_url}/sign-in/link/{}", job.token);
    let kind = if job.purpose == "invitation" { "letter-invitation" } else { "letter-link" };
    let args = [("desk", desk_name), ("name", job.name.as_str()), ("link", link.as_str())];
    let subject = t_args(locale, &format!("{kind}-subject"), &args);
    let body = t_args(locale, &format!("{kind}-body"), &args);
    (job.purpose.clone(), None, job.email.clone(), LetterText { subject, body })
}
