//! Several tickets at once, with undo: what was changed is handed back as the form that changes it back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::Error;
use desk::ticket::{Step, bulk as do_all};
use domain::ticket::{CloseReason, RaiseMode};
use serde::Deserialize;

use super::list::render;
use crate::app::App;
use crate::error::{WebError, describe};
use crate::form::{Fields, NO_GROUP, choice, id, required, words};
use crate::session::StaffPage;
use crate::ui::Ui;

/// The chosen tickets and what to do; `undo` carries lines `number=step`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BulkForm {
    numbers: Vec<String>,
    action: String,
    group: String,
    assignee: String,
    reason: String,
    severity: String,
    level: String,
    mode: String,
    add: String,
    remove: String,
    status: String,
    note: String,
    resolution: String,
    cause: String,
    undo: Vec<String>,
}

#[derive(Template)]
#[template(path = "tickets/bulk.html")]
struct BulkPart {
    ui: Ui,
    done: usize,
    same: Vec<String>,
    failed: Vec<(String, String)>,
    undo: Vec<String>,
    /// Is it the undo itself that was done?
    undone: bool,
}

/// Does it to each ticket on its own: one that refuses does not hold the others.
pub(super) async fn bulk(
    State(app): State<App>,
    page: StaffPage,
    Fields(form): Fields<BulkForm>,
) -> Result<Response, WebError> {
    let ui = page.ui(&app, "tickets").await?;
    let steps = form.steps(ui.t("undo")).map_err(|e| page.visitor.fail(e))?;
    let outcomes = do_all(&app.desk, page.actor(), steps).await.map_err(|e| page.visitor.fail(e))?;
    let (mut done, mut same, mut failed, mut undo) = (0, Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome.result {
            Ok(None) => same.push(outcome.number),
            Ok(Some(changed)) => {
                done += 1;
                undo.extend(changed.undo.and_then(|step| line(&outcome.number, &step)));
            }
            Err(e) => failed.push((outcome.number, describe(&e, ui.locale).2)),
        }
    }
    let undone = form.action == "undo";
    if undone {
        undo.clear();
    }
    render(&BulkPart { ui, done, same, failed, undo, undone }, &page.visitor)
}

fn line(number: &str, step: &Step) -> Option<String> {
    Some(format!("{number}={}", serde_json::to_string(step).ok()?))
}

impl BulkForm {
    /// Each ticket with its step. A raise that is taken back gives this as its reason.
    fn steps(&self, because: &str) -> desk::Result<Vec<(String, Step)>> {
        if self.action != "undo" {
            let step = self.step()?;
            return Ok(self.numbers.iter().map(|n| (n.clone(), step.clone())).collect());
        }
        let read = |line: &String| {
            let (number, step) = line.split_once('=')?;
            let mut step: Step = serde_json::from_str(step).ok()?;
            if let Step::Severity { reason, .. } = &mut step {
                because.clone_into(reason);
            }
            Some((number.to_owned(), step))
        };
        self.undo.iter().map(|l| read(l).ok_or_else(|| Error::field("undo", "bad_value"))).collect()
    }

    fn step(&self) -> desk::Result<Step> {
        let reason = self.reason.trim().to_owned();
        Ok(match self.action.as_str() {
            "take" => Step::Take {},
            "assign" => {
                let (group, no_group) = (id(&self.group), self.group == NO_GROUP);
                Step::Assign { group, no_group, assignee: id(&self.assignee), reason }
            }
            "transfer" => {
                let group = id(&self.group).ok_or_else(|| Error::field("group", "required"))?;
                Step::Transfer { group, reason }
            }
            "escalate" => Step::Escalate { reason },
            "severity" => Step::Severity {
                severity: choice("severity", &self.severity)?,
                level: if self.level == "none" { None } else { choice("level", &self.level)? },
                no_level: self.level == "none",
                mode: choice::<RaiseMode>("mode", &self.mode)?,
                reason,
            },
            "tags" => Step::Tags { add: words(&self.add).collect(), remove: words(&self.remove).collect() },
            "hold" => {
                Step::Hold { status: required("status", &self.status)?, note: self.note.trim().to_owned() }
            }
            "resume" => Step::Resume {},
            "resolve" => {
                Step::Resolve { resolution: self.resolution.clone(), cause: choice("cause", &self.cause)? }
            }
            "close" => Step::Close {},
            "cancel" => Step::Cancel { reason: required::<CloseReason>("reason", &self.reason)? },
            _ => return Err(Error::field("action", "bad_value")),
        })
    }
}
