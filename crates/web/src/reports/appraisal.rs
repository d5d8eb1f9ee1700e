//! First responses by person, compared with what their cases let expect; and how long cases waited for the customer.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use desk::Result;
use desk::report::{appraise, may_appraise};
use domain::id::StaffId;
use domain::report::{Appraisal, Appraised, FEW, Report, Verdict};
use store::{Read, staff};
use words::{Locale, duration, t, t_args, word};

use super::chooser::Chooser;
use super::query::ReportQuery;
use super::{say, tabs};
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::table::{Cell, Table};
use crate::tickets::render;
use crate::ui::Ui;

/// The address under `/reports`.
pub(super) const PLACE: &str = "appraisal";

/// Columns that hold numbers, in their order.
const NUMBERS: [&str; 10] = [
    "cases",
    "met",
    "kept",
    "expected",
    "ratio",
    "interval",
    "median",
    "usual_median",
    "waiting",
    "waiting_cases",
];

/// A person, or all.
struct Line {
    name: String,
    numbers: Vec<String>,
    verdict: Option<Verdict>,
    far: bool,
}

struct Body {
    sentence: String,
    lines: Vec<Line>,
    total: Line,
}

#[derive(Template)]
#[template(path = "reports/appraisal.html")]
struct AppraisalPage {
    ui: Ui,
    tab: &'static str,
    chooser: Chooser,
    body: Option<Body>,
}

impl AppraisalPage {
    fn tabs(&self) -> Vec<(&'static str, String)> {
        tabs(&self.ui)
    }
    fn numbers(&self) -> &'static [&'static str] {
        &NUMBERS
    }
    fn how(&self) -> String {
        t_args(self.ui.locale, "appraisal-how", &[("few", &FEW.to_string())])
    }
}

/// The names of people by their key.
pub(crate) fn names(r: &mut Read<'_>) -> Result<BTreeMap<StaffId, String>> {
    Ok(staff::all(r)?.into_iter().map(|s| (s.id, s.name)).collect())
}

/// By name, nobody last: there is no ranking.
pub(crate) fn ordered(
    found: Appraisal,
    names: &BTreeMap<StaffId, String>,
    nobody: &str,
) -> Vec<(String, Appraised)> {
    let name = |a: &Appraised| match &a.person {
        Some(p) => names.get(p).cloned().unwrap_or_else(|| p.0.clone()),
        None => nobody.to_owned(),
    };
    let mut all: Vec<(String, Appraised)> = found.people.into_iter().map(|a| (name(&a), a)).collect();
    all.sort_by(|(a, x), (b, y)| (x.person.is_none(), a).cmp(&(y.person.is_none(), b)));
    all
}

/// For whom a number is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// With units, in a language.
    People(Locale),
    /// Plain: percent, seconds, nothing where there is nothing.
    Sheets,
}

impl For {
    fn nothing(self) -> String {
        match self {
            Self::People(locale) => t(locale, "report-nothing").to_owned(),
            Self::Sheets => String::new(),
        }
    }

