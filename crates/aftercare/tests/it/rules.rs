//! Administration of calendars, promises, fields and answers on their pages: preview, save, history, stale, rights.

use axum::http::StatusCode;
use domain::calendar::CalendarDoc;
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_calendar_is_previewed_saved_and_restored,
        a_calendar_form_names_what_is_wrong_and_keeps_it,
        a_promise_is_previewed_and_counts_from_the_next_ticket,
        routing_is_rearranged_tried_and_saved,
        extra_fields_are_asked_filtered_and_indexed,
        canned_answers_are_filled_deleted_and_brought_back,
        only_those_who_may_see_the_rules,
    );
}

/// A form from pairs.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let keep = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        text.bytes()
            .map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
    };
    pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect::<Vec<_>>().join("&")
}

async fn open(app: &TestApp, more: serde_json::Value) -> serde_json::Value {
    let mut body = json!({"title": "t", "requester": "ben@north.example"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()
}

async fn due(app: &TestApp, number: &str) -> String {
    let t = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    t["clocks"][0]["due_at"].as_str().unwrap().to_owned()
}

async fn audited(app: &TestApp, subject: &'static str) -> Vec<(String, String)> {
    let read = app.desk.read(move |r| Ok(store::admin::page(r, "~", 200)?));
    let events = read.await.unwrap().into_iter().filter(|e| e.subject == subject);
    events.map(|e| (e.what, e.after)).collect()
}

/// The shipped calendar `parity`, open from 14 to 18 o'clock instead of from 9.
fn afternoons<'f>(rev: &'f str, wish: &'f str) -> Vec<(&'f str, &'f str)> {
    let days = ["week.mon", "week.tue", "week.wed", "week.thu", "week.fri", "week.sat", "week.sun"];
    let mut pairs = vec![("rev", rev), ("name", "parity"), ("time_zone", "Asia/Shanghai"), ("do", wish)];
    pairs.extend(days.map(|d| (d, "14：00－16：00，16:30–18:00")));
    pairs
}

async fn a_calendar_is_previewed_saved_and_restored(app: TestApp) {
    let number = open(&app, json!({})).await["number"].as_str().unwrap().to_owned();
    let admin = app.signed_in("admin").await;
    assert!(admin.get("/admin/calendars").await.text.contains("每天") || !number.is_empty());

    let preview = admin.form("/admin/calendars/parity", &form(&afternoons("1", "preview"))).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    for said in ["尚未保存", "1 个的截止时间会改变", "今天 11:00", "今天 15:00", &number] {
        assert!(preview.text.contains(said), "{said}: {}", preview.text);
    }
    assert!(preview.text.contains("14:00–16:00, 16:30–18:00"), "the form comes back as it was understood");
    assert_eq!(due(&app, &number).await, "2026-09-24T03:00:00Z", "a preview changes nothing");
    assert!(audited(&app, "calendar").await.is_empty());

    let saved = admin.form("/admin/calendars/parity", &form(&afternoons("1", "save"))).await;
    assert_eq!(
        (saved.status, saved.location.as_str()),
        (StatusCode::SEE_OTHER, "/admin/calendars/parity?saved=1")
    );
    let page = admin.get("/admin/calendars/parity?saved=1").await.text;
    assert!(page.contains("已保存为第 2 版。") && page.contains("重新计算 1 张计时中的工单"), "{page}");
    assert_eq!(due(&app, &number).await, "2026-09-24T03:00:00Z");
    app.drain().await;
    assert_eq!(due(&app, &number).await, "2026-09-24T07:00:00Z");
    let page = admin.get("/admin/calendars/parity?saved=1").await.text;
    assert!(page.contains("工单已按新版重新计算") && !page.contains("1 张计时中的工单"), "{page}");
    let why = admin.get(&format!("/tickets/{number}/clocks/response/1")).await.text;
    assert!(why.contains("第 2 版"), "the explanation names the new revision: {why}");
    let events = audited(&app, "calendar").await;
    assert_eq!((events.len(), events[0].0.as_str()), (1, "changed"));

    let stale = admin.form("/admin/calendars/parity", &form(&afternoons("1", "save"))).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("他人保存了第 2 版") && stale.text.contains("name=\"rev\" value=\"2\""));

    let history = admin.get("/admin/calendars/parity/history").await.text;
    assert!(history.contains("第 2 版") && history.contains("第 1 版") && history.contains("admin"));
    let old = admin.get("/admin/calendars/parity?rev=1").await.text;
    assert!(
        old.contains("下面是第 1 版的内容")
            && old.contains("09:00–18:00")
            && old.contains("name=\"rev\" value=\"2\"")
    );
    let mut restored = afternoons("2", "save");
    restored.iter_mut().filter(|(k, _)| k.starts_with("week.")).for_each(|(_, v)| *v = "09:00-18:00");
    assert_eq!(admin.form("/admin/calendars/parity", &form(&restored)).await.status, StatusCode::SEE_OTHER);
    app.drain().await;
    assert_eq!(due(&app, &number).await, "2026-09-24T03:00:00Z");
}

