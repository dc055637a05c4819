//! What a rule says.
//!
//! The same structures are the format of the files and of `rules explain -o json`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How bad it is that a rule matches. The order is from the mildest to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Good to know; nothing need be done.
    Info,
    /// It works elsewhere, but otherwise than here, or it keeps a tie.
    Warn,
    /// It does not work elsewhere as it is; what to write instead is known.
    Rewrite,
    /// It does not work elsewhere, and there is no drop-in for it: somebody must choose and migrate.
    Block,
}

impl Level {
    /// From the worst to the mildest.
    pub const ALL: [Self; 4] = [Self::Block, Self::Rewrite, Self::Warn, Self::Info];
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Info => "Info",
            Self::Warn => "Warn",
            Self::Rewrite => "Rewrite",
            Self::Block => "Block",
        })
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// Its name: lower-case words with dashes, unique among all rules.
    pub id: String,
    /// The family of providers that it is about: the name of the folder.
    #[serde(skip_deserializing)]
    pub provider: String,
    /// How bad it is.
    pub severity: Level,
    /// What it is about, in some words.
    pub what: String,
    /// What it looks for: it matches when one clause does.
    #[serde(rename = "match")]
    pub clauses: Vec<Clause>,
    /// Why that ties an application.
    pub why: String,
    /// What to do instead.
    pub replacement: String,
    /// The URL of the documentation that says so.
    pub source: String,
    /// The same in Dutch; none: reports in Dutch have the English, and say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dutch: Option<Dutch>,
    /// Objects that prove it. Own rules may do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
}

/// What a rule says in Dutch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dutch {
    /// What it is about.
    pub what: String,
    /// Why that ties an application.
    pub why: String,
    /// What to do instead.
    pub replacement: String,
}

/// Objects that prove a rule. Each must be complete enough to have an `apiVersion` and a `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The rule matches each of these.
    pub hit: Examples,
    /// And none of these.
    pub miss: Examples,
}

/// One object, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Examples {
    /// A list of objects.
    Several(Vec<Value>),
    /// One object.
    One(Value),
}

impl Examples {
    /// The objects.
    pub fn objects(&self) -> &[Value] {
        match self {
            Self::Several(objects) => objects,
            Self::One(object) => std::slice::from_ref(object),
        }
    }
}

/// What to look for: in which objects, at what, and with which value. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Clause {
    /// Kinds of objects; empty = all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// API groups, `*.azure.com` = every group below it, `""` = the core group; empty = all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// A field, by its path: `*` any key, `[*]` any element, `**` any steps. Alone: that it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Annotations at any depth, by key; a `*` at the end stands for any rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotation: Vec<String>,
    /// Labels at any depth, by key, likewise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label: Vec<String>,
    /// Labels and taints of nodes, wherever Pods select, spread over or tolerate them, likewise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub node: Vec<String>,
    /// Registries of container images: host names as in `host`, or with a path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image: Vec<String>,
    /// Host names in any text: `example.org` = it and every name below it, `*` = any one label, `*-a` =
    /// any that ends so. Not in images, which have `image`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_host: Vec<String>,
    /// Words in any text, not in the middle of another word.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_text: Vec<String>,
    /// The value is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// The value begins with one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
    /// The value ends with one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suffix: Vec<String>,
    /// The value holds one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// A host name in the value is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub host: Vec<String>,
}

/// What a clause looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'c> {
    /// The object itself.
    Kind,
    /// A field.
    Field(&'c str),
    /// Annotations.
    Annotation(&'c [String]),
    /// Labels.
    Label(&'c [String]),
    /// Labels and taints of nodes.
    Node(&'c [String]),
    /// Images.
    Image(&'c [String]),
    /// Host names in any text.
    AnyHost(&'c [String]),
    /// Words in any text.
    AnyText(&'c [String]),
}

impl Clause {
    /// What it looks at; none when it says more than one thing.
    pub fn subject(&self) -> Option<Subject<'_>> {
        let lists = [
            (&self.annotation, Subject::Annotation(&self.annotation)),
            (&self.label, Subject::Label(&self.label)),
            (&self.node, Subject::Node(&self.node)),
            (&self.image, Subject::Image(&self.image)),
            (&self.any_host, Subject::AnyHost(&self.any_host)),
            (&self.any_text, Subject::AnyText(&self.any_text)),
        ];
        let given = lists.into_iter().filter(|(list, _)| !list.is_empty());
        let mut given: Vec<Subject<'_>> = given.map(|(_, subject)| subject).collect();
        given.extend(self.field.as_deref().map(Subject::Field));
        match given.as_slice() {
            [] => Some(Subject::Kind),
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whether it asks for a value.
    pub(super) fn tests_value(&self) -> bool {
        [
            &self.equals,
            &self.prefix,
            &self.suffix,
            &self.contains,
            &self.host,
        ]
        .iter()
        .any(|list| !list.is_empty())
    }

    /// Whether it is about objects of this group and kind.
    pub(super) fn is_about(&self, group: &str, kind: &str) -> bool {
        let of_kind = self.kinds.is_empty() || self.kinds.iter().any(|known| known == kind);
        of_kind && (self.groups.is_empty() || self.groups.iter().any(|known| is_group(known, group)))
    }
}

fn is_group(pattern: &str, group: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => group.len() > end.len() && group.ends_with(end),
        None => pattern == group,
    }
}
