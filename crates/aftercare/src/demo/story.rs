//! Plays the cases: every step at its instant, through the same verbs as on any other day.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use desk::intake::{NewTicket, open};
use desk::ticket::{self as verb, AssignInput, FromCustomer};
use desk::{Desk, sweep};
use domain::access::Actor;
use domain::id::ContactId;
use domain::ticket::decide::{Body, Draft, Solution};
use domain::ticket::progress::Progress;
use domain::ticket::{Channel, PlanStep, Rating};
use domain::time::{Timestamp, plus_seconds};
use jiff::ToSpan;

use super::emergency;
use super::files;
use super::history::Cast;
use super::world::{Case, Step};
use crate::clock::SetClock;

/// Plays all cases up to `end`, in the order of their instants.
pub(super) async fn play(
    desk: &Desk,
    clock: &SetClock,
    cast: &Cast,
    cases: Vec<(Timestamp, Case)>,
    end: Timestamp,
) -> anyhow::Result<()> {
    let mut numbers: Vec<Option<String>> = vec![None; cases.len()];
    let mut titled = BTreeMap::new();
    let mut agenda: Vec<(Timestamp, usize, Option<usize>)> = Vec::new();
    for (i, (at, case)) in cases.iter().enumerate() {
        agenda.push((*at, i, None));
        agenda.extend(
            case.step.iter().enumerate().map(|(k, s)| (plus_seconds(*at, 60 * s.after()), i, Some(k))),
        );
    }
    agenda.retain(|(at, ..)| *at <= end);
    agenda.sort();
    for (at, i, k) in agenda {
        pass_time(desk, clock, cast, at).await?;
        let Some((_, case)) = cases.get(i) else { continue };
        match (k.and_then(|k| case.step.get(k)), numbers.get(i).cloned().flatten()) {
            (None, _) => {
                let number = begin(desk, cast, case).await.with_context(|| case.title.clone())?;
                titled.insert(case.title.clone(), number.clone());
                if let Some(slot) = numbers.get_mut(i) {
                    *slot = Some(number);
                }
            }
            (Some(step), Some(number)) => {
                act(desk, cast, case, step, (&number, &titled))
                    .await
                    .with_context(|| format!("{}: {step:?}", case.title))?;
            }
            (Some(_), None) => {}
        }
        // Letters carry the hour at which they were written.
        crate::drain(desk, &cast.url).await?;
    }
    pass_time(desk, clock, cast, end).await
}

/// What is due before `until` happens at its own instant.
async fn pass_time(desk: &Desk, clock: &SetClock, cast: &Cast, until: Timestamp) -> anyhow::Result<()> {
    while let Some(next) = sweep::next_instant(desk).await?.filter(|next| *next <= until) {
        clock.set(next);
        crate::drain(desk, &cast.url).await?;
    }
    clock.set(until);
    Ok(())
}

async fn begin(desk: &Desk, cast: &Cast, case: &Case) -> anyhow::Result<String> {
    let requester = cast.contacts.get(&case.requester).context("unknown requester")?;
    let Actor::Contact(contact) = requester else { anyhow::bail!("the requester is no contact") };
    let mut new = NewTicket::by_contact(
        ContactId(contact.id.0.clone()),
        case.title.clone(),
        Body::from_text(&case.text),
        case.channel,
    );
    new.kind = case.kind;
    new.class = case.class;
    new.severity = case.severity;
    new.level = case.level;
    new.facts = case.facts.clone();
    new.extra = case.extra.clone();
    new.tags = case.tags.iter().cloned().collect();
    new.product = (!case.product.is_empty()).then(|| case.product.as_str().into());
    new.module = (!case.module.is_empty()).then(|| case.module.as_str().into());
    let by_phone = matches!(case.channel, Channel::Phone | Channel::Visit);
    let clerk = case.step.iter().find_map(Step::by).and_then(|by| cast.staff.get(by));
    let clerk = clerk.or_else(|| cast.staff.get("li")).filter(|_| by_phone);
    Ok(open(desk, clerk.unwrap_or(requester), new).await?.number)
}

/// The number of a case, and those of all cases by title.
type Of<'a> = (&'a str, &'a BTreeMap<String, String>);

