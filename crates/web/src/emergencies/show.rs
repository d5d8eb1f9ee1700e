//! The page of an emergency: where it stands, who does what, what the affected read, the timeline, the review.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use desk::{Error, FieldError, Result};
use domain::access::{Action, may, may_in};
use domain::emergency::{Emergency, EmergencyChange, Holder, Measure, PlanState, State as Standing};
use domain::id::{OrgId, StaffId, TicketId};
use domain::ticket::{Change, Ticket};
use domain::time::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::staff::StaffRow;
use store::{Read, emergency, ticket};
use words::Locale;

use crate::app::App;
use crate::error::WebError;
use crate::form::id;
use crate::names::{Names, everybody};
use crate::session::StaffPage;
use crate::tickets::{ListQuery, emergency_line, render};
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// An entry of the timeline.
pub(crate) struct Course {
    pub at: Timestamp,
    pub who: String,
    pub text: String,
    pub role: &'static str,
    /// The affected read it.
    pub public: bool,
}

/// Entries that a page shows, and events that are read at a time to find them.
const SHOWN: usize = 200;
const STEP: i64 = 200;

/// The newest entries of an emergency's timeline; for the affected only what they may read.
pub(crate) fn course(
    r: &mut Read<'_>,
    t: &TicketId,
    (names, locale): (&mut Names, Locale),
    internal: bool,
) -> Result<Vec<Course>> {
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    loop {
        let events = ticket::emergency_events(r, t, before, STEP)?;
        let Some(last) = events.last().map(|e| e.no) else { return Ok(found) };
        for e in &events {
            let Change::Emergency(change) = &e.change else { continue };
            if found.len() >= SHOWN || !(internal || change.is_public()) {
                continue;
            }
            names.actor(r, &e.by)?;
            name_people(r, names, change)?;
            let (text, role) = emergency_line(change, names, locale, internal);
            let who = if internal { names.of_actor(&e.by, locale) } else { String::new() };
            found.push(Course { at: e.at, who, text, role, public: change.is_public() });
        }
        if found.len() >= SHOWN {
            return Ok(found);
        }
        before = last;
    }
}

/// Finds the names of whom a change of an emergency names.
pub(crate) fn name_people(r: &mut Read<'_>, names: &mut Names, change: &EmergencyChange) -> Result<()> {
    match change {
        EmergencyChange::Started { commander, .. } => names.staff(r, commander),
        EmergencyChange::Staffed { commander, roles } => {
            names.staff(r, commander)?;
            roles.iter().try_for_each(|h| names.staff(r, &h.person))
        }
        EmergencyChange::Measured { measure } => names.staff(r, &measure.owner),
        _ => Ok(()),
    }
}

#[derive(Template)]
#[template(path = "emergencies/show.html")]
struct EmergencyPage {
    ui: Ui,
    query: ListQuery,
    t: Ticket,
    e: Option<Emergency>,
    names: Names,
    people: Vec<StaffRow>,
    course: Vec<Course>,
    today: Date,
    /// May the reader lead it, write entries?
    leads: bool,
    writes: bool,
    me: StaffId,
    sent: Sent,
}

/// A form that was refused: which, what was typed, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Sent {
    form: String,
    typed: BTreeMap<String, String>,
    wrong: Vec<FieldError>,
    /// What is wrong with no field of its own.
    said: String,
}

impl Sent {
    pub(super) fn new(form: &str, typed: &impl Serialize, error: Error, said: String) -> Self {
        let typed: BTreeMap<String, serde_json::Value> =
            serde_json::to_value(typed).and_then(serde_json::from_value).unwrap_or_default();
        let texts = typed.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
        let typed: BTreeMap<String, String> = texts.collect();
        let wrong = match error {
            Error::Invalid(fields) => fields,
            _ => Vec::new(),
        };
        let said = if wrong.is_empty() { said } else { String::new() };
        Self { form: form.to_owned(), typed, wrong, said }
    }
}

