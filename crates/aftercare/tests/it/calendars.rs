//! Holidays as they are published: read, previewed, saved, handed on; and asked for before they are missing.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_pasted_notice_is_previewed_before_it_counts,
        a_calendar_survives_feed_and_json,
        a_missing_year_is_asked_for_in_time,
        what_a_notice_leaves_open_is_said_in_the_preview,
        all_that_is_wrong_with_a_calendar_is_said_at_its_field,
        what_is_saved_as_it_was_makes_no_revision,
    );
}

const NOTICE: &str = "国务院办公厅关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。\
    1月9日（周六）上班。\n二、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。三、补充：2月30日放假。";

async fn a_pasted_notice_is_previewed_before_it_counts(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let page = "/admin/calendars/service";
    let week = "&week.mon=09:00-18:00&week.tue=09:00-18:00&week.wed=09:00-18:00&week.thu=09:00-18:00&week.fri=09:00-18:00";
    let form = |wish: &str, more: &str| {
        format!("rev=1&name=x&time_zone=Asia/Shanghai&coverage=2020-2026{week}&do={wish}&{more}")
    };
    let shown = admin.form(page, &form("take", &format!("announcement={NOTICE}"))).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    for said in
        ["识别出 2027 年的安排：休 10 天，调休上班 1 天", "2月30日放假", "2027-10-01~", "2027-01-09 班"]
    {
        let said = if said.ends_with('~') { "2027-10-01 休 国庆节" } else { said };
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    assert!(shown.text.contains("name=\"coverage\" value=\"2020–2027\""));
    let api = app.api().await;
    assert_eq!(api.get("/api/v1/calendars/service").await.json()["rev"], 1, "a preview saves nothing");
    for (text, issue) in [("没有日期", "没有识别出日期"), ("{\"a\":1}", "不是可识别的 JSON")]
    {
        let refused = admin.form(page, &form("take", &format!("announcement={text}"))).await.text;
        assert!(refused.contains(issue) && refused.contains(&text.replace('"', "&#34;")), "{refused}");
    }
    let wrong = api.post("/api/v1/calendars/service/announcements", &json!({"text": "x"})).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.json()["fields"][0]["field"], "announcement");
}

fn form(wish: &str, more: &str) -> String {
    let days = ["mon", "tue", "wed", "thu", "fri"].map(|d| format!("week.{d}=09:00-18:00")).join("&");
    format!("rev=1&name=x&time_zone=Asia/Shanghai&coverage=2020-2026&{days}&do={wish}&{more}")
}

async fn what_a_notice_leaves_open_is_said_in_the_preview(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let take = |text: &str| form("take", &format!("announcement={text}"));
    let notice = "2026年安排\n国庆节：10月1日至7日放假，10月8日（星期一）起正常上班。10月10日（星期五）上班。\
        中秋节：9月25日下午放假。";
    let shown = admin.form("/admin/calendars/service", &take(notice)).await.text;
    for said in [
        "有 2 处星期与日期不符",
        "2026-10-08 是周四，原文写作周一",
        "2026-10-10 是周六，原文写作周五",
        "有 1 条未能识别，请核对：",
        "<li>中秋节：9月25日下午放假</li>",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("2026-10-08 班") && shown.contains("2026-10-10 班"), "{shown}");
    let api = app.api().await;
    let read = api.post("/api/v1/calendars/service/announcements", &json!({"text": notice})).await.json();
    let doubt = json!({"date": "2026-10-08", "said": "mon", "line": "国庆节：10月1日至7日放假，10月8日（周一）起正常上班"});
    assert_eq!(read["doubts"][0], doubt);
    // A notice that cannot be read says so in the preview instead of failing.
    let none = admin.form("/admin/calendars/service", &take("5月4日不放假。")).await;
    assert_eq!(none.status, StatusCode::OK);
    assert!(none.text.contains("<li>5月4日不放假</li>"), "{}", none.text);
    // A holiday that is made longer goes on from the end that this calendar knows.
    let known = "exceptions.2027=2027-02-05~2027-02-11 休 春节%0A2027-02-13 班&";
    let longer = take("延长2027年春节假期至2月14日（星期日），2月15日（星期一）起正常上班。");
    let shown =
        admin.form("/admin/calendars/service", &longer.replace("&do=", &format!("&{known}do="))).await.text;
    for day in ["2027-02-12", "2027-02-13", "2027-02-14"] {
        assert!(shown.contains(&format!("{day} 休 春节")), "{day}: {shown}");
    }
    assert!(!shown.contains("2027-02-15 班") && !shown.contains("2027-02-13 班"), "{shown}");
}

async fn all_that_is_wrong_with_a_calendar_is_said_at_its_field(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let wrong = form(
        "save",
        "week.sat=nine&makeup=9-&exceptions.2026=2026-05-01 休%0Amayday%0A2026-13-01 休&more=soon",
    );
    let wrong =
        wrong.replace("Asia/Shanghai", "Mars/Base").replace("name=x", "name=").replace("2020-2026", "20-x");
    let shown = admin.form("/admin/calendars/service", &wrong).await.text;
    for field in ["name", "time_zone", "week.sat", "makeup", "exceptions.2026", "more", "coverage"] {
        let after =
            shown.split(&format!("name=\"{field}\"")).nth(1).unwrap_or_else(|| panic!("{field}: {shown}"));
        let until = after.split("</label>").next().unwrap().split("</details>").next().unwrap();
        assert!(
            until.contains("aria-invalid=\"true\"") && until.contains("class=\"wrong\""),
            "{field}: {until}"
        );
    }
    for line in ["mayday：", "2026-13-01 休："] {
        let seen = shown.matches(line).count() - shown.matches(&format!("data-why=\"{line}")).count();
        assert_eq!(seen, 2, "on top and at the field, {line}: {shown}");
    }
    let fine = shown.split("name=\"week.mon\"").nth(1).unwrap().split("</label>").next().unwrap();
    assert!(!fine.contains("wrong"), "{fine}");
}

