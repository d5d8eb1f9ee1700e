//! What was imported, counted from our own events, beside the log's own statement.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use desk::Desk;
use desk::import::Figures;
use domain::access::Scope;
use domain::id::TicketId;
use domain::report::{Course, Difference, difference, quantile};
use domain::ticket::decide::Rules;
use domain::ticket::{Extra, Ticket};
use jiff::tz::TimeZone;
use store::{Read, ticket};
use words::Locale;

use super::servicenow::{MADE_SLA, PRIORITY};

const PAGE: i64 = 500;

/// The columns of the table.
const HEAD: [&str; 12] = [
    "all",
    "resolved",
    "median_h",
    "p90_h",
    "reopened",
    "reassigned",
    "user",
    "waiting",
    "made_sla",
    "promised",
    "met",
    "differ",
];

#[derive(Default)]
struct Tally {
    all: usize,
    hours: Vec<f64>,
    reopened: usize,
    reassigned: usize,
    waited_customer: usize,
    waited: usize,
    made_sla: usize,
    promised: usize,
    met: usize,
    differ: usize,
}

impl Tally {
    fn take(&mut self, course: &Course, made_sla: bool) {
        self.all += 1;
        self.hours.extend(course.hours_to_resolution());
        self.reopened += usize::from(course.reopened > 0);
        self.reassigned += usize::from(course.reassigned > 0);
        self.waited_customer += usize::from(course.waited_customer);
        self.waited += usize::from(course.waited);
        self.made_sla += usize::from(made_sla);
        if let Some(fixed) = &course.resolution {
            self.promised += 1;
            self.met += usize::from(fixed.met);
            self.differ += usize::from(fixed.met != made_sla);
        }
    }

    fn row(&mut self, name: &str) -> Vec<String> {
        self.hours.sort_by(f64::total_cmp);
        let at = |q| quantile(&self.hours, q).map_or_else(|| "–".to_owned(), |h| format!("{h:.2}"));
        let (median, p90) = (at(0.5), at(0.9));
        let counts = [self.reopened, self.reassigned, self.waited_customer, self.waited, self.made_sla];
        let ours = [self.promised, self.met, self.differ];
        let mut row = vec![name.to_owned(), self.all.to_string(), self.hours.len().to_string(), median, p90];
        row.extend(counts.iter().chain(&ours).map(ToString::to_string));
        row
    }
}

/// What a log came to: the promise under which it was measured, the table, and the cases that differ.
pub(super) struct Measured {
    pub template: String,
    pub figures: Figures,
    pub differences: Vec<(TicketId, Difference)>,
}

/// A ticket of a log with its course.
pub(super) struct Case {
    pub ticket: Ticket,
    pub course: Course,
    pub calendar: String,
}

/// Every imported ticket that holds an extra field of its log, with what `take` makes of it.
pub(super) async fn each<T: Send + 'static>(
    desk: &Desk,
    mark: &'static str,
    take: impl Fn(&mut Read<'_>, &Rules, Ticket, &Extra) -> desk::Result<T> + Copy + Send + Sync + 'static,
    mut use_it: impl FnMut(T),
) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let (from, of_desk) = (after.clone(), desk.clone());
        let (last, page) = desk
            .read(move |r| {
                let rules = of_desk.rules_in(r)?;
                let (mut page, mut last) = (Vec::new(), None);
                for (id, reference, extra) in ticket::imported(r, &from, PAGE)? {
                    last = Some(reference);
                    if !extra.contains_key(mark) {
                        continue;
                    }
                    let t = ticket::by_id(r, &Scope::All, &id)?.ok_or(desk::Error::NotFound)?;
                    page.push(take(r, &rules, t, &extra)?);
                }
                Ok((last, page))
            })
            .await?;
        page.into_iter().for_each(&mut use_it);
        match last {
            Some(reference) => after = reference,
            None => return Ok(()),
        }
    }
}

/// Reads a ticket's course and the calendar of its resolution clock.
pub(super) fn case(r: &mut Read<'_>, rules: &Rules, ticket: Ticket) -> desk::Result<Case> {
    let events = ticket::events(r, &ticket.id, 0, 10_000)?;
    let course = Course::fold(ticket.received_at, &events);
    let mut calendar = String::new();
    if let Some(fixed) = &course.resolution {
        let clocks = ticket::clocks(r, &ticket.id)?;
        let clock = clocks.iter().find(|c| c.milestone == fixed.milestone && c.cycle == fixed.cycle);
        let found = clock.and_then(|c| rules.calendars.get(&c.calendar));
        calendar = found.map_or_else(String::new, |c| c.name.clone());
    }
    Ok(Case { ticket, course, calendar })
}

