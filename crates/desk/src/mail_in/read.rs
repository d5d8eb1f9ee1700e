//! A letter is read: what kind it is, where it belongs, and what it does there. The effect, what is known of the letter
//! afterwards, and the end of its job are one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{Actor, System};
use domain::id::{FileId, GroupId, TicketId};
use domain::mail_in::{
    Forged, Incoming, MailState, Nature, Origin, Ours, Place, Reason, acknowledges, blocked, fold, nature,
    place, same_mailbox, title,
};
use domain::people::{Point, parse_email};
use domain::ticket::decide::{
    self, Body, Case, Draft, MailRemarks, Outcome, Refusal, Rules, Visibility, remark_mail,
};
use domain::ticket::{Channel, Ticket};
use domain::time::{Timestamp, plus_seconds};
use store::directory::{self, ContactRow};
use store::file::{self, FileRow};
use store::mail_in::{self, MailRow};
use store::{job, letter, staff};

use super::copies::put_in_copy;
use super::find::{clues, letter_key};
use super::{Claimed, ReplyKey, bounce, colleague, outside};
use crate::case::load_current;
use crate::intake::{NewTicket, contact_actor, new_contact, open_in};
use crate::{Desk, Error, Result, Unit, as_actor, save};

/// What the configuration says about mail; further mailboxes are in the rules.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// Mailboxes, each with the group that gets what comes into it.
    pub mailboxes: Vec<(String, Option<GroupId>)>,
    /// Further addresses of our own, such as the sender of our letters.
    pub own: Vec<String>,
    /// Makes and knows the addresses for answers. Without it there are none, and letters are told by what they answer.
    pub key: Option<ReplyKey>,
}

impl House {
    /// All mailboxes that take letters: those of the rules first.
    fn open<'h>(&'h self, rules: &'h Rules) -> impl Iterator<Item = (&'h str, Option<&'h GroupId>)> {
        let entered =
            rules.mailboxes.iter().filter(|m| m.active).map(|m| (m.address.as_str(), m.group.as_ref()));
        // Whoever has entered an address that is in the configuration too has the say about it.
        let known = |address: &str| rules.mailboxes.iter().any(|m| m.address == address);
        let written =
            self.mailboxes.iter().filter(move |(a, _)| !known(a)).map(|(a, g)| (a.as_str(), g.as_ref()));
        entered.chain(written)
    }

    /// The mailbox for answers about a ticket of this group; the first one if none is the group's.
    pub fn mailbox_of(&self, rules: &Rules, group: Option<&GroupId>) -> Option<String> {
        let of_group = self.open(rules).find(|(_, g)| group.is_some() && *g == group);
        of_group.or_else(|| self.open(rules).next()).map(|(address, _)| address.to_owned())
    }

    /// All addresses of our own.
    fn addresses(&self, rules: &Rules) -> Vec<String> {
        let own = self.own.iter().map(String::as_str);
        self.open(rules).map(|(address, _)| address).chain(own).map(str::to_owned).collect()
    }

    /// The mailbox to which a recipient belongs.
    pub fn mailbox(&self, rules: &Rules, recipient: &str) -> Option<String> {
        let found = self.open(rules).find(|(address, _)| same_mailbox(recipient, address));
        found.map(|(address, _)| address.to_owned())
    }
}

/// A file of a letter whose bytes lie in the file store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Name as it came.
    pub name: String,
    /// Media type, decided by content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Hash of the content.
    pub sha256: String,
}

/// A letter with what is known of it.
pub(super) struct Letter<'a> {
    /// The row.
    pub row: &'a MailRow,
    /// The letter, taken apart.
    pub mail: &'a Incoming,
    /// The files that are taken.
    pub files: &'a [Attached],
    /// Names of those that are not.
    pub left_out: &'a [String],
    /// Our own addresses.
    pub ours: &'a [String],
}

/// What became of a letter.
pub(super) struct Fate {
    state: MailState,
    reason: Reason,
    ticket: Option<TicketId>,
    message: Option<i64>,
}

impl Fate {
    pub(super) fn of(state: MailState, reason: Reason) -> Self {
        Self { state, reason, ticket: None, message: None }
    }

    /// A person looks at it; it belongs to this ticket.
    pub(super) fn before_a_person(reason: Reason, ticket: TicketId) -> Self {
        Self { ticket: Some(ticket), ..Self::of(MailState::Quarantined, reason) }
    }

