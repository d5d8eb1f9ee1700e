//! What-if: the promises of a period under another promise, or with other people on duty. What was is taken from the
//! attainment report, so both say the same; what would have been is replayed clock by clock. Changes nothing.

mod order;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::access::Actor;
use domain::calendar::CountError;
use domain::id::{GroupId, StaffId, TicketId};
use domain::report::{Ask, Basis, Entry, Filter, Grouping, Known, Period, Report, Sheet};
use domain::sla::{Happened, Milestone, Other, Outcome, moved_outcome};
use domain::ticket::decide::{Refusal, Rules};
use domain::ticket::{Severity, pauses};
use domain::time::{Timestamp, plus_seconds};
use jiff::tz::TimeZone;
use store::report::{CHUNK, Find, Wanted, histories, tickets};
use store::ticket::PastCycle;
use store::{Read, oncall, staff, ticket};

use self::order::{Order, Place, came_of};
use crate::oncall::OtherRota;
use crate::oncall::presence::Duties;
use crate::report::may_see;
use crate::{Desk, Error, FieldError, Result};

/// A month with more tickets than this is not replayed; it is read in chunks, and still somebody waits for it.
pub const MAX_TICKETS: usize = 20_000;
/// Who was on duty is known for so long before and after the period: what waited longer stays as it was.
pub const KNOWN_DAYS: i64 = 92;
const DAY_S: i64 = 86_400;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Promises that counted in these days, by their due.
    pub period: Period,
    /// Where days begin and end.
    pub zone: TimeZone,
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only of this group.
    pub group: Option<GroupId>,
    /// Under which promise.
    pub other: Other,
    /// With whom on duty; as it was if absent.
    pub rota: Option<OtherRota>,
}

impl Question {
    /// Nothing is asked to be other than it was?
    pub fn is_nothing(&self) -> bool {
        self.other.is_nothing() && self.rota.is_none()
    }
}

/// Milestones that somebody meets by being there. How long a repair takes does not follow from who is on duty.
pub const ANSWERS: [Milestone; 3] = [Milestone::Response, Milestone::Attend, Milestone::Reply];

/// Kept and missed ones.
pub type Tally = (usize, usize);

/// A milestone of a severity, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which promise.
    pub milestone: Milestone,
    /// Of which severity.
    pub severity: Severity,
    /// As it was.
    pub before: Tally,
    /// As it would have been.
    pub after: Tally,
}

/// A cycle that would have come to something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// The ticket's number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Which promise.
    pub milestone: Milestone,
    /// Of which severity.
    pub severity: Severity,
    /// What it came to.
    pub before: Outcome,
    /// What it would have come to.
    pub after: Outcome,
    /// When it counted.
    pub at: Timestamp,
    /// When it would have been due.
    pub due: Option<Timestamp>,
    /// The answer that another rota moves.
    pub answer: Option<Answer>,
}

/// An answer that comes at another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When it came.
    pub was: Timestamp,
    /// When it would have come; not at all in the time that is known.
    pub at: Option<Timestamp>,
    /// Since when somebody would have been there.
    pub since: Option<Timestamp>,
    /// Who would have had the duty then; in service hours it may be nobody.
    pub person: Option<StaffId>,
}

/// What becomes of answers when others are on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// They come sooner.
    pub sooner: usize,
    /// They come later, or not at all.
    pub later: usize,
    /// They come when they came.
    pub same: usize,
    /// Given while nobody was on duty: they stay.
    pub off_duty: usize,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhatIf {
    /// In the order of milestones and severities; only those of which there were any.
    pub lines: Vec<Line>,
    /// Newest first.
    pub flips: Vec<Flip>,
    /// How many tickets have promises that count here.
    pub tickets: usize,
    /// Of the answers, if another rota was asked for.
    pub answers: Option<Answers>,
}

impl WhatIf {
    /// Did nothing fall due that was kept or missed, by either promise?
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|l| (l.before, l.after) == Default::default())
    }
}

