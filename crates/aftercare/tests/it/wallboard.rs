//! The wallboard: what is overdue, at risk and due next, who is on call, and what today brought.

use axum::http::{Method, StatusCode};
use desk::oncall::save_rota;
use desk::ticket as verb;
use domain::ticket::decide::Solution;
use serde_json::json;
use testkit::{Client, TestApp};
use words::{Locale, t, word};

use super::oncall::{OPERATOR, rota};

mod engines {
    testkit::on_both_engines!(
        it_says_what_a_room_has_to_know,
        urgent_ones_come_first_and_what_is_cut_is_counted,
        customers_do_not_know_of_it,
    );
}

async fn open(app: &TestApp, title: &str, severity: &str) -> String {
    let body =
        json!({"title": title, "requester": "ann@north.example", "severity": severity, "group": "desk"});
    app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned()
}

/// The part of the page below a heading, up to the next one.
async fn below(boss: &Client, heading: &str) -> String {
    let page = boss.get("/wallboard").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let from = page.text.split(&format!("<h2>{}</h2>", t(Locale::Zh, heading))).nth(1).unwrap().to_owned();
    from.split("<h2>").next().unwrap().to_owned()
}

/// The numbers at the top, in their order.
async fn figures(boss: &Client) -> Vec<String> {
    let page = boss.get("/wallboard").await.text;
    let numbers = page.split("<dl class=\"wall-figures\">").nth(1).unwrap().split("</dl>").next().unwrap();
    numbers.split("<dd>").skip(1).map(|n| n.split('<').next().unwrap().to_owned()).collect()
}

async fn it_says_what_a_room_has_to_know(app: TestApp) {
    let boss = app.signed_in("boss").await;
    assert_eq!(figures(&boss).await, ["0", "0", "0", "0", "0", "0", "0"]);
    assert!(below(&boss, "board-oncall").await.contains(t(Locale::Zh, "board-oncall-none")));
    save_rota(&app.desk, &OPERATOR, rota(&app, &["agent"])).await.unwrap();
    let api = app.api().await;
    let path = format!("/api/v1/staff/{}", app.cast.staff_id("agent"));
    let kept = api.get(&path).await.json();
    let phone = json!({"version": kept["version"], "phone": "13800001234"});
    assert_eq!(api.json(Method::PATCH, &path, &phone).await.status, StatusCode::OK);

    open(&app, "first to fall due", "urgent").await;
    let solved = open(&app, "solved at once", "general").await;
    let solution = Solution { resolution: "restarted".to_owned(), ..Solution::default() };
    verb::resolve(&app.desk, app.cast.staff("agent"), &solved, solution).await.unwrap();
    // Overdue, at risk, open, unassigned, waiting, came today, solved today.
    let numbers = figures(&boss).await;
    assert_eq!([&numbers[..3], &numbers[4..]].concat(), ["0", "0", "1", "0", "2", "1"]);
    assert!(below(&boss, "board-next").await.contains("first to fall due"));
    let on_call = below(&boss, "board-oncall").await;
    let primary = word(Locale::Zh, "seat", "primary");
    assert!([primary, "agent", "tel:13800001234"].iter().all(|s| on_call.contains(s)), "{on_call}");

    // Three quarters of the half hour.
    app.advance(1_350).await;
    assert!(below(&boss, "board-at_risk").await.contains("first to fall due"));
    assert!(!below(&boss, "board-overdue").await.contains("first to fall due"));
    app.advance(451).await;
    assert!(below(&boss, "board-overdue").await.contains("first to fall due"));
    assert!(!below(&boss, "board-next").await.contains("first to fall due"));
    assert_eq!(figures(&boss).await[0], "1");
    // Tomorrow nothing has come and nothing was solved.
    app.sleep_through(86_400);
    assert_eq!(figures(&boss).await[5..], ["0", "0"]);
}

async fn urgent_ones_come_first_and_what_is_cut_is_counted(app: TestApp) {
    let boss = app.signed_in("boss").await;
    for n in 1..=4 {
        open(&app, &format!("general {n}"), "general").await;
    }
    app.advance(60).await;
    for n in 1..=2 {
        open(&app, &format!("urgent {n}"), "urgent").await;
        app.advance(60).await;
    }
    app.advance(86_400).await;
    let late = below(&boss, "board-overdue").await;
    let places = ["urgent 1", "urgent 2", "general 1", "general 2"].map(|t| late.find(t));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{late}");
    assert!(!late.contains("general 3"), "{late}");
    let more = format!(
        "<a href=\"/tickets?view=due_next\">{}</a>",
        words::t_args(Locale::Zh, "board-more", &[("n", "2")])
    );
    assert!(late.contains(&more), "{late}");
}

async fn customers_do_not_know_of_it(app: TestApp) {
    let ann = app.signed_in("ann@north.example").await;
    assert_eq!(ann.get("/wallboard").await.status, StatusCode::NOT_FOUND);
    let boss = app.signed_in("boss").await;
    for page in ["/tickets?view=mine", "/reports"] {
        assert!(boss.get(page).await.text.contains("href=\"/wallboard\""), "{page}");
    }
    assert!(!ann.get("/portal").await.text.contains("/wallboard"));
}
