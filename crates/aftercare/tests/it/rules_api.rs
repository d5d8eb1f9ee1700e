//! The rules over the JSON API: read, changed, previewed, tried, stale, refused.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        calendars_and_promises_are_changed_over_what_was_seen,
        a_preview_of_a_calendar_says_what_saving_then_does,
        a_dry_run_says_what_routing_then_does,
        fields_answers_and_settings_are_changed_over_what_was_seen,
        the_rules_need_rights,
    );
}

async fn put(api: &Client, path: &str, body: &Value) -> Answer {
    api.json(Method::PUT, path, body).await
}

fn field(answer: &Answer) -> String {
    let first = &answer.json()["fields"][0];
    format!(
        "{}: {}",
        first["field"].as_str().unwrap_or_default(),
        first["issue"].as_str().unwrap_or_default()
    )
}

/// A field that is none is named with its path, in the reader's language.
fn a_slip_is_told(answer: &Answer) {
    let told = (field(answer), answer.json()["title"].clone());
    assert_eq!(told, ("doc.hollidays: unknown_field".to_owned(), json!("doc.hollidays：没有这个字段")));
}

async fn calendars_and_promises_are_changed_over_what_was_seen(app: TestApp) {
    let api = app.api().await;
    for (kind, id, broken) in [
        ("calendars", "parity", ("/doc/week/2", json!([["09:00", "09:00"]]), "week.wed: bad_window")),
        ("policies", "t1", ("/doc/targets/0/calendar", json!("none"), "targets.0.calendar: unknown")),
    ] {
        let path = format!("/api/v1/{kind}/{id}");
        let all = api.get(&format!("/api/v1/{kind}")).await.json();
        assert_eq!(all["items"].as_array().unwrap().len(), 3);
        let seen = api.get(&path).await.json();
        let mut body = json!({"name": "New name", "rev": seen["rev"], "doc": seen["doc"]});
        let saved = put(&api, &path, &body).await;
        assert_eq!((saved.status, &saved.json()["rev"]), (StatusCode::OK, &json!(2)), "{}", saved.text);
        assert_eq!(saved.json()["name"], "New name");
        let stale = put(&api, &path, &body).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let theirs: Value = serde_json::from_str(stale.json()["theirs"].as_str().unwrap()).unwrap();
        assert_eq!(theirs, seen["doc"]);
        body["rev"] = json!(2);
        *body.pointer_mut(broken.0).unwrap() = broken.1;
        assert_eq!(field(&put(&api, &path, &body).await), broken.2);
        body["doc"]["hollidays"] = json!([]);
        a_slip_is_told(&put(&api, &path, &body).await);
        let copy = json!({"name": "Copy", "doc": seen["doc"]});
        let made = api.post(&format!("/api/v1/{kind}"), &copy).await;
        assert_eq!((made.status, &made.json()["rev"]), (StatusCode::CREATED, &json!(1)), "{}", made.text);
        let absent =
            put(&api, &format!("/api/v1/{kind}/none"), &json!({"name": "x", "rev": 1, "doc": seen["doc"]}))
                .await;
        assert_eq!(absent.status, StatusCode::NOT_FOUND);
        let revisions = api.get(&format!("{path}/revisions")).await.json();
        let revs: Vec<_> = revisions["items"].as_array().unwrap().iter().map(|r| r["rev"].clone()).collect();
        assert_eq!((revs, &revisions["next_cursor"]), (vec![json!(2), json!(1)], &Value::Null));
        assert_eq!(revisions["items"][0]["by"], json!({"kind": "staff", "id": app.cast.staff_id("admin")}));
        let older = api.get(&format!("{path}/revisions?cursor=2")).await.json();
        assert_eq!(older["items"].as_array().unwrap().len(), 1);
    }
    let document = api.get("/api/v1/openapi.json").await.json();
    for path in [
        "calendars",
        "calendars/{id}/preview",
        "policies/{id}",
        "routing/dry-run",
        "fields",
        "answers",
        "settings",
        "synonyms",
    ] {
        assert!(document["paths"][format!("/api/v1/{path}")].is_object(), "{path}");
    }
    let asked = document["paths"]["/api/v1/tickets"]["get"]["parameters"].as_array().unwrap();
    let needed: Vec<_> = asked.iter().filter(|p| p["required"] == true).map(|p| &p["name"]).collect();
    assert!(asked.len() > 15 && needed.is_empty(), "a list needs no filter: {needed:?}");
}

async fn clocks(api: &Client, number: &str) -> Vec<Value> {
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    t["clocks"].as_array().unwrap().iter().map(|c| c["due_at"].clone()).collect()
}

