//! An appointment as forms and programs send it.

use desk::ticket::AppointmentInput;
use desk::{FieldError, Result, noted};
use domain::appointment::{Appointment, AppointmentKind, ContactWay, Plan, WantedBy};
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::form::{id, required, wall};

/// What the fields are called here: field and key of the text.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("kind", "field-appointment_kind"),
    ("from", "field-appointment_from"),
    ("until", "field-appointment_until"),
    ("way", "field-contact_way"),
    ("contact", "field-appointment_contact"),
    ("staff", "field-appointment_staff"),
    ("note", "field-appointment_note"),
];

/// The form as it was sent; shown again with its errors.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(crate) struct AppointmentForm {
    pub version: String,
    pub kind: String,
    pub from: String,
    pub until: String,
    pub way: String,
    pub contact: String,
    pub phone: String,
    pub staff: String,
    pub wanted_by: String,
    pub note: String,
}

impl AppointmentForm {
    /// What is agreed, as a browser's fields take it.
    pub(super) fn of(a: &Appointment, zone: &TimeZone) -> Self {
        let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string();
        let Plan { kind, from, until, way, contact, phone, staff, note } = a.plan.clone();
        Self {
            version: a.version.to_string(),
            kind: kind.to_string(),
            from: local(from),
            until: until.map(local).unwrap_or_default(),
            way: way.to_string(),
            contact: contact.0,
            phone,
            staff: staff.map(|s| s.0).unwrap_or_default(),
            wanted_by: a.wanted_by.to_string(),
            note,
        }
    }

    /// What is wanted. Fields that cannot be read are said together with what else is wrong.
    pub(super) fn read(&self, zone: &TimeZone, now: Timestamp) -> Result<AppointmentInput> {
        let mut misread: Vec<FieldError> = Vec::new();
        let kind = noted(required("kind", &self.kind), &mut misread)?.unwrap_or(AppointmentKind::CallBack);
        let way = noted(required("way", &self.way), &mut misread)?.unwrap_or(ContactWay::Phone);
        let wanted_by = noted(required("wanted_by", &self.wanted_by), &mut misread)?;
        let from = noted(wall(zone, "from", &self.from), &mut misread)?;
        if from == Some(None) {
            misread.push(FieldError::new("from", "required"));
        }
        let until = noted(wall(zone, "until", &self.until), &mut misread)?.flatten();
        Ok(AppointmentInput {
            kind,
            // Of what could not be read nothing else is said.
            from: from.flatten().unwrap_or_else(|| domain::time::plus_seconds(now, 60)),
            until: until.filter(|_| !misread.iter().any(|w| w.field == "from")),
            way,
            contact: id(&self.contact),
            phone: self.phone.clone(),
            staff: id(&self.staff),
            wanted_by: wanted_by.unwrap_or(WantedBy::Desk),
            note: self.note.clone(),
            misread,
        })
    }
}
