//! Each route lets in whom the table of access says, and nobody else: nobody, a customer, staff of each role,
//! staff without rights, and programs whose token has another scope.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use desk::admin::RoleRights;
use domain::access::{Actor, Right, Role, System};
use domain::id::StaffId;
use serde_json::json;
use store::staff::StaffRow;
use testkit::{Answer, Client, TestApp};

use super::routes::{Route, Who, routes};

mod engines {
    testkit::on_both_engines!(
        nobody_and_customers_come_no_further_than_the_table_says,
        each_role_does_what_its_rights_say,
        without_rights_everything_is_closed,
        the_ticks_of_all_roles_are_saved_together,
    );
}

const OPERATOR: Actor = Actor::System(System::Operator);
const PASSWORD: &str = "a good long one";

async fn ask(client: &Client, route: &Route, number: &str) -> Answer {
    let kind = if route.is_api() { "application/json" } else { "application/x-www-form-urlencoded" };
    let kind = if route.method == Method::GET { "" } else { kind };
    let body = Body::from(route.body.to_owned());
    let own = [("sec-fetch-site", "same-origin")];
    client.head_of(route.method.clone(), &route.address(number), kind, body, &own).await
}

fn turned_away(answer: &Answer) -> bool {
    let to_sign_in = answer.status == StatusCode::SEE_OTHER && answer.location.starts_with("/sign-in");
    to_sign_in || answer.status == StatusCode::UNAUTHORIZED
}

fn let_in(answer: &Answer, route: &Route) -> bool {
    let refused = turned_away(answer) || answer.status == StatusCode::FORBIDDEN;
    let absent = answer.status == StatusCode::NOT_FOUND && !route.names_nothing();
    !refused && !absent && !answer.status.is_server_error()
}

/// Who lacks a right learns that; of a ticket that is out of sight not even that it exists.
fn closed(answer: &Answer, route: &Route) -> bool {
    answer.status == StatusCode::FORBIDDEN || (route.of_ticket() && answer.status == StatusCode::NOT_FOUND)
}

/// Two tickets of Ben's; the walk uses the first.
async fn tickets(app: &TestApp) -> String {
    let api = app.api().await;
    let mut numbers = Vec::new();
    for title in ["one", "two"] {
        let body = json!({"title": title, "requester": "ben@north.example", "severity": "urgent"});
        let made = api.post("/api/v1/tickets", &body).await;
        numbers.push(made.json()["number"].as_str().unwrap().to_owned());
    }
    numbers.remove(0)
}

/// The routes, those last that end the session.
fn in_order() -> Vec<Route> {
    let mut all = routes();
    all.sort_by_key(|r| r.path.starts_with("/sign-out"));
    all
}

