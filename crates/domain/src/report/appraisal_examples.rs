//! Appraisal by example, computed by hand, and its laws.

use proptest::prelude::*;

use super::examples::{ask, history};
use super::*;
use crate::calendar::{CalendarDoc, ExceptionDoc, ExceptionKind};
use crate::oncall::Days;
use crate::ticket::Severity;
use crate::time::to_seconds;

const EASY: Stratum = (Severity::General, Band::Service, Crowd::Low);
const HARD: Stratum = (Severity::Urgent, Band::Off, Crowd::High);

fn some(person: &str, stratum: Stratum, met: usize, all: usize, seconds: f64) -> Vec<Response> {
    let one = |n| Response { person: Some(person.into()), stratum, met: n < met, seconds: Some(seconds) };
    (0..all).map(one).collect()
}

fn of<'a>(all: &'a Appraisal, person: &str) -> &'a Appraised {
    all.people.iter().find(|a| a.person == Some(person.into())).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 5e-5
}

/// The values of Newcombe (Statistics in Medicine 17, 1998, table I), to the four digits that it gives.
#[test]
fn wilson_gives_the_published_intervals() {
    for (met, cases, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let (a, b) = wilson(met, cases);
        assert!((a - low).abs() <= 5.1e-5 && (b - high).abs() <= 5.1e-5, "{met}/{cases}: {a} {b}");
    }
}

/// Of 40 easy cases 36 are kept, of 40 hard ones 20. Ann has 10 and 30 and keeps 60 %, Bob has 30 and 10 and keeps 80 %:
/// both keep exactly what is expected of their cases.
#[test]
fn hard_cases_do_not_make_anybody_look_worse() {
    let all = [
        some("ann", EASY, 9, 10, 60.0),
        some("ann", HARD, 15, 30, 600.0),
        some("bob", EASY, 27, 30, 60.0),
        some("bob", HARD, 5, 10, 600.0),
    ]
    .concat();
    let all = appraise(&all, &Waits::default());
    for (person, met, median) in [("ann", 24, 600.0), ("bob", 32, 60.0)] {
        let a = of(&all, person);
        assert_eq!((a.cases, a.met, a.verdict), (40, met, Verdict::Usual));
        assert!(close(a.expected, f64::from(u8::try_from(met).unwrap())), "{a:?}");
        assert!(close(a.ratio.unwrap().value, 1.0));
        assert_eq!((a.median, a.expected_median), (Some(median), Some(median)));
    }
    assert_eq!((all.cases, all.met), (80, 56));
}

/// Everybody keeps 60 of 80, so 30 of 40 are expected. Wilson: 40/40 from 0.91238, 20/40 to 0.64801.
#[test]
fn whoever_is_outside_the_interval_is_above_or_below() {
    let all = [some("ann", EASY, 40, 40, 60.0), some("bob", EASY, 20, 40, 60.0)].concat();
    let all = appraise(&all, &Waits::default());
    let (ann, bob) = (of(&all, "ann"), of(&all, "bob"));
    assert_eq!((ann.verdict, bob.verdict), (Verdict::Better, Verdict::Worse));
    let (a, b) = (ann.ratio.unwrap(), bob.ratio.unwrap());
    assert!(close(a.value, 4.0 / 3.0) && close(a.low, 1.216_51) && close(a.high, 4.0 / 3.0), "{a:?}");
    assert!(close(b.value, 2.0 / 3.0) && close(b.low, 0.469_32) && close(b.high, 0.864_02), "{b:?}");
}

#[test]
fn too_few_cases_say_nothing() {
    let all = [some("ann", EASY, 0, FEW - 1, 60.0), some("bob", EASY, FEW, FEW, 60.0)].concat();
    let all = appraise(&all, &Waits::default());
    assert_eq!((of(&all, "ann").verdict, of(&all, "ann").ratio), (Verdict::TooFew, None));
    assert!(of(&all, "bob").ratio.is_some());
    let never = appraise(&some("ann", EASY, 0, FEW, 60.0), &Waits::default());
    assert_eq!(
        (of(&never, "ann").ratio, of(&never, "ann").verdict),
        (None, Verdict::Usual),
        "nothing expected"
    );
}

fn days() -> Days {
    let open = || vec![("09:00".to_owned(), "18:00".to_owned())];
    let (kind, date) = (ExceptionKind::Off, "2026-09-03".parse().unwrap());
    let off = ExceptionDoc { date, kind, name: String::new(), windows: Vec::new() };
    Days::of(&CalendarDoc {
        time_zone: "UTC".to_owned(),
        always_open: false,
        week: std::array::from_fn(|i| if i < 5 { open() } else { Vec::new() }),
        makeup: Vec::new(),
        exceptions: vec![off],
        coverage: std::collections::BTreeSet::new(),
    })
}

