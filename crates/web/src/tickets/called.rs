//! Whom a step of the promise called, and why the rota named them.

use domain::id::StaffId;
use domain::oncall::{Because, Called};
use store::Read;
use words::{Locale, t, t_args, word};

use crate::names::Names;

/// Learns the names of everybody whom the line names.
pub(super) fn name_people(r: &mut Read<'_>, names: &mut Names, called: &Called) -> desk::Result<()> {
    name_called(r, names, &called.person, &called.because)
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

/// The end of a step's line.
pub(super) fn line(called: &Called, names: &Names, locale: Locale) -> String {
    let (who, why) = (names.get(called.person.as_str()), because(&called.because, names, locale));
    let args = [("who", &*who), ("rota", called.rota.as_str()), ("why", &*why)];
    t_args(locale, "event-step-called", &args)
}

/// Why the rota names somebody.
pub(crate) fn because(why: &Because, names: &Names, locale: Locale) -> String {
    match why {
        Because::Turn { layer } => t_args(locale, "oncall-turn", &[("layer", layer)]),
        Because::Next { layer, passed } => {
            let passed: Vec<String> = passed.iter().map(|p| names.get(p.as_str())).collect();
            let passed = passed.join(t(locale, "list-comma"));
            t_args(locale, "oncall-next", &[("layer", layer), ("passed", &passed)])
        }
        Because::Override => word(locale, "oncall", "override").to_owned(),
        Because::Swap => word(locale, "oncall", "swap").to_owned(),
        Because::Fallback => word(locale, "oncall", "fallback").to_owned(),
        Because::Nobody => word(locale, "oncall", "nobody").to_owned(),
    }
}
