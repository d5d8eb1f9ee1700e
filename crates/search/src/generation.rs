//! Where the index lives. A generation is a folder of its own; `CURRENT` names the one that serves. A new one is
//! built beside it and takes its place when it is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::directory::{INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::{Directory, Index, IndexReader, IndexSettings, ReloadPolicy};

use crate::schema::{self, Fields};
use crate::{Error, Result, Writer, analyse};

/// How far the outbox has been read: everything before this place is in the index. `PostgreSQL` orders by
/// transaction first, because sequences become visible out of order; `SQLite` has 0 there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Position {
    /// The transaction.
    pub xid: i64,
    /// The line within it.
    pub seq: i64,
    /// The newest line of all that are in the index, for those who wait for theirs.
    pub newest: i64,
}

/// What a commit carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    version: String,
    database: String,
    position: Position,
}

/// The version of fields, analysis and dictionary.
fn version() -> String {
    format!("{} {}", schema::VERSION, analyse::VERSION)
}

/// One whole index.
pub(crate) struct Generation {
    pub(crate) index: Index,
    pub(crate) fields: Fields,
    reader: IndexReader,
    name: String,
    database: String,
    position: Mutex<Position>,
}

impl Generation {
    fn new(index: Index, fields: Fields, name: String, database: String, position: Position) -> Result<Self> {
        // Few blocks are kept: the pages of the operating system are the cache.
        let builder =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(8);
        let reader = builder.try_into()?;
        Ok(Self { index, fields, reader, name, database, position: Mutex::new(position) })
    }

    pub(crate) fn searcher(&self) -> (tantivy::Searcher, Position) {
        // The position is read first: it never promises more than the documents hold.
        let position = self.position();
        (self.reader.searcher(), position)
    }

    pub(crate) fn position(&self) -> Position {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn payload(&self, position: Position) -> String {
        let payload = Payload { version: version(), database: self.database.clone(), position };
        serde_json::to_string(&payload).unwrap_or_default()
    }

    /// Shows what was committed.
    pub(crate) fn show(&self, position: Position) -> Result<()> {
        self.reader.reload()?;
        *self.position.lock().unwrap_or_else(PoisonError::into_inner) = position;
        Ok(())
    }
}

/// The search of one node: a folder, and the generation that serves.
#[derive(Clone)]
pub struct Search {
    folder: Arc<PathBuf>,
    live: Arc<RwLock<Option<Arc<Generation>>>>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("folder", &self.folder).finish_non_exhaustive()
    }
}

const CURRENT: &str = "CURRENT";

impl Search {
    /// A search in a folder. Touches nothing: until it is opened it answers [`Error::Loading`].
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Arc::new(folder.into()), live: Arc::new(RwLock::new(None)) }
    }

    pub(crate) fn live(&self) -> Result<Arc<Generation>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Loading)
    }

    /// Where the generation that serves stands; `None` until one is open.
    pub fn position(&self) -> Option<Position> {
        self.live().ok().map(|g| g.position())
    }

    /// Opens the current generation, if there is one of this version that was fed from this database.
    /// Returns its position.
    ///
    /// # Errors
    /// The engine's.
    pub fn open(&self, database: &str) -> Result<Option<Position>> {
        let Some(name) = self.current() else { return Ok(None) };
        let path = self.folder.join(&name);
        if !path.join("meta.json").exists() {
            return Ok(None);
        }
        let (index, fields) = (Index::open_in_dir(&path)?, Fields::new());
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let Ok(payload) = serde_json::from_str::<Payload>(&payload) else { return Ok(None) };
        let fits = index.schema() == fields.schema && payload.database == database;
        if fits {
            let generation = Generation::new(index, fields, name, payload.database, payload.position)?;
            self.serve(Arc::new(generation));
        }
        // One of another analysis serves until a new one is built, but is not written any more.
        Ok((fits && payload.version == version()).then_some(payload.position))
    }

    /// Has another process put a new generation in place?
    pub fn is_replaced(&self) -> bool {
        self.live().is_ok_and(|g| self.current().is_some_and(|name| name != g.name))
    }

    /// A writer for the generation that serves.
    ///
    /// # Errors
    /// [`Error::Loading`], [`Error::Locked`].
    pub fn writer(&self) -> Result<Writer> {
        Writer::new(self.live()?)
    }

    /// Begins a new generation, which serves only after [`Search::install`].
    ///
    /// # Errors
    /// [`Error::Folder`] or the engine's.
    pub fn begin(&self, database: &str) -> Result<Writer> {
        fs::create_dir_all(&*self.folder)?;
        self.sweep();
        let newest =
            self.generations().iter().filter_map(|n| n.strip_prefix("g-")?.parse::<u32>().ok()).max();
        let name = format!("g-{}", newest.unwrap_or(0) + 1);
        let path = self.folder.join(&name);
        fs::create_dir(&path)?;
        let fields = Fields::new();
        let directory = MmapDirectory::open(&path).map_err(tantivy::TantivyError::from)?;
        let index = Index::create(directory, fields.schema.clone(), IndexSettings::default())?;
        let generation = Generation::new(index, fields, name, database.to_owned(), Position::default())?;
        Writer::new(Arc::new(generation))
    }

    /// Puts a committed generation in place of the one that serves.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn install(&self, writer: &Writer) -> Result<()> {
        let next = self.folder.join("CURRENT.next");
        fs::write(&next, &writer.generation.name)?;
        fs::File::open(&next)?.sync_all()?;
        fs::rename(&next, self.folder.join(CURRENT))?;
        self.serve(Arc::clone(&writer.generation));
        Ok(())
    }

    /// Removes generations that neither serve nor are written.
    pub fn sweep(&self) {
        let current = self.current().unwrap_or_default();
        for name in self.generations().iter().filter(|n| **n != current) {
            let path = self.folder.join(name);
            let free = !is_locked(&path);
            if free && let Err(e) = fs::remove_dir_all(&path) {
                tracing::warn!(folder = %path.display(), error = %e, "an old search index cannot be removed");
            }
        }
    }

    fn serve(&self, generation: Arc<Generation>) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(generation);
    }

    fn current(&self) -> Option<String> {
        let name = fs::read_to_string(self.folder.join(CURRENT)).ok()?;
        let clean = name.starts_with("g-") && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        clean.then_some(name)
    }

    fn generations(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&*self.folder) else { return Vec::new() };
        let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
        names.filter(|n| n.starts_with("g-")).collect()
    }
}

/// Is somebody writing there?
fn is_locked(path: &Path) -> bool {
    MmapDirectory::open(path).is_ok_and(|d| d.acquire_lock(&INDEX_WRITER_LOCK).is_err())
}
