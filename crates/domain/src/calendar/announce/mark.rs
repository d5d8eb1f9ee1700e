//! The weekdays of a pasted notice, each as one sign, so that brackets can go and what they say of a date stays.

use jiff::civil::Weekday;

/// 周, 星期, 礼拜 before the day.
const WEEK: [&str; 3] = ["\u{5468}", "\u{661f}\u{671f}", "\u{793c}\u{62dc}"];
/// Monday to Sunday, and the other word for Sunday.
const WEEKDAYS: [char; 8] =
    ['\u{4e00}', '\u{4e8c}', '\u{4e09}', '\u{56db}', '\u{4e94}', '\u{516d}', '\u{65e5}', '\u{5929}'];
/// A weekday stands in the text as one sign, which no notice has: Monday is the next one after this.
const MARK: u32 = 0xE000;

/// The text without blanks, without what is in brackets, and with each weekday as one sign.
pub(super) fn marked(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some((mark, after)) = a_weekday(rest) {
            out.push(mark);
            rest = after;
            continue;
        }
        match c {
            '(' | '\u{ff08}' => depth += 1,
            ')' | '\u{ff09}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (!c.is_whitespace() || c == '\n') => out.push(c),
            _ => {}
        }
        rest = after;
    }
    out
}

/// The sign of the weekday that the text begins with, and what follows it.
fn a_weekday(text: &str) -> Option<(char, &str)> {
    let after = WEEK.iter().find_map(|w| text.strip_prefix(w))?;
    let day = after.chars().next()?;
    let n = WEEKDAYS.iter().position(|w| *w == day)?.min(6);
    let mark = char::from_u32(MARK + 1 + u32::try_from(n).ok()?)?;
    Some((mark, after.get(day.len_utf8()..)?))
}

/// The weekday that a sign stands for.
pub(super) fn weekday(c: char) -> Option<Weekday> {
    let n = u32::from(c).checked_sub(MARK).filter(|n| (1..=7).contains(n))?;
    Weekday::from_monday_one_offset(i8::try_from(n).ok()?).ok()
}

/// A clause as people read it.
pub(super) fn unmarked(clause: &str) -> String {
    let mut out = String::with_capacity(clause.len());
    for c in clause.chars() {
        let day = weekday(c).and_then(|d| WEEKDAYS.get(usize::try_from(d.to_monday_zero_offset()).ok()?));
        match (day, WEEK.first()) {
            (Some(day), Some(week)) => out.extend(["\u{ff08}", week, &day.to_string(), "\u{ff09}"]),
            _ => out.push(c),
        }
    }
    out
}
