//! One connection: greeting, commands, letters, goodbye.

use std::net::IpAddr;

use smtp_proto::{Error as Wrong, MailFrom, Request};
use tokio::net::TcpStream;

use super::wire::{Broken, Data, Line, Wire};
use super::{Arrival, House, Keeper, NotNow, Protocol, Recipient, Settings};

/// A letter goes to at most so many of our addresses.
const MAX_RECIPIENTS: usize = 100;
/// Whoever talks nonsense so often is sent away.
const MAX_WRONG: usize = 20;

/// What becomes of the talk after a command.
enum Next {
    GoOn,
    Protect,
    End,
}

/// Says that there is no room.
pub(super) async fn turn_away(stream: TcpStream, settings: &Settings) {
    let mut wire = Wire::new(stream, settings.patience);
    wire.say(&format!("421 4.3.2 {} is busy, please come back later", settings.host));
    wire.end().await;
}

struct Session<'h, K> {
    house: &'h House<K>,
    peer: IpAddr,
    /// The name by which the other side greeted, once it has.
    greeted: Option<String>,
    sender: Option<String>,
    recipients: Vec<Recipient>,
    wrong: usize,
}

/// Talks until one side has enough.
pub(super) async fn run<K: Keeper>(stream: TcpStream, peer: IpAddr, house: &House<K>) {
    let mut wire = Wire::new(stream, house.settings.patience);
    let kind = if house.settings.protocol == Protocol::Lmtp { "LMTP" } else { "ESMTP" };
    wire.say(&format!("220 {} {kind}", house.settings.host));
    let mut session = Session { house, peer, greeted: None, sender: None, recipients: Vec::new(), wrong: 0 };
    loop {
        match session.turn(&mut wire).await {
            Ok(Next::GoOn) => {}
            Ok(Next::Protect) => {
                let Some(config) = &house.settings.tls else { return };
                match wire.protect(config).await {
                    Ok(protected) => wire = protected,
                    Err(_) => return,
                }
                session.forget();
                session.greeted = None;
            }
            Ok(Next::End) => return wire.end().await,
            Err(Broken::Slow) => {
                wire.say("421 4.4.2 nothing was said for too long");
                return wire.end().await;
            }
            Err(Broken::Gone) => return,
        }
    }
}

