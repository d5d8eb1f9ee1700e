//! Sign-in: passwords, one-time links, sessions, API tokens. Secrets leave this module once, in the clear,
//! to the person they are for; only their hashes are kept.

mod link;
mod password;
mod token;

pub use link::{Link, SIGN_IN, invite, invite_contact, link_of, request_link, set_up_link, use_link};
pub use password::{
    MIN_PASSWORD, add_staff, has_password, set_contact_password, set_own_password, set_staff_password,
};
pub use token::{create_token, revoke_token, token_actor};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::{Actor, ActorRef, Staff, System};
use domain::id::{ContactId, StaffId};
use domain::people::{PointKind, parse_email};
use domain::time::plus_seconds;
use sha2::{Digest, Sha256};
use store::session::{self, Person};
use store::{Read, admin, directory, staff};

use self::password::verify;
use crate::intake::contact_actor;
use crate::{Desk, Error, Result};

const SESSION_S: i64 = 14 * 86_400;
/// Failures in a row that cost nothing, from one address and from all of them. The second bounds guessing from many
/// addresses; it is high, so that a stranger does not lock a person out with a few wrong passwords.
const FREE_FROM_ONE: i64 = 5;
const FREE_FROM_ALL: i64 = 100;
const MAX_WAIT_S: i64 = 900;
/// The longest wait that failures from elsewhere can cost.
const MAX_WAIT_ALL_S: i64 = 60;

/// A fresh session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// For the cookie; kept here as a hash only.
    pub token: String,
}

/// Who is signed in, with what their pages need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// With rights and scope.
    pub actor: Actor,
    /// Language of pages.
    pub locale: String,
}

impl Desk {
    /// A new secret: 43 letters of a URL-safe alphabet, 256 bits.
    pub fn new_secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random())
    }
}

/// The hash under which a secret is kept. Secrets are random, so a plain hash suffices.
pub fn secret_hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

/// Signs in by login or address, and password. Staff come first. `from` is the
/// network address of the browser, empty if it is not known.
///
/// # Errors
/// `Unauthenticated`, whatever was wrong; `RateLimited` after five failures from one address or a hundred from all,
/// for longer each time.
pub async fn sign_in(desk: &Desk, login: &str, password: String, from: &str) -> Result<Session> {
    let login = login.trim().to_lowercase();
    let (name, from) = (login, from.to_owned());
    let (found, keys, waits) = desk
        .read(move |r| {
            let found = find_password(r, &name)?;
            // By whichever name somebody is tried, it is one person. A name of nobody stands behind a question mark, so
            // that nothing can be typed that counts as another's.
            let who = match &found {
                Some((person, _)) => format!("{}|{}", person.kind, person.id),
                None => format!("?|{name}"),
            };
            let keys = [format!("{from}|{who}"), format!("*|{who}")];
            let [here, all] = &keys;
            let waits =
                [wait(r, here, FREE_FROM_ONE, MAX_WAIT_S)?, wait(r, all, FREE_FROM_ALL, MAX_WAIT_ALL_S)?];
            Ok((found, keys, waits))
        })
        .await?;
    let left = waits.into_iter().max().unwrap_or(0);
    if left > 0 {
        return Err(Error::RateLimited { retry_after_s: left });
    }
    let (person, hash) = found.unzip();
    let good = verify(password, hash.flatten()).await?;
    if let Some(person) = person.filter(|_| good) {
        begin(desk, person, keys.to_vec()).await
    } else {
        let system = Actor::System(System::Operator);
        desk.write(&system, move |unit| {
            for key in &keys {
                session::failed(unit.work, key)?;
            }
            Ok(())
        })
        .await?;
        Err(Error::Unauthenticated)
    }
}

/// Seconds that a key must still wait after its failures: 30 s after the last free one, twice as long each time.
pub(crate) fn wait(r: &mut Read<'_>, key: &str, free: i64, longest_s: i64) -> Result<i64> {
    let now = r.now().as_second();
    Ok(session::failures(r, key)?
        .filter(|(n, _)| *n >= free)
        .map_or(0, |(n, last)| (30_i64 << (n - free).min(5)).min(longest_s) - (now - last.as_second())))
}

/// Would signing in with this password fail? Begins no session and counts no failure.
///
/// # Errors
/// The store's.
pub async fn password_fails(desk: &Desk, login: &str, password: &str) -> Result<bool> {
    let login = login.to_owned();
    let found = desk.read(move |r| find_password(r, &login)).await?;
    Ok(!verify(password.to_owned(), found.and_then(|(_, hash)| hash)).await?)
}

