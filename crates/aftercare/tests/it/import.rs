//! An import of history: the log's own times, through the same decisions, restartable, and quiet.

use std::process::{Command, Output};

use desk::import::IMPORT;
use desk::intake::NewTicket;
use desk::replay::{History, Step, replay};
use domain::access::Actor;
use domain::ticket::Channel;
use domain::ticket::decide::Body;
use serde_json::json;
use testkit::TestApp;

mod engines {
    testkit::on_both_engines!(
        what_is_imported_happened_when_its_log_says,
        what_an_import_leaves_open_goes_on_quietly,
        what_a_log_does_not_tell_is_not_missed,
    );
}

const HEAD: &str = "number,incident_state,reassignment_count,made_sla,caller_id,opened_at,sys_updated_at,contact_type,\
    category,subcategory,u_symptom,priority,assignment_group,assigned_to,resolved_by,resolved_at,closed_at";

/// A: solved after 10 hours. B: waited for the user, opened again, solved after 30. C: closed without being solved.
const ROWS: [&str; 10] = [
    "A,New,0,true,Caller 1,29/2/2016 08:00,29/2/2016 08:10,Phone,Cat,Sub,?,3 - Moderate,Group 1,?,?,29/2/2016 18:00,5/3/2016 18:00",
    "A,Active,1,true,Caller 1,29/2/2016 08:00,29/2/2016 09:00,Phone,Cat,Sub,?,3 - Moderate,Group 2,P 1,?,29/2/2016 18:00,5/3/2016 18:00",
    "A,Resolved,1,true,Caller 1,29/2/2016 08:00,29/2/2016 17:00,Phone,Cat,Sub,?,3 - Moderate,Group 2,P 1,?,29/2/2016 18:00,5/3/2016 18:00",
    "A,Closed,1,true,Caller 1,29/2/2016 08:00,5/3/2016 18:00,Phone,Cat,Sub,?,3 - Moderate,Group 2,P 1,?,29/2/2016 18:00,5/3/2016 18:00",
    "B,Active,0,true,?,1/3/2016 00:00,1/3/2016 00:05,Email,Cat,Sub,?,2 - High,Group 1,P 1,?,2/3/2016 06:00,9/3/2016 06:00",
    "B,Awaiting User Info,0,true,?,1/3/2016 00:00,1/3/2016 01:00,Email,Cat,Sub,?,2 - High,Group 1,P 1,?,2/3/2016 06:00,9/3/2016 06:00",
    "B,Resolved,0,true,?,1/3/2016 00:00,1/3/2016 05:00,Email,Cat,Sub,?,2 - High,Group 1,P 1,?,2/3/2016 06:00,9/3/2016 06:00",
    "B,Active,0,false,?,1/3/2016 00:00,1/3/2016 12:00,Email,Cat,Sub,?,2 - High,Group 1,P 1,?,2/3/2016 06:00,9/3/2016 06:00",
    "B,Closed,0,false,?,1/3/2016 00:00,9/3/2016 06:00,Email,Cat,Sub,?,2 - High,Group 1,P 1,?,2/3/2016 06:00,9/3/2016 06:00",
    "C,Closed,0,true,Caller 2,1/3/2016 00:00,2/3/2016 00:00,Phone,?,?,?,4 - Low,Group 1,?,?,?,2/3/2016 00:00",
];

