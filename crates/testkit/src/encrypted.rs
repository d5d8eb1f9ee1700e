//! A PostgreSQL that lets nobody in without TLS, and certificates made for the run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::database::Folder;

/// A certificate for `localhost` and `127.0.0.1`, signed by itself, with its key.
pub fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    std::fs::create_dir_all(folder).unwrap();
    let (pem, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", key.to_str().unwrap(), "-out", pem.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (pem, key)
}

/// A running server; stopped and removed when dropped.
pub struct EncryptedServer {
    bin: PathBuf,
    folder: Folder,
    port: u16,
    /// The certificate that it shows.
    pub certificate: PathBuf,
}

impl EncryptedServer {
    /// Starts a server on a free port.
    pub fn start() -> Self {
        let folder = Folder::new("encrypted-pg");
        let (certificate, key) = certificate(folder.path());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin: programs(), folder, port, certificate };
        if is_root() {
            run(Command::new("chown").arg("-R").arg("postgres").arg(server.folder.path()));
        }
        let (data, at) = (server.path("data"), server.path(""));
        server.tool("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        std::fs::write(Path::new(&data).join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
        let (pem, key) = (server.certificate.display(), key.display());
        let options = format!(
            "-p {port} -k {at} -c listen_addresses=127.0.0.1 -c fsync=off -c ssl=on -c ssl_cert_file={pem} \
             -c ssl_key_file={key}"
        );
        server.tool("pg_ctl", &["-D", &data, "-w", "-l", &server.path("log"), "-o", &options, "start"]);
        server
    }

    /// A connection string with more words.
    pub fn url(&self, more: &str) -> String {
        format!("port={} user=postgres dbname=postgres {more}", self.port)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().trim_end_matches('/').to_owned()
    }

    /// PostgreSQL will not run as root.
    fn tool(&self, name: &str, args: &[&str]) {
        let program = self.bin.join(name);
        if is_root() {
            run(Command::new("runuser").args(["-u", "postgres", "--"]).arg(program).args(args));
        } else {
            run(Command::new(program).args(args));
        }
    }
}

impl Drop for EncryptedServer {
    fn drop(&mut self) {
        self.tool("pg_ctl", &["-D", &self.path("data"), "-m", "immediate", "stop"]);
    }
}

fn run(command: &mut Command) {
    // What is started keeps no pipe of ours open.
    let done =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status().unwrap();
    assert!(done.success(), "{command:?}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// The newest PostgreSQL of this machine, where Debian puts its programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten().map(|v| v.path().join("bin"));
    versions.filter(|bin| bin.join("initdb").exists()).max().unwrap()
}
