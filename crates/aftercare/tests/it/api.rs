//! The JSON API: what it takes, what it answers, what it refuses.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        opens_shows_and_lists,
        says_what_is_wrong_with_a_request,
        what_is_created_says_where_it_is,
        a_repeated_creation_with_a_key_makes_one_ticket,
        every_verb_works_and_is_an_event,
        pages_continue_where_they_ended,
        editing_the_same_field_twice_shows_both_values,
        tokens_are_checked_and_limited_by_scope,
    );
}

async fn open(api: &testkit::Client, title: &str) -> String {
    let made = api
        .post("/api/v1/tickets", &json!({"title": title, "body": "b", "requester": "ben@north.example"}))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn opens_shows_and_lists(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "报表打不开", "body": "一直转圈", "requester": "new@elsewhere.example",
        "severity": "urgent", "level": 1, "facts": {"error_code": "ORA-00054"}});
    let made = api.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let t = made.json();
    assert_eq!(t["number"], "AF-2026-00001");
    assert_eq!((&t["status"], &t["severity"], &t["level"]), (&json!("new"), &json!("urgent"), &json!(1)));
    assert_eq!(t["created_at"], "2026-09-24T02:00:00Z");
    let clocks: Vec<_> =
        t["clocks"].as_array().unwrap().iter().map(|c| (c["kind"].clone(), c["due_at"].clone())).collect();
    assert_eq!(
        clocks,
        [
            (json!("response"), json!("2026-09-24T02:30:00Z")),
            (json!("update"), json!("2026-09-24T03:00:00Z")),
            (json!("resolution"), json!("2026-09-24T06:00:00Z")),
        ]
    );
    assert_eq!(api.get("/api/v1/tickets/AF-2026-00001").await.json()["facts"]["error_code"], "ORA-00054");
    let list = api.get("/api/v1/tickets").await.json();
    assert_eq!((list["items"].as_array().unwrap().len(), &list["next_cursor"]), (1, &Value::Null));
    let (row, whole) = (&list["items"][0], api.get("/api/v1/tickets/AF-2026-00001").await.json());
    assert_eq!(row["requester_name"], "new@elsewhere.example");
    // A key and a name are called the same in a list and in the ticket.
    for name in ["requester", "organisation", "group", "assignee"] {
        for field in [name.to_owned(), format!("{name}_name")] {
            assert!(row.get(&field).is_some(), "{field}: {row}");
            assert_eq!(row[&field], whole[&field], "{field}");
        }
    }
    let messages = api.get("/api/v1/tickets/AF-2026-00001/messages").await.json();
    assert_eq!(messages["items"][0]["text"], "一直转圈");
}

