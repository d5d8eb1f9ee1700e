//! The server over real sockets: a client that everybody uses, and raw bytes.

use std::net::SocketAddr;
use std::ops::Add;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use mail::listener::{Arrival, Keeper, NotNow, Protocol, Settings, serve, tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const MAILBOX: &str = "support@vendor.example";

/// Keeps in memory; refuses while it is told to.
#[derive(Clone, Default)]
struct Shelf {
    kept: Arc<Mutex<Vec<Arrival>>>,
    full: Arc<Mutex<bool>>,
}

impl Keeper for Shelf {
    async fn mailbox(&self, recipient: &str) -> Result<Option<String>, NotNow> {
        Ok(domain::mail_in::same_mailbox(recipient, MAILBOX).then(|| MAILBOX.to_owned()))
    }

    async fn keep(&self, arrival: Arrival) -> Result<(), NotNow> {
        if *self.full.lock().unwrap() {
            return Err(NotNow);
        }
        self.kept.lock().unwrap().push(arrival);
        Ok(())
    }
}

impl Shelf {
    fn letters(&self) -> Vec<String> {
        self.kept.lock().unwrap().iter().map(|a| String::from_utf8_lossy(&a.raw).into_owned()).collect()
    }
}

fn settings() -> Settings {
    Settings {
        patience: Duration::from_secs(20),
        per_second: 1000,
        ..Settings::new(Protocol::Smtp, "vendor.example")
    }
}

async fn start(settings: Settings) -> (SocketAddr, Shelf) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shelf) = (listener.local_addr().unwrap(), Shelf::default());
    tokio::spawn(serve(listener, settings, shelf.clone()));
    (address, shelf)
}

/// Says all at once and hears until the other side ends, or has said `quit`'s answer.
async fn talk(address: SocketAddr, said: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    heard.lines().map(str::to_owned).collect()
}

fn codes(lines: &[String]) -> Vec<&str> {
    lines.iter().filter(|l| l.as_bytes().get(3) == Some(&b' ')).map(|l| &l[..3]).collect()
}

const HELLO: &str = "EHLO client.example\r\n";
const ENVELOPE: &str = "MAIL FROM:<ben@north.example>\r\nRCPT TO:<support@vendor.example>\r\n";
const QUIT: &str = "QUIT\r\n";

#[tokio::test]
async fn a_pipelined_letter_is_kept_once_and_unstuffed() {
    let (address, shelf) = start(settings()).await;
    let said = format!(
        "{HELLO}{ENVELOPE}DATA\r\nSubject: x\r\n\r\n..dot\r\n.\r\nNOOP\r\nVRFY ben\r\nRSET\r\n{QUIT}"
    );
    let heard = talk(address, &said).await;
    assert_eq!(
        codes(&heard),
        ["220", "250", "250", "250", "354", "250", "250", "252", "250", "221"],
        "{heard:#?}"
    );
    for word in ["250-PIPELINING", "250-8BITMIME", "250 SIZE 26214400"] {
        assert!(heard.iter().any(|l| l == word), "{word}: {heard:#?}");
    }
    assert!(!heard.iter().any(|l| l.contains("STARTTLS")));
    assert_eq!(shelf.letters(), ["Subject: x\r\n\r\n.dot\r\n"]);
    assert_eq!(shelf.kept.lock().unwrap()[0].sender, "ben@north.example");
}

#[tokio::test]
async fn recipients_are_checked_before_the_letter() {
    let (address, shelf) = start(settings()).await;
    let said = format!(
        "{HELLO}MAIL FROM:<>\r\nRCPT TO:<nobody@vendor.example>\r\nRCPT TO:<support+x@vendor.example>\r\nRCPT TO:<support@vendor.example>\r\nDATA\r\nx\r\n.\r\n{QUIT}"
    );
    let heard = talk(address, &said).await;
    assert_eq!(codes(&heard), ["220", "250", "250", "550", "250", "250", "354", "250", "221"]);
    assert!(heard.iter().any(|l| l.starts_with("550 5.1.1")));
    let kept = shelf.kept.lock().unwrap().clone();
    assert_eq!((kept[0].sender.as_str(), kept[0].recipients.len()), ("", 1), "a mailbox gets a letter once");
    assert_eq!(kept[0].recipients[0].address, "support+x@vendor.example");
    let order = format!("MAIL FROM:<a@b.cn>\r\n{HELLO}DATA\r\nRCPT TO:<support@vendor.example>\r\n{QUIT}");
    assert_eq!(codes(&talk(address, &order).await), ["220", "503", "250", "503", "503", "221"]);
}

