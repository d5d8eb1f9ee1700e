//! The text of the official notice, pasted as it stands: dates, "放假", "上班". Whatever is in brackets is commentary, but
//! for the weekday, which is held against its date. Read phrase by phrase: dates wait for the word that says what they are.

use jiff::civil::{Date, Weekday};

use super::super::{ExceptionDoc, ExceptionKind};
use super::mark::{marked, unmarked, weekday};
use super::{Announcement, Doubt, Extension, plain, stretch};

const YEAR: char = '\u{5e74}';
const MONTH: char = '\u{6708}';
const DAY: [char; 2] = ['\u{65e5}', '\u{53f7}'];
/// "To", in words and signs.
const TO: [char; 6] = ['\u{81f3}', '\u{5230}', '-', '\u{2014}', '\u{2013}', '~'];
/// 放假, 休息, and 调休.
const OFF: [&str; 3] = ["\u{653e}\u{5047}", "\u{4f11}\u{606f}", "\u{8c03}\u{4f11}"];
/// 上班.
const WORK: &str = "\u{4e0a}\u{73ed}";
/// 正常, 照常, 恢复: work as on any day of that kind.
const AS_USUAL: [&str; 3] = ["\u{6b63}\u{5e38}", "\u{7167}\u{5e38}", "\u{6062}\u{590d}"];
/// 延长.
const LONGER: &str = "\u{5ef6}\u{957f}";
/// 不放假, 不休息, 不上班, 取消, 半天, 上午, 下午: what a calendar of whole days cannot say, or what takes something back.
const NOT_READ: [&str; 7] = [
    "\u{4e0d}\u{653e}\u{5047}",
    "\u{4e0d}\u{4f11}\u{606f}",
    "\u{4e0d}\u{4e0a}\u{73ed}",
    "\u{53d6}\u{6d88}",
    "\u{534a}\u{5929}",
    "\u{4e0a}\u{5348}",
    "\u{4e0b}\u{5348}",
];
/// 起: from a date on.
const ONWARDS: char = '\u{8d77}';
const ENDS: [char; 4] = ['\u{3002}', '\u{ff1b}', ';', '\n'];
const COMMAS: [char; 2] = ['\u{ff0c}', ','];
const COLONS: [char; 2] = ['\u{ff1a}', ':'];
/// 、 after a number: the head of an item of the list.
const ITEM: char = '\u{3001}';
/// The longest name of a holiday; what is longer is a sentence that ends in a colon.
const NAME: usize = 12;

/// Reads a notice. `year` counts where the text names none; a year that it names counts to the end of its item.
pub fn read_notice(text: &str, year: i16) -> Announcement {
    let text = marked(text);
    let title = title_year(&text);
    let named = title.or_else(|| first_year(&text));
    let year = named.unwrap_or(year);
    let mut reader = Reader { year, title, ..Reader::default() };
    for clause in text.split(ENDS).map(str::trim).filter(|c| !c.is_empty()) {
        reader.clause(clause);
    }
    let Reader { days, out, .. } = reader;
    let read = Announcement::of(days, out.unread);
    let assumed_year = Some(year).filter(|_| named.is_none() && !read.days.is_empty());
    Announcement { doubts: out.doubts, extended: out.extended, assumed_year, ..read }
}

/// What a phrase says of its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Off,
    Work,
    Longer,
    NotRead,
}

impl Verb {
    fn of(phrase: &str) -> Option<Self> {
        let has = |words: &[&str]| words.iter().any(|w| phrase.contains(w));
        let (off, work) = (has(&OFF), phrase.contains(WORK));
        // A day of work in exchange for one off is named by both words, in this order.
        let both = off && work && !has(&["\u{8c03}\u{4f11}\u{4e0a}\u{73ed}"]);
        match (off, work) {
            _ if has(&NOT_READ) || both => Some(Self::NotRead),
            _ if phrase.contains(LONGER) => Some(Self::Longer),
            (_, true) => Some(Self::Work),
            (true, false) => Some(Self::Off),
            (false, false) => None,
        }
    }
}

