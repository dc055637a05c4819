//! One pass over an object.
//!
//! Values of Secrets are decoded to be looked at, and dropped. Not looked at for words and host names: `status`, the
//! books of managers, a copy of the object in an annotation, and definitions, whose texts are documentation.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::host;
use super::index::{Field, Id};
use super::pattern::{At, matches};
use super::rule::Clause;
use super::{Hit, RuleSet};
use crate::field::group_kind;
use crate::reading::{FieldPath, Step};

/// kubectl's copy of the object: everything in it is found in the object itself.
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub(super) fn walk<'r>(set: &'r RuleSet, object: &Value) -> Vec<Hit<'r>> {
    let (group, kind) = group_kind(object);
    let mut walk = Walk {
        set,
        group,
        kind,
        is_secret: group.is_empty() && kind == "Secret",
        reads_texts: kind != "CustomResourceDefinition",
        path: Vec::new(),
        found: BTreeMap::new(),
    };
    for id in &set.index.kinds {
        if walk.is_about(*id) {
            walk.hit(*id, None, 0);
        }
    }
    if let Some(fields) = object.as_object() {
        walk.map(fields);
    }
    let hits = walk.found.into_iter();
    hits.filter_map(|((path, rule, seen), line)| {
        let rule = set.rules.get(rule)?;
        Some(Hit {
            path,
            line,
            rule,
            seen,
        })
    })
    .collect()
}

/// Field, rule and thing seen: what makes a hit a hit of its own.
type Found = (FieldPath, usize, Option<String>);

struct Walk<'r, 'v> {
    set: &'r RuleSet,
    group: &'v str,
    kind: &'v str,
    is_secret: bool,
    reads_texts: bool,
    path: Vec<At<'v>>,
    /// To the line in the text of the field.
    found: BTreeMap<Found, usize>,
}

