//! What happened in an emergency, in one line, for staff and for customers.

use domain::emergency::EmergencyChange;
use words::{Locale, t, t_args, word};

use crate::names::Names;

/// An event of an emergency with its colour role. A customer does not read who does what and why it was started.
pub(crate) fn line(
    change: &EmergencyChange,
    names: &Names,
    locale: Locale,
    internal: bool,
) -> (String, &'static str) {
    let say = |key: &str, args: &[(&'static str, &str)]| t_args(locale, key, args);
    let name = |id: &domain::id::StaffId| names.get(id.as_str());
    match change {
        EmergencyChange::Started { title, .. } if !internal => {
            (say("event-emergency-started-plain", &[("title", title)]), "overdue")
        }
        EmergencyChange::Started { title, commander, reason, .. } => {
            let args = [("title", title.as_str()), ("person", &*name(commander)), ("reason", reason)];
            (say("event-emergency-started", &args), "overdue")
        }
        EmergencyChange::CalledOff { slip: true, .. } => (t(locale, "event-emergency-slip").to_owned(), ""),
        EmergencyChange::CalledOff { reason, .. } => {
            (say("event-emergency-called_off", &[("reason", reason)]), "")
        }
        EmergencyChange::Described { title, organisations, .. } => {
            let n = organisations.len().to_string();
            (say("event-emergency-described", &[("title", title), ("n", &n)]), "")
        }
        EmergencyChange::Staffed { commander, roles } => {
            let colon = t(locale, "list-colon");
            let roles: Vec<String> =
                roles.iter().map(|h| format!("{}{colon}{}", h.role, name(&h.person))).collect();
            let roles = roles.join(t(locale, "list-comma"));
            let key = if roles.is_empty() { "event-emergency-commander" } else { "event-emergency-staffed" };
            (say(key, &[("person", &name(commander)), ("roles", &roles)]), "")
        }
        EmergencyChange::Posted { text, public: true, .. } => {
            (say("event-emergency-public", &[("text", text)]), "soon")
        }
        EmergencyChange::Posted { text, .. } => (say("event-emergency-internal", &[("text", text)]), ""),
        EmergencyChange::Planned { text, state, .. } => {
            let args = [("state", word(locale, "plan_state", state.as_str())), ("text", text.as_str())];
            (say("event-emergency-planned", &args), "")
        }
        EmergencyChange::Ended { summary } => (say("event-emergency-ended", &[("summary", summary)]), "ok"),
        EmergencyChange::Resumed { slip: true, .. } => (t(locale, "event-emergency-goes-on").to_owned(), ""),
        EmergencyChange::Resumed { reason, .. } => {
            (say("event-emergency-resumed", &[("reason", reason)]), "overdue")
        }
        EmergencyChange::Reviewed { causes, .. } => {
            (say("event-emergency-reviewed", &[("causes", causes)]), "")
        }
        EmergencyChange::Measured { measure: m } => {
            let (no, due) = (m.no.to_string(), m.due_on.to_string());
            let args =
                [("no", &*no), ("what", m.what.as_str()), ("person", &*name(&m.owner)), ("due", &*due)];
            let done = m.done_at.is_some();
            let key = if done { "event-emergency-measure-done" } else { "event-emergency-measure" };
            (say(key, &args), if done { "ok" } else { "" })
        }
        EmergencyChange::Finished {} => (t(locale, "event-emergency-finished").to_owned(), "ok"),
    }
}
