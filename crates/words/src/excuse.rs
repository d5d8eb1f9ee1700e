//! Why a broken promise is excused, for people.

use domain::sla::Excuse;

use crate::{Locale, span, t_args};

/// What is kept of an excuse, in words: a supervisor's own, or what a misclick was.
pub fn excuse(locale: Locale, kept: &str) -> String {
    match Excuse::of(kept) {
        Excuse::Given(words) => words.to_owned(),
        Excuse::Misclick(after_s) => t_args(locale, "excuse-misclick", &[("time", &span(locale, after_s))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misclick_says_when_it_was_taken_back() {
        assert_eq!(excuse(Locale::Zh, "flood"), "flood");
        let kept = Excuse::Misclick(125).kept();
        assert_eq!(excuse(Locale::Zh, &kept), "误调紧急，2 分 5 秒后撤回");
        assert_eq!(
            excuse(Locale::En, "misclick:"),
            "misclick:",
            "nobody but the house writes one without a time"
        );
    }
}
