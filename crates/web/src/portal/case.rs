//! A customer's case: what happens next and by when, the conversation, the promise ledger, the last word.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::Error;
use desk::ticket::{self as verb, FromCustomer};
use domain::access::Scope;
use domain::appointment::Appointment;
use domain::field::Field;
use domain::sla::{Clock, Milestone};
use domain::ticket::decide::{self, Case, Earlier, Rules, closes_silently, waits_for_else, window_is_over};
use domain::ticket::progress::Tally;
use domain::ticket::{Channel, Kind, Rating, Status, Ticket, linked_with};
use domain::time::Timestamp;
use serde::Deserialize;
use store::{Read, ticket};
use words::Locale;

use crate::app::App;
use crate::appointments::open_of;
use crate::chip::Chip;
use crate::error::WebError;
use crate::form::Fields;
use crate::names::Names;
use crate::said::Said;
use crate::session::ContactPage;
use crate::tickets::{EntryBody, Part, Timeline, WhyPart, render, said, tally, timeline, why_asked};
use crate::ui::Ui;

/// An answer waits for seconds: what it did is among so many events.
const WAITING_EVENTS: i64 = 50;

/// A line of the promise ledger.
struct Promise {
    chip: Chip,
    target: String,
    due: String,
    excused: String,
}

#[derive(Template)]
#[template(path = "portal/case.html")]
struct CasePage {
    ui: Ui,
    t: Ticket,
    history: Timeline,
    ledger: Vec<Promise>,
    /// The explanation that was asked for.
    why: Option<WhyPart>,
    next: String,
    /// When it closes by itself, if it does.
    closes: Option<String>,
    /// What the customer told, by name.
    told: Vec<(String, String)>,
    is_mine: bool,
    /// Of a complaint: who handles it.
    apart: Option<String>,
    /// Complaints about the case: number, and what happens next.
    complaints: Vec<(String, String)>,
    /// Progress reports that came in time.
    tally: Tally,
    /// It ended too long ago to be opened again: after so many days.
    over: Option<u32>,
    /// Agreed contacts that are to come, or were missed.
    appointments: Vec<Appointment>,
}

impl CasePage {
    fn is_resolved(&self) -> bool {
        self.t.status == Status::Resolved
    }
    fn can_write(&self) -> bool {
        self.over.is_none() && !matches!(self.t.status, Status::Cancelled | Status::Merged)
    }
    fn can_appoint(&self) -> bool {
        !matches!(self.t.status, Status::Closed | Status::Cancelled | Status::Merged)
    }
    fn span(&self, a: &Appointment) -> String {
        crate::appointments::span(&a.plan, (self.ui.locale, &self.ui.zone))
    }
    fn is_late(&self, a: &Appointment) -> bool {
        a.is_overdue(self.ui.now)
    }
    fn asks_else(&self) -> bool {
        waits_for_else(&self.t)
    }
    fn can_rate(&self) -> bool {
        self.is_mine && matches!(self.t.status, Status::Resolved | Status::Closed)
    }
    /// Are the marks still to be given?
    fn asks_marks(&self) -> bool {
        self.can_rate() && self.t.rating.is_none()
    }
    /// The marks that were given, by question.
    fn given(&self) -> Vec<(&'static str, u8)> {
        let marks = self
            .t
            .rating
            .iter()
            .flat_map(|r| [("speed", r.speed), ("effect", r.effect), ("attitude", r.attitude)]);
        marks.collect()
    }
    /// Is this the mark that was given?
    fn chosen(&self, question: &str, mark: &str) -> bool {
        self.t.rating.as_ref().is_some_and(|r| match question {
            "speed" => r.speed.to_string() == mark,
            "effect" => r.effect.to_string() == mark,
            _ => r.attitude.to_string() == mark,
        })
    }
    fn marks(&self) -> [&'static str; 5] {
        ["1", "2", "3", "4", "5"]
    }
}

