//! What the documents of calendars, promises, rotas and settings are made of, for the description of the API only: the
//! types themselves are the rules', which know no descriptions. A test holds both together.

#![expect(dead_code, reason = "described, never made")]

use utoipa::ToSchema;

/// A calendar: when it is open.
#[derive(ToSchema)]
pub(crate) struct CalendarDocument {
    /// IANA name, for example `Asia/Shanghai`.
    time_zone: String,
    /// Around the clock: weekly windows and exceptions are ignored.
    #[schema(required = false)]
    always_open: bool,
    /// Seven lists of windows, Monday first. A window is a pair of wall times, `["09:00", "18:00"]`; one that ends
    /// before it begins goes on into the next day.
    #[schema(required = false, min_items = 7, max_items = 7)]
    week: Vec<Vec<[String; 2]>>,
    /// Windows of a make-up workday; Monday's when empty.
    #[schema(required = false)]
    makeup: Vec<[String; 2]>,
    /// Dates that differ from their weekday; one entry per date.
    #[schema(required = false)]
    exceptions: Vec<ExceptionDocument>,
    /// Years whose official holidays are in `exceptions`. Empty: the calendar follows no holiday notice.
    #[schema(required = false)]
    coverage: Vec<i16>,
}

/// A date that differs from its weekday.
#[derive(ToSchema)]
pub(crate) struct ExceptionDocument {
    /// The local date, `2026-10-01`.
    date: String,
    /// `off`, `makeup_work`, `custom`.
    kind: String,
    /// Name for people, for example the holiday's.
    #[schema(required = false)]
    name: String,
    /// Only for `custom`: its windows.
    #[schema(required = false)]
    windows: Vec<[String; 2]>,
}

/// A promise: targets, and steps on the way to, or beyond, their dues.
#[derive(ToSchema)]
pub(crate) struct PolicyDocument {
    /// At most one per class and milestone.
    targets: Vec<TargetDocument>,
    /// In the order in which people read them.
    #[schema(required = false)]
    steps: Vec<StepDocument>,
}

/// A promised time.
#[derive(ToSchema)]
pub(crate) struct TargetDocument {
    /// For which tickets: `urgent`, `level_2`, `general`, `complaint`.
    class: String,
    /// `response`, `attend`, `update`, `reply`, `resolution`.
    milestone: String,
    /// Counted seconds.
    seconds: i64,
    /// Key of the calendar in which they count.
    calendar: String,
    /// The target when that calendar is closed at the start.
    off_hours: Option<OffHoursDocument>,
}

/// Another target outside the hours.
#[derive(ToSchema)]
pub(crate) struct OffHoursDocument {
    /// Counted seconds.
    seconds: i64,
    /// Key of the calendar in which they count.
    calendar: String,
}

/// A step. Exactly one of `percent`, `offset_s` and `missed` says when it comes.
#[derive(ToSchema)]
pub(crate) struct StepDocument {
    /// Names the step in firings; chosen when the document is saved and kept from then on.
    #[schema(required = false)]
    id: String,
    /// Of which clock: `response`, `attend`, `update`, `reply`, `resolution`.
    milestone: String,
    /// At how many percent of the target, 1–300; 100 is the due itself.
    percent: Option<u16>,
    /// Counted seconds after the due, or before it if negative.
    offset_s: Option<i64>,
    /// Progress slots missed in a row.
    missed: Option<u16>,
    /// `notify_owner`, `notify_lead`, `notify_manager`, `to_senior`, `to_person`, `to_group`, `page_on_call`.
    action: String,
    /// Id of the person to whom the ticket goes, with `to_person`.
    person: Option<String>,
    /// Id of the group into whose queue the ticket is raised, with `to_group`.
    group: Option<String>,
    /// 1–9. Of steps that come at one instant the lower level fires first, then the order of the list counts.
    #[schema(required = false)]
    level: u8,
    /// Only for a clock that runs on its off-hours target.
    #[schema(required = false)]
    off_hours: bool,
}

