//! Delivery: one request to a push service (RFC 8030). Only https, and never into a private network: an endpoint is whatever
//! a browser said, and must not lead this program to machines of the house.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{Error, Secret, Subscription, Vapid, encrypt, to_base64};

/// A delivery may take so long; shorter than the lease under which it is done.
const WHOLE: Duration = Duration::from_secs(10);
/// For so long the service keeps a message for a browser that is away: later others were paged.
const TTL_S: u32 = 3_600;
/// Of an answer only the beginning is read.
const MOST: usize = 8_192;

/// As what subscriptions are sealed.
const SEALED: &str = "subscription";

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The service took it.
    Taken,
    /// The browser is no longer subscribed (404, 410).
    Gone,
    /// The service will never take it.
    Refused(String),
    /// Not now: no connection, a busy service.
    NotNow(String),
}

/// A message for one browser.
#[derive(Debug, Clone)]
pub struct Message {
    /// To whom.
    pub to: Subscription,
    /// A later message with the same topic replaces one that waits; at most 32 characters of base64.
    pub topic: String,
    /// What the service worker gets.
    pub text: String,
}

/// Delivers messages. Cheap to share.
pub struct Pusher {
    vapid: Vapid,
    secret: Secret,
    allowed: Vec<String>,
    tls: TlsConnector,
}

impl std::fmt::Debug for Pusher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pusher").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Pusher {
    /// With the keys of the installation, and the secret with which subscriptions are sealed. Origins in `allowed` are delivered to wherever they are, without TLS if they say
    /// `http`: push services of the house, and of tests.
    ///
    /// # Errors
    /// [`Error::Key`] if TLS cannot be set up.
    pub fn new(vapid: Vapid, secret: Secret, allowed: Vec<String>) -> Result<Self, Error> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|_| Error::Key)?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { vapid, secret, allowed, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// The public key as browsers want it.
    pub fn public_key(&self) -> String {
        self.vapid.public_key()
    }

    /// What is kept of a subscription.
    ///
    /// # Errors
    /// [`Error::Key`] if the system has no randomness.
    pub fn seal(&self, to: &Subscription) -> Result<String, Error> {
        let parts = [to.endpoint.clone(), to_base64(&to.key), to_base64(&to.auth)];
        self.secret.seal(SEALED, parts.join("\n").as_bytes())
    }

    /// A subscription that was kept.
    ///
    /// # Errors
    /// [`Error::Key`] if it was sealed with another secret.
    pub fn open(&self, sealed: &str) -> Result<Subscription, Error> {
        let text = String::from_utf8(self.secret.open(SEALED, sealed)?).map_err(|_| Error::Key)?;
        let mut parts = text.split('\n');
        let mut next = || parts.next().ok_or(Error::Key);
        Subscription::new(next()?, next()?, next()?)
    }

    /// May messages go to this address at all? Where a name leads is looked at when one is sent.
    ///
    /// # Errors
    /// [`Error::Address`].
    pub fn check(&self, endpoint: &str) -> Result<Url, Error> {
        let url = Url::parse(endpoint).map_err(|_| Error::Address)?;
        let named = url.host().is_some() && url.username().is_empty() && url.password().is_none();
        if !named || endpoint.len() > 2_000 {
            return Err(Error::Address);
        }
        let public = match url.host() {
            Some(Host::Ipv4(ip)) => is_public(ip.into()),
            Some(Host::Ipv6(ip)) => is_public(ip.into()),
            _ => true,
        };
        let good = url.scheme() == "https" && public;
        if good || self.is_allowed(&url) { Ok(url) } else { Err(Error::Address) }
    }

    fn is_allowed(&self, url: &Url) -> bool {
        let origin = url.origin().ascii_serialization();
        matches!(url.scheme(), "http" | "https")
            && self.allowed.iter().any(|a| a.trim_end_matches('/') == origin)
    }

    /// Delivers a message, `now_s` in seconds since 1970.
    pub async fn send(&self, message: &Message, now_s: i64) -> Delivered {
        match tokio::time::timeout(WHOLE, self.try_send(message, now_s)).await {
            Ok(Ok(delivered)) => delivered,
            Ok(Err(e)) => e,
            Err(_) => Delivered::NotNow("no answer in time".to_owned()),
        }
    }

    async fn try_send(&self, message: &Message, now_s: i64) -> Result<Delivered, Delivered> {
        let refused = |e: Error| Delivered::Refused(e.to_string());
        let later = |e: std::io::Error| Delivered::NotNow(e.kind().to_string());
        let url = self.check(&message.to.endpoint).map_err(refused)?;
        let body = encrypt(&message.to, message.text.as_bytes()).map_err(refused)?;
        let authorization = self.vapid.authorization(&message.to.endpoint, now_s).map_err(refused)?;
        let head = head(&url, &authorization, &message.topic, body.len());
        let request = [head.as_bytes(), &body].concat();
        let stream = TcpStream::connect(self.place(&url).await?).await.map_err(later)?;
        let answer = if url.scheme() == "https" {
            let name = ServerName::try_from(url.host_str().unwrap_or_default().to_owned());
            let name = name.map_err(|_| refused(Error::Address))?;
            ask(self.tls.connect(name, stream).await.map_err(later)?, &request).await
        } else {
            ask(stream, &request).await
        };
        Ok(said(&answer.map_err(later)?))
    }

    /// The address to connect to: the one that was looked at, so that a name cannot lead elsewhere a moment later.
    async fn place(&self, url: &Url) -> Result<SocketAddr, Delivered> {
        let port = url.port_or_known_default().unwrap_or(443);
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let found = lookup_host((host, port)).await;
        let found: Vec<SocketAddr> = found.map_err(|e| Delivered::NotNow(e.kind().to_string()))?.collect();
        let may = |a: &&SocketAddr| self.is_allowed(url) || is_public(a.ip());
        let refused = || Delivered::Refused(Error::Address.to_string());
        found.iter().find(may).copied().ok_or_else(refused)
    }
}

