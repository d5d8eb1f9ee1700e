//! Promises: which clocks run, when they are due, and why. Rules K, P, M, U and E of the SLA specification.

mod cadence;
mod change;
mod clock;
mod explain;
mod outlook;
mod policy;
mod record;
mod replay;
mod risk;
mod shift;
mod step;

pub use cadence::missed_slots;
pub use change::{RaiseDues, raise_dues};
pub use clock::{Pause, Reading, Run, State};
pub use explain::{ClosedWhy, Explanation, Line, explain};
pub use outlook::{Outlook, outlook};
pub use policy::{
    Because, MAX_MISSED, OffHours, Picked, PolicyDoc, PolicyError, PromiseClass, Target, choose_policy,
};
pub use record::{Clock, Excuse, Fixed, Milestone, StopReason};
pub use replay::{Happened, Other, Outcome, moved_outcome};
pub use risk::{Chance, Courses, Like, Past, Risk, Sort, Survival, risk};
pub use shift::{Shift, shift};
pub use step::{Firing, Step, StepAction, StepAt};
