//! What-if under another rota: what was answered on duty is answered when others are there; the page says since when.

use axum::http::StatusCode;
use desk::oncall::save_rota;
use desk::ticket as verb;
use domain::ticket::decide::Solution;
use serde_json::{Value, json};
use store::oncall::RotaRow;
use testkit::TestApp;
use words::{Locale, t, t_args};

use super::oncall::{OPERATOR, rota};
use super::what_if::{answer, open, row};

mod engines {
    testkit::on_both_engines!(
        a_month_under_another_rota,
        the_same_rota_changes_nothing,
        programs_ask_the_same_and_wrong_questions_are_refused,
        a_reply_comes_no_sooner_than_the_first_response
    );
}

/// An urgent case that comes at a local time, is answered after some minutes, and solved at once.
pub(crate) async fn case(app: &TestApp, comes: &str, minutes: i64) -> String {
    app.advance_to(format!("2026-{comes}:00+08:00").parse().unwrap()).await;
    let number = open(app, "urgent").await;
    app.advance(minutes * 60).await;
    answer(app, &number).await;
    let solution = Solution { resolution: "mended".to_owned(), ..Solution::default() };
    verb::resolve(&app.desk, app.cast.staff("agent"), &number, solution).await.unwrap();
    number
}

/// Around the clock until Monday, then by day only; a Saturday night, a Monday night and a workday. In October.
async fn month(app: &TestApp) -> (RotaRow, [String; 3]) {
    let saved = save_rota(&app.desk, &OPERATOR, rota(app, &["agent", "colleague"])).await.unwrap();
    let saturday = case(app, "09-26T22:00", 20).await;
    app.advance_to("2026-09-28T09:00:00+08:00".parse().unwrap()).await;
    let mut doc = saved.doc.clone();
    doc.layers[0].windows = vec![("09:00".to_owned(), "21:00".to_owned())];
    let saved = save_rota(&app.desk, &OPERATOR, RotaRow { doc, ..saved }).await.unwrap();
    let night = case(app, "09-28T22:00", 10).await;
    let day = case(app, "09-29T10:00", 10).await;
    app.advance_to("2026-10-09T10:00:00+08:00".parse().unwrap()).await;
    (saved, [saturday, night, day])
}

async fn a_month_under_another_rota(app: TestApp) {
    let (saved, [saturday, night, day]) = month(&app).await;
    let boss = app.signed_in("boss").await;
    let page = boss.get("/reports/what-if?month=2026-09&rota=none").await.text;
    // Nobody on call: Saturday's case waits for Monday. The night's was nobody's duty, the day's is in service hours.
    assert_eq!(row(&page, "urgent"), ["100.0% (3/3)", "66.7% (2/3)"]);
    // Twice each: the first response, and the technician at work, who was met by the solution.
    let answers = [("sooner", "0"), ("later", "2"), ("same", "2"), ("off", "2")];
    assert!(page.contains(&t_args(Locale::Zh, "what-if-answers", &answers)), "{page}");
    let flips = page.split("<section><h2>").nth(1).unwrap();
    assert!(flips.contains(&saturday) && !flips.contains(&night) && !flips.contains(&day), "{flips}");
    assert!(
        flips.contains("→ 09-28 周一 09:20") && flips.contains("09-28 周一 09:00 起是服务时间"),
        "{flips}"
    );
    // By the rota as it is now, Saturday's is answered on Sunday morning, by whoever has the duty.
    let now = boss.get(&format!("/reports/what-if?month=2026-09&rota={}", saved.id)).await.text;
    assert_eq!(row(&now, "urgent"), ["100.0% (3/3)", "66.7% (2/3)"]);
    assert!(now.contains("→ 09-27 周日 09:20") && now.contains("09-27 周日 09:00 起 "), "{now}");
    // First the answer moves, then the promise changes: two days are enough.
    let kinder = boss.get("/reports/what-if?month=2026-09&rota=none&response=48+h").await.text;
    assert_eq!(row(&kinder, "urgent"), ["100.0% (3/3)", "100.0% (3/3)"]);
    assert!(kinder.contains(&t_args(Locale::Zh, "what-if-flips", &[("n", "1")])), "the technician: {kinder}");
    // Another group has no cases.
    let other = boss.get("/reports/what-if?month=2026-09&rota=none&group=other").await.text;
    assert!(other.contains(t(Locale::Zh, "what-if-empty")), "{other}");
    let api = app.api().await;
    for (group, n) in [("other", 0), ("desk", 3)] {
        let told =
            api.get(&format!("/api/v1/reports/what-if?month=2026-09&rota=none&group={group}")).await.json();
        assert_eq!(told["tickets"], n, "{group}: {told}");
    }
    let file = boss.get("/reports/what-if/export/csv?month=2026-09&rota=none").await.text;
    let line = file.lines().find(|l| l.contains(&saturday)).unwrap();
    assert!(line.contains("2026-09-28") && line.contains(t(Locale::Zh, "what-if-house")), "{line}");
    let columns = |l: &str| l.split(',').count();
    assert!(file.lines().all(|l| columns(l) == columns(line)), "{file}");
}

