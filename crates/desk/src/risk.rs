//! Which running clocks are at risk: past cases are read now and then, running clocks each time. Decides nothing.

use std::sync::{Arc, PoisonError, RwLock};

use domain::sla::{Clock, Courses, Milestone, Risk, Sort, risk};
use domain::ticket::decide::Rules;
use domain::ticket::{Ticket, pauses};
use domain::time::{Timestamp, plus_seconds};
use store::ticket::Running;
use store::{Read, ticket};

use crate::{Desk, Result};

/// Past cases are those of so many seconds.
const WINDOW_S: i64 = 365 * 86_400;
/// At most so many ended ones, the newest, and so many that run.
const MOST: i64 = 5_000;
/// They are read again after so many seconds.
const KEPT_S: i64 = 600;

/// Past cases and when they were read, shared by all who ask.
pub(crate) type Kept = Arc<RwLock<Option<(Timestamp, Arc<Courses>)>>>;

/// A clock that is at risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRisk {
    /// Which, and which of its cycles.
    pub clock: (Milestone, u32),
    /// Why.
    pub risk: Risk,
}

impl Desk {
    /// How long cases took to be solved: the newest 5,000 of a year, as they were some minutes ago at most.
    ///
    /// # Errors
    /// The store's.
    pub async fn courses(&self) -> Result<Arc<Courses>> {
        let now = self.now();
        {
            let kept = self.courses.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, courses)) = kept.as_ref()
                && *at <= now
                && now < plus_seconds(*at, KEPT_S)
            {
                return Ok(Arc::clone(courses));
            }
        }
        let since = plus_seconds(now, -WINDOW_S);
        let past = self.read(move |r| Ok(ticket::past_resolutions(r, since, MOST)?)).await?;
        let fresh = Arc::new(Courses::of(&past));
        *self.courses.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }
}

/// The running clocks of a ticket that are at risk now.
///
/// # Errors
/// The store's.
pub fn risks(r: &mut Read<'_>, rules: &Rules, courses: &Courses, t: &Ticket) -> Result<Vec<AtRisk>> {
    let running = ticket::running_of(r, std::slice::from_ref(&t.id))?.remove(&t.id).unwrap_or_default();
    let sort = Sort { severity: t.severity, product: t.product.clone(), group: t.group.clone() };
    Ok(risks_of(r.now(), rules, courses, (&sort, &running)))
}

/// Those clocks of a ticket that are at risk at an instant.
pub fn risks_of(
    now: Timestamp,
    rules: &Rules,
    courses: &Courses,
    (sort, running): (&Sort, &Running),
) -> Vec<AtRisk> {
    let at_risk = |clock: &Clock| {
        let calendar = rules.calendar(&clock.calendar)?;
        let holds = pauses(&running.holds, clock);
        // A clock that can never fall due is in no danger.
        let reading = clock.run(calendar, &holds).read(now).ok()?;
        let (of, seconds) = ((clock.milestone, reading.state), (clock.target_s, reading.counted_s));
        let risk = risk(of, seconds, sort, courses)?;
        Some(AtRisk { clock: (clock.milestone, clock.cycle), risk })
    };
    running.clocks.iter().filter_map(at_risk).collect()
}
