//! What may happen to a chat, and what it is afterwards. Repeating a step is harmless: it changes nothing.

use super::{Chat, ChatState, Said, Side};
use crate::id::{GroupId, StaffId};
use crate::ticket::decide::Refusal;
use crate::time::{Timestamp, plus_seconds};

/// A visitor who waits, and whose page is not heard of for so long, has gone.
pub const GONE_S: i64 = 180;
/// A talk goes on for so long after the visitor's page was last heard of: a phone may sleep in between.
pub const ASLEEP_S: i64 = 900;
/// For so long after its end a visitor may still read a chat, and have it mailed.
const READABLE_S: i64 = 86_400;

/// A chat after a step, with the line that tells of it. Nothing when the step was a repetition.
pub type Stepped = Result<Option<(Chat, Said)>, Refusal>;

/// Whom a chat is handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// It waits again, in the queue of a group, since when it was asked for.
    Group(GroupId),
    /// Somebody goes on with it at once.
    Person(StaffId),
}

fn open(chat: &Chat) -> Result<(), Refusal> {
    if chat.state.is_open() { Ok(()) } else { Err(Refusal::ChatOver) }
}

/// Somebody takes a chat that waits; `held` are those that they have, of `most`.
///
/// # Errors
/// `chat_over`, `chat_taken`, `chats_full`.
pub fn take(chat: &Chat, who: &StaffId, (held, most): (u32, u32), now: Timestamp) -> Stepped {
    open(chat)?;
    match &chat.staff {
        Some(has) if has == who => return Ok(None),
        Some(_) => return Err(Refusal::ChatTaken),
        None => {}
    }
    if held >= most {
        return Err(Refusal::ChatsFull);
    }
    let taken_at = Some(chat.taken_at.unwrap_or(now));
    let after = Chat { state: ChatState::Active, staff: Some(who.clone()), taken_at, ..chat.clone() };
    Ok(Some((after, Said::Joined)))
}

/// A visitor writes as long as the chat goes on, also while they wait.
///
/// # Errors
/// `chat_over`.
pub fn say_as_visitor(chat: &Chat) -> Result<(), Refusal> {
    open(chat)
}

/// Only who has a chat writes in it.
///
/// # Errors
/// `chat_over`, `chat_not_yours`.
pub fn say_as_staff(chat: &Chat, who: &StaffId) -> Result<(), Refusal> {
    open(chat)?;
    if chat.staff.as_ref() == Some(who) { Ok(()) } else { Err(Refusal::ChatNotYours) }
}

/// Whoever has a chat hands it on; one that waits may be sent to another group by anybody who may take it.
///
/// # Errors
/// `chat_over`, `chat_not_yours`.
pub fn transfer(chat: &Chat, who: &StaffId, to: &To, now: Timestamp) -> Stepped {
    open(chat)?;
    if chat.staff.as_ref().is_some_and(|has| has != who) {
        return Err(Refusal::ChatNotYours);
    }
    Ok(match to {
        To::Group(group) if chat.group.as_ref() == Some(group) && chat.staff.is_none() => None,
        To::Group(group) => {
            let group = Some(group.clone());
            Some((Chat { state: ChatState::Waiting, group, staff: None, ..chat.clone() }, Said::Queued))
        }
        To::Person(person) if chat.staff.as_ref() == Some(person) => None,
        To::Person(person) => {
            let (staff, taken_at) = (Some(person.clone()), Some(chat.taken_at.unwrap_or(now)));
            Some((Chat { state: ChatState::Active, staff, taken_at, ..chat.clone() }, Said::Transferred))
        }
    })
}

/// A chat is over: by the visitor, by who has it, or because nothing is heard of the visitor. One that nobody took was left.
///
/// # Errors
/// `chat_not_yours` for a colleague's.
pub fn end(chat: &Chat, by: Side, who: Option<&StaffId>, now: Timestamp) -> Stepped {
    if !chat.state.is_open() {
        return Ok(None);
    }
    let said = match by {
        Side::Visitor => Said::Left,
        Side::House => Said::Silent,
        Side::Staff if chat.staff.is_some() && chat.staff.as_ref() != who => {
            return Err(Refusal::ChatNotYours);
        }
        Side::Staff => Said::Ended,
    };
    let state = if chat.taken_at.is_some() || by == Side::Staff { ChatState::Ended } else { ChatState::Left };
    Ok(Some((Chat { state, ended_at: Some(now), ..chat.clone() }, said)))
}

