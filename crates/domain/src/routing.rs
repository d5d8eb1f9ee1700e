//! Who gets a new ticket: ordered typed rules choose the group, skill and load the person.

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, OrgId, ProductId, StaffId};
use crate::named;
use crate::ticket::{Channel, IssueClass, Kind, Severity};

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Kind.
    pub kind: Kind,
    /// Severity.
    pub severity: Severity,
    /// Issue class.
    pub class: Option<IssueClass>,
    /// Product.
    pub product: Option<&'a ProductId>,
    /// Organisation.
    pub organisation: Option<&'a OrgId>,
    /// Channel.
    pub channel: Channel,
}

/// A rule: all given lists must contain the subject's value; an empty list matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name for people; shown as the reason.
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Kinds.
    pub kinds: Vec<Kind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Severities.
    pub severities: Vec<Severity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Issue classes.
    pub classes: Vec<IssueClass>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Products.
    pub products: Vec<ProductId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Organisations.
    pub organisations: Vec<OrgId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Channels.
    pub channels: Vec<Channel>,
    /// The group that gets it.
    pub group: GroupId,
    /// Also choose a person, by this skill and load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonRule>,
}

/// Choose the person of the group who knows the skill and has the fewest open tickets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRule {
    /// A needed skill; none if empty.
    #[serde(default)]
    pub skill: String,
}

/// Somebody who could take a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: StaffId,
    /// What the person knows.
    pub skills: Vec<String>,
    /// Open tickets in hand.
    pub load: i64,
}

named! {
    /// What decided who gets a ticket.
    pub enum RouteKind ("route kind") {
        /// A routing rule.
        Rule = "rule",
        /// No rule fitted.
        Default = "default",
        /// A person decided.
        Person = "person",
        /// The mailbox into which it came.
        Mailbox = "mailbox",
        /// The promise's step for overdue tickets (S1-50).
        Overdue = "overdue",
        /// A step of the promise before its due.
        Step = "step",
        /// The person took it.
        Taken = "taken",
        /// A person handed it to a senior engineer.
        Escalated = "escalated",
        /// Another person left.
        HandOver = "hand_over",
        /// A complaint goes to somebody who had nothing to do with the case (S2-115).
        Complaint = "complaint",
        /// The history that was imported, which counts it as handing on.
        Import = "import",
        /// The history that was imported shows it, without saying why.
        Log = "log",
    }
}

/// A decision about who has a ticket, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteReason {
    /// What decided.
    pub kind: RouteKind,
    /// The rule's name, or the words that a person gave.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The chosen group and person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Group.
    pub group: Option<GroupId>,
    /// The person rule to apply within the group.
    pub person: Option<PersonRule>,
    /// Why.
    pub because: RouteReason,
}

/// The position of the rule that decides: the first that fits.
pub fn deciding(rules: &[Rule], subject: &Subject<'_>) -> Option<usize> {
    rules.iter().position(|r| r.fits(subject))
}

/// The first rule that fits, else the default group.
pub fn route(rules: &[Rule], default: Option<&GroupId>, subject: &Subject<'_>) -> Route {
    deciding(rules, subject).and_then(|i| rules.get(i)).map_or_else(
        || Route {
            group: default.cloned(),
            person: None,
            because: RouteReason { kind: RouteKind::Default, text: String::new() },
        },
        |r| Route {
            group: Some(r.group.clone()),
            person: r.person.clone(),
            because: RouteReason { kind: RouteKind::Rule, text: r.name.clone() },
        },
    )
}

/// The person with the skill and the least load; ties by id, so that the answer is always the same.
pub fn pick_person<'a>(rule: &PersonRule, candidates: &'a [Candidate]) -> Option<&'a StaffId> {
    candidates
        .iter()
        .filter(|c| rule.skill.is_empty() || c.skills.contains(&rule.skill))
        .min_by(|a, b| a.load.cmp(&b.load).then_with(|| a.id.cmp(&b.id)))
        .map(|c| &c.id)
}

impl Rule {
    fn fits(&self, s: &Subject<'_>) -> bool {
        fn any<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
            list.is_empty() || value.is_some_and(|v| list.contains(v))
        }
        any(&self.kinds, Some(&s.kind))
            && any(&self.severities, Some(&s.severity))
            && any(&self.classes, s.class.as_ref())
            && any(&self.products, s.product)
            && any(&self.organisations, s.organisation)
            && any(&self.channels, Some(&s.channel))
    }
}

/// A ticket of the past as far as a dry run needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Kind when it came.
    pub kind: Kind,
    /// Severity when it came.
    pub severity: Severity,
    /// Issue class.
    pub class: Option<IssueClass>,
    /// Product.
    pub product: Option<ProductId>,
    /// Organisation.
    pub organisation: Option<OrgId>,
    /// Channel.
    pub channel: Channel,
    /// The group that it got.
    pub got: Option<GroupId>,
    /// Why it got that.
    pub because: RouteReason,
}

