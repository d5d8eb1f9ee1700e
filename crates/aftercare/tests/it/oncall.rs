//! On-call: a rota is saved, people are put in and go on leave, and a page reaches who is on call, with the reason.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use desk::oncall::{cancel_leave, confirm_phone, go_on_leave, put_in, save_rota, take_out};
use domain::access::{Actor, System};
use domain::id::StaffId;
use domain::oncall::{Drafts, LayerDays, LayerDoc, Leave, Override, RotaDoc, RotaState, Seat, ShiftUnit};
use domain::time::{Timestamp, plus_seconds};
use jiff::civil::date;
use serde_json::{Value, json};
use store::oncall::RotaRow;
use testkit::TestApp;

use super::escalation::{steps, told, urgent};

mod engines {
    testkit::on_both_engines!(
        a_rota_is_checked_kept_and_audited,
        a_page_reaches_who_is_on_call_and_says_why,
        a_rota_with_a_hole_calls_its_owner_and_the_supervisors,
        people_go_on_leave_and_are_put_in,
        programs_do_all_of_it_and_the_month_shows_it,
    );
}

pub(crate) const OPERATOR: Actor = Actor::System(System::Operator);
const HOUR: i64 = 3600;

pub(crate) fn rota(app: &TestApp, order: &[&str]) -> RotaRow {
    let layer = LayerDoc {
        name: "周值班".to_owned(),
        seat: Seat::Primary,
        days: LayerDays::All,
        time_zone: "Asia/Shanghai".to_owned(),
        order: order.iter().map(|p| staff(app, p)).collect(),
        handoff_day: "mon".to_owned(),
        handoff_at: "09:00".to_owned(),
        every: 1,
        unit: ShiftUnit::Weeks,
        starts_on: date(2020, 1, 6),
        windows: Vec::new(),
    };
    let doc = RotaDoc {
        calendar: "service".into(),
        groups: BTreeSet::new(),
        layers: vec![layer],
        fallback: None,
        owner: staff(app, "admin"),
        confirm_within_min: None,
    };
    RotaRow {
        id: "".into(),
        name: "一线值班".to_owned(),
        rev: 0,
        doc,
        state: RotaState::InForce,
        drafts: Drafts::default(),
    }
}

pub(crate) fn staff(app: &TestApp, login: &str) -> StaffId {
    app.cast.staff_id(login).as_str().into()
}

async fn a_rota_is_checked_kept_and_audited(app: TestApp) {
    let mut bad = rota(&app, &["agent"]);
    bad.doc.layers[0].every = 0;
    let refused = save_rota(&app.desk, &OPERATOR, bad).await;
    assert!(format!("{refused:?}").contains("layers.0.every"), "{refused:?}");
    let mut bad = rota(&app, &["agent"]);
    bad.doc.layers[0].order.push("nobody".into());
    let refused = save_rota(&app.desk, &OPERATOR, bad).await;
    assert!(format!("{refused:?}").contains("layers.0.order"), "{refused:?}");

    let saved = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    assert_eq!(saved.rev, 1);
    let again =
        save_rota(&app.desk, &OPERATOR, RotaRow { name: "夜班".into(), ..saved.clone() }).await.unwrap();
    assert_eq!((again.rev, again.id == saved.id), (2, true));
    let stale = save_rota(&app.desk, &OPERATOR, saved).await;
    assert!(matches!(stale, Err(desk::Error::Stale { .. })), "{stale:?}");
    let audit = app.api().await.get("/api/v1/audit").await.json();
    let of_rotas: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().filter(|e| e["subject"] == "rota").collect();
    assert_eq!((of_rotas.len(), &of_rotas[0]["after"]["name"]), (2, &json!("夜班")));
}

/// Makes the second missed report of an urgent ticket call, and lets it come.
pub(crate) async fn page(app: &TestApp) -> (String, Value) {
    steps(app, json!([{"milestone": "update", "missed": 2, "action": "page_on_call"}])).await;
    let number = urgent(app).await;
    app.advance(HOUR + 1).await;
    let paged = told(app, &number, "paged").await;
    (number, paged[0]["change"]["called"].clone())
}

