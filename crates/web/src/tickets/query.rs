//! The ticket list's address: which queue, which filters, which order, which page.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use desk::{Error, Result};
use domain::access::Staff;
use domain::id::{OrgId, StaffId};
use domain::queue::Queue;
use domain::ticket::Status;
use domain::ticket::decide::Rules;
use domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::ticket::{Cursor, Filter, Order};
use store::{Read, directory, staff};

use super::filters::{extra_key, extras};
use crate::error::encode;
use crate::form::{choice, id};

/// The query string of a list, as people and programs write it. A filter that is given several times, or with
/// commas between its values, shows tickets with any of them.
#[derive(Debug, Clone, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `mine`, `my_groups`, `unassigned`, `due_next`, `waiting`, `resolved`, `all`. Without it: all, newest first.
    /// The filters show a part of it.
    #[param(required = false)]
    pub view: String,
    /// Statuses.
    #[param(schema_with = crate::api::choices::statuses, required = false)]
    pub status: Vec<String>,
    /// Kinds.
    #[param(schema_with = crate::api::choices::kinds, required = false)]
    pub kind: Vec<String>,
    /// Issue classes.
    #[param(schema_with = crate::api::choices::classes, required = false)]
    pub class: Vec<String>,
    /// `urgent`, `general`.
    #[param(schema_with = crate::api::choices::severities, required = false)]
    pub severity: Vec<String>,
    /// `1`, `2`.
    #[param(required = false)]
    pub level: Vec<String>,
    /// Channels.
    #[param(schema_with = crate::api::choices::channels, required = false)]
    pub channel: Vec<String>,
    /// Ids of products.
    #[param(required = false)]
    pub product: Vec<String>,
    /// Ids of organisations, or a name (which may contain commas).
    #[param(required = false)]
    pub organisation: Vec<String>,
    /// A contact's id.
    #[param(required = false)]
    pub requester: String,
    /// Ids of people; `me`; `nobody`.
    #[param(required = false)]
    pub assignee: Vec<String>,
    /// Ids of groups.
    #[param(required = false)]
    pub group: Vec<String>,
    /// Tags; several only by giving it several times.
    #[param(required = false)]
    pub tag: Vec<String>,
    /// Came on or after: a day of the desk's zone, `2026-09-01`, or an instant.
    #[param(required = false)]
    pub created_from: String,
    /// Came on or before this day, or before this instant.
    #[param(required = false)]
    pub created_until: String,
    /// `due`, `newest`, `oldest` or `updated`.
    #[param(required = false)]
    pub order: String,
    /// Columns of the page and of its export, comma-separated; the API answers all.
    #[param(required = false)]
    pub columns: String,
    /// Continues after an earlier page: its `next_cursor`.
    #[param(required = false)]
    pub cursor: String,
    /// 1–200, default 50.
    #[param(required = false)]
    pub limit: String,
    /// Extra fields, each by itself: `extra.KEY=value` or `x.KEY=value`, tickets whose field KEY has this value. What is
    /// no field, or no value of it, is refused.
    #[param(rename = "extra", required = false, style = Form, explode, value_type = BTreeMap<String, String>)]
    pub rest: BTreeMap<String, String>,
}

/// A list that can be asked of the store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub filter: Filter,
    pub order: Order,
    pub after: Option<Cursor>,
    pub limit: i64,
    /// The organisations of the filter by name.
    pub organisations: Vec<(OrgId, String)>,
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

impl<S: Sync> FromRequestParts<S> for ListQuery {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Self::Rejection> {
        Self::read(&parts.uri).map_err(|why| (StatusCode::BAD_REQUEST, why))
    }
}

