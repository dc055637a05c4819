//! What one object refers to, by the rules of the book.
//!
//! Not here: the rules (`book`), whether it is there (`closure`). Invariant: every reference has its path in the object.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    book::{Book, Entry, Form, Path, Refer, Trail, book},
    draft::spell,
    field::group_of,
    key::ObjectKey,
};

pub(crate) use crate::book::Need;

/// One reference as it stands in an object.
#[derive(Clone, Debug)]
pub(crate) struct Wish<'o> {
    pub(crate) group: &'o str,
    pub(crate) kind: &'o str,
    /// None: the namespace of the object that refers.
    pub(crate) namespace: Option<&'o str>,
    pub(crate) name: &'o str,
    /// The key within a Secret or `ConfigMap`.
    pub(crate) key: Option<&'o str>,
    /// The way to the place.
    pub(crate) trail: Trail<'o>,
    /// The way from the place to the name; none where the place is the name and nothing else.
    pub(crate) name_at: Option<&'o Path>,
    /// The way from the place to the kind, where the place may say it.
    pub(crate) kind_at: Option<&'o Path>,
    pub(crate) form: Form,
    pub(crate) need: Need,
    /// The object belongs to what it refers to.
    pub(crate) back: bool,
}

impl Wish<'_> {
    /// The place, as people write it.
    pub(crate) fn field(&self) -> String {
        let steps: Vec<&str> = self.trail.iter().map(AsRef::as_ref).collect();
        spell(&steps)
    }
}

/// All references of one object, in the order of the rules. None when the rules cannot be read: `closure` says so.
pub(crate) fn references_of<'o>(object: &'o Value, key: &ObjectKey) -> Vec<Wish<'o>> {
    let mut found = Vec::new();
    if let Ok(book) = book() {
        each_reference(book, object, key, &mut |wish| found.push(wish));
    }
    found
}

/// Calls back with each reference of one object.
pub(crate) fn each_reference<'o>(
    book: &'static Book,
    object: &'o Value,
    key: &ObjectKey,
    found: &mut impl FnMut(Wish<'o>),
) {
    let own = object
        .pointer("/metadata/namespace")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut by_entry = |entry: &'static Entry, value: &'o Value, root: &[Cow<'o, str>]| {
        for rule in &entry.refers {
            by_rule(rule, value, root, own, found);
        }
    };
    for entry in book.of_any() {
        by_entry(entry, object, &[]);
    }
    for (root, spec) in book.pod_specs(object, &key.group, &key.kind) {
        for entry in book.of_pods() {
            by_entry(entry, spec, &root);
        }
    }
    for entry in book.of(&key.group, &key.kind) {
        by_entry(entry, object, &[]);
    }
}

/// The references that one rule finds in a value, which stands at `root`.
pub(crate) fn by_rule<'o>(
    rule: &'static Refer,
    value: &'o Value,
    root: &[Cow<'o, str>],
    own: &str,
    found: &mut impl FnMut(Wish<'o>),
) {
    rule.at.walk(value, &mut |trail, place| {
        let holds = rule.when.as_ref().is_none_or(|when| when.holds(place));
        let Some((group, kind)) = target(rule, place).filter(|_| holds) else {
            return;
        };
        let told = match &rule.name {
            Some(path) => path.text(place),
            None => place.as_str(),
        };
        let optional = rule.optional.as_ref().is_some_and(|path| path.is_true(place));
        for (namespace, name) in names(rule.form, told.unwrap_or_default(), own) {
            let named = rule.namespace.as_ref().and_then(|path| path.text(place));
            found(Wish {
                group,
                kind,
                namespace: namespace.or(named).filter(|namespace| !namespace.is_empty()),
                name,
                key: rule
                    .key
                    .as_ref()
                    .and_then(|path| path.text(place))
                    .filter(|key| !key.is_empty()),
                trail: root.iter().chain(trail).cloned().collect(),
                name_at: rule.name.as_ref(),
                kind_at: rule.kind.as_ref(),
                form: rule.form,
                need: if optional { Need::Optional } else { rule.need },
                back: rule.back,
            });
        }
    });
}

/// Group and kind: as the place says, else as the rule does.
fn target<'o>(rule: &'static Refer, place: &'o Value) -> Option<(&'o str, &'o str)> {
    let told = |path: &'static Option<Path>| path.as_ref().and_then(|path| path.text(place));
    let kind = told(&rule.kind)
        .filter(|kind| !kind.is_empty())
        .or(rule.to.as_ref().map(|to| to.kind.as_str()))?;
    let group = told(&rule.api_version)
        .map(group_of)
        .or_else(|| told(&rule.group))
        .or(rule.to.as_ref().map(|to| to.group.as_str()))
        .unwrap_or_default();
    Some((group, kind))
}

/// Namespace and name of everything that a text names.
fn names<'o>(form: Form, text: &'o str, own: &str) -> Vec<(Option<&'o str>, &'o str)> {
    let parts = || text.split(',').map(str::trim);
    let mut found = match form {
        Form::NamespaceName => vec![match text.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, text),
        }],
        Form::List => parts().map(|name| (None, name)).collect(),
        Form::Kubernetes if text.contains('@') => Vec::new(),
        Form::Name | Form::Kubernetes => vec![(None, text)],
        Form::ServiceHost => match text.split('.').collect::<Vec<_>>().as_slice() {
            [name] if *name != "*" => vec![(None, *name)],
            [name, namespace, "svc", ..] => vec![(Some(*namespace), *name)],
            _ => Vec::new(),
        },
        Form::ArgoTracking => {
            let called = text.split(':').next().unwrap_or_default();
            vec![match called.split_once('_') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, called),
            }]
        }
        Form::TraefikName => parts()
            .filter_map(|part| {
                let name = part.strip_suffix("@kubernetescrd")?;
                name.strip_prefix(own)?.strip_prefix('-')
            })
            .map(|name| (None, name))
            .collect(),
    };
    found.retain(|(_, name)| !name.is_empty());
    found
}
