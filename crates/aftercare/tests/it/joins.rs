//! A contact whom somebody records joins the organisation of a confirmed mail domain, as an unknown requester does.

use axum::http::StatusCode;
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(a_contact_joins_by_the_domain_of_an_address);
}

async fn a_contact_joins_by_the_domain_of_an_address(app: TestApp) {
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let north = app.cast.north.as_str();
    let page = format!("/customers/{north}/domains");
    assert_eq!(boss.form(&page, "domain=pipe.example").await.status, StatusCode::SEE_OTHER);
    let made = |points: serde_json::Value| json!({"name": "Li", "points": points});
    let joined = api.post("/api/v1/contacts", &made(json!(["138 0013 8000", "a@pipe.example"]))).await;
    let told = joined.json();
    assert_eq!((&told["organisation"], &told["joined_by_domain"]), (&json!(north), &json!("pipe.example")));
    let read = api.get(&format!("/api/v1/contacts/{}", told["id"].as_str().unwrap())).await.json();
    assert_eq!((&read["organisation"], read.get("joined_by_domain")), (&json!(north), None));
    let alone = api.post("/api/v1/contacts", &made(json!(["b@sub.pipe.example"]))).await.json();
    assert!(alone["organisation"].is_null() && alone.get("joined_by_domain").is_none(), "{alone}");
    let south =
        json!({"name": "Wang", "points": ["c@pipe.example"], "organisation": app.cast.south.as_str()});
    let chosen = api.post("/api/v1/contacts", &south).await.json();
    assert_eq!(chosen["organisation"], app.cast.south.as_str(), "who says where has said it");

    let form = "version=0&name=Zhao&position=&organisation=&sees=own&locale=zh-CN&points=d@pipe.example";
    let saved = boss.form("/customers/contacts", form).await;
    assert!(saved.location.ends_with("?said=by_domain"), "{} {}", saved.location, saved.text);
    let shown = boss.get(&saved.location).await.text;
    assert!(shown.contains("已按邮箱域名归入所属单位") && shown.contains("North"), "{shown}");
}
