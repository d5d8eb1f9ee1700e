//! Tables of tickets and customers: on the pages and from the command line, with bad rows that come back.

use std::process::Command;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::ticket::Status;
use serde_json::json;
use testkit::{Answer, Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        a_table_of_tickets_is_checked_then_made_then_corrected,
        a_number_twice_with_other_content_is_a_bad_row,
        a_bad_row_does_not_spoil_a_later_one_with_its_number,
        the_preview_finds_what_the_run_refuses_and_leaves_nothing,
        a_table_of_customers_makes_each_once,
        two_people_with_one_address_are_a_bad_row,
        only_who_may_import_imports,
        a_program_imports_as_the_page_does,
        what_a_row_does_not_tell_is_not_missed,
        a_row_with_too_many_cells_is_bad,
    );
}

const TICKETS: &str = "编号,标题,联系电话,姓名,单位,紧急程度,受理时间,解决时间,处理结果,天气\n\
    T-1,报表打不开,138 0013 8000,李工,North,紧急,2026-09-01 09:00,2026-09-01 11:00,重启服务,晴\n\
    T-2,登录慢,ben@north.example,,,一般,2026/9/2 10:00,,,雨\n\
    T-3,坏的,没有电话,,,大概,昨天,,,雪\n\
    T-4,不认识的单位,139 0013 9000,王工,Nowhere,,2026-09-03,,,\n";

async fn send(client: &Client, of: &str, text: &[u8]) -> Answer {
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"of\"\r\n\r\n{of}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\n\r\n"
    )
    .into_bytes();
    body.extend(text);
    body.extend(b"\r\n--b--\r\n");
    let kind = "multipart/form-data; boundary=b";
    client
        .send(Method::POST, "/admin/imports", kind, Body::from(body), &[("sec-fetch-site", "same-origin")])
        .await
}

/// The form as a browser would send it back.
fn form(html: &str) -> String {
    let mut pairs = Vec::new();
    for select in html.split("<select name=\"").skip(1) {
        let (name, rest) = select.split_once('"').unwrap();
        let options = rest.split("</select>").next().unwrap();
        let chosen = options.split("<option value=\"").skip(1).find(|o| o.contains(" selected"));
        pairs.push(format!("{name}={}", chosen.map_or("", |o| o.split('"').next().unwrap())));
    }
    for name in ["version", "zone"] {
        let value =
            html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
        pairs.push(format!("{name}={value}"));
    }
    pairs.join("&")
}

pub(crate) async fn run(app: &TestApp, client: &Client, of: &str, text: &[u8]) -> (String, String) {
    let uploaded = send(client, of, text).await;
    assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{}", uploaded.text);
    let page = client.get(&uploaded.location).await.text;
    let started =
        client.form(&format!("{}/mapping", uploaded.location), &format!("{}&run=1", form(&page))).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text);
    app.drain().await;
    (uploaded.location.clone(), client.get(&uploaded.location).await.text)
}

fn figures(html: &str) -> Vec<&str> {
    html.split("<div class=\"figure\"><b>").skip(1).filter_map(|f| f.split('<').next()).collect()
}

