//! The program that is measured: started, asked, watched through /proc, killed.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::http::Client;
use super::place::{LOGIN, PASSWORD, program};
use super::watch::{Watch, until};

/// Linux counts CPU time in hundredths of a second for every program that asks.
const TICK: Duration = Duration::from_millis(10);
/// No start takes longer.
const START: Duration = Duration::from_mins(1);

/// CPU time of all ended children of this process, user and system.
pub(crate) fn children_cpu() -> anyhow::Result<Duration> {
    cpu("self", 13)
}

/// Two neighbouring counters of `/proc/PID/stat`, counted from behind the name, which may hold blanks.
fn cpu(pid: &str, skip: usize) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").context("no stat")?;
    let ticks = fields.split(' ').skip(skip).take(2).map(str::parse::<u32>);
    Ok(TICK * ticks.sum::<Result<u32, _>>()?)
}

/// Resident memory in MiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// All of it, mapped files included.
    pub now: f64,
    /// Without mapped files, which the system may take back at any time.
    pub own: f64,
    /// All of it at its highest.
    pub highest: f64,
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the last byte of the first page.
    pub first_page: Duration,
}

impl Server {
    /// Starts `serve` with a configuration that says where to listen, and waits for the first page.
    pub(crate) fn start(bin: &Path, config: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let log = File::create(config.with_extension("log"))?;
        let watch = Watch::start();
        let child = program(bin, config)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run {}", bin.display()))?;
        let mut server = Self { child, address, first_page: Duration::ZERO };
        until(START, || {
            ensure!(server.child.try_wait()?.is_none(), "the server ended: see {}", config.display());
            Ok(Client::new(address, "").ok())
        })
        .and_then(|mut client| {
            let status = client.get("/sign-in")?.status;
            ensure!(status == 200, "the first page answered {status}");
            Ok(())
        })?;
        server.first_page = watch.time();
        Ok(server)
    }

    /// CPU time so far, user and system, of all its threads.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        cpu(&self.pid(), 11)
    }

    /// Its process number.
    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Resident memory.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let mib = |key: &str| -> anyhow::Result<f64> {
            let line = status.lines().find(|l| l.starts_with(key)).context("no such line")?;
            let kib: u32 = line.split_whitespace().nth(1).context("no number")?.parse()?;
            Ok(f64::from(kib) / 1024.0)
        };
        Ok(Memory { now: mib("VmRSS:")?, own: mib("RssAnon:")?, highest: mib("VmHWM:")? })
    }

    /// Waits until the background has nothing left to do.
    pub(crate) fn quiet(&self) -> anyhow::Result<()> {
        let mut idle = 0;
        let mut before = self.cpu()?;
        for _ in 0..1_800 {
            std::thread::sleep(Duration::from_millis(500));
            let now = self.cpu()?;
            idle = if now.saturating_sub(before) <= TICK { idle + 1 } else { 0 };
            if idle >= 3 {
                return Ok(());
            }
            before = now;
        }
        anyhow::bail!("the server was still busy after a quarter of an hour")
    }

    /// The end of the process in the middle of whatever it does.
    pub(crate) fn kill_9(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// A connection without credentials.
    pub(crate) fn stranger(&self) -> anyhow::Result<Client> {
        Client::new(self.address, "")
    }

    /// The line of a signed-in browser's requests.
    pub(crate) fn sign_in(&self) -> anyhow::Result<String> {
        self.sign_in_as(LOGIN, PASSWORD)
    }

    /// The same for anybody.
    pub(crate) fn sign_in_as(&self, login: &str, password: &str) -> anyhow::Result<String> {
        let mut client = self.stranger()?;
        let answer = client.form("/sign-in", &format!("login={login}&password={password}"))?;
        let cookie = answer.header("set-cookie").and_then(|c| c.split(';').next());
        Ok(format!("cookie: {}\r\n", cookie.context("signing in gave no cookie")?))
    }

    /// The line of a program's requests: a fresh token with every scope, made on its page.
    pub(crate) fn token(&self, session: &str) -> anyhow::Result<String> {
        let mut client = Client::new(self.address, session)?;
        let answer = client.form("/admin/tokens", "name=bench&scopes=*")?;
        let secret = answer.text()?.split("<code>").nth(1).and_then(|s| s.split('<').next());
        Ok(format!("authorization: Bearer {}\r\n", secret.context("the page shows no token")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill_9();
    }
}
