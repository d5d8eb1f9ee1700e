//! Writing: an entry replaces what stands under its key; a commit keeps the position with the documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::time::{Timestamp, to_millis};
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::{Field, OwnedValue};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexWriter, Term};

use crate::analyse::{Folded, Terms, terms, token};
use crate::find::HitKind;
use crate::generation::{Generation, Position};
use crate::number::{outside_keys, own_keys};
use crate::schema::{Fields, TextFields};
use crate::{Entry, PersonEntry, PersonKind, Result, TicketEntry};

/// Memory for documents that wait for the commit. It is taken when documents come and given back at the commit.
const HEAP_BYTES: usize = 15_000_000;
/// A ticket quotes and knows this much of its own messages; each message is found on its own besides.
const CONVERSATION_CHARS: usize = 8_000;
/// Longer texts are encoded data; what follows is not found.
const LONGEST_CHARS: usize = 100_000;

/// Fields and values. The engine's own document keeps analysed text as JSON, which costs more than the analysis.
type Document = BTreeMap<Field, OwnedValue>;

/// The one writer of a generation.
pub struct Writer {
    pub(crate) generation: Arc<Generation>,
    inner: IndexWriter<Document>,
}

impl Writer {
    pub(crate) fn new(generation: Arc<Generation>) -> Result<Self> {
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(HEAP_BYTES)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let inner = generation.index.writer_with_options(options)?;
        Ok(Self { generation, inner })
    }

    /// Writes an entry in place of an earlier one with the same key.
    ///
    /// # Errors
    /// The engine's.
    pub fn put(&self, entry: &Entry) -> Result<()> {
        self.remove(entry.key());
        self.add(entry)
    }

    /// Writes an entry whose key does not stand in the index yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn add(&self, entry: &Entry) -> Result<()> {
        match entry {
            Entry::Ticket(t) => self.put_ticket(t),
            Entry::Person(p) => self.put_person(p),
        }
    }

    /// Removes all that stands under a key.
    pub fn remove(&self, key: &str) {
        self.inner.delete_term(Term::from_field_text(self.generation.fields.of, key));
    }

    /// Makes everything since the last commit visible and durable, together with the position.
    ///
    /// # Errors
    /// The engine's.
    pub fn commit(&mut self, position: Position) -> Result<()> {
        let payload = self.generation.payload(position);
        let mut prepared = self.inner.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.generation.show(position)
    }

    /// Waits until everything so far is on disk. The engine lets 10,000 analysed documents wait in memory; who
    /// writes many asks for this now and then. The position is lost: only for an index that does not serve yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn flush(&mut self) -> Result<()> {
        self.inner.commit()?;
        Ok(())
    }

    fn put_ticket(&self, t: &TicketEntry) -> Result<()> {
        let f = &self.generation.fields;
        let (public, notes) = (conversation(t, false), conversation(t, true));
        let mut doc = self.ticket_document(t, HitKind::Ticket, t.at, false);
        add_text(&mut doc, f.title, &[&t.title]);
        add_tokens(&mut doc, f.title.idents, number_terms(&t.number));
        add_tokens(&mut doc, f.title.idents, own_keys(&t.number));
        add_tokens(&mut doc, f.note.idents, outside_keys(&t.outside));
        let text = [t.text.as_str(), &public].join("\n");
        add_text(&mut doc, f.text, &[&text, &t.names]);
        let note = [t.note.as_str(), &notes].join("\n");
        add_text(&mut doc, f.note, &[&note]);
        keep(&mut doc, f.text_kept, text.trim());
        keep(&mut doc, f.note_kept, note.trim());
        keep(&mut doc, f.names_kept, &t.names);
        self.inner.add_document(doc)?;
        for m in &t.messages {
            let mut doc = self.ticket_document(t, HitKind::Message, m.at, m.internal);
            let text = clip(&m.text, LONGEST_CHARS);
            add_text(&mut doc, f.text, &[text]);
            keep(&mut doc, f.text_kept, text);
            keep(&mut doc, f.names_kept, &t.names);
            doc.insert(f.message_kept, u64::try_from(m.no).unwrap_or_default().into());
            self.inner.add_document(doc)?;
        }
        Ok(())
    }

    /// What a ticket's own document and those of its messages have in common.
    fn ticket_document(&self, t: &TicketEntry, kind: HitKind, at: Timestamp, internal: bool) -> Document {
        let f = &self.generation.fields;
        let mut doc = head(f, t.id.as_str(), kind, at);
        doc.insert(f.internal, u64::from(internal).into());
        doc.insert(f.open, u64::from(t.open).into());
        keep(&mut doc, f.severity, t.severity.as_str());
        keep(&mut doc, f.requester, t.requester.as_str());
        if let Some(org) = &t.organisation {
            keep(&mut doc, f.organisation, org.as_str());
        }
        if let Some(product) = &t.product {
            keep(&mut doc, f.product, product.as_str());
        }
        keep(&mut doc, f.number_kept, &t.number);
        keep(&mut doc, f.title_kept, &t.title);
        doc
    }

    fn put_person(&self, p: &PersonEntry) -> Result<()> {
        let f = &self.generation.fields;
        let kind = match p.kind {
            PersonKind::Contact => HitKind::Contact,
            PersonKind::Organisation => HitKind::Organisation,
            PersonKind::Staff => HitKind::Staff,
        };
        let mut doc = head(f, &p.id, kind, p.at);
        doc.insert(f.internal, 1_u64.into());
        if let Some(org) = &p.organisation {
            keep(&mut doc, f.organisation, org.as_str());
        }
        add_text(&mut doc, f.title, &[&p.name]);
        add_text(&mut doc, f.text, &[&p.text]);
        keep(&mut doc, f.title_kept, &p.name);
        keep(&mut doc, f.text_kept, &p.text);
        self.inner.add_document(doc)?;
        Ok(())
    }
}

