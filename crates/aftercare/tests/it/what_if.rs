//! What-if: what was is what the report says; what would have been is counted again from each case's own history.

use axum::http::StatusCode;
use desk::ticket as verb;
use domain::ticket::decide::{Body, Draft};
use serde_json::json;
use testkit::TestApp;
use words::{Locale, t_args, word};

mod engines {
    testkit::on_both_engines!(
        a_month_under_another_promise,
        nothing_other_changes_nothing,
        a_wrong_question_keeps_what_was_typed
    );
}

pub(crate) async fn open(app: &TestApp, severity: &str) -> String {
    let body =
        json!({"title": "slow", "requester": "ann@north.example", "severity": severity, "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

pub(crate) async fn answer(app: &TestApp, number: &str) {
    let draft = Draft { body: Body::from_text("we look"), ..Draft::default() };
    verb::reply(&app.desk, app.cast.staff("agent"), number, draft).await.unwrap();
}

/// Urgent cases answered after 10, 25 and 45 minutes, the last too late; a general one answered at once.
async fn month(app: &TestApp) -> [String; 4] {
    let mut numbers = Vec::new();
    for (severity, minutes) in [("urgent", 10), ("urgent", 25), ("urgent", 45), ("general", 0)] {
        let number = open(app, severity).await;
        app.advance(minutes * 60).await;
        answer(app, &number).await;
        numbers.push(number);
    }
    app.advance(86_400).await;
    numbers.try_into().unwrap()
}

/// What the page says of first responses of a severity: as it was, and replayed.
pub(crate) fn row(page: &str, severity: &str) -> [String; 2] {
    let (milestone, severity) =
        (word(Locale::Zh, "milestone", "response"), word(Locale::Zh, "severity", severity));
    let head = format!("<th scope=\"row\">{milestone}</th><td>{severity}</td>");
    let cells = page.split(&head).nth(1).unwrap_or_else(|| panic!("{page}")).split("</tr>").next().unwrap();
    [1, 2].map(|n| cells.split("<td class=\"num\">").nth(n).unwrap().split('<').next().unwrap().to_owned())
}

async fn a_month_under_another_promise(app: TestApp) {
    let [quick, slow, late, _] = month(&app).await;
    let boss = app.signed_in("boss").await;
    let asked = "month=2026-09&response=20+min&severity=urgent";
    let page = boss.get(&format!("/reports/what-if?{asked}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(row(&page.text, "urgent"), ["66.7% (2/3)", "33.3% (1/3)"]);
    // As it was is what the report says.
    let report =
        app.api().await.get("/api/v1/reports/attainment?milestone=response&by=severity").await.json();
    let rate = &report["items"][0]["figures"]["rate"];
    assert_eq!((&rate["part"], &rate["whole"]), (&json!(2), &json!(3)));
    let flips = page.text.split("<section><h2>").nth(1).unwrap();
    assert!(flips.starts_with(&t_args(Locale::Zh, "what-if-flips", &[("n", "1")])), "{flips}");
    assert!(flips.contains(&slow) && !flips.contains(&quick) && !flips.contains(&late), "{flips}");
    // The same cases leave the house as a file.
    let file = boss.get(&format!("/reports/what-if/export/csv?{asked}")).await.text;
    let outcome = |o| word(Locale::Zh, "outcome", o);
    let due = words::t(Locale::Zh, "what-if-due");
    assert!(file.lines().next().unwrap().contains(due), "{file}");
    let turned_case = file.lines().find(|l| l.contains(&slow)).unwrap();
    assert!(turned_case.contains("2026-09-"), "when it would have been due: {file}");
    // The rates of the page are its first lines, as plain numbers.
    let rates = file.lines().nth(1).unwrap();
    assert!(
        rates.contains(",66.7,33.3,3,2026-09,紧急,全部,照当时的值班表,照原承诺,照所选承诺,20 min,"),
        "{file}"
    );
    assert_eq!(file.lines().filter(|l| l.contains("AF-")).count(), 1, "{file}");
    let turned = format!("{},{}", outcome("kept"), outcome("missed"));
    assert!(file.contains(&turned) && file.contains(&slow), "{file}");
    // With more time the late one would have been kept.
    let kinder = boss.get("/reports/what-if?month=2026-09&response=2+h").await.text;
    assert_eq!(row(&kinder, "urgent"), ["66.7% (2/3)", "100.0% (3/3)"]);
    assert_eq!(row(&kinder, "general"), ["100.0% (1/1)", "100.0% (1/1)"]);
    assert!(kinder.split("<section><h2>").nth(1).unwrap().contains(&late));
    // Another month has nothing.
    let empty = boss.get("/reports/what-if?month=2026-08&response=1+h").await.text;
    assert!(empty.contains(words::t(Locale::Zh, "what-if-empty")), "{empty}");
    let file = boss.get("/reports/what-if/export/csv?month=2026-08&response=1+h&group=desk").await.text;
    let lines: Vec<&str> = file.lines().collect();
    assert!(lines.len() == 2 && lines[1].contains(words::t(Locale::Zh, "what-if-empty")), "{file}");
    assert!(lines[1].contains(",2026-08,全部,") && lines[1].ends_with(",1 h,"), "{file}");
    assert_eq!(lines[0].split(',').count(), lines[1].split(',').count(), "{file}");
}

/// Every promise of the cast is T1: under T1 everything comes out as it was.
async fn nothing_other_changes_nothing(app: TestApp) {
    month(&app).await;
    let boss = app.signed_in("boss").await;
    let page = boss.get("/reports/what-if?month=2026-09&policy=t1").await.text;
    assert_eq!(row(&page, "urgent"), ["66.7% (2/3)", "66.7% (2/3)"]);
    assert!(page.contains(&t_args(Locale::Zh, "what-if-flips", &[("n", "0")])), "{page}");
    let asked = boss.get("/reports/what-if").await;
    assert!(asked.status == StatusCode::OK && !asked.text.contains("class=\"numbers\""), "a question first");
    let hint = words::t(Locale::Zh, "what-if-asks-nothing");
    assert!(!asked.text.contains(hint), "{}", asked.text);
    let sent = boss.get("/reports/what-if?month=2026-09&policy=&rota=").await.text;
    assert!(sent.contains(hint), "{sent}");
    // A month that is not among the last ones is chosen all the same.
    let old = boss.get("/reports/what-if?month=2020-01&policy=t1").await.text;
    assert!(old.contains("<option selected>2020-01</option>"), "{old}");
}

async fn a_wrong_question_keeps_what_was_typed(app: TestApp) {
    let boss = app.signed_in("boss").await;
    let api = app.api().await;
    for wrong in [
        "response=soon",
        "month=x",
        "month=1800-01",
        "month=2026-10",
        "month=2026-8",
        "policy=none",
        "calendar=none",
        "severity=x",
        "group=nix",
        "rota=gone",
    ] {
        let field = wrong.split('=').next().unwrap();
        let page = boss.get(&format!("/reports/what-if?resolution=4+h&{wrong}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(page.text.contains("value=\"4 h\""), "{wrong}");
        let at = page.text.split(&format!("name=\"{field}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(at.contains("aria-invalid=\"true\""), "{wrong}: {}", page.text);
        let told = api.get(&format!("/api/v1/reports/what-if?{wrong}")).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(told.json()["fields"][0]["field"], field, "{}", told.text);
        assert!(
            told.json()["title"].as_str().unwrap().chars().any(|c| c > '\u{7f}'),
            "in words: {}",
            told.text
        );
    }
    let all =
        api.get("/api/v1/reports/what-if?month=1800-01&group=nix&rota=gone&resolution=x&response=y").await;
    let fields =
        all.json()["fields"].as_array().unwrap().iter().map(|f| f["field"].clone()).collect::<Vec<_>>();
    assert_eq!(json!(fields), json!(["month", "group", "rota", "response", "resolution"]));
    let ann = app.signed_in("ann@north.example").await;
    assert_eq!(ann.get("/reports/what-if").await.status, StatusCode::NOT_FOUND);
}
