//! A ticket's page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use desk::Error;
use desk::risk::{AtRisk, risks};
use domain::access::{Role, Scope};
use domain::appointment::{Appointment, ContactWay};
use domain::id::StaffId;
use domain::mail_in::MailAddress;
use domain::sla::Clock;
use domain::ticket::decide::Rules;
use domain::ticket::progress::Tally;
use domain::ticket::{
    Cause, CloseReason, IssueClass, Kind, Level, PlanStep, Severity, Status, Ticket, linked_with,
};
use store::directory::{ModuleRow, ProductRow};
use store::file::FileRow;
use store::staff::{GroupRow, StaffRow};
use store::ticket::{DraftRow, Filter, ListRow, Order};
use store::{Read, directory, file, staff, ticket};

use super::card::{Sent, not_arrived};
use super::list::render;
use super::report::{self, ReportForm};
use super::timeline::EntryBody;
use super::why::{self, WhyPart};
use super::{ListQuery, Part, Timeline, timeline};
use crate::answers::{Values, filled};
use crate::app::App;
use crate::appointments::open_of;
use crate::chat::{Running, running};
use crate::chip::Chip;
use crate::error::WebError;
use crate::names::{Names, everybody};
use crate::session::StaffPage;
use crate::ui::Ui;

/// What a ticket's page shows.
#[derive(Template)]
#[template(path = "tickets/show.html")]
struct TicketPage {
    ui: Ui,
    query: ListQuery,
    case: Shown,
}

/// What is read for it.
pub(crate) struct Shown {
    pub t: Ticket,
    pub names: Names,
    pub chips: Vec<Chip>,
    pub clocks: Vec<Clock>,
    /// The explanation that was asked for.
    pub why: Option<WhyPart>,
    pub history: Timeline,
    pub groups: Vec<GroupRow>,
    pub people: Vec<StaffRow>,
    pub products: Vec<ProductRow>,
    pub modules: Vec<ModuleRow>,
    pub points: Vec<String>,
    pub others: Vec<ListRow>,
    /// The tickets with which it is linked; whether the link may go.
    pub links: Vec<(Ticket, bool)>,
    pub contracts: Vec<(String, String, String)>,
    pub draft: Option<DraftRow>,
    /// The files of the draft.
    pub draft_files: Vec<FileRow>,
    /// Who is in copy.
    pub copied: Vec<MailAddress>,
    pub presence: Vec<String>,
    pub answers: Vec<(String, String, String)>,
    pub promise: String,
    pub merged_into: Option<String>,
    /// Can the reader take the merge back?
    pub can_unmerge: bool,
    /// Where the emergency stands that it is, if it is one.
    pub emergency: Option<&'static str>,
    pub fields: Vec<(domain::field::Field, String)>,
    /// The form of a progress report, filled in.
    pub report: ReportForm,
    /// How a report reaches the customer, as a text's key.
    pub report_how: &'static str,
    /// Progress slots that people met and missed.
    pub tally: Tally,
    /// The newest letters that did not arrive.
    pub not_arrived: Vec<Sent>,
    /// Agreed contacts that are to come, or were missed.
    pub appointments: Vec<Appointment>,
    /// Chats that go on.
    pub chats: Vec<Running>,
}

/// The page of a ticket.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(number): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, WebError> {
    let ui = page.ui(&app, "tickets").await?;
    let (desk, actor, locale, now, me) =
        (app.desk.clone(), page.actor().clone(), ui.locale, ui.now, page.staff.clone());
    let (zone, sends) = (ui.zone.clone(), app.config.sends_letters);
    let courses = app.desk.courses().await.map_err(|e| page.visitor.fail(e))?;
    let read = app.desk.peek(move |r| {
        let rules = desk.rules_in(r)?;
        let found = ticket::by_number(r, &actor.scope(), &number)?;
        let t = found.ok_or(Error::NotFound)?;
        let mut shown = read_case(r, (t, &part), (locale, &zone), &me.id)?;
        shown.can_unmerge = desk::ticket::can_unmerge(r, &actor, &shown.t)?;
        let values = Values::of((&shown.t, &shown.clocks), &shown.names, &rules, &me, (locale, now));
        shown.answers = filled(r, &values)?;
        let risks = risks(r, &rules, &courses, &shown.t)?;
        shown.why = why::asked(r, &rules, &actor.scope(), (&shown.t, &part.why), locale, Some(&courses))?;
        shown.chips = chips(&shown, &rules, &risks, locale, now);
        let t = &shown.t;
        shown.report = ReportForm::of(&desk::ticket::progress::form(r, t)?, &zone);
        shown.report_how = report::how(r, t, sends)?;
        shown.promise = rules.newest.get(&t.policy.0).map(|(name, _)| name.clone()).unwrap_or_default();
        shown.fields = rules
            .fields
            .iter()
            .filter(|f| f.applies(t.kind, t.product.as_ref()))
            .map(|f| (f.clone(), t.extra.get(&f.key).cloned().unwrap_or_default()))
            .collect();
        Ok(shown)
    });
    let case = read.await.map_err(|e| page.visitor.fail(e))?;
    render(&TicketPage { ui, query: ListQuery::default(), case }, &page.visitor)
}

