//! From rows to entries of the index.

use std::collections::HashMap;

use desk::Result;
use domain::access::Scope;
use domain::id::{ContactId, OrgId, StaffId, TicketId};
use domain::ticket::decide::Visibility;
use domain::ticket::{Status, Ticket};
use search::{Entry, MessageEntry, PersonEntry, PersonKind, TicketEntry};
use store::Read;
use store::directory::{self, ContactRow, OrgRow};
use store::feed::{self, Line};
use store::staff::{self, StaffRow};
use store::ticket::{self, MessageRow};

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// A ticket, by number.
    Ticket(String),
    /// A contact, by key.
    Contact(String),
    /// An organisation, by key.
    Organisation(String),
    /// A member of staff, by key.
    Staff(String),
}

impl Change {
    /// The person who changed and whose name tickets carry.
    pub(super) fn person(&self) -> Option<&str> {
        match self {
            Self::Ticket(_) | Self::Staff(_) => None,
            Self::Contact(id) | Self::Organisation(id) => Some(id),
        }
    }

    /// What a line of the outbox says, if it concerns the index.
    pub(super) fn of(line: &Line) -> Option<Self> {
        let key = line.key.clone();
        match line.topic.as_str() {
            "ticket" => Some(Self::Ticket(key)),
            "contact" => Some(Self::Contact(key)),
            "organisation" => Some(Self::Organisation(key)),
            "staff" => Some(Self::Staff(key)),
            _ => None,
        }
    }
}

/// What is still to be loaded for a change.
#[derive(Debug)]
pub(super) struct Part {
    pub change: Change,
    /// The name under which a person stands in the index: tickets carry it, so they are written again when it is
    /// another one now.
    pub known: Option<String>,
    /// Continues after this ticket; empty at the beginning.
    pub after: String,
}

/// What is to be written for changes.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub entries: Vec<Entry>,
    /// Keys that leave the index.
    pub gone: Vec<String>,
    /// There is more: tickets that carry a name that changed.
    pub next: Vec<Part>,
}

/// So many tickets are loaded at once when a name has changed.
const TICKETS: i64 = 100;
/// Longer conversations are read in parts of this size.
const MESSAGES: i64 = 500;

/// Loads what changes concern.
pub(super) fn load(r: &mut Read<'_>, parts: Vec<Part>) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut names = Names::default();
    for part in parts {
        let after = match &part.change {
            Change::Ticket(number) => {
                if let Some(t) = ticket::by_number(r, &Scope::All, number)? {
                    load_ticket(r, &t, &mut names, &mut loaded)?;
                }
                None
            }
            Change::Contact(id) => {
                let found = load_contact(r, id, &mut names)?;
                load_person(r, (id, &part), found, feed::tickets_of_requester, (&mut names, &mut loaded))?
            }
            Change::Organisation(id) => {
                let row = directory::organisation(r, &OrgId(id.clone()))?;
                let found = row.map(|row| organisation(r, row)).transpose()?;
                load_person(r, (id, &part), found, feed::tickets_of_organisation, (&mut names, &mut loaded))?
            }
            Change::Staff(id) => {
                match staff::one(r, &StaffId(id.clone()))? {
                    Some(row) => loaded.entries.push(Entry::Person(member(row))),
                    None => loaded.gone.push(id.clone()),
                }
                None
            }
        };
        loaded.next.extend(after.map(|after| Part { after, ..part }));
    }
    Ok(loaded)
}

fn load_contact(r: &mut Read<'_>, id: &str, names: &mut Names) -> Result<Option<PersonEntry>> {
    let Some(row) = directory::contact(r, &ContactId(id.to_owned()))? else { return Ok(None) };
    let points = directory::points(r, &row.id)?.into_iter().map(|p| p.value).collect();
    Ok(Some(contact(r, row, points, names)?))
}

