//! A letter as MIME: UTF-8 subject and text, an identity by which a repetition is recognised, the thread of its
//! ticket, and the mark by which machines know not to answer it.

use std::time::SystemTime;

use domain::post::{Passed, thread};
use domain::time::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, MultiPartKind, SinglePart};

use crate::incoming::DESK_FIELD;
use crate::settings::Smtp;

/// A file that goes along with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// Name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A letter to one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The letter's key; its Message-ID is derived from it and does not change when it is sent again.
    pub id: String,
    /// What it belongs to: all letters with one thread are shown together.
    pub thread: Option<String>,
    /// The letters of the thread that went before.
    pub passed: Vec<Passed>,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The files that go along.
    pub files: Vec<Enclosed>,
    /// Written by nobody: an acknowledgement, a reminder, a link. A person's words are not marked.
    pub automatic: bool,
    /// The sender's name; that of the settings if absent.
    pub sender: Option<String>,
    /// The desk's name, for a sender without one.
    pub desk: String,
    /// When it was written.
    pub date: Timestamp,
    /// Where answers go, if not where all answers go.
    pub reply_to: Option<String>,
    /// By this mark the desk knows the letter when it comes back.
    pub mark: String,
}

/// The Message-ID of a letter or thread.
pub fn message_id(key: &str, domain: &str) -> String {
    format!("<{key}@{domain}>")
}

/// Writes the letter as MIME.
///
/// # Errors
/// Why it cannot be written: an address that is none.
pub fn compose(smtp: &Smtp, letter: &Outgoing) -> Result<Message, String> {
    let bad = |e: lettre::error::Error| e.to_string();
    let to: Mailbox = letter.recipient.parse().map_err(|_| "not a mail address".to_owned())?;
    let name =
        letter.sender.clone().or_else(|| smtp.from_name.clone()).unwrap_or_else(|| letter.desk.clone());
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(name), smtp.from.clone()))
        .to(to)
        .subject(letter.subject.clone())
        .date(SystemTime::from(letter.date))
        .message_id(Some(message_id(&letter.id, smtp.domain())));
    let own = letter.reply_to.as_ref().and_then(|address| address.parse().ok());
    if let Some(reply_to) = own.or_else(|| smtp.reply_to.clone()) {
        builder = builder.reply_to(reply_to);
    }
    if !letter.mark.is_empty() {
        builder = builder.raw_header(raw(DESK_FIELD, &letter.mark));
    }
    if let Some(key) = &letter.thread {
        let (answered, ids) = in_thread(key, &letter.passed, smtp.domain());
        builder = builder.in_reply_to(answered).references(ids.join(" "));
    }
    if letter.automatic {
        // RFC 3834; the second is what one widespread server heeds instead.
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
            builder = builder.raw_header(raw(name, value));
        }
    }
    if letter.files.is_empty() {
        return builder.header(ContentType::TEXT_PLAIN).body(letter.body.clone()).map_err(bad);
    }
    builder.multipart(with_files(letter)).map_err(bad)
}

/// The text and the files. What stands between the parts is the letter's own, so that it is the same each time.
fn with_files(letter: &Outgoing) -> MultiPart {
    let boundary = format!("=_{}", letter.id);
    let parts = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(boundary);
    letter.files.iter().fold(parts.singlepart(SinglePart::plain(letter.body.clone())), |parts, f| {
        let kind = ContentType::parse(&f.media_type).ok();
        let kind = kind.or_else(|| ContentType::parse("application/octet-stream").ok());
        let file = Attachment::new(f.name.clone());
        parts.singlepart(file.body(f.bytes.clone(), kind.unwrap_or(ContentType::TEXT_PLAIN)))
    })
}