/// When a chat that goes on ends by itself, if the visitor's page is not heard of before.
pub fn silence_at(chat: &Chat) -> Option<Timestamp> {
    match chat.state {
        ChatState::Waiting => Some(plus_seconds(chat.heard_at, GONE_S)),
        ChatState::Active => Some(plus_seconds(chat.heard_at, ASLEEP_S)),
        _ => None,
    }
}

/// May the visitor still read it?
pub fn may_follow(chat: &Chat, now: Timestamp) -> bool {
    chat.ended_at.is_none_or(|at| now < plus_seconds(at, READABLE_S))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::time::from_seconds;

    pub(crate) fn fresh() -> Chat {
        let at = from_seconds(1000);
        Chat {
            id: "c".into(),
            ticket: "t".into(),
            contact: "v".into(),
            verified: false,
            name: "V".to_owned(),
            origin: String::new(),
            locale: "zh-CN".to_owned(),
            state: ChatState::Waiting,
            group: Some("g".into()),
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

    fn after(step: Stepped) -> Chat {
        step.unwrap().unwrap().0
    }

    #[test]
    fn one_takes_it_and_no_other() {
        let (a, b, now) = (StaffId::from("a"), StaffId::from("b"), from_seconds(1060));
        let taken = after(take(&fresh(), &a, (0, 1), now));
        assert_eq!((taken.state, taken.taken_at), (ChatState::Active, Some(now)));
        assert_eq!(take(&taken, &a, (1, 1), now), Ok(None), "a second click is harmless");
        assert_eq!(take(&taken, &b, (0, 1), now), Err(Refusal::ChatTaken));
        assert_eq!(take(&fresh(), &b, (3, 3), now), Err(Refusal::ChatsFull));
        assert_eq!(say_as_staff(&taken, &b), Err(Refusal::ChatNotYours));
        assert_eq!(say_as_staff(&fresh(), &a), Err(Refusal::ChatNotYours));
        let over = after(end(&taken, Side::Staff, Some(&a), now));
        assert_eq!(say_as_visitor(&over), Err(Refusal::ChatOver));
        assert_eq!(take(&over, &a, (0, 1), now), Err(Refusal::ChatOver));
        assert_eq!(end(&over, Side::Visitor, None, now), Ok(None), "its end is the end");
        assert_eq!(end(&taken, Side::Staff, Some(&b), now), Err(Refusal::ChatNotYours));
    }

    #[test]
    fn who_hands_it_on_keeps_its_place_and_its_wait() {
        let (a, b, now) = (StaffId::from("a"), StaffId::from("b"), from_seconds(1060));
        let taken = after(take(&fresh(), &a, (0, 1), now));
        let queued = after(transfer(&taken, &a, &To::Group("h".into()), now));
        assert_eq!(
            (queued.state, queued.staff.clone(), queued.asked_at),
            (ChatState::Waiting, None, taken.asked_at)
        );
        let again = after(take(&queued, &b, (0, 1), from_seconds(2000)));
        assert_eq!(
            again.taken_at,
            Some(now),
            "how long they waited for somebody is known from the first time"
        );
        assert_eq!(transfer(&taken, &b, &To::Person(b.clone()), now), Err(Refusal::ChatNotYours));
        assert_eq!(transfer(&taken, &a, &To::Person(a.clone()), now), Ok(None));
        assert_eq!(after(transfer(&taken, &a, &To::Person(b.clone()), now)).staff, Some(b));
    }

    #[test]
    fn nobody_waits_for_a_visitor_who_has_gone() {
        let a = StaffId::from("a");
        let waiting = fresh();
        assert_eq!(silence_at(&waiting), Some(from_seconds(1180)));
        let gone = after(end(&waiting, Side::House, None, from_seconds(1180)));
        assert_eq!((gone.state, silence_at(&gone)), (ChatState::Left, None));
        let taken = after(take(&waiting, &a, (0, 1), from_seconds(1060)));
        assert_eq!(silence_at(&taken), Some(from_seconds(1900)));
        assert_eq!(after(end(&taken, Side::House, None, from_seconds(1900))).state, ChatState::Ended);
        assert!(may_follow(&gone, from_seconds(1181)) && !may_follow(&gone, from_seconds(1180 + READABLE_S)));
    }
}
