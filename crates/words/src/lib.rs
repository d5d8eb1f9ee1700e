//! How it is said to people. All texts live in `locales/`; here they are looked up and combined with
//! dates and durations. Knows no rule and does no I/O.

mod card;
mod excuse;
mod explain;
mod import;
mod letter;
mod order;
mod risk;
mod span;
mod step;
mod time;

pub use card::card_text;
pub use excuse::excuse;
pub use explain::{Told, holiday, holiday_key, tell};
pub use import::{column, difference, vocabulary, wrong};
pub use letter::{LetterFacts, LetterText, copy_text, letter_text};
pub use order::{NameKey, name_key};
pub use risk::risk;
pub use span::{read_span, span};
pub use step::{fell_due, step_fired, step_when};
pub use time::{clock_time, countdown, counted, date, dated, duration, instant, weekday, when};

use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use rustc_hash::FxHashMap;

static_loader! {
    static LOCALES = {
        locales: "../../locales",
        fallback_language: "zh-CN",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// The languages that people may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// 简体中文, the source of all texts.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The tag as stored and as `<html lang>` wants it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Reads a tag or an `Accept-Language` header: the first of our languages that it names, else Chinese.
    pub fn parse(text: &str) -> Self {
        let first = text
            .split(',')
            .map(|t| t.trim().to_ascii_lowercase())
            .find(|t| t.starts_with("zh") || t.starts_with("en"));
        if first.is_some_and(|t| t.starts_with("en")) { Self::En } else { Self::Zh }
    }

    fn langid(self) -> &'static LanguageIdentifier {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

/// The text of a key without arguments. Made once per language and kept: a page asks for hundreds.
pub fn t(locale: Locale, key: &str) -> &'static str {
    static PLAIN: [OnceLock<Texts>; 2] = [const { OnceLock::new() }; 2];
    static FORMATTED: [OnceLock<Texts>; 2] = [const { OnceLock::new() }; 2];
    let [plain, formatted] = [&PLAIN, &FORMATTED].map(|[zh, en]| if locale == Locale::Zh { zh } else { en });
    let found = plain.get_or_init(|| plain_texts(locale)).get(key);
    let found = found.or_else(|| formatted.get_or_init(|| formatted_texts(locale)).get(key));
    // A missing key shows itself in the page; `cargo xtask tidy` finds it before that.
    found.map_or("⟦missing text⟧", String::as_str)
}

/// The text of a word of a closed list: key `list-word`.
pub fn word(locale: Locale, list: &str, word: &str) -> &'static str {
    t(locale, &format!("{list}-{word}"))
}

/// A text with arguments.
pub fn t_args(locale: Locale, key: &str, args: &[(&'static str, &str)]) -> String {
    let args: HashMap<std::borrow::Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(k, v)| ((*k).into(), value(v))).collect();
    LOCALES.try_lookup_with_args(locale.langid(), key, &args).unwrap_or_else(|| format!("⟦{key}⟧"))
}

/// A whole number as one, so that texts can tell one from many; everything else as it is written.
fn value(text: &str) -> FluentValue<'_> {
    match text.parse::<i64>() {
        Ok(n) if text.len() <= 15 && n.to_string() == text => FluentValue::from(n),
        _ => FluentValue::from(text),
    }
}

/// What is wrong with a field, in one line: both are keys of closed lists, or said as they are.
pub fn field_issue(locale: Locale, field: &str, issue: &str) -> String {
    let (name, issue) = (field_name(locale, field), self::issue(locale, field, issue));
    t_args(locale, "field-issue", &[("field", &name), ("issue", &issue)])
}

/// What a field is called; one within others with all of them: `weekly hours · Monday`. Numbers are rows, counted from 1.
pub fn field_name(locale: Locale, field: &str) -> String {
    let head = field.split('.').next().unwrap_or_default();
    let part = |(depth, part): (usize, &str)| match part.parse::<usize>() {
        Ok(row) => t_args(locale, "row-number", &[("n", &(row + 1).to_string())]),
        Err(_) if depth == 0 => known(locale, "field", part),
        Err(_) => {
            let lists = [
                format!("field-{head}-"),
                "weekday-".into(),
                "promise_class-".into(),
                "milestone-".into(),
                "fact-".into(),
            ];
            let key = lists.iter().map(|list| format!("{list}{part}")).find(|key| has(locale, key));
            key.map_or_else(|| known(locale, "field", part), |key| t(locale, &key).to_owned())
        }
    };
    field.split('.').enumerate().map(part).collect::<Vec<_>>().join(" · ")
}

/// The issue alone. What lies outside its limits says them, where they are known.
pub fn issue(locale: Locale, field: &str, issue: &str) -> String {
    let limits = format!("limits-{field}");
    if issue == "out_of_limits" && has(locale, &limits) {
        return t(locale, &limits).to_owned();
    }
    known(locale, "issue", issue)
}

fn known(locale: Locale, list: &str, key: &str) -> String {
    let text = format!("{list}-{key}");
    if has(locale, &text) { t(locale, &text).to_owned() } else { key.to_owned() }
}

/// Is there a text for this key?
pub fn has(locale: Locale, key: &str) -> bool {
    LOCALES.try_lookup(locale.langid(), key).is_some()
}