/// The rota was there all the time: whoever asks for it gets what was.
async fn the_same_rota_changes_nothing(app: TestApp) {
    let saved = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    case(&app, "09-26T22:00", 20).await;
    case(&app, "09-28T17:50", 45).await;
    app.advance_to("2026-10-09T10:00:00+08:00".parse().unwrap()).await;
    let boss = app.signed_in("boss").await;
    let page = boss.get(&format!("/reports/what-if?month=2026-09&rota={}", saved.id)).await.text;
    assert_eq!(row(&page, "urgent"), ["50.0% (1/2)", "50.0% (1/2)"]);
    assert!(page.contains(&t_args(Locale::Zh, "what-if-flips", &[("n", "0")])), "{page}");
    let answers = [("sooner", "0"), ("later", "0"), ("same", "4"), ("off", "0")];
    assert!(page.contains(&t_args(Locale::Zh, "what-if-answers", &answers)), "{page}");
}

async fn programs_ask_the_same_and_wrong_questions_are_refused(app: TestApp) {
    let (saved, [saturday, ..]) = month(&app).await;
    let api = app.api().await;
    let ask = async |query: &str| api.get(&format!("/api/v1/reports/what-if?month=2026-09&{query}")).await;
    let told: Value = ask("rota=none&severity=urgent").await.json();
    assert_eq!(told["answers"], json!({"sooner": 0, "later": 2, "same": 2, "off_duty": 2}));
    let line = told["lines"].as_array().unwrap().iter().find(|l| l["milestone"] == "response").unwrap();
    assert_eq!((&line["before"]["kept"], &line["after"]["kept"]), (&json!(3), &json!(2)));
    assert_eq!((&told["all"], &told["next_cursor"]), (&json!(2), &Value::Null));
    let flip = &told["items"][1];
    assert_eq!(flip["milestone"], "response");
    assert_eq!(
        (&flip["number"], &flip["before"], &flip["after"]),
        (&json!(saturday), &json!("kept"), &json!("missed"))
    );
    let moved = json!({
        "was": "2026-09-26T14:20:00Z", "at": "2026-09-28T01:20:00Z", "since": "2026-09-28T01:00:00Z", "person": null
    });
    assert_eq!(flip["answer"], moved);
    let first = ask("rota=none&limit=1").await.json();
    let rest =
        ask(&format!("rota=none&limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).await.json();
    assert_eq!((&rest["items"][0], &rest["next_cursor"]), (flip, &Value::Null));
    let told: Value = ask(&format!("rota={}", saved.id)).await.json();
    assert!(told["items"][0]["answer"]["person"].is_string(), "{told}");
    assert_eq!(ask("response=1+min").await.json()["answers"], Value::Null, "the rota as it was");
    for wrong in ["rota=gone", "cursor=x", "policy=gone", "response=soon"] {
        assert_eq!(ask(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let boss = app.signed_in("boss").await;
    let page = boss.get("/reports/what-if?rota=gone&resolution=4+h").await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("value=\"4 h\""));
}

/// Saturday night: the first response took twenty minutes, the reply to what was asked then five.
async fn a_reply_comes_no_sooner_than_the_first_response(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    app.advance_to("2026-09-26T22:00:00+08:00".parse().unwrap()).await;
    let number = open(&app, "urgent").await;
    app.advance(20 * 60).await;
    answer(&app, &number).await;
    app.advance(20 * 60).await;
    let ann = app.signed_in("ann@north.example").await;
    let asks = ann.form(&format!("/tickets/{number}/messages"), "text=and+now").await;
    assert!(asks.status.is_redirection(), "{} {}", asks.status, asks.text);
    app.advance(5 * 60).await;
    answer(&app, &number).await;
    app.advance_to("2026-10-09T10:00:00+08:00".parse().unwrap()).await;
    let told = app.api().await.get("/api/v1/reports/what-if?month=2026-09&rota=none").await.json();
    let at = |milestone: &str| {
        let flip = told["items"].as_array().unwrap().iter().find(|f| f["milestone"] == milestone);
        flip.unwrap_or_else(|| panic!("{milestone}: {told}"))["answer"].clone()
    };
    let (response, reply) = (at("response"), at("reply"));
    assert_eq!(response["at"], "2026-09-28T01:20:00Z");
    // Five minutes of presence after Monday, nine o'clock, would be before that.
    assert_eq!((&reply["at"], &reply["since"]), (&response["at"], &response["since"]), "{told}");
}
