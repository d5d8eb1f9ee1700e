//! On-call by its pages: a rota is made with a preview, people are put in and go on leave and both is undone; whom a rota
//! names stays; whoever must stand apart from a complaint is not called.

use axum::http::{Method, StatusCode};
use desk::oncall::save_rota;
use desk::ticket as verb;
use serde_json::{Value, json};
use testkit::{Answer, Client, TestApp};

use super::console::{next_page, undo_form};
use super::escalation::{steps, told};
use super::oncall::{OPERATOR, rota, staff};

mod engines {
    testkit::on_both_engines!(
        a_rota_is_made_by_its_form_with_a_preview,
        two_are_not_put_in_for_one_time,
        what_is_done_on_the_month_is_undone,
        whom_a_rota_names_is_not_lost,
        who_was_deactivated_is_named_as_such,
        a_page_calls_nobody_who_stands_apart,
    );
}

/// A layer of the form.
fn layer(i: usize, name: &str, order: &[&str], rest: &str) -> String {
    let order: String = order.iter().map(|p| format!("&r.{i}.order={p}")).collect();
    format!(
        "&r.{i}.name={name}&r.{i}.seat=primary&r.{i}.days=all&r.{i}.time_zone=Asia/Shanghai{order}&r.{i}.order=\
         &r.{i}.handoff_day=mon&r.{i}.every=1&r.{i}.unit=weeks&r.{i}.starts_on=2026-09-07{rest}"
    )
}

async fn rotas(app: &TestApp) -> Vec<Value> {
    app.api().await.get("/api/v1/on-call/rotas").await.json()["items"].as_array().unwrap().clone()
}

