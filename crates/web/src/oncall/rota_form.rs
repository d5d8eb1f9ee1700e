//! A rota as a form: one block per layer in their order, people one below the other.

use std::collections::BTreeSet;

use desk::FieldError;
use domain::calendar::{read_windows, write_windows};
use domain::id::{CalendarId, GroupId, StaffId};
use domain::oncall::{LayerDays, LayerDoc, RotaDoc, RotaState, Seat, ShiftUnit};
use jiff::civil::Date;
use store::oncall::RotaRow;

use crate::admin::pairs::Pairs;

/// A layer as typed.
#[derive(Debug, Clone)]
pub(super) struct LayerForm {
    pub name: String,
    pub seat: Seat,
    pub days: LayerDays,
    pub time_zone: String,
    pub order: Vec<String>,
    pub handoff_day: String,
    pub handoff_at: String,
    pub every: String,
    pub unit: ShiftUnit,
    pub starts_on: String,
    pub windows: String,
}

/// Places for people that a layer offers at least, and beyond those that are taken.
const PLACES: usize = 3;

impl LayerForm {
    /// A new layer: weeks from Monday morning on.
    pub(super) fn blank(time_zone: &str, today: Date) -> Self {
        Self {
            name: String::new(),
            seat: Seat::Primary,
            days: LayerDays::All,
            time_zone: time_zone.to_owned(),
            order: Vec::new(),
            handoff_day: "mon".to_owned(),
            handoff_at: "09:00".to_owned(),
            every: "1".to_owned(),
            unit: ShiftUnit::Weeks,
            starts_on: today.to_string(),
            windows: String::new(),
        }
    }

    fn of(doc: &LayerDoc) -> Self {
        Self {
            name: doc.name.clone(),
            seat: doc.seat,
            days: doc.days,
            time_zone: doc.time_zone.clone(),
            order: doc.order.iter().map(|p| p.0.clone()).collect(),
            handoff_day: doc.handoff_day.clone(),
            handoff_at: doc.handoff_at.clone(),
            every: doc.every.to_string(),
            unit: doc.unit,
            starts_on: doc.starts_on.to_string(),
            windows: write_windows(&doc.windows),
        }
    }

    fn sent(p: &Pairs, i: usize) -> Self {
        let field = |part: &str| format!("r.{i}.{part}");
        let text = |part: &str| p.get(&field(part)).trim().to_owned();
        Self {
            name: text("name"),
            seat: text("seat").parse().unwrap_or(Seat::Primary),
            days: text("days").parse().unwrap_or(LayerDays::All),
            time_zone: text("time_zone"),
            order: p.all(&field("order")).filter(|p| !p.is_empty()).map(str::to_owned).collect(),
            handoff_day: text("handoff_day"),
            handoff_at: text("handoff_at"),
            every: text("every"),
            unit: text("unit").parse().unwrap_or(ShiftUnit::Weeks),
            starts_on: text("starts_on"),
            windows: text("windows"),
        }
    }

    /// The layer; what cannot be read is noted, and something plain stands in for it.
    fn read(&self, i: usize, wrong: &mut Vec<FieldError>) -> LayerDoc {
        let mut refuse = |part: &str, issue| wrong.push(FieldError::new(format!("layers.{i}.{part}"), issue));
        let windows = read_windows(&self.windows).map_err(|_| refuse("windows", "bad_window"));
        let starts_on = self.starts_on.parse().map_err(|_| refuse("starts_on", "bad_value"));
        let every = self.every.parse().map_err(|_| refuse("every", "bad_value"));
        LayerDoc {
            name: self.name.clone(),
            seat: self.seat,
            days: self.days,
            time_zone: self.time_zone.clone(),
            order: self.order.iter().map(|p| StaffId::from(p.as_str())).collect(),
            handoff_day: self.handoff_day.clone(),
            handoff_at: self.handoff_at.clone(),
            every: every.unwrap_or(1),
            unit: self.unit,
            starts_on: starts_on.unwrap_or(Date::ZERO),
            windows: windows.unwrap_or_default(),
        }
    }

    /// The places for people: those in order, then empty ones.
    pub(super) fn places(&self) -> Vec<&str> {
        let empty = PLACES.saturating_sub(self.order.len()).max(2);
        self.order.iter().map(String::as_str).chain(std::iter::repeat_n("", empty)).collect()
    }
}

/// The form as it was sent, or as a document fills it.
#[derive(Debug, Clone)]
pub(super) struct RotaForm {
    pub id: String,
    pub rev: i64,
    pub name: String,
    pub state: RotaState,
    pub calendar: String,
    pub groups: BTreeSet<String>,
    pub layers: Vec<LayerForm>,
    pub fallback: String,
    pub owner: String,
    pub confirm_within: String,
}

impl RotaForm {
    /// A document in the form.
    pub(super) fn of(row: &RotaRow) -> Self {
        let doc = &row.doc;
        Self {
            id: row.id.0.clone(),
            rev: row.rev,
            name: row.name.clone(),
            state: row.state,
            calendar: doc.calendar.0.clone(),
            groups: doc.groups.iter().map(|g| g.0.clone()).collect(),
            layers: doc.layers.iter().map(LayerForm::of).collect(),
            fallback: doc.fallback.as_ref().map(|p| p.0.clone()).unwrap_or_default(),
            owner: doc.owner.0.clone(),
            confirm_within: doc.confirm_within_min.map(|n| n.to_string()).unwrap_or_default(),
        }
    }

    /// What was sent.
    pub(super) fn sent(id: &str, p: &Pairs) -> Self {
        let text = |name: &str| p.get(name).trim().to_owned();
        Self {
            id: id.to_owned(),
            rev: p.number("rev"),
            name: text("name"),
            state: text("state").parse().unwrap_or(RotaState::InForce),
            calendar: text("calendar"),
            groups: p.all("groups").map(str::to_owned).collect(),
            layers: p.rows("r").into_iter().map(|i| LayerForm::sent(p, i)).collect(),
            fallback: text("fallback"),
            owner: text("owner"),
            confirm_within: text("confirm_within_min"),
        }
    }

    /// The document, and everything that cannot be read.
    pub(super) fn read(&self) -> (RotaDoc, Vec<FieldError>) {
        let mut wrong = Vec::new();
        let layers = self.layers.iter().enumerate().map(|(i, l)| l.read(i, &mut wrong)).collect();
        if self.owner.is_empty() {
            wrong.push(FieldError::new("owner", "required"));
        }
        let minutes = self.confirm_within.parse();
        if minutes.is_err() && !self.confirm_within.is_empty() {
            wrong.push(FieldError::new("confirm_within_min", "bad_value"));
        }
        let doc = RotaDoc {
            calendar: CalendarId(self.calendar.clone()),
            groups: self.groups.iter().map(|g| GroupId::from(g.as_str())).collect(),
            layers,
            fallback: (!self.fallback.is_empty()).then(|| StaffId::from(self.fallback.as_str())),
            owner: StaffId::from(self.owner.as_str()),
            confirm_within_min: minutes.ok(),
        };
        (doc, wrong)
    }
}
