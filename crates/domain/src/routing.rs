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
        /// The promise's step for overdue tickets (S1-50).
        Overdue = "overdue",
        /// The person took it.
        Taken = "taken",
        /// Another person left.
        HandOver = "hand_over",
        /// The history that was imported.
        Import = "import",
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

/// The first rule that fits, else the default group.
pub fn route(rules: &[Rule], default: Option<&GroupId>, subject: &Subject<'_>) -> Route {
    rules.iter().find(|r| r.fits(subject)).map_or_else(
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
}