async fn a_rota_is_made_by_its_form_with_a_preview(app: TestApp) {
    let boss = app.signed_in("boss").await;
    let empty = boss.get("/on-call").await.text;
    assert!(empty.contains("还没有值班表") && empty.contains("/on-call/rotas/new"), "{empty}");
    let (agent, colleague) = (staff(&app, "agent"), staff(&app, "colleague"));
    let order = [agent.as_str(), colleague.as_str()];
    let head = format!("rev=0&calendar=service&groups=desk&owner={agent}");
    let day = layer(0, "白天", &order, "&r.0.handoff_at=09:00&r.0.windows=9-21");

    // Everything that is wrong stands at its field, and nothing is lost.
    let bad = layer(0, "", &[], "&r.0.handoff_at=25:00&r.0.windows=x");
    let wrong = boss.form("/on-call/rotas/new", &format!("{head}&name={bad}&do=save")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert!(wrong.text.contains(">不是时段"), "{}", wrong.text);
    assert_eq!(wrong.text.matches("class=\"wrong\"").count(), 5, "all of it at once: {}", wrong.text);
    let bad = layer(0, "", &[], "&r.0.handoff_at=25:00");
    let wrong = boss.form("/on-call/rotas/new", &format!("{head}&name={bad}&do=preview")).await;
    assert_eq!(wrong.text.matches("class=\"wrong\"").count(), 4, "name twice, order, time: {}", wrong.text);
    assert!(wrong.text.contains("value=\"25:00\""), "{}", wrong.text);

    // The preview of coming weeks changes nothing; a layer is added and moved.
    let seen = boss.form("/on-call/rotas/new", &format!("{head}&name=一线{day}&do=preview")).await;
    for text in ["10-01 周四", "21:00–24:00", "值班无人", "电话未确认：agent、colleague", "09:00–21:00"]
    {
        assert!(seen.text.contains(text), "{text}: {}", seen.text);
    }
    assert_eq!(rotas(&app).await, Vec::<Value>::new());
    let added = boss.form("/on-call/rotas/new", &format!("{head}&name=一线{day}&do=add")).await;
    assert!(added.text.contains("r.1.name") && added.text.contains("尚未保存"), "{}", added.text);
    let night = layer(1, "夜间", &[colleague.as_str()], "&r.1.handoff_at=09:00");
    let moved = boss.form("/on-call/rotas/new", &format!("{head}&name=一线{day}{night}&do=up.1")).await;
    assert!(moved.text.find("夜间") < moved.text.find("白天"), "{}", moved.text);

    let saved = boss.form("/on-call/rotas/new", &format!("{head}&name=一线{day}{night}&do=save")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let rota = rotas(&app).await.remove(0);
    assert_eq!(rota["doc"]["layers"][0]["windows"], json!([["09:00", "21:00"]]));
    assert_eq!(rota["doc"]["layers"][0]["order"], json!(order));
    assert_eq!(
        (&rota["doc"]["groups"], rota["doc"]["layers"].as_array().unwrap().len()),
        (&json!(["desk"]), 2)
    );
    let list = boss.get("/on-call/rotas").await.text;
    assert!(list.contains("白天（值班，每天）：agent、colleague"), "{list}");

    // Over a newer revision nothing is saved; the next save knows it.
    let address = saved.location;
    let head = head.replace("rev=0", "rev=1");
    let again = format!("{head}&name=一线甲{day}&do=save");
    assert_eq!(boss.form(&address, &again).await.status, StatusCode::SEE_OTHER);
    let stale = boss.form(&address, &again).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let keeps = ["一线甲", "name=\"rev\" value=\"2\""].map(|kept| stale.text.contains(kept));
    assert_eq!(keeps, [true; 2], "{}", stale.text);
    let agent = app.signed_in("agent").await;
    assert_eq!(agent.get("/on-call/rotas").await.status, StatusCode::FORBIDDEN);
    assert!(!agent.get("/on-call").await.text.contains("href=\"/on-call/rotas"), "no right, no way there");
}

/// Undoes what an answer says was done.
async fn undo(client: &Client, said: &Answer) {
    let (action, fields) = undo_form(&next_page(client, said).await);
    let undone = client.form(&action, &fields).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text);
}

/// At one instant one person is put in for a duty; only a swap, on which two agreed, stands over another.
async fn two_are_not_put_in_for_one_time(app: TestApp) {
    let row = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    let boss = app.signed_in("boss").await;
    let put = async |who: &str, seat: &str, from: &str, until: &str| {
        let body =
            format!("rota={}&seat={seat}&person={}&from={from}&until={until}", row.id, staff(&app, who));
        boss.form("/on-call/overrides", &body).await
    };
    let noon = ("2026-10-02T09:00", "2026-10-02T12:00");
    assert_eq!(put("senior", "primary", noon.0, noon.1).await.status, StatusCode::SEE_OTHER);
    let no = put("admin", "primary", "2026-10-02T11:00", "2026-10-02T15:00").await;
    let said = "这段时间已有调班（senior 2026-10-02 09:00 \u{2013} 2026-10-02 12:00）";
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    assert!(no.text.contains(said), "{}", no.text);
    for (seat, from, until) in [
        ("primary", noon.1, "2026-10-02T15:00"),
        ("backup", noon.0, noon.1),
        ("primary", "2026-10-02T08:00", noon.0),
    ] {
        assert_eq!(put("admin", seat, from, until).await.status, StatusCode::SEE_OTHER, "{seat} {from}");
    }
    let holidays = format!("primary.2026-10-01={0}&primary.2026-10-02={0}", staff(&app, "agent"));
    let no = boss.form(&format!("/on-call/rotas/{}/holiday", row.id), &holidays).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    assert!(no.text.contains("10-02 周五") && no.text.contains("这段时间已有调班"), "{}", no.text);
    let kept = app.desk.read(move |r| {
        let all = store::oncall::overrides(
            r,
            &row.id,
            "2026-09-30T00:00:00Z".parse().unwrap(),
            "2026-10-05T00:00:00Z".parse().unwrap(),
        );
        Ok(all?)
    });
    assert_eq!(kept.await.unwrap().len(), 4, "nothing of the holidays was put in");
}

async fn what_is_done_on_the_month_is_undone(app: TestApp) {
    let row = save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    let (boss, agent) = (app.signed_in("boss").await, app.signed_in("agent").await);
    let month = async || boss.get("/on-call?month=2026-10").await.text;
    let put = format!("rota={}&seat=primary&person={}&note=家中有事", row.id, staff(&app, "senior"));
    let wrong =
        boss.form("/on-call/overrides", &format!("{put}&from=2026-10-02T09:00&until=2026-10-02T09:00")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("应晚于开始时间") && wrong.text.contains("value=\"家中有事\""),
        "{}",
        wrong.text
    );
    let no = boss.form("/on-call/overrides", &format!("{put}&from=&until=x")).await.text;
    assert_eq!(no.matches("class=\"wrong\"").count(), 2, "{no}");

    let done =
        boss.form("/on-call/overrides", &format!("{put}&from=2026-10-02T09:00&until=2026-10-02T12:00")).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/on-call?month=2026-10"));
    assert!(month().await.contains("家中有事"));
    undo(&boss, &done).await;
    assert!(!month().await.contains("家中有事"));
    boss.form("/on-call/overrides", &format!("{put}&from=2026-10-02T09:00&until=2026-10-02T12:00")).await;
    let key =
        month().await.split("/on-call/overrides/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let gone = boss.form(&format!("/on-call/overrides/{key}/removal"), "").await;
    assert!(!month().await.contains("家中有事"));
    undo(&boss, &gone).await;
    let page = month().await;
    assert!(page.contains("家中有事") && page.contains("09:00–12:00"), "{page}");

    // One's own leave, and nobody else's.
    let leave = |who: &str| {
        format!("person={}&from=2026-10-03T00:00&until=2026-10-05T00:00&note=回家", staff(&app, who))
    };
    assert_eq!(agent.form("/on-call/leaves", &leave("colleague")).await.status, StatusCode::FORBIDDEN);
    let done = agent.form("/on-call/leaves", &leave("agent")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = month().await;
    assert!(page.contains("回家") && page.contains("休假、已有值班或须回避"), "{page}");
    let put = format!("rota={}&seat=primary&person={}&note=x", row.id, staff(&app, "agent"));
    let put = format!("{put}&from=2026-10-04T09:00&until=2026-10-04T12:00");
    let away = boss.form("/on-call/overrides", &put).await;
    assert_eq!(away.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody is put in while away: {}", away.text);
    let key = page.split("/on-call/leaves/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let gone = agent.form(&format!("/on-call/leaves/{key}/removal"), "").await;
    assert!(!month().await.contains("回家"));
    undo(&agent, &gone).await;
    assert!(month().await.contains("回家"));
}

async fn whom_a_rota_names_is_not_lost(app: TestApp) {
    let mut row = rota(&app, &["colleague"]);
    row.doc.groups = ["other".into()].into();
    save_rota(&app.desk, &OPERATOR, row).await.unwrap();
    let api = app.api().await;
    let path = format!("/api/v1/staff/{}", staff(&app, "colleague"));
    let version = api.get(&path).await.json()["version"].clone();
    let off = api.json(Method::PATCH, &path, &json!({"version": version, "active": false})).await;
    assert_eq!(off.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", off.text);
    assert_eq!(
        off.json()["fields"][0],
        json!({"field": "active", "issue": "on_rota", "names": ["一线值班"]})
    );
    assert!(off.json()["title"].as_str().unwrap().contains("一线值班"), "{}", off.text);
    // The form says which rota it is, and leads there, before and after the refusal.
    let admin = app.signed_in("admin").await;
    let id = staff(&app, "colleague");
    let page = format!("/admin/staff/{id}");
    let link = format!(
        "值班表用到此人：<a href=\"/on-call/rotas/{}\">一线值班</a>",
        rotas(&app).await[0]["id"].as_str().unwrap()
    );
    assert!(admin.get(&page).await.text.contains(&link));
    let form = format!("id={id}&version={version}&login=colleague&name=colleague&role=agent");
    let off = admin.form("/admin/staff", &form).await;
    assert_eq!(off.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(off.text.contains("仍有值班表用到") && off.text.contains(&link), "{}", off.text);
    let off = api.json(Method::PATCH, "/api/v1/groups/other", &json!({"version": 1, "active": false})).await;
    assert_eq!(off.json()["fields"][0]["issue"], "on_rota", "{}", off.text);
    for path in ["/api/v1/groups/other", &path] {
        let kept = api.json(Method::DELETE, path, &json!({})).await;
        assert_eq!(kept.status, StatusCode::CONFLICT);
        assert!(kept.text.contains("一线值班"), "{}", kept.text);
    }
}

async fn who_was_deactivated_is_named_as_such(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["agent", "colleague"])).await.unwrap();
    // From before rotas held people back: an archive may bring such a person.
    let id = app.cast.staff_id("colleague");
    let gone = app.desk.write(&OPERATOR, move |unit| {
        let row = store::staff::one(unit.work, &id)?.unwrap();
        Ok(store::staff::update(unit.work, &store::staff::StaffRow { active: false, ..row })?)
    });
    gone.await.unwrap();
    let boss = app.signed_in("boss").await;
    let list = boss.get("/on-call/rotas").await.text;
    assert!(list.contains("colleague（已停用）"), "{list}");
    let rota = rotas(&app).await[0]["id"].as_str().unwrap().to_owned();
    let form = boss.get(&format!("/on-call/rotas/{rota}")).await.text;
    let chosen =
        format!("<option value=\"{}\" selected>colleague（已停用）</option>", staff(&app, "colleague"));
    assert!(form.contains(&chosen), "{form}");
    // Their own page says why they cannot be invited, and where they still stand.
    let admin = app.signed_in("admin").await;
    let page = admin.get(&format!("/admin/staff/{}", staff(&app, "colleague"))).await.text;
    assert!(page.contains("已停用，不能发送邀请") && page.contains(">一线值班</a>"), "{page}");
}

async fn a_page_calls_nobody_who_stands_apart(app: TestApp) {
    save_rota(&app.desk, &OPERATOR, rota(&app, &["colleague", "agent"])).await.unwrap();
    let all = json!([{"milestone": "resolution", "percent": 1, "action": "page_on_call"}]);
    steps(&app, all).await;
    let api = app.api().await;
    let body = json!({"title": "t", "requester": "ben@north.example", "group": "desk"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let on = api.get("/api/v1/on-call").await.json()["items"][0]["primary"]["person"].clone();
    let login = if on == json!(staff(&app, "agent")) { "agent" } else { "colleague" };
    verb::take(&app.desk, app.cast.staff(login), &number).await.unwrap();
    let ben = app.signed_in("ben@north.example").await;
    let complaint = ben.form(&format!("/portal/cases/{number}/complaint"), "text=一直没有人联系").await;
    let complaint = complaint.location.rsplit('/').next().unwrap().to_owned();
    app.advance(3 * 86_400).await;
    let paged = told(&app, &complaint, "paged").await;
    assert!(paged.iter().all(|p| p["change"]["called"]["person"] != on), "{paged:?}");
    assert_eq!(paged[0]["change"]["called"]["because"]["passed"], json!([on]), "{paged:?}");
}