async fn a_table_of_tickets_is_checked_then_made_then_corrected(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let uploaded = send(&admin, "tickets", TICKETS.as_bytes()).await;
    let page = admin.get(&uploaded.location).await.text;
    assert!(page.contains("未使用的列：天气"), "{page}");
    assert!(page.contains("报表打不开") && page.contains("李工 138 0013 8000"), "{page}");
    assert!(page.contains("紧急程度：无法识别") && page.contains("受理时间：无法识别的日期时间"), "{page}");
    let list = ["/admin/imports".to_owned(), "/admin/imports/new".to_owned(), uploaded.location.clone()];
    for (path, locale) in list.iter().flat_map(|p| [(p, "zh-CN"), (p, "en")]) {
        let cookie = format!("locale={locale}");
        let html = admin.send(Method::GET, path, "", Body::empty(), &[("cookie", &cookie)]).await.text;
        assert!(
            html.contains(&format!("<html lang=\"{locale}\"")) && !html.contains('⟦'),
            "{locale} {path}: {html}"
        );
    }
    let twice = form(&page).replace("column.body=", "column.body=1");
    let refused = admin.form(&format!("{}/mapping", uploaded.location), &twice).await;
    assert!(refused.text.contains("同一列不能对应两项"), "{}", refused.text);
    let without = form(&page).replace("column.title=1", "column.title=");
    let missing = admin.form(&format!("{}/mapping", uploaded.location), &format!("{without}&run=1")).await;
    assert!(missing.text.contains("标题：请指定对应的列"), "{}", missing.text);
    assert_eq!(admin.form(&format!("{}/removal", uploaded.location), "").await.status, StatusCode::SEE_OTHER);

    let (at, done) = run(&app, &admin, "tickets", TICKETS.as_bytes()).await;
    assert_eq!(figures(&done), ["2", "0", "2"], "{done}");
    let t = app.desk.read(|r| Ok(store::ticket::by_external_ref(r, "T-1")?)).await.unwrap().unwrap();
    assert_eq!((t.status, t.resolution.as_str()), (Status::Resolved, "重启服务"));
    assert_eq!(t.received_at.to_string(), "2026-09-01T01:00:00Z", "in the installation's zone");
    assert_eq!(t.organisation.as_ref(), Some(&app.cast.north));
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    assert!(letters.is_empty(), "nothing leaves the house for history");

    let bad = admin.get(&format!("{at}/bad.csv")).await.text;
    assert!(bad.contains("单位：不存在") && bad.contains("Organisation: "), "{bad}");
    let corrected = bad
        .replace("没有电话", "138 0000 0000")
        .replace("大概", "一般")
        .replace("昨天", "2026-09-04")
        .replace("Nowhere", "South");
    let (_, again) = run(&app, &admin, "tickets", corrected.as_bytes()).await;
    assert_eq!(figures(&again), ["2", "0", "0"], "{again}");
    let (_, whole) = run(&app, &admin, "tickets", TICKETS.as_bytes()).await;
    assert_eq!(figures(&whole)[..2], ["0", "2"], "rows that are there are not made twice: {whole}");
    assert!(!whole.contains("没有写明首次响应时间"), "no ticket was made: {whole}");
    assert!(admin.get("/admin/imports").await.text.contains("t.csv"));
    let audit = admin.get("/admin/audit?subject=import").await.text;
    assert!(audit.contains("导入 新建"));
    for words in [
        "<span class=\"muted\">表格内容</span> <ins>工单</ins>",
        "<span class=\"muted\">行数</span> <ins>4</ins>",
    ] {
        assert!(audit.contains(words), "{words}: {audit}");
    }
    assert!(!audit.contains("tickets</ins>") && !audit.contains("muted\">rows"), "{audit}");
}

async fn a_number_twice_with_other_content_is_a_bad_row(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let row = |title: &str| format!("T-1,{title},ben@north.example\n");
    let table = ["编号,标题,联系电话\n", &row("第一件"), &row("第一件"), &row("另一件")].concat();
    let (at, done) = run(&app, &admin, "tickets", table.as_bytes()).await;
    assert_eq!(figures(&done), ["1", "1", "1"], "{done}");
    let bad = admin.get(&format!("{at}/bad.csv")).await.text;
    assert!(bad.contains("另一件") && bad.contains("与第 1 行编号相同，内容不同"), "{bad}");
}

async fn a_bad_row_does_not_spoil_a_later_one_with_its_number(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let rows = ["T-1,一,ben@north.example,Nowhere", "T-1,二,ben@north.example,", "T-1,三,ben@north.example,"];
    let table = format!("编号,标题,联系电话,单位\n{}\n", rows.join("\n"));
    let uploaded = send(&admin, "tickets", table.as_bytes()).await;
    let page = admin.get(&uploaded.location).await.text;
    assert!(page.contains("全部 3 行，有误 2 行") && page.contains("与第 2 行编号相同"), "{page}");
    let (at, done) = run(&app, &admin, "tickets", table.as_bytes()).await;
    assert_eq!(figures(&done), ["1", "0", "2"], "{done}");
    let bad = admin.get(&format!("{at}/bad.csv")).await.text;
    assert!(bad.contains("单位：不存在") && bad.contains("row 2 has this number"), "{bad}");
}

