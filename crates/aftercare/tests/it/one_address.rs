//! Whoever signs in does it by their address: it is one person's, of the staff or of a customer.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(an_address_is_a_colleagues_or_a_customers);
}

async fn refused(api: &Client, path: &str, body: &Value) -> Value {
    let answer = api.post(path, body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", answer.text);
    answer.json()["fields"].clone()
}

async fn an_address_is_a_colleagues_or_a_customers(app: TestApp) {
    let api = app.api().await;
    let post = async |path: &str, body: &Value| {
        let answer = api.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{body}: {}", answer.text);
    };
    let colleague =
        |login: &str, email: &str| json!({"login": login, "name": login, "role": "agent", "email": email});
    post("/api/v1/contacts", &json!({"name": "Wu", "points": ["wu@hongda.example"]})).await;
    post("/api/v1/staff", &colleague("night", "night@desk.example")).await;
    assert_eq!(
        refused(&api, "/api/v1/staff", &colleague("n2", "WU@hongda.example")).await,
        json!([{"field": "email", "issue": "taken"}])
    );
    assert_eq!(
        refused(&api, "/api/v1/contacts", &json!({"name": "N", "points": ["night@desk.example"]})).await,
        json!([{"field": "points", "issue": "taken"}])
    );
    post("/api/v1/staff", &colleague("n2", "n2@desk.example")).await;
}
