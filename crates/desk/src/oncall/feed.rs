//! The feed of one's own shifts and appointments, for calendars: an address with a secret of which only a hash is kept.

use domain::access::{Actor, Right};
use domain::oncall::{Duty, duties};
use domain::time::{Timestamp, plus_seconds};
use serde_json::{Value, json};
use store::Read;
use store::appointment::{self, AppointmentFilter, AppointmentRow, WhichAppointments};
use store::oncall::{self, RotaRow, watch};
use store::staff::{self, StaffRow};

use super::Standing;
use crate::admin::record;
use crate::auth::secret_hash;
use crate::{Desk, Error, Result};
use domain::ticket::decide::Rules;

const DAY_S: i64 = 86_400;
/// What is long over is left out.
const PAST_S: i64 = 14 * DAY_S;
/// How far ahead the feed goes.
const AHEAD_S: i64 = 184 * DAY_S;
/// No shift is longer: from here on its true beginning is found.
const LONGEST_S: i64 = 400 * DAY_S;

/// A new secret for one's own feed; the one before is good no more. It is told once.
///
/// # Errors
/// `Lacks` for a program that acts for nobody.
pub async fn renew_feed(desk: &Desk, who: &Actor) -> Result<String> {
    let token = desk.new_secret();
    let hash = secret_hash(&token);
    desk.write(who, move |unit| {
        let me = unit.actor.staff().ok_or(Error::Lacks(Right::OncallEdit))?.id.clone();
        watch::put_feed(unit.work, &me, &hash)?;
        record(unit, ("oncall_feed", me.as_str()), &None::<Value>, &json!({"person": me}))
    })
    .await?;
    Ok(token)
}

/// One's own feed is no more.
///
/// # Errors
/// `Lacks` for a program that acts for nobody.
pub async fn end_feed(desk: &Desk, who: &Actor) -> Result<()> {
    desk.write(who, |unit| {
        let me = unit.actor.staff().ok_or(Error::Lacks(Right::OncallEdit))?.id.clone();
        watch::end_feed(unit.work, &me)?;
        super::gone(unit, ("oncall_feed", me.as_str()), &json!({"person": me}))
    })
    .await
}

/// What a feed holds.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Whose it is.
    pub person: StaffRow,
    /// The duties of half a year, each with its rota.
    pub duties: Vec<(RotaRow, Duty)>,
    /// What the person has agreed with customers in that time.
    pub appointments: Vec<AppointmentRow>,
}

/// So many appointments at most.
const APPOINTMENTS: i64 = 1_000;

/// What is in the feed that a secret opens.
///
/// # Errors
/// `NotFound` for a secret that opens nothing, and for somebody who left.
pub async fn feed(desk: &Desk, token: &str) -> Result<Feed> {
    let (of, hash) = (desk.clone(), secret_hash(token));
    desk.read(move |r| {
        let me = watch::feed(r, &hash)?.ok_or(Error::NotFound)?;
        let person = staff::one(r, &me)?.filter(|s| s.active).ok_or(Error::NotFound)?;
        let (rules, now) = (of.rules_in(r)?, r.now());
        let mut found = Vec::new();
        for rota in oncall::in_force(r)? {
            let mine = duties_until(r, &rules, &rota, plus_seconds(now, AHEAD_S))?;
            let mine = mine.into_iter().filter(|d| d.person == me && d.until > plus_seconds(now, -PAST_S));
            found.extend(mine.map(|d| (rota.clone(), d)));
        }
        found.sort_by_key(|(_, d)| (d.from, d.seat));
        let mine = AppointmentFilter {
            which: Some(WhichAppointments::Open),
            from: Some(plus_seconds(now, -PAST_S)),
            until: Some(plus_seconds(now, AHEAD_S)),
            person: Some(me),
            groups: None,
        };
        let appointments = appointment::list(r, &mine, None, APPOINTMENTS)?;
        Ok(Feed { person, duties: found, appointments })
    })
    .await
}

/// The duties up to an instant, each with its true beginning, so that a calendar knows it again.
///
/// # Errors
/// The store's; `NotFound` if its calendar is gone.
pub fn duties_until(r: &mut Read<'_>, rules: &Rules, rota: &RotaRow, until: Timestamp) -> Result<Vec<Duty>> {
    let now = r.now();
    let mut load = |from: Timestamp| -> Result<Vec<Duty>> {
        let standing = Standing::load(r, rules, rota.clone(), (from, until))?;
        Ok(duties(&standing.shifts(from, until)))
    };
    let near = plus_seconds(now, -PAST_S - 21 * DAY_S);
    let found = load(near)?;
    let cut = |d: &Duty| d.from == near && d.until > plus_seconds(now, -PAST_S);
    if found.iter().any(cut) { load(plus_seconds(now, -LONGEST_S)) } else { Ok(found) }
}
