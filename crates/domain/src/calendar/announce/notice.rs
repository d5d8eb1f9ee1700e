//! The text of the official notice, pasted as it stands: dates, "放假", "上班". Whatever is in brackets is commentary, but
//! for the weekday, which is held against its date. Read phrase by phrase: dates wait for the word that says what they are.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::super::{ExceptionDoc, ExceptionKind};
use super::mark::{marked, unmarked, weekday};
use super::numeral::in_digits;
use super::{Announcement, Doubt, Extension, Miscount, plain, stretch};

const YEAR: char = '\u{5e74}';
const MONTH: char = '\u{6708}';
const DAY: [char; 2] = ['\u{65e5}', '\u{53f7}'];
/// "To", in words and signs.
const TO: [char; 6] = ['\u{81f3}', '\u{5230}', '-', '\u{2014}', '\u{2013}', '~'];
/// 放假, 休息, 调休, and 补休.
const OFF: [&str; 4] = ["\u{653e}\u{5047}", "\u{4f11}\u{606f}", "\u{8c03}\u{4f11}", "\u{8865}\u{4f11}"];
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
/// 天: so many days, after 共, 共计, 放假.
const DAYS: char = '\u{5929}';
const SO_MANY: [char; 3] = ['\u{5171}', '\u{8ba1}', '\u{5047}'];
/// 共: so many days in all.
const IN_ALL: char = '\u{5171}';
/// 连休: days off of the week, which nobody names, are counted in.
const IN_A_ROW: &str = "\u{8fde}\u{4f11}";
/// 补休: a day in lieu may be counted in or not.
const IN_LIEU: &str = "\u{8865}\u{4f11}";
/// 半天: part of a day off, whatever the day is called.
const HALF: &str = "\u{534a}\u{5929}";
/// 起: from a date on.
const ONWARDS: char = '\u{8d77}';
const ENDS: [char; 4] = ['\u{3002}', '\u{ff1b}', ';', '\n'];
const COMMAS: [char; 2] = ['\u{ff0c}', ','];
const COLONS: [char; 2] = ['\u{ff1a}', ':'];
/// 、 after a number: the head of an item of the list.
const ITEM: char = '\u{3001}';
/// A year of two digits that is no date's lies so near the present one: of a jubilee's years nothing is read.
const NEAR: i16 = 10;
/// The longest name of a holiday; what is longer is a sentence that ends in a colon.
const NAME: usize = 12;

