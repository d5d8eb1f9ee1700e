//! Who listens to chats on this node. One task reads the outbox for all of them and wakes only those whose chat has something
//! new: what a line costs does not grow with how many visitors there are. Entries leave with their last listener.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use desk::Desk;
use desk::chat::{QUEUE, TOPIC, expected_wait};
use domain::chat::{Side, Wait, Waiting};
use domain::id::{ChatId, StaffId};
use store::feed::{self, Line, Place};
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

use crate::live::again;

/// Lines of the outbox that are read at once.
const PAGE: i64 = 500;
/// How often it is kept who is there.
const BEAT: Duration = Duration::from_mins(1);
/// News that wait for a page of ours; one that is slower reads everything again.
const WAITING_NEWS: usize = 256;
const TYPING: &str = "typing";

/// What a listener of a chat has to look at. Numbers only grow; whoever saw another one looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The chat has something new.
    pub lines: u64,
    /// We type.
    pub staff_types: u64,
    /// Its place in the queue, and what wait is expected.
    pub place: Option<(usize, Wait)>,
}

/// What the pages of ours hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// A chat that somebody has has something new.
    Chat(ChatId, StaffId),
    /// The queue is another one.
    Queue,
    /// A visitor types; who has the chat is known only where the visitor listens on the same node.
    Typing(ChatId, Option<StaffId>),
}

#[derive(Debug, Default)]
struct Entry {
    sender: watch::Sender<Heard>,
    visitors: usize,
    /// Who had the chat when it last had something new.
    staff: Option<StaffId>,
}

#[derive(Debug, Default)]
struct Listeners {
    chats: HashMap<ChatId, Entry>,
    people: HashMap<StaffId, usize>,
}

/// The listeners of this node.
#[derive(Debug)]
pub(crate) struct Hub {
    desk: OnceLock<AbortHandle>,
    listeners: Mutex<Listeners>,
    staff: broadcast::Sender<News>,
}

impl Drop for Hub {
    fn drop(&mut self) {
        if let Some(task) = self.desk.get() {
            task.abort();
        }
    }
}

/// Somebody who listens to a chat, as long as this is kept.
#[derive(Debug)]
pub(crate) struct Listener {
    hub: Arc<Hub>,
    chat: ChatId,
    side: Side,
    /// What is heard.
    pub heard: watch::Receiver<Heard>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut all = self.hub.all();
        let Some(entry) = all.chats.get_mut(&self.chat) else { return };
        if self.side == Side::Visitor {
            entry.visitors -= 1;
        }
        // This one is still counted.
        if entry.sender.receiver_count() <= 1 {
            all.chats.remove(&self.chat);
        }
    }
}

/// A page of ours that listens to all chats, as long as this is kept.
#[derive(Debug)]
pub(crate) struct Seat {
    hub: Arc<Hub>,
    person: StaffId,
    /// What is heard.
    pub news: broadcast::Receiver<News>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.hub.all();
        let left = all.people.get_mut(&self.person).map(|n| {
            *n -= 1;
            *n
        });
        if left == Some(0) {
            all.people.remove(&self.person);
        }
    }
}

impl Hub {
    /// Nobody listens yet.
    pub(crate) fn new() -> Arc<Self> {
        let staff = broadcast::Sender::new(WAITING_NEWS);
        Arc::new(Self { desk: OnceLock::new(), listeners: Mutex::default(), staff })
    }

