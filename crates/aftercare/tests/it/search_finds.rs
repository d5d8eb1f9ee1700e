//! Search: numbers as people type them, and what is offered when nothing is found.

use axum::http::{Method, StatusCode};
use domain::setting::Settings;
use serde_json::{Value, json};
use store::rules::{SettingKey, setting};
use testkit::{Client, TestApp};

use crate::search::{ask, found, open};
use crate::tables::run;

mod engines {
    testkit::on_both_engines!(
        staff_are_found_by_staff_only,
        a_part_of_a_code_or_address_is_found_after_what_is_exact,
        an_imported_case_is_found_with_its_own_time,
        a_number_finds_its_ticket_first,
        a_prefix_of_one_letter_or_with_digits_works_too,
        a_misspelt_word_is_offered_as_it_is_written,
        words_that_mean_the_same_are_found,
        words_that_mean_the_same_are_edited,
    );
}

async fn staff_are_found_by_staff_only(app: TestApp) {
    let (api, admin) = (app.api().await, app.cast.staff("admin"));
    let id = app.cast.staff_id("agent");
    let row = app.desk.read(move |r| Ok(store::staff::one(r, &id)?.unwrap())).await.unwrap();
    app.catch_up().await;
    let row =
        store::staff::StaffRow { name: "李工".to_owned(), skills: vec!["权限配置".to_owned()], ..row };
    let id = desk::admin::save_staff(&app.desk, admin, row).await.unwrap();
    app.catch_up().await;
    for q in ["李工", "权限配置"] {
        assert_eq!(found(&api, q, "&kind=people").await, ["staff 李工"], "{q}");
    }
    let page = app.signed_in("admin").await.get("/search?q=%E6%9D%8E%E5%B7%A5").await.text;
    assert!(page.contains(&format!("/tickets?assignee={id}")) && page.contains("同事"), "{page}");
    assert!(!page.contains('⟦'), "{page}");
    let ann = app.signed_in("ann@north.example").await;
    assert_eq!(ask(&ann, "李工", "").await["counts"], json!({"ticket": 0, "message": 0, "people": 0}));
    // An index that is built anew has them, too.
    let other = search::Search::new(app.search_folder());
    aftercare::Indexer::new(app.desk.clone(), other).rebuild().await.unwrap();
    app.catch_up().await;
    assert_eq!(found(&api, "李工", "&kind=people").await, ["staff 李工"]);
}

