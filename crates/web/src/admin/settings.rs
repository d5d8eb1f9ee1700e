//! The settings of the installation, as a form; a bad value is refused and the form kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use desk::admin::save_settings;
use desk::{Error, FieldError};
use domain::access::Right;
use domain::conduct::Consequence;
use domain::mail_in::Forged;
use domain::setting::Settings;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::rules::{SettingKey, setting};
use store::staff::GroupRow;
use words::{Locale, t};

use crate::app::App;
use crate::error::WebError;
use crate::form::{Fields, id};
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    ui: Ui,
    tab: &'static str,
    form: SettingsForm,
    version: i64,
    errors: Wrongs,
    policies: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    groups: Vec<GroupRow>,
    public_url: String,
}

impl SettingsPage {
    fn forged(&self) -> &'static [Forged] {
        Forged::ALL
    }
    fn consequences(&self) -> &'static [Consequence] {
        Consequence::ALL
    }
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// The form as it was sent; shown again with what is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    version: i64,
    desk_name: String,
    number_prefix: String,
    time_zone: String,
    default_policy: String,
    default_group: String,
    silence_calendar: String,
    remind_after_days: String,
    close_after_days: String,
    reopen_window_days: String,
    page_next_minutes: String,
    appointment_reminder_minutes: String,
    caller_kit: String,
    support_phone: String,
    miss_count: String,
    miss_days: String,
    miss_consequence: String,
    undo_seconds: String,
    forged_mail: String,
    chat_on: String,
    chat_origins: String,
    chat_calendar: String,
    chats_per_person: String,
    max_file_megabytes: String,
    refused_files: String,
}

impl SettingsForm {
    fn of(s: &Settings) -> Self {
        let days = s.remind_after_days.iter().map(ToString::to_string).collect::<Vec<_>>();
        Self {
            version: 0,
            desk_name: s.desk_name.clone(),
            number_prefix: s.number_prefix.clone(),
            time_zone: s.time_zone.clone(),
            default_policy: s.default_policy.0.clone(),
            default_group: s.default_group.as_ref().map(ToString::to_string).unwrap_or_default(),
            silence_calendar: s.silence_calendar.0.clone(),
            remind_after_days: days.join(", "),
            close_after_days: s.close_after_days.to_string(),
            reopen_window_days: s.reopen_window_days.to_string(),
            page_next_minutes: s.page_next_minutes.to_string(),
            appointment_reminder_minutes: s.appointment_reminder_minutes.to_string(),
            support_phone: s.support_phone.clone(),
            caller_kit: if s.caller_kit { "1".to_owned() } else { String::new() },
            miss_count: s.miss_count.to_string(),
            miss_days: s.miss_days.to_string(),
            miss_consequence: s.miss_consequence.to_string(),
            undo_seconds: s.undo_seconds.to_string(),
            forged_mail: s.forged_mail.to_string(),
            chat_on: if s.chat_on { "1".to_owned() } else { String::new() },
            chat_origins: s.chat_origins.join("\n"),
            chat_calendar: s.chat_calendar.0.clone(),
            chats_per_person: s.chats_per_person.to_string(),
            max_file_megabytes: (s.max_file_bytes / 1_048_576).to_string(),
            refused_files: s.refused_files.join(", "),
        }
    }

    /// The settings, or everything that cannot be read.
    fn origins(&self) -> Vec<String> {
        let typed = crate::form::words(&self.chat_origins);
        typed.map(|o| domain::chat::parse_origin(&o).unwrap_or(o)).collect()
    }

    fn refused(&self) -> Vec<String> {
        let typed = crate::form::words(&self.refused_files);
        typed.map(|end| end.trim_start_matches('.').to_ascii_lowercase()).collect()
    }

