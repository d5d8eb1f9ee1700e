//! A rota that is a draft can be looked at and tried out, and counts for nothing; of rotas in force no two serve the same.

use axum::http::{Method, StatusCode};
use desk::oncall::{Proposal, feed, leave_note, propose_swap, renew_feed, save_rota, set_rota_state};
use domain::oncall::{RotaState, Seat};
use domain::time::plus_seconds;
use serde_json::{Value, json};
use store::oncall::RotaRow;
use testkit::TestApp;

use super::oncall::{OPERATOR, page, rota, staff};

mod engines {
    testkit::on_both_engines!(
        a_draft_pages_nobody_and_stands_nowhere,
        it_is_looked_at_and_put_in_force_by_its_page,
        it_counts_from_when_it_is_in_force,
        pages_of_a_draft_say_so,
        no_two_in_force_serve_the_same,
        no_two_have_one_name,
        two_from_before_are_said_and_the_first_by_name_counts,
        holidays_that_were_put_in_leave_a_rota_what_it_was,
    );
}

/// A draft whose name comes first, for the same groups as the real one.
async fn both(app: &TestApp) -> (RotaRow, RotaRow) {
    let real = save_rota(&app.desk, &OPERATOR, rota(app, &["colleague"])).await.unwrap();
    let draft =
        RotaRow { name: "A 试算".into(), state: RotaState::Draft, ..rota(app, &["agent", "senior"]) };
    (real, save_rota(&app.desk, &OPERATOR, draft).await.unwrap())
}

async fn a_draft_pages_nobody_and_stands_nowhere(app: TestApp) {
    let (real, mut draft) = both(&app).await;
    draft.doc.confirm_within_min = Some(10);
    let draft = save_rota(&app.desk, &OPERATOR, draft).await.unwrap();
    let (_, called) = page(&app).await;
    assert_eq!(
        (&called["rota"], &called["person"]),
        (&json!(real.name), &json!(staff(&app, "colleague"))),
        "{called}"
    );
    let now = app.api().await.get("/api/v1/on-call").await.json();
    assert_eq!(now["items"].as_array().unwrap().len(), 1, "{now}");
    let boss = app.signed_in("boss").await;
    let board = boss.get("/wallboard").await.text;
    assert!(board.contains(&real.name) && !board.contains("A 试算"), "{board}");
    // Nobody is asked to confirm a shift, warned of holidays, or subscribed to it.
    for login in ["agent", "senior", "boss"] {
        let notices = app.signed_in(login).await.get("/notices").await.text;
        assert!(!notices.contains("A 试算"), "{login}: {notices}");
    }
    for login in ["agent", "senior"] {
        let token = renew_feed(&app.desk, app.cast.staff(login)).await.unwrap();
        assert_eq!(feed(&app.desk, &token).await.unwrap().duties.len(), 0, "{login}");
        let month = app.signed_in(login).await.get("/on-call").await.text;
        assert!(month.contains("今后两个月没有您的班次"), "{login}: {month}");
    }
    // Nothing is handed over in it.
    let note = leave_note(&app.desk, app.cast.staff("agent"), draft.id.clone(), "x".into()).await;
    assert!(format!("{note:?}").contains("is_draft"), "{note:?}");
    let give = (plus_seconds(app.now(), 3600), plus_seconds(app.now(), 7200));
    let (seat, taker, note) = (Seat::Primary, staff(&app, "senior"), String::new());
    let asked = Proposal { seat, taker, give, back: None, note };
    let swap = propose_swap(&app.desk, app.cast.staff("agent"), draft.id.clone(), asked).await;
    assert!(format!("{swap:?}").contains("is_draft"), "{swap:?}");
    // The days that it names in the past were nobody's.
    let plan = boss.get(&format!("/on-call/rotas/{}/holiday", draft.id)).await.text;
    let counts = plan.split("过去一年的值班天数").nth(1).unwrap_or_default();
    assert!(counts.contains("<td class=\"num\">0</td>") && !counts.contains("<td class=\"num\">3"), "{plan}");
}

