//! Paging until somebody answers: each person once for a step, the next one after some minutes, acknowledged on the page,
//! by a program, by the link of a letter; what else ends it.

use axum::http::StatusCode;
use desk::oncall::{go_on_leave, save_rota};
use desk::ticket::{self as verb, AssignInput};
use domain::access::{Actor, System};
use domain::oncall::Leave;
use domain::time::plus_seconds;
use serde_json::{Value, json};
use store::letter::LetterRow;
use testkit::{Client, TestApp};

use super::escalation::{steps, told, urgent};
use super::oncall::{OPERATOR, rota, staff};

mod engines {
    testkit::on_both_engines!(
        each_is_paged_once_until_nobody_is_left,
        an_acknowledgement_on_the_page_ends_it_for_all,
        a_program_lists_and_acknowledges_its_pages,
        the_link_of_the_letter_acknowledges_without_a_sign_in,
        a_response_or_taking_or_the_end_stops_it,
        two_nodes_page_the_next_one_once,
        the_next_one_is_who_is_there_then,
        the_minutes_are_a_setting,
    );
}

const MINUTE: i64 = 60;

/// Urgent tickets page when half of their response time is over.
pub(crate) async fn paging(app: &TestApp, order: &[&str]) {
    save_rota(&app.desk, &OPERATOR, rota(app, order)).await.unwrap();
    steps(app, json!([{"milestone": "response", "percent": 50, "action": "page_on_call"}])).await;
}

/// A ticket whose first page has just gone out.
pub(crate) async fn paged(app: &TestApp) -> String {
    let number = urgent(app).await;
    app.advance(15 * MINUTE).await;
    number
}

async fn who(app: &TestApp, number: &str) -> Vec<String> {
    let paged = told(app, number, "paged").await;
    let id = |p: &Value| p["change"]["called"]["person"].as_str().unwrap().to_owned();
    let login = |id: &String| {
        let all = ["admin", "agent", "colleague", "senior", "boss"];
        all.into_iter().find(|l| staff(app, l).as_str() == id).unwrap().to_owned()
    };
    paged.iter().map(id).map(|id| login(&id)).collect()
}

async fn rings(app: &TestApp, login: &str) -> bool {
    app.signed_in(login).await.get("/tickets").await.text.contains("data-calls")
}

async fn letters(app: &TestApp) -> Vec<LetterRow> {
    let all = app.desk.read(|r| Ok(store::letter::page(r, "~", 200)?)).await.unwrap();
    all.into_iter().filter(|l| l.kind == "page").collect()
}

/// The secret part of a letter's link.
fn link(letter: &LetterRow) -> String {
    let (_, rest) = letter.body.split_once("http://desk.example/pages/link/").unwrap();
    format!("/pages/link/{}", rest.split_whitespace().next().unwrap())
}

async fn each_is_paged_once_until_nobody_is_left(app: TestApp) {
    paging(&app, &["agent", "colleague", "senior"]).await;
    let number = paged(&app).await;
    let first = who(&app, &number).await;
    assert_eq!(first.len(), 1);
    assert!(rings(&app, &first[0]).await);
    app.advance(5 * MINUTE - 1).await;
    assert_eq!(who(&app, &number).await.len(), 1);
    app.advance(1).await;
    assert_eq!(who(&app, &number).await.len(), 2, "after five minutes the next one");
    assert!(rings(&app, &first[0]).await, "it rings on until somebody answers");
    app.advance(60 * MINUTE).await;
    // The three of the rota, its owner, the supervisor.
    let all = who(&app, &number).await;
    assert_eq!(all.len(), 5, "{all:?}");
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), 5, "nobody twice: {all:?}");
    assert_eq!(all[3..], ["admin", "boss"]);
    let silent = told(&app, &number, "page_unanswered").await;
    assert_eq!(silent.len(), 5);
    assert_eq!(silent.iter().filter(|e| e["change"]["last"] == true).count(), 1);
    // One letter each, and the history says it in words.
    assert_eq!(letters(&app).await.len(), 5);
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    for said in
        ["（站内、邮件）", "前面的人未确认", "在 5 分钟内未确认呼叫，改呼下一位", "已没有其他人可呼叫"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let portal = app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text;
    assert!(!portal.contains("呼叫"), "the customer hears nothing of it");
}