impl<K: Keeper> Session<'_, K> {
    fn settings(&self) -> &Settings {
        &self.house.settings
    }

    fn forget(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn turn(&mut self, wire: &mut Wire) -> Result<Next, Broken> {
        let line = match wire.line().await? {
            Line::Whole(line) => line,
            Line::TooLong => return Ok(self.refuse(wire, "500 5.5.6 the line is too long")),
            Line::BareEnd => {
                wire.say("521 5.5.2 lines end with CR LF");
                return Ok(Next::End);
            }
        };
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(wrong) => return Ok(self.refuse(wire, complaint(&wrong))),
        };
        Ok(match request {
            Request::Ehlo { .. } | Request::Helo { .. } | Request::Lhlo { .. } => self.greet(wire, &request),
            Request::Mail { from } => self.mail(wire, from),
            Request::Rcpt { to } => self.rcpt(wire, &to.address).await,
            Request::Data => return self.data(wire).await,
            Request::StartTls => self.start_tls(wire),
            Request::Rset => {
                self.forget();
                say(wire, "250 2.0.0 forgotten")
            }
            Request::Noop { .. } => say(wire, "250 2.0.0 well"),
            Request::Vrfy { .. } => say(wire, "252 2.5.0 send it and see"),
            Request::Help { .. } => say(wire, "214 2.0.0 see RFC 5321"),
            Request::Quit => {
                wire.say("221 2.0.0 goodbye");
                Next::End
            }
            _ => self.refuse(wire, "502 5.5.1 not here"),
        })
    }

    /// An answer to what should not have been said.
    fn refuse(&mut self, wire: &mut Wire, line: &str) -> Next {
        self.wrong += 1;
        if self.wrong > MAX_WRONG {
            wire.say("421 4.7.0 too many errors");
            return Next::End;
        }
        say(wire, line)
    }

    fn greet(&mut self, wire: &mut Wire, request: &Request<String>) -> Next {
        let lmtp = self.settings().protocol == Protocol::Lmtp;
        if lmtp != matches!(request, Request::Lhlo { .. }) {
            return self.refuse(wire, if lmtp { "500 5.5.1 LHLO, please" } else { "500 5.5.1 EHLO, please" });
        }
        self.forget();
        let (Request::Ehlo { host } | Request::Helo { host } | Request::Lhlo { host }) = request else {
            return self.refuse(wire, "500 5.5.1 EHLO, please");
        };
        self.greeted = Some(host.clone());
        let host = self.settings().host.clone();
        if matches!(request, Request::Helo { .. }) {
            return say(wire, &format!("250 {host}"));
        }
        wire.say(&format!("250-{host}"));
        let tls = self.settings().tls.is_some() && !wire.is_protected();
        let words = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
        for word in words.into_iter().chain(tls.then_some("STARTTLS")) {
            wire.say(&format!("250-{word}"));
        }
        say(wire, &format!("250 SIZE {}", self.settings().max_bytes))
    }

    fn start_tls(&mut self, wire: &mut Wire) -> Next {
        if self.settings().tls.is_none() || wire.is_protected() {
            return self.refuse(wire, "502 5.5.1 not here");
        }
        wire.say("220 2.0.0 go ahead");
        Next::Protect
    }

    fn mail(&mut self, wire: &mut Wire, from: MailFrom<String>) -> Next {
        if self.greeted.is_none() {
            return self.refuse(wire, "503 5.5.1 say hello first");
        }
        if self.sender.is_some() {
            return self.refuse(wire, "503 5.5.1 one letter at a time");
        }
        if from.size > self.settings().max_bytes {
            return say(wire, "552 5.3.4 the letter is too large");
        }
        if !self.house.admits(self.peer) {
            return say(wire, "451 4.7.1 too many letters at once, please come back later");
        }
        self.sender = Some(from.address);
        say(wire, "250 2.1.0 well")
    }

    async fn rcpt(&mut self, wire: &mut Wire, address: &str) -> Next {
        if self.sender.is_none() {
            return self.refuse(wire, "503 5.5.1 say from whom first");
        }
        if self.recipients.len() >= MAX_RECIPIENTS {
            return say(wire, "452 4.5.3 too many recipients");
        }
        match self.house.keeper.mailbox(address).await {
            Ok(Some(mailbox)) => {
                self.recipients.push(Recipient { mailbox, address: address.to_owned() });
                say(wire, "250 2.1.5 well")
            }
            Ok(None) => self.refuse(wire, "550 5.1.1 no such mailbox"),
            Err(NotNow) => say(wire, "451 4.3.0 cannot be looked up now, please come back later"),
        }
    }

    async fn data(&mut self, wire: &mut Wire) -> Result<Next, Broken> {
        if self.recipients.is_empty() {
            return Ok(self.refuse(wire, "503 5.5.1 say to whom first"));
        }
        wire.say("354 end with a dot alone on a line");
        // Given back when the letter is kept.
        let mut share = self.settings().room.share();
        let data = wire.data(self.settings().max_bytes, &mut share).await?;
        let (sender, recipients) = (self.sender.take(), std::mem::take(&mut self.recipients));
        let answers = if self.settings().protocol == Protocol::Lmtp { recipients.len() } else { 1 };
        let answer = match data {
            Data::BareEnd => {
                wire.say("521 5.5.2 lines end with CR LF");
                return Ok(Next::End);
            }
            Data::TooLarge => "552 5.3.4 the letter is too large",
            Data::NoRoom => "452 4.3.1 too many large letters at once, please bring it again",
            Data::Whole(raw) => {
                let arrival = Arrival {
                    peer: self.peer,
                    greeted_as: self.greeted.clone().unwrap_or_default(),
                    sender: sender.unwrap_or_default(),
                    recipients: each_once(recipients),
                    raw,
                };
                match self.house.keeper.keep(arrival).await {
                    Ok(()) => "250 2.0.0 kept",
                    Err(_) => "451 4.3.0 cannot be kept now, please bring it again",
                }
            }
        };
        for _ in 0..answers {
            wire.say(answer);
        }
        Ok(Next::GoOn)
    }
}

fn say(wire: &mut Wire, line: &str) -> Next {
    wire.say(line);
    Next::GoOn
}

fn complaint(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::UnknownCommand => "500 5.5.1 unknown command",
        Wrong::InvalidSenderAddress => "501 5.1.7 no address of a sender",
        Wrong::InvalidRecipientAddress => "501 5.1.3 no address",
        Wrong::UnsupportedParameter { .. } => "555 5.5.4 unknown parameter",
        _ => "501 5.5.4 cannot be understood",
    }
}

/// Each mailbox once; an address with something behind a plus sign before one without.
fn each_once(recipients: Vec<Recipient>) -> Vec<Recipient> {
    let mut once: Vec<Recipient> = Vec::with_capacity(recipients.len());
    for r in recipients {
        match once.iter_mut().find(|o| o.mailbox == r.mailbox) {
            Some(o) if r.address.contains('+') && !o.address.contains('+') => o.address = r.address,
            Some(_) => {}
            None => once.push(r),
        }
    }
    once
}