async fn it_is_looked_at_and_put_in_force_by_its_page(app: TestApp) {
    let (real, draft) = both(&app).await;
    let boss = app.signed_in("boss").await;
    let list = boss.get("/on-call/rotas").await.text;
    assert!(list.contains(">草稿<") && list.contains(">启用<"), "{list}");
    let month = boss.get("/on-call?month=2026-10").await.text;
    assert!(month.contains("A 试算 <span class=\"tag\">草稿</span>") && month.contains("若启用"), "{month}");
    assert!(!month.contains(&format!("/on-call/rotas/{}/notes", draft.id)), "no notes in it: {month}");
    let choose = boss.get("/reports/what-if").await.text;
    assert!(choose.contains("A 试算（草稿）") && choose.contains(&format!(">{}<", real.name)), "{choose}");
    // The real one is in the way; it is said at the groups.
    let path = format!("/on-call/rotas/{}/state", draft.id);
    let no = boss.form(&path, "state=in_force").await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    assert!(no.text.contains("不指定组的已有一张启用") && no.text.contains(&real.name), "{}", no.text);
    let off = boss.form(&format!("/on-call/rotas/{}/state", real.id), "state=draft").await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.text);
    let on = boss.form(&path, "state=in_force").await;
    assert_eq!((on.status, on.location), (StatusCode::SEE_OTHER, format!("/on-call/rotas/{}", draft.id)));
    let (_, called) = page(&app).await;
    assert_eq!(called["rota"], "A 试算", "{called}");
    let audit = app.api().await.get("/api/v1/audit").await.json();
    let of_rotas: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().filter(|e| e["subject"] == "rota").collect();
    let states = |e: &Value| (e["before"]["state"].clone(), e["after"]["state"].clone());
    assert_eq!(states(of_rotas[0]), (json!("draft"), json!("in_force")));
    let shown = app.signed_in("admin").await.get("/admin/audit?subject=rota").await.text;
    assert!(shown.contains("草稿") && shown.contains("启用"), "{shown}");
    // An existing one that is saved by its form stays what it is.
    let again = set_rota_state(&app.desk, &OPERATOR, draft.id.clone(), RotaState::Draft).await.unwrap();
    let form = boss.get(&format!("/on-call/rotas/{}", draft.id)).await.text;
    assert!(
        form.contains("name=\"state\" value=\"draft\"") && form.contains("value=\"in_force\">启用"),
        "{form}"
    );
    let body = json!({"name": "B", "rev": again.rev, "doc": again.doc});
    let path = format!("/api/v1/on-call/rotas/{}", draft.id);
    let put = app.api().await.json(Method::PUT, &path, &body).await;
    assert_eq!((put.status, &put.json()["state"]), (StatusCode::OK, &json!("draft")), "{}", put.text);
}

async fn days_in_force(app: &TestApp, row: &RotaRow, span: (&str, &str)) -> Vec<(String, String)> {
    let path = format!("/api/v1/on-call/rotas/{}/shifts?from={}&until={}", row.id, span.0, span.1);
    let shifts = app.api().await.get(&path).await.json()["shifts"].clone();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    shifts.as_array().unwrap().iter().map(|s| (text(&s["from"]), text(&s["until"]))).collect()
}

async fn it_counts_from_when_it_is_in_force(app: TestApp) {
    let draft = RotaRow { state: RotaState::Draft, ..rota(&app, &["agent"]) };
    let row = save_rota(&app.desk, &OPERATOR, draft).await.unwrap();
    let state = async |state| set_rota_state(&app.desk, &OPERATOR, row.id.clone(), state).await.unwrap();
    let span = ("2026-09-20T00:00:00Z", "2026-10-10T00:00:00Z");
    let all = days_in_force(&app, &row, span).await;
    assert_eq!(all.first().map(|s| s.0.as_str()), Some(span.0), "a draft is looked at as if: {all:?}");
    app.advance_to("2026-09-26T02:00:00Z".parse().unwrap()).await;
    state(RotaState::InForce).await;
    app.advance_to("2026-09-29T02:00:00Z".parse().unwrap()).await;
    // Before it was in force nobody had a duty: on the page, in the feed, in the API, in the counters.
    let counted = days_in_force(&app, &row, span).await;
    assert_eq!(counted.first().map(|s| s.0.as_str()), Some("2026-09-26T02:00:00Z"), "{counted:?}");
    let token = renew_feed(&app.desk, app.cast.staff("agent")).await.unwrap();
    let begins = feed(&app.desk, &token).await.unwrap().duties.into_iter().map(|(_, d)| d.from.to_string());
    assert_eq!(begins.min().as_deref(), Some("2026-09-26T02:00:00Z"));
    let boss = app.signed_in("boss").await;
    let month = boss.get("/on-call?month=2026-09").await.text;
    let day = |date: &str| month.split(date).nth(1).unwrap().split("</tr>").next().unwrap().to_owned();
    assert!(day("09-25 周五").contains(">草稿</td>") && day("09-26 周六").contains("10:00"), "{month}");
    let plan = app.api().await.get(&format!("/api/v1/on-call/rotas/{}/holidays", row.id)).await.json();
    let counts = &plan["counts"][0];
    // 25 to 27 September are days off; of them it was in force on the last two.
    assert_eq!((&counts["holidays"], &counts["workdays"]), (&json!(2), &json!(3)), "{plan}");
    // A time as a draft in between is missing, what was before it stays.
    state(RotaState::Draft).await;
    app.advance(3600).await;
    state(RotaState::InForce).await;
    let again = days_in_force(&app, &row, span).await;
    let ends: Vec<&str> = again.iter().flat_map(|s| [s.0.as_str(), s.1.as_str()]).collect();
    assert!(ends.starts_with(&["2026-09-26T02:00:00Z"]), "{again:?}");
    assert!(ends.windows(2).any(|w| w == ["2026-09-29T02:00:00Z", "2026-09-29T03:00:00Z"]), "{again:?}");
}

