//! `aftercare export` and `aftercare import archive`: whole histories as JSON Lines, a file per noun, with the contents
//! of files beside them; a zip or a folder. Everything is streamed: an archive may be larger than memory.

mod place;
mod restore;
mod trouble;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use desk::{Desk, Error};
use domain::access::{Actor, System};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::archive::NOUNS;

use self::place::Sink;
pub(crate) use self::restore::look;
pub use self::restore::restore;

const PAGE: i64 = 500;
/// Changes when a reader of the former would misunderstand the new one.
const VERSION: u32 = 1;
const FORMAT: &str = "aftercare-archive";
const MANIFEST: &str = "manifest.json";

/// What an archive says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `aftercare-archive`.
    pub format: String,
    /// Of the format.
    pub version: u32,
    /// The program that wrote it.
    pub program: String,
    /// Of which instant it is.
    pub made_at: String,
    /// Rows per noun.
    pub rows: BTreeMap<String, u64>,
    /// Files whose contents were not to be found.
    pub missing_files: Vec<String>,
}

/// Where the contents of a file lie.
fn content(files: &Path, sha256: &str) -> PathBuf {
    files.join(sha256.get(..2).unwrap_or("xx")).join(sha256)
}

/// Only a hash names a file: a name from an archive leads nowhere else.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Stored files whose content is not there in its whole length, and how many are stored.
///
/// # Errors
/// The store's.
pub(crate) async fn lost(desk: &Desk, files: &Path) -> anyhow::Result<(Vec<String>, usize)> {
    let files = files.to_owned();
    let looked = desk.read(move |r| {
        let (mut lost, mut all) = (Vec::new(), 0);
        let Some(noun) = NOUNS.iter().find(|n| n.name == "files") else { return Ok((lost, all)) };
        let mut after = None::<Map<String, Value>>;
        loop {
            let page = noun.page(r, after.as_ref(), PAGE)?;
            all += page.len();
            for row in &page {
                let hash = row.get("sha256").and_then(Value::as_str).unwrap_or_default();
                let kept = std::fs::metadata(content(&files, hash)).map(|m| m.len()).ok();
                if kept != row.get("size").and_then(Value::as_u64) {
                    lost.push(row.get("name").and_then(Value::as_str).unwrap_or(hash).to_owned());
                }
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => return Ok((lost, all)),
            }
        }
    });
    Ok(looked.await?)
}

/// Writes everything of one instant to `FILE.zip` or into a folder, and returns what is in it.
///
/// # Errors
/// The store's; a place that cannot be written. Then nothing is left that looks whole.
pub async fn export(desk: &Desk, files: &Path, to: &Path) -> anyhow::Result<Manifest> {
    let operator = Actor::System(System::Operator);
    let name = to.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    desk.write(&operator, move |unit| {
        let by = unit.actor.reference();
        Ok(store::admin::record(unit.work, &by, ("archive", ""), "exported", "", &name)?)
    })
    .await?;
    let (files, to) = (files.to_owned(), to.to_owned());
    let written = desk.db().snapshot(move |r| {
        // Files are written from within the read: a snapshot does not survive it.
        Ok::<_, Error>(write_all(r, &files, &to))
    });
    written.await?
}

fn write_all(r: &mut store::Read<'_>, files: &Path, to: &Path) -> anyhow::Result<Manifest> {
    let sink = Sink::create(to)?;
    let part = sink.part();
    let written = fill(r, files, sink);
    if let (Err(_), Some(part)) = (&written, part) {
        // Why it failed is what is told; a part that cannot be removed either lies under a name of its own.
        let _ = std::fs::remove_file(part);
    }
    written
}

fn fill(r: &mut store::Read<'_>, files: &Path, mut sink: Sink) -> anyhow::Result<Manifest> {
    let mut manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: r.now().to_string(),
        rows: BTreeMap::new(),
        missing_files: Vec::new(),
    };
    let bar = ProgressBar::new_spinner();
    let mut hashes = Vec::new();
    for noun in NOUNS {
        sink.begin(&format!("{}.jsonl", noun.name))?;
        let (mut n, mut after) = (0u64, None::<Map<String, Value>>);
        loop {
            let page = noun.page(r, after.as_ref(), PAGE)?;
            for row in &page {
                serde_json::to_writer(&mut sink, row)?;
                sink.write_all(b"\n")?;
                if let (Some(hash), "files") = (row.get("sha256").and_then(Value::as_str), noun.name) {
                    hashes.push(hash.to_owned());
                }
            }
            n += page.len() as u64;
            bar.set_message(format!("{} {n}", noun.name));
            bar.inc(page.len() as u64);
            match page.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        manifest.rows.insert(noun.name.to_owned(), n);
    }
    hashes.sort_unstable();
    hashes.dedup();
    for hash in hashes.into_iter().filter(|h| is_hash(h)) {
        match std::fs::File::open(content(files, &hash)) {
            Ok(mut file) => {
                sink.begin(&format!("files/{hash}"))?;
                std::io::copy(&mut file, &mut sink)?;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => manifest.missing_files.push(hash),
            Err(e) => return Err(e).context("cannot read the file store"),
        }
    }
    sink.begin(MANIFEST)?;
    serde_json::to_writer_pretty(&mut sink, &manifest)?;
    sink.finish()?;
    bar.finish_and_clear();
    Ok(manifest)
}