fn away(app: &TestApp, login: &str, from: Timestamp) -> Leave {
    Leave { person: staff(app, login), from, until: plus_seconds(from, 48 * HOUR) }
}

async fn a_page_reaches_who_is_on_call_and_says_why(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["colleague"])).await.unwrap();
    let (number, called) = page(&app).await;
    let colleague = staff(&app, "colleague");
    assert_eq!(
        called,
        json!({"rota": "一线值班", "person": colleague, "because": {"kind": "turn", "layer": "周值班"}})
    );
    let theirs = app.signed_in("colleague").await.get("/notices").await.text;
    assert!(theirs.contains("呼叫值班") && theirs.contains("“周值班”轮到值班"), "{theirs}");
    let boss = app.signed_in("boss").await.get("/notices").await.text;
    assert!(!boss.contains("呼叫值班"), "only who is on call: {boss}");
    let shown = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    assert!(shown.contains("一线值班") && shown.contains("“周值班”轮到值班"), "{shown}");
}

async fn a_rota_with_a_hole_calls_its_owner_and_the_supervisors(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["colleague"])).await.unwrap();
    go_on_leave(&app.desk, &OPERATOR, away(&app, "colleague", app.now()), "年假".into()).await.unwrap();
    let (_, called) = page(&app).await;
    assert_eq!((&called["person"], &called["alarm"]), (&json!(staff(&app, "admin")), &json!(true)));
    for login in ["admin", "boss"] {
        let notices = app.signed_in(login).await.get("/notices").await.text;
        assert!(notices.contains("无人可值班"), "{login}: {notices}");
    }
}