async fn pages_of_a_draft_say_so(app: TestApp) {
    let (_, draft) = both(&app).await;
    let boss = app.signed_in("boss").await;
    let holidays = boss.get(&format!("/on-call/rotas/{}/holiday", draft.id)).await.text;
    let head = holidays.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
    assert!(head.contains(">草稿<"), "{holidays}");
    let month = boss.get("/on-call?month=2026-10").await.text;
    let side = month.split("<aside class=\"side\"").nth(1).unwrap().split("</aside>").next().unwrap();
    assert!(side.contains("A 试算（草稿）"), "{side}");
    // The head of the table, which stands on each printed page.
    assert_eq!(month.matches("<th>日期 <span class=\"tag\">草稿</span></th>").count(), 1, "{month}");
}

async fn no_two_have_one_name(app: TestApp) {
    let (real, draft) = both(&app).await;
    let taken = |e: &dyn std::fmt::Debug| format!("{e:?}").contains("\"name\", issue: \"taken\"");
    let same =
        RotaRow { name: format!(" {} ", real.name), state: RotaState::Draft, ..rota(&app, &["agent"]) };
    let no = save_rota(&app.desk, &OPERATOR, same).await;
    assert!(taken(&no), "{no:?}");
    let no = save_rota(&app.desk, &OPERATOR, RotaRow { name: "a 试算".into(), ..real.clone() }).await;
    assert!(taken(&no), "{no:?}");
    save_rota(&app.desk, &OPERATOR, draft).await.unwrap();
}

