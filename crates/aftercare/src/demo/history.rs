//! Lays the world: people and agreements first, then a year of cases in the order in which they happened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use desk::admin::{self, ContactInput, lay_ground};
use desk::{Desk, auth};
use domain::access::{Actor, System};
use domain::agreement::Contract;
use domain::id::{GroupId, OrgId, PolicyId, ProductId, StaffId};
use domain::people::parse_email;
use domain::ticket::progress::Phase;
use domain::time::{Timestamp, plus_seconds};
use jiff::ToSpan;
use jiff::civil::{DateTime, Time};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::directory::{self, ContactRow, ContractRow, InstallationRow, ModuleRow, OrgRow, ProductRow};
use store::rules::{SettingKey, setting};
use store::staff::GroupRow;
use words::Locale;

use super::story;
use super::world::{Case, Everyday, Step, World};
use crate::clock::SetClock;
use crate::serve::ground;

const DAY_S: i64 = 86_400;
const DAYS: i64 = 365;

/// Who plays in the world, as actors.
pub(super) struct Cast {
    pub staff: BTreeMap<String, Actor>,
    pub contacts: BTreeMap<String, Actor>,
    /// Where the files that they send are kept.
    pub files: PathBuf,
    /// The address of the installation, for the links of letters.
    pub url: String,
}

/// Lays the whole world up to the instant `end`. The clock is moved from step to step; what is due in between
/// happens at its own time.
///
/// # Errors
/// Whatever the desk refuses: the world's data would be wrong.
pub async fn lay(
    desk: &Desk,
    clock: &SetClock,
    world: &World,
    end: Timestamp,
    (files, url): (&Path, &str),
) -> anyhow::Result<()> {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai")?;
    let mut cases = Vec::new();
    for case in &world.case {
        cases.push((start_of(case, &zone, end)?, case.clone()));
    }
    cases.extend(everyday(world, &zone, end));
    cases.sort_by_key(|(at, _)| *at);
    let first = cases.first().map_or(end, |(at, _)| *at);
    clock.set(plus_seconds(first, -30 * DAY_S));
    lay_ground(desk, ground(Locale::Zh)).await?;
    people(desk, world).await?;
    agreements(desk, world, plus_seconds(first, -30 * DAY_S)).await?;
    rules(desk, world).await?;
    let cast = cast(desk, world, (files, url)).await?;
    super::oncall::lay(desk, world, &cast, &zone).await?;
    story::play(desk, clock, &cast, cases, end).await?;
    clock.set(end);
    crate::drain(desk, url).await?;
    super::conduct::look(desk, world, &cast).await?;
    super::oncall::ahead(desk, world, &cast, &zone).await?;
    read_old_notices(desk, &cast, plus_seconds(end, -7 * DAY_S)).await
}

/// What is older than a week was read in its time.
async fn read_old_notices(desk: &Desk, cast: &Cast, before: Timestamp) -> anyhow::Result<()> {
    for actor in cast.staff.values() {
        let Some(me) = actor.staff().map(|s| s.id.clone()) else { continue };
        desk.write(actor, move |unit| Ok(store::admin::read_before(unit.work, &me, before)?)).await?;
    }
    Ok(())
}

fn start_of(case: &Case, zone: &jiff::tz::TimeZone, end: Timestamp) -> anyhow::Result<Timestamp> {
    let wall: DateTime = if case.minutes_ago > 0 {
        return Ok(plus_seconds(end, -60 * case.minutes_ago));
    } else if case.at.is_empty() {
        let date = end.to_zoned(zone.clone()).date().saturating_sub(case.days_ago.days());
        date.to_datetime(case.time.parse::<Time>()?)
    } else {
        case.at.parse()?
    };
    Ok(zone.to_ambiguous_timestamp(wall).compatible()?)
}

