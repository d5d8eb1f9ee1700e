//! Subjects: prefixes that programs put before them, and numbers of tickets in them.

use super::marks::{Marks, marks, tight};
use crate::ticket::parse_number;

/// A title is at most so long.
const MAX_TITLE: usize = 200;
/// So many prefixes are taken away at most.
const MAX_PREFIXES: usize = 20;

/// Does the subject say that a letter is passed on?
pub fn is_forwarded(subject: &str) -> bool {
    let lists = |m: &'static Marks| [&m.forwarded, &m.answered];
    let mut rest = subject;
    for _ in 0..MAX_PREFIXES {
        let Some((word, after)) = prefix(rest, &lists(marks())) else { return false };
        if marks().forwarded.contains(&word) {
            return true;
        }
        rest = after;
    }
    false
}

/// Does the subject say that nobody wrote this answer?
pub(super) fn is_absence(subject: &str) -> bool {
    let subject = tight(subject);
    marks().absent.iter().any(|a| subject.starts_with(a.as_str()))
}

/// A prefix such as `Re:` or `Re[2]:`, and what comes after it.
fn prefix<'a>(subject: &'a str, lists: &[&Vec<String>]) -> Option<(String, &'a str)> {
    let subject = subject.trim_start();
    let (head, rest) = subject.split_once([':', '\u{ff1a}'])?;
    let word = tight(head);
    let word = word.split(['[', '(']).next().unwrap_or_default();
    lists.iter().any(|l| l.iter().any(|w| w == word)).then(|| (word.to_owned(), rest))
}

/// What the customer calls the matter: the subject without prefixes, else the first line of the text; empty if there
/// is neither.
pub fn title(subject: &str, text: &str) -> String {
    let mut rest = subject.trim();
    for _ in 0..MAX_PREFIXES {
        match prefix(rest, &[&marks().forwarded, &marks().answered]) {
            Some((_, after)) => rest = after.trim(),
            None => break,
        }
    }
    let first = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    let chosen = if rest.is_empty() { first } else { rest };
    let visible: String =
        chosen.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TITLE).collect();
    visible.trim().to_owned()
}

/// The numbers of tickets that a subject names, in order.
pub fn numbers(subject: &str) -> Vec<String> {
    let dash = |c: char| matches!(c, '-' | '\u{ff0d}' | '\u{2013}' | '\u{2014}');
    let of_number = |c: char| c.is_ascii_alphanumeric() || dash(c);
    let mut found: Vec<String> = Vec::new();
    for word in subject.split(|c: char| !of_number(c)) {
        let word = word.trim_matches(dash);
        if let Ok(number) = parse_number(word)
            && !found.contains(&number)
        {
            found.push(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_go_and_the_matter_stays() {
        for (subject, text, expected) in [
            ("Re: 回复：答复: 报表打不开", "", "报表打不开"),
            ("RE[2]: Fwd: printer", "", "printer"),
            ("转发：Fw: 日志", "", "日志"),
            ("服务器:告警", "", "服务器:告警"),
            ("  ", "\n\n 导入失败\n详情见附件", "导入失败"),
            ("Re:", "", ""),
            ("一\u{7}二", "", "一 二"),
        ] {
            assert_eq!(title(subject, text), expected, "{subject}");
        }
        assert_eq!(title(&"长".repeat(300), "").chars().count(), MAX_TITLE);
    }

    #[test]
    fn what_is_passed_on_is_known() {
        for subject in ["Fwd: x", "转发: x", "Re: FW: x", "轉寄：x"] {
            assert!(is_forwarded(subject), "{subject}");
        }
        for subject in ["Re: x", "x", "Forward: x", ""] {
            assert!(!is_forwarded(subject), "{subject}");
        }
    }

    #[test]
    fn numbers_stand_anywhere_in_a_subject() {
        for (subject, expected) in [
            ("Re: AF-2026-00187 已收到：报表", &["AF-2026-00187"][..]),
            ("【af－2026－00187】催办", &["AF-2026-00187"]),
            ("工单AF-2026-00187和(AF-2026-00188)", &["AF-2026-00187", "AF-2026-00188"]),
            ("PO-2026-1 / 2026-09-24", &[]),
        ] {
            assert_eq!(numbers(subject), expected, "{subject}");
        }
    }
}
