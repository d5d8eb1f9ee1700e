//! News of on-call in the inbox: what it is about, what happened, where it leads.

use domain::conduct::Stand;
use domain::oncall::{News, SwapState};
use jiff::tz::TimeZone;
use store::Read;
use words::{Locale, t, t_args, word};

use crate::names::Names;

/// Title, what happened, and where it leads.
pub(super) fn tell(
    r: &mut Read<'_>,
    news: &News,
    (locale, zone): (Locale, &TimeZone),
) -> desk::Result<(String, String, String)> {
    let mut names = Names::default();
    let home = || "/on-call".to_owned();
    Ok(match news {
        News::Swap { state, by, rota, from, until } => {
            names.staff(r, by)?;
            let one = |at| words::dated(locale, zone, at);
            let (who, span) = (names.get(by.as_str()), format!("{} \u{2013} {}", one(*from), one(*until)));
            let what = t_args(locale, swap_key(*state), &[("who", &who), ("span", &span)]);
            let link = if *state == SwapState::Open { "/on-call#swaps".to_owned() } else { home() };
            (rota.clone(), what, link)
        }
        News::Findings { rota, first, last, n, parity } => {
            let (first, last, n) = (first.to_string(), last.to_string(), n.to_string());
            let args = [("first", first.as_str()), ("last", last.as_str()), ("n", n.as_str())];
            let month: String = first.chars().take(7).collect();
            let found = (n != "0").then(|| t_args(locale, "news-findings", &args));
            let unheld = parity.to_string();
            let args = [("first", first.as_str()), ("last", last.as_str()), ("n", unheld.as_str())];
            let unheld = (*parity > 0).then(|| t_args(locale, "news-parity", &args));
            let what: Vec<String> = [found, unheld].into_iter().flatten().collect();
            (rota.clone(), what.join(t(locale, "list-semicolon")), format!("/on-call?month={month}"))
        }
        News::Start { rota, seat, .. } => {
            let seat = word(locale, "seat", seat.as_str());
            (rota.clone(), t_args(locale, "news-start", &[("seat", seat)]), home())
        }
        News::Conduct { state, person } => {
            names.staff(r, person)?;
            let who = names.get(person.as_str());
            let what = t_args(locale, conduct_key(*state), &[("who", &who)]);
            let link = if *state == Stand::Objected { "/reports/conduct" } else { "/account/conduct" };
            (t(locale, "report-conduct").to_owned(), what, link.to_owned())
        }
        News::Silent { rota, seat, person } => {
            names.staff(r, person)?;
            let (who, seat) = (names.get(person.as_str()), word(locale, "seat", seat.as_str()));
            (rota.clone(), t_args(locale, "news-silent", &[("who", &who), ("seat", seat)]), home())
        }
    })
}

fn conduct_key(state: Stand) -> &'static str {
    match state {
        Stand::Proposed => "news-conduct-proposed",
        Stand::Objected => "news-conduct-objected",
        Stand::Upheld => "news-conduct-upheld",
        Stand::Dropped => "news-conduct-dropped",
    }
}

fn swap_key(state: SwapState) -> &'static str {
    match state {
        SwapState::Open => "news-swap-open",
        SwapState::Accepted => "news-swap-accepted",
        SwapState::Declined => "news-swap-declined",
        SwapState::Withdrawn => "news-swap-withdrawn",
    }
}
