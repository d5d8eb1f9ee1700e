//! A real mail server on loopback, one for each test; what it takes is read line by line.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// A test fails, rather than hangs, when the server says nothing for so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// The server.
pub(crate) struct MailServer {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens.
    pub(crate) port: u16,
}

impl MailServer {
    pub(crate) fn start() -> Self {
        Self::on(0, &[])
    }

    pub(crate) fn on(port: u16, certificate: &[&Path]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail_server.py");
        // Debian's own Python, for which its package is installed.
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(port.to_string())
            .args(certificate)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (out, (sender, lines)) = (child.stdout.take().unwrap(), channel());
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut server = Self { child, lines, port };
        server.port = server.next()["port"].as_u64().and_then(|p| p.try_into().ok()).unwrap();
        server
    }

    /// What it says next; waits for it.
    pub(crate) fn next(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE);
        let line = line.expect(
            "the mail server says nothing: is python3-aiosmtpd installed? `cargo xtask test` does it",
        );
        serde_json::from_str(&line).unwrap()
    }

    /// All that it took and has not said yet; it is stopped.
    pub(crate) fn rest(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lines.iter().map(|line| serde_json::from_str(&line).unwrap()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