fn find_password(r: &mut Read<'_>, login: &str) -> Result<Option<(Person, Option<String>)>> {
    if let Some((id, hash, active)) = staff::password(r, login)? {
        return Ok(active.then(|| (Person { kind: "staff".to_owned(), id: id.0 }, hash)));
    }
    let Some(point) = parse_email(login) else { return Ok(None) };
    let colleague = staff::all(r)?.into_iter().find(|s| s.active && s.is_at(&point));
    if let Some(found) = colleague.map(|s| staff::password(r, &s.login)).transpose()?.flatten() {
        return Ok(Some((Person { kind: "staff".to_owned(), id: found.0.0 }, found.1)));
    }
    let found = directory::contact_password(r, &point.value)?;
    Ok(found
        .filter(|(_, _, active)| *active)
        .map(|(id, hash, _)| (Person { kind: "contact".to_owned(), id: id.0 }, hash)))
}

/// What the person types to sign in: the login, or a customer's preferred e-mail address.
///
/// # Errors
/// The store's.
pub fn login_of(r: &mut Read<'_>, who: &ActorRef) -> Result<String> {
    Ok(match who {
        ActorRef::Staff(id) => staff::one(r, id)?.map(|row| row.login),
        ActorRef::Contact(id) => {
            let points = directory::points(r, id)?;
            points.into_iter().find(|p| p.kind == PointKind::Email).map(|p| p.value)
        }
        ActorRef::System(_) => None,
    }
    .unwrap_or_default())
}

async fn begin(desk: &Desk, person: Person, forgive: Vec<String>) -> Result<Session> {
    let made = Session { token: desk.new_secret() };
    let kept = made.clone();
    desk.write(&Actor::System(System::Operator), move |unit| {
        // Nobody signs in who would be sent away by the next page.
        actor_of(unit.work, &person)?;
        let ends = plus_seconds(unit.now, SESSION_S);
        session::insert(unit.work, &secret_hash(&kept.token), &person, ends)?;
        for key in &forgive {
            session::forgive(unit.work, key)?;
        }
        let by = person_ref(&person);
        admin::record(unit.work, &by, (&person.kind, &person.id), "signed_in", "", "").map_err(Error::from)
    })
    .await?;
    Ok(made)
}

fn person_ref(person: &Person) -> ActorRef {
    if person.kind == "staff" {
        ActorRef::Staff(StaffId(person.id.clone()))
    } else {
        ActorRef::Contact(ContactId(person.id.clone()))
    }
}

/// Who is behind a session's token.
///
/// # Errors
/// `Unauthenticated` if the session has ended or the person is no longer active.
pub async fn who_is(desk: &Desk, token: &str) -> Result<SignedIn> {
    let hash = secret_hash(token);
    desk.peek(move |r| {
        let row = session::session(r, &hash)?.ok_or(Error::Unauthenticated)?;
        let (actor, locale) = actor_of(r, &row.person)?;
        Ok(SignedIn { actor, locale })
    })
    .await
}

fn actor_of(r: &mut Read<'_>, person: &Person) -> Result<(Actor, String)> {
    if person.kind == "staff" {
        let (actor, locale) = staff_actor(r, &StaffId(person.id.clone()))?;
        return Ok((Actor::Staff(actor), locale));
    }
    let row = directory::contact(r, &ContactId(person.id.clone()))?.ok_or(Error::Unauthenticated)?;
    if !signs_in(r, &row)? {
        return Err(Error::Unauthenticated);
    }
    Ok((contact_actor(&row), row.locale))
}

/// May the contact use the portal? Both the person and the organisation must be active.
pub(crate) fn signs_in(r: &mut Read<'_>, c: &directory::ContactRow) -> Result<bool> {
    let organisation = match &c.organisation {
        Some(id) => directory::organisation(r, id)?,
        None => None,
    };
    Ok(c.active && organisation.is_none_or(|o| o.active))
}

/// A member of staff with role's rights and groups.
///
/// # Errors
/// `Unauthenticated` if the person is not active.
pub fn staff_actor(r: &mut Read<'_>, id: &StaffId) -> Result<(Staff, String)> {
    let row = staff::one(r, id)?.filter(|s| s.active).ok_or(Error::Unauthenticated)?;
    let rights = staff::rights(r, row.role)?;
    let groups = staff::groups_of(r, id)?;
    Ok((Staff { id: row.id, name: row.name, rights, groups }, row.locale))
}

/// Ends one session.
///
/// # Errors
/// The store's.
pub async fn sign_out(desk: &Desk, token: &str) -> Result<()> {
    let hash = secret_hash(token);
    desk.write(&Actor::System(System::Operator), move |unit| Ok(session::delete(unit.work, &hash)?)).await
}

/// Ends all sessions of the person who asks.
///
/// # Errors
/// The store's.
pub async fn sign_out_everywhere(desk: &Desk, who: &Actor) -> Result<()> {
    let person = match who {
        Actor::Staff(s) => Person { kind: "staff".to_owned(), id: s.id.0.clone() },
        Actor::Contact(c) => Person { kind: "contact".to_owned(), id: c.id.0.clone() },
        Actor::System(_) => return Ok(()),
    };
    desk.write(who, move |unit| Ok(session::delete_all(unit.work, &person).map(drop)?)).await
}
