//! In whose name letters leave the house: the sender's name and the signature of each mailbox and each group, with a
//! preview.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::voice::{Signer, save_voice};
use desk::{Error, Result as DeskResult};
use domain::access::Right;
use domain::voice::{Owner, Placeholder, Voice, Voices};
use serde::Deserialize;
use store::rules::{SettingKey, setting};
use store::staff;
use words::{Locale, t, t_args};

use super::calendar_form::service_hours;
use crate::app::App;
use crate::customers::Back;
use crate::error::WebError;
use crate::form::Fields;
use crate::said::Said;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;

/// A mailbox or a group with what it says.
pub(crate) struct Spoken {
    pub kind: &'static str,
    pub id: String,
    pub name: String,
    pub voice: Voice,
}

impl Spoken {
    pub(crate) fn owner(&self) -> Owner {
        if self.kind == "group" {
            Owner::Group(self.id.clone().into())
        } else {
            Owner::Mailbox(self.id.clone())
        }
    }
}

/// All mailboxes and active groups with what each says, and the version of it all.
pub(crate) async fn all(app: &App) -> DeskResult<(Vec<Spoken>, i64)> {
    let (desk, written) = (app.desk.clone(), app.config.written_mailboxes.clone());
    let read = app.desk.read(move |r| {
        let (voices, version) = setting::<Voices>(r, SettingKey::Voices)?;
        let entered = desk.rules_in(r)?.mailboxes.iter().map(|m| m.address.clone()).collect::<Vec<_>>();
        let more = written.iter().filter(|a| !entered.contains(a)).cloned().collect::<Vec<_>>();
        let mailboxes = entered.into_iter().chain(more);
        let mailboxes = mailboxes.map(|a| (Owner::Mailbox(a.clone()), "mailbox", a.clone(), a));
        let groups = staff::groups(r)?.into_iter().filter(|g| g.active);
        let groups = groups.map(|g| (Owner::Group(g.id.clone()), "group", g.id.0, g.name));
        let spoken = |(owner, kind, id, name)| Spoken { kind, id, name, voice: voices.of(&owner) };
        Ok((mailboxes.chain(groups).map(spoken).collect(), version))
    });
    read.await
}

/// The one of a kind with a key.
pub(crate) async fn one(app: &App, kind: &str, id: &str) -> DeskResult<(Spoken, i64)> {
    let (all, version) = all(app).await?;
    let found = all.into_iter().find(|s| s.kind == kind && s.id == id).ok_or(Error::NotFound)?;
    Ok((found, version))
}

#[derive(Template)]
#[template(path = "admin/senders.html")]
struct SendersPage {
    ui: Ui,
    tab: &'static str,
    all: Vec<Spoken>,
}

impl SendersPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
}

/// What a letter would say.
struct Preview {
    sender: String,
    zh: String,
    en: String,
}

#[derive(Template)]
#[template(path = "admin/sender.html")]
struct SenderPage {
    ui: Ui,
    tab: &'static str,
    spoken: Spoken,
    version: i64,
    preview: Preview,
    back: Back,
    theirs: Option<Voice>,
}

impl SenderPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn placeholders(&self) -> &'static [Placeholder] {
        Placeholder::ALL
    }
    fn braces(&self, name: &str) -> String {
        format!("{{{{{name}}}}}")
    }
    fn newer(&self, field: &str) -> String {
        let Some(theirs) = &self.theirs else { return String::new() };
        let (mine, theirs) = (part(&self.spoken.voice, field), part(theirs, field));
        if mine == theirs { String::new() } else { t_args(self.ui.locale, "stale-now", &[("value", theirs)]) }
    }
}

fn part<'v>(v: &'v Voice, field: &str) -> &'v str {
    match field {
        "sender" => &v.sender,
        "signature_zh" => &v.signature_zh,
        _ => &v.signature_en,
    }
}

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VoiceForm {
    version: i64,
    sender: String,
    signature_zh: String,
    signature_en: String,
    /// `preview` shows what would be written, and saves nothing.
    r#do: String,
}

/// All mailboxes and groups.
pub(super) async fn list(State(app): State<App>, page: StaffPage) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let ui = page.ui(&app, "admin").await?;
    let (all, _) = all(&app).await.map_err(|e| page.visitor.fail(e))?;
    render(&SendersPage { ui, tab: "senders", all }, &page.visitor)
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (spoken, version): (Spoken, i64),
    (back, theirs): (Back, Option<Voice>),
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let (desk, me) = (app.desk.clone(), page.staff.id.clone());
    let read = app.desk.read(move |r| Ok((desk.rules_in(r)?, staff::one(r, &me)?)));
    let (rules, me) = read.await.map_err(|e| page.visitor.fail(e))?;
    let (agent, phone) = me.map(|p| (p.name, p.phone)).unwrap_or_default();
    let company = rules.settings.desk_name.clone();
    let signer = Signer { voice: spoken.voice.trimmed(), agent, phone, company };
    let ends = |locale: Locale| {
        let hours = service_hours(locale, &rules);
        let signature = signer.voice.signature(locale == Locale::En, |p| signer.value(p, &hours));
        signature.unwrap_or_else(|| signer.company.clone())
    };
    let sender = signer.sender().unwrap_or_else(|| t(ui.locale, "sender-default").to_owned());
    let preview = Preview { sender, zh: ends(Locale::Zh), en: ends(Locale::En) };
    let view = SenderPage { ui, tab: "senders", spoken, version, preview, back, theirs };
    Ok(view.back.answer(render(&view, &page.visitor)?))
}

/// What one of them says, as a form.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let found = one(&app, &kind, &id).await.map_err(|e| page.visitor.fail(e))?;
    shown(&app, &page, found, (Back::default(), None)).await
}

/// Saves it, or shows what a letter would say.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    Path((kind, id)): Path<(String, String)>,
    Fields(form): Fields<VoiceForm>,
) -> Result<Response, WebError> {
    page.need(Right::Operate)?;
    let (kept, newest) = one(&app, &kind, &id).await.map_err(|e| page.visitor.fail(e))?;
    let VoiceForm { version, sender, signature_zh, signature_en, r#do } = form;
    let unix = |s: String| s.replace("\r\n", "\n");
    let voice = Voice { sender, signature_zh: unix(signature_zh), signature_en: unix(signature_en) };
    let theirs = kept.voice.clone();
    let spoken = Spoken { voice: voice.clone(), ..kept };
    if r#do == "preview" {
        return shown(&app, &page, (spoken, version), (Back::default(), None)).await;
    }
    let written = app.config.written_mailboxes.clone();
    match save_voice(&app.desk, page.actor(), (spoken.owner(), voice), version, written).await {
        Ok(()) => Ok(Said::done("saved").with(Redirect::to("/admin/senders").into_response())),
        Err(e) => {
            let back = Back::new(e, &page.visitor)?;
            let (version, theirs) = if back.is_stale() { (newest, Some(theirs)) } else { (version, None) };
            shown(&app, &page, (spoken, version), (back, theirs)).await
        }
    }
}
