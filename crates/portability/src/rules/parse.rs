//! Rules from text. What is wrong is told with file, line and field, and all at once.
//!
//! A text is YAML with `rules: [...]`, or a ConfigMap whose values are such texts.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::pattern;
use super::rule::{Clause, Rule, Subject};
use crate::field::{entries, text};
use crate::reading::{FieldPath, Manifest, Place, Step, trees};

/// Something that is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleError {
    /// The file, as the caller called it.
    pub file: String,
    /// Where in it; none when the place is not known.
    pub place: Option<Place>,
    /// The field.
    pub field: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(out, ":{}:{}", place.line, place.column)?;
        }
        if !self.field.is_empty() {
            write!(out, ": {}", self.field)?;
        }
        write!(out, ": {}", self.message)
    }
}

/// Everything that is wrong with some rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RuleErrors(pub Vec<RuleError>);

impl fmt::Display for RuleErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => write!(out, "{only}"),
            many => {
                write!(out, "{} things are wrong in the rules", many.len())?;
                many.iter().try_for_each(|error| write!(out, "\n  {error}"))
            }
        }
    }
}

impl Rule {
    /// Reads the rules in a text. `file`: what errors call it. `provider`: whose ties they are about.
    pub fn read(file: &str, provider: &str, text: &str) -> Result<Vec<Self>, RuleErrors> {
        let mut reader = Reader {
            file,
            provider,
            rules: Vec::new(),
            errors: Vec::new(),
        };
        reader.text(text, &|place| place);
        if reader.errors.is_empty() {
            Ok(reader.rules)
        } else {
            Err(RuleErrors(reader.errors))
        }
    }
}

/// That no two rules have the same id.
pub(super) fn unique(rules: &[Rule]) -> Result<(), RuleErrors> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut errors = Vec::new();
    for rule in rules {
        if let Some(other) = seen.insert(&rule.id, &rule.provider) {
            errors.push(RuleError {
                file: rule.provider.clone(),
                place: None,
                field: "id".to_owned(),
                message: format!(
                    "there is another rule {:?}, of {other}; give it a name of its own",
                    rule.id
                ),
            });
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(RuleErrors(errors))
    }
}

struct Reader<'f> {
    file: &'f str,
    provider: &'f str,
    rules: Vec<Rule>,
    errors: Vec<RuleError>,
}

impl Reader<'_> {
    /// `within`: from a place in this text to one in the file, for texts inside a ConfigMap.
    fn text(&mut self, text: &str, within: &dyn Fn(Place) -> Place) {
        for tree in trees(text) {
            match tree {
                Err(problem) => {
                    let place = problem.place.map(within);
                    self.wrong(place, String::new(), problem.fault.to_string());
                }
                Ok(tree) if tree.object.is_null() => {}
                Ok(tree) => self.document(&tree, within),
            }
        }
    }

    fn document(&mut self, tree: &Manifest, within: &dyn Fn(Place) -> Place) {
        if text(&tree.object, &["kind"]) == "ConfigMap" {
            for (name, value) in entries(&tree.object, &["data"]) {
                let path = [key("data"), key(name)];
                let place = |inner: Place| {
                    let line = usize::try_from(inner.line).unwrap_or(1);
                    within(tree.place_in_text(&path, line.saturating_sub(1)))
                };
                self.text(value.as_str().unwrap_or_default(), &place);
            }
            return;
        }
        let unknown = tree.object.as_object().into_iter().flat_map(|map| map.keys());
        for name in unknown.filter(|name| *name != "rules") {
            let place = within(tree.place(&[key(name)]));
            self.wrong(
                Some(place),
                name.clone(),
                "it is not known; a file of rules has only `rules`".to_owned(),
            );
        }
        let Some(list) = tree.object.get("rules").and_then(Value::as_array) else {
            let message = "it is missing, or no list; write `rules:` and the rules below it".to_owned();
            self.wrong(Some(within(tree.start())), "rules".to_owned(), message);
            return;
        };
        for (place, value) in list.iter().enumerate() {
            self.rule(tree, place, value, within);
        }
    }

    fn rule(&mut self, tree: &Manifest, place: usize, value: &Value, within: &dyn Fn(Place) -> Place) {
        let base = [key("rules"), Step::Item(place)];
        let place_of = |inner: &[Step]| within(tree.place(&[&base[..], inner].concat()));
        let called = |inner: &[Step]| FieldPath([&base[..], inner].concat()).to_string();
        match serde_path_to_error::deserialize::<_, Rule>(value) {
            Err(error) => {
                let inner = steps(error.path());
                self.wrong(
                    Some(place_of(&inner)),
                    called(&inner),
                    error.into_inner().to_string(),
                );
            }
            Ok(mut rule) => {
                let faults = faults(&rule);
                if faults.is_empty() {
                    self.provider.clone_into(&mut rule.provider);
                    self.rules.push(rule);
                }
                for (inner, message) in faults {
                    self.wrong(Some(place_of(&inner)), called(&inner), message);
                }
            }
        }
    }

    fn wrong(&mut self, place: Option<Place>, field: String, message: String) {
        self.errors.push(RuleError {
            file: self.file.to_owned(),
            place,
            field,
            message,
        });
    }
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Item(*index)),
            Segment::Map { key } | Segment::Enum { variant: key } => Some(Step::Key(key.clone())),
            Segment::Unknown => None,
        })
        .collect()
}