/// The page of a case.
pub(super) async fn show(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, WebError> {
    let fail = |e| page.visitor.fail(e);
    let ui = Ui::contact(&app, &page, "portal").await.map_err(fail)?;
    let (scope, locale, zone) = (page.visitor.actor().scope(), ui.locale, ui.zone.clone());
    let desk = app.desk.clone();
    let read = app.desk.peek(move |r| {
        let rules = desk.rules_in(r)?;
        let t = ticket::by_number(r, &scope, &number)?.ok_or(Error::NotFound)?;
        let (t, clocks) = as_told(r, &rules, t)?;
        let mut names = Names::default();
        names.ticket(r, &t)?;
        let history = timeline(r, (&scope, locale, &zone), &t, &mut names, &part)?;
        let told = told(locale, &t, &names, &rules.fields);
        let closes = closes_silently(&rules, &t);
        let others = complaints(r, &scope, &t)?;
        let tally = tally(r, &t)?;
        let why = why_asked(r, &rules, &scope, (&t, &part.why), locale, None)?;
        let appointments = open_of(r, &t)?;
        Ok((t, clocks, history, told, closes, (others, tally, why, rules, appointments)))
    });
    let (t, clocks, history, told, closes, rest) = read.await.map_err(fail)?;
    let (others, tally, why, rules, appointments) = rest;
    let apart = (t.kind == Kind::Complaint).then(|| apart(&ui, &others));
    let complaints = others.into_iter().filter(|(other, _)| other.kind == Kind::Complaint && apart.is_none());
    let complaints =
        complaints.map(|(c, clocks)| (c.number.clone(), next_step(&ui, &rules, &c, &clocks))).collect();
    let over = window_is_over(&rules, &t, ui.now).then_some(rules.settings.reopen_window_days);
    let ledger = ledger(&ui, &t, &clocks, &rules);
    let next = next_step(&ui, &rules, &t, &clocks);
    let closes = closes.map(|at| ui.t1("portal-closes", "at", ui.when(&at)));
    let is_mine = t.requester == page.contact.id;
    render(
        &CasePage {
            ui,
            t,
            history,
            ledger,
            why,
            next,
            closes,
            told,
            is_mine,
            apart,
            complaints,
            tally,
            over,
            appointments,
        },
        &page.visitor,
    )
}

/// A case with its clocks, as its customer knows it: an answer that has not left was not given yet.
fn as_told(r: &mut Read<'_>, rules: &Arc<Rules>, t: Ticket) -> desk::Result<(Ticket, Vec<Clock>)> {
    let held = ticket::held(r, &t.id)?;
    if held.is_empty() {
        let clocks = ticket::shown_clocks(r, &t.id)?;
        return Ok((t, clocks));
    }
    let events = ticket::recent_events(r, &t.id, i64::MAX, WAITING_EVENTS)?;
    let (clocks, holds) = (ticket::shown_clocks(r, &t.id)?, ticket::holds(r, &t.id)?);
    let case = Case { ticket: t, clocks, earlier: Earlier::default(), holds, rules: Arc::clone(rules) };
    Ok(decide::as_told(&case, &held, &events, r.now())?)
}

/// Other cases that a complaint is about, or complaints about a case, as far as the reader may see them.
fn complaints(r: &mut Read<'_>, scope: &Scope, t: &Ticket) -> desk::Result<Vec<(Ticket, Vec<Clock>)>> {
    let mut found = Vec::new();
    for number in linked_with(&ticket::related_events(r, &t.id)?) {
        // A link between other tickets is the house's own matter.
        let Some(other) = ticket::by_number(r, scope, &number)? else { continue };
        if (other.kind == Kind::Complaint) != (t.kind == Kind::Complaint) {
            let clocks = ticket::shown_clocks(r, &other.id)?;
            found.push((other, clocks));
        }
    }
    Ok(found)
}

/// Who handles a complaint, said to the customer.
fn apart(ui: &Ui, about: &[(Ticket, Vec<Clock>)]) -> String {
    let numbers: Vec<&str> = about.iter().map(|(t, _)| t.number.as_str()).collect();
    if numbers.is_empty() {
        return ui.t("portal-complaint-apart").to_owned();
    }
    ui.t1("portal-complaint-about", "numbers", numbers.join(", "))
}

/// What the customer told when the case was opened, and what was asked later; nothing that only staff see.
fn told(locale: Locale, t: &Ticket, names: &Names, fields: &[Field]) -> Vec<(String, String)> {
    let facts = [
        ("fact-symptom", &t.facts.symptom),
        ("fact-occurrence", &t.facts.occurrence),
        ("fact-system", &t.facts.system),
        ("fact-version", &t.facts.version),
        ("fact-error_code", &t.facts.error_code),
    ];
    let product =
        t.product.iter().map(|p| (words::t(locale, "field-product").to_owned(), names.get(p.as_str())));
    let facts = facts.into_iter().map(|(key, value)| (words::t(locale, key).to_owned(), value.clone()));
    let asked = fields.iter().filter(|f| f.customer);
    let extra = asked.filter_map(|f| Some((f.label.clone(), t.extra.get(&f.key)?.clone())));
    product.chain(facts).chain(extra).filter(|(_, value)| !value.is_empty()).collect()
}

/// Every promise that was made, met or missed; one that was replaced in time is left out, and so is one that was never meant.
fn ledger(ui: &Ui, t: &Ticket, clocks: &[Clock], rules: &Rules) -> Vec<Promise> {
    let shown = clocks.iter().filter(|c| !c.is_dropped() && !c.is_slip());
    shown
        .map(|c| Promise {
            chip: Chip::of(ui.locale, &t.number, c, rules, ui.now).in_portal(),
            target: words::counted(ui.locale, c.target_s),
            due: c.due_at.map(|at| ui.when(&at)).unwrap_or_default(),
            excused: c.excused.as_deref().map(|why| words::excuse(ui.locale, why)).unwrap_or_default(),
        })
        .collect()
}

/// What happens next and by when: a promise is said as a time, also one that is late, and with a word where the time may
/// move.
fn next_step(ui: &Ui, rules: &Rules, t: &Ticket, clocks: &[Clock]) -> String {
    match t.status {
        Status::Resolved => return ui.t("portal-next-confirm").to_owned(),
        Status::WaitingCustomer => return ui.t("portal-next-you").to_owned(),
        s if !s.is_open() => return ui.t("portal-next-ended").to_owned(),
        _ => {}
    }
    let shown = |c: &&Clock| c.is_running() && c.milestone != Milestone::Attend;
    let said = |c: &Clock, at: Timestamp| {
        let complaint = if t.kind == Kind::Complaint { "complaint-" } else { "" };
        let late = if at > ui.now { "" } else { "-late" };
        let key = format!("portal-next-{complaint}{}{late}", c.milestone);
        let text = words::t_args(ui.locale, &key, &[("at", &ui.when(&at))]);
        if late.is_empty() && rules.is_uncertain(c) {
            ui.t1("portal-next-uncertain", "next", text)
        } else {
            text
        }
    };
    let dues = || clocks.iter().filter(shown).filter_map(|c| c.due_at.map(|at| (c, at)));
    let nearest = dues().filter(|(_, at)| *at > ui.now).min_by_key(|(c, at)| (*at, c.milestone));
    // A report that was missed is over at its due; the next one is what counts.
    let late = dues()
        .filter(|(c, at)| c.milestone != Milestone::Update && *at <= ui.now)
        .min_by_key(|(c, at)| (*at, c.milestone));
    match (late, nearest) {
        (None, None) => ui.t("portal-next-working").to_owned(),
        (Some((c, at)), None) | (None, Some((c, at))) => said(c, at),
        (Some((late, was)), Some((next, at))) => {
            let (late, next) = (said(late, was), said(next, at));
            words::t_args(ui.locale, "portal-next-both", &[("late", &late), ("next", &next)])
        }
    }
}

/// The customer confirms the solution.
pub(super) async fn confirm(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    said(
        &page.visitor,
        verb::say(&app.desk, page.visitor.actor(), &number, FromCustomer::Confirm).await,
        Said::done("confirmed"),
    )
}

/// Whether there is anything else: `yes` with what it is, or `no`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ElseForm {
    answer: String,
    text: String,
}