impl ListQuery {
    /// What an address asks, or why it cannot be read.
    pub(super) fn read(uri: &Uri) -> std::result::Result<Self, String> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|e| e.body_text())?;
        Self::of(pairs).map_err(|name| format!("{name} is given twice"))
    }

    /// What was asked, or the name of something that has one value and was given several.
    fn of(pairs: Vec<(String, String)>) -> std::result::Result<Self, String> {
        let mut query = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let words = !["tag", "organisation"].contains(&name.as_str());
            if let Some(list) = query.list_mut(&name) {
                let parts: Vec<&str> = if words { value.split(',').collect() } else { vec![value] };
                for part in parts.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
                    if !list.iter().any(|v| v == part) {
                        list.push(part.to_owned());
                    }
                }
                continue;
            }
            let twice = match query.text_mut(&name) {
                Some(text) => !std::mem::replace(text, value.to_owned()).is_empty(),
                None => query.rest.insert(name.clone(), value.to_owned()).is_some(),
            };
            if twice {
                return Err(name);
            }
        }
        Ok(query)
    }

    fn list_mut(&mut self, name: &str) -> Option<&mut Vec<String>> {
        Some(match name {
            "status" => &mut self.status,
            "kind" => &mut self.kind,
            "class" => &mut self.class,
            "severity" => &mut self.severity,
            "level" => &mut self.level,
            "channel" => &mut self.channel,
            "product" => &mut self.product,
            "organisation" => &mut self.organisation,
            "assignee" => &mut self.assignee,
            "group" => &mut self.group,
            "tag" => &mut self.tag,
            _ => return None,
        })
    }

    fn text_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "view" => &mut self.view,
            "requester" => &mut self.requester,
            "created_from" => &mut self.created_from,
            "created_until" => &mut self.created_until,
            "order" => &mut self.order,
            "columns" => &mut self.columns,
            "cursor" => &mut self.cursor,
            "limit" => &mut self.limit,
            _ => return None,
        })
    }

    /// The filters that are chosen, name and value, in the order of the page; without the queue and the order.
    pub(crate) fn chosen(&self) -> Vec<(String, &str)> {
        let lists = [
            ("status", &self.status),
            ("severity", &self.severity),
            ("level", &self.level),
            ("kind", &self.kind),
            ("class", &self.class),
            ("channel", &self.channel),
            ("product", &self.product),
            ("organisation", &self.organisation),
            ("group", &self.group),
            ("assignee", &self.assignee),
            ("tag", &self.tag),
        ];
        let texts = [
            ("requester", &self.requester),
            ("created_from", &self.created_from),
            ("created_until", &self.created_until),
        ];
        let lists = lists.into_iter().flat_map(|(k, list)| list.iter().map(move |v| (k, v)));
        let all = lists.chain(texts).map(|(k, v)| (k.to_owned(), v.as_str()));
        let extra = self.extra().map(|(k, v)| (format!("x.{k}"), v));
        all.chain(extra).filter(|(_, v)| !v.is_empty()).collect()
    }

    /// Is this value of a filter chosen?
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.chosen().iter().any(|(k, v)| k == name && *v == value)
    }

    /// The address of the same list without one of its filters.
    pub(crate) fn without(&self, name: &str, value: &str) -> String {
        let mut less = self.clone();
        if let Some(list) = less.list_mut(name) {
            list.retain(|v| v != value);
        } else if let Some(text) = less.text_mut(name) {
            text.clear();
        } else {
            let key = name.strip_prefix("x.").unwrap_or(name);
            less.rest.retain(|k, _| k.split_once('.').is_none_or(|(_, k)| k != key));
        }
        less.address("")
    }

    /// Checks every name and value; what is unknown is an error, not an empty list.
    pub(crate) fn ask(&self, r: &mut Read<'_>, rules: &Rules, me: Option<&Staff>) -> Result<Asked> {
        if me.is_none() && !self.tag.is_empty() {
            return Err(Error::field("tag", "unknown_field"));
        }
        let view: Option<Queue> = choice("view", &self.view)?;
        let mut filter = view.map(|v| queue_filter(v, me)).unwrap_or_default();
        filter.statuses = both(filter.statuses, all("status", &self.status)?);
        filter.kinds = all("kind", &self.kind)?;
        filter.classes = all("class", &self.class)?;
        filter.severities = all("severity", &self.severity)?;
        filter.levels = all("level", &self.level)?;
        filter.channels = all("channel", &self.channel)?;
        filter.requester = id(&self.requester);
        filter.products = self.product.iter().map(|v| v.clone().into()).collect();
        filter.groups = both(filter.groups, self.group.iter().map(|v| v.clone().into()).collect());
        filter.hands = both(filter.hands, self.assignee.iter().map(|v| hand(v, me)).collect());
        filter.tags.clone_from(&self.tag);
        filter.extra = extras(&self.rest, rules, me.is_some())?;
        let zone = rules.settings.zone();
        filter.from = instant("created_from", &self.created_from, &zone, 0)?;
        filter.until = instant("created_until", &self.created_until, &zone, 1)?;
        let organisations = self.organisations(r, me.is_some())?;
        filter.organisations = organisations.iter().map(|(id, _)| id.clone()).collect();
        if me.is_some() {
            self.exist(r, &filter)?;
        }
        let usual = if filter.open { Order::Due } else { Order::Newest };
        let order = choice("order", &self.order)?.unwrap_or(usual);
        let (after, limit) = self.place()?;
        Ok(Asked { filter, order, after, limit, organisations })
    }

    /// Where the page begins, and how long it is.
    fn place(&self) -> Result<(Option<Cursor>, i64)> {
        let after = match self.cursor.as_str() {
            "" => None,
            text => Some(Cursor::decode(text).ok_or_else(|| Error::field("cursor", "bad_value"))?),
        };
        let limit = match self.limit.as_str() {
            "" => DEFAULT_LIMIT,
            text => text
                .parse()
                .ok()
                .filter(|n| (1..=MAX_LIMIT).contains(n))
                .ok_or_else(|| Error::field("limit", "limit_200"))?,
        };
        Ok((after, limit))
    }

    /// The organisations by id, or by name as a person types it. Customers are not told which there are.
    fn organisations(&self, r: &mut Read<'_>, told: bool) -> Result<Vec<(OrgId, String)>> {
        let mut found = Vec::new();
        for text in &self.organisation {
            let id = OrgId(text.clone());
            let row = match directory::organisation(r, &id)? {
                None if told => directory::organisation_named(r, text)?,
                row => row,
            };
            match row {
                Some(row) => found.push((row.id, row.name)),
                None if told => return Err(Error::field("organisation", "unknown")),
                None => found.push((id, text.clone())),
            }
        }
        Ok(found)
    }

    /// What the filter names must exist.
    fn exist(&self, r: &mut Read<'_>, filter: &Filter) -> Result<()> {
        let unknown = |field: &str| Err(Error::field(field, "unknown"));
        if !self.group.is_empty() {
            let groups = staff::groups(r)?;
            if !self.group.iter().all(|id| groups.iter().any(|g| g.id.as_str() == id)) {
                return unknown("group");
            }
        }
        if !filter.products.is_empty() {
            let products = directory::products(r)?;
            if !filter.products.iter().all(|id| products.iter().any(|p| p.id == *id)) {
                return unknown("product");
            }
        }
        for person in filter.hands.iter().flatten().flatten() {
            if staff::one(r, person)?.is_none() {
                return unknown("assignee");
            }
        }
        match &filter.requester {
            Some(contact) if directory::contact(r, contact)?.is_none() => unknown("requester"),
            _ => Ok(()),
        }
    }

    /// Extra fields and the values that are asked for.
    fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rest.iter().filter_map(|(k, v)| Some((extra_key(k)?, v.as_str())))
    }

    /// Does it show only a part of its queue? A queue runs along an index; a filter may have to look at many rows.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.chosen().is_empty()
    }

    /// The address of the queues beside the same list.
    pub(crate) fn queues(&self) -> String {
        self.address("").replacen("/tickets", "/queues", 1)
    }

    /// The address of the same list with another cursor.
    pub(crate) fn address(&self, cursor: &str) -> String {
        let rest = [("order", self.order.as_str()), ("columns", &self.columns), ("cursor", cursor)];
        let view = [("view".to_owned(), self.view.as_str())];
        let all = view.into_iter().chain(self.chosen());
        let all = all.chain(rest.map(|(k, v)| (k.to_owned(), v))).filter(|(_, v)| !v.is_empty());
        let parts: Vec<String> = all.map(|(k, v)| format!("{k}={}", encode(v))).collect();
        if parts.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{}", parts.join("&")) }
    }
}

