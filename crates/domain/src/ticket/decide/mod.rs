//! Verbs as pure functions: a case, what somebody wants, and the time go in; a decision comes out.
//! The desk loads, asks `access::may`, calls one of these, saves and commits.

mod anew;
mod appoint;
mod body;
mod chat;
mod classify;
mod clocks;
mod combine;
mod earlier;
mod emergency;
mod emergency_after;
mod finish;
mod hand;
mod hold;
mod mail;
mod misclick;
mod open;
mod page;
mod progress;
mod refusal;
mod rest;
mod serve;
mod talk;
mod tick;
mod withdraw;

pub use appoint::{
    NewAppointment, WithAppointment, appoint, call_off_appointment, keep_appointment, move_appointment,
    ring_appointment,
};
pub use body::Body;
pub use chat::{chat_answered, chat_asked, chat_ended};
pub use classify::{Edit, Reclassify, asked_by, classify, set_severity};
pub use combine::{Slip, absorb, link, merge, part, release, split_from, split_off, unlink};
pub use earlier::Earlier;
pub use emergency::{
    InEmergency, MOST_ROLES, Start, call_off_emergency, describe_emergency, end_emergency, plan_interim,
    post_in_emergency, staff_emergency, start_emergency,
};
pub use emergency_after::{
    MOST_MEASURES, MeasureInput, finish_emergency, measure_emergency, resume_emergency, review_emergency,
};
pub use finish::{
    Solution, asks_else, cancel, close, closes_silently, confirm, excuse, rate, reopen, resolve, say_else,
    waits_for_else, window_is_over,
};
pub use hand::{Assignment, assign, escalate, hand_over};
pub use hold::{hold, resume};
pub use mail::{LostLetter, MailRemarks, forward, letter_lost, outside_wrote, remark_mail, take_out_of_copy};
pub use open::{FirstContact, Identity, Opening, first_contact_at, level_fits, open, received};
pub use page::{acknowledge, page_next};
pub use progress::{delivered, report, undelivered};
pub use refusal::Refusal;
pub use rest::{answered_elsewhere, come_to_rest, leave_unknown};
pub use serve::{LONGEST_NOTE, attend, complained, contacted, edit_service, happened, plan};
pub use talk::{Audience, Draft, customer_message, note, reply};
pub use tick::{Helpers, recount, tick, tick_silence};
pub use withdraw::{Held, as_told, untold, withdraw};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::progress::Card;
use super::{Change, Event, Hold, Status, Ticket};
use crate::access::{Actor, ActorRef};
use crate::calendar::{Calendar, CalendarDoc};
use crate::field::Field;
use crate::id::{CalendarId, ContactId, FileId, PolicyId, StaffId};
use crate::mail_in::{Block, MailAddress, Mailbox};
use crate::named;
use crate::oncall::PageRound;
use crate::routing::Rule;
use crate::setting::Settings;
use crate::sla::{Clock, Firing, PolicyDoc};
use crate::time::{Timestamp, plus_seconds};
use crate::voice::Voices;

/// A calendar with what people need to read about it.
#[derive(Debug)]
pub struct CalendarRev {
    /// The newest revision (C6).
    pub rev: i64,
    /// Its name.
    pub name: String,
    /// Ready to count.
    pub calendar: Calendar,
    /// As edited; holds the holidays' names.
    pub doc: CalendarDoc,
}

/// The rules of the house as of one moment: settings, calendars, promises, routing, fields.
#[derive(Debug, Default)]
pub struct Rules {
    /// Settings.
    pub settings: Settings,
    /// Calendars in their newest revision.
    pub calendars: BTreeMap<CalendarId, CalendarRev>,
    /// All revisions of the promises.
    pub policies: BTreeMap<(PolicyId, i64), PolicyDoc>,
    /// Name and newest revision of each promise.
    pub newest: BTreeMap<PolicyId, (String, i64)>,
    /// Routing rules in their order.
    pub routing: Vec<Rule>,
    /// Extra fields.
    pub fields: Vec<Field>,
    /// Mailboxes, those included that take no letters now.
    pub mailboxes: Vec<Mailbox>,
    /// Whose letters nobody wants.
    pub blocks: Vec<Block>,
    /// In whose name letters leave the house.
    pub voices: Voices,
}

impl Rules {
    /// The calendar of a clock; `None` only if somebody broke the database by hand.
    pub fn calendar(&self, id: &CalendarId) -> Option<&Calendar> {
        self.calendars.get(id).map(|c| &c.calendar)
    }

    /// When the desk is there for its customers.
    pub fn service_hours(&self) -> Option<&Calendar> {
        self.calendar(&self.settings.silence_calendar)
    }

