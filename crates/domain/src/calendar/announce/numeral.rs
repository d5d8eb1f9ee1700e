//! Chinese numerals of a notice (十月一日, 二〇二六年, 放假三天) as digits, wherever the sign of a year, month or day follows.

/// 年, 月, 日, 号, 天.
const UNITS: [char; 5] = ['\u{5e74}', '\u{6708}', '\u{65e5}', '\u{53f7}', '\u{5929}'];
/// 〇 to 九.
const DIGITS: [char; 10] = [
    '\u{3007}', '\u{4e00}', '\u{4e8c}', '\u{4e09}', '\u{56db}', '\u{4e94}', '\u{516d}', '\u{4e03}',
    '\u{516b}', '\u{4e5d}',
];
/// 零, ○ and 两, which stand for a digit as well.
const ALSO: [(char, usize); 3] = [('\u{96f6}', 0), ('\u{25cb}', 0), ('\u{4e24}', 2)];
/// 十.
const TEN: char = '\u{5341}';

/// 廿 and 卅, each written for two signs.
const SHORT: [(char, &str); 2] = [('\u{5eff}', "\u{4e8c}\u{5341}"), ('\u{5345}', "\u{4e09}\u{5341}")];

/// The text with its numerals as digits. What is no numeral, or counts something else, stays.
pub(super) fn in_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if digit(c).is_some() || c == TEN || SHORT.iter().any(|(short, _)| *short == c) {
            run.push(c);
            continue;
        }
        out += &value(&run).filter(|_| UNITS.contains(&c)).unwrap_or_else(|| run.clone());
        run.clear();
        out.push(c);
    }
    out + &run
}

fn digit(c: char) -> Option<usize> {
    let also = ALSO.iter().find(|(sign, _)| *sign == c).map(|(_, n)| *n);
    DIGITS.iter().position(|d| *d == c).or(also)
}

/// Up to 99 by tens, else digit by digit.
fn value(run: &str) -> Option<String> {
    let run = SHORT.iter().fold(run.to_owned(), |run, (short, long)| run.replace(*short, long));
    let digits = |part: &str| part.chars().map(digit).collect::<Option<Vec<_>>>();
    let Some((tens, ones)) = run.split_once(TEN) else {
        let all = digits(&run).filter(|d| !d.is_empty())?;
        return Some(all.iter().map(ToString::to_string).collect());
    };
    match (digits(tens)?.as_slice(), digits(ones)?.as_slice()) {
        ([], []) => Some("10".to_owned()),
        ([], [n]) => Some(format!("1{n}")),
        ([n], []) if *n > 0 => Some(format!("{n}0")),
        ([n], [m]) if *n > 0 => Some(format!("{n}{m}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::in_digits;

    #[test]
    fn numerals_before_a_unit_become_digits() {
        for (text, read) in [
            ("十月一日至七日", "10月1日至7日"),
            ("二〇二六年二月二十三日", "2026年2月23日"),
            ("二零二六年十二月三十日", "2026年12月30日"),
            ("十一号放假两天，共四天", "11号放假2天，共4天"),
            ("三十一日、二十日", "31日、20日"),
            ("二、五一节：5月1日", "二、五一节：5月1日"),
            ("十十日，一十一十日", "十十日，一十一十日"),
            ("十月廿一日至廿三日，卅一日，廿日", "10月21日至23日，31日，20日"),
            ("廿十日，廿", "廿十日，廿"),
            ("第三", "第三"),
        ] {
            assert_eq!(in_digits(text), read, "{text}");
        }
    }
}
