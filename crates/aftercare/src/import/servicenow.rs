//! ServiceNow incidents: which row of the log means which step.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use desk::Desk;
use desk::import::IMPORT;
use desk::intake::NewTicket;
use desk::replay::{History, Step};
use domain::access::Role;
use domain::field::{Field, FieldType};
use domain::id::{ContactId, GroupId, StaffId};
use domain::ticket::decide::Body;
use domain::ticket::{Channel, Kind, Level, Severity, Status};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::rules::{SettingKey, setting};
use store::staff::{self, GroupRow, StaffRow};

use super::figures;
use super::replayed::{LogFile, UNTOLD, keep, replay_all};
use super::table::{LogRow, incidents};
use crate::config::Config;
use crate::serve;

/// The extra fields in which the log's own statements are kept.
pub(super) const PRIORITY: &str = "servicenow_priority";
pub(super) const MADE_SLA: &str = "servicenow_made_sla";

/// Imports a log, prints the figures, keeps them with the cases that differ.
pub(super) async fn run(file: &LogFile, differences: Option<&Path>, config: &Config) -> anyhow::Result<()> {
    let incidents = incidents(&file.path)?;
    let desk = serve::open(&config.database()?).await?;
    prepare(&desk, &incidents).await?;
    let new = replay_all(&desk, &incidents, |rows| history(rows, &file.zone)).await?;
    let measured = figures::servicenow(&desk).await?;
    figures::print("priority", &measured.figures)?;
    if let Some(path) = differences {
        figures::write_differences(path, &file.zone, &measured.template, &measured.differences)?;
    }
    keep(&desk, "servicenow", file, (incidents.len(), new), measured).await
}

fn key(kind: &str, text: &str) -> String {
    let clean: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("sn-{kind}-{clean}")
}

