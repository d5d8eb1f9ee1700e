//! The course of one ticket, folded from its events.

use crate::routing::RouteKind;
use crate::sla::{Fixed, Milestone};
use crate::ticket::{Change, Event, Status};
use crate::time::{Timestamp, to_seconds};

/// What a ticket's events say about its course.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// When it came.
    pub opened_at: Option<Timestamp>,
    /// The last time it was solved.
    pub resolved_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopened: u32,
    /// How often it changed hands after the first.
    pub reassigned: u32,
    /// Ever waited for the customer.
    pub waited_customer: bool,
    /// Ever waited for anybody.
    pub waited: bool,
    /// The last fixed resolution clock.
    pub resolution: Option<Fixed>,
}

impl Course {
    /// Folds events in the order of their numbers; `received_at` is when the ticket reached us.
    pub fn fold<'a>(received_at: Timestamp, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let start = Self { opened_at: Some(received_at), ..Self::default() };
        events.into_iter().fold(start, |mut course, e| {
            course.take(e);
            course
        })
    }

    fn take(&mut self, e: &Event) {
        match &e.change {
            Change::Resolved { .. } => self.resolved_at = Some(e.at),
            Change::Closed { .. } => self.closed_at = Some(e.at),
            Change::StatusChanged { from: Status::Closed, to: Status::Resolved, .. } => self.closed_at = None,
            Change::Reopened { slip, .. } => {
                self.reopened += u32::from(!slip);
                (self.resolved_at, self.closed_at) = (None, None);
            }
            Change::Assigned { from, to, route } => {
                let moved = from.assignee.is_some() && from.assignee != to.assignee;
                let by_person = !matches!(route.kind, RouteKind::Taken | RouteKind::Log);
                self.reassigned += u32::from(route.kind == RouteKind::Import || (moved && by_person));
            }
            Change::StatusChanged { to, .. } if to.is_waiting() => {
                self.waited = true;
                self.waited_customer |= *to == Status::WaitingCustomer;
            }
            Change::ClockStopped(fixed)
                if fixed.milestone == Milestone::Resolution && fixed.reason.counts() =>
            {
                self.resolution = Some(fixed.clone());
            }
            _ => {}
        }
    }

    /// Hours from coming to being solved.
    pub fn hours_to_resolution(&self) -> Option<f64> {
        let (opened, resolved) = (self.opened_at?, self.resolved_at?);
        let seconds = to_seconds(resolved) - to_seconds(opened);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a ticket's life")]
        let hours = seconds as f64 / 3600.0;
        Some(hours)
    }
}