    /// A note beside the correspondence of its ticket.
    pub(super) fn beside(reason: Reason, t: &Ticket) -> Self {
        Self { message: Some(t.messages), ..Self::about(reason, Some(t.id.clone())) }
    }

    pub(super) fn about(reason: Reason, ticket: Option<TicketId>) -> Self {
        Self { ticket, ..Self::of(MailState::Noted, reason) }
    }

    pub(super) fn in_ticket(reason: Reason, t: &Ticket) -> Self {
        Self {
            state: MailState::Placed,
            reason,
            ticket: Some(t.id.clone()),
            message: (t.messages > 0).then_some(t.messages),
        }
    }
}

/// So late is a letter that waited here; its promises count from when it came.
const WAITED_S: i64 = 5;
/// What came longer ago counts from now: nobody may back-date further (K3).
const BACKDATE_S: i64 = 71 * 3600;

/// Reads a letter that was taken apart.
///
/// # Errors
/// `Refused` and `Invalid` where the rules say no, for a person to look at; anything else passes and is tried again.
pub async fn take_in(
    desk: &Desk,
    claimed: Claimed,
    (mail, origin): (Incoming, Option<Origin>),
    (files, left_out): (Vec<Attached>, Vec<String>),
    house: Arc<House>,
) -> Result<()> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        let Some(row) = still_waiting(unit, &claimed)? else { return Ok(()) };
        let row = MailRow { origin: origin.clone(), ..row };
        let ours = house.addresses(&unit.rules);
        let l = Letter { row: &row, mail: &mail, files: &files, left_out: &left_out, ours: &ours };
        let fate = decide_fate(unit, &l, &house, claimed.wanted)?;
        settle(unit, row.clone(), fate, String::new())?;
        Ok(job::done(unit.work, &claimed.job)?)
    })
    .await
}

/// Puts a letter before a person, and says why.
///
/// # Errors
/// The store's; `Stale` if the lease ended and somebody else has it now.
pub async fn set_aside(desk: &Desk, claimed: Claimed, reason: Reason, detail: String) -> Result<()> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        let Some(row) = still_waiting(unit, &claimed)? else { return Ok(()) };
        settle(unit, row, Fate::of(MailState::Quarantined, reason), detail.clone())?;
        Ok(job::done(unit.work, &claimed.job)?)
    })
    .await
}

/// Puts a letter of which there is only a head before a person.
pub(super) fn without_reading(unit: &mut Unit<'_, '_>, id: &str) -> Result<()> {
    let row = mail_in::one(unit.work, id)?.ok_or(Error::NotFound)?;
    settle(unit, row, Fate::of(MailState::Quarantined, Reason::TooLarge), String::new())
}

/// The letter as it is now, if nobody has read it meanwhile.
fn still_waiting(unit: &mut Unit<'_, '_>, claimed: &Claimed) -> Result<Option<MailRow>> {
    let row = mail_in::one(unit.work, &claimed.mail.id)?.ok_or(Error::NotFound)?;
    if row.state == MailState::Waiting {
        return Ok(Some(row));
    }
    job::done(unit.work, &claimed.job)?;
    Ok(None)
}

fn settle(unit: &mut Unit<'_, '_>, mut row: MailRow, fate: Fate, detail: String) -> Result<()> {
    (row.state, row.reason, row.detail) = (fate.state, fate.reason, detail);
    (row.ticket, row.message, row.read_at) = (fate.ticket, fate.message, Some(unit.now));
    Ok(mail_in::settle(unit.work, &row)?)
}

fn decide_fate(unit: &mut Unit<'_, '_>, l: &Letter<'_>, house: &House, wanted: bool) -> Result<Fate> {
    let rules = Arc::clone(&unit.rules);
    let Some((_, group)) = house.open(&rules).find(|(address, _)| *address == l.row.mailbox) else {
        return Ok(Fate::of(MailState::Quarantined, Reason::NoMailbox));
    };
    if !wanted && is_blocked(&rules, l) {
        return Ok(Fate::of(MailState::Spam, Reason::Blocked));
    }
    let disowned = l.row.origin.as_ref().is_some_and(Origin::is_disowned);
    if !wanted && disowned && rules.settings.forged_mail == Forged::Spam {
        return Ok(Fate::of(MailState::Spam, Reason::Forged));
    }
    let sent_by_us = letter::one(unit.work, letter_key(&l.mail.message_id))?.is_some();
    let key = house.key.as_ref();
    let mark = key.map(ReplyKey::mark).unwrap_or_default();
    let ours = Ours { addresses: l.ours, mark: &mark, sent_by_us };
    match nature(l.mail, &l.row.envelope_from, &ours) {
        Nature::Loop => Ok(Fate::of(MailState::Noted, Reason::Loop)),
        Nature::List => Ok(Fate::of(MailState::Noted, Reason::List)),
        Nature::Bounce => Ok(Fate::about(Reason::Bounce, bounce::record(unit, l.mail.report.as_ref())?)),
        Nature::AutoReply => auto_reply(unit, l, key),
        Nature::Person => by_person(unit, l, key, group),
    }
}