    fn percent(self, share: Option<f64>) -> String {
        match (share, self) {
            (None, _) => self.nothing(),
            (Some(share), Self::People(_)) => format!("{:.1}%", share * 100.0),
            (Some(share), Self::Sheets) => format!("{:.1}", share * 100.0),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "seconds of a case's life")]
    fn time(self, seconds: Option<f64>) -> String {
        match (seconds.map(|s| s.round() as i64), self) {
            (None, _) => self.nothing(),
            (Some(s), Self::People(locale)) => duration(locale, s),
            (Some(s), Self::Sheets) => s.to_string(),
        }
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases")]
fn count(n: usize) -> f64 {
    n as f64
}

fn line(name: String, a: &Appraised, all: &Appraisal, to: For) -> Line {
    let none = || to.nothing();
    let n = count(a.cases);
    let numbers = vec![
        a.cases.to_string(),
        a.met.to_string(),
        to.percent(share(count(a.met), n)),
        to.percent(share(a.expected, n)),
        a.ratio.map_or_else(none, |r| format!("{:.2}", r.value)),
        a.ratio.map_or_else(none, |r| format!("{:.2}\u{2013}{:.2}", r.low, r.high)),
        to.time(a.median),
        to.time(a.expected_median),
        to.percent(a.waited.share()),
        a.waited.cases.to_string(),
    ];
    let verdict = a.person.as_ref().filter(|_| a.cases > 0).map(|_| a.verdict);
    Line { name, numbers, verdict, far: a.waited.is_far_above(&all.waited) }
}

fn total(all: &Appraisal, name: &str, to: For) -> Line {
    let kept = to.percent(share(count(all.met), count(all.cases)));
    let none = || to.nothing();
    let numbers = vec![
        all.cases.to_string(),
        all.met.to_string(),
        kept.clone(),
        kept,
        none(),
        none(),
        to.time(all.median),
        none(),
        to.percent(all.waited.share()),
        all.waited.cases.to_string(),
    ];
    Line { name: name.to_owned(), numbers, verdict: None, far: false }
}

async fn told(app: &App, page: &StaffPage, ui: &Ui, (asked, to): (&ReportQuery, For)) -> Result<Body> {
    let ask = asked.read(Report::Attainment, &ui.zone, ui.now)?;
    let period = say::period(ui.locale, ask.period);
    let all = appraise(&app.desk, page.actor(), ask).await?;
    let names = app.desk.read(names).await?;
    let locale = ui.locale;
    let kept = For::People(locale).percent(share(count(all.met), count(all.cases)));
    let cases = all.cases.to_string();
    let judged = |v: Verdict| all.people.iter().filter(|a| a.verdict == v).count().to_string();
    let (better, worse) = (judged(Verdict::Better), judged(Verdict::Worse));
    let args = [
        ("period", period.as_str()),
        ("cases", cases.as_str()),
        ("kept", kept.as_str()),
        ("better", better.as_str()),
        ("worse", worse.as_str()),
    ];
    let sentence = t_args(locale, "appraisal-said", &args);
    let total = total(&all, t(locale, "report-total"), to);
    let whole = Appraisal { people: Vec::new(), ..all.clone() };
    let people = ordered(all, &names, word(locale, "nobody", "person"));
    let lines = people.into_iter().map(|(name, a)| line(name, &a, &whole, to)).collect();
    Ok(Body { sentence, lines, total })
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<ReportQuery>,
) -> std::result::Result<Response, WebError> {
    may_appraise(page.actor()).map_err(|e| page.visitor.fail(e))?;
    let ui = page.ui(&app, "reports").await?;
    let mut chooser = Chooser::of(&app, &ui, None, asked).await.map_err(|e| page.visitor.fail(e))?;
    chooser.place = Some(PLACE);
    let asked = chooser.asked.clone();
    let body = match chooser.ask(Report::Attainment, &asked) {
        Some(_) => Some(
            told(&app, &page, &ui, (&asked, For::People(ui.locale)))
                .await
                .map_err(|e| page.visitor.fail(e))?,
        ),
        None => None,
    };
    let status = chooser.status();
    let shown = render(&AppraisalPage { ui, tab: PLACE, chooser, body }, &page.visitor)?;
    Ok((status, shown).into_response())
}

/// The same as a file.
pub(super) async fn export(
    State(app): State<App>,
    page: StaffPage,
    Path(extension): Path<String>,
    Query(asked): Query<ReportQuery>,
) -> std::result::Result<Response, WebError> {
    may_appraise(page.actor()).map_err(|e| page.visitor.fail(e))?;
    page.need(domain::access::Right::Export)?;
    let ui = page.ui(&app, "reports").await?;
    let body = told(&app, &page, &ui, (&asked, For::Sheets)).await.map_err(|e| page.visitor.fail(e))?;
    let head = std::iter::once(word(ui.locale, "grouped", "person"))
        .chain(NUMBERS.iter().map(|c| word(ui.locale, "appraisal", c)))
        .chain([t(ui.locale, "appraisal-verdict")])
        .collect();
    let row = |l: &Line| {
        let verdict = l.verdict.map(|v| word(ui.locale, "verdict", v.as_str()).to_owned());
        let numbers = l.numbers.iter().cloned().map(Cell::Number);
        std::iter::once(Cell::Text(l.name.clone()))
            .chain(numbers)
            .chain([Cell::Text(verdict.unwrap_or_default())])
            .collect()
    };
    let rows = body.lines.iter().chain([&body.total]).map(row).collect();
    let sheet = word(ui.locale, "report", PLACE);
    Table { name: PLACE, sheet, head, rows }.file(&extension).map_err(|e| page.visitor.fail(e))
}
