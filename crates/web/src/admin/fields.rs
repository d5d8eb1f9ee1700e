//! Extra fields: their definitions in order, and the form that they make.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use desk::Error;
use desk::admin::save_fields;
use domain::access::Right;
use domain::field::{Field, FieldType};
use domain::id::ProductId;
use domain::ticket::Kind;
use store::directory::{self, ProductRow};
use store::rules::{SettingKey, setting};

use super::pairs::{Pairs, conflict, rearrange};
use super::routing::Saved;
use crate::app::App;
use crate::error::WebError;
use crate::session::StaffPage;
use crate::tickets::render;
use crate::ui::Ui;
use crate::wrong::Wrongs;

/// A definition in the form. The key of a saved field stays: values are kept under it.
#[derive(Debug, Clone)]
struct Row {
    field: Field,
    choices: String,
    kept: bool,
}

impl Row {
    fn of(field: Field, kept: bool) -> Self {
        Self { choices: field.choices.join("\n"), field, kept }
    }

    fn blank() -> Self {
        let field = Field {
            key: String::new(),
            label: String::new(),
            type_: FieldType::Text,
            choices: Vec::new(),
            kinds: Vec::new(),
            products: Vec::new(),
            required: false,
            customer: false,
        };
        Self::of(field, false)
    }

    fn sent(p: &Pairs) -> Vec<Self> {
        let one = |i: usize| {
            let name = |part: &str| format!("f.{i}.{part}");
            let text = |part: &str| p.get(&name(part)).trim().to_owned();
            let type_ = p.get(&name("type")).parse().unwrap_or(FieldType::Text);
            let lines = p.get(&name("choices")).lines().map(str::trim).filter(|l| !l.is_empty());
            let choices =
                if type_ == FieldType::Choice { lines.map(str::to_owned).collect() } else { Vec::new() };
            let field = Field {
                key: text("key"),
                label: text("label"),
                type_,
                choices,
                kinds: p.chosen(&name("kinds")),
                products: p.all(&name("products")).map(ProductId::from).collect(),
                required: p.ticked(&name("required")),
                customer: p.ticked(&name("customer")),
            };
            Self::of(field, p.ticked(&name("kept")))
        };
        p.rows("f").into_iter().map(one).collect()
    }

    fn has_kind(&self, kind: &str) -> bool {
        self.field.kinds.iter().any(|k| k.as_str() == kind)
    }
    fn has_product(&self, id: &ProductId) -> bool {
        self.field.products.contains(id)
    }
}

#[derive(Template)]
#[template(path = "admin/fields.html")]
struct FieldsPage {
    ui: Ui,
    tab: &'static str,
    version: i64,
    rows: Vec<Row>,
    products: Vec<ProductRow>,
    kind: Kind,
    fields: Vec<(Field, String)>,
    beside: Beside,
}

/// What the form shows beside its fields.
#[derive(Default)]
struct Beside {
    said: Option<String>,
    errors: Wrongs,
    theirs: Vec<String>,
}

impl FieldsPage {
    fn tabs(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        super::tabs(&self.ui)
    }
    fn types(&self) -> &'static [FieldType] {
        FieldType::ALL
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
}

async fn shown(
    app: &App,
    page: &StaffPage,
    (rows, version, kind): (Vec<Row>, i64, Kind),
    beside: Beside,
) -> Result<Response, WebError> {
    let ui = page.ui(app, "admin").await?;
    let products = app.desk.read(|r| Ok(directory::products(r)?)).await.map_err(|e| page.visitor.fail(e))?;
    let of_kind = |f: &Field| f.kinds.is_empty() || f.kinds.contains(&kind);
    let fields = rows.iter().map(|r| r.field.clone()).filter(of_kind).map(|f| (f, String::new())).collect();
    render(&FieldsPage { ui, tab: "fields", version, rows, products, kind, fields, beside }, &page.visitor)
}

async fn stored(app: &App, page: &StaffPage) -> Result<(Vec<Row>, i64), WebError> {
    let read = app.desk.read(|r| Ok(setting::<Vec<Field>>(r, SettingKey::Fields)?));
    let (fields, version) = read.await.map_err(|e| page.visitor.fail(e))?;
    Ok((fields.into_iter().map(|f| Row::of(f, true)).collect(), version))
}

/// The fields of the moment.
pub(super) async fn form(
    State(app): State<App>,
    page: StaffPage,
    Query(asked): Query<Saved>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let (rows, version) = stored(&app, &page).await?;
    let said = (!asked.saved.is_empty()).then(|| words::t(page.visitor.locale, "fields-saved").to_owned());
    shown(&app, &page, (rows, version, Kind::Fault), Beside { said, ..Beside::default() }).await
}

/// Rearranges the form, shows what it makes, or saves it.
pub(super) async fn save(
    State(app): State<App>,
    page: StaffPage,
    pairs: Pairs,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let locale = page.visitor.locale;
    let (mut rows, version) = (Row::sent(&pairs), pairs.number("version"));
    let kind = pairs.get("preview_kind").parse().unwrap_or(Kind::Fault);
    if rearrange(&mut rows, pairs.wish(), Row::blank) || pairs.wish().0 == "preview" {
        let said = Some(words::t(locale, "rules-unsaved").to_owned());
        return shown(&app, &page, (rows, version, kind), Beside { said, ..Beside::default() }).await;
    }
    let list = rows.iter().map(|r| r.field.clone()).collect();
    match save_fields(&app.desk, page.actor(), list, version).await {
        Ok(()) => Ok(Redirect::to("/admin/fields?saved=1").into_response()),
        Err(Error::Invalid(fields)) => {
            let errors = Wrongs::of(&fields, locale);
            shown(&app, &page, (rows, version, kind), Beside { errors, ..Beside::default() }).await
        }
        Err(Error::Stale { .. }) => {
            let (theirs, version) = stored(&app, &page).await?;
            let line = |r: &Row| format!("{} ({})", r.field.label, r.field.key);
            let theirs = theirs.iter().map(line).collect();
            conflict(shown(&app, &page, (rows, version, kind), Beside { theirs, ..Beside::default() }).await)
        }
        Err(e) => Err(page.visitor.fail(e)),
    }
}