/// The customer says whether there is anything else; what there is becomes a case of its own.
pub(super) async fn anything_else(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
    Fields(form): Fields<ElseForm>,
) -> Result<Response, WebError> {
    let yes = form.answer == "yes";
    if yes && form.text.trim().is_empty() {
        return Err(page.visitor.fail(Error::field("text", "required")));
    }
    let text = if yes { form.text } else { String::new() };
    let told = FromCustomer::Else { text, channel: Channel::Portal };
    let done = verb::say(&app.desk, page.visitor.actor(), &number, told).await;
    said(&page.visitor, done, Said::done(if yes { "else-opened" } else { "else-no" }))
}

/// Three marks and a word.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RatingForm {
    speed: u8,
    effect: u8,
    attitude: u8,
    comment: String,
}

/// The customer rates.
pub(super) async fn rate(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
    Fields(form): Fields<RatingForm>,
) -> Result<Response, WebError> {
    let rating = Rating {
        speed: form.speed,
        effect: form.effect,
        attitude: form.attitude,
        comment: form.comment.trim().to_owned(),
    };
    said(
        &page.visitor,
        verb::say(&app.desk, page.visitor.actor(), &number, FromCustomer::Rate(rating)).await,
        Said::done("rated"),
    )
}

/// What the customer complains about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ComplaintForm {
    text: String,
}

/// The customer complains: a case of its own.
pub(super) async fn complain(
    State(app): State<App>,
    page: ContactPage,
    Path(number): Path<String>,
    Fields(form): Fields<ComplaintForm>,
) -> Result<Response, WebError> {
    if form.text.trim().is_empty() {
        return Err(page.visitor.fail(Error::field("text", "required")));
    }
    let title = words::t_args(page.visitor.locale, "portal-complaint-title", &[("number", &number)]);
    said(
        &page.visitor,
        verb::say(
            &app.desk,
            page.visitor.actor(),
            &number,
            FromCustomer::Complain { title, text: form.text, channel: Channel::Portal },
        )
        .await,
        Said::done("complained"),
    )
}
