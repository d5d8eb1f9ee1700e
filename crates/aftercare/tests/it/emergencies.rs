//! Emergency mode from the switch to the review, on pages and by the API, and what strangers see of it: nothing.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        s2_101_from_the_switch_to_the_review,
        s2_103_the_affected_see_it_and_nobody_else,
        pages_do_what_the_api_does,
        roles_write_and_owners_report_but_only_leaders_lead,
        what_is_wrong_is_refused,
        a_refused_form_comes_back_without_a_script,
        lists_are_filtered_paged_and_exported,
        two_who_edit_the_same_part_see_both,
        what_is_said_to_everybody_reaches_who_asked_by_letter,
    );
}

async fn case(app: &TestApp) -> String {
    let body = json!({"title": "填报系统无法保存", "requester": "ben@north.example", "severity": "urgent", "level": 1});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

fn id(app: &TestApp, login: &str) -> String {
    app.cast.staff_id(login).as_str().to_owned()
}

/// The answer to a verb of a ticket's emergency.
async fn verb(api: &Client, number: &str, how: (Method, &str), body: Value) -> testkit::Answer {
    api.json(how.0, &format!("/api/v1/tickets/{number}/emergency{}", how.1), &body).await
}

async fn good(api: &Client, number: &str, how: (Method, &str), body: Value) -> Value {
    let answer = verb(api, number, how.clone(), body).await;
    assert_eq!(answer.status, StatusCode::OK, "{how:?}: {}", answer.text);
    answer.json()
}

async fn refused(api: &Client, number: &str, how: (Method, &str), body: Value) -> String {
    let answer = verb(api, number, how.clone(), body).await;
    assert!(answer.status.is_client_error(), "{how:?}: {}", answer.text);
    answer.json()["type"].as_str().unwrap().trim_start_matches("about:blank#").to_owned()
}

async fn started(app: &TestApp, number: &str) -> Value {
    let south = app.cast.south.as_str();
    let body = json!({"title": "填报服务中断", "impact": "进度填报", "commander": id(app, "senior"),
        "organisations": [south], "reason": "数据写入失败"});
    good(&app.api().await, number, (Method::POST, ""), body).await
}

async fn s2_101_from_the_switch_to_the_review(app: TestApp) {
    let (api, number) = (app.api().await, case(&app).await);
    let e = started(&app, &number).await;
    assert_eq!((&e["state"], &e["organisations"].as_array().unwrap().len()), (&json!("running"), &2));
    for login in ["boss", "senior"] {
        let notices = app.signed_in(login).await.get("/notices").await.text;
        assert!(notices.contains("启动应急处理：填报服务中断"), "{login}: {notices}");
    }
    let roles =
        json!({"commander": id(&app, "senior"), "roles": [{"role": "沟通", "person": id(&app, "agent")}]});
    good(&api, &number, (Method::PUT, "/staffing"), roles).await;
    let plan = json!({"text": "离线填报", "state": "planned", "promised_at": "2026-09-24T03:00:00Z"});
    good(&api, &number, (Method::PUT, "/plan"), plan).await;
    let report = json!({"text": "正在切换备机", "public": true, "next_report_at": "2026-09-24T02:30:00Z"});
    let e = good(&api, &number, (Method::POST, "/entries"), report).await;
    assert_eq!(e["next_report_at"], "2026-09-24T02:30:00Z");
    is_answered(&api, &number).await;
    let told = app.signed_in("agent").await.get("/notices").await.text;
    assert!(told.contains("应急通报：正在切换备机"), "{told}");
    assert_eq!(
        refused(&api, &number, (Method::POST, "/completion"), json!({})).await,
        "refused.emergency_running"
    );
    app.advance(3600).await;
    let e = good(&api, &number, (Method::POST, "/end"), json!({"text": "已切换备机"})).await;
    assert_eq!(
        (&e["state"], &e["owes_review"], &e["plan"]["state"]),
        (&json!("ended"), &json!(true), &json!("ended"))
    );
    assert_eq!(
        refused(&api, &number, (Method::POST, "/completion"), json!({})).await,
        "refused.needs_review"
    );
    let owing = api.get("/api/v1/emergencies?state=owes_review").await.json();
    assert_eq!(owing["items"][0]["number"], json!(number));
    good(&api, &number, (Method::PUT, "/review"), json!({"causes": "磁盘写满", "lessons": "缺少容量告警"}))
        .await;
    let measure = json!({"what": "容量告警", "owner": id(&app, "colleague"), "due_on": "2026-10-15"});
    good(&api, &number, (Method::POST, "/measures"), measure).await;
    let e = good(&api, &number, (Method::POST, "/completion"), json!({})).await;
    assert_eq!((&e["state"], &e["measures"][0]["done_at"]), (&json!("finished"), &Value::Null));
    assert_eq!(api.get("/api/v1/emergencies?state=owes_review").await.json()["items"], json!([]));
    // Measures take their time, the rest is closed.
    let done = json!({"no": 1, "what": "容量告警", "owner": id(&app, "colleague"), "due_on": "2026-10-15", "done": true, "effect": "80% 时告警"});
    let e = good(&api, &number, (Method::POST, "/measures"), done).await;
    assert_eq!(e["measures"][0]["effect"], "80% 时告警");
    let late = json!({"text": "x"});
    assert_eq!(refused(&api, &number, (Method::POST, "/entries"), late).await, "refused.emergency_finished");
    // Every change is an event of the ticket.
    let events = api.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.text;
    for what in ["started", "staffed", "planned", "posted", "ended", "reviewed", "measured", "finished"] {
        assert!(events.contains(&format!("\"what\":\"{what}\"")), "{what}: {events}");
    }
    let page = app.signed_in("boss").await.get(&format!("/tickets/{number}/emergency")).await.text;
    for said in ["磁盘写满", "缺少容量告警", "80% 时告警", "已办结"] {
        assert!(page.contains(said), "{said}");
    }
    let ticket = app.signed_in("boss").await.get(&format!("/tickets/{number}")).await.text;
    assert!(ticket.contains("应急处理 · 已办结"), "the ticket leads to it");
}

/// What everybody may read is a first response (K4).
async fn is_answered(api: &Client, number: &str) {
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    let response = t["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap();
    assert_eq!((&response["state"], &t["status"]), (&json!("met"), &json!("open")), "{t}");
}

async fn s2_103_the_affected_see_it_and_nobody_else(app: TestApp) {
    let (api, number) = (app.api().await, case(&app).await);
    let eve = app.signed_in("eve@south.example").await;
    assert!(!eve.get("/portal").await.text.contains("应急通报"));
    let e = started(&app, &number).await;
    let address = format!("/portal/emergencies/{}", e["id"].as_str().unwrap());
    good(&api, &number, (Method::POST, "/entries"), json!({"text": "INTERNAL 怀疑磁盘"})).await;
    let public = json!({"text": "备机已就绪", "public": true, "next_report_at": "2026-09-24T02:30:00Z"});
    good(&api, &number, (Method::POST, "/entries"), public).await;
    let plan = json!({"text": "离线填报", "state": "planned", "promised_at": "2026-09-24T03:00:00Z"});
    good(&api, &number, (Method::PUT, "/plan"), plan).await;
    // An affected customer who has no case: a banner, and the page without what is the house's own.
    assert!(eve.get("/portal").await.text.contains(&address));
    let page = eve.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    for said in ["填报服务中断", "备机已就绪", "离线填报", "今天 11:00", "下次通报 今天 10:30 前", "准备中"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    for kept in ["INTERNAL", "数据写入失败", &*number, "senior"] {
        assert!(!page.text.contains(kept), "{kept}");
    }
    assert_eq!(eve.get(&format!("/portal/cases/{number}")).await.status, StatusCode::NOT_FOUND);
    // The reporter, who sees his own cases only, reads it in his case, too.
    let ben = app.signed_in("ben@north.example").await;
    assert!(ben.get(&address).await.text.contains(&number));
    let own = ben.get(&format!("/portal/cases/{number}")).await.text;
    assert!(own.contains("备机已就绪") && !own.contains("INTERNAL") && !own.contains("数据写入失败"));
    // Who is not affected any more is a stranger: no banner, no page.
    good(&api, &number, (Method::PUT, "/description"), json!({"organisations": []})).await;
    assert_eq!(eve.get(&address).await.status, StatusCode::NOT_FOUND);
    assert!(!eve.get("/portal").await.text.contains("应急通报"));
    assert_eq!(ben.get(&address).await.status, StatusCode::OK, "the ticket's own customer stays");
    assert_eq!(app.client().get(&address).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        app.signed_in("boss").await.get(&address).await.status,
        StatusCode::NOT_FOUND,
        "a customer's page"
    );
    // Over: the page stays, the banner goes.
    good(&api, &number, (Method::POST, "/end"), json!({"text": "已恢复"})).await;
    assert!(ben.get(&address).await.text.contains("已恢复"));
    assert!(!ben.get("/portal").await.text.contains(&address));
}

async fn pages_do_what_the_api_does(app: TestApp) {
    let number = case(&app).await;
    let boss = app.signed_in("boss").await;
    let at = format!("/tickets/{number}/emergency");
    let post = async |part: &str, body: &str| {
        let answer = boss.form(&format!("{at}{part}"), body).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (StatusCode::SEE_OTHER, at.as_str()),
            "{part}: {}",
            answer.text
        );
    };
    assert!(boss.get(&at).await.text.contains("本单没有启动应急处理"));
    post("", "title=中断&reason=写入失败").await;
    post("/removal", "").await;
    post("", "title=中断&reason=写入失败").await;
    let south = app.cast.south.as_str();
    post("/description", "title=中断二&impact=填报&organisation=South").await;
    let agent = id(&app, "agent");
    post(
        "/staffing",
        &format!("commander={agent}&r.0.role=现场&r.0.person={agent}&r.1.role=沟通&r.1.person="),
    )
    .await;
    post("/entries", "text=到场&public=1&next_report_at=2026-09-24T10:30").await;
    post("/plan", "text=离线&state=planned&promised_at=2026-09-24T11:00").await;
    post("/end", "text=恢复").await;
    post("/end/removal", "").await;
    post("/end", "text=恢复").await;
    post("/review", "causes=磁盘&lessons=告警").await;
    post("/measures", &format!("what=扩容&owner={agent}&due_on=2026-10-15")).await;
    post("/completion", "").await;
    let e = app.api().await.get(&format!("/api/v1/tickets/{number}/emergency")).await.json();
    assert_eq!(
        (&e["state"], &e["title"], &e["roles"], &e["measures"][0]["what"]),
        (&json!("finished"), &json!("中断二"), &json!([{"role": "现场", "person": agent}]), &json!("扩容"))
    );
    assert!(e["organisations"].as_array().unwrap().contains(&json!(south)));
    assert_eq!(e["plan"]["promised_at"], "2026-09-24T03:00:00Z", "times of forms are the house's");
    for page in [at.as_str(), "/emergencies", "/emergencies/measures"] {
        let shown = boss.get(page).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.text.contains("扩容") || shown.text.contains("中断二"), "{page}");
    }
}

async fn roles_write_and_owners_report_but_only_leaders_lead(app: TestApp) {
    let (api, number) = (app.api().await, case(&app).await);
    let at = format!("/tickets/{number}/emergency");
    let agent = app.signed_in("agent").await;
    assert_eq!(agent.form(&at, "title=t&reason=x").await.status, StatusCode::FORBIDDEN);
    started(&app, &number).await;
    assert_eq!(agent.form(&format!("{at}/entries"), "text=x").await.status, StatusCode::FORBIDDEN);
    let roles =
        json!({"commander": id(&app, "senior"), "roles": [{"role": "现场", "person": id(&app, "agent")}]});
    good(&api, &number, (Method::PUT, "/staffing"), roles).await;
    assert_eq!(agent.form(&format!("{at}/entries"), "text=x").await.status, StatusCode::SEE_OTHER);
    assert_eq!(agent.form(&format!("{at}/end"), "text=x").await.status, StatusCode::FORBIDDEN);
    let commander = json!({"commander": id(&app, "agent"), "roles": []});
    good(&api, &number, (Method::PUT, "/staffing"), commander).await;
    assert_eq!(agent.form(&format!("{at}/end"), "text=x").await.status, StatusCode::SEE_OTHER);
    let owner = id(&app, "colleague");
    let measure = json!({"what": "扩容", "owner": owner, "due_on": "2026-10-15"});
    good(&api, &number, (Method::POST, "/measures"), measure).await;
    let colleague = app.signed_in("colleague").await;
    let mine = |due: &str| format!("no=1&what=扩容&owner={owner}&due_on={due}&done=1&effect=未再发生");
    let measures = format!("{at}/measures");
    assert_eq!(
        colleague.form(&measures, &mine("2026-12-31")).await.status,
        StatusCode::FORBIDDEN,
        "not the day"
    );
    assert_eq!(colleague.form(&measures, &mine("2026-10-15")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        colleague.form(&measures, &format!("what=y&owner={owner}&due_on=2026-10-15")).await.status,
        StatusCode::FORBIDDEN
    );
}

async fn what_is_wrong_is_refused(app: TestApp) {
    let (api, number) = (app.api().await, case(&app).await);
    let no = async |how: (Method, &str), body: Value, word: &str| {
        assert_eq!(refused(&api, &number, how, body).await, word);
    };
    no((Method::POST, "/entries"), json!({"text": "x"}), "refused.no_emergency").await;
    no((Method::POST, ""), json!({"reason": "x", "commander": "nobody"}), "invalid").await;
    no((Method::POST, ""), json!({"reason": "x", "organisations": ["nowhere"]}), "invalid").await;
    started(&app, &number).await;
    no((Method::PUT, "/plan"), json!({"text": "x", "state": "soon"}), "invalid").await;
    let measure =
        |no: u32, due: &str| json!({"no": no, "what": "x", "owner": id(&app, "agent"), "due_on": due});
    no((Method::POST, "/measures"), measure(9, "2026-10-15"), "refused.no_measure").await;
    no((Method::POST, "/measures"), measure(9, "soon"), "invalid").await;
    let many: Vec<Value> =
        (0..21).map(|n| json!({"role": n.to_string(), "person": id(&app, "agent")})).collect();
    no(
        (Method::PUT, "/staffing"),
        json!({"commander": id(&app, "senior"), "roles": many}),
        "refused.too_many",
    )
    .await;
    no((Method::PUT, "/review"), json!({"causes": "x"}), "refused.emergency_running").await;
    for path in [
        "/api/v1/emergencies?state=x",
        "/api/v1/emergencies?cursor=x",
        "/api/v1/emergencies/measures?cursor=x",
        "/api/v1/emergencies/measures?state=x",
        "/api/v1/emergencies?limit=0",
    ] {
        assert_eq!(api.get(path).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    let again = started(&app, &number).await;
    assert_eq!(again["state"], "running", "a repetition changes nothing");
}

/// The page after a form that was sent without a script.
async fn sent(client: &Client, path: &str, pairs: &[(&str, &str)]) -> String {
    let answer = client.form(path, &crate::rules::form(pairs)).await;
    assert!(answer.status.is_client_error(), "{path}: {} {}", answer.status, answer.location);
    answer.text
}

async fn a_refused_form_comes_back_without_a_script(app: TestApp) {
    let (number, boss) = (case(&app).await, app.signed_in("boss").await);
    let at = format!("/tickets/{number}/emergency");
    let wrong = ">必填</span>";
    let senior = id(&app, "senior");
    let start = [("title", "填报服务中断"), ("impact", "写了一半"), ("commander", &senior), ("reason", " ")];
    let page = sent(&boss, &at, &start).await;
    assert!(page.contains(wrong) && page.contains("写了一半") && page.contains("填报服务中断"), "{page}");
    assert!(page.contains(&format!("value=\"{senior}\" selected")), "{page}");
    started(&app, &number).await;
    for (part, pairs, kept) in [
        ("end", vec![("text", " ")], wrong),
        ("removal", vec![("text", " ")], wrong),
        ("entries", vec![("text", "一条记录"), ("next_report_at", "soon")], "一条记录"),
        (
            "entries",
            vec![("text", "晚了"), ("public", "1"), ("next_report_at", "2020-01-01T10:00")],
            "2020-01-01T10:00",
        ),
        ("plan", vec![("text", "先切备机"), ("state", "planned"), ("promised_at", "soon")], "先切备机"),
        ("plan", vec![("text", " "), ("state", "planned")], wrong),
        ("description", vec![("title", "改后的标题"), ("organisation", "没有这家")], "没有这家"),
        ("staffing", vec![("commander", ""), ("r.0.role", "新角色"), ("r.0.person", "")], "新角色"),
        ("measures", vec![("what", "加监控"), ("owner", ""), ("due_on", "2026-10-09")], "加监控"),
    ] {
        let page = sent(&boss, &format!("{at}/{part}"), &pairs).await;
        assert!(page.contains("class=\"wrong\"") && page.contains(kept), "{part}: {page}");
        assert!(page.contains("id=\"course\""), "{part}: the page itself, not a page of errors");
    }
    boss.form(&format!("{at}/end"), "text=over").await;
    let page = sent(&boss, &format!("{at}/review"), &[("causes", " "), ("lessons", "先演练")]).await;
    assert!(page.contains(wrong) && page.contains("先演练"), "{page}");
}

async fn lists_are_filtered_paged_and_exported(app: TestApp) {
    let api = app.api().await;
    for n in 0..3 {
        let number = case(&app).await;
        started(&app, &number).await;
        let due = format!("2026-09-{}", 23 + n);
        let measure = json!({"what": format!("m{n}"), "owner": id(&app, "agent"), "due_on": due});
        good(&api, &number, (Method::POST, "/measures"), measure).await;
        app.advance(60).await;
    }
    for (path, size) in [("/api/v1/emergencies?limit=2", 2), ("/api/v1/emergencies/measures?limit=2", 2)] {
        let first = api.get(path).await.json();
        assert_eq!(first["items"].as_array().unwrap().len(), size);
        let next = api.get(&format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap())).await.json();
        assert_eq!((next["items"].as_array().unwrap().len(), &next["next_cursor"]), (1, &Value::Null));
    }
    let late = api.get("/api/v1/emergencies/measures?state=overdue").await.json();
    assert_eq!(
        (late["items"].as_array().unwrap().len(), &late["items"][0]["measure"]["what"]),
        (1, &json!("m0"))
    );
    let nobody = id(&app, "boss");
    assert_eq!(
        api.get(&format!("/api/v1/emergencies/measures?owner={nobody}")).await.json()["items"],
        json!([])
    );
    let boss = app.signed_in("boss").await;
    for path in ["/emergencies/export/csv", "/emergencies/measures/export/csv?state=open"] {
        let text = boss.get(path).await.text;
        assert_eq!(text.lines().count(), 4, "{path}: {text}");
    }
    assert_eq!(boss.get("/emergencies/export/xlsx").await.status, StatusCode::OK);
    let agent = app.signed_in("agent").await;
    assert_eq!(agent.get("/emergencies/export/csv").await.status, StatusCode::FORBIDDEN);
    assert_eq!(agent.get("/emergencies").await.status, StatusCode::OK);
}

async fn two_who_edit_the_same_part_see_both(app: TestApp) {
    let (api, number) = (app.api().await, case(&app).await);
    let seen = started(&app, &number).await["version"].clone();
    let plan = |text: &str| json!({"text": text, "state": "in_force", "version": seen});
    good(&api, &number, (Method::PUT, "/plan"), plan("离线填报")).await;
    good(&api, &number, (Method::PUT, "/description"), json!({"impact": "填报", "version": seen})).await;
    let answer = verb(&api, &number, (Method::PUT, "/plan"), plan("电话报数")).await;
    assert_eq!((answer.status, &answer.json()["theirs"]), (StatusCode::CONFLICT, &json!("离线填报")));
}

async fn what_is_said_to_everybody_reaches_who_asked_by_letter(app: TestApp) {
    let (number, api) = (case(&app).await, app.api().await);
    started(&app, &number).await;
    good(&api, &number, (Method::POST, "/entries"), json!({"text": "INTERNAL"})).await;
    let public = json!({"text": "已切换到备用库", "public": true, "next_report_at": "2026-09-24T03:00:00Z"});
    good(&api, &number, (Method::POST, "/entries"), public).await;
    good(&api, &number, (Method::POST, "/end"), json!({"text": "已恢复"})).await;
    app.drain().await;
    let all = app.desk.read(|r| Ok(store::letter::page(r, "~", 200)?)).await.unwrap();
    let said: Vec<_> = all.iter().filter(|l| l.kind == "emergency").collect();
    assert_eq!(said.len(), 2, "{all:#?}");
    assert!(said.iter().all(|l| l.recipient == "ben@north.example" && l.subject.starts_with(&number)));
    let has = |words: &[&str]| said.iter().any(|l| words.iter().all(|w| l.body.contains(w)));
    assert!(has(&["已切换到备用库", "下次通报 2026-09-24 周四 11:00 前"]) && has(&["已恢复"]), "{said:#?}");
}
