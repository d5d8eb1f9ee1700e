//! Building the index anew: beside the one that serves, in pages, then put in its place.

use std::collections::HashMap;

use anyhow::Context;
use desk::{Desk, Result};
use domain::ticket::Status;
use search::{Entry, MessageEntry, Position, Search, Writer};
use store::{Read, feed};

use super::commit;
use super::feed::{Names, contact, member, message, organisation, ticket_entry};

/// So many tickets are loaded at once.
const TICKETS: i64 = 200;
/// So many entries are written at once: analysed documents that wait are big.
const FLUSH: usize = 2_000;
const PEOPLE: i64 = 500;
const MESSAGES: i64 = 2_000;
/// After so many entries the log says how far it is.
const SAY: usize = 20_000;

/// Builds a whole index and puts it in place. Returns the position from which it is to be followed.
pub(crate) async fn rebuild(desk: &Desk, search: &Search, database: &str) -> anyhow::Result<Position> {
    // The position is taken first: what changes meanwhile is read again from the outbox.
    let (place, newest) = desk.read(|r| Ok(feed::end(r)?)).await?;
    let position = Position { xid: place.xid, seq: place.seq, newest };
    let mut writer = search.begin(database)?;
    tracing::info!("building the search index");
    let (mut entries, mut waiting, mut said) = (0, 0, 0);
    for part in [Part::Staff, Part::Organisations, Part::Contacts, Part::Tickets] {
        let mut after = String::new();
        loop {
            let from = after;
            let (page, next) = desk.read(move |r| load(r, part, &from)).await?;
            entries += page.len();
            waiting += page.len();
            let flushes = waiting >= FLUSH;
            writer = add(writer, page, flushes).await?;
            if flushes {
                waiting = 0;
            }
            if entries - said >= SAY {
                said = entries;
                tracing::info!(entries, "building the search index: {entries} entries so far");
            }
            let Some(key) = next else { break };
            after = key;
        }
    }
    writer = commit(writer, position).await?;
    search.install(&writer)?;
    tracing::info!(entries, "the search index is built");
    Ok(position)
}

/// Adds a page; with `flushes` the next one waits until it is written.
async fn add(mut writer: Writer, page: Vec<Entry>, flushes: bool) -> anyhow::Result<Writer> {
    tokio::task::spawn_blocking(move || {
        for entry in &page {
            writer.add(entry)?;
        }
        if flushes {
            writer.flush()?;
        }
        Ok(writer)
    })
    .await
    .context("writing to a new search index")?
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Staff,
    Organisations,
    Contacts,
    Tickets,
}

/// A page of entries and the key after which the next one begins.
fn load(r: &mut Read<'_>, part: Part, after: &str) -> Result<(Vec<Entry>, Option<String>)> {
    match part {
        // The house is one page.
        Part::Staff => {
            let rows = store::staff::all(r)?;
            Ok((rows.into_iter().map(|s| Entry::Person(member(s))).collect(), None))
        }
        Part::Organisations => {
            let rows = feed::organisations(r, after, PEOPLE)?;
            let next = rows.last().map(|o| o.id.0.clone());
            let entries = rows.into_iter().map(|o| Ok(Entry::Person(organisation(r, o)?)));
            Ok((entries.collect::<Result<_>>()?, next))
        }
        Part::Contacts => contacts(r, after),
        Part::Tickets => tickets(r, after),
    }
}

fn contacts(r: &mut Read<'_>, after: &str) -> Result<(Vec<Entry>, Option<String>)> {
    let rows = feed::contacts(r, after, PEOPLE)?;
    let Some(last) = rows.last().map(|c| c.id.0.clone()) else { return Ok((Vec::new(), None)) };
    let mut points: HashMap<String, Vec<String>> = HashMap::new();
    for (id, point) in feed::points(r, after, &last, PEOPLE * 50)? {
        points.entry(id).or_default().push(point.value);
    }
    let mut names = Names::default();
    let entries = rows.into_iter().map(|c| {
        let points = points.remove(c.id.as_str()).unwrap_or_default();
        Ok(Entry::Person(contact(r, c, points, &mut names)?))
    });
    Ok((entries.collect::<Result<_>>()?, Some(last)))
}

fn tickets(r: &mut Read<'_>, after: &str) -> Result<(Vec<Entry>, Option<String>)> {
    let rows = feed::tickets(r, after, TICKETS)?;
    let Some(last) = rows.last().map(|t| t.id.0.clone()) else { return Ok((Vec::new(), None)) };
    let mut messages: HashMap<String, Vec<MessageEntry>> = HashMap::new();
    let (mut ticket, mut no) = (after.to_owned(), i64::MAX);
    loop {
        let page = feed::messages(r, (&ticket, no), &last, MESSAGES)?;
        let Some((id, m)) = page.last() else { break };
        (ticket, no) = (id.0.clone(), m.no);
        for (id, m) in page {
            messages.entry(id.0).or_default().push(message(m));
        }
    }
    let mut names = Names::default();
    let mut entries = Vec::with_capacity(rows.len());
    for t in rows.iter().filter(|t| t.status != Status::Merged) {
        let of_ticket = messages.remove(t.id.as_str()).unwrap_or_default();
        entries.push(ticket_entry(r, t, of_ticket, &mut names)?);
    }
    Ok((entries, Some(last)))
}