#[tokio::test]
async fn no_letter_is_smuggled_in_another() {
    let (address, shelf) = start(settings()).await;
    for end in ["\n.\r\n", "\r\n.\n", "\n.\n", "\r.\r\n", "\r\n.\r"] {
        let inner = format!("{ENVELOPE}DATA\r\nsmuggled\r\n.\r\n");
        let heard = talk(address, &format!("{HELLO}{ENVELOPE}DATA\r\nouter{end}{inner}{QUIT}")).await;
        assert!(heard.last().unwrap().starts_with("521 5.5.2"), "{end:?}: {heard:#?}");
    }
    let heard = talk(address, "EHLO client.example\nMAIL FROM:<a@b.cn>\n").await;
    assert!(heard.last().unwrap().starts_with("521"), "{heard:#?}");
    assert!(shelf.letters().is_empty());
}

#[tokio::test]
async fn what_is_too_large_or_too_long_is_refused() {
    let (address, shelf) = start(Settings { max_bytes: 1000, ..settings() }).await;
    let said = format!(
        "{HELLO}MAIL FROM:<a@b.cn> SIZE=2000\r\n{ENVELOPE}DATA\r\n{}\r\n.\r\n{ENVELOPE}DATA\r\nsmall\r\n.\r\n{QUIT}",
        "x".repeat(5_000)
    );
    let heard = talk(address, &said).await;
    assert_eq!(
        codes(&heard),
        ["220", "250", "552", "250", "250", "354", "552", "250", "250", "354", "250", "221"]
    );
    assert_eq!(shelf.letters(), ["small\r\n"]);
    let heard = talk(address, &format!("{HELLO}NOOP {}\r\n{QUIT}", "x".repeat(10_000))).await;
    assert_eq!(codes(&heard), ["220", "250", "500", "221"]);
    let nonsense = talk(address, &"NONSENSE\r\n".repeat(30)).await;
    assert!(nonsense.last().unwrap().starts_with("421"), "{nonsense:#?}");
}

#[tokio::test]
async fn a_letter_that_cannot_be_kept_is_to_come_again() {
    let (address, shelf) = start(settings()).await;
    *shelf.full.lock().unwrap() = true;
    let said = format!("{HELLO}{ENVELOPE}DATA\r\nx\r\n.\r\n{QUIT}");
    assert_eq!(codes(&talk(address, &said).await), ["220", "250", "250", "250", "354", "451", "221"]);
    *shelf.full.lock().unwrap() = false;
    assert_eq!(codes(&talk(address, &said).await)[5], "250");
}

#[tokio::test]
async fn too_many_letters_or_connections_are_put_off() {
    let (address, _) = start(Settings { per_second: 1, max_connections: 1, ..settings() }).await;
    let many = format!("{HELLO}{}{QUIT}", "MAIL FROM:<a@b.cn>\r\nRSET\r\n".repeat(40));
    let heard = talk(address, &many).await;
    let put_off = heard.iter().filter(|l| l.starts_with("451 4.7.1")).count();
    assert!((25..=30).contains(&put_off), "a burst of ten is let in: {put_off}");
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut byte = [0; 3];
    first.read_exact(&mut byte).await.unwrap();
    let second = talk(address, QUIT).await;
    assert!(second[0].starts_with("421 4.3.2"), "{second:?}");
}

#[tokio::test]
async fn who_says_nothing_is_sent_away() {
    let (address, _) = start(Settings { patience: Duration::from_millis(50), ..settings() }).await;
    let heard = talk(address, "EHLO half").await;
    assert!(heard.last().unwrap().starts_with("421 4.4.2"), "{heard:?}");
}