impl Past {
    /// What the rules look at.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            kind: self.kind,
            severity: self.severity,
            class: self.class,
            product: self.product.as_ref(),
            organisation: self.organisation.as_ref(),
            channel: self.channel,
        }
    }
}

/// What the rules would do with a ticket of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The rule that decides; none for the default group.
    pub rule: Option<usize>,
    /// Group and reason.
    pub route: Route,
    /// Another group than it got.
    pub differs: bool,
}

/// Tries rules on a ticket of the past, exactly as a new one would be routed.
pub fn try_on(rules: &[Rule], default: Option<&GroupId>, past: &Past) -> Pick {
    let subject = past.subject();
    let route = route(rules, default, &subject);
    Pick { rule: deciding(rules, &subject), differs: route.group != past.got, route }
}

/// What is wrong with a set of rules: field and issue of each finding.
pub fn check_rules(rules: &[Rule], group_exists: impl Fn(&GroupId) -> bool) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (i, r) in rules.iter().enumerate() {
        if r.name.trim().is_empty() {
            found.push((format!("rules.{i}.name"), "required"));
        } else if rules.iter().take(i).any(|other| other.name.trim() == r.name.trim()) {
            found.push((format!("rules.{i}.name"), "taken"));
        }
        if !group_exists(&r.group) {
            let issue = if r.group.as_str().is_empty() { "required" } else { "unknown" };
            found.push((format!("rules.{i}.group"), issue));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(channel: Channel, class: Option<IssueClass>) -> Subject<'static> {
        Subject {
            kind: Kind::Fault,
            severity: Severity::General,
            class,
            product: None,
            organisation: None,
            channel,
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides_and_says_so() {
        let rules: Vec<Rule> = serde_json::from_str(
            r#"[{"name":"lost data","classes":["data_loss"],"group":"db"},
                {"name":"calls","channels":["phone"],"group":"line","person":{"skill":"sql"}}]"#,
        )
        .unwrap();
        let default = GroupId::from("desk");
        let pick = |s| {
            let r = route(&rules, Some(&default), &s);
            (r.group.unwrap().0, r.because.text, r.person.is_some())
        };
        assert_eq!(
            pick(subject(Channel::Phone, Some(IssueClass::DataLoss))),
            ("db".into(), "lost data".into(), false)
        );
        assert_eq!(pick(subject(Channel::Phone, None)), ("line".into(), "calls".into(), true));
        assert_eq!(pick(subject(Channel::Mail, None)), ("desk".into(), String::new(), false));
    }

    #[test]
    fn the_least_loaded_person_with_the_skill_is_picked() {
        let who = |id: &str, skills: &[&str], load| Candidate {
            id: id.into(),
            skills: skills.iter().map(ToString::to_string).collect(),
            load,
        };
        let list = [who("a", &[], 0), who("c", &["sql"], 2), who("b", &["sql"], 2)];
        let sql = PersonRule { skill: "sql".into() };
        assert_eq!(pick_person(&sql, &list).unwrap().as_str(), "b");
        assert_eq!(pick_person(&PersonRule::default(), &list).unwrap().as_str(), "a");
        assert_eq!(pick_person(&PersonRule { skill: "gis".into() }, &list), None);
    }

    #[test]
    fn a_dry_run_says_what_routing_would_say() {
        let rules: Vec<Rule> =
            serde_json::from_str(r#"[{"name":"calls","channels":["phone"],"group":"line"}]"#).unwrap();
        let past = |channel, got: &str| Past {
            kind: Kind::Fault,
            severity: Severity::General,
            class: None,
            product: None,
            organisation: None,
            channel,
            got: Some(got.into()),
            because: RouteReason { kind: RouteKind::Default, text: String::new() },
        };
        let default = GroupId::from("desk");
        let run = |p: &Past| {
            let pick = try_on(&rules, Some(&default), p);
            assert_eq!(pick.route, route(&rules, Some(&default), &p.subject()));
            (pick.rule, pick.differs)
        };
        assert_eq!(run(&past(Channel::Phone, "desk")), (Some(0), true));
        assert_eq!(run(&past(Channel::Phone, "line")), (Some(0), false));
        assert_eq!(run(&past(Channel::Mail, "desk")), (None, false));
    }

    #[test]
    fn bad_rules_are_named() {
        let rules: Vec<Rule> = serde_json::from_str(
            r#"[{"name":"a","group":"x"},{"name":" a","group":""},{"name":"","group":"y"}]"#,
        )
        .unwrap();
        let found = check_rules(&rules, |g| g.as_str() == "x");
        let found: Vec<_> = found.iter().map(|(f, i)| (f.as_str(), *i)).collect();
        assert_eq!(
            found,
            [
                ("rules.1.name", "taken"),
                ("rules.1.group", "required"),
                ("rules.2.name", "required"),
                ("rules.2.group", "unknown")
            ]
        );
    }
}
