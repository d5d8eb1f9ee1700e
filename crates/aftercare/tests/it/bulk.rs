//! Many tickets at once: each with its own rights and its own answer, and each can be taken back.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        each_step_is_done_and_taken_back,
        what_is_not_changed_is_named_with_its_reason,
        rights_count_for_each_ticket,
        a_page_does_what_the_api_does,
    );
}

async fn two(api: &Client) -> [String; 2] {
    let mut numbers = [String::new(), String::new()];
    for number in &mut numbers {
        let body = json!({"title": "t", "requester": "ben@north.example", "group": "desk", "tags": ["old"]});
        *number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    }
    numbers
}

async fn shown(api: &Client, number: &str) -> Value {
    api.get(&format!("/api/v1/tickets/{number}")).await.json()
}

async fn all(api: &Client, body: &Value) -> Value {
    let answer = api.post("/api/v1/tickets/bulk", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn each_step_is_done_and_taken_back(app: TestApp) {
    let api = app.api().await;
    let numbers = two(&api).await;
    let (colleague, senior) = (app.cast.staff_id("colleague"), app.cast.staff_id("senior"));
    let steps = [
        (json!({"action": "assign", "assignee": colleague.as_str()}), "assignee", json!(colleague.as_str())),
        (json!({"action": "transfer", "group": "other"}), "group", json!("other")),
        (json!({"action": "assign", "no_group": true}), "group", Value::Null),
        (json!({"action": "escalate", "reason": "deadlock"}), "assignee", json!(senior.as_str())),
        (
            json!({"action": "severity", "severity": "urgent", "reason": "stopped"}),
            "severity",
            json!("urgent"),
        ),
        (json!({"action": "severity", "level": "2"}), "level", json!(2)),
        (json!({"action": "tags", "add": ["new"], "remove": ["old"]}), "tags", json!(["new"])),
        (
            json!({"action": "hold", "status": "waiting_vendor", "note": "patch"}),
            "status",
            json!("waiting_vendor"),
        ),
        (json!({"action": "resolve", "resolution": "done"}), "status", json!("resolved")),
        (json!({"action": "cancel", "reason": "spam"}), "status", json!("cancelled")),
    ];
    for (step, field, expected) in steps {
        let before = shown(&api, &numbers[0]).await;
        let done = all(&api, &json!({"numbers": numbers, "step": step})).await;
        assert_eq!(done["changed"].as_array().unwrap().len(), 2, "{step}: {done}");
        assert_eq!(shown(&api, &numbers[1]).await[field], expected, "{step}");
        let again = all(&api, &json!({"numbers": numbers, "step": step})).await;
        assert_eq!(again["changed"], json!([]), "{step}: {again}");
        let undo: Vec<Value> = done["changed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| json!({"number": c["number"], "step": c["undo"]}))
            .collect();
        let undone = all(&api, &json!({"steps": undo})).await;
        assert_eq!(undone["changed"].as_array().unwrap().len(), 2, "{step}: {undone}");
        let after = shown(&api, &numbers[0]).await;
        for key in ["assignee", "group", "severity", "level", "tags"] {
            assert_eq!(after[key], before[key], "{step}: {key}");
        }
        assert!(["new", "open"].contains(&after["status"].as_str().unwrap()), "{step}: {after}");
    }
}

async fn what_is_not_changed_is_named_with_its_reason(app: TestApp) {
    let api = app.api().await;
    let [first, second] = two(&api).await;
    all(&api, &json!({"numbers": [first], "step": {"action": "cancel", "reason": "spam"}})).await;
    let step = json!({"action": "hold", "status": "scheduled", "note": "later"});
    let mixed = all(&api, &json!({"numbers": [first, second, "AF-2020-00001"], "step": step})).await;
    assert_eq!(mixed["changed"][0]["number"], second.as_str());
    assert_eq!(
        (&mixed["refused"][0]["number"], &mixed["refused"][0]["key"]),
        (&json!(first), &json!("refused.ended"))
    );
    assert_eq!(mixed["refused"][1]["status"], 404);
    let waiting = all(&api, &json!({"numbers": [second], "step": step})).await;
    assert_eq!(waiting["unchanged"], json!([second]));
    let many: Vec<String> = (0..201).map(|n| format!("AF-2026-{n:05}")).collect();
    let wrong = [
        (json!({"numbers": many, "step": {"action": "take"}}), "numbers"),
        (
            json!({"numbers": [second], "step": {"action": "hold", "status": "waiting_customer", "note": "x"}}),
            "status",
        ),
        (json!({"numbers": [second], "step": {"action": "cancel", "reason": "confirmed"}}), "reason"),
        (json!({"numbers": [second], "step": {"action": "hold", "status": "waiting_vendor"}}), "note"),
        (
            json!({"numbers": [second], "step": {"action": "hold", "status": "scheduled", "note": " "}}),
            "note",
        ),
        (json!({"numbers": [second], "step": {"action": "escalate"}}), "reason"),
        (json!({"numbers": [second], "step": {"action": "resolve"}}), "resolution"),
        (json!({"numbers": [second], "step": {"action": "tags"}}), "tags"),
        (json!({"numbers": [second], "step": {"action": "severity"}}), "severity"),
        (json!({"numbers": [second]}), "step"),
        (json!({"numbers": [second], "step": {"action": "explode"}}), "step.action"),
    ];
    for (body, field) in wrong {
        let refused = api.post("/api/v1/tickets/bulk", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.json()["fields"][0]["field"], field, "{body}");
    }
    let bare = json!({"numbers": [second]});
    for (language, said) in [("zh-CN", "操作：必填"), ("en", "Step: is required")] {
        let (body, kind) = (axum::body::Body::from(bare.to_string()), "application/json");
        let headers = [("accept-language", language)];
        let refused = api.send(Method::POST, "/api/v1/tickets/bulk", kind, body, &headers).await;
        assert!(refused.json()["title"].as_str().unwrap().contains(said), "{}", refused.text);
    }
}

async fn rights_count_for_each_ticket(app: TestApp) {
    let api = app.api().await;
    let numbers = two(&api).await;
    let scopes = vec!["ticket.view".to_owned(), "ticket.classify".to_owned()];
    let (admin, id) = (app.cast.staff("admin"), app.cast.staff_id("admin"));
    let secret = desk::auth::create_token(&app.desk, admin, id, "reader".to_owned(), scopes).await.unwrap();
    let reader = app.client().with_token(secret.1);
    let done = all(&reader, &json!({"numbers": numbers, "step": {"action": "tags", "add": ["x"]}})).await;
    assert_eq!(done["changed"].as_array().unwrap().len(), 2, "{done}");
    let denied =
        all(&reader, &json!({"numbers": numbers, "step": {"action": "cancel", "reason": "spam"}})).await;
    assert_eq!(denied["refused"][0]["key"], "forbidden.close", "{denied}");
    assert_eq!(denied["refused"].as_array().unwrap().len(), 2);
}

async fn a_page_does_what_the_api_does(app: TestApp) {
    let api = app.api().await;
    let [first, second] = two(&api).await;
    let agent = app.signed_in("agent").await;
    all(&api, &json!({"numbers": [first], "step": {"action": "cancel", "reason": "spam"}})).await;
    let form = format!("numbers={first}&numbers={second}&action=severity&severity=urgent&level=&reason=stop");
    let done = agent.form("/tickets/bulk", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(
        done.text.contains("data-until-closed") && done.text.contains(&format!("/tickets/{first}")),
        "{}",
        done.text
    );
    assert_eq!(shown(&api, &second).await["severity"], "urgent");
    let line = done.text.split("name=\"undo\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let line = line.replace("&#34;", "\"").replace('=', "%3D");
    let undone = agent.form("/tickets/bulk", &format!("action=undo&undo={line}")).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text);
    assert!(undone.text.contains("已撤销 1 张工单的更改"), "{}", undone.text);
    assert_eq!(shown(&api, &second).await["severity"], "general");
}