/// A year of ordinary questions: more on Monday mornings and Friday afternoons (S1-27), fewer at weekends.
fn everyday(world: &World, zone: &jiff::tz::TimeZone, end: Timestamp) -> Vec<(Timestamp, Case)> {
    let mut rng = StdRng::seed_from_u64(2026);
    let clients: Vec<_> = world.contacts.iter().filter(|c| !c.organisation.is_empty()).collect();
    let desk_people: Vec<_> = world.staff.iter().filter(|s| !s.groups.is_empty()).collect();
    let mut cases = Vec::new();
    for day in (1..=DAYS).rev() {
        let date = end.to_zoned(zone.clone()).date().saturating_sub(day.days());
        let weekday = date.weekday().to_monday_one_offset();
        let n = match weekday {
            1 => rng.random_range(1..4),
            5 => rng.random_range(1..3),
            6 | 7 => rng.random_range(0..2) / 2 + u32::from(rng.random_bool(0.15)),
            _ => rng.random_range(0..3),
        };
        for _ in 0..n {
            let hour = match weekday {
                1 => rng.random_range(9..12),
                5 => rng.random_range(14..18),
                _ => rng.random_range(9..18),
            };
            let wall = date.at(hour, rng.random_range(0..60), 0, 0);
            let Ok(at) = zone.to_ambiguous_timestamp(wall).compatible() else { continue };
            let everyday = world.everyday.get(rng.random_range(0..world.everyday.len().max(1)));
            let client = clients.get(rng.random_range(0..clients.len().max(1)));
            let agent = desk_people.get(rng.random_range(0..desk_people.len().max(1)));
            if let (Some(e), Some(c), Some(a)) = (everyday, client, agent) {
                cases.push((at, ordinary(e, &c.email, &a.login, &mut rng)));
            }
        }
    }
    cases
}

/// The reports of an urgent case while it is worked on: mostly in time, now and then one is forgotten.
fn reports(e: &Everyday, by: &str, answered: i64, solved: i64, rng: &mut StdRng) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut after = answered + 1;
    while after < solved - 5 {
        let found = !steps.is_empty();
        steps.push(Step::Report {
            after,
            by: by.to_owned(),
            phase: if found { Phase::Working } else { Phase::Investigating },
            finding: if found { e.finding.clone() } else { e.title.clone() },
            next: if found { e.resolution.clone() } else { e.ask.clone() },
            expected: solved.max(after + 30),
        });
        after += if rng.random_bool(0.1) { rng.random_range(34..50) } else { rng.random_range(20..29) };
    }
    steps
}

/// One of several texts, chosen by a number of the case: no two cases in a row read alike.
fn one_of(texts: &[String], no: i64) -> String {
    let at = usize::try_from(no).unwrap_or_default().checked_rem(texts.len());
    at.and_then(|at| texts.get(at)).cloned().unwrap_or_default()
}

/// One ordinary case: answered, solved, mostly confirmed, often rated; now and then too late.
fn ordinary(e: &Everyday, client: &str, agent: &str, rng: &mut StdRng) -> Case {
    let late = rng.random_bool(0.08);
    let answered =
        if e.urgent { rng.random_range(4..26) } else { rng.random_range(8..95) } + if late { 90 } else { 0 };
    let solved = answered + if e.urgent { rng.random_range(40..190) } else { rng.random_range(15..900) };
    let by = agent.to_owned();
    let mut step = vec![
        // What is answered too late was taken in time, and forgotten: it is somebody's.
        Step::Take { after: if late { 2 } else { answered - 2 }, by: by.clone() },
        Step::Reply { after: answered, by: by.clone(), text: one_of(&e.first, answered) },
    ];
    if e.urgent {
        step.extend(reports(e, &by, answered, solved, rng));
    }
    if rng.random_bool(0.2) {
        step.push(Step::Hold {
            after: answered + 4,
            by: by.clone(),
            status: domain::ticket::Status::WaitingCustomer,
            text: e.ask.clone(),
        });
        step.push(Step::Answer { after: answered + rng.random_range(6..12), text: e.told.clone() });
    }
    let text = one_of(&e.solution, solved);
    let resolution = e.resolution.clone();
    step.push(Step::Resolve { after: solved, by, cause: e.cause, resolution, remark: String::new(), text });
    if rng.random_bool(0.75) {
        let confirmed = solved + rng.random_range(10..2_000);
        step.push(Step::Confirm { after: confirmed });
        if rng.random_bool(0.7) {
            let mut mark = || if late { rng.random_range(2..5) } else { rng.random_range(4..6) };
            let marks = (mark(), mark(), mark());
            step.push(Step::Rate { after: confirmed + 1, marks, comment: String::new() });
        }
    }
    let severity = e.urgent.then_some(domain::ticket::Severity::Urgent);
    let channels =
        [domain::ticket::Channel::Portal, domain::ticket::Channel::Mail, domain::ticket::Channel::Phone];
    Case {
        at: String::new(),
        days_ago: 0,
        time: String::new(),
        minutes_ago: 0,
        title: e.title.clone(),
        text: e.text.clone(),
        requester: client.to_owned(),
        product: e.product.clone(),
        module: String::new(),
        kind: e.kind,
        class: Some(e.class),
        severity,
        level: (e.urgent && e.kind.is_fault()).then_some(domain::ticket::Level::One),
        channel: channels.get(rng.random_range(0..3)).copied().unwrap_or(domain::ticket::Channel::Portal),
        facts: domain::ticket::Facts::default(),
        extra: domain::ticket::Extra::new(),
        tags: Vec::new(),
        step,
    }
}

