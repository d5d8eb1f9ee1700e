//! An archive becomes an installation: all of it in one unit of work, or nothing.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::bail;
use desk::import::IMPORT;
use desk::{Desk, Error};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::Work;
use store::archive::{NOUNS, clear, is_empty};

use super::place::Source;
use super::trouble::Trouble;
use super::{FORMAT, MANIFEST, Manifest, VERSION, content, is_hash};

/// Fills an empty installation from an archive, and returns what was in it.
///
/// # Errors
/// An installation that holds anybody; an archive that is none, is newer, or does not fit together.
pub async fn restore(desk: &Desk, files: &Path, from: &Path) -> anyhow::Result<Manifest> {
    let mut source = Source::open(from)?;
    let manifest = manifest(&mut source, from)?;
    if !desk.read(|r| Ok(is_empty(r)?)).await? {
        bail!(not_empty());
    }
    // Contents first: rows must not name what is not there. A content too many does no harm.
    let files = files.to_owned();
    let (from, without) = (from.to_owned(), manifest.missing_files.clone());
    let source = tokio::task::spawn_blocking(move || contents(source, &files, &without)).await?;
    drop(source.map_err(told)?);
    let (expected, name) = (manifest.clone(), from.display().to_string());
    desk.write(&IMPORT, move |unit| {
        // A person may have come meanwhile; the same unit looks again.
        if !is_empty(unit.work)? {
            return Err(Error::Internal(not_empty().to_string()));
        }
        rows(unit.work, &from, &expected).map_err(|e| Error::Internal(told(e).to_string()))?;
        unit.work.publish(store::archive::RESTORED, "")?;
        let by = unit.actor.reference();
        let text = serde_json::to_string(&serde_json::json!({"rows": expected.rows})).unwrap_or_default();
        Ok(store::admin::record(unit.work, &by, ("archive", ""), "imported", "", &text)?)
    })
    .await
    .map_err(|e| match e {
        Error::Internal(said) => anyhow::anyhow!("{name}\n{said}"),
        e => anyhow::anyhow!("{name}: {e}"),
    })?;
    Ok(manifest)
}

/// Is it an archive that this program can read? Looks at nothing but its manifest.
///
/// # Errors
/// What it is instead.
pub(crate) fn look(from: &Path) -> anyhow::Result<()> {
    manifest(&mut Source::open(from)?, from).map(drop)
}

fn manifest(source: &mut Source, from: &Path) -> anyhow::Result<Manifest> {
    let entry = source.entry(MANIFEST)?;
    let name = from.display().to_string();
    let none = || Trouble::new("archive-none", &[("name", &name)]);
    let manifest: Manifest = serde_json::from_reader(entry.ok_or_else(none)?).map_err(|_| none())?;
    if manifest.format != FORMAT {
        bail!(none());
    }
    if manifest.version > VERSION {
        bail!(Trouble::new("archive-newer", &[("program", &manifest.program)]));
    }
    Ok(manifest)
}

fn not_empty() -> Trouble {
    Trouble::new("archive-not-empty", &[])
}

/// What does not fit together, with what to do about it.
fn told(e: anyhow::Error) -> anyhow::Error {
    e.downcast::<Trouble>().map_or_else(|e| e, |said| said.advised().into())
}

fn parse(line: &str) -> anyhow::Result<Map<String, Value>> {
    Ok(serde_json::from_str(line)?)
}

/// The contents of files, each under its hash and checked against it. Only what was not there when the archive was written
/// may be absent.
fn contents(mut source: Source, files: &Path, without: &[String]) -> anyhow::Result<Source> {
    let mut hashes = BTreeSet::new();
    source.lines("files.jsonl", |line| {
        let row = parse(line)?;
        let hash = row.get("sha256").and_then(Value::as_str).unwrap_or_default();
        if !is_hash(hash) {
            bail!(Trouble::new("archive-row-value", &[]));
        }
        hashes.insert(hash.to_owned());
        Ok(())
    })?;
    for hash in hashes {
        let Some(mut entry) = source.entry(&format!("files/{hash}"))? else {
            if without.contains(&hash) {
                continue;
            }
            bail!(Trouble::new("archive-content-absent", &[("file", &format!("files/{hash}"))]));
        };
        let path = content(files, &hash);
        if path.exists() {
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let part = path.with_extension("part");
        let (mut out, mut sum, mut chunk) =
            (std::fs::File::create(&part)?, Sha256::new(), vec![0; 64 * 1024]);
        loop {
            let n = entry.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..n).filter(|b| !b.is_empty()) else { break };
            sum.update(bytes);
            out.write_all(bytes)?;
        }
        let found: String = sum.finalize().iter().map(|b| format!("{b:02x}")).collect();
        if found != hash {
            let _ = std::fs::remove_file(&part);
            bail!(Trouble::new("archive-content-other", &[("file", &format!("files/{hash}"))]));
        }
        out.sync_all()?;
        std::fs::rename(part, path)?;
    }
    Ok(source)
}

fn rows(work: &mut Work<'_>, from: &Path, expected: &Manifest) -> anyhow::Result<()> {
    let mut source = Source::open(from)?;
    clear(work)?;
    for noun in NOUNS {
        let name = format!("{}.jsonl", noun.name);
        let n = source.lines(&name, |line| Ok(noun.put(work, &parse(line)?)?))?;
        let promised = expected.rows.get(noun.name).copied().unwrap_or(0);
        if n != promised {
            let (rows, promised) = (n.to_string(), promised.to_string());
            let args = [("file", &*name), ("rows", &*rows), ("promised", &*promised)];
            bail!(Trouble::new("archive-rows", &args));
        }
    }
    for noun in NOUNS.iter().filter(|n| n.completes()) {
        source.lines(&format!("{}.jsonl", noun.name), |line| Ok(noun.complete(work, &parse(line)?)?))?;
    }
    Ok(())
}
