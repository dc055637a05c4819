//! What is known of kinds as data: what they refer to, make and select, where they describe Pods and name images.
//!
//! Not here: following references (`reference`, `closure`). The words of the files are in `data/references/README.md`.
//! Invariant: the files are part of the program; a test holds that they are read, and that every rule finds something.

mod path;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

pub(crate) use path::{Path, Trail};

/// The files, in any order.
const FILES: &[(&str, &str)] = &[
    ("cloud", include_str!("../data/references/cloud.yaml")),
    ("databases", include_str!("../data/references/databases.yaml")),
    ("entry", include_str!("../data/references/entry.yaml")),
    ("kubernetes", include_str!("../data/references/kubernetes.yaml")),
    ("monitoring", include_str!("../data/references/monitoring.yaml")),
    ("platform", include_str!("../data/references/platform.yaml")),
    ("secrets", include_str!("../data/references/secrets.yaml")),
];
const SCOPES: &str = include_str!("../data/references/scopes.yaml");

/// The name under which rules for every kind stand.
const ANY: &str = "*";
/// The name under which rules for whatever is written like a Pod's `spec` stand.
const POD_SPEC: &str = "PodSpec";

/// Why the rules cannot be used. A defect of ours: the files are part of the program.
#[derive(Debug, thiserror::Error)]
#[error("the rules in {file} cannot be read")]
pub(crate) struct BookError {
    file: &'static str,
    #[source]
    source: Box<serde_saphyr::Error>,
}

/// What happens when what is referred to is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum Need {
    /// Pods do not start.
    Required,
    /// Something works less well.
    #[default]
    Useful,
    /// The object itself says that it can do without, or nothing is lost.
    Optional,
}

/// A kind, written `group/Kind`, or `Kind` in the core group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KindName {
    pub(crate) group: String,
    pub(crate) kind: String,
}

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (group, kind) = text.split_once('/').unwrap_or(("", &text));
        if kind.is_empty() || kind.contains('/') {
            return Err(D::Error::custom(format!("{text:?} is no kind: write group/Kind")));
        }
        Ok(Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
        })
    }
}

/// How a name stands at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Form {
    /// As it is.
    #[default]
    Name,
    /// `namespace/name`, or a name.
    NamespaceName,
    /// Names with commas between.
    List,
    /// `namespace-name@kubernetescrd`, with commas between; those of the own namespace count.
    TraefikName,
    /// A name, but for one of another provider of Traefik (`api@internal`), which is no object.
    Kubernetes,
    /// The host of a Service: `name`, or `name.namespace.svc` and what follows; another host is none.
    ServiceHost,
    /// `name:group/Kind:namespace/name` as Argo CD tracks: the Application's name, `namespace_name` where it is not in
    /// Argo CD's own namespace.
    ArgoTracking,
}

/// A condition on a reference: what the text at a path in the place is; an absent one reads as empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct When {
    pub(crate) at: Path,
    /// One of these; none given: any.
    #[serde(default, rename = "in")]
    pub(crate) among: Vec<String>,
    /// None of these.
    #[serde(default)]
    pub(crate) not_in: Vec<String>,
}

impl When {
    pub(crate) fn holds(&self, place: &Value) -> bool {
        let text = self.at.text(place).unwrap_or_default();
        (self.among.is_empty() || self.among.iter().any(|one| one == text))
            && !self.not_in.iter().any(|one| one == text)
    }
}

/// One rule: what stands here is the name of that.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Refer {
    pub(crate) at: Path,
    pub(crate) to: Option<KindName>,
    pub(crate) name: Option<Path>,
    pub(crate) kind: Option<Path>,
    pub(crate) group: Option<Path>,
    pub(crate) api_version: Option<Path>,
    pub(crate) namespace: Option<Path>,
    pub(crate) key: Option<Path>,
    pub(crate) optional: Option<Path>,
    #[serde(default)]
    pub(crate) need: Need,
    #[serde(default)]
    pub(crate) form: Form,
    pub(crate) when: Option<When>,
    #[serde(default)]
    pub(crate) back: bool,
}

/// What a controller makes from an object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Make {
    pub(crate) kind: KindName,
    pub(crate) name: Pattern,
    #[serde(default)]
    pub(crate) when: Vec<Path>,
}

/// A name with `{path}` or `{path|path}` in it: the first path that is there.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) before: String,
    pub(crate) paths: Vec<Path>,
    pub(crate) after: String,
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("{text:?} is no name with one {{path}} in it"));
        let (before, rest) = text.split_once('{').ok_or_else(wrong)?;
        let (inner, after) = rest.split_once('}').ok_or_else(wrong)?;
        let paths: Result<Vec<Path>, _> = inner.split('|').map(Path::parse).collect();
        Ok(Self {
            before: before.to_owned(),
            paths: paths.map_err(D::Error::custom)?,
            after: after.to_owned(),
        })
    }
}

