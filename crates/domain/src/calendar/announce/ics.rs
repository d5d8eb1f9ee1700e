//! Calendar feeds (RFC 5545) of holidays: whole days with a summary. Three dialects tell days off from make-up days:
//! the words of the summary, Apple's `X-APPLE-SPECIAL-DAY`, and ours, which also carries windows.

use jiff::civil::{Date, date};

use super::super::{CalendarDoc, ExceptionDoc, ExceptionKind, read_windows};
use super::{Announcement, plain, stretch};

const OUR_KIND: &str = "X-AFTERCARE-DAY";
const OUR_WINDOWS: &str = "X-AFTERCARE-WINDOWS";
const APPLE: &str = "X-APPLE-SPECIAL-DAY";
/// To work (上班), and the one-letter mark in brackets (班).
const WORK: [&str; 3] = ["\u{4e0a}\u{73ed}", "(\u{73ed})", "\u{ff08}\u{73ed}\u{ff09}"];
/// What stands around a holiday's name in feeds: 假期, (休), (班), 补, 上班.
const AROUND: [&str; 8] = [
    "\u{5047}\u{671f}",
    "(\u{4f11})",
    "(\u{73ed})",
    "\u{ff08}\u{4f11}\u{ff09}",
    "\u{ff08}\u{73ed}\u{ff09}",
    "\u{4e0a}\u{73ed}(\u{8865}",
    "\u{4e0a}\u{73ed}\u{ff08}\u{8865}",
    "\u{4e0a}\u{73ed}",
];

/// Reads a feed. Events at an hour of the day, and repeated ones, come back unread.
pub fn read_ics(text: &str) -> Announcement {
    let mut days = Vec::new();
    let mut unread = Vec::new();
    let mut event: Option<Event> = None;
    for line in unfolded(text) {
        let Some((name, value)) = property(&line) else { continue };
        match (name, value, &mut event) {
            ("BEGIN", "VEVENT", _) => event = Some(Event::default()),
            ("END", "VEVENT", found) => match found.take().map(|e| (e.days(), e.summary)) {
                Some((Some(more), _)) => days.extend(more),
                Some((None, summary)) => unread.push(summary),
                None => {}
            },
            (name, value, Some(event)) => event.take(name, value),
            _ => {}
        }
    }
    Announcement::of(days, unread)
}

#[derive(Default)]
struct Event {
    summary: String,
    start: Option<Date>,
    end: Option<Date>,
    kind: Option<ExceptionKind>,
    windows: String,
    ours: bool,
    odd: bool,
}

impl Event {
    fn take(&mut self, name: &str, value: &str) {
        match name {
            "SUMMARY" => self.summary = unescaped(value),
            "DTSTART" => self.start = day(value, &mut self.odd),
            "DTEND" => self.end = day(value, &mut self.odd),
            "RRULE" | "RDATE" => self.odd = true,
            APPLE => {
                self.kind = match value {
                    "WORK-HOLIDAY" => Some(ExceptionKind::Off),
                    "ALTERNATE-WORKDAY" => Some(ExceptionKind::MakeupWork),
                    _ => None,
                }
            }
            OUR_KIND => {
                self.kind = value.parse().ok();
                self.ours = true;
            }
            OUR_WINDOWS => self.windows = value.replace("\\,", ","),
            _ => {}
        }
    }

    /// Its days; `DTEND` is the first day after it.
    fn days(&self) -> Option<Vec<ExceptionDoc>> {
        let first = self.start.filter(|_| !self.odd)?;
        let last = self.end.filter(|e| *e > first).map_or(Some(first), |e| e.yesterday().ok())?;
        let worked = WORK.iter().any(|w| self.summary.contains(w));
        let by_word = if worked { ExceptionKind::MakeupWork } else { ExceptionKind::Off };
        let kind = self.kind.unwrap_or(by_word);
        let windows =
            if kind == ExceptionKind::Custom { read_windows(&self.windows).ok()? } else { Vec::new() };
        let name = if self.ours { self.summary.clone() } else { name_of(&self.summary) };
        let dates = stretch(first, last);
        (!dates.is_empty()).then(|| {
            let day = |d| ExceptionDoc { windows: windows.clone(), ..plain(d, kind, &name) };
            dates.into_iter().map(day).collect()
        })
    }
}

fn name_of(summary: &str) -> String {
    let bare = AROUND.iter().fold(summary.to_owned(), |s, word| s.replace(word, ""));
    bare.trim_matches([' ', ')', '\u{ff09}']).to_owned()
}

/// Lines that begin with a blank go on with the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// `NAME;PARAMETER=x:VALUE`; parameters are of no use here, but a colon in quotes is theirs.
fn property(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let (head, value) = line.split_at(colon);
    Some((head.split(';').next().unwrap_or(head), value.trim_start_matches(':').trim_end()))
}

