//! One-time links: to sign in, to accept an invitation, to set an installation up.

use domain::access::{Actor, Right, System};
use domain::id::{ContactId, StaffId};
use domain::people::{Point, PointKind, parse_email};
use domain::ticket::decide::Refusal;
use domain::time::plus_seconds;
use store::session::{self, Person};
use store::staff::StaffRow;
use store::{Read, directory, job, staff};

use super::password::set_in;
use super::{Session, actor_of, begin, login_of, person_ref, secret_hash, signs_in};
use crate::admin::need;
use crate::jobs::LinkJob;
use crate::{Desk, Error, Result, Unit};

/// The purpose of a link that was asked for at the sign-in page.
pub const SIGN_IN: &str = "sign_in";
const LINK_S: i64 = 30 * 60;
const INVITATION_S: i64 = 7 * 86_400;

/// Sends a one-time link to an address, if it is somebody's. Whoever asks cannot tell whether it is.
///
/// # Errors
/// `Invalid` for what is no address.
pub async fn request_link(desk: &Desk, email: &str) -> Result<()> {
    let point = parse_email(email).ok_or_else(|| Error::field("email", "bad_value"))?;
    let token = desk.new_secret();
    desk.write(&Actor::System(System::Operator), move |unit| {
        let contact = directory::by_point(unit.work, &point)?;
        let found = match contact {
            Some(c) if signs_in(unit.work, &c)? => {
                Some((Person { kind: "contact".to_owned(), id: c.id.0 }, c.name, c.locale))
            }
            _ => staff_of_address(unit, &point)?
                .map(|s| (Person { kind: "staff".to_owned(), id: s.id.0 }, s.name, s.locale)),
        };
        let Some((person, name, locale)) = found else { return Ok(()) };
        if asked_too_often(unit, &point.value)? {
            return Ok(());
        }
        session::put_link(unit.work, &secret_hash(&token), &person, SIGN_IN, plus_seconds(unit.now, LINK_S))?;
        let payload = LinkJob {
            purpose: SIGN_IN.to_owned(),
            email: point.value.clone(),
            name,
            locale,
            token: token.clone(),
        };
        enqueue(unit, &payload)?;
        Ok(())
    })
    .await
}

/// A letter with a link is wanted: its worker is rung at once, somebody waits before a sign-in page.
fn enqueue(unit: &mut Unit<'_, '_>, payload: &LinkJob) -> Result<()> {
    let id = job::insert(unit.work, LinkJob::KIND, payload, unit.now)?;
    Ok(unit.work.publish("job", id.as_str())?)
}

/// Who of the staff has this address, as a login or to be written to.
fn staff_of_address(unit: &mut Unit<'_, '_>, point: &Point) -> Result<Option<StaffRow>> {
    let all: Vec<_> = staff::all(unit.work)?.into_iter().filter(|s| s.active).collect();
    let by_login = all.iter().find(|s| s.login == point.value);
    let found = by_login.or_else(|| all.iter().find(|s| s.is_at(point)));
    Ok(found.cloned())
}

/// Links that an address is sent within a quarter of an hour; whoever wants more may fill somebody's mailbox.
const LINKS: i64 = 3;
const PAUSE_S: i64 = 900;

/// Counts a request for a link. Like everything here it tells the asker nothing.
fn asked_too_often(unit: &mut Unit<'_, '_>, address: &str) -> Result<bool> {
    let key = format!("link {address}");
    let before = session::failures(unit.work, &key)?;
    let running = before.filter(|(_, last)| plus_seconds(*last, PAUSE_S) > unit.now);
    match running {
        Some((n, _)) if n >= LINKS => return Ok(true),
        Some(_) => {}
        None => session::forgive(unit.work, &key)?,
    }
    session::failed(unit.work, &key)?;
    Ok(false)
}

/// A one-time link that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose it is, as typed to sign in.
    pub login: String,
    /// What it is for.
    pub purpose: String,
}

/// A one-time link; nothing if it is not good. Does not use it up.
///
/// # Errors
/// `inactive_person` if whoever it was sent to may not sign in any more.
pub async fn link_of(desk: &Desk, token: &str) -> Result<Option<Link>> {
    let hash = secret_hash(token);
    desk.read(move |r| {
        let Some((person, purpose)) = session::link(r, &hash)? else { return Ok(None) };
        still_here(r, &person)?;
        Ok(Some(Link { login: login_of(r, &person_ref(&person))?, purpose }))
    })
    .await
}

fn still_here(r: &mut Read<'_>, person: &Person) -> Result<()> {
    match actor_of(r, person) {
        Err(Error::Unauthenticated) => Err(Error::Refused(Refusal::InactivePerson)),
        found => found.map(drop),
    }
}

