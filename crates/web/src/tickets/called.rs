//! Who was paged by a step of the promise and why, who did not answer, who did.

use domain::id::StaffId;
use domain::oncall::{Because, Called, Means};
use domain::ticket::Change;
use store::Read;
use words::{Locale, t, t_args, word};

use crate::names::Names;

/// Learns the names of everybody whom the line names.
pub(super) fn name_people(r: &mut Read<'_>, names: &mut Names, change: &Change) -> desk::Result<()> {
    match change {
        Change::Paged { called, .. } => name_called(r, names, &called.person, &called.because),
        Change::PageUnanswered { people, .. } => people.iter().try_for_each(|p| names.staff(r, p)),
        _ => Ok(()),
    }
}

/// Learns the name of who is on call, and of those who were passed over.
pub(crate) fn name_called(
    r: &mut Read<'_>,
    names: &mut Names,
    person: &StaffId,
    because: &Because,
) -> desk::Result<()> {
    names.staff(r, person)?;
    if let Because::Next { passed, .. } = because {
        passed.iter().try_for_each(|p| names.staff(r, p))?;
    }
    Ok(())
}

/// A page in one line, with its colour role; nothing for other events.
pub(super) fn line(change: &Change, names: &Names, locale: Locale) -> Option<(String, &'static str)> {
    let comma = t(locale, "list-comma");
    let all =
        |people: &[StaffId]| people.iter().map(|p| names.get(p.as_str())).collect::<Vec<_>>().join(comma);
    Some(match change {
        Change::Paged { called, means, .. } => (paged(called, means, names, locale), "soon"),
        Change::PageUnanswered { people, minutes, last, .. } => {
            let key = if *last { "event-page-unanswered-last" } else { "event-page-unanswered" };
            let args = [("who", all(people)), ("n", minutes.to_string())];
            let args: Vec<(&'static str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
            (t_args(locale, key, &args), "overdue")
        }
        Change::PageAcknowledged { means } => {
            let by = word(locale, "means", means.as_str());
            (t_args(locale, "event-page-acknowledged", &[("means", by)]), "ok")
        }
        _ => return None,
    })
}

fn paged(called: &Called, means: &[Means], names: &Names, locale: Locale) -> String {
    let means: Vec<&str> = means.iter().map(|m| word(locale, "means", m.as_str())).collect();
    let means = means.join(t(locale, "list-comma"));
    let (who, why) = (names.get(called.person.as_str()), because(&called.because, names, locale));
    let args = [("who", &*who), ("means", &*means), ("rota", called.rota.as_str()), ("why", &*why)];
    let key = if called.rota.is_empty() { "event-paged-plain" } else { "event-paged" };
    t_args(locale, key, &args)
}

/// Why somebody is on call, or is paged.
pub(crate) fn because(why: &Because, names: &Names, locale: Locale) -> String {
    match why {
        Because::Turn { layer } => t_args(locale, "oncall-turn", &[("layer", layer)]),
        Because::Next { layer, passed } => {
            let passed: Vec<String> = passed.iter().map(|p| names.get(p.as_str())).collect();
            let passed = passed.join(t(locale, "list-comma"));
            t_args(locale, "oncall-next", &[("layer", layer), ("passed", &passed)])
        }
        Because::Behind { layer } => t_args(locale, "oncall-behind", &[("layer", layer)]),
        Because::Override => word(locale, "oncall", "override").to_owned(),
        Because::Swap => word(locale, "oncall", "swap").to_owned(),
        Because::Fallback => word(locale, "oncall", "fallback").to_owned(),
        Because::Nobody => word(locale, "oncall", "nobody").to_owned(),
        Because::NoRota => word(locale, "oncall", "no_rota").to_owned(),
    }
}