/// Groups and people of the log, and the fields for its own statements. People cannot sign in.
async fn prepare(desk: &Desk, incidents: &[Vec<LogRow>]) -> anyhow::Result<()> {
    let all = |column: &str| -> BTreeSet<String> {
        incidents.iter().flatten().map(|r| r.text(column).to_owned()).filter(|t| !t.is_empty()).collect()
    };
    let (groups, people) = (all("assignment_group"), all("assigned_to"));
    let priorities: Vec<String> = all("priority").into_iter().collect();
    desk.write(&IMPORT, move |unit| {
        let known = staff::groups(unit.work)?;
        for name in &groups {
            let id = GroupId(key("group", name));
            if !known.iter().any(|g| g.id == id) {
                staff::put_group(unit.work, &GroupRow { id, name: name.clone(), active: true, version: 0 })?;
            }
        }
        for name in &people {
            let login = key("person", name);
            if staff::by_login(unit.work, &login)?.is_none() {
                staff::insert(unit.work, &person(login, name, unit.now), None)?;
            }
        }
        let (mut fields, version): (Vec<Field>, i64) = setting(unit.work, SettingKey::Fields)?;
        if !fields.iter().any(|f| f.key == PRIORITY) {
            fields.push(field(PRIORITY, "ServiceNow priority", priorities.clone()));
            fields.push(field(MADE_SLA, "ServiceNow made_sla", vec!["true".to_owned(), "false".to_owned()]));
            store::rules::put_setting(unit.work, SettingKey::Fields, &fields, version)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

pub(super) fn person(login: String, name: &str, now: Timestamp) -> StaffRow {
    StaffRow {
        // Stable, so that a history can name the person without looking.
        id: StaffId(login.clone()),
        login,
        name: name.to_owned(),
        email: String::new(),
        phone: String::new(),
        role: Role::Agent,
        locale: "en".to_owned(),
        skills: Vec::new(),
        languages: Vec::new(),
        active: false,
        created_at: now,
        version: 0,
    }
}

pub(super) fn field(key: &str, label: &str, choices: Vec<String>) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        type_: FieldType::Choice,
        choices,
        kinds: vec![Kind::Incident],
        products: Vec::new(),
        required: false,
        customer: false,
    }
}

fn severity(priority: &str) -> (Severity, Option<Level>) {
    match priority.split(' ').next() {
        Some("1") => (Severity::Urgent, Some(Level::One)),
        Some("2") => (Severity::Urgent, None),
        Some("3") => (Severity::General, Some(Level::Two)),
        _ => (Severity::General, None),
    }
}

/// An incident's rows as a history. What the last row says of solution and end counts: the log writes these
/// columns into all its rows afterwards. An incident without `resolved_at` was closed without being solved.
fn history(rows: &[LogRow], zone: &TimeZone) -> anyhow::Result<History> {
    let (first, last) = (rows.first().context("no rows")?, rows.last().context("no rows")?);
    let opened_at = first.at("opened_at", zone)?.context("no opened_at")?;
    let (resolved_at, closed_at) = (last.at("resolved_at", zone)?, last.at("closed_at", zone)?);
    let mut steps = Vec::new();
    let final_run = rows.iter().rposition(|r| !ended(r)).map_or(0, |i| i + 1);
    for (i, row) in rows.iter().enumerate() {
        let at = row.at("sys_updated_at", zone)?.context("no sys_updated_at")?.max(opened_at);
        let before = i.checked_sub(1).and_then(|i| rows.get(i));
        if before.is_some_and(ended) && !ended(row) {
            steps.push((at, Step::Reopened));
        }
        if i > 0
            && severity(row.text("priority")) != severity(before.map_or("", |b| b.text("priority")))
            && !ended(row)
        {
            let (severity, level) = severity(row.text("priority"));
            steps.push((at, Step::Severity(severity, level)));
        }
        steps.extend(hands(before, row).map(|s| (at, s)));
        let changed = before.is_none_or(|b| b.text("incident_state") != row.text("incident_state"));
        if changed && i < final_run {
            steps.extend(state(row.text("incident_state")).map(|s| (at, s)));
        }
    }
    steps.extend(resolved_at.map(|at| (at, Step::Resolved)));
    steps.extend(closed_at.map(|at| (at, Step::Closed)));
    Ok(History { new: new_ticket(first, last, opened_at), steps, untold: &UNTOLD })
}

fn ended(row: &LogRow) -> bool {
    matches!(row.text("incident_state"), "Resolved" | "Closed")
}

fn state(text: &str) -> Option<Step> {
    Some(match text {
        "Active" => Step::Open,
        "Awaiting User Info" => Step::Waiting(Status::WaitingCustomer, ""),
        "Awaiting Vendor" => Step::Waiting(Status::WaitingVendor, "Awaiting Vendor"),
        "Awaiting Problem" => Step::Waiting(Status::Scheduled, "Awaiting Problem"),
        "Awaiting Evidence" => Step::Waiting(Status::WaitingVendor, "Awaiting Evidence"),
        "Resolved" | "Closed" => Step::Resolved,
        _ => return None,
    })
}

/// A change of hands between two rows, if there was one.
fn hands(before: Option<&LogRow>, row: &LogRow) -> Option<Step> {
    let earlier = |column: &str| before.map_or("", |b| b.text(column));
    let counted = row.count("reassignment_count") > before.map_or(0, |b| b.count("reassignment_count"));
    let changed = ["assignment_group", "assigned_to"].iter().any(|c| earlier(c) != row.text(c));
    let some =
        |kind: &str, column: &str| Some(row.text(column)).filter(|t| !t.is_empty()).map(|t| key(kind, t));
    (counted || changed).then(|| Step::Assigned {
        group: some("group", "assignment_group").map(GroupId),
        assignee: some("person", "assigned_to").map(StaffId),
        counted,
    })
}

fn new_ticket(first: &LogRow, last: &LogRow, opened_at: Timestamp) -> NewTicket {
    let parts = [first.text("category"), first.text("subcategory"), first.text("u_symptom")];
    let title = parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" / ");
    let title = if title.is_empty() { first.text("number").to_owned() } else { title };
    let channel = match first.text("contact_type") {
        "Phone" | "IVR" => Channel::Phone,
        "Email" => Channel::Mail,
        "Self service" => Channel::Portal,
        _ => Channel::Import,
    };
    let mut new = NewTicket::by_contact(ContactId::from(""), title, Body::default(), channel);
    let caller = if first.text("caller_id").is_empty() { "unknown" } else { first.text("caller_id") };
    new.requester = format!("{}@servicenow.invalid", key("caller", caller));
    caller.clone_into(&mut new.requester_name);
    new.kind = Kind::Incident;
    let (severity, level) = severity(first.text("priority"));
    (new.severity, new.level) = (Some(severity), level);
    new.extra.insert(PRIORITY.to_owned(), last.text("priority").to_owned());
    new.extra.insert(MADE_SLA.to_owned(), last.text("made_sla").to_owned());
    new.received_at = Some(opened_at);
    new.external_ref = Some(first.text("number").to_owned());
    new
}
