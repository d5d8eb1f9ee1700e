//! The estimate of how long cases take, against the other way to it: whoever leaves unsolved hands what he stands for on
//! to all who stay longer, in equal parts (Efron 1967).

use domain::sla::{Past, Survival};
use proptest::prelude::*;

/// The share that is unsolved after `t`: what the solved ones until then stood for is taken off.
fn handed_on(past: &[Past], t: i64) -> f64 {
    let mut order = past.to_vec();
    // Of those at the same second, the solved ones go first.
    order.sort_by_key(|p| (p.counted_s, !p.solved));
    let n = f64::from(u32::try_from(order.len()).unwrap());
    let mut stands_for = vec![1.0 / n; order.len()];
    let mut share = 1.0;
    for (i, p) in order.iter().enumerate() {
        if p.solved {
            if p.counted_s <= t {
                share -= stands_for[i];
            }
            continue;
        }
        let later = (i + 1)..order.len();
        let heirs = f64::from(u32::try_from(later.len()).unwrap());
        let part = stands_for[i] / heirs;
        later.for_each(|j| stands_for[j] += part);
    }
    share
}

fn cases() -> impl Strategy<Value = Vec<Past>> {
    let one =
        (0i64..40, prop::bool::weighted(0.7)).prop_map(|(counted_s, solved)| Past { counted_s, solved });
    prop::collection::vec(one, 1..60)
}

proptest! {
    #[test]
    fn both_ways_lead_to_the_same_share(past in cases()) {
        let survival = Survival::of(past.iter().copied());
        for t in -1..42 {
            let (ours, other) = (survival.at(t), handed_on(&past, t));
            prop_assert!((ours - other).abs() < 1e-9, "after {t}: {ours} and {other}");
            prop_assert_eq!(survival.lasted(t), past.iter().filter(|p| p.counted_s > t).count());
        }
    }

    #[test]
    fn the_share_only_falls_and_a_chance_is_a_chance(past in cases(), a in 0i64..40, b in 0i64..40) {
        let survival = Survival::of(past.iter().copied());
        let (counted, target) = (a.min(b), a.max(b));
        prop_assert!(survival.at(target) <= survival.at(counted));
        if let Some(chance) = survival.solved_by(target, counted) {
            prop_assert!((0.0..=1.0).contains(&chance), "{chance}");
        }
    }

    /// Where nobody left unsolved it is plain counting.
    #[test]
    fn without_leavers_it_is_counting(times in prop::collection::vec(0i64..40, 1..60), t in 0i64..40) {
        let survival = Survival::of(times.iter().map(|s| Past { counted_s: *s, solved: true }));
        let longer = times.iter().filter(|s| **s > t).count();
        let counted = f64::from(u32::try_from(longer).unwrap()) / f64::from(u32::try_from(times.len()).unwrap());
        prop_assert!((survival.at(t) - counted).abs() < 1e-9);
    }
}
