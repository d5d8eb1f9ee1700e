//! What was imported, counted from our own events, beside the log's own statement.

use std::collections::BTreeMap;
use std::io::Write;

use desk::Desk;
use domain::report::{Course, quantile};
use store::ticket;

use super::servicenow::{MADE_SLA, PRIORITY};

const PAGE: i64 = 500;

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

    fn line(&mut self, name: &str) -> String {
        self.hours.sort_by(f64::total_cmp);
        let at = |q| quantile(&self.hours, q).map_or_else(|| "–".to_owned(), |h| format!("{h:.2}"));
        format!(
            "{name:14} {:>7} {:>8} {:>10} {:>10} {:>9} {:>11} {:>9} {:>8} {:>9} {:>9} {:>8} {:>8}",
            self.all,
            self.hours.len(),
            at(0.5),
            at(0.9),
            self.reopened,
            self.reassigned,
            self.waited_customer,
            self.waited,
            self.made_sla,
            self.promised,
            self.met,
            self.differ,
        )
    }
}

/// Prints the table. Hours are from opened to resolved; "promised", "met" and "differ" compare our resolution
/// clock under the ticket's promise with the log's `made_sla`.
pub(super) async fn print(desk: &Desk) -> anyhow::Result<()> {
    let mut total = Tally::default();
    let mut by_priority: BTreeMap<String, Tally> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let from = after.clone();
        let page = desk
            .read(move |r| {
                let mut page = Vec::new();
                for (id, reference, extra) in ticket::imported(r, &from, PAGE)? {
                    let t =
                        ticket::by_id(r, &domain::access::Scope::All, &id)?.ok_or(desk::Error::NotFound)?;
                    let events = ticket::events(r, &id, 0, 10_000)?;
                    page.push((reference, extra, Course::fold(t.received_at, &events)));
                }
                Ok(page)
            })
            .await?;
        let Some((last, ..)) = page.last() else { break };
        after.clone_from(last);
        for (_, extra, course) in &page {
            let made_sla = extra.get(MADE_SLA).is_some_and(|v| v == "true");
            total.take(course, made_sla);
            let priority = extra.get(PRIORITY).cloned().unwrap_or_default();
            by_priority.entry(priority).or_default().take(course, made_sla);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:14} {:>7} {:>8} {:>10} {:>10} {:>9} {:>11} {:>9} {:>8} {:>9} {:>9} {:>8} {:>8}",
        "priority",
        "all",
        "resolved",
        "median h",
        "p90 h",
        "reopened",
        "reassigned",
        "user",
        "waiting",
        "made_sla",
        "promised",
        "met",
        "differ"
    )?;
    for (name, tally) in &mut by_priority {
        writeln!(out, "{}", tally.line(name))?;
    }
    writeln!(out, "{}", total.line("total"))?;
    Ok(())
}