/// What is wrong with a rule that has the right fields.
fn faults(rule: &Rule) -> Vec<(Vec<Step>, String)> {
    let mut found = Vec::new();
    let is_id = |id: &str| {
        let word = |word: &str| {
            let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(good)
        };
        id.split('-').all(word)
    };
    if !is_id(&rule.id) {
        let message = "write lower-case words with dashes between them, as in `azure-disk-csi`";
        found.push((vec![key("id")], message.to_owned()));
    }
    for (name, text) in [
        ("what", &rule.what),
        ("why", &rule.why),
        ("replacement", &rule.replacement),
    ] {
        if text.trim().is_empty() {
            found.push((vec![key(name)], "it is empty; say it in a sentence".to_owned()));
        }
    }
    if !rule.source.starts_with("https://") {
        let message = "write the https:// address of the documentation";
        found.push((vec![key("source")], message.to_owned()));
    }
    if rule.clauses.is_empty() {
        found.push((
            vec![key("match")],
            "it is empty, so the rule matches nothing".to_owned(),
        ));
    }
    for (place, clause) in rule.clauses.iter().enumerate() {
        for (name, message) in clause_faults(clause) {
            let mut path = vec![key("match"), Step::Item(place)];
            path.extend(name.map(key));
            found.push((path, message));
        }
    }
    found
}

type ClauseFault = (Option<&'static str>, String);

fn clause_faults(clause: &Clause) -> Vec<ClauseFault> {
    let mut found = Vec::new();
    match clause.subject() {
        None => {
            let message = "it looks at several things; give each of field, annotation, label, node, image, anyHost and \
                           anyText a clause of its own";
            found.push((None, message.to_owned()));
        }
        Some(Subject::Kind) if clause.kinds.is_empty() && clause.groups.is_empty() => {
            found.push((
                None,
                "it matches every object; say which kinds, or what in them".to_owned(),
            ));
        }
        Some(Subject::Kind | Subject::AnyHost(_) | Subject::AnyText(_) | Subject::Image(_))
            if clause.tests_value() =>
        {
            let message = "equals, prefix, suffix, contains and host ask for the value of field, annotation, label or node";
            found.push((None, message.to_owned()));
        }
        Some(Subject::Field(field)) => {
            if let Err(message) = pattern::path(field) {
                found.push((
                    Some("field"),
                    format!("{message}; write for example `spec.volumes[*].csi.driver`"),
                ));
            }
        }
        Some(Subject::Annotation(keys)) => found.extend(key_fault("annotation", keys)),
        Some(Subject::Label(keys)) => found.extend(key_fault("label", keys)),
        Some(Subject::Node(keys)) => found.extend(key_fault("node", keys)),
        Some(Subject::AnyHost(names)) => found.extend(host_fault("anyHost", names)),
        Some(Subject::Image(names)) => found.extend(host_fault("image", names)),
        Some(Subject::Kind | Subject::AnyText(_)) => {}
    }
    found.extend(host_fault("host", &clause.host));
    let lists = [
        ("anyText", &clause.any_text),
        ("equals", &clause.equals),
        ("prefix", &clause.prefix),
        ("suffix", &clause.suffix),
        ("contains", &clause.contains),
    ];
    for (name, list) in lists {
        if list.iter().any(String::is_empty) && name != "equals" {
            found.push((
                Some(name),
                "one of them is empty, and would match everything".to_owned(),
            ));
        }
    }
    found
}

fn key_fault(name: &'static str, keys: &[String]) -> Option<ClauseFault> {
    let is_bad = |key: &String| {
        let bare = key.strip_suffix('*').unwrap_or(key);
        bare.is_empty() || bare.contains('*')
    };
    let bad = keys.iter().find(|key| is_bad(key))?;
    let message = format!("{bad:?}: a `*` stands only at the end of a key, and not alone");
    Some((Some(name), message))
}

fn host_fault(name: &'static str, names: &[String]) -> Option<ClauseFault> {
    let is_label = |label: &str| {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let bare = label
            .strip_prefix('*')
            .filter(|rest| rest.starts_with('-'))
            .unwrap_or(label);
        label == "*" || !bare.is_empty() && bare.bytes().all(good)
    };
    let is_bad = |host: &String| {
        let host = host.split('/').next().unwrap_or_default();
        !host.split('.').all(is_label) || host.ends_with('*')
    };
    let bad = names.iter().find(|host| is_bad(host))?;
    let message = format!(
        "{bad:?} is no host name: write `example.org` for it and all below it, `*` for one label, `*-a` for its end"
    );
    Some((Some(name), message))
}
