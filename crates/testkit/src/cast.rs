//! The people of the tests: four of staff in two groups, three customers in two organisations.

use std::collections::{BTreeMap, BTreeSet};

use desk::Desk;
use desk::admin::{self, ContactInput};
use domain::access::{Actor, Role, Sees, System};
use domain::id::{ContactId, GroupId, OrgId, StaffId};
use store::directory::{ContactRow, OrgRow};
use store::staff::{GroupRow, StaffRow};

/// Everybody's password.
pub const PASSWORD: &str = "a good long one";

/// The people, by login or address.
pub struct Cast {
    actors: BTreeMap<String, Actor>,
    /// Organisation of `ann@north.example` (sees all of it) and `ben@north.example` (sees his own).
    pub north: OrgId,
    /// Organisation of `eve@south.example`.
    pub south: OrgId,
}

const OPERATOR: Actor = Actor::System(System::Operator);

impl Cast {
    pub(crate) async fn new(desk: &Desk) -> Self {
        let mut actors = BTreeMap::new();
        let mut members = BTreeMap::<&str, BTreeSet<StaffId>>::new();
        let staff = [
            ("admin", Role::Administrator, None),
            ("agent", Role::Agent, Some("desk")),
            ("colleague", Role::Agent, Some("desk")),
            ("senior", Role::SeniorEngineer, Some("desk")),
            ("boss", Role::Supervisor, Some("desk")),
        ];
        for (login, role, group) in staff {
            let id = admin::save_staff(desk, &OPERATOR, person(desk, login, role)).await.unwrap();
            desk::auth::set_staff_password(desk, &OPERATOR, &id, PASSWORD.to_owned()).await.unwrap();
            if let Some(group) = group {
                members.entry(group).or_default().insert(id);
            }
        }
        for name in ["desk", "other"] {
            let row = GroupRow { id: GroupId::from(name), name: name.to_owned(), active: true, version: 0 };
            admin::save_group(desk, &OPERATOR, row, members.remove(name).unwrap_or_default()).await.unwrap();
        }
        for (login, _, _) in staff {
            let actor = desk.read(move |r| {
                let row = store::staff::by_login(r, login)?.ok_or(desk::Error::NotFound)?;
                Ok(Actor::Staff(desk::auth::staff_actor(r, &row.id)?.0))
            });
            actors.insert(login.to_owned(), actor.await.unwrap());
        }
        let north = organisation(desk, "North").await;
        let south = organisation(desk, "South").await;
        let customers = [
            ("ann@north.example", &north, Sees::Organisation),
            ("ben@north.example", &north, Sees::Own),
            ("eve@south.example", &south, Sees::Organisation),
        ];
        for (email, org, sees) in customers {
            actors.insert(email.to_owned(), customer(desk, email, org, sees).await);
        }
        Self { actors, north, south }
    }

    /// A member of staff by login.
    pub fn staff(&self, login: &str) -> &Actor {
        self.actors.get(login).unwrap_or_else(|| panic!("no {login} in the cast"))
    }

    /// A customer by address.
    pub fn contact(&self, email: &str) -> &Actor {
        self.staff(email)
    }

    /// A person's key.
    pub fn staff_id(&self, login: &str) -> StaffId {
        self.staff(login).staff().unwrap().id.clone()
    }
}

fn person(desk: &Desk, login: &str, role: Role) -> StaffRow {
    StaffRow {
        id: StaffId::from(""),
        login: login.to_owned(),
        name: login.to_owned(),
        email: format!("{login}@desk.example"),
        phone: String::new(),
        role,
        locale: "zh-CN".to_owned(),
        skills: Vec::new(),
        languages: Vec::new(),
        active: true,
        created_at: desk.now(),
        version: 0,
    }
}

async fn organisation(desk: &Desk, name: &str) -> OrgId {
    let row = OrgRow {
        id: OrgId::from(""),
        name: name.to_owned(),
        policy: Some("t1".into()),
        note: String::new(),
        active: true,
        created_at: desk.now(),
        version: 0,
    };
    let domains = vec![format!("{}.example", name.to_lowercase())];
    admin::save_organisation(desk, &OPERATOR, row, domains).await.unwrap()
}

async fn customer(desk: &Desk, email: &str, org: &OrgId, sees: Sees) -> Actor {
    let row = ContactRow {
        id: ContactId::from(""),
        organisation: Some(org.clone()),
        name: email.split('@').next().unwrap_or_default().to_owned(),
        position: String::new(),
        sees,
        locale: "zh-CN".to_owned(),
        active: true,
        created_at: desk.now(),
        version: 0,
    };
    let input = ContactInput { row, points: vec![email.to_owned()] };
    let id = admin::save_contact(desk, &OPERATOR, input).await.unwrap().id;
    desk::auth::set_contact_password(desk, &OPERATOR, &id, PASSWORD.to_owned()).await.unwrap();
    let row = desk.read(move |r| Ok(store::directory::contact(r, &id)?)).await.unwrap();
    desk::intake::contact_actor(&row.unwrap())
}
