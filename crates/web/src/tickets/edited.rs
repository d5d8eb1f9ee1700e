//! The values of an edited field, before and after, as people read them.

use domain::appointment::Follow;
use domain::ticket::{EditField, Facts};
use words::{Locale, t, t_args, word};

use crate::names::Names;

/// A value in words, also where there is none.
pub(super) fn value_or_nothing(field: EditField, v: &str, names: &Names, locale: Locale) -> String {
    if v.is_empty() { t(locale, "empty-value").to_owned() } else { value(field, v, names, locale) }
}

/// An edited value: words of closed lists in the reader's language, identifiers by name.
fn value(field: EditField, text: &str, names: &Names, locale: Locale) -> String {
    let list = match field {
        EditField::Kind => "kind",
        EditField::Class => "class",
        EditField::Level => "level",
        EditField::Cause => "cause",
        EditField::Facts => return facts_text(text, locale),
        EditField::Follow => {
            return Follow::parse(text).map(|f| follow_text(locale, &f)).unwrap_or_default();
        }
        _ => return names.get(text),
    };
    word(locale, list, text).to_owned()
}

/// How and when a customer wants to be reached, in words.
pub(crate) fn follow_text(locale: Locale, follow: &Follow) -> String {
    let way = follow.way.map(|w| word(locale, "contact_way", w.as_str()));
    let when = Some(follow.when.as_str()).filter(|w| !w.is_empty());
    way.into_iter().chain(when).collect::<Vec<_>>().join(t(locale, "list-comma"))
}

/// A value of two that clash, as somebody chooses between them.
pub(super) fn clashing(field: &str, text: String, locale: Locale) -> String {
    match field {
        "facts" => facts_text(&text, locale),
        "follow" => Follow::parse(&text).map(|f| follow_text(locale, &f)).unwrap_or_default(),
        _ => text,
    }
}

/// The facts as an event keeps them, `name: text` on a line each, with their names in words.
fn facts_text(text: &str, locale: Locale) -> String {
    let named = |line: &str| {
        let (name, rest) = line.split_once(": ")?;
        Facts::default().named().iter().any(|(n, _)| *n == name).then(|| {
            let args = [("name", word(locale, "fact", name)), ("text", rest)];
            t_args(locale, "fact-said", &args)
        })
    };
    text.lines().map(|line| named(line).unwrap_or_else(|| line.to_owned())).collect::<Vec<_>>().join("\n")
}