/// Is the sender, as the letter or the server says, somebody whom nobody wants to hear?
fn is_blocked(rules: &Rules, l: &Letter<'_>) -> bool {
    let from = l.mail.from.as_ref().map(|f| f.address.as_str()).unwrap_or_default();
    [from, l.row.envelope_from.as_str()].into_iter().any(|a| blocked(&rules.blocks, a).is_some())
}

/// An answer that nobody wrote stands with its ticket for staff; it moves no clock and opens nothing.
fn auto_reply(unit: &mut Unit<'_, '_>, l: &Letter<'_>, key: Option<&ReplyKey>) -> Result<Fate> {
    let contact = sender(l).map(|p| directory::by_point(unit.work, &p)).transpose()?.flatten();
    let (Some(contact), Place::In(id)) = (&contact, place(&clues(unit, l, contact.as_ref(), key)?)) else {
        return Ok(Fate::of(MailState::Noted, Reason::AutoReply));
    };
    let body = body(l);
    if body.is_empty() {
        return Ok(Fate::about(Reason::AutoReply, Some(id)));
    }
    let actor = contact_actor(contact);
    let draft = Draft { body, ..Draft::default() };
    let after = change(unit, &id, &actor, |case, who, now| {
        decide::note(case, draft.clone(), &BTreeSet::new(), who, now)
    })?;
    Ok(Fate::beside(Reason::AutoReply, &after))
}

fn by_person(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    key: Option<&ReplyKey>,
    group: Option<&GroupId>,
) -> Result<Fate> {
    let Some(point) = sender(l) else { return Ok(Fate::of(MailState::Quarantined, Reason::NoSender)) };
    if let Some(person) = staff::all(unit.work)?.into_iter().find(|s| s.is_at(&point)) {
        return colleague::take_in(unit, l, key, &person);
    }
    if let Some(fate) = outside::take_in(unit, l, key)? {
        return Ok(fate);
    }
    let known = directory::by_point(unit.work, &point)?;
    let found = place(&clues(unit, l, known.as_ref(), key)?);
    if body(l).is_empty() && l.files.is_empty() && l.mail.subject.trim().is_empty() {
        return Ok(Fate::of(MailState::Noted, Reason::Empty));
    }
    let name = l.mail.from.as_ref().map(|f| f.name.clone()).unwrap_or_default();
    let mailbox = unit.rules.mailboxes.iter().find(|m| m.address == l.row.mailbox);
    let locale = mailbox.map_or_else(|| "zh-CN".to_owned(), |m| m.locale.clone());
    let contact = known.map_or_else(|| new_contact(unit, (&point, &name), &locale), Ok)?;
    let named = match found {
        Place::New { named } => named,
        Place::In(id) => match append(unit, l, &contact, &id)? {
            Appended::Done(fate) => return Ok(fate),
            // It goes on in a new case, which says where it began.
            Appended::Over(number) => Some(number),
        },
    };
    open(unit, l, &contact, (group, named))
}

fn sender(l: &Letter<'_>) -> Option<Point> {
    parse_email(&l.mail.from.as_ref()?.address)
}

pub(super) fn body(l: &Letter<'_>) -> Body {
    let folded = fold(&l.mail.text, &l.mail.subject);
    Body::from_text(&folded.new).with_rest(&folded.rest)
}

enum Appended {
    Done(Fate),
    /// The case with this number has ended for good.
    Over(String),
}