impl EmergencyPage {
    /// Was this form refused?
    fn open(&self, form: &str) -> bool {
        self.sent.form == form
    }
    /// What was typed into a field of a refused form, else what is kept.
    fn typed<'a>(&'a self, form: &str, field: &str, kept: &'a str) -> &'a str {
        let typed = self.sent.typed.get(field).filter(|_| self.open(form));
        typed.map_or(kept, String::as_str)
    }
    /// What is wrong with a form.
    fn wrongs(&self, form: &str) -> Wrongs {
        match &self.sent {
            sent if sent.form != form => Wrongs::default(),
            sent if sent.said.is_empty() => Wrongs::of(&sent.wrong, self.ui.locale),
            sent => Wrongs::whole(&sent.said),
        }
    }
    /// The form of a measure.
    fn of(&self, m: &Measure) -> String {
        format!("measure {}", m.no)
    }
    fn name(&self, id: &StaffId) -> String {
        self.names.get(id.as_str())
    }
    fn customer(&self, id: &OrgId) -> String {
        self.names.get(id.as_str())
    }
    fn is_running(&self, e: &Emergency) -> bool {
        e.state == Standing::Running
    }
    fn is_ended(&self, e: &Emergency) -> bool {
        e.state == Standing::Ended
    }
    /// Can its course still be written?
    fn goes_on(&self, e: &Emergency) -> bool {
        matches!(e.state, Standing::Running | Standing::Ended)
    }
    /// None yet, or one that may begin anew.
    fn may_start(&self) -> bool {
        self.leads
            && self.t.status.is_open()
            && self.e.as_ref().is_none_or(|e| e.state == Standing::CalledOff)
    }
    fn plan_states(&self) -> &'static [PlanState] {
        PlanState::ALL
    }
    /// The roles with empty rows to fill; the usual names stand in the first of them.
    fn role_rows(&self, e: &Emergency) -> Vec<(usize, String, Option<StaffId>)> {
        let usual = ["role-on-site", "role-talk", "role-technical"];
        let spare = if e.roles.is_empty() { usual.map(|k| self.ui.t(k)) } else { ["", "", ""] };
        let held = e.roles.iter().map(|Holder { role, person }| (role.clone(), Some(person.clone())));
        let all = held.chain(spare.into_iter().map(|role| (role.to_owned(), None)));
        let row = |(i, (role, person)): (usize, (String, Option<StaffId>))| {
            let kept = person.map(|p| p.0).unwrap_or_default();
            let role = self.typed("staffing", &format!("r.{i}.role"), &role).to_owned();
            (i, role, id(self.typed("staffing", &format!("r.{i}.person"), &kept)))
        };
        all.enumerate().map(row).collect()
    }
    /// Whom a list of people offers: who is at work, and who is named already.
    fn offered(&self, named: Option<&StaffId>) -> Vec<&StaffRow> {
        self.people.iter().filter(|p| p.active || named == Some(&p.id)).collect()
    }
    fn offered_to(&self, named: &StaffId) -> Vec<&StaffRow> {
        self.offered(Some(named))
    }
    /// An instant as a form's field shows it.
    fn field_time(&self, at: Option<Timestamp>) -> String {
        at.map(|at| at.to_zoned(self.ui.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_default()
    }
    /// Until when the plan is promised, as typed or as kept.
    fn promised_at(&self, e: &Emergency) -> String {
        let kept = self.field_time(e.plan.as_ref().and_then(|p| p.promised_at));
        self.typed("plan", "promised_at", &kept).to_owned()
    }
    /// Until when a measure is to be done, as typed or as kept.
    fn due_on(&self, m: &Measure) -> String {
        self.typed(&self.of(m), "due_on", &m.due_on.to_string()).to_owned()
    }
    /// May the reader change this measure: all of it, or what became of it?
    fn may_measure(&self, m: &Measure) -> bool {
        self.leads || m.owner == self.me
    }
    fn standing(&self, e: &Emergency) -> &'static str {
        if e.owes_review() { "owes_review" } else { e.state.as_str() }
    }
    fn measure_standing(&self, m: &Measure) -> &'static str {
        match m.done_at {
            Some(_) => "done",
            None if m.is_late(self.today) => "overdue",
            None => "open",
        }
    }
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
) -> std::result::Result<Response, WebError> {
    shown(&app, &page, &number, Sent::default()).await
}

/// The page, perhaps with a form that was refused.
pub(super) async fn shown(
    app: &App,
    page: &StaffPage,
    number: &str,
    sent: Sent,
) -> std::result::Result<Response, WebError> {
    let ui = page.ui(app, "emergencies").await?;
    let (actor, locale, number) = (page.actor().clone(), ui.locale, number.to_owned());
    let read = app.desk.peek(move |r| {
        let t = ticket::by_number(r, &actor.scope(), &number)?.ok_or(Error::NotFound)?;
        let e = emergency::by_ticket(r, &t.id)?;
        let mut names = Names::default();
        names.ticket(r, &t)?;
        let people = everybody(r)?;
        for p in e.iter().flat_map(Emergency::people).chain(t.assignee.clone()) {
            names.staff(r, &p)?;
        }
        for org in e.iter().flat_map(|e| &e.organisations) {
            names.organisation(r, org)?;
        }
        for m in e.iter().flat_map(|e| &e.measures) {
            names.staff(r, &m.owner)?;
        }
        let course = course(r, &t.id, (&mut names, locale), true)?;
        let allowed = |action| match &e {
            Some(e) => may_in(&actor, action, &t, e).is_ok(),
            None => may(&actor, action, &t).is_ok(),
        };
        let (leads, writes) = (allowed(Action::Emergency), allowed(Action::EmergencyEntry));
        Ok((t, e, names, people, course, leads, writes))
    });
    let (t, e, names, people, course, leads, writes) = read.await.map_err(|e| page.visitor.fail(e))?;
    let (today, me) = (ui.now.to_zoned(ui.zone.clone()).date(), page.staff.id.clone());
    let query = ListQuery::default();
    let shown = EmergencyPage { ui, query, t, e, names, people, course, today, leads, writes, me, sent };
    render(&shown, &page.visitor)
}