/// Reads a notice. `year` counts where the text names none; a year that it names counts to the end of its item.
pub fn read_notice(text: &str, year: i16) -> Announcement {
    let text = marked(text);
    let read = in_digits(&text);
    let title = title_year(&read, year);
    let named = title.or_else(|| first_year(&read, year));
    let year = named.unwrap_or(year);
    let mut reader = Reader { year, title, ..Reader::default() };
    for clause in text.split(ENDS).map(str::trim).filter(|c| !c.is_empty()) {
        reader.clause(clause);
    }
    let Reader { days, out, .. } = reader;
    let read = Announcement::of(days, out.unread.clone());
    let assumed_year = Some(year).filter(|_| named.is_none() && !read.days.is_empty());
    let Announcement { extended, backwards, doubts, miscounts, .. } = out;
    Announcement { extended, backwards, doubts, miscounts, assumed_year, ..read }
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
    /// How many days were read before this item.
    item: usize,
    /// How many of a clause's days off are in lieu.
    in_lieu: usize,
    /// A stretch of the clause ends before it begins.
    is_backwards: bool,
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
        (self.in_lieu, self.is_backwards) = (0, false);
        for phrase in rest.split(COMMAS) {
            let found = self.dates(phrase, clause);
            let Some(verb) = Verb::of(phrase) else {
                waiting.extend(found.dates);
                continue;
            };
            let mut dates = std::mem::take(&mut waiting);
            dates.extend(found.dates);
            if dates.is_empty() {
                // A holiday without its date, of which only a part is off.
                let half = verb == Verb::NotRead && says_half(phrase);
                (said, read) = (said || half, read && !half);
                continue;
            }
            said = true;
            match verb {
                Verb::Off if !found.onwards => {
                    self.in_lieu += if phrase.contains(IN_LIEU) { dates.len() } else { 0 };
                    self.days.extend(self.all(&dates, ExceptionKind::Off));
                }
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
        if self.is_backwards {
            // Which end is wrong, nobody can tell.
            self.days.truncate(days);
            self.out.extended.truncate(extended);
            self.out.backwards.push(unmarked(clause));
            return;
        }
        let speaks = said || Verb::of(rest).is_some() && rest.contains(MONTH);
        let nothing = self.days.len() == days && self.out.extended.len() == extended && !as_usual;
        if speaks && (!read || nothing || !waiting.is_empty()) {
            self.out.unread.push(unmarked(clause));
        } else {
            self.hold_count(rest, days, clause);
        }
    }

    /// The number of days that a clause names is held against the days off that were read from it; one that stands
    /// alone, against those of its item.
    fn hold_count(&mut self, text: &str, before: usize, clause: &str) {
        let off = |from: usize| -> BTreeSet<Date> {
            let off = self.days.iter().skip(from).filter(|d| d.kind == ExceptionKind::Off);
            off.map(|d| d.date).collect()
        };
        let mut dates = off(before);
        if dates.is_empty() && self.days.len() == before && text.contains(IN_ALL) {
            dates = off(self.item);
        }
        let said = counts(text);
        let Some(last) = said.last().filter(|_| !dates.is_empty()) else { return };
        let read = if text.contains(IN_A_ROW) { self.in_a_row(&dates) } else { dates.len() };
        let fits = [read, dates.len().saturating_sub(self.in_lieu), self.in_lieu_row(&dates)];
        if !fits.contains(last) && said.iter().sum::<usize>() != dates.len() {
            self.out.miscounts.push(Miscount { said: *last, read, line: unmarked(clause) });
        }
    }

    /// So many days are off from one to the next, with those of the week beside them.
    fn in_a_row(&self, dates: &BTreeSet<Date>) -> usize {
        let works = |d: Date| self.days.iter().any(|e| e.date == d && e.kind == ExceptionKind::MakeupWork);
        let is_off = |d: &Date| dates.contains(d) || d.weekday().to_monday_one_offset() > 5 && !works(*d);
        let on = |days: i64| jiff::Span::new().days(days);
        let mut all = dates.clone();
        for date in dates {
            all.extend(date.series(on(1)).take_while(is_off));
            all.extend(date.series(on(-1)).take_while(is_off));
        }
        all.len()
    }

    /// The same where a day in lieu joins a holiday to a weekend.
    fn in_lieu_row(&self, dates: &BTreeSet<Date>) -> usize {
        if self.in_lieu > 0 { self.in_a_row(dates) } else { dates.len() }
    }

    /// An item begins: its name, and the year of the title again, unless it names its own.
    fn head(&mut self, head: &str) {
        let name = head.rsplit(ITEM).next().unwrap_or(head).trim();
        let (own_year, name) = match name.split_once(YEAR) {
            Some((year, name)) => (year_of(&in_digits(year), false, self.year), name.trim()),
            None => (None, name),
        };
        self.name.clear();
        if name.chars().count() <= NAME {
            self.name.push_str(name);
        }
        (self.year, self.month) = (own_year.or(self.title).unwrap_or(self.year), None);
        self.item = self.days.len();
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
        let phrase = in_digits(phrase);
        let mut signs = phrase.chars().peekable();
        while let Some(c) = signs.next() {
            if c.is_ascii_digit() {
                number.push(c);
                continue;
            }
            let value = number.parse::<i16>().ok();
            let digits = std::mem::take(&mut number);
            if c == YEAR {
                let dated = signs.peek().is_some_and(char::is_ascii_digit);
                self.year = year_of(&digits, dated, self.year).unwrap_or(self.year);
            } else if c == MONTH {
                self.month = value.and_then(|m| i8::try_from(m).ok());
            } else if DAY.contains(&c) {
                let day = value.and_then(|d| i8::try_from(d).ok());
                let date = self.month.zip(day).and_then(|(m, d)| Date::new(self.year, m, d).ok());
                match (from.filter(|_| joined), date) {
                    (Some(first), Some(last)) if last < first => self.is_backwards = true,
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

/// The numbers of days that a text names.
fn counts(text: &str) -> Vec<usize> {
    let text = in_digits(text);
    let number = |(at, _): (usize, &str)| {
        let before = text.get(..at)?;
        let head = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = before.get(head.len()..)?.parse().ok()?;
        head.ends_with(SO_MANY).then_some(number)
    };
    text.match_indices(DAYS).filter_map(number).collect()
}

/// Does a phrase say that half of a day is off?
fn says_half(phrase: &str) -> bool {
    phrase.contains(HALF) && OFF.iter().any(|w| phrase.contains(w))
}

/// The year of the title: one that is named for something else than a date.
fn title_year(text: &str, near: i16) -> Option<i16> {
    let mut years = text.match_indices(YEAR).filter_map(|(at, sign)| {
        let year = year_of(digits_at_the_end(text.get(..at)?), false, near)?;
        (!is_dated(text.get(at + sign.len()..)?)).then_some(year)
    });
    years.next()
}

/// The first year that is named with its sign.
fn first_year(text: &str, near: i16) -> Option<i16> {
    let mut years = text.match_indices(YEAR).filter_map(|(at, sign)| {
        year_of(digits_at_the_end(text.get(..at)?), is_dated(text.get(at + sign.len()..)?), near)
    });
    years.next()
}

/// A year of four digits, or of the last two of this century.
fn year_of(digits: &str, dated: bool, near: i16) -> Option<i16> {
    let year = digits.parse::<i16>().ok()?;
    match digits.len() {
        4 => Some(year).filter(|y| (1990..=2200).contains(y)),
        2 => Some(2000 + year).filter(|y| dated || (y - near).abs() <= NEAR),
        _ => None,
    }
}

fn is_dated(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_digit())
}

fn digits_at_the_end(text: &str) -> &str {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text.get(start..).unwrap_or_default()
}
