//! Keys with which letters of a domain are signed (RFC 6376, RFC 8463), and what is to be published about them.

use crate::named;
use crate::people::parse_email;

named! {
    /// How a key signs.
    pub enum Algorithm ("algorithm") {
        /// RSA with SHA-256; every receiver understands it.
        Rsa = "rsa",
        /// Ed25519; shorter, and not understood everywhere.
        Ed25519 = "ed25519",
    }
}

/// Bytes of a selector.
const MAX_SELECTOR: usize = 63;

/// The domain, as it is compared: in small letters, without a dot at its end. None if it is none.
pub fn domain_of(text: &str) -> Option<String> {
    let domain = text.trim().trim_start_matches('@').trim_end_matches('.');
    let point = parse_email(&format!("x@{domain}"))?;
    point.value.split_once('@').map(|(_, d)| d.to_owned()).filter(|d| d.contains('.'))
}

/// Is this a selector: letters, digits and hyphens, one part of a name?
pub fn is_selector(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let ends = !text.starts_with('-') && !text.ends_with('-');
    (1..=MAX_SELECTOR).contains(&text.len()) && text.bytes().all(inside) && ends
}

/// The name of the record that is to be published.
pub fn record_name(domain: &str, selector: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// The text of that record.
pub fn record_text(algorithm: Algorithm, public: &str) -> String {
    format!("v=DKIM1; k={algorithm}; p={public}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stands_below_its_domain() {
        assert_eq!(domain_of(" Vendor.Example. ").as_deref(), Some("vendor.example"));
        assert_eq!(domain_of("@vendor.example").as_deref(), Some("vendor.example"));
        assert_eq!((domain_of("vendor"), domain_of("a b.example"), domain_of("")), (None, None, None));
        for (text, good) in
            [("ac1", true), ("a-1", true), ("", false), ("A", false), ("a.b", false), ("-a", false)]
        {
            assert_eq!(is_selector(text), good, "{text}");
        }
        assert_eq!(record_name("vendor.example", "ac1"), "ac1._domainkey.vendor.example");
        assert_eq!(record_text(Algorithm::Ed25519, "AA=="), "v=DKIM1; k=ed25519; p=AA==");
    }
}
