//! Lines and letters on a connection. A line ends with CR LF and nothing else: where two servers read different ends, one
//! letter can be smuggled into another.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::Share;

/// A command is at most so long (RFC 5321 §4.5.3.1.4, with room for extensions).
const MAX_LINE: usize = 2_048;
/// A letter takes at most so long, however slowly it comes.
const WHOLE_LETTER: Duration = Duration::from_mins(15);
/// Whoever is sent away is heard out for so long.
const LAST_WORD: Duration = Duration::from_secs(1);
const READ: usize = 16 * 1024;

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Why a talk ends without a goodbye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The other side is gone.
    Gone,
    /// It said nothing for too long.
    Slow,
}

/// A line of commands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// With its CR LF.
    Whole(Vec<u8>),
    /// Longer than a command may be.
    TooLong,
    /// It does not end with CR LF.
    BareEnd,
}

/// A letter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// With all its lines, dots unstuffed.
    Whole(Vec<u8>),
    /// Larger than letters may be; it was read to its end.
    TooLarge,
    /// There was no room for it beside others; it was read to its end.
    NoRoom,
    /// A line in it does not end with CR LF.
    BareEnd,
}

/// A connection with what was read ahead and what waits to be said.
pub(super) struct Wire {
    stream: Stream,
    read: Vec<u8>,
    out: Vec<u8>,
    patience: Duration,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream: Stream::Plain(stream), read: Vec::new(), out: Vec::new(), patience }
    }

    /// Notes an answer; it is sent when nothing more was said by the other side.
    pub(super) fn say(&mut self, line: &str) {
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        let out = std::mem::take(&mut self.out);
        if out.is_empty() {
            return Ok(());
        }
        let stream = &mut self.stream;
        let write = async {
            match stream {
                Stream::Plain(s) => s.write_all(&out).await,
                Stream::Tls(s) => {
                    s.write_all(&out).await?;
                    s.flush().await
                }
            }
        };
        in_time(self.patience, write).await
    }

    /// Says the last word and hears the other side out for a moment: whoever closes on words that it has not read takes
    /// back what it has said itself.
    pub(super) async fn end(mut self) {
        if self.flush().await.is_err() {
            return;
        }
        let listening = async {
            let mut heard = [0; 4096];
            match &mut self.stream {
                Stream::Plain(s) => {
                    s.shutdown().await?;
                    while s.read(&mut heard).await? > 0 {}
                }
                Stream::Tls(s) => {
                    s.shutdown().await?;
                    while s.read(&mut heard).await? > 0 {}
                }
            }
            Ok(())
        };
        // It was the last word; whether it was heard does not matter.
        let _ = in_time(LAST_WORD, listening).await;
    }

    /// Reads more; what waits to be said is said first.
    async fn more(&mut self) -> Result<(), Broken> {
        self.flush().await?;
        self.read.reserve(READ);
        let (stream, read) = (&mut self.stream, &mut self.read);
        let reading = async {
            match stream {
                Stream::Plain(s) => s.read_buf(read).await,
                Stream::Tls(s) => s.read_buf(read).await,
            }
        };
        match in_time(self.patience, reading).await? {
            0 => Err(Broken::Gone),
            _ => Ok(()),
        }
    }

    /// The next command.
    pub(super) async fn line(&mut self) -> Result<Line, Broken> {
        let mut too_long = false;
        loop {
            if let Some(at) = self.read.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.read.drain(..=at).collect();
                if too_long || line.len() > MAX_LINE {
                    return Ok(Line::TooLong);
                }
                let body = line.strip_suffix(b"\r\n");
                let whole = body.is_some_and(|b| !b.contains(&b'\r'));
                return Ok(if whole { Line::Whole(line) } else { Line::BareEnd });
            }
            if self.read.len() > MAX_LINE {
                too_long = true;
                self.read.clear();
            }
            self.more().await?;
        }
    }

    /// The letter after a `DATA`.
    pub(super) async fn data(&mut self, max_bytes: usize, share: &mut Share) -> Result<Data, Broken> {
        let reading = async {
            let mut letter = Unstuffing::new(max_bytes, share);
            loop {
                let used = letter.take(&self.read);
                self.read.drain(..used);
                match letter.state {
                    State::End => return Ok(letter.end()),
                    State::BareEnd => return Ok(Data::BareEnd),
                    _ => self.more().await?,
                }
            }
        };
        tokio::time::timeout(WHOLE_LETTER, reading).await.unwrap_or(Err(Broken::Slow))
    }

    /// Protects the connection. What was said before in the open must not count afterwards.
    pub(super) async fn protect(mut self, config: &Arc<ServerConfig>) -> Result<Self, Broken> {
        self.flush().await?;
        let Stream::Plain(stream) = self.stream else { return Err(Broken::Gone) };
        if !self.read.is_empty() {
            return Err(Broken::Gone);
        }
        let stream = in_time(self.patience, TlsAcceptor::from(Arc::clone(config)).accept(stream)).await?;
        let stream = Stream::Tls(Box::new(stream));
        Ok(Self { stream, read: Vec::new(), out: Vec::new(), patience: self.patience })
    }

    pub(super) fn is_protected(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

async fn in_time<T>(
    patience: Duration,
    doing: impl Future<Output = std::io::Result<T>>,
) -> Result<T, Broken> {
    match tokio::time::timeout(patience, doing).await {
        Err(_) => Err(Broken::Slow),
        Ok(Err(_)) => Err(Broken::Gone),
        Ok(Ok(done)) => Ok(done),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    LineStart,
    Dot,
    DotCr,
    Text,
    Cr,
    End,
    BareEnd,
}

/// Takes the dots away that were added, and finds the end.
struct Unstuffing<'s> {
    state: State,
    out: Vec<u8>,
    max_bytes: usize,
    share: &'s mut Share,
    /// Why it is not kept, if it is not.
    left: Option<Data>,
}

impl<'s> Unstuffing<'s> {
    fn new(max_bytes: usize, share: &'s mut Share) -> Self {
        Self { state: State::LineStart, out: Vec::new(), max_bytes, share, left: None }
    }

    fn end(self) -> Data {
        self.left.unwrap_or(Data::Whole(self.out))
    }

    /// Takes bytes up to the end; returns how many.
    fn take(&mut self, bytes: &[u8]) -> usize {
        for (i, b) in bytes.iter().enumerate() {
            self.state = match (self.state, *b) {
                (State::LineStart, b'.') => State::Dot,
                (State::LineStart | State::Text, b'\r') => State::Cr,
                (State::Dot, b'\r') => State::DotCr,
                (State::Cr, b'\n') => {
                    self.keep(b"\r\n");
                    State::LineStart
                }
                (State::DotCr, b'\n') => State::End,
                (State::Cr | State::DotCr, _) | (_, b'\n') => State::BareEnd,
                (_, other) => {
                    self.keep(&[other]);
                    State::Text
                }
            };
            if matches!(self.state, State::End | State::BareEnd) {
                return i + 1;
            }
        }
        bytes.len()
    }

    fn keep(&mut self, bytes: &[u8]) {
        /// So much room is asked for at the beginning; then twice as much each time.
        const FIRST: usize = 4 * 1024;
        if self.left.is_some() {
            return;
        }
        let needed = self.out.len() + bytes.len();
        if needed > self.max_bytes {
            return self.leave(Data::TooLarge);
        }
        if needed > self.out.capacity() {
            let wanted = (self.out.capacity() * 2).clamp(FIRST, self.max_bytes.max(FIRST));
            if !self.share.grow_to(wanted) {
                return self.leave(Data::NoRoom);
            }
            self.out.reserve_exact(wanted - self.out.len());
        }
        self.out.extend_from_slice(bytes);
    }

    /// It is heard out, so that the answer is heard.
    fn leave(&mut self, why: Data) {
        self.out = Vec::new();
        self.share.empty();
        self.left = Some(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Room;

    #[test]
    fn a_letter_ends_with_a_dot_alone_on_a_line() {
        let read = |text: &str, piece: usize| {
            let mut share = Room::new(100_000).share();
            let mut letter = Unstuffing::new(100, &mut share);
            for chunk in text.as_bytes().chunks(piece) {
                letter.take(chunk);
                if matches!(letter.state, State::End | State::BareEnd) {
                    break;
                }
            }
            let (state, out) = (letter.state, String::from_utf8(letter.out.clone()).unwrap());
            (state, out, letter.end() == Data::TooLarge)
        };
        for piece in [1, 2, 3, 100] {
            assert_eq!(read("a\r\n..b\r\n.\r\nRSET", piece), (State::End, "a\r\n.b\r\n".to_owned(), false));
            assert_eq!(read(".\r\n", piece), (State::End, String::new(), false));
            for smuggled in ["a\n.\r\nMAIL", "a\r\n.\nMAIL", "a\r.\r\nMAIL", "a\r\n.\rMAIL", "\n"] {
                assert_eq!(read(smuggled, piece).0, State::BareEnd, "{smuggled:?}");
            }
            let (state, out, too_large) = read(&format!("{}\r\n.\r\n", "x".repeat(101)), piece);
            assert_eq!((state, out.as_str(), too_large), (State::End, "", true), "it is read to its end");
        }
    }
}