async fn act(desk: &Desk, cast: &Cast, case: &Case, step: &Step, of: Of<'_>) -> anyhow::Result<()> {
    let number = of.0;
    let staff = |login: &str| cast.staff.get(login).with_context(|| format!("unknown staff {login}"));
    let draft = |text: &str| Draft { body: Body::from_text(text), ..Draft::default() };
    let customer = cast.contacts.get(&case.requester).context("unknown requester")?;
    match step {
        Step::Take { by, .. } => verb::take(desk, staff(by)?, number).await?,
        Step::Assign { by, to, .. } => {
            let to = staff(to)?.staff().map(|s| s.id.clone());
            verb::assign(desk, staff(by)?, number, AssignInput { assignee: to, ..AssignInput::default() })
                .await?
        }
        Step::Reply { by, text, .. } => verb::reply(desk, staff(by)?, number, draft(text)).await?,
        Step::Report { after, by, phase, finding, next, expected } => {
            let (finding, next) = (finding.clone(), next.clone());
            let expected_at = plus_seconds(desk.now(), 60 * (expected - after));
            let progress = Progress { phase: *phase, finding, next, expected_at };
            verb::report(desk, staff(by)?, number, progress).await?
        }
        Step::Note { by, text, .. } => {
            verb::note(desk, staff(by)?, number, draft(text), BTreeSet::new()).await?
        }
        Step::Contact { by, text, .. } => {
            verb::contact_recorded(desk, staff(by)?, number, None, text.clone(), false).await?
        }
        Step::Attend { by, on_site, .. } => verb::attend(desk, staff(by)?, number, None, *on_site).await?,
        Step::Hold { by, status, text, .. } => {
            verb::hold(desk, staff(by)?, number, *status, String::new(), Some(draft(text))).await?
        }
        Step::Answer { text, .. } => verb::add_message(desk, customer, number, draft(text)).await?,
        Step::Workaround { by, text, .. } => {
            let found = verb::ServiceInput { workaround: Some(text.clone()), ..Default::default() };
            verb::edit_service(desk, staff(by)?, number, found).await?
        }
        Step::Plan { by, steps, .. } => {
            verb::plan(desk, staff(by)?, number, plan(desk, steps)?, None).await?
        }
        Step::Resolve { by, cause, resolution, remark, text, .. } => {
            let remark = (!remark.is_empty()).then(|| remark.clone());
            let solution = Solution {
                cause: Some(*cause),
                resolution: resolution.clone(),
                remark,
                draft: Some(draft(text)),
            };
            verb::resolve(desk, staff(by)?, number, solution).await?
        }
        Step::Confirm { .. } => verb::say(desk, customer, number, FromCustomer::Confirm).await?,
        Step::Rate { marks, comment, .. } => {
            let rating =
                Rating { speed: marks.0, effect: marks.1, attitude: marks.2, comment: comment.clone() };
            verb::say(desk, customer, number, FromCustomer::Rate(rating)).await?
        }
        _ => return turn(desk, cast, case, step, of).await,
    };
    Ok(())
}

/// Steps that turn a case: it goes on, ends otherwise than solved, is complained about, or gets a file.
async fn turn(desk: &Desk, cast: &Cast, case: &Case, step: &Step, of: Of<'_>) -> anyhow::Result<()> {
    let (number, titled) = of;
    let staff = |login: &str| cast.staff.get(login).with_context(|| format!("unknown staff {login}"));
    let customer = cast.contacts.get(&case.requester).context("unknown requester")?;
    match step {
        Step::Reopen { text, .. } => drop(verb::reopen(desk, customer, number, text.clone()).await?),
        Step::Cancel { by, reason, .. } => drop(verb::cancel(desk, staff(by)?, number, *reason).await?),
        Step::Merge { by, into, .. } => {
            let into = titled.get(into).context("the other case has not come")?;
            verb::merge(desk, staff(by)?, number, into, true).await?;
        }
        Step::Complain { title, text, .. } => {
            verb::say(
                desk,
                customer,
                number,
                FromCustomer::Complain { title: title.clone(), text: text.clone(), channel: Channel::Portal },
            )
            .await?;
        }
        Step::Excuse { by, clock, reason, .. } => {
            verb::excuse(desk, staff(by)?, number, *clock, 1, reason.clone()).await?;
        }
        Step::Emergency { by, act, .. } => emergency::act(desk, cast, staff(by)?, number, act).await?,
        Step::Attach { by, text, name, content, .. } => {
            let who = if by.is_empty() { customer } else { staff(by)? };
            let file = files::keep(desk, &cast.files, who, name, content).await?;
            let draft = Draft { body: Body::from_text(text), files: vec![file], ..Draft::default() };
            if by.is_empty() {
                verb::add_message(desk, who, number, draft).await?;
            } else {
                verb::reply(desk, who, number, draft).await?;
            }
        }
        other => anyhow::bail!("no story for {other:?}"),
    }
    Ok(())
}

/// Steps so many days from today.
fn plan(desk: &Desk, steps: &[(i64, String)]) -> anyhow::Result<Vec<PlanStep>> {
    let today = desk.now().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai")?).date();
    Ok(steps
        .iter()
        .map(|(days, what)| PlanStep { by: today.saturating_add(days.days()), what: what.clone() })
        .collect())
}
