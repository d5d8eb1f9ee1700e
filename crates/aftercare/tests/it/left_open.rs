//! An urgent case that nobody touches misses a progress slot every half hour. What a tick costs must not grow with them.

use domain::access::{Actor, Scope, System};
use domain::id::TicketId;
use domain::ticket::decide::{self, Decision, Helpers};
use domain::time::{Timestamp, plus_seconds};
use serde_json::json;
use store::Cost;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        a_tick_costs_the_same_however_many_slots_are_over,
        what_is_left_out_changes_no_decision,
    );
}

/// Seconds of a progress slot.
const SLOT: i64 = 1800;

async fn urgent(app: &TestApp) -> TicketId {
    let body =
        json!({"title": "数据中断", "body": "b", "requester": "ben@north.example", "severity": "urgent"});
    let number = app.api().await.post("/api/v1/tickets", &body).await.json()["number"].clone();
    let number = number.as_str().unwrap().to_owned();
    let found = app.desk.read(move |r| Ok(store::ticket::by_number(r, &Scope::All, &number)?));
    found.await.unwrap().unwrap().id
}

async fn number_of(app: &TestApp, id: &TicketId) -> String {
    let id = id.clone();
    app.desk.read(move |r| Ok(store::ticket::number_of(r, &id)?)).await.unwrap().unwrap()
}

/// What the tick costs in which the `n`-th slot passes; nothing of it stays.
async fn tick_of_slot(app: &TestApp, id: &TicketId, opened: Timestamp, n: i64) -> Cost {
    let due = plus_seconds(opened, n * SLOT);
    app.advance_to(plus_seconds(due, -60)).await;
    app.clock.set(plus_seconds(due, 1));
    let id = id.clone();
    let tick = app.desk.rehearse(&Actor::System(System::Clock), move |unit| {
        desk::sweep::tick_in(unit, &id)?;
        Ok(unit.work.cost())
    });
    tick.await.unwrap()
}

async fn a_tick_costs_the_same_however_many_slots_are_over(app: TestApp) {
    let opened = app.now();
    let id = urgent(&app).await;
    // Beyond the day after which the customer is told no more of it: from then on all slots are alike.
    let early = tick_of_slot(&app, &id, opened, 60).await;
    let late = tick_of_slot(&app, &id, opened, 100).await;
    assert_eq!(early, late);
    assert!(early.rows < 60, "{early:?}");
}

/// What the tick decides with all clocks, and with those that the sweep loads.
async fn decided(app: &TestApp, id: &TicketId) -> (Decision, Decision) {
    let id = id.clone();
    let both = app.desk.rehearse(&Actor::System(System::Clock), move |unit| {
        let (all, acting) = (desk::load_case_by_id(unit, &id)?, desk::load_acting(unit, &id)?);
        assert!(acting.clocks.len() <= 5, "{:?}", acting.clocks);
        let tick = |case| decide::tick(case, &Helpers::default(), unit.actor, unit.now).unwrap();
        let mut decided = (tick(&all), tick(&acting));
        // Steps that fired on what is over are not read: nothing fires there again.
        decided
            .0
            .clocks
            .iter_mut()
            .chain(&mut decided.1.clocks)
            .filter(|c| !c.is_running())
            .for_each(|c| c.fired.clear());
        Ok(decided)
    });
    both.await.unwrap()
}

async fn what_is_left_out_changes_no_decision(app: TestApp) {
    let opened = app.now();
    let id = urgent(&app).await;
    let mut told = 0;
    for n in 1..60 {
        let due = plus_seconds(opened, n * SLOT);
        app.advance_to(plus_seconds(due, -60)).await;
        // Slots that were met, and one that was missed before it, break the row.
        if n == 7 {
            let number = number_of(&app, &id).await;
            let report = json!({"phase": "located", "finding": "f", "next": "n", "expected_at": "2026-10-24T06:00:00Z"});
            let sent = app.api().await.post(&format!("/api/v1/tickets/{number}/progress"), &report).await;
            assert_eq!(sent.status, axum::http::StatusCode::CREATED, "{}", sent.text);
            app.drain().await;
        }
        app.clock.set(plus_seconds(due, 1));
        let (all, mut acting) = decided(&app, &id).await;
        assert!(acting.clocks.iter().all(|c| all.clocks.contains(c)), "{n}: {:?}", acting.clocks);
        acting.clocks.clone_from(&all.clocks);
        assert_eq!(acting, all, "{n}");
        told += usize::from(!all.messages.is_empty());
    }
    // After a day the customer is told no more: the rule looks back as far as that.
    assert!((48..56).contains(&told), "{told}");
}