/// What it answers and its thread, as they are written.
fn in_thread(key: &str, passed: &[Passed], domain: &str) -> (String, Vec<String>) {
    let written = |p: &Passed| {
        let id = if p.ours { message_id(&p.id, domain) } else { format!("<{}>", p.id) };
        Passed { id, ..p.clone() }
    };
    // What came in may call itself anything; what would not stay in its field is left out.
    let clean =
        |p: &&Passed| !p.id.is_empty() && p.id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    let passed: Vec<Passed> = passed.iter().filter(clean).map(written).collect();
    let root = message_id(key, domain);
    let (answered, ids) = thread(&root, &passed);
    (answered.to_owned(), ids.into_iter().map(str::to_owned).collect())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Tls;

    fn letter() -> Outgoing {
        Outgoing {
            id: "0198".to_owned(),
            thread: Some("ticket-1".to_owned()),
            passed: Vec::new(),
            files: Vec::new(),
            recipient: "ben@north.example".to_owned(),
            subject: "AF-1 已收到\r\nBcc: x@evil.example".to_owned(),
            body: "您好：\n第二行".to_owned(),
            automatic: true,
            sender: None,
            desk: "服务台".to_owned(),
            date: "2026-09-24T02:00:00Z".parse().unwrap(),
            reply_to: Some("support+af-2026-00001-abcdefghijklmnop@vendor.example".to_owned()),
            mark: "mark".to_owned(),
        }
    }

    #[test]
    fn the_same_letter_is_written_the_same_each_time() {
        let smtp = Smtp::new("h", None, Tls::Implicit, "desk@vendor.example").unwrap();
        let text = |l: &Outgoing| String::from_utf8(compose(&smtp, l).unwrap().formatted()).unwrap();
        let first = text(&letter());
        assert_eq!(first, text(&letter()));
        for line in [
            "Message-ID: <0198@vendor.example>\r\n",
            "In-Reply-To: <ticket-1@vendor.example>\r\n",
            "References: <ticket-1@vendor.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Reply-To: support+af-2026-00001-abcdefghijklmnop@vendor.example\r\n",
            "X-Aftercare-Desk: mark\r\n",
            "Date: Thu, 24 Sep 2026 02:00:00 +0000\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
        ] {
            assert!(first.contains(line), "{line} is not in\n{first}");
        }
        assert!(first.is_ascii() && !first.contains("\nBcc"), "a title cannot add a header:\n{first}");
        let by_hand = text(&Outgoing { automatic: false, thread: None, ..letter() });
        assert!(!by_hand.contains("Auto-Submitted") && !by_hand.contains("In-Reply-To"));
    }

    #[test]
    fn files_go_along_under_their_names() {
        let smtp = Smtp::new("h", None, Tls::Implicit, "desk@vendor.example").unwrap();
        let file = |name: &str, media_type: &str| Enclosed {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: vec![0, 159, 146, 150],
        };
        let files = vec![file("进度表.xlsx", "application/zip"), file("a\r\nBcc: x\".txt", "no type")];
        let letter = Outgoing { files, ..letter() };
        let raw = compose(&smtp, &letter).unwrap().formatted();
        assert_eq!(raw, compose(&smtp, &letter).unwrap().formatted(), "the same each time");
        let read = crate::incoming::parse(&raw, &crate::incoming::Limits::default()).unwrap();
        assert_eq!(read.text.trim_end(), "您好：\n第二行");
        let found: Vec<_> = read.files.iter().map(|f| (f.name.as_str(), f.bytes.len())).collect();
        assert_eq!((found[0], found[1].1), (("进度表.xlsx", 4), 4));
        assert!(!String::from_utf8_lossy(&raw).contains("\nBcc"));
    }

    #[test]
    fn it_stands_in_its_thread_and_nothing_leaves_its_field() {
        let smtp = Smtp::new("h", None, Tls::Implicit, "desk@vendor.example").unwrap();
        let passed = |id: &str, ours| Passed { at: letter().date, id: id.to_owned(), ours };
        let all = vec![passed("q@north.example", false), passed("a", true), passed("x>\r\nBcc: <y", false)];
        let text = compose(&smtp, &Outgoing { passed: all, ..letter() }).unwrap().formatted();
        let text = String::from_utf8(text).unwrap().replace("\r\n ", " ");
        for line in [
            "In-Reply-To: <q@north.example>\r\n",
            "References: <ticket-1@vendor.example> <q@north.example> <a@vendor.example>\r\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("\nBcc"), "{text}");
    }

    #[test]
    fn a_recipient_that_is_no_address_is_an_error() {
        let smtp = Smtp::new("h", None, Tls::Implicit, "desk@vendor.example").unwrap();
        assert!(compose(&smtp, &Outgoing { recipient: "nobody".to_owned(), ..letter() }).is_err());
    }
}
