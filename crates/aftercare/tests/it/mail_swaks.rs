//! A sender that postmasters use brings letters to the real program: in the open, by STARTTLS with the certificate of the
//! configuration, to somebody unknown, and too large.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

struct Served {
    child: Child,
    folder: std::path::PathBuf,
    smtp: u16,
    port: u16,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The program with a listener and a certificate, and one administrator.
fn serve() -> Served {
    let folder = std::env::temp_dir().join(format!("aftercare-swaks-{}", std::process::id()));
    let (pem, key) = testkit::certificate(&folder);
    let (port, smtp) = (free_port(), free_port());
    let config = folder.join("config.toml");
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\ndata = {:?}\n[mail_in]\nlisten = \"127.0.0.1:{smtp}\"\nmax_bytes = 100000\n\
         certificate_file = {pem:?}\nkey_file = {key:?}\n[[mail_in.mailboxes]]\naddress = \"support@vendor.example\"\n",
        folder.join("data")
    );
    std::fs::write(&config, text).unwrap();
    let program = |args: &[&str]| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        c.arg("--config").arg(&config).args(args).env("AFTERCARE_LOG", "error");
        c
    };
    let mut add =
        program(&["user", "add", "admin", "--name", "Admin"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut add.stdin.take().unwrap(), b"measured-4-times\n").unwrap();
    assert!(add.wait().unwrap().success());
    let child = program(&["serve"]).stdout(Stdio::null()).spawn().unwrap();
    let served = Served { child, folder, smtp, port };
    let there = (0..10_000).any(|_| {
        let there = std::net::TcpStream::connect(("127.0.0.1", smtp)).is_ok();
        if !there {
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        there
    });
    assert!(there, "the listener does not come up");
    served
}

fn swaks(served: &Served, args: &[&str]) -> Output {
    let server = format!("127.0.0.1:{}", served.smtp);
    let out = Command::new("/usr/bin/swaks")
        .args([
            "--server",
            &server,
            "--from",
            "ben@north.example",
            "--timeout",
            "60",
            "--helo",
            "north.example",
        ])
        .args(args)
        .output();
    out.expect("is swaks installed? `cargo xtask test` does it")
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn a_postmaster_tries_the_listener() {
    let served = serve();
    let to = ["--to", "support@vendor.example"];
    let plain = swaks(&served, &[&to[..], &["--h-Subject", "plain"]].concat());
    assert!(plain.status.success(), "{}", said(&plain));
    let tls = swaks(&served, &[&to[..], &["--tls", "--h-Subject", "protected"]].concat());
    let heard = said(&tls);
    assert!(tls.status.success() && heard.contains("TLS started"), "{heard}");
    assert!(heard.contains("CN=localhost"), "the certificate of the configuration: {heard}");
    let old = swaks(&served, &[&to[..], &["--tls", "--tls-protocol", "tlsv1"]].concat());
    assert!(!old.status.success(), "old protocols are refused: {}", said(&old));
    let unknown = swaks(&served, &["--to", "nobody@vendor.example"]);
    assert!(!unknown.status.success() && said(&unknown).contains("550 5.1.1"), "{}", said(&unknown));
    let large = served.folder.join("large.txt");
    std::fs::write(&large, "x".repeat(70).add_line().repeat(3_000)).unwrap();
    let large = swaks(&served, &[&to[..], &["--body", &format!("@{}", large.display())]].concat());
    assert!(!large.status.success() && said(&large).contains("552 5.3.4"), "{}", said(&large));
    let many =
        swaks(&served, &["--to", "support@vendor.example,support+x@vendor.example", "--h-Subject", "two"]);
    assert!(many.status.success(), "{}", said(&many));
    assert_eq!(subjects(&served), ["plain", "protected", "two"]);
}

trait AddLine {
    fn add_line(self) -> String;
}

impl AddLine for String {
    fn add_line(mut self) -> String {
        self.push('\n');
        self
    }
}

/// The subjects of all letters, as an export of the database would show them.
fn subjects(served: &Served) -> Vec<String> {
    let cookie = served.folder.join("cookie");
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", served.port);
    let curl = |args: &[&str]| Command::new("curl").arg("-s").args(args).output().unwrap().stdout;
    let jar = cookie.to_str().unwrap();
    curl(&[
        "-c",
        jar,
        "-d",
        "login=admin&password=measured-4-times",
        "-H",
        "sec-fetch-site: same-origin",
        &url("/sign-in"),
    ]);
    assert!(Path::new(jar).exists());
    let list: Value = serde_json::from_slice(&curl(&["-b", jar, &url("/api/v1/mail-in")])).unwrap();
    let mut all: Vec<String> =
        list["items"].as_array().unwrap().iter().map(|m| m["subject"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}
