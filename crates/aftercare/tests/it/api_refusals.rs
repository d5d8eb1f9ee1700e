//! What the API refuses, it refuses as a problem document; and what may be sent again is done once.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, Database, TestApp};

mod engines {
    testkit::on_both_engines!(
        what_cannot_be_read_is_a_problem,
        an_unknown_parameter_is_refused_by_name,
        what_does_not_fit_is_said_at_its_field,
        no_text_has_a_nul,
        who_is_named_must_exist,
        a_message_with_a_key_is_written_once,
        what_can_be_written_can_be_read,
        a_clock_that_was_replaced_says_so,
        a_token_is_known_by_its_key,
    );
}

async fn opened(api: &Client, title: &str) -> String {
    let body = json!({"title": title, "body": "b", "requester": "ben@north.example"});
    api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

async fn what_cannot_be_read_is_a_problem(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let ticket = format!("/api/v1/tickets/{number}");
    let json_kind = "application/json";
    for (method, path, kind, body, status, key) in [
        (Method::PUT, ticket.as_str(), json_kind, "{}", 405, "method"),
        (Method::GET, "/api/v1/audit?limit=zzz", "", "", 400, "unreadable"),
        (Method::GET, "/api/v1/tickets?limit=1&limit=2", "", "", 400, "unreadable"),
        (Method::GET, "/api/v1/tickets/%ff", "", "", 400, "unreadable"),
        (Method::POST, "/api/v1/tickets", json_kind, "{", 400, "unreadable"),
        (Method::POST, "/api/v1/tickets", json_kind, r#"{"title":7}"#, 422, "invalid"),
        (Method::POST, "/api/v1/tickets", "application/x-www-form-urlencoded", "title=t", 415, "not_json"),
        (Method::GET, "/api/v1/nothing", "", "", 404, "not_found"),
        (Method::GET, "/api/v1/audit?cursor=zzz", "", "", 422, "invalid"),
        (Method::GET, "/api/v1/letters?cursor=zzz", "", "", 422, "invalid"),
        (Method::GET, "/api/v1/notices?cursor=zzz", "", "", 422, "invalid"),
        (Method::GET, "/api/v1/problem-log?cursor=zzz", "", "", 422, "invalid"),
    ] {
        let answer = api.send(method, path, kind, Body::from(body), &[]).await;
        let told = answer.json();
        let (got, type_) = (u64::from(answer.status.as_u16()), format!("about:blank#{key}"));
        assert_eq!(
            (got, told["status"].as_u64(), told["type"].as_str()),
            (status, Some(status), Some(&*type_)),
            "{path}"
        );
        assert!(told["title"].as_str().is_some_and(|t| !t.is_empty()), "{}", answer.text);
    }
    let large = Body::from(vec![b' '; 4 * 1024 * 1024 + 1]);
    let answer = api.send(Method::POST, "/api/v1/tickets", json_kind, large, &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn what_does_not_fit_is_said_at_its_field(app: TestApp) {
    let api = app.api().await;
    let post = async |language: &str, body: &str| {
        let (kind, headers) = ("application/json", [("accept-language", language)]);
        let answer =
            api.send(Method::POST, "/api/v1/tickets", kind, Body::from(body.to_owned()), &headers).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.text);
        let told = answer.json();
        assert!(told.get("detail").is_none(), "no words of the reader's: {told}");
        (told["fields"][0]["field"].clone(), told["title"].as_str().unwrap().to_owned())
    };
    for (body, field, zh, en) in [
        (r#"{"title":"t","requester":999999}"#, "requester", "提出人：应为文本", "must be text"),
        (r#"{"title":"t","requester":"a@b.cn","level":"one"}"#, "level", "应为数字", "must be a number"),
        (
            r#"{"title":"t","requester":"a@b.cn","titel":"x"}"#,
            "titel",
            "titel：没有这个字段",
            "titel: is no field here",
        ),
        (r#"["t","a@b.cn"]"#, "request", "应为 JSON 对象", "must be a JSON object"),
    ] {
        let (at, said) = post("zh-CN", body).await;
        assert!(at == field && said.contains(zh), "{body}: {at} {said}");
        let (_, said) = post("en", body).await;
        assert!(said.contains(en), "{body}: {said}");
    }
    let asked = api.get("/api/v1/tickets?to=x").await.json();
    assert_eq!(asked["title"], "to：没有这个参数", "{asked}");
}

async fn an_unknown_parameter_is_refused_by_name(app: TestApp) {
    let api = app.api().await;
    for path in
        ["tickets", "audit", "letters", "contacts", "problem-log", "queues", "settings", "reports/promises"]
    {
        let answer = api.get(&format!("/api/v1/{path}?colour=red")).await;
        let told = answer.json();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text);
        assert_eq!(told["fields"], json!([{"field": "colour", "issue": "unknown_parameter"}]), "{path}");
    }
    let posted =
        api.post("/api/v1/tickets?dry=1", &json!({"title": "t", "requester": "ben@north.example"})).await;
    assert_eq!(posted.json()["fields"][0]["field"], "dry", "{}", posted.text);
    // Paging may be asked of every list, also of those that are always whole.
    for path in
        ["tickets?limit=1", "contacts?limit=1", "audit?limit=1", "notices?limit=1", "calendars?limit=200"]
    {
        let answer = api.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    }
    for path in ["imports?limit=0", "letters?limit=201"] {
        let answer = api.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.json()["fields"][0]["field"], "limit", "{path}: {}", answer.text);
    }
    assert_eq!(app.client().get("/api/v1/tickets?colour=red").await.status, StatusCode::UNAUTHORIZED);
}

async fn no_text_has_a_nul(app: TestApp) {
    let (api, agent) = (app.api().await, app.signed_in("agent").await);
    let number = opened(&api, "t").await;
    let body = json!({"title": "a\u{0}b", "requester": "ben@north.example"});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::BAD_REQUEST);
    for path in ["/api/v1/contacts?q=%00", "/api/v1/tickets/%00", "/api/v1/tickets?tag=%00"] {
        assert_eq!(api.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(agent.get("/tickets?tag=%00").await.status, StatusCode::BAD_REQUEST);
    let form = agent.form(&format!("/tickets/{number}/messages"), "text=a%00b").await;
    assert_eq!(form.status, StatusCode::BAD_REQUEST);
}

async fn who_is_named_must_exist(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let note = json!({"body": "see", "mentions": ["nobody"]});
    let answer = api.post(&format!("/api/v1/tickets/{number}/notes"), &note).await;
    assert_eq!(answer.json()["fields"], json!([{"field": "mentions", "issue": "unknown"}]));
    let path = format!("/api/v1/tickets/{number}");
    let answer = api.json(Method::PATCH, &path, &json!({"watchers": ["nobody"]})).await;
    assert_eq!(answer.json()["fields"], json!([{"field": "watchers", "issue": "unknown"}]));
}

async fn a_message_with_a_key_is_written_once(app: TestApp) {
    let api = app.api().await;
    let path = format!("/api/v1/tickets/{}/messages", opened(&api, "t").await);
    let said = json!({"body": "once"});
    let first = api.post_once(&path, "key", &said).await;
    assert_eq!((first.status, &first.json()["messages"]), (StatusCode::CREATED, &json!(2)), "{}", first.text);
    assert_eq!(api.post_once(&path, "key", &said).await.json(), first.json());
    assert_eq!(api.get(&path).await.json()["items"].as_array().unwrap().len(), 2);
    let other = api.post_once(&path, "key", &json!({"body": "other"})).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn what_can_be_written_can_be_read(app: TestApp) {
    let api = app.api().await;
    let (number, into) = (opened(&api, "a").await, opened(&api, "b").await);
    let parts =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\nhello\r\n--b--\r\n";
    let kind = "multipart/form-data; boundary=b";
    let file = api.send(Method::POST, "/api/v1/files", kind, Body::from(parts), &[]).await.json();
    let path = format!("/api/v1/tickets/{number}");
    let said = api.post(&format!("{path}/messages"), &json!({"body": "see", "files": [file["id"]]})).await;
    assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
    let messages = api.get(&format!("{path}/messages")).await.json();
    assert_eq!(messages["items"][0]["files"], json!([]));
    let attached = &messages["items"][1]["files"][0];
    assert_eq!(
        (&attached["id"], &attached["name"], &attached["size"]),
        (&file["id"], &json!("x.txt"), &json!(5))
    );
    let watcher: Value = json!(app.cast.staff_id("boss"));
    api.json(Method::PATCH, &path, &json!({"watchers": [watcher]})).await;
    let merged = api.post(&format!("{path}/merge"), &json!({"number": into})).await;
    assert!(merged.status.is_success(), "{}", merged.text);
    let gone = api.get(&path).await.json();
    assert_eq!((&gone["merged_into"], &gone["watchers"]), (&json!(into), &json!([watcher])));
}

async fn a_clock_that_was_replaced_says_so(app: TestApp) {
    let api = app.api().await;
    let number = opened(&api, "t").await;
    let raise = json!({"severity": "urgent", "reason": "stopped", "mode": "new_facts"});
    let raised = api.json(Method::PUT, &format!("/api/v1/tickets/{number}/severity"), &raise).await.json();
    let states: Vec<_> = raised["clocks"].as_array().unwrap().iter().map(|c| c["state"].clone()).collect();
    assert!(states.contains(&json!("superseded")) && !states.contains(&json!("met")), "{states:?}");
}

async fn a_token_is_known_by_its_key(app: TestApp) {
    let api = app.api().await;
    let made = api.post("/api/v1/tokens", &json!({"name": "c", "scopes": ["ticket.create"]})).await.json();
    let creator = app.client().with_token(made["token"].as_str().unwrap().to_owned());
    assert_eq!(creator.get("/api/v1/notices").await.status, StatusCode::FORBIDDEN, "they name tickets");
    let made = api.post("/api/v1/tokens", &json!({"name": "n", "scopes": ["ticket.view"]})).await.json();
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    let program = app.client().with_token(made["token"].as_str().unwrap().to_owned());
    assert_eq!(program.get("/api/v1/tickets").await.status, StatusCode::OK);
    assert_eq!(api.json(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.get("/api/v1/tickets").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_out_of_reach_is_said_and_waited_for() {
    let app = TestApp::new(Database::postgres().await).await;
    let (api, agent) = (app.api().await, app.signed_in("agent").await);
    app.open_database(false).await;
    for answer in [api.get("/api/v1/tickets").await, agent.get("/tickets").await] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
        assert_eq!(answer.headers.get("retry-after").unwrap(), "5");
        assert!(answer.text.contains("请稍后再试") || answer.text.contains("try again"), "{}", answer.text);
    }
    let body = json!({"title": "t", "body": "b", "requester": "ben@north.example"});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::SERVICE_UNAVAILABLE);
    app.open_database(true).await;
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::CREATED);
}
