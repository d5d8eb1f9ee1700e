//! The ledger over all cases, month by month and contract by contract: what was promised, kept or missed, by how much,
//! and why a miss was excused.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::Error;
use domain::access::Scope;
use domain::sla::Clock;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::directory::{self, ContractRow};
use store::ticket::{Promised, promised};

use crate::app::App;
use crate::chip::Chip;
use crate::error::WebError;
use crate::session::ContactPage;
use crate::tickets::render;
use crate::ui::Ui;

/// Which month, `2026-11`; the present one if absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    month: String,
}

/// A promise.
struct Line {
    number: String,
    title: String,
    chip: Chip,
    due: String,
    over: String,
    excused: String,
}

/// What was promised under a contract, or without one.
struct Book {
    contract: Option<ContractRow>,
    level: String,
    kept: usize,
    all: usize,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "portal/promises.html")]
struct PromisesPage {
    ui: Ui,
    month: String,
    before: String,
    after: Option<String>,
    books: Vec<Book>,
    /// What is open and falls due after the present month; the first to fall due comes first.
    later: Vec<Line>,
    /// There are more than the page shows.
    more: bool,
}

/// Promises of a month that the page shows; an urgent case that lasts days has many.
const MOST: i64 = 500;

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: ContactPage,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(&app, &page, "promises").await.map_err(fail)?;
    let month = first_day(&asked.month, &ui.zone, ui.now);
    let found = month.and_then(|month| Some((month, period(month, &ui.zone)?)));
    let (month, period) = found.ok_or_else(|| fail(Error::field("month", "bad_value")))?;
    let (scope, desk, org) =
        (page.visitor.actor().scope(), app.desk.clone(), page.contact.organisation.clone());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let rows = promised(r, &scope, period, MOST + 1)?;
        let later = promised(r, &scope, (period.1, Timestamp::MAX), MOST)?;
        let whole = matches!(scope, Scope::Organisation(_));
        let mut contracts =
            org.as_ref().map(|org| directory::contracts(r, org)).transpose()?.unwrap_or_default();
        // Whoever sees only cases of their own sees the contracts that these are under.
        let under = |c: &ContractRow| rows.iter().any(|p| p.contract.as_ref() == Some(&c.contract.id));
        contracts.retain(|c| whole || under(c));
        Ok((rules, rows, later, contracts))
    });
    let (rules, mut rows, mut later, contracts) = read.await.map_err(fail)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    // A promise that was a misclick was none.
    rows.retain(|p| !p.clock.is_slip());
    let books = books(&ui, &rules, rows, contracts);
    let said = |d: Date| d.strftime("%Y-%m").to_string();
    let after = (period.1 <= ui.now || !later.is_empty()).then(|| said(month.saturating_add(1.month())));
    let before = said(month.saturating_sub(1.month()));
    later.retain(|p| p.clock.is_running() && (period.0..period.1).contains(&ui.now));
    let later = later.iter().rev().map(|p| line(&ui, &rules, p)).collect();
    render(&PromisesPage { ui, month: said(month), before, after, books, later, more }, &page.visitor)
}

fn first_day(asked: &str, zone: &TimeZone, now: Timestamp) -> Option<Date> {
    if asked.is_empty() {
        return Some(now.to_zoned(zone.clone()).date().first_of_month());
    }
    format!("{asked}-01").parse().ok()
}

fn period(month: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let at = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
    Some((at(month)?, at(month.checked_add(1.month()).ok()?)?))
}

/// One book per contract of the customer, newest first; what stands under none comes last.
fn books(ui: &Ui, rules: &Rules, rows: Vec<Promised>, contracts: Vec<ContractRow>) -> Vec<Book> {
    let mut of: BTreeMap<String, Vec<Promised>> = BTreeMap::new();
    for row in rows {
        of.entry(row.contract.as_ref().map(|id| id.0.clone()).unwrap_or_default()).or_default().push(row);
    }
    let mut all = Vec::new();
    for contract in contracts {
        let rows = of.remove(&contract.contract.id.0).unwrap_or_default();
        all.push(book(ui, rules, Some(contract), rows));
    }
    let rest: Vec<_> = of.into_values().flatten().collect();
    if !rest.is_empty() {
        all.push(book(ui, rules, None, rest));
    }
    all
}

fn book(ui: &Ui, rules: &Rules, contract: Option<ContractRow>, rows: Vec<Promised>) -> Book {
    let policy = contract.as_ref().and_then(|c| c.contract.policy.as_ref());
    let level = policy.and_then(|p| rules.newest.get(p)).map(|(name, _)| name.clone()).unwrap_or_default();
    // As the attainment of the reports: what is decided, also before its due, without what was excused.
    let decided = |c: &Clock| c.excused.is_none() && (c.verdict().is_breached() || !c.is_running());
    let missed = |c: &Clock| c.verdict().is_breached();
    let all = rows.iter().filter(|p| decided(&p.clock)).count();
    let kept = rows.iter().filter(|p| decided(&p.clock) && !missed(&p.clock)).count();
    Book { level, kept, all, lines: rows.iter().map(|p| line(ui, rules, p)).collect(), contract }
}

fn line(ui: &Ui, rules: &Rules, p: &Promised) -> Line {
    Line {
        number: p.number.clone(),
        title: p.title.clone(),
        chip: Chip::of(ui.locale, &p.number, &p.clock, rules, ui.now).in_portal(),
        due: p.clock.due_at.map(|at| ui.when(&at)).unwrap_or_default(),
        over: over(ui, &p.clock),
        excused: p
            .clock
            .excused
            .as_ref()
            .map(|why| ui.t1("ledger-excused", "reason", words::excuse(ui.locale, why)))
            .unwrap_or_default(),
    }
}

/// By how much a promise was missed, in counted time.
fn over(ui: &Ui, clock: &Clock) -> String {
    // While it runs its mark says by how much it is over, and goes on saying it.
    let s = if clock.is_running() { 0 } else { clock.counted_s - clock.target_s };
    if s > 0 { words::counted(ui.locale, s) } else { String::new() }
}
