//! Everything that a set of objects refers to: what moves with it, what the target must have, what is missing.
//!
//! Works on captured objects and on manifests. Manifests may leave the namespace out: then names alone count.
//! Invariant: a kind of which nothing cluster-scoped was given is not known, never missing.

mod cluster;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    field::{annotation, at, entries, group_kind, items, map, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    reference::{ISSUER_ANNOTATIONS, Need, Wish, references_of},
};

/// One reference and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The object that refers.
    pub from: ObjectKey,
    /// The field in it.
    pub field: String,
    /// What it refers to.
    pub to: Target,
    /// Where that is.
    pub resolved: Resolved,
}

/// What a reference names; the version is not part of a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// API group, empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none for cluster-scoped kinds and where the object that refers has none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(out, "{namespace}/")?;
        }
        out.write_str(&self.name)
    }
}

/// Where a reference leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Resolved {
    /// To an object of the set.
    Moves,
    /// To a cluster-scoped object that is taken along.
    TakenAlong,
    /// To an object that another object of the set has made (a certificate's Secret).
    Produced,
    /// To what every cluster has.
    Everywhere,
    /// To what each cluster has of its own: storage, ingress, runtime classes, issuers.
    OnTarget,
    /// To another namespace, which does not move with the set.
    Elsewhere,
    /// To nothing, and the object says that it can do without.
    Absent,
    /// To nothing.
    Missing,
}

/// Everything that a set of objects refers to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// Cluster-scoped objects that the set needs, as given, in order of key.
    pub needed_cluster_scoped: Vec<Value>,
    /// Every reference, in order.
    pub references: Vec<Reference>,
    /// References that lead to nothing.
    pub dangling: Vec<Finding>,
}

/// Follows every reference of `objects`; cluster-scoped ones are looked up in, and taken from,
/// `cluster_scoped`. Objects without a name are passed over: `transform` reports them.
pub fn closure(objects: &[Value], cluster_scoped: &[Value]) -> Closure {
    close(objects.iter(), cluster_scoped, std::iter::empty())
}

/// The same over any iterator, for objects that are wrapped in something else, and with the names of what
/// controllers on the target will make from them.
pub(crate) fn close<'o>(
    objects: impl Iterator<Item = &'o Value>,
    cluster_scoped: &'o [Value],
    made: impl Iterator<Item = &'o ObjectKey>,
) -> Closure {
    let set = Set::of(objects, made);
    let mut out = Closure::default();
    let mut along = cluster::Along::of(cluster_scoped);
    for (key, object) in &set.objects {
        for wish in references_of(object, key) {
            follow(&set, &mut along, key, &wish, &mut out);
        }
        if key.group_kind() == ("policy", "PodDisruptionBudget") && !set.selects_any(key, object) {
            out.dangling.push(
                Finding::new(
                    Question::References,
                    Severity::Warn,
                    "selects no Pods of any workload",
                )
                .about(key)
                .field("spec.selector"),
            );
        }
    }
    along.bindings_to(&set);
    along.definitions_of(&set, &mut out.dangling);
    along.roles_of_bindings();
    out.needed_cluster_scoped = along.into_needed();
    out.references.sort();
    out.dangling.sort();
    out.dangling.dedup();
    out
}

fn follow<'o>(
    set: &Set<'o>,
    along: &mut cluster::Along<'o>,
    from: &ObjectKey,
    wish: &Wish<'o>,
    out: &mut Closure,
) {
    let scope = cluster::scope_of(wish.group, wish.kind);
    let namespace = match scope {
        cluster::Scope::Namespaced => wish.namespace.or(from.namespace.as_deref()),
        cluster::Scope::Cluster | cluster::Scope::TargetsOwn => None,
    };
    let resolved = match scope {
        cluster::Scope::TargetsOwn => Resolved::OnTarget,
        cluster::Scope::Cluster => along.take(wish),
        cluster::Scope::Namespaced => set.find(namespace, wish),
    };
    let to = Target {
        group: wish.group.to_owned(),
        kind: wish.kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: wish.name.to_owned(),
    };
    match resolved {
        Resolved::Missing => out.dangling.push(dangling(from, &wish.field, &to, wish.need)),
        Resolved::Elsewhere if wish.need != Need::Optional => out.dangling.push(
            Finding::new(
                Question::References,
                Severity::Warn,
                format!("refers to {to}, which does not move with it"),
            )
            .about(from)
            .field(wish.field.clone())
            .remedy("make sure that the target has it"),
        ),
        Resolved::Moves => {
            if let Some(key) = set.missing_key(namespace, wish) {
                out.dangling.push(
                    Finding::new(
                        Question::References,
                        Severity::Block,
                        format!("{to} has no key {key}"),
                    )
                    .about(from)
                    .field(wish.field.clone())
                    .remedy("add the key, or mark the reference optional"),
                );
            }
        }
        Resolved::TakenAlong
        | Resolved::Produced
        | Resolved::Everywhere
        | Resolved::OnTarget
        | Resolved::Elsewhere
        | Resolved::Absent => {}
    }
    out.references.push(Reference {
        from: from.clone(),
        field: wish.field.clone(),
        to,
        resolved,
    });
}

fn dangling(from: &ObjectKey, field: &str, to: &Target, need: Need) -> Finding {
    let (severity, remedy) = match need {
        Need::Required => (
            Severity::Block,
            "make it, or mark the reference optional: Pods do not start without it",
        ),
        Need::Useful | Need::Optional => (Severity::Warn, "make it, or drop the reference"),
    };
    Finding::new(
        Question::References,
        severity,
        format!("refers to {to}, which does not exist"),
    )
    .about(from)
    .field(field)
    .remedy(remedy)
}

