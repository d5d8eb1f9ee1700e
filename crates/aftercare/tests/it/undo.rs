//! An answer waits some seconds before it leaves; until then its writer takes it back, and it was never given.

use axum::http::{Method, StatusCode};
use domain::time::plus_seconds;
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

use crate::mail_in::letters;
use crate::mail_out::open;
use crate::reports::{number, report};

mod engines {
    testkit::on_both_engines!(
        an_answer_leaves_after_the_wait,
        what_is_withdrawn_was_never_given,
        only_the_writer_withdraws_and_only_in_time,
        a_program_withdraws_and_a_report_forgets,
    );
}

async fn wait(app: &TestApp, seconds: u32) {
    let api = app.api().await;
    let mut kept = api.get("/api/v1/settings").await.json();
    kept["settings"]["undo_seconds"] = json!(seconds);
    let saved = api.json(Method::PUT, "/api/v1/settings", &kept).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
}

async fn reply(agent: &Client, number: &str, text: &str) -> Answer {
    let sent = agent.form(&format!("/tickets/{number}/messages"), &format!("text={text}")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    sent
}

async fn portal(app: &TestApp, number: &str) -> String {
    app.signed_in("ben@north.example").await.get(&format!("/portal/cases/{number}")).await.text
}

async fn ticket(app: &TestApp, number: &str) -> Value {
    app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json()
}

async fn answered(app: &TestApp) -> usize {
    letters(app).await.iter().filter(|l| l.kind == "answered").count()
}

/// The address of the form that takes back the message that waits on the page.
fn back(page: &str) -> Option<String> {
    let at = page
        .split("action=\"")
        .find(|a| a.contains("/messages/") && a.split('"').next().is_some_and(|a| a.ends_with("/removal")))?;
    Some(at.split('"').next().unwrap().to_owned())
}

async fn an_answer_leaves_after_the_wait(app: TestApp) {
    wait(&app, 10).await;
    let number = open(&app, "ben@north.example").await;
    let agent = app.signed_in("agent").await;
    reply(&agent, &number, "请重启").await;
    assert_eq!(answered(&app).await, 0);
    assert!(!portal(&app, &number).await.contains("请重启"), "it has not left");
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("请重启") && page.contains("撤回"), "{page}");
    app.clock.set(plus_seconds(app.now(), 10));
    assert_eq!(answered(&app).await, 1);
    assert!(portal(&app, &number).await.contains("请重启"));
    assert!(back(&agent.get(&format!("/tickets/{number}")).await.text).is_none(), "it has left");
    // Without a wait it leaves at once.
    wait(&app, 0).await;
    reply(&agent, &number, "at once").await;
    assert_eq!(answered(&app).await, 2);
    let wrong = app.api().await;
    let mut kept = wrong.get("/api/v1/settings").await.json();
    kept["settings"]["undo_seconds"] = json!(61);
    assert_eq!(
        wrong.json(Method::PUT, "/api/v1/settings", &kept).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

async fn what_is_withdrawn_was_never_given(app: TestApp) {
    wait(&app, 10).await;
    let number = open(&app, "ben@north.example").await;
    let before = ticket(&app, &number).await;
    let agent = app.signed_in("agent").await;
    app.clock.set(plus_seconds(app.now(), 60));
    reply(&agent, &number, "wrong").await;
    assert_eq!(ticket(&app, &number).await["status"], "open");
    app.clock.set(plus_seconds(app.now(), 5));
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    let taken = agent.form(&back(&page).unwrap(), "").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let after = ticket(&app, &number).await;
    for field in ["status", "responded_at", "clocks"] {
        let without_reading = |v: &Value| v.to_string().replace("\"counted_s\":65", "\"counted_s\":0");
        assert_eq!(without_reading(&after[field]), without_reading(&before[field]), "{field}");
    }
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(
        page.contains("wrong") && page.contains("撤回了一条尚未发出的回复") && back(&page).is_none(),
        "{page}"
    );
    let messages = app.api().await.get(&format!("/api/v1/tickets/{number}/messages")).await.json();
    assert_eq!(messages["items"].as_array().unwrap().len(), 1, "only what the customer asked");
    app.clock.set(plus_seconds(app.now(), 60));
    assert_eq!(answered(&app).await, 0, "nothing was sent");
    assert!(!portal(&app, &number).await.contains("wrong"));
    // It is answered later, and that counts.
    reply(&agent, &number, "right").await;
    app.clock.set(plus_seconds(app.now(), 10));
    let sent = letters(&app).await.into_iter().find(|l| l.kind == "answered").unwrap();
    assert!(sent.body.contains("right") && !sent.body.contains("wrong"), "{}", sent.body);
    let checked = desk::rebuild::check(&app.desk, String::new()).await.unwrap();
    assert_eq!(checked.wrong, vec![], "what is cached follows from the history");
}

async fn only_the_writer_withdraws_and_only_in_time(app: TestApp) {
    wait(&app, 10).await;
    let number = open(&app, "ben@north.example").await;
    let agent = app.signed_in("agent").await;
    reply(&agent, &number, "one").await;
    let action = back(&agent.get(&format!("/tickets/{number}")).await.text).unwrap();
    let other = app.signed_in("colleague").await.form(&action, "").await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);
    app.clock.set(plus_seconds(app.now(), 10));
    let late = agent.form(&action, "").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("已经发出"), "{}", late.text);
    // What builds on it keeps it.
    reply(&agent, &number, "two").await;
    let action = back(&agent.get(&format!("/tickets/{number}")).await.text).unwrap();
    let ben = app.signed_in("ben@north.example").await;
    ben.form(&format!("/tickets/{number}/messages"), "text=more").await;
    assert_eq!(agent.form(&action, "").await.status, StatusCode::CONFLICT);
}

async fn a_program_withdraws_and_a_report_forgets(app: TestApp) {
    wait(&app, 10).await;
    let ticket = open(&app, "ben@north.example").await;
    let api = app.api().await;
    let path = format!("/api/v1/tickets/{ticket}/messages");
    api.post(&path, &json!({"body": "wrong"})).await;
    let last = api.get(&path).await.json()["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["leaves_at"], plus_seconds(app.now(), 10).to_string());
    let one = format!("{path}/{}", last["no"]);
    let met =
        async || number(&report(&api, "attainment?milestone=response&basis=stop").await["total"], "met");
    assert_eq!(met().await, "1");
    let done = api.json(Method::DELETE, &one, &json!({})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["responded_at"], Value::Null);
    assert_ne!(met().await, "1", "the report does not count it");
    assert_eq!(api.json(Method::DELETE, &one, &json!({})).await.status, StatusCode::NOT_FOUND);
}
