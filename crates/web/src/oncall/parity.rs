//! Whether the coming holidays hold what contracts promise of them, in words.

use desk::oncall::ParityCheck;
use domain::oncall::able;
use words::{t, t_args};

use super::around::Bar;
use super::look::Look;

/// Times that are named one by one.
const MOST: usize = 12;

/// The result of the check.
#[derive(PartialEq)]
pub(super) struct Parity {
    pub said: &'static str,
    /// Where it is not held, why, and what to do.
    pub lines: Vec<String>,
    /// Key, number and customer.
    pub contracts: Vec<(String, String, String)>,
    pub how: String,
    /// For which rotas it is the result; empty where there is only one result.
    pub rotas: String,
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
        Self { said, lines, contracts, how, rotas: String::new() }
    }
}

/// What holds for several rotas alike is said once; where their results differ, each says whose it is.
pub(super) fn said_once(bars: &mut [Bar], comma: &str) {
    let mut results: Vec<(Parity, Vec<String>)> = Vec::new();
    for bar in bars.iter_mut() {
        let Some(parity) = bar.parity.take() else { continue };
        match results.iter_mut().find(|(other, _)| *other == parity) {
            Some((_, rotas)) => rotas.push(bar.rota.clone()),
            None => results.push((parity, vec![bar.rota.clone()])),
        }
    }
    let several = results.len() > 1;
    for (mut parity, rotas) in results {
        let first = bars.iter_mut().find(|b| rotas.first() == Some(&b.rota) && b.parity.is_none());
        parity.rotas = if several { rotas.join(comma) } else { String::new() };
        if let Some(bar) = first {
            bar.parity = Some(parity);
        }
    }
}

fn cases(n: f64) -> String {
    format!("{n:.1}")
}