/// The words of a closed list.
fn all<T: FromStr>(field: &str, values: &[String]) -> Result<Vec<T>> {
    values.iter().map(|v| v.parse().map_err(|_| Error::field(field, "bad_value"))).collect()
}

/// What the queue shows and the filter wants; nothing if they have nothing in common.
fn both<T: PartialEq>(queue: Option<Vec<T>>, wanted: Vec<T>) -> Option<Vec<T>> {
    match queue {
        _ if wanted.is_empty() => queue,
        None => Some(wanted),
        Some(queue) => Some(wanted.into_iter().filter(|v| queue.contains(v)).collect()),
    }
}

fn hand(value: &str, me: Option<&Staff>) -> Option<StaffId> {
    match (value, me) {
        ("nobody", _) => None,
        ("me", Some(me)) => Some(me.id.clone()),
        (person, _) => Some(StaffId(person.to_owned())),
    }
}

/// A day of the desk's zone, so many days later, or an instant.
fn instant(field: &str, text: &str, zone: &TimeZone, days: i64) -> Result<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at));
    }
    let bad = |_| Error::field(field, "bad_value");
    let day: Date = text.parse().map_err(bad)?;
    let day = day.saturating_add(jiff::Span::new().days(days));
    Ok(Some(day.to_zoned(zone.clone()).map_err(bad)?.timestamp()))
}

fn queue_filter(queue: Queue, me: Option<&Staff>) -> Filter {
    let open = Filter { open: true, ..Filter::default() };
    match queue {
        Queue::Mine => Filter { hands: me.map(|m| vec![Some(m.id.clone())]), ..open },
        Queue::MyGroups => Filter { groups: me.map(|m| m.groups.iter().cloned().collect()), ..open },
        Queue::Unassigned => Filter { hands: Some(vec![None]), ..open },
        Queue::DueNext => open,
        Queue::Waiting => Filter {
            statuses: Some(vec![Status::WaitingCustomer, Status::WaitingVendor, Status::Scheduled]),
            ..open
        },
        Queue::Resolved => Filter { statuses: Some(vec![Status::Resolved]), ..Filter::default() },
        Queue::All => Filter::default(),
    }
}