async fn people_go_on_leave_and_are_put_in(app: TestApp) {
    let row = save_rota(&app.desk, &OPERATOR, rota(&app, &["colleague", "agent"])).await.unwrap();
    let now = app.now();
    let put = Override {
        seat: Seat::Primary,
        person: staff(&app, "boss"),
        from: now,
        until: plus_seconds(now, 8 * HOUR),
        swap: false,
    };
    let bad = Override { until: now, ..put.clone() };
    let refused = put_in(&app.desk, &OPERATOR, row.id.clone(), bad, String::new()).await;
    assert!(format!("{refused:?}").contains("until"), "{refused:?}");
    let over = Override { from: plus_seconds(now, -2 * HOUR), until: now, ..put.clone() };
    let refused = put_in(&app.desk, &OPERATOR, row.id.clone(), over, String::new()).await;
    assert!(format!("{refused:?}").contains("past"), "who had it is history: {refused:?}");
    let kept = put_in(&app.desk, &OPERATOR, row.id.clone(), put, "临时".into()).await.unwrap();
    let leave = go_on_leave(&app.desk, &OPERATOR, away(&app, "colleague", now), String::new()).await.unwrap();
    // The same once more is refused, not kept twice.
    let again = put_in(&app.desk, &OPERATOR, row.id.clone(), kept.put.clone(), String::new()).await;
    assert!(format!("{again:?}").contains("already_there"), "{again:?}");
    let again = go_on_leave(&app.desk, &OPERATOR, away(&app, "colleague", now), "x".into()).await;
    assert!(format!("{again:?}").contains("already_there"), "{again:?}");
    // Who was put in from now on is held back, and the rota is named.
    let api = app.api().await;
    let path = format!("/api/v1/staff/{}", staff(&app, "boss"));
    let off = json!({"version": api.get(&path).await.json()["version"], "active": false});
    let held = api.json(Method::PATCH, &path, &off).await.json();
    assert_eq!(
        held["fields"][0],
        json!({"field": "active", "issue": "on_duty", "names": [row.name]}),
        "{held}"
    );
    // The person's page lists it: where, as what, until when, why.
    let shown = app.signed_in("admin").await.get(&format!("/admin/staff/{}", staff(&app, "boss"))).await.text;
    let line = shown.split("已为此人安排的调班").nth(1).unwrap_or_default().split("</ul>").next().unwrap();
    for part in [row.name.as_str(), "· 值班 ·", "临时", "/on-call?month=2026-"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    confirm_phone(&app.desk, &OPERATOR, staff(&app, "colleague")).await.unwrap_err();

    let (_, called) = page(&app).await;
    assert_eq!(called["because"], json!({"kind": "override"}));
    take_out(&app.desk, &OPERATOR, kept.id.clone()).await.unwrap();
    let twice = take_out(&app.desk, &OPERATOR, kept.id).await;
    assert!(matches!(twice, Err(desk::Error::NotFound)), "{twice:?}");
    let (_, called) = page(&app).await;
    assert_eq!(called["person"], json!(staff(&app, "agent")));
    cancel_leave(&app.desk, &OPERATOR, leave.id).await.unwrap();
}

async fn programs_do_all_of_it_and_the_month_shows_it(app: TestApp) {
    let api = app.api().await;
    let mut doc = json!(rota(&app, &["colleague", "agent"]).doc);
    let mut bad = doc.clone();
    (bad["layers"][0]["order"], bad["layers"][0]["handoff_at"]) = (json!([]), json!("25:00"));
    bad["owner"] = json!("nobody");
    let title =
        api.post("/api/v1/on-call/rotas", &json!({"name": "x", "doc": bad})).await.json()["title"].clone();
    let said = "班层 · 第 1 条 · 轮值顺序：必填；班层 · 第 1 条 · 交接的时刻：不是时刻，请写成 09:00；负责人：不存在";
    assert_eq!(title, said);
    let made = api.post("/api/v1/on-call/rotas", &json!({"name": "一线值班", "doc": doc})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/on-call/rotas/{id}");
    doc["layers"][0]["windows"] = json!([["09:00", "21:00"]]);
    let body = json!({"name": "一线值班", "rev": 1, "doc": doc});
    assert_eq!(api.json(Method::PUT, &path, &body).await.status, StatusCode::OK);
    assert_eq!(api.json(Method::PUT, &path, &body).await.status, StatusCode::CONFLICT);
    assert_eq!(api.get("/api/v1/on-call/rotas").await.json()["items"][0]["rev"], 2);

    // 1 October 2026 is a Thursday of an odd week of the rota.
    let span = "from=2026-10-01T01:00:00Z&until=2026-10-02T01:00:00Z";
    let seen = api.get(&format!("{path}/shifts?{span}")).await.json();
    let first = seen["shifts"][0]["primary"]["person"].as_str().unwrap().to_owned();
    let issues: Vec<&str> =
        seen["findings"].as_array().unwrap().iter().map(|f| f["issue"].as_str().unwrap()).collect();
    assert_eq!(issues, ["no_phone", "no_phone", "nobody", "nobody"]);
    let away = json!({"person": first, "from": "2026-10-01T00:00:00Z", "until": "2026-10-02T00:00:00Z"});
    let leave = api.post("/api/v1/on-call/leaves", &away).await;
    assert_eq!(leave.status, StatusCode::CREATED, "{}", leave.text);
    let boss = app.cast.staff_id("boss");
    let put = json!({"seat": "primary", "person": boss, "from": "2026-10-01T04:00:00Z",
        "until": "2026-10-01T05:00:00Z", "note": "临时"});
    let put = api.post(&format!("{path}/overrides"), &put).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.text);
    let at = |at: &str| format!("/api/v1/on-call?at=2026-10-01T{at}:00Z");
    let now = api.get(&at("04:30")).await.json();
    assert_eq!(now["items"][0]["primary"], json!({"person": boss, "because": {"kind": "override"}}));
    let now = api.get(&at("06:00")).await.json();
    assert_eq!(now["items"][0]["primary"]["because"]["passed"], json!([first]));

    let page = app.signed_in("boss").await.get("/on-call?month=2026-10").await.text;
    for shown in
        ["一线值班", "10-01 周四", "12:00–13:00", "临时调班", "休假、已有值班或须回避", "无人", "10-10 周六"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let gone = format!("/api/v1/on-call/overrides/{}", put.json()["id"].as_str().unwrap());
    assert_eq!(api.json(Method::DELETE, &gone, &json!({})).await.status, StatusCode::NO_CONTENT);
    let gone = format!("/api/v1/on-call/leaves/{}", leave.json()["id"].as_str().unwrap());
    assert_eq!(api.json(Method::DELETE, &gone, &json!({})).await.status, StatusCode::NO_CONTENT);
}
