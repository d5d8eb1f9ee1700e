//! On-call between people: a swap counts when both agree; a feed opens for its secret; the holidays are planned from the
//! counters and checked in time; whoever's shift begins confirms, and reads what was left.

use axum::http::{Method, StatusCode};
use desk::oncall::{confirm_phone, save_rota};
use domain::time::{Timestamp, plus_seconds};
use serde_json::{Value, json};
use store::oncall::RotaRow;
use testkit::TestApp;

use super::console::{next_page, undo_form};
use super::oncall::{OPERATOR, rota, staff};

mod engines {
    testkit::on_both_engines!(
        a_swap_counts_when_both_agree,
        a_swap_is_declined_withdrawn_or_too_late,
        programs_swap_as_people_do,
        the_feed_of_shifts_opens_for_its_secret_alone,
        the_holidays_are_planned_from_the_counters,
        findings_of_the_coming_holidays_are_told_twice_and_once_each,
        whoever_begins_a_shift_confirms_or_others_are_told,
        what_is_left_is_read_by_the_next,
    );
}

const HOUR: i64 = 3600;

/// A rota whose weeks alternate between two people; on 24 September 2026 `first` has it until Monday the 28th, 09:00.
async fn weeks(app: &TestApp, first: &str, second: &str) -> RotaRow {
    let row = rota(app, &[first, second]);
    let saved = save_rota(&app.desk, &OPERATOR, row.clone()).await.unwrap();
    let on = app.api().await.get("/api/v1/on-call").await.json()["items"][0]["primary"]["person"].clone();
    if on == json!(staff(app, first)) {
        return saved;
    }
    let row = RotaRow { doc: rota(app, &[second, first]).doc, ..saved };
    save_rota(&app.desk, &OPERATOR, row).await.unwrap()
}

async fn on_call(app: &TestApp, at: &str) -> Value {
    app.api().await.get(&format!("/api/v1/on-call?at={at}")).await.json()["items"][0]["primary"].clone()
}

async fn notices(app: &TestApp, login: &str) -> String {
    app.signed_in(login).await.get("/notices").await.text
}

