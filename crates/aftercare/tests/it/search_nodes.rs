//! Two nodes on one PostgreSQL while writers commit in another order than they began and wrote: each node's index
//! ends with what the table holds.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use aftercare::Indexer;
use desk::Desk;
use domain::access::{Actor, Scope, System};
use search::{Ask, MAX_LIMIT, Reader, Search, Section};
use testkit::{Database, Folder, TestApp};

use crate::search::open;

const WRITERS: usize = 8;
const ROUNDS: usize = 4;

/// A transaction that goes on when it is told to.
struct Writer {
    begun: Receiver<()>,
    write: Sender<()>,
    written: Receiver<()>,
    end: Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    /// Gives a ticket another title.
    fn start(desk: &Desk, number: String, title: String) -> Self {
        let (tell_begun, begun) = channel();
        let (write, may_write) = channel();
        let (tell_written, written) = channel();
        let (end, may_end) = channel();
        let gates = Mutex::new((may_write, may_end));
        let desk = desk.clone();
        let task = tokio::spawn(async move {
            let system = Actor::System(System::Operator);
            let unit = desk.write(&system, move |unit| {
                // Any write gives the transaction its number.
                unit.work.publish("other", &number)?;
                let _ = tell_begun.send(());
                let gates = gates.lock().unwrap();
                let _ = gates.0.recv();
                let before = store::ticket::by_number(unit.work, &Scope::All, &number)?.unwrap();
                let mut after = before.clone();
                (after.title, after.version) = (title.clone(), before.version + 1);
                store::ticket::update(unit.work, (&before, &[], &[]), (&after, &[], &[]))?;
                unit.work.publish("ticket", &number)?;
                let _ = tell_written.send(());
                let _ = gates.1.recv();
                Ok(())
            });
            unit.await.unwrap();
        });
        begun.recv().unwrap();
        Self { begun, write, written, end, task }
    }

    fn write(&self) {
        assert!(self.begun.try_recv().is_err(), "it began once");
        self.write.send(()).unwrap();
        self.written.recv().unwrap();
    }

    async fn commit(self) {
        self.end.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// Number and title of all tickets that an index holds.
fn documents(search: &Search) -> BTreeSet<(String, String)> {
    let reader = Reader { scope: Scope::All, internal: true, people: false };
    let ask =
        Ask { text: "互换".to_owned(), section: Some(Section::Ticket), limit: MAX_LIMIT, ..Ask::default() };
    let found = search.find(&ask, &reader).unwrap();
    assert_eq!(found.total, u64::try_from(found.hits.len()).unwrap());
    let all: BTreeSet<_> = found.hits.into_iter().map(|h| (h.number, h.title)).collect();
    assert_eq!(u64::try_from(all.len()).unwrap(), found.total, "none stands there twice");
    all
}

/// Number and title of tickets as the table holds them.
async fn table(app: &TestApp, numbers: Vec<String>) -> BTreeSet<(String, String)> {
    let read = app.desk.read(move |r| {
        let title = |n: String| Ok((n.clone(), store::ticket::by_number(r, &Scope::All, &n)?.unwrap().title));
        numbers.into_iter().map(title).collect::<desk::Result<BTreeSet<_>>>()
    });
    read.await.unwrap()
}

async fn to_the_end(indexer: &mut Indexer) {
    indexer.catch_up().await.unwrap();
    while indexer.is_behind().await.unwrap() {
        tokio::task::yield_now().await;
        indexer.catch_up().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_hold_what_the_table_holds_whatever_the_order_of_commits() {
    let app = TestApp::new(Database::postgres().await).await;
    let (api, other, folder) = (app.api().await, app.another_node().await, Folder::new("search"));
    let search = Search::new(folder.path());
    let mut indexer = Indexer::new(other.clone(), search.clone());
    let mut numbers = Vec::new();
    for i in 0..2 * WRITERS {
        numbers.push(open(&api, &format!("互换 {i}"), "", "ben@north.example").await);
    }
    app.catch_up().await;
    to_the_end(&mut indexer).await;
    let start = app.desk.read(|r| Ok(store::feed::end(r)?.0)).await.unwrap();

    let mut held: Option<Writer> = None;
    for round in 0..ROUNDS {
        // Tickets of two rounds differ: one transaction of the earlier round is still open.
        let of_round = numbers.iter().cycle().skip(round * WRITERS).take(WRITERS);
        let mut writers: Vec<Option<Writer>> = Vec::new();
        for (w, number) in of_round.enumerate() {
            let node = if w % 2 == 0 { &app.desk } else { &other };
            writers.push(Some(Writer::start(node, number.clone(), format!("互换 {number} {round}"))));
        }
        for w in 0..WRITERS {
            writers[(w * 5 + 3 + round) % WRITERS].as_ref().unwrap().write();
        }
        for w in 0..WRITERS {
            let next = writers[(w * 3 + 7 * round + 1) % WRITERS].take().unwrap();
            if w == 0 && round + 1 < ROUNDS {
                // The first one waits until the middle of the next round.
                writers.extend(held.replace(next).map(Some));
                continue;
            }
            next.commit().await;
            if w == WRITERS / 2
                && let Some(earlier) = writers.get_mut(WRITERS).and_then(Option::take)
            {
                earlier.commit().await;
            }
            // One node follows each commit, the other one now and then.
            app.follow().await;
            if w % 3 == round % 3 {
                indexer.catch_up().await.unwrap();
            }
        }
    }
    if let Some(last) = held {
        last.commit().await;
    }
    app.catch_up().await;
    to_the_end(&mut indexer).await;

    let lines = app.desk.read(move |r| Ok(store::feed::after(r, start, 1_000)?)).await.unwrap();
    assert_eq!(lines.len(), 2 * WRITERS * ROUNDS);
    assert!(lines.windows(2).filter(|l| l[1].place.seq < l[0].place.seq).count() >= ROUNDS, "{lines:?}");
    let table = table(&app, numbers).await;
    assert!(table.iter().all(|(_, title)| title.ends_with(" 2") || title.ends_with(" 3")), "{table:?}");
    assert_eq!(documents(&app.search), table);
    assert_eq!(documents(&search), table);
}