async fn the_preview_finds_what_the_run_refuses_and_leaves_nothing(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let tickets = "编号,标题,联系电话,单位,产品,组,处理人,受理时间,解决时间,关闭时间\n\
        A,一,ben@north.example,Nowhere,,,,,,\nB,二,ben@north.example,,没有,,,,,\n\
        C,三,ben@north.example,,,没有,,,,\nD,四,ben@north.example,,,,谁,,,\n\
        E,五,ben@north.example,,,,,2026-09-01 09:00,2026-09-01 10:00,\nE,六,ben@north.example,,,,,,,\n\
        F,七,new@north.example,North,,,,,,\n";
    let customers = "单位,联系人,邮箱,邮箱域名\n甲,张,zhang@a.example,a.example\n\
        乙,李,zhang@a.example,\n丙,王,w@c.example,a.example\n";
    for (of, text, expected) in [("tickets", tickets, 5), ("customers", customers, 2)] {
        let before = everything(&app).await;
        let uploaded = send(&admin, of, text.as_bytes()).await;
        let page = admin.get(&uploaded.location).await.text;
        let seen = bad_numbers(&page);
        assert_eq!(seen.len(), expected, "{page}");
        assert_eq!(everything(&app).await, before, "nothing of it stays");
        let (at, done) = run(&app, &admin, of, text.as_bytes()).await;
        assert_eq!(figures(&done)[2], expected.to_string(), "{done}");
        let id = at.rsplit('/').next().unwrap().to_owned();
        let bad =
            app.desk.read(move |r| Ok(store::import::rows(r, &id, domain::import::RowState::Bad, 0, 100)?));
        let refused: Vec<i64> = bad.await.unwrap().iter().map(|row| row.no).collect();
        assert_eq!(seen, refused);
    }
}

/// How many tickets, contacts and organisations there are.
async fn everything(app: &TestApp) -> (usize, usize, usize) {
    app.desk
        .read(|r| {
            let contacts = store::feed::contacts(r, "", 1000)?.len();
            let tickets = store::feed::tickets(r, "", 1000)?.len();
            Ok((tickets, contacts, store::feed::organisations(r, "", 1000)?.len()))
        })
        .await
        .unwrap()
}

/// Numbers of the rows that the preview calls bad.
fn bad_numbers(page: &str) -> Vec<i64> {
    let rows = page.split("<tr><td class=\"num\">").skip(1).filter(|row| row.contains("tag-urgent"));
    rows.map(|row| row.split('<').next().unwrap().parse().unwrap()).collect()
}

async fn a_table_of_customers_makes_each_once(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let text = "单位,联系人,手机,邮箱,邮箱域名\n中铁某局,张工,13800138001,zhang@crx.example,crx.example\n\
        中铁某局,赵工,,zhao@crx.example,\nNorth,孙工,,eve@south.example,\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    let (_, done) = run(&app, &admin, "customers", &gbk).await;
    assert_eq!(figures(&done), ["2", "0", "1"], "an address of another organisation is looked at: {done}");
    let found = app.desk.read(|r| {
        let org = store::directory::organisation_named(r, "中铁某局")?.ok_or(desk::Error::NotFound)?;
        let of_it =
            store::directory::ContactFilter { organisation: Some(org.id.clone()), ..Default::default() };
        Ok((store::directory::domains(r, &org.id)?, store::directory::find_contacts(r, &of_it, None, 10)?))
    });
    let (domains, contacts) = found.await.unwrap();
    assert_eq!((domains.as_slice(), contacts.len()), (&["crx.example".to_owned()][..], 2));
    let (_, again) = run(&app, &admin, "customers", text.as_bytes()).await;
    assert_eq!(figures(&again)[..2], ["0", "2"]);
}

async fn two_people_with_one_address_are_a_bad_row(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let text = "单位,联系人,邮箱,手机\nNorth,张工,z@north.example,\nNorth,赵工,z@north.example,\n\
        North,张工,z@north.example,\nNorth,钱工,,13800138001\nNorth,孙工,,13800138001\n";
    let (at, done) = run(&app, &admin, "customers", text.as_bytes()).await;
    assert_eq!(figures(&done), ["2", "1", "2"], "{done}");
    let bad = admin.get(&format!("{at}/bad.csv")).await.text;
    assert!(bad.contains("邮箱：已登记在“张工”名下，与本行姓名不同"), "{bad}");
    assert!(bad.contains("Phone: belongs to 钱工, another name than in this row"), "{bad}");
}

