//! The rules of the house: settings, calendars, promises, routing, fields. Each change raises one version,
//! by which every node notices that its copy is old.

use std::collections::BTreeMap;

use domain::access::ActorRef;
use domain::calendar::CalendarDoc;
use domain::id::{CalendarId, PolicyId};
use domain::sla::PolicyDoc;
use domain::ticket::decide::{CalendarRev, Rules};

use crate::row::to_json;
use crate::ticket::actor_columns;
use crate::{Error, Read, Result, Work};

statements! {
    VERSION = "SELECT value FROM counter WHERE name = 'rules'";
    RAISE = "INSERT INTO counter (name, value) VALUES ('rules', 1) \
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1";
    SETTING = "SELECT doc, version FROM setting WHERE key = $1";
    NEW_SETTING = "INSERT INTO setting (key, doc, version) VALUES ($1, $2, 1)";
    PUT_SETTING = "UPDATE setting SET doc = $2, version = version + 1 WHERE key = $1 AND version = $3";
    CALENDARS = "SELECT c.id, c.name, c.rev, r.doc FROM calendar c \
         JOIN calendar_rev r ON r.calendar_id = c.id AND r.rev = c.rev ORDER BY c.id LIMIT 1000";
    NEW_CALENDAR = "INSERT INTO calendar (id, name, rev) VALUES ($1, $2, 1)";
    BUMP_CALENDAR = "UPDATE calendar SET name = $2, rev = rev + 1 WHERE id = $1 AND rev = $3";
    CALENDAR_REV = "INSERT INTO calendar_rev (calendar_id, rev, doc, edited_at, actor_kind, actor_id) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    POLICIES = "SELECT p.id, p.name, p.rev, r.rev, r.doc FROM policy p \
         JOIN policy_rev r ON r.policy_id = p.id ORDER BY p.id, r.rev LIMIT 10000";
    NEW_POLICY = "INSERT INTO policy (id, name, rev) VALUES ($1, $2, 1)";
    BUMP_POLICY = "UPDATE policy SET name = $2, rev = rev + 1 WHERE id = $1 AND rev = $3";
    POLICY_REV = "INSERT INTO policy_rev (policy_id, rev, doc, edited_at, actor_kind, actor_id) \
         VALUES ($1, $2, $3, $4, $5, $6)";
}

/// A document of the `setting` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKey {
    /// `domain::setting::Settings`.
    Settings,
    /// The routing rules.
    Routing,
    /// The extra fields.
    Fields,
    /// `domain::synonym::Synonyms`.
    Synonyms,
    /// `domain::voice::Voices`.
    Voices,
}

impl SettingKey {
    /// Its name in the table and in errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Routing => "routing",
            Self::Fields => "fields",
            Self::Synonyms => "synonyms",
            Self::Voices => "senders",
        }
    }
}

/// The version of the rules.
pub fn version(r: &mut Read<'_>) -> Result<i64> {
    Ok(r.first(&VERSION, &[], |r| r.int(0))?.unwrap_or(0))
}

/// Raises the version of the rules: every node loads them again.
pub(crate) fn raise(work: &mut Work<'_>) -> Result<()> {
    work.execute(&RAISE, &[]).map(drop)
}