    fn all(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to a chat from now on.
    pub(crate) fn listen(self: &Arc<Self>, desk: &Desk, chat: ChatId, side: Side) -> Listener {
        let heard = {
            let mut all = self.all();
            let entry = all.chats.entry(chat.clone()).or_default();
            entry.visitors += usize::from(side == Side::Visitor);
            entry.sender.subscribe()
        };
        self.start(desk);
        Listener { hub: Arc::clone(self), chat, side, heard }
    }

    /// Listens to all chats, for a page of ours.
    pub(crate) fn sit(self: &Arc<Self>, desk: &Desk, person: StaffId) -> Seat {
        *self.all().people.entry(person.clone()).or_default() += 1;
        let news = self.staff.subscribe();
        self.start(desk);
        Seat { hub: Arc::clone(self), person, news }
    }

    fn start(self: &Arc<Self>, desk: &Desk) {
        self.desk.get_or_init(|| {
            let (hub, desk) = (Arc::downgrade(self), desk.clone());
            let task = tokio::spawn(async move {
                let mut reader = Reader::begin(desk).await;
                if let Some(hub) = hub.upgrade() {
                    // What was committed before the reader had its place is read by everybody now.
                    hub.wake_all();
                }
                while let Some(turn) = reader.next().await {
                    let Some(hub) = hub.upgrade() else { return };
                    hub.take(turn, &reader.desk).await;
                }
            });
            task.abort_handle()
        });
    }

    fn wake_all(&self) {
        for entry in self.all().chats.values() {
            entry.sender.send_modify(|h| h.lines += 1);
        }
        let _ = self.staff.send(News::Queue);
    }

    async fn take(&self, turn: Turn, desk: &Desk) {
        match turn {
            Turn::Lines(lines) => self.told(&lines, desk).await,
            Turn::Whisper(word) => self.typed(&word),
            Turn::Missed => {}
            Turn::Beat => self.beat(desk).await,
        }
    }

    async fn told(&self, lines: &[Line], desk: &Desk) {
        let of = |topic: &'static str| lines.iter().filter(move |l| l.topic == topic);
        let changed: BTreeSet<ChatId> = of(TOPIC).map(|l| ChatId::from(l.key.as_str())).collect();
        for id in &changed {
            if let Some(entry) = self.all().chats.get(id) {
                entry.sender.send_modify(|h| h.lines += 1);
            }
        }
        if !changed.is_empty() && self.staff.receiver_count() > 0 {
            self.tell_owners(changed, desk).await;
        }
        if of(QUEUE).next().is_some() {
            let _ = self.staff.send(News::Queue);
            self.places(desk).await;
        }
    }

    /// Whoever has a chat hears of it; who has it is read once for all pages.
    async fn tell_owners(&self, changed: BTreeSet<ChatId>, desk: &Desk) {
        let read = desk.peek(move |r| {
            let one = |id: ChatId| Ok(store::chat::one(r, &id)?.map(|c| (id, c.staff)));
            changed.into_iter().map(one).collect::<desk::Result<Vec<_>>>()
        });
        let owned = match read.await {
            Ok(owned) => owned,
            Err(e) => {
                tracing::warn!(error = %e, "pages of chats read everything again");
                return drop(self.staff.send(News::Queue));
            }
        };
        for (id, staff) in owned.into_iter().flatten() {
            if let Some(entry) = self.all().chats.get_mut(&id) {
                entry.staff.clone_from(&staff);
            }
            if let Some(staff) = staff {
                let _ = self.staff.send(News::Chat(id, staff));
            }
        }
    }

    /// Tells each waiting visitor of this node their place. The queue is read once for all of them.
    async fn places(&self, desk: &Desk) {
        if self.all().chats.values().all(|e| e.visitors == 0) {
            return;
        }
        let read = desk.read(|r| Ok((store::chat::queue(r)?, expected_wait(r)?)));
        let (queue, wait) = match read.await {
            Ok(read) => read,
            Err(e) => return tracing::warn!(error = %e, "visitors are not told their places in the queue"),
        };
        let all = self.all();
        for (chat, place) in places_of(&queue) {
            let Some(entry) = all.chats.get(chat) else { continue };
            entry.sender.send_if_modified(|h| {
                let place = Some((place, wait));
                let moved = h.place != place;
                h.place = place;
                moved
            });
        }
    }

    fn typed(&self, word: &str) {
        let mut parts = word.splitn(3, ' ');
        let (Some(TYPING), Some(side), Some(chat)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let (id, by_visitor) = (ChatId::from(chat), side == Side::Visitor.as_str());
        if !by_visitor && let Some(entry) = self.all().chats.get(&id) {
            entry.sender.send_modify(|h| h.staff_types += 1);
        }
        if by_visitor {
            let staff = self.all().chats.get(&id).and_then(|e| e.staff.clone());
            let _ = self.staff.send(News::Typing(id, staff));
        }
    }

    /// Keeps which pages are open on this node, all of them at once.
    async fn beat(&self, desk: &Desk) {
        let (chats, people) = {
            let all = self.all();
            let open = all.chats.iter().filter(|(_, e)| e.visitors > 0);
            (open.map(|(id, _)| id.clone()).collect(), all.people.keys().cloned().collect())
        };
        if let Err(e) = desk::chat::heard(desk, chats, people).await {
            tracing::warn!(error = %e, "it could not be kept whose chat pages are open");
        }
    }
}

/// The place of each chat in the queue of its group.
fn places_of(queue: &[Waiting]) -> impl Iterator<Item = (&ChatId, usize)> {
    let mut counts: HashMap<Option<&str>, usize> = HashMap::new();
    queue.iter().map(move |w| {
        let n = counts.entry(w.group.as_ref().map(domain::id::GroupId::as_str)).or_default();
        *n += 1;
        (&w.chat, *n)
    })
}

/// Says on all nodes that somebody types. It is written nowhere: on `PostgreSQL` it goes by the channel of the bell.
pub(crate) async fn types(desk: &Desk, chat: &ChatId, side: Side) -> desk::Result<()> {
    Ok(desk.db().whisper(&format!("{TYPING} {side} {chat}")).await?)
}

enum Turn {
    Lines(Vec<Line>),
    Whisper(String),
    Missed,
    Beat,
}

/// Reads what happens, for the whole node.
struct Reader {
    desk: Desk,
    place: Place,
    news: watch::Receiver<u64>,
    whispers: broadcast::Receiver<String>,
    beat: tokio::time::Interval,
    /// There may be more lines than were read.
    more: bool,
}

impl Reader {
    /// Without a place there is nothing to read from: it is asked for until the database says it.
    async fn begin(desk: Desk) -> Self {
        let (mut news, whispers) = (desk.db().news(), desk.db().whispers());
        news.mark_unchanged();
        let place = loop {
            match desk.read(|r| Ok(feed::end(r)?.0)).await {
                Ok(place) => break place,
                Err(e) => tracing::warn!(error = %e, "chats wait for the database"),
            }
            again(true).await;
        };
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { desk, place, news, whispers, beat, more: true }
    }

    /// What is next; nothing when nobody will ring any more.
    async fn next(&mut self) -> Option<Turn> {
        loop {
            if self.more {
                self.news.mark_unchanged();
                match self.read().await {
                    Ok(lines) if !lines.is_empty() => return Some(Turn::Lines(lines)),
                    Ok(_) => {}
                    Err(e) => tracing::warn!(error = %e, "chats wait for the database"),
                }
            }
            tokio::select! {
                rung = self.news.changed() => { rung.ok()?; self.more = true; }
                word = self.whispers.recv() => return match word {
                    Ok(word) => Some(Turn::Whisper(word)),
                    Err(broadcast::error::RecvError::Lagged(_)) => Some(Turn::Missed),
                    Err(broadcast::error::RecvError::Closed) => None,
                },
                _ = self.beat.tick() => return Some(Turn::Beat),
                () = again(self.more) => {}
            }
        }
    }

    async fn read(&mut self) -> desk::Result<Vec<Line>> {
        let place = self.place;
        let read = self.desk.peek(move |r| {
            // First what is held: what becomes readable between the two is read now, what comes later rings.
            let held = feed::is_held(r)?;
            let lines = feed::after(r, place, PAGE)?;
            let more = held || i64::try_from(lines.len()).is_ok_and(|n| n == PAGE);
            Ok((more, lines))
        });
        let (more, lines) = read.await?;
        self.more = more;
        if let Some(last) = lines.last() {
            self.place = last.place;
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use domain::time::from_seconds;

    use super::*;

    #[test]
    fn each_group_has_its_own_places() {
        let waiting = |chat: &str, group: &str| Waiting {
            asked_at: from_seconds(0),
            chat: chat.into(),
            group: Some(group.into()),
        };
        let queue = [waiting("a", "g"), waiting("b", "h"), waiting("c", "g")];
        let places: Vec<_> = places_of(&queue).map(|(chat, n)| (chat.as_str(), n)).collect();
        assert_eq!(places, [("a", 1), ("b", 1), ("c", 2)]);
    }
}