async fn a_program_imports_as_the_page_does(app: TestApp) {
    let api = app.api().await;
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"of\"\r\n\r\ntickets\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\n\r\n{TICKETS}\r\n--b--\r\n"
    );
    let kind = "multipart/form-data; boundary=b";
    let made = api.send(Method::POST, "/api/v1/imports", kind, Body::from(body), &[]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let draft = made.json();
    assert_eq!(
        (&draft["state"], &draft["rows"], &draft["mapping"]["title"]),
        (&json!("draft"), &json!(4), &json!(1))
    );
    let at = format!("/api/v1/imports/{}", draft["id"].as_str().unwrap());
    let told =
        json!({"mapping": draft["mapping"], "zone": "UTC", "order": "ymd", "version": draft["version"]});
    let saved = api.json(Method::PUT, &format!("{at}/mapping"), &told).await;
    assert_eq!((saved.status, &saved.json()["zone"]), (StatusCode::OK, &json!("UTC")), "{}", saved.text);
    let stale = api.json(Method::PUT, &format!("{at}/mapping"), &told).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    let tried = api.get(&format!("{at}/preview")).await.json();
    let rows: Vec<_> = tried["bad"].as_array().unwrap().iter().map(|b| b["row"].as_i64().unwrap()).collect();
    assert_eq!((rows.as_slice(), &tried["tried"]), (&[3, 4][..], &json!(4)), "{tried}");
    assert_eq!(api.post(&format!("{at}/run"), &json!({})).await.status, StatusCode::ACCEPTED);
    app.drain().await;
    let done = api.get(&at).await.json();
    assert_eq!(
        (&done["state"], &done["made"], &done["bad"]),
        (&json!("done"), &json!(2), &json!(2)),
        "{done}"
    );
    assert_eq!(done["unanswered"], 2, "of those that were made: {done}");
    assert!(api.get(&format!("{at}/bad-rows")).await.text.contains("Organisation: "));
    assert_eq!(api.get("/api/v1/imports").await.json()["items"][0]["id"], draft["id"]);
    let mine = api.get("/api/v1/queues").await.json();
    let all = mine["items"].as_array().unwrap().iter().find(|q| q["queue"] == "all").unwrap();
    assert_eq!(all["count"], 2, "{mine}");
    assert_eq!(api.json(Method::DELETE, &at, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&at).await.status, StatusCode::NOT_FOUND);
}

