//! For the benchmarks: dues of the same cases by our compiled calendar and by the crate `ule-hours`, which walks windows
//! day by day. Weekdays 09:00–18:00 with the official days off and make-up days of China. Both must say the same instant
//! for each case before anything is measured. Prints one JSON object. `cargo xtask bench clocks` calls it.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::calendar::{Calendar, CalendarDoc, china_coverage, china_exceptions};
use domain::time::{Timestamp, from_seconds};
use jiff::civil::date;
use jiff::tz::TimeZone;
use ule_hours::Schedule;
use ule_hours::jiff::SignedDuration;

const ZONE: &str = "Asia/Shanghai";
/// Cases of each length; the first half of 2020–2026 has room for the longest.
const CASES: u32 = 2_000;
const FROM_S: u64 = 1_577_808_000;
const SPAN_S: u64 = 3 * 365 * 86_400;
/// Targets in open hours, and how often the cases are asked of each side.
const LENGTHS: [(&str, u64, u32, u32); 3] =
    [("hours_8", 8, 500, 20), ("hours_80", 80, 500, 5), ("hours_5000", 5_000, 500, 1)];

const TURNS: u32 = 5;

type Fail = Box<dyn std::error::Error>;

fn ours() -> Result<Calendar, Fail> {
    let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
    let doc = CalendarDoc {
        time_zone: ZONE.to_owned(),
        always_open: false,
        week: [day(), day(), day(), day(), day(), Vec::new(), Vec::new()],
        makeup: Vec::new(),
        exceptions: china_exceptions(),
        coverage: china_coverage(),
    };
    Ok(doc.compile()?)
}

/// Every date that differs from its weekday is told to the other side one by one.
fn theirs(ours: &Calendar) -> Result<Schedule, Fail> {
    let mut schedule = Schedule::builder(ZONE)?.mon_fri("09:00-18:00")?.horizon_days(3_660);
    for day in date(2020, 1, 1).series(jiff::ToSpan::days(1)).take_while(|d| d.year() < 2027) {
        if ours.has_exception(day) {
            let open = !ours.windows_of(day).is_empty();
            schedule = if open { schedule.special(day, "09:00-18:00")? } else { schedule.closed_on(day) };
        }
    }
    Ok(schedule.build())
}

/// The same starts each time: a linear congruential generator spreads them over three years.
fn starts() -> Vec<Timestamp> {
    let mut seed = 7_u64;
    let next = |_| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = FROM_S + (seed >> 16) % SPAN_S;
        from_seconds(i64::try_from(at).unwrap_or_default())
    };
    (0..CASES).map(next).collect()
}

/// Answers in a second.
#[expect(clippy::disallowed_methods, reason = "this program measures")]
fn rate(rounds: u32, mut ask: impl FnMut()) -> f64 {
    let began = Instant::now();
    for _ in 0..rounds {
        ask();
    }
    let took: Duration = began.elapsed();
    f64::from(rounds) * f64::from(CASES) / took.as_secs_f64()
}

fn main() -> Result<(), Fail> {
    let ours = ours()?;
    let theirs = theirs(&ours)?;
    let (starts, zone) = (starts(), TimeZone::get(ZONE)?);
    let mut figures = BTreeMap::new();
    for (name, hours, our_rounds, their_rounds) in LENGTHS {
        let (seconds, budget) =
            (i64::try_from(hours * 3_600)?, SignedDuration::from_hours(i64::try_from(hours)?));
        for start in &starts {
            let (a, b) = (ours.due(*start, seconds)?, theirs.add(*start, budget)?);
            if a != b {
                let wall = start.to_zoned(zone.clone());
                return Err(format!("{wall} + {hours} h: {a} here, {b} there").into());
            }
        }
        let (mut us, mut them, mut silent) = (0.0_f64, 0.0_f64, 0);
        // In turn, so that what else the machine does meets both; the least disturbed turn counts.
        for _ in 0..TURNS {
            let mine = rate(our_rounds, || {
                silent +=
                    starts.iter().filter(|s| black_box(ours.due(black_box(**s), seconds)).is_err()).count();
            });
            let other = rate(their_rounds, || {
                silent +=
                    starts.iter().filter(|s| black_box(theirs.add(black_box(**s), budget)).is_err()).count();
            });
            (us, them) = (us.max(mine), them.max(other));
        }
        if silent > 0 {
            return Err("a due had no answer".into());
        }
        figures.insert(format!("{name}_ours"), us);
        figures.insert(format!("{name}_theirs"), them);
    }
    serde_json::to_writer(std::io::stdout(), &figures)?;
    Ok(())
}
