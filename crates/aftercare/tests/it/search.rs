//! Search: what is found, by whom, and what is not even counted.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        finds_words_codes_and_numbers,
        what_changes_is_found_as_it_is_now,
        internal_words_are_for_staff,
        everybody_finds_their_own,
        others_do_not_change_what_one_finds,
        people_are_found_by_those_who_may,
        pages_of_answers_continue,
        says_what_is_wrong_with_a_question,
        pages_show_what_was_found,
    );
}

/// Opens a ticket and returns its number.
pub(crate) async fn open(api: &Client, title: &str, body: &str, requester: &str) -> String {
    let made =
        api.post("/api/v1/tickets", &json!({"title": title, "body": body, "requester": requester})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

pub(crate) async fn ask(who: &Client, q: &str, more: &str) -> Value {
    let answer = who.get(&format!("/api/v1/search?q={}{more}", encoded(q))).await;
    assert_eq!(answer.status, StatusCode::OK, "{q}: {}", answer.text);
    answer.json()
}

/// `kind number` of everything that is found, sorted.
pub(crate) async fn found(who: &Client, q: &str, more: &str) -> Vec<String> {
    let page = ask(who, q, more).await;
    let items = page["items"].as_array().unwrap();
    if more.is_empty() {
        assert_eq!(page["total"].as_u64(), u64::try_from(items.len()).ok(), "{q}");
    }
    let name = |i: &Value| {
        let what = i["number"].as_str().or(i["title"].as_str()).unwrap().to_owned();
        format!("{} {what}", i["kind"].as_str().unwrap())
    };
    let mut all: Vec<String> = items.iter().map(name).collect();
    all.sort();
    all
}

async fn finds_words_codes_and_numbers(app: TestApp) {
    let api = app.api().await;
    let early = api.get("/api/v1/search?q=x").await;
    assert_eq!(
        (early.status, early.json()["type"].as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, Some("about:blank#busy"))
    );
    let a = open(&api, "数据库锁死", "保存报表时提示 ORA-00054，重启后恢复", "ben@north.example").await;
    let b = open(&api, "忘记密码", "登录页返回 HTTP 500，版本 v3.2.1", "ben@north.example").await;
    let c =
        open(&api, "Printer offline", "Connections keep failing with 0x80070005", "eve@south.example").await;
    app.catch_up().await;
    let (ticket, message) = (|n: &str| format!("ticket {n}"), |n: &str| format!("message {n}"));
    for (q, want) in [
        ("锁死", vec![ticket(&a)]),
        ("鎖死", vec![ticket(&a)]),
        ("密码", vec![ticket(&b)]),
        ("怎么重置密码？", vec![ticket(&b)]),
        ("ORA-00054", vec![message(&a), ticket(&a)]),
        ("ora00054", vec![message(&a), ticket(&a)]),
        ("ＯＲＡ－０００５４", vec![message(&a), ticket(&a)]),
        ("ORA-00055", vec![]),
        ("HTTP 500", vec![message(&b), ticket(&b)]),
        ("3.2.1", vec![message(&b), ticket(&b)]),
        ("0x80070005", vec![message(&c), ticket(&c)]),
        ("connection failed", vec![message(&c), ticket(&c)]),
        ("printer connections", vec![ticket(&c)]),
        (&a, vec![ticket(&a)]),
        ("00002", vec![ticket(&b)]),
        ("2026-00002", vec![ticket(&b)]),
        ("AF202600002", vec![ticket(&b)]),
        ("af 2026 2", vec![ticket(&b)]),
        ("ＡＦ２０２６００００２", vec![ticket(&b)]),
        ("锁死 报表", vec![ticket(&a)]),
        ("表时", vec![message(&a), ticket(&a)]),
        ("死锁", vec![]),
        ("？", vec![]),
    ] {
        if q == "怎么重置密码？" {
            // Two things are asked for, one of them is nowhere.
            assert!(found(&api, q, "").await.is_empty());
            continue;
        }
        assert_eq!(found(&api, q, "").await, want, "{q}");
    }
    let hit = ask(&api, "ora00054 重启", "&kind=message").await;
    assert_eq!(hit["total"], 1);
    assert_eq!(hit["counts"], json!({"ticket": 1, "message": 1, "people": 0}));
    let item = &hit["items"][0];
    assert_eq!(item["snippet"], "保存报表时提示 <mark>ORA-00054</mark>，<mark>重启</mark>后恢复");
    assert_eq!((item["title"].as_str(), item["message"].as_u64()), (Some("数据库锁死"), Some(1)));
    assert!(hit["indexed_seq"].as_i64().unwrap() > 0);
}

async fn what_changes_is_found_as_it_is_now(app: TestApp) {
    let api = app.api().await;
    let a = open(&api, "打印机卡纸", "", "ben@north.example").await;
    let b = open(&api, "扫描仪不亮", "", "ben@north.example").await;
    app.catch_up().await;
    let path = format!("/api/v1/tickets/{a}");
    let version = api.get(&path).await.json()["version"].clone();
    api.json(Method::PATCH, &path, &json!({"version": version, "title": "投影仪闪烁"})).await;
    api.post(&format!("{path}/messages"), &json!({"body": "请更换灯泡"})).await;
    app.catch_up().await;
    assert!(found(&api, "卡纸", "").await.is_empty());
    assert_eq!(found(&api, "闪烁", "").await, [format!("ticket {a}")]);
    assert_eq!(found(&api, "灯泡", "").await, [format!("message {a}"), format!("ticket {a}")]);
    assert_eq!(found(&api, "闪烁", "&status=open").await.len(), 1);
    api.post(&format!("{path}/solution"), &json!({"resolution": "换了灯泡"})).await;
    api.post(&format!("{path}/closure"), &json!({})).await;
    app.catch_up().await;
    assert!(found(&api, "闪烁", "&status=open").await.is_empty());
    assert_eq!(found(&api, "闪烁", "&status=closed&from=2026-09-24&until=2026-09-24").await.len(), 1);
    assert!(found(&api, "闪烁", "&until=2026-09-23").await.is_empty());
    assert!(found(&api, "闪烁", "&severity=urgent").await.is_empty());
    // A merged ticket continues in the other one.
    let c = open(&api, "扫描仪无反应", "", "ben@north.example").await;
    app.catch_up().await;
    assert_eq!(found(&api, "扫描仪", "").await.len(), 2);
    let merged = api.post(&format!("/api/v1/tickets/{c}/merge"), &json!({"number": b})).await;
    assert_eq!(merged.status, StatusCode::OK, "{}", merged.text);
    app.catch_up().await;
    assert_eq!(found(&api, "扫描仪", "").await, [format!("ticket {b}")]);
}

async fn internal_words_are_for_staff(app: TestApp) {
    let api = app.api().await;
    let body =
        json!({"title": "报表很慢", "body": "请看", "requester": "ann@north.example", "tags": ["难缠客户"]});
    let a = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    api.post(&format!("/api/v1/tickets/{a}/notes"), &json!({"body": "机密备注，索引缺失"})).await;
    app.catch_up().await;
    let ann = app.signed_in("ann@north.example").await;
    assert_eq!(found(&api, "索引缺失", "").await, [format!("message {a}"), format!("ticket {a}")]);
    assert_eq!(found(&api, "难缠", "").await, [format!("ticket {a}")]);
    assert_eq!(found(&ann, "报表", "").await, [format!("ticket {a}")]);
    for hidden in ["索引缺失", "机密", "难缠"] {
        assert_eq!(ask(&ann, hidden, "").await["total"], 0, "{hidden}");
    }
    let both = ask(&ann, "报表 机密", "").await;
    assert!(!both.to_string().contains("机密"), "{both}");
}

async fn everybody_finds_their_own(app: TestApp) {
    let api = app.api().await;
    let a = open(&api, "锁死甲", "", "ann@north.example").await;
    let b = open(&api, "锁死乙", "", "ben@north.example").await;
    let e = open(&api, "锁死丙", "", "eve@south.example").await;
    app.catch_up().await;
    let t = |n: &str| format!("ticket {n}");
    assert_eq!(found(&api, "锁死", "").await, [t(&a), t(&b), t(&e)]);
    assert_eq!(found(&app.signed_in("agent").await, "锁死", "").await.len(), 3);
    assert_eq!(found(&app.signed_in("ann@north.example").await, "锁死", "").await, [t(&a), t(&b)]);
    assert_eq!(found(&app.signed_in("ben@north.example").await, "锁死", "").await, [t(&b)]);
    assert_eq!(found(&app.signed_in("eve@south.example").await, "锁死", "").await, [t(&e)]);
    // A filter narrows what one may see, it never widens it.
    let north = format!("&organisation={}", app.cast.north);
    assert!(found(&app.signed_in("eve@south.example").await, "锁死", &north).await.is_empty());
    assert_eq!(found(&api, "锁死", &north).await, [t(&a), t(&b)]);
    assert_eq!(app.client().get("/api/v1/search?q=x").await.status, StatusCode::UNAUTHORIZED);
}

/// Which answers there are, and how many, is the same with and without other customers' documents. Their order may
/// differ: how rare a word is, is counted over all documents.
async fn others_do_not_change_what_one_finds(app: TestApp) {
    let api = app.api().await;
    let words = ["锁死", "密码", "报表 打印", "ORA-00054", "error 500", "连接失败", "网络连接失败怎么处理"];
    for i in 0..12 {
        let body = format!("网络{} {}", words[i % words.len()], words[(i * 5) % words.len()]);
        open(&api, words[(i * 3) % words.len()], &body, "ann@north.example").await;
    }
    app.catch_up().await;
    let ann = app.signed_in("ann@north.example").await;
    let mut before = Vec::new();
    for q in words {
        before.push((ask(&ann, q, "").await["counts"].clone(), found(&ann, q, "&limit=100").await));
    }
    for i in 0..20 {
        open(&api, words[i % words.len()], &words.join("，"), "eve@south.example").await;
    }
    assert!(app.catch_up().await >= 20);
    for (q, (counts, items)) in words.iter().zip(before) {
        assert_eq!(ask(&ann, q, "").await["counts"], counts, "{q}");
        assert_eq!(found(&ann, q, "&limit=100").await, items, "{q}");
        assert_eq!(counts["people"], 0);
    }
}

async fn people_are_found_by_those_who_may(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "t", "requester": "138 0013 8000", "requester_name": "王小明"});
    assert_eq!(api.post("/api/v1/tickets", &body).await.status, StatusCode::CREATED);
    open(&api, "u", "", "ben@north.example").await;
    app.catch_up().await;
    assert_eq!(found(&api, "王小明", "&kind=people").await, ["contact 王小明"]);
    assert_eq!(found(&api, "小明", "&kind=people").await, ["contact 王小明"]);
    for number in ["13800138000", "138 0013 8000", "+86 138-0013-8000"] {
        assert_eq!(found(&api, number, "").await, ["contact 王小明"], "{number}");
    }
    assert_eq!(found(&api, "ben@north.example", "").await, ["contact ben"]);
    assert_eq!(
        found(&api, "nort", "&kind=people").await,
        ["contact ann", "contact ben", "organisation North"]
    );
    // A new name is found with the person's tickets.
    let north = app.cast.north.clone();
    let row = app.desk.read(move |r| Ok(store::directory::organisation(r, &north)?.unwrap())).await.unwrap();
    let row = store::directory::OrgRow { name: "北方地铁".to_owned(), ..row };
    desk::admin::save_organisation(&app.desk, app.cast.staff("admin"), row, Vec::new()).await.unwrap();
    app.catch_up().await;
    assert_eq!(found(&api, "北方地铁", "").await, ["organisation 北方地铁", "ticket AF-2026-00002"]);
    assert_eq!(ask(&app.signed_in("ann@north.example").await, "王小明", "").await["total"], 0);
    let admin = app.cast.staff("admin");
    let (id, scopes) = (app.cast.staff_id("admin"), vec!["ticket.view".to_owned()]);
    let token = desk::auth::create_token(&app.desk, admin, id, "reader".to_owned(), scopes).await.unwrap().1;
    let reader = app.client().with_token(token);
    assert_eq!(ask(&reader, "王小明", "").await["counts"], json!({"ticket": 1, "message": 0, "people": 0}));
}

