//! Pages: every one of them is whole in both languages, and says what went wrong.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use desk::Error;
use domain::access::{Actor, System};
use serde_json::json;
use testkit::{Client, TestApp};

const PASSWORD: &str = "a good long one";

mod engines {
    testkit::on_both_engines!(
        pages_are_whole_in_both_languages,
        administration_takes_effect_at_once,
        signing_in_is_throttled_and_links_work_once,
        a_new_password_ends_every_link,
        staff_get_a_link_at_their_address,
        a_customer_is_told_what_became_of_a_message,
        a_stranger_locks_nobody_out,
        an_own_password_is_changed_by_whoever_knows_it,
        a_password_is_not_the_name_to_sign_in_with,
        whoever_forgot_it_sets_one_with_a_link,
        a_form_with_errors_keeps_what_was_typed,
        files_are_private_and_never_run,
        outside_the_frame_language_theme_and_login_hold,
    );
}

/// A page in a language.
async fn page(client: &Client, path: &str, locale: &str, session: &str) -> String {
    let cookie = format!("aftercare_session={session}; locale={locale}");
    let answer = client.send(Method::GET, path, "", Body::empty(), &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

async fn session(app: &TestApp, login: &str) -> String {
    desk::auth::sign_in(&app.desk, login, PASSWORD.to_owned(), "").await.unwrap().token
}

/// The pages of administration.
const ADMIN: &[&str] = &[
    "settings",
    "staff",
    "tokens",
    "letters",
    "jobs",
    "audit",
    "synonyms",
    "calendars",
    "calendars/new",
    "calendars/service",
    "calendars/service/history",
    "policies",
    "policies/new",
    "policies/t3",
    "policies/t3/history",
    "routing",
    "fields",
    "answers",
    "answers/new",
];

async fn pages_are_whole_in_both_languages(app: TestApp) {
    let api = app.api().await;
    let body = json!({"title": "<b>bold</b>", "body": "<script>x</script>", "requester": "ben@north.example", "severity": "urgent"});
    let number = api.post("/api/v1/tickets", &body).await.json()["number"].as_str().unwrap().to_owned();
    let staff = ["/tickets", "/tickets?view=mine", "/tickets/new", "/notices", "/log"].map(str::to_owned);
    let case = format!("/tickets/{number}");
    let mine = ["/portal".to_owned(), "/portal/new".to_owned(), format!("/portal/cases/{number}")];
    let (agent, ben) = (session(&app, "agent").await, session(&app, "ben@north.example").await);
    let admin = session(&app, "admin").await;
    let administration = ADMIN.iter().map(|p| format!("/admin/{p}")).collect::<Vec<_>>();
    let boss = session(&app, "boss").await;
    let north = format!("/customers/{}", app.cast.north);
    let customers = [
        "/customers",
        "/customers/new",
        &north,
        &format!("{north}/edit"),
        "/customers/contacts",
        "/customers/contacts/new",
        "/customers/contracts",
        &format!("/customers/contracts/new?organisation={}", app.cast.north),
        "/customers/installations",
        &format!("/customers/installations/new?organisation={}", app.cast.north),
    ]
    .map(str::to_owned)
    .to_vec();
    app.drain().await;
    for locale in ["zh-CN", "en"] {
        for path in &customers {
            let html = page(&app.client(), path, locale, &boss).await;
            assert!(!html.contains('⟦'), "{locale} {path} lacks a text");
        }
        for path in &administration {
            let html = page(&app.client(), path, locale, &admin).await;
            assert!(!html.contains('⟦'), "{locale} {path} lacks a text");
            assert!(
                !html.contains(" style=") && !html.contains("onclick"),
                "{path} has inline style or script"
            );
        }
        for (paths, who) in
            [(&[&staff[..], std::slice::from_ref(&case)].concat(), &agent), (&mine.to_vec(), &ben)]
        {
            for path in paths {
                let html = page(&app.client(), path, locale, who).await;
                assert!(!html.contains('⟦'), "{locale} {path} lacks a text");
                assert!(html.contains(&format!("<html lang=\"{locale}\"")), "{path}");
                assert!(!html.contains("<script>x") && !html.contains("<b>bold"), "{path}");
                assert!(
                    !html.contains(" style=") && !html.contains("onclick"),
                    "{path} has inline style or script"
                );
            }
        }
    }
    let absent = app.signed_in("agent").await.get("/tickets/AF-2026-99999").await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    assert!(absent.text.contains("没有找到"));
}

async fn signing_in_is_throttled_and_links_work_once(app: TestApp) {
    let client = app.client();
    // By whichever name: it is one person who is tried.
    for login in ["agent", "agent@desk.example", "AGENT", "Agent@desk.example", "agent"] {
        let wrong = client.form("/sign-in", &format!("login={login}&password=wrong")).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    }
    for login in ["agent", "agent@desk.example"] {
        let blocked = client.form("/sign-in", &format!("login={login}&password=a+good+long+one")).await;
        assert_eq!(blocked.status, StatusCode::TOO_MANY_REQUESTS);
        let wait = blocked.headers["retry-after"].to_str().unwrap().parse::<i64>().unwrap();
        assert!(wait > 0);
    }
    app.advance(60).await;
    let good = client.form("/sign-in", "login=agent&password=a+good+long+one&back=//evil.example").await;
    assert_eq!((good.status, good.location.as_str()), (StatusCode::SEE_OTHER, "/"));

    assert_eq!(client.form("/sign-in/link", "email=nobody@x.example").await.status, StatusCode::OK);
    client.form("/sign-in/link", "email=ben@north.example").await;
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    assert_eq!(letters.len(), 1);
    let token = letters[0].body.split("/sign-in/link/").nth(1).unwrap().lines().next().unwrap().to_owned();
    let path = format!("/sign-in/link/{token}");
    let page = client.get(&path).await;
    assert!(
        page.status == StatusCode::OK && page.text.contains("登录名：ben@north.example"),
        "{}",
        page.text
    );
    assert_eq!(client.form(&path, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(client.form(&path, "").await.status, StatusCode::UNAUTHORIZED);
}

async fn a_new_password_ends_every_link(app: TestApp) {
    let (client, id) = (app.client(), app.cast.staff_id("agent"));
    let set_up = |t: &str| format!("/sign-in/link/{t}");
    let first = desk::auth::set_up_link(&app.desk).await.unwrap();
    let second = desk::auth::set_up_link(&app.desk).await.unwrap();
    assert_eq!(client.get(&set_up(&first)).await.status, StatusCode::UNAUTHORIZED, "only the newest is good");
    let done = client.form(&set_up(&second), "password=another+long+one").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    client.form("/sign-in/link", "email=agent@desk.example").await;
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    let link = letters[0].body.split("/sign-in/link/").nth(1).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(client.get(&set_up(&link)).await.status, StatusCode::OK);
    let operator = app.cast.staff("admin");
    desk::auth::set_staff_password(&app.desk, operator, &id, "a third long one".to_owned()).await.unwrap();
    assert_eq!(client.get(&set_up(&link)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.form(&set_up(&link), "").await.status, StatusCode::UNAUTHORIZED);
}

async fn staff_get_a_link_at_their_address(app: TestApp) {
    let id = app.cast.staff_id("agent");
    let row = app.desk.read(move |r| Ok(store::staff::one(r, &id)?.unwrap())).await.unwrap();
    let row = store::staff::StaffRow { email: "Ann@desk.example".to_owned(), ..row };
    desk::admin::save_staff(&app.desk, app.cast.staff("admin"), row).await.unwrap();
    let asked = app.client().form("/sign-in/link", "email=ann@desk.example").await;
    assert_eq!(asked.status, StatusCode::OK);
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    assert_eq!(letters.iter().map(|l| l.recipient.as_str()).collect::<Vec<_>>(), ["ann@desk.example"]);
    let by_address = "login=ann@desk.example&password=a+good+long+one";
    assert_eq!(app.client().form("/sign-in", by_address).await.status, StatusCode::SEE_OTHER);
    // Nobody else may have it: links and sign-in would be theirs.
    let other = app.cast.staff_id("colleague");
    let row = app.desk.read(move |r| Ok(store::staff::one(r, &other)?.unwrap())).await.unwrap();
    let row = store::staff::StaffRow { email: "ann@desk.example".to_owned(), ..row };
    let refused = desk::admin::save_staff(&app.desk, app.cast.staff("admin"), row).await;
    assert!(matches!(refused, Err(Error::Invalid(wrong)) if wrong[0].field == "email"));
}

async fn a_customer_is_told_what_became_of_a_message(app: TestApp) {
    let body = json!({"title": "t", "requester": "ben@north.example"});
    let number = app.api().await.post("/api/v1/tickets", &body).await.json()["number"].clone();
    let path = format!("/tickets/{}/messages", number.as_str().unwrap());
    let mut told = Vec::new();
    for login in ["ben@north.example", "agent"] {
        let answer = app.signed_in(login).await.form(&path, "text=hello").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        told.push(answer.headers["set-cookie"].to_str().unwrap().to_owned());
    }
    assert!(told.iter().all(|t| t.starts_with("said=")), "{told:?}");
    assert_ne!(told[0], told[1], "a customer's message is not sent to the customer");
}

async fn a_stranger_locks_nobody_out(app: TestApp) {
    let from = |place: &'static str, password: &str| {
        let (desk, password) = (app.desk.clone(), password.to_owned());
        async move { desk::auth::sign_in(&desk, "Agent", password, place).await }
    };
    let waits = |answer: &Result<_, Error>| matches!(answer, Err(Error::RateLimited { .. }));
    for _ in 0..5 {
        assert!(matches!(from("192.0.2.1", "wrong").await, Err(Error::Unauthenticated)));
    }
    assert!(waits(&from("192.0.2.1", "a good long one").await));
    assert!(from("192.0.2.2", "a good long one").await.is_ok(), "another address is not concerned");
    // A login that looks like another one with an address counts as itself.
    for _ in 0..5 {
        let _ = desk::auth::sign_in(&app.desk, "192.0.2.3|agent", "wrong".to_owned(), "*").await;
    }
    assert!(from("192.0.2.3", "a good long one").await.is_ok());
    // Guessing from many addresses is slowed for all, by a minute at most.
    let key = format!("*|staff|{}", app.cast.staff_id("agent"));
    for _ in 0..100 {
        let key = key.clone();
        let failed = move |u: &mut desk::Unit<'_, '_>| Ok(store::session::failed(u.work, &key)?);
        app.desk.write(&Actor::System(System::Operator), failed).await.unwrap();
    }
    assert!(waits(&from("192.0.2.4", "a good long one").await));
    app.advance(60).await;
    assert!(from("192.0.2.4", "a good long one").await.is_ok());
}

async fn outside_the_frame_language_theme_and_login_hold(app: TestApp) {
    for path in ["/zzz", "/admin/zzz", "/api/docs", "/sign-in", "/sign-in/link/x"] {
        let chosen = [("cookie", "locale=en; theme=dark")];
        let answer = app.client().send(Method::GET, path, "", Body::empty(), &chosen).await;
        assert!(answer.text.contains("<html lang=\"en\" data-theme=\"dark\">"), "{path}: {}", answer.text);
    }
    for login in ["admin", "ben@north.example"] {
        let page = app.signed_in(login).await.get("/account/password").await.text;
        assert!(page.contains("<h1>设置密码</h1>") && page.contains(&format!("登录名：{login}")), "{page}");
    }
}

async fn an_own_password_is_changed_by_whoever_knows_it(app: TestApp) {
    let ben = app.signed_in("ben@north.example").await;
    let change = |present: &str, new: &str| {
        let fields = format!("present={present}&password={new}");
        let ben = ben.clone();
        async move { ben.form("/account/password", &fields).await }
    };
    assert!(ben.get("/account/password").await.text.contains("name=\"present\""));
    for wrong in ["", "not this one"] {
        let refused = change(wrong, "another good one").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("当前密码：不正确"), "{}", refused.text);
    }
    assert!(change(PASSWORD, "short").await.text.contains("密码："));
    for _ in 0..3 {
        change("guess", "another good one").await;
    }
    assert_eq!(change(PASSWORD, "another good one").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.advance(3_600).await;
    assert_eq!(change(PASSWORD, "another good one").await.status, StatusCode::SEE_OTHER);
    assert_eq!(ben.get("/account/password").await.status, StatusCode::SEE_OTHER);
    let login = |word: &'static str| desk::auth::sign_in(&app.desk, "ben@north.example", word.to_owned(), "");
    assert!(login("another good one").await.is_ok() && login(PASSWORD).await.is_err());
}

async fn a_password_is_not_the_name_to_sign_in_with(app: TestApp) {
    let ben = app.signed_in("ben@north.example").await;
    for name in ["ben@north.example", "Ben@North.Example", " ben@north.example "] {
        let refused = ben.form("/account/password", &format!("present={PASSWORD}&password={name}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.text.contains("密码：不能与登录名或邮箱相同"), "{}", refused.text);
    }
    let admin = app.signed_in("admin").await;
    let person = "version=0&login=long-login-name&name=New&email=new@desk.example&role=agent&active=1";
    assert_eq!(admin.form("/admin/staff", person).await.status, StatusCode::SEE_OTHER);
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    let invitation = letters.iter().find(|l| l.kind == "invitation").unwrap();
    let token = invitation.body.split("/sign-in/link/").nth(1).unwrap().lines().next().unwrap().to_owned();
    let link = format!("/sign-in/link/{token}");
    for name in ["Long-Login-Name", "new@desk.example"] {
        let english = [("cookie", "locale=en"), ("sec-fetch-site", "same-origin")];
        let kind = "application/x-www-form-urlencoded";
        let body = Body::from(format!("password={name}"));
        let refused = app.client().send(Method::POST, &link, kind, body, &english).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let said = "Password: must not be the login or the e-mail address";
        assert!(refused.text.contains(said), "{}", refused.text);
    }
    let used = app.client().form(&link, "password=a fine new one").await;
    assert_eq!(used.status, StatusCode::SEE_OTHER, "the link was not used up");
}

async fn whoever_forgot_it_sets_one_with_a_link(app: TestApp) {
    // Somebody waits before the page: the worker is rung, not found out half a minute later.
    let mut rung = app.desk.db().news();
    app.client().form("/sign-in/link", "email=ben@north.example").await;
    let wait = std::time::Duration::from_mins(1);
    tokio::time::timeout(wait, rung.changed()).await.expect("nobody rang").unwrap();
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    let token = letters[0].body.split("/sign-in/link/").nth(1).unwrap().lines().next().unwrap().to_owned();
    let link = format!("/sign-in/link/{token}");
    let page = app.client().get(&link).await.text;
    assert!(page.contains("忘记密码") && page.contains("登录名：ben@north.example"), "{page}");
    let set = app.client().form(&link, "password=a fine new one").await;
    assert_eq!((set.status, set.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    let signed_in = desk::auth::sign_in(&app.desk, "ben@north.example", "a fine new one".to_owned(), "");
    assert!(signed_in.await.is_ok());
}

async fn a_form_with_errors_keeps_what_was_typed(app: TestApp) {
    let agent = app.signed_in("agent").await;
    let answer =
        agent.form("/tickets", "title=&requester=a@b.cn&kind=fault&channel=phone&symptom=kept-text").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("标题：必填") && answer.text.contains("kept-text"), "{}", answer.text);
}

async fn files_are_private_and_never_run(app: TestApp) {
    let ben = app.signed_in("ben@north.example").await;
    let upload = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x.html\"\r\n\r\n<script>1</script>\r\n--b--\r\n";
    let headers = [("sec-fetch-site", "same-origin")];
    let kind = "multipart/form-data; boundary=b";
    let made = ben.send(Method::POST, "/files", kind, Body::from(upload), &headers).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let file = made.json();
    assert_eq!((file["name"].as_str(), file["picture"].as_bool()), (Some("x.html"), Some(false)));
    let path = format!("/files/{}", file["id"].as_str().unwrap());
    assert_eq!(app.signed_in("eve@south.example").await.get(&path).await.status, StatusCode::NOT_FOUND);
    let form = format!("title=t&kind=fault&files={}", file["id"].as_str().unwrap());
    let opened = ben.form("/portal/new", &form).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    assert_eq!(ben.get(&path).await.text, "<script>1</script>");
    assert_eq!(app.signed_in("agent").await.get(&path).await.status, StatusCode::OK);
    assert_eq!(app.signed_in("eve@south.example").await.get(&path).await.status, StatusCode::NOT_FOUND);
}

async fn administration_takes_effect_at_once(app: TestApp) {
    let (admin, agent) = (app.signed_in("admin").await, app.signed_in("agent").await);
    for path in
        ["/admin/settings", "/admin/staff", "/admin/tokens", "/admin/letters", "/admin/jobs", "/admin/audit"]
    {
        assert_eq!(agent.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let form = "version=0&desk_name=Desk&number_prefix=ZZ&time_zone=Asia/Shanghai&default_policy=t3&silence_calendar=service\
        &remind_after_days=2,4&close_after_days=5&reopen_window_days=7&page_next_minutes=5&miss_count=3&miss_days=30&miss_consequence=talk&max_file_megabytes=10";
    assert_eq!(admin.form("/admin/settings", form).await.status, StatusCode::SEE_OTHER);
    let stale = admin.form("/admin/settings", &form.replace("version=0", "version=9")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let bad =
        admin.form("/admin/settings", &form.replace("version=0", "version=1").replace("ZZ", "zz-")).await;
    assert!(
        bad.text.contains("编号前缀：须为 1–8 个大写字母或数字") && bad.text.contains("zz-"),
        "{}",
        bad.text
    );
    let body = json!({"title": "t", "requester": "a@b.cn"});
    let made = app.api().await.post("/api/v1/tickets", &body).await.json();
    assert_eq!((made["number"].as_str(), made["policy"].as_str()), (Some("ZZ-2026-00001"), Some("t3")));

    let person = "version=0&login=new&name=New&email=new@desk.example&role=agent&active=1";
    assert_eq!(admin.form("/admin/staff", person).await.status, StatusCode::SEE_OTHER);
    let twice = admin.form("/admin/staff", person).await;
    assert!(twice.text.contains("登录名：已被使用"), "{}", twice.text);
    app.drain().await;
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    let invitation = letters.iter().find(|l| l.kind == "invitation").unwrap();
    let token = invitation.body.split("/sign-in/link/").nth(1).unwrap().trim().to_owned();
    let link = format!("/sign-in/link/{token}");
    for short in ["", "password=short"] {
        let refused = app.client().form(&link, short).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(
            refused.text.contains("name=\"password\"") && refused.text.contains("登录名：new"),
            "{}",
            refused.text
        );
    }
    let used = app.client().form(&link, "password=a fine new one").await;
    assert_eq!((used.status, used.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    let again = app.client().form(&link, "password=a fine new one").await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(desk::auth::sign_in(&app.desk, "new", "a fine new one".to_owned(), "").await.is_ok());
}