#[tokio::test]
async fn a_server_of_the_house_hears_of_each_recipient() {
    let (address, shelf) = start(Settings { protocol: Protocol::Lmtp, ..settings() }).await;
    let said = format!(
        "EHLO x\r\nLHLO x\r\nMAIL FROM:<a@b.cn>\r\nRCPT TO:<support@vendor.example>\r\nRCPT TO:<support+y@vendor.example>\r\nDATA\r\nx\r\n.\r\n{QUIT}"
    );
    let heard = talk(address, &said).await;
    assert_eq!(codes(&heard), ["220", "500", "250", "250", "250", "250", "354", "250", "250", "221"]);
    assert_eq!(shelf.letters().len(), 1);
}

fn certificate() -> (Vec<u8>, Vec<u8>) {
    let folder = std::env::temp_dir().join(format!("aftercare-listener-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (pem, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let made = std::process::Command::new("openssl")
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
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .args([&key, &std::path::PathBuf::from("-out"), &pem])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = (std::fs::read(&pem).unwrap(), std::fs::read(&key).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
    read
}

#[tokio::test]
async fn a_usual_client_sends_protected() {
    let (pem, key) = certificate();
    let (address, shelf) = start(Settings { tls: Some(tls(&pem, &key).unwrap()), ..settings() }).await;
    assert!(tls(b"", &key).is_err() && tls(&pem, b"").is_err());
    let hello = ClientId::Domain("client.example".to_owned());
    let server = ("127.0.0.1", address.port());
    let mut client =
        AsyncSmtpConnection::connect_tokio1(server, Some(Duration::from_secs(20)), &hello, None, None)
            .await
            .unwrap();
    let trusted = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(Certificate::from_pem(&pem).unwrap())
        .build()
        .unwrap();
    client.starttls(trusted, &hello).await.unwrap();
    let envelope =
        Envelope::new(Some("ben@north.example".parse().unwrap()), vec![MAILBOX.parse().unwrap()]).unwrap();
    for n in 0..3 {
        let letter = format!("Subject: {n}\r\n\r\n.{n}");
        assert!(client.send(&envelope, letter.as_bytes()).await.unwrap().is_positive());
    }
    client.quit().await.unwrap();
    assert_eq!(
        shelf.letters(),
        ["Subject: 0\r\n\r\n.0\r\n", "Subject: 1\r\n\r\n.1\r\n", "Subject: 2\r\n\r\n.2\r\n"]
    );
    // What was said before the protection does not count after it.
    let heard = talk(address, &format!("{HELLO}STARTTLS\r\nMAIL FROM:<evil@b.cn>\r\n")).await;
    assert_eq!(codes(&heard), ["220", "250", "220"], "{heard:#?}");
}

#[tokio::test]
async fn many_bring_letters_at_the_same_time() {
    let (address, shelf) = start(settings()).await;
    let said = format!("{HELLO}{}{QUIT}", format!("{ENVELOPE}DATA\r\nx\r\n.\r\n").repeat(20));
    let talks: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let said = said.clone();
                async move { talk(address, &said).await }
            })
        })
        .collect();
    for t in talks {
        assert_eq!(codes(&t.await.unwrap()).iter().filter(|c| **c == "354").count(), 20);
    }
    assert_eq!(shelf.letters().len(), 400);
}

#[tokio::test]
async fn many_large_letters_at_once_are_told_to_come_back() {
    let room = mail::Room::new(256 * 1024);
    let (address, shelf) = start(Settings { room: room.clone(), ..settings() }).await;
    let large = format!("Subject: large\r\n\r\n{}", "x".repeat(98).add("\r\n").repeat(1500));
    let said = format!("{HELLO}{ENVELOPE}DATA\r\n{large}.\r\n{QUIT}");
    // Others hold most of the room: it is heard out, and told to come back.
    let others = room.wait_for(200 * 1024).await;
    let heard = talk(address, &said).await;
    assert!(heard.iter().any(|l| l.starts_with("452 4.3.1")), "{heard:?}");
    assert!(shelf.letters().is_empty());
    drop(others);
    for n in 1..=3 {
        let heard = talk(address, &said).await;
        assert!(heard.iter().any(|l| l.starts_with("250 2.0.0 kept")), "{heard:?}");
        assert_eq!(shelf.letters().len(), n, "its room is given back");
    }
}