fn import(folder: &std::path::Path) -> Output {
    let log = folder.join("log.csv");
    std::fs::write(&log, format!("{HEAD}\n{}\n", ROWS.join("\n"))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
    command.args(["import", "servicenow"]).arg(&log).args(["--zone", "Europe/Lisbon", "--data"]).arg(folder);
    command.arg("--differences").arg(folder.join("differences.csv"));
    command.output().unwrap()
}

#[test]
fn a_servicenow_log_gives_the_figures_of_its_own_times_and_can_be_run_again() {
    let folder = std::env::temp_dir().join(format!("aftercare-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let first = import(&folder);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let figures = String::from_utf8_lossy(&first.stdout).into_owned();
    let cells = |name: &str| -> Vec<String> {
        let line = figures.lines().find(|l| l.starts_with(name)).unwrap();
        line[14..].split_whitespace().map(str::to_owned).collect()
    };
    // all, resolved, median, p90, reopened, reassigned, user, waiting, made_sla, promised, met, differ
    assert_eq!(cells("total"), ["3", "2", "20.00", "28.00", "1", "1", "1", "1", "2", "2", "1", "0"]);
    assert_eq!(cells("3 - Moderate"), ["1", "1", "10.00", "10.00", "0", "1", "0", "0", "1", "1", "1", "0"]);
    assert_eq!(cells("4 - Low")[..4], ["1", "0", "–", "–"]);
    let again = import(&folder);
    assert_eq!(String::from_utf8_lossy(&again.stdout), figures);
    assert!(String::from_utf8_lossy(&again.stderr).contains("new=0"));
    let letters =
        Command::new(env!("CARGO_BIN_EXE_aftercare")).arg("check").env("AFTERCARE_DATA", &folder).output();
    assert!(String::from_utf8_lossy(&letters.unwrap().stdout).contains("nobody can sign in"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// One that our promise of 24 hours breaks and the log calls kept.
const LATE: &str = "D,Closed,0,true,Caller 3,1/3/2016 00:00,3/3/2016 06:00,Phone,Cat,Sub,?,3 - Moderate,Group 1,P 1,?,3/3/2016 06:00,4/3/2016 06:00";

#[test]
fn the_cases_that_differ_are_listed_with_the_reason() {
    let folder = std::env::temp_dir().join(format!("aftercare-differ-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let log = folder.join("log.csv");
    std::fs::write(&log, format!("{HEAD}\n{}\n{LATE}\n", ROWS.join("\n"))).unwrap();
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        command.args(["import", "servicenow"]).arg(&log).arg("--data").arg(&folder);
        let out = command.arg("--differences").arg(folder.join("d.csv")).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        std::fs::read_to_string(folder.join("d.csv")).unwrap()
    };
    let said = run();
    assert_eq!(said.lines().count(), 2, "{said}");
    let line = said.lines().nth(1).unwrap();
    assert!(line.starts_with("D,") && line.contains("(t2/1)") && line.contains(",86400,194400,0,"), "{line}");
    assert!(line.contains("Broken under this promise; the log says kept."), "{line}");
    assert!(line.contains("应于 2016-03-02") && line.contains("原记录写“达成”"), "{line}");
    assert_eq!(run(), said, "a second run of the same file says the same");
    std::fs::remove_dir_all(&folder).unwrap();
}

const HELPDESK: &str = "Case ID,Activity,Resource,Complete Timestamp,customer,product,seriousness_2,workgroup\n\
    Case 1,Assign seriousness,Value 1,2012/10/09 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Take in charge ticket,Value 1,2012/10/09 15:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Take in charge ticket,Value 1,2012/10/09 16:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Wait,Value 1,2012/10/10 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Resolve ticket,Value 1,2012/10/11 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Take in charge ticket,Value 2,2012/10/12 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Resolve ticket,Value 2,2012/10/13 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Resolve ticket,Value 2,2012/10/13 15:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 1,Closed,Value 3,2012/10/19 14:00:00.000,Value 1,Value 1,Value 1,Value 1\n\
    Case 2,Wait,Value 1,2012/10/09 14:00:00.000,Value 2,Value 1,Value 2,Value 1\n\
    Case 2,Require upgrade,Value 1,2012/10/11 14:00:00.000,Value 2,Value 1,Value 2,Value 1\n";

#[test]
fn each_row_of_a_helpdesk_log_is_an_event() {
    let folder = std::env::temp_dir().join(format!("aftercare-helpdesk-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let log = folder.join("log.csv");
    std::fs::write(&log, HELPDESK).unwrap();
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        let out = command.args(["import", "helpdesk"]).arg(&log).arg("--data").arg(&folder).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let figures = run();
    let value = |name: &str| {
        let line =
            figures.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {figures}"));
        line.split_whitespace().last().unwrap().to_owned()
    };
    for (name, expected) in [
        ("cases", "2"),
        ("events", "11"),
        ("mean_d", "6.00"),
        ("max_d", "10.00"),
        ("Take in charge", "3"),
        ("Resolve ticket", "3"),
        ("Wait", "2"),
        ("Closed", "1"),
        ("Require upgrade", "1"),
    ] {
        assert_eq!(value(name), expected, "{name}\n{figures}");
    }
    assert_eq!(run(), figures);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_packed_log_is_to_be_unpacked_first() {
    let folder = std::env::temp_dir().join(format!("aftercare-packed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let log = folder.join("log.csv.gz");
    std::fs::write(&log, [0x1f, 0x8b, 8, 0, 0, 0]).unwrap();
    for system in ["helpdesk", "servicenow"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
        let out = command.args(["import", system]).arg(&log).arg("--data").arg(&folder).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains("is packed with gzip: unpack it first"), "{said}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn what_is_imported_happened_when_its_log_says(app: TestApp) {
    let (opened, closed) = ("2016-03-01T00:00:00Z", "2016-03-02T06:00:00Z");
    let Actor::Contact(ben) = app.cast.contact("ben@north.example") else { panic!("a contact") };
    let words = Body::from_text("words of the log");
    let mut new = NewTicket::by_contact(ben.id.clone(), "old".to_owned(), words, Channel::Mail);
    (new.received_at, new.external_ref) = (Some(opened.parse().unwrap()), Some("A".to_owned()));
    let history = History { new, steps: vec![(closed.parse().unwrap(), Step::Closed)], untold: &[] };
    assert!(app.desk.write(&IMPORT, move |unit| replay(unit, &history)).await.unwrap());
    let api = app.api().await;
    let found = api.get("/api/v1/tickets?created_from=2016-03-01&created_until=2016-03-01").await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "the filter finds it in its year: {found}");
    let row = &found["items"][0];
    assert_eq!((&row["created_at"], &row["updated_at"]), (&json!(opened), &json!(closed)));
    let path = format!("/api/v1/tickets/{}", row["number"].as_str().unwrap());
    let said = api.get(&format!("{path}/messages")).await.json();
    assert_eq!(said["items"][0]["at"], opened, "{said}");
    let events = api.get(&format!("{path}/events")).await.json();
    let at = |i: usize| events["items"][i]["at"].as_str().unwrap().to_owned();
    assert_eq!(
        (at(0).as_str(), events["items"].as_array().unwrap().last().unwrap()["at"].as_str()),
        (opened, Some(closed))
    );
}

async fn what_an_import_leaves_open_goes_on_quietly(app: TestApp) {
    let Actor::Contact(ben) = app.cast.contact("ben@north.example") else { panic!("a contact") };
    let mut new =
        NewTicket::by_contact(ben.id.clone(), "old".to_owned(), Body::from_text("b"), Channel::Mail);
    let week_ago = domain::time::plus_seconds(app.desk.now(), -7 * 86_400);
    (new.received_at, new.external_ref) = (Some(week_ago), Some("A".to_owned()));
    new.severity = Some(domain::ticket::Severity::Urgent);
    let history = History { new, steps: Vec::new(), untold: &[] };
    assert!(app.desk.write(&IMPORT, move |unit| replay(unit, &history)).await.unwrap());
    let checked = || async { desk::rebuild::check(&app.desk, String::new()).await.unwrap().wrong };
    assert_eq!(checked().await, [], "its clocks are what history says");
    let api = app.api().await;
    let row = api.get("/api/v1/tickets").await.json()["items"][0].clone();
    let number = row["number"].as_str().unwrap().to_owned();
    let row = api.get(&format!("/api/v1/tickets/{number}")).await.json();
    let clocks = row["clocks"].as_array().unwrap();
    assert!(clocks.iter().any(|c| c["kind"] == "resolution" && c["state"] == "breached_running"), "{row}");
    let events = || async {
        let all = api.get(&format!("/api/v1/tickets/{number}/events?limit=200")).await.json();
        all["items"].as_array().unwrap().len()
    };
    let before = events().await;
    app.signed_in("agent").await.form(&format!("/tickets/{number}/taking"), "").await;
    app.drain().await;
    assert!(events().await <= before + 2, "taking it wakes nothing of the past");
    assert_eq!(checked().await, []);
    let letters = app.desk.read(|r| Ok(store::letter::page(r, "~", 10)?)).await.unwrap();
    assert!(letters.is_empty(), "{letters:?}");
}

/// Solved late, opened again and made urgent, so that promises begin more than once.
async fn what_a_log_does_not_tell_is_not_missed(app: TestApp) {
    use domain::sla::Milestone::{Attend, Response, Update};
    use domain::ticket::{Level, Severity};
    let Actor::Contact(ben) = app.cast.contact("ben@north.example") else { panic!("a contact") };
    let at = |text: &str| text.parse().unwrap();
    let mut new =
        NewTicket::by_contact(ben.id.clone(), "old".to_owned(), Body::from_text("b"), Channel::Phone);
    (new.received_at, new.external_ref) = (Some(at("2026-03-02T01:00:00Z")), Some("A".to_owned()));
    new.severity = Some(Severity::General);
    let steps = vec![
        (at("2026-03-02T02:00:00Z"), Step::Severity(Severity::Urgent, Some(Level::One))),
        (at("2026-03-12T01:00:00Z"), Step::Resolved),
        (at("2026-03-13T01:00:00Z"), Step::Reopened),
        (at("2026-03-20T01:00:00Z"), Step::Resolved),
        (at("2026-03-21T01:00:00Z"), Step::Closed),
    ];
    let history = History { new, steps, untold: &[Response, Attend, Update] };
    assert!(app.desk.write(&IMPORT, move |unit| replay(unit, &history)).await.unwrap());
    assert_eq!(desk::rebuild::check(&app.desk, String::new()).await.unwrap().wrong, []);
    let api = app.api().await;
    for (milestone, promised) in [("response", 0.0), ("attend", 0.0), ("update", 0.0), ("resolution", 1.0)] {
        let asked = format!("from=2026-03-01&until=2026-03-31&period=days&milestone={milestone}&basis=stop");
        let report = api.get(&format!("/api/v1/reports/attainment?{asked}")).await.json();
        let n = |column: &str| report["total"][column]["value"].as_f64();
        assert_eq!((n("promised"), n("missed")), (Some(promised), Some(promised)), "{milestone}: {report}");
    }
    let t = api.get("/api/v1/tickets?view=all").await.json()["items"][0].clone();
    let t = api.get(&format!("/api/v1/tickets/{}", t["number"].as_str().unwrap())).await.json();
    assert!(t["responded_at"].is_null(), "nobody knows: {t}");
}