fn head(url: &Url, authorization: &str, topic: &str, length: usize) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let path = url.query().map_or_else(|| url.path().to_owned(), |q| format!("{}?{q}", url.path()));
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nTTL: {TTL_S}\r\nUrgency: high\r\n\
         Topic: {topic}\r\nContent-Type: application/octet-stream\r\nContent-Encoding: aes128gcm\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// Sends a request and reads the beginning of the answer.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    let mut part = [0; 512];
    while answer.len() < MOST && !answer.contains(&b'\n') {
        match stream.read(&mut part).await? {
            0 => break,
            n => answer.extend(part.iter().take(n)),
        }
    }
    Ok(answer)
}

/// What the status line means.
fn said(answer: &[u8]) -> Delivered {
    let line = String::from_utf8_lossy(answer);
    let status = line.split_whitespace().nth(1).and_then(|s| s.parse::<u16>().ok());
    match status {
        Some(200..=299) => Delivered::Taken,
        Some(404 | 410) => Delivered::Gone,
        Some(code @ (408 | 429 | 500..=599)) => Delivered::NotNow(code.to_string()),
        Some(code) => Delivered::Refused(code.to_string()),
        None => Delivered::NotNow("no answer".to_owned()),
    }
}

/// Is it an address of the open network?
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation();
    let reserved = a == 0
        || a >= 240
        || (a, b & 0xc0) == (100, 64)
        || (a, b, c) == (192, 0, 0)
        || (a, b & 0xfe) == (198, 18);
    !special && !reserved
}

/// Global unicast, without what carries addresses of the fourth version or is for documents.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0 || b == 0x0db8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pusher(allowed: &[&str]) -> Pusher {
        let vapid = Vapid::new(&Vapid::generate().unwrap(), None).unwrap();
        Pusher::new(vapid, Secret::new([7; 32]), allowed.iter().map(|a| (*a).to_owned()).collect()).unwrap()
    }

    #[test]
    fn only_https_and_no_private_address_unless_allowed() {
        let p = pusher(&["http://127.0.0.1:9", "https://10.0.0.1/"]);
        for good in
            ["https://push.example.net/x", "https://8.8.8.8/x", "http://127.0.0.1:9/x", "https://10.0.0.1/x"]
        {
            assert!(p.check(good).is_ok(), "{good}");
        }
        for bad in [
            "http://push.example.net/x",
            "ftp://push.example.net/x",
            "https://127.0.0.1/x",
            "http://127.0.0.1:10/x",
            "https://10.0.0.2/x",
            "https://169.254.169.254/x",
            "https://192.168.1.1/x",
            "https://100.64.0.1/x",
            "https://0/x",
            "https://2130706433/x",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://[fd00::1]/x",
            "https://[2002:a00:1::]/x",
            "https://user:word@push.example.net/x",
            "x",
        ] {
            assert_eq!(p.check(bad), Err(Error::Address), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_house_is_refused() {
        let to = Subscription::new(
            "https://localhost/x",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        );
        let message = Message { to: to.unwrap(), topic: "t".to_owned(), text: "x".to_owned() };
        let answer = pusher(&[]).send(&message, 0).await;
        assert_eq!(answer, Delivered::Refused("the address is refused".to_owned()));
    }

    #[test]
    fn what_is_kept_of_a_subscription_can_be_read_by_nobody_else() {
        let key = to_base64(&[&[4u8][..], &[1; 64]].concat());
        let to = Subscription::new("https://push.example.net/x", &key, &to_base64(&[2; 16])).unwrap();
        let p = pusher(&[]);
        let sealed = p.seal(&to).unwrap();
        assert_eq!(p.open(&sealed).unwrap(), to);
        let vapid = Vapid::new(&Vapid::generate().unwrap(), None).unwrap();
        let other = Pusher::new(vapid, Secret::new([8; 32]), Vec::new()).unwrap();
        assert_eq!(other.open(&sealed), Err(Error::Key));
    }

    #[test]
    fn the_status_decides() {
        let line = |code: u16| said(format!("HTTP/1.1 {code} x\r\n").as_bytes());
        assert_eq!((line(201), line(410), line(404)), (Delivered::Taken, Delivered::Gone, Delivered::Gone));
        assert_eq!(line(429), Delivered::NotNow("429".to_owned()));
        assert_eq!(line(503), Delivered::NotNow("503".to_owned()));
        assert_eq!(line(403), Delivered::Refused("403".to_owned()));
        assert_eq!(said(b""), Delivered::NotNow("no answer".to_owned()));
    }
}
