//! What-if under another rota: by hand, and the laws of moved answers against a second-by-second oracle.

use domain::calendar::Span;
use domain::oncall::{Because, LayerDays, LayerDoc, Moved, Presence, moved};
use domain::sla::Pause;
use domain::time::{Timestamp, from_seconds, to_seconds};
use jiff::civil::date;
use proptest::prelude::*;

use super::laws::instants;
use super::oncall::{World, at, doc, layer, layers};

fn presence(list: &[(&str, &str)]) -> Presence {
    let span = |(a, b): &(&str, &str)| Span { start: to_seconds(at(a)), end: to_seconds(at(b)) };
    Presence::new(list.iter().map(span).collect())
}

/// Thursday and Friday are workdays, the weekend is off.
fn service() -> Presence {
    presence(&[
        ("09-10T09:00", "09-10T18:00"),
        ("09-11T09:00", "09-11T18:00"),
        ("09-14T09:00", "09-14T18:00"),
    ])
}

fn always() -> Presence {
    presence(&[("09-01T00:00", "09-30T00:00")])
}

#[test]
fn what_was_answered_on_saturday_waits_for_monday_when_nobody_has_the_weekend() {
    let answer = (at("09-12T10:00"), at("09-12T10:20"));
    let monday = Moved::At { at: at("09-14T09:20"), since: at("09-14T09:00") };
    assert_eq!(moved(&always(), &service(), answer), monday);
    // What came ten minutes before closing has waited ten minutes on Friday already.
    let evening = (at("09-11T17:50"), at("09-11T18:15"));
    let morning = Moved::At { at: at("09-14T09:15"), since: at("09-14T09:00") };
    assert_eq!(moved(&always(), &service(), evening), morning);
    // Ten minutes that end at closing are answered at closing, not on Monday (A2).
    let tight = (at("09-11T17:50"), at("09-11T18:00"));
    assert_eq!(
        moved(&always(), &service(), tight),
        Moved::At { at: at("09-11T18:00"), since: at("09-11T17:50") }
    );
}

#[test]
fn what_waited_for_monday_is_answered_on_saturday_when_somebody_is_there() {
    let answer = (at("09-12T10:00"), at("09-14T09:20"));
    let saturday = Moved::At { at: at("09-12T10:20"), since: at("09-12T10:00") };
    assert_eq!(moved(&service(), &always(), answer), saturday);
}

#[test]
fn what_somebody_did_outside_of_duty_stays_and_so_does_what_was_answered_at_once() {
    assert_eq!(
        moved(&service(), &always(), (at("09-12T10:00"), at("09-12T10:20"))),
        Moved::OffDuty,
        "on a Saturday"
    );
    // In the first second of a presence nobody had been there yet; at its end somebody had.
    let until = |stop| moved(&service(), &service(), (at("09-12T10:00"), at(stop)));
    assert_eq!(until("09-14T09:00"), Moved::OffDuty);
    assert_eq!(until("09-14T18:00"), Moved::At { at: at("09-14T18:00"), since: at("09-14T09:00") });
    let once = (at("09-12T10:00"), at("09-12T10:00"));
    assert_eq!(moved(&service(), &always(), once), Moved::AtOnce);
    let nobody = Presence::default();
    assert_eq!(moved(&always(), &nobody, (at("09-12T10:00"), at("09-12T10:20"))), Moved::NotYet);
}

#[test]
fn waiting_for_the_customer_is_no_presence() {
    let pause = |from, to: Option<&str>| Pause { from: at(from), to: to.map(at) };
    let day = presence(&[("09-10T09:00", "09-10T18:00")]);
    let left =
        day.without(&[pause("09-10T10:00", Some("09-10T11:00")), pause("09-10T10:30", Some("09-10T12:00"))]);
    assert_eq!(left, presence(&[("09-10T09:00", "09-10T10:00"), ("09-10T12:00", "09-10T18:00")]));
    assert_eq!(day.without(&[pause("09-10T17:00", None)]), presence(&[("09-10T09:00", "09-10T17:00")]));
    assert_eq!(day.without(&[]), day);
}

#[test]
fn the_times_of_a_rota_are_those_in_which_it_names_somebody() {
    let mut nights = layer("nights", LayerDays::All, &["a"]);
    nights.windows = vec![("18:00".into(), "09:00".into())];
    let w = World::new(&doc(vec![nights]));
    let shifts = w.roster().shifts(at("09-10T00:00"), at("09-11T00:00"));
    let there = presence(&[("09-10T00:00", "09-10T09:00"), ("09-10T18:00", "09-11T00:00")]);
    assert_eq!(Presence::of(&shifts), there);
}

#[test]
fn a_rota_that_began_later_answers_as_if_it_had_always_been_there() {
    let mut weeks = layer("weeks", LayerDays::All, &["a", "b", "c"]);
    weeks.starts_on = date(2026, 9, 9);
    let later = doc(vec![weeks]);
    let earlier = later.in_force_by(date(2026, 5, 1));
    assert!(earlier.layers[0].starts_on <= date(2026, 5, 1));
    assert_eq!(World::new(&later).roster().on_call_at(at("08-01T12:00")).primary.because, Because::Nobody);
    assert_ne!(World::new(&earlier).roster().on_call_at(at("08-01T12:00")).primary.because, Because::Nobody);
    assert_eq!(earlier.in_force_by(date(2026, 6, 1)), earlier, "it is in force by then");
}