    fn read(&self) -> desk::Result<Settings> {
        let mut wrong = Vec::new();
        let mut number = |field: &str, text: &str| {
            text.trim().parse::<u32>().unwrap_or_else(|_| {
                wrong.push(FieldError::new(field, "out_of_limits"));
                0
            })
        };
        let days = crate::form::words(&self.remind_after_days);
        let settings = Settings {
            desk_name: self.desk_name.trim().to_owned(),
            number_prefix: self.number_prefix.trim().to_owned(),
            time_zone: self.time_zone.trim().to_owned(),
            default_policy: self.default_policy.as_str().into(),
            default_group: id(&self.default_group),
            silence_calendar: self.silence_calendar.as_str().into(),
            remind_after_days: days.map(|d| number("remind_after_days", &d)).collect(),
            close_after_days: number("close_after_days", &self.close_after_days),
            reopen_window_days: number("reopen_window_days", &self.reopen_window_days),
            page_next_minutes: number("page_next_minutes", &self.page_next_minutes),
            // Nothing is what ships.
            appointment_reminder_minutes: match self.appointment_reminder_minutes.trim() {
                "" => Settings::default().appointment_reminder_minutes,
                text => number("appointment_reminder_minutes", text),
            },
            caller_kit: !self.caller_kit.is_empty(),
            support_phone: self.support_phone.trim().to_owned(),
            miss_count: number("miss_count", &self.miss_count),
            miss_days: number("miss_days", &self.miss_days),
            miss_consequence: crate::form::required("miss_consequence", &self.miss_consequence)?,
            // Nothing is no wait.
            undo_seconds: match self.undo_seconds.trim() {
                "" => 0,
                text => number("undo_seconds", text),
            },
            forged_mail: crate::form::choice("forged_mail", &self.forged_mail)?.unwrap_or_default(),
            chat_on: !self.chat_on.is_empty(),
            chat_origins: self.origins(),
            chat_calendar: id(&self.chat_calendar).unwrap_or_else(|| Settings::default().chat_calendar),
            chats_per_person: match self.chats_per_person.trim() {
                "" => Settings::default().chats_per_person,
                text => number("chats_per_person", text),
            },
            max_file_bytes: u64::from(number("max_file_megabytes", &self.max_file_megabytes)) * 1_048_576,
            refused_files: self.refused(),
        };
        wrong.dedup();
        if wrong.is_empty() {
            return Ok(settings);
        }
        // What cannot be read is said together with what the rules have against the rest.
        for (field, issue) in settings.problems() {
            let field = as_asked(&field);
            if issue == "out_of_limits" && wrong.iter().all(|f| f.field != field) {
                wrong.push(FieldError::new(field, issue));
            }
        }
        Err(Error::Invalid(wrong))
    }
}

/// The form asks for the size of files in megabytes.
fn as_asked(field: &str) -> &str {
    if field == "max_file_bytes" { "max_file_megabytes" } else { field }
}

/// The form with the settings of the moment.
pub(super) async fn form(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    shown(&app, &page, None, Wrongs::default()).await
}

async fn shown(
    app: &App,
    page: &StaffPage,
    edited: Option<SettingsForm>,
    errors: Wrongs,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let ui = page.ui(app, "admin").await?;
    let desk = app.desk.clone();
    let read = app.desk.read(move |r| {
        let rules = desk.rules_in(r)?;
        let (s, version): (Settings, i64) = setting(r, SettingKey::Settings)?;
        Ok((rules, s, version, store::staff::groups(r)?))
    });
    let (rules, s, version, groups) = read.await.map_err(|e| page.visitor.fail(e))?;
    let policies = rules.newest.iter().map(|(id, (name, _))| (id.0.clone(), name.clone())).collect();
    let calendars = rules.calendars.iter().map(|(id, c)| (id.0.clone(), c.name.clone())).collect();
    let form = edited.unwrap_or_else(|| SettingsForm::of(&s));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let public_url = app.config.public_url.clone();
    let shown =
        SettingsPage { ui, tab: "settings", form, version, errors, policies, calendars, groups, public_url };
    Ok((status, render(&shown, &page.visitor)?).into_response())
}

/// Saves the settings over the version that was seen.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<SettingsForm>,
) -> Result<Response, WebError> {
    let read = form.read();
    let result = match read.as_ref() {
        Ok(settings) => save_settings(&app.desk, page.actor(), settings.clone(), form.version).await,
        Err(Error::Invalid(fields)) => Err(Error::Invalid(fields.clone())),
        Err(_) => Err(Error::NotFound),
    };
    match result {
        Ok(()) => Ok(Said::done("saved").with(Redirect::to("/admin/settings").into_response())),
        Err(Error::Invalid(fields)) => {
            let asked = fields.iter().map(|f| FieldError::new(as_asked(&f.field), &f.issue));
            let errors = Wrongs::of(&asked.collect::<Vec<_>>(), page.visitor.locale);
            shown(&app, &page, Some(form), errors).await
        }
        Err(Error::Stale { mine, theirs, .. }) => {
            let locale = page.visitor.locale;
            let theirs = differing(locale, &mine, &theirs);
            let newer = words::t_args(locale, "stale-now", &[("value", &theirs)]);
            let mut errors = Wrongs::whole(t(locale, "stale-form"));
            errors.add(newer);
            let again = shown(&app, &page, Some(form), errors).await?;
            Ok((StatusCode::CONFLICT, again).into_response())
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}

/// What the newer version of the settings has different, in words.
fn differing(locale: Locale, mine: &str, theirs: &str) -> String {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (mine, theirs) = (read(mine), read(theirs));
    let differ = theirs.iter().filter(|(key, value)| mine.get(*key) != Some(value));
    let word = |(key, value): (&String, &Value)| {
        let label = format!("field-{key}");
        let label = if words::has(locale, &label) { t(locale, &label) } else { key };
        format!("{label} {}", value.to_string().trim_matches('"'))
    };
    differ.map(word).collect::<Vec<_>>().join(t(locale, "list-semicolon"))
}
