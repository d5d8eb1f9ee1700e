//! The wallboard: what a room has to know, on one screen, without a hand. It is kept fresh like any list.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use desk::oncall::Standing;
use desk::risk::risks_of;
use domain::access::{Right, Scope};
use domain::id::StaffId;
use domain::oncall::Seat;
use domain::sla::Courses;
use domain::ticket::Severity;
use domain::ticket::decide::Rules;
use domain::time::{Timestamp, plus_seconds, to_millis};
use store::staff::StaffRow;
use store::ticket::{self, Cursor, Filter, ListRow, Order};
use store::{Read, oncall, staff};

use crate::app::App;
use crate::chip::{Chip, Moves};
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// The wallboard's route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/wallboard", get(page))
}

/// What fits on the screen.
const NEXT: usize = 7;
const LATE: i64 = 4;
const RISKY: usize = 3;
const ROTAS: usize = 4;
/// Overdue tickets are counted so far.
const COUNTED: i64 = 999;
/// Among so many that fall due next, those at risk are looked for.
const LOOKED: i64 = 200;

/// A number at the top.
struct Figure {
    key: &'static str,
    said: String,
    role: &'static str,
}

/// A case.
#[derive(Clone)]
struct Line {
    number: String,
    title: String,
    who: Option<String>,
    chip: Chip,
}

/// Who has a duty; nobody has no name.
struct Duty {
    seat: &'static str,
    name: String,
    phone: String,
}

#[derive(Default)]
struct Board {
    figures: Vec<Figure>,
    next: Vec<Line>,
    late: Vec<Line>,
    /// How many more are overdue than are named.
    more_late: Option<String>,
    risky: Vec<Line>,
    rotas: Vec<(String, Vec<Duty>)>,
    more_rotas: usize,
}

#[derive(Template)]
#[template(path = "wallboard/page.html")]
struct Page {
    ui: Ui,
    at: String,
    board: Board,
}

async fn page(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::TicketView)?;
    let ui = page.ui(&app, "wallboard").await?;
    let courses = app.desk.courses().await.map_err(|e| page.visitor.fail(e))?;
    let (desk, scope, look) = (app.desk.clone(), page.actor().scope(), ui.clone());
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let mut board = Board::default();
        board.cases(r, &rules, &courses, &scope, &look)?;
        board.on_call(r, &rules, look.now)?;
        Ok(board)
    });
    let board = read.await.map_err(|e| page.visitor.fail(e))?;
    let at = words::clock_time(&ui.zone, ui.now);
    render(&Page { ui, at, board }, &page.visitor)
}

impl Board {
    fn cases(
        &mut self,
        r: &mut Read<'_>,
        rules: &Rules,
        courses: &Courses,
        scope: &Scope,
        ui: &Ui,
    ) -> desk::Result<()> {
        let open = Filter { open: true, ..Filter::default() };
        self.overdue(r, scope, &open, ui)?;
        let from_now = Cursor { value: to_millis(ui.now).saturating_sub(1), id: "~".to_owned() };
        let mut coming = ticket::list(r, scope, &open, Order::Due, Some(&from_now), LOOKED)?;
        coming.retain(|row| row.nearest.is_some());
        let ids: Vec<_> = coming.iter().map(|row| row.id.clone()).collect();
        let running = ticket::running_of(r, &ids)?;
        let first_risk = |row: &ListRow| {
            risks_of(ui.now, rules, courses, (&row.sort(), running.get(&row.id)?)).into_iter().next()
        };
        let coming: Vec<_> = coming.into_iter().map(|row| (first_risk(&row), row)).collect();
        let risky = coming.iter().filter(|(first, _)| first.is_some()).count();
        let risky = i64::try_from(risky).unwrap_or(i64::MAX);
        for (first, row) in coming {
            let is_risky = first.is_some() && self.risky.len() < RISKY;
            if !is_risky && self.next.len() >= NEXT {
                continue;
            }
            let Some(mut line) = Line::of(ui, row) else { continue };
            if let Some(first) = &first {
                line.chip = line.chip.at_risk(ui.locale, first.clock.0, Some(&first.risk));
            }
            if is_risky {
                self.risky.push(line.clone());
            }
            if self.next.len() < NEXT {
                self.next.push(line);
            }
        }
        self.count(r, scope, risky, ui)
    }

