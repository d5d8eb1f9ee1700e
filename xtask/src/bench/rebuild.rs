//! From a changed line of a page's handler to the running program, in the development build.

use std::path::PathBuf;

use anyhow::Context;

use super::Bench;
use super::figures::Target;
use super::place::Place;
use super::watch::Watch;
use crate::run::{cargo, root, target};

const HANDLER: &str = "crates/web/src/sign_in.rs";
const BEFORE: &str = "    page(&app, &headers, \"\", &q.back,";
const ROUNDS: usize = 3;
const MOST_S: f64 = 15.0;

/// A source file that gets its own text back, whatever happens.
struct Changed {
    file: PathBuf,
    text: String,
}

impl Changed {
    fn new() -> anyhow::Result<Self> {
        let file = root().join(HANDLER);
        let text = std::fs::read_to_string(&file)?;
        anyhow::ensure!(
            text.contains(BEFORE),
            "{HANDLER} has no line `{BEFORE}` any more: name another here"
        );
        Ok(Self { file, text })
    }

    /// Another line in the handler of the sign-in page, a different one in each round.
    fn change(&self, round: usize) -> anyhow::Result<()> {
        let line = format!("    tracing::trace!(round = {round}, \"changed\");\n{BEFORE}");
        Ok(std::fs::write(&self.file, self.text.replacen(BEFORE, &line, 1))?)
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        let _ = std::fs::write(&self.file, &self.text);
    }
}

/// Measures.
pub(super) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    const BUILD: &[&str] = &["build", "-p", "aftercare", "--locked"];
    cargo(BUILD)?;
    bench.bin = target()?.join("debug/aftercare");
    let place = Place::new(bench, "rebuild")?;
    let changed = Changed::new()?;
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        changed.change(round)?;
        let watch = Watch::start();
        cargo(BUILD)?;
        place.serve()?;
        times.push(watch.time().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(ROUNDS / 2).copied().context("no round")?;
    bench.figures.add("changed line to running program", median, "s", Target::AtMost(MOST_S));
    Ok(())
}
