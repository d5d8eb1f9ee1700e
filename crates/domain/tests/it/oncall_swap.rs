//! Swaps, duties and feeds: what a swap may give, that it moves nothing else, that a feed is as RFC 5545 wants it.

use domain::id::StaffId;
use domain::oncall::{FeedEvent, LayerDays, Leave, Override, Seat, Swap, duties, write_feed};
use domain::time::{Timestamp, plus_seconds};
use proptest::prelude::*;

use super::laws::instants;
use super::oncall::{PEOPLE, World, at, doc, layer, layers};

fn swap(giver: &str, taker: &str, give: (&str, &str), back: Option<(&str, &str)>) -> Swap {
    let span = |(a, b): (&str, &str)| (at(a), at(b));
    Swap {
        seat: Seat::Primary,
        giver: giver.into(),
        taker: taker.into(),
        give: span(give),
        back: back.map(span),
    }
}

#[test]
fn one_gives_only_what_is_theirs_and_what_the_other_can_have() {
    // a has the week from 7 September, b the next, c the one after.
    let mut w = World::new(&doc(vec![layer("week", LayerDays::All, &["a", "b", "c"])]));
    let now = at("09-08T00:00");
    let (whole, part) = (("09-14T09:00", "09-21T09:00"), ("09-15T18:00", "09-16T09:00"));
    let cases = [
        (swap("b", "c", whole, None), None),
        (swap("b", "c", part, Some(("09-22T09:00", "09-23T09:00"))), None),
        (swap("b", "b", whole, None), Some(("person", "same_person"))),
        (swap("b", "c", ("09-16T09:00", "09-16T09:00"), None), Some(("until", "not_after"))),
        (swap("b", "c", ("09-14T08:00", "09-15T09:00"), None), Some(("from", "not_theirs"))),
        (swap("a", "c", ("09-07T12:00", "09-09T09:00"), None), Some(("from", "past"))),
        (swap("b", "c", part, Some(("09-20T09:00", "09-22T09:00"))), Some(("back_from", "not_theirs"))),
        (swap("b", "c", part, Some(("09-22T09:00", "09-22T09:00"))), Some(("back_until", "not_after"))),
        (swap("b", "x", whole, None), Some(("person", "not_free"))),
    ];
    for (swap, fault) in cases {
        assert_eq!(swap.fault(&w.roster(), now), fault, "{swap:?}");
    }
    let leave = |p: &str, day: &str| Leave {
        person: p.into(),
        from: at(&format!("{day}T00:00")),
        until: at(&format!("{day}T01:00")),
    };
    w.leaves = vec![leave("c", "09-16")];
    assert_eq!(swap("b", "c", part, None).fault(&w.roster(), now), Some(("person", "not_free")));
    w.leaves = vec![leave("b", "09-22")];
    let back = swap("b", "c", part, Some(("09-22T00:00", "09-22T02:00")));
    assert_eq!(back.fault(&w.roster(), now), Some(("back_from", "not_free")));
}

proptest! {
    /// A swap that nothing forbids gives both just what they agreed on, and moves nobody else; swapped back, all is as before.
    #[test]
    fn a_swap_moves_only_its_times(
        list in prop::collection::vec(layers(), 1..3),
        from in instants(),
        (a, len) in (0i64..2000, 1i64..600),
        back in prop::option::of((2600i64..4000, 1i64..600)),
        taker in 0usize..4,
    ) {
        let mut w = World::new(&doc(list));
        let span = |(a, len): (i64, i64)| (plus_seconds(from, a * 60), plus_seconds(from, (a + len) * 60));
        let give = span((a, len));
        let Some(giver) = w.roster().on_call_at(give.0).primary.person else { return Ok(()) };
        let swap = Swap {
            seat: Seat::Primary, giver, taker: PEOPLE[taker].into(), give, back: back.map(span),
        };
        if swap.fault(&w.roster(), from).is_some() {
            return Ok(());
        }
        let within = |(a, b): (Timestamp, Timestamp), t: Timestamp| a <= t && t < b;
        let times: Vec<Timestamp> = (0..4 * 96).map(|q| plus_seconds(from, q * 900)).collect();
        let primary = |w: &World, t: Timestamp| w.roster().on_call_at(t).primary.person;
        let before: Vec<Option<StaffId>> = times.iter().map(|t| primary(&w, *t)).collect();
        w.overrides = swap.overrides();
        for (t, was) in times.iter().zip(&before) {
            let expected = if within(swap.give, *t) {
                Some(swap.taker.clone())
            } else if swap.back.is_some_and(|b| within(b, *t)) {
                Some(swap.giver.clone())
            } else {
                was.clone()
            };
            prop_assert_eq!(primary(&w, *t), expected, "{}", t);
        }
        let undone = Swap { giver: swap.taker.clone(), taker: swap.giver.clone(), ..swap };
        prop_assert_eq!(undone.fault(&w.roster(), from), None);
        w.overrides.extend(undone.overrides());
        let after: Vec<Option<StaffId>> = times.iter().map(|t| primary(&w, *t)).collect();
        prop_assert_eq!(after, before);
    }
}

#[test]
fn a_duty_goes_on_while_the_person_stays() {
    let mut w = World::new(&doc(vec![layer("week", LayerDays::All, &["a", "b"])]));
    w.overrides = vec![Override {
        seat: Seat::Primary,
        person: "a".into(),
        from: at("09-10T00:00"),
        until: at("09-11T00:00"),
        swap: false,
    }];
    let found = duties(&w.roster().shifts(at("09-07T09:00"), at("09-21T09:00")));
    let text: Vec<_> = found.iter().map(|d| (d.seat, d.person.as_str(), d.from, d.until)).collect();
    assert_eq!(
        text,
        [
            (Seat::Primary, "a", at("09-07T09:00"), at("09-14T09:00")),
            (Seat::Backup, "b", at("09-07T09:00"), at("09-14T09:00")),
            (Seat::Primary, "b", at("09-14T09:00"), at("09-21T09:00")),
            (Seat::Backup, "a", at("09-14T09:00"), at("09-21T09:00")),
        ]
    );
}

#[test]
fn a_feed_is_in_utc_escaped_and_folded() {
    let event = FeedEvent {
        uid: "x@oncall.aftercare".to_owned(),
        from: at("09-07T09:00"),
        until: at("09-14T09:00"),
        summary: format!("值班；一, 二; \\ {}", "长".repeat(40)),
    };
    let text = write_feed("a,b", &[event], at("09-01T00:00"));
    assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains('\n'));
    assert!(text.split("\r\n").all(|l| l.len() <= 75), "{text}");
    let whole = text.replace("\r\n ", "");
    for line in [
        "UID:x@oncall.aftercare",
        "DTSTAMP:20260831T160000Z",
        "DTSTART:20260907T010000Z",
        "DTEND:20260914T010000Z",
        "X-WR-CALNAME:a\\,b",
    ] {
        assert!(whole.split("\r\n").any(|l| l == line), "{line}: {whole}");
    }
    assert!(whole.contains("SUMMARY:值班；一\\, 二\\; \\\\ 长"), "{whole}");
}