pub(super) const OPERATOR: Actor = Actor::System(System::Operator);

async fn people(desk: &Desk, world: &World) -> anyhow::Result<()> {
    let mut members: BTreeMap<String, BTreeSet<StaffId>> = BTreeMap::new();
    for s in &world.staff {
        let row = super::accounts::staff_row(s, desk.now());
        let id = admin::save_staff(desk, &OPERATOR, row).await?;
        for g in &s.groups {
            members.entry(g.clone()).or_default().insert(id.clone());
        }
    }
    for g in &world.group {
        let row = GroupRow { id: GroupId(g.id.clone()), name: g.name.clone(), active: true, version: 0 };
        admin::save_group(desk, &OPERATOR, row, members.remove(&g.id).unwrap_or_default()).await?;
    }
    Ok(())
}

async fn agreements(desk: &Desk, world: &World, since: Timestamp) -> anyhow::Result<()> {
    for p in &world.product {
        let id = ProductId(p.id.clone());
        let modules = p.modules.iter().map(|(m, name)| ModuleRow {
            id: m.as_str().into(),
            product: id.clone(),
            name: name.clone(),
        });
        let row = ProductRow { id: id.clone(), name: p.name.clone(), active: true, version: 0 };
        admin::save_product(desk, &OPERATOR, row, modules.collect()).await?;
    }
    let mut ids: BTreeMap<String, OrgId> = BTreeMap::new();
    let starts_on = since.to_zoned(jiff::tz::TimeZone::UTC).date();
    for o in &world.organisation {
        let row = OrgRow {
            id: OrgId::from(""),
            name: o.name.clone(),
            policy: None,
            note: String::new(),
            active: true,
            created_at: desk.now(),
            version: 0,
        };
        let domains = if o.domain.is_empty() { Vec::new() } else { vec![o.domain.clone()] };
        let id = admin::save_organisation(desk, &OPERATOR, row, domains).await?;
        ids.insert(o.id.clone(), id.clone());
        if !o.contract.is_empty() {
            let policy = (!o.policy.is_empty()).then(|| PolicyId(o.policy.clone()));
            let contract = Contract {
                id: "".into(),
                organisation: id.clone(),
                product: None,
                policy,
                starts_on,
                ends_on: Some(starts_on.saturating_add(3.years())),
                parity: o.parity,
            };
            let row = ContractRow { contract, number: o.contract.clone(), note: String::new(), version: 0 };
            admin::save_contract(desk, &OPERATOR, row).await?;
        }
        if !o.product.is_empty() {
            let row = InstallationRow {
                id: String::new(),
                organisation: id,
                product: ProductId(o.product.clone()),
                product_version: "8.3.2".to_owned(),
                environment: o.environment.clone(),
                version: 0,
            };
            admin::save_installation(desk, &OPERATOR, row).await?;
        }
    }
    contacts(desk, world, &ids).await
}

async fn contacts(desk: &Desk, world: &World, orgs: &BTreeMap<String, OrgId>) -> anyhow::Result<()> {
    for c in &world.contacts {
        let row = ContactRow {
            id: "".into(),
            organisation: orgs.get(&c.organisation).cloned(),
            name: c.name.clone(),
            position: c.position.clone(),
            sees: c.sees,
            locale: "zh-CN".to_owned(),
            active: true,
            created_at: desk.now(),
            version: 0,
        };
        let points = vec![c.email.clone(), c.phone.clone()];
        admin::save_contact(desk, &OPERATOR, ContactInput { row, points }).await?;
    }
    Ok(())
}