/// The first shift that the form of a swap offers to give.
fn shift(page: &str) -> String {
    let options = page.split("name=\"shift\"").nth(1).unwrap();
    options.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn swap_key(page: &str) -> String {
    page.split("/on-call/swaps/").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

async fn a_swap_counts_when_both_agree(app: TestApp) {
    weeks(&app, "agent", "colleague").await;
    let (agent, colleague) = (app.signed_in("agent").await, app.signed_in("colleague").await);
    let page = agent.get("/on-call").await.text;
    assert!(page.contains("<li>2026-09-21 周一 09:00 \u{2013} 2026-09-28 周一 09:00"), "since when: {page}");
    let form = format!(
        "shift={}&person={}&from=2026-09-25T18:00&until=2026-09-26T09:00\
         &back_from=2026-09-29T18:00&back_until=2026-09-30T09:00&note=孩子家长会",
        shift(&page),
        staff(&app, "colleague")
    );
    let bad = agent.form("/on-call/swaps", &form.replace("09-29T18", "09-27T18")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("不全是此人的班") && bad.text.contains("孩子家长会"), "{}", bad.text);
    let done = agent.form("/on-call/swaps", &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let again = agent.form("/on-call/swaps", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "one proposal is enough");
    assert!(again.text.contains("已有同样的记录"), "{}", again.text);
    let night = "2026-09-25T12:00:00Z";
    assert_eq!(on_call(&app, night).await["because"]["kind"], "turn", "a proposal does not count");
    assert!(notices(&app, "colleague").await.contains("agent 请您换班"));
    let seen = app.signed_in("boss").await.get("/on-call").await.text;
    assert!(seen.contains("agent 请 colleague 代") && !seen.contains("value=\"accepted\""), "{seen}");
    assert_eq!(
        agent
            .form(
                &format!("/on-call/swaps/{}/answer", swap_key(&seen_by(&colleague).await)),
                "state=accepted"
            )
            .await
            .status,
        StatusCode::NOT_FOUND,
        "nobody agrees with themselves"
    );

    let asked = seen_by(&colleague).await;
    let address = format!("/on-call/swaps/{}/answer", swap_key(&asked));
    for _ in 0..2 {
        let agreed = colleague.form(&address, "state=accepted").await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text);
    }
    let swapped = json!({"person": staff(&app, "colleague"), "because": {"kind": "swap"}});
    assert_eq!(on_call(&app, night).await, swapped);
    assert_eq!(on_call(&app, "2026-09-29T12:00:00Z").await["person"], json!(staff(&app, "agent")));
    assert_eq!(on_call(&app, "2026-09-26T02:00:00Z").await["person"], json!(staff(&app, "agent")));
    for login in ["agent", "boss"] {
        assert_eq!(notices(&app, login).await.matches("colleague 同意换班").count(), 1, "{login}");
    }
    assert!(!seen_by(&colleague).await.contains("id=\"swaps\""));
    a_swap_is_in_the_audit_in_words(&app).await;
}

async fn a_swap_is_in_the_audit_in_words(app: &TestApp) {
    let audit = app.signed_in("admin").await.get("/admin/audit?subject=oncall_swap").await.text;
    for said in [
        "换出人",
        "接班人",
        "时段 1",
        "<ins>agent</ins>",
        "<ins>已同意</ins>",
        "<del>待答复</del>",
        "09-25 周五 18:00",
    ] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
    for raw in [">giver<", ">taker<", ">times", ">state<", ">accepted<", "2026-09-25T10"] {
        assert!(!audit.contains(raw), "{raw}: {audit}");
    }
}

async fn seen_by(client: &testkit::Client) -> String {
    client.get("/on-call").await.text
}

async fn a_swap_is_declined_withdrawn_or_too_late(app: TestApp) {
    weeks(&app, "agent", "colleague").await;
    let (agent, colleague) = (app.signed_in("agent").await, app.signed_in("colleague").await);
    let form = format!(
        "shift={}&person={}&from=2026-09-25T18:00&until=2026-09-26T09:00",
        shift(&seen_by(&agent).await),
        staff(&app, "colleague")
    );
    // Declined.
    agent.form("/on-call/swaps", &form).await;
    let address = format!("/on-call/swaps/{}/answer", swap_key(&seen_by(&colleague).await));
    colleague.form(&address, "state=declined").await;
    assert!(notices(&app, "agent").await.contains("colleague 不同意换班"));
    let late = colleague.form(&address, "state=accepted").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Withdrawn, by the undo of what was just proposed.
    let done = agent.form("/on-call/swaps", &form).await;
    let (action, fields) = undo_form(&next_page(&agent, &done).await);
    assert_eq!(agent.form(&action, &fields).await.status, StatusCode::SEE_OTHER);
    assert!(notices(&app, "colleague").await.contains("agent 撤回了换班"));
    // Whoever goes on leave in between cannot agree, and after it has begun nobody can.
    agent.form("/on-call/swaps", &form).await;
    let address = format!("/on-call/swaps/{}/answer", swap_key(&seen_by(&colleague).await));
    let leave = format!("person={}&from=2026-09-25T20:00&until=2026-09-25T22:00", staff(&app, "colleague"));
    let left = colleague.form("/on-call/leaves", &leave).await;
    let away = colleague.form(&address, "state=accepted").await;
    assert!(away.text.contains("这段时间对方休假或另有值班"), "{}", away.text);
    let (action, fields) = undo_form(&next_page(&colleague, &left).await);
    colleague.form(&action, &fields).await;
    app.advance_to("2026-09-25T10:05:00Z".parse().unwrap()).await;
    let late = colleague.form(&address, "state=accepted").await;
    assert!(late.text.contains("须晚于现在"), "{}", late.text);
    assert_eq!(on_call(&app, "2026-09-25T12:00:00Z").await["person"], json!(staff(&app, "agent")));
}

async fn programs_swap_as_people_do(app: TestApp) {
    let row = weeks(&app, "admin", "colleague").await;
    let api = app.api().await;
    let path = format!("/api/v1/on-call/rotas/{}/swaps", row.id);
    let mut body = json!({"seat": "primary", "person": staff(&app, "colleague"), "from": "2026-09-25T10:00:00Z",
        "until": "2026-09-26T01:00:00Z", "back_from": "2026-09-29T10:00:00Z"});
    assert_eq!(api.post(&path, &body).await.status, StatusCode::UNPROCESSABLE_ENTITY, "half a time");
    body["back_until"] = json!("2026-09-30T01:00:00Z");
    let made = api.post(&path, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(api.get("/api/v1/on-call/swaps").await.json()["items"][0], made.json());
    let answer = format!("/api/v1/on-call/swaps/{}/answer", made.json()["id"].as_str().unwrap());
    assert_eq!(api.post(&answer, &json!({"state": "accepted"})).await.status, StatusCode::NOT_FOUND);
    let back = api.post(&answer, &json!({"state": "withdrawn"})).await;
    assert_eq!(back.json()["state"], "withdrawn", "{}", back.text);
    let theirs = app.signed_in("colleague").await.get("/notices").await.text;
    assert!(theirs.contains("admin 撤回了换班"), "{theirs}");
}

async fn the_feed_of_shifts_opens_for_its_secret_alone(app: TestApp) {
    let row = weeks(&app, "agent", "colleague").await;
    let agent = app.signed_in("agent").await;
    let page = agent.form("/on-call/feed", "").await;
    assert_eq!(page.status, StatusCode::OK);
    let address = page.text.split("<code>").nth(1).unwrap().split("</code>").next().unwrap().to_owned();
    let path = address.strip_prefix("http://desk.example").unwrap().to_owned();
    let feed = app.client().get(&path).await;
    assert_eq!(feed.status, StatusCode::OK);
    assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
    let whole = feed.text.replace("\r\n ", "");
    let uid = format!("UID:{}-primary-1789952400000@oncall.aftercare", row.id);
    for line in [
        uid.as_str(),
        "DTSTART:20260921T010000Z",
        "DTEND:20260928T010000Z",
        "SUMMARY:值班：一线值班",
        "SUMMARY:备班：一线值班",
    ] {
        assert!(whole.contains(line), "{line}: {whole}");
    }
    // A day later the same duty is known by the same key; an override of the night is not mine.
    app.advance(24 * HOUR).await;
    assert!(app.client().get(&path).await.text.replace("\r\n ", "").contains(&uid));
    assert!(!agent.get("/on-call").await.text.contains(&address), "told once");
    // A new address closes the old one, and the end closes both.
    let renewed = agent.form("/on-call/feed", "").await.text;
    let newer = renewed
        .split("<code>http://desk.example")
        .nth(1)
        .unwrap()
        .split("</code>")
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(app.client().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.client().get(&newer).await.status, StatusCode::OK);
    agent.form("/on-call/feed/removal", "").await;
    assert_eq!(app.client().get(&newer).await.status, StatusCode::NOT_FOUND);
    let made = app.api().await.post("/api/v1/on-call/feed", &json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(
        app.api().await.json(Method::DELETE, "/api/v1/on-call/feed", &json!({})).await.status,
        StatusCode::NO_CONTENT
    );
}

async fn the_holidays_are_planned_from_the_counters(app: TestApp) {
    let row = weeks(&app, "agent", "colleague").await;
    let (api, boss) = (app.api().await, app.signed_in("boss").await);
    let path = format!("/api/v1/on-call/rotas/{}/holidays", row.id);
    let plan = api.get(&path).await.json();
    // Mid-Autumn, 25 to 27 September 2026, comes before National Day.
    assert_eq!((&plan["first"], &plan["last"]), (&json!("2026-09-25"), &json!("2026-09-27")), "{plan}");
    let counts = plan["counts"].as_array().unwrap();
    let of = |i: usize, what: &str| counts[i][what].as_u64().unwrap();
    assert!(of(0, "holidays") + of(1, "holidays") > 20, "a year of holidays is counted: {plan}");
    let fewest = usize::from(of(1, "holidays") < of(0, "holidays"));
    assert_eq!(plan["proposal"][0]["primary"], counts[fewest]["person"], "{plan}");
    assert_ne!(plan["proposal"][0]["backup"], counts[fewest]["person"]);

    let page = boss.get(&format!("/on-call/rotas/{}/holiday", row.id)).await.text;
    assert!(page.contains("09-25 周五") && page.contains("过去一年的值班天数"), "{page}");
    let (agent, senior) = (staff(&app, "agent"), staff(&app, "senior"));
    let address = format!("/on-call/rotas/{}/holiday", row.id);
    let wrong = boss.form(&address, &format!("primary.2026-09-25={agent}&backup.2026-09-25={agent}")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("须是两个不同的人"), "{}", wrong.text);
    for _ in 0..2 {
        let body =
            format!("primary.2026-09-25={senior}&backup.2026-09-25={agent}&primary.2026-09-26={agent}");
        let put = boss.form(&address, &body).await;
        assert_eq!((put.status, put.location.as_str()), (StatusCode::SEE_OTHER, "/on-call?month=2026-09"));
    }
    let span = "from=2026-09-24T16:00:00Z&until=2026-09-26T16:00:00Z";
    let seen = api.get(&format!("/api/v1/on-call/rotas/{}/shifts?{span}", row.id)).await.json();
    assert_eq!(seen["overrides"].as_array().unwrap().len(), 3, "twice is as once: {seen}");
    assert_eq!(seen["shifts"][0]["primary"], json!({"person": senior, "because": {"kind": "override"}}));
    assert_eq!(seen["shifts"][0]["until"], "2026-09-25T16:00:00Z");
}

async fn findings_of_the_coming_holidays_are_told_twice_and_once_each(app: TestApp) {
    weeks(&app, "agent", "colleague").await;
    app.drain().await;
    let told = async |login: &str| notices(&app, login).await.matches("处问题").count();
    // Mid-Autumn begins tomorrow, National Day in a week: both are told at once, National Day once more 3 days before,
    // whoever looks.
    assert_eq!((told("boss").await, told("admin").await, told("agent").await), (2, 2, 0));
    let other = app.another_node().await;
    app.advance_to("2026-09-28T01:00:00Z".parse().unwrap()).await;
    desk::sweep::sweep(&other).await.unwrap();
    assert_eq!(told("boss").await, 3, "{}", notices(&app, "boss").await);
    let page = app.signed_in("boss").await.get("/on-call").await.text;
    assert!(page.contains("放假，排班还有问题") && page.contains("电话未确认：agent、colleague"), "{page}");
    app.advance_to("2026-09-30T01:00:00Z".parse().unwrap()).await;
    assert_eq!(told("boss").await, 3);
    let confirm = async |login: &str| {
        let body = json!({"phone": "13900020001"});
        let path = format!("/api/v1/staff/{}", staff(&app, login));
        let api = app.api().await;
        let mut body = body;
        body["version"] = api.get(&path).await.json()["version"].clone();
        assert_eq!(api.json(Method::PATCH, &path, &body).await.status, StatusCode::OK);
        confirm_phone(&app.desk, app.cast.staff(login), staff(&app, login)).await.unwrap();
    };
    confirm("agent").await;
    confirm("colleague").await;
    let page = app.signed_in("boss").await.get("/on-call").await.text;
    assert!(page.contains("每个时段都有值班和备班，电话均已确认"), "{page}");
    app.advance(40 * 24 * HOUR).await;
    assert_eq!(told("boss").await, 3, "in order, nothing is told");
}

/// The rota asks at the start of shifts, and says within how many minutes.
async fn asking(app: &TestApp) -> RotaRow {
    let mut row = weeks(app, "agent", "colleague").await;
    row.doc.confirm_within_min = Some(10);
    save_rota(&app.desk, &OPERATOR, row).await.unwrap()
}

async fn whoever_begins_a_shift_confirms_or_others_are_told(app: TestApp) {
    asking(&app).await;
    app.drain().await;
    let asked = async |login: &str| notices(&app, login).await.matches("已开始，请确认可以联系到您").count();
    assert_eq!((asked("agent").await, asked("colleague").await), (1, 1), "primary and backup");
    let agent = app.signed_in("agent").await;
    assert!(seen_by(&agent).await.contains("action=\"/on-call/start\""));
    for _ in 0..2 {
        assert_eq!(agent.form("/on-call/start", "").await.status, StatusCode::SEE_OTHER);
    }
    assert!(!seen_by(&agent).await.contains("action=\"/on-call/start\""));
    let other = app.another_node().await;
    app.advance(9 * 60).await;
    let silent = async |login: &str| notices(&app, login).await.matches("尚未确认可以联系到").count();
    assert_eq!(silent("boss").await, 0);
    app.advance(60).await;
    desk::sweep::sweep(&other).await.unwrap();
    app.advance(3 * HOUR).await;
    // The backup has not confirmed: the primary, the supervisors and the owner know, once.
    assert_eq!((silent("boss").await, silent("admin").await, silent("agent").await), (1, 1, 1));
    assert_eq!(silent("colleague").await, 0);
    // The next shift asks again, at its beginning and not before.
    let monday: Timestamp = "2026-09-28T01:00:00Z".parse().unwrap();
    app.advance_to(plus_seconds(monday, -1)).await;
    assert_eq!(asked("colleague").await, 1);
    app.advance_to(monday).await;
    assert_eq!((asked("agent").await, asked("colleague").await), (2, 2));
    // Somebody who is put in for the evening is asked then.
    let put = format!("rota={}&seat=primary&person={}", rota_key(&app).await, staff(&app, "senior"));
    let boss = app.signed_in("boss").await;
    boss.form("/on-call/overrides", &format!("{put}&from=2026-09-28T18:00&until=2026-09-28T22:00")).await;
    app.advance_to("2026-09-28T10:00:00Z".parse().unwrap()).await;
    assert_eq!(asked("senior").await, 1);
}

async fn rota_key(app: &TestApp) -> String {
    app.api().await.get("/api/v1/on-call/rotas").await.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn what_is_left_is_read_by_the_next(app: TestApp) {
    let row = asking(&app).await;
    app.drain().await;
    let (agent, colleague) = (app.signed_in("agent").await, app.signed_in("colleague").await);
    let address = format!("/on-call/rotas/{}/notes", row.id);
    let left = agent.form(&address, "text=数据库切换未完成，留意 <AF-1>").await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text);
    assert_eq!(agent.form(&address, "text=+").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stranger = app.signed_in("senior").await;
    assert_eq!(stranger.form(&address, "text=x").await.status, StatusCode::FORBIDDEN);
    let body =
        json!({"title": "监测数据中断", "requester": "ben@north.example", "severity": "urgent", "level": 1});
    let number =
        app.api().await.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    app.advance_to("2026-09-28T01:00:00Z".parse().unwrap()).await;
    let page = seen_by(&colleague).await;
    assert!(page.contains("留意 &#60;AF-1&#62;") || page.contains("留意 &lt;AF-1&gt;"), "{page}");
    let begun = page.split("action=\"/on-call/start\"").next().unwrap();
    assert!(begun.contains(&number) && begun.contains("监测数据中断"), "{page}");
    let notes = app.api().await.get(&format!("/api/v1{address}")).await.json();
    assert_eq!(notes["items"][0]["person"], json!(staff(&app, "agent")));
}
