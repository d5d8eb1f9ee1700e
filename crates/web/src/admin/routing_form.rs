//! Routing rules as a form: one block per rule, in their order.

use std::collections::BTreeMap;

use desk::{FieldError, Result};
use domain::id::{GroupId, OrgId, ProductId};
use domain::people::fold;
use domain::routing::{PersonRule, Rule};
use store::{Read, directory};
use words::{Locale, word};

use super::pairs::Pairs;

/// A rule as typed: organisations by name, one per line.
#[derive(Debug, Clone)]
pub(super) struct RuleForm {
    pub rule: Rule,
    pub organisations: String,
    pub open: bool,
}

impl RuleForm {
    /// A new rule, empty and open.
    pub(super) fn blank() -> Self {
        let rule = Rule {
            name: String::new(),
            kinds: Vec::new(),
            severities: Vec::new(),
            classes: Vec::new(),
            products: Vec::new(),
            organisations: Vec::new(),
            channels: Vec::new(),
            group: GroupId::from(""),
            person: None,
        };
        Self { rule, organisations: String::new(), open: true }
    }

    /// What was sent, in the order of the form.
    pub(super) fn sent(p: &Pairs) -> Vec<Self> {
        let one = |i: usize| {
            let field = |part: &str| format!("r.{i}.{part}");
            let text = |part: &str| p.get(&field(part)).trim().to_owned();
            let person = p.ticked(&field("person")).then(|| PersonRule { skill: text("skill") });
            let rule = Rule {
                name: text("name"),
                kinds: p.chosen(&field("kinds")),
                severities: p.chosen(&field("severities")),
                classes: p.chosen(&field("classes")),
                products: p.all(&field("products")).map(ProductId::from).collect(),
                organisations: Vec::new(),
                channels: p.chosen(&field("channels")),
                group: GroupId(text("group")),
                person,
            };
            let open = rule.name.is_empty() || rule.group.as_str().is_empty();
            Self { rule, organisations: text("organisations"), open }
        };
        p.rows("r").into_iter().map(one).collect()
    }

    /// Has the rule this word among its conditions?
    pub(super) fn has(&self, list: &str, value: &str) -> bool {
        let r = &self.rule;
        match list {
            "kind" => r.kinds.iter().any(|v| v.as_str() == value),
            "severity" => r.severities.iter().any(|v| v.as_str() == value),
            "class" => r.classes.iter().any(|v| v.as_str() == value),
            "channel" => r.channels.iter().any(|v| v.as_str() == value),
            "product" => r.products.iter().any(|v| v.as_str() == value),
            "group" => r.group.as_str() == value,
            _ => false,
        }
    }

    /// The skill that the person must have; empty if none or no person is chosen.
    pub(super) fn skill(&self) -> &str {
        self.rule.person.as_ref().map_or("", |p| &p.skill)
    }

    /// The conditions in a line, with the names of products.
    pub(super) fn conditions(&self, locale: Locale, products: &BTreeMap<String, String>) -> String {
        let r = &self.rule;
        let said = |list: &str, words: Vec<&'static str>| -> Option<String> {
            let all: Vec<_> = words.into_iter().map(|w| word(locale, list, w)).collect();
            (!all.is_empty()).then(|| all.join(words::t(locale, "list-or")))
        };
        let names: Vec<String> = r
            .products
            .iter()
            .map(|p| products.get(p.as_str()).cloned().unwrap_or_else(|| p.0.clone()))
            .collect();
        let lines: Vec<&str> = self.organisations.lines().collect();
        let parts = [
            said("severity", r.severities.iter().map(|v| v.as_str()).collect()),
            said("kind", r.kinds.iter().map(|v| v.as_str()).collect()),
            said("class", r.classes.iter().map(|v| v.as_str()).collect()),
            said("channel", r.channels.iter().map(|v| v.as_str()).collect()),
            (!names.is_empty()).then(|| names.join(words::t(locale, "list-or"))),
            (!lines.is_empty()).then(|| lines.join(words::t(locale, "list-or"))),
        ];
        let all: Vec<String> = parts.into_iter().flatten().collect();
        if all.is_empty() { words::t(locale, "rule-everything").to_owned() } else { all.join(" · ") }
    }
}

/// Stored rules in the form, with the names of their organisations.
pub(super) fn filled(r: &mut Read<'_>, rules: &[Rule]) -> Result<Vec<RuleForm>> {
    let mut forms = Vec::with_capacity(rules.len());
    for rule in rules {
        let mut names = Vec::new();
        for id in &rule.organisations {
            names.push(directory::organisation(r, id)?.map_or_else(|| id.0.clone(), |o| o.name));
        }
        forms.push(RuleForm { rule: rule.clone(), organisations: names.join("\n"), open: false });
    }
    Ok(forms)
}

/// The rules of a form; each organisation that nobody knows is named.
pub(super) fn resolved(r: &mut Read<'_>, forms: &[RuleForm]) -> Result<(Vec<Rule>, Vec<FieldError>)> {
    let (mut rules, mut wrong) = (Vec::with_capacity(forms.len()), Vec::new());
    for (i, form) in forms.iter().enumerate() {
        let mut rule = form.rule.clone();
        for name in form.organisations.lines().map(str::trim).filter(|n| !n.is_empty()) {
            match organisation(r, name)? {
                Some(id) => rule.organisations.push(id),
                None => wrong.push(FieldError::new(format!("rules.{i}.organisation.{name}"), "unknown")),
            }
        }
        rules.push(rule);
    }
    Ok((rules, wrong))
}

/// Organisations that a name is compared with.
const NEAR: i64 = 50;

/// An organisation by its name, or by its key.
fn organisation(r: &mut Read<'_>, name: &str) -> Result<Option<OrgId>> {
    let folded = fold(name);
    let near = directory::organisations_like(r, &folded, NEAR)?;
    if let Some(o) = near.into_iter().find(|o| fold(&o.name) == folded) {
        return Ok(Some(o.id));
    }
    Ok(directory::organisation(r, &OrgId::from(name))?.map(|o| o.id))
}