/// The objects by name, and what they have made.
struct Set<'o> {
    objects: BTreeMap<ObjectKey, &'o Value>,
    named: BTreeMap<(&'o str, &'o str, &'o str), Vec<&'o Value>>,
    namespaces: BTreeSet<&'o str>,
    /// Kind, namespace and name of what controllers make.
    produced: BTreeSet<(&'o str, &'o str, &'o str)>,
}

impl<'o> Set<'o> {
    fn of(objects: impl Iterator<Item = &'o Value>, made: impl Iterator<Item = &'o ObjectKey>) -> Self {
        let named = |key: &'o ObjectKey| {
            (
                &*key.kind,
                key.namespace.as_deref().unwrap_or_default(),
                &*key.name,
            )
        };
        let mut set = Self {
            objects: BTreeMap::new(),
            named: BTreeMap::new(),
            namespaces: BTreeSet::new(),
            produced: made.map(named).collect(),
        };
        for object in objects {
            let Ok(key) = ObjectKey::from_value(object) else {
                continue;
            };
            let (group, kind) = group_kind(object);
            let namespace = text(object, &["metadata", "namespace"]);
            set.named
                .entry((group, kind, text(object, &["metadata", "name"])))
                .or_default()
                .push(object);
            set.namespaces.insert(namespace);
            set.produced
                .extend(secrets_made_by(object, group, kind).map(|name| ("Secret", namespace, name)));
            set.objects.insert(key, object);
        }
        set
    }

    fn get(&self, namespace: Option<&str>, wish: &Wish<'_>) -> Option<&'o Value> {
        let same = |object: &&&Value| fits(namespace, text(object, &["metadata", "namespace"]));
        self.named
            .get(&(wish.group, wish.kind, wish.name))?
            .iter()
            .find(same)
            .copied()
    }

    fn find(&self, namespace: Option<&str>, wish: &Wish<'_>) -> Resolved {
        if self.get(namespace, wish).is_some() {
            return Resolved::Moves;
        }
        if namespace.is_some_and(|name| !self.namespaces.contains(name)) {
            return Resolved::Elsewhere;
        }
        if matches!(
            (wish.kind, wish.name),
            ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")
        ) {
            return Resolved::Everywhere;
        }
        let made = |(kind, made_in, name): &(&str, &str, &str)| {
            *kind == wish.kind && *name == wish.name && fits(namespace, made_in)
        };
        if self.produced.iter().any(made) {
            return Resolved::Produced;
        }
        if wish.need == Need::Optional {
            Resolved::Absent
        } else {
            Resolved::Missing
        }
    }

    /// The key that a Secret or `ConfigMap` of the set lacks.
    fn missing_key<'w>(&self, namespace: Option<&str>, wish: &Wish<'w>) -> Option<&'w str> {
        let key = wish.key.filter(|_| wish.need == Need::Required)?;
        let object = self.get(namespace, wish)?;
        let there = ["data", "stringData", "binaryData"]
            .iter()
            .any(|field| at(object, &[field, key]).is_some());
        (!there).then_some(key)
    }

    /// Whether the selector of a disruption budget picks the Pods of some workload.
    fn selects_any(&self, budget: &ObjectKey, object: &Value) -> bool {
        if !items(object, &["spec", "selector", "matchExpressions"]).is_empty() {
            return true;
        }
        self.objects
            .iter()
            .filter(|(key, _)| key.namespace == budget.namespace)
            .any(|(key, workload)| {
                let pod = kinds::pod_path(&key.group, &key.kind).and_then(|path| at(workload, path));
                pod.is_some_and(|pod| {
                    let labels = map(pod, &["metadata", "labels"]);
                    entries(object, &["spec", "selector", "matchLabels"])
                        .all(|(name, value)| labels.is_some_and(|labels| labels.get(name) == Some(value)))
                })
            })
            || self.objects.keys().any(|key| !kinds::is_built_in(&key.group))
    }
}

/// Whether a namespace that is asked for is the one that is there; one that is left out fits any.
fn fits(asked: Option<&str>, there: &str) -> bool {
    there.is_empty() || asked.is_none_or(|asked| asked == there)
}

/// Names of the Secrets that the controller of this object makes.
fn secrets_made_by<'o>(object: &'o Value, group: &str, kind: &str) -> impl Iterator<Item = &'o str> {
    let name = text(object, &["metadata", "name"]);
    let or_name = |field: &'o str| if field.is_empty() { name } else { field };
    let one = match (group, kind) {
        ("cert-manager.io", "Certificate") => text(object, &["spec", "secretName"]),
        ("external-secrets.io", "ExternalSecret") => or_name(text(object, &["spec", "target", "name"])),
        ("bitnami.com", "SealedSecret") => or_name(text(object, &["spec", "template", "metadata", "name"])),
        _ => "",
    };
    let certified = (group, kind) == ("networking.k8s.io", "Ingress")
        && (ISSUER_ANNOTATIONS
            .iter()
            .any(|(name, _)| !annotation(object, name).is_empty())
            || annotation(object, "kubernetes.io/tls-acme") == "true");
    let tls = items(object, &["spec", "tls"]).iter().filter(move |_| certified);
    tls.map(|tls| text(tls, &["secretName"]))
        .chain([one])
        .filter(|name| !name.is_empty())
}