    /// May the due of a running clock still move, because it touches a year whose holidays are not announced (C5)?
    pub fn is_uncertain(&self, clock: &Clock) -> bool {
        let Some(due) = clock.due_at.filter(|_| clock.is_running()) else { return false };
        self.calendar(&clock.calendar).is_some_and(|c| c.is_uncertain(clock.started_at, due))
    }
}

/// A ticket with all that a decision may depend on.
#[derive(Debug, Clone)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// All its clocks, ended ones included; for the sweep only those that run, and the newest of each milestone.
    pub clocks: Vec<Clock>,
    /// What the sweep must know of the clocks that it left out.
    pub earlier: Earlier,
    /// All its waiting stretches.
    pub holds: Vec<Hold>,
    /// The rules of the moment.
    pub rules: Arc<Rules>,
}

named! {
    /// Who may read a message.
    pub enum Visibility ("visibility") {
        /// Customer and staff.
        Public = "public",
        /// Staff only.
        Internal = "internal",
    }
}

/// A message to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Position in the ticket, from 1.
    pub no: i64,
    /// Who may read it.
    pub visibility: Visibility,
    /// Its text.
    pub body: Body,
    /// Files that were uploaded for it.
    pub files: Vec<FileId>,
    /// Who wrote it: a decision may also hold what a rule says.
    pub by: ActorRef,
    /// More than words: a progress report, or that nobody has given one.
    pub card: Option<Card>,
    /// Until then it has not left: nobody outside reads it, and it can be taken back.
    pub held_until: Option<Timestamp>,
}

named! {
    /// Letters to the customer.
    pub enum Letter ("letter") {
        /// We have it: number and promise. Not a first response.
        Received = "received",
        /// A person answered.
        Answered = "answered",
        /// We wait for you.
        Waiting = "waiting",
        /// Solved: please confirm and rate.
        Solved = "solved",
        /// A reminder that it is solved.
        Reminder = "reminder",
        /// A progress report (S2-63).
        Progress = "progress",
        /// Nobody has reported; by itself.
        Underway = "underway",
        /// Passed on to somebody outside.
        Forwarded = "forwarded",
        /// What was said in a chat.
        Transcript = "transcript",
        /// What an emergency says to everybody it affects.
        Emergency = "emergency",
    }
}

/// A solution can be taken back for this long before the customer is told.
const SOLVED_WAITS_S: i64 = 10;

impl Letter {
    /// When a letter that is due now is written.
    pub fn leaves_at(self, now: Timestamp) -> Timestamp {
        if self == Self::Solved { plus_seconds(now, SOLVED_WAITS_S) } else { now }
    }

    /// What is written when its time has come: of a solution that was taken back meanwhile only the words that came
    /// with it, if there were any.
    pub fn as_of(self, t: &Ticket, with_message: bool) -> Option<Self> {
        match self {
            Self::Solved if t.status.is_open() && with_message => Some(Self::Answered),
            Self::Solved if t.status.is_open() => None,
            letter => Some(letter),
        }
    }
}

/// Somebody to tell. Imports tell nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A letter to the requester.
    Letter { letter: Letter, to: ContactId, message: Option<i64> },
    /// The same letter to all who are in copy.
    Copies { letter: Letter, message: i64 },
    /// A message to somebody outside.
    Outside { to: MailAddress, message: i64 },
    /// A line in a colleague's notices.
    Staff { to: StaffId, event: i64 },
    /// A line for the supervisors of the ticket's group.
    Leads { event: i64 },
    /// A line for all supervisors.
    Managers { event: i64 },
}

impl Notice {
    /// Of which event it tells a colleague.
    const fn event(&self) -> Option<i64> {
        match self {
            Self::Letter { .. } | Self::Copies { .. } | Self::Outside { .. } => None,
            Self::Staff { event, .. } | Self::Leads { event } | Self::Managers { event } => Some(*event),
        }
    }
}

/// What changes. Compared with the case, it says exactly which rows to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The ticket afterwards.
    pub ticket: Ticket,
    /// All its clocks afterwards.
    pub clocks: Vec<Clock>,
    /// All its waiting stretches afterwards.
    pub holds: Vec<Hold>,
    /// New messages.
    pub messages: Vec<Message>,
    /// New events, in order.
    pub events: Vec<Event>,
    /// Whom to tell.
    pub notices: Vec<Notice>,
    /// Whom to tell in one notice for all: what is so late that nobody wants to hear of it piece by piece (E6).
    pub digest: Vec<Notice>,
    /// The steps that fired.
    pub firings: Vec<Firing>,
    /// Who is paged.
    pub paged: Vec<PageRound>,
    /// The steps, by their events, whose pages are called off: what they fired for was a slip.
    pub called_off: Vec<i64>,
}

