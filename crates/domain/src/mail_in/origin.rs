//! Whether a letter comes from whom it says: the results of SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489), as they
//! are kept with it and shown at its message. How they are found is nobody's business here.

use serde::{Deserialize, Serialize};

use crate::named;

named! {
    /// The result of one of the three.
    pub enum Verdict ("verdict") {
        /// It comes from there.
        Pass = "pass",
        /// It does not.
        Fail = "fail",
        /// Probably not; its domain does not want it to be refused for that.
        SoftFail = "softfail",
        /// Nothing can be said.
        Neutral = "neutral",
        /// The domain says nothing about it.
        None = "none",
        /// It could not be found out.
        Error = "error",
    }
}

named! {
    /// What a domain wants to be done with letters that are not its own.
    pub enum ForgedPolicy ("forged policy") {
        /// Nothing.
        None = "none",
        /// They are suspect.
        Quarantine = "quarantine",
        /// They are not to be taken.
        Reject = "reject",
    }
}

named! {
    /// What the desk does with a letter whose domain disowns it.
    #[derive(Default)]
    pub enum Forged ("forged") {
        /// It is read like any other, with a mark that everybody sees.
        #[default]
        Mark = "mark",
        /// It goes to the spam view, from which it can be taken back.
        Spam = "spam",
    }
}

/// What was found out about a letter's origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// May the server that brought it send for the domain of its envelope?
    pub spf: Verdict,
    /// The domain that was asked.
    pub spf_domain: String,
    /// Is a signature of it right?
    pub dkim: Verdict,
    /// The domain that signed it.
    pub dkim_domain: String,
    /// Does one of the two speak for the domain in `From`?
    pub dmarc: Verdict,
    /// What that domain wants to be done if not.
    pub policy: ForgedPolicy,
    /// That domain.
    pub domain: String,
}

impl Origin {
    /// Does the domain in `From` disown it?
    pub fn is_disowned(&self) -> bool {
        self.dmarc == Verdict::Fail && self.policy != ForgedPolicy::None
    }
}

/// How much is known about how a letter came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// All of it.
    Whole,
    /// Not which server brought it: it was fetched, or brought by a server of the house. A missing signature says nothing.
    NoPeer,
    /// Somebody who was asked did not answer.
    Trouble,
}

/// Folds what the two checks and the domain's record say into the last verdict. `aligned` says whether one of the checks
/// speaks for the domain; none if the domain says nothing.
pub fn dmarc(aligned: Option<bool>, evidence: Evidence) -> Verdict {
    match (aligned, evidence) {
        (Some(true), _) => Verdict::Pass,
        (_, Evidence::Trouble) => Verdict::Error,
        (Some(false), Evidence::Whole) => Verdict::Fail,
        (Some(false), Evidence::NoPeer) => Verdict::Neutral,
        (None, _) => Verdict::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_disowned_only_by_a_domain_that_says_so() {
        let origin = |dmarc, policy| Origin {
            spf: Verdict::Fail,
            spf_domain: String::new(),
            dkim: Verdict::None,
            dkim_domain: String::new(),
            dmarc,
            policy,
            domain: "x.example".to_owned(),
        };
        assert!(origin(Verdict::Fail, ForgedPolicy::Reject).is_disowned());
        assert!(origin(Verdict::Fail, ForgedPolicy::Quarantine).is_disowned());
        assert!(!origin(Verdict::Fail, ForgedPolicy::None).is_disowned());
        assert!(!origin(Verdict::Error, ForgedPolicy::Reject).is_disowned());
        assert!(!origin(Verdict::Pass, ForgedPolicy::Reject).is_disowned());
    }

    #[test]
    fn the_last_verdict_needs_a_record_and_somebody_to_ask() {
        assert_eq!(dmarc(Some(true), Evidence::NoPeer), Verdict::Pass);
        assert_eq!(dmarc(Some(false), Evidence::Whole), Verdict::Fail);
        assert_eq!(dmarc(Some(false), Evidence::NoPeer), Verdict::Neutral);
        assert_eq!(dmarc(Some(false), Evidence::Trouble), Verdict::Error);
        assert_eq!(dmarc(None, Evidence::Whole), Verdict::None);
    }
}
