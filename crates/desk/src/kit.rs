//! The caller's kit: strangers leave the five facts and get a code; staff at the phone fill a form with it. When it is calm
//! is read now and then.

use std::sync::{Arc, PoisonError, RwLock};

use domain::access::{Actor, Right, System};
use domain::id::ProductId;
use domain::kit::{Calm, LIFE_S, PreTicket, WEEKS, codes, parse_code};
use domain::ticket::Facts;
use domain::time::{Timestamp, plus_seconds};
use store::{directory, kit, session};

use crate::auth::wait;
use crate::{Desk, Error, FieldError, Result};

/// From one network address so many are taken before each one more has to wait.
const FREE: i64 = 10;
/// Wrong codes in a row that cost a person nothing.
const FREE_TRIES: i64 = 5;
const MAX_WAIT_S: i64 = 900;
/// Who has left nothing for so long begins anew.
const FORGOTTEN_S: i64 = 3_600;
/// What came is read again after so many seconds.
const KEPT_S: i64 = 600;
/// So much of it at most, the newest.
const MOST: i64 = 20_000;

/// What came and when it was read, shared by all who ask.
pub(crate) type Kept = Arc<RwLock<Option<(Timestamp, Arc<Calm>)>>>;

impl Desk {
    /// What came by hour of the week: the newest 20,000 of twelve weeks, as they were some minutes ago at most.
    ///
    /// # Errors
    /// The store's.
    pub async fn calm(&self) -> Result<Arc<Calm>> {
        let now = self.now();
        {
            let kept = self.calm.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, calm)) = kept.as_ref()
                && *at <= now
                && now < plus_seconds(*at, KEPT_S)
            {
                return Ok(Arc::clone(calm));
            }
        }
        let (of_desk, since) = (self.clone(), plus_seconds(now, -i64::from(WEEKS) * 7 * 86_400));
        let read =
            self.read(move |r| Ok((of_desk.rules_in(r)?.settings.zone(), kit::arrivals(r, since, MOST)?)));
        let (zone, arrivals) = read.await?;
        let fresh = Arc::new(Calm::of(&arrivals, &zone, now));
        *self.calm.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }
}

/// Keeps what a caller prepares, for a day. `from` is the network address of the browser.
///
/// # Errors
/// `NotFound` where the house has no kit, `Invalid`, `RateLimited`, `Busy` if no code is free.
pub async fn prepare(desk: &Desk, from: &str, product: Option<ProductId>, facts: Facts) -> Result<PreTicket> {
    let (key, free) = (format!("kit|{from}"), codes(&desk.random()));
    desk.write(&Actor::System(System::Operator), move |unit| {
        if !unit.rules.settings.caller_kit {
            return Err(Error::NotFound);
        }
        let last = session::failures(unit.work, &key)?;
        if last.is_some_and(|(_, at)| at < plus_seconds(unit.now, -FORGOTTEN_S)) {
            session::forgive(unit.work, &key)?;
        }
        let retry_after_s = wait(unit.work, &key, FREE, MAX_WAIT_S)?;
        if retry_after_s > 0 {
            return Err(Error::RateLimited { retry_after_s });
        }
        let wrong = wrong(&facts, product.as_ref(), &directory::products(unit.work)?);
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        session::failed(unit.work, &key)?;
        let (made_at, expires_at) = (unit.now, plus_seconds(unit.now, LIFE_S));
        for code in &free {
            let (code, product, facts) = (code.clone(), product.clone(), facts.clone());
            let prepared = PreTicket { code, product, facts, made_at, expires_at };
            if kit::add(unit.work, &prepared)? {
                return Ok(prepared);
            }
        }
        Err(Error::Busy { retry_after_s: 1 })
    })
    .await
}

fn wrong(facts: &Facts, product: Option<&ProductId>, known: &[directory::ProductRow]) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if facts.symptom.trim().is_empty() {
        wrong.push(FieldError::new("facts.symptom", "required"));
    }
    for (name, text) in facts.named() {
        if text.chars().count() > Facts::MAX_CHARS {
            wrong.push(FieldError::new(format!("facts.{name}"), "too_long"));
        }
    }
    if product.is_some_and(|p| !known.iter().any(|row| row.id == *p && row.active)) {
        wrong.push(FieldError::new("product", "unknown"));
    }
    wrong
}

/// What was prepared under a code that a caller tells. Wrong codes are counted against whoever tries.
///
/// # Errors
/// `Lacks`, `Invalid` at `code`, `RateLimited`.
pub async fn redeem(desk: &Desk, who: &Actor, code: &str) -> Result<PreTicket> {
    let Some(me) = who.staff().filter(|s| s.rights.contains(&Right::TicketCreate)) else {
        return Err(Error::Lacks(Right::TicketCreate));
    };
    let (key, code) = (format!("kit?|{}", me.id), parse_code(code));
    let found = desk.write(who, move |unit| {
        let retry_after_s = wait(unit.work, &key, FREE_TRIES, MAX_WAIT_S)?;
        if retry_after_s > 0 {
            return Err(Error::RateLimited { retry_after_s });
        }
        let found = code.as_ref().map(|c| kit::one(unit.work, c)).transpose()?.flatten();
        if found.is_some() {
            session::forgive(unit.work, &key)?;
        } else {
            session::failed(unit.work, &key)?;
        }
        Ok(found)
    });
    found.await?.ok_or_else(|| Error::field("code", "no_such_code"))
}
