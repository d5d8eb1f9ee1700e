//! A row of a table as a ticket or a customer, before anybody asks the directory for the names in it.

use jiff::tz::TimeZone;

use super::{DateOrder, EXTRA, Mapping, Noun, Vocabulary, read_instant};
use crate::access::Sees;
use crate::people::{Point, parse_email, parse_phone};
use crate::ticket::{Channel, Extra, Facts, IssueClass, Kind, Level, Severity};
use crate::time::Timestamp;

/// A field that is wrong, and why; both are keys of texts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wrong {
    /// Which field.
    pub field: String,
    /// Why.
    pub issue: String,
}

/// How a table is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Custom<'a> {
    /// What its rows are.
    pub noun: Noun,
    /// What its columns mean.
    pub mapping: &'a Mapping,
    /// How many columns have a name.
    pub width: usize,
    /// Where its times without an offset are meant.
    pub zone: &'a TimeZone,
    /// How its dates are written.
    pub order: DateOrder,
    /// How people write words.
    pub words: &'a Vocabulary,
}

/// A row that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Of tickets.
    Ticket(Box<TicketLine>),
    /// Of customers.
    Customer(Box<CustomerLine>),
}

/// A ticket; names are as they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TicketLine {
    /// What the customer calls the matter.
    pub title: String,
    /// The customer's words.
    pub body: String,
    /// Address or number of who asked.
    pub requester: String,
    /// Name of who asked.
    pub requester_name: String,
    /// The customer's organisation.
    pub organisation: String,
    /// Product.
    pub product: String,
    /// Module.
    pub module: String,
    /// Group.
    pub group: String,
    /// Person, by name or login.
    pub assignee: String,
    /// What solved it.
    pub resolution: String,
    /// Number in the other system.
    pub external_ref: String,
    /// Words from closed lists.
    pub given: Given,
    /// The five facts.
    pub facts: Facts,
    /// Extra fields.
    pub extra: Extra,
    /// Tags.
    pub tags: Vec<String>,
    /// When it came.
    pub received_at: Option<Timestamp>,
    /// When somebody first answered.
    pub responded_at: Option<Timestamp>,
    /// When it was solved.
    pub resolved_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// What a row says in words of closed lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// Kind.
    pub kind: Option<Kind>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Level.
    pub level: Option<Level>,
    /// Class.
    pub class: Option<IssueClass>,
    /// Channel.
    pub channel: Option<Channel>,
}

/// An organisation, a contact, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLine {
    /// Name of the organisation; empty if there is none.
    pub organisation: String,
    /// Its mail domains.
    pub domains: Vec<String>,
    /// For staff.
    pub note: String,
    /// Name of the contact; empty if there is none.
    pub contact: String,
    /// Addresses and numbers of the contact.
    pub points: Vec<Point>,
    /// The contact's job.
    pub position: String,
    /// Language of letters: `zh-CN` or `en`.
    pub language: &'static str,
    /// How much the contact sees.
    pub sees: Sees,
}