/// Replays a period.
///
/// # Errors
/// As [`may_see`]; `Invalid` for a group or rota that is not there and for a period with too many tickets; `Refused` if a
/// target can never be reached.
pub async fn what_if(desk: &Desk, who: &Actor, question: Question) -> Result<WhatIf> {
    may_see(who)?;
    let (of_desk, scope, now) = (desk.clone(), who.scope(), desk.now());
    desk.read(move |r| {
        let rules = of_desk.rules_in(r)?;
        check(r, question.group.as_ref(), question.rota.as_ref())?;
        let (from, until) = question.period.instants(&question.zone);
        let wanted = Wanted { find: Find::Promises, from, until, organisation: None };
        let found = tickets(r, &scope, &wanted, i64::try_from(MAX_TICKETS + 1).unwrap_or(i64::MAX))?;
        if found.len() > MAX_TICKETS {
            return Err(Error::field("month", "too_many_tickets"));
        }
        let asks = asks(&question, now);
        let known = plus_seconds(from, -KNOWN_DAYS * DAY_S)..plus_seconds(until, KNOWN_DAYS * DAY_S).min(now);
        let duties =
            question.rota.as_ref().map(|other| Duties::load(r, &rules, other, (known.start, known.end)));
        let duties = duties.transpose()?;
        let mut replay = Replay {
            question,
            now,
            rules,
            duties,
            lines: BTreeMap::new(),
            flips: Vec::new(),
            answers: Answers::default(),
            tickets: BTreeSet::new(),
        };
        for chunk in found.chunks(CHUNK) {
            let kinds = asks.iter().flat_map(Ask::kinds).collect();
            let read = histories(r, chunk, &kinds)?;
            let cycles = Cycles::read(r, chunk)?;
            let order = replay.order(&cycles);
            for ask in &asks {
                let mut sheet = Sheet::default();
                sheet.take(ask, &read);
                replay.sheet(&sheet, &cycles, &order)?;
            }
        }
        Ok(replay.finish())
    })
    .await
}

