//! What the API says of on-call.

use desk::oncall::{ParityCheck, Standing};
use domain::oncall::{self as rules, Because, RotaDoc};
use serde::Serialize;
use store::oncall::{LeaveRow, OverrideRow, RotaRow};
use utoipa::ToSchema;

use super::documents::RotaDocument;
use super::view::instant;

/// A rota.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RotaView {
    /// Key.
    pub id: String,
    /// Name.
    name: String,
    /// Revision; send it back with a change.
    rev: i64,
    /// `in_force` or `draft`.
    state: &'static str,
    /// Calendar, groups, layers, fallback, owner.
    #[schema(value_type = RotaDocument)]
    doc: RotaDoc,
}

/// Who has a duty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyView {
    /// The person; `null` if there is nobody.
    person: Option<String>,
    /// `turn`, `next`, `override`, `swap`, `fallback`, `nobody`, with the layer and who was passed over.
    #[schema(value_type = Object)]
    because: Because,
}

/// Who is on call in a rota.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NowView {
    /// The rota.
    rota: String,
    /// Its name.
    name: String,
    /// Who answers first.
    primary: DutyView,
    /// Who stands behind.
    backup: DutyView,
}

/// A time in which nothing changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftView {
    from: String,
    until: String,
    primary: DutyView,
    backup: DutyView,
}

/// A time in which a duty is not in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    from: String,
    until: String,
    /// `primary`, `backup`.
    seat: &'static str,
    /// `nobody`, `fallback`, `no_phone`.
    issue: &'static str,
    /// With whom.
    person: Option<String>,
}

/// Somebody who was put in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverrideView {
    id: String,
    rota: String,
    seat: &'static str,
    person: String,
    from: String,
    until: String,
    note: String,
}

/// Somebody who is away.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaveView {
    id: String,
    person: String,
    from: String,
    until: String,
    note: String,
}

/// The shifts of a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftsView {
    /// Without a hole.
    shifts: Vec<ShiftView>,
    /// What is not in order in them.
    findings: Vec<FindingView>,
    /// Who was put in.
    overrides: Vec<OverrideView>,
    /// Who is away.
    leaves: Vec<LeaveView>,
}

fn duty(a: rules::Answer) -> DutyView {
    DutyView { person: a.person.map(|p| p.0), because: a.because }
}

pub(super) fn now_view(row: &RotaRow, on: rules::OnCall) -> NowView {
    let (rota, name) = (row.id.0.clone(), row.name.clone());
    NowView { rota, name, primary: duty(on.primary), backup: duty(on.backup) }
}

pub(super) fn view(row: RotaRow) -> RotaView {
    RotaView { id: row.id.0, name: row.name, rev: row.rev, state: row.state.as_str(), doc: row.doc }
}

pub(super) fn override_view(o: OverrideRow) -> OverrideView {
    OverrideView {
        id: o.id,
        rota: o.rota.0,
        seat: o.put.seat.as_str(),
        person: o.put.person.0,
        from: instant(o.put.from),
        until: instant(o.put.until),
        note: o.note,
    }
}

pub(super) fn leave_view(l: LeaveRow) -> LeaveView {
    LeaveView {
        id: l.id,
        person: l.leave.person.0,
        from: instant(l.leave.from),
        until: instant(l.leave.until),
        note: l.note,
    }
}

pub(super) fn finding_view(f: rules::Finding) -> FindingView {
    FindingView {
        from: instant(f.from),
        until: instant(f.until),
        seat: f.seat.as_str(),
        issue: f.issue.as_str(),
        person: f.person.map(|p| p.0),
    }
}

/// Whether the coming holidays hold the response of workdays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParityView {
    /// Nothing is weak.
    holds: bool,
    /// Ids of the contracts that promise it.
    contracts: Vec<String>,
    /// Where it is not held.
    weak: Vec<WeakView>,
    /// Days off of the past year from which the load is expected.
    days_off: u32,
    /// Cases that one person takes in an hour.
    per_person: f64,
}

/// A time in which it is not held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeakView {
    from: String,
    until: String,
    /// `duty`: not both a primary and a backup with a confirmed phone; `load`: more cases than the two take.
    lack: &'static str,
    /// Cases expected in the worst of its hours.
    expected: f64,
}

pub(super) fn parity_view(p: ParityCheck) -> ParityView {
    let weak = |w: rules::Weak| WeakView {
        from: instant(w.from),
        until: instant(w.until),
        lack: w.lack.as_str(),
        expected: w.expected,
    };
    ParityView {
        holds: p.weak.is_empty(),
        contracts: p.contracts.into_iter().map(|c| c.id.0).collect(),
        weak: p.weak.into_iter().map(weak).collect(),
        days_off: p.load.days_off,
        per_person: p.load.per_person,
    }
}

pub(super) fn shifts_view(
    standing: Standing,
    shifts: Vec<rules::Shift>,
    found: Vec<rules::Finding>,
) -> ShiftsView {
    let shift = |s: rules::Shift| ShiftView {
        from: instant(s.from),
        until: instant(s.until),
        primary: duty(s.on.primary),
        backup: duty(s.on.backup),
    };
    ShiftsView {
        shifts: shifts.into_iter().map(shift).collect(),
        findings: found.into_iter().map(finding_view).collect(),
        overrides: standing.overrides.into_iter().map(override_view).collect(),
        leaves: standing.leaves.into_iter().map(leave_view).collect(),
    }
}
