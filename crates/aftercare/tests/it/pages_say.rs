//! What pages say where there is nothing to show, or something was asked that cannot be.

use axum::http::StatusCode;
use testkit::TestApp;

use crate::search::open;

mod engines {
    testkit::on_both_engines!(
        the_log_says_what_is_wrong_with_its_days,
        a_page_that_is_not_there_offers_the_search,
        a_withdrawn_case_shows_no_empty_promises,
        marks_that_were_given_are_shown_and_can_be_changed,
        a_wrong_setting_says_its_limits_at_its_own_name,
    );
}

async fn a_wrong_setting_says_its_limits_at_its_own_name(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let form = "version=0&desk_name=Desk&number_prefix=AF&time_zone=Asia/Shanghai&default_policy=t2&silence_calendar=service\
        &remind_after_days=2,4&close_after_days=5&reopen_window_days=7&page_next_minutes=5&miss_count=3&miss_days=30\
        &miss_consequence=talk&max_file_megabytes=10";
    for (good, bad, said) in [
        ("close_after_days=5", "close_after_days=4", "未确认自动关闭（工作日）：须大于最后一次提醒的天数"),
        ("close_after_days=5", "close_after_days=99", "未确认自动关闭（工作日）：须为 1–90 的整数"),
        ("miss_days=30", "miss_days=x", "统计天数：须为 1–366 的整数"),
        ("megabytes=10", "megabytes=4096", "附件上限（MB）：须为 1–2048 的整数"),
        (
            "remind_after_days=2,4",
            "remind_after_days=4,2",
            "未确认提醒（工作日，逗号分隔）：须为从 1 起、从小到大的整数",
        ),
    ] {
        let page = admin.form("/admin/settings", &form.replace(good, bad)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(page.text.contains(said) && !page.text.contains("无法识别"), "{said}: {}", page.text);
    }
    let both = form.replace("miss_days=30", "miss_days=x").replace("prefix=AF", "prefix=af");
    let page = admin.form("/admin/settings", &both).await.text;
    assert!(page.contains("统计天数：") && page.contains("编号前缀："), "all at once: {page}");
}

async fn the_log_says_what_is_wrong_with_its_days(app: TestApp) {
    let boss = app.signed_in("boss").await;
    let bad = boss.get("/log?from=2026-13-01&class=fault-of-all").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.text.contains("value=\"2026-13-01\"") && bad.text.contains("开始日期：无法识别"),
        "{}",
        bad.text
    );
    assert!(bad.text.contains("name=\"class\"") && !bad.text.contains('⟦'), "{}", bad.text);
    let turned = boss.get("/log?from=2026-09-24&until=2026-09-01").await;
    assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(turned.text.contains("结束日期：早于开始日期"), "{}", turned.text);
    let nobody = boss.get("/log?solver=zz").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.text.contains("解决人：不存在"), "{}", nobody.text);
    let nobody = app.api().await.get("/api/v1/problem-log?solver=zz").await;
    assert_eq!(
        (nobody.status, nobody.json()["fields"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("solver"))
    );
    let day = boss.get("/log?from=2026-09-24&until=2026-09-24").await;
    assert_eq!(day.status, StatusCode::OK, "one day is a period");
    let api = app.api().await.get("/api/v1/problem-log?from=2026-09-24&until=2026-09-01").await;
    assert_eq!(api.json()["fields"][0]["field"], "until");
}

async fn a_page_that_is_not_there_offers_the_search(app: TestApp) {
    let field = |address: &str| format!("<form method=\"get\" action=\"{address}\" role=\"search\">");
    let (agent, ben) = (app.signed_in("agent").await, app.signed_in("ben@north.example").await);
    for path in ["/tickets/AF-2026-09999", "/nowhere"] {
        let missing = agent.get(path).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(missing.text.contains(&field("/search")), "{path}: {}", missing.text);
    }
    for path in ["/portal/cases/AF-2026-09999", "/nowhere"] {
        let missing = ben.get(path).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(missing.text.contains(&field("/portal/search")), "{path}: {}", missing.text);
    }
    let stranger = app.client().get("/nowhere").await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    assert!(!stranger.text.contains("role=\"search\""), "{}", stranger.text);
    let refused = agent.get("/admin/settings").await;
    assert!(refused.status == StatusCode::FORBIDDEN && !refused.text.contains("role=\"search\""));
}

async fn a_withdrawn_case_shows_no_empty_promises(app: TestApp) {
    let api = app.api().await;
    let number = open(&api, "报表打不开", "请看", "ben@north.example").await;
    let ben = app.signed_in("ben@north.example").await;
    let path = format!("/portal/cases/{number}");
    assert!(ben.get(&path).await.text.contains("class=\"ledger "));
    ben.form(&format!("/tickets/{number}/cancellation"), "").await;
    let page = ben.get(&path).await.text;
    assert!(!page.contains("class=\"ledger ") && !page.contains("我们的承诺"), "{page}");
}

async fn marks_that_were_given_are_shown_and_can_be_changed(app: TestApp) {
    let api = app.api().await;
    let number = open(&api, "报表打不开", "请看", "ben@north.example").await;
    api.post(&format!("/api/v1/tickets/{number}/solution"), &serde_json::json!({"resolution": "重启"})).await;
    let ben = app.signed_in("ben@north.example").await;
    let path = format!("/portal/cases/{number}");
    let before = ben.get(&path).await.text;
    assert!(before.contains("为本次服务评分") && !before.contains("您的评分"), "{before}");
    for (marks, says) in
        [("speed=5&effect=4&attitude=3&comment=好", "4 分"), ("speed=5&effect=2&attitude=3", "2 分")]
    {
        ben.form(&format!("{path}/rating"), marks).await;
        let page = ben.get(&path).await.text;
        assert!(page.contains("您的评分") && page.contains(&format!("<dd>{says}</dd>")), "{page}");
        assert!(
            page.contains("修改评分") && !page.contains("为本次服务评分") && !page.contains('⟦'),
            "{page}"
        );
    }
}
