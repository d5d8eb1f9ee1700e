//! Reports about delivery (RFC 3464): which letter, to whom, for good or not, in whose words.

use domain::mail_in::Report;
use mail_parser::{Message, MessagePart, MimeHeaders};

use super::header::{self, fields, first};
use super::parts::{decoded, raw_of};

/// The longest words of another server that are kept.
const MAX_SAID: usize = 400;

/// The report in a letter, if it holds one.
pub(super) fn report_of(message: &Message<'_>, raw: &[u8]) -> Option<Report> {
    let of = |kind: &'static str, sub: &'static str| {
        message.parts.iter().find(move |p| p.is_content_type(kind, sub))
    };
    let status = of("message", "delivery-status").or_else(|| of("message", "global-delivery-status"))?;
    let status = decoded(status, raw);
    let original = of("message", "rfc822")
        .or_else(|| of("text", "rfc822-headers"))
        .or_else(|| of("message", "global"))
        .or_else(|| of("message", "global-headers"));
    let about = original.map(|part| identity(part, raw)).unwrap_or_default();
    Some(read(&status, about))
}

fn identity(part: &MessagePart<'_>, raw: &[u8]) -> String {
    let head =
        if part.is_content_type("text", "rfc822-headers") { decoded(part, raw) } else { raw_of(part, raw) };
    header::identities(&fields(&head), "message-id").into_iter().next().unwrap_or_default()
}

/// The first recipient to whom it did not arrive, else the first one.
fn read(status: &[u8], about: String) -> Report {
    let text = String::from_utf8_lossy(status).replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(|block| fields(block.trim_start().as_bytes()));
    let recipients: Vec<_> = blocks.filter(|f| first(f, "action").is_some()).collect();
    let failed = |f: &&Vec<header::Field>| header::word(f, "action") == "failed";
    let chosen = recipients.iter().find(failed).or(recipients.first());
    let Some(chosen) = chosen else { return Report { about, ..Report::default() } };
    let value = |name: &str| {
        let text = first(chosen, name).map(|v| header::text(v).unwrap_or_default()).unwrap_or_default();
        text.split_once(';').map_or(text.clone(), |(_, value)| value.trim().to_owned())
    };
    let plain =
        |name: &str| first(chosen, name).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    let recipient = Some(value("original-recipient")).filter(|r| !r.is_empty());
    let said = Some(value("diagnostic-code")).filter(|s| !s.is_empty()).unwrap_or_else(|| plain("status"));
    Report {
        about,
        recipient: recipient.unwrap_or_else(|| value("final-recipient")).to_lowercase(),
        failed: failed(&chosen),
        said: said.chars().take(MAX_SAID).collect(),
    }
}
