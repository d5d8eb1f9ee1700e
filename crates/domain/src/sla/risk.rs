//! Will it be in time? A running clock is at risk when most of its time is used, or when most cases that were like it
//! at this point took longer than the time that is left (sla.md §7). Knows past cases only as counted time.

use std::collections::BTreeMap;

use super::{Milestone, State};
use crate::id::{GroupId, ProductId};
use crate::named;
use crate::ticket::Severity;

/// From this percent of the target on, a running clock is at risk.
const USED_PERCENT: i64 = 75;
/// Fewer past cases than this foretell nothing.
const ENOUGH: usize = 30;

/// What is known of how long a past case took. One that was cancelled, merged or replaced, and one that still runs, is
/// known to have taken longer than what it had counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Seconds of counted time.
    pub counted_s: i64,
    /// It was solved then; otherwise it was not solved until then.
    pub solved: bool,
}

/// The share of cases that are still unsolved after so much counted time: the product-limit estimate of Kaplan and
/// Meier (1958). A case that left unsolved counts as one of those still there at that second, and not after it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survival {
    /// All counted times, ascending.
    times: Vec<i64>,
    /// Where the share falls, ascending, and to what.
    steps: Vec<(i64, f64)>,
}

impl Survival {
    /// Estimates it from past cases, in any order.
    pub fn of(past: impl IntoIterator<Item = Past>) -> Self {
        let mut solved: BTreeMap<i64, usize> = BTreeMap::new();
        let mut times = Vec::new();
        for p in past {
            times.push(p.counted_s);
            *solved.entry(p.counted_s).or_default() += usize::from(p.solved);
        }
        times.sort_unstable();
        let (mut share, mut steps) = (1.0, Vec::new());
        for (at, ended) in solved.into_iter().filter(|(_, n)| *n > 0) {
            let there = times.len() - times.partition_point(|t| *t < at);
            share *= ratio(there - ended, there);
            steps.push((at, share));
        }
        Self { times, steps }
    }

    /// The share that is unsolved after so many counted seconds: from 1 down. After the longest case the last value
    /// stands.
    pub fn at(&self, counted_s: i64) -> f64 {
        let passed = self.steps.partition_point(|(at, _)| *at <= counted_s);
        passed.checked_sub(1).and_then(|i| self.steps.get(i)).map_or(1.0, |(_, share)| *share)
    }

    /// How many of the cases are known to have been unsolved after so many counted seconds.
    pub fn lasted(&self, counted_s: i64) -> usize {
        self.times.len() - self.times.partition_point(|t| *t <= counted_s)
    }

    /// The chance that a case which is unsolved after `counted_s` is solved by `target_s`; `None` if no case lasted so
    /// long.
    pub fn solved_by(&self, target_s: i64, counted_s: i64) -> Option<f64> {
        let now = self.at(counted_s);
        (now > 0.0).then(|| 1.0 - self.at(target_s.max(counted_s)) / now)
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of cases are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// By what cases are alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sort {
    /// How bad.
    pub severity: Severity,
    /// In what.
    pub product: Option<ProductId>,
    /// In whose queue.
    pub group: Option<GroupId>,
}

named! {
    /// How alike the cases are from which the chance was taken.
    pub enum Like ("likeness") {
        /// Severity, product and group.
        Same = "same",
        /// Severity and group.
        Group = "group",
        /// Severity alone.
        Severity = "severity",
    }
}

/// How long cases took to be solved, by sort.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Courses(BTreeMap<Key, Survival>);

type Key = (Like, Severity, Option<ProductId>, Option<GroupId>);

fn key(like: Like, sort: &Sort) -> Key {
    let product = sort.product.clone().filter(|_| like == Like::Same);
    let group = sort.group.clone().filter(|_| like != Like::Severity);
    (like, sort.severity, product, group)
}

/// What became of such cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// How alike they are.
    pub like: Like,
    /// How many had lasted as long.
    pub cases: usize,
    /// The estimated share of them that was solved by the target.
    pub in_time: f64,
}

impl Courses {
    /// Sorts past cases.
    pub fn of(past: &[(Sort, Past)]) -> Self {
        let mut sorted: BTreeMap<Key, Vec<Past>> = BTreeMap::new();
        for (sort, p) in past {
            for like in Like::ALL {
                sorted.entry(key(*like, sort)).or_default().push(*p);
            }
        }
        Self(sorted.into_iter().map(|(key, list)| (key, Survival::of(list))).collect())
    }

    /// The chance of a case to be solved by its target, from the most alike cases of which at least 30 had lasted as
    /// long; `None` if there are none.
    pub fn chance(&self, sort: &Sort, target_s: i64, counted_s: i64) -> Option<Chance> {
        Like::ALL.iter().find_map(|like| {
            let survival = self.0.get(&key(*like, sort))?;
            let cases = survival.lasted(counted_s);
            let in_time = survival.solved_by(target_s, counted_s)?;
            (cases >= ENOUGH).then_some(Chance { like: *like, cases, in_time })
        })
    }
}

/// Why a clock is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// So many percent of the target are used.
    Used {
        /// 75–100.
        percent: i64,
    },
    /// Of such cases fewer than half were solved within the time that is left.
    Course {
        /// How alike they are.
        like: Like,
        /// How many had lasted as long.
        cases: usize,
        /// The estimated share of them, in whole percent, rounded down: 0–49.
        percent: u8,
    },
}

