//! How a letter that a person wrote ends: with the signature of their group or mailbox, in the reader's language.

use desk::mail_in::House;
use desk::{Result, voice};
use domain::access::ActorRef;
use domain::post::is_automatic;
use domain::ticket::Ticket;
use domain::ticket::decide::Rules;
use store::Read;
use words::Locale;

/// The last lines of a letter; the desk's name where nothing else was said, or nobody wrote it.
pub(crate) fn ending(
    r: &mut Read<'_>,
    (rules, house): (&Rules, &House),
    (t, kind): (&Ticket, &str),
    author: Option<&ActorRef>,
    locale: Locale,
) -> Result<String> {
    let company = rules.settings.desk_name.clone();
    if is_automatic(kind) {
        return Ok(company);
    }
    let signer = voice::signer(r, rules, house, t, author)?;
    let hours = web::service_hours(locale, rules);
    let signature = signer.voice.signature(locale == Locale::En, |p| signer.value(p, &hours));
    Ok(signature.unwrap_or(company))
}
