//! A throw-away PostgreSQL for one test run: own data folder, own socket, loopback only, as an unprivileged user.

use std::path::PathBuf;

use anyhow::Context;

use crate::run::{command, output};
use crate::tools;

/// Nothing of it outlives the run, and little of it is on the disk at a time.
const SMALL_AND_FORGETFUL: &str = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
                                   -c min_wal_size=32MB -c max_wal_size=192MB";

/// A running server; stopped and removed when dropped.
pub(crate) struct Server {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    as_root: bool,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let bin = tools::postgres()?;
        let as_root = output("id", &["-u"])?.trim() == "0";
        let folder = std::env::temp_dir().join(format!("aftercare-pg-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { bin, folder, port, as_root };
        if as_root {
            command("chown", &["postgres", server.path("")?], &[])?;
        }
        server.tool(
            "initdb",
            &["-D", server.path("data")?, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        )?;
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 {SMALL_AND_FORGETFUL}",
            server.path("")?
        );
        server.tool(
            "pg_ctl",
            &["-D", server.path("data")?, "-w", "-l", server.path("log")?, "-o", &options, "start"],
        )?;
        Ok(server)
    }

    /// How tests reach it.
    pub(crate) fn url(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres", self.port)
    }

    fn path(&self, name: &str) -> anyhow::Result<&'static str> {
        // Lives as long as this short program does.
        let path = if name.is_empty() { self.folder.clone() } else { self.folder.join(name) };
        Ok(Box::leak(path.to_str().context("temporary folder is not UTF-8")?.to_owned().into_boxed_str()))
    }

    /// PostgreSQL will not run as root.
    fn tool(&self, name: &str, args: &[&str]) -> anyhow::Result<()> {
        let program = self.bin.join(name);
        let program = program.to_str().context("path is not UTF-8")?;
        if !self.as_root {
            return command(program, args, &[]);
        }
        let mut all = vec!["-u", "postgres", "--", program];
        all.extend(args);
        command("runuser", &all, &[])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(data) = self.path("data") {
            let _ = self.tool("pg_ctl", &["-D", data, "-m", "immediate", "stop"]);
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
