//! A letter comes in: bytes become a plain value. Whatever they are, the answer is a value or the reason why there is
//! none; nothing here keeps or decides anything.

mod charset;
mod header;
mod html;
mod limits;
mod parts;
mod report;
mod shown;

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::mail_in::{Fault, Incoming, MailAddress, Reason, Signs};
use domain::time::{Timestamp, from_millis};
use mail_parser::{Address, Message, MessageParser};
use ring::digest::{Context, SHA256};

pub use domain::mail_in::Written;
pub use limits::Limits;

use header::{Field, fields, first, identities, word};

/// The field by which a desk knows what it sent itself.
pub const DESK_FIELD: &str = "X-Aftercare-Desk";

/// What is known of a letter without taking it apart, for lists and for what cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Who wrote it, if it says so.
    pub from: Option<MailAddress>,
    /// Subject, as far as it can be read.
    pub subject: String,
    /// Identity without brackets; may be empty.
    pub message_id: String,
    /// The sender by whom the last server got it, if it wrote that down; empty for `<>`.
    pub return_path: Option<String>,
    /// The address to which the last server delivered it, if it wrote that down.
    pub delivered_to: Option<String>,
}

/// Reads the head.
pub fn head(raw: &[u8]) -> Head {
    let fields = fields(raw);
    let bare = |name: &str| {
        let text = String::from_utf8_lossy(first(&fields, name)?).into_owned();
        Some(text.trim().trim_start_matches('<').trim_end_matches('>').to_owned())
    };
    Head {
        return_path: bare("return-path"),
        delivered_to: ["x-original-to", "envelope-to", "delivered-to"].into_iter().find_map(bare),
        from: sender(&fields, None),
        subject: subject(&fields).unwrap_or_default(),
        message_id: identities(&fields, "message-id").into_iter().next().unwrap_or_default(),
    }
}

/// Takes a letter apart.
///
/// # Errors
/// Why it cannot be.
pub fn parse(raw: &[u8], limits: &Limits) -> Result<Incoming, Fault> {
    limits::guard(raw, limits)?;
    // Whatever a stranger sends, one letter that the library stumbles over stops no other.
    catch_unwind(AssertUnwindSafe(|| take_apart(raw, limits))).unwrap_or(Err(Fault(Reason::Unreadable)))
}

/// A letter as it was written, to be looked at: its HTML with the pictures that came in it, or its text. Not clean.
///
/// # Errors
/// Why it cannot be taken apart.
pub fn as_written(raw: &[u8], limits: &Limits) -> Result<Written, Fault> {
    let mail = parse(raw, limits)?;
    if mail.html.is_empty() {
        return Ok(Written::Text(mail.text));
    }
    let read = || MessageParser::default().parse(raw).map(|m| shown::with_pictures(&mail.html, &m, raw));
    let html = catch_unwind(AssertUnwindSafe(read)).ok().flatten();
    Ok(html.map_or(Written::Text(mail.text.clone()), Written::Html))
}

fn take_apart(raw: &[u8], limits: &Limits) -> Result<Incoming, Fault> {
    let message = MessageParser::default().parse(raw).ok_or(Fault(Reason::Unreadable))?;
    let (depth, parts) = extent(&message, 1);
    if depth > limits.depth {
        return Err(Fault(Reason::TooDeep));
    }
    if parts > limits.parts {
        return Err(Fault(Reason::TooManyParts));
    }
    let fields = fields(raw);
    let report = report::report_of(&message, raw);
    let text = parts::text(&message, raw, limits)?;
    let html = parts::html(&message, raw, limits)?;
    let text = if text.trim().is_empty() { html::text_of(&html) } else { text };
    Ok(Incoming {
        from: sender(&fields, message.from()),
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        subject: subject(&fields)?,
        message_id: identities(&fields, "message-id").into_iter().next().unwrap_or_default(),
        in_reply_to: identities(&fields, "in-reply-to"),
        references: identities(&fields, "references"),
        date: message.date().filter(|d| d.is_valid()).and_then(|d| instant(d.to_timestamp())),
        text,
        html,
        files: parts::files(&message, raw, limits)?,
        signs: signs(&fields, &message),
        report,
    })
}

fn instant(seconds: i64) -> Option<Timestamp> {
    (0..=4_102_444_800).contains(&seconds).then(|| from_millis(seconds * 1000))
}

/// How deep a letter goes, and how many parts it has with all letters inside it.
fn extent(message: &Message<'_>, depth: usize) -> (usize, usize) {
    let (mut deepest, mut parts) = (depth, message.parts.len());
    for part in &message.parts {
        if let Some(inner) = part.message() {
            let (d, n) = extent(inner, depth + 1);
            deepest = deepest.max(d);
            parts += n;
        }
    }
    (deepest.max(depth + nesting(message)), parts)
}