async fn what_is_created_says_where_it_is(app: TestApp) {
    let api = app.api().await;
    let doc = api.get("/api/v1/calendars/service").await.json()["doc"].clone();
    let policy = api.get("/api/v1/policies/t1").await.json()["doc"].clone();
    let (north, number) = (app.cast.north.as_str(), "AF-2026-00001");
    let made = [
        ("tickets", json!({"title": "t", "requester": "ben@north.example"})),
        ("organisations", json!({"name": "New"})),
        ("contacts", json!({"name": "New", "points": ["new@north.example"]})),
        ("contracts", json!({"number": "HT-9", "organisation": north})),
        ("products", json!({"name": "P"})),
        ("groups", json!({"name": "G"})),
        ("staff", json!({"login": "new", "name": "N", "role": "agent"})),
        ("calendars", json!({"name": "C", "doc": doc})),
        ("policies", json!({"name": "T9", "doc": policy})),
    ];
    for (noun, body) in made {
        let made = api.post_once(&format!("/api/v1/{noun}"), noun, &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{noun}: {}", made.text);
        assert!(made.location.starts_with(&format!("/api/v1/{noun}/")), "{noun}: {}", made.location);
        let there = api.get(&made.location).await;
        let key = if noun == "tickets" { "number" } else { "id" };
        assert_eq!(there.json()[key], made.json()[key], "{noun}: {}", there.text);
        let again = api.post_once(&format!("/api/v1/{noun}"), noun, &body).await;
        let same = ["calendars", "policies"].contains(&noun) || again.location == made.location;
        assert!(same, "{noun}: {}", again.location);
    }
    let path = format!("/api/v1/tickets/{number}");
    let complaint = api.post(&format!("{path}/complaints"), &json!({"body": "slow"})).await;
    assert_eq!(
        complaint.location,
        format!("/api/v1/tickets/{}", complaint.json()["number"].as_str().unwrap())
    );
    let said = api.post(&format!("{path}/messages"), &json!({"body": "b"})).await;
    assert_eq!((said.status, said.location.as_str()), (StatusCode::CREATED, ""), "it is read in a list only");
}

async fn says_what_is_wrong_with_a_request(app: TestApp) {
    let api = app.api().await;
    let bad = api.post("/api/v1/tickets", &json!({"body": "b"})).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        bad.json()["fields"],
        json!([{"field": "title", "issue": "required"}, {"field": "requester", "issue": "required"}])
    );
    let cases = [
        (json!({"title": "t", "requester": "a@b.cn", "severity": "high"}), "severity"),
        (json!({"title": "t", "requester": "a@b.cn", "severity": "general", "level": 1}), "level"),
        (json!({"title": "t", "requester": "nobody"}), "requester"),
        (json!({"title": "t", "requester": "a@b.cn", "product": "x"}), "product"),
        (json!({"title": "t", "requester": "a@b.cn", "extra": {"x": "1"}}), "extra.x"),
        (json!({"title": "t", "requester": "a@b.cn", "titel": "typo"}), "titel"),
    ];
    for (body, field) in cases {
        let answer = api.post("/api/v1/tickets", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.json()["fields"][0]["field"], field, "{}", answer.text);
    }
    assert_eq!(api.get("/api/v1/tickets?limit=0").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(api.get("/api/v1/tickets?view=everything").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let absent = api.get("/api/v1/tickets/AF-2026-99999").await;
    assert_eq!(
        (absent.status, absent.json()["type"].as_str()),
        (StatusCode::NOT_FOUND, Some("about:blank#not_found"))
    );
    assert!(app.api().await.get("/api/v1/tickets").await.json()["items"].as_array().unwrap().is_empty());
}

async fn a_repeated_creation_with_a_key_makes_one_ticket(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "t", "requester": "a@b.cn"});
    let first = api.post_once("/api/v1/tickets", "k1", &body).await;
    let again = api.post_once("/api/v1/tickets", "k1", &body).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.json()["number"], again.json()["number"]);
    let other = api.post_once("/api/v1/tickets", "k1", &json!({"title": "u", "requester": "a@b.cn"})).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(api.get("/api/v1/tickets").await.json()["items"].as_array().unwrap().len(), 1);
}

fn steps(senior: &domain::id::StaffId, b: &str) -> [(Method, &'static str, Value); 18] {
    [
        (Method::POST, "messages", json!({"body": "hello"})),
        (Method::POST, "notes", json!({"body": "internal", "mentions": [senior]})),
        (Method::POST, "taking", json!({})),
        (Method::POST, "escalation", json!({"reason": "a deadlock"})),
        (Method::POST, "assignment", json!({"assignee": senior, "reason": "knows it"})),
        (Method::PUT, "severity", json!({"severity": "urgent", "level": 1, "reason": "work is stopped"})),
        (Method::POST, "attendance", json!({"on_site": true})),
        (Method::POST, "contact", json!({"note": "called"})),
        (Method::PUT, "service", json!({"cause": "network", "workaround": "by hand"})),
        (Method::PUT, "plan", json!({"steps": [{"what": "replace", "by": "2026-10-09"}]})),
        (Method::POST, "hold", json!({"status": "waiting_customer", "body": "please send the log"})),
        (Method::DELETE, "hold", json!({})),
        (Method::POST, "links", json!({"number": b})),
        (Method::POST, "split", json!({"title": "another matter"})),
        (Method::POST, "solution", json!({"resolution": "replaced", "cause": "network"})),
        (Method::POST, "closure", json!({})),
        (Method::DELETE, "closure", json!({"reason": "again"})),
        (Method::POST, "cancellation", json!({"reason": "duplicate"})),
    ]
}

async fn every_verb_works_and_is_an_event(app: TestApp) {
    let api = app.api().await;
    let (a, b) = (open(&api, "a").await, open(&api, "b").await);
    let at = |path: &str| format!("/api/v1/tickets/{a}/{path}");
    let senior = app.cast.staff_id("senior");
    for (method, verb, body) in steps(&senior, &b) {
        let answer = api.json(method, &at(verb), &body).await;
        assert!(answer.status.is_success(), "{verb}: {}", answer.text);
    }
    let merged = api.post(&format!("/api/v1/tickets/{b}/merge"), &json!({"number": "AF-2026-00003"})).await;
    assert_eq!(merged.json()["number"], "AF-2026-00003", "{}", merged.text);
    let events = api.get(&format!("{}?limit=200", at("events"))).await.json();
    let kinds: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|e| e["change"]["type"].as_str().unwrap()).collect();
    for kind in [
        "opened",
        "replied",
        "noted",
        "assigned",
        "severity_changed",
        "attended",
        "contacted",
        "edited",
        "planned",
        "status_changed",
        "linked",
        "split_off",
        "resolved",
        "closed",
        "reopened",
    ] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    let t = api.get(&format!("/api/v1/tickets/{a}")).await.json();
    assert_eq!(
        (t["status"].as_str(), t["version"].as_u64()),
        (Some("cancelled"), u64::try_from(kinds.len()).ok())
    );
    let refused = api.post(&at("messages"), &json!({"body": "too late"})).await;
    assert_eq!(
        (refused.status, refused.json()["type"].as_str()),
        (StatusCode::CONFLICT, Some("about:blank#refused.ended"))
    );
}