/// The name of a ticket's promise, with its revision.
pub(super) fn template(rules: &Rules, t: &Ticket) -> String {
    let name = rules.newest.get(&t.policy.0).map_or(t.policy.0.as_str(), |(name, _)| name.as_str());
    format!("{name} ({}/{})", t.policy.0, t.policy.1)
}

/// Counts a ServiceNow log. Hours are from opened to resolved; "promised", "met" and "differ" compare our resolution
/// clock under the ticket's promise with the log's `made_sla`.
pub(super) async fn servicenow(desk: &Desk) -> anyhow::Result<Measured> {
    let mut total = Tally::default();
    let mut by_priority: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut templates, mut differences) = (BTreeSet::new(), Vec::new());
    let take = |r: &mut Read<'_>, rules: &Rules, t: Ticket, extra: &Extra| {
        let name = template(rules, &t);
        let made_sla = extra.get(MADE_SLA).is_some_and(|v| v == "true");
        Ok((case(r, rules, t)?, name, made_sla, extra.get(PRIORITY).cloned().unwrap_or_default()))
    };
    each(desk, MADE_SLA, take, |(case, name, made_sla, priority)| {
        templates.insert(name);
        total.take(&case.course, made_sla);
        by_priority.entry(priority.clone()).or_default().take(&case.course, made_sla);
        if let Some(d) = difference(&case.course, made_sla) {
            let t = case.ticket;
            let reference = t.external_ref.unwrap_or_default();
            let whole = Difference { number: t.number, reference, priority, calendar: case.calendar, ..d };
            differences.push((t.id, whole));
        }
    })
    .await?;
    let mut rows: Vec<Vec<String>> = by_priority.iter_mut().map(|(name, t)| t.row(name)).collect();
    rows.push(total.row("total"));
    let figures = Figures { head: HEAD.map(str::to_owned).to_vec(), rows };
    Ok(Measured { template: templates.into_iter().collect::<Vec<_>>().join(", "), figures, differences })
}

/// Prints a table, right-aligned under its head.
pub(super) fn print(first: &str, figures: &Figures) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let names = figures.rows.iter().filter_map(|r| r.first()).map(|n| n.chars().count());
    let width = names.max().unwrap_or(0).max(13) + 1;
    write!(out, "{first:width$}")?;
    for name in &figures.head {
        write!(out, " {name:>11}")?;
    }
    writeln!(out)?;
    for row in &figures.rows {
        write!(out, "{:width$}", row.first().map_or("", String::as_str))?;
        for cell in row.iter().skip(1) {
            write!(out, " {cell:>11}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the cases that differ, with the reason in both languages.
pub(super) fn write_differences(
    path: &Path,
    zone: &TimeZone,
    template: &str,
    all: &[(TicketId, Difference)],
) -> anyhow::Result<()> {
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = std::io::BufWriter::new(file);
    file.write_all("\u{feff}".as_bytes())?;
    let mut out = csv::Writer::from_writer(file);
    let head = [
        "reference",
        "number",
        "priority",
        "template",
        "target_s",
        "counted_s",
        "uncounted_s",
        "due_at",
        "resolved_at",
        "ours",
        "log",
        "why",
        "why_zh",
    ];
    out.write_record(head)?;
    let said = |kept: bool| if kept { "kept" } else { "broken" }.to_owned();
    let instant = |at: Option<domain::time::Timestamp>| at.map_or_else(String::new, |t| t.to_string());
    for (_, d) in all {
        out.write_record([
            d.reference.clone(),
            d.number.clone(),
            d.priority.clone(),
            template.to_owned(),
            d.target_s.to_string(),
            d.counted_s.to_string(),
            d.uncounted_s.to_string(),
            instant(d.due_at),
            instant(d.resolved_at),
            said(d.kept),
            said(d.said_kept),
            words::difference(Locale::En, zone, d),
            words::difference(Locale::Zh, zone, d),
        ])?;
    }
    Ok(out.flush()?)
}
