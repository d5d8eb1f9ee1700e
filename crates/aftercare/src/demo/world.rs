//! The demo world as data: `world.toml` beside this file.

use anyhow::Context;
use domain::access::{Role, Sees};
use domain::emergency::PlanState;
use domain::sla::Milestone;
use domain::ticket::progress::Phase;
use domain::ticket::{Cause, Channel, CloseReason, IssueClass, Kind, Level, Severity, Status};
use serde::Deserialize;

/// The world.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Password of all accounts.
    pub password: String,
    /// Name of the desk.
    pub desk_name: String,
    pub(super) group: Vec<Group>,
    pub(super) staff: Vec<Person>,
    pub(super) product: Vec<Product>,
    pub(super) organisation: Vec<Organisation>,
    pub(super) contacts: Vec<Client>,
    pub(super) answer: Vec<Answer>,
    pub(super) field: Vec<domain::field::Field>,
    pub(super) rule: Vec<domain::routing::Rule>,
    pub(super) rota: super::oncall::Rota,
    pub(super) misses: super::conduct::Misses,
    /// Further steps of the strict promise.
    pub(super) step: Vec<domain::sla::Step>,
    pub(super) case: Vec<Case>,
    pub(super) everyday: Vec<Everyday>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub login: String,
    pub name: String,
    pub phone: String,
    pub role: Role,
    pub groups: Vec<String>,
    #[serde(default)]
    pub skills: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub id: String,
    pub name: String,
    pub modules: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub contract: String,
    #[serde(default)]
    pub policy: String,
    #[serde(default)]
    pub product: String,
    #[serde(default)]
    pub environment: String,
    #[serde(default)]
    pub parity: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub name: String,
    pub email: String,
    #[serde(default)]
    pub phone: String,
    pub organisation: String,
    pub position: String,
    #[serde(default = "own")]
    pub sees: Sees,
    #[serde(default)]
    pub signs_in: bool,
}

fn own() -> Sees {
    Sees::Own
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub name: String,
    pub html: String,
}

/// A case with its story. `at` is a fixed wall time, or `days_ago` and `time` relative to the first start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    #[serde(default)]
    pub at: String,
    #[serde(default)]
    pub days_ago: i64,
    #[serde(default)]
    pub time: String,
    #[serde(default)]
    pub minutes_ago: i64,
    pub title: String,
    pub text: String,
    pub requester: String,
    #[serde(default)]
    pub product: String,
    #[serde(default)]
    pub module: String,
    pub kind: Kind,
    #[serde(default)]
    pub class: Option<IssueClass>,
    #[serde(default)]
    pub severity: Option<Severity>,
    #[serde(default)]
    pub level: Option<Level>,
    pub channel: Channel,
    #[serde(default)]
    pub facts: domain::ticket::Facts,
    #[serde(default)]
    pub extra: domain::ticket::Extra,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub step: Vec<Step>,
}

/// What happens in a case, so many minutes after it came.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
    Take {
        after: i64,
        by: String,
    },
    Assign {
        after: i64,
        by: String,
        to: String,
    },
    Reply {
        after: i64,
        by: String,
        text: String,
    },
    /// A progress report; `expected` in minutes after the case came.
    Report {
        after: i64,
        by: String,
        phase: Phase,
        finding: String,
        next: String,
        expected: i64,
    },
    Note {
        after: i64,
        by: String,
        text: String,
    },
    Contact {
        after: i64,
        by: String,
        text: String,
    },
    Attend {
        after: i64,
        by: String,
        #[serde(default)]
        on_site: bool,
    },
    Hold {
        after: i64,
        by: String,
        status: Status,
        text: String,
    },
    Answer {
        after: i64,
        text: String,
    },
    Workaround {
        after: i64,
        by: String,
        text: String,
    },
    Plan {
        after: i64,
        by: String,
        steps: Vec<(i64, String)>,
    },
    Resolve {
        after: i64,
        by: String,
        cause: Cause,
        resolution: String,
        #[serde(default)]
        remark: String,
        text: String,
    },
    Confirm {
        after: i64,
    },
    Rate {
        after: i64,
        marks: (u8, u8, u8),
        #[serde(default)]
        comment: String,
    },
    Complain {
        after: i64,
        title: String,
        text: String,
    },
    Excuse {
        after: i64,
        by: String,
        clock: Milestone,
        reason: String,
    },
    /// The customer opens it again.
    Reopen {
        after: i64,
        text: String,
    },
    Cancel {
        after: i64,
        by: String,
        reason: CloseReason,
    },
    /// It goes on in the case with this title.
    Merge {
        after: i64,
        by: String,
        into: String,
    },
    /// Something in the emergency that it is.
    Emergency {
        after: i64,
        by: String,
        act: EmergencyAct,
    },
    /// Staff, or the customer, send a file along.
    Attach {
        after: i64,
        #[serde(default)]
        by: String,
        text: String,
        name: String,
        #[serde(default)]
        content: String,
    },
}

