//! What a new installation begins with: roles, three calendars, three promise templates (requirements §4).
//! All of it is data that people edit later.

use std::collections::BTreeSet;

use domain::access::{Actor, Role, System};
use domain::calendar::{CalendarDoc, china_coverage, china_exceptions};
use domain::id::{CalendarId, PolicyId};
use domain::setting::Settings;
use domain::sla::{Milestone, OffHours, PolicyDoc, PromiseClass, Step, StepAction, StepAt, Target};
use store::rules::SettingKey;
use store::{rules, staff};

use crate::{Desk, Result};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

/// Names for people, in the language of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Of the calendars `x24`, `service`, `parity`.
    pub calendars: [String; 3],
    /// Of the promises `t1`, `t2`, `t3`.
    pub policies: [String; 3],
    /// Settings that a new installation has, where they differ from those of one that was there before.
    pub settings: Option<Settings>,
}

/// Lays the ground, once; a second time changes nothing.
///
/// # Errors
/// The store's.
pub async fn lay_ground(desk: &Desk, names: Ground) -> Result<()> {
    desk.write(&Actor::System(System::Operator), move |unit| {
        if !unit.rules.calendars.is_empty() {
            return Ok(());
        }
        for role in Role::ALL {
            staff::put_role(unit.work, *role, &role.default_rights())?;
        }
        for ((id, doc), name) in calendars().into_iter().zip(&names.calendars) {
            rules::put_calendar(unit.work, &id, name, &doc, 0, &unit.actor.reference())?;
        }
        for ((id, doc), name) in policies().into_iter().zip(&names.policies) {
            rules::put_policy(unit.work, &id, name, &doc, 0, &unit.actor.reference())?;
        }
        if let Some(settings) = &names.settings {
            rules::put_setting(unit.work, SettingKey::Settings, settings, 0)?;
        }
        Ok(())
    })
    .await
}

fn calendars() -> [(CalendarId, CalendarDoc); 3] {
    let day = || vec![("09:00".to_owned(), "18:00".to_owned())];
    let base = CalendarDoc {
        time_zone: "Asia/Shanghai".to_owned(),
        always_open: false,
        week: Default::default(),
        makeup: Vec::new(),
        exceptions: Vec::new(),
        coverage: BTreeSet::new(),
    };
    let x24 = CalendarDoc { always_open: true, ..base.clone() };
    let service = CalendarDoc {
        week: [day(), day(), day(), day(), day(), Vec::new(), Vec::new()],
        exceptions: china_exceptions(),
        coverage: china_coverage(),
        ..base.clone()
    };
    let parity = CalendarDoc { week: std::array::from_fn(|_| day()), ..base };
    [("x24".into(), x24), ("service".into(), service), ("parity".into(), parity)]
}

fn target(class: PromiseClass, milestone: Milestone, seconds: i64, calendar: &str) -> Target {
    Target { class, milestone, seconds, calendar: calendar.into(), off_hours: None }
}

fn step(milestone: Milestone, percent: u16, action: StepAction) -> Step {
    Step::new(milestone, StepAt::Percent(percent), action)
}

fn policies() -> [(PolicyId, PolicyDoc); 3] {
    [("t1".into(), strict()), ("t2".into(), standard()), ("t3".into(), basic())]
        .map(|(id, doc): (PolicyId, _)| (id, doc.with_named_steps()))
}

fn strict() -> PolicyDoc {
    use Milestone::{Attend, Reply, Resolution, Response, Update};
    use PromiseClass::{Complaint, General, Level2, Urgent};
    PolicyDoc {
        targets: vec![
            target(Urgent, Response, 30 * MINUTE, "x24"),
            target(Urgent, Attend, 2 * HOUR, "x24"),
            target(Urgent, Update, 30 * MINUTE, "x24"),
            target(Urgent, Reply, 30 * MINUTE, "x24"),
            target(Urgent, Resolution, 4 * HOUR, "x24"),
            target(Level2, Resolution, 24 * HOUR, "x24"),
            target(General, Response, HOUR, "parity"),
            target(General, Reply, HOUR, "parity"),
            target(Complaint, Response, 2 * HOUR, "parity"),
            target(Complaint, Reply, 4 * HOUR, "parity"),
            target(Complaint, Resolution, 18 * HOUR, "parity"),
        ],
        steps: vec![
            step(Response, 75, StepAction::NotifyOwner),
            step(Resolution, 75, StepAction::NotifyOwner),
            step(Resolution, 100, StepAction::ToSenior),
            step(Resolution, 150, StepAction::NotifyManager),
        ],
    }
}

fn standard() -> PolicyDoc {
    use Milestone::{Reply, Resolution, Response, Update};
    use PromiseClass::{Complaint, General, Level2, Urgent};
    PolicyDoc {
        targets: vec![
            target(Urgent, Response, 30 * MINUTE, "x24"),
            target(Urgent, Update, 60 * MINUTE, "x24"),
            target(Urgent, Reply, 30 * MINUTE, "x24"),
            target(Urgent, Resolution, 4 * HOUR, "x24"),
            target(Level2, Resolution, 24 * HOUR, "x24"),
            target(General, Response, 2 * HOUR, "service"),
            target(General, Reply, 2 * HOUR, "service"),
            target(Complaint, Response, 4 * HOUR, "service"),
            target(Complaint, Reply, 4 * HOUR, "service"),
            target(Complaint, Resolution, 27 * HOUR, "service"),
        ],
        steps: vec![
            step(Response, 75, StepAction::NotifyOwner),
            step(Resolution, 75, StepAction::NotifyOwner),
            step(Resolution, 100, StepAction::ToSenior),
        ],
    }
}

fn basic() -> PolicyDoc {
    use Milestone::{Reply, Resolution, Response};
    use PromiseClass::{Complaint, General, Urgent};
    let urgent = |milestone| Target {
        off_hours: Some(OffHours { seconds: 4 * HOUR, calendar: "x24".into() }),
        ..target(Urgent, milestone, HOUR, "service")
    };
    PolicyDoc {
        targets: vec![
            urgent(Response),
            urgent(Reply),
            target(General, Response, 24 * HOUR, "x24"),
            target(General, Reply, 24 * HOUR, "x24"),
            target(Complaint, Response, 9 * HOUR, "service"),
            target(Complaint, Resolution, 45 * HOUR, "service"),
        ],
        steps: vec![
            Step { off_hours: true, ..step(Response, 50, StepAction::NotifyOwner) },
            step(Response, 100, StepAction::NotifyOwner),
            step(Resolution, 100, StepAction::NotifyOwner),
        ],
    }
}
