//! The parts of a letter: its text, its HTML, its files. Bytes are decoded here rather than by the library, because labels
//! of charsets are often wrong.

use domain::mail_in::{Fault, MailFile, Reason};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::{Limits, charset, header, html};

/// The bytes of a part as they stand in the letter.
pub(super) fn raw_of(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    let (from, to) = (part.offset_body as usize, part.offset_end as usize);
    raw.get(from..to.max(from)).unwrap_or_default().to_vec()
}

/// The bytes of a part without their transfer encoding.
pub(super) fn decoded(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    let bytes = raw_of(part, raw);
    match part.encoding {
        Encoding::None => bytes,
        Encoding::Base64 => base64_decode(&bytes).unwrap_or_else(|| {
            let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
            let clean: Vec<u8> = bytes.iter().copied().filter(known).collect();
            base64_decode(&clean).unwrap_or(bytes)
        }),
        Encoding::QuotedPrintable => quoted_printable_decode(&bytes).unwrap_or(bytes),
    }
}

fn text_of(part: &MessagePart<'_>, raw: &[u8]) -> Result<String, Fault> {
    let label = part.content_type().and_then(|c| c.attribute("charset")).unwrap_or_default();
    let text = charset::decode(label, &decoded(part, raw))?;
    Ok(text.replace("\r\n", "\n").replace('\0', ""))
}

/// The text of a letter: its plain parts, and others reduced to text.
pub(super) fn text(message: &Message<'_>, raw: &[u8], limits: &Limits) -> Result<String, Fault> {
    let mut out = String::new();
    for part in message.text_body.iter().filter_map(|id| message.parts.get(*id as usize)) {
        let text = match part.body {
            PartType::Html(_) => html::text_of(&text_of(part, raw)?),
            PartType::Text(_) => flowed(part, text_of(part, raw)?),
            _ => continue,
        };
        if out.len() + text.len() > limits.text {
            return Err(Fault(Reason::TooMuchText));
        }
        if !out.is_empty() && !text.trim().is_empty() {
            out.push('\n');
        }
        out.push_str(&text);
    }
    Ok(out)
}

/// The HTML of a letter as it came.
pub(super) fn html(message: &Message<'_>, raw: &[u8], limits: &Limits) -> Result<String, Fault> {
    let mut parts = message.html_body.iter().filter_map(|id| message.parts.get(*id as usize));
    let Some(part) = parts.find(|p| matches!(p.body, PartType::Html(_))) else { return Ok(String::new()) };
    let text = text_of(part, raw)?;
    if text.len() > limits.text { Err(Fault(Reason::TooMuchText)) } else { Ok(text) }
}

/// Joins the lines that a program broke softly (RFC 3676).
fn flowed(part: &MessagePart<'_>, text: String) -> String {
    let kind = part.content_type();
    let has = |name: &str, value: &str| {
        kind.and_then(|c| c.attribute(name)).is_some_and(|v| v.eq_ignore_ascii_case(value))
    };
    if !has("format", "flowed") {
        return text;
    }
    let (del_space, mut out) = (has("delsp", "yes"), String::with_capacity(text.len()));
    for line in text.lines() {
        let soft = line.ends_with(' ') && line != "-- " && !line.starts_with('>');
        let line = line.strip_prefix(' ').unwrap_or(line);
        match (soft, del_space) {
            (false, _) => {
                out.push_str(line);
                out.push('\n');
            }
            (true, true) => out.push_str(line.strip_suffix(' ').unwrap_or(line)),
            (true, false) => out.push_str(line),
        }
    }
    out
}

/// The files of a letter, the letters inside it among them.
pub(super) fn files(message: &Message<'_>, raw: &[u8], limits: &Limits) -> Result<Vec<MailFile>, Fault> {
    if message.attachments.len() > limits.files {
        return Err(Fault(Reason::TooManyFiles));
    }
    let parts = message.attachments.iter().filter_map(|id| message.parts.get(*id as usize));
    parts.enumerate().filter(|(_, p)| !is_report(p)).map(|(i, part)| file(part, raw, i + 1)).collect()
}

/// The machine's half of a report about delivery says nothing to people.
fn is_report(part: &MessagePart<'_>) -> bool {
    part.is_content_type("message", "delivery-status") || part.is_content_type("text", "rfc822-headers")
}

fn file(part: &MessagePart<'_>, raw: &[u8], position: usize) -> Result<MailFile, Fault> {
    let kind =
        part.content_type().map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("octet-stream")));
    let media_type = kind.unwrap_or_else(|| "application/octet-stream".to_owned()).to_ascii_lowercase();
    let named = part.attachment_name().map(str::to_owned);
    let name = match named {
        // A name in encoded words, which stands in no standard and in many letters.
        Some(name) if name.contains("=?") || name.contains('\u{fffd}') => {
            own_name(part, raw)?.unwrap_or(name)
        }
        Some(name) if !name.trim().is_empty() => name,
        _ => format!("{}-{position}.{}", stem(&media_type), end(&media_type)),
    };
    let bytes = if let PartType::Message(_) = part.body { raw_letter(part, raw) } else { decoded(part, raw) };
    Ok(MailFile { name, media_type, bytes })
}

/// The name of a file as its fields say, read by ourselves.
fn own_name(part: &MessagePart<'_>, raw: &[u8]) -> Result<Option<String>, Fault> {
    let (from, to) = (part.offset_header as usize, part.offset_body as usize);
    let fields = header::fields(raw.get(from..to.max(from)).unwrap_or_default());
    for (field, key) in [("content-disposition", "filename="), ("content-type", "name=")] {
        let Some(value) = header::first(&fields, field) else { continue };
        let lower = value.to_ascii_lowercase();
        let Some(at) = lower.windows(key.len()).position(|w| w == key.as_bytes()) else { continue };
        let rest = value.get(at + key.len()..).unwrap_or_default();
        let inner = match rest.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|b| *b == b'"').next(),
            None => rest.split(|b| *b == b';').next(),
        };
        return header::text(inner.unwrap_or_default()).map(Some);
    }
    Ok(None)
}

/// A letter inside: as it stands there, or what its encoding hid.
fn raw_letter(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    if part.encoding == Encoding::None { raw_of(part, raw) } else { decoded(part, raw) }
}

fn stem(media_type: &str) -> &'static str {
    match media_type {
        "application/ms-tnef" | "application/vnd.ms-tnef" => "winmail",
        "text/calendar" => "invitation",
        t if t.starts_with("message/") => "message",
        t if t.starts_with("image/") => "image",
        t if t.starts_with("text/") => "text",
        _ => "file",
    }
}

fn end(media_type: &str) -> &'static str {
    match media_type {
        "application/ms-tnef" | "application/vnd.ms-tnef" => "dat",
        "text/calendar" => "ics",
        "text/html" => "html",
        "text/csv" => "csv",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        t if t.starts_with("message/") => "eml",
        t if t.starts_with("text/") => "txt",
        _ => "bin",
    }
}
