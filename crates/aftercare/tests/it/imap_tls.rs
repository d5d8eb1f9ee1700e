//! Connections to a real IMAP server are protected and checked, and whoever has a token needs no password.

use std::io::{Read, Write};
use std::net::TcpListener;

use aftercare::{MailboxDoor, try_mailbox};
use domain::mail_in::{ImapSource, Proof, Protection};
use testkit::{Dovecot, IMAP_PASSWORD, ImapKind, secret};
use web::MailboxPort;

use crate::imap::{LOGIN, source};

/// How a trial ended, in a word: `well`, or how far it came.
async fn attempt(source: &ImapSource, word: &str) -> &'static str {
    let sealed = MailboxDoor::new(secret()).seal(word).unwrap();
    match try_mailbox(&secret(), source, &sealed).await {
        Ok(_) => "well",
        Err((phase, _)) => phase,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_protected_by_whoever_is_trusted() {
    let server = Dovecot::start(ImapKind::Tls);
    let starttls = ImapSource {
        tls: Protection::StartTls,
        authority: server.authority(),
        host: "localhost".to_owned(),
        ..source(&server)
    };
    let implicit = ImapSource { tls: Protection::Tls, port: server.tls_port, ..starttls.clone() };
    for good in [&starttls, &implicit] {
        assert_eq!(attempt(good, IMAP_PASSWORD).await, "well", "{:?} {}", good.tls, server.log());
        assert_eq!(attempt(good, "wrong").await, "login", "{:?}", good.tls);
        // Nobody has heard of its authority.
        let unknown = ImapSource { authority: String::new(), ..good.clone() };
        assert_eq!(attempt(&unknown, IMAP_PASSWORD).await, "tls", "{:?}", good.tls);
    }
    // Where a certificate is for another name, or the server speaks something else.
    let other = ImapSource { host: "127.0.0.2".to_owned(), ..implicit.clone() };
    assert!(matches!(attempt(&other, IMAP_PASSWORD).await, "tls" | "connect"));
    let mixed = ImapSource { tls: Protection::Tls, port: server.port, ..implicit.clone() };
    assert_eq!(attempt(&mixed, IMAP_PASSWORD).await, "tls");
    // In the open only this machine is asked.
    let open = ImapSource { tls: Protection::None, ..starttls.clone() };
    let far = ImapSource { host: "imap.vendor.example".to_owned(), ..open };
    assert_eq!(attempt(&far, IMAP_PASSWORD).await, "tls");
    // Sealed with another secret, it cannot be used, and that is said.
    let other = MailboxDoor::new(push::Secret::new([9; 32])).seal(IMAP_PASSWORD).unwrap();
    let (phase, said) = try_mailbox(&secret(), &implicit, &other).await.unwrap_err();
    assert!(phase == "login" && said.contains("secret.key"), "{phase} {said}");
}

/// Says of one token whose it is, as the service does that gives tokens.
fn tokens() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut heard = vec![0; 4096];
            let n = stream.read(&mut heard).unwrap_or_default();
            let known = String::from_utf8_lossy(&heard[..n]).contains("token=the-token-of-the-day");
            let body = if known {
                format!("{{\"active\":true,\"username\":\"{LOGIN}\"}}")
            } else {
                "{\"active\":false}".to_owned()
            };
            let status = if known { "200 OK" } else { "401 Unauthorized" };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n");
            let _ =
                stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_takes_the_place_of_a_password() {
    let server = Dovecot::start(ImapKind::Tokens(tokens()));
    let with = ImapSource { proof: Proof::OAuth2, ..source(&server) };
    assert_eq!(attempt(&with, "the-token-of-the-day").await, "well", "{}", server.log());
    assert_eq!(attempt(&with, "the-token-of-yesterday").await, "login", "{}", server.log());
}
