//! Mailboxes and the list of those whom nobody wants to hear: entered, changed and removed by people, in force at once.

use domain::access::{Actor, Right};
use domain::mail_in::{Block, Mailbox, block_pattern};
use domain::people::parse_email;
use serde_json::json;
use store::{mailbox, staff};

use crate::admin::{Difference, Fields, differences, need, record};
use crate::{Desk, Error, FieldError, Result, Unit};

const MAX_NOTE: usize = 200;

/// What becomes of the password or token of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sealed {
    /// It stays as it is.
    Same,
    /// It is another one, sealed.
    New(String),
}

/// Saves a mailbox; version 0 makes a new one. Its address is read as people write it.
///
/// # Errors
/// `Lacks`, `NotFound`, `Stale`; `Invalid` with all that is wrong.
pub async fn save_mailbox(desk: &Desk, who: &Actor, mailbox: Mailbox, sealed: Sealed) -> Result<Mailbox> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let m = tidied(mailbox.clone());
        let before = of_version(unit, &m)?;
        let kept =
            before.as_ref().map(|b| mailbox::sealed(unit.work, &b.id)).transpose()?.unwrap_or_default();
        let now = match &sealed {
            Sealed::New(sealed) => sealed.clone(),
            Sealed::Same => kept.clone(),
        };
        let wrong = wrong(unit, &m, &now)?;
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let row = if m.version == 0 { Mailbox { id: unit.work.next_id(), ..m } } else { m };
        mailbox::put(unit.work, &row, &now)?;
        let before = before.map(|b| said(&b, None));
        record(unit, ("mailbox", &row.id), &before, &said(&row, Some(now != kept)))?;
        Ok(Mailbox { version: row.version + 1, ..row })
    })
    .await
}

fn tidied(mut m: Mailbox) -> Mailbox {
    let trim = |s: &mut String| *s = s.trim().to_owned();
    m.address = parse_email(&m.address).map_or_else(|| m.address.trim().to_owned(), |p| p.value);
    trim(&mut m.name);
    if let Some(i) = &mut m.imap {
        for text in [&mut i.host, &mut i.login, &mut i.folder, &mut i.move_to, &mut i.authority] {
            trim(text);
        }
    }
    m
}

/// The stored mailbox, which must be the one that the editor saw.
fn of_version(unit: &mut Unit<'_, '_>, m: &Mailbox) -> Result<Option<Mailbox>> {
    if m.version == 0 {
        return Ok(None);
    }
    let kept = unit.rules.mailboxes.iter().find(|k| k.id == m.id).cloned().ok_or(Error::NotFound)?;
    if kept.version == m.version {
        return Ok(Some(kept));
    }
    let differ = differences(m, &kept);
    let list = |value: fn(&Difference) -> &String| {
        differ.iter().map(|d| format!("{}: {}", d.0, value(d))).collect::<Vec<_>>().join("; ")
    };
    let field = differ.iter().map(|d| d.0).collect::<Vec<_>>().join(", ");
    Err(Error::Stale { field, mine: list(|d| &d.1), theirs: list(|d| &d.2) })
}

impl Fields for Mailbox {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![
            ("address", self.address.clone()),
            ("name", self.name.clone()),
            ("group", self.group.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("locale", self.locale.clone()),
            ("active", self.active.to_string()),
        ];
        if let Some(i) = &self.imap {
            all.extend([
                ("host", i.host.clone()),
                ("port", i.port.to_string()),
                ("tls", i.tls.to_string()),
                ("login", i.login.clone()),
                ("proof", i.proof.to_string()),
                ("folder", i.folder.clone()),
                ("afterwards", i.afterwards.to_string()),
                ("move_to", i.move_to.clone()),
                ("authority", i.authority.clone()),
            ]);
        }
        all
    }
}

fn wrong(unit: &mut Unit<'_, '_>, m: &Mailbox, sealed: &str) -> Result<Vec<FieldError>> {
    let mut wrong: Vec<FieldError> =
        m.wrong().into_iter().map(|(field, issue)| FieldError::new(field, issue)).collect();
    if unit.rules.mailboxes.iter().any(|k| k.id != m.id && k.address == m.address) {
        wrong.push(FieldError::new("address", "taken"));
    }
    if let Some(group) = &m.group
        && !staff::groups(unit.work)?.iter().any(|g| g.id == *group)
    {
        wrong.push(FieldError::new("group", "unknown"));
    }
    if m.imap.is_some() && sealed.is_empty() {
        wrong.push(FieldError::new("secret", "required"));
    }
    Ok(wrong)
}

/// A mailbox as it is recorded; of its password only whether it is another one.
fn said(m: &Mailbox, other_secret: Option<bool>) -> serde_json::Value {
    let fields = m.fields().into_iter().filter(|(name, value)| *name != "authority" && !value.is_empty());
    let mut all: serde_json::Map<_, _> =
        fields.map(|(name, value)| (name.to_owned(), value.into())).collect();
    if other_secret == Some(true) {
        all.insert("secret".to_owned(), "changed".into());
    }
    all.into()
}

/// Keeps another password or token, such as one that was renewed by a program.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn reseal_mailbox(desk: &Desk, who: &Actor, id: String, sealed: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let m = unit.rules.mailboxes.iter().find(|m| m.id == id).ok_or(Error::NotFound)?;
        let m = said(m, None);
        mailbox::seal(unit.work, &id, &sealed)?;
        record(unit, ("mailbox", &id), &m, &json!({"secret": "changed"}))
    })
    .await
}

/// Removes a mailbox. What came into it stays.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn remove_mailbox(desk: &Desk, who: &Actor, id: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let kept = unit.rules.mailboxes.iter().find(|m| m.id == id).ok_or(Error::NotFound)?;
        let before = said(kept, None);
        mailbox::remove(unit.work, &id)?;
        gone(unit, ("mailbox", &id), &before)
    })
    .await
}

fn gone(unit: &mut Unit<'_, '_>, subject: (&str, &str), before: &serde_json::Value) -> Result<()> {
    let by = unit.actor.reference();
    store::admin::record(unit.work, &by, subject, "deleted", &before.to_string(), "")?;
    Ok(unit.work.publish("admin", subject.0)?)
}

/// Puts an address or a domain on the list of those whom nobody wants to hear; one that is on it stays.
///
/// # Errors
/// `Lacks`; `Invalid` if it is neither, is ours, or the note is too long.
pub async fn block(desk: &Desk, who: &Actor, pattern: String, note: String) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let pattern = block_pattern(&pattern).ok_or_else(|| Error::field("pattern", "no_sender_pattern"))?;
        if note.chars().count() > MAX_NOTE {
            return Err(Error::field("note", "too_long"));
        }
        let b = Block { id: unit.work.next_id(), pattern, note: note.trim().to_owned() };
        if mailbox::put_block(unit.work, &b)? {
            let after = json!({"pattern": b.pattern, "note": b.note});
            record(unit, ("mail_block", &b.id), &None::<String>, &after)?;
        }
        Ok(())
    })
    .await
}

/// Takes somebody off the list.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn unblock(desk: &Desk, who: &Actor, id: String) -> Result<Block> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        let b = unit.rules.blocks.iter().find(|b| b.id == id).cloned().ok_or(Error::NotFound)?;
        mailbox::remove_block(unit.work, &id)?;
        gone(unit, ("mail_block", &id), &json!({"pattern": b.pattern, "note": b.note}))?;
        Ok(b)
    })
    .await
}
