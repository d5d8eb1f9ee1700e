//! The letter to somebody who is paged, with a link that acknowledges without a sign-in.

use desk::jobs::PageJob;
use desk::oncall::{link_for, step_of};
use desk::{Result, Unit};
use domain::oncall::Means;
use domain::people::parse_email;
use store::oncall::page::PageKey;
use store::staff;
use words::{LetterText, Locale, step_fired, t_args};

use crate::written::Written;

/// Writes it; nothing if somebody has answered meanwhile, or the person has left or has no address any more.
pub(crate) fn write(
    unit: &mut Unit<'_, '_>,
    job: &PageJob,
    token: &str,
    public_url: &str,
) -> Result<Option<Written>> {
    let key = PageKey { ticket: job.ticket.clone(), step: job.step, person: job.person.clone() };
    let person = staff::one(unit.work, &job.person)?.filter(|s| s.active);
    let Some((person, email)) = person.and_then(|p| parse_email(&p.email).map(|e| (p, e.value))) else {
        return Ok(None);
    };
    let Some(page) = link_for(unit, &key, token, Means::Mail)? else { return Ok(None) };
    let locale = Locale::parse(&person.locale);
    let step = step_of(unit.work, &job.ticket, job.step)?;
    let why = step.and_then(|s| step_fired(locale, &s)).unwrap_or_default();
    let minutes = unit.rules.settings.page_next_minutes.to_string();
    let (link, case) =
        (format!("{public_url}/pages/link/{token}"), format!("{public_url}/tickets/{}", page.number));
    let args: [(&'static str, &str); 8] = [
        ("desk", &unit.rules.settings.desk_name),
        ("number", &page.number),
        ("title", &page.title),
        ("name", &person.name),
        ("why", &why),
        ("n", &minutes),
        ("link", &link),
        ("case", &case),
    ];
    let subject = t_args(locale, "letter-page-subject", &args);
    let body = t_args(locale, "letter-page-body", &args);
    Ok(Some((PageJob::KIND.to_owned(), Some(job.ticket.clone()), email, LetterText { subject, body })))
}
