//! Canned answers as they are used: their variables filled in from a ticket, by the one who writes.

use std::collections::BTreeMap;

use desk::Result;
use domain::access::Staff;
use domain::answer::{Variable, fill};
use domain::sla::Clock;
use domain::ticket::Ticket;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use store::Read;
use store::answer::AnswerRow;
use words::{Locale, when};

use crate::names::Names;

/// What the variables of a ticket stand for, ready for HTML.
pub(crate) struct Values(BTreeMap<Variable, String>);

impl Values {
    /// The values for a ticket; its names have been found before.
    pub(crate) fn of(
        (t, clocks): (&Ticket, &[Clock]),
        names: &Names,
        rules: &Rules,
        me: &Staff,
        (locale, now): (Locale, Timestamp),
    ) -> Self {
        let name = |id: Option<&str>| id.map(|id| names.get(id)).unwrap_or_default();
        let due = clocks.iter().filter(|c| c.is_running()).filter_map(|c| c.due_at).min();
        let value = |v: &Variable| match v {
            Variable::Number => t.number.clone(),
            Variable::Title => t.title.clone(),
            Variable::Requester => names.get(t.requester.as_str()),
            Variable::Organisation => name(t.organisation.as_ref().map(domain::id::OrgId::as_str)),
            Variable::Product => name(t.product.as_ref().map(domain::id::ProductId::as_str)),
            Variable::Assignee => name(t.assignee.as_ref().map(domain::id::StaffId::as_str)),
            Variable::Due => due.map(|at| when(locale, &rules.settings.zone(), at, now)).unwrap_or_default(),
            Variable::Me => me.name.clone(),
            Variable::Desk => rules.settings.desk_name.clone(),
        };
        Self(Variable::ALL.iter().map(|v| (*v, escaped(&value(v)))).collect())
    }

    /// An answer's HTML with these values.
    pub(crate) fn fill(&self, html: &str) -> String {
        fill(html, |v| self.0.get(&v).cloned().unwrap_or_default())
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// All answers filled in for a ticket: key, name, HTML.
pub(crate) fn filled(r: &mut Read<'_>, values: &Values) -> Result<Vec<(String, String, String)>> {
    let all = store::answer::all(r)?;
    Ok(all.into_iter().map(|AnswerRow { id, name, html, .. }| (id, name, values.fill(&html))).collect())
}
