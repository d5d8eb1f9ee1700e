//! Which way is best: proposed above the form of a new request, with the reason.

use std::collections::BTreeSet;

use domain::chat::There;
use domain::door::{Complexity, Door, Matter, Proposal, propose};
use domain::ticket::Kind;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;

use super::request::RequestForm;

/// What the page says of the ways.
#[derive(Debug, Clone, Default)]
pub(super) struct Ways {
    /// The best one first.
    pub proposals: Vec<Proposal>,
    /// Where letters are taken.
    pub mail: Option<String>,
    /// A call can be asked for.
    pub calls: bool,
}

impl Ways {
    /// By what was answered so far.
    pub(super) fn of(
        form: &RequestForm,
        (rules, chats): (&Rules, There),
        (written, now): (&[String], Timestamp),
    ) -> Self {
        let kept = rules.mailboxes.iter().filter(|m| m.active).map(|m| &m.address);
        let mail = kept.chain(written).next().cloned();
        let hours = rules.service_hours();
        let calls = hours.is_some_and(|c| !domain::appointment::offers(c, now).is_empty());
        // Knowledge, forum and the line are switched on where they are built.
        let on = [
            (Door::Chat, chats == There::Now),
            (Door::Form, true),
            (Door::Mail, mail.is_some()),
            (Door::CallBack, calls),
        ];
        let on: BTreeSet<Door> = on.into_iter().filter(|(_, is_on)| *is_on).map(|(door, _)| door).collect();
        let matter = Matter {
            kind: form.kind.parse().unwrap_or(Kind::Fault),
            stopped: !form.stopped.is_empty(),
            complexity: form.complexity.parse().unwrap_or(Complexity::Simple),
        };
        let proposals = propose(matter, &on, hours.is_some_and(|c| c.is_open(now)));
        Self { proposals, mail, calls }
    }
}
