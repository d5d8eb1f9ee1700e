//! Why a clock is at risk, in a sentence.

use domain::sla::Risk;

use crate::{Locale, t_args, word};

/// `80 % of the time is used`, or what became of such cases.
pub fn risk(locale: Locale, risk: &Risk) -> String {
    match risk {
        Risk::Used { percent } => t_args(locale, "risk-used", &[("percent", &percent.to_string())]),
        Risk::Course { like, cases, percent } => {
            let (cases, percent) = (cases.to_string(), percent.to_string());
            let like = word(locale, "like", like.as_str());
            t_args(locale, "risk-course", &[("like", like), ("cases", &cases), ("percent", &percent)])
        }
    }
}