fn head(f: &Fields, of: &str, kind: HitKind, at: Timestamp) -> Document {
    let mut doc = Document::new();
    keep(&mut doc, f.of, of);
    doc.insert(f.kind, kind.number().into());
    doc.insert(f.at, to_millis(at).into());
    doc.insert(f.tie, tie(at, of, kind).into());
    doc
}

/// The instant, then a hash of the key: newer first among equals, and nearly never the same twice.
fn tie(at: Timestamp, of: &str, kind: HitKind) -> u64 {
    const FNV: u64 = 0x0100_0000_01b3;
    let hash =
        of.bytes().fold(0xcbf2_9ce4_8422_2325 ^ kind.number(), |h, b| (h ^ u64::from(b)).wrapping_mul(FNV));
    (u64::try_from(to_millis(at)).unwrap_or_default() << 20) | (hash >> 44)
}

/// The messages that a ticket knows, from the first one on.
fn conversation(t: &TicketEntry, internal: bool) -> String {
    let mut text = String::new();
    let mut left = CONVERSATION_CHARS;
    for m in t.messages.iter().filter(|m| m.internal == internal) {
        let part = clip(&m.text, left);
        left = left.saturating_sub(part.chars().count());
        text.push_str(part);
        text.push('\n');
        if left == 0 {
            break;
        }
    }
    text
}

fn clip(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// A number is found whole, without its prefix, without its dashes, and by its running part with and without the
/// zeros before it: `af-2026-00345`, `2026-00345`, `af-202600345`, `00345`, `345`.
fn number_terms(number: &str) -> Vec<Token> {
    let whole = number.to_lowercase();
    let (prefix, of_year) = whole.split_once('-').unwrap_or(("", &whole));
    let running = whole.rsplit('-').next().unwrap_or_default();
    let solid = format!("{prefix}-{}", of_year.replace('-', ""));
    let short = running.trim_start_matches('0').to_owned();
    let all = [whole.clone(), of_year.to_owned(), solid, running.to_owned(), short];
    let mut tokens: Vec<Token> = Vec::new();
    for text in all.into_iter().filter(|t| !t.is_empty()) {
        if tokens.iter().all(|t| t.text != text) {
            tokens.push(token(text, tokens.len()));
        }
    }
    tokens
}

fn add_text(doc: &mut Document, fields: TextFields, texts: &[&str]) {
    // A line end keeps the pairs of two texts apart.
    let Terms { words, pairs, idents } = terms(&Folded::new(clip(&texts.join("\n"), LONGEST_CHARS)));
    add_tokens(doc, fields.words, words);
    add_tokens(doc, fields.pairs, pairs);
    add_tokens(doc, fields.idents, idents);
}

/// Adds terms to those that the field has already.
fn add_tokens(doc: &mut Document, field: Field, mut tokens: Vec<Token>) {
    if tokens.is_empty() {
        return;
    }
    if let Some(OwnedValue::PreTokStr(kept)) = doc.get_mut(&field) {
        kept.tokens.append(&mut tokens);
    } else {
        doc.insert(field, PreTokenizedString { text: String::new(), tokens }.into());
    }
}

fn keep(doc: &mut Document, field: Field, text: &str) {
    doc.insert(field, text.into());
}
