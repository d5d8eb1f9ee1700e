//! API tokens: each acts for a member of staff with some of that person's rights.

use std::collections::BTreeSet;

use domain::access::{Actor, Right};
use domain::id::{StaffId, TokenId};
use store::admin;
use store::session::{self, TokenRow};

use super::{secret_hash, staff_actor};
use crate::admin::need;
use crate::{Desk, Error, Result, Unit};

/// Makes an API token that acts for a member of staff with some of that person's rights, `*` for all.
/// Returns its key and the secret, which is shown once. Nobody hands out rights that they do not hold at this moment: a token with
/// few scopes makes no token with more.
///
/// # Errors
/// `Lacks`, `Invalid` for an unknown scope, one beyond the actor's own rights, or an empty name.
pub async fn create_token(
    desk: &Desk,
    who: &Actor,
    staff: StaffId,
    name: String,
    scopes: Vec<String>,
) -> Result<(TokenId, String)> {
    if name.trim().is_empty() {
        return Err(Error::field("name", "required"));
    }
    if scopes.is_empty() {
        return Err(Error::field("scopes", "required"));
    }
    if let Some(i) = scopes.iter().position(|s| s != "*" && s.parse::<Right>().is_err()) {
        return Err(Error::field(&format!("scopes.{}", i + 1), "unknown"));
    }
    let secret = format!("aft_{}", desk.new_secret());
    let hash = secret_hash(&secret);
    let id = desk.write(who, move |unit| {
        within_own_rights(unit, &staff, &scopes)?;
        let row = TokenRow {
            id: TokenId(unit.work.next_id()),
            name: name.trim().to_owned(),
            staff: staff.clone(),
            scopes: scopes.clone(),
            created_at: unit.now,
            revoked_at: None,
        };
        session::put_token(unit.work, &row, &hash)?;
        let by = unit.actor.reference();
        admin::record(unit.work, &by, ("token", row.id.as_str()), "created", "", &row.name)?;
        Ok(row.id)
    });
    Ok((id.await?, secret))
}

fn within_own_rights(unit: &mut Unit<'_, '_>, owner: &StaffId, scopes: &[String]) -> Result<()> {
    need(unit, Right::Operate)?;
    let Some(me) = unit.actor.staff() else { return Ok(()) };
    let wanted: BTreeSet<Right> = if scopes.iter().any(|s| s == "*") {
        staff_actor(unit.work, owner)?.0.rights
    } else {
        scopes.iter().filter_map(|s| s.parse().ok()).collect()
    };
    if wanted.is_subset(&me.rights) { Ok(()) } else { Err(Error::field("scopes", "beyond_own")) }
}

/// Who is behind an API token: the person with the rights that the token may use.
///
/// # Errors
/// `Unauthenticated`.
pub async fn token_actor(desk: &Desk, secret: &str) -> Result<Actor> {
    let hash = secret_hash(secret);
    desk.peek(move |r| {
        let (_, person, scopes) = session::token(r, &hash)?.ok_or(Error::Unauthenticated)?;
        let (mut actor, _) = staff_actor(r, &person)?;
        if !scopes.iter().any(|s| s == "*") {
            let allowed: BTreeSet<Right> = scopes.iter().filter_map(|s| s.parse().ok()).collect();
            actor.rights = actor.rights.intersection(&allowed).copied().collect();
        }
        Ok(Actor::Staff(actor))
    })
    .await
}

/// Revokes a token; its next request is refused.
///
/// # Errors
/// `Lacks`, `NotFound`.
pub async fn revoke_token(desk: &Desk, who: &Actor, id: TokenId) -> Result<()> {
    desk.write(who, move |unit| {
        need(unit, Right::Operate)?;
        session::revoke(unit.work, &id)?;
        let by = unit.actor.reference();
        Ok(admin::record(unit.work, &by, ("token", id.as_str()), "revoked", "", "")?)
    })
    .await
}