const OTHERS: i64 = 6;

fn read_case(
    r: &mut Read<'_>,
    (t, part): (Ticket, &Part),
    (locale, zone): (words::Locale, &jiff::tz::TimeZone),
    me: &StaffId,
) -> desk::Result<Shown> {
    let mut names = Names::default();
    names.ticket(r, &t)?;
    let clocks = ticket::shown_clocks(r, &t.id)?;
    let history = timeline(r, (&Scope::All, locale, zone), &t, &mut names, part)?;
    let points = directory::points(r, &t.requester)?.into_iter().map(|p| p.value).collect();
    let (mut others, mut contracts) = (Vec::new(), Vec::new());
    if let Some(org) = &t.organisation {
        let filter = Filter { open: true, organisations: vec![org.clone()], ..Filter::default() };
        others = ticket::list(r, &Scope::All, &filter, Order::Due, None, OTHERS)?;
        others.retain(|o| o.id != t.id);
        contracts = directory::contracts(r, org)?
            .into_iter()
            .filter(|c| t.contract.as_ref() == Some(&c.contract.id))
            .map(|c| {
                (c.number, c.contract.ends_on.map(|d| d.to_string()).unwrap_or_default(), c.contract.id.0)
            })
            .collect();
    }
    let draft = ticket::draft(r, &t.id, me)?;
    let merged_into = t.merged_into.as_ref().map(|id| ticket::number_of(r, id)).transpose()?.flatten();
    let emergency = standing(r, &t)?;
    Ok(Shown {
        chips: Vec::new(),
        why: None,
        names,
        history,
        groups: staff::groups(r)?.into_iter().filter(|g| g.active).collect(),
        people: everybody(r)?.into_iter().filter(|s| s.active).collect(),
        products: directory::products(r)?,
        modules: directory::modules(r)?,
        points,
        others,
        links: links(r, &t)?,
        contracts,
        draft_files: draft_files(r, draft.as_ref())?,
        copied: store::copied::of_ticket(r, &t.id)?,
        draft,
        presence: answering(r, &t, me)?,
        answers: Vec::new(),
        promise: String::new(),
        merged_into,
        can_unmerge: false,
        emergency,
        fields: Vec::new(),
        report: ReportForm::default(),
        report_how: "",
        tally: tally(r, &t)?,
        not_arrived: not_arrived(r, &t)?,
        appointments: open_of(r, &t)?,
        chats: running(r, &t.id, zone)?,
        clocks,
        t,
    })
}

