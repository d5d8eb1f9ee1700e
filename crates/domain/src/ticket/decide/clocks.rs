//! Starting, stopping and reading a ticket's clocks within a decision.

use super::{Change, Next, Refusal, Rules};
use crate::calendar::CountError;
use crate::id::CalendarId;
use crate::sla::{Clock, Fixed, Milestone, Pause, State, StopReason, Target};
use crate::ticket::{Ticket, pauses};
use crate::time::{Timestamp, plus_seconds};

impl From<CountError> for Refusal {
    fn from(_: CountError) -> Self {
        Self::NeverOpens
    }
}

impl Next<'_> {
    /// The ticket's frozen promise for a milestone.
    pub(super) fn target(&self, milestone: Milestone) -> Option<Target> {
        let t = &self.out.ticket;
        let policy = self.case.rules.policies.get(&t.policy)?;
        policy.target(milestone, t.kind, t.severity, t.level).cloned()
    }

    /// Starts the next cycle of a milestone at `at`, if it is promised. The off-hours target is chosen
    /// once, here (K2).
    pub(super) fn start(&mut self, milestone: Milestone, at: Timestamp) {
        self.start_known(milestone, at, None);
    }

    /// The same for a beginning of which nobody could know before `known_at`.
    pub(super) fn start_known(&mut self, milestone: Milestone, at: Timestamp, known_at: Option<Timestamp>) {
        let Some((seconds, calendar, off_hours)) = self.promised(milestone, at) else { return };
        let cycle = 1 + self
            .out
            .clocks
            .iter()
            .filter(|c| c.milestone == milestone)
            .map(|c| c.cycle)
            .max()
            .unwrap_or(0);
        let clock = Clock::running((milestone, cycle), seconds, calendar, at);
        let known_at = known_at.filter(|known| *known > at);
        self.out.clocks.push(Clock { off_hours, known_at, ..clock });
    }

    /// What a milestone that starts at `at` is promised, if it is: seconds, calendar, and whether by the off-hours target.
    pub(super) fn promised(&self, milestone: Milestone, at: Timestamp) -> Option<(i64, CalendarId, bool)> {
        let target = self.target(milestone)?;
        let closed = self.case.rules.calendar(&target.calendar).is_some_and(|c| !c.is_open(at));
        let (seconds, calendar, off_hours) = target.chosen(!closed);
        Some((seconds, calendar.clone(), off_hours))
    }

    /// Stops the running cycle of a milestone, if there is one, and records what it came to.
    pub(super) fn stop(
        &mut self,
        milestone: Milestone,
        at: Timestamp,
        reason: StopReason,
    ) -> Result<(), Refusal> {
        let Some(i) = self.out.clocks.iter().position(|c| c.milestone == milestone && c.is_running()) else {
            return Ok(());
        };
        self.stop_at(i, at, reason)
    }

    /// Stops the clock at position `i`.
    pub(super) fn stop_at(&mut self, i: usize, at: Timestamp, reason: StopReason) -> Result<(), Refusal> {
        let rules = std::sync::Arc::clone(&self.case.rules);
        let Some(clock) = self.out.clocks.get_mut(i) else { return Ok(()) };
        let at = at.max(clock.started_at);
        clock.stopped = Some((at, reason));
        clock.next_at = None;
        let holds = pauses(&self.out.holds, clock);
        let Some(counted_in) = rules.calendars.get(&clock.calendar) else { return Err(Refusal::NeverOpens) };
        let reading = clock.refresh(&counted_in.calendar, &holds, at)?;
        clock.calendar_rev = Some(counted_in.rev);
        let late = reading.state == State::Breached;
        if reason == StopReason::Missed {
            // A slot ends with its due, which is in time; but nobody had reported by then.
            clock.state = State::Breached;
        }
        let breach = late.then_some((!clock.breach_noted, clock.cycle, reading.due));
        clock.breach_noted |= late;
        let fixed = Fixed {
            milestone: clock.milestone,
            cycle: clock.cycle,
            target_s: clock.target_s,
            counted_s: reading.counted_s,
            due_at: reading.due,
            met: !late && reason != StopReason::Missed,
            reason,
            calendar_rev: clock.calendar_rev,
            retro: clock.milestone == Milestone::Update && clock.is_retro(at),
        };
        let milestone = clock.milestone;
        if let Some((true, cycle, Some(due_at))) = breach {
            let retro = clock.is_retro(due_at);
            self.event_at(due_at, Change::Breached { milestone, cycle, due_at, retro });
        }
        self.event(Change::ClockStopped(fixed));
        Ok(())
    }

    /// Ends all running clocks for a reason outside attainment.
    pub(super) fn stop_all(&mut self, reason: StopReason) -> Result<(), Refusal> {
        for i in 0..self.out.clocks.len() {
            if self.out.clocks.get(i).is_some_and(Clock::is_running) {
                self.stop_at(i, self.now, reason)?;
            }
        }
        Ok(())
    }

    pub(super) fn is_running(&self, milestone: Milestone) -> bool {
        self.out.clocks.iter().any(|c| c.milestone == milestone && c.is_running())
    }
}

/// Reads all running clocks again and finds the next instant at which each does something by itself.
pub(super) fn refresh(next: &mut Next<'_>) -> Result<(), Refusal> {
    let rules = std::sync::Arc::clone(&next.case.rules);
    let now = next.now;
    for clock in next.out.clocks.iter_mut().filter(|c| c.is_running()) {
        let holds = pauses(&next.out.holds, clock);
        let calendar = rules.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
        clock.refresh(calendar, &holds, now)?;
        clock.next_at = rules.next_act(&next.out.ticket, clock, &holds, now)?;
    }
    Ok(())
}

impl Rules {
    /// When a running clock does something by itself next: a step that has not fired, or its breach.
    pub(crate) fn next_act(
        &self,
        ticket: &Ticket,
        clock: &Clock,
        holds: &[Pause],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Refusal> {
        let calendar = self.calendar(&clock.calendar).ok_or(Refusal::NeverOpens)?;
        let run = clock.run(calendar, holds);
        let key = (clock.milestone, clock.off_hours);
        let steps = self.policies.get(&ticket.policy).map(|p| p.instants(key, &run, now)).unwrap_or_default();
        let step = steps.into_iter().find(|(s, _)| !clock.has_fired(s)).map(|(_, at)| at);
        let reading = run.read(now)?;
        let breach = reading.due.filter(|_| !clock.breach_noted).map(|d| plus_seconds(d, 1));
        let reminder = super::progress::reminder(ticket, clock, &reading, now);
        // A pause that begins at the very due does not undo the breach that follows; where the pause leaves budget,
        // neither a step nor the due can be reached and there is no instant.
        Ok(step.into_iter().chain(breach).chain(reminder).min())
    }
}
