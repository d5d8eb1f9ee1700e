//! Group commit: units that wait become one transaction, and are answered when it is durable.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::work::Conn;
use super::{Doing, Read, Shared, Work};
use crate::Error;

const MAX_BATCH: usize = 256;
/// While a batch has fewer units than are expected, the writer naps for so long and looks again. Whoever was just answered
/// is about to ask again; without waiting, the first of them would have a commit of its own. A nap wakes the thread
/// once, waiting on the queue would wake it for each unit.
const NAP: Duration = Duration::from_micros(100);
/// A batch of so many is not waited for: the commit that is saved costs less by then than the writer who idles, while those
/// who were answered are served by other threads.
const WORTH: usize = 16;
/// After so many naps in which nobody came, nobody is waited for.
const IDLE_NAPS: u32 = 3;

/// How a unit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well { news: bool },
    Failed,
    Panicked,
}

/// A unit of work waiting for its turn, with the one who asked for it. It is run, again if its batch begins anew, and then
/// answered once; what it found itself, errors included, is not told here.
pub(super) struct Unit {
    f: Doing,
    tell: oneshot::Sender<crate::Result<()>>,
    ran: Option<Ran>,
}

impl Unit {
    pub(super) fn new(f: Doing, tell: oneshot::Sender<crate::Result<()>>) -> Self {
        Self { f, tell, ran: None }
    }

    fn run(&mut self, conn: &Connection, shared: &Shared) -> Ran {
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let mut work = Work::new(Read::new(Conn::Sqlite(conn), shared.now()), shared);
            if (self.f)(&mut work) { Ran::Well { news: work.has_news() } } else { Ran::Failed }
        }));
        let ran = ran.unwrap_or(Ran::Panicked);
        self.ran = Some(ran);
        ran
    }

    fn answer(self, committed: &Result<(), String>) {
        let told = match (self.ran, committed) {
            (Some(Ran::Failed), _) | (Some(Ran::Well { .. }), Ok(())) => Ok(()),
            (Some(Ran::Panicked), _) => Err(Error::Panicked),
            (_, Err(why)) => Err(Error::Commit(why.clone())),
            (None, Ok(())) => Err(Error::Closed),
        };
        // Whoever asked may have gone; the change stands all the same.
        let _ = self.tell.send(told);
    }
}

pub(super) fn write_loop(conn: &Connection, waiting: &Receiver<Unit>, shared: &Shared) {
    let (mut batch, mut expected) = (Vec::new(), 1);
    while let Ok(first) = batch.pop().map_or_else(|| waiting.recv(), Ok) {
        batch.push(first);
        gather(&mut batch, waiting, expected);
        let done = in_transaction(conn, &mut batch, shared);
        let next: Vec<Unit> = waiting.try_iter().take(MAX_BATCH).collect();
        // Those who are answered now are about to ask again, beside those who came meanwhile. Were only as many awaited as
        // there were in the last batch, two halves of them would take turns and never find each other.
        expected = batch.len() + next.len();
        answer(std::mem::replace(&mut batch, next), done, shared);
    }
}

/// Adds all units that wait; if they are fewer than expected, those that come within a moment too.
fn gather(batch: &mut Vec<Unit>, waiting: &Receiver<Unit>, expected: usize) {
    let (mut had, mut idle) = (0, 0);
    loop {
        batch.extend(waiting.try_iter().take(MAX_BATCH.saturating_sub(batch.len())));
        idle = if batch.len() == had { idle + 1 } else { 0 };
        had = batch.len();
        if had >= expected.min(WORTH) || idle == IDLE_NAPS {
            return;
        }
        std::thread::sleep(NAP);
    }
}

/// Answers the units of a batch that is durable, or was not committed.
fn answer(batch: Vec<Unit>, done: Result<bool, String>, shared: &Shared) {
    let committed = done.as_ref().map(|_| ()).map_err(Clone::clone);
    if let Err(why) = &committed {
        tracing::error!(error = %why, "a batch of writes was not committed");
    }
    for unit in batch {
        unit.answer(&committed);
    }
    if done == Ok(true) {
        shared.ring();
    }
}

/// Runs the units in one transaction and commits; tells whether there is news.
fn in_transaction(conn: &Connection, batch: &mut [Unit], shared: &Shared) -> Result<bool, String> {
    let mut failed = BTreeSet::new();
    let done = begin(conn)
        .and_then(|()| match run_plainly(conn, batch, shared, &mut failed) {
            Some(news) => Ok(news),
            None => begin_again(conn).and_then(|()| run_apart(conn, batch, shared, &failed)),
        })
        .and_then(|news| conn.execute_batch("COMMIT").map(|()| news));
    done.map_err(|e| {
        let _ = conn.execute_batch("ROLLBACK");
        e.to_string()
    })
}

fn begin(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE")
}

fn begin_again(conn: &Connection) -> rusqlite::Result<()> {
    // Some errors end the transaction by themselves.
    if !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    begin(conn)
}

