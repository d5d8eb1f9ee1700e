//! The sites on whose pages our chat may stand. A site is an origin: scheme, host, port.

/// Sites that can be allowed.
pub const MOST_ORIGINS: usize = 50;
const MAX_BYTES: usize = 200;

/// Reads an origin as people type it: a path behind it is left out, the usual port too. `https://*.example.com` stands for
/// every host below a domain. Nothing if it is none.
pub fn parse_origin(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let usual = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port = match port {
        Some(port) if port == usual => None,
        Some(port) => Some(port.parse::<u16>().ok().filter(|p| *p > 0)?),
        None => None,
    };
    let named = host.strip_prefix("*.").unwrap_or(host);
    let wild = named.len() < host.len();
    let good = is_host(named) && (!wild || named.contains('.')) && text.len() <= MAX_BYTES;
    let port = port.map(|p| format!(":{p}")).unwrap_or_default();
    good.then(|| format!("{scheme}://{host}{port}"))
}

/// A name of dotted labels, an address of four numbers, or one in brackets.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    !host.is_empty() && host.split('.').all(label)
}

/// May a page of this origin have the chat? The origin is one that a browser names, so it stands for one host only.
pub fn allows(allowed: &[String], origin: &str) -> bool {
    let Some(origin) = parse_origin(origin).filter(|o| !o.contains('*')) else { return false };
    allowed.iter().any(|a| match a.split_once("://*.") {
        None => *a == origin,
        Some((scheme, domain)) => {
            let below = origin.strip_prefix(scheme).and_then(|o| o.strip_prefix("://"));
            below.and_then(|o| o.strip_suffix(domain)).is_some_and(|o| o.len() > 1 && o.ends_with('.'))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_origins_as_people_type_them() {
        for (typed, read) in [
            ("https://www.Example.com/help?x=1", Some("https://www.example.com")),
            (" https://example.com:443 ", Some("https://example.com")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://[::1]:3000/", Some("http://[::1]:3000")),
            ("https://*.example.com", Some("https://*.example.com")),
            ("https://*", None),
            ("https://*.com", None),
            ("*", None),
            ("example.com", None),
            ("ftp://example.com", None),
            ("https://", None),
            ("https://exa mple.com", None),
            ("https://example.com; script-src *", None),
            ("https://user@example.com", None),
            ("https://example.com:0", None),
            ("https://例子.cn", None),
        ] {
            assert_eq!(parse_origin(typed).as_deref(), read, "{typed}");
        }
    }

    #[test]
    fn strangers_are_not_let_in() {
        let allowed =
            ["https://www.example.com", "https://*.shop.example", "http://localhost:3000"].map(str::to_owned);
        for good in [
            "https://www.example.com",
            "https://WWW.example.com:443",
            "https://a.shop.example",
            "https://a.b.shop.example",
            "http://localhost:3000",
        ] {
            assert!(allows(&allowed, good), "{good}");
        }
        for bad in [
            "http://www.example.com",
            "https://example.com",
            "https://www.example.com.evil.example",
            "https://evilshop.example",
            "https://shop.example",
            "https://*.shop.example",
            "http://localhost:3001",
            "null",
            "",
        ] {
            assert!(!allows(&allowed, bad), "{bad}");
        }
        assert!(!allows(&[], "https://www.example.com"));
    }
}
