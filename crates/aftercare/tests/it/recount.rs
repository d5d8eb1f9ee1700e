//! A calendar is edited while tickets run in it: their dues follow by jobs, which go on where they broke off (C6).

use axum::http::StatusCode;
use domain::access::{Actor, Scope, System};
use domain::calendar::CalendarDoc;
use domain::id::{CalendarId, TicketId};
use domain::sla::Milestone;
use domain::ticket::decide::Body;
use domain::ticket::{Change, Channel};
use domain::time::Timestamp;
use serde_json::json;
use store::job::{self, JobRow};
use store::ticket::{self, Filter, Order};
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_recount_that_broke_off_goes_on_where_it_was,
        a_worker_that_lost_its_claim_changes_nothing,
        two_edits_end_with_the_newest_revision,
        what_is_over_is_told_by_the_revision_it_ended_with,
    );
}

/// More tickets than one job reads again.
const TICKETS: usize = 205;
const BY_THE_FIRST: usize = 200;

const MORNING: &str = "2026-09-24T03:00:00Z";
const AFTERNOON: &str = "2026-09-24T07:00:00Z";

async fn open(app: &TestApp, n: usize) {
    let contact = app.cast.contact("ben@north.example");
    let Actor::Contact(c) = contact else { panic!("a contact") };
    for i in 0..n {
        let (title, body) = (format!("t{i}"), Body::from_text("b"));
        let new = desk::intake::NewTicket::by_contact(c.id.clone(), title, body, Channel::Portal);
        desk::intake::open(&app.desk, contact, new).await.unwrap();
    }
}

/// Saves the calendar over a revision, open from an hour to 18 o'clock each day.
async fn save(app: &TestApp, from: &str, rev: i64) {
    let desk = app.desk.clone();
    let kept = app.desk.read(move |r| Ok(desk.rules_in(r)?.calendars[&"parity".into()].doc.clone()));
    let week = std::array::from_fn(|_| vec![(from.to_owned(), "18:00".to_owned())]);
    let doc = CalendarDoc { week, ..kept.await.unwrap() };
    let admin = app.cast.staff("admin");
    desk::admin::save_calendar(&app.desk, admin, "parity".into(), "parity".into(), doc, rev).await.unwrap();
}

/// How many tickets have their response due at an instant.
async fn due_at(app: &TestApp, at: &str) -> usize {
    let at = at.parse().unwrap();
    let read = app.desk.read(move |r| {
        let all = ticket::list(r, &Scope::All, &Filter::default(), Order::Newest, None, 500)?;
        let mut n = 0;
        for row in all {
            let id: TicketId = row.id;
            n += usize::from(ticket::clocks(r, &id)?.iter().any(|c| c.due_at == Some(at)));
        }
        Ok(n)
    });
    read.await.unwrap()
}

/// What the tickets keep of dues that moved, milestone by milestone.
async fn moved(app: &TestApp) -> Vec<(Milestone, Option<Timestamp>, Option<Timestamp>)> {
    let read = app.desk.read(|r| {
        let mut found = Vec::new();
        for row in ticket::list(r, &Scope::All, &Filter::default(), Order::Newest, None, 500)? {
            for event in ticket::events(r, &row.id, 0, 100)? {
                if let Change::DuesMoved { dues } = event.change {
                    found.extend(dues.into_iter().map(|d| (d.milestone, d.from, d.to)));
                }
            }
        }
        Ok(found)
    });
    read.await.unwrap()
}

async fn claim(app: &TestApp) -> JobRow {
    let operator = Actor::System(System::Operator);
    let claimed = app.desk.write(&operator, |unit| Ok(job::claim(unit.work, 500)?)).await.unwrap();
    claimed.into_iter().find(|row| row.kind == "recount").unwrap()
}

async fn left(app: &TestApp) -> Vec<(CalendarId, i64)> {
    let left = app.desk.read(desk::admin::recounting).await.unwrap();
    left.into_iter().map(|(id, left)| (id, left.tickets)).collect()
}

async fn a_recount_that_broke_off_goes_on_where_it_was(app: TestApp) {
    open(&app, TICKETS).await;
    app.drain().await;
    save(&app, "14:00", 1).await;
    assert_eq!(due_at(&app, MORNING).await, TICKETS);
    assert_eq!(left(&app).await, [("parity".into(), 205)]);
    let first = claim(&app).await;
    desk::admin::recount(&app.desk, &first).await.unwrap();
    assert_eq!(
        (due_at(&app, MORNING).await, due_at(&app, AFTERNOON).await),
        (TICKETS - BY_THE_FIRST, BY_THE_FIRST)
    );
    assert_eq!(left(&app).await, [("parity".into(), 5)]);
    let page = app.signed_in("admin").await.get("/admin/calendars/parity").await.text;
    assert!(page.contains("重新计算 5 张计时中的工单"), "{page}");
    // The next portion is claimed, and its worker dies: after the lease another one goes on.
    claim(&app).await;
    app.drain().await;
    assert_eq!(due_at(&app, AFTERNOON).await, BY_THE_FIRST);
    app.sleep_through(61);
    app.drain().await;
    assert_eq!(due_at(&app, AFTERNOON).await, TICKETS);
    assert!(left(&app).await.is_empty());
}

async fn a_worker_that_lost_its_claim_changes_nothing(app: TestApp) {
    open(&app, 2).await;
    app.drain().await;
    save(&app, "14:00", 1).await;
    let slow = claim(&app).await;
    app.sleep_through(61);
    let quick = claim(&app).await;
    assert_eq!((&slow.id, slow.fence + 1), (&quick.id, quick.fence));
    assert!(desk::admin::recount(&app.desk, &slow).await.is_err());
    assert_eq!(due_at(&app, MORNING).await, 2);
    desk::admin::recount(&app.desk, &quick).await.unwrap();
    assert_eq!(due_at(&app, AFTERNOON).await, 2);
    assert!(desk::admin::recount(&app.desk, &quick).await.is_err(), "it is done");
}

async fn two_edits_end_with_the_newest_revision(app: TestApp) {
    open(&app, 2).await;
    app.drain().await;
    save(&app, "14:00", 1).await;
    save(&app, "15:00", 2).await;
    assert_eq!(left(&app).await, [("parity".into(), 2)]);
    app.drain().await;
    assert_eq!(due_at(&app, "2026-09-24T08:00:00Z").await, 2);
    let at = |text: &str| Some(text.parse().unwrap());
    let once = (Milestone::Response, at(MORNING), at("2026-09-24T08:00:00Z"));
    assert_eq!(moved(&app).await, [once, once], "what did not move is not told of");
    assert!(left(&app).await.is_empty());
}

async fn what_is_over_is_told_by_the_revision_it_ended_with(app: TestApp) {
    open(&app, 2).await;
    app.drain().await;
    let api = app.api().await;
    let all = api.get("/api/v1/tickets").await.json();
    let number = |n: usize| all["items"][n]["number"].as_str().unwrap().to_owned();
    let (over, runs) = (number(0), number(1));
    let answered = api.post(&format!("/api/v1/tickets/{over}/messages"), &json!({"body": "done"})).await;
    assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.text);
    save(&app, "14:00", 1).await;
    save(&app, "15:00", 2).await;
    app.drain().await;
    let admin = app.signed_in("admin").await;
    for (number, rev, due) in [(&over, "第 1 版", "11:00 到期"), (&runs, "第 3 版", "16:00 到期")] {
        let why = admin.get(&format!("/tickets/{number}/clocks/response/1")).await.text;
        assert!(why.contains(rev) && why.contains(due), "{number} {rev}: {why}");
    }
}
