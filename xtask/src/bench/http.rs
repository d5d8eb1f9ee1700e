//! A small HTTP/1.1 client on one kept connection: it must cost little beside the server that is measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};

/// A browser or a program, with the lines that every request carries (cookie or token).
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    piece: Vec<u8>,
    address: SocketAddr,
    lines: String,
}

/// An answer; valid until the next request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(self.body).context("the answer is not UTF-8")
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

impl Client {
    /// Connects.
    pub(crate) fn new(address: SocketAddr, lines: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (buffer, piece) = (Vec::with_capacity(256 * 1024), vec![0; 64 * 1024]);
        Ok(Self { stream, buffer, piece, address, lines: lines.to_owned() })
    }

    /// Asks for a page.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        let request = self.request("GET", path, "", "");
        self.send(&request)
    }

    /// Sends a form, as a page of our own does.
    pub(crate) fn form(&mut self, path: &str, body: &str) -> anyhow::Result<Answer<'_>> {
        let lines = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n";
        let request = self.request("POST", path, lines, body);
        self.send(&request)
    }

    /// Sends JSON; anything but 2xx is an error.
    pub(crate) fn json(&mut self, path: &str, body: &serde_json::Value) -> anyhow::Result<serde_json::Value> {
        let request = self.request("POST", path, "content-type: application/json\r\n", &body.to_string());
        let answer = self.send(&request)?;
        ensure!((200..300).contains(&answer.status), "POST {path}: {} {}", answer.status, answer.text()?);
        Ok(serde_json::from_slice(answer.body)?)
    }

    /// A whole request, to be sent any number of times.
    pub(crate) fn request(&self, method: &str, path: &str, lines: &str, body: &str) -> Vec<u8> {
        let length =
            if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let (host, own) = (self.address, &self.lines);
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{own}{lines}{length}\r\n{body}").into_bytes()
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let end = loop {
            self.more()?;
            if let Some(at) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break at;
            }
        };
        let (head, _) = self.buffer.split_at(end);
        let head = std::str::from_utf8(head).context("the head is not ASCII")?;
        let length: usize = header(head, "content-length").unwrap_or("0").parse()?;
        ensure!(header(head, "transfer-encoding").is_none(), "an answer in chunks is not measured");
        while self.buffer.len() < end + 4 + length {
            self.more()?;
        }
        let (head, rest) = self.buffer.split_at(end);
        let head = std::str::from_utf8(head)?;
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no status")?;
        Ok(Answer { status, head, body: rest.get(4..).unwrap_or_default() })
    }

    fn more(&mut self) -> anyhow::Result<()> {
        let n = self.stream.read(&mut self.piece)?;
        ensure!(n > 0, "the server closed the connection");
        self.buffer.extend_from_slice(self.piece.get(..n).unwrap_or_default());
        Ok(())
    }
}