/// What happens in an emergency.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum EmergencyAct {
    /// Affected customers besides the case's own are named.
    Start {
        title: String,
        impact: String,
        commander: String,
        organisations: Vec<String>,
        reason: String,
    },
    /// Roles with who holds them.
    Staff {
        commander: String,
        roles: Vec<(String, String)>,
    },
    /// The next report is promised for so many minutes later; 0 is no promise.
    Post {
        text: String,
        #[serde(default)]
        public: bool,
        #[serde(default)]
        next_in: i64,
    },
    /// Promised for so many minutes later.
    Plan {
        text: String,
        state: PlanState,
        promised_in: i64,
    },
    End {
        text: String,
    },
    Review {
        causes: String,
        lessons: String,
    },
    /// Due so many days later; a number names one that was there.
    Measure {
        #[serde(default)]
        no: Option<u32>,
        todo: String,
        owner: String,
        days: i64,
        #[serde(default)]
        done: bool,
        #[serde(default)]
        effect: String,
    },
    Finish {},
}

impl Step {
    /// The member of staff who does it, if one does.
    pub(super) fn by(&self) -> Option<&str> {
        match self {
            Self::Take { by, .. } | Self::Reply { by, .. } | Self::Resolve { by, .. } => Some(by),
            _ => None,
        }
    }

    /// Minutes after the case came.
    pub(super) fn after(&self) -> i64 {
        match self {
            Self::Take { after, .. }
            | Self::Assign { after, .. }
            | Self::Reply { after, .. }
            | Self::Report { after, .. }
            | Self::Note { after, .. }
            | Self::Contact { after, .. }
            | Self::Attend { after, .. }
            | Self::Hold { after, .. }
            | Self::Answer { after, .. }
            | Self::Workaround { after, .. }
            | Self::Plan { after, .. }
            | Self::Resolve { after, .. }
            | Self::Confirm { after }
            | Self::Rate { after, .. }
            | Self::Complain { after, .. }
            | Self::Excuse { after, .. }
            | Self::Reopen { after, .. }
            | Self::Cancel { after, .. }
            | Self::Merge { after, .. }
            | Self::Emergency { after, .. }
            | Self::Attach { after, .. } => *after,
        }
    }
}

/// A question as it comes again and again; the year's history is made of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Everyday {
    pub title: String,
    pub text: String,
    pub product: String,
    pub kind: Kind,
    pub class: IssueClass,
    #[serde(default)]
    pub urgent: bool,
    /// First answers, of which a case gets one.
    pub first: Vec<String>,
    /// What is asked while it waits, and what the customer says then.
    pub ask: String,
    pub told: String,
    /// What the customer is told when it is solved, of which a case gets one.
    pub solution: Vec<String>,
    /// What the reports of an urgent one say.
    #[serde(default)]
    pub finding: String,
    pub cause: Cause,
    pub resolution: String,
}

impl World {
    /// Reads the world that is built in.
    ///
    /// # Errors
    /// When `world.toml` does not fit these types; a test reads it.
    pub fn load() -> anyhow::Result<Self> {
        toml::from_str(include_str!("world.toml")).context("world.toml")
    }

    pub(super) fn administrator(&self) -> Option<&Person> {
        self.staff.iter().find(|s| s.role == Role::Administrator)
    }
}
