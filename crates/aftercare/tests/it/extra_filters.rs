//! A list that is narrowed by extra fields says which of them cannot be asked like that, and what it wants.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_value_that_no_field_can_have_is_refused_by_name,
        what_a_field_can_have_is_found_however_it_is_written,
    );
}

async fn fielded(app: &TestApp) {
    let fields = json!([
        {"key": "site", "label": "标段", "type": "choice", "choices": ["A1", "B2"], "customer": true},
        {"key": "amount", "label": "金额", "type": "number"},
        {"key": "milestone_on", "label": "里程碑日", "type": "date"},
        {"key": "note", "label": "批次", "type": "text"},
    ]);
    let kept =
        app.api().await.json(Method::PUT, "/api/v1/fields", &json!({"version": 0, "fields": fields})).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
}

async fn a_value_that_no_field_can_have_is_refused_by_name(app: TestApp) {
    fielded(&app).await;
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let long = "x".repeat(501);
    for (key, value, issue, said) in [
        ("amount", "many", "not_a_number", "金额：请填写数字"),
        ("milestone_on", "foo", "not_a_date", "里程碑日：请填写日期，如 2026-10-01"),
        ("site", "nix", "not_a_choice", "标段：请从选项中选择（A1、B2）"),
        ("note", &long, "too_long", "批次：过长"),
        ("nothing", "1", "unknown_field", "nothing：没有这个字段"),
    ] {
        for prefix in ["extra", "x"] {
            let told = api.get(&format!("/api/v1/tickets?{prefix}.{key}={value}")).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}: {}", told.text);
            let told = told.json();
            let field = &told["fields"][0];
            assert_eq!(
                (&field["field"], &field["issue"]),
                (&json!(format!("{prefix}.{key}")), &json!(issue))
            );
            assert!(told["title"].as_str().unwrap().contains(said), "{told}");
        }
        let page = boss.get(&format!("/tickets?x.{key}={value}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let both = api.get("/api/v1/tickets?extra.amount=many&extra.site=nix").await.json();
    assert_eq!(both["fields"].as_array().unwrap().len(), 2, "{both}");
    assert_eq!(both["fields"][1]["names"], json!(["A1", "B2"]));
    // A value of a new ticket is told alike.
    let body = json!({"title": "t", "requester": "ben@north.example", "extra": {"milestone_on": "soon"}});
    let new = api.post("/api/v1/tickets", &body).await.json();
    assert_eq!(new["fields"], json!([{"field": "extra.milestone_on", "issue": "not_a_date"}]));
}

async fn what_a_field_can_have_is_found_however_it_is_written(app: TestApp) {
    fielded(&app).await;
    let api = app.api().await;
    let extra = json!({"site": "A1", "amount": 1000, "milestone_on": "2026-10-01", "note": "Lot 7"});
    let body = json!({"title": "t", "requester": "ben@north.example", "extra": extra});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::CREATED);
    for (query, n) in [
        ("extra.site=a1", 1),
        ("extra.site=B2", 0),
        ("x.amount=1000.0", 1),
        ("x.milestone_on=2026-10-01", 1),
        ("x.note=lot%207", 1),
    ] {
        let found = api.get(&format!("/api/v1/tickets?{query}")).await.json();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(n), "{query}: {found}");
    }
    let described = app.client().get("/api/v1/openapi.json").await.json();
    let all = described["paths"]["/api/v1/tickets"]["get"]["parameters"].as_array().unwrap().clone();
    let extra = all.iter().find(|p| p["name"] == "extra").unwrap();
    assert_eq!((&extra["style"], &extra["explode"]), (&json!("form"), &json!(true)), "{extra}");
    assert_eq!(extra["schema"]["additionalProperties"]["type"], "string", "{extra}");
    assert!(extra["description"].as_str().unwrap().contains("extra.KEY"), "{extra}");
}
