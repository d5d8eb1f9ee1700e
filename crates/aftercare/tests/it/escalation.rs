//! Steps of a promise from the page to the row: saved, previewed, fired once whoever looks, caught up, checked.

use axum::http::{Method, StatusCode};
use domain::access::{Actor, Scope, System};
use domain::sla::{Firing, State};
use domain::time::{Timestamp, plus_seconds};
use serde_json::{Value, json};
use store::{Engine, ticket};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        steps_are_saved_by_page_and_program_and_fire,
        a_bad_step_is_refused_with_its_row,
        two_nodes_fire_each_step_once_and_in_order,
        what_a_lost_worker_had_claimed_fires_when_its_lease_is_over,
        after_a_long_stop_each_person_gets_one_digest,
        a_node_whose_clock_is_wrong_fires_nothing_and_says_so,
        the_rebuild_finds_and_mends_what_was_broken_by_hand,
        whom_a_step_names_is_not_removed,
        an_excuse_is_told_wherever_the_promise_is,
    );
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const OPERATOR: Actor = Actor::System(System::Operator);

/// Gives T1 these steps, by the API.
pub(crate) async fn steps(app: &TestApp, steps: Value) -> Value {
    let api = app.api().await;
    let mut policy = api.get("/api/v1/policies/t1").await.json();
    policy["doc"]["steps"] = steps;
    let body = json!({"name": "T1", "rev": policy["rev"], "doc": policy["doc"]});
    let saved = api.json(Method::PUT, "/api/v1/policies/t1", &body).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    saved.json()["doc"]["steps"].clone()
}

pub(crate) async fn urgent(app: &TestApp) -> String {
    let body = json!({"title": "t", "requester": "ben@north.example", "severity": "urgent", "level": 1});
    let made = app.api().await.post("/api/v1/tickets", &body).await;
    made.json()["number"].as_str().unwrap().to_owned()
}

async fn fired(app: &TestApp, number: &str) -> Vec<(Firing, Timestamp)> {
    let number = number.to_owned();
    let read = app.desk.read(move |r| {
        let t = ticket::by_number(r, &Scope::All, &number)?.ok_or(desk::Error::NotFound)?;
        Ok(ticket::firings(r, &t.id, 0, 1000)?)
    });
    read.await.unwrap()
}

pub(crate) async fn told(app: &TestApp, number: &str, kind: &str) -> Vec<Value> {
    let path = format!("/api/v1/tickets/{number}/events?limit=200");
    let events = app.api().await.get(&path).await.json();
    let items = events["items"].as_array().unwrap().clone();
    items.into_iter().filter(|e| e["change"]["type"] == kind).collect()
}