async fn an_acknowledgement_on_the_page_ends_it_for_all(app: TestApp) {
    paging(&app, &["agent", "colleague"]).await;
    let number = paged(&app).await;
    app.advance(5 * MINUTE).await;
    let all = who(&app, &number).await;
    let (first, second) = (&all[0], &all[1]);
    let browser = app.signed_in(second).await;
    let band = browser.get("/pages").await.text;
    assert!(band.contains(&number) && band.contains("50%"), "{band}");
    let path = format!("/pages/{number}/acknowledgement");
    assert_eq!(app.signed_in("boss").await.form(&path, "").await.status, StatusCode::NOT_FOUND, "not paged");
    let done = browser.form(&path, "").await;
    assert_eq!((done.status, done.location), (StatusCode::SEE_OTHER, format!("/tickets/{number}")));
    for login in [first, second] {
        assert!(!rings(&app, login).await, "{login}");
    }
    // Again is harmless, also for who was paged first.
    assert_eq!(app.signed_in(first).await.form(&path, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&app, &number, "page_acknowledged").await.len(), 1);
    app.advance(60 * MINUTE).await;
    assert_eq!(who(&app, &number).await.len(), 2, "nobody else is paged");
    let page = browser.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("已确认呼叫（站内）"), "{page}");
}

/// A program of somebody's.
pub(crate) async fn program(app: &TestApp, login: &str) -> Client {
    let scopes = vec!["*".to_owned()];
    let (id, name) = (app.cast.staff_id(login), "test".to_owned());
    let token = desk::auth::create_token(&app.desk, app.cast.staff("admin"), id, name, scopes).await;
    app.client().with_token(token.unwrap().1)
}