    /// What is overdue: the urgent ones first, then by how long they are over.
    fn overdue(&mut self, r: &mut Read<'_>, scope: &Scope, open: &Filter, ui: &Ui) -> desk::Result<()> {
        let is_late = |row: &ListRow| row.nearest.is_some_and(|(_, due, _)| due < ui.now);
        let mut late = Vec::new();
        for severity in [Severity::Urgent, Severity::General] {
            let of = Filter { severities: vec![severity], ..open.clone() };
            late.extend(ticket::list(r, scope, &of, Order::Due, None, LATE)?.into_iter().filter(is_late));
        }
        late.truncate(usize::try_from(LATE).unwrap_or_default());
        self.late = late.into_iter().filter_map(|row| Line::of(ui, row)).collect();
        Ok(())
    }

    fn count(&mut self, r: &mut Read<'_>, scope: &Scope, risky: i64, ui: &Ui) -> desk::Result<()> {
        let midnight = ui.now.to_zoned(ui.zone.clone()).start_of_day();
        let today = (midnight.map_or(ui.now, |z| z.timestamp()), plus_seconds(ui.now, 1));
        let late = ticket::late(r, scope, ui.now, COUNTED + 1)?;
        let capped = |n: i64| if n > COUNTED { format!("{COUNTED}+") } else { n.to_string() };
        let hidden = late - i64::try_from(self.late.len()).unwrap_or(late);
        self.more_late =
            (hidden > 0).then(|| if late > COUNTED { format!("{hidden}+") } else { hidden.to_string() });
        let figure = |key, said, role| Figure { key, said, role };
        self.figures = vec![
            figure("overdue", capped(late), if late > 0 { "overdue" } else { "ok" }),
            figure("at_risk", risky.to_string(), if risky > 0 { "soon" } else { "ok" }),
        ];
        for key in ["open", "unassigned", "waiting"] {
            self.figures.push(figure(key, ticket::count_of(r, key)?.to_string(), ""));
        }
        for (key, kind) in [("opened_today", "opened"), ("solved_today", "resolved")] {
            self.figures.push(figure(key, ticket::happened(r, scope, kind, today)?.to_string(), ""));
        }
        Ok(())
    }

    fn on_call(&mut self, r: &mut Read<'_>, rules: &Rules, now: Timestamp) -> desk::Result<()> {
        let people: BTreeMap<StaffId, StaffRow> =
            staff::all(r)?.into_iter().map(|s| (s.id.clone(), s)).collect();
        let rotas = oncall::in_force(r)?;
        self.more_rotas = rotas.len().saturating_sub(ROTAS);
        for row in rotas.into_iter().take(ROTAS) {
            let standing = Standing::load(r, rules, row, (now, plus_seconds(now, 1)))?;
            let on = standing.roster().on_call_at(now);
            let duty = |(seat, person): (&Seat, Option<&StaffId>)| {
                let who = person.and_then(|p| people.get(p));
                let (name, phone) = who.map(|s| (s.name.clone(), s.phone.clone())).unwrap_or_default();
                Duty { seat: seat.as_str(), name, phone }
            };
            let duties = Seat::ALL
                .iter()
                .zip([on.primary.person.as_ref(), on.backup.person.as_ref()])
                .map(duty)
                .collect();
            self.rotas.push((standing.row.name.clone(), duties));
        }
        Ok(())
    }
}

impl Line {
    fn of(ui: &Ui, row: ListRow) -> Option<Self> {
        let chip = Chip::nearest(ui.locale, &row.number, row.nearest?, Moves::No, ui.now);
        Some(Self { number: row.number, title: row.title, who: row.assignee, chip })
    }
}
