//! The contact sheet of a product, to be printed and put where it is used: who answers, when, and the code that leads to
//! the kit.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use desk::Error;
use domain::access::Right;
use domain::id::ProductId;
use qrcode::QrCode;
use qrcode::render::svg;
use store::directory;

use crate::app::App;
use crate::error::{Form, WebError};
use crate::session::StaffPage;
use crate::tickets::{ListQuery, render};
use crate::ui::Ui;

/// Pixels of the code, at least.
const SIZE: u32 = 320;

#[derive(Template)]
#[template(path = "kit/sheet.html")]
struct SheetPage {
    ui: Ui,
    query: ListQuery,
    id: ProductId,
    product: String,
    hours: String,
    phone: String,
    mail: Option<String>,
    /// The kit of the product, where it is open.
    kit: Option<String>,
    portal: String,
}

fn kit_of(app: &App, product: &ProductId) -> String {
    format!("{}/kit/{}", app.config.public_url, crate::error::encode(product.as_str()))
}

/// The sheet.
pub(super) async fn show(
    State(app): State<App>,
    page: StaffPage,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    page.need(Right::DeskEdit)?;
    let ui = page.ui(&app, "admin").await?;
    let (desk, id, locale) = (app.desk.clone(), ProductId(id), ui.locale);
    let wanted = id.clone();
    let read = app.desk.read(move |r| {
        let product = directory::products(r)?.into_iter().find(|p| p.id == wanted).ok_or(Error::NotFound)?;
        Ok((desk.rules_in(r)?, product))
    });
    let (rules, product) = read.await.map_err(|e| page.visitor.fail(e))?;
    let kept = rules.mailboxes.iter().filter(|m| m.active).map(|m| &m.address);
    let mail = kept.chain(&app.config.written_mailboxes).next().cloned();
    let is_open = rules.settings.caller_kit && product.active;
    let view = SheetPage {
        query: ListQuery::default(),
        hours: crate::admin::service_hours(locale, &rules),
        phone: rules.settings.support_phone.clone(),
        mail,
        kit: is_open.then(|| kit_of(&app, &id)),
        portal: format!("{}/portal", app.config.public_url),
        product: product.name,
        id,
        ui,
    };
    render(&view, &page.visitor)
}

/// The code that leads to the kit of a product, as a picture.
pub(super) async fn code(
    State(app): State<App>,
    Path(product): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let fail = |e| WebError::asked(e, Form::Page, &headers);
    let (desk, id) = (app.desk.clone(), ProductId(product));
    let wanted = id.clone();
    let read = app.desk.read(move |r| {
        let known = directory::products(r)?.iter().any(|p| p.id == wanted && p.active);
        Ok(known && desk.rules_in(r)?.settings.caller_kit)
    });
    if !read.await.map_err(fail)? {
        return Err(fail(Error::NotFound));
    }
    let code = QrCode::new(kit_of(&app, &id)).map_err(|e| fail(Error::Internal(e.to_string())))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(SIZE, SIZE).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
