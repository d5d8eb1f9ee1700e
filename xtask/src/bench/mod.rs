//! `cargo xtask bench`: what the release build costs and how fast it answers, measured from a second process.
//! Loopback only. Every loop is bounded, every server is killed and every folder removed at the end.

mod chat;
mod chat_ears;
mod clocks;
mod creates;
mod figures;
mod firing;
mod http;
mod live;
mod load;
mod mail;
mod pages;
mod place;
mod raw;
mod rebuild;
mod search;
mod seed;
mod server;
mod start;
mod watch;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::run::{cargo, target};
use figures::Figures;
pub(crate) use http::Client;
pub(crate) use place::program;
pub(crate) use server::Server;
pub(crate) use watch::Watch;

/// What to measure and with what.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// What to measure.
    #[arg(default_value = "all")]
    what: What,
    /// Tickets in the database, instead of each measurement's own number.
    #[arg(long)]
    tickets: Option<u32>,
    /// A built program, instead of building the release build.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// A built loop of bare statements that belongs to it (`testkit`'s example `raw_loop`), instead of building it.
    #[arg(long, requires = "bin")]
    raw_loop: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// CPU and time of the pages and their JSON, and how they grow.
    Pages,
    /// Durable creates through the API beside the bare statements; nothing answered is lost by a kill.
    Creates,
    /// `seed` beside the bare statements.
    Seed,
    /// Cold start, memory, disk.
    Start,
    /// From one agent's change to the other agent's screen.
    Live,
    /// Search.
    Search,
    /// Dues beside another library.
    Clocks,
    /// Letters that come in by SMTP, and memory meanwhile.
    Mail,
    /// Memory of 2,000 open chats, and the way of a line to the other side.
    Chat,
    /// Steps of 100,000 running clocks, and a change of their calendar.
    Firing,
    /// From a changed line to the running program.
    Rebuild,
    /// All of these.
    All,
}

const EACH: [What; 11] = [
    What::Pages,
    What::Start,
    What::Creates,
    What::Seed,
    What::Live,
    What::Search,
    What::Clocks,
    What::Firing,
    What::Mail,
    What::Chat,
    What::Rebuild,
];

/// A run: the program that is measured, a folder for its data, and what was found.
struct Bench {
    bin: PathBuf,
    raw_loop: Option<PathBuf>,
    folder: PathBuf,
    tickets: Option<u32>,
    figures: Figures,
}

impl Bench {
    fn tickets(&self, usual: u32) -> u32 {
        self.tickets.unwrap_or(usual)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Measures, prints a table and writes `bench.json` into the target folder.
pub(crate) fn run(args: BenchArgs) -> anyhow::Result<()> {
    let target = target()?;
    let bin = if let Some(bin) = &args.bin {
        bin.canonicalize().with_context(|| format!("{} is not there", bin.display()))?
    } else {
        if !matches!(args.what, What::Rebuild | What::Clocks) {
            cargo(&["build", "--release", "--locked", "-p", "aftercare"])?;
        }
        target.join("release/aftercare")
    };
    // Beside the build, because the folder for temporary files may lie in memory, where a commit costs nothing.
    let folder = target.join(format!("bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut bench =
        Bench { bin, raw_loop: args.raw_loop, folder, tickets: args.tickets, figures: Figures::default() };
    let asked = if args.what == What::All { EACH.as_slice() } else { std::slice::from_ref(&args.what) };
    for what in asked {
        eprintln!("── {what:?}");
        measure(&mut bench, *what)?;
    }
    bench.figures.print();
    bench.figures.write(&target.join("bench.json"), args.bin.as_deref())
}

fn measure(bench: &mut Bench, what: What) -> anyhow::Result<()> {
    match what {
        What::Pages => pages::run(bench),
        What::Creates => creates::run(bench),
        What::Seed => seed::run(bench),
        What::Chat => chat::run(bench),
        What::Start => start::run(bench),
        What::Live => live::run(bench),
        What::Search => search::run(bench),
        What::Clocks => clocks::run(bench),
        What::Firing => firing::run(bench),
        What::Mail => mail::run(bench),
        What::Rebuild => rebuild::run(bench),
        What::All => Ok(()),
    }
}
