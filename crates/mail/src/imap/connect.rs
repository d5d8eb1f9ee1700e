//! From nothing to a session: connection, protection, login.

use std::fmt::Debug;
use std::sync::Arc;

use async_imap::{Authenticator, Client, Session};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Account, Failure, PATIENCE, Phase, Proof, in_time};
use crate::Tls;
use crate::settings::is_this_machine;

/// A connection, protected or not.
pub(super) trait Talk: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Talk for T {}

pub(super) type Wire = Box<dyn Talk>;

/// Connects and signs in.
pub(super) async fn sign_in(account: &Account) -> Result<Session<Wire>, Failure> {
    if account.tls == Tls::None && !is_this_machine(&account.host) {
        return Err(Failure::new(Phase::Tls, "without TLS only this machine is asked"));
    }
    let client = in_time(PATIENCE, Phase::Connect, async { Ok(connect(account).await) }).await??;
    match &account.proof {
        Proof::Password(password) => {
            let login = async { client.login(&account.login, password.reveal()).await.map_err(|(e, _)| e) };
            in_time(PATIENCE, Phase::Login, login).await
        }
        Proof::OAuth2(token) => {
            let said = format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", account.login, token.reveal());
            let with = XOAuth2 { said, asked: false };
            let login = async { client.authenticate("XOAUTH2", with).await.map_err(|(e, _)| e) };
            in_time(PATIENCE, Phase::Login, login).await
        }
    }
}

async fn connect(account: &Account) -> Result<Client<Wire>, Failure> {
    let stream = TcpStream::connect((account.host.as_str(), account.port))
        .await
        .map_err(|e| Failure::new(Phase::Connect, e))?;
    if account.tls == Tls::Implicit {
        let mut client = Client::new(protect(stream, account).await?);
        greeting(&mut client).await?;
        return Ok(client);
    }
    let mut client: Client<Wire> = Client::new(Box::new(stream));
    greeting(&mut client).await?;
    if account.tls == Tls::None {
        return Ok(client);
    }
    let refused = |e| Failure { phase: Phase::Tls, ..super::words(Phase::Tls)(e) };
    client.run_command_and_check_ok("STARTTLS", None).await.map_err(refused)?;
    // What was read ahead in the open is dropped with the client: it must not count as protected.
    Ok(Client::new(protect(client.into_inner(), account).await?))
}

async fn greeting(client: &mut Client<Wire>) -> Result<(), Failure> {
    match client.read_response().await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Failure::new(Phase::Connect, "the server ended the connection")),
        Err(e) => Err(Failure::new(Phase::Connect, e)),
    }
}

async fn protect(stream: impl Talk + 'static, account: &Account) -> Result<Wire, Failure> {
    let failed = |e: &dyn ToString| Failure::new(Phase::Tls, e.to_string());
    let name = ServerName::try_from(account.host.clone()).map_err(|e| failed(&e))?;
    let config = trusting(account.authority.as_deref()).map_err(|e| failed(&e))?;
    let protected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    Ok(Box::new(protected.map_err(|e| failed(&e))?))
}

/// Trusts those that everybody trusts, and an authority of one's own.
fn trusting(authority: Option<&str>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in authority.into_iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes())) {
        let added = certificate.map_err(|e| e.to_string()).map(|c| roots.add(c).map_err(|e| e.to_string()));
        added??;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(|e| e.to_string())?.with_root_certificates(roots).with_no_client_auth())
}

/// Says who one is once; whoever is asked again was refused, and hears why.
struct XOAuth2 {
    said: String,
    asked: bool,
}

impl Authenticator for XOAuth2 {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        let again = std::mem::replace(&mut self.asked, true);
        if again { String::new() } else { self.said.clone() }
    }
}