/// What is asked of is there.
///
/// # Errors
/// `Invalid` with all that is not.
pub fn check(r: &mut Read<'_>, group: Option<&GroupId>, rota: Option<&OtherRota>) -> Result<()> {
    let mut wrong = Vec::new();
    if let Some(group) = group
        && !staff::groups(r)?.iter().any(|g| g.id == *group)
    {
        wrong.push(FieldError::new("group", "unknown"));
    }
    if let Some(OtherRota::Rota(id)) = rota
        && oncall::one(r, id)?.is_none()
    {
        wrong.push(FieldError::new("rota", "unknown"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

/// The attainment report of each milestone that can be replayed, by severity.
fn asks(question: &Question, now: Timestamp) -> Vec<Ask> {
    let ask = |milestone: &Milestone| Ask {
        report: Report::Attainment,
        period: question.period,
        by: Grouping::Severity,
        basis: Basis::Due,
        filter: Filter {
            severity: question.severity,
            group: question.group.clone(),
            milestone: Some(*milestone),
            ..Filter::default()
        },
        zone: question.zone.clone(),
        now,
    };
    Milestone::ALL.iter().filter(|m| Other::replays(**m)).map(ask).collect()
}

/// The cycles of some tickets.
struct Cycles(BTreeMap<(TicketId, Milestone, u32), PastCycle>);

impl Cycles {
    fn read(r: &mut Read<'_>, of: &[Known]) -> Result<Self> {
        let ids: Vec<TicketId> = of.iter().map(|t| t.id.clone()).collect();
        let all = ticket::past_cycles(r, &ids)?.into_iter();
        Ok(Self(all.map(|c| ((c.ticket.clone(), c.clock.milestone, c.clock.cycle), c)).collect()))
    }
}

struct Replay {
    question: Question,
    now: Timestamp,
    rules: Arc<Rules>,
    duties: Option<Duties>,
    answers: Answers,
    tickets: BTreeSet<TicketId>,
    lines: BTreeMap<(Milestone, Severity), (Tally, Tally)>,
    flips: Vec<Flip>,
}

impl Replay {
    /// When the answers of some tickets come with the others on duty; nothing if nobody else is.
    fn order(&mut self, cycles: &Cycles) -> Order {
        let Some(duties) = &mut self.duties else { return Order::default() };
        let moves = cycles.0.values().filter_map(|c| {
            let pauses = pauses(&c.holds, &c.clock);
            let (clock, severity, level) = (&c.clock, c.severity, c.level);
            let happened = Happened { clock, pauses: &pauses, severity, level };
            let place = came_of(duties, &self.rules, (c, &happened), &self.question.other, self.now)?.1;
            Some((c.ticket.clone(), clock.stopped?.0, place))
        });
        Order::new(moves)
    }

    fn sheet(&mut self, sheet: &Sheet, cycles: &Cycles, order: &Order) -> Result<()> {
        for (row, entries) in &sheet.rows {
            let severity: Severity = row.parse().map_err(|_| Error::NotFound)?;
            for entry in entries {
                self.entry(sheet, severity, entry, (cycles, order))?;
            }
        }
        Ok(())
    }

    /// Complaints have promises of their own and are left out, as the report counts them apart.
    fn entry(
        &mut self,
        sheet: &Sheet,
        severity: Severity,
        entry: &Entry,
        (cycles, order): (&Cycles, &Order),
    ) -> Result<()> {
        let (Some(before), Some(milestone)) = (entry.outcome(), entry.milestone) else { return Ok(()) };
        let Some(known) = sheet.cases.get(entry.case) else { return Ok(()) };
        let Some(cycle) = cycles.0.get(&(known.id.clone(), milestone, entry.cycle)) else { return Ok(()) };
        self.tickets.insert(known.id.clone());
        let pauses = pauses(&cycle.holds, &cycle.clock);
        let happened = Happened { clock: &cycle.clock, pauses: &pauses, severity, level: cycle.level };
        let replayed = self.question.other.replay(&happened, |id| self.rules.calendar(id), self.now);
        let (mut after, due) = replayed.map_err(|_: CountError| Error::Refused(Refusal::NeverOpens))?;
        let answer = self.answer(cycle, &happened, order);
        if let Some(answer) = &answer {
            after = moved_outcome(&cycle.clock, (after, due), answer.at, self.now);
        }
        let line = self.lines.entry((milestone, severity)).or_default();
        for (tally, outcome) in [(&mut line.0, before), (&mut line.1, after)] {
            tally.0 += usize::from(outcome == Outcome::Kept);
            tally.1 += usize::from(outcome == Outcome::Missed);
        }
        if before != after {
            let (number, title, at) = (known.number.clone(), cycle.title.clone(), entry.at);
            self.flips.push(Flip { number, title, milestone, severity, before, after, at, due, answer });
        }
        Ok(())
    }

    /// The answer that ended a cycle, if it comes at another time with others on duty.
    fn answer(&mut self, cycle: &PastCycle, happened: &Happened<'_>, order: &Order) -> Option<Answer> {
        let (duties, other) = (self.duties.as_mut()?, &self.question.other);
        let (off_duty, own) = came_of(duties, &self.rules, (cycle, happened), other, self.now)?;
        let was = cycle.clock.stopped?.0;
        let Place { at, since } = order.not_before(&cycle.ticket, was, own);
        let tally = match at {
            Some(at) if at == was && off_duty => &mut self.answers.off_duty,
            Some(at) if at == was => &mut self.answers.same,
            Some(at) if at < was => &mut self.answers.sooner,
            _ => &mut self.answers.later,
        };
        *tally += 1;
        let person = since.and_then(|since| duties.on_duty(since));
        (at != Some(was)).then_some(Answer { was, at, since, person })
    }

    fn finish(mut self) -> WhatIf {
        self.flips.sort_by(|a, b| (b.at, &b.number, a.milestone).cmp(&(a.at, &a.number, b.milestone)));
        let line = |((milestone, severity), (before, after))| Line { milestone, severity, before, after };
        let lines = self.lines.into_iter().map(line).collect();
        let answers = self.duties.map(|_| self.answers);
        WhatIf { lines, flips: self.flips, tickets: self.tickets.len(), answers }
    }
}