/// A rota: who is on call.
#[derive(ToSchema)]
pub(crate) struct RotaDocument {
    /// Key of the calendar that says which days are holidays and make-up days.
    calendar: String,
    /// Ids of the groups whose tickets it serves; every group without a rota of its own when empty.
    #[schema(required = false)]
    groups: Vec<String>,
    /// The first layer that has somebody answers.
    layers: Vec<LayerDocument>,
    /// Id of the person who answers in a gap.
    fallback: Option<String>,
    /// Id of the person who answers for the rota, and is called when it names nobody.
    owner: String,
    /// Whoever's shift begins must confirm within so many minutes to be reachable; not asked when absent.
    confirm_within_min: Option<u16>,
}

/// A layer of a rota.
#[derive(ToSchema)]
pub(crate) struct LayerDocument {
    /// Its name for people.
    name: String,
    /// Which duty it fills: `primary`, `backup`.
    seat: String,
    /// On which days: `all`, `workday`, `weekend`, `holiday`.
    days: String,
    /// IANA name of the zone of its wall times.
    time_zone: String,
    /// Ids of those who take turns, in this order.
    order: Vec<String>,
    /// The weekday on which shifts of whole weeks change hands: `mon` to `sun`.
    handoff_day: String,
    /// The wall time at which a shift changes hands, `HH:MM`.
    handoff_at: String,
    /// Length of a shift in units.
    every: u16,
    /// `days` or `weeks`.
    unit: String,
    /// The first shift's date.
    starts_on: String,
    /// Wall-clock windows in which there is duty; all day when empty.
    #[schema(required = false)]
    windows: Vec<[String; 2]>,
}

/// The settings of the installation; what is absent takes its default.
#[derive(ToSchema)]
pub(crate) struct SettingsDocument {
    /// Name of the service desk, for letters and pages: 1–100 characters.
    #[schema(required = false)]
    desk_name: String,
    /// Prefix of ticket numbers: 1–8 capital letters or digits.
    #[schema(required = false)]
    number_prefix: String,
    /// IANA zone in which years of numbers and reports are cut.
    #[schema(required = false)]
    time_zone: String,
    /// Key of the promise when neither contract nor customer names one.
    #[schema(required = false)]
    default_policy: String,
    /// Id of the group when no routing rule fits.
    default_group: Option<String>,
    /// Key of the calendar in which the silence rule counts its working days.
    #[schema(required = false)]
    silence_calendar: String,
    /// Working days after which a silent customer is reminded: in order, each below `close_after_days`.
    #[schema(required = false)]
    remind_after_days: Vec<u32>,
    /// Working days after which a silent customer's solved ticket is closed, 1–90.
    #[schema(required = false)]
    close_after_days: u32,
    /// Days in which a solved ticket may be opened again, 0–365.
    #[schema(required = false)]
    reopen_window_days: u32,
    /// Minutes after which the next one is paged when nobody has answered, 1–60.
    #[schema(required = false)]
    page_next_minutes: u32,
    /// Minutes before an appointment at which whoever has it is reminded, 0–1440; 0 reminds nobody.
    #[schema(required = false)]
    appointment_reminder_minutes: u32,
    /// The number that customers call, as it is printed.
    #[schema(required = false)]
    support_phone: String,
    /// Strangers may prepare a call at `/kit` and get a code.
    #[schema(required = false)]
    caller_kit: bool,
    /// Chat is offered.
    #[schema(required = false)]
    chat_on: bool,
    /// The sites on whose pages it may stand besides the portal: `https://www.example.com`, 50 at most.
    #[schema(required = false)]
    chat_origins: Vec<String>,
    /// The calendar in whose hours somebody is there to chat.
    #[schema(required = false)]
    chat_calendar: String,
    /// Chats that one person may have at once, 1–20.
    #[schema(required = false)]
    chats_per_person: u32,
    /// So many missed first responses of one person, 1–100 …
    #[schema(required = false)]
    miss_count: u32,
    /// … in so many days, 1–366, are proposed …
    #[schema(required = false)]
    miss_days: u32,
    /// … for this: `talk`, `training`.
    #[schema(required = false)]
    miss_consequence: String,
    /// Seconds for which an answer waits before it leaves and can be taken back, 0–60.
    #[schema(required = false)]
    undo_seconds: u32,
    /// What becomes of a letter that its sender's domain disowns: `mark`, `spam`.
    #[schema(required = false)]
    forged_mail: String,
    /// Largest file, in bytes; at most 2 GiB.
    #[schema(required = false)]
    max_file_bytes: u64,
    /// Ends of names of files that are not taken, in small letters, without the dot; at most 100.
    #[schema(required = false)]
    refused_files: Vec<String>,
}

