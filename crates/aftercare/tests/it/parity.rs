//! Holiday response as on workdays (S2-53): a contract promises it, the coming holidays are checked against the rota.

use axum::http::{Method, StatusCode};
use desk::oncall::{confirm_phone, save_rota};
use serde_json::{Value, json};
use testkit::TestApp;

use super::oncall::{OPERATOR, rota, staff};

mod engines {
    testkit::on_both_engines!(
        a_contract_promises_parity_and_says_so,
        s2_53_holidays_are_checked_against_the_promise,
    );
}

async fn contract(app: &TestApp, more: Value) -> Value {
    let mut body = json!({"number": "HT-1", "organisation": app.cast.north, "starts_on": "2026-01-01"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.api().await.post("/api/v1/contracts", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

async fn a_contract_promises_parity_and_says_so(app: TestApp) {
    let made = contract(&app, json!({})).await;
    assert_eq!(made["parity"], false);
    let (id, boss) = (made["id"].as_str().unwrap(), app.signed_in("admin").await);
    let path = format!("/customers/contracts/{id}");
    let north = &app.cast.north;
    let form = format!("version=1&organisation={north}&number=HT-1&starts_on=2026-01-01&parity=1");
    assert_eq!(boss.form(&path, &form).await.status, StatusCode::SEE_OTHER);
    let api = app.api().await;
    assert_eq!(api.get(&format!("/api/v1/contracts/{id}")).await.json()["parity"], true);
    let word = "节假日响应与工作日一致";
    for page in [path.clone(), format!("/customers/{north}")] {
        assert!(boss.get(&page).await.text.contains(word), "{page}");
    }
    assert!(boss.get("/customers/contracts/export/csv").await.text.contains(word));
    let theirs = app.signed_in("ann@north.example").await.get("/portal/promises").await.text;
    assert!(theirs.contains("本合同承诺：节假日响应时间与工作日一致"), "{theirs}");
    let audit = boss.get("/admin/audit?subject=contract").await.text;
    assert!(audit.contains(word), "{audit}");
    let body = json!({"version": 2, "parity": false});
    let back = api.json(Method::PATCH, &format!("/api/v1/contracts/{id}"), &body).await;
    assert_eq!((back.status, &back.json()["parity"]), (StatusCode::OK, &json!(false)));
    let theirs = app.signed_in("ann@north.example").await.get("/portal/promises").await.text;
    assert!(!theirs.contains("本合同承诺"), "{theirs}");
}

async fn s2_53_holidays_are_checked_against_the_promise(app: TestApp) {
    let row = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    let api = app.api().await;
    let checked = async || {
        let path = format!("/api/v1/on-call/rotas/{}/holidays", row.id);
        app.api().await.get(&path).await.json()["parity"].clone()
    };
    assert_eq!(checked().await, Value::Null, "nobody was promised it");
    let ended = contract(&app, json!({"number": "HT-0", "ends_on": "2026-09-24", "parity": true})).await;
    assert_eq!(checked().await, Value::Null, "it has ended before the holidays");
    let made = contract(&app, json!({"parity": true})).await;
    let found = checked().await;
    assert_eq!((&found["holds"], &found["contracts"]), (&json!(false), &json!([made["id"]])));
    assert_eq!(found["weak"][0]["lack"], "duty");
    assert_ne!(ended["id"], made["id"]);
    app.drain().await;
    let boss = app.signed_in("boss").await;
    let told = boss.get("/notices").await.text;
    assert!(told.contains("有 1 份合同承诺的节假日响应不能保障"), "{told}");
    for page in ["/on-call".to_owned(), format!("/on-call/rotas/{}/holiday", row.id)] {
        let page = boss.get(&page).await.text;
        assert!(page.contains("目前的排班不能保障") && page.contains("HT-1"), "{page}");
        assert!(page.contains("没有同时排上值班和备班"), "why, and what to do: {page}");
    }
    for login in ["agent", "colleague"] {
        let path = format!("/api/v1/staff/{}", staff(&app, login));
        let version = api.get(&path).await.json()["version"].clone();
        let body = json!({"version": version, "phone": "13900020001"});
        assert_eq!(api.json(Method::PATCH, &path, &body).await.status, StatusCode::OK);
        confirm_phone(&app.desk, app.cast.staff(login), staff(&app, login)).await.unwrap();
    }
    assert_eq!((checked().await["holds"].clone(), checked().await["weak"].clone()), (json!(true), json!([])));
    assert!(boss.get("/on-call").await.text.contains("目前的排班可以保障"));
    // What holds for two rotas alike is said once.
    let group = api.post("/api/v1/groups", &json!({"name": "deep", "members": []})).await.json();
    let mut second = rota(&app, &["agent", "colleague"]);
    second.name = "二线值班".to_owned();
    second.doc.groups.insert(group["id"].as_str().unwrap().into());
    save_rota(&app.desk, &OPERATOR, second).await.unwrap();
    let page = boss.get("/on-call").await.text;
    assert_eq!(page.matches("HT-1").count(), 1, "{page}");
}
