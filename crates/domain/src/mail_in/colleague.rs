//! Letters from the addresses of our own staff. Anybody can write a colleague's address into a letter: it counts as theirs
//! only if something speaks for it.

use super::{Origin, Verdict};

/// By what way a letter came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// A mail server of the house handed it over, which knows its own.
    ByHouse,
    /// A stranger's server brought it.
    ByStranger,
    /// It was fetched from a mailbox elsewhere.
    Fetched,
}

/// Does a letter come from the address in `From`? Its domain must have signed it or have sent it (RFC 7489 §3.1, strict), as
/// far as its origin was looked at; or the house's own server brought it and nothing speaks against it.
pub fn is_proven(address: &str, origin: Option<&Origin>, brought: Brought) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else { return false };
    let Some(o) = origin else { return brought == Brought::ByHouse };
    let same = |other: &str| other.trim_end_matches('.').eq_ignore_ascii_case(domain);
    let aligned = o.dmarc == Verdict::Pass
        || (o.dkim == Verdict::Pass && same(&o.dkim_domain))
        || (o.spf == Verdict::Pass && same(&o.spf_domain));
    let against = [o.dkim, o.dmarc].contains(&Verdict::Fail);
    aligned || (brought == Brought::ByHouse && !against)
}

/// What a colleague's letter into a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// An answer to the customer.
    Answer,
    /// A word among colleagues.
    Note,
}

/// What a colleague's letter answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// A letter of the correspondence with the customer.
    Correspondence,
    /// A letter that calls somebody on duty; only staff get it.
    Page,
    /// None that is known.
    Nothing,
}

/// What a colleague's letter into a case is: only whoever answers the correspondence certainly means the customer.
pub fn word(answered: Answered) -> Word {
    if answered == Answered::Correspondence { Word::Answer } else { Word::Note }
}

#[cfg(test)]
mod tests {
    use super::Brought::{ByHouse, ByStranger, Fetched};
    use super::*;
    use crate::mail_in::ForgedPolicy;
    use crate::mail_in::Verdict::{Fail, Neutral, None as Nothing, Pass};

    #[test]
    fn an_address_counts_only_if_something_speaks_for_it() {
        let origin = |spf, spf_domain: &str, dkim, dkim_domain: &str, dmarc| Origin {
            spf,
            spf_domain: spf_domain.to_owned(),
            dkim,
            dkim_domain: dkim_domain.to_owned(),
            dmarc,
            policy: ForgedPolicy::None,
            domain: "desk.example".to_owned(),
        };
        let unknown = || origin(Nothing, "", Nothing, "", Nothing);
        let cases = [
            (None, ByStranger, false),
            (None, Fetched, false),
            (None, ByHouse, true),
            (Some(unknown()), ByStranger, false),
            (Some(unknown()), ByHouse, true),
            (Some(origin(Nothing, "", Nothing, "", Pass)), ByStranger, true),
            (Some(origin(Nothing, "", Pass, "Desk.example", Nothing)), Fetched, true),
            (Some(origin(Nothing, "", Pass, "evil.example", Nothing)), ByStranger, false),
            (Some(origin(Pass, "desk.example", Nothing, "", Nothing)), ByStranger, true),
            (Some(origin(Pass, "evil.example", Nothing, "", Neutral)), ByStranger, false),
            (Some(origin(Pass, "evil.example", Nothing, "", Fail)), ByHouse, false),
            (Some(origin(Nothing, "", Fail, "desk.example", Nothing)), ByHouse, false),
        ];
        for (origin, brought, expected) in cases {
            let proven = is_proven("li@desk.example", origin.as_ref(), brought);
            assert_eq!(proven, expected, "{origin:?} {brought:?}");
        }
        assert!(!is_proven("li", None, ByHouse));
    }
}
