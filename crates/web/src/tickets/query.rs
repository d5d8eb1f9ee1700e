//! The ticket list's address: which queue, which filters, which order, which page.

use std::collections::BTreeMap;

use desk::{Error, Result};
use domain::access::Staff;
use domain::people::fold;
use domain::queue::Queue;
use domain::ticket::Status;
use serde::Deserialize;
use store::ticket::{Cursor, Filter, Order};

use crate::form::{choice, id};

/// The query string of a list, as people and programs write it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `mine`, `my_groups`, `unassigned`, `due_next`, `waiting`, `resolved`, `all`. Without it: all, newest first.
    pub view: String,
    /// A status.
    pub status: String,
    /// A kind.
    pub kind: String,
    /// An issue class.
    pub class: String,
    /// `urgent` or `general`.
    pub severity: String,
    /// A product's id.
    pub product: String,
    /// An organisation's id.
    pub organisation: String,
    /// A contact's id.
    pub requester: String,
    /// A person's id.
    pub assignee: String,
    /// A group's id.
    pub group: String,
    /// A tag.
    pub tag: String,
    /// `due`, `newest`, `oldest` or `updated`.
    pub order: String,
    /// Columns of the page and of its export, comma-separated; the API answers all.
    pub columns: String,
    /// Continues after an earlier page: its `next_cursor`.
    pub cursor: String,
    /// 1–200, default 50.
    pub limit: String,
    /// `x.KEY` (or `extra.KEY`): only tickets whose extra field has this value.
    #[serde(flatten)]
    #[param(ignore)]
    pub rest: BTreeMap<String, String>,
}

/// A list that can be asked of the store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub view: Option<Queue>,
    pub filter: Filter,
    pub order: Order,
    pub after: Option<Cursor>,
    pub limit: i64,
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

impl ListQuery {
    /// Checks every value; an unknown one is an error, not an empty list.
    pub(crate) fn read(&self, me: Option<&Staff>) -> Result<Asked> {
        let view: Option<Queue> = choice("view", &self.view)?;
        let mut filter = view.map(|v| queue_filter(v, me)).unwrap_or_default();
        if let Some(status) = choice::<Status>("status", &self.status)? {
            filter.statuses = vec![status];
        }
        filter.kind = choice("kind", &self.kind)?;
        filter.class = choice("class", &self.class)?;
        filter.severity = choice("severity", &self.severity)?;
        filter.product = id(&self.product);
        filter.organisation = id(&self.organisation);
        filter.requester = id(&self.requester);
        filter.assignee = id(&self.assignee).or(filter.assignee);
        filter.groups = id(&self.group).map(|g| vec![g]).or(filter.groups);
        filter.tag = id(&self.tag);
        filter.extra = self.extra().map(|(key, value)| (key.to_owned(), fold(value))).collect();
        let usual = if filter.open { Order::Due } else { Order::Newest };
        let order = choice("order", &self.order)?.unwrap_or(usual);
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
                .ok_or_else(|| Error::field("limit", "bad_value"))?,
        };
        Ok(Asked { view, filter, order, after, limit })
    }

    /// Extra fields and the values that are asked for.
    fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.rest.iter().filter(|(_, v)| !v.trim().is_empty());
        pairs.filter_map(|(k, v)| {
            let key = k.strip_prefix("x.").or_else(|| k.strip_prefix("extra."))?;
            Some((key, v.as_str()))
        })
    }

    /// Does it show only a part of its queue? A queue runs along an index; a filter may have to look at many rows.
    pub(crate) fn is_filtered(&self) -> bool {
        let filters = [
            &self.status,
            &self.kind,
            &self.class,
            &self.severity,
            &self.product,
            &self.organisation,
            &self.requester,
            &self.assignee,
            &self.group,
            &self.tag,
        ];
        filters.iter().any(|f| !f.is_empty()) || self.extra().next().is_some()
    }

    /// The address of the same list with another cursor.
    pub(crate) fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("view", &self.view),
            ("status", &self.status),
            ("kind", &self.kind),
            ("class", &self.class),
            ("severity", &self.severity),
            ("product", &self.product),
            ("organisation", &self.organisation),
            ("requester", &self.requester),
            ("assignee", &self.assignee),
            ("group", &self.group),
            ("tag", &self.tag),
            ("order", &self.order),
            ("columns", &self.columns),
        ];
        let cursor = cursor.to_owned();
        let all = pairs.into_iter().chain([("cursor", &cursor)]).filter(|(_, v)| !v.is_empty());
        let parts: Vec<String> = all
            .map(|(k, v)| format!("{k}={}", crate::error::encode(v)))
            .chain(self.extra().map(|(k, v)| format!("x.{k}={}", crate::error::encode(v))))
            .collect();
        if parts.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{}", parts.join("&")) }
    }
}

fn queue_filter(queue: Queue, me: Option<&Staff>) -> Filter {
    let open = Filter { open: true, ..Filter::default() };
    match queue {
        Queue::Mine => Filter { assignee: me.map(|m| m.id.clone()), ..open },
        Queue::MyGroups => Filter { groups: me.map(|m| m.groups.iter().cloned().collect()), ..open },
        Queue::Unassigned => Filter { unassigned: true, ..open },
        Queue::DueNext => open,
        Queue::Waiting => Filter {
            statuses: vec![Status::WaitingCustomer, Status::WaitingVendor, Status::Scheduled],
            ..open
        },
        Queue::Resolved => Filter { statuses: vec![Status::Resolved], ..Filter::default() },
        Queue::All => Filter::default(),
    }
}