async fn rules(desk: &Desk, world: &World) -> anyhow::Result<()> {
    let (mut settings, version): (domain::setting::Settings, i64) =
        desk.read(|r| Ok(setting(r, SettingKey::Settings)?)).await?;
    settings.desk_name.clone_from(&world.desk_name);
    world.misses.rule(&mut settings);
    settings.chat_on = true;
    settings.default_group = world.group.first().map(|g| GroupId(g.id.clone()));
    admin::save_settings(desk, &OPERATOR, settings, version).await?;
    admin::save_routing(desk, &OPERATOR, world.rule.clone(), 0).await?;
    admin::save_fields(desk, &OPERATOR, world.field.clone(), 0).await?;
    steps(desk, world).await?;
    for a in &world.answer {
        let html = web::clean(&a.html).html().to_owned();
        let row = store::answer::AnswerRow { id: String::new(), name: a.name.clone(), html, version: 0 };
        admin::save_answer(desk, &OPERATOR, row).await?;
    }
    Ok(())
}

/// The strict promise gets the world's steps, as its next revision.
async fn steps(desk: &Desk, world: &World) -> anyhow::Result<()> {
    let (of, strict) = (desk.clone(), PolicyId::from("t1"));
    let rules = desk.read(move |r| of.rules_in(r)).await?;
    let (name, rev) = rules.newest.get(&strict).cloned().context("no strict promise")?;
    let mut doc = rules.policies.get(&(strict.clone(), rev)).cloned().unwrap_or_default();
    doc.steps.extend(world.step.iter().cloned());
    admin::save_policy(desk, &OPERATOR, strict, name, doc, rev).await?;
    Ok(())
}

async fn cast(desk: &Desk, world: &World, (files, url): (&Path, &str)) -> anyhow::Result<Cast> {
    let (files, url) = (files.to_owned(), url.to_owned());
    let mut cast = Cast { staff: BTreeMap::new(), contacts: BTreeMap::new(), files, url };
    for s in &world.staff {
        let login = s.login.clone();
        let actor = desk
            .read(move |r| {
                let row = store::staff::by_login(r, &login)?.ok_or(desk::Error::NotFound)?;
                Ok(Actor::Staff(auth::staff_actor(r, &row.id)?.0))
            })
            .await?;
        cast.staff.insert(s.login.clone(), actor);
    }
    for c in &world.contacts {
        let Some(point) = parse_email(&c.email) else { continue };
        let row = desk.read(move |r| Ok(directory::by_point(r, &point)?)).await?;
        if let Some(row) = row {
            cast.contacts.insert(c.email.clone(), desk::intake::contact_actor(&row));
        }
    }
    Ok(cast)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the customer reads of staff in a step.
    fn said_by_staff(step: &Step) -> Option<&str> {
        match step {
            Step::Reply { text, .. } | Step::Hold { text, .. } | Step::Resolve { text, .. } => Some(text),
            Step::Attach { by, text, .. } if !by.is_empty() => Some(text),
            _ => None,
        }
    }

    #[test]
    fn what_staff_say_in_a_case_is_said_once_and_not_in_every_case() {
        let world = World::load().unwrap();
        let end = "2026-11-20T02:00:00Z".parse().unwrap();
        let year = everyday(&world, &jiff::tz::TimeZone::UTC, end);
        let mut said: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for case in world.case.iter().chain(year.iter().map(|(_, case)| case)) {
            let texts: Vec<&str> = case.step.iter().filter_map(said_by_staff).collect();
            let different: BTreeSet<&str> = texts.iter().copied().collect();
            assert_eq!(different.len(), texts.len(), "{}: {texts:?}", case.title);
            said.entry(&case.title).or_default().extend(different);
        }
        for e in &world.everyday {
            let all = said.get(e.title.as_str()).map_or(0, BTreeSet::len);
            assert!(all >= 4, "{}: {all}", e.title);
        }
        let named = |a: &super::super::world::Answer| !domain::answer::variables(&a.html).unwrap().is_empty();
        assert!(world.answer.iter().all(named), "canned answers name the case");
    }
}
