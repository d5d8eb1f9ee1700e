//! How a letter that a person wrote ends: with the signature of their group or mailbox, in the reader's language. And with
//! which keys its domain signs it.

use desk::mail_in::House;
use desk::{Desk, Result, voice};
use domain::access::ActorRef;
use domain::post::is_automatic;
use domain::ticket::Ticket;
use domain::ticket::decide::Rules;
use mail::dkim::DomainSigner;
use push::Secret;
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

/// As what keys are sealed.
pub(crate) const SIGNATURE: &str = "dkim";

/// The keys that sign now. One that this node cannot open is told and left out: letters go all the same.
pub(crate) async fn keys(desk: &Desk, secret: Option<&Secret>) -> Result<Vec<DomainSigner>> {
    let Some(secret) = secret else { return Ok(Vec::new()) };
    let kept = desk.read(|r| Ok(store::dkim::signing(r)?)).await?;
    let mut keys = Vec::with_capacity(kept.len());
    for k in kept {
        let opened = secret.open(SIGNATURE, &k.sealed).map_err(|e| e.to_string());
        match opened.and_then(|private| DomainSigner::new(&k.domain, &k.selector, k.algorithm, &private)) {
            Ok(key) => keys.push(key),
            Err(e) => {
                tracing::error!(domain = %k.domain, error = %e, "letters go without the signature of a key");
            }
        }
    }
    Ok(keys)
}