/// Uses a one-time link, to sign in and, with a password, to set it: whoever was invited needs one, and whoever forgot
/// theirs may.
///
/// # Errors
/// `Unauthenticated` if the link is used up, too old or unknown; `inactive_person`; `Invalid` for a password that is missing, too short or a name of
/// theirs, which leaves the link as it was.
pub async fn use_link(desk: &Desk, token: &str, password: Option<String>) -> Result<Session> {
    let link = link_of(desk, token).await?.ok_or(Error::Unauthenticated)?;
    if password.is_none() && link.purpose != SIGN_IN {
        return Err(Error::field("password", "required"));
    }
    let set = match password {
        Some(password) => Some(desk.new_password(password).await?),
        None => None,
    };
    let hash = secret_hash(token);
    let person = desk
        .write(&Actor::System(System::Operator), move |unit| {
            let (person, _) = session::link(unit.work, &hash)?.ok_or(Error::Unauthenticated)?;
            still_here(unit.work, &person)?;
            if !session::use_link(unit.work, &hash)? {
                return Err(Error::Unauthenticated);
            }
            if let Some(set) = &set {
                set_in(unit, &person, set)?;
            }
            Ok(person)
        })
        .await?;
    begin(desk, person, Vec::new()).await
}

/// A one-time link for a first start without users: makes the first administrator, who then sets a password.
///
/// # Errors
/// The store's.
pub async fn set_up_link(desk: &Desk) -> Result<String> {
    let token = desk.new_secret();
    let hash = secret_hash(&token);
    desk.write(&Actor::System(System::Operator), move |unit| {
        let row = StaffRow {
            id: StaffId(unit.work.next_id()),
            login: "admin".to_owned(),
            name: "Admin".to_owned(),
            email: String::new(),
            phone: String::new(),
            role: domain::access::Role::Administrator,
            locale: "zh-CN".to_owned(),
            skills: Vec::new(),
            languages: Vec::new(),
            active: true,
            created_at: unit.now,
            version: 0,
        };
        // An earlier link may have grown old unused, or be known to whoever read an old terminal: only the newest is good.
        let id = if let Some(earlier) = staff::by_login(unit.work, &row.login)? {
            earlier.id
        } else {
            staff::insert(unit.work, &row, None)?;
            row.id
        };
        let person = Person { kind: "staff".to_owned(), id: id.0 };
        session::end_links(unit.work, &person)?;
        Ok(session::put_link(unit.work, &hash, &person, "set_up", plus_seconds(unit.now, INVITATION_S))?)
    })
    .await?;
    Ok(token)
}

/// Invites a colleague by letter to set a password. Without an address nothing is sent.
///
/// # Errors
/// `NotFound`, `Invalid` if the colleague is not active.
pub async fn invite(desk: &Desk, who: &Actor, id: &StaffId) -> Result<()> {
    let (token, id) = (desk.new_secret(), id.clone());
    desk.write(who, move |unit| {
        let row = staff::one(unit.work, &id)?.ok_or(Error::NotFound)?;
        if !row.active {
            return Err(Error::field("active", "inactive_person"));
        }
        if parse_email(&row.email).is_none() {
            return Ok(());
        }
        let person = Person { kind: "staff".to_owned(), id: row.id.0 };
        let ends = plus_seconds(unit.now, INVITATION_S);
        session::put_link(unit.work, &secret_hash(&token), &person, "invitation", ends)?;
        let payload = LinkJob {
            purpose: "invitation".to_owned(),
            email: row.email,
            name: row.name,
            locale: row.locale,
            token: token.clone(),
        };
        enqueue(unit, &payload)?;
        Ok(())
    })
    .await
}

/// Invites a contact by letter to the portal, where a password can be set. Returns the address.
///
/// # Errors
/// `Lacks`, `NotFound`, `Invalid` if the contact has no address or may not sign in.
pub async fn invite_contact(desk: &Desk, who: &Actor, id: &ContactId) -> Result<String> {
    let (token, id) = (desk.new_secret(), id.clone());
    desk.write(who, move |unit| {
        need(unit, Right::PeopleEdit)?;
        let row = directory::contact(unit.work, &id)?.ok_or(Error::NotFound)?;
        if !signs_in(unit.work, &row)? {
            return Err(Error::field("active", "inactive"));
        }
        let points = directory::points(unit.work, &id)?;
        let email = points.into_iter().find(|p| p.kind == PointKind::Email);
        let email = email.ok_or_else(|| Error::field("email", "required"))?.value;
        let person = Person { kind: "contact".to_owned(), id: id.0.clone() };
        let ends = plus_seconds(unit.now, INVITATION_S);
        session::put_link(unit.work, &secret_hash(&token), &person, "invitation", ends)?;
        let payload = LinkJob {
            purpose: "invitation".to_owned(),
            email: email.clone(),
            name: row.name,
            locale: row.locale,
            token: token.clone(),
        };
        enqueue(unit, &payload)?;
        let by = unit.actor.reference();
        store::admin::record(unit.work, &by, ("contact", id.as_str()), "invited", "", &email)?;
        Ok(email)
    })
    .await
}
