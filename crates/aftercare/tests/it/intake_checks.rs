//! What a request may say, and what it may not: unknown things, late entries, tags, files; the customer who comes back.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        what_is_named_must_exist,
        who_is_chosen_alone_has_the_group_of_the_rules,
        all_that_is_wrong_is_said_at_once,
        a_late_entry_says_why,
        a_program_is_not_taken,
        a_change_of_product_takes_its_module_along,
        a_customer_comes_back_to_a_case_that_is_long_over,
        a_solution_that_is_taken_back_tells_nobody,
        tickets_of_two_customers_are_not_merged,
    );
}

fn asked(more: Value) -> Value {
    let mut body = json!({"title": "t", "body": "b", "requester": "ben@north.example"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn wrong(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["fields"][0]["field"].as_str().unwrap_or_default().to_owned())
}

async fn number_of(api: &Client, more: Value) -> String {
    let made = api.post("/api/v1/tickets", &asked(more)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn what_is_named_must_exist(app: TestApp) {
    let api = app.api().await;
    for field in ["product", "module", "group", "assignee"] {
        let answer = api.post("/api/v1/tickets", &asked(json!({field: "nothing"}))).await;
        assert_eq!(wrong(&answer), (422, field.to_owned()));
    }
    let many: Vec<_> = (0..31).map(|n| format!("t{n}")).collect();
    for tags in [json!(many), json!(["x".repeat(41)])] {
        let answer = api.post("/api/v1/tickets", &asked(json!({"tags": tags}))).await;
        assert_eq!(wrong(&answer), (422, "tags".to_owned()));
    }
    let settings = api.get("/api/v1/settings").await.json();
    let mut changed = settings["settings"].clone();
    changed["default_group"] = json!("nothing");
    let body = json!({"version": settings["version"], "settings": changed});
    let answer = api.json(Method::PUT, "/api/v1/settings", &body).await;
    assert_eq!(wrong(&answer), (422, "default_group".to_owned()), "{}", answer.text);
}

async fn who_is_chosen_alone_has_the_group_of_the_rules(app: TestApp) {
    let api = app.api().await;
    let senior = app.cast.staff_id("senior");
    let settings = api.get("/api/v1/settings").await.json();
    let mut changed = settings["settings"].clone();
    changed["default_group"] = json!("desk");
    let body = json!({"version": settings["version"], "settings": changed});
    assert_eq!(api.json(Method::PUT, "/api/v1/settings", &body).await.status, StatusCode::OK);
    for (more, group) in [(json!({}), "desk"), (json!({"group": "other"}), "other")] {
        let mut more = more.clone();
        more["assignee"] = json!(senior.as_str());
        let made = api.post("/api/v1/tickets", &asked(more)).await.json();
        assert_eq!((&made["group"], &made["assignee"]), (&json!(group), &json!(senior.as_str())), "{made}");
    }
}

async fn all_that_is_wrong_is_said_at_once(app: TestApp) {
    let api = app.api().await;
    let field = json!({"key": "site", "label": "标段", "type": "text", "required": true, "customer": true});
    let kept = api.json(Method::PUT, "/api/v1/fields", &json!({"version": 0, "fields": [field]})).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    let body = json!({"severity": "high", "title": " ", "requester": "nobody", "class": "odd", "module": "none",
        "group": "none", "assignee": "none", "files": ["none"]});
    let refused = api.post("/api/v1/tickets", &body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = refused.json();
    let said = |told: &Value| -> Vec<String> {
        let all = told["fields"].as_array().unwrap().iter();
        all.map(|f| format!("{} {}", f["field"].as_str().unwrap(), f["issue"].as_str().unwrap())).collect()
    };
    let all = [
        "class bad_value",
        "severity bad_value",
        "title required",
        "requester no_requester",
        "module unknown",
        "group unknown",
        "assignee unknown",
        "files unknown",
        "extra.site required",
    ];
    assert_eq!(said(&told), all);
    // What a kind or product asks for is not told before it is known which.
    let unread = api.post("/api/v1/tickets", &asked(json!({"kind": "odd", "product": "none"}))).await;
    assert_eq!(said(&unread.json()), ["kind bad_value", "product unknown"]);
    let agent = app.signed_in("agent").await;
    let form =
        "title=&requester=nobody&kind=fault&channel=pigeon&severity=high&received_at=soon&product=none";
    let page = agent.form("/tickets", form).await.text;
    for said in ["标题：必填", "提出人：", "渠道：", "紧急程度：", "受理时间：", "产品："]
    {
        assert!(page.contains(&format!("\">{said}")), "{said}: {page}");
    }
    let ben = app.signed_in("ben@north.example").await;
    let page = ben.form("/portal/new", "title=&kind=fault&files=none").await.text;
    for said in ["标题：必填", "附件：", "标段：必填"] {
        assert!(page.contains(&format!("\">{said}")), "{said}: {page}");
    }
    assert_eq!(api.get("/api/v1/tickets").await.json()["items"], json!([]));
}

async fn a_late_entry_says_why(app: TestApp) {
    let api = app.api().await;
    let at = domain::time::plus_seconds(app.now(), -3600).to_string();
    let bare = api.post("/api/v1/tickets", &asked(json!({"received_at": at}))).await;
    assert_eq!(wrong(&bare), (422, "received_reason".to_owned()));
    let why = "the line was down";
    let number = number_of(&api, json!({"received_at": at, "received_reason": why})).await;
    let events = api.get(&format!("/api/v1/tickets/{number}/events")).await.json();
    assert_eq!(events["items"][0]["change"]["late"], why);
}

async fn a_program_is_not_taken(app: TestApp) {
    let api = app.api().await;
    for (name, content, status) in
        [("a.exe", "x", 422), ("a.txt", "MZ program", 422), ("a.EXE.", "x", 201), ("a.log", "x", 201)]
    {
        let form = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--b--\r\n"
        );
        let kind = "multipart/form-data; boundary=b";
        let answer = api.send(Method::POST, "/api/v1/files", kind, Body::from(form), &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", answer.text);
    }
}

async fn a_change_of_product_takes_its_module_along(app: TestApp) {
    let api = app.api().await;
    let mut made = Vec::new();
    for name in ["One", "Two"] {
        let body = json!({"name": name, "modules": [{"name": "M"}]});
        let product = api.post("/api/v1/products", &body).await;
        assert_eq!(product.status, StatusCode::CREATED, "{}", product.text);
        let product = product.json();
        made.push((product["id"].clone(), product["modules"][0]["id"].clone()));
    }
    let number = number_of(&api, json!({"product": made[0].0, "module": made[0].1})).await;
    let path = format!("/api/v1/tickets/{number}");
    let foreign = api.json(Method::PATCH, &path, &json!({"module": made[1].1})).await;
    assert_eq!(wrong(&foreign), (422, "module".to_owned()));
    let moved = api.json(Method::PATCH, &path, &json!({"product": made[1].0})).await.json();
    assert_eq!((&moved["product"], &moved["module"]), (&made[1].0, &Value::Null));
}

async fn a_customer_comes_back_to_a_case_that_is_long_over(app: TestApp) {
    let api = app.api().await;
    let number = number_of(&api, json!({"requester": "ann@north.example"})).await;
    api.post(&format!("/api/v1/tickets/{number}/solution"), &json!({"resolution": "done"})).await;
    api.post(&format!("/api/v1/tickets/{number}/closure"), &json!({})).await;
    let ann = app.signed_in("ann@north.example").await;
    let link = format!("/portal/new?after={number}");
    let case = format!("/portal/cases/{number}");
    assert!(!ann.get(&case).await.text.contains(&link));
    app.sleep_through(8 * 86_400);
    let ann = app.signed_in("ann@north.example").await;
    assert!(ann.get(&case).await.text.contains(&link));
    assert!(ann.get(&link).await.text.contains("value=\"t\""));
    let sent = ann.form("/portal/new", &format!("after={number}&title=again&kind=fault")).await;
    assert!(sent.status.is_redirection(), "{}", sent.text);
    let new = api.get("/api/v1/tickets?limit=1").await.json()["items"][0]["number"].clone();
    let events = api.get(&format!("/api/v1/tickets/{number}/events")).await.json();
    let last = events["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["change"]["type"], &last["change"]["number"]), (&json!("linked"), &new));
}

async fn letters(app: &TestApp, api: &Client) -> Vec<String> {
    app.advance(11).await;
    let all = api.get("/api/v1/letters").await.json();
    all["items"].as_array().unwrap().iter().map(|l| l["kind"].as_str().unwrap().to_owned()).collect()
}

async fn a_solution_that_is_taken_back_tells_nobody(app: TestApp) {
    let api = app.api().await;
    let number = number_of(&api, json!({})).await;
    letters(&app, &api).await;
    let (solution, closure) =
        (format!("/api/v1/tickets/{number}/solution"), format!("/api/v1/tickets/{number}/closure"));
    let solved = json!({"resolution": "done", "cause": "network"});
    assert_eq!(api.post(&solution, &solved).await.status, StatusCode::OK);
    let back = api.json(Method::DELETE, &closure, &json!({})).await.json();
    assert_eq!(
        (&back["status"], &back["resolution"], &back["cause"]),
        (&json!("new"), &json!(""), &Value::Null)
    );
    assert_eq!(letters(&app, &api).await, ["received"]);
    let said = json!({"resolution": "done", "body": "try again"});
    api.post(&solution, &said).await;
    api.json(Method::DELETE, &closure, &json!({})).await;
    assert_eq!(letters(&app, &api).await, ["answered", "received"]);
    api.post(&solution, &solved).await;
    assert_eq!(letters(&app, &api).await, ["solved", "answered", "received"]);
}

/// Of one requester, or of one organisation; else somebody would see no more of their case.
async fn tickets_of_two_customers_are_not_merged(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let stranger = "wang@no-such-house.example";
    let of = async |who: &str| number_of(&api, json!({"requester": who})).await;
    for (one, other) in [
        ("ben@north.example", "eve@south.example"),
        ("ben@north.example", stranger),
        (stranger, "ben@north.example"),
        (stranger, "li@another-house.example"),
    ] {
        let (a, b) = (of(one).await, of(other).await);
        let refused = api.post(&format!("/api/v1/tickets/{a}/merge"), &json!({"number": b})).await;
        assert_eq!(
            refused.json()["type"],
            "about:blank#refused.other_customer",
            "{one} {other}: {}",
            refused.text
        );
        let page = boss.form(&format!("/tickets/{a}/merge"), &format!("number={b}")).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
        assert!(page.text.contains("合并联系人") && page.text.contains("归入该单位"), "{}", page.text);
    }
    for (one, other) in [("ben@north.example", "ann@north.example"), (stranger, stranger)] {
        let (a, b) = (of(one).await, of(other).await);
        let merged = api.post(&format!("/api/v1/tickets/{a}/merge"), &json!({"number": b})).await;
        assert_eq!(merged.status, StatusCode::OK, "{one} {other}: {}", merged.text);
    }
}