fn append(unit: &mut Unit<'_, '_>, l: &Letter<'_>, contact: &ContactRow, id: &TicketId) -> Result<Appended> {
    let mut case = load_current(unit, id)?;
    while let Some(into) = case.ticket.merged_into.clone() {
        case = load_current(unit, &into)?;
    }
    let actor = contact_actor(contact);
    let draft = Draft { body: body(l), ..Draft::default() };
    if draft.body.is_empty() && l.files.is_empty() {
        return Ok(Appended::Done(Fate::about(Reason::Empty, Some(case.ticket.id))));
    }
    // Whether it is over does not depend on the words, and files must not be taken for nothing.
    let probe = Draft { body: Body::from_text("-"), ..Draft::default() };
    match decide::customer_message(&case, probe, &actor, unit.now) {
        Err(Refusal::Ended | Refusal::WindowOver | Refusal::Merged) => {
            return Ok(Appended::Over(case.ticket.number));
        }
        probed => drop(probed?),
    }
    let draft = Draft { files: attach(unit, l, &actor)?, ..draft };
    let id = case.ticket.id.clone();
    let after =
        change(unit, &id, &actor, |case, who, now| decide::customer_message(case, draft.clone(), who, now))?;
    let fate = Fate::in_ticket(Reason::Appended, &after);
    let copied = put_in_copy(unit, l, contact, &id)?;
    remark(unit, &id, MailRemarks { named: None, left_out: l.left_out.to_vec(), copied })?;
    Ok(Appended::Done(fate))
}

fn open(
    unit: &mut Unit<'_, '_>,
    l: &Letter<'_>,
    contact: &ContactRow,
    (group, named): (Option<&GroupId>, Option<String>),
) -> Result<Fate> {
    let body = body(l);
    let mut heading = title(&l.mail.subject, body.text());
    if heading.is_empty() {
        let file = l.files.first().map(|f| f.name.clone());
        heading = file.unwrap_or_else(|| contact.name.clone());
    }
    let actor = contact_actor(contact);
    let files = attach(unit, l, &actor)?;
    let since = plus_seconds(unit.now, -3600);
    let opened = mail_in::opened_since(unit.work, &l.row.sender, since)?;
    let waited_s = unit.now.duration_since(l.row.received_at).as_secs();
    let new = NewTicket {
        files,
        group: group.cloned(),
        quiet: !acknowledges(Nature::Person, l.mail.signs.no_auto_answer, opened),
        received_at: (WAITED_S..BACKDATE_S).contains(&waited_s).then_some(l.row.received_at),
        ..NewTicket::by_contact(contact.id.clone(), heading, body, Channel::Mail)
    };
    let decision = open_in(&mut as_actor(unit, &actor), &new)?;
    let fate = Fate::in_ticket(Reason::Opened, &decision.ticket);
    let copied = put_in_copy(unit, l, contact, &decision.ticket.id)?;
    remark(unit, &decision.ticket.id, MailRemarks { named, left_out: l.left_out.to_vec(), copied })?;
    Ok(fate)
}

/// A decision about a case by whoever wrote. That they may was decided by the place of their letter.
pub(super) fn change(
    unit: &mut Unit<'_, '_>,
    id: &TicketId,
    actor: &Actor,
    decide: impl Fn(&Case, &Actor, Timestamp) -> Outcome,
) -> Result<Ticket> {
    let case = load_current(unit, id)?;
    let decision = decide(&case, actor, unit.now)?;
    save(&mut as_actor(unit, actor), &case, &decision)?;
    Ok(decision.ticket)
}

/// Says what staff should know besides.
fn remark(unit: &mut Unit<'_, '_>, id: &TicketId, remarks: MailRemarks) -> Result<()> {
    if remarks == MailRemarks::default() {
        return Ok(());
    }
    let system = unit.actor.clone();
    change(unit, id, &system, |case, who, now| remark_mail(case, remarks.clone(), who, now)).map(drop)
}

/// The rows of a letter's files, as if the sender had uploaded them.
pub(super) fn attach(unit: &mut Unit<'_, '_>, l: &Letter<'_>, actor: &Actor) -> Result<Vec<FileId>> {
    let mut ids = Vec::with_capacity(l.files.len());
    for f in l.files {
        let row = FileRow {
            id: FileId(unit.work.next_id()),
            ticket: None,
            message: None,
            visibility: Visibility::Internal,
            name: f.name.clone(),
            media_type: f.media_type.clone(),
            size: f.size,
            sha256: f.sha256.clone(),
            by: actor.reference(),
        };
        file::insert(unit.work, &row)?;
        ids.push(row.id);
    }
    Ok(ids)
}
