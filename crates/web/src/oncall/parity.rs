//! Whether the coming holidays hold what contracts promise of them, in words.

use desk::oncall::ParityCheck;
use domain::oncall::able;
use words::{t, t_args};

use super::look::Look;

/// Times that are named one by one.
const MOST: usize = 12;

/// The result of the check.
pub(super) struct Parity {
    pub said: &'static str,
    /// Where it is not held, why, and what to do.
    pub lines: Vec<String>,
    /// Key, number and customer.
    pub contracts: Vec<(String, String, String)>,
    pub how: String,
}

impl Parity {
    pub(super) fn of(look: &Look, check: ParityCheck) -> Self {
        let locale = look.locale;
        let able = cases(able(&check.load));
        let line = |w: &domain::oncall::Weak| {
            let (span, expected) = (look.span(w.from, w.until), cases(w.expected));
            let args = [("span", span.as_str()), ("expected", expected.as_str()), ("able", able.as_str())];
            t_args(locale, &format!("parity-weak-{}", w.lack), &args)
        };
        let mut lines: Vec<String> = check.weak.iter().take(MOST).map(line).collect();
        let more = check.weak.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(t_args(locale, "oncall-finding-more", &[("n", &more.to_string())]));
        }
        let (days, each) = (check.load.days_off.to_string(), cases(check.load.per_person));
        let how = t_args(locale, "parity-how", &[("days", &days), ("each", &each)]);
        let said = t(locale, if check.weak.is_empty() { "parity-holds" } else { "parity-fails" });
        let contracts = check.contracts.into_iter().map(|c| (c.id.0, c.number, c.customer)).collect();
        Self { said, lines, contracts, how }
    }
}

fn cases(n: f64) -> String {
    format!("{n:.1}")
}
