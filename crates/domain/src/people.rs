//! How people and organisations are recognised: addresses and numbers in one canonical spelling.

use crate::named;

named! {
    /// Kinds of contact points.
    pub enum PointKind ("contact point") {
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
    }
}

/// An address or number in its canonical spelling, by which it is found again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Point {
    /// Address or number.
    pub kind: PointKind,
    /// Canonical text.
    pub value: String,
}

/// What somebody typed to name a requester.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requester {
    /// An address or number.
    Point(Point),
    /// Anything else: a contact's id.
    Id(String),
}

/// Full-width letters and digits as Chinese keyboards write them become the plain ones.
fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.chars().map(half).collect::<String>().trim().to_owned()
}

/// Codes (BCP 47) of the languages that staff may be said to speak.
pub const LANGUAGES: &[&str] =
    &["zh-CN", "yue", "en", "ja", "ko", "ru", "fr", "de", "es", "pt", "ar", "vi", "th", "id", "ms"];

/// Words without what is said twice, spaces around them and empty ones; case and width make no other word.
pub fn distinct(words: &[String]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    words
        .iter()
        .map(|w| w.trim())
        .filter(|w| !w.is_empty() && seen.insert(fold(w)))
        .map(str::to_owned)
        .collect()
}

/// Reads an e-mail address: one `@`, something on both sides, a dotted or local domain, no space. Lower-cased.
/// `Name <address>`, as mail programs write it, is its address.
pub fn parse_email(text: &str) -> Option<Point> {
    let text = half_width(text).to_lowercase();
    let inner = text.strip_suffix('>').and_then(|t| t.split_once('<')).map(|(_, address)| address.to_owned());
    let value = inner.unwrap_or(text);
    let (local, domain) = value.split_once('@')?;
    let good = !local.is_empty()
        && value.len() <= 254
        && !domain.contains('@')
        && domain.split('.').all(|label| !label.is_empty())
        && !value.chars().any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\\\"[]".contains(c));
    good.then_some(Point { kind: PointKind::Email, value })
}

/// Between a number and its extension in Chinese.
const EXTENSION: char = '\u{8f6c}';

/// Reads a telephone number: digits with the usual separators, a leading `+` kept, 00 read as `+`.
/// Chinese mobile numbers, and landlines with their area code (0 and two or three digits, then seven or eight), are
/// stored with `+86`. An extension is left out: it does not tell who calls.
pub fn parse_phone(text: &str) -> Option<Point> {
    let whole = half_width(text);
    let text = whole.split([EXTENSION, '#']).next().unwrap_or_default().trim();
    let text = text.split("ext").next().unwrap_or_default().trim();
    let allowed = |c: char| c.is_ascii_digit() || "+-() ./".contains(c);
    if !text.chars().all(allowed) || text.chars().skip(1).any(|c| c == '+') {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let value = match (text.starts_with('+'), digits.strip_prefix("00")) {
        (true, _) => format!("+{digits}"),
        (false, Some(rest)) => format!("+{rest}"),
        (false, None) if digits.len() == 11 && digits.starts_with('1') => format!("+86{digits}"),
        (false, None) if (10..=12).contains(&digits.len()) && digits.starts_with('0') => {
            format!("+86{}", digits.trim_start_matches('0'))
        }
        (false, None) => digits,
    };
    (5..=17).contains(&value.len()).then_some(Point { kind: PointKind::Phone, value })
}

/// Reads whatever names a requester: an address, a number, else an id.
pub fn parse_requester(text: &str) -> Requester {
    parse_point(text).map_or_else(|| Requester::Id(text.trim().to_owned()), Requester::Point)
}

/// Mail domains under which anybody gets an address: none of them says where a person works.
const PUBLIC_DOMAINS: &[&str] = &[
    "126.com",
    "139.com",
    "163.com",
    "189.cn",
    "21cn.com",
    "aliyun.com",
    "foxmail.com",
    "gmail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "qq.com",
    "sina.cn",
    "sina.com",
    "sohu.com",
    "vip.163.com",
    "vip.qq.com",
    "yahoo.com",
    "yeah.net",
];

/// Reads a mail domain, with or without `@`: dotted labels of letters, digits and hyphens. Lower-cased.
pub fn parse_domain(text: &str) -> Option<String> {
    let text = text.trim();
    let domain = text.strip_prefix('@').unwrap_or(text).to_lowercase();
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    (domain.contains('.') && domain.len() <= 200 && domain.split('.').all(label)).then_some(domain)
}

/// Is this a domain of a public mail provider, which can be no organisation's own?
pub fn is_public_domain(domain: &str) -> bool {
    PUBLIC_DOMAINS.contains(&domain)
}

/// Reads an address or a number.
pub fn parse_point(text: &str) -> Option<Point> {
    parse_email(text).or_else(|| parse_phone(text))
}

/// A change of a contact's addresses and numbers; the first one of a kind is the preferred one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointEdit {
    /// One more, at the end.
    Add(Point),
    /// One less.
    Remove(Point),
    /// This one before all others.
    First(Point),
    /// Exactly these, in this order.
    All(Vec<Point>),
}

