//! Nobody sees another organisation's case: a stranger walks all routes.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::{Client, TestApp};

use super::routes::{Route, routes};

mod engines {
    testkit::on_both_engines!(
        a_stranger_finds_nothing,
        a_contact_sees_what_the_setting_says,
        forms_of_foreign_pages_are_refused
    );
}

/// Every route of pages that names a ticket, and those by which programs read one.
async fn walk(client: &Client, number: &str) -> Vec<(String, StatusCode, String)> {
    let mut answers = Vec::new();
    let of_tickets = routes().into_iter().filter(Route::of_ticket);
    for route in of_tickets.filter(|r| !r.is_api() || r.method == Method::GET) {
        let path = route.address(number);
        let answer = if route.method == Method::GET {
            client.get(&path).await
        } else {
            client.form(&path, route.body).await
        };
        answers.push((path, answer.status, answer.text));
    }
    answers
}

async fn a_stranger_finds_nothing(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "SECRET", "body": "SECRET", "requester": "ben@north.example"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let before = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    let eve = app.signed_in("eve@south.example").await;
    for (path, status, text) in walk(&eve, &number).await {
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {text}");
        assert!(!text.contains("SECRET"), "{path}");
    }
    for path in ["/portal", "/api/v1/tickets", "/tickets", "/log", "/notices"] {
        assert!(!eve.get(path).await.text.contains("SECRET"), "{path}");
    }
    let nobody = app.client();
    for (path, status, text) in walk(&nobody, &number).await {
        let closed = [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED].contains(&status);
        assert!(closed && !text.contains("SECRET"), "{path}: {status}");
    }
    assert_eq!(
        api.get(&format!("/api/v1/tickets/{number}")).await.json(),
        before,
        "a stranger changed something"
    );
}

async fn a_contact_sees_what_the_setting_says(app: TestApp) {
    let api = app.api().await;
    let new = |who: &str| json!({"title": format!("of {who}"), "requester": who});
    api.post("/api/v1/tickets", &new("ann@north.example")).await;
    api.post("/api/v1/tickets", &new("ben@north.example")).await;
    let (ann, ben) = (app.signed_in("ann@north.example").await, app.signed_in("ben@north.example").await);
    let all = ann.get("/portal").await.text;
    assert!(all.contains("of ann") && all.contains("of ben"));
    let own = ben.get("/portal").await.text;
    assert!(!own.contains("of ann") && own.contains("of ben"));
    assert_eq!(ben.get("/portal/cases/AF-2026-00001").await.status, StatusCode::NOT_FOUND);
    // A colleague may help, but the marks are the requester's own.
    let rate = ann.form("/portal/cases/AF-2026-00002/rating", "speed=1&effect=1&attitude=1").await;
    assert_eq!(rate.status, StatusCode::FORBIDDEN);
}

async fn forms_of_foreign_pages_are_refused(app: TestApp) {
    let agent = app.signed_in("agent").await;
    let kind = "application/x-www-form-urlencoded";
    for (headers, refused) in [
        (vec![("sec-fetch-site", "cross-site")], true),
        (vec![("origin", "https://evil.example")], true),
        (vec![], true),
        (vec![("origin", "http://desk.example")], false),
        (vec![("sec-fetch-site", "same-origin")], false),
    ] {
        let answer = agent.send(Method::POST, "/notices", kind, Body::empty(), &headers).await;
        assert_eq!(answer.status == StatusCode::FORBIDDEN, refused, "{headers:?}: {}", answer.status);
    }
}