/// Where the emergency stands that a ticket is.
fn standing(r: &mut Read<'_>, t: &Ticket) -> desk::Result<Option<&'static str>> {
    let emergency = store::emergency::by_ticket(r, &t.id)?;
    Ok(emergency.map(|e| if e.owes_review() { "owes_review" } else { e.state.as_str() }))
}

fn links(r: &mut Read<'_>, t: &Ticket) -> desk::Result<Vec<(Ticket, bool)>> {
    let mut found = Vec::new();
    for number in linked_with(&ticket::related_events(r, &t.id)?) {
        if let Some(other) = ticket::by_number(r, &Scope::All, &number)? {
            let stays = [t.kind, other.kind].contains(&Kind::Complaint);
            found.push((other, !stays));
        }
    }
    Ok(found)
}

/// How many progress reports came in time.
pub(crate) fn tally(r: &mut Read<'_>, t: &Ticket) -> desk::Result<Tally> {
    let mut tally = Tally::default();
    for (reason, state, excused, n) in ticket::slots(r, &t.id)? {
        tally.take(reason, state, excused, n);
    }
    Ok(tally)
}

/// The files of a draft that are still waiting to be sent.
fn draft_files(r: &mut Read<'_>, draft: Option<&DraftRow>) -> desk::Result<Vec<FileRow>> {
    let mut rows = Vec::new();
    for id in draft.into_iter().flat_map(|d| &d.files) {
        rows.extend(file::one(r, id)?.filter(|f| f.ticket.is_none()));
    }
    Ok(rows)
}

/// A draft that was saved this recently says that its writer is at it.
const PRESENT_S: i64 = 90;

/// Colleagues who are writing an answer.
fn answering(r: &mut Read<'_>, t: &Ticket, me: &StaffId) -> desk::Result<Vec<String>> {
    let since = domain::time::plus_seconds(r.now(), -PRESENT_S);
    Ok(ticket::drafting(r, &t.id, since)?
        .into_iter()
        .filter(|(id, _)| id != me)
        .map(|(_, name)| name)
        .collect())
}

/// The running clocks by due, then the last finished cycle of each other milestone.
fn chips(
    case: &Shown,
    rules: &Rules,
    risks: &[AtRisk],
    locale: words::Locale,
    now: domain::time::Timestamp,
) -> Vec<Chip> {
    let (t, clocks) = (&case.t, &case.clocks);
    let mut running: Vec<&Clock> = clocks.iter().filter(|c| c.is_running()).collect();
    running.sort_by_key(|c| (c.due_at.is_none(), c.due_at));
    let finished = domain::sla::Milestone::ALL.iter().filter_map(|m| {
        let of = |c: &&Clock| c.milestone == *m;
        let last = clocks.iter().filter(of).rfind(|c| c.stopped.is_some_and(|(_, why)| why.counts()));
        last.filter(|_| !clocks.iter().filter(of).any(Clock::is_running))
    });
    let risk = |c: &Clock| risks.iter().find(|r| r.clock == (c.milestone, c.cycle)).map(|r| &r.risk);
    let chip = |c: &Clock| Chip::of(locale, &t.number, c, rules, now).at_risk(locale, c.milestone, risk(c));
    running.into_iter().chain(finished).map(chip).collect()
}

impl Shown {
    fn cause_word(&self) -> &'static str {
        self.t.cause.map_or("", Cause::as_str)
    }
    fn class_word(&self) -> &'static str {
        self.t.class.map_or("", IssueClass::as_str)
    }
    fn level_word(&self) -> &'static str {
        self.t.level.map_or("", Level::as_str)
    }
    fn name(&self, id: &str) -> String {
        self.names.get(id)
    }
    /// The organisation that reports it, or the person where none is known.
    fn customer(&self) -> String {
        self.name(self.t.organisation.as_ref().map_or(self.t.requester.as_str(), |o| o.as_str()))
    }
    /// How and when the customer wants to be reached.
    fn follow(&self, ui: &Ui) -> Option<String> {
        self.t.follow.as_ref().map(|f| super::follow_text(ui.locale, f))
    }
    fn follow_way(&self) -> &'static str {
        self.t.follow.as_ref().and_then(|f| f.way).map_or("", ContactWay::as_str)
    }
    fn follow_when(&self) -> &str {
        self.t.follow.as_ref().map_or("", |f| &f.when)
    }
    fn anything_else(&self) -> Option<&'static str> {
        self.t.anything_else.map(domain::ticket::Else::as_str)
    }
    fn is_late(&self, ui: &Ui, a: &Appointment) -> bool {
        a.is_overdue(ui.now)
    }
    fn span(&self, ui: &Ui, a: &Appointment) -> String {
        crate::appointments::span(&a.plan, (ui.locale, &ui.zone))
    }
    fn tags_text(&self) -> String {
        self.t.tags.iter().cloned().collect::<Vec<_>>().join(", ")
    }
    fn plan_text(&self) -> String {
        PlanStep::text(&self.t.plan)
    }
    fn is_resolved(&self) -> bool {
        self.t.status == Status::Resolved
    }
    fn can_attend(&self) -> bool {
        self.clocks.iter().any(|c| c.milestone == domain::sla::Milestone::Attend && c.is_running())
    }
    /// In a group that gets no new tickets and is not offered.
    fn in_retired_group(&self) -> bool {
        self.t.group.as_ref().is_some_and(|id| !self.groups.iter().any(|g| g.id == *id))
    }
    /// Which part of a long history is shown.
    fn part_shown(&self, ui: &Ui) -> String {
        let (first, last) = self.history.shown;
        let numbers = [first, last, self.history.all].map(|n| n.to_string());
        let [first, last, all] = numbers.each_ref().map(String::as_str);
        words::t_args(ui.locale, "timeline-part", &[("first", first), ("last", last), ("all", all)])
    }
    /// In the reader's own hands already?
    fn is_of(&self, reader: &str) -> bool {
        self.t.assignee.as_ref().is_some_and(|a| a.as_str() == reader)
    }
    /// Does the reader of the page watch it?
    fn is_watched(&self, reader: &str) -> bool {
        self.t.watchers.iter().any(|w| w.as_str() == reader)
    }
    /// Not in the hands of a senior engineer yet, and there is one.
    fn can_escalate(&self) -> bool {
        let mut seniors = self.people.iter().filter(|p| p.role == Role::SeniorEngineer).peekable();
        seniors.peek().is_some() && !seniors.any(|p| self.t.assignee.as_ref() == Some(&p.id))
    }
    fn breaches(&self) -> Vec<&Clock> {
        self.clocks.iter().filter(|c| c.breach_noted && c.excused.is_none()).collect()
    }
}

impl TicketPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn classes(&self) -> &'static [IssueClass] {
        IssueClass::ALL
    }
    fn causes(&self) -> &'static [Cause] {
        Cause::ALL
    }
    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }
    fn levels(&self) -> &'static [Level] {
        Level::ALL
    }
    fn ways(&self) -> &'static [ContactWay] {
        ContactWay::ALL
    }
    fn waiting(&self) -> [Status; 3] {
        [Status::WaitingCustomer, Status::WaitingVendor, Status::Scheduled]
    }
    fn cancel_reasons(&self) -> [CloseReason; 3] {
        [CloseReason::Duplicate, CloseReason::Spam, CloseReason::Withdrawn]
    }
}
