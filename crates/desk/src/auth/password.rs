//! Passwords: kept as argon2id hashes, set by whoever knows the present one, by a link, or on the command line.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::access::{Actor, ActorRef};
use domain::id::{ContactId, StaffId};
use domain::people::PointKind;
use store::session::{self, Person};
use store::{Read, admin, directory, staff};

use super::{FREE_FROM_ONE, MAX_WAIT_S, find_password, login_of, person_ref, wait};
use crate::{Desk, Error, Result, Unit};

/// The shortest password that is accepted, in characters.
pub const MIN_PASSWORD: usize = 10;

/// A password that is to be set: long enough, and hashed. Whose it may become is asked when it is kept.
pub(super) struct NewPassword {
    folded: String,
    hash: String,
}

impl NewPassword {
    /// Nobody's password is the name under which they sign in, nor an address of theirs, in whatever case.
    fn check(&self, names: &[String]) -> Result<()> {
        let named = names.iter().any(|name| fold(name) == self.folded);
        if named { Err(Error::field("password", "own_name")) } else { Ok(()) }
    }
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Desk {
    /// # Errors
    /// `Invalid` if it is too short.
    pub(super) async fn new_password(&self, password: String) -> Result<NewPassword> {
        check_password(&password)?;
        let (folded, salt) = (fold(&password), self.random());
        let hash = move || {
            let salt = salt.get(..16).unwrap_or(&salt);
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), salt)
                .map(|h: PasswordHash| h.to_string())
        };
        let hashed = tokio::task::spawn_blocking(hash).await.map_err(|e| Error::Internal(e.to_string()))?;
        Ok(NewPassword { folded, hash: hashed.map_err(|e| Error::Internal(e.to_string()))? })
    }
}

/// Is it the password with this hash?
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    // An unknown name costs as much time as a wrong password.
    const DUMMY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = hash.is_some();
    let check = move || {
        let text = hash.as_deref().unwrap_or(DUMMY);
        PasswordHash::new(text)
            .is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
    };
    let good = tokio::task::spawn_blocking(check).await.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(good && known)
}

/// Sets the password of the person who asks, and ends all their sessions. Whoever has one already says it first: an
/// open browser is not enough to lock somebody out. Wrong ones count as at sign-in.
///
/// # Errors
/// `Invalid` if the new one is too short or a name of theirs, or the present one is wrong; `RateLimited`.
pub async fn set_own_password(desk: &Desk, who: &Actor, present: String, password: String) -> Result<()> {
    check_password(&password)?;
    let me = who.reference();
    let (kept, key, left) = desk
        .read(move |r| {
            let login = login_of(r, &me)?;
            let key = own_key(&login);
            let left = wait(r, &key, FREE_FROM_ONE, MAX_WAIT_S)?;
            Ok((find_password(r, &login)?.and_then(|(_, hash)| hash), key, left))
        })
        .await?;
    if left > 0 {
        return Err(Error::RateLimited { retry_after_s: left });
    }
    if kept.is_some() && !verify(present, kept).await? {
        desk.write(who, move |unit| Ok(session::failed(unit.work, &key)?)).await?;
        return Err(Error::field("present", "wrong"));
    }
    match who {
        Actor::Staff(s) => set_staff_password(desk, who, &s.id, password).await,
        Actor::Contact(c) => set_contact_password(desk, who, &c.id, password).await,
        Actor::System(_) => Ok(()),
    }
}

/// Does the person have a password?
///
/// # Errors
/// The store's.
pub fn has_password(r: &mut Read<'_>, who: &ActorRef) -> Result<bool> {
    let login = login_of(r, who)?;
    Ok(find_password(r, &login)?.is_some_and(|(_, hash)| hash.is_some()))
}

fn check_password(password: &str) -> Result<()> {
    if password.chars().count() < MIN_PASSWORD { Err(Error::field("password", "too_short")) } else { Ok(()) }
}

/// Makes a colleague's account with its password, both or neither.
///
/// # Errors
/// `Lacks`, `Invalid`.
pub async fn add_staff(desk: &Desk, who: &Actor, row: staff::StaffRow, password: String) -> Result<StaffId> {
    let set = desk.new_password(password).await?;
    desk.write(who, move |unit| {
        let id = crate::admin::save_staff_in(unit, &row)?;
        set.check(&names_of(unit.work, &ActorRef::Staff(id.clone()))?)?;
        staff::set_password(unit.work, &id, &set.hash)?;
        Ok(id)
    })
    .await
}

/// Sets a colleague's password.
///
/// # Errors
/// `Invalid` if it is too short or a name of theirs, `NotFound`.
pub async fn set_staff_password(desk: &Desk, who: &Actor, id: &StaffId, password: String) -> Result<()> {
    set(desk, who, Person { kind: "staff".to_owned(), id: id.0.clone() }, password).await
}

/// Sets a customer's password.
///
/// # Errors
/// `Invalid` if it is too short or an address of theirs, `NotFound`.
pub async fn set_contact_password(desk: &Desk, who: &Actor, id: &ContactId, password: String) -> Result<()> {
    set(desk, who, Person { kind: "contact".to_owned(), id: id.0.clone() }, password).await
}

async fn set(desk: &Desk, who: &Actor, person: Person, password: String) -> Result<()> {
    let set = desk.new_password(password).await?;
    desk.write(who, move |unit| set_in(unit, &person, &set)).await
}

/// Keeps a password's hash, and ends all sessions of the person and the links that could set another one.
pub(super) fn set_in(unit: &mut Unit<'_, '_>, person: &Person, set: &NewPassword) -> Result<()> {
    set.check(&names_of(unit.work, &person_ref(person))?)?;
    let hash = set.hash.as_str();
    match person_ref(person) {
        ActorRef::Staff(id) => staff::set_password(unit.work, &id, hash)?,
        ActorRef::Contact(id) => directory::set_contact_password(unit.work, &id, hash)?,
        ActorRef::System(_) => return Err(Error::NotFound),
    }
    session::delete_all(unit.work, person)?;
    session::end_links(unit.work, person)?;
    let login = login_of(unit.work, &person_ref(person))?;
    session::forgive(unit.work, &own_key(&login))?;
    let by = unit.actor.reference();
    Ok(admin::record(unit.work, &by, (&person.kind, &person.id), "password_set", "", "")?)
}

/// What anybody would try first: the login and the address of staff, the addresses of a customer.
fn names_of(r: &mut Read<'_>, who: &ActorRef) -> Result<Vec<String>> {
    Ok(match who {
        ActorRef::Staff(id) => staff::one(r, id)?.map(|s| vec![s.login, s.email]).unwrap_or_default(),
        ActorRef::Contact(id) => {
            let points = directory::points(r, id)?.into_iter();
            points.filter(|p| p.kind == PointKind::Email).map(|p| p.value).collect()
        }
        ActorRef::System(_) => Vec::new(),
    })
}

/// Under which wrong present passwords are counted.
fn own_key(login: &str) -> String {
    format!("own|{login}")
}