async fn a_preview_of_a_calendar_says_what_saving_then_does(app: TestApp) {
    let api = app.api().await;
    let mut numbers = Vec::new();
    for i in 0..3 {
        let body = json!({"title": format!("t{i}"), "requester": "ben@north.example"});
        numbers.push(api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned());
        app.advance(60).await;
    }
    // A paused clock keeps its pause in the preview: this one waits, but a response never pauses.
    let hold = json!({"status": "scheduled", "note": "tomorrow"});
    api.post(&format!("/api/v1/tickets/{}/hold", numbers[1]), &hold).await;
    let seen = api.get("/api/v1/calendars/parity").await.json();
    let mut doc = seen["doc"].clone();
    for day in doc["week"].as_array_mut().unwrap() {
        *day = json!([["14:00", "18:00"]]);
    }
    let path = "/api/v1/calendars/parity/preview";
    let preview = api.post(path, &json!({"doc": doc})).await.json();
    assert_eq!(
        (&preview["running"], &preview["changed"], &preview["newly_late"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!(api.get("/api/v1/calendars/parity").await.json(), seen, "a preview saves nothing");
    for (number, moved) in numbers.iter().zip(preview["first"].as_array().unwrap()) {
        assert_eq!(
            (moved["number"].as_str(), &moved["due_before"]),
            (Some(number.as_str()), &clocks(&api, number).await[0])
        );
    }
    let saved = put(&api, "/api/v1/calendars/parity", &json!({"name": "p", "rev": 1, "doc": doc})).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    assert_eq!(saved.json()["recounting"], 3);
    app.drain().await;
    assert_eq!(api.get("/api/v1/calendars/parity").await.json()["recounting"], 0);
    for (number, moved) in numbers.iter().zip(preview["first"].as_array().unwrap()) {
        assert_eq!(moved["due_after"], clocks(&api, number).await[0], "{number}");
    }
    let again = api.post(path, &json!({"doc": doc})).await.json();
    assert_eq!((&again["running"], &again["changed"]), (&json!(3), &json!(0)));
    let bad = api.post(path, &json!({"doc": {"time_zone": "Mars/Base"}})).await;
    assert_eq!(field(&bad), "time_zone: unknown");
}

/// Tickets of several shapes; what each got.
async fn shapes(api: &Client) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (channel, class, severity, who) in [
        ("phone", "slow", "general", "ben@north.example"),
        ("mail", "data_loss", "urgent", "eve@south.example"),
        ("chat", "", "general", "new@elsewhere.example"),
        ("mail", "slow", "general", "eve@south.example"),
    ] {
        let body =
            json!({"title": "t", "channel": channel, "class": class, "severity": severity, "requester": who});
        let made = api.post("/api/v1/tickets", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let number = made.json()["number"].as_str().unwrap().to_owned();
        let events = api.get(&format!("/api/v1/tickets/{number}/events?limit=1")).await.json();
        let change = events["items"][0]["change"].clone();
        all.push((number, json!([change["handling"]["group"], change["route"]])));
    }
    all
}

async fn a_dry_run_says_what_routing_then_does(app: TestApp) {
    let api = app.api().await;
    let before = shapes(&api).await;
    let rules = json!([
        {"name": "lost data", "classes": ["data_loss", "crash"], "severities": ["urgent"], "group": "other"},
        {"name": "never", "kinds": ["complaint"], "channels": ["visit"], "group": "other"},
        {"name": "south", "organisations": [app.cast.south], "group": "desk", "person": {"skill": ""}},
        {"name": "talk", "channels": ["phone", "chat"], "group": "other"},
    ]);
    let tried = api.post("/api/v1/routing/dry-run", &json!({"rules": rules, "last": 100})).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text);
    let tried = tried.json();
    let counts: Vec<_> = tried["rules"].as_array().unwrap().iter().map(|r| r["tickets"].clone()).collect();
    assert_eq!((counts, &tried["to_default"]), (vec![json!(1), json!(0), json!(1), json!(2)], &json!(0)));
    assert!(tried["rules"][2]["person"].is_string());
    let mut said: Vec<_> = tried["tickets"].as_array().unwrap().clone();
    said.reverse();
    for ((number, got), t) in before.iter().zip(&said) {
        assert_eq!(
            (t["number"].as_str(), json!([t["got"], t["got_because"]])),
            (Some(number.as_str()), got.clone())
        );
    }
    assert_eq!(
        api.get("/api/v1/routing").await.json(),
        json!({"version": 0, "rules": []}),
        "nothing was saved"
    );

    let saved = put(&api, "/api/v1/routing", &json!({"version": 0, "rules": rules})).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    let after = shapes(&api).await;
    for (t, (_, got)) in said.iter().zip(&after) {
        assert_eq!(&json!([t["gets"], t["gets_because"]]), got, "the dry run said so before");
    }
    let none: Value = api.post("/api/v1/routing/dry-run", &json!({})).await.json();
    assert_eq!(none["tickets"].as_array().unwrap().len(), 8, "without rules those in force are tried");
    assert_eq!(none["differ"], 4);
    let two = api.post("/api/v1/routing/dry-run", &json!({"last": 2})).await.json();
    assert_eq!(two["tickets"].as_array().unwrap().len(), 2);
    assert_eq!(field(&api.post("/api/v1/routing/dry-run", &json!({"last": 2001})).await), "last: bad_value");
    let stale = put(&api, "/api/v1/routing", &json!({"version": 0, "rules": []})).await;
    assert_eq!(
        (stale.status, stale.json()["theirs"].as_str().map(|t| t.contains("lost data"))),
        (StatusCode::CONFLICT, Some(true))
    );
    let bad =
        put(&api, "/api/v1/routing", &json!({"version": 1, "rules": [{"name": "x", "group": "none"}]})).await;
    assert_eq!(field(&bad), "rules.0.group: unknown");
}

async fn fields_answers_and_settings_are_changed_over_what_was_seen(app: TestApp) {
    let api = app.api().await;
    let fields = json!([{"key": "section", "label": "Section", "type": "text"}]);
    let saved = put(&api, "/api/v1/fields", &json!({"version": 0, "fields": fields})).await;
    assert_eq!((saved.status, &saved.json()["version"]), (StatusCode::OK, &json!(1)), "{}", saved.text);
    let stale = put(&api, "/api/v1/fields", &json!({"version": 0, "fields": []})).await;
    assert!(stale.json()["theirs"].as_str().unwrap().contains("section"));
    let bad = json!([{"key": "section", "label": " ", "type": "text"}]);
    assert_eq!(
        field(&put(&api, "/api/v1/fields", &json!({"version": 1, "fields": bad})).await),
        "fields.0.label: required"
    );

    let made =
        api.post("/api/v1/answers", &json!({"name": "a", "html": "<p onclick='x'>{{number}}</p>"})).await;
    assert_eq!((made.status, &made.json()["html"]), (StatusCode::CREATED, &json!("<p>{{number}}</p>")));
    let path = format!("/api/v1/answers/{}", made.json()["id"].as_str().unwrap());
    let edited = put(&api, &path, &json!({"name": "a", "html": "b", "version": 1})).await;
    assert_eq!((edited.status, &edited.json()["version"]), (StatusCode::OK, &json!(2)));
    let stale = put(&api, &path, &json!({"name": "a", "html": "c", "version": 1})).await;
    assert_eq!((stale.status, &stale.json()["theirs"]), (StatusCode::CONFLICT, &json!("b")));
    assert_eq!(
        field(&put(&api, &path, &json!({"name": "a", "html": "{{x}}", "version": 2})).await),
        "html.x: unknown_variable"
    );
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NOT_FOUND);

    let seen = api.get("/api/v1/settings").await.json();
    let mut settings = seen["settings"].clone();
    settings["desk_name"] = json!("New");
    let saved =
        put(&api, "/api/v1/settings", &json!({"version": seen["version"], "settings": settings})).await;
    assert_eq!((saved.status, &saved.json()["settings"]["desk_name"]), (StatusCode::OK, &json!("New")));
    let stale =
        put(&api, "/api/v1/settings", &json!({"version": seen["version"], "settings": settings})).await;
    assert!(stale.status == StatusCode::CONFLICT && stale.json()["theirs"].as_str().unwrap().contains("New"));
    settings["default_policy"] = json!("none");
    let bad =
        put(&api, "/api/v1/settings", &json!({"version": saved.json()["version"], "settings": settings}))
            .await;
    assert_eq!(field(&bad), "default_policy: unknown");
}

async fn the_rules_need_rights(app: TestApp) {
    let admin = app.cast.staff("admin");
    let id = app.cast.staff_id("agent");
    let token =
        desk::auth::create_token(&app.desk, admin, id, "agent".to_owned(), vec!["*".to_owned()]).await;
    let agent = app.client().with_token(token.unwrap().1);
    for path in ["calendars", "calendars/service", "policies", "fields", "answers"] {
        assert_eq!(agent.get(&format!("/api/v1/{path}")).await.status, StatusCode::OK, "{path}");
    }
    let customer = app.signed_in("ann@north.example").await;
    for path in ["calendars", "policies", "routing", "fields", "answers", "settings"] {
        let path = format!("/api/v1/{path}");
        assert_eq!(customer.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(app.client().get(&path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let seen = agent.get("/api/v1/calendars/service").await.json();
    let policy = agent.get("/api/v1/policies/t1").await.json();
    let refused = [
        (Method::PUT, "calendars/service", json!({"name": "x", "rev": 1, "doc": seen["doc"]})),
        (Method::POST, "calendars", json!({"name": "x", "doc": seen["doc"]})),
        (Method::POST, "calendars/service/preview", json!({"doc": seen["doc"]})),
        (Method::PUT, "policies/t1", json!({"name": "x", "rev": 1, "doc": policy["doc"]})),
        (Method::GET, "routing", json!({})),
        (Method::PUT, "routing", json!({"version": 0, "rules": []})),
        (Method::POST, "routing/dry-run", json!({})),
        (Method::PUT, "fields", json!({"version": 0, "fields": []})),
        (Method::POST, "answers", json!({"name": "x", "html": "x"})),
        (Method::DELETE, "answers/x", json!({})),
        (Method::GET, "settings", json!({})),
    ];
    for (method, path, body) in refused {
        let answer = agent.json(method.clone(), &format!("/api/v1/{path}"), &body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.text);
    }
}