/// Some seconds of an hour, as bits that oracles can read one by one.
fn bits() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec((any::<bool>(), 1usize..12), 1..20)
        .prop_map(|runs| runs.into_iter().flat_map(|(there, len)| std::iter::repeat_n(there, len)).collect())
}

fn of_bits(bits: &[bool]) -> Presence {
    let span = |(i, _): (usize, &bool)| {
        let start = i64::try_from(i).unwrap();
        Span { start, end: start + 1 }
    };
    Presence::new(bits.iter().enumerate().filter(|(_, there)| **there).map(span).collect())
}

fn zip(a: &[bool], b: &[bool], f: fn(bool, bool) -> bool) -> Vec<bool> {
    let get = |x: &[bool], i: usize| x.get(i).copied().unwrap_or(false);
    (0..a.len().max(b.len())).map(|i| f(get(a, i), get(b, i))).collect()
}

fn seconds(t: Timestamp) -> usize {
    usize::try_from(to_seconds(t)).unwrap()
}

/// Walks second by second: how long somebody was there before the answer, and when that is reached with the others.
fn oracle(was: &[bool], other: &[bool], (start, stop): (usize, usize)) -> Option<usize> {
    let mut left = (start..stop).filter(|i| was.get(*i) == Some(&true)).count();
    (start..other.len()).find_map(|i| {
        left -= usize::from(other[i]);
        (left == 0).then_some(i + 1)
    })
}

fn ask(was: &[bool], other: &[bool], (start, stop): (usize, usize)) -> Moved {
    let at = |i: usize| from_seconds(i64::try_from(i).unwrap());
    moved(&of_bits(was), &of_bits(other), (at(start), at(stop)))
}

proptest! {
    /// The answer comes where the oracle finds it; and an answer outside of duty is known as one.
    #[test]
    fn answers_move_as_the_oracle_says(was in bits(), other in bits(), start in 0usize..100, len in 1usize..100) {
        let span = (start, start + len);
        let on_duty = was.get(start + len - 1) == Some(&true);
        match ask(&was, &other, span) {
            Moved::OffDuty => prop_assert!(!on_duty),
            Moved::AtOnce => prop_assert!(false, "it took time"),
            Moved::NotYet => prop_assert_eq!((on_duty, oracle(&was, &other, span)), (true, None)),
            Moved::At { at, since } => {
                prop_assert_eq!((on_duty, oracle(&was, &other, span)), (true, Some(seconds(at))));
                let there = |i: usize| other[i];
                prop_assert!(since < at && (seconds(since)..seconds(at)).all(there), "without a break");
                prop_assert!(seconds(since) == start || !there(seconds(since) - 1), "from its beginning");
            }
        }
    }

    /// The same people: nothing moves.
    #[test]
    fn the_same_rota_moves_nothing(was in bits(), start in 0usize..100, len in 0usize..100) {
        let stop = from_seconds(i64::try_from(start + len).unwrap());
        match ask(&was, &was, (start, start + len)) {
            Moved::At { at, .. } => prop_assert_eq!(at, stop),
            Moved::NotYet => prop_assert!(false, "it was answered"),
            Moved::AtOnce | Moved::OffDuty => {}
        }
    }

    /// More people there never make an answer later, fewer never earlier.
    #[test]
    fn more_is_never_later_and_less_never_earlier(
        was in bits(), other in bits(), start in 0usize..100, len in 0usize..100,
    ) {
        let stop = from_seconds(i64::try_from(start + len).unwrap());
        let (more, less) = (zip(&was, &other, |a, b| a | b), zip(&was, &other, |a, b| a & b));
        match ask(&was, &more, (start, start + len)) {
            Moved::At { at, .. } => prop_assert!(at <= stop),
            Moved::NotYet => prop_assert!(false, "somebody was there"),
            Moved::AtOnce | Moved::OffDuty => {}
        }
        if let Moved::At { at, .. } = ask(&was, &less, (start, start + len)) {
            prop_assert!(at >= stop);
        }
    }

    /// The operations are those of sets.
    #[test]
    fn presence_is_a_set_of_seconds(a in bits(), b in bits()) {
        let (p, q) = (of_bits(&a), of_bits(&b));
        prop_assert_eq!(p.or(&q), of_bits(&zip(&a, &b, |a, b| a | b)));
        prop_assert_eq!(p.and(&q), of_bits(&zip(&a, &b, |a, b| a & b)));
        let some = |n: usize| i64::try_from(a.iter().take(n).filter(|t| **t).count()).unwrap();
        prop_assert_eq!(p.elapsed(3, 40), some(40) - some(3));
    }

    /// A rota put into force earlier gives everybody the turns that they had.
    #[test]
    fn an_earlier_beginning_changes_no_turn(list in prop::collection::vec(layers(), 1..4), t in instants()) {
        let later = doc(list);
        let earlier = later.in_force_by(date(2024, 9, 1));
        let zone = |name: &str| jiff::tz::TimeZone::get(name).unwrap();
        let begun = |l: &LayerDoc| {
            t.to_zoned(zone(&l.time_zone)).date() > l.starts_on.saturating_add(jiff::Span::new().days(1))
        };
        if later.layers.iter().all(begun) {
            let (l, e) = (World::new(&later), World::new(&earlier));
            prop_assert_eq!(l.roster().on_call_at(t), e.roster().on_call_at(t));
        }
    }
}
