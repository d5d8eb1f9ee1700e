//! Places and values of changed documents in the words of the reader.

use domain::sla::StepAt;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use words::{Locale, dated, has, span, step_when, t, word};

/// Which closed list a field's values are words of.
const LISTS: &[(&str, &str)] = &[
    ("action", "step"),
    ("active", "active"),
    ("channels", "channel"),
    ("class", "promise_class"),
    ("classes", "class"),
    ("handoff_day", "weekday"),
    ("kinds", "kind"),
    ("languages", "speaks"),
    ("locale", "speaks"),
    ("milestone", "milestone"),
    ("parity", "parity"),
    ("role", "role"),
    ("seat", "seat"),
    ("sees", "sees"),
    ("severities", "severity"),
    ("type", "field_type"),
];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The place of a value: `提醒与升级 2 · 动作`. The document itself is not named.
pub(super) fn label(path: &str, locale: Locale) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut above = "";
    for part in path.split('.').filter(|p| *p != "doc") {
        let number = part.parse::<usize>().ok();
        let day = number.filter(|_| above == "week").and_then(|n| WEEKDAYS.get(n.saturating_sub(1)));
        match (day, number, parts.last_mut()) {
            (Some(day), ..) => parts.push(word(locale, "weekday", day).to_owned()),
            (None, Some(n), Some(last)) => *last = format!("{last} {n}"),
            _ => parts.push(name(above, part, locale)),
        }
        above = part;
    }
    parts.join(" · ")
}

/// A field's name. An archive says how many rows there are of each kind.
fn name(above: &str, part: &str, locale: Locale) -> String {
    let known = |list: &str| has(locale, &format!("{list}-{part}"));
    match above {
        "rows" if known("kept") => word(locale, "kept", part).to_owned(),
        _ if known("part") => word(locale, "part", part).to_owned(),
        _ if known("field") => word(locale, "field", part).to_owned(),
        _ => part.to_owned(),
    }
}

/// One value in words, if it is a code: a word of a closed list, a right, yes or no, a length, a moment.
pub(super) fn value(
    (subject, path): (&str, &str),
    text: &str,
    locale: Locale,
    zone: &TimeZone,
) -> Option<String> {
    let field = path.rsplit('.').find(|p| p.parse::<usize>().is_err()).unwrap_or_default();
    let list = match (subject, field) {
        ("role" | "token", "") => Some("right"),
        ("import", _) => Some("noun"),
        ("letter", "") => Some("letter-state"),
        ("rota", "state") => Some("rota_state"),
        _ => LISTS.iter().find(|(f, _)| *f == field).map(|(_, list)| *list),
    };
    let code = text.replace('.', "_");
    if let Some(list) = list.filter(|list| has(locale, &format!("{list}-{code}"))) {
        return Some(word(locale, list, &code).to_owned());
    }
    let of_field = format!("{field}_{code}");
    if has(locale, &format!("code-{of_field}")) {
        return Some(word(locale, "code", &of_field).to_owned());
    }
    let number = text.parse::<i64>().ok();
    match (field, text, number) {
        (_, "true", _) => Some(t(locale, "audit-yes").to_owned()),
        (_, "false", _) => Some(t(locale, "audit-no").to_owned()),
        ("seconds", _, Some(s)) => Some(span(locale, s)),
        ("offset_s", _, Some(s)) => Some(step_when(locale, StepAt::Offset(s))),
        ("percent", _, Some(_)) => Some(format!("{text}%")),
        ("missed", _, Some(n)) => Some(step_when(locale, StepAt::Missed(u16::try_from(n).ok()?))),
        ("from" | "until" | "times", ..) => text.parse::<Timestamp>().ok().map(|at| dated(locale, zone, at)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named() {
        assert_eq!(label("rows.tickets", Locale::Zh), "行数 · 工单");
        assert_eq!(label("rows", Locale::En), "Rows");
        assert_eq!(label("doc.steps.2.action", Locale::Zh), "提醒与升级 2 · 动作");
        assert_eq!(label("doc.week.7", Locale::En), "Weekly hours · Sun");
        assert_eq!(
            label("doc.targets.1.off_hours.seconds", Locale::Zh),
            "承诺时限 1 · 非服务时间受理时 · 时长"
        );
        assert_eq!(label("1.name", Locale::En), "1 · Name");
        assert_eq!(label("doc.confirm_within_min", Locale::Zh), "开班确认时限（分钟）");
    }

    #[test]
    fn values_are_words() {
        let say = |path: &str, text: &str| value(("policy", path), text, Locale::Zh, &TimeZone::UTC);
        for (path, text, said) in [
            ("active", "false", "已停用"),
            ("1.required", "true", "是"),
            ("role", "supervisor", "主管"),
            ("sees", "own", "仅本人的工单"),
            ("doc.exceptions.3.kind", "makeup_work", "调休上班"),
            ("doc.steps.1.action", "notify_lead", "提醒组长"),
            ("doc.targets.1.seconds", "5400", "1 小时 30 分"),
            ("doc.steps.1.offset_s", "-3600", "到期前 1 小时"),
            ("doc.steps.1.percent", "75", "75%"),
            ("languages", "zh-CN", "中文"),
            ("from", "2026-11-29T16:00:00Z", "2026-11-29 周日 16:00"),
        ] {
            assert_eq!(say(path, text).as_deref(), Some(said), "{path}");
        }
        assert_eq!(say("name", "supervisor"), None, "a name is a name");
    }
}
