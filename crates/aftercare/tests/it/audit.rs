//! The audit says who changed what: the thing by its name, each value before and after.

use axum::http::Method;
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_change_is_named_and_compared,
        identifiers_are_shown_by_name,
        codes_are_said_in_words_and_long_values_open,
        programs_are_told_that_a_side_may_be_null,
    );
}

async fn a_change_is_named_and_compared(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let saved = admin.form("/admin/groups", "name=夜班").await;
    assert_eq!(saved.status, axum::http::StatusCode::SEE_OTHER, "{}", saved.text);
    let groups = app.desk.read(|r| Ok(store::staff::groups(r)?)).await.unwrap();
    let night = groups.into_iter().find(|g| g.name == "夜班").unwrap();
    let form = format!("id={}&version={}&name=值夜&active=1", night.id, night.version);
    admin.form("/admin/groups", &form).await;
    let page = admin.get("/admin/audit?subject=group").await.text;
    assert!(page.contains("组 修改 <strong>值夜</strong>"), "{page}");
    assert!(page.contains("<del>夜班</del> → <ins>值夜</ins>"), "{page}");
    let others = admin.get("/admin/audit?subject=policy").await.text;
    assert!(!others.contains("值夜") && others.contains("没有符合条件的记录"), "{others}");
}

async fn identifiers_are_shown_by_name(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let token =
        api.post("/api/v1/tokens", &json!({"name": "报表程序", "scopes": ["ticket.view"]})).await.json();
    let revoked = format!("/api/v1/tokens/{}", token["id"].as_str().unwrap());
    api.json(Method::DELETE, &revoked, &json!({})).await;
    let page = admin.get("/admin/audit?subject=token").await.text;
    assert_eq!(page.matches("<strong>报表程序</strong>").count(), 2, "made and revoked: {page}");
    let north = app.cast.north.as_str();
    let contract = json!({"organisation": north, "number": "C-7", "starts_on": "2026-01-01"});
    let made = api.post("/api/v1/contracts", &contract).await;
    assert_eq!(made.status, axum::http::StatusCode::CREATED, "{}", made.text);
    let page = admin.get("/admin/audit?subject=contract").await.text;
    assert!(page.contains("<strong>C-7</strong>") && page.contains("<ins>North</ins>"), "{page}");
    assert!(!page.contains(north), "{page}");
    let mut ids = Vec::new();
    for name in ["老张", "张工"] {
        let contact =
            api.post("/api/v1/contacts", &json!({"name": name, "organisation": north})).await.json();
        ids.push(contact["id"].as_str().unwrap().to_owned());
    }
    let merged = api.post(&format!("/api/v1/contacts/{}/merge", ids[0]), &json!({"into": ids[1]})).await;
    assert_eq!(merged.status, axum::http::StatusCode::OK, "{}", merged.text);
    let page = admin.get("/admin/audit?subject=contact").await.text;
    assert!(page.contains("<ins>张工</ins>") && !ids.iter().any(|id| page.contains(id)), "{page}");
    let before = api.get("/api/v1/roles/agent").await.json();
    let role = json!({"version": before["version"], "rights": ["ticket.view", "ticket.note"]});
    assert_eq!(api.json(Method::PUT, "/api/v1/roles/agent", &role).await.status, axum::http::StatusCode::OK);
    let page = admin.get("/admin/audit?subject=role").await.text;
    assert!(page.contains("<strong>客服</strong>") && page.contains("查看全部工单"), "{page}");
}

async fn codes_are_said_in_words_and_long_values_open(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let id = app.cast.staff_id("agent");
    let path = format!("/api/v1/staff/{id}");
    let version = api.get(&path).await.json()["version"].clone();
    let change =
        json!({"version": version, "role": "supervisor", "languages": ["zh-CN", "ja"], "active": false});
    assert_eq!(api.json(Method::PATCH, &path, &change).await.status, axum::http::StatusCode::OK);
    let contact = json!({"name": "老张", "organisation": app.cast.north, "sees": "own"});
    assert_eq!(api.post("/api/v1/contacts", &contact).await.status, axum::http::StatusCode::CREATED);
    let note = format!("{}末尾", "很长的说明".repeat(30));
    let noted = json!({"name": "长说明公司", "note": note});
    assert_eq!(api.post("/api/v1/organisations", &noted).await.status, axum::http::StatusCode::CREATED);
    let page = admin.get("/admin/audit").await.text;
    for said in ["<ins>主管</ins>", "<ins>中文, 日语</ins>", "<ins>已停用</ins>", "<ins>仅本人的工单</ins>"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    for code in [">supervisor<", ">true<", ">false<", ">own<"] {
        assert!(!page.contains(code), "{code}: {page}");
    }
    assert!(
        page.contains("\u{2026}</ins></summary>") && page.contains(&format!("<ins>{note}</ins></details>"))
    );
    let calendar = api.get("/api/v1/calendars/service").await.json();
    let copy = json!({"name": "又一个", "doc": calendar["doc"]});
    assert_eq!(api.post("/api/v1/calendars", &copy).await.status, axum::http::StatusCode::CREATED);
    let opened = admin.get("/admin/audit?subject=calendar").await.text;
    let rest = opened.split("<details class=\"rest\">").nth(1).expect("more than eight").to_owned();
    let (said, whole) = rest.split_once("</summary>").unwrap();
    let n: usize = said.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    assert_eq!(whole.split("</ul>").next().unwrap().matches("<li>").count(), n, "what it counts it shows");
    let newest = api.get("/api/v1/policies/t2").await.json();
    let steps = json!([{"milestone": "resolution", "offset_s": -3600, "action": "notify_lead", "level": 1}]);
    let doc = json!({"targets": newest["doc"]["targets"], "steps": steps});
    let body = json!({"rev": newest["rev"], "name": newest["name"], "doc": doc});
    let saved = api.json(Method::PUT, "/api/v1/policies/t2", &body).await;
    assert_eq!(saved.status, axum::http::StatusCode::OK, "{}", saved.text);
    let page = admin.get("/admin/audit?subject=policy").await.text;
    for raw in ["notify_", "offset_s", "steps.", "seconds", "doc "] {
        assert!(!page.contains(raw), "{raw}: {page}");
    }
}

async fn programs_are_told_that_a_side_may_be_null(app: TestApp) {
    let api = app.api().await;
    let made = api.post("/api/v1/groups", &json!({"name": "夜班"})).await;
    assert_eq!(made.status, axum::http::StatusCode::CREATED, "{}", made.text);
    let audit = api.get("/api/v1/audit").await.json();
    let line = audit["items"].as_array().unwrap().iter().find(|e| e["subject"] == "group").unwrap();
    assert!(line["before"].is_null() && line["after"].is_object(), "{line}");
    let document = api.get("/api/v1/openapi.json").await.json();
    for side in ["before", "after"] {
        let types = &document["components"]["schemas"]["AuditView"]["properties"][side]["type"];
        assert_eq!(types, &json!(["object", "null"]), "{side}");
    }
}
