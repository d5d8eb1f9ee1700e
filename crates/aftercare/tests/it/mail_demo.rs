//! The real program takes letters from a client that it does not know.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Sends some letters, one of them twice and one to nobody; prints what the server said to the last.
const SENDER: &str = r#"
import smtplib, sys
from email.message import EmailMessage
server = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30)
server.ehlo("client.example")
def letter(n):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"] = f"Kunde {n} <k{n}@kunde.example>", "support@demo.local", f"打印机 {n}"
    m["Message-ID"] = f"<{n}@kunde.example>"
    m.set_content("不动了。\n\n-- \n计划部")
    return m
for n in [1, 2, 3, 3]:
    server.send_message(letter(n))
try:
    server.sendmail("a@kunde.example", ["nobody@demo.local"], "x")
except smtplib.SMTPRecipientsRefused as e:
    print(list(e.recipients.values())[0][0])
server.quit()
"#;

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_demo_takes_letters_by_smtp() {
    let folder = std::env::temp_dir().join(format!("aftercare-mail-demo-{}", std::process::id()));
    let (port, smtp) = (free_port(), free_port());
    let mut demo = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .args([
            "demo",
            "--json",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--smtp",
            &format!("127.0.0.1:{smtp}"),
        ])
        .arg("--data")
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(demo.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let token = serde_json::from_str::<Value>(&line).unwrap()["api_token"].as_str().unwrap().to_owned();
    let sent = Command::new("/usr/bin/python3").args(["-c", SENDER, &smtp.to_string()]).output().unwrap();
    let said = String::from_utf8_lossy(&sent.stdout).into_owned();
    let placed = (0..600).find_map(|_| {
        let url = format!("http://127.0.0.1:{port}/api/v1/mail-in?state=placed");
        let out = Command::new("curl")
            .args(["-s", "-H", &format!("Authorization: Bearer {token}"), &url])
            .output()
            .unwrap();
        let list: Value = serde_json::from_slice(&out.stdout).unwrap();
        let items = list["items"].as_array().unwrap().clone();
        (items.len() >= 3).then_some(items)
    });
    demo.kill().unwrap();
    demo.wait().unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_eq!(said.trim(), "550");
    let placed = placed.expect("the letters are read");
    assert_eq!(placed.len(), 3);
    assert!(
        placed
            .iter()
            .all(|m| m["reason"] == "opened" && m["subject"].as_str().unwrap().starts_with("打印机"))
    );
}