async fn only_who_may_import_imports(app: TestApp) {
    let agent = app.signed_in("agent").await;
    for path in ["/admin/imports", "/admin/imports/new", "/admin/imports/x", "/admin/imports/x/bad.csv"] {
        assert_eq!(agent.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(send(&agent, "tickets", b"a,b\n1,2\n").await.status, StatusCode::FORBIDDEN);
    for path in ["/admin/imports/x/mapping", "/admin/imports/x/removal"] {
        assert_eq!(
            agent.form(path, "order=ymd&version=1&zone=UTC").await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let admin = app.signed_in("admin").await;
    assert_eq!(admin.get("/admin/imports/x").await.status, StatusCode::NOT_FOUND);
    for (text, says) in [("", "没有数据行"), ("PK\u{3}\u{4}\0", "不是 CSV 表格")] {
        let answer = send(&admin, "customers", text.as_bytes()).await;
        assert!(answer.text.contains(says), "{}", answer.text);
    }
}

async fn what_a_row_does_not_tell_is_not_missed(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let rows = "编号,标题,联系电话,紧急程度,受理时间,首次响应时间,解决时间\n\
        U-1,没有写,138 0013 8000,紧急,2026-09-01 09:00,,2026-09-01 18:00\n\
        U-2,及时,138 0013 8000,紧急,2026-09-01 09:00,2026-09-01 09:05,2026-09-01 10:00\n\
        U-3,迟了,138 0013 8000,紧急,2026-09-01 09:00,2026-09-01 13:00,2026-09-01 18:00\n\
        U-4,未结,138 0013 8000,紧急,2026-09-01 09:00,,\n";
    let (_, page) = run(&app, &admin, "tickets", rows.as_bytes()).await;
    assert_eq!(figures(&page), ["4", "0", "0"], "{page}");
    assert!(page.contains("2 行没有写明首次响应时间"), "{page}");
    let api = app.api().await;
    let list = api.get("/api/v1/tickets?order=oldest").await.json();
    for t in list["items"].as_array().unwrap() {
        let t = api.get(&format!("/api/v1/tickets/{}", t["number"].as_str().unwrap())).await.json();
        let of = |kind: &str| {
            let clocks = t["clocks"].as_array().unwrap().iter().filter(|c| c["kind"] == kind);
            clocks.map(|c| c["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (response, late) = match t["title"].as_str().unwrap() {
            "迟了" => ("breached", "breached"),
            "未结" => ("unknown", "breached_running"),
            "没有写" => ("unknown", "breached"),
            _ => ("met", "met"),
        };
        assert_eq!((of("response"), of("resolution")), (vec![response.into()], vec![late.into()]), "{t}");
        assert_eq!(t["responded_at"].is_null(), response == "unknown", "nobody knows: {t}");
        assert!(!of("update").iter().any(|s| s.starts_with("breached")), "{t}");
    }
    let report =
        api.get("/api/v1/reports/attainment?from=2026-09-01&until=2026-09-30&milestone=response").await;
    let cells = &report.json()["total"];
    let n = |column: &str| cells[column]["value"].as_f64();
    assert_eq!(
        (n("promised"), n("missed"), n("left_out")),
        (Some(2.0), Some(1.0), Some(2.0)),
        "{}",
        report.text
    );
}

async fn a_row_with_too_many_cells_is_bad(app: TestApp) {
    let admin = app.signed_in("admin").await;
    let rows = "标题,联系电话,姓名\n好的,138 0013 8000,李工\n,,\n报表,打不开,139 0013 9000,王工\n空的,138 0013 8000,李工,,\n";
    let (place, page) = run(&app, &admin, "tickets", rows.as_bytes()).await;
    assert_eq!(figures(&page), ["2", "0", "1"], "{page}");
    let bad = admin.get(&format!("{place}/bad.csv")).await.text;
    assert!(
        bad.contains("单元格多于列名：王工") && bad.contains("more cells than columns have names: 王工"),
        "{bad}"
    );
}

#[test]
fn the_command_line_says_what_it_would_do_then_does_it() {
    let folder = std::env::temp_dir().join(format!("aftercare-csv-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("t.csv");
    std::fs::write(&file, TICKETS.replace("North", "")).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        command.args(["import", "csv"]).arg(&file).arg("--data").arg(&folder).args(more);
        let out = command.output().unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (ok, said, trouble) = run(&["--dry-run"]);
    assert!(
        !ok && said.contains("title            ← 标题") && said.contains("not used: 天气"),
        "{said}{trouble}"
    );
    assert!(said.contains("2 of 4 rows are bad; nothing was imported"), "{said}");
    let (ok, _, trouble) = run(&["--map", "title=天空"]);
    assert!(!ok && trouble.contains("no column \"天空\""), "{trouble}");
    let (ok, said, trouble) = run(&["--map", "body=天气"]);
    assert!(!ok && trouble.contains("2 bad rows left out"), "the exit code says it: {trouble}");
    assert!(said.contains("2 made, 0 known already, 2 bad\n2 rows "), "{said}{trouble}");
    let bad = std::fs::read_to_string(folder.join("t.bad.csv")).unwrap();
    assert!(bad.contains("单位：不存在") && bad.lines().count() == 3, "{bad}");
    let (_, said, _) = run(&[]);
    assert!(said.contains("0 made, 2 known already, 2 bad"), "{said}");
    std::fs::write(&file, TICKETS.lines().take(2).collect::<Vec<_>>().join("\n").replace("North", ""))
        .unwrap();
    let (ok, said, trouble) = run(&["--map", "body=天气"]);
    assert!(ok && said.contains("0 made, 1 known already, 0 bad"), "{said}{trouble}");
    std::fs::remove_dir_all(&folder).unwrap();
}
