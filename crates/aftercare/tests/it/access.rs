//! Nobody sees another organisation's case: a stranger walks all routes.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_stranger_finds_nothing,
        a_contact_sees_what_the_setting_says,
        forms_of_foreign_pages_are_refused
    );
}

/// Every route that names a ticket, with a body that would be accepted from somebody who may.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/tickets/{no}", ""),
    ("GET", "/tickets/{no}/clocks/response/1", ""),
    ("POST", "/tickets/{no}/messages", "text=x"),
    ("POST", "/tickets/{no}/notes", "text=x"),
    ("POST", "/tickets/{no}/draft", "html=x"),
    ("POST", "/tickets/{no}/hold", "status=scheduled&note=x"),
    ("POST", "/tickets/{no}/hold/removal", ""),
    ("POST", "/tickets/{no}/solution", "resolution=x"),
    ("POST", "/tickets/{no}/closure", ""),
    ("POST", "/tickets/{no}/closure/removal", "reason=x"),
    ("POST", "/tickets/{no}/cancellation", "reason=spam"),
    ("POST", "/tickets/{no}/assignment", ""),
    ("POST", "/tickets/{no}/taking", ""),
    ("POST", "/tickets/{no}/classification", "title=x&kind=fault"),
    ("POST", "/tickets/{no}/severity", "severity=urgent&reason=x"),
    ("POST", "/tickets/{no}/service", "workaround=x"),
    ("POST", "/tickets/{no}/plan", "plan="),
    ("POST", "/tickets/{no}/contact", "note=x"),
    ("POST", "/tickets/{no}/attendance", ""),
    ("POST", "/tickets/{no}/merge", "number=AF-2026-00002"),
    ("POST", "/tickets/{no}/split", "title=x"),
    ("POST", "/tickets/{no}/links", "number=AF-2026-00002"),
    ("POST", "/tickets/{no}/excuses", "clock=response/1&reason=x"),
    ("POST", "/tickets/{no}/watching", ""),
    ("GET", "/portal/cases/{no}", ""),
    ("POST", "/portal/cases/{no}/confirmation", ""),
    ("POST", "/portal/cases/{no}/rating", "speed=5&effect=5&attitude=5"),
    ("POST", "/portal/cases/{no}/complaint", "text=x"),
    ("GET", "/api/v1/tickets/{no}", ""),
    ("GET", "/api/v1/tickets/{no}/messages", ""),
    ("GET", "/api/v1/tickets/{no}/events", ""),
];

async fn walk(client: &Client, number: &str) -> Vec<(String, StatusCode, String)> {
    let mut answers = Vec::new();
    for (method, path, form) in ROUTES {
        let path = path.replace("{no}", number);
        let answer = if *method == "GET" { client.get(&path).await } else { client.form(&path, form).await };
        answers.push((path, answer.status, answer.text));
    }
    answers
}

/// The table of routes is complete: what the code registers under a ticket stands in it.
#[test]
fn the_walk_knows_every_route_of_a_ticket() {
    for source in
        [include_str!("../../../web/src/tickets/mod.rs"), include_str!("../../../web/src/portal/mod.rs")]
    {
        for path in source
            .split(".route(\"")
            .skip(1)
            .filter_map(|r| r.split('"').next())
            .filter(|p| p.contains("{number}"))
        {
            let path = path.replace("{number}", "{no}").replace("{milestone}/{cycle}", "response/1");
            assert!(ROUTES.iter().any(|(_, known, _)| *known == path), "{path} is not walked");
        }
    }
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
