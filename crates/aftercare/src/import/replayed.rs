//! What all logs have in common: they are replayed in batches, and what they came to is kept with their name.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use desk::Desk;
use desk::import::{IMPORT, Log, Plan, keep_log};
use desk::replay::{History, replay};
use domain::sla::Milestone;
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::figures::Measured;

/// Cases per unit of work.
const BATCH: usize = 50;

/// A log says who had a case and when it was solved, not when somebody first answered, came or reported.
pub(super) const UNTOLD: [Milestone; 3] = [Milestone::Response, Milestone::Attend, Milestone::Update];

/// How a file begins that gzip packed.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A log on disk.
pub(super) struct LogFile {
    pub path: PathBuf,
    /// In which its times are meant.
    pub zone: TimeZone,
    hash: String,
}

impl LogFile {
    pub(super) fn open(path: &Path, zone: &str) -> anyhow::Result<Self> {
        let zone = TimeZone::get(zone).with_context(|| format!("unknown zone {zone:?}"))?;
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if bytes.starts_with(&GZIP) {
            bail!("{0} is packed with gzip: unpack it first, as with `gunzip --keep {0}`", path.display());
        }
        let hash = Sha256::digest(&bytes).iter().take(10).map(|b| format!("{b:02x}")).collect();
        Ok(Self { path: path.to_owned(), zone, hash })
    }
}

/// Replays cases; what is there already is skipped. Returns how many were new.
pub(super) async fn replay_all<C>(
    desk: &Desk,
    cases: &[C],
    history: impl Fn(&C) -> anyhow::Result<History>,
) -> anyhow::Result<usize> {
    let bar = ProgressBar::new(cases.len() as u64);
    let mut new = 0;
    for chunk in cases.chunks(BATCH) {
        let histories: Vec<History> = chunk.iter().map(&history).collect::<anyhow::Result<_>>()?;
        let n = histories.len();
        let first = histories.first().and_then(|h| h.new.external_ref.clone()).unwrap_or_default();
        let made = desk.write(&IMPORT, move |unit| {
            let mut made = 0;
            for h in &histories {
                made += usize::from(replay(unit, h)?);
            }
            Ok(made)
        });
        new += made.await.with_context(|| format!("near {first}"))?;
        bar.inc(n as u64);
    }
    bar.finish();
    tracing::info!(cases = cases.len(), new, "imported");
    Ok(new)
}

/// Keeps what a log came to, for its page.
pub(super) async fn keep(
    desk: &Desk,
    source: &str,
    file: &LogFile,
    (all, new): (usize, usize),
    measured: Measured,
) -> anyhow::Result<()> {
    let name = file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let zone = file.zone.iana_name().unwrap_or("UTC").to_owned();
    let plan = Plan { zone, template: measured.template, figures: Some(measured.figures), ..Plan::default() };
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let id = format!("{source}-{}", file.hash);
    let (source, differences) = (source.to_owned(), measured.differences);
    let log = Log { id, source, name, all: count(all), new: count(new), plan, differences };
    Ok(keep_log(desk, log).await?)
}