/// Loads all rules.
pub fn load(r: &mut Read<'_>) -> Result<Rules> {
    let mut calendars = BTreeMap::new();
    for (id, name, rev, doc) in r.rows(&CALENDARS, &[], |r| {
        Ok((r.id::<CalendarId>(0)?, r.text(1)?, r.int(2)?, r.json::<CalendarDoc>(3, "calendar.doc")?))
    })? {
        let calendar = doc.compile().map_err(|e| Error::corrupt("calendar.doc", e))?;
        calendars.insert(id, CalendarRev { rev, name, calendar, doc });
    }
    let (mut policies, mut newest) = (BTreeMap::new(), BTreeMap::new());
    for (id, name, last, rev, doc) in r.rows(&POLICIES, &[], |r| {
        Ok((r.id::<PolicyId>(0)?, r.text(1)?, r.int(2)?, r.int(3)?, r.json::<PolicyDoc>(4, "policy.doc")?))
    })? {
        newest.insert(id.clone(), (name, last));
        policies.insert((id, rev), doc);
    }
    Ok(Rules {
        settings: setting(r, SettingKey::Settings)?.0,
        routing: setting(r, SettingKey::Routing)?.0,
        fields: setting(r, SettingKey::Fields)?.0,
        calendars,
        policies,
        newest,
        mailboxes: crate::mailbox::all(r)?,
        blocks: crate::mailbox::blocks(r)?,
        voices: setting(r, SettingKey::Voices)?.0,
    })
}

/// A setting's document, or its default, with its version (0 if it was never saved).
pub fn setting<T: serde::de::DeserializeOwned + Default>(
    r: &mut Read<'_>,
    key: SettingKey,
) -> Result<(T, i64)> {
    let row = r.first(&SETTING, &[key.as_str().into()], |r| Ok((r.json(0, "setting.doc")?, r.int(1)?)))?;
    Ok(row.unwrap_or_default())
}

/// The version of a setting; 0 if it was never saved.
pub fn setting_version(r: &mut Read<'_>, key: SettingKey) -> Result<i64> {
    Ok(r.first(&SETTING, &[key.as_str().into()], |r| r.int(1))?.unwrap_or(0))
}

/// Saves a setting over the version that its editor saw.
///
/// # Errors
/// [`Error::Stale`].
pub fn put_setting(
    work: &mut Work<'_>,
    key: SettingKey,
    doc: &impl serde::Serialize,
    version: i64,
) -> Result<()> {
    let doc = to_json(doc);
    if version == 0 {
        work.hit("setting", &NEW_SETTING, &[key.as_str().into(), (&doc).into()])?;
    } else {
        work.edit("setting", &PUT_SETTING, &[key.as_str().into(), (&doc).into(), version.into()])?;
    }
    raise(work)
}

/// Saves a calendar as its next revision; `rev` is the one that its editor saw, 0 for a new calendar.
///
/// # Errors
/// [`Error::Stale`].
pub fn put_calendar(
    work: &mut Work<'_>,
    id: &CalendarId,
    name: &str,
    doc: &CalendarDoc,
    rev: i64,
    by: &ActorRef,
) -> Result<()> {
    let (now, doc) = (work.now(), to_json(doc));
    let (kind, actor) = actor_columns(by);
    if rev == 0 {
        work.hit("calendar", &NEW_CALENDAR, &[id.as_str().into(), name.into()])?;
    } else {
        work.edit("calendar", &BUMP_CALENDAR, &[id.as_str().into(), name.into(), rev.into()])?;
    }
    let values = [id.as_str().into(), (rev + 1).into(), (&doc).into(), now.into(), kind.into(), actor.into()];
    work.hit("calendar", &CALENDAR_REV, &values)?;
    raise(work)
}

/// Saves a promise as its next revision; `rev` is the one that its editor saw, 0 for a new promise.
///
/// # Errors
/// [`Error::Stale`].
pub fn put_policy(
    work: &mut Work<'_>,
    id: &PolicyId,
    name: &str,
    doc: &PolicyDoc,
    rev: i64,
    by: &ActorRef,
) -> Result<()> {
    let (now, doc) = (work.now(), to_json(doc));
    let (kind, actor) = actor_columns(by);
    if rev == 0 {
        work.hit("policy", &NEW_POLICY, &[id.as_str().into(), name.into()])?;
    } else {
        work.edit("policy", &BUMP_POLICY, &[id.as_str().into(), name.into(), rev.into()])?;
    }
    let values = [id.as_str().into(), (rev + 1).into(), (&doc).into(), now.into(), kind.into(), actor.into()];
    work.hit("policy", &POLICY_REV, &values)?;
    raise(work)
}
