//! In whose name letters leave the house: what a mailbox or a group says about it, and what of it counts for a letter.

use domain::access::{Actor, ActorRef, Right};
use domain::ticket::Ticket;
use domain::ticket::decide::Rules;
use domain::voice::{Owner, Placeholder, Voice, Voices};
use store::rules::{self, SettingKey};
use store::{Read, staff};

use crate::admin::{need, record};
use crate::mail_in::House;
use crate::{Desk, Error, FieldError, Result, Unit};

/// Whoever writes a letter, with the voice that counts for it.
#[derive(Debug, Clone, Default)]
pub struct Signer {
    /// What counts.
    pub voice: Voice,
    /// Name of who wrote; empty if nobody did.
    pub agent: String,
    /// Their telephone.
    pub phone: String,
    /// The desk's name.
    pub company: String,
}

impl Signer {
    /// What a placeholder stands for. The hours are the caller's to say: they are words.
    pub fn value(&self, p: Placeholder, hours: &str) -> String {
        match p {
            Placeholder::Agent => self.agent.clone(),
            Placeholder::Company => self.company.clone(),
            Placeholder::Phone => self.phone.clone(),
            Placeholder::Hours => hours.to_owned(),
        }
    }

    /// The sender's name of a letter.
    pub fn sender(&self) -> Option<String> {
        self.voice.sender_name(|p| self.value(p, ""))
    }
}

/// Who signs a letter about a ticket, given who wrote the message that it carries.
///
/// # Errors
/// The store's.
pub fn signer(
    r: &mut Read<'_>,
    rules: &Rules,
    house: &House,
    t: &Ticket,
    author: Option<&ActorRef>,
) -> Result<Signer> {
    let mailbox = house.mailbox_of(rules, t.group.as_ref());
    let voice = rules.voices.for_letter(t.group.as_ref(), mailbox.as_deref());
    let person = match author {
        Some(ActorRef::Staff(id)) => staff::one(r, id)?,
        _ => None,
    };
    let (agent, phone) = person.map(|p| (p.name, p.phone)).unwrap_or_default();
    Ok(Signer { voice, agent, phone, company: rules.settings.desk_name.clone() })
}

/// Saves what a mailbox or a group says, over the version of all of them that was seen; an empty one is as if it had
/// never been said. `written` are mailboxes of the configuration.
///
/// # Errors
/// `Lacks`, `NotFound`, `Stale`; `Invalid` with all that is wrong.
pub async fn save_voice(
    desk: &Desk,
    who: &Actor,
    (owner, voice): (Owner, Voice),
    version: i64,
    written: Vec<String>,
) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        known(unit, &owner, &written)?;
        let voice = voice.trimmed();
        let wrong: Vec<_> = voice.wrong().into_iter().map(|(f, issue)| FieldError::new(f, issue)).collect();
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let all: Voices = rules::setting(unit.work, SettingKey::Voices)?.0;
        let before = all.of(&owner);
        if rules::setting_version(unit.work, SettingKey::Voices)? != version {
            let text = |v: &Voice| serde_json::to_string(v).unwrap_or_default();
            let field = SettingKey::Voices.as_str().to_owned();
            return Err(Error::Stale { field, mine: text(&voice), theirs: text(&before) });
        }
        if before == voice {
            return Ok(());
        }
        let id = match &owner {
            Owner::Mailbox(address) => address.clone(),
            Owner::Group(id) => id.0.clone(),
        };
        rules::put_setting(unit.work, SettingKey::Voices, &all.with(owner.clone(), voice.clone()), version)?;
        record(unit, ("sender", &id), &before, &voice)
    })
    .await
}

fn known(unit: &mut Unit<'_, '_>, owner: &Owner, written: &[String]) -> Result<()> {
    let is = match owner {
        Owner::Mailbox(address) => {
            written.contains(address) || unit.rules.mailboxes.iter().any(|m| m.address == *address)
        }
        Owner::Group(id) => staff::groups(unit.work)?.iter().any(|g| g.id == *id),
    };
    if is { Ok(()) } else { Err(Error::NotFound) }
}
