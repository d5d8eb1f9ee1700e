//! The event log of an Italian software company's help desk: which activity means which step. Its values are
//! anonymised ("Value 3"), so nothing is read into them; they stay in extra fields.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, bail};
use desk::Desk;
use desk::import::{Figures, IMPORT};
use desk::intake::NewTicket;
use desk::replay::{History, Step};
use domain::id::{ContactId, GroupId, StaffId};
use domain::import::{DateOrder, read_instant};
use domain::report::quantile;
use domain::ticket::decide::Body;
use domain::ticket::{Change, Channel, Kind, Status, Ticket};
use domain::time::{Timestamp, to_millis};
use jiff::tz::TimeZone;
use store::rules::{SettingKey, setting};
use store::staff::{self, GroupRow};
use store::{Read, ticket};

use super::figures::{Measured, each, print, template};
use super::replayed::{LogFile, UNTOLD, keep, replay_all};
use super::servicenow::{field, person};
use crate::config::Config;
use crate::serve;

const FIRST: &str = "helpdesk_first";
const SERIOUSNESS: &str = "helpdesk_seriousness";
const TAKE: &str = "Take in charge ticket";
const WAIT: &str = "Wait";
const RESOLVE: &str = "Resolve ticket";
const CLOSED: &str = "Closed";
const COLUMNS: [&str; 8] = [
    "Case ID",
    "Activity",
    "Resource",
    "Complete Timestamp",
    "customer",
    "product",
    "seriousness_2",
    "workgroup",
];

type LogRow = HashMap<&'static str, String>;

fn text<'r>(row: &'r LogRow, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn at(row: &LogRow, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let written = text(row, "Complete Timestamp");
    read_instant(written, zone, DateOrder::YearFirst).with_context(|| format!("no instant: {written:?}"))
}

/// Imports a log, prints the figures, keeps them.
pub(super) async fn run(file: &LogFile, config: &Config) -> anyhow::Result<()> {
    let cases = cases(&file.path)?;
    let desk = serve::open(&config.database()?).await?;
    prepare(&desk, &cases).await?;
    let new = replay_all(&desk, &cases, |rows| history(rows, &file.zone)).await?;
    let measured = measure(&desk).await?;
    print("", &measured.figures)?;
    keep(&desk, "helpdesk", file, (cases.len(), new), measured).await
}

/// The cases of a file, each with its rows in their order.
fn cases(path: &Path) -> anyhow::Result<Vec<Vec<LogRow>>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let head = reader.headers()?.clone();
    let mut positions = Vec::new();
    for column in COLUMNS {
        let Some(i) = head.iter().position(|h| h == column) else {
            bail!("the log has no column {column:?}")
        };
        positions.push((column, i));
    }
    let (mut cases, mut known) = (Vec::<Vec<LogRow>>::new(), HashMap::<String, usize>::new());
    for record in reader.records() {
        let record = record?;
        let cell = |i: usize| record.get(i).unwrap_or_default().to_owned();
        let row: LogRow = positions.iter().map(|(column, i)| (*column, cell(*i))).collect();
        let at = *known.entry(text(&row, "Case ID").to_owned()).or_insert_with(|| {
            cases.push(Vec::new());
            cases.len() - 1
        });
        if let Some(rows) = cases.get_mut(at) {
            rows.push(row);
        }
    }
    Ok(cases)
}

fn key(kind: &str, text: &str) -> String {
    format!("hd-{kind}-{}", text.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), ""))
}