/// Runs units one after the other without savepoints, which would copy every page that a unit changes: an eighth of
/// the writer's time. That is enough as long as whoever fails has changed nothing. Else there is no answer, and
/// the batch begins anew; who failed saw what those before it did, and they do it again, so its result stands.
fn run_plainly(
    conn: &Connection,
    batch: &mut [Unit],
    shared: &Shared,
    failed: &mut BTreeSet<usize>,
) -> Option<bool> {
    let mut any = false;
    for (i, unit) in batch.iter_mut().enumerate() {
        let before = conn.total_changes();
        match unit.run(conn, shared) {
            Ran::Well { news } => any |= news,
            Ran::Failed | Ran::Panicked => {
                failed.insert(i);
                if conn.total_changes() != before {
                    return None;
                }
            }
        }
        if conn.is_autocommit() {
            return None;
        }
    }
    Some(any)
}

/// Runs the units that have not failed yet, each in a savepoint.
fn run_apart(
    conn: &Connection,
    batch: &mut [Unit],
    shared: &Shared,
    failed: &BTreeSet<usize>,
) -> rusqlite::Result<bool> {
    let mut any = false;
    for (_, unit) in batch.iter_mut().enumerate().filter(|(i, _)| !failed.contains(i)) {
        conn.execute_batch("SAVEPOINT unit")?;
        match unit.run(conn, shared) {
            Ran::Well { news } => any |= news,
            Ran::Failed | Ran::Panicked => conn.execute_batch("ROLLBACK TO unit")?,
        }
        conn.execute_batch("RELEASE unit")?;
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use domain::time::{Clock, Timestamp};
    use rusqlite::OpenFlags;

    use super::super::sqlite::connect;
    use super::super::{Answer, doing};
    use super::*;
    use crate::statement::Stmt;
    use crate::{Entropy, Result};

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    /// Who asked for a unit: whether its batch was committed, and what it found itself.
    type Asker = (oneshot::Receiver<Result<()>>, Answer<(), Error>);

    fn asked(f: impl Fn(&mut Work<'_>) -> Result<()> + Send + 'static) -> (Unit, Asker) {
        let (tell, told) = oneshot::channel();
        let (f, answer) = doing(f);
        (Unit::new(f, tell), (told, answer))
    }

    #[test]
    fn a_batch_takes_all_that_wait() {
        let unit = || asked(|_| Ok(())).0;
        let (units, waiting) = channel();
        let gathered = |expected| {
            let mut batch = vec![unit()];
            gather(&mut batch, &waiting, expected);
            batch.len()
        };
        for _ in 0..3 {
            units.send(unit()).unwrap();
        }
        assert_eq!(gathered(1), 4);
        assert_eq!(gathered(1), 1);
        for _ in 0..MAX_BATCH {
            units.send(unit()).unwrap();
        }
        assert_eq!(gathered(1), MAX_BATCH);
        drop(units);
        assert_eq!(gathered(9), 2, "who has gone is not waited for");
    }

    /// What a unit does after it has inserted its number.
    type Then = fn() -> Result<()>;

    const KEEP: Stmt = Stmt { sqlite: "INSERT INTO t VALUES (?1)", postgres: "" };

    /// Runs a batch of units that insert their number and then do as told; returns the answers and what is kept.
    fn after(units: &[(i64, Then)]) -> (Vec<Result<()>>, Vec<i64>) {
        let conn = connect(Path::new(":memory:"), OpenFlags::default()).unwrap();
        conn.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)").unwrap();
        let shared = Shared::new(Arc::new(Noon), &Entropy::new([7; 32]));
        let (batch, answers): (Vec<Unit>, Vec<_>) = units
            .iter()
            .map(|&(n, then)| {
                asked(move |work| {
                    if n > 0 {
                        work.execute(&KEEP, &[n.into()])?;
                    }
                    then()
                })
            })
            .unzip();
        let mut batch: Vec<Unit> = batch;
        let done = in_transaction(&conn, &mut batch, &shared);
        answer(batch, done, &shared);
        let mut kept = conn.prepare("SELECT n FROM t ORDER BY n").unwrap();
        let kept = kept.query_map([], |r| r.get(0)).unwrap().map(|n| n.unwrap()).collect();
        let answers = answers
            .into_iter()
            .map(|(mut told, answer)| told.try_recv().unwrap().and_then(|()| answer.take()));
        (answers.collect(), kept)
    }

    #[test]
    fn who_fails_leaves_no_trace_and_takes_nobody_along() {
        let (well, fails): (Then, Then) = (|| Ok(()), || Err(Error::NotFound("it")));
        let went = |units: &[(i64, Then)]| {
            let (answers, kept) = after(units);
            (answers.iter().map(Result::is_ok).collect::<Vec<_>>(), kept)
        };
        assert_eq!(went(&[(1, well), (2, well)]), (vec![true, true], vec![1, 2]));
        assert_eq!(went(&[(1, well), (0, fails), (2, well)]), (vec![true, false, true], vec![1, 2]));
        assert_eq!(
            went(&[(1, well), (0, fails), (2, fails), (3, well), (4, fails), (5, well)]),
            (vec![true, false, false, true, false, true], vec![1, 3, 5])
        );
        assert_eq!(went(&[(1, well), (1, well), (2, well)]), (vec![true, false, true], vec![1, 2]));
        let (answers, kept) = after(&[(1, well), (2, || panic!("on purpose")), (3, well)]);
        assert!(matches!(answers.as_slice(), [Ok(()), Err(Error::Panicked), Ok(())]), "{answers:?}");
        assert_eq!(kept, [1, 3]);
    }
}