async fn a_program_lists_and_acknowledges_its_pages(app: TestApp) {
    paging(&app, &["colleague"]).await;
    let number = paged(&app).await;
    let mine = program(&app, "colleague").await;
    let seen = mine.get("/api/v1/pages").await.json()["items"].clone();
    let (row, now) = (&seen[0], app.now());
    assert_eq!((&row["ticket"], &row["means"]), (&json!(number), &json!(["in_app", "mail"])));
    assert_eq!(row["next_at"], json!(plus_seconds(now, 5 * MINUTE).to_string()));
    let path = format!("/api/v1/pages/{number}/acknowledgement");
    let other = program(&app, "agent").await;
    assert_eq!(other.post(&path, &json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mine.post(&path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(mine.post(&path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(mine.get("/api/v1/pages").await.json()["items"], json!([]));
}

async fn the_link_of_the_letter_acknowledges_without_a_sign_in(app: TestApp) {
    paging(&app, &["agent", "colleague"]).await;
    let number = paged(&app).await;
    let letter = letters(&app).await.remove(0);
    assert!(letter.subject.contains(&number) && letter.body.contains("5 分钟内确认"), "{}", letter.body);
    let (nobody, path) = (app.client(), link(&letter));
    let page = nobody.get(&path).await;
    assert!(page.status == StatusCode::OK && page.text.contains("<button"), "{}", page.text);
    assert!(told(&app, &number, "page_acknowledged").await.is_empty(), "looking is not acknowledging");
    let wrong = nobody.form(&format!("{path}x"), "").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    assert!(wrong.text.contains("链接无效"), "{}", wrong.text);
    let done = nobody.form(&path, "").await;
    let login = who(&app, &number).await.remove(0);
    assert!(done.text.contains(&format!("{login} 已于")) && !done.text.contains("<button"), "{}", done.text);
    let told_of = told(&app, &number, "page_acknowledged").await;
    assert_eq!(told_of[0]["change"]["means"], "mail");
    assert_eq!(told_of[0]["by"]["id"], json!(staff(&app, &login)));
    let again = nobody.form(&path, "").await;
    assert!(again.text.contains("确认，不再呼叫"), "{}", again.text);
    assert_eq!(told(&app, &number, "page_acknowledged").await.len(), 1, "once");
    app.advance(60 * MINUTE).await;
    assert_eq!(who(&app, &number).await.len(), 1);

    // A link is good for a day.
    let late = paged(&app).await;
    let letter = letters(&app).await.into_iter().find(|l| l.subject.contains(&late)).unwrap();
    app.advance(24 * 60 * MINUTE).await;
    assert_eq!(nobody.form(&link(&letter), "").await.status, StatusCode::NOT_FOUND);
    assert!(told(&app, &late, "page_acknowledged").await.is_empty());
}

async fn a_response_or_taking_or_the_end_stops_it(app: TestApp) {
    paging(&app, &["agent", "colleague"]).await;
    let numbers = [urgent(&app).await, urgent(&app).await, urgent(&app).await, urgent(&app).await];
    app.advance(15 * MINUTE).await;
    let [replied, taken, given, solved] = &numbers;
    let boss = app.signed_in("boss").await;
    let reply = boss.form(&format!("/tickets/{replied}/messages"), "text=您好，正在处理").await;
    assert!(reply.status.is_redirection(), "{}", reply.text);
    verb::take(&app.desk, app.cast.staff("senior"), taken).await.unwrap();
    let to = AssignInput { group: None, assignee: Some(staff(&app, "senior")), reason: String::new() };
    verb::assign(&app.desk, app.cast.staff("boss"), given, to).await.unwrap();
    let done = boss.form(&format!("/tickets/{solved}/solution"), "resolution=x&cause=operation").await;
    assert!(done.status.is_redirection(), "{}", done.text);
    app.advance(5 * MINUTE).await;
    for number in [replied, taken, solved] {
        assert_eq!(who(&app, number).await.len(), 1, "{number}");
        assert!(told(&app, number, "page_unanswered").await.is_empty());
    }
    assert_eq!(who(&app, given).await.len(), 2, "who was given it has not answered yet");
    let first = who(&app, replied).await.remove(0);
    let band = app.signed_in(&first).await.get("/pages").await.text;
    assert!(band.contains(given) && [replied, taken, solved].iter().all(|n| !band.contains(*n)), "{band}");
}

async fn two_nodes_page_the_next_one_once(app: TestApp) {
    paging(&app, &["agent", "colleague", "senior"]).await;
    let mut numbers = Vec::new();
    for _ in 0..8 {
        numbers.push(urgent(&app).await);
    }
    app.advance(15 * MINUTE).await;
    app.sleep_through(5 * MINUTE);
    let other = app.another_node().await;
    let (a, b, c) =
        tokio::join!(desk::sweep::sweep(&app.desk), desk::sweep::sweep(&other), desk::sweep::sweep(&other));
    for looked_at in [a, b, c] {
        looked_at.unwrap();
    }
    app.drain().await;
    for number in &numbers {
        assert_eq!(who(&app, number).await.len(), 2, "{number}");
        assert_eq!(told(&app, number, "page_unanswered").await.len(), 1);
    }
    assert_eq!(letters(&app).await.len(), 16, "one letter for each page");
}

async fn the_next_one_is_who_is_there_then(app: TestApp) {
    paging(&app, &["agent", "colleague", "senior"]).await;
    let number = paged(&app).await;
    let first = who(&app, &number).await.remove(0);
    let order = ["agent", "colleague", "senior"];
    let place = order.iter().position(|l| *l == first).unwrap();
    let (second, third) = (order[(place + 1) % 3], order[(place + 2) % 3]);
    let (from, until) = (app.now(), plus_seconds(app.now(), 3600));
    let leave = Leave { person: staff(&app, second), from, until };
    go_on_leave(&app.desk, &Actor::System(System::Operator), leave, String::new()).await.unwrap();
    app.advance(5 * MINUTE).await;
    assert_eq!(who(&app, &number).await, [first.as_str(), third]);
}

async fn the_minutes_are_a_setting(app: TestApp) {
    let api = app.api().await;
    let kept = api.get("/api/v1/settings").await.json();
    let mut value = kept["settings"].clone();
    assert_eq!(value["page_next_minutes"], 5, "{kept}");
    let put = |value: &Value| json!({"version": kept["version"], "settings": value});
    value["page_next_minutes"] = json!(61);
    let refused = api.json(axum::http::Method::PUT, "/api/v1/settings", &put(&value)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    value["page_next_minutes"] = json!(2);
    let saved = api.json(axum::http::Method::PUT, "/api/v1/settings", &put(&value)).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    paging(&app, &["agent", "colleague"]).await;
    let number = paged(&app).await;
    app.advance(2 * MINUTE).await;
    assert_eq!(who(&app, &number).await.len(), 2);
}