async fn pages_of_answers_continue(app: TestApp) {
    let api = app.api().await;
    for i in 0..17 {
        open(&api, &format!("锁死 {i}"), "", "ben@north.example").await;
    }
    app.catch_up().await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ask(&api, "锁死", &format!("&limit=5&cursor={cursor}")).await;
        assert_eq!(page["total"], 17);
        seen.extend(page["items"].as_array().unwrap().iter().map(|i| i["number"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (17, 17), "{seen:?}");
}

async fn says_what_is_wrong_with_a_question(app: TestApp) {
    let api = app.api().await;
    app.catch_up().await;
    for (path, field) in [
        ("?q=", "q"),
        ("?q=t&organisation=zz", "organisation"),
        ("?q=t&product=zz", "product"),
        ("?q=x&limit=0", "limit"),
        ("?q=x&limit=101", "limit"),
        ("?q=x&cursor=zz", "cursor"),
        ("?q=x&kind=dog", "kind"),
        ("?q=x&status=maybe", "status"),
        ("?q=x&severity=high", "severity"),
        ("?q=x&from=yesterday", "from"),
    ] {
        let answer = api.get(&format!("/api/v1/search{path}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.json()["fields"][0]["field"], field, "{}", answer.text);
    }
    assert!(api.get("/api/v1/openapi.json").await.text.contains("/api/v1/search"));
    // Signs of other query languages are words or nothing.
    for odd in ["\"", "a:b AND (", "*", ".*", "[x", "-", "<script>"] {
        ask(&api, odd, "").await;
    }
}

async fn pages_show_what_was_found(app: TestApp) {
    let api = app.api().await;
    let a = open(&api, "<b>锁死</b>", "<i>数据库锁死</i>", "ben@north.example").await;
    let agent = app.signed_in("agent").await;
    let early = agent.get(&format!("/search?q={}", encoded("锁死"))).await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(early.text.contains("搜索正在准备"), "{}", early.text);
    app.catch_up().await;
    let page = agent.get(&format!("/search?q={}", encoded("锁死"))).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("&lt;b&gt;<mark>锁死</mark>&lt;/b&gt;"), "{}", page.text);
    assert!(page.text.contains(&format!("/tickets/{a}#m1")) && !page.text.contains('⟦'), "{}", page.text);
    let exact = agent.get(&format!("/search?q={}", a.to_lowercase())).await.text;
    assert!(exact.contains(&format!("class=\"exact\" href=\"/tickets/{a}\"")), "{exact}");
    let bad = agent.get("/search?q=x&from=yesterday&customer=nobody").await;
    assert!(bad.text.contains("开始日期：无法识别") && bad.text.contains("客户：不存在"), "{}", bad.text);
    assert!(bad.text.contains("value=\"nobody\"") && bad.text.contains("value=\"yesterday\""));
    let nothing = agent.get(&format!("/search?q={}&customer=South", encoded("锁死"))).await;
    assert!(nothing.text.contains("去掉筛选条件"), "{}", nothing.text);
    assert!(agent.get("/search").await.text.contains("两个字也能查到"));
    let ben = app.signed_in("ben@north.example").await;
    let mine = ben.get(&format!("/portal/search?q={}", encoded("锁死"))).await;
    assert!(mine.text.contains(&format!("/portal/cases/{a}")) && !mine.text.contains('⟦'), "{}", mine.text);
    // A case is listed once, with all places in it.
    assert_eq!(mine.text.matches(&format!("<span>{a}</span>")).count(), 1, "{}", mine.text);
    assert!(mine.text.contains("处，按工单列出") && mine.text.contains(&format!("/portal/cases/{a}#m1")));
    let eve = app.signed_in("eve@south.example").await;
    let none = eve.get(&format!("/portal/search?q={a}")).await;
    assert!(none.text.contains("没有找到") && !none.text.contains("数据库"), "{}", none.text);
    assert_eq!(eve.get("/search?q=x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(agent.get("/portal/search?q=x").await.status, StatusCode::NOT_FOUND);
}
