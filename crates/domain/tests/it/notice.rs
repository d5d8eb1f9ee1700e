//! The text of notices, phrase by phrase and as a whole.

use domain::calendar::{CalendarDoc, ExceptionDoc, ExceptionKind, china_exceptions, read_notice};
use jiff::civil::date;

fn check(text: &str, expected: &str) {
    let read = read_notice(text, 2026);
    let days: Vec<_> = read.days.iter().map(|d| format!("{} {} {}", d.date, d.kind, d.name)).collect();
    let mut all = days.join("; ");
    all.extend(read.extended.iter().map(|e| format!("..{} {}", e.until, e.name)));
    all.extend(read.backwards.iter().map(|u| format!(" <{u}")));
    all.extend(read.unread.iter().map(|u| format!(" ?{u}")));
    all.extend(read.doubts.iter().map(|d| format!(" !{} {:?}: {}", d.date, d.said, d.line)));
    all.extend(read.miscounts.iter().map(|m| format!(" !{} for {}: {}", m.said, m.read, m.line)));
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
fn a_holiday_is_named_without_its_year() {
    check("2027年元旦：1月1日放假。", "2027-01-01 off 元旦");
    check("一、二〇二七年元旦：1月1日放假。", "2027-01-01 off 元旦");
    check("一、2027年元旦：1月1日放假。\n二、春节：2月6日放假。", "2027-01-01 off 元旦; 2027-02-06 off 春节");
}

#[test]
fn a_stretch_that_runs_backwards_is_named_and_nothing_of_it_is_read() {
    check("元旦：1月3日至1日放假，共3天。", " <元旦：1月3日至1日放假，共3天");
    check(
        "元旦：12月31日至1月2日放假。1月4日上班。",
        "2026-01-04 makeup_work 元旦 <元旦：12月31日至1月2日放假",
    );
    check("1月1日至1日放假。", "2026-01-01 off ");
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
fn a_number_of_days_that_is_not_the_dates_is_a_doubt() {
    let five = "2026-05-01 off ; 2026-05-02 off ; 2026-05-03 off ; 2026-05-04 off ; 2026-05-05 off ";
    check("5月1日至5日放假调休，共5天", five);
    check("5月1日至5日放假调休，共4天", &format!("{five} !4 for 5: 5月1日至5日放假调休，共4天"));
    check("6月19日（周五）放假3天", "2026-06-19 off  !3 for 1: 6月19日（周五）放假3天");
    // The weekend beside it is nobody's exception.
    check("6月19日（周五）放假，与周末连休，共3天", "2026-06-19 off ");
    check("5月1日放假1天，5月4日至5日放假，共2天", "2026-05-01 off ; 2026-05-04 off ; 2026-05-05 off ");
    check(
        "5月1日至2日放假，全年共11天",
        "2026-05-01 off ; 2026-05-02 off  !11 for 2: 5月1日至2日放假，全年共11天",
    );
    check("春节共放假，工作5天", "");
}

#[test]
fn the_number_of_days_is_held_against_the_dates_of_every_item() {
    let off =
        |days: &[&str]| days.iter().map(|d| format!("2026-{d} off 清明节")).collect::<Vec<_>>().join("; ");
    let three = off(&["04-04", "04-05", "04-06"]);
    check("清明节：4月4日至6日放假。共三天。", &three);
    check("清明节：4月4日至6日放假。共四天。", &format!("{three} !4 for 3: 共四天"));
    // Weekends that join on: 6 April 2026 is a Monday, 8 April a Wednesday.
    check("清明节：4月6日放假，与周末连休，共三天。", &off(&["04-06"]));
    check(
        "清明节：4月8日放假，与周末连休，共三天。",
        &format!("{} !3 for 1: 清明节：4月8日放假，与周末连休，共三天", off(&["04-08"])),
    );
    check(
        "清明节：4月6日放假，与周末连休，共四天。",
        &format!("{} !4 for 3: 清明节：4月6日放假，与周末连休，共四天", off(&["04-06"])),
    );
    // A day in lieu is counted in, or not, or joins on to the weekend.
    for n in ["一", "二", "三"] {
        check(&format!("清明节：4月5日放假，4月6日补休，共{n}天。"), &off(&["04-05", "04-06"]));
    }
    check(
        "清明节：4月5日放假，4月6日补休，共四天。",
        &format!("{} !4 for 2: 清明节：4月5日放假，4月6日补休，共四天", off(&["04-05", "04-06"])),
    );
}

#[test]
fn half_a_day_without_a_date_is_pointed_out() {
    check(
        "春节：2月17日放假，除夕下午放假半天。",
        "2026-02-17 off 春节 ?春节：2月17日放假，除夕下午放假半天",
    );
    check("除夕下午放假半天。", " ?除夕下午放假半天");
    check("节假日期间，上午半天安排值班。", "");
}

#[test]
fn a_year_may_have_two_digits() {
    let first =
        |text: &str| read_notice(text, 2027).days.first().map(|d| d.date.to_string()).unwrap_or_default();
    for text in ["一九年一月一日放假", "关于一九年节假日安排的通知。元旦：1月1日放假", "19年1月1日放假"]
    {
        assert_eq!(first(text), "2019-01-01", "{text}");
        assert_eq!(read_notice(text, 2027).assumed_year, None, "{text}");
    }
    // What passed since something is no year.
    assert_eq!(first("建国七十年之际，1月1日放假"), "2027-01-01");
}

#[test]
fn numerals_are_read_and_held_against_the_dates() {
    let four = "2026-10-01 off ; 2026-10-02 off ; 2026-10-03 off ; 2026-10-04 off ";
    check("十月一日至四日放假，共四天", four);
    check("十月一日至四日放假，共三天", &format!("{four} !3 for 4: 十月一日至四日放假，共三天"));
    check("10月1日至4日放假两天", &format!("{four} !2 for 4: 10月1日至4日放假两天"));
    check("六月十九日（星期五）放假三天", "2026-06-19 off  !3 for 1: 六月十九日（周五）放假三天");
    check("二〇二六年二月十四日、二月二十八日上班", "2026-02-14 makeup_work ; 2026-02-28 makeup_work ");
    check("十三月一日放假", " ?十三月一日放假");
}

#[test]
fn rest_in_exchange_is_a_day_off() {
    check("10月10日（周六）上班，10月12日补休", "2026-10-10 makeup_work ; 2026-10-12 off ");
    check("9月15日放假1天，9月17日补休", "2026-09-15 off ; 2026-09-17 off ");
    check("10月12日补休，10月10日上班补休", "2026-10-12 off  ?10月12日补休，10月10日上班补休");
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