impl<'r, 'v> Walk<'r, 'v> {
    fn clause(&self, id: Id) -> Option<&'r Clause> {
        self.set.rules.get(id.rule)?.clauses.get(id.clause)
    }

    fn is_about(&self, id: Id) -> bool {
        self.clause(id)
            .is_some_and(|clause| clause.is_about(self.group, self.kind))
    }

    /// One hit per rule, field and thing seen; of several clauses that say the same the first does.
    fn hit(&mut self, id: Id, seen: Option<String>, line: usize) {
        let steps = self.path.iter().map(|at| match at {
            At::Key(key) => Step::Key((*key).to_owned()),
            At::Item(item) => Step::Item(*item),
        });
        let path = FieldPath(steps.collect());
        let seen = seen.filter(|_| !self.in_secret_value());
        self.found.entry((path, id.rule, seen)).or_insert(line);
    }

    /// Whether the field is a value of a Secret, encoded or not.
    fn in_secret_value(&self) -> bool {
        self.is_secret && matches!(self.path.first(), Some(At::Key("data" | "stringData")))
    }

    fn map(&mut self, fields: &'v Map<String, Value>) {
        let holder = match self.path.last() {
            Some(At::Key(key)) => *key,
            Some(At::Item(_)) | None => "",
        };
        for (key, value) in fields {
            if self.path.is_empty() && key == "status" || holder == "metadata" && key == "managedFields" {
                continue;
            }
            self.path.push(At::Key(key));
            self.key(holder, key, value);
            self.value(value);
            self.path.pop();
        }
    }

    fn value(&mut self, value: &'v Value) {
        for field in &self.set.index.any_field {
            self.field(field, value);
        }
        match value {
            Value::Object(fields) => self.map(fields),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.path.push(At::Item(place));
                    self.value(item);
                    self.path.pop();
                }
            }
            Value::String(text) => self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Everything that is known by its key.
    fn key(&mut self, holder: &str, key: &'v str, value: &'v Value) {
        let index = &self.set.index;
        for field in index.fields.get(key).into_iter().flatten() {
            self.field(field, value);
        }
        if holder == "annotations" || holder.ends_with("Annotations") {
            self.keyed(index.annotations.find(key), key, value);
        }
        if holder == "labels" || holder.ends_with("Labels") {
            self.keyed(index.labels.find(key), key, value);
        }
        let is_node = self.kind == "Node" && holder == "labels" && self.path.len() == 3;
        if holder == "nodeSelector" || is_node {
            self.keyed(index.nodes.find(key), key, value);
        }
        if let (Some(name), true) = (value.as_str(), self.names_a_node(key)) {
            self.keyed(index.nodes.find(name), name, value);
        }
        if let Some(image) = value.as_str().filter(|_| is_image(key)) {
            let (host, _) = host::registry(image);
            // Of a key that only ends so the value may be a picture, unless it names a registry.
            if is_one_image(image) && (!key.ends_with("Image") || image.starts_with(host)) {
                self.image(image);
            }
        }
    }

    /// Whether the value of a field is the key of a label or taint of nodes.
    fn names_a_node(&self, key: &str) -> bool {
        let passes = |name: &str| self.path.contains(&At::Key(name));
        match key {
            "topologyKey" => true,
            "key" => {
                passes("tolerations")
                    || passes("taints")
                    || passes("startupTaints")
                    || passes("nodeSelectorTerms")
                    || passes("nodeAffinity")
                    || passes("allowedTopologies")
                    || passes("requirements")
            }
            _ => false,
        }
    }

    /// Whether the text is the key of a label or taint of nodes, in which the domain names nobody who is called.
    fn is_node_key(&self) -> bool {
        matches!(self.path.last(), Some(At::Key(key)) if self.names_a_node(key))
    }

    fn field(&mut self, field: &Field, value: &Value) {
        if matches(&field.pattern, &self.path)
            && self.is_about(field.id)
            && let Some(clause) = self.clause(field.id)
            && let Some(seen) = holds(clause, &self.decoded(value))
        {
            self.hit(field.id, seen, 0);
        }
    }

    fn keyed(&mut self, ids: impl Iterator<Item = Id>, key: &str, value: &Value) {
        for id in ids {
            if self.is_about(id)
                && let Some(clause) = self.clause(id)
                && holds(clause, value).is_some()
            {
                self.hit(id, Some(key.to_owned()), 0);
            }
        }
    }

    /// Registries by host, or by host and the beginning of the path: what says more goes before what says less.
    fn image(&mut self, image: &str) {
        let (host, bare) = host::registry(image);
        let mut ids: Vec<Id> = self
            .set
            .index
            .images
            .find(host)
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let names = |id: Id| {
            self.clause(id)
                .map(|clause| clause.image.as_slice())
                .unwrap_or_default()
        };
        let longest = |id: Id| {
            let fitting = names(id).iter().filter(|name| host::is_of(name, host, bare));
            fitting.map(String::len).max()
        };
        let ids = ids
            .into_iter()
            .filter_map(|id| Some((longest(id)?, id)))
            .collect();
        for id in self.longest(ids) {
            self.hit(id, Some(host.to_ascii_lowercase()), 0);
        }
    }

    /// Host names and words in a text.
    fn text(&mut self, text: &str) {
        if !self.reads_texts || self.path.last() == Some(&At::Key(COPY)) || self.is_node_key() {
            return;
        }
        let text = match self.secret(text) {
            Some(decoded) => Cow::Owned(decoded),
            None => Cow::Borrowed(text),
        };
        let index = &self.set.index;
        let (mut line, mut counted) = (0, 0);
        // The path of an image may hold names of other registries, from which it is not pulled.
        let in_image = matches!(self.path.last(), Some(At::Key("image" | "imageName")));
        for (start, name) in host::names(if in_image { "" } else { &text }) {
            let ids = index.hosts.find(name);
            if ids.is_empty() {
                continue;
            }
            line += lines(&text, counted, start);
            counted = start;
            for id in self.longest(ids) {
                self.hit(id, Some(name.to_ascii_lowercase()), line);
            }
        }
        for (word, id) in &index.texts {
            if let Some(start) = find_word(&text, word)
                && self.is_about(*id)
            {
                self.hit(*id, Some(word.clone()), lines(&text, 0, start));
            }
        }
    }

    /// Of clauses about host names that are about this object: per provider those with the longest pattern.
    fn longest(&self, mut ids: Vec<(usize, Id)>) -> Vec<Id> {
        ids.retain(|(_, id)| self.is_about(*id));
        let provider = |id: Id| self.set.rules.get(id.rule).map(|rule| rule.provider.as_str());
        let is_longest = |(labels, id): &(usize, Id)| {
            let longer = |(other, of): &(usize, Id)| other > labels && provider(*of) == provider(*id);
            !ids.iter().any(longer)
        };
        ids.iter()
            .filter(|found| is_longest(found))
            .map(|(_, id)| *id)
            .collect()
    }

    /// The text of a value of a Secret. What is no base64 is looked at as it is.
    fn secret(&self, text: &str) -> Option<String> {
        let encoded = self.is_secret && matches!(self.path.first(), Some(At::Key("data")));
        if !encoded {
            return None;
        }
        // Line breaks in the block style are no part of it.
        let packed: String = text.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(packed).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn decoded<'x>(&self, value: &'x Value) -> Cow<'x, Value> {
        match value.as_str().and_then(|text| self.secret(text)) {
            Some(text) => Cow::Owned(Value::String(text)),
            None => Cow::Borrowed(value),
        }
    }
}