struct Reader<'a> {
    how: Custom<'a>,
    cells: &'a [String],
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn text(&self, field: &str) -> &str {
        let at = self.how.mapping.0.get(field);
        at.and_then(|i| self.cells.get(*i)).map_or("", |c| c.trim())
    }

    fn own(&self, field: &str) -> String {
        self.text(field).to_owned()
    }

    fn bad(&mut self, field: &str, issue: &str) {
        self.wrong.push(Wrong { field: field.to_owned(), issue: issue.to_owned() });
    }

    fn need(&mut self, field: &str) -> String {
        if self.text(field).is_empty() {
            self.bad(field, "required");
        }
        self.own(field)
    }

    fn word<T: std::str::FromStr>(&mut self, field: &str, list: &'static str) -> Option<T> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let found = self.how.words.word(list, text).and_then(|w| w.parse().ok());
        if found.is_none() {
            self.bad(field, "bad_value");
        }
        found
    }

    fn instant(&mut self, field: &str) -> Option<Timestamp> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let found = read_instant(text, self.how.zone, self.how.order);
        if found.is_none() {
            self.bad(field, "bad_date");
        }
        found
    }

    fn list(&self, field: &str) -> Vec<String> {
        let separators = [',', ';', '\u{ff0c}', '\u{ff1b}', '\u{3001}', ' '];
        let words = self.text(field).split(separators).map(str::trim).filter(|w| !w.is_empty());
        words.map(str::to_owned).collect()
    }

    fn ticket(&mut self, now: Timestamp) -> TicketLine {
        let mut t = TicketLine {
            title: self.need("title"),
            body: self.own("body"),
            requester: self.need("requester"),
            requester_name: self.own("requester_name"),
            organisation: self.own("organisation"),
            product: self.own("product"),
            module: self.own("module"),
            group: self.own("group"),
            assignee: self.own("assignee"),
            resolution: self.own("resolution"),
            external_ref: self.own("external_ref"),
            given: Given {
                kind: self.word("kind", "kind"),
                severity: self.word("severity", "severity"),
                level: self.word("level", "level"),
                class: self.word("class", "class"),
                channel: self.word("channel", "channel"),
            },
            facts: Facts {
                symptom: self.own("symptom"),
                occurrence: self.own("occurrence"),
                system: self.own("system"),
                version: self.own("product_version"),
                error_code: self.own("error_code"),
            },
            tags: self.list("tags"),
            ..TicketLine::default()
        };
        if !t.requester.is_empty() && parse_email(&t.requester).or(parse_phone(&t.requester)).is_none() {
            self.bad("requester", "no_point");
        }
        for (field, column) in &self.how.mapping.0 {
            if let (Some(key), Some(value)) = (field.strip_prefix(EXTRA), self.cells.get(*column)) {
                t.extra.insert(key.to_owned(), value.trim().to_owned());
            }
        }
        self.times(&mut t, now);
        t
    }

    /// Times in the order in which things happen, none of them in the future.
    fn times(&mut self, t: &mut TicketLine, now: Timestamp) {
        let fields = ["received_at", "responded_at", "resolved_at", "closed_at"];
        let times = fields.map(|f| self.instant(f));
        let mut last: Option<Timestamp> = None;
        for (field, at) in fields.iter().zip(times) {
            match at {
                Some(at) if at > now => self.bad(field, "in_future"),
                Some(at) if last.is_some_and(|l| at < l) => self.bad(field, "too_early"),
                Some(at) => last = Some(at),
                None => {}
            }
        }
        [t.received_at, t.responded_at, t.resolved_at, t.closed_at] = times;
        if t.received_at.is_none() && last.is_some() && self.text("received_at").is_empty() {
            self.bad("received_at", "required");
        }
    }

    fn customer(&mut self) -> CustomerLine {
        let mut points = Vec::new();
        for (field, read) in [("email", parse_email as fn(&str) -> Option<Point>), ("phone", parse_phone)] {
            // A number may hold spaces; several stand between commas or semicolons.
            let separators = [',', ';', '\u{ff0c}', '\u{ff1b}', '\u{3001}'];
            let texts: Vec<String> =
                self.text(field).split(separators).map(|t| t.trim().to_owned()).collect();
            for text in texts.iter().filter(|t| !t.is_empty()) {
                match read(text) {
                    Some(point) => points.push(point),
                    None => self.bad(field, "bad_value"),
                }
            }
        }
        let line = CustomerLine {
            organisation: self.own("organisation"),
            domains: self.list("domain").iter().map(|d| d.to_lowercase()).collect(),
            note: self.own("note"),
            contact: self.own("contact"),
            points,
            position: self.own("position"),
            language: if self.how.words.word("language", self.text("language")) == Some("en") {
                "en"
            } else {
                "zh-CN"
            },
            sees: self.word("sees", "sees").unwrap_or(Sees::Own),
        };
        if line.organisation.is_empty() && line.contact.is_empty() {
            self.bad("organisation", "required");
        }
        if line.contact.is_empty() && !line.points.is_empty() {
            self.bad("contact", "required");
        }
        if line.domains.iter().any(|d| parse_email(&format!("x@{d}")).is_none()) {
            self.bad("domain", "bad_value");
        }
        line
    }
}

