//! Who was deactivated is not invited, and a link that was sent before opens nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(a_link_of_somebody_who_left_opens_nothing, who_left_is_not_invited);
}

async fn new_colleague(api: &Client) -> Value {
    let body = json!({"login": "new", "name": "New", "email": "new@desk.example", "role": "agent"});
    let made = api.post("/api/v1/staff", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

fn text(v: &Value) -> &str {
    v.as_str().unwrap()
}

async fn deactivated(api: &Client, path: &str) {
    let row = api.get(path).await.json();
    let body = json!({"version": row["version"], "active": false});
    let answer = api.json(axum::http::Method::PATCH, path, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

async fn letters(app: &TestApp) -> Vec<String> {
    app.drain().await;
    let all = app.desk.read(|r| Ok(store::letter::page(r, "~", 50)?)).await.unwrap();
    all.into_iter().filter(|l| l.kind == "invitation").map(|l| l.body).collect()
}

fn link(letter: &str) -> String {
    let token = letter.split("/sign-in/link/").nth(1).unwrap().split_whitespace().next().unwrap();
    format!("/sign-in/link/{token}")
}

async fn a_link_of_somebody_who_left_opens_nothing(app: TestApp) {
    let api = app.api().await;
    let colleague = format!("/api/v1/staff/{}", text(&new_colleague(&api).await["id"]));
    let body = json!({"name": "Li", "points": ["li@x.example"]});
    let contact = api.post("/api/v1/contacts", &body).await.json();
    let contact = format!("/api/v1/contacts/{}", text(&contact["id"]));
    for person in [&colleague, &contact] {
        assert_eq!(api.post(&format!("{person}/invitation"), &json!({})).await.status, StatusCode::ACCEPTED);
    }
    let sent = letters(&app).await;
    assert_eq!(sent.len(), 2);
    deactivated(&api, &colleague).await;
    deactivated(&api, &contact).await;
    for letter in &sent {
        let page = app.client().get(&link(letter)).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(page.text.contains("该帐号已停用，不能登录"), "{}", page.text);
        assert!(!page.text.contains("new-password"), "no password is asked for: {}", page.text);
        let used = app.client().form(&link(letter), "password=a fine new one").await;
        assert_eq!(used.status, StatusCode::UNAUTHORIZED, "{}", used.text);
    }
    let audit = api.get("/api/v1/audit?limit=200").await.text;
    assert!(!audit.contains("signed_in"), "nobody signed in: {audit}");
}

async fn who_left_is_not_invited(app: TestApp) {
    let api = app.api().await;
    let colleague = format!("/api/v1/staff/{}", text(&new_colleague(&api).await["id"]));
    deactivated(&api, &colleague).await;
    let refused = api.post(&format!("{colleague}/invitation"), &json!({})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.text.contains("已停用"), "{}", refused.text);
    assert_eq!(letters(&app).await, Vec::<String>::new());
}
