//! What customers say in another system, passed on by a token that may speak for them; links that go again; and the
//! description, which says how everything is refused.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, Database, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_token_that_may_speaks_for_the_requester,
        a_token_that_may_not_speaks_for_nobody,
        what_is_refused_or_repeated_is_not_in_the_audit,
        what_staff_write_down_is_the_customers,
        a_link_goes_again,
        a_complaint_stays_linked,
    );
}

async fn opened(api: &Client, title: &str) -> String {
    let body = json!({"title": title, "body": "asked", "requester": "ben@north.example"});
    api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn solved(api: &Client) -> String {
    let number = opened(api, "t").await;
    let done = api.post(&at(&number, "solution"), &json!({"resolution": "restarted"})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    number
}

fn at(number: &str, part: &str) -> String {
    format!("/api/v1/tickets/{number}/{part}")
}

async fn events(api: &Client, number: &str) -> Vec<Value> {
    api.get(&at(number, "events")).await.json()["items"].as_array().unwrap().clone()
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|e| e["change"]["type"] == kind).collect()
}

async fn a_token_that_may_speaks_for_the_requester(app: TestApp) {
    let api = app.api().await;
    let number = solved(&api).await;
    let marks = json!({"speed": 5, "effect": 4, "attitude": 3, "comment": "thanks"});
    let rated = api.json(Method::PUT, &at(&number, "rating"), &marks).await;
    assert_eq!(rated.status, StatusCode::OK, "{}", rated.text);
    assert_eq!(rated.json()["rating"]["effect"], 4);
    let confirmed = api.post(&at(&number, "confirmation"), &json!({})).await.json();
    assert_eq!((&confirmed["status"], &confirmed["close_reason"]), (&json!("closed"), &json!("confirmed")));
    let all = events(&api, &number).await;
    for kind in ["rated", "closed"] {
        assert_eq!(of_kind(&all, kind)[0]["by"]["kind"], "contact", "{all:?}");
    }
    let complaint = api.post(&at(&number, "complaints"), &json!({"body": "slow"})).await;
    assert_eq!(complaint.status, StatusCode::CREATED, "{}", complaint.text);
    let complaint = complaint.json();
    assert_eq!((&complaint["kind"], &complaint["channel"]), (&json!("complaint"), &json!("api")));
    let other = opened(&api, "u").await;
    let form =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\nE1043\r\n--b--\r\n";
    let kind = "multipart/form-data; boundary=b";
    let file = api.send(Method::POST, "/api/v1/files", kind, Body::from(form), &[]).await.json();
    let said = json!({"body": "it works again", "as_requester": true, "files": [file["id"]]});
    let wrote = api.post(&at(&other, "messages"), &said).await;
    assert_eq!(wrote.status, StatusCode::CREATED, "{}", wrote.text);
    let messages = api.get(&at(&other, "messages")).await.json();
    let last = &messages["items"][1];
    assert_eq!((&last["by"]["kind"], &last["files"][0]["name"]), (&json!("contact"), &json!("a.log")));
    assert_eq!(api.post(&at(&other, "withdrawal"), &json!({})).await.json()["status"], "cancelled");
    assert_eq!(passed_on(&api).await, 5);
}

/// Lines of the audit that say who passed on what.
async fn passed_on(api: &Client) -> usize {
    let audit = api.get("/api/v1/audit?limit=200").await.json();
    audit["items"].as_array().unwrap().iter().filter(|e| e["what"] == "spoken_for").count()
}

async fn what_is_refused_or_repeated_is_not_in_the_audit(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let early = api.post(&at(&number, "confirmation"), &json!({})).await;
    assert_eq!((early.status, passed_on(&api).await), (StatusCode::CONFLICT, 0), "{}", early.text);
    let said = json!({"body": "it hangs again", "as_requester": true});
    for _ in 0..2 {
        let wrote = api.post_once(&at(&number, "messages"), "k", &said).await;
        assert_eq!(wrote.status, StatusCode::CREATED, "{}", wrote.text);
    }
    assert_eq!(passed_on(&api).await, 1);
    let messages = api.get(&at(&number, "messages")).await.json();
    assert_eq!(messages["items"].as_array().unwrap().len(), 2);
}

async fn a_token_that_may_not_speaks_for_nobody(app: TestApp) {
    let api = app.api().await;
    let number = solved(&api).await;
    let scopes = json!({"name": "n", "scopes": ["ticket.view", "ticket.reply"]});
    let token = api.post("/api/v1/tokens", &scopes).await.json()["token"].as_str().unwrap().to_owned();
    let few = app.client().with_token(token);
    let refused = few.post(&at(&number, "confirmation"), &json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let said = json!({"body": "b", "as_requester": true});
    assert_eq!(few.post(&at(&number, "messages"), &said).await.status, StatusCode::FORBIDDEN);
}

async fn what_staff_write_down_is_the_customers(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let messages = api.get(&at(&number, "messages")).await.json();
    assert_eq!(messages["items"][0]["by"]["kind"], "contact");
    assert_eq!(of_kind(&events(&api, &number).await, "opened")[0]["by"]["kind"], "staff");
    let part = json!({"title": "part", "body": "our words"});
    let part = api.post(&at(&number, "split"), &part).await.json()["number"].as_str().unwrap().to_owned();
    let messages = api.get(&at(&part, "messages")).await.json();
    assert_eq!(messages["items"][0]["by"]["kind"], "staff");
}

async fn a_link_goes_again(app: TestApp) {
    let api = app.api().await;
    let (a, b) = (opened(&api, "a").await, opened(&api, "b").await);
    for _ in 0..2 {
        assert_eq!(api.post(&at(&a, "links"), &json!({"number": b})).await.status, StatusCode::OK);
    }
    assert_eq!(of_kind(&events(&api, &a).await, "linked").len(), 1, "a link is made once");
    let staff = app.signed_in("agent").await;
    assert!(staff.get(&format!("/tickets/{b}")).await.text.contains("links/removal"));
    assert_eq!(
        api.json(Method::DELETE, &at(&b, &format!("links/{a}")), &json!({})).await.status,
        StatusCode::OK
    );
    assert!(!staff.get(&format!("/tickets/{b}")).await.text.contains("links/removal"));
    for number in [&a, &b] {
        assert_eq!(of_kind(&events(&api, number).await, "unlinked").len(), 1);
    }
    let again = api.json(Method::DELETE, &at(&b, &format!("links/{a}")), &json!({})).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text);
}

async fn a_complaint_stays_linked(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let complaint = api.post(&at(&number, "complaints"), &json!({"body": "slow"})).await.json();
    let other = complaint["number"].as_str().unwrap();
    let refused = api.json(Method::DELETE, &at(&number, &format!("links/{other}")), &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(refused.json()["type"], "about:blank#refused.complaint_stays");
}

#[tokio::test]
async fn the_description_says_how_everything_is_answered() {
    let app = TestApp::new(Database::sqlite()).await;
    let api = app.client().get("/api/v1/openapi.json").await.json();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let (status, done) = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
            let bare = ["202", "204"].contains(&status.as_str());
            assert!(bare || done.get("content").is_some(), "{method} {path}: no schema for {status}");
            for status in ["400", "401", "403", "405", "422", "429"] {
                let kinds = responses[status]["content"].as_object().unwrap().keys().collect::<Vec<_>>();
                assert_eq!(kinds, ["application/problem+json"], "{method} {path} {status}");
            }
        }
    }
}
