//! An archive becomes an installation: all of it in one unit of work, or nothing.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use desk::import::IMPORT;
use desk::{Desk, Error};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::Work;
use store::archive::{NOUNS, clear, is_empty};

use super::place::Source;
use super::{FORMAT, MANIFEST, Manifest, VERSION, content, is_hash};

/// Fills an empty installation from an archive, and returns what was in it.
///
/// # Errors
/// An installation that holds anybody; an archive that is none, is newer, or does not fit together.
pub async fn restore(desk: &Desk, files: &Path, from: &Path) -> anyhow::Result<Manifest> {
    let mut source = Source::open(from)?;
    let manifest = manifest(&mut source, from)?;
    if !desk.read(|r| Ok(is_empty(r)?)).await? {
        bail!("this installation is not empty: an archive is imported into a new one");
    }
    // Contents first: rows must not name what is not there. A content too many does no harm.
    let files = files.to_owned();
    let (from, without) = (from.to_owned(), manifest.missing_files.clone());
    let source = tokio::task::spawn_blocking(move || contents(source, &files, &without)).await??;
    drop(source);
    let (expected, name) = (manifest.clone(), from.display().to_string());
    desk.write(&IMPORT, move |unit| {
        // A person may have come meanwhile; the same unit looks again.
        if !is_empty(unit.work)? {
            return Err(Error::Internal("this installation is not empty".to_owned()));
        }
        rows(unit.work, &from, &expected).map_err(|e| Error::Internal(format!("{e:#}")))?;
        unit.work.publish(store::archive::RESTORED, "")?;
        let by = unit.actor.reference();
        let text = serde_json::to_string(&serde_json::json!({"rows": expected.rows})).unwrap_or_default();
        Ok(store::admin::record(unit.work, &by, ("archive", ""), "imported", "", &text)?)
    })
    .await
    .map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
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
    let entry = entry.with_context(|| format!("{} has no {MANIFEST}: it is no archive", from.display()))?;
    let manifest: Manifest =
        serde_json::from_reader(entry).with_context(|| format!("{MANIFEST} cannot be read"))?;
    if manifest.format != FORMAT {
        bail!("{} is no archive of ours, but {:?}", from.display(), manifest.format);
    }
    if manifest.version > VERSION {
        bail!(
            "the archive was written by a newer program ({}): use that one or a later one",
            manifest.program
        );
    }
    Ok(manifest)
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
            bail!("{hash:?} is no hash");
        }
        hashes.insert(hash.to_owned());
        Ok(())
    })?;
    for hash in hashes {
        let Some(mut entry) = source.entry(&format!("files/{hash}"))? else {
            if without.contains(&hash) {
                continue;
            }
            bail!("files/{hash} is not there: the archive is incomplete");
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
            bail!("files/{hash} holds something else: the archive is damaged");
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
            bail!("{name} has {n} rows, its manifest says {promised}: the archive is damaged");
        }
    }
    for noun in NOUNS.iter().filter(|n| n.completes()) {
        source.lines(&format!("{}.jsonl", noun.name), |line| Ok(noun.complete(work, &parse(line)?)?))?;
    }
    Ok(())
}
