//! Working together at an agreed time: call-backs and follow-up contacts with a customer, and how and when a case's
//! customer wants to be reached (S1-32).

mod event;
mod slots;

pub use event::AppointmentChange;
pub use slots::{LONGEST_OFFER, SLOT_S, is_offered, offers};

use serde::{Deserialize, Serialize};

use crate::id::{AppointmentId, ContactId, StaffId, TicketId};
use crate::named;
use crate::time::{Timestamp, plus_seconds};

named! {
    /// Why somebody gets in touch.
    pub enum AppointmentKind ("appointment kind") {
        /// The customer asked to be called, 回电.
        CallBack = "call_back",
        /// We ask how it went, 回访.
        FollowUp = "follow_up",
    }
}

named! {
    /// How a customer is reached.
    pub enum ContactWay ("contact way") {
        /// By telephone.
        Phone = "phone",
        /// By letter.
        Mail = "mail",
        /// By instant chat.
        Chat = "chat",
        /// On site, in person.
        OnSite = "on_site",
    }
}

impl ContactWay {
    /// A person speaks with the customer; a letter is an answer of its own.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Mail)
    }
}

named! {
    /// Where an appointment stands.
    pub enum AppointmentState ("appointment state") {
        /// It is to come.
        Agreed = "agreed",
        /// It took place.
        Done = "done",
        /// Its time went by.
        Missed = "missed",
        /// It is not to be any more.
        Cancelled = "cancelled",
    }
}

impl AppointmentState {
    /// There is still something to do.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Agreed | Self::Missed)
    }
}

named! {
    /// Who asked for an appointment.
    pub enum WantedBy ("wanted by") {
        /// The customer.
        Customer = "customer",
        /// The desk.
        Desk = "desk",
    }
}

/// What is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Why.
    pub kind: AppointmentKind,
    /// When, or from when on.
    pub from: Timestamp,
    /// Of a call-back: by when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How.
    pub way: ContactWay,
    /// With whom.
    pub contact: ContactId,
    /// Under which number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Who does it; whoever has the ticket if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An appointment without a window counts as missed so long after its instant.
const GRACE_S: i64 = 15 * 60;
/// A window is a day long at most.
const LONGEST_WINDOW_S: i64 = 86_400;
/// Nobody agrees on a time further ahead.
const LONGEST_AHEAD_S: i64 = 366 * 86_400;
/// Characters of a telephone number.
const MAX_PHONE: usize = 40;
/// Characters of what it is about, and of what came of it.
pub const MAX_TEXT: usize = 2_000;

impl Plan {
    /// From this instant on it is missed, if it was not done.
    pub fn end(&self) -> Timestamp {
        self.until.unwrap_or_else(|| plus_seconds(self.from, GRACE_S))
    }

    /// Field and issue of everything that is wrong with it.
    pub fn wrong(&self, now: Timestamp) -> Vec<(&'static str, &'static str)> {
        let too_long = |text: &str, most: usize| text.chars().count() > most;
        let calls = self.way == ContactWay::Phone;
        let checks = [
            ("from", "past", self.from <= now && self.end() <= now),
            ("from", "too_far", self.from > plus_seconds(now, LONGEST_AHEAD_S)),
            ("until", "not_after", self.until.is_some_and(|u| u <= self.from)),
            ("until", "past", self.until.is_some_and(|u| u > self.from && u <= now)),
            ("until", "window_too_long", self.end() > plus_seconds(self.from, LONGEST_WINDOW_S)),
            ("phone", "required", calls && self.phone.is_empty()),
            ("phone", "too_long", too_long(&self.phone, MAX_PHONE)),
            ("note", "too_long", too_long(&self.note, MAX_TEXT)),
        ];
        checks.into_iter().filter(|c| c.2).map(|(field, issue, _)| (field, issue)).collect()
    }

    /// As it is kept: texts without space around them, and a window only where somebody waits for a call.
    #[must_use]
    pub fn tidy(self) -> Self {
        let window = self.kind == AppointmentKind::CallBack;
        Self {
            until: self.until.filter(|_| window),
            phone: self.phone.trim().to_owned(),
            note: self.note.trim().to_owned(),
            ..self
        }
    }
}

/// An agreed contact of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Key.
    pub id: AppointmentId,
    /// Of which ticket.
    pub ticket: TicketId,
    /// Its number in the ticket, from 1.
    pub no: u32,
    /// Raised by one with each change.
    pub version: i64,
    /// Where it stands.
    pub state: AppointmentState,
    /// What is agreed.
    pub plan: Plan,
    /// Who asked for it.
    pub wanted_by: WantedBy,
    /// What came of it, or why it was called off.
    pub result: String,
    /// When it was agreed.
    pub made_at: Timestamp,
    /// When it was done or called off.
    pub ended_at: Option<Timestamp>,
    /// When something happens by itself.
    pub next_at: Option<Timestamp>,
}

named! {
    /// What happens to an appointment by itself.
    pub enum Alarm ("alarm") {
        /// It comes soon.
        Reminder = "reminder",
        /// Its time went by.
        Missed = "missed",
    }
}

impl Appointment {
    /// What is due now, if anything is. After a downtime in which its time went by, nobody is reminded of it any more.
    pub fn due(&self, now: Timestamp) -> Option<Alarm> {
        self.next_at.filter(|at| self.state == AppointmentState::Agreed && *at <= now)?;
        Some(if self.plan.end() <= now { Alarm::Missed } else { Alarm::Reminder })
    }

    /// Is its time over, although it is neither done nor called off?
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && self.plan.end() <= now
    }
}

