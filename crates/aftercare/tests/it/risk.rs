//! Clocks at risk: three quarters of the time are used, or most such cases took longer. Staff are told, customers not.

use axum::http::StatusCode;
use desk::ticket as verb;
use domain::ticket::decide::Solution;
use serde_json::{Value, json};
use testkit::TestApp;
use words::{Locale, t, t_args};

mod engines {
    testkit::on_both_engines!(
        used_time_is_a_risk_and_customers_are_not_told,
        what_became_of_thirty_such_cases_is_a_risk
    );
}

async fn open(app: &TestApp, severity: &str, group: &str) -> String {
    let body =
        json!({"title": "slow", "requester": "ann@north.example", "severity": severity, "group": group});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn clock(app: &TestApp, number: &str, kind: &str) -> Value {
    let ticket = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    ticket["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == kind).unwrap().clone()
}

async fn used_time_is_a_risk_and_customers_are_not_told(app: TestApp) {
    let number = open(&app, "general", "desk").await;
    let target = clock(&app, &number, "response").await["target_s"].as_i64().unwrap();
    app.advance(target * 3 / 4 - 1).await;
    let boss = app.signed_in("boss").await;
    let page = boss.get(&format!("/tickets/{number}")).await.text;
    assert!(
        clock(&app, &number, "response").await["risk"].is_null() && !page.contains("chip-risk"),
        "{page}"
    );
    app.advance(1).await;
    let risk = &clock(&app, &number, "response").await["risk"];
    assert_eq!(*risk, json!({"because": "used", "percent": 75, "cases": null, "like": null}));
    let why = t_args(Locale::Zh, "risk-used", &[("percent", "75")]);
    for path in [format!("/tickets/{number}"), "/tickets?view=all".to_owned()] {
        let page = boss.get(&path).await.text;
        assert!(page.contains(&why) && page.contains(t(Locale::Zh, "chip-risk")), "{path}: {page}");
    }
    let explained = format!("/tickets/{number}/clocks/response/1");
    assert!(boss.get(&explained).await.text.contains(&why));
    // The customer reads the same promise without it.
    let ann = app.signed_in("ann@north.example").await;
    for path in [explained, format!("/portal/cases/{number}"), format!("/api/v1/tickets/{number}")] {
        let page = ann.get(&path).await.text;
        assert!(
            !page.contains(&why) && !page.contains("\"risk\"") && !page.contains("chip-risk"),
            "{path}: {page}"
        );
    }
    // Late is no longer at risk.
    app.advance(target).await;
    assert!(clock(&app, &number, "response").await["risk"].is_null());
}

async fn what_became_of_thirty_such_cases_is_a_risk(app: TestApp) {
    let mut numbers = Vec::new();
    for _ in 0..30 {
        numbers.push(open(&app, "urgent", "desk").await);
    }
    let target = clock(&app, &numbers[0], "resolution").await["target_s"].as_i64().unwrap();
    app.sleep_through(target * 2);
    let solve = async |number: &str| {
        let solution = Solution { resolution: "restarted".to_owned(), ..Solution::default() };
        verb::resolve(&app.desk, app.cast.staff("agent"), number, solution).await.unwrap();
    };
    for number in &numbers[1..] {
        solve(number).await;
    }
    let new = open(&app, "urgent", "desk").await;
    let other = open(&app, "urgent", "other").await;
    assert!(clock(&app, &new, "resolution").await["risk"].is_null(), "twenty-nine are too few");
    // The thirtieth is not solved: when its clock has been read, it is known to last as long. What is known of past
    // cases is kept for ten minutes.
    app.advance(599).await;
    assert!(clock(&app, &new, "resolution").await["risk"].is_null(), "as it was known before");
    app.advance(1).await;
    let course = json!({"because": "course", "percent": 0, "cases": 30, "like": "same"});
    assert_eq!(clock(&app, &new, "resolution").await["risk"], course);
    let wider = json!({"because": "course", "percent": 0, "cases": 30, "like": "severity"});
    assert_eq!(clock(&app, &other, "resolution").await["risk"], wider, "nobody else was in that queue");
    let like = t(Locale::Zh, "like-same");
    let why = t_args(Locale::Zh, "risk-course", &[("like", like), ("cases", "30"), ("percent", "0")]);
    let boss = app.signed_in("boss").await;
    for path in [format!("/tickets/{new}"), format!("/tickets/{new}/clocks/resolution/1")] {
        assert!(boss.get(&path).await.text.contains(&why), "{path}");
    }
    // In the list the nearest promise is another one: the mark names the one that is meant.
    let args = [("milestone", words::word(Locale::Zh, "milestone", "resolution")), ("why", &*why)];
    assert!(boss.get("/tickets?view=all").await.text.contains(&t_args(Locale::Zh, "risk-of", &args)));
}
