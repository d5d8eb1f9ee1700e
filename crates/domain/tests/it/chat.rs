//! Laws of chats: whatever is done in whatever order.

use domain::chat::{
    Chat, ChatState, FEWEST_WAITS, Side, To, Wait, Waiting, end, expected, position, say_as_staff,
    say_as_visitor, take, transfer,
};
use domain::id::{ChatId, GroupId, StaffId};
use domain::time::from_seconds;
use proptest::prelude::*;

fn fresh() -> Chat {
    let at = from_seconds(1_000);
    Chat {
        id: "c".into(),
        ticket: "t".into(),
        contact: "v".into(),
        verified: false,
        name: "V".to_owned(),
        origin: String::new(),
        locale: "zh-CN".to_owned(),
        state: ChatState::Waiting,
        group: None,
        staff: None,
        asked_at: at,
        taken_at: None,
        answered_at: None,
        ended_at: None,
        heard_at: at,
        visitor_read: 0,
        staff_read: 0,
        next_seq: 1,
        mail: false,
        message: None,
        version: 1,
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Take(u8),
    Hand(u8, u8),
    Queue(u8, u8),
    End(u8),
    Leave,
    Silence,
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0..4u8;
    prop_oneof![
        who.clone().prop_map(Deed::Take),
        (who.clone(), who.clone()).prop_map(|(a, b)| Deed::Hand(a, b)),
        (who.clone(), who.clone()).prop_map(|(a, b)| Deed::Queue(a, b)),
        who.prop_map(Deed::End),
        Just(Deed::Leave),
        Just(Deed::Silence),
    ]
}

fn person(n: u8) -> StaffId {
    StaffId(format!("s{n}"))
}

proptest! {
    #[test]
    fn whatever_is_done_a_chat_stays_one(deeds in prop::collection::vec(deed(), 0..40)) {
        let mut chat = fresh();
        for (n, deed) in deeds.into_iter().enumerate() {
            let now = from_seconds(1_001 + i64::try_from(n).unwrap());
            let before = chat.clone();
            let step = match deed {
                Deed::Take(a) => take(&chat, &person(a), (0, 5), now),
                Deed::Hand(a, b) => transfer(&chat, &person(a), &To::Person(person(b)), now),
                Deed::Queue(a, b) => transfer(&chat, &person(a), &To::Group(GroupId(format!("g{b}"))), now),
                Deed::End(a) => end(&chat, Side::Staff, Some(&person(a)), now),
                Deed::Leave => end(&chat, Side::Visitor, None, now),
                Deed::Silence => end(&chat, Side::House, None, now),
            };
            if let Ok(Some((after, _))) = step {
                chat = after;
            }
            // Who has it, and how it stands, fit together.
            prop_assert_eq!(chat.state == ChatState::Waiting, chat.state.is_open() && chat.staff.is_none());
            prop_assert_eq!(chat.state.is_open(), chat.ended_at.is_none());
            prop_assert!(chat.staff.is_none() || chat.taken_at.is_some());
            prop_assert_eq!(say_as_visitor(&chat).is_ok(), chat.state.is_open());
            let writers = (0..4).filter(|a| say_as_staff(&chat, &person(*a)).is_ok()).count();
            prop_assert!(writers <= 1, "only one of us writes");
            // What is over stays as it is; the first wait and the place in the queue never change.
            if !before.state.is_open() {
                prop_assert_eq!(&chat, &before);
            }
            prop_assert_eq!(chat.asked_at, before.asked_at);
            prop_assert!(before.taken_at.is_none() || chat.taken_at == before.taken_at);
        }
    }

    #[test]
    fn places_are_all_numbers_once(asked in prop::collection::vec((0..20i64, 0..3u8), 0..30)) {
        let queue: Vec<Waiting> = asked
            .iter()
            .enumerate()
            .map(|(n, (at, group))| Waiting {
                asked_at: from_seconds(*at),
                chat: ChatId(format!("{n:03}")),
                group: Some(GroupId(group.to_string())),
            })
            .collect();
        for group in 0..3u8 {
            let of = |w: &&Waiting| w.group == Some(GroupId(group.to_string()));
            let mut places: Vec<_> = queue.iter().filter(of).filter_map(|w| position(&queue, &w.chat)).collect();
            places.sort_unstable();
            prop_assert_eq!(&places, &(1..=places.len()).collect::<Vec<_>>());
        }
        for (a, b) in queue.iter().zip(queue.iter().skip(1)) {
            if a.group == b.group && a.asked_at < b.asked_at {
                prop_assert!(position(&queue, &a.chat) < position(&queue, &b.chat));
            }
        }
    }

    #[test]
    fn the_wait_lies_between_the_shortest_and_the_longest(waits in prop::collection::vec(0..100_000i64, 0..40)) {
        match expected(&waits) {
            Wait::TooFew { of } => prop_assert!(of < FEWEST_WAITS && of == waits.len()),
            Wait::About { seconds, of } => {
                let counted: Vec<_> = waits.iter().take(of).copied().collect();
                prop_assert!(counted.iter().min() <= Some(&seconds) && Some(&seconds) <= counted.iter().max());
                let below = counted.iter().filter(|w| **w <= seconds).count();
                prop_assert!(2 * below >= of, "half of them were no longer");
            }
        }
    }
}
