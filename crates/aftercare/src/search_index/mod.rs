//! The indexer: follows the outbox and keeps the search index of this node. What is committed to the index carries
//! the position, so a killed process goes on where its documents end.

mod feed;
mod rebuild;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use desk::Desk;
use domain::time::plus_seconds;
use search::{Position, Search, Writer};
use store::feed::{Line, Place};

use feed::{Change, Part};
use rebuild::rebuild;

use crate::counted::counted;

/// So many lines of the outbox become one commit at most.
const BATCH: i64 = 4_000;
/// So many changes are loaded in one read.
const LOADED_AT_ONCE: usize = 100;
/// So many entries wait for a commit at most.
const MOST_WAITING: usize = 2_000;
/// Further behind than this, reading everything once is quicker than following.
const FAR_BEHIND: i64 = 50_000;
/// After a ring this long is waited for more: commits are the expensive part.
const GATHER: Duration = Duration::from_millis(150);
/// The same after a round with many entries: much is being written, and every commit is a segment that is merged
/// with others later. What was written is still found within a second.
const GATHER_MORE: Duration = Duration::from_millis(500);
/// So many entries are many.
const MANY: usize = 100;
/// What other processes write rings no bell here.
const POLL: Duration = Duration::from_secs(1);
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// Keeps the index of this node until the program ends.
pub(crate) async fn run(desk: Desk, search: Search) {
    let mut news = desk.db().news();
    let mut indexer = Indexer::new(desk, search);
    loop {
        news.mark_unchanged();
        let written = indexer.catch_up().await.unwrap_or_else(|e| {
            tracing::error!(error = %format!("{e:#}"), "the search index could not follow; it is tried again");
            indexer.writer = None;
            0
        });
        if indexer.writer.is_none() {
            pause(AFTER_ERROR).await;
        }
        // Lines that a running transaction may still precede cannot be read yet, but soon.
        let wait = if indexer.is_behind().await.unwrap_or(false) { GATHER } else { POLL };
        tokio::select! {
            () = pause(wait) => {}
            rung = news.changed() => {
                if rung.is_err() { return }
                pause(if written < MANY { GATHER } else { GATHER_MORE }).await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a worker's loop waits for more of what just rang")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// The indexer of one node.
pub struct Indexer {
    desk: Desk,
    search: Search,
    writer: Option<Writer>,
    /// How far the outbox was read, lines that concern nobody included.
    read: Position,
}

impl Indexer {
    /// An indexer that has not opened anything yet.
    pub fn new(desk: Desk, search: Search) -> Self {
        Self { desk, search, writer: None, read: Position::default() }
    }

    /// Brings the index up to what is committed now; opens or builds it first if need be. Returns how many
    /// entries were written; when nothing happened, nothing is committed.
    ///
    /// # Errors
    /// The store's, the index's.
    pub async fn catch_up(&mut self) -> anyhow::Result<usize> {
        if self.writer.is_none() || self.search.is_replaced() {
            self.writer = None;
            self.open().await?;
        }
        let mut written = 0;
        loop {
            let (place, search_end) = (place_of(self.read), self.read.newest);
            let lines = self.desk.read(move |r| Ok(store::feed::after(r, place, BATCH)?)).await?;
            let Some(last) = lines.last().map(|l| l.place) else { return Ok(written) };
            let whole = lines.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
            let newest = lines.iter().map(|l| l.place.seq).max().unwrap_or(0).max(search_end);
            self.read = Position { xid: last.xid, seq: last.seq, newest };
            if lines.iter().any(|l| l.topic == store::archive::RESTORED) {
                self.rebuild().await?;
                self.open().await?;
                continue;
            }
            written += self.write(changes(&lines)).await?;
            if !whole {
                return Ok(written);
            }
            let read = self.read;
            if !self.desk.read(move |r| Ok(can_follow(r, read)?)).await? {
                // A whole history was laid meanwhile.
                self.writer = None;
                self.open().await?;
            }
        }
    }

    /// Are there committed lines that could not be read yet, because a running transaction may still precede them?
    ///
    /// # Errors
    /// The store's.
    pub async fn is_behind(&self) -> anyhow::Result<bool> {
        let last = self.desk.read(|r| Ok(store::feed::last(r)?)).await?;
        Ok(last > self.read.newest)
    }

    /// Builds the index of this node anew; a running service notices and takes it over.
    ///
    /// # Errors
    /// The store's, the index's.
    pub async fn rebuild(&mut self) -> anyhow::Result<()> {
        let database = self.desk.read(|r| Ok(store::feed::database(r)?)).await?;
        self.writer = None;
        self.read = rebuild(&self.desk, &self.search, &database).await?;
        self.search.sweep();
        Ok(())
    }

    /// Opens the index where it ended, or builds it when it does not fit.
    async fn open(&mut self) -> anyhow::Result<()> {
        let search = self.search.clone();
        let database = self.desk.read(|r| Ok(store::feed::database(r)?)).await?;
        let of = database.clone();
        let opened = tokio::task::spawn_blocking(move || {
            search::warm();
            search.open(&of)
        })
        .await
        .context("opening the search index")?;
        let found = opened.unwrap_or_else(|e| {
            tracing::warn!(error = %e, "the search index does not open; it is built anew");
            None
        });
        let follows = match found {
            Some(position) => self.desk.read(move |r| Ok(can_follow(r, position)?)).await?,
            None => false,
        };
        match found.filter(|_| follows) {
            Some(position) => self.read = position,
            None => self.read = rebuild(&self.desk, &self.search, &database).await?,
        }
        let search = self.search.clone();
        self.writer =
            Some(tokio::task::spawn_blocking(move || search.writer()).await.context("the writer")??);
        self.search.sweep();
        Ok(())
    }

    /// What is to be loaded for changes, from its beginning.
    fn parts(&self, changes: BTreeSet<Change>) -> anyhow::Result<Vec<Part>> {
        let part = |change: Change| {
            let known = change.person().map(|id| self.search.title_of(id)).transpose()?.flatten();
            Ok(Part { change, known, after: String::new() })
        };
        changes.into_iter().map(part).collect()
    }

    /// Writes what changed and commits it with the position; nothing is committed for nothing.
    async fn write(&mut self, changes: BTreeSet<Change>) -> anyhow::Result<usize> {
        if changes.is_empty() {
            return Ok(0);
        }
        let (position, committed) = (self.read, self.search.position().unwrap_or_default());
        let (mut written, mut waiting) = (0, 0);
        let mut writer = self.writer.take().context("the search index has no writer")?;
        let mut parts = self.parts(changes)?;
        while !parts.is_empty() {
            let later = parts.split_off(parts.len().min(LOADED_AT_ONCE));
            let loaded = self.desk.read(move |r| feed::load(r, parts)).await?;
            let n = loaded.entries.len() + loaded.gone.len();
            (written, waiting) = (written + n, waiting + n);
            writer = put(writer, loaded.entries, loaded.gone).await?;
            if waiting >= MOST_WAITING {
                // Not the whole batch yet: the position stays, and a repetition would change nothing.
                writer = commit(writer, committed).await?;
                waiting = 0;
            }
            parts = loaded.next.into_iter().chain(later).collect();
        }
        self.writer = Some(commit(writer, position).await?);
        Ok(written)
    }
}

async fn put(writer: Writer, entries: Vec<search::Entry>, gone: Vec<String>) -> anyhow::Result<Writer> {
    tokio::task::spawn_blocking(move || {
        for entry in &entries {
            writer.put(entry)?;
        }
        for key in &gone {
            writer.remove(key);
        }
        Ok(writer)
    })
    .await
    .context("writing to the search index")?
}

async fn commit(mut writer: Writer, position: Position) -> anyhow::Result<Writer> {
    tokio::task::spawn_blocking(move || {
        writer.commit(position)?;
        Ok(writer)
    })
    .await
    .context("committing the search index")?
}

fn place_of(position: Position) -> Place {
    Place { xid: position.xid, seq: position.seq }
}

/// The different things that lines name.
fn changes(lines: &[Line]) -> BTreeSet<Change> {
    lines.iter().filter_map(Change::of).collect()
}

/// Can the outbox be followed from there? Not if it begins later, ends earlier, or is quicker read anew.
fn can_follow(r: &mut store::Read<'_>, position: Position) -> store::Result<bool> {
    let (_, newest) = store::feed::end(r)?;
    let Some(first) = store::feed::first(r)? else { return Ok(position.newest == 0) };
    Ok(first <= position.newest + 1 && newest >= position.newest && newest - position.newest <= FAR_BEHIND)
}

/// What is wrong with the index of this node, as a sentence that says what to do; for `check`.
pub(crate) async fn health(desk: &Desk, search: &Search) -> anyhow::Result<Option<String>> {
    const PATIENCE_S: i64 = 60;
    let opened = search.clone();
    let (database, newest) = desk.read(|r| Ok((store::feed::database(r)?, store::feed::end(r)?.1))).await?;
    let position = tokio::task::spawn_blocking(move || opened.open(&database)).await.context("opening")?;
    let Ok(Some(position)) = position else {
        // A new installation has none, which is in order: the service builds it.
        let indexed = desk.read(|r| Ok(store::feed::tickets(r, "", 1)?)).await?;
        let line = "there is no search index that fits: it is built while the service runs, or by `aftercare search rebuild`";
        return Ok((newest > 0 && !indexed.is_empty()).then(|| line.to_owned()));
    };
    let behind = desk
        .read(move |r| {
            let old = plus_seconds(r.now(), -PATIENCE_S);
            if !can_follow(r, position)? {
                return Ok(usize::MAX);
            }
            let lines = store::feed::after(r, place_of(position), FAR_BEHIND)?;
            Ok(changes(&lines.into_iter().filter(|l| l.at < old).collect::<Vec<_>>()).len())
        })
        .await?;
    Ok(match behind {
        0 => None,
        usize::MAX => Some(
            "the search index is too far behind to follow: it is built anew while the service runs"
                .to_owned(),
        ),
        n => Some(format!(
            "the search index is {} behind: it follows while the service runs; if it does not, run `aftercare search rebuild`",
            counted(n, "change")
        )),
    })
}