impl Pattern {
    /// The names that it gives for an object.
    pub(crate) fn names(&self, object: &Value) -> Vec<String> {
        let found = self.paths.iter().map(|path| path.texts(object));
        let first = found
            .into_iter()
            .find(|names| !names.is_empty())
            .unwrap_or_default();
        first
            .into_iter()
            .map(|name| format!("{}{name}{}", self.before, self.after))
            .collect()
    }
}

/// Of what a selector picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Picked {
    Pods,
    Services,
}

/// How a selector is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Writing {
    /// `matchLabels` and `matchExpressions`.
    #[default]
    Selector,
    /// A plain map of labels; an empty or absent one picks nothing.
    Labels,
}

/// A label selector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Select {
    pub(crate) at: Path,
    pub(crate) of: Picked,
    #[serde(default)]
    pub(crate) form: Writing,
    #[serde(default)]
    pub(crate) must: bool,
}

/// All rules for some kinds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) kinds: Vec<KindName>,
    #[serde(default)]
    pub(crate) pod_specs: Vec<Path>,
    #[serde(default)]
    pub(crate) images: Vec<Path>,
    #[serde(default)]
    pub(crate) node_selectors: Vec<Path>,
    #[serde(default)]
    pub(crate) refers: Vec<Refer>,
    #[serde(default)]
    pub(crate) makes: Vec<Make>,
    #[serde(default)]
    pub(crate) selects: Vec<Select>,
    #[serde(default)]
    pub(crate) pod_labels: BTreeMap<String, Pattern>,
    /// One object in which every rule finds something; read by the test.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the proof of the rule, for its test and for readers")
    )]
    pub(crate) sample: Value,
}

/// Where what is referred to is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In a namespace.
    Namespaced,
    /// Among the cluster-scoped objects, to be taken along.
    Cluster,
    /// Every cluster has its own; `transform` maps the name, `preflight` looks whether it is there.
    TargetsOwn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scopes {
    cluster: Vec<KindName>,
    target: Vec<KindName>,
}

/// All rules, by kind.
pub(crate) struct Book {
    entries: Vec<Entry>,
    /// Group, then kind, then places in `entries`.
    of: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    scopes: Scopes,
}

static BOOK: LazyLock<Result<Book, BookError>> = LazyLock::new(read);

/// The rules, read once.
pub(crate) fn book() -> Result<&'static Book, &'static BookError> {
    BOOK.as_ref()
}

fn read() -> Result<Book, BookError> {
    let mut entries: Vec<Entry> = Vec::new();
    for (file, text) in FILES {
        let more: Vec<Entry> = serde_saphyr::from_str(text).map_err(|source| BookError {
            file,
            source: Box::new(source),
        })?;
        entries.extend(more);
    }
    let scopes = serde_saphyr::from_str(SCOPES).map_err(|source| BookError {
        file: "scopes",
        source: Box::new(source),
    })?;
    let mut of: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        for name in &entry.kinds {
            let kinds = of.entry(name.group.clone()).or_default();
            kinds.entry(name.kind.clone()).or_default().push(place);
        }
    }
    Ok(Book { entries, of, scopes })
}

impl Book {
    /// The entries of one kind.
    pub(crate) fn of(&self, group: &str, kind: &str) -> impl Iterator<Item = &Entry> {
        let places = self.of.get(group).and_then(|kinds| kinds.get(kind));
        places
            .into_iter()
            .flatten()
            .filter_map(|place| self.entries.get(*place))
    }

    /// The entries for every kind.
    pub(crate) fn of_any(&self) -> impl Iterator<Item = &Entry> {
        self.of("", ANY)
    }

    /// The entries for what is written like a Pod's `spec`.
    pub(crate) fn of_pods(&self) -> impl Iterator<Item = &Entry> {
        self.of("", POD_SPEC)
    }

    /// Places in an object of what is written like a Pod's `spec`.
    pub(crate) fn pod_specs<'o>(
        &'static self,
        object: &'o Value,
        group: &str,
        kind: &str,
    ) -> Vec<(Trail<'o>, &'o Value)> {
        let mut found = Vec::new();
        for path in self.of(group, kind).flat_map(|entry| &entry.pod_specs) {
            path.walk(object, &mut |trail, spec| found.push((trail.to_vec(), spec)));
        }
        found
    }

    /// Where objects of a kind are looked for.
    pub(crate) fn scope(&self, group: &str, kind: &str) -> Scope {
        let has = |kinds: &[KindName]| kinds.iter().any(|name| name.group == group && name.kind == kind);
        if has(&self.scopes.cluster) {
            Scope::Cluster
        } else if has(&self.scopes.target) {
            Scope::TargetsOwn
        } else {
            Scope::Namespaced
        }
    }

    /// Kind and names of what the controller of an object makes.
    pub(crate) fn made_by<'b>(
        &'b self,
        object: &'b Value,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = (&'b KindName, String)> {
        let makes = self
            .of(group, kind)
            .chain(self.of_any())
            .flat_map(|entry| &entry.makes);
        makes
            .filter(move |make| make.when.is_empty() || make.when.iter().any(|path| path.is_there(object)))
            .flat_map(move |make| {
                make.name
                    .names(object)
                    .into_iter()
                    .map(move |name| (&make.kind, name))
            })
    }
}
