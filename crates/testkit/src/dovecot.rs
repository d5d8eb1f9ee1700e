//! A real IMAP server on loopback, one for each test, in a folder of its own and without anybody's rights.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Its only password.
pub const IMAP_PASSWORD: &str = "secret";

/// The server.
pub struct Dovecot {
    child: Option<Child>,
    folder: PathBuf,
    /// Without protection, or with STARTTLS.
    pub port: u16,
    /// Protected from the first byte.
    pub tls_port: u16,
}

/// How it is set up besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Passwords, without protection.
    Plain,
    /// With a certificate of its own.
    Tls,
    /// Tokens are taken too; a service on this port says whose they are.
    Tokens(u16),
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Dovecot {
    /// A server with empty mailboxes.
    pub fn start(kind: Kind) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let folder = format!("aftercare-dovecot-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        for name in ["run", "mail"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        let server = Self { child: None, port: free_port(), tls_port: free_port(), folder };
        server.certificate();
        server.write(kind);
        if as_root() {
            run("chown", &["-R", "nobody:nogroup", server.dir()]);
        }
        let mut server = server;
        server.resume();
        server
    }

    fn dir(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The certificate of its authority, which is its own.
    pub fn authority(&self) -> String {
        std::fs::read_to_string(self.folder.join("cert.pem")).unwrap()
    }

    fn certificate(&self) {
        let (key, pem) = (format!("{}/key.pem", self.dir()), format!("{}/cert.pem", self.dir()));
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
        let name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
        let whose = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", &key, "-out", &pem];
        run("openssl", &[&["req", "-x509"], &curve[..], &name[..], &whose[..]].concat());
    }

    fn write(&self, kind: Kind) {
        let (user, group) = if as_root() {
            ("nobody".to_owned(), "nogroup".to_owned())
        } else {
            (said("id", &["-un"]), said("id", &["-gn"]))
        };
        let mut text = include_str!("../dovecot.conf").to_owned();
        let (port, tls_port) = (self.port.to_string(), self.tls_port.to_string());
        for (name, value) in [
            ("{dir}", self.dir()),
            ("{user}", &user),
            ("{group}", &group),
            ("{port}", &port),
            ("{tls_port}", &tls_port),
            ("{ssl}", if kind == Kind::Tls { "required" } else { "yes" }),
            ("{mechanism}", if matches!(kind, Kind::Tokens(_)) { "xoauth2" } else { "" }),
        ] {
            text = text.replace(name, value);
        }
        if let Kind::Tokens(port) = kind {
            let args = format!("{}/tokens.conf", self.dir());
            text.push_str("passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = ");
            text.push_str(&args);
            text.push_str("\n}\n");
            let tokens = format!(
                "introspection_url = http://127.0.0.1:{port}/?token=\nintrospection_mode = get\nusername_attribute = username\n"
            );
            std::fs::write(args, tokens).unwrap();
        }
        std::fs::write(self.folder.join("dovecot.conf"), text).unwrap();
    }

    /// Starts it again after a stop, with what lies there.
    pub fn resume(&mut self) {
        let config = format!("{}/dovecot.conf", self.dir());
        let mut command = if as_root() {
            let mut c = Command::new("setpriv");
            c.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "/usr/sbin/dovecot"]);
            c
        } else {
            Command::new("/usr/sbin/dovecot")
        };
        let started = command.args(["-F", "-c", &config]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(started.expect("is dovecot-imapd installed? `cargo xtask test` does it"));
        let patience = Duration::from_secs(30);
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], self.port));
        for _ in 0..3_000 {
            if TcpStream::connect_timeout(&address, patience).is_ok() {
                return;
            }
            wait();
        }
        panic!("dovecot does not listen: {}", self.log());
    }

    /// Stops it; connections end.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            run("kill", &["-TERM", &child.id().to_string()]);
            let _ = child.wait();
        }
    }

    /// What it has written down.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn maildir(&self, login: &str, folder: &str) -> PathBuf {
        let own = self.folder.join("mail").join(login);
        if folder == "INBOX" { own } else { own.join(format!(".{folder}")) }
    }

    /// Puts a letter into a mailbox, as a server does that delivers it.
    pub fn deliver(&self, login: &str, letter: &[u8]) {
        let inbox = self.maildir(login, "INBOX");
        for sub in ["tmp", "new", "cur"] {
            self.folder_for_all(&inbox.join(sub));
        }
        let name = format!("{:010}.test", NUMBER.fetch_add(1, Ordering::SeqCst));
        let (tmp, new) = (inbox.join("tmp").join(&name), inbox.join("new").join(&name));
        std::fs::write(&tmp, letter).unwrap();
        std::fs::set_permissions(&tmp, std::fs::Permissions::from_mode(0o666)).unwrap();
        std::fs::rename(tmp, new).unwrap();
    }

    /// A further folder of a mailbox.
    pub fn make_folder(&self, login: &str, folder: &str) {
        for sub in ["tmp", "new", "cur"] {
            self.folder_for_all(&self.maildir(login, folder).join(sub));
        }
    }

    fn folder_for_all(&self, path: &Path) {
        std::fs::create_dir_all(path).unwrap();
        for folder in path.ancestors().take_while(|p| *p != self.folder.as_path()) {
            let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777));
        }
    }

    /// How many letters lie in a folder: all of them, and those that nobody has read.
    pub fn lying(&self, login: &str, folder: &str) -> (usize, usize) {
        let list = |sub: &str| -> Vec<String> {
            let entries = std::fs::read_dir(self.maildir(login, folder).join(sub));
            let entries = entries.map(|e| e.flatten().collect::<Vec<_>>()).unwrap_or_default();
            entries.iter().map(|e| e.file_name().to_string_lossy().into_owned()).collect()
        };
        let (new, cur) = (list("new"), list("cur"));
        let unread =
            cur.iter().filter(|n| !n.rsplit_once(":2,").is_some_and(|(_, f)| f.contains('S'))).count();
        (new.len() + cur.len(), new.len() + unread)
    }

    /// Numbers its letters anew, as after a restore from a backup. It must be stopped.
    pub fn number_anew(&self, login: &str) {
        let inbox = self.maildir(login, "INBOX");
        for entry in std::fs::read_dir(&inbox).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Another process is waited for that says nothing when it is there.
fn wait() {
    std::thread::park_timeout(Duration::from_millis(10));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn as_root() -> bool {
    said("id", &["-u"]) == "0"
}

fn said(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().unwrap();
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn run(program: &str, args: &[&str]) {
    let out = Command::new(program).args(args).output().unwrap();
    assert!(out.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}
