//! The caller's kit: what a stranger prepares reaches whoever answers the telephone, and nobody else.

use axum::http::StatusCode;
use serde_json::json;
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        s1_13_what_was_prepared_fills_the_form,
        it_is_closed_until_it_is_opened,
        a_code_ends_with_its_day_and_with_its_ticket,
        guessing_is_slow,
        an_address_leaves_few_at_a_time,
        it_says_when_it_is_calm_and_how_long_one_waits,
        a_contact_sheet_leads_to_the_kit_of_its_product,
        s1_19_facts_that_are_asked_twice_are_counted,
        s1_57_the_portal_proposes_a_way_and_says_why,
    );
}

async fn open_kit(app: &TestApp) {
    let api = app.api().await;
    let kept = api.get("/api/v1/settings").await.json();
    let mut value = kept["settings"].clone();
    value["caller_kit"] = json!(true);
    let put = api
        .json(
            axum::http::Method::PUT,
            "/api/v1/settings",
            &json!({"version": kept["version"], "settings": value}),
        )
        .await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
}

/// What a stranger's browser is shown as the code.
async fn code(client: &Client, form: &str) -> String {
    let page = client.form("/kit", form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text.split("aria-label=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn s1_13_what_was_prepared_fills_the_form(app: TestApp) {
    open_kit(&app).await;
    let stranger = app.client();
    let page = stranger.get("/kit").await;
    assert!(page.status == StatusCode::OK && page.text.contains("服务时间"), "{}", page.text);
    let empty = stranger.form("/kit", "symptom=&system=Windows+10").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("value=\"Windows 10\""), "what was typed stays: {}", empty.text);
    let code = code(&stranger, "symptom=点击保存无响应&system=Windows+10&product_version=8.2").await;
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    let agent = app.signed_in("agent").await;
    let form =
        format!("title=保存&requester=x@y.example&system=typed&code={}+{}&fill=1", &code[..3], &code[3..]);
    let filled = agent.form("/tickets", &form).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.text);
    for said in [
        "点击保存无响应",
        "value=\"8.2\"",
        "value=\"typed\"",
        "value=\"保存\"",
        "data-filled=\"symptom product_version\"",
    ] {
        assert!(filled.text.contains(said), "{said}: {}", filled.text);
    }
    let read = app.api().await.get(&format!("/api/v1/pre-tickets/{code}")).await;
    assert_eq!(read.json()["facts"]["symptom"], "点击保存无响应", "{}", read.text);
}

async fn it_is_closed_until_it_is_opened(app: TestApp) {
    let stranger = app.client();
    assert_eq!(stranger.get("/kit").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.form("/kit", "symptom=x").await.status, StatusCode::NOT_FOUND);
    open_kit(&app).await;
    assert_eq!(stranger.get("/kit/no-such-product").await.status, StatusCode::NOT_FOUND);
}

