//! In which order people are listed and picked.

use axum::http::StatusCode;
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(people_are_listed_by_pinyin);
}

async fn people_are_listed_by_pinyin(app: TestApp) {
    let api = app.api().await;
    for (login, name) in [("p1", "赵敏"), ("p2", "王芳"), ("p3", "安琪"), ("p4", "陈静")] {
        let body =
            json!({"login": login, "name": name, "role": "agent", "email": format!("{login}@desk.example")});
        let made = api.post("/api/v1/staff", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    let sorted = ["安琪", "陈静", "王芳", "赵敏"];
    let told = api.get("/api/v1/staff").await.json();
    let names: Vec<&str> =
        told["items"].as_array().unwrap().iter().filter_map(|s| s["name"].as_str()).collect();
    assert!(names.ends_with(&sorted), "{names:?}");
    let admin = app.signed_in("admin").await;
    for path in ["/on-call/rotas/new", "/admin/groups/desk", "/admin/staff", "/tickets/new", "/emergencies"] {
        let page = admin.get(path).await.text;
        let at: Vec<Option<usize>> = sorted.iter().map(|n| page.find(n)).collect();
        assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{path}: {at:?}");
    }
}
