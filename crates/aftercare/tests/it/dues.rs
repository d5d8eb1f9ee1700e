//! Every due leads to its explanation, wherever it is shown; the headline of the portal says the nearest one as it is.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        each_due_leads_to_its_explanation,
        an_off_hours_clock_names_its_rule,
        the_headline_knows_a_late_contact_and_a_year_without_holidays,
        a_running_clock_is_read_when_it_is_asked_for,
    );
}

async fn open(app: &TestApp, severity: &str) -> String {
    let body =
        json!({"title": "slow", "requester": "ben@north.example", "severity": severity, "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

const WHY: &str = "为什么是这个时间</h3>";

async fn each_due_leads_to_its_explanation(app: TestApp) {
    let number = open(&app, "urgent").await;
    let boss = app.signed_in("boss").await;
    let link = format!("href=\"/tickets/{number}?why=response#why-place\"");
    for page in ["/tickets?view=all", "/wallboard"] {
        let page = boss.get(page).await.text;
        assert!(page.contains(&link) && page.contains("title=\"为什么是这个时间：逐条说明\""), "{page}");
    }
    let plain = boss.get(&format!("/tickets/{number}")).await.text;
    assert!(!plain.contains(WHY) && plain.contains("?why=response.1#why-place"), "{plain}");
    for why in ["response", "response.1"] {
        let page = boss.get(&format!("/tickets/{number}?why={why}")).await.text;
        assert!(page.contains(&format!("<h3>首次响应 · {WHY}")), "{why}: {page}");
    }
    for nothing in ["response.7", "x", "response.x"] {
        let page = boss.get(&format!("/tickets/{number}?why={nothing}")).await;
        assert!(page.status == StatusCode::OK && !page.text.contains(WHY), "{nothing}");
    }
    // The customer's pages lead to the customer's page.
    let ben = app.signed_in("ben@north.example").await;
    let case = format!("/portal/cases/{number}?why=response.1");
    for page in [format!("/portal/cases/{number}"), "/portal/promises".to_owned()] {
        let page = ben.get(&page).await.text;
        assert!(page.contains(&format!("href=\"{case}#why-place\"")), "{page}");
    }
    assert!(ben.get(&case).await.text.contains(WHY));

    app.advance(3600).await;
    let late = boss.get(&format!("/tickets/{number}?why=response.1")).await.text;
    assert!(late.contains("<li data-kind=\"over\">截至 今天 11:00 已超 30 分</li>"), "{late}");
    let cases = "/reports/attainment/cases?column=missed&milestone=response";
    let page = boss.get(cases).await.text;
    assert!(page.contains(&format!("href=\"/tickets/{number}?why=response.1#why-place\"")), "{page}");
    // The same lines as a file.
    let file = boss.get(&cases.replace("cases?", "cases/export/csv?")).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    assert!(file.text.lines().next().unwrap().contains("数值（秒）"), "{}", file.text);
    assert!(file.text.lines().count() == 2 && file.text.contains(&number), "{}", file.text);
    let book = boss.get(&cases.replace("cases?", "cases/export/xlsx?")).await;
    assert_eq!(book.status, StatusCode::OK);
    let none = boss.get("/reports/attainment/cases/export/csv?column=everything").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// A clock that started outside service hours says which rule took its calendar.
async fn an_off_hours_clock_names_its_rule(app: TestApp) {
    let contract =
        json!({"number": "HT-1", "organisation": app.cast.north, "starts_on": "2020-01-01", "policy": "t3"});
    assert!(app.api().await.post("/api/v1/contracts", &contract).await.status.is_success());
    app.advance(10 * 3600).await;
    let number = open(&app, "urgent").await;
    let boss = app.signed_in("boss").await;
    let page = boss.get(&format!("/tickets/{number}?why=response.1")).await.text;
    let line = page.split("<li data-kind=\"off_hours\">").nth(1).unwrap_or_else(|| panic!("{page}"));
    let line = line.split('<').next().unwrap();
    assert!(line.contains("的非服务时间规则") && line.contains("不在日历"), "{line}");
    assert!(page.contains("（非服务时间受理）"), "{page}");
}

async fn the_headline_knows_a_late_contact_and_a_year_without_holidays(app: TestApp) {
    let number = open(&app, "general").await;
    let ben = app.signed_in("ben@north.example").await;
    let next = || async {
        let page = ben.get(&format!("/portal/cases/{number}")).await.text;
        let next = page.split("id=\"next\"><b>").nth(1).unwrap().split("</b>").next().unwrap();
        next.to_owned()
    };
    let first = next().await;
    assert!(first.contains("前由工程师联系您") && !first.contains("可能调整"), "{first}");
    let api = app.api().await;
    for id in ["service", "parity"] {
        let path = format!("/api/v1/calendars/{id}");
        let kept = api.get(&path).await.json();
        let mut doc = kept["doc"].clone();
        doc["coverage"] = json!([2020]);
        let body = json!({"name": kept["name"], "rev": kept["rev"], "doc": doc});
        assert_eq!(api.json(Method::PUT, &path, &body).await.status, StatusCode::OK);
    }
    let moves = next().await;
    assert!(moves.contains("节假日安排尚未公布，时间可能调整"), "{moves}");
    let clocks = api.get(&format!("/api/v1/tickets/{number}")).await.json()["clocks"].clone();
    let target =
        clocks.as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap()["target_s"].as_i64();
    app.advance(target.unwrap() + 60).await;
    let late = next().await;
    assert!(
        late.starts_with("工程师应于 ") && late.contains("现已超时") && !late.contains("可能调整"),
        "{late}"
    );
    // What comes next is said behind it.
    let number = open(&app, "urgent").await;
    app.advance(1860).await;
    let page = ben.get(&format!("/portal/cases/{number}")).await.text;
    let next = page.split("id=\"next\"><b>").nth(1).unwrap().split("</b>").next().unwrap();
    assert!(next.starts_with("工程师应于 ") && next.contains("现已超时。今天 "), "{next}");
}

async fn a_running_clock_is_read_when_it_is_asked_for(app: TestApp) {
    let number = open(&app, "urgent").await;
    let path = format!("/api/v1/tickets/{number}");
    let api = app.api().await;
    let clock = |t: &Value| {
        let all = t["clocks"].as_array().unwrap();
        let c = all.iter().find(|c| c["kind"] == "response").unwrap();
        (c["counted_s"].as_i64().unwrap(), c["state"].as_str().unwrap().to_owned())
    };
    app.sleep_through(600);
    assert_eq!(clock(&api.get(&path).await.json()), (600, "running".to_owned()));
    app.sleep_through(1800);
    assert_eq!(clock(&api.get(&path).await.json()), (2400, "breached_running".to_owned()));

    let field = json!({"key": "floor", "label": "floor", "type": "number"});
    let version = api.get("/api/v1/fields").await.json()["version"].clone();
    let fields = json!({"version": version, "fields": [field]});
    assert_eq!(api.json(Method::PUT, "/api/v1/fields", &fields).await.status, StatusCode::OK);
    for (sent, kept) in [(json!(7), "7"), (json!(7.5), "7.5"), (json!("08"), "8"), (json!(1e3), "1000")] {
        let edited = api.json(Method::PATCH, &path, &json!({"extra": {"floor": sent}})).await;
        assert_eq!(edited.status, StatusCode::OK, "{}", edited.text);
        assert_eq!(edited.json()["extra"]["floor"], kept);
    }
    let body = json!({"title": "t", "requester": "ben@north.example", "extra": {"floor": 3}});
    assert_eq!(api.post("/api/v1/tickets", &body).await.json()["extra"]["floor"], "3");
    let wrong = api.json(Method::PATCH, &path, &json!({"extra": {"floor": [1]}})).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert_eq!(wrong.json()["fields"][0]["field"], "extra.floor", "{}", wrong.text);
}