/// The dates of a phrase.
#[derive(Debug, Default)]
struct Found {
    dates: Vec<Date>,
    /// The last of them is where something begins.
    onwards: bool,
}

#[derive(Debug, Default)]
struct Reader {
    year: i16,
    title: Option<i16>,
    month: Option<i8>,
    name: String,
    days: Vec<ExceptionDoc>,
    out: Announcement,
}

impl Reader {
    fn clause(&mut self, clause: &str) {
        let rest = match clause.split_once(COLONS) {
            Some((head, rest)) if !head.contains(MONTH) => {
                self.head(head);
                rest
            }
            _ => clause,
        };
        let (mut waiting, mut said, mut read) = (Vec::new(), false, true);
        let (days, extended) = (self.days.len(), self.out.extended.len());
        let mut as_usual = false;
        for phrase in rest.split(COMMAS) {
            let found = self.dates(phrase, clause);
            let Some(verb) = Verb::of(phrase) else {
                waiting.extend(found.dates);
                continue;
            };
            let mut dates = std::mem::take(&mut waiting);
            dates.extend(found.dates);
            if dates.is_empty() {
                continue;
            }
            said = true;
            match verb {
                Verb::Off if !found.onwards => self.days.extend(self.all(&dates, ExceptionKind::Off)),
                Verb::Work if found.onwards => as_usual = true,
                Verb::Work => {
                    if AS_USUAL.iter().any(|w| phrase.contains(w)) {
                        // On a working day this is no exception; on a weekend it is one.
                        dates.retain(|d| d.weekday().to_monday_one_offset() > 5);
                        as_usual = true;
                    }
                    self.days.extend(self.all(&dates, ExceptionKind::MakeupWork));
                }
                Verb::Longer => self.longer(&dates, clause),
                Verb::Off | Verb::NotRead => read = false,
            }
        }
        let speaks = said || Verb::of(rest).is_some() && rest.contains(MONTH);
        let nothing = self.days.len() == days && self.out.extended.len() == extended && !as_usual;
        if speaks && (!read || nothing || !waiting.is_empty()) {
            self.out.unread.push(unmarked(clause));
        }
    }

    /// An item begins: its name, and the year of the title again.
    fn head(&mut self, head: &str) {
        let name = head.rsplit(ITEM).next().unwrap_or(head).trim();
        self.name.clear();
        if name.chars().count() <= NAME {
            self.name.push_str(name);
        }
        (self.year, self.month) = (self.title.unwrap_or(self.year), None);
    }

    fn all(&self, dates: &[Date], kind: ExceptionKind) -> Vec<ExceptionDoc> {
        dates.iter().map(|d| plain(*d, kind, &self.name)).collect()
    }

    fn longer(&mut self, dates: &[Date], clause: &str) {
        let last = dates.iter().max();
        self.out.extended.extend(last.map(|until| Extension {
            until: *until,
            name: self.name.clone(),
            line: unmarked(clause),
        }));
    }

    /// All dates of a phrase: single ones, and stretches. A day without a month is of the month before it.
    fn dates(&mut self, phrase: &str, clause: &str) -> Found {
        let mut found = Found::default();
        let (mut from, mut number, mut joined) = (None::<Date>, String::new(), false);
        let mut signs = phrase.chars().peekable();
        while let Some(c) = signs.next() {
            if c.is_ascii_digit() {
                number.push(c);
                continue;
            }
            let value = number.parse::<i16>().ok();
            number.clear();
            if c == YEAR {
                self.year = value.filter(|y| (1990..=2200).contains(y)).unwrap_or(self.year);
            } else if c == MONTH {
                self.month = value.and_then(|m| i8::try_from(m).ok());
            } else if DAY.contains(&c) {
                let day = value.and_then(|d| i8::try_from(d).ok());
                let date = self.month.zip(day).and_then(|(m, d)| Date::new(self.year, m, d).ok());
                match (from.filter(|_| joined), date) {
                    (Some(first), Some(last)) => found.dates.extend(stretch(first, last).into_iter().skip(1)),
                    (_, Some(date)) => found.dates.push(date),
                    _ => {}
                }
                (from, joined, found.onwards) = (date, false, false);
            } else if let Some(said) = weekday(c) {
                // Of two that stand together the first is the weekday on which the stretch begins.
                let ends = signs.peek().is_none_or(|next| weekday(*next).is_none());
                self.doubt(from.filter(|_| ends), said, clause);
            } else {
                joined = TO.contains(&c);
                found.onwards |= c == ONWARDS && from.is_some();
            }
        }
        found
    }

