//! The text of the official notice, pasted as it stands: dates, "放假", "上班". Whatever is in brackets is commentary.

use jiff::civil::Date;

use super::super::{ExceptionDoc, ExceptionKind};
use super::{Announcement, plain, stretch};

const YEAR: char = '\u{5e74}';
const MONTH: char = '\u{6708}';
const DAY: [char; 2] = ['\u{65e5}', '\u{53f7}'];
/// "To", in words and signs.
const TO: [char; 6] = ['\u{81f3}', '\u{5230}', '-', '\u{2014}', '\u{2013}', '~'];
/// 放假, and 休息.
const OFF: [&str; 2] = ["\u{653e}\u{5047}", "\u{4f11}\u{606f}"];
/// 上班.
const WORK: &str = "\u{4e0a}\u{73ed}";
const ENDS: [char; 4] = ['\u{3002}', '\u{ff1b}', ';', '\n'];
const COLONS: [char; 2] = ['\u{ff1a}', ':'];
/// 、 after a number: the head of an item of the list.
const ITEM: char = '\u{3001}';

/// Reads a notice. `year` counts where the text names none; a year that it names counts from there on.
pub fn read_notice(text: &str, year: i16) -> Announcement {
    let text = without_brackets(text);
    let mut days = Vec::new();
    let mut unread = Vec::new();
    let (mut year, mut name) = (first_year(&text).unwrap_or(year), String::new());
    for clause in text.split(ENDS).map(str::trim).filter(|c| !c.is_empty()) {
        let rest = match clause.split_once(COLONS) {
            Some((head, rest)) if !head.contains(MONTH) => {
                head.rsplit(ITEM).next().unwrap_or(head).trim().clone_into(&mut name);
                rest
            }
            _ => clause,
        };
        let kind = if OFF.iter().any(|w| rest.contains(w)) {
            ExceptionKind::Off
        } else if rest.contains(WORK) {
            ExceptionKind::MakeupWork
        } else {
            continue;
        };
        let found = dates(rest, &mut year);
        if found.is_empty() && rest.contains(MONTH) {
            unread.push(clause.to_owned());
        }
        let day = |date| -> ExceptionDoc { plain(date, kind, &name) };
        days.extend(found.into_iter().map(day));
    }
    Announcement::of(days, unread)
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|c| match c {
            '(' | '\u{ff08}' => {
                depth += 1;
                false
            }
            ')' | '\u{ff09}' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0 && (!c.is_whitespace() || *c == '\n'),
        })
        .collect()
}

/// The year of the title: the first one that is named with its sign.
fn first_year(text: &str) -> Option<i16> {
    let (before, _) = text.split_once(YEAR)?;
    number_at_the_end(before).filter(|y| (1990..=2200).contains(y))
}

fn number_at_the_end(text: &str) -> Option<i16> {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text.get(start..)?.parse().ok()
}

/// All dates of a clause: single ones, and stretches. A day without a month is of the month before it.
fn dates(clause: &str, year: &mut i16) -> Vec<Date> {
    let mut found = Vec::new();
    let (mut month, mut from, mut number, mut joined) = (None::<i8>, None::<Date>, String::new(), false);
    for c in clause.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let value = number.parse::<i16>().ok();
        number.clear();
        if c == YEAR {
            *year = value.filter(|y| (1990..=2200).contains(y)).unwrap_or(*year);
        } else if c == MONTH {
            month = value.and_then(|m| i8::try_from(m).ok());
        } else if DAY.contains(&c) {
            let day = value.and_then(|d| i8::try_from(d).ok());
            let date = month.zip(day).and_then(|(m, d)| Date::new(*year, m, d).ok());
            match (from.filter(|_| joined), date) {
                (Some(first), Some(last)) => found.extend(stretch(first, last).into_iter().skip(1)),
                (_, Some(date)) => found.push(date),
                _ => {}
            }
            (from, joined) = (date, false);
        } else {
            joined = TO.contains(&c);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::china_exceptions;
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = read_notice(text, 2026);
        let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
        let all = days.join("; ") + &read.unread.iter().map(|u| format!(" ?{u}")).collect::<String>();
        assert_eq!(all, expected, "{text}");
    }

    #[test]
    fn clauses_are_read_as_they_are_written() {
        check("五、端午节：6月19日（周五）放假1天，不调休。", "2026-06-19 off 端午节");
        check(
            "元旦：2025年12月31日至2026年1月1日放假。1月4日（周日）、11日上班。",
            "2025-12-31 off 元旦; 2026-01-01 off 元旦; 2026-01-04 makeup_work 元旦; 2026-01-11 makeup_work 元旦",
        );
        check("4月30日至5月2日放假，共3天。", "2026-04-30 off ; 2026-05-01 off ; 2026-05-02 off ");
        check("节假日期间，各地区要妥善安排好值班和安全工作。", "");
        check("13月40日放假。", " ?13月40日放假");
    }

    #[test]
    fn a_whole_notice_gives_the_days_that_ship() {
        let notice = "国务院办公厅关于2026年部分节假日安排的通知\n\
            一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n\
            二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。\n\
            三、清明节：4月4日（周六）至6日（周一）放假，共3天。\n\
            四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。\n\
            五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n\
            六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n\
            七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。";
        let read = read_notice(notice, 1999);
        assert!(read.unread.is_empty() && read.years().contains(&2026), "{read:?}");
        let bare = |d: &ExceptionDoc| (d.date, d.kind);
        let shipped: Vec<_> = china_exceptions().iter().filter(|e| e.date.year() == 2026).map(bare).collect();
        let mut read: Vec<_> = read.days.iter().map(bare).collect();
        read.sort_unstable_by_key(|(date, _)| *date);
        let mut expected = shipped;
        expected.sort_unstable_by_key(|(date, _)| *date);
        assert_eq!(read, expected);
    }
}
