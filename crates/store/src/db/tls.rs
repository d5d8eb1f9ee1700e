//! TLS to `PostgreSQL`: what the connection string asks for, and the handshake. The words mean what they mean to
//! libpq: `prefer` and `require` encrypt without asking who is there, `verify-full` asks.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{Error, Result};

/// Where to connect, and how.
pub(super) struct Target {
    pub config: tokio_postgres::Config,
    pub tls: Tls,
}

impl Target {
    /// Reads a connection string. `sslmode` is `disable`, `prefer` (also when nothing is said), `require` or
    /// `verify-full`; `sslrootcert` names a file with the certificates that are trusted, else those of the public
    /// authorities are.
    pub(super) fn of(url: &str) -> Result<Self> {
        let (rest, mode, roots) = taken_out(url);
        let wrong = |why: String| Error::Connect(format!("database url: {why}"));
        let mut config: tokio_postgres::Config = rest.parse().map_err(|e| wrong(format!("{e}")))?;
        let (mode, verify) = match mode.as_deref() {
            None | Some("prefer") => (SslMode::Prefer, false),
            Some("disable") => (SslMode::Disable, false),
            Some("require") => (SslMode::Require, false),
            Some("verify-full") => (SslMode::Require, true),
            Some(other) => {
                let known = "disable, prefer, require, verify-full";
                return Err(wrong(format!("sslmode {other:?} is not known; known are {known}")));
            }
        };
        config.ssl_mode(mode);
        if roots.is_some() && !verify {
            return Err(wrong("sslrootcert is of use with sslmode=verify-full only".to_owned()));
        }
        let roots = if verify { Some(trusted(roots.as_deref()).map_err(wrong)?) } else { None };
        Ok(Self { config, tls: Tls::new(roots).map_err(wrong)? })
    }

    /// Another machine with which this one would talk in clear; nothing where that is not said or does no harm.
    fn in_clear(&self) -> Option<String> {
        let local = |name: &str| {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        };
        let hosts = self.config.get_hosts().iter().filter_map(|h| match h {
            Host::Tcp(name) => Some(name.clone()),
            #[cfg(unix)]
            Host::Unix(_) => None,
        });
        let addresses = self.config.get_hostaddrs().iter().map(ToString::to_string);
        let far = hosts.chain(addresses).find(|name| !local(name));
        far.filter(|_| self.config.get_ssl_mode() == SslMode::Disable)
    }
}

/// The machine to which a connection string leads without encryption, if it is another one and `sslmode` says so.
pub fn in_clear(url: &str) -> Option<String> {
    Target::of(url).ok()?.in_clear()
}

/// The connection string without what is about TLS, which the driver reads otherwise; `sslmode`; `sslrootcert`.
fn taken_out(url: &str) -> (String, Option<String>, Option<String>) {
    let (mut mode, mut roots) = (None, None);
    let mut stays = |part: &&str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = Some(value.trim_matches('\'').to_owned());
        match key {
            "sslmode" => mode = value,
            "sslrootcert" => roots = value.filter(|v| v != "system"),
            _ => return true,
        }
        false
    };
    let rest = if url.contains("://") {
        let (place, asked) = url.split_once('?').unwrap_or((url, ""));
        let rest: Vec<&str> = asked.split('&').filter(|p| !p.is_empty()).filter(&mut stays).collect();
        if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) }
    } else {
        words(url).into_iter().filter(&mut stays).collect::<Vec<_>>().join(" ")
    };
    (rest, mode, roots)
}

/// `key=value` pairs; a value in quotes may hold spaces.
fn words(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let between = |c: char| {
        let ends = c.is_whitespace() && !quoted;
        quoted ^= c == '\'' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    };
    text.split(between).filter(|w| !w.is_empty()).collect()
}

/// Whom `verify-full` trusts.
fn trusted(file: Option<&str>) -> std::result::Result<RootCertStore, String> {
    let Some(file) = file else { return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() }) };
    let unread = |e: &dyn std::fmt::Display| format!("sslrootcert {file:?} cannot be read: {e}");
    let mut roots = RootCertStore::empty();
    for one in CertificateDer::pem_file_iter(file).map_err(|e| unread(&e))? {
        roots.add(one.map_err(|e| unread(&e))?).map_err(|e| unread(&e))?;
    }
    if roots.is_empty() { Err(unread(&"it holds no certificate")) } else { Ok(roots) }
}

/// Makes handshakes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

impl Tls {
    fn new(trusted: Option<RootCertStore>) -> std::result::Result<Self, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let config = config.with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
        let config = match trusted {
            Some(roots) => config.with_root_certificates(roots),
            None => config.dangerous().with_custom_certificate_verifier(Arc::new(Whoever(provider))),
        };
        Ok(Self(TlsConnector::from(Arc::new(config.with_no_client_auth()))))
    }
}

/// Encrypts with whoever is there, as `prefer` and `require` promise no more.
#[derive(Debug)]
struct Whoever(Arc<CryptoProvider>);

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// One handshake, with the name that the certificate must be for.
pub(super) struct Handshake {
    tls: TlsConnector,
    name: Option<ServerName<'static>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        // A socket of this machine has no name, and needs none: it is not encrypted.
        Ok(Handshake { tls: self.0.clone(), name: ServerName::try_from(domain.to_owned()).ok() })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let name =
                self.name.ok_or_else(|| io::Error::other("the server has no name for a certificate"))?;
            self.tls.connect(name, stream).await.map(Encrypted)
        })
    }
}

/// A connection after its handshake.
pub(super) struct Encrypted<S>(TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, to)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_tls_is_taken_out_of_either_form() {
        let check = |url: &str, rest: &str, mode: Option<&str>, roots: Option<&str>| {
            let (found, m, r) = taken_out(url);
            assert_eq!((found.as_str(), m.as_deref(), r.as_deref()), (rest, mode, roots), "{url}");
        };
        check("host=a user=b", "host=a user=b", None, None);
        check("host=a sslmode='require' user=b", "host=a user=b", Some("require"), None);
        check("password='x sslmode=disable' host=a", "password='x sslmode=disable' host=a", None, None);
        check("postgres://u@h/d", "postgres://u@h/d", None, None);
        check(
            "postgres://u@h/d?sslmode=verify-full&sslrootcert=/a/b.crt",
            "postgres://u@h/d",
            Some("verify-full"),
            Some("/a/b.crt"),
        );
        check("postgres://u@h/d?a=b&sslmode=require", "postgres://u@h/d?a=b", Some("require"), None);
        check("postgres://u@h/d?sslrootcert=system", "postgres://u@h/d", None, None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let why = |url: &str| Target::of(url).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(why("host=a sslmode=always").contains("disable, prefer, require, verify-full"));
        assert!(why("host=a sslmode=require sslrootcert=/x").contains("verify-full only"));
        assert!(why("host=a sslmode=verify-full sslrootcert=/not/there").contains("/not/there"));
        assert_eq!(why("host=a"), "");
    }

    #[test]
    fn only_another_machine_in_clear_is_worth_a_word() {
        assert_eq!(in_clear("host=db.example sslmode=disable").as_deref(), Some("db.example"));
        assert_eq!(in_clear("postgres://u@10.0.0.7/d?sslmode=disable").as_deref(), Some("10.0.0.7"));
        for quiet in [
            "host=db.example",
            "host=localhost sslmode=disable",
            "host=::1 sslmode=disable",
            "host=/run sslmode=disable",
        ] {
            assert_eq!(in_clear(quiet), None, "{quiet}");
        }
    }
}