async fn a_calendar_survives_feed_and_json(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    let kept = api.get("/api/v1/calendars/service").await.json();
    let bare = json!({"time_zone": "Asia/Shanghai", "week": kept["doc"]["week"]});
    let made = api.post("/api/v1/calendars", &json!({"name": "copy", "doc": bare})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let copy = format!("/api/v1/calendars/{}", made.json()["id"].as_str().unwrap());
    for format in ["ics", "json"] {
        let file = admin.get(&format!("/admin/calendars/service/export/{format}")).await;
        assert_eq!(file.status, StatusCode::OK);
        let read = api.post(&format!("{copy}/announcements"), &json!({"text": file.text})).await.json();
        let days = |doc: &serde_json::Value| -> Vec<(String, String)> {
            let all = doc["exceptions"].as_array().unwrap().iter();
            all.map(|e| (e["date"].to_string(), e["kind"].to_string())).collect()
        };
        let mut kept_days = days(&kept["doc"]);
        kept_days.sort();
        assert_eq!(days(&read["doc"]), kept_days, "{format}");
        assert_eq!(read["doc"]["coverage"], kept["doc"]["coverage"], "{format}");
        assert_eq!(read["unread"], json!([]));
    }
    assert_eq!(admin.get("/admin/calendars/service/export/pdf").await.status, StatusCode::NOT_FOUND);
}

async fn a_missing_year_is_asked_for_in_time(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let asks = |text: &str| text.contains("还没有 2027 年的节假日安排");
    assert!(!asks(&admin.get("/tickets").await.text), "not in September");
    app.advance_to("2026-11-01T02:00:00Z".parse().unwrap()).await;
    let admin = app.signed_in("admin").await;
    assert!(asks(&admin.get("/tickets").await.text));
    assert!(!asks(&app.signed_in("agent").await.get("/tickets").await.text), "not those who cannot mend it");
    let api = app.api().await;
    // Another one without them is named as well.
    let kept = api.get("/api/v1/calendars/service").await.json();
    let body = json!({"name": "Branch", "rev": 0, "doc": kept["doc"]});
    assert_eq!(api.json(Method::PUT, "/api/v1/calendars/branch", &body).await.status, StatusCode::OK);
    let page = admin.get("/tickets").await.text;
    let name = kept["name"].as_str().unwrap();
    let bar =
        page.split("class=\"banner\">").find(|b| b.contains("2027")).unwrap().split("</p>").next().unwrap();
    assert!(bar.contains("Branch") && bar.contains(name), "{bar}");
    for id in ["service", "branch"] {
        assert!(bar.contains(&format!("/admin/calendars/{id}#announcement")), "{bar}");
    }
    for id in ["service", "parity", "x24", "branch"] {
        let path = format!("/api/v1/calendars/{id}");
        let kept = api.get(&path).await.json();
        if kept["doc"]["coverage"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let read = api.post(&format!("{path}/announcements"), &json!({"text": NOTICE})).await.json();
        assert_eq!((&read["years"], &read["off"]), (&json!([2027]), &json!(10)));
        let body = json!({"name": kept["name"], "rev": kept["rev"], "doc": read["doc"]});
        assert_eq!(api.json(Method::PUT, &path, &body).await.status, StatusCode::OK);
    }
    assert!(!asks(&admin.get("/tickets").await.text));
}

/// Calendars and promises alike, on the page and by programs.
async fn what_is_saved_as_it_was_makes_no_revision(app: TestApp) {
    let (api, admin) = (app.api().await, app.signed_in("admin").await);
    for noun in ["calendars", "policies"] {
        let all = api.get(&format!("/api/v1/{noun}")).await.json();
        for kept in all["items"].as_array().unwrap() {
            let body = json!({"name": kept["name"], "rev": kept["rev"], "doc": kept["doc"]});
            let path = format!("/api/v1/{noun}/{}", kept["id"].as_str().unwrap());
            let saved = api.json(Method::PUT, &path, &body).await;
            assert_eq!(
                (saved.status, &saved.json()["rev"]),
                (StatusCode::OK, &kept["rev"]),
                "{}",
                saved.text
            );
            let mut renamed = body.clone();
            renamed["name"] = json!("renamed");
            assert_eq!(api.json(Method::PUT, &path, &renamed).await.json()["rev"], 2);
        }
    }
    let page = "/admin/calendars/service";
    let days = ["mon", "tue"].map(|d| format!("week.{d}=09:00-18:00")).join("&");
    let form =
        |rev: u8| format!("rev={rev}&name=x&time_zone=Asia/Shanghai&coverage=2020-2026&{days}&do=save");
    let saved = admin.form(page, &form(2)).await;
    assert!(admin.get(&saved.location).await.text.contains("第 3 版"), "{}", saved.location);
    let again = admin.form(page, &form(3)).await;
    let said = admin.get(&again.location).await.text;
    assert!(said.contains("没有改动，仍为第 3 版"), "{}: {said}", again.location);
    let audit = api.get("/api/v1/audit?limit=200").await.json();
    let of = |e: &&serde_json::Value| e["subject"] == "calendar" && e["subject_id"] == "service";
    assert_eq!(audit["items"].as_array().unwrap().iter().filter(of).count(), 2, "{audit}");
}