/// People and groups of the log, and the fields for its own statements. People cannot sign in.
async fn prepare(desk: &Desk, cases: &[Vec<LogRow>]) -> anyhow::Result<()> {
    let all = |column: &str| -> BTreeSet<String> {
        cases.iter().flatten().map(|r| text(r, column).to_owned()).filter(|t| !t.is_empty()).collect()
    };
    let (people, groups, activities) = (all("Resource"), all("workgroup"), all("Activity"));
    let seriousness = all("seriousness_2");
    desk.write(&IMPORT, move |unit| {
        let known = staff::groups(unit.work)?;
        for name in &groups {
            let id = GroupId(key("group", name));
            if !known.iter().any(|g| g.id == id) {
                let name = format!("Workgroup {name}");
                staff::put_group(unit.work, &GroupRow { id, name, active: true, version: 0 })?;
            }
        }
        for name in &people {
            let login = key("person", name);
            if staff::by_login(unit.work, &login)?.is_none() {
                let row = person(login, &format!("Resource {name}"), unit.now);
                staff::insert(unit.work, &row, None)?;
            }
        }
        let (mut fields, version): (Vec<domain::field::Field>, i64) = setting(unit.work, SettingKey::Fields)?;
        if !fields.iter().any(|f| f.key == FIRST) {
            let choices = |of: &BTreeSet<String>| of.iter().cloned().collect();
            fields.push(field(FIRST, "Helpdesk first activity", choices(&activities)));
            fields.push(field(SERIOUSNESS, "Helpdesk seriousness", choices(&seriousness)));
            store::rules::put_setting(unit.work, SettingKey::Fields, &fields, version)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// A case's rows as a history: the first opens it, and each of them is an event, whether or not it changes anything.
fn history(rows: &Vec<LogRow>, zone: &TimeZone) -> anyhow::Result<History> {
    let (first, last) = (rows.first().context("no rows")?, rows.last().context("no rows")?);
    let (mut steps, mut ended, mut waiting) = (Vec::new(), false, false);
    for (i, row) in rows.iter().enumerate() {
        let (at, activity) = (at(row, zone)?, text(row, "Activity"));
        let step = match activity {
            TAKE => Some(Step::Assigned {
                group: Some(GroupId(key("group", text(row, "workgroup")))),
                assignee: Some(StaffId(key("person", text(row, "Resource")))),
                counted: false,
            }),
            WAIT => Some(Step::Waiting(Status::WaitingVendor, WAIT)),
            RESOLVE => Some(Step::Resolved),
            CLOSED => Some(Step::Closed),
            _ => None,
        };
        let works = matches!(activity, TAKE | WAIT);
        if works && ended {
            steps.push((at, Step::Reopened));
        } else if activity == TAKE && waiting {
            steps.push((at, Step::Open));
        }
        (ended, waiting) = match activity {
            RESOLVE | CLOSED => (true, false),
            _ => (ended && !works, activity == WAIT || (waiting && activity != TAKE)),
        };
        // What opens a case is its opening; what already does something in the first row is that as well.
        if i > 0 || step.is_some() {
            steps.push((at, Step::Named(activity.to_owned(), step.map(Box::new))));
        }
    }
    let customer = text(first, "customer");
    let mut new = NewTicket::by_contact(
        ContactId::from(""),
        format!("{} · {}", text(first, "Case ID"), text(first, "product")),
        Body::default(),
        Channel::Import,
    );
    new.requester = format!("{}@helpdesk.invalid", key("customer", customer));
    new.requester_name = format!("Customer {customer}");
    new.kind = Kind::Incident;
    new.extra.insert(FIRST.to_owned(), text(first, "Activity").to_owned());
    new.extra.insert(SERIOUSNESS.to_owned(), text(last, "seriousness_2").to_owned());
    new.received_at = Some(at(first, zone)?);
    new.external_ref = Some(format!("helpdesk {}", text(first, "Case ID")));
    Ok(History { new, steps, untold: &UNTOLD })
}

struct Told {
    template: String,
    days: f64,
    activities: Vec<String>,
}

/// The activities of a case, read back from its events: our own where they say it, else the note with its name.
fn told(
    r: &mut Read<'_>,
    rules: &domain::ticket::decide::Rules,
    t: &Ticket,
    first: &str,
) -> desk::Result<Told> {
    let events = ticket::events(r, &t.id, 0, 10_000)?;
    let notes: BTreeMap<i64, String> = ticket::messages(r, &t.id, 0, true, 10_000)?
        .into_iter()
        .map(|m| (m.no, web::plain_text(&m.html)))
        .collect();
    let (mut activities, mut last) = (Vec::new(), t.received_at);
    for e in &events {
        let name = match &e.change {
            Change::Opened { .. } if ![TAKE, WAIT, RESOLVE, CLOSED].contains(&first) => first,
            Change::Assigned { .. } => TAKE,
            Change::StatusChanged { to, .. } if to.is_waiting() => WAIT,
            Change::Resolved { .. } => RESOLVE,
            Change::Closed { .. } => CLOSED,
            Change::Noted { message, .. } => notes.get(message).map_or("", String::as_str),
            _ => continue,
        };
        // The opening is entered now; that it came was when the log says.
        if !matches!(e.change, Change::Opened { .. }) {
            last = last.max(e.at);
        }
        activities.push(name.to_owned());
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a case's life")]
    let days = (to_millis(last) - to_millis(t.received_at)) as f64 / 86_400_000.0;
    Ok(Told { template: template(rules, t), days, activities })
}

async fn measure(desk: &Desk) -> anyhow::Result<Measured> {
    let (mut days, mut templates) = (Vec::new(), BTreeSet::new());
    let mut activities = BTreeMap::<String, usize>::new();
    let take = |r: &mut Read<'_>,
                rules: &domain::ticket::decide::Rules,
                t: Ticket,
                extra: &domain::ticket::Extra| {
        told(r, rules, &t, extra.get(FIRST).map_or("", String::as_str))
    };
    each(desk, FIRST, take, |told: Told| {
        days.push(told.days);
        templates.insert(told.template);
        for name in told.activities {
            *activities.entry(name).or_default() += 1;
        }
    })
    .await?;
    days.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a number of cases")]
    let mean = days.iter().sum::<f64>() / days.len().max(1) as f64;
    let number = |d: Option<f64>| d.map_or_else(|| "–".to_owned(), |d| format!("{d:.2}"));
    let mut rows = vec![
        vec!["cases".to_owned(), days.len().to_string()],
        vec!["events".to_owned(), activities.values().sum::<usize>().to_string()],
        vec!["mean_d".to_owned(), number((!days.is_empty()).then_some(mean))],
        vec!["median_d".to_owned(), number(quantile(&days, 0.5))],
        vec!["max_d".to_owned(), number(days.last().copied())],
    ];
    let mut by_count: Vec<_> = activities.into_iter().collect();
    by_count.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
    rows.extend(by_count.into_iter().map(|(name, n)| vec![name, n.to_string()]));
    let figures = Figures { head: vec!["value".to_owned()], rows };
    let template = templates.into_iter().collect::<Vec<_>>().join(", ");
    Ok(Measured { template, figures, differences: Vec::new() })
}
