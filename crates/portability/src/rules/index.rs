//! Every clause by what it looks for, so that an object is walked once whatever the number of rules.
//!
//! Invariant: a lookup only proposes; whether the clause is about the object and its value is asked after it.

use std::collections::HashMap;

use super::host::Hosts;
use super::pattern::{self, Keys, Piece};
use super::rule::{Clause, Rule, Subject};

/// A clause: which rule, and which of its clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    pub(super) rule: usize,
    pub(super) clause: usize,
}

#[derive(Debug, Default)]
pub(super) struct Index {
    /// Clauses about objects as a whole.
    pub(super) kinds: Vec<Id>,
    /// Clauses about fields, by the last key of their path; those that end in a wildcard apart.
    pub(super) fields: HashMap<String, Vec<Field>>,
    pub(super) any_field: Vec<Field>,
    pub(super) annotations: Keys,
    pub(super) labels: Keys,
    pub(super) nodes: Keys,
    pub(super) hosts: Hosts,
    /// Registries; a pattern with a path is found by its host and compared after.
    pub(super) images: Hosts,
    pub(super) texts: Vec<(String, Id)>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) pattern: Vec<Piece>,
    pub(super) id: Id,
}

impl Index {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        for (rule, said) in rules.iter().enumerate() {
            for (clause, said) in said.clauses.iter().enumerate() {
                index.add(said, Id { rule, clause });
            }
        }
        index
    }

    /// What cannot be read was refused by `parse`, so it is passed over here.
    fn add(&mut self, clause: &Clause, id: Id) {
        match clause.subject() {
            None => {}
            Some(Subject::Kind) => self.kinds.push(id),
            Some(Subject::Field(field)) => {
                let Ok(pattern) = pattern::path(field) else { return };
                let list = match pattern.last() {
                    Some(Piece::Key(key)) => self.fields.entry(key.clone()).or_default(),
                    Some(Piece::Any | Piece::Deep) | None => &mut self.any_field,
                };
                list.push(Field { pattern, id });
            }
            Some(Subject::Annotation(keys)) => keys.iter().for_each(|key| self.annotations.add(key, id)),
            Some(Subject::Label(keys)) => keys.iter().for_each(|key| self.labels.add(key, id)),
            Some(Subject::Node(keys)) => keys.iter().for_each(|key| self.nodes.add(key, id)),
            Some(Subject::AnyHost(names)) => names.iter().for_each(|name| self.hosts.add(name, id)),
            Some(Subject::Image(names)) => {
                for name in names {
                    let host = name.split('/').next().unwrap_or(name);
                    self.images.add(host, id);
                }
            }
            Some(Subject::AnyText(words)) => self.texts.extend(words.iter().map(|word| (word.clone(), id))),
        }
    }
}