async fn nobody_and_customers_come_no_further_than_the_table_says(app: TestApp) {
    let number = tickets(&app).await;
    let (nobody, ben) = (app.client(), app.signed_in("ben@north.example").await);
    let mut wrong = Vec::new();
    for route in in_order() {
        let answer = ask(&nobody, &route, &number).await;
        let good = match route.who {
            // A wrong password is no reason to be sent away from the sign-in page.
            Who::Open => !answer.status.is_server_error() && answer.status != StatusCode::FORBIDDEN,
            _ => turned_away(&answer),
        };
        note(&mut wrong, good, "nobody", &route, &answer);
    }
    for route in in_order().into_iter().filter(|r| r.who != Who::Open) {
        let answer = ask(&ben, &route, &number).await;
        let reads = route.method == Method::GET;
        let good = match &route.who {
            // The session of a page does not change anything through the API.
            _ if route.is_api() && !reads => answer.status == StatusCode::UNAUTHORIZED,
            Who::SignedIn | Who::Contact | Who::Rights { contact: true, .. } => let_in(&answer, &route),
            _ => answer.status == StatusCode::NOT_FOUND,
        };
        note(&mut wrong, good, "a customer", &route, &answer);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All that differs from the table is said at once.
fn note(wrong: &mut Vec<String>, good: bool, who: &str, route: &Route, answer: &Answer) {
    if !good {
        wrong.push(format!("{who} {} {} {} {}", route.method, route.path, answer.status, answer.location));
    }
}

/// A member of staff with a browser and a program that holds all scopes.
async fn employ(app: &TestApp, role: Role) -> (Client, Client) {
    let login = format!("walker-{role}").replace('_', "-");
    let row = StaffRow {
        id: StaffId::from(""),
        login: login.clone(),
        name: login.clone(),
        email: String::new(),
        phone: String::new(),
        role,
        locale: "zh-CN".to_owned(),
        skills: Vec::new(),
        languages: Vec::new(),
        active: true,
        created_at: app.now(),
        version: 0,
    };
    let id = desk::admin::save_staff(&app.desk, &OPERATOR, row).await.unwrap();
    desk::auth::set_staff_password(&app.desk, &OPERATOR, &id, PASSWORD.to_owned()).await.unwrap();
    (app.signed_in(&login).await, program(app, id, "*").await)
}

async fn program(app: &TestApp, id: StaffId, scope: &str) -> Client {
    let scopes = vec![scope.to_owned()];
    let token = desk::auth::create_token(&app.desk, &OPERATOR, id, "walk".to_owned(), scopes).await;
    app.client().with_token(token.unwrap().1)
}

async fn walk(
    who: &str,
    rights: &std::collections::BTreeSet<Right>,
    clients: (&Client, &Client),
    number: &str,
) {
    let mut wrong = Vec::new();
    for route in in_order().into_iter().filter(|r| r.who != Who::Open) {
        let client = if route.is_api() { clients.1 } else { clients.0 };
        let answer = ask(client, &route, number).await;
        let good = match &route.who {
            Who::Contact => answer.status == StatusCode::NOT_FOUND,
            Who::Rights { all, .. } if !all.is_subset(rights) => closed(&answer, &route),
            // Where administration begins depends on the rights; without any there is nothing.
            Who::Staff if route.path == "/admin" => !answer.status.is_server_error(),
            _ => let_in(&answer, &route),
        };
        note(&mut wrong, good, who, &route, &answer);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn each_role_does_what_its_rights_say(app: TestApp) {
    let number = tickets(&app).await;
    for role in Role::ALL {
        let (browser, program) = employ(&app, *role).await;
        walk(role.as_str(), &role.default_rights(), (&browser, &program), &number).await;
    }
}

async fn without_rights_everything_is_closed(app: TestApp) {
    let number = tickets(&app).await;
    let none = std::collections::BTreeSet::new();
    let (_, version) = app.desk.read(|r| Ok(store::staff::role(r, Role::Consultant)?)).await.unwrap();
    let wanted = RoleRights { role: Role::Consultant, rights: none.clone(), version };
    let cut = desk::admin::save_roles(&app.desk, &OPERATOR, vec![wanted]).await;
    cut.unwrap();
    let (browser, _) = employ(&app, Role::Consultant).await;
    // A right that no route asks for.
    let narrow = program(&app, app.cast.staff_id("admin"), Right::KnowledgeEdit.as_str()).await;
    walk("nobody's right", &none, (&browser, &narrow), &number).await;
}

async fn the_ticks_of_all_roles_are_saved_together(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let of = |role: Role| app.desk.read(move |r| Ok(store::staff::role(r, role)?));
    let (agent, agent_seen) = of(Role::Agent).await.unwrap();
    let (consultant, consultant_seen) = of(Role::Consultant).await.unwrap();
    let form = |agent: &[&str], consultant: &[&str]| {
        let seen = format!("versions=agent+{agent_seen}&versions=consultant+{consultant_seen}");
        let ticks = |role: &str, list: &[&str]| -> String {
            list.iter().map(|r| format!("&rights={role}+{r}")).collect()
        };
        format!("{seen}{}{}", ticks("agent", agent), ticks("consultant", consultant))
    };
    let saved = admin.form("/admin/roles", &form(&["ticket.view"], &["ticket.view", "audit.view"])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(of(Role::Agent).await.unwrap().0, [Right::TicketView].into());
    assert_eq!(of(Role::Consultant).await.unwrap().0, [Right::TicketView, Right::AuditView].into());
    assert_ne!((agent, consultant), Default::default());
    // Both columns were saved meanwhile; one of them to what is wanted now.
    let late = admin.form("/admin/roles", &form(&["ticket.view"], &["ticket.view"])).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert_eq!(of(Role::Consultant).await.unwrap().0, [Right::TicketView, Right::AuditView].into());
    let cell = late.text.split("value=\"consultant audit.view\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(cell.contains(" checked"), "what somebody else saved is shown: {cell}");
    let unknown = admin.form("/admin/roles", "versions=agent+1&rights=agent+fly").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}
