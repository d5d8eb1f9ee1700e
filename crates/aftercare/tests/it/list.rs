//! The list of tickets: what it can be narrowed by, on the page and in the API.

use axum::http::{Method, StatusCode};
use serde_json::json;
use testkit::{Client, TestApp};

mod engines {
    testkit::on_both_engines!(
        filters_take_several_values_and_narrow_their_queue,
        what_is_unknown_is_refused_with_its_field,
        chosen_filters_are_chips_and_stay_with_view_and_export,
        a_filtered_list_is_read_page_by_page,
        a_due_that_may_move_is_marked_in_the_list,
        numbers_are_compared_as_numbers,
        only_the_view_in_use_is_marked,
        a_list_is_printed_whole_or_says_what_is_missing,
    );
}

/// Three tickets that differ: title, who asks, and the rest.
async fn three(app: &TestApp) -> Client {
    let api = app.api().await;
    let people = [app.cast.staff_id("agent"), app.cast.staff_id("colleague")];
    let new = [
        json!({"title": "one", "requester": "ben@north.example", "kind": "fault", "severity": "urgent", "level": 1,
            "channel": "phone", "tags": ["red, dark"], "assignee": people[0].as_str()}),
        json!({"title": "two", "requester": "eve@south.example", "kind": "how_to", "channel": "mail",
            "tags": ["blue"], "assignee": people[1].as_str(), "group": "other"}),
        json!({"title": "three", "requester": "eve@south.example", "kind": "change", "channel": "chat"}),
    ];
    for body in new {
        let made = api.post("/api/v1/tickets", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    api
}

async fn titles(api: &Client, query: &str) -> Vec<String> {
    let list = api.get(&format!("/api/v1/tickets?order=oldest&{query}")).await;
    assert_eq!(list.status, StatusCode::OK, "{query}: {}", list.text);
    let list = list.json();
    list["items"].as_array().unwrap().iter().map(|t| t["title"].as_str().unwrap().to_owned()).collect()
}

async fn filters_take_several_values_and_narrow_their_queue(app: TestApp) {
    let api = three(&app).await;
    let (north, agent) = (app.cast.north.clone(), app.cast.staff_id("agent"));
    // What was answered by telephone waits for no answer.
    let list = api.get("/api/v1/tickets?order=oldest").await.json();
    let waits: Vec<bool> =
        list["items"].as_array().unwrap().iter().map(|t| t["unanswered"].as_bool().unwrap()).collect();
    assert_eq!(waits, [false, true, true], "{list}");
    let today =
        api.get("/api/v1/tickets").await.json()["items"][0]["created_at"].as_str().unwrap()[..10].to_owned();
    let asked = [
        ("kind=fault&kind=how_to".to_owned(), vec!["one", "two"]),
        ("kind=how_to,change".to_owned(), vec!["two", "three"]),
        ("channel=phone&channel=chat".to_owned(), vec!["one", "three"]),
        ("severity=urgent,general&level=1".to_owned(), vec!["one"]),
        ("tag=red%2C+dark&tag=blue".to_owned(), vec!["one", "two"]),
        ("assignee=nobody".to_owned(), vec!["three"]),
        (format!("assignee=nobody,{agent}"), vec!["one", "three"]),
        ("group=other".to_owned(), vec!["two"]),
        (format!("organisation={north}"), vec!["one"]),
        ("organisation=%EF%BC%B3outh".to_owned(), vec!["two", "three"]),
        ("organisation=South&kind=change".to_owned(), vec!["three"]),
        ("status=new&view=unassigned".to_owned(), vec!["three"]),
        ("status=new&view=resolved".to_owned(), vec![]),
        (format!("created_from={today}&created_until={today}"), vec!["one", "two", "three"]),
        ("created_until=2020-01-01".to_owned(), vec![]),
        ("created_from=2099-01-01T00:00:00Z".to_owned(), vec![]),
    ];
    for (query, expected) in asked {
        assert_eq!(titles(&api, &query).await, expected, "{query}");
    }
}

async fn what_is_unknown_is_refused_with_its_field(app: TestApp) {
    let api = three(&app).await;
    let agent = app.signed_in("agent").await;
    let wrong = [
        ("status=opened", "status"),
        ("kind=fault,fauld", "kind"),
        ("level=3", "level"),
        ("channel=fax", "channel"),
        ("group=nowhere", "group"),
        ("assignee=noone", "assignee"),
        ("product=none", "product"),
        ("organisation=Nowhere", "organisation"),
        ("requester=nobody", "requester"),
        ("created_from=yesterday", "created_from"),
        ("created_until=2026-13-01", "created_until"),
        ("x.colour=red", "x.colour"),
        ("statuses=new", "statuses"),
        ("order=random", "order"),
    ];
    for (query, field) in wrong {
        let answer = api.get(&format!("/api/v1/tickets?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(answer.json()["fields"][0]["field"], field, "{query}");
        let page = agent.get(&format!("/tickets?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.text.contains("list-errors") && !page.text.contains("row-link"), "{query}");
    }
    // Customers are not told which organisations there are.
    let eve = app.signed_in("eve@south.example").await;
    assert_eq!(eve.get("/api/v1/tickets?organisation=North").await.json()["items"], json!([]));
}

async fn chosen_filters_are_chips_and_stay_with_view_and_export(app: TestApp) {
    three(&app).await;
    let boss = app.signed_in("boss").await;
    let page =
        boss.get("/tickets?view=all&kind=how_to&kind=change&organisation=South&columns=title").await.text;
    let south = &app.cast.south;
    let rest = format!("view=all&amp;kind=change&amp;organisation={south}&amp;columns=title");
    let rest = rest.replace("&amp;", "&#38;");
    assert!(page.contains(&format!("href=\"/tickets?{rest}\"")), "{page}");
    assert!(page.contains("South") && page.contains(&format!("value=\"{south}\" checked")), "{page}");
    let csv = boss.get("/tickets/export/csv?kind=how_to&kind=change&organisation=South&columns=title").await;
    assert_eq!(csv.text, "\u{feff}标题\nthree\ntwo\n");
    let wrong = boss.get("/tickets/export/csv?kind=none").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let query = "/tickets?kind=how_to%26kind=change";
    boss.form("/views", &format!("name=v&query={query}")).await;
    assert!(boss.get("/tickets").await.text.contains("kind=how_to&#38;kind=change"));
    // The view gives the page its name, a queue keeps its own; what was chosen is shown, however narrow the window.
    let titled = |page: &str, title: &str| page.contains(&format!("<h1>{title}</h1>"));
    let view = boss.get("/tickets?kind=how_to&kind=change").await.text;
    assert!(titled(&view, "v") && view.contains("class=\"rows\" data-usual"), "{view}");
    assert!(titled(&boss.get("/tickets?kind=how_to").await.text, "全部"));
    boss.form("/views", "name=mine&query=/tickets?view=all").await;
    assert!(titled(&boss.get("/tickets?view=all").await.text, "全部"));
    let chosen = boss.get("/tickets?columns=title,updated").await.text;
    assert!(!chosen.contains("data-usual"), "{chosen}");
}

async fn a_filtered_list_is_read_page_by_page(app: TestApp) {
    let api = three(&app).await;
    for order in ["due", "newest", "oldest", "updated"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("kind=fault,how_to&channel=phone,mail&limit=1&order={order}&cursor={cursor}");
            let page = api.get(&format!("/api/v1/tickets?{query}")).await.json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|t| t["title"].to_string()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        seen.sort();
        assert_eq!(seen, ["\"one\"", "\"two\""], "{order}");
    }
}

async fn a_due_that_may_move_is_marked_in_the_list(app: TestApp) {
    let api = three(&app).await;
    let agent = app.signed_in("agent").await;
    let marked = |text: &str| text.matches("<span>可能调整</span>").count();
    assert_eq!(marked(&agent.get("/tickets?view=all").await.text), 0, "this year is announced");
    let clocks = api.get("/api/v1/tickets").await.json()["items"][0]["number"].as_str().unwrap().to_owned();
    for id in ["service", "parity"] {
        let path = format!("/api/v1/calendars/{id}");
        let kept = api.get(&path).await.json();
        let mut doc = kept["doc"].clone();
        doc["coverage"] = json!([2020]);
        let body = json!({"name": kept["name"], "rev": kept["rev"], "doc": doc});
        let saved = api.json(Method::PUT, &path, &body).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    }
    let page = agent.get(&format!("/tickets/{clocks}")).await.text;
    assert!(marked(&page) > 0, "the ticket says so: {page}");
    // The urgent one counts around the clock, where no holiday matters.
    assert_eq!(marked(&agent.get("/tickets?view=all").await.text), 2);
}

async fn numbers_are_compared_as_numbers(app: TestApp) {
    let api = app.api().await;
    let field = |key: &str, kind: &str| json!({"key": key, "label": key, "type": kind});
    let fields = json!({"version": 0, "fields": [field("crews", "number"), field("build", "text")]});
    let kept = api.json(Method::PUT, "/api/v1/fields", &fields).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    for crews in ["1.0", "10"] {
        let body = json!({"title": crews, "requester": "ben@north.example", "extra": {"crews": crews, "build": "1.0"}});
        let made = api.post("/api/v1/tickets", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    }
    for (query, found) in [
        ("x.crews=1", &["1.0"][..]),
        ("x.crews=1.0", &["1.0"]),
        ("x.crews=01.00", &["1.0"]),
        ("x.crews=1e1", &["10"]),
        ("x.crews=100", &[]),
        ("x.build=1", &[]),
        ("x.build=1.0", &["1.0", "10"]),
    ] {
        assert_eq!(titles(&api, query).await, found, "{query}");
    }
    let wrong = api.get("/api/v1/tickets?x.crews=many").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    assert_eq!(wrong.json()["fields"][0]["field"], "x.crews");
}

async fn only_the_view_in_use_is_marked(app: TestApp) {
    three(&app).await;
    let boss = app.signed_in("boss").await;
    boss.form("/views", "name=faults&query=/tickets?view=all%26kind=fault").await;
    let marked = |page: &str| -> Vec<String> {
        let links = page.split("<a ").skip(1).map(|a| a.split("</a>").next().unwrap());
        let here = links.filter(|a| a.contains("href=\"/tickets?") && a.contains("aria-current=\"page\""));
        here.map(|a| a.split('>').nth(1).unwrap().split('<').next().unwrap().trim().to_owned()).collect()
    };
    let queues =
        |page: &str| page[page.find("id=\"queues\"").unwrap()..].split("</aside>").next().unwrap().to_owned();
    let address = "?view=all&kind=fault";
    let page = boss.get(&format!("/tickets{address}")).await.text;
    assert_eq!(marked(&queues(&page)), ["faults"]);
    assert!(!page.split("</aside>").nth(1).unwrap().contains("view=all\" aria-current"), "nor on a phone");
    // What keeps the queues fresh knows the view as well.
    assert!(page.contains("hx-get=\"/queues?view=all&#38;kind=fault\""), "{page}");
    assert_eq!(marked(&boss.get(&format!("/queues{address}")).await.text), ["faults"]);
    assert_eq!(marked(&queues(&boss.get("/tickets?view=all").await.text)), ["全部"]);
    assert_eq!(marked(&queues(&boss.get("/tickets?view=all&kind=change").await.text)), ["全部"]);
}

async fn a_list_is_printed_whole_or_says_what_is_missing(app: TestApp) {
    three(&app).await;
    let boss = app.signed_in("boss").await;
    let part = boss.get("/tickets?kind=fault,how_to,change&limit=2&columns=title").await.text;
    let all = "/tickets/print?kind=fault&#38;kind=how_to&#38;kind=change&#38;columns=title";
    assert!(part.contains(&format!("href=\"{all}\"")) && part.contains("打印全部"), "{part}");
    let whole = boss.get("/tickets?columns=title").await.text;
    assert!(!whole.contains("打印全部"), "the page has all of it: {whole}");
    let rows = |page: &str| page.matches("<li class=\"row").count();
    let paper = boss.get(&all.replace("&#38;", "&")).await.text;
    assert!(
        rows(&paper) == 3 && paper.contains("共 3 张工单") && !paper.contains("data-live-list"),
        "{paper}"
    );
    let cut = boss.get("/tickets/print?limit=2").await.text;
    assert!(rows(&cut) == 2 && cut.contains("只含前 2 张工单") && !cut.contains("id=\"more\""), "{cut}");
    assert!(!boss.get("/tickets/print?kind=none").await.text.contains("可直接打印"));
}
