//! What is agreed with a customer besides an appointment: how they want to be reached, and whether there is anything else.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        how_a_customer_wants_to_be_reached_is_asked_and_edited,
        s2_64_anything_else_is_asked_once_and_opens_a_case_of_its_own,
    );
}

async fn case(app: &TestApp, requester: &str) -> String {
    let body = json!({"title": "报表打不开", "requester": requester, "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn how_a_customer_wants_to_be_reached_is_asked_and_edited(app: TestApp) {
    let (api, ann) = (app.api().await, app.signed_in("ann@north.example").await);
    let asked = ann.form("/portal/new", "title=t&kind=fault&follow_way=phone&follow_when=14:00+以后").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let number = asked.location.rsplit('/').next().unwrap().to_owned();
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!((&t["follow_way"], &t["follow_when"]), (&json!("phone"), &json!("14:00 以后")));
    let agent = app.signed_in("agent").await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("约定的联系方式") && page.contains("电话、14:00 以后"), "{page}");
    let edit = format!("version={}&title=t&kind=fault&follow_way=mail&follow_when=", t["version"]);
    agent.form(&format!("/tickets/{number}/classification"), &edit).await;
    let page = agent.get(&format!("/tickets/{number}")).await.text;
    assert!(
        page.contains("约定的联系方式和时间") && page.contains("邮件"),
        "an event with before and after: {page}"
    );
    let path = format!("/api/v1/tickets/{number}");
    let cleared = api.json(Method::PATCH, &path, &json!({"follow_way": ""})).await.json();
    assert_eq!((&cleared["follow_way"], &cleared["follow_when"]), (&Value::Null, &json!("")));
    let long = api.json(Method::PATCH, &path, &json!({"follow_when": "x".repeat(201)})).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A form that does not ask leaves it.
    api.json(Method::PATCH, &path, &json!({"follow_way": "chat"})).await;
    agent.form(&format!("/tickets/{number}/classification"), "title=other&kind=fault").await;
    assert_eq!(api.get(&path).await.json()["follow_way"], "chat");
}

async fn solve(api: &Client, number: &str) {
    let done =
        api.post(&format!("/api/v1/tickets/{number}/solution"), &json!({"resolution": "已修复"})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

async fn s2_64_anything_else_is_asked_once_and_opens_a_case_of_its_own(app: TestApp) {
    let (api, number) = (app.api().await, case(&app, "ann@north.example").await);
    let (ann, page) = (app.signed_in("ann@north.example").await, format!("/portal/cases/{number}"));
    let asks = "name=\"answer\" value=\"yes\"";
    assert!(!ann.get(&page).await.text.contains(asks));
    solve(&api, &number).await;
    app.advance(60).await;
    let letters = api.get("/api/v1/letters").await.text;
    assert_eq!(letters.matches("已解决，请确认").count(), 1, "{letters}");
    assert!(letter(&api).await.contains("还有别的事吗"));
    assert!(ann.get(&page).await.text.contains(asks));
    let empty = ann.form(&format!("{page}/anything-else"), "answer=yes&text=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answered = ann.form(&format!("{page}/anything-else"), "answer=yes&text=打印机也坏了%0A三楼").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
    let new = answered.location.rsplit('/').next().unwrap().to_owned();
    assert_ne!(new, number);
    let t = api.get(&format!("/api/v1/tickets/{new}")).await.json();
    assert_eq!((&t["title"], &t["status"]), (&json!("打印机也坏了"), &json!("new")));
    let old = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!(
        (&old["status"], &old["anything_else"]),
        (&json!("resolved"), &json!("yes")),
        "not opened again"
    );
    let seen = app.signed_in("agent").await.get(&format!("/tickets/{number}")).await.text;
    assert!(seen.contains("客户还有别的事") && seen.contains(&format!("/tickets/{new}")), "{seen}");
    assert!(!ann.get(&page).await.text.contains(asks), "once");
    // The other answer, passed on by a customer's own system.
    let other = case(&app, "ben@north.example").await;
    solve(&api, &other).await;
    let path = format!("/api/v1/tickets/{other}/anything-else");
    assert_eq!(api.post(&path, &json!({})).await.json()["anything_else"], "no");
    assert_eq!(api.post(&path, &json!({})).await.status, StatusCode::OK, "a repetition is harmless");
    assert_eq!(api.post(&path, &json!({"body": "x"})).await.status, StatusCode::CONFLICT);
    // Solved again: nobody is asked again.
    api.json(Method::DELETE, &format!("/api/v1/tickets/{new}/closure"), &json!({"reason": "x"})).await;
    solve(&api, &new).await;
    api.json(Method::DELETE, &format!("/api/v1/tickets/{new}/closure"), &json!({"reason": "x"})).await;
    solve(&api, &new).await;
    app.advance(60).await;
    assert!(!letter(&api).await.contains("还有别的事吗"), "the second solution does not ask");
}

/// The newest letter.
async fn letter(api: &Client) -> String {
    let id = api.get("/api/v1/letters").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    api.get(&format!("/api/v1/letters/{id}")).await.json()["body"].as_str().unwrap().to_owned()
}
