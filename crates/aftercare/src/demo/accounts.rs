//! The accounts that the demo prints: they sign in, whatever somebody did with the folder before. The administrator is
//! put back; of the others those that are gone or deactivated are left out, and roles are printed as they are now.

use anyhow::Context;
use desk::{Desk, admin, auth};
use domain::access::{Actor, Role, System};
use domain::id::StaffId;
use domain::time::Timestamp;
use store::session;
use store::staff::StaffRow;
use store::{directory, staff};

use super::world::{Person, World};

const OPERATOR: Actor = Actor::System(System::Operator);

/// Login, password and role of each account that signs in; passwords are set anew if somebody changed them, and failed
/// attempts are forgotten.
pub(super) async fn working(desk: &Desk, world: &World) -> anyhow::Result<Vec<(String, String, String)>> {
    restore_administrator(desk, world).await?;
    desk.write(&OPERATOR, |unit| Ok(session::forgive_all(unit.work)?)).await?;
    let mut out = Vec::new();
    let mut print =
        |login: &str, role: &str| out.push((login.to_owned(), world.password.clone(), role.to_owned()));
    for s in &world.staff {
        let Some(row) = by_login(desk, &s.login).await?.filter(|row| row.active) else { continue };
        if auth::password_fails(desk, &s.login, &world.password).await? {
            auth::set_staff_password(desk, &OPERATOR, &row.id, world.password.clone()).await?;
        }
        print(&s.login, row.role.as_str());
    }
    for c in world.contacts.iter().filter(|c| c.signs_in) {
        let point = domain::people::parse_email(&c.email).context("a demo contact has no address")?;
        let found = desk.read(move |r| Ok(directory::by_point(r, &point)?)).await?;
        let Some(row) = found.filter(|row| row.active) else { continue };
        if auth::password_fails(desk, &c.email, &world.password).await? {
            auth::set_contact_password(desk, &OPERATOR, &row.id, world.password.clone()).await?;
        }
        // An address that stands behind another one is no login.
        if !auth::password_fails(desk, &c.email, &world.password).await? {
            print(&c.email, "customer");
        }
    }
    Ok(out)
}

async fn by_login(desk: &Desk, login: &str) -> desk::Result<Option<StaffRow>> {
    let login = login.to_owned();
    desk.read(move |r| Ok(staff::by_login(r, &login)?)).await
}

/// Whoever shows the demo must get in: the administrator is there, active, and one.
async fn restore_administrator(desk: &Desk, world: &World) -> anyhow::Result<StaffId> {
    let person = world.administrator().context("the demo world has no administrator")?;
    let row = match by_login(desk, &person.login).await? {
        Some(row) if row.active && row.role == Role::Administrator => return Ok(row.id),
        Some(row) => StaffRow { active: true, role: Role::Administrator, ..row },
        None => staff_row(person, desk.now()),
    };
    let id = admin::save_staff(desk, &OPERATOR, row).await?;
    auth::set_staff_password(desk, &OPERATOR, &id, world.password.clone()).await?;
    Ok(id)
}

/// A fresh token of the administrator with every scope; the one of the last start is revoked.
pub(super) async fn administrator_token(desk: &Desk, world: &World) -> anyhow::Result<String> {
    const NAME: &str = "demo";
    let id = restore_administrator(desk, world).await?;
    desk.write(&OPERATOR, |unit| {
        for t in session::tokens(unit.work)?.iter().filter(|t| t.name == NAME && t.revoked_at.is_none()) {
            session::revoke(unit.work, &t.id)?;
        }
        Ok(())
    })
    .await?;
    Ok(auth::create_token(desk, &OPERATOR, id, NAME.to_owned(), vec!["*".to_owned()]).await?.1)
}

/// A member of staff who is not there yet.
pub(super) fn staff_row(s: &Person, now: Timestamp) -> StaffRow {
    StaffRow {
        id: StaffId::from(""),
        login: s.login.clone(),
        name: s.name.clone(),
        email: format!("{}@aftercare.example", s.login),
        phone: s.phone.clone(),
        role: s.role,
        locale: "zh-CN".to_owned(),
        skills: s.skills.clone(),
        languages: vec!["zh-CN".to_owned()],
        active: true,
        created_at: now,
        version: 0,
    }
}
