//! Forms with several buttons: what Enter in a field does.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::TestApp;

use crate::rules::form;

mod engines {
    testkit::on_both_engines!(enter_in_a_field_removes_and_moves_nothing);
}

/// The button that Enter in a field presses: the first of the form that sends it.
fn by_enter(page: &str) -> String {
    let form = page.split("<form class=\"sheet").nth(1).unwrap().split("</form>").next().unwrap();
    let sends = |b: &&str| !b.split('>').next().unwrap().contains("type=\"button\"");
    let first = form.split("<button").skip(1).find(sends).unwrap();
    first.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn enter_in_a_field_removes_and_moves_nothing(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let pairs = [
        ("version", "0"),
        ("f.0.label", "标段"),
        ("f.0.key", "section"),
        ("f.0.type", "text"),
        ("do", "save"),
    ];
    admin.form("/admin/fields", &form(&pairs)).await;
    let rules = json!({"version": 0, "rules": [{"name": "urgent", "group": "desk"}, {"name": "rest", "group": "desk"}]});
    let kept = app.api().await.json(Method::PUT, "/api/v1/routing", &rules).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    for (path, does) in [
        ("/admin/routing", "try"),
        ("/admin/fields", "save"),
        ("/admin/calendars/service", "preview"),
        ("/admin/policies/t1", "preview"),
        ("/on-call/rotas/new", "preview"),
    ] {
        let page = admin.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(by_enter(&page.text), does, "{path}");
    }
}
