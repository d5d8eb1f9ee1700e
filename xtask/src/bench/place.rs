//! An installation for measuring: a folder with configuration, one account and seeded tickets.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::Bench;
use super::server::{Server, children_cpu};
use super::watch::Watch;
use crate::run::output;

/// The account with which everything is measured.
pub(super) const LOGIN: &str = "bench";
pub(super) const PASSWORD: &str = "measured-4-times";
/// `seed` puts its tickets this far apart.
const STEP_S: u64 = 150;
/// Far enough from now that no seeded clock falls due while it is measured.
const AHEAD_S: u64 = 2 * 86_400;

/// An installation; its folder is removed when dropped.
pub(super) struct Place {
    bin: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// An empty installation with one administrator.
    pub(super) fn new(bench: &Bench, name: &str) -> anyhow::Result<Self> {
        let place = Self { bin: bench.bin.clone(), folder: bench.folder.join(name) };
        std::fs::create_dir_all(place.data())?;
        place.configure()?;
        place.run(&["user", "add", LOGIN, "--name", "测试员"], PASSWORD)?;
        Ok(place)
    }

    /// An installation with so many made-up tickets. All their instants lie ahead, so that the background has
    /// nothing to do and what is measured is the requests.
    pub(super) fn seeded(bench: &Bench, name: &str, tickets: u32) -> anyhow::Result<Self> {
        let place = Self::new(bench, name)?;
        let (took, _) = place.seed(tickets)?;
        eprintln!("{tickets} tickets seeded in {:.1} s", took.as_secs_f64());
        Ok(place)
    }

    /// Runs `seed`; returns how long it took, and its CPU time.
    pub(super) fn seed(&self, tickets: u32) -> anyhow::Result<(Duration, Duration)> {
        let (n, end) = (tickets.to_string(), in_seconds(AHEAD_S + STEP_S * u64::from(tickets))?);
        let (watch, before) = (Watch::start(), children_cpu()?);
        self.run(&["seed", "--tickets", &n, "--at", &end], "")?;
        Ok((watch.time(), children_cpu()?.saturating_sub(before)))
    }

    /// The same installation once more, on the same disk.
    pub(super) fn copy(&self, bench: &Bench, name: &str) -> anyhow::Result<Self> {
        self.rest()?;
        let copy = Self { bin: self.bin.clone(), folder: bench.folder.join(name) };
        std::fs::create_dir_all(copy.data())?;
        std::fs::copy(self.database(), copy.database())?;
        copy.configure()?;
        Ok(copy)
    }

    /// Starts the server.
    pub(super) fn serve(&self) -> anyhow::Result<Server> {
        self.serve_with("")
    }

    /// The same with further parts of the configuration.
    pub(super) fn serve_with(&self, more: &str) -> anyhow::Result<Server> {
        let address = self.configure_with(more)?;
        Server::start(&self.bin, &self.folder.join("config.toml"), address)
    }

    /// The database's main file.
    pub(super) fn database(&self) -> PathBuf {
        self.data().join("aftercare.db")
    }

    /// Bytes of the database after everything has come into its main file.
    pub(super) fn size(&self) -> anyhow::Result<u64> {
        self.rest()?;
        Ok(std::fs::metadata(self.database())?.len())
    }

    /// Takes program and data out of the memory of the operating system.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        self.rest()?;
        for entry in walk(&self.data())?.iter().chain([&self.bin]) {
            let file = entry.to_string_lossy();
            output("sync", &[&file])?;
            output("dd", &[&format!("if={file}"), "iflag=nocache", "count=0", "status=none"])?;
        }
        Ok(())
    }

    /// Where its data are.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Opening and closing the database brings everything into its main file.
    fn rest(&self) -> anyhow::Result<()> {
        self.run(&["migrate"], "")
    }

    /// Writes the configuration with a port that is free now. One program may ask as often as it likes.
    fn configure(&self) -> anyhow::Result<SocketAddr> {
        self.configure_with("")
    }

    fn configure_with(&self, more: &str) -> anyhow::Result<SocketAddr> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let data = self.data();
        let text = format!(
            "listen = {:?}\ndata = {:?}\n[limits]\napi_per_second = 1000000\n{more}",
            address.to_string(),
            data.to_string_lossy()
        );
        std::fs::write(self.folder.join("config.toml"), text)?;
        Ok(address)
    }

    /// Runs a command of the program on this installation.
    pub(super) fn run(&self, args: &[&str], input: &str) -> anyhow::Result<()> {
        let mut child = program(&self.bin, &self.folder.join("config.toml"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.bin.display()))?;
        child.stdin.take().context("no input")?.write_all(format!("{input}\n").as_bytes())?;
        let done = child.wait_with_output()?;
        ensure!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The program with a configuration, and nothing from the environment that would overrule it.
pub(crate) fn program(bin: &Path, config: &Path) -> Command {
    let mut command = Command::new(bin);
    for name in ["LISTEN", "DATA", "DATABASE_URL", "PUBLIC_URL"] {
        command.env_remove(format!("AFTERCARE_{name}"));
    }
    command.env("AFTERCARE_LOG", "warn").arg("--config").arg(config);
    command
}

/// The instant of a seed's first ticket.
pub(super) fn start_of_seed() -> anyhow::Result<String> {
    in_seconds(AHEAD_S)
}

/// An instant that lies ahead.
pub(super) fn in_seconds(seconds: u64) -> anyhow::Result<String> {
    let text = output("date", &["-u", "-d", &format!("+{seconds} seconds"), "+%Y-%m-%dT%H:%M:%SZ"])?;
    Ok(text.trim().to_owned())
}

fn walk(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        if entry.file_type()?.is_dir() {
            files.extend(walk(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}
