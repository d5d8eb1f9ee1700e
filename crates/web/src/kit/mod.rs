//! The caller's kit: a page without sign-in on which somebody writes down the five facts before calling, and gets a code.

mod calm;
mod sheet;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::{Desk, Error, FieldError, kit};
use domain::kit::PreTicket;
use domain::ticket::Facts;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::directory::{self, ProductRow};
use words::{Locale, t, t_args};

use crate::app::App;
use crate::error::{Form, WebError, header_locale, header_theme};
use crate::form::{Fields, facts_of, id};
use crate::peer::Peer;
use crate::wrong::Wrongs;

/// Routes of the kit.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/kit", get(page).post(prepare))
        .route("/kit/{product}", get(page_of))
        .route("/kit/{product}/qr.svg", get(sheet::code))
        .route("/admin/products/{id}/sheet", get(sheet::show))
}

/// The form as it was sent; shown again with its errors.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct KitForm {
    product: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// What every page of the kit says.
struct House {
    desk_name: String,
    hours: String,
    zone: TimeZone,
    products: Vec<ProductRow>,
    /// How long a written request waits now, and why that is said.
    wait: String,
    /// The number to be called.
    phone: String,
    /// When to call, and when not.
    advice: String,
    /// Weekdays and hours of the map; empty where nothing is known.
    days: Vec<&'static str>,
    hours_of_week: Vec<calm::HourRow>,
}

#[derive(Template)]
#[template(path = "kit/page.html")]
struct KitPage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    house: House,
    form: KitForm,
    facts: Facts,
    errors: Wrongs,
}

#[derive(Template)]
#[template(path = "kit/code.html")]
struct CodePage {
    locale: Locale,
    theme: &'static str,
    assets: &'static str,
    house: House,
    prepared: PreTicket,
    product: String,
}

impl KitPage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
}

impl CodePage {
    fn t(&self, key: &str) -> &'static str {
        t(self.locale, key)
    }
    /// In two groups, as it is told on the telephone.
    fn spoken(&self) -> String {
        let (head, tail) = self.prepared.code.split_at_checked(3).unwrap_or((&self.prepared.code, ""));
        format!("{head} {tail}")
    }
    fn until(&self) -> String {
        let at = words::dated(self.locale, &self.house.zone, self.prepared.expires_at);
        t_args(self.locale, "kit-until", &[("at", &at)])
    }
    fn told(&self) -> Vec<(&'static str, String)> {
        let facts = self.prepared.facts.named();
        let named = |(name, text): (&str, &str)| (words::word(self.locale, "fact", name), text.to_owned());
        let product = Some((self.t("field-product"), self.product.clone())).filter(|(_, p)| !p.is_empty());
        product.into_iter().chain(facts.map(named)).filter(|(_, text)| !text.trim().is_empty()).collect()
    }
}

/// What the pages say of the house, where it has a kit.
async fn house(desk: &Desk, locale: Locale) -> desk::Result<House> {
    let (of_desk, calm) = (desk.clone(), desk.calm().await?);
    desk.read(move |r| {
        let rules = of_desk.rules_in(r)?;
        if !rules.settings.caller_kit {
            return Err(Error::NotFound);
        }
        let map = calm::Map::of(&calm, &rules, locale, r.now());
        let products = directory::products(r)?.into_iter().filter(|p| p.active).collect();
        Ok(House {
            desk_name: rules.settings.desk_name.clone(),
            hours: crate::admin::service_hours(locale, &rules),
            zone: rules.settings.zone(),
            products,
            wait: map.wait,
            phone: rules.settings.support_phone.clone(),
            advice: map.advice,
            days: map.days,
            hours_of_week: map.hours,
        })
    })
    .await
}

async fn page_with(
    app: &App,
    headers: &HeaderMap,
    form: KitForm,
    wrong: &[FieldError],
) -> Result<Response, WebError> {
    let locale = header_locale(headers);
    let house = house(&app.desk, locale).await.map_err(|e| WebError::asked(e, Form::Page, headers))?;
    let (facts, errors) = (facts_of(&form.rest), Wrongs::of(wrong, locale));
    let (theme, assets) = (header_theme(headers), crate::assets::version());
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = KitPage { locale, theme, assets, house, form, facts, errors };
    Ok((status, shown(&page, headers)?).into_response())
}

fn shown(page: &impl Template, headers: &HeaderMap) -> Result<Response, WebError> {
    let broken = |e: askama::Error| WebError::asked(Error::Internal(e.to_string()), Form::Page, headers);
    let html = page.render().map_err(broken)?;
    Ok(axum::response::Html(crate::wrong::said_at_fields(html).0).into_response())
}

async fn page(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    page_with(&app, &headers, KitForm::default(), &[]).await
}

/// The page of a product, as its manual names it.
async fn page_of(
    State(app): State<App>,
    Path(product): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let fail = |e| WebError::asked(e, Form::Page, &headers);
    let house = house(&app.desk, header_locale(&headers)).await.map_err(fail)?;
    if !house.products.iter().any(|p| p.id.as_str() == product) {
        return Err(fail(Error::NotFound));
    }
    page_with(&app, &headers, KitForm { product, ..KitForm::default() }, &[]).await
}

/// Keeps what was prepared and shows its code, or the form again with what is wrong.
async fn prepare(
    State(app): State<App>,
    Peer(from): Peer,
    headers: HeaderMap,
    Fields(form): Fields<KitForm>,
) -> Result<Response, WebError> {
    let facts = facts_of(&form.rest);
    match kit::prepare(&app.desk, &from, id(&form.product), facts).await {
        Ok(prepared) => {
            let locale = header_locale(&headers);
            let house =
                house(&app.desk, locale).await.map_err(|e| WebError::asked(e, Form::Page, &headers))?;
            let of = |p: &&ProductRow| prepared.product.as_ref() == Some(&p.id);
            let product = house.products.iter().find(of).map(|p| p.name.clone()).unwrap_or_default();
            let (theme, assets) = (header_theme(&headers), crate::assets::version());
            shown(&CodePage { locale, theme, assets, house, prepared, product }, &headers)
        }
        Err(Error::Invalid(wrong)) => page_with(&app, &headers, form, &wrong).await,
        Err(e) => Err(WebError::asked(e, Form::Page, &headers)),
    }
}
