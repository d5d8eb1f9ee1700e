//! Addresses, and the two ways by which an answer finds its ticket: a token in our own address, and the identities of
//! letters that we sent.

use crate::id::TicketId;
use crate::people::parse_email;
use crate::ticket::parse_number;

/// A name with an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailAddress {
    /// The name that stands with it; may be empty.
    pub name: String,
    /// The address in small letters.
    pub address: String,
}

impl MailAddress {
    /// Reads an address; `None` if it is none.
    pub fn new(name: &str, address: &str) -> Option<Self> {
        let point = parse_email(address)?;
        Some(Self { name: name.split_whitespace().collect::<Vec<_>>().join(" "), address: point.value })
    }

    /// Reads what people type: an address, or a name with one in angle brackets.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((name, address)) => Self::new(name.trim().trim_matches(['"', '\'']), address),
            None => Self::new("", text),
        }
    }

    /// The address, with the name if it has one.
    pub fn in_full(&self) -> String {
        if self.name.is_empty() { self.address.clone() } else { format!("{} <{}>", self.name, self.address) }
    }
}

/// A token's secret part has so many characters of base 32: 80 bits.
pub const TOKEN_CHARS: usize = 16;

/// What stands behind the plus sign of our own address: the ticket's number, and a secret part that only the desk can
/// make. `af-2026-00187-abcdefghijklmnop`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyToken {
    /// The ticket's number.
    pub number: String,
    /// The secret part, in small letters.
    pub code: String,
}

/// The token that stands in a recipient's address of a mailbox.
pub fn reply_token(recipient: &str, mailbox: &str) -> Option<ReplyToken> {
    let recipient = recipient.trim().to_ascii_lowercase();
    if !same_mailbox(&recipient, mailbox) {
        return None;
    }
    let (local, _) = recipient.split_once('@')?;
    let (_, token) = local.split_once('+')?;
    let (number, code) = token.rsplit_once('-')?;
    let in_alphabet = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
    let good = code.len() == TOKEN_CHARS && code.bytes().all(in_alphabet);
    let number = parse_number(number).ok().filter(|_| good)?;
    Some(ReplyToken { number, code: code.to_owned() })
}

/// The part of an address before the `@` has at most so many bytes (RFC 5321).
const MAX_LOCAL: usize = 64;

/// The address for answers to a ticket; none if there is no room for it behind the mailbox's own name.
pub fn reply_address(mailbox: &str, number: &str, code: &str) -> Option<String> {
    let (local, domain) = mailbox.split_once('@')?;
    let local = format!("{local}+{}-{code}", number.to_ascii_lowercase());
    (local.len() <= MAX_LOCAL).then(|| format!("{local}@{domain}"))
}

/// Is the recipient this mailbox, with or without something behind a plus sign?
pub fn same_mailbox(recipient: &str, mailbox: &str) -> bool {
    let split =
        |a: &str| a.trim().to_ascii_lowercase().split_once('@').map(|(l, d)| (l.to_owned(), d.to_owned()));
    let (Some((local, domain)), Some((own, own_domain))) = (split(recipient), split(mailbox)) else {
        return false;
    };
    let plain = local.split_once('+').map_or(local.as_str(), |(plain, _)| plain);
    domain == own_domain && (local == own || plain == own)
}

/// Something of ours to which a letter refers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadKey {
    /// A ticket's thread.
    Ticket(TicketId),
    /// One letter of ours, or one that came in: its whole identity.
    Letter(String),
}

/// The most identities of a thread that are looked at; the newest count.
const MAX_KEYS: usize = 20;

/// What a letter refers to, the newest first, each of it once.
pub fn thread_keys(in_reply_to: &[String], references: &[String]) -> Vec<ThreadKey> {
    let mut keys = Vec::new();
    for id in in_reply_to.iter().rev().chain(references.iter().rev()) {
        let local = id.split_once('@').map_or(id.as_str(), |(local, _)| local);
        let key = match local.strip_prefix("ticket-") {
            Some(ticket) => ThreadKey::Ticket(ticket.into()),
            None => ThreadKey::Letter(id.clone()),
        };
        if !id.is_empty() && id.len() <= 998 && !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() == MAX_KEYS {
            break;
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "abcdefgh234567zz";

    #[test]
    fn an_address_for_answers_is_read_back() {
        let address = reply_address("support@vendor.example", "AF-2026-00187", CODE).unwrap();
        assert_eq!(address, "support+af-2026-00187-abcdefgh234567zz@vendor.example");
        let token = ReplyToken { number: "AF-2026-00187".to_owned(), code: CODE.to_owned() };
        for written in [address.clone(), address.to_uppercase(), format!(" {address} ")] {
            assert_eq!(reply_token(&written, "Support@Vendor.example").as_ref(), Some(&token));
        }
    }

    #[test]
    fn other_addresses_hold_no_token() {
        for address in [
            "support@vendor.example",
            "support+@vendor.example",
            "support+af-2026-00187@vendor.example",
            "support+af-2026-00187-abc@vendor.example",
            "support+af-2026-00187-abcdefgh234567z1@vendor.example",
            "support+x-abcdefgh234567zz@vendor.example",
            "support+af-2026-00187-abcdefgh234567zz@other.example",
            "sales+af-2026-00187-abcdefgh234567zz@vendor.example",
            "",
        ] {
            assert_eq!(reply_token(address, "support@vendor.example"), None, "{address}");
        }
    }

    #[test]
    fn a_mailbox_is_known_with_and_without_a_plus() {
        let is = |a: &str| same_mailbox(a, "support@vendor.example");
        assert!(is("Support@Vendor.example") && is("support+x@vendor.example"));
        assert!(
            !is("support2@vendor.example") && !is("support@vendor.example.evil") && !is("support") && !is("")
        );
        assert!(same_mailbox("a+b@c.cn", "a+b@c.cn"));
    }

    #[test]
    fn a_thread_is_read_from_its_end() {
        let ids = |l: &[&str]| l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let keys = thread_keys(&ids(&["a@x"]), &ids(&["ticket-1@v", "b@v", "a@x", ""]));
        let letter = |s: &str| ThreadKey::Letter(s.to_owned());
        assert_eq!(keys, [letter("a@x"), letter("b@v"), ThreadKey::Ticket("1".into())]);
        let many: Vec<String> = (0..1000).map(|n| format!("{n}@x")).collect();
        assert_eq!(thread_keys(&[], &many).len(), MAX_KEYS);
    }

    #[test]
    fn names_are_one_line() {
        let a = MailAddress::new(" Ben\r\n  North ", "Ben@North.example").unwrap();
        assert_eq!((a.name.as_str(), a.address.as_str()), ("Ben North", "ben@north.example"));
        assert!(MailAddress::new("", "undisclosed-recipients").is_none());
    }
}