/// Finds a page of a person's tickets.
type Tickets = fn(&mut Read<'_>, &str, &str, i64) -> store::Result<Vec<TicketId>>;

/// A person, and a page of the tickets that carry another name than theirs; returns the key after which the next page
/// begins.
fn load_person(
    r: &mut Read<'_>,
    (id, part): (&str, &Part),
    found: Option<PersonEntry>,
    tickets: Tickets,
    (names, loaded): (&mut Names, &mut Loaded),
) -> Result<Option<String>> {
    let renamed = part.known.as_ref().is_some_and(|k| found.as_ref().is_none_or(|p| p.name != *k));
    match found {
        Some(person) if part.after.is_empty() => loaded.entries.push(Entry::Person(person)),
        Some(_) => {}
        None => loaded.gone.push(id.to_owned()),
    }
    if !renamed {
        return Ok(None);
    }
    let keys = tickets(r, id, &part.after, TICKETS)?;
    load_tickets(r, &keys, names, loaded)
}

/// Loads a page of tickets; returns the key after which the next one begins.
fn load_tickets(
    r: &mut Read<'_>,
    keys: &[TicketId],
    names: &mut Names,
    loaded: &mut Loaded,
) -> Result<Option<String>> {
    for id in keys {
        if let Some(t) = ticket::by_id(r, &Scope::All, id)? {
            load_ticket(r, &t, names, loaded)?;
        }
    }
    let whole = keys.len() == usize::try_from(TICKETS).unwrap_or(usize::MAX);
    Ok(keys.last().filter(|_| whole).map(|k| k.0.clone()))
}

fn load_ticket(r: &mut Read<'_>, t: &Ticket, names: &mut Names, loaded: &mut Loaded) -> Result<()> {
    if t.status == Status::Merged {
        // It continues in another ticket, which is found instead.
        loaded.gone.push(t.id.0.clone());
        return Ok(());
    }
    let held: Vec<i64> = ticket::held(r, &t.id)?.into_iter().map(|h| h.message).collect();
    let mut messages = Vec::new();
    let mut after = 0;
    loop {
        let page = ticket::messages(r, &t.id, after, true, MESSAGES)?;
        let Some(last) = page.last().map(|m| m.no) else { break };
        after = last;
        messages.extend(page.into_iter().map(message).map(|m| {
            // What has not left is found by those inside only.
            let internal = m.internal || held.contains(&m.no);
            MessageEntry { internal, ..m }
        }));
    }
    loaded.entries.push(ticket_entry(r, t, messages, names)?);
    Ok(())
}

/// A ticket with its messages as an entry.
pub(super) fn ticket_entry(
    r: &mut Read<'_>,
    t: &Ticket,
    messages: Vec<MessageEntry>,
    names: &mut Names,
) -> Result<Entry> {
    let facts = t.facts.named().map(|(_, text)| text);
    let public = facts.into_iter().chain([t.workaround.as_str(), t.resolution.as_str()]);
    let tags: Vec<&str> = t.tags.iter().map(String::as_str).collect();
    let (tags, outside) = (tags.join(" "), t.external_ref.as_deref().unwrap_or_default());
    let internal = [t.remark.as_str(), t.status_note.as_str(), tags.as_str(), outside];
    Ok(Entry::Ticket(Box::new(TicketEntry {
        id: t.id.clone(),
        number: t.number.clone(),
        outside: outside.to_owned(),
        title: t.title.clone(),
        open: t.status.is_open(),
        severity: t.severity,
        product: t.product.clone(),
        organisation: t.organisation.clone(),
        requester: t.requester.clone(),
        names: names.of_ticket(r, t)?,
        at: t.received_at,
        text: lines(public),
        note: lines(internal),
        messages,
    })))
}

fn lines<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().filter(|t| !t.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

pub(super) fn message(m: MessageRow) -> MessageEntry {
    let internal = m.visibility == Visibility::Internal;
    MessageEntry { no: m.no, internal, at: m.at, text: web::plain_text(&m.html) }
}

/// A contact as an entry.
pub(super) fn contact(
    r: &mut Read<'_>,
    row: ContactRow,
    points: Vec<String>,
    names: &mut Names,
) -> Result<PersonEntry> {
    let org = row.organisation.as_ref().map(|o| names.organisation(r, o)).transpose()?.unwrap_or_default();
    let text =
        lines([org.as_str(), row.position.as_str()].into_iter().chain(points.iter().map(String::as_str)));
    Ok(PersonEntry {
        id: row.id.0,
        kind: PersonKind::Contact,
        name: row.name,
        organisation: row.organisation,
        text,
        at: row.created_at,
    })
}

/// An organisation as an entry.
pub(super) fn organisation(r: &mut Read<'_>, row: OrgRow) -> Result<PersonEntry> {
    let domains = directory::domains(r, &row.id)?;
    let text = lines(domains.iter().map(String::as_str).chain([row.note.as_str()]));
    Ok(PersonEntry {
        id: row.id.0.clone(),
        kind: PersonKind::Organisation,
        name: row.name,
        organisation: Some(row.id),
        text,
        at: row.created_at,
    })
}

/// A member of staff as an entry.
pub(super) fn member(row: StaffRow) -> PersonEntry {
    let skills = row.skills.join(" ");
    let text = lines([row.login.as_str(), row.email.as_str(), row.phone.as_str(), skills.as_str()]);
    PersonEntry {
        id: row.id.0,
        kind: PersonKind::Staff,
        name: row.name,
        organisation: None,
        text,
        at: row.created_at,
    }
}

/// Names that were looked up; forgotten when there are many.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    const MOST: usize = 10_000;

    fn organisation(&mut self, r: &mut Read<'_>, id: &OrgId) -> Result<String> {
        if let Some(name) = self.0.get(id.as_str()) {
            return Ok(name.clone());
        }
        let name = directory::organisation(r, id)?.map(|o| o.name).unwrap_or_default();
        Ok(self.keep(&id.0, name))
    }

    fn contact(&mut self, r: &mut Read<'_>, id: &ContactId) -> Result<String> {
        if let Some(name) = self.0.get(id.as_str()) {
            return Ok(name.clone());
        }
        let name = directory::contact(r, id)?.map(|c| c.name).unwrap_or_default();
        Ok(self.keep(&id.0, name))
    }

    fn keep(&mut self, id: &str, name: String) -> String {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(id.to_owned(), name.clone());
        name
    }

    /// `单位 · 提出人`.
    fn of_ticket(&mut self, r: &mut Read<'_>, t: &Ticket) -> Result<String> {
        let org = t.organisation.as_ref().map(|o| self.organisation(r, o)).transpose()?.unwrap_or_default();
        let requester = self.contact(r, &t.requester)?;
        let both = [org, requester];
        Ok(both.iter().filter(|n| !n.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · "))
    }
}