async fn steps_are_saved_by_page_and_program_and_fire(app: TestApp) {
    let lin = app.cast.staff_id("colleague");
    let kept = steps(
        &app,
        json!([
            {"milestone": "response", "offset_s": -600, "action": "notify_owner", "level": 2},
            {"milestone": "resolution", "percent": 50, "action": "to_person", "person": lin},
            {"milestone": "update", "missed": 2, "action": "page_on_call"},
        ]),
    )
    .await;
    let names: Vec<&str> = kept.as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(names, ["response-o-600-notify_owner", "resolution-p50-to_person", "update-m2-page_on_call"]);

    // The page shows what the program saved, keeps the names, and previews when the steps fire.
    let admin = app.signed_in("admin").await;
    let page = admin.get("/admin/policies/t1").await.text;
    for shown in
        ["value=\"10 分\"", &format!("value=\"p:{lin}\" selected"), "value=\"update-m2-page_on_call\""]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let form = "rev=2&name=T1&t.urgent.resolution.time=4%20小时&t.urgent.resolution.calendar=x24\
        &t.urgent.update.time=30%20分钟&t.urgent.update.calendar=x24\
        &s.0.id=resolution-p50-to_person&s.0.milestone=resolution&s.0.way=before&s.0.value=30%20分钟\
        &s.0.action=to_group&s.0.to=g:other&s.0.level=3\
        &s.1.milestone=update&s.1.way=missed&s.1.value=2&s.1.action=page_on_call&at=2026-10-01T12:00&do=";
    let preview = admin.form("/admin/policies/t1", &format!("{form}preview")).await.text;
    for said in
        ["到期前 30 分", "10-01 周四 15:30", "升级到指定组：other", "连续 2 次未通报", "10-01 周四 13:00"]
    {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    a_program_previews_the_same(&app).await;
    let saved = admin.form("/admin/policies/t1", &format!("{form}save")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let doc = app.api().await.get("/api/v1/policies/t1").await.json()["doc"].clone();
    assert_eq!(
        doc["steps"][0],
        json!({"id": "resolution-p50-to_person", "milestone": "resolution", "offset_s": -1800,
            "action": "to_group", "group": "other", "level": 3})
    );

    they_fire(&app).await;
}

/// The same promise, asked for by a program, gives the same instants.
async fn a_program_previews_the_same(app: &TestApp) {
    let mut asked = app.api().await.get("/api/v1/policies/t1").await.json()["doc"].clone();
    asked["steps"][1] =
        json!({"milestone": "resolution", "offset_s": -1800, "action": "to_group", "group": "other"});
    let body = json!({"doc": asked, "at": "2026-10-01T04:00:00Z"});
    let previewed = app.api().await.post("/api/v1/policies/preview", &body).await.json();
    let all = previewed["items"].as_array().unwrap().clone();
    let resolution = all.iter().find(|p| p["class"] == "urgent" && p["kind"] == "resolution").unwrap();
    assert_eq!(
        (&resolution["due_at"], &resolution["steps"][0]["at"]),
        (&json!("2026-10-01T08:00:00Z"), &json!("2026-10-01T07:30:00Z"))
    );
    asked["steps"][1]["group"] = json!("none");
    let refused = app.api().await.post("/api/v1/policies/preview", &json!({"doc": asked})).await;
    assert!(refused.text.contains("steps.1.group"), "{}", refused.text);
}

async fn they_fire(app: &TestApp) {
    let number = urgent(app).await;
    app.advance(HOUR + 1).await;
    let boss = app.signed_in("boss").await.get("/notices").await.text;
    assert!(boss.contains("连续 2 次未通报") && boss.contains("呼叫值班"), "{boss}");
    app.advance(3 * HOUR).await;
    let t = app.api().await.get(&format!("/api/v1/tickets/{number}")).await.json();
    assert_eq!((&t["group"], &t["assignee"]), (&json!("other"), &Value::Null));
    let all = fired(app, &number).await;
    let steps: Vec<_> = all.iter().map(|(f, _)| (f.step.as_str(), f.level)).collect();
    assert_eq!(steps, [("update-m2-page_on_call", 1), ("resolution-p50-to_person", 3)]);
    let start = plus_seconds(app.now(), -(4 * HOUR + 1));
    assert_eq!(all[1].0.at, plus_seconds(start, 3 * HOUR + 1800));
    assert_eq!(all[1].0.basis_due_at, plus_seconds(start, 4 * HOUR));
    assert_eq!(told(app, &number, "step_fired").await.len(), 2);
}

async fn a_bad_step_is_refused_with_its_row(app: TestApp) {
    let api = app.api().await;
    let policy = api.get("/api/v1/policies/t1").await.json();
    for (step, field, issue) in [
        (json!({"milestone": "reply", "action": "notify_owner"}), "steps.1", "no_time"),
        (
            json!({"milestone": "reply", "missed": 2, "action": "notify_owner"}),
            "steps.1.missed",
            "bad_missed",
        ),
        (
            json!({"milestone": "reply", "percent": 50, "action": "to_group", "group": "none"}),
            "steps.1.group",
            "unknown",
        ),
        (json!({"milestone": "reply", "percent": 50, "action": "to_person"}), "steps.1.person", "required"),
    ] {
        let mut doc = policy["doc"].clone();
        doc["steps"] = json!([{"milestone": "reply", "percent": 50, "action": "notify_owner"}, step]);
        let body = json!({"name": "T1", "rev": policy["rev"], "doc": doc});
        let refused = api.json(Method::PUT, "/api/v1/policies/t1", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains(field) && refused.text.contains(issue), "{field}: {}", refused.text);
    }
    let admin = app.signed_in("admin").await;
    let form = "rev=1&name=T1&t.urgent.response.time=30%20分钟&t.urgent.response.calendar=x24\
        &s.0.milestone=response&s.0.way=percent&s.0.value=75&s.0.action=notify_owner\
        &s.1.milestone=response&s.1.way=before&s.1.value=soon&s.1.action=notify_owner\
        &s.2.milestone=response&s.2.way=missed&s.2.value=x&s.2.action=notify_owner&do=save";
    let bad = admin.form("/admin/policies/t1", form).await.text;
    assert!(
        bad.contains("提醒与升级 · 第 2 条：无法识别，请写成 30 分钟") && bad.contains("value=\"soon\""),
        "{bad}"
    );
    assert!(bad.contains("提醒与升级 · 第 3 条：仅用于进度通报"), "{bad}");
    let nobody = form.replace(
        "s.1.way=before&s.1.value=soon&s.1.action=notify_owner",
        "s.1.way=before&s.1.value=30%20分钟&s.1.action=to_person",
    );
    let nobody = nobody.replace("&s.2.way=missed&s.2.value=x", "&s.2.value=");
    let bad = admin.form("/admin/policies/t1", &nobody).await.text;
    assert!(bad.contains("提醒与升级 · 第 2 条 · 触发时点：比所有时限都长"), "{bad}");
}

async fn two_nodes_fire_each_step_once_and_in_order(app: TestApp) {
    steps(
        &app,
        json!([
            {"milestone": "resolution", "percent": 50, "action": "notify_manager"},
            {"milestone": "resolution", "offset_s": -1800, "action": "to_senior"},
            {"milestone": "resolution", "percent": 100, "action": "notify_lead", "level": 2},
            {"milestone": "resolution", "percent": 100, "action": "notify_owner", "id": "first"},
        ]),
    )
    .await;
    let mut numbers = Vec::new();
    for _ in 0..8 {
        numbers.push(urgent(&app).await);
    }
    app.sleep_through(5 * HOUR);
    let other = app.another_node().await;
    let (a, b, c) =
        tokio::join!(desk::sweep::sweep(&app.desk), desk::sweep::sweep(&other), desk::sweep::sweep(&other));
    for looked_at in [a, b, c] {
        looked_at.unwrap();
    }
    app.drain().await;
    for number in &numbers {
        let all = fired(&app, number).await;
        let mut order: Vec<_> = all.iter().map(|(f, _)| f.step.as_str()).collect();
        assert_eq!(
            order,
            [
                "resolution-p50-notify_manager",
                "resolution-o-1800-to_senior",
                "first",
                "resolution-p100-notify_lead"
            ]
        );
        order.dedup();
        assert!(all.iter().all(|(f, at)| f.at <= *at), "{all:?}");
        assert_eq!(told(&app, number, "step_fired").await.len(), 4);
    }
    // Somebody fires what is fired already: the row says so, and nothing of it stays.
    let again = app.desk.write(&OPERATOR, |unit| {
        let number = "AF-2026-00001";
        let t = ticket::by_number(unit.work, &Scope::All, number)?.ok_or(desk::Error::NotFound)?;
        let done: Vec<Firing> =
            ticket::firings(unit.work, &t.id, 0, 1)?.into_iter().map(|(f, _)| f).collect();
        Ok(ticket::insert_firings(unit.work, &t.id, &done)?)
    });
    assert!(matches!(again.await, Err(desk::Error::Stale { .. })));
}

async fn what_a_lost_worker_had_claimed_fires_when_its_lease_is_over(app: TestApp) {
    steps(&app, json!([{"milestone": "response", "percent": 50, "action": "notify_manager"}])).await;
    let number = urgent(&app).await;
    app.sleep_through(15 * 60);
    let claimed = app.desk.write(&OPERATOR, |unit| Ok(ticket::claim_due(unit.work, 100)?)).await.unwrap();
    assert_eq!(claimed.len(), 1);
    app.drain().await;
    assert!(fired(&app, &number).await.is_empty(), "it is another worker's");
    let over = desk::sweep::next_instant(&app.desk).await.unwrap().unwrap();
    assert_eq!(over, domain::time::from_millis(domain::time::to_millis(app.now()) + 15_001));
    app.clock.set(over);
    app.drain().await;
    let all = fired(&app, &number).await;
    assert_eq!(
        (all.len(), all[0].0.at, all[0].1),
        (1, plus_seconds(testkit::NOW.parse().unwrap(), 900), over)
    );
    assert_eq!(told(&app, &number, "step_fired").await[0]["change"]["late_s"], 15);
}

async fn after_a_long_stop_each_person_gets_one_digest(app: TestApp) {
    steps(
        &app,
        json!([
            {"milestone": "resolution", "percent": 50, "action": "notify_manager"},
            {"milestone": "resolution", "percent": 100, "action": "notify_manager"},
            {"milestone": "response", "percent": 100, "action": "to_senior"},
        ]),
    )
    .await;
    let numbers = [urgent(&app).await, urgent(&app).await, urgent(&app).await];
    app.sleep_through(3 * DAY);
    app.drain().await;
    let path = "/api/v1/notices?limit=200";
    let of = async |login: &str| {
        app.signed_in(login).await.get(path).await.json()["items"].as_array().unwrap().clone()
    };
    let boss = of("boss").await;
    assert_eq!(boss.len(), 1, "{boss:#?}");
    assert_eq!(boss[0]["digest"], 6);
    // Who was given the tickets learns it ticket by ticket, and so is the last progress slot that was missed told. All
    // slots before are in the digest; of the one that falls due just now it is too late to remind.
    let senior = of("senior").await;
    let given = senior.iter().filter(|n| n["digest"] == 0).count();
    assert_eq!((given, senior.len()), (3 + 3, 3 + 3 + 1), "{senior:#?}");
    let page = app.signed_in("boss").await.get("/notices").await.text;
    assert!(page.contains("共 6 项"), "{page}");
    // Each ticket is named, with what fell due when, and leads to it.
    assert_eq!(boss[0]["late_tickets"], 3);
    for (number, late) in numbers.iter().zip(boss[0]["late"].as_array().unwrap()) {
        assert_eq!((late["ticket"].as_str(), late["count"].as_i64()), (Some(number.as_str()), Some(2)));
        let at = page.find(&format!("href=\"/tickets/{number}#e")).unwrap();
        let line = page[at..].split("</li>").next().unwrap();
        assert!(line.contains("09-24 周四 12:00 解决升级（50%）"), "{line}");
        assert!(line.contains("09-24 周四 14:00 解决升级"), "{line}");
    }
    for number in &numbers {
        assert_eq!(fired(&app, number).await.len(), 3);
        let breach = told(&app, number, "breached").await;
        let resolution = breach.iter().find(|e| e["change"]["milestone"] == "resolution").unwrap();
        assert_eq!(resolution["at"], "2026-09-24T06:00:00Z", "broken at its due");
    }
}

async fn a_node_whose_clock_is_wrong_fires_nothing_and_says_so(app: TestApp) {
    // The tests' clock stands on a day of its own; only a server has another to compare it with.
    let agrees = app.desk.db().engine() == Engine::Sqlite;
    assert_eq!(app.client().get("/healthz").await.status, StatusCode::OK);
    assert_eq!(desk::sweep::may_fire(&app.desk).await.unwrap(), agrees);
    let health = app.client().get("/healthz").await;
    let expected = if agrees { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    assert_eq!(health.status, expected, "{}", health.text);
    assert_eq!(health.json()["clock_ahead_ms"] == 0, agrees);
}

async fn the_rebuild_finds_and_mends_what_was_broken_by_hand(app: TestApp) {
    let number = urgent(&app).await;
    urgent(&app).await;
    app.advance(2 * HOUR).await;
    // A worker that is behind is no difference.
    app.sleep_through(DAY);
    let check = async || desk::rebuild::check(&app.desk, String::new()).await.unwrap();
    let healthy = check().await;
    assert_eq!((healthy.tickets, healthy.wrong), (2, vec![]));

    let of = number.clone();
    let broken = app.desk.write(&OPERATOR, move |unit| {
        let t = ticket::by_number(unit.work, &Scope::All, &of)?.ok_or(desk::Error::NotFound)?;
        let case = desk::load_case_by_id(unit, &t.id)?;
        let mut clocks = case.clocks.clone();
        for clock in clocks.iter_mut().filter(|c| c.is_running()) {
            clock.due_at = clock.due_at.map(|at| plus_seconds(at, 60));
            clock.next_at = None;
            clock.state = State::Met;
        }
        let before = (&case.ticket, case.clocks.as_slice(), case.holds.as_slice());
        Ok(ticket::update(unit.work, before, (&case.ticket, clocks.as_slice(), case.holds.as_slice()))?)
    });
    broken.await.unwrap();
    let found = check().await.wrong;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].number, number);
    for what in ["due_at", "next_at", "state"] {
        assert!(found[0].differences.iter().any(|d| d.what == what), "{what}: {found:#?}");
    }
    assert!(found[0].nearest.is_some());
    desk::rebuild::mend(&app.desk, &number).await.unwrap();
    assert_eq!(check().await.wrong, []);
    desk::rebuild::mend(&app.desk, &number).await.unwrap();
    // What was lost is done after all.
    app.drain().await;
    assert!(told(&app, &number, "breached").await.iter().any(|e| e["change"]["milestone"] == "resolution"));
    assert_eq!(check().await.wrong, []);
}

async fn whom_a_step_names_is_not_removed(app: TestApp) {
    let api = app.api().await;
    let group = api.post("/api/v1/groups", &json!({"name": "deep", "members": []})).await.json();
    let id = group["id"].as_str().unwrap();
    let step =
        |group: &str| json!([{"milestone": "response", "percent": 50, "action": "to_group", "group": group}]);
    steps(&app, step(id)).await;
    let path = format!("/api/v1/groups/{id}");
    let refused = api.json(Method::DELETE, &path, &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("T1"), "{}", refused.text);
    steps(&app, step("other")).await;
    let removed = api.json(Method::DELETE, &path, &json!({})).await;
    assert!(removed.status.is_success(), "{}", removed.text);
}

async fn an_excuse_is_told_wherever_the_promise_is(app: TestApp) {
    let number = urgent(&app).await;
    app.advance(HOUR).await;
    let agent = app.signed_in("agent").await;
    let form = "clock=response/1&reason=断网";
    let path = format!("/tickets/{number}/excuses");
    assert_eq!(agent.form(&path, form).await.status, StatusCode::FORBIDDEN);
    let boss = app.signed_in("boss").await;
    let menu = boss.get(&format!("/tickets/{number}")).await.text;
    assert!(menu.contains("data-opens=\"verb-excuse\" data-key=\"y\""), "{menu}");
    assert!(boss.form(&path, "clock=response/1&reason=").await.status.is_client_error());
    assert!(!boss.form(&path, form).await.status.is_client_error());
    let page = boss.get(&format!("/tickets/{number}")).await.text;
    assert!(page.contains("已免责：断网"), "{page}");
    let why = boss.get(&format!("/tickets/{number}/clocks/response/1")).await.text;
    assert!(why.contains("已免责，另行统计：断网"), "{why}");
    let api = app.api().await;
    let t = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    let response = t["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == "response").unwrap().clone();
    assert_eq!(response["excused"], "断网");
    assert_eq!(told(&app, &number, "excused").await[0]["change"]["reason"], "断网");
}
