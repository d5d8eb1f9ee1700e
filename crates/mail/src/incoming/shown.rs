//! A letter to be looked at as it was written: its HTML with the pictures that came in it.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Message, MimeHeaders};

use super::parts::decoded;

/// Bytes of pictures that are shown in one letter; what is more stays a file.
const MOST: usize = 8 * 1024 * 1024;
/// Kinds of pictures that every browser shows and that cannot hold a script.
const KINDS: [&str; 4] = ["png", "jpeg", "gif", "webp"];

/// HTML whose pictures stand in it. `cid:` (RFC 2392) of anything else stays as it is and shows nothing.
pub(super) fn with_pictures(html: &str, message: &Message<'_>, raw: &[u8]) -> String {
    let pictures = pictures(message, raw);
    let (mut out, mut rest, mut room) = (String::with_capacity(html.len()), html, MOST);
    while let Some(at) = rest.find("cid:") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find(['"', '\'', '>', ')', ' ', '\n', '\r']).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        match pictures.get(name.trim_start_matches("cid:")) {
            Some(picture) if picture.len() <= room => {
                room -= picture.len();
                out.push_str(picture);
            }
            _ => out.push_str(name),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The pictures of a letter as addresses that hold them (RFC 2397), by their identity.
fn pictures(message: &Message<'_>, raw: &[u8]) -> HashMap<String, String> {
    let mut room = MOST;
    let mut out = HashMap::new();
    for part in &message.parts {
        let (Some(id), Some(kind)) = (part.content_id(), part.content_type()) else { continue };
        let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
        if !kind.ctype().eq_ignore_ascii_case("image") || !KINDS.contains(&subtype.as_str()) {
            continue;
        }
        let bytes = decoded(part, raw);
        let Some(left) = room.checked_sub(bytes.len()) else { continue };
        room = left;
        let id = id.trim_start_matches('<').trim_end_matches('>').to_owned();
        out.insert(id, format!("data:image/{subtype};base64,{}", STANDARD.encode(bytes)));
    }
    out
}