    fn doubt(&mut self, date: Option<Date>, said: Weekday, clause: &str) {
        if let Some(date) = date.filter(|d| d.weekday() != said) {
            self.out.doubts.push(Doubt { date, said, line: unmarked(clause) });
        }
    }
}

/// The year of the title: one that is named for something else than a date.
fn title_year(text: &str) -> Option<i16> {
    let mut years = text.match_indices(YEAR).filter_map(|(at, sign)| {
        let after = text.get(at + sign.len()..)?;
        let year = number_at_the_end(text.get(..at)?).filter(|y| (1990..=2200).contains(y))?;
        (!after.starts_with(|c: char| c.is_ascii_digit())).then_some(year)
    });
    years.next()
}

/// The first year that is named with its sign.
fn first_year(text: &str) -> Option<i16> {
    let (before, _) = text.split_once(YEAR)?;
    number_at_the_end(before).filter(|y| (1990..=2200).contains(y))
}

fn number_at_the_end(text: &str) -> Option<i16> {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text.get(start..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::{CalendarDoc, china_exceptions};
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = read_notice(text, 2026);
        let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
        let mut all = days.join("; ");
        all.extend(read.extended.iter().map(|e| format!("..{} {}", e.until, e.name)));
        all.extend(read.unread.iter().map(|u| format!(" ?{u}")));
        all.extend(read.doubts.iter().map(|d| format!(" !{} {:?}: {}", d.date, d.said, d.line)));
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
    fn each_phrase_has_its_own_word() {
        check(
            "9月3日至5日调休放假，共3天。其中9月3日（星期四）放假，9月4日调休，9月6日（星期日）上班。",
            "2026-09-03 off ; 2026-09-04 off ; 2026-09-05 off ; 2026-09-06 makeup_work ",
        );
        check("9月20日，10月10日上班", "2026-09-20 makeup_work ; 2026-10-10 makeup_work ");
        check("9月19日至20日，放假调休", "2026-09-19 off ; 2026-09-20 off ");
        check("9月20日调休上班", "2026-09-20 makeup_work ");
        check("10月1日放假，10月8日另行通知", "2026-10-01 off  ?10月1日放假，10月8日另行通知");
        check("10月1日放假9月20日上班", " ?10月1日放假9月20日上班");
        check("5月4日不放假", " ?5月4日不放假");
        check("妇女节：3月8日下午放假半天", " ?妇女节：3月8日下午放假半天");
        check("10月1日（周四）起放假7天", " ?10月1日（周四）起放假7天");
    }

    #[test]
    fn normal_work_makes_no_day_but_on_a_weekend() {
        check("10月1日至7日放假，10月8日（周四）起正常上班", &{
            let day = |d| format!("2026-10-0{d} off ");
            (1..=7).map(day).collect::<Vec<_>>().join("; ")
        });
        check("10月8日照常上班。10月10日（周六）正常上班。", "2026-10-10 makeup_work ");
        check("2月23日（周一）起恢复上班", "");
    }

    #[test]
    fn a_year_counts_to_the_end_of_its_item() {
        let notice = "国务院办公厅关于2019年部分节假日安排的通知\n一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。\
            2018年12月29日（星期六）上班。\n二、春节：2月4日至5日放假调休。2月2日（星期六）上班。";
        check(
            notice,
            "2018-12-29 makeup_work 元旦; 2018-12-30 off 元旦; 2018-12-31 off 元旦; 2019-01-01 off 元旦; \
            2019-02-02 makeup_work 春节; 2019-02-04 off 春节; 2019-02-05 off 春节",
        );
    }

    #[test]
    fn a_year_that_nobody_named_is_said() {
        let text = "元旦：1月1日至3日放假，共3天。";
        assert_eq!(read_notice(text, 2026).assumed_year, Some(2026));
        assert_eq!(read_notice(&format!("2027年{text}"), 2026).assumed_year, None);
    }

    #[test]
    fn a_weekday_that_is_not_its_dates_is_a_doubt() {
        check("10月8日（星期一）上班", "2026-10-08 makeup_work  !2026-10-08 Monday: 10月8日（周一）上班");
        check(
            "国庆节：10月1日（周四）至7日（农历九月廿七、周四）放假",
            &("2026-10-0".to_owned()
                + &(1..=6).map(|d| format!("{d} off 国庆节; 2026-10-0")).collect::<String>()
                + "7 off 国庆节 !2026-10-07 Thursday: 国庆节：10月1日（周四）至7日（周四）放假"),
        );
        check("10月3日至4日（周六至周日）放假", "2026-10-03 off ; 2026-10-04 off ");
        check("6月19日放假，与周末连休", "2026-06-19 off ");
    }

    const LONGER: &str = "国务院办公厅关于延长2020年春节假期的通知\n各省、自治区、直辖市人民政府：\n\
        经国务院批准，现将延长2020年春节假期的具体安排通知如下：\n\
        一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。\n\
        二、各地大专院校、中小学、幼儿园推迟开学，具体时间由教育部门另行通知。\n\
        三、因疫情防控不能休假的职工，应根据《中华人民共和国劳动法》规定安排补休。\n\
        国务院办公厅\n2020年1月26日";

    #[test]
    fn a_holiday_that_is_made_longer_goes_on_from_its_end() {
        let week = r#"{"time_zone":"Asia/Shanghai","week":[[["09:00","18:00"]],[],[],[],[],[],[]]}"#;
        let doc = |exceptions| {
            let doc: CalendarDoc = serde_json::from_str(week).unwrap();
            CalendarDoc { exceptions, ..doc }
        };
        // As it stood before: off to 30 January, work on Saturday, 1 February.
        let first = read_notice(
            "2020年安排\n二、春节：1月24日至30日放假调休，共7天。1月19日（星期日）、2月1日（星期六）上班。",
            1999,
        );
        let before = doc(first.days);
        let read = read_notice(LONGER, 1999);
        assert!(read.days.is_empty() && read.unread.is_empty() && read.doubts.is_empty(), "{read:?}");
        let read = read.for_calendar(&before);
        let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
        assert_eq!(days, ["2020-01-31 off 春节", "2020-02-01 off 春节", "2020-02-02 off 春节"]);
        let after = before.with_announced(&read);
        let on = |d| after.exceptions.iter().find(|e| e.date == d).map(|e| e.kind);
        assert_eq!(on(date(2020, 2, 1)), Some(ExceptionKind::Off), "no longer a day of work");
        assert_eq!(on(date(2020, 1, 19)), Some(ExceptionKind::MakeupWork));
        assert_eq!(on(date(2020, 2, 3)), None);
        assert_eq!(before.with_announced(&read_notice(LONGER, 1999)), after);
        // Nobody knows where it would begin: it is not guessed.
        let alone = read_notice(LONGER, 1999).for_calendar(&doc(Vec::new()));
        assert_eq!((alone.days.len(), alone.unread.len()), (0, 1), "{alone:?}");
        assert!(alone.unread[0].starts_with("一、延长2020年春节假期至2月2日（周日）"), "{alone:?}");
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
