//! Progress reports in words, for letters: what a page shows as a card is said line by line.

use domain::ticket::progress::{Card, Progress};
use domain::time::Timestamp;
use jiff::tz::TimeZone;

use crate::{Locale, clock_time, dated, t, t_args, word};

/// A card as plain text in the receiver's language.
pub fn card_text(locale: Locale, zone: &TimeZone, card: &Card) -> String {
    match card {
        Card::Progress { progress, .. } => report_text(locale, zone, progress),
        Card::Underway { slot_at, next_at } => underway_text(locale, zone, *slot_at, *next_at),
    }
}

fn report_text(locale: Locale, zone: &TimeZone, p: &Progress) -> String {
    let expected = dated(locale, zone, p.expected_at);
    let lines = [
        ("report-phase", word(locale, "phase", p.phase.as_str())),
        ("report-finding", p.finding.as_str()),
        ("report-next", p.next.as_str()),
        ("report-expected", expected.as_str()),
    ];
    let line = |(key, value): (&str, &str)| {
        t_args(locale, "report-line", &[("what", t(locale, key)), ("value", value)])
    };
    lines.map(line).join("\n")
}

/// The time alone on the day of the slot, else with its date.
fn underway_text(locale: Locale, zone: &TimeZone, slot_at: Timestamp, next_at: Option<Timestamp>) -> String {
    let Some(next_at) = next_at else { return t(locale, "underway").to_owned() };
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let at =
        if day(next_at) == day(slot_at) { clock_time(zone, next_at) } else { dated(locale, zone, next_at) };
    t_args(locale, "underway-next", &[("at", &at)])
}

#[cfg(test)]
mod tests {
    use domain::ticket::progress::{Phase, Way};

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-10-{text}:00Z").parse().unwrap()
    }

    #[test]
    fn a_report_is_said_in_the_receivers_language() {
        let progress = Progress {
            phase: Phase::Located,
            finding: "磁盘写满".into(),
            next: "清理并重跑".into(),
            expected_at: at("03T05:00"),
        };
        let card = Card::Progress { progress, way: Way::Letter };
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let zh = card_text(Locale::Zh, &zone, &card);
        assert_eq!(
            zh,
            "当前阶段：已定位原因\n已查明：磁盘写满\n下一步：清理并重跑\n预计完成：2026-10-03 周六 13:00"
        );
        assert!(card_text(Locale::En, &zone, &card).starts_with("Phase: Cause found\nFound: 磁盘写满"));
    }

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let zone = TimeZone::UTC;
        let card = |next| Card::Underway { slot_at: at("03T23:20"), next_at: next };
        let say = |next| card_text(Locale::Zh, &zone, &card(next));
        assert_eq!(say(Some(at("03T23:50"))), "我们仍在处理，下次通报时间 23:50。");
        assert_eq!(say(Some(at("04T00:10"))), "我们仍在处理，下次通报时间 2026-10-04 周日 00:10。");
        assert_eq!(say(None), "我们仍在处理。");
    }
}