async fn a_part_of_a_code_or_address_is_found_after_what_is_exact(app: TestApp) {
    let api = app.api().await;
    let part = open(&api, "报 ORA-00060", "请发到 wu_01@metro2.example", "ben@north.example").await;
    let exact = open(&api, "错误", "代码 00060", "eve@south.example").await;
    app.catch_up().await;
    for q in ["wu_01", "metro2.example", "METRO2.example", "wu_01@metro2.example"] {
        let all = [format!("message {part}"), format!("ticket {part}")];
        assert_eq!(found(&api, q, "").await, all, "{q}");
    }
    let all = ask(&api, "00060", "&kind=ticket").await;
    let numbers: Vec<_> =
        all["items"].as_array().unwrap().iter().map(|i| i["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, [exact.as_str(), part.as_str()], "what is exact stands first");
    assert_eq!(all["items"][1]["title"], "报 ORA-00060");
    assert!(found(&api, "00061", "").await.is_empty());
    assert_eq!(found(&api, "eve", "&kind=people").await, ["contact eve"]);
}

async fn an_imported_case_is_found_with_its_own_time(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let table = "编号,标题,联系电话,姓名,受理时间\nT-1,报表打不开,138 0013 8000,李工,2025-03-15 09:00\n";
    run(&app, &admin, "tickets", table.as_bytes()).await;
    app.catch_up().await;
    let hit = ask(&api, "报表", "&kind=ticket").await["items"][0].clone();
    assert_eq!(hit["at"], "2025-03-15T01:00:00Z");
    assert_eq!(ask(&api, "报表", "&kind=ticket&until=2025-03-15").await["total"], 1);
    let messages = ask(&api, "报表", "&kind=message").await;
    assert!(messages["items"].as_array().unwrap().iter().all(|m| m["at"] == hit["at"]), "{messages}");
}

/// The number of the ticket that stands first.
async fn first(who: &Client, q: &str) -> String {
    ask(who, q, "").await["items"][0]["number"].as_str().unwrap_or_default().to_owned()
}

async fn a_number_finds_its_ticket_first(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let table = "编号,标题,联系电话,姓名\nINC0000345,报表打不开,138 0013 8000,李工\n\
        INC0000045,登录慢,138 0013 8000,李工\n";
    run(&app, &admin, "tickets", table.as_bytes()).await;
    // Younger ones mention the numbers, in the title and more than once.
    for i in 0..3 {
        let title = format!("见 INC0000345 与 0000345、345、0000045 {i}");
        open(&api, &title, "2026-00001 2026-00002 345 0000345 AF-2026-00001", "ben@north.example").await;
    }
    app.catch_up().await;
    let read = app.desk.read(|r| {
        let of = |r: &mut store::Read<'_>, n: &str| store::ticket::by_external_ref(r, n);
        Ok((of(r, "INC0000345")?.unwrap().number, of(r, "INC0000045")?.unwrap().number))
    });
    let (a, b) = read.await.unwrap();
    for q in
        ["INC0000345", "inc0000345", "INC 0000345", "INC-0000345", "0000345", "345", "ＩＮＣ００００３４５"]
    {
        assert_eq!(first(&api, q).await, a, "{q}");
    }
    for q in ["INC0000045", "0000045"] {
        assert_eq!(first(&api, q).await, b, "{q}");
    }
    assert!(
        !found(&api, "45", "&limit=50").await.contains(&format!("ticket {b}")),
        "two digits count things"
    );
    let (year, running) = (&a[3..7], a[8..].trim_start_matches('0'));
    for q in [
        format!("{year} {running}"),
        format!("{year}-{running}"),
        format!("{year}-{running:0>5}"),
        format!("af {year} {running}"),
        format!("AF-{year}-{running:0>4}"),
        format!("AF{year}{running:0>5}"),
        format!("AF {year}{running:0>5}"),
    ] {
        assert_eq!(first(&api, &q).await, a, "{q}");
    }
    // Still being typed: all that begin so.
    let begun = found(&api, &format!("AF-{year}-0000"), "&kind=ticket").await;
    assert_eq!(begun.len(), 5, "{begun:?}");
    // Numbers of other systems are for staff.
    let ben = app.signed_in("ben@north.example").await;
    assert!(!found(&ben, "0000345", "&limit=50").await.contains(&format!("ticket {a}")));
}

async fn a_prefix_of_one_letter_or_with_digits_works_too(app: TestApp) {
    let api = app.api().await;
    for (prefix, spellings) in [
        ("A1", ["A1-{y}-{n}", "a1 {y} {r}", "A1{y}{n}", "A1 {y}-{n}", "A1-{y}-{r}"]),
        ("Q", ["Q-{y}-{n}", "q {y} {r}", "Q{y}{n}", "Q {y}-{n}", "q-{y}-{r}"]),
    ] {
        let read = app.desk.read(|r| Ok(setting::<Settings>(r, SettingKey::Settings)?));
        let (mut settings, version) = read.await.unwrap();
        prefix.clone_into(&mut settings.number_prefix);
        desk::admin::save_settings(&app.desk, app.cast.staff("admin"), settings, version).await.unwrap();
        let number = open(&api, "打印机", "", "ben@north.example").await;
        open(&api, &format!("见 {number}"), &number, "ben@north.example").await;
        app.catch_up().await;
        let parts: Vec<&str> = number.split('-').collect();
        let (year, running) = (parts[1], parts[2]);
        assert_eq!(parts[0], prefix);
        for spelling in spellings {
            let q = spelling.replace("{y}", year).replace("{n}", running);
            let q = q.replace("{r}", running.trim_start_matches('0'));
            assert_eq!(first(&api, &q).await, number, "{q}");
        }
    }
}

async fn a_misspelt_word_is_offered_as_it_is_written(app: TestApp) {
    let api = app.api().await;
    open(&api, "Printer offline", "Connections keep failing", "ben@north.example").await;
    open(&api, "Secret projector", "中文 oscilloscope", "eve@south.example").await;
    app.catch_up().await;
    let instead = |page: Value| page["did_you_mean"].as_str().map(str::to_owned);
    for (q, want) in [
        ("pritner", Some("printer")),
        ("打印 prnter", None),
        ("Conections failling", Some("connections failing")),
        ("oscilloscpoe", Some("oscilloscope")),
        ("中文 oscilloscpoe", Some("中文 oscilloscope")),
        ("printer", None),
        ("prt", None),
        ("锁死", None),
        ("ORA-00054", None),
        ("zzzzzzzz", None),
    ] {
        assert_eq!(instead(ask(&api, q, "").await).as_deref(), want, "{q}");
    }
    // Words of cases that one may not see are not offered.
    let ben = app.signed_in("ben@north.example").await;
    assert_eq!(instead(ask(&ben, "oscilloscpoe", "").await), None);
    assert_eq!(instead(ask(&ben, "pritner", "").await).as_deref(), Some("printer"));
    let page = app.signed_in("agent").await.get("/search?q=pritner&status=open").await.text;
    assert!(
        page.contains("您是不是要找") && page.contains("/search?q=printer&amp;status=open")
            || page.contains("/search?q=printer&#38;status=open"),
        "{page}"
    );
    let mine = ben.get("/portal/search?q=pritner").await.text;
    assert!(mine.contains("您是不是要找") && mine.contains("/portal/search?q=printer"), "{mine}");
}

async fn words_that_mean_the_same_are_found(app: TestApp) {
    let api = app.api().await;
    let a = open(&api, "系统登录失败", "", "ben@north.example").await;
    let b = open(&api, "登不上系统", "", "ben@north.example").await;
    let c = open(&api, "Gantt chart is empty", "", "ben@north.example").await;
    let d = open(&api, "跟不上进度，失败了", "", "eve@south.example").await;
    app.catch_up().await;
    let ticket = |n: &str| format!("ticket {n}");
    // What is shipped.
    for (q, best, other) in [("登不上", &b, &a), ("登录失败", &a, &b)] {
        assert_eq!(found(&api, q, "").await, [ticket(&a), ticket(&b)], "{q}");
        assert_eq!(first(&api, q).await, *best, "{q}: what was typed stands before {other}");
    }
    assert_eq!(found(&api, "横道图", "").await, [ticket(&c)]);
    assert_eq!(found(&api, "横道图 empty", "").await, [ticket(&c)]);
    let hit = ask(&api, "甘特图", "").await;
    assert!(hit["items"][0]["title"].as_str().unwrap().starts_with("Gantt"));
    // Others do not see more than theirs.
    assert!(found(&app.signed_in("eve@south.example").await, "登不上", "").await.is_empty());
    assert!(!found(&api, "登不上", "").await.contains(&ticket(&d)), "parts of a word mean something else");
}

async fn words_that_mean_the_same_are_edited(app: TestApp) {
    let api = app.api().await;
    let c = open(&api, "Gantt chart is empty", "", "ben@north.example").await;
    let d = open(&api, "跟不上进度，失败了", "", "eve@south.example").await;
    app.catch_up().await;
    let ticket = |n: &str| format!("ticket {n}");
    // Changed by the API: the next question uses it.
    assert!(!found(&api, "喜马拉雅", "").await.contains(&ticket(&d)));
    let kept = api.get("/api/v1/synonyms").await.json();
    assert_eq!(kept["version"], 0);
    assert!(kept["groups"].as_array().unwrap().len() > 5);
    let put = |version: i64, groups: Value| {
        let api = &api;
        async move {
            api.json(Method::PUT, "/api/v1/synonyms", &json!({"version": version, "groups": groups})).await
        }
    };
    let saved = put(0, json!([["喜马拉雅", "跟不上进度"]])).await;
    assert_eq!((saved.status, saved.json()["version"].as_i64()), (StatusCode::OK, Some(1)), "{}", saved.text);
    assert_eq!(found(&api, "喜马拉雅", "").await, [ticket(&d)]);
    assert_eq!(found(&api, "横道图", "").await, Vec::<String>::new());
    let bad = put(1, json!([["喜马拉雅", "珠峰"], ["珠峰", "高山"]])).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let field = &bad.json()["fields"][0];
    assert_eq!(
        (field["field"].as_str(), field["issue"].as_str()),
        (Some("synonyms.2"), Some("twice")),
        "{}",
        bad.text
    );
    assert_eq!(put(0, json!([])).await.status, StatusCode::CONFLICT);
    // Changed on the page.
    let admin = app.signed_in("admin").await;
    let page = admin.get("/admin/synonyms").await.text;
    assert!(page.contains("喜马拉雅 = 跟不上进度") && !page.contains('⟦'), "{page}");
    let refused = admin.form("/admin/synonyms", "version=1&groups=one").await;
    assert!(refused.text.contains("第 1 组") && refused.text.contains("至少两个词"), "{}", refused.text);
    let stale = admin.form("/admin/synonyms", "version=0&groups=peak%3Dgantt").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.text.contains("peak=gantt") && stale.text.contains("喜马拉雅 = 跟不上进度"),
        "{}",
        stale.text
    );
    let done = admin.form("/admin/synonyms", "version=1&groups=peak%3Dgantt").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(found(&api, "peak", "").await, [ticket(&c)]);
    assert!(admin.get("/admin/audit").await.text.contains("同义词"));
    assert_eq!(app.signed_in("agent").await.get("/admin/synonyms").await.status, StatusCode::FORBIDDEN);
}