const SOURCES: [&[&str]; 2] = [
    &[
        include_str!("../../../locales/zh-CN/desk.ftl"),
        include_str!("../../../locales/zh-CN/console.ftl"),
        include_str!("../../../locales/zh-CN/words.ftl"),
        include_str!("../../../locales/zh-CN/letters.ftl"),
        include_str!("../../../locales/zh-CN/chat.ftl"),
        include_str!("../../../locales/zh-CN/mail.ftl"),
        include_str!("../../../locales/zh-CN/admin.ftl"),
        include_str!("../../../locales/zh-CN/portal.ftl"),
        include_str!("../../../locales/zh-CN/people.ftl"),
        include_str!("../../../locales/zh-CN/demo.ftl"),
        include_str!("../../../locales/zh-CN/reports.ftl"),
        include_str!("../../../locales/zh-CN/search.ftl"),
        include_str!("../../../locales/zh-CN/rules.ftl"),
        include_str!("../../../locales/zh-CN/exchange.ftl"),
        include_str!("../../../locales/zh-CN/emergency.ftl"),
        include_str!("../../../locales/zh-CN/oncall.ftl"),
        include_str!("../../../locales/zh-CN/paging.ftl"),
        include_str!("../../../locales/zh-CN/wallboard.ftl"),
        include_str!("../../../locales/zh-CN/appointments.ftl"),
        include_str!("../../../locales/zh-CN/kit.ftl"),
    ],
    &[
        include_str!("../../../locales/en/desk.ftl"),
        include_str!("../../../locales/en/console.ftl"),
        include_str!("../../../locales/en/words.ftl"),
        include_str!("../../../locales/en/letters.ftl"),
        include_str!("../../../locales/en/chat.ftl"),
        include_str!("../../../locales/en/mail.ftl"),
        include_str!("../../../locales/en/admin.ftl"),
        include_str!("../../../locales/en/portal.ftl"),
        include_str!("../../../locales/en/people.ftl"),
        include_str!("../../../locales/en/demo.ftl"),
        include_str!("../../../locales/en/reports.ftl"),
        include_str!("../../../locales/en/search.ftl"),
        include_str!("../../../locales/en/rules.ftl"),
        include_str!("../../../locales/en/exchange.ftl"),
        include_str!("../../../locales/en/emergency.ftl"),
        include_str!("../../../locales/en/oncall.ftl"),
        include_str!("../../../locales/en/paging.ftl"),
        include_str!("../../../locales/en/wallboard.ftl"),
        include_str!("../../../locales/en/appointments.ftl"),
        include_str!("../../../locales/en/kit.ftl"),
    ],
];

type Texts = FxHashMap<String, String>;

/// The messages of a language: the key, what stands behind it on its line, and whether it goes on in the next.
fn messages(locale: Locale) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let [zh, en] = SOURCES;
    let sources = if locale == Locale::Zh { zh } else { en };
    let lines = sources.iter().flat_map(|s| s.lines().zip(s.lines().skip(1).chain([""])));
    lines.filter_map(|(line, next)| {
        let (key, text) = line.split_once(" =")?;
        key.starts_with(|c: char| c.is_ascii_lowercase()).then_some((key, text, next.starts_with(' ')))
    })
}

/// Texts of one line with nothing to be put in are what Fluent would make of them: a start needs no other, and they are
/// ready long before all messages are read.
fn plain_texts(locale: Locale) -> Texts {
    let plain = messages(locale).filter(|(_, text, goes_on)| is_plain(text, *goes_on));
    plain.map(|(key, text, _)| (key.to_owned(), text.trim().to_owned())).collect()
}

fn formatted_texts(locale: Locale) -> Texts {
    let others = messages(locale).filter(|(_, text, goes_on)| !is_plain(text, *goes_on));
    others.filter_map(|(key, ..)| Some((key.to_owned(), formatted(locale, key)?))).collect()
}

fn is_plain(text: &str, goes_on: bool) -> bool {
    !goes_on && !text.contains('{')
}

fn formatted(locale: Locale, key: &str) -> Option<String> {
    LOCALES.try_lookup(locale.langid(), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_what_fluent_makes_of_them() {
        for locale in Locale::ALL {
            let plain = plain_texts(locale);
            assert!(plain.len() > 2_000, "{}", plain.len());
            for (key, text) in plain {
                assert_eq!(Some(text), formatted(locale, &key), "{key}");
            }
        }
    }

    #[test]
    fn one_is_told_from_many_and_numbers_stay_as_they_are_written() {
        let done = |n: &str| t_args(Locale::En, "bulk-done", &[("n", n)]);
        assert_eq!(done("1"), "1 ticket done.");
        assert_eq!(
            (done("0"), done("12000")),
            ("0 tickets done.".to_owned(), "12000 tickets done.".to_owned())
        );
        let days = [("days", "1")];
        assert!(
            t_args(Locale::En, "portal-window-over", &days)
                .starts_with("This case ended more than 1 day ago")
        );
        let phone = |n: &str| t_args(Locale::En, "oncall-phone-confirmed", &[("phone", n)]);
        for n in ["007", "13800000000", "123456789012345678", "1.0", "+49"] {
            assert_eq!(phone(n), format!("The phone {n} is confirmed."));
        }
    }

    #[test]
    fn reads_what_browsers_send() {
        assert_eq!(Locale::parse("en-GB,en;q=0.9,zh;q=0.8"), Locale::En);
        assert_eq!(Locale::parse("fr,zh-CN;q=0.8"), Locale::Zh);
        assert_eq!(Locale::parse(""), Locale::Zh);
    }
}
