//! Use cases: what happens when somebody does something. Always load → may → decide → save → commit.
//! Knows no driver, no HTTP, no mail: nothing outside the database can happen before the commit.

pub mod admin;
mod appointment;
mod at;
pub mod auth;
mod case;
pub mod chat;
pub mod conduct;
pub mod counted;
pub mod dkim;
mod each;
mod error;
pub mod import;
pub mod intake;
pub mod jobs;
pub mod kit;
pub mod mail_in;
pub mod oncall;
pub mod post;
pub mod rebuild;
pub mod replay;
pub mod report;
pub mod risk;
pub mod sweep;
pub mod ticket;
pub mod voice;
pub mod what_if;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};

use domain::access::Actor;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use store::{Db, Entropy, Read, Work};

pub use case::{load_acting, load_case, load_case_by_id, save, save_new};
pub use each::each;
pub use error::{Error, FieldError, Result, Use, noted};

/// The service desk: a database, the rules of the moment, a source of randomness.
#[derive(Clone)]
pub struct Desk {
    db: Db,
    entropy: Entropy,
    rules: Arc<RwLock<(i64, Arc<Rules>)>>,
    /// How long past cases took, and as of when.
    courses: risk::Kept,
    /// When it is calm, and as of when.
    calm: kit::Kept,
    ahead_ms: Arc<AtomicI64>,
}

/// A unit of work with all that a use case needs. Only [`Desk::write`] makes one.
pub struct Unit<'u, 'w> {
    /// The transaction.
    pub work: &'u mut Work<'w>,
    /// Who acts.
    pub actor: &'u Actor,
    /// The unit's one instant.
    pub now: Timestamp,
    /// The rules as of this transaction.
    pub rules: Arc<Rules>,
}

/// The same unit with somebody else who acts.
pub(crate) fn as_actor<'u, 'w>(unit: &'u mut Unit<'_, 'w>, actor: &'u Actor) -> Unit<'u, 'w> {
    Unit { work: &mut *unit.work, actor, now: unit.now, rules: Arc::clone(&unit.rules) }
}

impl Desk {
    /// A desk on an open database.
    pub fn new(db: Db, entropy: Entropy) -> Self {
        let rules = Arc::new(RwLock::new((-1, Arc::new(Rules::default()))));
        Self { db, entropy, rules, courses: Arc::default(), calm: Arc::default(), ahead_ms: Arc::default() }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.db.now()
    }

    /// By how many milliseconds this node's clock was ahead of the database server's when it was last compared, if that
    /// was too much to fire by; 0 otherwise.
    pub fn clock_ahead_ms(&self) -> i64 {
        self.ahead_ms.load(Ordering::Relaxed)
    }

    /// The database, for reads and for the workers' wake-up.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// 32 unpredictable bytes, for tokens.
    pub fn random(&self) -> [u8; 32] {
        self.entropy.bytes()
    }

    /// One use case: one transaction, one `now`. The closure may run twice and touches nothing but its unit.
    ///
    /// # Errors
    /// Whatever the closure returns; then nothing has changed.
    pub async fn write<T, F>(&self, who: &Actor, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Unit<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.db.write(self.in_unit(who, f)).await
    }

    /// What a use case would do: as [`Desk::write`], but nothing of it stays. Keep it short, for others wait.
    ///
    /// # Errors
    /// Whatever the closure returns.
    pub async fn rehearse<T, F>(&self, who: &Actor, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Unit<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.db.rehearse(self.in_unit(who, f)).await
    }

    /// A use case as the database runs it.
    fn in_unit<T, F>(
        &self,
        who: &Actor,
        f: F,
    ) -> impl Fn(&mut Work<'_>) -> Result<T> + Send + 'static + use<T, F>
    where
        F: Fn(&mut Unit<'_, '_>) -> Result<T> + Send + 'static,
    {
        let (desk, who) = (self.clone(), who.clone());
        move |work| {
            let rules = desk.rules_in(work)?;
            let now = work.now();
            f(&mut Unit { work, actor: &who, now, rules })
        }
    }

    /// Reads committed data.
    ///
    /// # Errors
    /// Whatever the closure returns.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    {
        self.db.read(f).await
    }

    /// Reads a few rows by key, or a page along an index; see [`Db::peek`].
    ///
    /// # Errors
    /// Whatever the closure returns.
    pub async fn peek<T, F>(&self, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    {
        self.db.peek(f).await
    }

    /// The rules as of a read or a unit of work. They are loaded again when any node has changed them.
    ///
    /// # Errors
    /// The store's.
    pub fn rules_in(&self, read: &mut Read<'_>) -> Result<Arc<Rules>> {
        let version = store::rules::version(read)?;
        {
            let kept = self.rules.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            if kept.0 == version {
                return Ok(Arc::clone(&kept.1));
            }
        }
        let fresh = Arc::new(store::rules::load(read)?);
        *self.rules.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            (version, Arc::clone(&fresh));
        Ok(fresh)
    }
}