/// How deep multiparts stand in each other. A part comes after the one that holds it.
fn nesting(message: &Message<'_>) -> usize {
    let mut depths = vec![0_usize; message.parts.len()];
    for (i, part) in message.parts.iter().enumerate() {
        let own = depths.get(i).copied().unwrap_or_default();
        for id in part.sub_parts().unwrap_or_default().iter().filter(|id| **id as usize > i) {
            if let Some(depth) = depths.get_mut(*id as usize) {
                *depth = own + 1;
            }
        }
    }
    depths.into_iter().max().unwrap_or_default()
}

fn subject(fields: &[Field]) -> Result<String, Fault> {
    let text = first(fields, "subject").map(header::text).transpose()?.unwrap_or_default();
    Ok(text.chars().take(998).collect())
}

/// Who wrote it. The name is read by ourselves where that is easy: its charset is often labelled wrongly.
fn sender(fields: &[Field], parsed: Option<&Address<'_>>) -> Option<MailAddress> {
    let value = first(fields, "from")?;
    let text = header::text(value).unwrap_or_default();
    let own = text.strip_suffix('>').and_then(|t| t.rsplit_once('<')).and_then(|(name, address)| {
        let name = name.trim().trim_matches(['"', '\'']);
        MailAddress::new(name, address)
    });
    let parsed = || {
        let addr = parsed?.first()?;
        MailAddress::new(addr.name.as_deref().unwrap_or_default(), addr.address.as_deref()?)
    };
    own.or_else(parsed).or_else(|| MailAddress::new("", &text))
}

fn addresses(list: Option<&Address<'_>>) -> Vec<MailAddress> {
    /// More people are not shown.
    const MOST: usize = 200;
    let Some(list) = list else { return Vec::new() };
    let read = |a: &mail_parser::Addr<'_>| {
        MailAddress::new(a.name.as_deref().unwrap_or_default(), a.address.as_deref()?)
    };
    list.iter().filter_map(read).take(MOST).collect()
}

fn signs(fields: &[Field], message: &Message<'_>) -> Signs {
    use mail_parser::MimeHeaders;
    let has = |name: &str| fields.iter().any(|f| f.name == name);
    let report = message.is_content_type("multipart", "report");
    let kind = message.content_type().and_then(|c| c.attribute("report-type")).unwrap_or_default();
    let suppress = word(fields, "x-auto-response-suppress");
    let desk = DESK_FIELD.to_ascii_lowercase();
    let marks = fields.iter().filter(|f| f.name == desk);
    Signs {
        auto_submitted: word(fields, "auto-submitted"),
        precedence: word(fields, "precedence"),
        list: has("list-id") || has("list-unsubscribe") || has("list-post"),
        no_auto_answer: !suppress.is_empty() && suppress != "none",
        auto_reply: has("x-autoreply")
            || has("x-autorespond")
            || has("x-auto-reply")
            || word(fields, "precedence") == "auto_reply",
        desks: marks.map(|f| String::from_utf8_lossy(&f.value).trim().to_owned()).collect(),
        hops: fields.iter().filter(|f| f.name == "received").count(),
        delivery_report: report && kind.eq_ignore_ascii_case("delivery-status"),
        null_sender: first(fields, "return-path").is_some_and(|v| v.trim_ascii() == b"<>"),
    }
}

/// Fields that servers add on the way: two copies of a letter differ in them.
const TRACE: [&str; 7] = [
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "authentication-results",
    "received-spf",
];

/// By what the same letter is known when it comes again, by whatever way: its bytes without what servers added. A letter
/// with neither identity nor date may be meant each time, and counts with everything.
pub fn fingerprint(raw: &[u8]) -> String {
    let all = fields(raw);
    let known = first(&all, "message-id").is_some() || first(&all, "date").is_some();
    let mut hash = Context::new(&SHA256);
    let mut rest = raw;
    let mut skipping = false;
    while known && !rest.is_empty() {
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if line.trim_ascii().is_empty() {
            break;
        }
        let goes_on = line.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
        if !goes_on {
            let name = line.split(|b| *b == b':').next().unwrap_or_default().trim_ascii();
            skipping = TRACE.iter().any(|t| name.eq_ignore_ascii_case(t.as_bytes()));
        }
        if !skipping {
            hash.update(line);
        }
        rest = after;
    }
    hash.update(rest);
    hash.finish().as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