/// Reads a row.
///
/// # Errors
/// Each field that is wrong, and why.
pub fn read_line(how: Custom<'_>, cells: &[String], now: Timestamp) -> Result<Line, Vec<Wrong>> {
    let mut reader = Reader { how, cells, wrong: Vec::new() };
    let beyond: Vec<&str> =
        cells.iter().skip(how.width).map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    if !beyond.is_empty() {
        reader.bad("", &format!("too_many_cells.{}", beyond.join(" | ")));
    }
    let line = match how.noun {
        Noun::Tickets => Line::Ticket(Box::new(reader.ticket(now))),
        Noun::Customers => Line::Customer(Box::new(reader.customer())),
    };
    if reader.wrong.is_empty() { Ok(line) } else { Err(reader.wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(noun: Noun, head: &[&str], row: &[&str]) -> Result<Line, String> {
        let mapping = Mapping(head.iter().enumerate().map(|(i, h)| ((*h).to_owned(), i)).collect());
        let mut words = Vocabulary::default();
        words.words.insert(("severity", "紧急".to_owned()), "urgent");
        let how = Custom {
            noun,
            mapping: &mapping,
            width: head.len(),
            zone: &TimeZone::UTC,
            order: DateOrder::YearFirst,
            words: &words,
        };
        let cells: Vec<String> = row.iter().map(|c| (*c).to_owned()).collect();
        let now = "2026-09-24T02:00:00Z".parse().unwrap();
        read_line(how, &cells, now).map_err(|wrong| {
            wrong.iter().map(|w| format!("{}:{}", w.field, w.issue)).collect::<Vec<_>>().join(" ")
        })
    }

    #[test]
    fn a_row_says_all_that_is_wrong_with_it() {
        let head = ["title", "requester", "severity", "received_at", "resolved_at"];
        let check = |row: [&str; 5], expected: &str| {
            assert_eq!(read(Noun::Tickets, &head, &row).unwrap_err(), expected, "{row:?}");
        };
        check(["", "", "", "", ""], "title:required requester:required");
        check(["t", "Mr Li", "大概", "", ""], "severity:bad_value requester:no_point");
        check(["t", "a@b.cn", "", "soon", ""], "received_at:bad_date");
        check(["t", "a@b.cn", "", "2026-09-25", ""], "received_at:in_future");
        check(["t", "a@b.cn", "", "2026-09-02", "2026-09-01"], "resolved_at:too_early");
        check(["t", "a@b.cn", "", "", "2026-09-01"], "received_at:required");
        let beyond = ["t", "a@b.cn", "", "", "", " ", "cut, quoted badly"];
        assert_eq!(read(Noun::Tickets, &head, &beyond).unwrap_err(), ":too_many_cells.cut, quoted badly");
        assert!(read(Noun::Tickets, &head, &beyond[..6]).is_ok(), "empty cells beyond are none");
        let Ok(Line::Ticket(t)) =
            read(Noun::Tickets, &head, &["t", "138 0013 8000", " 紧急 ", "2026-09-01", ""])
        else {
            panic!("a good row")
        };
        assert_eq!(t.given.severity, Some(Severity::Urgent));
    }

    #[test]
    fn a_customer_is_an_organisation_a_contact_or_both() {
        let head = ["organisation", "contact", "email", "domain"];
        let wrong = |row: [&str; 4]| read(Noun::Customers, &head, &row).unwrap_err();
        assert_eq!(wrong(["", "", "", ""]), "organisation:required");
        assert_eq!(wrong(["o", "", "a@b.cn", ""]), "contact:required");
        assert_eq!(wrong(["o", "c", "a@", "x y@z"]), "email:bad_value domain:bad_value");
        let Ok(Line::Customer(c)) = read(Noun::Customers, &head, &["o", "c", "a@b.cn；d@b.cn", "b.cn"])
        else {
            panic!("a good row")
        };
        assert_eq!((c.points.len(), c.domains.as_slice()), (2, &["b.cn".to_owned()][..]));
    }
}
