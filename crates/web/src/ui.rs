//! What the frame of every page needs: texts, time, the person, the queues with their counts.

use std::collections::{BTreeMap, BTreeSet};

use desk::Result;
use domain::access::{Actor, Right};
use domain::queue::Queue;
use domain::time::Timestamp;
use jiff::tz::TimeZone;
use store::feed::Place;
use store::{admin, ticket};
use words::Locale;

use crate::app::App;
use crate::dated::Dated;
use crate::paging::{Ringing, ringing};
use crate::said::Said;
use crate::session::{ContactPage, StaffPage, Visitor};
use crate::tickets::ListQuery;

/// A queue in the sidebar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueLink {
    pub queue: &'static str,
    pub count: Option<i64>,
}

/// The frame.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    pub locale: Locale,
    pub theme: &'static str,
    pub name: String,
    /// Whose page it is: their tabs share one stream of live updates.
    pub reader: String,
    pub section: &'static str,
    pub now: Timestamp,
    pub zone: TimeZone,
    pub assets: &'static str,
    pub rights: BTreeSet<Right>,
    pub queues: Vec<QueueLink>,
    /// Saved views: key, name, address, is it one's own?
    pub views: Vec<(String, String, String, bool)>,
    pub unread: i64,
    /// Visitors who wait; nothing where chat is not open, or not the reader's matter.
    pub chats: Option<i64>,
    /// From where the page is kept fresh.
    pub live: Option<Place>,
    pub desk_name: String,
    pub path: String,
    pub said: Option<Said>,
    /// Pages of the reader that nobody has answered.
    pub pages: Vec<Ringing>,
    /// Running emergencies that affect the customer.
    pub emergencies: Vec<store::emergency::Band>,
    /// The calendars without the holidays of a year, key and name, for those who can mend it.
    pub unannounced: BTreeMap<i16, Vec<(String, String)>>,
}

impl Ui {
    /// The frame of the console.
    pub(crate) async fn staff(app: &App, page: &StaffPage, section: &'static str) -> Result<Self> {
        let (desk, me, locale) = (app.desk.clone(), page.staff.clone(), page.visitor.locale);
        let (rules, queues, views, pages, unread, chats, live) = app
            .desk
            .peek(move |r| {
                let rules = desk.rules_in(r)?;
                let mut queues = Vec::new();
                for queue in Queue::ALL {
                    queues.push(QueueLink { queue: queue.as_str(), count: count(r, *queue, &me)? });
                }
                let views = ticket::views(r, &me.id)?
                    .into_iter()
                    .map(|v| (v.id.0, v.name, v.query, v.staff == me.id))
                    .collect();
                let pages = ringing(r, &me.id, locale)?;
                let chats = waiting(r, &rules, &me)?;
                let unread = admin::unread(r, &me.id)?;
                Ok((rules, queues, views, pages, unread, chats, store::feed::end(r)?.0))
            })
            .await?;
        let mut ui = Self::base(app, &page.visitor, section);
        ui.name.clone_from(&page.staff.name);
        ui.rights.clone_from(&page.staff.rights);
        ui.zone = rules.settings.zone();
        ui.desk_name.clone_from(&rules.settings.desk_name);
        if ui.rights.contains(&Right::PromiseEdit) {
            let today = ui.now.to_zoned(ui.zone.clone()).date();
            for (id, c) in &rules.calendars {
                if let Some(year) = c.doc.missing_year(today) {
                    ui.unannounced.entry(year).or_default().push((id.0.clone(), c.name.clone()));
                }
            }
        }
        (ui.queues, ui.views, ui.unread, ui.live) = (queues, views, unread, Some(live));
        (ui.pages, ui.chats) = (pages, chats);
        Ok(ui)
    }

    /// The frame of the portal.
    pub(crate) async fn contact(app: &App, page: &ContactPage, section: &'static str) -> Result<Self> {
        let desk = app.desk.clone();
        let org = page.contact.organisation.clone();
        let (rules, live, emergencies) = app
            .desk
            .peek(move |r| {
                let running = org.map(|o| store::emergency::running_for(r, &o)).transpose()?;
                Ok((desk.rules_in(r)?, store::feed::end(r)?.0, running.unwrap_or_default()))
            })
            .await?;
        let mut ui = Self::base(app, &page.visitor, section);
        ui.emergencies = emergencies;
        ui.chats = rules.settings.chat_on.then_some(0);
        ui.live = Some(live);
        ui.name.clone_from(&page.contact.name);
        ui.zone = rules.settings.zone();
        ui.desk_name.clone_from(&rules.settings.desk_name);
        Ok(ui)
    }

    fn base(app: &App, visitor: &Visitor, section: &'static str) -> Self {
        Self {
            locale: visitor.locale,
            theme: visitor.theme,
            name: String::new(),
            reader: reader(visitor.actor()),
            section,
            now: app.desk.now(),
            zone: TimeZone::UTC,
            assets: crate::assets::version(),
            rights: BTreeSet::new(),
            queues: Vec::new(),
            views: Vec::new(),
            unread: 0,
            chats: None,
            live: None,
            desk_name: String::new(),
            path: visitor.path.clone(),
            said: visitor.said.clone().filter(|_| !visitor.part),
            pages: Vec::new(),
            emergencies: Vec::new(),
            unannounced: BTreeMap::new(),
        }
    }

