//! What belongs to the caller, and the house's own books, by the API as on the pages.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        notices_views_and_drafts_are_the_callers_own,
        a_file_is_uploaded_named_and_read,
        a_customer_does_not_read_what_staff_keep_for_themselves,
        the_houses_books_are_open_to_those_who_may,
    );
}

async fn opened(api: &testkit::Client) -> String {
    let body = json!({"title": "t", "body": "b", "requester": "ben@north.example"});
    api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn notices_views_and_drafts_are_the_callers_own(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api).await;
    let draft = format!("/api/v1/tickets/{number}/draft");
    let kept = json!({"html": "<p>half</p><script>x</script>", "internal": true});
    assert_eq!(api.json(Method::PUT, &draft, &kept).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&draft).await.json(), json!({"html": "<p>half</p>", "internal": true, "files": []}));
    let boss = app.signed_in("boss").await;
    assert_eq!(boss.get(&draft).await.json()["html"], "");

    // In a merge the draft goes along, behind what was typed there.
    let other = opened(&api).await;
    let there = format!("/api/v1/tickets/{other}/draft");
    let typed = json!({"html": "<p>there</p>", "files": ["f1"]});
    assert_eq!(api.json(Method::PUT, &there, &typed).await.status, StatusCode::NO_CONTENT);
    let merged = api.post(&format!("/api/v1/tickets/{number}/merge"), &json!({"number": other})).await;
    assert!(merged.status.is_success(), "{}", merged.text);
    let whole = json!({"html": "<p>there</p><p>half</p>", "internal": true, "files": ["f1"]});
    assert_eq!(api.get(&there).await.json(), whole);
    assert_eq!(api.get(&draft).await.json()["html"], "");

    let view =
        api.post("/api/v1/views", &json!({"name": "v", "query": "/tickets?view=all", "shared": true})).await;
    assert_eq!(view.status, StatusCode::CREATED);
    assert_eq!(boss.get("/api/v1/views").await.json()["items"][0]["own"], false);
    for (query, issue, names) in [
        ("//evil.example", "bad_value", json!(null)),
        ("/ticketsandmore", "bad_value", json!(null)),
        ("/tickets?view=all&view=mine", "bad_value", json!(null)),
        ("/tickets?view=nowhere", "bad_value", json!(["view"])),
        ("/tickets?colour=red", "unknown_field", json!(["colour"])),
        ("/tickets?x.nothing=1", "unknown_field", json!(["x.nothing"])),
        ("/tickets?group=nobody", "unknown", json!(["group"])),
        ("/tickets?columns=title,price", "unknown", json!(["columns.price"])),
    ] {
        let bad = api.post("/api/v1/views", &json!({"name": "w", "query": query})).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let field = &bad.json()["fields"][0];
        assert_eq!((&field["field"], &field["issue"]), (&json!("query"), &json!(issue)), "{query}");
        assert_eq!(field["names"], names, "{query}");
    }
    let named = api.post("/api/v1/views", &json!({"name": "w", "query": "/tickets?organisation=北方"})).await;
    assert_eq!(named.json()["fields"][0]["issue"], "unknown", "it is read: {}", named.text);
    let path = format!("/api/v1/views/{}", view.json()["id"].as_str().unwrap());
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/api/v1/views").await.json()["items"], json!([]));

    let id = app.cast.staff_id("boss");
    api.post(&format!("/api/v1/tickets/{number}/notes"), &json!({"body": "look", "mentions": [id]})).await;
    let notices = boss.get("/api/v1/notices").await.json();
    assert_eq!((&notices["items"][0]["ticket"], &notices["next_cursor"]), (&json!(number), &json!(null)));
    assert_eq!(
        app.signed_in("ann@north.example").await.get("/api/v1/notices").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn a_file_is_uploaded_named_and_read(app: TestApp) {
    let api = app.api().await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\nORA-00054\r\n--b--\r\n";
    let made = api
        .send(Method::POST, "/api/v1/files", "multipart/form-data; boundary=b", Body::from(form), &[])
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let body = json!({"title": "t", "requester": "ben@north.example", "files": [id]});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::CREATED);
    let log = api.get(&format!("/api/v1/files/{id}")).await;
    assert_eq!(
        (log.text.as_str(), &log.headers["content-type"]),
        ("ORA-00054", &"text/plain; charset=utf-8".parse().unwrap())
    );
    assert!(log.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(log.headers["x-content-type-options"], "nosniff");
    let eve = app.signed_in("eve@south.example").await;
    assert_eq!(eve.get(&format!("/api/v1/files/{id}")).await.status, StatusCode::NOT_FOUND);
    let none = api.send(Method::POST, "/api/v1/files", "text/plain", Body::from("x"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn the_houses_books_are_open_to_those_who_may(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api).await;
    let why = api.get(&format!("/api/v1/tickets/{number}/clocks/response/1")).await.json();
    assert!(why["steps"].as_array().unwrap().len() >= 2, "{why}");
    api.post(&format!("/api/v1/tickets/{number}/solution"), &json!({"resolution": "done"})).await;
    api.post(&format!("/api/v1/tickets/{number}/closure"), &json!({})).await;
    let log = api.get("/api/v1/problem-log").await.json();
    assert_eq!(
        (&log["items"][0]["number"], &log["items"][0]["resolution"]),
        (&json!(number), &json!("done"))
    );
    assert!(api.get("/api/v1/audit?limit=1").await.json()["next_cursor"].is_string());
    assert_eq!(api.get("/api/v1/jobs").await.json()["items"], json!([]));
    let token = api.get("/api/v1/tokens").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let agent = app.signed_in("agent").await;
    for path in ["audit", "jobs", "tokens"] {
        assert_eq!(agent.get(&format!("/api/v1/{path}")).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let path = format!("/api/v1/tokens/{token}");
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/api/v1/tickets").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_customer_does_not_read_what_staff_keep_for_themselves(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api).await;
    let path = format!("/api/v1/tickets/{number}");
    assert_eq!(api.json(Method::PATCH, &path, &json!({"tags": ["锁死"]})).await.status, StatusCode::OK);
    let field =
        |key: &str, customer: bool| json!({"key": key, "label": key, "type": "text", "customer": customer});
    let version = api.get("/api/v1/fields").await.json()["version"].clone();
    let fields = json!({"version": version, "fields": [field("inner", false), field("site", true)]});
    assert_eq!(api.json(Method::PUT, "/api/v1/fields", &fields).await.status, StatusCode::OK);
    let extra = json!({"extra": {"inner": "ours", "site": "theirs"}});
    assert_eq!(api.json(Method::PATCH, &path, &extra).await.status, StatusCode::OK);
    let waits = json!({"status": "waiting_vendor", "note": "the vendor is slow"});
    assert_eq!(api.post(&format!("{path}/hold"), &waits).await.status, StatusCode::OK);
    let theirs = app.signed_in("ben@north.example").await.get(&path).await.json();
    assert_eq!((&theirs["status_note"], &theirs["extra"]), (&json!(""), &json!({"site": "theirs"})));
    assert_eq!(api.get("/api/v1/tickets").await.json()["items"][0]["extra"]["inner"], "ours");
    let list = app.signed_in("ben@north.example").await.get("/api/v1/tickets").await.json();
    assert_eq!(list["items"][0]["extra"], json!({}));
    let solved = json!({"resolution": "重新分配角色", "remark": "需培训新员工"});
    assert_eq!(api.post(&format!("{path}/solution"), &solved).await.status, StatusCode::OK);
    let ours = api.get(&path).await.json();
    let by_tag = "/api/v1/tickets?tag=%E9%94%81%E6%AD%BB";
    assert_eq!(api.get(by_tag).await.json()["items"].as_array().unwrap().len(), 1);
    let refused = app.signed_in("ben@north.example").await.get(by_tag).await;
    assert_eq!(
        (refused.status, &refused.json()["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("tag"))
    );
    assert_eq!((&ours["tags"], &ours["remark"]), (&json!(["锁死"]), &json!("需培训新员工")));
    let theirs = app.signed_in("ben@north.example").await.get(&path).await.json();
    assert_eq!(
        (&theirs["number"], &theirs["tags"], &theirs["remark"]),
        (&json!(number), &json!([]), &json!(""))
    );
}