fn gather(histories: &[&str]) -> Appraisal {
    let filter = Filter { milestone: Some(crate::sla::Milestone::Response), ..Filter::default() };
    let ask = Ask { filter, ..ask(Report::Attainment, Grouping::Person) };
    let all: Vec<History> = histories.iter().enumerate().map(|(n, h)| history(n, h)).collect();
    let mut gathering = Gathering::default();
    gathering.take(&ask, &all, &|a, b| to_seconds(b) - to_seconds(a));
    gathering.finish(&ask, &days())
}

#[test]
fn kept_and_missed_responses_count_excused_ones_and_complaints_do_not() {
    let case =
        |kind: &str, rest: &str| format!("09-01 09:00 customer opened general {kind} desk ann\n{rest}");
    let kept = "09-01 09:10 ann stopped response 1 done met 09-01 10:00 600";
    let late = "09-01 10:00 clock breached response 1\n09-01 11:00 bob stopped response 1 done missed 09-01 10:00 7200";
    let excused = format!("{late}\n09-01 12:00 lead excused response 1");
    let all = [case("fault", kept), case("fault", late), case("fault", &excused), case("complaint", late)];
    let all = gather(&all.each_ref().map(String::as_str));
    assert_eq!((all.cases, all.met, of(&all, "ann").cases, of(&all, "ann").met), (2, 1, 2, 1));
}

#[test]
fn waiting_is_a_part_of_the_life_in_ones_hands() {
    let case = "09-01 09:00 customer opened general fault desk ann
        09-01 10:00 ann status waiting_customer
        09-01 12:00 customer status open
        09-01 13:00 ann assigned desk bob
        09-01 14:00 bob status waiting_customer
        09-01 15:00 bob resolved
        09-02 15:00 customer reopened
        09-02 16:00 bob resolved";
    let all = gather(&[case]);
    let waited = |p: &str| (of(&all, p).waited.life_s / 3600, of(&all, p).waited.waiting_s / 3600);
    assert_eq!((waited("ann"), waited("bob")), ((4, 2), (3, 1)));
    assert_eq!((all.waited.cases, all.waited.life_s / 3600, all.waited.waiting_s / 3600), (1, 7, 3));
}

#[test]
fn far_above_needs_cases_and_distance() {
    let waited = |cases, waiting_s| Waited { cases, life_s: 100, waiting_s };
    let all = waited(900, 20);
    assert!(waited(FEW, 30).is_far_above(&all));
    assert!(!waited(FEW, 29).is_far_above(&all), "less than one and a half times");
    assert!(!waited(FEW - 1, 90).is_far_above(&all), "too few");
    assert!(!waited(FEW, 9).is_far_above(&waited(900, 2)), "less than ten points");
    assert!(!Waited::default().is_far_above(&all));
}

proptest! {
    /// What everybody is expected to keep is what everybody keeps, whoever has which cases; the interval holds the share.
    #[test]
    fn expectations_add_up(cases in proptest::collection::vec((0..5_u8, 0..2_usize, 0..3_usize, any::<bool>()), 1..200)) {
        let one = |(person, band, crowd, met): &(u8, usize, usize, bool)| Response {
            person: (*person > 0).then(|| format!("p{person}").into()),
            stratum: (Severity::General, Band::ALL[*band], Crowd::ALL[*crowd]),
            met: *met,
            seconds: None,
        };
        let responses: Vec<Response> = cases.iter().map(one).collect();
        let all = appraise(&responses, &Waits::default());
        let expected: f64 = all.people.iter().map(|a| a.expected).sum();
        let met: usize = all.people.iter().map(|a| a.met).sum();
        prop_assert!((expected - f64::from(u32::try_from(met).unwrap())).abs() < 1e-6);
        prop_assert_eq!((all.met, all.cases), (met, responses.len()));
        for a in &all.people {
            prop_assert!(a.expected >= 0.0 && a.expected <= f64::from(u32::try_from(a.cases).unwrap()) + 1e-9);
            let (low, high) = wilson(a.met, a.cases);
            let share = f64::from(u32::try_from(a.met).unwrap()) / f64::from(u32::try_from(a.cases).unwrap());
            prop_assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
            let wider = wilson(a.met * 4, a.cases * 4);
            prop_assert!(wider.1 - wider.0 <= high - low, "more cases, a narrower interval");
        }
    }
}
