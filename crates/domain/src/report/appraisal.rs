//! First responses by person, fairly (S2-55 … S2-58): who gets the hard cases must not look worse for it.
//!
//! Cases are put in strata by severity, by when in the week they came and by how much came in the same hour. What a
//! person is expected to keep is the sum over their cases of the share that everybody kept in the stratum (indirect
//! standardisation: Breslow and Day, Statistical Methods in Cancer Research II, IARC 1987, chapter 2). The ratio of
//! kept and expected has the 95 % interval of Wilson's score (JASA 22, 1927) for the share kept, with the expectation
//! taken as known. Nobody with fewer than [`FEW`] cases is judged.

use std::collections::BTreeMap;

use super::waiting::{Waited, Waits};
use super::{Ask, History, attainment, quantile};
use crate::id::StaffId;
use crate::named;
use crate::oncall::{DayKind, Days};
use crate::sla::Milestone;
use crate::ticket::Severity;
use crate::time::{Timestamp, to_seconds};

/// Fewer cases than this say nothing of a person.
pub const FEW: usize = 20;
/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_985;
const HOUR_S: i64 = 3600;

named! {
    /// When in the week a case came.
    pub enum Band ("hour band") {
        /// Between 9:00 and 18:00 of a workday.
        Service = "service",
        /// At another hour of a workday.
        Night = "night",
        /// On a day off.
        Off = "off",
    }
}

named! {
    /// How much came in the hour in which a case came, by thirds of all cases.
    pub enum Crowd ("load band") {
        /// In the quietest third.
        Low = "low",
        /// Between.
        Middle = "middle",
        /// In the busiest third.
        High = "high",
    }
}

named! {
    /// How a person stands.
    pub enum Verdict ("appraisal verdict") {
        /// Too few cases.
        TooFew = "too_few",
        /// As expected: 1 lies in the interval.
        Usual = "usual",
        /// More kept than expected.
        Better = "better",
        /// Fewer kept than expected.
        Worse = "worse",
    }
}

/// What cases are compared with.
pub type Stratum = (Severity, Band, Crowd);

/// A promise of a first response that was kept or missed.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Who served it in time, or had it when it became late.
    pub person: Option<StaffId>,
    /// Among which cases.
    pub stratum: Stratum,
    /// In time?
    pub met: bool,
    /// The counted time, if it was given.
    pub seconds: Option<f64>,
}

/// The ratio of kept and expected with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Kept ÷ expected.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How a person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Appraised {
    /// Who; cases that nobody had are a line of their own.
    pub person: Option<StaffId>,
    /// Cases that count.
    pub cases: usize,
    /// Kept in time.
    pub met: usize,
    /// What everybody would have kept of the same cases.
    pub expected: f64,
    /// Kept ÷ expected; none with too few cases.
    pub ratio: Option<Ratio>,
    /// The median of the counted times.
    pub median: Option<f64>,
    /// The median that everybody's times have when the strata weigh as they do here.
    pub expected_median: Option<f64>,
    /// How the person stands.
    pub verdict: Verdict,
    /// Waiting for the customer.
    pub waited: Waited,
}

/// All of a period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Appraisal {
    /// By name of key; there is no ranking.
    pub people: Vec<Appraised>,
    /// Cases that count.
    pub cases: usize,
    /// Kept in time.
    pub met: usize,
    /// The median of the counted times.
    pub median: Option<f64>,
    /// Waiting for the customer, of everybody.
    pub waited: Waited,
}

/// A promise before it is known how much came in its hour.
#[derive(Debug, Clone)]
struct Came {
    person: Option<StaffId>,
    severity: Severity,
    at: Timestamp,
    met: bool,
    seconds: Option<f64>,
}

/// Takes histories; [`Gathering::finish`] says what they come to.
#[derive(Debug, Default)]
pub struct Gathering {
    came: Vec<Came>,
    hours: BTreeMap<i64, usize>,
    waits: Waits,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of cases and seconds of their lives are far below 2^52"
)]
pub(super) fn number(n: i64) -> f64 {
    n as f64
}