async fn pages_continue_where_they_ended(app: TestApp) {
    let api = app.api().await;
    for i in 0..7 {
        open(&api, &format!("t{i}")).await;
    }
    for order in ["newest", "oldest", "due"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                api.get(&format!("/api/v1/tickets?limit=3&order={order}&cursor={cursor}")).await.json();
            seen.extend(
                page["items"].as_array().unwrap().iter().map(|t| t["number"].as_str().unwrap().to_owned()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (7, 7), "{order}: {seen:?}");
    }
}

async fn editing_the_same_field_twice_shows_both_values(app: TestApp) {
    let api = app.api().await;
    let number = open(&api, "old").await;
    let path = format!("/api/v1/tickets/{number}");
    let seen = api.get(&path).await.json()["version"].clone();
    let mine = api.json(Method::PATCH, &path, &json!({"version": seen, "title": "first"})).await;
    assert_eq!(mine.status, StatusCode::OK, "{}", mine.text);
    let late = api.json(Method::PATCH, &path, &json!({"version": seen, "title": "second"})).await;
    assert_eq!((late.status, late.json()["theirs"].as_str()), (StatusCode::CONFLICT, Some("first")));
    let other = api.json(Method::PATCH, &path, &json!({"version": seen, "tags": ["x"]})).await;
    assert_eq!(other.status, StatusCode::OK, "another field is no conflict: {}", other.text);
}

async fn tokens_are_checked_and_limited_by_scope(app: TestApp) {
    let nobody = app.client().with_token("aft_wrong".to_owned());
    assert_eq!(nobody.get("/api/v1/tickets").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.client().get("/api/v1/tickets").await.status, StatusCode::UNAUTHORIZED);
    let admin = app.cast.staff("admin");
    let scopes = vec!["ticket.view".to_owned()];
    let id = app.cast.staff_id("admin");
    let token = desk::auth::create_token(&app.desk, admin, id, "reader".to_owned(), scopes).await.unwrap();
    let reader = app.client().with_token(token.1);
    assert_eq!(reader.get("/api/v1/tickets").await.status, StatusCode::OK);
    let refused = reader.post("/api/v1/tickets", &json!({"title": "t", "requester": "a@b.cn"})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let new = |scopes: Value| json!({"name": "more", "scopes": scopes});
    assert_eq!(reader.post("/api/v1/tokens", &new(json!(["*"]))).await.status, StatusCode::FORBIDDEN);
    // A token that may make tokens hands out no right that it does not hold.
    let operator = app.api().await.post("/api/v1/tokens", &new(json!(["operate"]))).await;
    let operator = app.client().with_token(operator.json()["token"].as_str().unwrap().to_owned());
    for scopes in [json!(["*"]), json!(["ticket.view"])] {
        let beyond = operator.post("/api/v1/tokens", &new(scopes)).await;
        assert_eq!(beyond.json()["fields"][0]["issue"], "beyond_own", "{}", beyond.text);
    }
    assert_eq!(operator.post("/api/v1/tokens", &new(json!(["operate"]))).await.status, StatusCode::CREATED);
}
