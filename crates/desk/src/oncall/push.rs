//! Browsers that a page wakes: subscribed by whoever uses them, told by a job for each, forgotten when their push service no
//! longer knows them. What a browser gave arrives here sealed; nothing in this crate can read it.

use domain::access::{Actor, System};
use domain::oncall::Means;
use serde_json::{Value, json};
use store::job::{self, JobRow};
use store::oncall::page::{PageKey, PageRow};
use store::oncall::push::{self, BrowserRow};
use store::staff::{self, StaffRow};

use super::{gone, paging};
use crate::admin::record;
use crate::auth::secret_hash;
use crate::jobs::PushJob;
use crate::{Desk, Error, Result};

/// More browsers than this one person does not use.
const MOST: usize = 20;
const MAX_DEVICE: usize = 100;

/// What a browser gave, sealed, and what tells it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Where its push service takes messages; only a hash is kept.
    pub endpoint: String,
    /// All of it, sealed.
    pub sealed: String,
    /// As its owner knows it.
    pub device: String,
}

/// A browser wants to be woken by pages for whoever uses it. Again is harmless.
///
/// # Errors
/// `NotFound` for a program that acts for nobody, `Invalid`.
pub async fn subscribe(desk: &Desk, who: &Actor, browser: Browser) -> Result<BrowserRow> {
    desk.write(who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let device: String = browser.device.trim().chars().take(MAX_DEVICE).collect();
        let endpoint_hash = secret_hash(&browser.endpoint);
        let mine = push::of_person(unit.work, &me)?;
        let is_known = mine.iter().any(|b| b.endpoint_hash == endpoint_hash);
        if mine.len() >= MOST && !is_known {
            return Err(Error::field("endpoint", "too_many"));
        }
        let id = unit.work.next_id();
        let sealed = browser.sealed.clone();
        let row = BrowserRow { id, person: me.clone(), endpoint_hash, sealed, device, made_at: unit.now };
        push::put(unit.work, &row)?;
        record(unit, ("oncall_push", &row.id), &None::<Value>, &json!({"person": me, "device": row.device}))?;
        Ok(row)
    })
    .await
}

/// One's own browser is woken no longer.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn unsubscribe(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::NotFound)?.id.clone();
        let row = push::one(unit.work, &id)?.filter(|b| b.person == me).ok_or(Error::NotFound)?;
        push::remove(unit.work, &id)?;
        gone(unit, ("oncall_push", &id), &json!({"person": me, "device": row.device}))
    })
    .await
}

/// The sealed pair of keys of the installation; `new` is kept if there is none yet.
///
/// # Errors
/// The store's.
pub async fn key(desk: &Desk, new: String) -> Result<String> {
    if let Some(kept) = desk.read(|r| Ok(push::key(r)?)).await? {
        return Ok(kept);
    }
    desk.write(&Actor::System(System::Operator), move |unit| {
        push::put_key(unit.work, &new)?;
        push::key(unit.work)?.ok_or(Error::NotFound)
    })
    .await
}

/// What is to be told to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waking {
    /// The browser.
    pub browser: BrowserRow,
    /// Whose.
    pub person: StaffRow,
    /// The page.
    pub page: PageRow,
}

/// Prepares a message, with a link of its own that acknowledges. `None`, and the job is done, if somebody has answered
/// meanwhile, or the browser or its owner is gone.
///
/// # Errors
/// `Stale` if somebody else has the job now.
pub async fn prepare(desk: &Desk, row: JobRow, token: &str) -> Result<Option<Waking>> {
    let token = token.to_owned();
    let payload: PushJob = serde_json::from_str(&row.payload).map_err(|e| Error::Internal(e.to_string()))?;
    desk.write(&Actor::System(System::Operator), move |unit| {
        let browser = push::one(unit.work, &payload.browser)?.filter(|b| b.person == payload.person);
        let person = staff::one(unit.work, &payload.person)?.filter(|s| s.active);
        let (ticket, step, who) = (payload.ticket.clone(), payload.step, payload.person.clone());
        let key = PageKey { ticket, step, person: who };
        if let Some((browser, person)) = browser.zip(person)
            && let Some(page) = paging::link_for(unit, &key, &token, Means::Push)?
        {
            return Ok(Some(Waking { browser, person, page }));
        }
        job::done(unit.work, &row)?;
        Ok(None)
    })
    .await
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Woken {
    /// The push service has it.
    Taken,
    /// The push service no longer knows the browser.
    Gone,
    /// The push service will never take it; what it said.
    Refused(String),
}

/// Records how a message ended; a browser that is gone is forgotten.
///
/// # Errors
/// `Stale` if somebody else has the job now.
pub async fn settle(desk: &Desk, row: JobRow, browser: String, woken: Woken) -> Result<()> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        match &woken {
            Woken::Taken => {}
            Woken::Gone => push::remove(unit.work, &browser)?,
            Woken::Refused(said) => return Ok(job::fail(unit.work, &row, said)?),
        }
        Ok(job::done(unit.work, &row)?)
    })
    .await
}