pub(super) fn count(n: usize) -> f64 {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

impl Gathering {
    /// Takes more histories. `counted` measures open time between two instants in the calendar of the house.
    pub fn take(&mut self, ask: &Ask, histories: &[History], counted: &impl Fn(Timestamp, Timestamp) -> i64) {
        let (from, until) = ask.period.instants(&ask.zone);
        for history in histories {
            if ask.filter.organisation.is_some() && history.ticket.organisation != ask.filter.organisation {
                continue;
            }
            self.waits.take(ask, history, (from, until.min(ask.now)), counted);
            let before = self.came.len();
            for f in attainment::find(ask, history) {
                let (filter, place) = (&ask.filter, &f.place);
                let counts = f.milestone == Some(Milestone::Response)
                    && (from..until).contains(&f.at)
                    && filter.group.as_ref().is_none_or(|g| place.group.as_ref() == Some(g))
                    && filter.severity.is_none_or(|s| place.severity == s);
                let met = match f.cell {
                    attainment::MET => true,
                    attainment::MISSED => false,
                    _ => continue,
                };
                if counts {
                    let (person, severity) = (f.place.person, f.place.severity);
                    let (at, seconds) = (history.ticket.received_at, f.value.map(number));
                    self.came.push(Came { person, severity, at, met, seconds });
                }
            }
            if self.came.len() > before {
                *self.hours.entry(hour(history.ticket.received_at)).or_default() += 1;
            }
        }
    }

    /// What it comes to, with the kinds of days of the house.
    pub fn finish(self, ask: &Ask, days: &Days) -> Appraisal {
        let crowds = Crowds::of(&self.came, &self.hours);
        let response = |c: &Came| Response {
            person: c.person.clone(),
            stratum: (c.severity, band(c.at, days, &ask.zone), crowds.of_hour(&self.hours, c.at)),
            met: c.met,
            seconds: c.seconds,
        };
        let responses: Vec<Response> = self.came.iter().map(response).collect();
        appraise(&responses, &self.waits)
    }
}

fn hour(at: Timestamp) -> i64 {
    to_seconds(at).div_euclid(HOUR_S)
}

fn band(at: Timestamp, days: &Days, zone: &jiff::tz::TimeZone) -> Band {
    let wall = at.to_zoned(zone.clone());
    match days.kind(wall.date()) {
        DayKind::Workday if (9..18).contains(&wall.hour()) => Band::Service,
        DayKind::Workday => Band::Night,
        DayKind::Weekend | DayKind::Holiday => Band::Off,
    }
}

/// Where the thirds of the cases end, by how much came in their hour.
struct Crowds {
    low: f64,
    middle: f64,
}

impl Crowds {
    fn of(came: &[Came], hours: &BTreeMap<i64, usize>) -> Self {
        let mut sizes: Vec<f64> = came.iter().map(|c| size(hours, c.at)).collect();
        sizes.sort_by(f64::total_cmp);
        let end = |third: f64| quantile(&sizes, third / 3.0).unwrap_or_default();
        Self { low: end(1.0), middle: end(2.0) }
    }

    fn of_hour(&self, hours: &BTreeMap<i64, usize>, at: Timestamp) -> Crowd {
        match size(hours, at) {
            n if n <= self.low => Crowd::Low,
            n if n <= self.middle => Crowd::Middle,
            _ => Crowd::High,
        }
    }
}

fn size(hours: &BTreeMap<i64, usize>, at: Timestamp) -> f64 {
    count(hours.get(&hour(at)).copied().unwrap_or_default())
}

#[derive(Default)]
struct Sum {
    cases: usize,
    met: usize,
}

impl Sum {
    fn add(&mut self, r: &Response) {
        self.cases += 1;
        self.met += usize::from(r.met);
    }

    fn rate(&self) -> f64 {
        if self.cases == 0 { 0.0 } else { count(self.met) / count(self.cases) }
    }
}

/// Compares everybody with what is expected of their cases.
pub fn appraise(responses: &[Response], waits: &Waits) -> Appraisal {
    let mut strata: BTreeMap<Stratum, Sum> = BTreeMap::new();
    let mut people: BTreeMap<Option<StaffId>, Vec<&Response>> = BTreeMap::new();
    for r in responses {
        strata.entry(r.stratum).or_default().add(r);
        people.entry(r.person.clone()).or_default().push(r);
    }
    for person in waits.people() {
        people.entry(Some(person.clone())).or_default();
    }
    let mut times: Vec<(f64, Stratum)> =
        responses.iter().filter_map(|r| Some((r.seconds?, r.stratum))).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let one = |(person, cases): (Option<StaffId>, Vec<&Response>)| {
        let waited = person.as_ref().map(|p| waits.of(p)).unwrap_or_default();
        judge(person, &cases, &strata, &times, waited)
    };
    let met = responses.iter().filter(|r| r.met).count();
    Appraisal {
        people: people.into_iter().map(one).collect(),
        cases: responses.len(),
        met,
        median: median(times.iter().map(|(s, _)| (*s, 1.0))),
        waited: waits.all(),
    }
}

fn judge(
    person: Option<StaffId>,
    cases: &[&Response],
    strata: &BTreeMap<Stratum, Sum>,
    times: &[(f64, Stratum)],
    waited: Waited,
) -> Appraised {
    let mut own: BTreeMap<Stratum, usize> = BTreeMap::new();
    for r in cases {
        *own.entry(r.stratum).or_default() += 1;
    }
    let rate = |s: &Stratum| strata.get(s).map_or(0.0, Sum::rate);
    let expected: f64 = own.iter().map(|(s, n)| count(*n) * rate(s)).sum();
    let (n, met) = (cases.len(), cases.iter().filter(|r| r.met).count());
    let ratio = ratio(met, n, expected).filter(|_| n >= FEW && person.is_some());
    let verdict = match ratio {
        _ if n < FEW => Verdict::TooFew,
        Some(r) if r.low > 1.0 => Verdict::Better,
        Some(r) if r.high < 1.0 => Verdict::Worse,
        _ => Verdict::Usual,
    };
    let weight = |s: &Stratum| {
        let all = strata.get(s).map_or(1.0, |sum| count(sum.cases));
        own.get(s).map_or(0.0, |n| count(*n) / all)
    };
    let mut own_times: Vec<f64> = cases.iter().filter_map(|r| r.seconds).collect();
    own_times.sort_by(f64::total_cmp);
    Appraised {
        person,
        cases: n,
        met,
        expected,
        ratio,
        median: median(own_times.into_iter().map(|s| (s, 1.0))),
        expected_median: median(times.iter().map(|(s, stratum)| (*s, weight(stratum)))),
        verdict,
        waited,
    }
}

/// Kept ÷ expected with its interval; none where nothing was expected.
pub fn ratio(met: usize, cases: usize, expected: f64) -> Option<Ratio> {
    if cases == 0 || expected <= 0.0 {
        return None;
    }
    let (low, high) = wilson(met, cases);
    let scale = count(cases) / expected;
    Some(Ratio { value: count(met) / expected, low: low * scale, high: high * scale })
}

/// Wilson's score interval of a share with 95 % confidence; `cases` is not 0.
pub fn wilson(met: usize, cases: usize) -> (f64, f64) {
    let (n, p) = (count(cases), count(met) / count(cases));
    let (zz, middle) = (Z * Z, p + Z * Z / (2.0 * n));
    let reach = Z * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
    let divisor = 1.0 + zz / n;
    (((middle - reach) / divisor).max(0.0), ((middle + reach) / divisor).min(1.0))
}

/// The lower weighted median of sorted values: the first at which half of the weight is reached.
fn median(sorted: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let half = sorted.clone().map(|(_, w)| w).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    sorted
        .filter(|(_, w)| *w > 0.0)
        .find(|(_, w)| {
            sum += w;
            sum + 1e-9 >= half
        })
        .map(|(value, _)| value)
}
