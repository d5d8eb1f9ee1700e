//! Who may do what. Roles are sets of named rights; customers see their own organisation or only their own cases.
//! The one place where rights are decided.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::emergency::Emergency;
use crate::id::{ContactId, GroupId, OrgId, StaffId};
use crate::named;
use crate::ticket::Ticket;

named! {
    /// What a role may contain.
    pub enum Right ("right") {
        /// See all tickets.
        TicketView = "ticket.view",
        /// Open tickets for customers.
        TicketCreate = "ticket.create",
        /// Answer customers, hold, resume, solve, record contact.
        TicketReply = "ticket.reply",
        /// Write internal notes.
        TicketNote = "ticket.note",
        /// Assign, transfer, take.
        TicketAssign = "ticket.assign",
        /// Change kind, class, severity, product, facts, tags, extra fields.
        TicketClassify = "ticket.classify",
        /// Close, cancel, reopen, merge, split, link.
        TicketClose = "ticket.close",
        /// Excuse a broken promise.
        TicketExcuse = "ticket.excuse",
        /// Switch emergency mode on and off, and lead it.
        TicketEmergency = "ticket.emergency",
        /// Pass on what a customer says in another system: a portal or a mailbox of one's own. It is kept as theirs.
        TicketSpeak = "ticket.speak",
        /// See reports and the problem log.
        ReportView = "report.view",
        /// Export lists and reports.
        Export = "export",
        /// See customers, contacts, contracts.
        PeopleView = "people.view",
        /// Edit them.
        PeopleEdit = "people.edit",
        /// Invite, edit and deactivate staff; groups.
        StaffEdit = "staff.edit",
        /// Edit calendars and promises.
        PromiseEdit = "promise.edit",
        /// Edit rotas; put people on call and take them off.
        OncallEdit = "oncall.edit",
        /// Edit routing rules, extra fields, canned answers, products.
        DeskEdit = "desk.edit",
        /// Edit settings and tokens; see jobs and letters.
        Operate = "operate",
        /// Read the audit.
        AuditView = "audit.view",
        /// Import and export whole histories.
        Import = "import",
        /// Edit knowledge.
        KnowledgeEdit = "knowledge.edit",
    }
}

named! {
    /// The roles that ship (S1-39 and the people of the product).
    pub enum Role ("role") {
        /// 坐席/客服.
        Agent = "agent",
        /// 技术顾问.
        Consultant = "consultant",
        /// 高级工程师.
        SeniorEngineer = "senior_engineer",
        /// 主管.
        Supervisor = "supervisor",
        /// 知识管理员.
        KnowledgeManager = "knowledge_manager",
        /// 管理员.
        Administrator = "administrator",
    }
}

impl Role {
    /// The rights with which the role ships; an administrator may edit the set.
    pub fn default_rights(self) -> BTreeSet<Right> {
        use Right as R;
        let desk = [
            R::TicketView,
            R::TicketCreate,
            R::TicketReply,
            R::TicketNote,
            R::TicketAssign,
            R::TicketClassify,
            R::TicketClose,
            R::PeopleView,
            R::ReportView,
        ];
        let more: &[Right] = match self {
            Self::Agent | Self::Consultant => &[],
            Self::SeniorEngineer => &[R::TicketEmergency],
            Self::Supervisor => &[
                R::TicketExcuse,
                R::TicketEmergency,
                R::Export,
                R::PeopleEdit,
                R::AuditView,
                R::DeskEdit,
                R::PromiseEdit,
                R::OncallEdit,
            ],
            Self::KnowledgeManager => &[R::KnowledgeEdit, R::Export],
            Self::Administrator => Right::ALL,
        };
        desk.iter().chain(more).copied().collect()
    }
}

named! {
    /// How much a contact sees of the organisation's cases.
    pub enum Sees ("visibility") {
        /// Only cases that the contact asked.
        Own = "own",
        /// All cases of the organisation.
        Organisation = "organisation",
    }
}

named! {
    /// Work that nobody does by hand.
    pub enum System ("system actor") {
        /// The clocks' own worker.
        Clock = "clock",
        /// The silence rule.
        Silence = "silence",
        /// An import of history: exempt from notices and from the limits on back-dating.
        Import = "import",
        /// The command line.
        Operator = "operator",
    }
}

/// A member of staff at work, with the rights of the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub id: StaffId,
    /// For texts.
    pub name: String,
    /// The role's rights, for a token cut down to its scopes.
    pub rights: BTreeSet<Right>,
    /// The groups whose queues are theirs.
    pub groups: BTreeSet<GroupId>,
}

/// A customer's person at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Who.
    pub id: ContactId,
    /// For texts.
    pub name: String,
    /// Where, if known.
    pub organisation: Option<OrgId>,
    /// How much is seen.
    pub sees: Sees,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// One of ours.
    Staff(Staff),
    /// One of theirs.
    Contact(Contact),
    /// Nobody: a rule.
    System(System),
}

/// Who acted, as events keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum ActorRef {
    /// One of ours.
    Staff(StaffId),
    /// One of theirs.
    Contact(ContactId),
    /// A rule.
    System(System),
}

/// What a reader may see at all. Every list takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All tickets.
    All,
    /// The tickets of an organisation.
    Organisation(OrgId),
    /// The tickets that a contact asked.
    Contact(ContactId),
    /// Nothing.
    Nothing,
}

impl Scope {
    /// May a reader of this scope see the ticket?
    pub fn sees(&self, ticket: &Ticket) -> bool {
        match self {
            Self::All => true,
            Self::Organisation(org) => ticket.organisation.as_ref() == Some(org),
            Self::Contact(contact) => ticket.requester == *contact,
            Self::Nothing => false,
        }
    }
}