/// The addresses and numbers after a change, each of them once. Harmless to repeat.
pub fn arrange(points: &[Point], edit: &PointEdit) -> Vec<Point> {
    let without = |p: &Point| points.iter().filter(|q| *q != p).cloned().collect::<Vec<_>>();
    let after = match edit {
        PointEdit::Add(p) if points.contains(p) => points.to_vec(),
        PointEdit::Add(p) => [points, std::slice::from_ref(p)].concat(),
        PointEdit::Remove(p) => without(p),
        PointEdit::First(p) if points.contains(p) => [vec![p.clone()], without(p)].concat(),
        PointEdit::First(_) => points.to_vec(),
        PointEdit::All(all) => all.clone(),
    };
    let mut once: Vec<Point> = Vec::with_capacity(after.len());
    for p in after {
        if !once.contains(&p) {
            once.push(p);
        }
    }
    once
}

/// The domain of an address.
pub fn mail_domain(point: &Point) -> Option<&str> {
    (point.kind == PointKind::Email).then(|| point.value.split_once('@').map(|(_, d)| d)).flatten()
}

/// Text in the spelling in which it is compared: trimmed, lower case, full-width forms narrowed.
pub fn fold(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match u32::from(c) {
            code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
            0x3000 => ' ',
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requesters_as_people_type_them() {
        let read = |text| match parse_requester(text) {
            Requester::Point(p) => format!("{} {}", p.kind, p.value),
            Requester::Id(id) => format!("id {id}"),
        };
        assert_eq!(read(" Li.Gong@Metro.CN "), "email li.gong@metro.cn");
        assert_eq!(read("138 0013 8000"), "phone +8613800138000");
        assert_eq!(read("0086-10-62345678"), "phone +861062345678");
        for landline in
            ["(010) 6234-5678", "+86 10 6234 5678", "０１０－６２３４５６７８", "010-62345678 转 8"]
        {
            assert_eq!(read(landline), "phone +861062345678", "{landline}");
        }
        assert_eq!(read("He Yan <He.Yan@x.cn>"), "email he.yan@x.cn");
        assert_eq!(read("0198c1de-0000-7000-8000-000000000001"), "id 0198c1de-0000-7000-8000-000000000001");
        assert_eq!(read("a@b@c"), "id a@b@c");
        assert_eq!(read("<script>@x.cn"), "id <script>@x.cn");
    }

    #[test]
    fn reads_domains_and_knows_the_public_ones() {
        for (text, domain) in [
            (" @Metro.CN ", Some("metro.cn")),
            ("gc-1.example", Some("gc-1.example")),
            ("localhost", None),
            ("a..cn", None),
            ("a@b.cn", None),
            ("100%.cn", None),
        ] {
            assert_eq!(parse_domain(text).as_deref(), domain, "{text}");
        }
        assert!(is_public_domain("qq.com") && !is_public_domain("metro.cn"));
    }

    #[test]
    fn points_are_added_removed_and_preferred() {
        let point = |text: &str| parse_point(text).unwrap();
        let (a, b, c) = (point("a@x.cn"), point("13800138000"), point("c@x.cn"));
        let have = vec![a.clone(), b.clone()];
        for (edit, after) in [
            (PointEdit::Add(c.clone()), vec![&a, &b, &c]),
            (PointEdit::Add(b.clone()), vec![&a, &b]),
            (PointEdit::Remove(a.clone()), vec![&b]),
            (PointEdit::Remove(c.clone()), vec![&a, &b]),
            (PointEdit::First(b.clone()), vec![&b, &a]),
            (PointEdit::First(c.clone()), vec![&a, &b]),
            (PointEdit::All(vec![c.clone(), c.clone(), a.clone()]), vec![&c, &a]),
        ] {
            let got = arrange(&have, &edit);
            assert_eq!(got.iter().collect::<Vec<_>>(), after, "{edit:?}");
        }
    }

    #[test]
    fn folds_width_and_case() {
        assert_eq!(fold(" ＡＢＣ　Ｄ集团 "), "abc d集团");
    }
}