/// When something first happens by itself to what was agreed `now`: the reminder so many minutes before, unless that is
/// over already or nobody wants one.
pub fn first_alarm(plan: &Plan, minutes: u32, now: Timestamp) -> Timestamp {
    let remind_at = plus_seconds(plan.from, -60 * i64::from(minutes));
    if minutes > 0 && remind_at > now { remind_at } else { plan.end() }
}

/// Stands in an event for no way.
const OPEN_WAY: &str = "-";

/// How and when the customer of a case wants to be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// How; open if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<ContactWay>,
    /// When, in words: after 14:00, not on Mondays.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
}

impl Follow {
    /// Characters of the time.
    const MAX_WHEN: usize = 200;

    /// What was said; nothing if neither way nor time was.
    pub fn of(way: Option<ContactWay>, when: &str) -> Option<Self> {
        let when = when.trim().to_owned();
        (way.is_some() || !when.is_empty()).then_some(Self { way, when })
    }

    /// Is the time more than a few words?
    pub fn is_too_long(&self) -> bool {
        self.when.chars().count() > Self::MAX_WHEN
    }

    /// As an event keeps it: `phone after 14:00`, and `- after 14:00` where the way is open.
    pub fn text(of: Option<&Self>) -> String {
        let Some(f) = of else { return String::new() };
        let way = f.way.map_or(OPEN_WAY, ContactWay::as_str);
        format!("{way} {}", f.when).trim_end().to_owned()
    }

    /// Reads what [`Follow::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (way, when) = text.split_once(' ').unwrap_or((text, ""));
        Self::of(way.parse().ok(), when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn plan(from: &str, until: Option<&str>) -> Plan {
        Plan {
            kind: AppointmentKind::CallBack,
            from: at(from),
            until: until.map(at),
            way: ContactWay::Phone,
            contact: "c".into(),
            phone: "13800138000".to_owned(),
            staff: None,
            note: String::new(),
        }
    }

    fn agreed(plan: Plan, next: &str) -> Appointment {
        Appointment {
            id: "a".into(),
            ticket: "t".into(),
            no: 1,
            version: 1,
            state: AppointmentState::Agreed,
            plan,
            wanted_by: WantedBy::Customer,
            result: String::new(),
            made_at: at("2026-09-24T01:00:00Z"),
            ended_at: None,
            next_at: Some(at(next)),
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_its_field() {
        let now = at("2026-09-24T02:00:00Z");
        let wrong = |p: Plan| p.wrong(now).into_iter().map(|(f, i)| format!("{f} {i}")).collect::<Vec<_>>();
        assert!(wrong(plan("2026-09-24T06:00:00Z", Some("2026-09-24T07:00:00Z"))).is_empty());
        // A window in which the time is now.
        assert!(wrong(plan("2026-09-24T01:30:00Z", Some("2026-09-24T03:00:00Z"))).is_empty());
        assert_eq!(wrong(plan("2026-09-23T06:00:00Z", None)), ["from past"]);
        assert_eq!(wrong(plan("2028-01-01T06:00:00Z", None)), ["from too_far"]);
        let backwards = plan("2026-09-24T06:00:00Z", Some("2026-09-24T05:00:00Z"));
        assert_eq!(wrong(backwards), ["until not_after"]);
        let long = plan("2026-09-24T06:00:00Z", Some("2026-09-26T05:00:00Z"));
        assert_eq!(wrong(Plan { phone: String::new(), ..long }), ["until window_too_long", "phone required"]);
        let letter =
            Plan { way: ContactWay::Mail, phone: String::new(), ..plan("2026-09-24T06:00:00Z", None) };
        assert!(wrong(letter).is_empty());
    }

    #[test]
    fn a_reminder_comes_before_and_a_miss_after() {
        let p = plan("2026-09-24T06:00:00Z", Some("2026-09-24T07:00:00Z"));
        let made = at("2026-09-24T02:00:00Z");
        assert_eq!(first_alarm(&p, 15, made), at("2026-09-24T05:45:00Z"));
        assert_eq!(first_alarm(&p, 0, made), at("2026-09-24T07:00:00Z"));
        assert_eq!(first_alarm(&p, 15, at("2026-09-24T05:50:00Z")), at("2026-09-24T07:00:00Z"));
        let a = agreed(p, "2026-09-24T05:45:00Z");
        for (now, due) in [
            ("2026-09-24T05:44:59Z", None),
            ("2026-09-24T05:45:00Z", Some(Alarm::Reminder)),
            ("2026-09-24T06:30:00Z", Some(Alarm::Reminder)),
            // The program stood still meanwhile.
            ("2026-09-24T07:00:00Z", Some(Alarm::Missed)),
        ] {
            assert_eq!(a.due(at(now)), due, "{now}");
        }
        let done = Appointment { state: AppointmentState::Done, ..a };
        assert_eq!(done.due(at("2026-09-24T08:00:00Z")), None);
        // Without a window there is a quarter of an hour.
        let point = plan("2026-09-24T06:00:00Z", None);
        assert_eq!(point.end(), at("2026-09-24T06:15:00Z"));
    }

    #[test]
    fn how_to_be_reached_is_read_as_it_was_written() {
        for (way, when, text) in [
            (Some(ContactWay::Phone), " 工作日 14:00 之后 ", "phone 工作日 14:00 之后"),
            (Some(ContactWay::Mail), "", "mail"),
            (None, "phone is best", "- phone is best"),
            (None, " ", ""),
        ] {
            let follow = Follow::of(way, when);
            assert_eq!(Follow::text(follow.as_ref()), text);
            assert_eq!(Follow::parse(text), follow);
        }
    }
}
