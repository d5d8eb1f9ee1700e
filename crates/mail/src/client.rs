//! Handing letters over to a submission server. One connection is kept from letter to letter; whoever holds a
//! letter's lease decides what an answer means for it.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::sync::Mutex;

use crate::compose::{Outgoing, compose};
use crate::dkim::{DomainSigner, signed};
use crate::settings::{Smtp, Tls};

/// One step of the talk may take so long.
const STEP: Duration = Duration::from_secs(15);
/// A letter may take so long; shorter than the lease under which it is sent.
const WHOLE: Duration = Duration::from_secs(40);
/// A server's answer is kept up to this length.
const MAX_ANSWER: usize = 400;

/// Where the talk with the server broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No connection, no greeting, no TLS.
    Connect,
    /// The server cannot do STARTTLS, or its certificate is not trusted.
    StartTls,
    /// User or password.
    Auth,
    /// The letter itself.
    Letter,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::Letter => "letter",
        })
    }
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{phase}: {answer}")]
pub struct Failure {
    /// Where.
    pub phase: Phase,
    /// The server will never take this letter. Trouble before the letter is ours and passes.
    pub permanent: bool,
    /// The server's words, or the network's. May name the recipient: for people, not for the log.
    pub answer: String,
}

impl Failure {
    fn new(phase: Phase, error: &SmtpError) -> Self {
        let permanent = phase == Phase::Letter && error.is_permanent();
        let source = std::error::Error::source(error).map(ToString::to_string);
        let words = source.unwrap_or_else(|| error.to_string());
        let answer = error.status().map_or(words.clone(), |code| format!("{code} {words}"));
        Self { phase, permanent, answer: one_line(&answer) }
    }

    fn slow(phase: Phase) -> Self {
        Self { phase, permanent: false, answer: "no answer in time".to_owned() }
    }

    /// What the log may say: the phase and the server's code, never its words.
    pub fn for_log(&self) -> String {
        let code = self.answer.split(' ').next().filter(|c| c.len() == 3 && c.parse::<u16>().is_ok());
        format!("{} {}", self.phase, code.unwrap_or("-"))
    }
}

fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(MAX_ANSWER).collect()
}

/// Sends letters. Cheap to share; letters go one after another.
pub struct Mailer {
    smtp: Smtp,
    open: Mutex<Option<AsyncSmtpConnection>>,
}

impl Mailer {
    /// A mailer for a server; connects with the first letter.
    pub fn new(smtp: Smtp) -> Self {
        Self { smtp, open: Mutex::new(None) }
    }

    /// The settings.
    pub fn smtp(&self) -> &Smtp {
        &self.smtp
    }

    /// Hands a letter over; returns the server's answer.
    ///
    /// # Errors
    /// [`Failure`]. When the answer to a whole letter is lost, the letter may have been taken: it comes again with
    /// the same Message-ID.
    pub async fn send(&self, letter: &Outgoing) -> Result<String, Failure> {
        self.send_signed(letter, &[]).await
    }

    /// The same with the signatures of the keys of the sender's domain.
    ///
    /// # Errors
    /// As [`Mailer::send`].
    pub async fn send_signed(&self, letter: &Outgoing, keys: &[DomainSigner]) -> Result<String, Failure> {
        let message = compose(&self.smtp, letter).map_err(|answer| Failure {
            phase: Phase::Letter,
            permanent: true,
            answer,
        })?;
        let raw = signed(message.formatted(), self.smtp.domain(), keys);
        let mut open = self.open.lock().await;
        // Taken out while in use: a connection that was given up half-way is not used again.
        let kept = open.take();
        let talk = async {
            let mut connection = self.connection(kept).await?;
            let sent = connection.send(message.envelope(), &raw).await;
            Ok((connection, sent.map_err(|e| Failure::new(Phase::Letter, &e))?))
        };
        let talked = tokio::time::timeout(WHOLE, talk).await;
        let (connection, response) = talked.unwrap_or_else(|_| Err(Failure::slow(Phase::Letter)))?;
        *open = Some(connection);
        let words: Vec<&str> = response.message().collect();
        Ok(one_line(&format!("{} {}", response.code(), words.join(" "))))
    }

    /// Tries the server as far as a letter would go, without one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn probe(&self) -> Result<(), Failure> {
        let talk = async {
            let mut connection = self.connect().await?;
            // The server has said all that we asked; whether it says goodbye does not matter.
            let _ = connection.quit().await;
            Ok(())
        };
        tokio::time::timeout(WHOLE, talk).await.unwrap_or_else(|_| Err(Failure::slow(Phase::Connect)))
    }

    /// Says goodbye, so that no connection waits while there is nothing to send.
    pub async fn rest(&self) {
        if let Some(mut connection) = self.open.lock().await.take() {
            let _ = tokio::time::timeout(STEP, connection.quit()).await;
        }
    }

    /// The kept connection if it still answers, else a new one.
    async fn connection(&self, kept: Option<AsyncSmtpConnection>) -> Result<AsyncSmtpConnection, Failure> {
        if let Some(mut connection) = kept
            && connection.test_connected().await
        {
            return Ok(connection);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let failed = |phase| move |e: SmtpError| Failure::new(phase, &e);
        let smtp = &self.smtp;
        let hello = ClientId::default();
        let tls = match smtp.tls {
            Tls::None => None,
            Tls::StartTls | Tls::Implicit => Some(self.tls().map_err(failed(Phase::Connect))?),
        };
        let at_once = tls.clone().filter(|_| smtp.tls == Tls::Implicit);
        let server = (smtp.host.as_str(), smtp.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(STEP), &hello, at_once, None)
            .await
            .map_err(failed(Phase::Connect))?;
        if let (Tls::StartTls, Some(tls)) = (smtp.tls, tls) {
            connection.starttls(tls, &hello).await.map_err(failed(Phase::StartTls))?;
        }
        if let Some((user, password)) = &smtp.credentials {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&known, &credentials).await.map_err(failed(Phase::Auth))?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, SmtpError> {
        let mut builder = TlsParameters::builder(self.smtp.host.clone());
        if let Some(pem) = &self.smtp.authority {
            builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
        }
        builder.build()
    }
}
