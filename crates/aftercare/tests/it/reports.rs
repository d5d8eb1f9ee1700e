//! Reports: the page, the file, the API and the list behind a number say the same; whoever may not see them does not.

use axum::http::{Method, StatusCode};
use desk::ticket as verb;
use domain::sla::Milestone;
use domain::ticket::decide::{Body, Draft, Solution};
use domain::ticket::{CloseReason, Rating};
use serde_json::{Value, json};
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        s2_133_page_file_api_and_list_say_the_same,
        s1_76_the_overview_says_the_headlines,
        pages_of_rows_and_cases_continue,
        a_wrong_question_keeps_what_was_typed,
        only_those_with_the_right_see_reports,
        pages_are_whole_in_both_languages,
    );
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn open(app: &TestApp, requester: &str, severity: &str) -> String {
    let body = json!({"title": "保存没有反应", "requester": requester, "severity": severity, "group": "desk",
        "kind": "fault"});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn answer(app: &TestApp, who: &str, number: &str) {
    let draft = Draft { body: Body::from_text("我们在看"), ..Draft::default() };
    verb::reply(&app.desk, app.cast.staff(who), number, draft).await.unwrap();
}

async fn solve(app: &TestApp, who: &str, number: &str) {
    let solution = Solution { resolution: "已修复".to_owned(), ..Solution::default() };
    verb::resolve(&app.desk, app.cast.staff(who), number, solution).await.unwrap();
}

/// Six tickets with different courses; the clock ends on 2026-09-25.
async fn month(app: &TestApp) {
    let (ben, eve) = ("ben@north.example", "eve@south.example");
    // Answered in time, solved, confirmed, rated.
    let good = open(app, ben, "general").await;
    app.advance(600).await;
    answer(app, "agent", &good).await;
    solve(app, "agent", &good).await;
    let contact = app.cast.contact(ben);
    verb::say(&app.desk, contact, &good, verb::FromCustomer::Confirm).await.unwrap();
    let rating = Rating { speed: 5, effect: 4, attitude: 5, comment: String::new() };
    verb::say(&app.desk, contact, &good, verb::FromCustomer::Rate(rating)).await.unwrap();
    // Answered too late, by somebody who took it when it was late already; still open.
    let late = open(app, eve, "urgent").await;
    app.advance(2 * HOUR).await;
    verb::take(&app.desk, app.cast.staff("colleague"), &late).await.unwrap();
    answer(app, "colleague", &late).await;
    // Late, and excused.
    let excused = open(app, ben, "urgent").await;
    app.advance(HOUR).await;
    answer(app, "agent", &excused).await;
    let boss = app.cast.staff("boss");
    verb::excuse(&app.desk, boss, &excused, Milestone::Response, 1, "断网".to_owned()).await.unwrap();
    // Solved, opened again, still open.
    let again = open(app, ben, "general").await;
    answer(app, "agent", &again).await;
    solve(app, "agent", &again).await;
    verb::reopen(&app.desk, contact, &again, "又出现了".to_owned()).await.unwrap();
    // Nobody answered, and it fell due.
    open(app, eve, "urgent").await;
    // Spam.
    let spam = open(app, eve, "general").await;
    verb::cancel(&app.desk, app.cast.staff("agent"), &spam, CloseReason::Spam).await.unwrap();
    app.advance(DAY).await;
}

pub(crate) async fn report(client: &Client, path: &str) -> Value {
    let answer = client.get(&format!("/api/v1/reports/{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json()
}

pub(crate) fn number(figures: &Value, column: &str) -> String {
    let figure = &figures[column];
    match (figure["part"].as_i64(), figure["whole"].as_i64(), figure["value"].as_f64()) {
        (Some(part), Some(whole), _) => format!("{part}/{whole}"),
        (_, _, Some(value)) => format!("{}", (value * 100.0).round() / 100.0),
        _ => "–".to_owned(),
    }
}

fn numbers(figures: &Value, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|c| number(figures, c)).collect()
}

/// How many lines the list behind a number has, over all its pages.
async fn behind(api: &Client, path: &str, query: &str) -> usize {
    let (mut n, mut cursor) = (0, String::new());
    loop {
        let page = report(api, &format!("{path}/cases?{query}&cursor={cursor}")).await;
        n += page["items"].as_array().unwrap().len();
        let Some(next) = page["next_cursor"].as_str() else {
            assert_eq!(page["all"], json!(n));
            return n;
        };
        cursor = next.to_owned();
    }
}

async fn s2_133_page_file_api_and_list_say_the_same(app: TestApp) {
    month(&app).await;
    let api = app.api().await;
    let told = report(&api, "attainment?milestone=response&by=severity").await;
    let columns = ["rate", "promised", "met", "missed", "excused", "left_out"];
    assert_eq!(numbers(&told["total"], &columns), ["2/4", "4", "2", "2", "1", "1"]);
    assert_eq!(numbers(&told["items"][0]["figures"], &columns), ["0/2", "2", "0", "2", "1", "0"]);
    let stops = report(&api, "attainment?milestone=response&basis=stop").await;
    assert_eq!(number(&stops["total"], "missed"), "1", "one has not stopped yet");
    let solving = report(&api, "solving").await;
    let columns = ["solve_rate", "came", "confirmed", "unsolved", "reopened", "dropped"];
    assert_eq!(numbers(&solving["total"], &columns), ["1/5", "5", "1", "4", "1", "1"]);
    let marks = report(&api, "satisfaction?by=person").await;
    assert_eq!(marks["items"][0]["label"], "agent");
    assert_eq!(
        numbers(&marks["total"], &["overall", "good", "speed-5", "effect-5"]),
        ["4.67", "3/3", "1", "0"]
    );
    assert_eq!(numbers(&report(&api, "backlog").await["total"], &["open", "age1", "age3"]), ["4", "0", "4"]);
    assert_eq!(numbers(&report(&api, "recovery").await["total"], &["mttr", "recovered"]), ["600", "1"]);
    let boss = app.signed_in("boss").await;
    for name in ["attainment", "recovery", "satisfaction", "solving", "backlog"] {
        for by in ["person", "customer", "month"] {
            same(&api, &boss, name, by).await;
        }
    }
    same(&api, &boss, "attainment", "milestone").await;
}

/// Every number of a report is the same on the page, in the file, in the API, and behind it.
async fn same(api: &Client, boss: &Client, name: &str, by: &str) {
    let told = report(api, &format!("{name}?by={by}")).await;
    let page = boss.get(&format!("/reports/{name}?by={by}")).await.text;
    let file = boss.get(&format!("/reports/{name}/export/csv?by={by}")).await.text;
    let lines: Vec<Vec<&str>> = file.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let rows = told["items"].as_array().unwrap();
    assert_eq!(lines.len(), rows.len() + 1, "{name} {by}");
    assert!(!rows.is_empty(), "{name} {by}");
    for (row, line) in rows.iter().map(Some).chain([None]).zip(&lines) {
        let figures = row.map_or(&told["total"], |r| &r["figures"]);
        let key = row.map(|r| format!("&row={}", r["key"].as_str().unwrap())).unwrap_or_default();
        for (n, column) in told["columns"].as_array().unwrap().iter().enumerate() {
            let (column, unit) = (column["key"].as_str().unwrap(), column["unit"].as_str().unwrap());
            let value = figures[column]["value"].as_f64();
            let cell = value.map_or(String::new(), |v| match unit {
                "count" | "seconds" => format!("{v:.0}"),
                "share" => format!("{:.1}", v * 100.0),
                _ => format!("{v:.2}"),
            });
            assert_eq!(line[n + 1], cell, "{name} {by} {column}");
            let behind = behind(api, name, &format!("by={by}&column={column}{key}")).await;
            match unit {
                "count" => assert_eq!(cell, behind.to_string(), "{name} {by} {column}"),
                "share" => assert_eq!(figures[column]["whole"].as_u64().unwrap_or(0), behind as u64),
                _ => assert_eq!(value.is_some(), behind > 0),
            }
            if unit == "share" && value.is_some() {
                assert!(page.contains(&format!(">{cell}%</a>")), "{name} {by} {column}: {cell}");
            }
        }
    }
}

async fn s1_76_the_overview_says_the_headlines(app: TestApp) {
    month(&app).await;
    let boss = app.signed_in("boss").await;
    let page = boss.get("/reports").await.text;
    for text in ["平均恢复用时", "10 分", "4.67", "20.0%", "2026 年 9 月", "2026 年 8 月没有可比数据"]
    {
        assert!(page.contains(text), "{text}");
    }
    let short = app.api().await.get("/api/v1/reports").await.json();
    let totals: Vec<_> = short["items"].as_array().unwrap().iter().map(|r| r["report"].clone()).collect();
    assert_eq!(
        json!(totals),
        json!([
            "attainment",
            "attainment",
            "recovery",
            "satisfaction",
            "solving",
            "punctuality",
            "repeats",
            "backlog"
        ])
    );
    assert_eq!(short["items"][2]["total"]["mttr"]["value"], json!(600.0));
    // A month later the same numbers are those of the month before.
    app.advance(20 * DAY).await;
    let boss = app.signed_in("boss").await;
    let told = report(&app.api().await, "satisfaction").await;
    assert_eq!((number(&told["total"], "rated"), number(&told["before"], "rated")), ("0".into(), "1".into()));
    assert!(boss.get("/reports/satisfaction").await.text.contains("这段时间没有可统计的工单"));
    assert!(boss.get("/reports/satisfaction?period=last_month").await.text.contains("4.67"));
}

async fn pages_of_rows_and_cases_continue(app: TestApp) {
    for i in 0..60 {
        open(&app, &format!("p{i}@many.example"), "general").await;
    }
    let boss = app.signed_in("boss").await;
    let first = boss.get("/reports/solving/cases?column=came").await.text;
    assert!(first.contains("共 60 条"), "{first}");
    let next =
        first.split("class=\"more\"><a class=\"btn\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = boss.get(&next.replace("&#38;", "&")).await.text;
    let numbers = |text: &str| text.matches("<a href=\"/tickets/AF-").count();
    assert_eq!((numbers(&first), numbers(&second)), (50, 10));
    assert!(!second.contains("class=\"more\""));
}

async fn a_wrong_question_keeps_what_was_typed(app: TestApp) {
    month(&app).await;
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let wrong = [
        ("attainment?period=yesterday", "period"),
        ("attainment?from=soon", "from"),
        ("attainment?from=2026-09-02&until=2026-09-01", "until"),
        ("solving?by=milestone", "by"),
        ("attainment?severity=high", "severity"),
        ("attainment/cases?column=met&cursor=x", "cursor"),
    ];
    for (path, field) in wrong {
        let answer = api.get(&format!("/api/v1/reports/{path}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.json()["fields"][0]["field"], field, "{path}");
    }
    for path in ["everything", "attainment/cases?column=everything"] {
        assert_eq!(api.get(&format!("/api/v1/reports/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = boss.get("/reports/attainment?period=days&from=2026-09-02&until=2026-09-01").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("value=\"2026-09-02\"") && page.text.contains("早于开始日期"),
        "{}",
        page.text
    );
    let nobody = boss.get("/reports/solving?customer=Nowhere").await;
    assert!(nobody.text.contains("客户：不存在") && nobody.text.contains("value=\"Nowhere\""));
    let both = boss.get("/reports/solving?customer=o").await.text;
    assert!(both.contains("有多个客户符合") && both.contains(app.cast.north.as_str()), "{both}");
    let north = boss.get("/reports/solving?customer=north").await.text;
    assert!(north.contains("受理 3 张工单") && north.contains("value=\"North\""), "{north}");
}

const PATHS: [&str; 4] = [
    "/reports",
    "/reports/attainment",
    "/reports/attainment/cases?column=met",
    "/reports/solving/export/csv",
];

async fn only_those_with_the_right_see_reports(app: TestApp) {
    month(&app).await;
    let ann = app.signed_in("ann@north.example").await;
    for path in PATHS {
        assert_eq!(ann.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(app.client().get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let admin = app.cast.staff("admin");
    let mut clients = vec![(ann, StatusCode::NOT_FOUND)];
    for (scopes, status) in [(["ticket.view"], StatusCode::FORBIDDEN), (["report.view"], StatusCode::OK)] {
        let scopes = scopes.map(str::to_owned).to_vec();
        let id = app.cast.staff_id("admin");
        let token = desk::auth::create_token(&app.desk, admin, id, "t".to_owned(), scopes).await.unwrap().1;
        clients.push((app.client().with_token(token), status));
    }
    for (client, status) in clients {
        for path in ["", "/attainment", "/attainment/cases?column=met", "/solving?by=nonsense"] {
            let answer = client.get(&format!("/api/v1/reports{path}")).await;
            let status = if status == StatusCode::OK && path.contains("nonsense") {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                status
            };
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(
                !answer.text.contains("保存没有反应"),
                "reports do not show tickets that the reader may not see"
            );
        }
    }
}

async fn pages_are_whole_in_both_languages(app: TestApp) {
    month(&app).await;
    let token = desk::auth::sign_in(&app.desk, "boss", "a good long one".to_owned(), "").await.unwrap().token;
    let told = report(&app.api().await, "satisfaction").await;
    let mut paths =
        vec!["/reports".to_owned(), "/reports/solving?from=2020-01-01&until=2020-01-02".to_owned()];
    for name in ["attainment", "recovery", "satisfaction", "solving", "backlog"] {
        for by in ["group", "person", "severity", "customer", "contract", "kind", "month"] {
            paths.push(format!("/reports/{name}?by={by}"));
        }
        paths.push(format!("/reports/{name}/export/csv"));
        paths.push(format!("/reports/{name}/export/xlsx"));
    }
    for column in told["columns"].as_array().unwrap() {
        paths.push(format!("/reports/satisfaction/cases?column={}", column["key"].as_str().unwrap()));
    }
    for (locale, path) in ["zh-CN", "en"].iter().flat_map(|l| paths.iter().map(move |p| (l, p))) {
        let cookie = format!("aftercare_session={token}; locale={locale}");
        let page =
            app.client().send(Method::GET, path, "", axum::body::Body::empty(), &[("cookie", &cookie)]).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(!page.text.contains('⟦'), "{locale} {path} lacks a text");
        assert!(!page.text.contains(" style=") && !page.text.contains("onclick"), "{path}");
    }
}
