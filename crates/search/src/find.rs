//! Asking: what is looked for, who asks, what is found.

use domain::access::{Actor, Right, Scope};
use domain::id::{OrgId, ProductId};
use domain::named;
use domain::ticket::Severity;
use domain::time::{Timestamp, from_millis};
use tantivy::collector::DocSetCollector;
use tantivy::query::TermQuery;
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{Searcher, TantivyDocument, Term};

use crate::collect::Best;
use crate::generation::{Generation, Search};
use crate::mark::Marks;
use crate::query::Question;
use crate::suggest::suggest;
use crate::{Result, query};

/// The most that one page holds.
pub const MAX_LIMIT: usize = 100;

named! {
    /// What can be looked for on its own.
    pub enum Section ("section") {
        /// Tickets.
        Ticket = "ticket",
        /// Messages of tickets.
        Message = "message",
        /// Contacts, organisations and staff.
        People = "people",
    }
}

named! {
    /// What was found.
    pub enum HitKind ("kind of hit") {
        /// A ticket.
        Ticket = "ticket",
        /// A message of a ticket.
        Message = "message",
        /// A person of a customer.
        Contact = "contact",
        /// A customer.
        Organisation = "organisation",
        /// A member of staff.
        Staff = "staff",
    }
}

impl HitKind {
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Ticket => 0,
            Self::Message => 1,
            Self::Contact => 2,
            Self::Organisation => 3,
            Self::Staff => 4,
        }
    }

    fn of_number(number: u64) -> Self {
        Self::ALL.iter().copied().find(|k| k.number() == number).unwrap_or(Self::Ticket)
    }
}

impl Section {
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Ticket => 0,
            Self::Message => 1,
            Self::People => 2,
        }
    }

    pub(crate) fn index_of_kind(kind: u64) -> usize {
        usize::try_from(kind).unwrap_or_default().min(2)
    }
}

/// Who asks, as far as it decides what exists for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Whose tickets.
    pub scope: Scope,
    /// Internal notes, tags, causes, remarks.
    pub internal: bool,
    /// Contacts, organisations and staff.
    pub people: bool,
}

impl Reader {
    /// What an actor may find.
    pub fn of(actor: &Actor) -> Self {
        let internal = !matches!(actor, Actor::Contact(_));
        Self { scope: actor.scope(), internal, people: internal && actor.has(Right::PeopleView) }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// The words.
    pub text: String,
    /// Groups of words that mean the same.
    pub synonyms: Vec<Vec<String>>,
    /// Only this section is listed; all of them are counted.
    pub section: Option<Section>,
    /// Only tickets with work to be done, or only those without.
    pub open: Option<bool>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// For this product.
    pub product: Option<ProductId>,
    /// Of this customer.
    pub organisation: Option<OrgId>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Continues after an earlier page.
    pub after: Option<Cursor>,
    /// How many.
    pub limit: usize,
}

/// A place in the order: points, then the newer one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub(crate) points: u32,
    pub(crate) tie: u64,
}

impl Cursor {
    /// Points in thousandths, so that the order of additions does not decide.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a score is small and not negative"
    )]
    pub(crate) fn points(score: f32) -> u32 {
        (score.max(0.0) * 1_000.0).round() as u32
    }

    /// The cursor as text for an address.
    pub fn encode(&self) -> String {
        format!("{:x}.{:x}", self.points, self.tie)
    }

    /// Reads it back; `None` if it is not one of ours.
    pub fn decode(text: &str) -> Option<Self> {
        let (points, tie) = text.split_once('.')?;
        Some(Self { points: u32::from_str_radix(points, 16).ok()?, tie: u64::from_str_radix(tie, 16).ok()? })
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What.
    pub kind: HitKind,
    /// Key of the ticket, contact, organisation or member of staff.
    pub id: String,
    /// A ticket's number; empty for people.
    pub number: String,
    /// A ticket's title or a person's name.
    pub title: String,
    /// The same as HTML with the words marked.
    pub title_html: String,
    /// HTML: the best stretch of the text, escaped, with the words marked.
    pub snippet: String,
    /// Names of organisation and requester.
    pub names: String,
    /// Position of a message in its ticket.
    pub message: Option<u64>,
    /// Only staff may read what was found.
    pub internal: bool,
    /// When it was entered or written.
    pub at: Timestamp,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many there are in the section that was asked for.
    pub total: u64,
    /// How many there are in each section.
    pub counts: [u64; 3],
    /// A page of them, best first.
    pub hits: Vec<Hit>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// The newest line of the outbox that is in the index.
    pub indexed_seq: i64,
    /// Nothing was found, but would be by this question.
    pub instead: Option<String>,
}