impl Actor {
    /// How events keep this actor.
    pub fn reference(&self) -> ActorRef {
        match self {
            Self::Staff(s) => ActorRef::Staff(s.id.clone()),
            Self::Contact(c) => ActorRef::Contact(c.id.clone()),
            Self::System(s) => ActorRef::System(*s),
        }
    }

    /// What this actor may see of the tickets.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Staff(s) if s.rights.contains(&Right::TicketView) => Scope::All,
            Self::Staff(_) => Scope::Nothing,
            Self::Contact(Contact { sees: Sees::Organisation, organisation: Some(org), .. }) => {
                Scope::Organisation(org.clone())
            }
            Self::Contact(c) => Scope::Contact(c.id.clone()),
            Self::System(_) => Scope::All,
        }
    }

    /// Does the actor hold the right? Rules hold all of them, customers none.
    pub fn has(&self, right: Right) -> bool {
        match self {
            Self::Staff(s) => s.rights.contains(&right),
            Self::Contact(_) => false,
            Self::System(_) => true,
        }
    }

    /// The member of staff, if the actor is one.
    pub fn staff(&self) -> Option<&Staff> {
        if let Self::Staff(s) = self { Some(s) } else { None }
    }

    /// An import of history?
    pub fn is_import(&self) -> bool {
        *self == Self::System(System::Import)
    }
}

named! {
    /// What is done to one ticket.
    pub enum Action ("action") {
        /// Write to the other side.
        Reply = "reply",
        /// Report progress to the customer.
        Report = "report",
        /// Write for staff.
        Note = "note",
        /// Assign, transfer, take.
        Assign = "assign",
        /// Edit its classification.
        Classify = "classify",
        /// Put it to wait, or resume.
        Hold = "hold",
        /// Solve it.
        Resolve = "resolve",
        /// Confirm the solution.
        Confirm = "confirm",
        /// Open it again.
        Reopen = "reopen",
        /// End it without the customer.
        Close = "close",
        /// Merge, split, link.
        Combine = "combine",
        /// Excuse a broken promise.
        Excuse = "excuse",
        /// Switch emergency mode on and off, and lead it.
        Emergency = "emergency",
        /// Write what happens in an emergency.
        EmergencyEntry = "emergency_entry",
        /// Say what became of a measure.
        EmergencyMeasure = "emergency_measure",
        /// Give marks.
        Rate = "rate",
        /// Complain about its handling.
        Complain = "complain",
        /// Withdraw the request.
        Withdraw = "withdraw",
        /// Agree on an appointment, move it, call it off.
        Appoint = "appoint",
        /// Say what came of an appointment.
        KeepAppointment = "keep_appointment",
        /// Say whether there is anything else.
        AnythingElse = "anything_else",
    }
}

/// The actor may know that the ticket exists, but may not do this to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("forbidden: {0}")]
pub struct Denied(pub Action);

/// May the actor do this to the ticket? That the actor may see it was decided before, by the scope.
///
/// # Errors
/// [`Denied`] with the action.
pub fn may(actor: &Actor, action: Action, ticket: &Ticket) -> Result<(), Denied> {
    let allowed = match actor {
        Actor::System(_) => true,
        // Marks and withdrawal are the requester's own, not a colleague's.
        Actor::Contact(c) if matches!(action, Action::Rate | Action::Withdraw) => c.id == ticket.requester,
        Actor::Contact(_) => {
            matches!(
                action,
                Action::Reply
                    | Action::Confirm
                    | Action::Reopen
                    | Action::Complain
                    | Action::Appoint
                    | Action::AnythingElse
            )
        }
        Actor::Staff(s) => right_for(action).is_some_and(|r| s.rights.contains(&r)),
    };
    if allowed { Ok(()) } else { Err(Denied(action)) }
}

/// May the actor do this to an emergency that there is? Besides those with the right, the commander leads it,
/// whoever holds a role in it writes entries, and whoever owns a measure says what became of it.
///
/// # Errors
/// [`Denied`] with the action.
pub fn may_in(actor: &Actor, action: Action, ticket: &Ticket, e: &Emergency) -> Result<(), Denied> {
    let takes_part = actor.staff().is_some_and(|s| match action {
        _ if !s.rights.contains(&Right::TicketNote) => false,
        Action::Emergency => e.commander == s.id,
        Action::EmergencyEntry => e.works_in(&s.id),
        Action::EmergencyMeasure => e.commander == s.id || e.measures.iter().any(|m| m.owner == s.id),
        _ => false,
    });
    if takes_part { Ok(()) } else { may(actor, action, ticket) }
}

fn right_for(action: Action) -> Option<Right> {
    Some(match action {
        Action::Reply
        | Action::Report
        | Action::Hold
        | Action::Resolve
        | Action::Appoint
        | Action::KeepAppointment => Right::TicketReply,
        Action::Note => Right::TicketNote,
        Action::Assign => Right::TicketAssign,
        Action::Classify => Right::TicketClassify,
        Action::Reopen | Action::Close | Action::Combine => Right::TicketClose,
        Action::Excuse => Right::TicketExcuse,
        Action::Emergency | Action::EmergencyEntry | Action::EmergencyMeasure => Right::TicketEmergency,
        // Only the customer confirms, rates, complains, withdraws or has anything else.
        Action::Confirm | Action::Rate | Action::Complain | Action::Withdraw | Action::AnythingElse => {
            return None;
        }
    })
}
