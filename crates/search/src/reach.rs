//! How far a question reaches: its filters, and what exists for the reader at all. Both are clauses of the query.

use std::ops::Bound;

use domain::access::Scope;
use domain::time::to_millis;
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use crate::find::{Ask, HitKind, Reader};
use crate::query::{Clause, any};
use crate::schema::Fields;

pub(crate) fn must(query: Box<dyn Query>) -> Clause {
    // A filter decides, it does not count.
    (Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0)))
}

fn text_is(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

fn number_is(field: Field, number: u64) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_u64(field, number), IndexRecordOption::Basic))
}

pub(crate) fn filters(f: &Fields, ask: &Ask) -> Vec<Box<dyn Query>> {
    let mut all = Vec::new();
    all.extend(ask.open.map(|open| number_is(f.open, u64::from(open))));
    all.extend(ask.severity.map(|s| text_is(f.severity, s.as_str())));
    all.extend(ask.product.as_ref().map(|p| text_is(f.product, p.as_str())));
    all.extend(ask.organisation.as_ref().map(|o| text_is(f.organisation, o.as_str())));
    if ask.from.is_some() || ask.until.is_some() {
        let term = |at| Term::from_field_i64(f.at, to_millis(at));
        let lower = ask.from.map_or(Bound::Unbounded, |at| Bound::Included(term(at)));
        let upper = ask.until.map_or(Bound::Unbounded, |at| Bound::Excluded(term(at)));
        all.push(Box::new(RangeQuery::new(lower, upper)) as Box<dyn Query>);
    }
    all
}

/// What exists for the reader: a clause of every query, never a sieve for its answers.
pub(crate) fn visible(f: &Fields, reader: &Reader) -> Box<dyn Query> {
    let kind = |k: HitKind| number_is(f.kind, k.number());
    let tickets = any(vec![kind(HitKind::Ticket), kind(HitKind::Message)]);
    let of_scope: Option<Box<dyn Query>> = match &reader.scope {
        Scope::All => Some(tickets),
        Scope::Organisation(org) => Some(both(tickets, text_is(f.organisation, org.as_str()))),
        Scope::Contact(contact) => Some(both(tickets, text_is(f.requester, contact.as_str()))),
        Scope::Nothing => None,
    };
    let of_scope = of_scope.map(|q| if reader.internal { q } else { both(q, number_is(f.internal, 0)) });
    let kinds = [HitKind::Contact, HitKind::Organisation, HitKind::Staff];
    let people = reader.people.then(|| any(kinds.map(kind).into()));
    let all: Vec<Box<dyn Query>> = of_scope.into_iter().chain(people).collect();
    if all.is_empty() { Box::new(EmptyQuery) } else { any(all) }
}

fn both(a: Box<dyn Query>, b: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(vec![(Occur::Must, a), (Occur::Must, b)]))
}