impl Found {
    /// How many there are in a section.
    pub fn count(&self, section: Section) -> u64 {
        self.counts.get(section.index()).copied().unwrap_or_default()
    }
}

impl Search {
    /// The title or name under which a key stands in the index.
    ///
    /// # Errors
    /// [`crate::Error::Loading`], the engine's.
    pub fn title_of(&self, key: &str) -> Result<Option<String>> {
        let generation = self.live()?;
        let f = &generation.fields;
        let (searcher, _) = generation.searcher();
        let term = TermQuery::new(Term::from_field_text(f.of, key), IndexRecordOption::Basic);
        let Some(at) = searcher.search(&term, &DocSetCollector)?.into_iter().next() else { return Ok(None) };
        let doc: TantivyDocument = searcher.doc(at)?;
        Ok(doc.get_first(f.title_kept).and_then(|v| v.as_str()).map(str::to_owned))
    }

    /// Answers a question. Takes milliseconds of processor time: ask from a thread that may block.
    ///
    /// # Errors
    /// [`crate::Error::Loading`], the engine's.
    pub fn find(&self, ask: &Ask, reader: &Reader) -> Result<Found> {
        let generation = self.live()?;
        let mut found = answer(&generation, ask, reader)?;
        if found.counts == [0; 3]
            && let Some(text) = suggest(&generation, ask, reader)?
        {
            let other = Ask { text: text.clone(), after: None, limit: 1, ..ask.clone() };
            // A suggestion that leads nowhere is none.
            found.instead = (answer(&generation, &other, reader)?.total > 0).then_some(text);
        }
        Ok(found)
    }
}

fn answer(generation: &Generation, ask: &Ask, reader: &Reader) -> Result<Found> {
    let (searcher, position) = generation.searcher();
    let question = Question::with(&ask.text, &ask.synonyms);
    let Some(query) = query::build(&generation.fields, &question, ask, reader) else {
        return Ok(Found {
            total: 0,
            counts: [0; 3],
            hits: Vec::new(),
            next: None,
            indexed_seq: position.newest,
            instead: None,
        });
    };
    let limit = ask.limit.clamp(1, MAX_LIMIT);
    let collector = Best { section: ask.section, after: ask.after, limit: limit + 1 };
    let mut collected = searcher.search(&query, &collector)?;
    let more = collected.best.len() > limit;
    collected.best.truncate(limit);
    let next = collected.best.last().filter(|_| more).map(|(cursor, _)| *cursor);
    let marks = question.marks();
    let hits = collected.best.iter().map(|(_, at)| hit(generation, &searcher, *at, &marks, reader));
    let hits = hits.collect::<Result<Vec<_>>>()?;
    let counts = collected.counts;
    let total =
        ask.section.map_or_else(|| counts.iter().sum(), |s| counts.get(s.index()).copied().unwrap_or(0));
    Ok(Found { total, counts, hits, next, indexed_seq: position.newest, instead: None })
}

fn hit(
    generation: &Generation,
    searcher: &Searcher,
    at: tantivy::DocAddress,
    marks: &Marks,
    reader: &Reader,
) -> Result<Hit> {
    let f = &generation.fields;
    let doc: TantivyDocument = searcher.doc(at)?;
    let text = |field: Field| doc.get_first(field).and_then(|v| v.as_str()).unwrap_or_default();
    let number = |field: Field| doc.get_first(field).and_then(|v| v.as_u64());
    let title = text(f.title_kept);
    let note = if reader.internal { text(f.note_kept) } else { "" };
    Ok(Hit {
        kind: HitKind::of_number(number(f.kind).unwrap_or_default()),
        id: text(f.of).to_owned(),
        number: text(f.number_kept).to_owned(),
        title_html: marks.whole(title),
        title: title.to_owned(),
        snippet: marks.snippet(text(f.text_kept), note),
        names: text(f.names_kept).to_owned(),
        message: number(f.message_kept),
        internal: number(f.internal) == Some(1),
        at: from_millis(doc.get_first(f.at).and_then(|v| v.as_i64()).unwrap_or_default()),
    })
}
