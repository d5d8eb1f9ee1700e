//! When it is calm, and how long one waits: learnt from what came in the past weeks (S1-27).

use jiff::tz::TimeZone;

use crate::time::{Timestamp, plus_seconds, to_seconds};

/// What came in so many weeks is looked at.
pub const WEEKS: u32 = 12;
/// Fewer samples say nothing.
const SAMPLES: usize = 3;

/// Something that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: Timestamp,
    /// When a person first answered; nobody waits on what came by telephone.
    pub answered_at: Option<Timestamp>,
}

/// How long a written request waits for its first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Half of the `n` that came at this hour of this weekday were answered within so many seconds.
    Usual { seconds: i64, n: usize },
    /// Only so many came at this hour of this weekday.
    TooFew { n: usize },
}

/// What came by hour of the week, Monday 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calm {
    counts: [[u32; 24]; 7],
    waits: Vec<(usize, usize, i64)>,
}

impl Calm {
    /// Of what came in the past [`WEEKS`] weeks, on the wall clock of a zone.
    pub fn of(arrivals: &[Arrival], zone: &TimeZone, now: Timestamp) -> Self {
        let since = plus_seconds(now, -i64::from(WEEKS) * 7 * 86_400);
        let mut calm = Self::default();
        for a in arrivals.iter().filter(|a| since <= a.at && a.at <= now) {
            let (day, hour) = hour_of(a.at, zone);
            if let Some(count) = calm.counts.get_mut(day).and_then(|d| d.get_mut(hour)) {
                *count += 1;
            }
            if let Some(answered) = a.answered_at {
                calm.waits.push((day, hour, (to_seconds(answered) - to_seconds(a.at)).max(0)));
            }
        }
        calm
    }

    /// Nothing came.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().flatten().all(|n| *n == 0)
    }

    /// How much came at an hour of a weekday.
    pub fn count(&self, day: usize, hour: usize) -> u32 {
        self.counts.get(day).and_then(|d| d.get(hour)).copied().unwrap_or(0)
    }

    /// 0, calm, to 4, the busiest of the hours that are `open`; nothing for the others.
    pub fn level(&self, (day, hour): (usize, usize), open: impl Fn(usize, usize) -> bool) -> Option<u8> {
        let most = hours().filter(|(d, h)| open(*d, *h)).map(|(d, h)| self.count(d, h)).max()?;
        let n = self.count(day, hour);
        open(day, hour).then(|| u8::try_from((n * 4).checked_div(most).unwrap_or(0)).unwrap_or(4))
    }

    /// The busiest and the calmest of the hours that are open, as weekday and hour; nothing if all are alike.
    pub fn extremes(&self, open: impl Fn(usize, usize) -> bool) -> Option<[(usize, usize); 2]> {
        let all: Vec<(usize, usize)> = hours().filter(|(d, h)| open(*d, *h)).collect();
        let count = |place: &&(usize, usize)| self.count(place.0, place.1);
        // Of several that are alike the first one.
        let busiest = all.iter().rev().max_by_key(count)?;
        let calmest = all.iter().min_by_key(count)?;
        (count(&busiest) > count(&calmest)).then_some([*busiest, *calmest])
    }

    /// How long what comes now will wait, going by what came at this hour of this weekday.
    pub fn wait(&self, zone: &TimeZone, now: Timestamp) -> Wait {
        let (day, hour) = hour_of(now, zone);
        let here = self.waits.iter().filter(|(d, h, _)| (*d, *h) == (day, hour));
        let mut seconds: Vec<i64> = here.map(|(_, _, s)| *s).collect();
        seconds.sort_unstable();
        let n = seconds.len();
        match seconds.get(n / 2).filter(|_| n >= SAMPLES) {
            Some(seconds) => Wait::Usual { seconds: *seconds, n },
            None => Wait::TooFew { n },
        }
    }
}

fn hours() -> impl Iterator<Item = (usize, usize)> {
    (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)))
}

fn hour_of(at: Timestamp, zone: &TimeZone) -> (usize, usize) {
    let local = at.to_zoned(zone.clone());
    let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
    (day, usize::try_from(local.hour()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(at: &str, waited_min: Option<i64>) -> Arrival {
        let at: Timestamp = format!("{at}+08:00").parse().unwrap();
        Arrival { at, answered_at: waited_min.map(|m| plus_seconds(at, m * 60)) }
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    /// A Thursday.
    fn now() -> Timestamp {
        "2026-09-24T10:20:00+08:00".parse().unwrap()
    }

    #[test]
    fn what_came_is_counted_by_hour_of_the_week_on_the_wall_clock() {
        let all = [
            came("2026-09-21T09:00:00", None),
            came("2026-09-14T09:59:59", None),
            came("2026-09-18T17:10:00", None),
            // Older than twelve weeks.
            came("2026-06-01T09:00:00", None),
        ];
        let calm = Calm::of(&all, &zone(), now());
        assert_eq!((calm.count(0, 9), calm.count(4, 17), calm.count(0, 1)), (2, 1, 0));
        let open = |day: usize, hour: usize| day < 5 && (9..18).contains(&hour);
        let levels = [(0, 9), (4, 17), (1, 9), (6, 9)].map(|place| calm.level(place, open));
        assert_eq!(levels, [Some(4), Some(2), Some(0), None]);
        assert_eq!(calm.extremes(open), Some([(0, 9), (0, 10)]));
        assert_eq!(Calm::default().extremes(open), None);
        assert!(Calm::default().is_empty());
    }

    #[test]
    fn a_wait_is_said_with_three_samples_of_this_hour_and_not_before() {
        let mut all = vec![
            came("2026-09-17T10:05:00", Some(4)),
            came("2026-09-10T10:55:00", Some(40)),
            // Another hour, another day, nobody answered.
            came("2026-09-17T11:05:00", Some(1)),
            came("2026-09-16T10:05:00", Some(1)),
            came("2026-09-03T10:05:00", None),
        ];
        assert_eq!(Calm::of(&all, &zone(), now()).wait(&zone(), now()), Wait::TooFew { n: 2 });
        all.push(came("2026-08-27T10:00:00", Some(12)));
        assert_eq!(Calm::of(&all, &zone(), now()).wait(&zone(), now()), Wait::Usual { seconds: 720, n: 3 });
    }
}
