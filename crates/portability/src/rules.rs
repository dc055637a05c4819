//! What ties an application to one provider: rules in data files, and the search for what they match.
//!
//! Read `rule` (what a rule says), then `RuleSet::check`. The rules themselves are in `crates/portability/rules`, a
//! folder per provider. Not here: files of the user (the command line reads them), places in texts (`reading`).
//! Invariant: no hit holds the value of a Secret, and none holds more of any value than a host name or a rule's own words.

mod builtin; // the rules that come with it
mod host; // host names, and patterns of them
mod index; // every clause by what it looks for
mod parse; // rules from text, errors with file, line and field
mod pattern; // paths and keys with wildcards
mod rule; // what a rule says
#[cfg(test)]
mod tests;
mod walk; // one pass over an object

use std::collections::BTreeSet;

use serde_json::Value;

pub use parse::{RuleError, RuleErrors};
pub use rule::{Clause, Dutch, Examples, Level, Rule, Subject, Test};

use crate::reading::FieldPath;
use index::Index;

/// Own rules have this provider, unless the folder that they are in has another name.
pub const OWN: &str = "own";
/// The folder of what ties to something that no provider owns alone. Its rules always count.
pub const OTHER: &str = "other";

/// Rules, ready to search with.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    index: Index,
}

/// Something that a rule found in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'r> {
    /// Where in the object; empty = the object itself.
    pub path: FieldPath,
    /// Which line of a text of several lines, from 0.
    pub line: usize,
    /// The rule.
    pub rule: &'r Rule,
    /// What was seen there: a host name, a key, or the rule's own words. None in a Secret.
    pub seen: Option<String>,
}

/// An example that does not do what its rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unproven<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Which of the examples, from 0.
    pub place: usize,
    /// Whether the rule should have matched it.
    pub wanted: bool,
}

impl RuleSet {
    /// The rules that come with it.
    pub fn builtin() -> Result<Self, RuleErrors> {
        builtin::rules().and_then(Self::new)
    }

    /// Of rules from anywhere. No two may have the same id.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RuleErrors> {
        parse::unique(&rules)?;
        let index = Index::new(&rules);
        Ok(Self { rules, index })
    }

    /// The same and more.
    pub fn with(self, more: Vec<Rule>) -> Result<Self, RuleErrors> {
        let mut rules = self.rules;
        rules.extend(more);
        Self::new(rules)
    }

    /// Only the rules of some providers.
    pub fn only(self, wanted: impl Fn(&str) -> bool) -> Self {
        let mut rules = self.rules;
        rules.retain(|rule| wanted(&rule.provider));
        let index = Index::new(&rules);
        Self { rules, index }
    }

    /// The rules that count for a move from one family of providers to another.
    ///
    /// `from`: only what ties to it; none = to any. `to`: what ties to it is no tie there; none = to nothing of a
    /// provider, as on a Haven cluster. Rules of `other`, and own rules in no provider's folder, always count.
    pub fn between(self, from: Option<&str>, to: Option<&str>) -> Self {
        self.only(|provider| {
            let always = provider == OTHER || provider == OWN;
            always || (from.is_none_or(|from| from == provider) && to != Some(provider))
        })
    }

    /// The rules, in the order of the files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The families of providers that there are rules of.
    pub fn providers(&self) -> BTreeSet<&str> {
        self.rules.iter().map(|rule| rule.provider.as_str()).collect()
    }

    /// Which rules do not do what their own examples say: `id: example, what happened`. Rules without examples pass.
    pub fn unproven(&self) -> Vec<Unproven<'_>> {
        let mut found = Vec::new();
        for rule in &self.rules {
            let Some(test) = &rule.test else { continue };
            for (examples, wanted) in [(&test.hit, true), (&test.miss, false)] {
                for (place, object) in examples.objects().iter().enumerate() {
                    let hit = self.check(object).iter().any(|hit| hit.rule.id == rule.id);
                    if hit != wanted {
                        found.push(Unproven { rule, place, wanted });
                    }
                }
            }
        }
        found
    }

    /// Everything in one object that ties it, by field.
    pub fn check(&self, object: &Value) -> Vec<Hit<'_>> {
        walk::walk(self, object)
    }
}
