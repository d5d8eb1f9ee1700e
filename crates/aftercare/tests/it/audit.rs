//! The audit says who changed what: the thing by its name, each value before and after.

use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(a_change_is_named_and_compared);
}

async fn a_change_is_named_and_compared(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let saved = admin.form("/admin/groups", "name=夜班").await;
    assert_eq!(saved.status, axum::http::StatusCode::SEE_OTHER, "{}", saved.text);
    let groups = app.desk.read(|r| Ok(store::staff::groups(r)?)).await.unwrap();
    let night = groups.into_iter().find(|g| g.name == "夜班").unwrap();
    let form = format!("id={}&version={}&name=值夜&active=1", night.id, night.version);
    admin.form("/admin/groups", &form).await;
    let page = admin.get("/admin/audit?subject=group").await.text;
    assert!(page.contains("组 修改 <strong>值夜</strong>"), "{page}");
    assert!(page.contains("<del>夜班</del> → <ins>值夜</ins>"), "{page}");
    let others = admin.get("/admin/audit?subject=policy").await.text;
    assert!(!others.contains("值夜") && others.contains("没有符合条件的记录"), "{others}");
}