async fn a_code_ends_with_its_day_and_with_its_ticket(app: TestApp) {
    open_kit(&app).await;
    let (api, stranger) = (app.api().await, app.client());
    let (used, old) = (code(&stranger, "symptom=a").await, code(&stranger, "symptom=b").await);
    let body = json!({"title": "t", "requester": "x@y.example", "code": used});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::CREATED);
    let gone = api.get(&format!("/api/v1/pre-tickets/{used}")).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", gone.text);
    app.sleep_through(86_399);
    assert_eq!(api.get(&format!("/api/v1/pre-tickets/{old}")).await.status, StatusCode::OK);
    app.sleep_through(1);
    assert_eq!(api.get(&format!("/api/v1/pre-tickets/{old}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    aftercare::keep_house(&app.desk, &app.files).await.unwrap();
    let left = app.desk.read(move |r| Ok(store::kit::one(r, &old)?)).await.unwrap();
    assert_eq!(left, None);
}

async fn guessing_is_slow(app: TestApp) {
    open_kit(&app).await;
    let right = code(&app.client(), "symptom=a").await;
    let agent = app.signed_in("agent").await;
    let guess = |code: String| {
        let agent = &agent;
        async move { agent.form("/tickets", &format!("code={code}&fill=1")).await }
    };
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let answer = guess(wrong.to_owned()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("没有这个号码"), "{}", answer.text);
    }
    assert_eq!(guess(right.clone()).await.status, StatusCode::TOO_MANY_REQUESTS, "also the right one");
    app.sleep_through(31);
    assert_eq!(guess(right).await.status, StatusCode::OK);
}

async fn an_address_leaves_few_at_a_time(app: TestApp) {
    open_kit(&app).await;
    let stranger = app.client();
    for _ in 0..10 {
        code(&stranger, "symptom=a").await;
    }
    assert_eq!(stranger.form("/kit", "symptom=a").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.sleep_through(3_601);
    code(&stranger, "symptom=a").await;
}

async fn it_says_when_it_is_calm_and_how_long_one_waits(app: TestApp) {
    open_kit(&app).await;
    let api = app.api().await;
    let few = app.client().get("/kit").await.text;
    assert!(few.contains("此时段的记录只有 0 件") && !few.contains("class=\"heat"), "{few}");
    for n in 1..=3 {
        let made = api
            .post(
                "/api/v1/tickets",
                &json!({"title": "t", "requester": "ben@north.example", "channel": "mail"}),
            )
            .await;
        let number = made.json()["number"].as_str().unwrap().to_owned();
        app.advance(60 * n).await;
        api.post(&format!("/api/v1/tickets/{number}/messages"), &json!({"body": "x"})).await;
    }
    // What came is read again every ten minutes.
    app.advance(600).await;
    let known = app.client().get("/kit").await.text;
    assert!(known.contains("通常 2 分") && known.contains("此时段 3 件的中位数"), "{known}");
    assert!(known.contains("最忙的是周四 10:00"), "{known}");
    assert!(
        known.contains("heat-4\">忙</td>") && known.contains("heat-0\">空</td>"),
        "also in words: {known}"
    );
    app.advance(10 * 3_600).await;
    assert!(app.client().get("/kit").await.text.contains("现在不在服务时间内"));
}

async fn a_contact_sheet_leads_to_the_kit_of_its_product(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let saved = admin.form("/admin/products", "id=&version=0&name=BIM&modules=").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let id = app.desk.read(|r| Ok(store::directory::products(r)?)).await.unwrap().remove(0).id;
    let sheet = format!("/admin/products/{id}/sheet");
    let code = format!("/kit/{id}/qr.svg");
    assert!(admin.get(&sheet).await.text.contains("没有二维码"));
    assert_eq!(app.client().get(&code).await.status, StatusCode::NOT_FOUND);
    open_kit(&app).await;
    let page = admin.get(&sheet).await.text;
    assert!(page.contains(&code) && page.contains(&format!("http://desk.example/kit/{id}")), "{page}");
    let picture = app.client().get(&code).await;
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    assert!(picture.text.contains("<svg"), "{}", picture.text);
    assert!(app.client().get(&format!("/kit/{id}")).await.text.contains("BIM"));
    assert_eq!(app.signed_in("agent").await.get(&sheet).await.status, StatusCode::FORBIDDEN);
}

async fn s1_19_facts_that_are_asked_twice_are_counted(app: TestApp) {
    let api = app.api().await;
    let mut numbers = Vec::new();
    for who in ["ann@north.example", "ben@north.example"] {
        let body = json!({"title": "t", "requester": who, "facts": {"symptom": "a", "system": "Windows"}});
        numbers.push(api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned());
    }
    let edit = |n: usize, facts: serde_json::Value| {
        let (api, path) = (&api, format!("/api/v1/tickets/{}", numbers[n]));
        async move { api.json(axum::http::Method::PATCH, &path, &json!({"facts": facts})).await }
    };
    edit(0, json!({"symptom": "b", "system": "Windows 10"})).await;
    // What was empty was not asked before.
    edit(1, json!({"symptom": "a", "system": "Windows", "version": "8"})).await;
    let report = api.get("/api/v1/reports/repeats?by=contact").await.json();
    let count = |figures: &serde_json::Value, column: &str| figures[column]["value"].as_f64();
    let row = |label: &str| {
        let rows = report["items"].as_array().unwrap();
        rows.iter().find(|r| r["label"] == label).unwrap()["figures"].clone()
    };
    assert_eq!(count(&row("ann"), "facts_again"), Some(2.0), "{report}");
    assert_eq!(count(&row("ben"), "facts_again"), Some(0.0), "{report}");
    assert_eq!(count(&report["total"], "asked_again"), Some(1.0), "{report}");
    let page = app.signed_in("boss").await.get("/reports/repeats?by=contact").await.text;
    assert!(page.contains("重复询问") && page.contains(">ann<"), "{page}");
}

async fn s1_57_the_portal_proposes_a_way_and_says_why(app: TestApp) {
    let ann = app.signed_in("ann@north.example").await;
    let best = |page: &str| page.split("建议：").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
    for (query, door, why) in [
        ("", "填写表单", "有编号可查"),
        ("?kind=fault&complexity=complex", "预约回电", "说比写清楚"),
        ("?kind=fault&complexity=complex&stopped=1", "填写表单", "工作已停止"),
        ("?kind=change&complexity=complex", "填写表单", "写下来"),
    ] {
        let page = ann.get(&format!("/portal/new{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let said = best(&page.text);
        assert!(said.contains(door) && said.contains(why), "{query}: {said}");
    }
    // What was answered above stands in the form below, and a call is asked for once there is a case.
    let page = ann.get("/portal/new?kind=change&stopped=1").await.text;
    assert!(page.contains("name=\"stopped\" value=\"1\" checked"), "{page}");
    let made = ann.form("/portal/new", "title=t&kind=fault&call=1").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    assert!(made.location.ends_with("/appointments"), "{}", made.location);
    // Where somebody takes chats, what stops work is said there.
    let _agent = crate::chat::opened(&app).await;
    let page = ann.get("/portal/new?kind=fault&complexity=complex&stopped=1").await.text;
    assert!(best(&page).contains("在线客服") && best(&page).contains("/chat/frame"), "{}", best(&page));
}