/// An extra value as it may be sent. It is answered as text, also a number.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(untagged, expecting = "a text or a number")]
pub(crate) enum ExtraValue {
    /// As it is.
    Text(String),
    /// A number, as its digits.
    #[schema(value_type = f64)]
    Number(serde_json::Number),
}

impl ExtraValue {
    /// The values of extra fields as they are kept.
    pub(crate) fn all(values: &std::collections::BTreeMap<String, Self>) -> domain::ticket::Extra {
        let text = |v: &Self| match v {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        };
        values.iter().map(|(key, v)| (key.clone(), text(v))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::calendar::{CalendarDoc, ExceptionDoc};
    use domain::oncall::{LayerDoc, RotaDoc};
    use domain::setting::Settings;
    use domain::sla::{OffHours, PolicyDoc, Step, Target};
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;

    /// The names that a description has, and that a document may have.
    fn described<T: PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    /// A document reads its names, all of them, and writes them again.
    fn check<T: PartialSchema, D>(full: &Value)
    where
        D: serde::de::DeserializeOwned + serde::Serialize,
    {
        let doc: D = serde_json::from_value(full.clone()).unwrap();
        let written = serde_json::to_value(&doc).unwrap();
        let keys: BTreeSet<String> = written.as_object().unwrap().keys().cloned().collect();
        assert_eq!(described::<T>(), keys);
    }

    #[test]
    fn what_is_described_is_what_the_rules_read() {
        let exception =
            json!({"date": "2026-10-01", "kind": "custom", "name": "x", "windows": [["09:00", "12:00"]]});
        check::<ExceptionDocument, ExceptionDoc>(&exception);
        let window = [["09:00", "18:00"]];
        check::<CalendarDocument, CalendarDoc>(
            &json!({"time_zone": "UTC", "makeup": window, "coverage": [2026]}),
        );
        let off = json!({"seconds": 1, "calendar": "x24"});
        check::<OffHoursDocument, OffHours>(&off);
        let target = json!({"class": "urgent", "milestone": "response", "seconds": 1, "calendar": "service", "off_hours": off});
        check::<TargetDocument, Target>(&target);
        let step = json!({"id": "a", "milestone": "response", "percent": 1, "offset_s": 1, "missed": 1,
            "action": "to_senior", "person": "p", "group": "g", "level": 2, "off_hours": true});
        check::<StepDocument, Step>(&step);
        check::<PolicyDocument, PolicyDoc>(&json!({"targets": []}));
        let layer = json!({"name": "a", "seat": "primary", "days": "all", "time_zone": "UTC", "order": ["p"],
            "handoff_day": "mon", "handoff_at": "09:00", "every": 1, "unit": "days", "starts_on": "2026-01-01",
            "windows": window});
        check::<LayerDocument, LayerDoc>(&layer);
        let rota = json!({"calendar": "service", "groups": ["g"], "layers": [], "fallback": "p", "owner": "p",
            "confirm_within_min": 5});
        check::<RotaDocument, RotaDoc>(&rota);
        check::<SettingsDocument, Settings>(&json!({}));
    }
}
