//! One node: its configuration, and the process that is killed and started again on the same port.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};

use crate::bench::{Server, program};

/// The administrator by whom everything is prepared, and the supervisor whom steps tell.
pub(super) const ADMINISTRATOR: &str = "bench";
pub(super) const SUPERVISOR: &str = "boss";
pub(super) const PASSWORD: &str = "measured-4-times";

/// A node.
pub(super) struct Node {
    bin: PathBuf,
    config: PathBuf,
    /// Where it answers, always the same.
    pub address: SocketAddr,
    server: Option<Server>,
}

impl Node {
    /// Writes the configuration; nothing runs yet.
    pub(super) fn new(bin: &Path, folder: &Path, database_url: Option<&str>) -> anyhow::Result<Self> {
        Self::with(bin, folder, database_url, "")
    }

    /// The same with further parts of the configuration.
    pub(super) fn with(
        bin: &Path,
        folder: &Path,
        database_url: Option<&str>,
        more: &str,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let data = folder.join("data");
        let url = database_url.map(|url| format!("database_url = {url:?}\n")).unwrap_or_default();
        let text = format!(
            "listen = {:?}\ndata = {:?}\n{url}[limits]\napi_per_second = 1000000\n{more}",
            address.to_string(),
            data.to_string_lossy()
        );
        let config = folder.join("config.toml");
        std::fs::write(&config, text)?;
        Ok(Self { bin: bin.to_owned(), config, address, server: None })
    }

    /// Runs a command of the program on this node's installation; returns what it prints.
    pub(super) fn command(&self, args: &[&str], input: &str) -> anyhow::Result<String> {
        let mut child = program(&self.bin, &self.config)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.bin.display()))?;
        // A command that asks nothing has closed its input.
        let _ = child.stdin.take().context("no input")?.write_all(format!("{input}\n").as_bytes());
        let done = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        ensure!(done.status.success(), "{args:?}: {said} {}", String::from_utf8_lossy(&done.stderr));
        Ok(said)
    }

    /// Starts it and waits for its first page.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        self.server = Some(Server::start(&self.bin, &self.config, self.address)?);
        Ok(())
    }

    /// The end of its process in the middle of whatever it does.
    pub(super) fn kill_9(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill_9()?;
        }
        Ok(())
    }

    /// The running process.
    pub(super) fn server(&self) -> anyhow::Result<&Server> {
        self.server.as_ref().context("the node does not run")
    }
}