async fn no_two_in_force_serve_the_same(app: TestApp) {
    let of = |name: &str, groups: &[&str]| {
        let mut row = rota(&app, &["colleague"]);
        row.name = name.into();
        row.doc.groups = groups.iter().map(|g| (*g).into()).collect();
        row
    };
    let first = save_rota(&app.desk, &OPERATOR, of("一线", &["desk", "other"])).await.unwrap();
    save_rota(&app.desk, &OPERATOR, of("全部", &[])).await.unwrap();
    let api = app.api().await;
    let post = async |row: &RotaRow| {
        let body = json!({"name": row.name, "state": row.state, "doc": row.doc});
        api.post("/api/v1/on-call/rotas", &body).await
    };
    let (taken, rest) = (of("二线", &["other"]), of("又一张", &[]));
    let no = post(&taken).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    let named = no.json()["fields"][0].clone();
    assert_eq!((&named["field"], &named["issue"]), (&json!("groups"), &json!("served_already")));
    assert!(named["names"][0].as_str().unwrap().starts_with("一线 · "), "{named}");
    let no = post(&rest).await.json();
    assert_eq!(
        no["fields"][0],
        json!({"field": "groups", "issue": "rest_served_already", "names": ["全部"]})
    );
    let made = post(&RotaRow { state: RotaState::Draft, ..taken.clone() }).await;
    assert_eq!((made.status, &made.json()["state"]), (StatusCode::CREATED, &json!("draft")), "{}", made.text);
    let path = format!("/api/v1/on-call/rotas/{}", made.json()["id"].as_str().unwrap());
    let body = json!({"name": "二线", "rev": 1, "state": "in_force", "doc": taken.doc});
    let no = api.json(Method::PUT, &path, &body).await;
    assert_eq!(no.json()["fields"][0]["issue"], "served_already", "{}", no.text);
    // By the form: what was typed stays, and the words name rota and group.
    let boss = app.signed_in("boss").await;
    let form = format!(
        "rev=0&name=三线&state=in_force&calendar=service&groups=desk&owner={0}&r.0.name=a&r.0.seat=primary&r.0.days=all\
         &r.0.time_zone=Asia/Shanghai&r.0.order={0}&r.0.handoff_day=mon&r.0.handoff_at=09:00&r.0.every=1&r.0.unit=weeks\
         &r.0.starts_on=2026-09-07",
        staff(&app, "agent")
    );
    let no = boss.form("/on-call/rotas/new", &format!("{form}&do=save")).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    assert!(no.text.contains("一线 · ") && no.text.contains("value=\"三线\""), "{}", no.text);
    let kept =
        boss.form("/on-call/rotas/new", &format!("{}&do=save", form.replace("in_force", "draft"))).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    // Once it is free, it can be had.
    let mut less = first.clone();
    less.doc.groups = ["desk".into()].into();
    save_rota(&app.desk, &OPERATOR, less).await.unwrap();
    let yes = api.json(Method::PUT, &path, &body).await;
    assert_eq!((yes.status, &yes.json()["state"]), (StatusCode::OK, &json!("in_force")), "{}", yes.text);
}

async fn two_from_before_are_said_and_the_first_by_name_counts(app: TestApp) {
    assert_eq!(aftercare::overlapping_rotas(&app.desk).await.unwrap(), Vec::<String>::new());
    let rows = ["B 后", "A 先"].map(|name| RotaRow { name: name.into(), ..rota(&app, &["colleague"]) });
    let made = app.desk.write(&OPERATOR, move |unit| {
        for row in &rows {
            let id = unit.work.next_id().into();
            store::oncall::put(unit.work, &RotaRow { id, ..row.clone() })?;
        }
        Ok(())
    });
    made.await.unwrap();
    let (_, called) = page(&app).await;
    assert_eq!(called["rota"], "A 先", "{called}");
    let said = aftercare::overlapping_rotas(&app.desk).await.unwrap();
    assert!(said.len() == 1 && said[0].contains("\"A 先\" and \"B 后\""), "{said:?}");
    let boss = app.signed_in("boss").await;
    let list = boss.get("/on-call/rotas").await.text;
    assert!(list.contains("呼叫时用名称靠前的“A 先”"), "{list}");
    let id = list.split("/on-call/rotas/").find(|p| p.contains(">B 后<")).unwrap().split('"').next().unwrap();
    let one = boss.get(&format!("/on-call/rotas/{id}")).await.text;
    assert!(one.contains("呼叫时用名称靠前的“A 先”"), "{one}");
    let mended = boss.form(&format!("/on-call/rotas/{id}/state"), "state=draft").await;
    assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text);
    assert_eq!(aftercare::overlapping_rotas(&app.desk).await.unwrap(), Vec::<String>::new());
}

/// The line that keeps them does not say what the rota was; before it the rota was in force all the same.
async fn holidays_that_were_put_in_leave_a_rota_what_it_was(app: TestApp) {
    let saved = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    super::what_if_rota::case(&app, "09-26T22:00", 20).await;
    app.advance_to("2026-09-28T10:00:00+08:00".parse().unwrap()).await;
    let body = json!({"days": [{"date": "2026-10-01", "primary": staff(&app, "agent")}]});
    let put = app.api().await.post(&format!("/api/v1/on-call/rotas/{}/holidays", saved.id), &body).await;
    assert!(put.status.is_success(), "{}", put.text);
    app.advance_to("2026-10-09T10:00:00+08:00".parse().unwrap()).await;
    let ask = format!("/api/v1/reports/what-if?month=2026-09&rota={}", saved.id);
    let told = app.api().await.get(&ask).await.json();
    assert_eq!(told["answers"], json!({"sooner": 0, "later": 0, "same": 2, "off_duty": 0}), "{told}");
}