/// Where a word begins in a text, not in the middle of another: `gs://` is not in `logs://`.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_start = |at: usize| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let goes_on = |letter: char| letter.is_alphanumeric() && word.starts_with(char::is_alphanumeric);
        !before.is_some_and(goes_on)
    };
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| is_start(*at))
}

/// Whether the value of a field is an image: of a container, or in a resource that makes some.
fn is_image(key: &str) -> bool {
    key == "image" || key == "imageName" || key.ends_with("Image")
}

/// Whether a text names one image: policies have patterns there (`!*:latest`), templates what is filled in later.
fn is_one_image(image: &str) -> bool {
    !image.is_empty() && !image.contains(['*', '?', '!', '|', '{', '$', '<', ' '])
}

/// How many lines end between two places.
fn lines(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).unwrap_or_default().matches('\n').count()
}

/// Whether a value is as a clause says, and what may be told of it: the clause's own words, or a host name.
#[expect(
    clippy::option_option,
    reason = "whether it holds, and what may be told, are two things"
)]
fn holds(clause: &Clause, value: &Value) -> Option<Option<String>> {
    if !clause.tests_value() {
        return (!value.is_null()).then_some(None);
    }
    let text = match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Bool(_) | Value::Number(_) => Cow::Owned(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let said = |list: &[String], test: &dyn Fn(&str) -> bool| list.iter().find(|word| test(word)).cloned();
    let found = said(&clause.equals, &|word| text == word)
        .or_else(|| said(&clause.prefix, &|word| text.starts_with(word)))
        .or_else(|| said(&clause.suffix, &|word| text.ends_with(word)))
        .or_else(|| said(&clause.contains, &|word| text.contains(word)))
        .or_else(|| named(clause, &text));
    found.map(Some)
}

fn named(clause: &Clause, text: &str) -> Option<String> {
    if clause.host.is_empty() {
        return None;
    }
    let mut hosts = host::Hosts::default();
    for name in &clause.host {
        hosts.add(name, Id { rule: 0, clause: 0 });
    }
    let found = host::names(text).find(|(_, name)| !hosts.find(name).is_empty());
    found.map(|(_, name)| name.to_ascii_lowercase())
}