    /// A text.
    pub(crate) fn t(&self, key: &str) -> &'static str {
        words::t(self.locale, key)
    }

    /// The text in the other language, by which a command is found too.
    pub(crate) fn also(&self, key: &str) -> &'static str {
        let other = if self.locale == Locale::En { Locale::Zh } else { Locale::En };
        words::t(other, key)
    }

    /// A word of a closed list.
    pub(crate) fn w(&self, list: &str, word: &str) -> &'static str {
        words::word(self.locale, list, word)
    }

    /// Which calendars lack which year.
    pub(crate) fn unannounced_text(&self, calendars: &[(String, String)], year: i16) -> String {
        let names: Vec<&str> = calendars.iter().map(|(_, name)| name.as_str()).collect();
        let (n, names) = (names.len().to_string(), names.join(self.t("list-comma")));
        let args = [("n", &*n), ("names", &*names), ("year", &*year.to_string())];
        words::t_args(self.locale, "announce-missing", &args)
    }

    /// A text with one argument.
    pub(crate) fn t1(&self, key: &str, name: &'static str, value: impl std::fmt::Display) -> String {
        words::t_args(self.locale, key, &[(name, &value.to_string())])
    }

    /// A text whose dates stay whole.
    pub(crate) fn dated<'a>(&self, text: &'a str) -> Dated<'a> {
        Dated(text)
    }

    /// A text with two arguments.
    pub(crate) fn t2(
        &self,
        key: &str,
        one: &'static str,
        first: impl std::fmt::Display,
        other: &'static str,
        second: impl std::fmt::Display,
    ) -> String {
        words::t_args(self.locale, key, &[(one, &first.to_string()), (other, &second.to_string())])
    }

    /// `今天 14:05`.
    pub(crate) fn when(&self, at: &Timestamp) -> String {
        words::when(self.locale, &self.zone, *at, self.now)
    }

    /// `2026-09-01`.
    pub(crate) fn day(&self, at: &Timestamp) -> String {
        words::date(&self.zone, *at)
    }

    /// The full instant, for hovering.
    pub(crate) fn full(&self, at: &Timestamp) -> String {
        words::instant(&self.zone, *at)
    }

    /// The clock with its seconds, for what happens in a moment.
    pub(crate) fn second(&self, at: &Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// The IANA name of the zone, for the browser.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The key of the saved view whose address a list has; a queue's own address is the queue.
    pub(crate) fn view_in_use(&self, query: &ListQuery) -> Option<&str> {
        let here = query.address("");
        let bare = ListQuery { view: query.view.clone(), ..ListQuery::default() }.address("");
        self.views.iter().find(|v| v.2 == here && here != bare).map(|v| v.0.as_str())
    }

    /// Does the person hold this right?
    pub(crate) fn may(&self, right: &str) -> bool {
        right.parse::<Right>().is_ok_and(|r| self.rights.contains(&r))
    }

    /// Has the reader any page of the administration?
    pub(crate) fn administers(&self) -> bool {
        use Right::{AuditView, DeskEdit, Operate, PromiseEdit, StaffEdit};
        [Operate, StaffEdit, DeskEdit, PromiseEdit, AuditView].iter().any(|r| self.rights.contains(r))
    }

    /// Where `g` and a letter lead the reader, in the order of the letters in the help.
    pub(crate) fn places(&self) -> String {
        let (tickets, people, reports) =
            (self.may("ticket.view"), self.may("people.view"), self.may("report.view"));
        let all = [
            ("nav-tickets", true),
            ("nav-notices", true),
            ("nav-chats", self.chats.is_some()),
            ("nav-emergencies", tickets),
            ("nav-appointments", tickets),
            ("nav-oncall", tickets),
            ("nav-customers", people),
            ("nav-log", reports),
            ("nav-reports", reports),
            ("nav-admin", self.administers()),
        ];
        let mine: Vec<_> = all.into_iter().filter(|p| p.1).map(|p| self.t(p.0)).collect();
        mine.join(self.t("list-comma"))
    }

    /// Is this a section that a phone has under "more"?
    pub(crate) fn is_further(&self) -> bool {
        matches!(
            self.section,
            "chats" | "emergencies" | "appointments" | "oncall" | "customers" | "log" | "reports" | "admin"
        )
    }
}

fn reader(who: &Actor) -> String {
    match who {
        Actor::Staff(staff) => staff.id.to_string(),
        Actor::Contact(contact) => contact.id.to_string(),
        Actor::System(_) => String::new(),
    }
}

/// How many visitors wait, for somebody who may answer them, where chat is open.
fn waiting(
    r: &mut store::Read<'_>,
    rules: &domain::ticket::decide::Rules,
    me: &domain::access::Staff,
) -> Result<Option<i64>> {
    if !rules.settings.chat_on || !me.rights.contains(&Right::TicketReply) {
        return Ok(None);
    }
    Ok(Some(store::chat::count_waiting(r)?))
}

/// A queue's maintained count; `all` has none worth reading.
pub(crate) fn count(
    r: &mut store::Read<'_>,
    queue: Queue,
    me: &domain::access::Staff,
) -> Result<Option<i64>> {
    let one = |r: &mut store::Read<'_>, key: &str| ticket::count_of(r, key);
    Ok(match queue {
        Queue::Mine => Some(one(r, &format!("staff:{}", me.id))?),
        Queue::MyGroups => {
            let mut sum = 0;
            for g in &me.groups {
                sum += one(r, &format!("group:{g}"))?;
            }
            Some(sum)
        }
        Queue::Unassigned => Some(one(r, "unassigned")?),
        Queue::DueNext => Some(one(r, "open")?),
        Queue::Waiting => Some(one(r, "waiting")?),
        Queue::Resolved => Some(one(r, "resolved")?),
        Queue::All => Some(one(r, "all")?),
    })
}