async fn a_calendar_form_names_what_is_wrong_and_keeps_it(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let pairs = [
        ("rev", "0"),
        ("name", "Night"),
        ("time_zone", "Asia/Shanghai"),
        ("week.mon", "22:00-06:00, nine"),
        ("more", "2026-10-01 放假 国庆节\n10月2日 休"),
        ("coverage", "2026-"),
        ("do", "save"),
    ];
    let bad = admin.form("/admin/calendars/new", &form(&pairs)).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in
        ["每周服务时间 · 周一", "例外日期 · 10月2日 休", "已公布节假日的年份", "22:00-06:00, nine", "Night"]
    {
        assert!(bad.text.contains(said), "{said}: {}", bad.text);
    }
    let mut good = pairs;
    (good[3].1, good[4].1, good[5].1) =
        ("22:00-06:00", "2026-10-01~2026-10-03 休 国庆节\n2026-10-10 班", "2020-2026");
    let made = admin.form("/admin/calendars/new", &form(&good)).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let id = made.location.trim_start_matches("/admin/calendars/").trim_end_matches("?saved=1").to_owned();
    let view = app.api().await.get(&format!("/api/v1/calendars/{id}")).await.json();
    let doc: CalendarDoc = serde_json::from_value(view["doc"].clone()).unwrap();
    assert_eq!((doc.exceptions.len(), doc.exceptions[0].name.as_str()), (4, "national_day"));
    assert_eq!(doc.coverage.len(), 7);
    let next = doc.compile().unwrap().next_open("2026-10-05T15:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(next.to_string(), "2026-10-05T15:00:00Z", "open on Monday night");
    let closed = [("rev", "0"), ("name", "Never"), ("time_zone", "UTC"), ("do", "save")];
    assert!(
        admin.form("/admin/calendars/new", &form(&closed)).await.text.contains("每周至少要有一段服务时间")
    );
}

async fn a_promise_is_previewed_and_counts_from_the_next_ticket(app: TestApp) {
    let before = open(&app, json!({})).await;
    assert_eq!((before["policy"].as_str(), before["policy_rev"].as_i64()), (Some("t1"), Some(1)));
    let admin = app.signed_in("admin").await;
    let list = admin.get("/admin/policies").await.text;
    assert!(list.contains("2 个单位") && list.contains("首次响应 30 分内"), "{list}");
    let mut pairs = vec![
        ("rev", "1"),
        ("name", "T1"),
        ("t.general.response.time", "20 分钟"),
        ("t.general.response.calendar", "service"),
        ("t.general.response.off_time", "4 小时"),
        ("t.general.response.off_calendar", "x24"),
        ("t.level_2.resolution.time", "1 天"),
        ("t.level_2.resolution.calendar", "x24"),
        ("s.0.milestone", "response"),
        ("s.0.value", "50"),
        ("s.0.action", "notify_owner"),
        ("s.1.milestone", "response"),
        ("s.1.value", ""),
        ("s.1.action", "notify_owner"),
        ("at", "2026-10-01T12:00"),
        ("do", "preview"),
    ];
    let preview = admin.form("/admin/policies/t1", &form(&pairs)).await.text;
    for said in ["10-01 周四 16:00", "非服务时间受理", "50%", "24 小时", "10-02 周五 12:00"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    assert_eq!(open(&app, json!({})).await["policy_rev"], 1, "a preview changes nothing");
    let last = pairs.len() - 1;
    pairs[last].1 = "save";
    let saved = admin.form("/admin/policies/t1", &form(&pairs)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let after = open(&app, json!({})).await;
    assert_eq!(after["policy_rev"], 2);
    assert_eq!(
        (&after["clocks"][0]["target_s"], &after["clocks"][0]["calendar"]),
        (&json!(1200), &json!("service"))
    );
    let kept =
        app.api().await.get(&format!("/api/v1/tickets/{}", before["number"].as_str().unwrap())).await.json();
    assert_eq!((&kept["policy_rev"], &kept["clocks"][0]["target_s"]), (&json!(1), &json!(3600)));
    let history = admin.get("/admin/policies/t1/history").await.text;
    assert!(history.contains("<td class=\"num\">2</td>"), "two open tickets keep revision 1: {history}");

    let stale = admin.form("/admin/policies/t1", &form(&pairs)).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("他人保存了第 2 版"));
    pairs[2].1 = "soon";
    pairs[9].1 = "400";
    let bad = admin.form("/admin/policies/t1", &form(&pairs)).await.text;
    assert!(bad.contains("承诺时限 · 一般 · 首次响应：无法识别") && bad.contains("value=\"soon\""), "{bad}");
    assert!(bad.contains("提醒与升级 · 第 1 条：请填"), "{bad}");
    let copy = admin.get("/admin/policies/new?from=t2").await.text;
    assert!(copy.contains("value=\"1 小时\"") && copy.contains("action=\"/admin/policies/new\""), "{copy}");
}

async fn routing_is_rearranged_tried_and_saved(app: TestApp) {
    open(&app, json!({"channel": "phone"})).await;
    let admin = app.signed_in("admin").await;
    let mut pairs = vec![
        ("version", "0"),
        ("r.0.name", "calls"),
        ("r.0.channels", "phone"),
        ("r.0.channels", "chat"),
        ("r.0.group", "other"),
        ("r.1.name", "north"),
        ("r.1.organisations", "NORTH"),
        ("r.1.group", "desk"),
        ("r.1.person", "1"),
        ("last", "100"),
        ("do", "up.1"),
    ];
    let moved = admin.form("/admin/routing", &form(&pairs)).await.text;
    assert!(moved.find("value=\"north\"").unwrap() < moved.find("value=\"calls\"").unwrap(), "{moved}");
    let set = |pairs: &mut Vec<(&'static str, &'static str)>, wish| {
        let last = pairs.len() - 1;
        pairs[last].1 = wish;
    };
    set(&mut pairs, "try");
    let tried = admin.form("/admin/routing", &form(&pairs)).await.text;
    assert!(tried.contains("最近 1 个工单中，1 个会分给不同的组") && tried.contains("没有命中"), "{tried}");
    assert_eq!(app.api().await.get("/api/v1/routing").await.json()["version"], 0, "a dry run saves nothing");
    set(&mut pairs, "save");
    let saved = admin.form("/admin/routing", &form(&pairs)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let calls = open(&app, json!({"channel": "phone"})).await;
    let north = open(&app, json!({"channel": "mail"})).await;
    assert_eq!((calls["group"].as_str(), north["group"].as_str()), (Some("other"), Some("desk")));
    assert!(north["assignee"].is_string(), "the second rule picks a person");
    assert!(admin.get("/admin/routing").await.text.contains(">North</textarea>"));
    let stale = admin.form("/admin/routing", &form(&pairs)).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    pairs[6].1 = "Nobody";
    pairs[4].1 = "";
    let bad = admin.form("/admin/routing", &form(&pairs)).await.text;
    assert!(bad.contains("分派规则 · 第 2 条 · 单位 · Nobody：不存在"), "{bad}");
}

async fn extra_fields_are_asked_filtered_and_indexed(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let mut pairs = vec![
        ("version", "0"),
        ("f.0.label", "标段"),
        ("f.0.key", "section"),
        ("f.0.type", "choice"),
        ("f.0.choices", "A1\nB2"),
        ("f.0.customer", "1"),
        ("f.1.label", "内部编号"),
        ("f.1.key", "Bad Key"),
        ("f.1.type", "text"),
        ("f.1.required", "1"),
        ("do", "save"),
    ];
    let bad = admin.form("/admin/fields", &form(&pairs)).await.text;
    assert!(bad.contains("扩展字段 · 第 2 条 · 标识") && bad.contains("Bad Key"), "{bad}");
    pairs[7].1 = "internal_no";
    let saved = admin.form("/admin/fields", &form(&pairs)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(admin.form("/admin/fields", &form(&pairs)).await.status, StatusCode::CONFLICT);

    let ben = app.signed_in("ben@north.example").await;
    let asked = ben.get("/portal/new").await.text;
    assert!(asked.contains("标段") && !asked.contains("内部编号"), "customers see what is theirs");
    let by_ben = ben
        .form("/portal/new", &form(&[("title", "mine"), ("kind", "fault"), ("extra.section", "B2")]))
        .await;
    assert_eq!(
        by_ben.status,
        StatusCode::SEE_OTHER,
        "a staff field is not asked of customers: {}",
        by_ben.text
    );
    let api = app.api().await;
    let lacks = api.post("/api/v1/tickets", &json!({"title": "t", "requester": "a@b.cn"})).await;
    assert_eq!(lacks.json()["fields"][0]["field"], "extra.internal_no");
    assert!(lacks.json()["title"].as_str().unwrap().contains("内部编号：必填"), "{}", lacks.text);
    let two = api.post("/api/v1/tickets", &json!({"title": "", "requester": "a@b.cn"})).await;
    assert_eq!(two.json()["title"], "标题：必填；内部编号：必填");
    let new = form(&[("title", "t"), ("requester", "a@b.cn"), ("kind", "fault"), ("channel", "phone")]);
    let told = app.signed_in("agent").await.form("/tickets", &new).await.text;
    assert!(told.contains("内部编号：必填"), "the field is called by its name: {told}");
    let number = open(&app, json!({"extra": {"internal_no": "ＡＢ-1", "section": "A1"}})).await["number"]
        .as_str()
        .unwrap()
        .to_owned();

    found_by_extra_values(&app, &number).await;
    assert!(admin.get("/tickets?x.section=B2").await.text.contains("mine"));
}

/// The list finds tickets by what their extra fields hold now.
async fn found_by_extra_values(app: &TestApp, number: &str) {
    let api = app.api().await;
    desk::admin::index_extra(&app.desk).await.unwrap();
    desk::admin::index_extra(&app.desk).await.unwrap();
    let found = |path: String| {
        let api = api.clone();
        async move { api.get(&path).await.json()["items"].as_array().unwrap().len() }
    };
    for (query, n) in [("x.section=A1", 1), ("extra.section=B2", 1), ("x.internal_no=ab-1", 1)] {
        assert_eq!(found(format!("/api/v1/tickets?{query}")).await, n, "{query}");
    }
    let edit = json!({"extra": {"internal_no": "AB-2"}});
    let edited = api.json(axum::http::Method::PATCH, &format!("/api/v1/tickets/{number}"), &edit).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.text);
    for (query, n) in [("x.section=A1", 0), ("x.internal_no=AB-1", 0), ("x.internal_no=ab-2&order=oldest", 1)]
    {
        assert_eq!(found(format!("/api/v1/tickets?{query}")).await, n, "{query}");
    }
}

async fn canned_answers_are_filled_deleted_and_brought_back(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let number = open(&app, json!({"title": "<b>x</b>"})).await["number"].as_str().unwrap().to_owned();
    let answer = |name: &'static str, html: &'static str, version: &'static str, wish: &'static str| {
        form(&[("name", name), ("html", html), ("version", version), ("do", wish)])
    };
    let bad = admin.form("/admin/answers/new", &answer("hello", "<p>{{nubmer}}</p>", "0", "save")).await.text;
    assert!(bad.contains("正文 · nubmer：没有这个变量") && bad.contains("{{nubmer}}"), "{bad}");
    let html = "<p>{{number}} {{title}} {{me}}<script>x</script></p>";
    let preview = admin.form("/admin/answers/new", &answer("hello", html, "0", "preview")).await.text;
    let filled = format!("<p>{number} &lt;b&gt;x&lt;/b&gt; admin</p>");
    assert!(preview.contains(&filled), "{preview}");
    assert!(admin.get("/admin/answers").await.text.contains("还没有常用回复"));
    assert_eq!(
        admin.form("/admin/answers/new", &answer("hello", html, "0", "save")).await.status,
        StatusCode::SEE_OTHER
    );
    let taken = admin.form("/admin/answers/new", &answer("HELLO ", html, "0", "save")).await.text;
    assert!(taken.contains("名称：已被使用"), "{taken}");
    assert!(admin.get(&format!("/tickets/{number}")).await.text.contains(&filled));

    let api = app.api().await;
    let row = api.get("/api/v1/answers").await.json()["items"][0].clone();
    let path = format!("/admin/answers/{}", row["id"].as_str().unwrap());
    assert_eq!(
        admin.form(&path, &answer("hello", "<p>new</p>", "1", "save")).await.status,
        StatusCode::SEE_OTHER
    );
    let stale = admin.form(&path, &answer("hello", "<p>mine</p>", "1", "save")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("<p>new</p>") && stale.text.contains("mine"), "{}", stale.text);
    let gone = admin.form(&format!("{path}/removal"), "").await;
    assert!(admin.get(&gone.location).await.text.contains("撤销"));
    assert!(api.get("/api/v1/answers").await.json()["items"].as_array().unwrap().is_empty());
    assert_eq!(admin.form(&format!("{path}/removal/undo"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(api.get("/api/v1/answers").await.json()["items"].as_array().unwrap().len(), 1);
    let done: Vec<_> = audited(&app, "answer").await.into_iter().map(|(what, _)| what).collect();
    assert_eq!(done, ["restored", "deleted", "changed", "created"]);
}

async fn only_those_who_may_see_the_rules(app: TestApp) {
    let (agent, boss) = (app.signed_in("agent").await, app.signed_in("boss").await);
    let paths = [
        "calendars",
        "calendars/new",
        "calendars/service",
        "calendars/service/history",
        "policies",
        "policies/t1",
        "policies/t1/history",
        "routing",
        "fields",
        "answers",
        "answers/new",
    ];
    for path in paths {
        let path = format!("/admin/{path}");
        assert_eq!(agent.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(boss.get(&path).await.status, StatusCode::OK, "{path}");
        let customer = app.signed_in("ann@north.example").await.get(&path).await;
        assert_eq!(customer.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["calendars/service", "policies/t1", "routing", "fields", "answers/new", "answers/x/removal"]
    {
        let answer = agent.form(&format!("/admin/{path}"), "name=x").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(boss.get("/admin/calendars/none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(boss.get("/admin/calendars/service?rev=9").await.status, StatusCode::NOT_FOUND);
}