/// `20261001`; an hour of the day is odd unless it is midnight.
fn day(value: &str, odd: &mut bool) -> Option<Date> {
    let (day, time) = value.split_once('T').unwrap_or((value, "000000"));
    *odd |= !time.starts_with("000000");
    let digits = |range| day.get(range).and_then(|d: &str| d.parse().ok());
    let (year, month, of_month) = (day.get(..4)?.parse().ok()?, digits(4..6)?, digits(6..8)?);
    Date::new(year, month, of_month).ok()
}

fn unescaped(text: &str) -> String {
    text.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ").replace("\\\\", "\\")
}

/// A calendar's exceptions as a feed that [`read_ics`] reads back to the same days. `stamp` is the revision's date.
pub fn write_ics(doc: &CalendarDoc, title: &str, name_of: impl Fn(&str) -> String, stamp: Date) -> String {
    let mut out = String::new();
    let mut line = |text: &str| out.push_str(&content_line(text));
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Aftercare//Calendar//EN");
    line(&format!("X-WR-CALNAME:{}", escaped(title)));
    for e in &doc.exceptions {
        let next = e.date.tomorrow().unwrap_or(date(9999, 12, 31));
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@calendar.aftercare", e.date));
        line(&format!("DTSTAMP:{}T000000Z", compact(stamp)));
        line(&format!("DTSTART;VALUE=DATE:{}", compact(e.date)));
        line(&format!("DTEND;VALUE=DATE:{}", compact(next)));
        line(&format!("SUMMARY:{}", escaped(&name_of(&e.name))));
        line(&format!("{OUR_KIND}:{}", e.kind));
        if e.kind == ExceptionKind::Custom {
            let windows: Vec<_> = e.windows.iter().map(|(a, b)| format!("{a}-{b}")).collect();
            line(&format!("{OUR_WINDOWS}:{}", windows.join("\\,")));
        }
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

fn compact(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// A text as a value of a feed.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace(['\r', '\n'], " ")
}

/// A content line with its end; it is at most 75 octets long, and goes on after a blank.
pub fn content_line(line: &str) -> String {
    folded(line) + "\r\n"
}

fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        room -= c.len_utf8();
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(events: &str, expected: &str) {
        let text = format!("BEGIN:VCALENDAR\r\nX-WR-CALDESC:a\r\n  b\r\n{events}END:VCALENDAR\r\n");
        let read = read_ics(&text);
        let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
        let all = days.join("; ") + &read.unread.iter().map(|u| format!(" ?{u}")).collect::<String>();
        assert_eq!(all, expected, "{events}");
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", lines.replace('|', "\r\n"))
    }

    #[test]
    fn the_three_dialects_tell_days_off_from_days_of_work() {
        check(
            &event("SUMMARY:春节假期|DTSTART;VALUE=DATE:20260215|DTEND;VALUE=DATE:20260217"),
            "2026-02-15 off 春节; 2026-02-16 off 春节",
        );
        check(
            &event("SUMMARY:上班(补春节假期)|DTSTART;VALUE=DATE:20260214|DTEND;VALUE=DATE:20260215"),
            "2026-02-14 makeup_work 春节",
        );
        check(
            &event("DTSTART;VALUE=DATE:20260214|SUMMARY:春节(班)|X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"),
            "2026-02-14 makeup_work 春节",
        );
        check(
            &event("SUMMARY:Boxing\\, Day|DTSTART:20261226T000000|DTEND:20261227T000000"),
            "2026-12-26 off Boxing, Day",
        );
    }

    #[test]
    fn what_is_no_whole_day_comes_back() {
        check(&event("SUMMARY:Meeting|DTSTART:20261226T090000|DTEND:20261226T100000"), " ?Meeting");
        check(&event("SUMMARY:Every|DTSTART;VALUE=DATE:20261226|RRULE:FREQ=YEARLY"), " ?Every");
        check(&event("SUMMARY:Odd|DTSTART;VALUE=DATE:2026"), " ?Odd");
        check(&event("SUMMARY:Long|DTSTART;VALUE=DATE:20260101|DTEND;VALUE=DATE:20270101"), " ?Long");
        assert_eq!(read_ics("END:VEVENT\nEND:VEVENT"), Announcement::default());
    }

    #[test]
    fn a_calendar_survives_being_written_as_a_feed() {
        let doc = r#"{"time_zone":"UTC","week":[[["09:00","18:00"]],[],[],[],[],[],[]],"exceptions":[
            {"date":"2026-10-01","kind":"off","name":"a, very; long \\ name that has to be folded because it is longer than a line 国庆节国庆节"},
            {"date":"2026-10-02","kind":"custom","name":"duty (main)","windows":[["10:00","12:00"],["14:00","16:00"]]},
            {"date":"2026-10-10","kind":"makeup_work"}]}"#;
        let doc: CalendarDoc = serde_json::from_str(doc).unwrap();
        let feed = write_ics(&doc, "t", str::to_owned, date(2026, 1, 1));
        assert!(feed.split("\r\n").all(|l| l.len() <= 75), "{feed}");
        assert_eq!(read_ics(&feed).days, doc.exceptions);
    }
}