impl Decision {
    /// Nothing changed: the verb was repeated.
    pub fn is_nothing(&self) -> bool {
        self.events.is_empty()
    }
}

/// What a verb returns.
pub type Outcome = Result<Decision, Refusal>;

/// A decision in the making.
struct Next<'a> {
    case: &'a Case,
    actor: &'a Actor,
    now: Timestamp,
    out: Decision,
}

impl<'a> Next<'a> {
    fn new(case: &'a Case, actor: &'a Actor, now: Timestamp) -> Self {
        let out = Decision {
            ticket: case.ticket.clone(),
            clocks: case.clocks.clone(),
            holds: case.holds.clone(),
            messages: Vec::new(),
            events: Vec::new(),
            notices: Vec::new(),
            digest: Vec::new(),
            firings: Vec::new(),
            paged: Vec::new(),
            called_off: Vec::new(),
        };
        Self { case, actor, now, out }
    }

    /// Like `new`, for verbs that need a ticket on which work goes on.
    fn on_open(case: &'a Case, actor: &'a Actor, now: Timestamp) -> Result<Self, Refusal> {
        match case.ticket.status {
            Status::Merged => Err(Refusal::Merged),
            s if s.is_ended() => Err(Refusal::Ended),
            _ => Ok(Self::new(case, actor, now)),
        }
    }

    fn event(&mut self, change: Change) -> i64 {
        self.event_at(self.now, change)
    }

    /// Records an event that happened at another instant, such as a breach at its due.
    fn event_at(&mut self, at: Timestamp, change: Change) -> i64 {
        self.out.ticket.version += 1;
        let no = self.out.ticket.version;
        self.out.events.push(Event { no, at, by: self.actor.reference(), change });
        no
    }

    fn message(&mut self, visibility: Visibility, draft: Draft) -> i64 {
        self.message_of(self.actor.reference(), visibility, draft)
    }

    fn message_of(&mut self, by: ActorRef, visibility: Visibility, draft: Draft) -> i64 {
        self.out.ticket.messages += 1;
        let no = self.out.ticket.messages;
        let Draft { body, files, to: _ } = draft;
        self.out.messages.push(Message { no, visibility, body, files, by, card: None, held_until: None });
        no
    }

    fn letter(&mut self, letter: Letter, message: Option<i64>) {
        let to = self.out.ticket.requester.clone();
        self.out.notices.push(Notice::Letter { letter, to, message });
    }

    /// Tells the person who has the ticket and those who watch it, except whoever did it.
    fn tell_staff(&mut self, event: i64) {
        let me = self.actor.staff().map(|s| s.id.clone());
        let mut all = self.out.ticket.watchers.clone();
        all.extend(self.out.ticket.assignee.clone());
        let others = all.into_iter().filter(|id| Some(id) != me.as_ref());
        self.out.notices.extend(others.map(|to| Notice::Staff { to, event }));
    }

    /// Puts the ticket into a status, with the waiting stretch that belongs to it.
    fn set_status(&mut self, to: Status, note: &str) {
        let from = self.out.ticket.status;
        if from == to {
            return;
        }
        self.end_hold();
        if to.is_waiting() {
            self.out.holds.push(Hold { status: to, from: self.now, to: None });
        }
        self.out.ticket.status = to;
        note.clone_into(&mut self.out.ticket.status_note);
        self.event(Change::StatusChanged { from, to, note: note.to_owned() });
    }

    /// The waiting is over now. A clock that stops with it stops after it: history will read it so.
    fn end_hold(&mut self) {
        let now = self.now;
        if let Some(hold) = self.out.holds.iter_mut().find(|h| h.to.is_none()) {
            hold.to = Some(now);
        }
    }

    /// Nothing to decide: the verb was repeated.
    #[expect(clippy::unnecessary_wraps, reason = "verbs end in an outcome")]
    fn unchanged(self) -> Outcome {
        Ok(self.out)
    }

    /// Closes the decision: clocks are read again, notices of imports are dropped.
    fn finish(mut self) -> Outcome {
        if self.out.events.is_empty() {
            return Ok(self.out);
        }
        clocks::refresh(&mut self)?;
        self.out.ticket.updated_at = self.out.ticket.updated_at.max(self.now);
        if self.actor.is_import() {
            self.out.notices.clear();
            self.out.digest.clear();
        }
        Ok(self.out)
    }
}
