//! Tables from elsewhere: how people write columns and words, what is wrong with a row, why a log differs from us.

use domain::import::{Noun, Vocabulary, Wrong};
use domain::people::fold;
use domain::report::Difference;
use domain::ticket::{Channel, IssueClass, Kind, Level, Severity};
use jiff::tz::TimeZone;

use crate::{Locale, clock_time, date, duration, has, span, t, t_args, word};

/// How people write the names of columns and the words in them, in both languages.
pub fn vocabulary() -> Vocabulary {
    let mut v = Vocabulary::default();
    for locale in Locale::ALL {
        for field in Noun::ALL.iter().flat_map(|n| n.fields()) {
            let more = word(locale, "guess", field).split('|');
            for name in more.chain([word(locale, "column", field)]).map(fold) {
                let known = v.columns.entry(name).or_default();
                if !known.contains(field) {
                    known.push(field);
                }
            }
        }
        list(&mut v, locale, "kind", "kind", Kind::ALL.iter().map(|w| w.as_str()));
        list(&mut v, locale, "severity", "severity", Severity::ALL.iter().map(|w| w.as_str()));
        list(&mut v, locale, "level", "level", Level::ALL.iter().map(|w| w.as_str()));
        list(&mut v, locale, "class", "class", IssueClass::ALL.iter().map(|w| w.as_str()));
        list(&mut v, locale, "channel", "channel", Channel::ALL.iter().map(|w| w.as_str()));
        list(&mut v, locale, "sees", "breadth", ["own", "organisation"].into_iter());
        for (key, tag) in [("language-zh", "zh-CN"), ("language-en", "en")] {
            v.words.insert(("language", fold(t(locale, key))), tag);
        }
        for name in t(locale, "guess-chinese").split('|') {
            v.words.insert(("language", fold(name)), "zh-CN");
        }
    }
    for (text, tag) in [("zh", "zh-CN"), ("zh-cn", "zh-CN"), ("en", "en")] {
        v.words.insert(("language", text.to_owned()), tag);
    }
    v
}

fn list(
    v: &mut Vocabulary,
    locale: Locale,
    name: &'static str,
    texts: &str,
    all: impl Iterator<Item = &'static str>,
) {
    for w in all {
        v.words.insert((name, w.to_owned()), w);
        v.words.insert((name, fold(word(locale, texts, w))), w);
    }
}

/// The name of a column's meaning; an extra field is known by its key.
pub fn column(locale: Locale, field: &str) -> String {
    let key = format!("column-{field}");
    if has(locale, &key) { t(locale, &key).to_owned() } else { field.trim_start_matches("extra.").to_owned() }
}

/// What is wrong with a row, in words.
pub fn wrong(locale: Locale, wrong: &[Wrong]) -> String {
    let one = |w: &Wrong| {
        let why = why(locale, &w.issue);
        if w.field.is_empty() {
            return why;
        }
        t_args(locale, "field-issue", &[("field", &column(locale, &w.field)), ("issue", &why)])
    };
    wrong.iter().map(one).collect::<Vec<_>>().join(t(locale, "wrong-between"))
}

fn why(locale: Locale, issue: &str) -> String {
    let key = match issue.split_once('.') {
        Some(("refused", rule)) => format!("refusal-{rule}"),
        Some(("too_many_cells", beyond)) => {
            return t_args(locale, "issue-too_many_cells", &[("cells", beyond)]);
        }
        Some(("other_row", row)) => return t_args(locale, "issue-other_row_named", &[("row", row)]),
        Some(("other_person", name)) => return t_args(locale, "issue-other_person_named", &[("name", name)]),
        _ => format!("issue-{issue}"),
    };
    if has(locale, &key) { t(locale, &key).to_owned() } else { issue.to_owned() }
}

/// Why a log and our clock differ about a case.
pub fn difference(locale: Locale, zone: &TimeZone, d: &Difference) -> String {
    let at = |at| format!("{} {}", date(zone, at), clock_time(zone, at));
    let due = match d.due_at {
        Some(due) => t_args(locale, "differ-due", &[("at", &at(due))]),
        None => t(locale, "differ-no-due").to_owned(),
    };
    let rest = if d.uncounted_s == 0 {
        String::new()
    } else {
        t_args(locale, "differ-uncounted", &[("time", &duration(locale, d.uncounted_s))])
    };
    let args = [
        // To the second: a case that is late by less than a minute must not look as long as its target.
        ("target", span(locale, d.target_s)),
        ("calendar", d.calendar.clone()),
        ("due", due),
        ("resolved", d.resolved_at.map_or_else(|| "–".to_owned(), at)),
        ("counted", span(locale, d.counted_s)),
        ("rest", rest),
    ];
    let args: Vec<(&'static str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    t_args(locale, if d.kept { "differ-kept" } else { "differ-late" }, &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_people_write_columns_and_words() {
        let v = vocabulary();
        let first = |name: &str| v.columns.get(&fold(name)).map(|f| f[0]);
        assert_eq!(first("标题"), Some("title"));
        assert_eq!(first(" Subject "), Some("title"));
        assert_eq!(v.columns.get(&fold("联系电话")).map(Vec::as_slice), Some(&["requester", "phone"][..]));
        assert_eq!((first("严重程度"), first("联系人")), (Some("severity"), Some("requester_name")));
        assert_eq!(v.word("severity", "紧急"), Some("urgent"));
        assert_eq!(v.word("severity", " URGENT"), Some("urgent"));
        assert_eq!(v.word("level", "一级"), Some("1"));
        assert_eq!(v.word("language", "中文"), Some("zh-CN"));
        assert_eq!(v.word("severity", "大概"), None);
    }

    #[test]
    fn a_difference_says_both_sides_and_the_numbers() {
        let d = Difference {
            number: "AF-1".to_owned(),
            reference: "INC1".to_owned(),
            priority: "3".to_owned(),
            calendar: "全天候 7×24".to_owned(),
            cycle: 1,
            said_kept: true,
            kept: false,
            target_s: 86_400,
            counted_s: 86_405,
            uncounted_s: 3_600,
            due_at: Some("2016-03-01T09:00:00Z".parse().unwrap()),
            resolved_at: Some("2016-03-01T10:00:00Z".parse().unwrap()),
        };
        let zh = difference(Locale::Zh, &TimeZone::UTC, &d);
        assert!(
            zh.contains("全天候 7×24") && zh.contains("24 小时 5 秒") && zh.contains("另有 1 小时"),
            "{zh}"
        );
        let en = difference(
            Locale::En,
            &TimeZone::UTC,
            &Difference { uncounted_s: 0, kept: true, said_kept: false, ..d.clone() },
        );
        assert!(en.contains("Kept") && !en.contains("not counted"), "{en}");
        let never_due = difference(Locale::Zh, &TimeZone::UTC, &Difference { due_at: None, ..d });
        assert!(never_due.contains("没有到期") && !never_due.contains('–'), "{never_due}");
    }
}