/// Is a clock at risk, and why? Only one that counts and is not late; the course of past cases tells of resolutions only.
pub fn risk(
    (milestone, state): (Milestone, State),
    (target_s, counted_s): (i64, i64),
    sort: &Sort,
    courses: &Courses,
) -> Option<Risk> {
    if state != State::Running {
        return None;
    }
    let percent = counted_s.saturating_mul(100).checked_div(target_s)?;
    if percent >= USED_PERCENT {
        return Some(Risk::Used { percent });
    }
    if milestone != Milestone::Resolution {
        return None;
    }
    let Chance { like, cases, in_time } = courses.chance(sort, target_s, counted_s)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 50, not negative")]
    let percent = || (in_time * 100.0).floor() as u8;
    (in_time < 0.5).then(|| Risk::Course { like, cases, percent: percent() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `6 6 6 6+ 7`: counted seconds; `+` for those that left unsolved.
    fn past(text: &str) -> Vec<Past> {
        let one = |word: &str| Past {
            counted_s: word.trim_end_matches('+').parse().unwrap(),
            solved: !word.ends_with('+'),
        };
        text.split_whitespace().map(one).collect()
    }

    /// Weeks of remission under 6-MP: Freireich 1963, the textbook example; the table by hand.
    const REMISSION: &str = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+";

    #[test]
    fn the_table_of_the_textbook_comes_out() {
        let survival = Survival::of(past(REMISSION));
        let by_hand: [(i64, f64); 9] = [
            (5, 1.0),
            (6, 18.0 / 21.0),
            (7, 18.0 / 21.0 * 16.0 / 17.0),
            (9, 0.8067),
            (10, 0.7529),
            (13, 0.6902),
            (16, 0.6275),
            (22, 0.5378),
            (23, 0.4482),
        ];
        for (at, share) in by_hand {
            assert!((survival.at(at) - share).abs() < 0.000_1, "{at}: {}", survival.at(at));
        }
        assert!(
            (survival.at(1_000) - 0.448_2).abs() < 0.000_1,
            "after the longest case the last value stands"
        );
        assert_eq!([5, 6, 34, 35].map(|t| survival.lasted(t)), [21, 17, 1, 0]);
        // Unsolved after 10, solved by 22: 1 − 0.5378 / 0.7529.
        let chance = survival.solved_by(22, 10).unwrap();
        assert!((chance - 0.285_7).abs() < 0.000_1, "{chance}");
        assert_eq!(Survival::of(past("1 2")).solved_by(9, 2), None, "nobody lasted longer");
    }

    fn sort(product: &str, group: &str) -> Sort {
        Sort { severity: Severity::General, product: Some(product.into()), group: Some(group.into()) }
    }

    fn many(n: usize, counted_s: i64, of: &Sort) -> Vec<(Sort, Past)> {
        vec![(of.clone(), Past { counted_s, solved: true }); n]
    }

    /// How alike, how many, how many percent: for a case that has counted 10 of 100 seconds.
    fn told(list: &[(Sort, Past)], of: &Sort) -> Option<(Like, usize, u8)> {
        match risk((Milestone::Resolution, State::Running), (100, 10), of, &Courses::of(list))? {
            Risk::Course { like, cases, percent } => Some((like, cases, percent)),
            Risk::Used { .. } => None,
        }
    }

    #[test]
    fn thirty_that_lasted_as_long_are_enough_and_the_most_alike_count_first() {
        let (mine, near, far) = (sort("p", "g"), sort("q", "g"), sort("q", "h"));
        assert_eq!(told(&many(29, 500, &mine), &mine), None);
        assert_eq!(told(&many(30, 500, &mine), &mine), Some((Like::Same, 30, 0)));
        // Thirty more that were solved before are no such cases.
        let early = [many(29, 500, &mine), many(30, 10, &mine)].concat();
        assert_eq!(told(&early, &mine), None);
        assert_eq!(told(&[early, many(1, 500, &near)].concat(), &mine), Some((Like::Group, 30, 0)));
        let wide = [many(29, 500, &mine), many(1, 50, &far)].concat();
        assert_eq!(told(&wide, &mine), Some((Like::Severity, 30, 3)));
        let urgent = Sort { severity: Severity::Urgent, ..mine.clone() };
        assert_eq!(told(&many(30, 500, &urgent), &mine), None, "another severity foretells nothing");
    }

    #[test]
    fn fewer_than_half_in_time_is_a_risk_and_half_is_none() {
        let mine = sort("p", "g");
        let mixed = |late, early| [many(late, 500, &mine), many(early, 50, &mine)].concat();
        assert_eq!(told(&mixed(20, 20), &mine), None);
        assert_eq!(told(&mixed(21, 20), &mine), Some((Like::Same, 41, 48)));
    }

    #[test]
    fn three_quarters_of_the_time_are_a_risk_of_every_clock_that_counts() {
        let (mine, none) = (sort("p", "g"), Courses::default());
        let of = |m, s, counted| risk((m, s), (1_000, counted), &mine, &none);
        assert_eq!(of(Milestone::Reply, State::Running, 749), None);
        assert_eq!(of(Milestone::Reply, State::Running, 750), Some(Risk::Used { percent: 75 }));
        for state in State::ALL.iter().filter(|s| **s != State::Running) {
            assert_eq!(of(Milestone::Reply, *state, 999), None, "{state}");
        }
        let long = Courses::of(&many(99, 5_000, &mine));
        let course = |m| risk((m, State::Running), (1_000, 100), &mine, &long);
        assert_eq!(course(Milestone::Response), None, "past resolutions tell nothing of a first response");
        assert!(course(Milestone::Resolution).is_some());
    }
}
