//! What is served: versions, groups and resources, in both forms that clients ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::kinds::Kind;
use super::registry::Registry;

/// Accept asks for the aggregated form when it says this.
pub(crate) const AGGREGATED: &str = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
pub(crate) const AGGREGATED_TYPE: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const VERBS: [&str; 8] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];
/// The same, in the order in which the real server says them for custom kinds.
const CUSTOM_VERBS: [&str; 8] = [
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "create",
    "update",
    "watch",
];
const PART_VERBS: [&str; 3] = ["get", "patch", "update"];

/// A group with its versions, the preferred one first.
type Groups = BTreeMap<String, Vec<String>>;

fn groups(registry: &Registry) -> Groups {
    let mut groups = Groups::new();
    for kind in registry.all() {
        let versions = groups.entry(kind.id.group.clone()).or_default();
        if !versions.contains(&kind.version) {
            versions.push(kind.version.clone());
        }
    }
    // Not stored, only asked.
    for group in ["authentication.k8s.io", "authorization.k8s.io"] {
        groups.insert(group.into(), vec!["v1".into()]);
    }
    for versions in groups.values_mut() {
        versions.sort_by_key(|version| std::cmp::Reverse(priority(version)));
    }
    groups
}

/// Orders versions: v2 before v1 before v1beta2 before v1alpha1.
fn priority(version: &str) -> (u8, u64, u64) {
    let rest = version.trim_start_matches('v');
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let major = rest[..digits].parse().unwrap_or(0);
    let (level, tail) = match &rest[digits..] {
        "" => (2, ""),
        tail => tail
            .strip_prefix("beta")
            .map_or_else(|| (0, tail.trim_start_matches("alpha")), |t| (1, t)),
    };
    (level, major, tail.parse().unwrap_or(0))
}

/// `/api`
pub(crate) fn core_versions() -> Value {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}],
    })
}

/// `/apis`
pub(crate) fn group_list(registry: &Registry) -> Value {
    let groups: Vec<_> = groups(registry)
        .iter()
        .filter(|(group, _)| !group.is_empty())
        .map(|(group, versions)| group_entry(group, versions))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn group_entry(group: &str, versions: &[String]) -> Value {
    let versions: Vec<_> = versions
        .iter()
        .map(|v| json!({"groupVersion": format!("{group}/{v}"), "version": v}))
        .collect();
    json!({"name": group, "versions": versions, "preferredVersion": versions.first()})
}

/// `/apis/GROUP`
pub(crate) fn group(registry: &Registry, group: &str) -> Option<Value> {
    let mut entry = group_entry(group, groups(registry).get(group)?);
    entry["kind"] = json!("APIGroup");
    entry["apiVersion"] = json!("v1");
    Some(entry)
}

/// `/api/v1`, `/apis/GROUP/VERSION`
pub(crate) fn resources(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    groups(registry).get(group)?.iter().find(|v| *v == version)?;
    let mut resources: Vec<Value> = Vec::new();
    for kind in of_version(registry, group, version) {
        resources.push(resource(kind));
        resources.extend(parts(kind).into_iter().map(|(name, group, version, of)| {
            let mut part = json!({
                "name": format!("{}/{name}", kind.id.plural), "singularName": "", "namespaced": kind.namespaced,
                "kind": of, "verbs": PART_VERBS,
            });
            if let Some(group) = group {
                part["group"] = json!(group);
                part["version"] = json!(version);
            }
            part
        }));
    }
    resources.extend(reviews(group).iter().map(|(plural, kind)| {
        json!({"name": plural, "singularName": kind.to_lowercase(), "namespaced": false, "kind": kind, "verbs": ["create"]})
    }));
    let name = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    Some(json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": resources}))
}

fn of_version<'a>(
    registry: &'a Registry,
    group: &'a str,
    version: &'a str,
) -> impl Iterator<Item = &'a Arc<Kind>> {
    registry
        .all()
        .filter(move |kind| kind.id.group == group && kind.version == version)
}

/// The kinds that are asked and not kept.
fn reviews(group: &str) -> &'static [(&'static str, &'static str)] {
    match group {
        "authentication.k8s.io" => &[("selfsubjectreviews", "SelfSubjectReview")],
        "authorization.k8s.io" => &[
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
        ],
        _ => &[],
    }
}

/// Name, group and version where they differ, kind.
type Part<'a> = (&'static str, Option<&'static str>, &'static str, &'a str);

fn parts(kind: &Kind) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    if kind.scale.is_some() {
        parts.push(("scale", Some("autoscaling"), "v1", "Scale"));
    }
    if kind.status {
        parts.push(("status", None, "", kind.kind.as_str()));
    }
    parts
}

fn resource(kind: &Kind) -> Value {
    let mut resource = json!({
        "name": kind.id.plural, "singularName": kind.singular, "namespaced": kind.namespaced, "kind": kind.kind,
        "verbs": if kind.custom { CUSTOM_VERBS } else { VERBS },
    });
    if !kind.short_names.is_empty() {
        resource["shortNames"] = json!(kind.short_names);
    }
    if !kind.categories.is_empty() {
        resource["categories"] = json!(kind.categories);
    }
    resource
}

/// `/api` and `/apis` in the aggregated form.
pub(crate) fn aggregated(registry: &Registry, core: bool) -> Value {
    let items: Vec<_> = groups(registry)
        .iter()
        .filter(|(group, _)| group.is_empty() == core)
        .map(|(group, versions)| {
            let versions: Vec<_> = versions
                .iter()
                .map(|version| aggregated_version(registry, group, version))
                .collect();
            let meta = if core {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": group, "creationTimestamp": null})
            };
            json!({"metadata": meta, "versions": versions})
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    })
}

fn aggregated_version(registry: &Registry, group: &str, version: &str) -> Value {
    let gvk =
        |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut resources: Vec<Value> = of_version(registry, group, version)
        .map(|kind| {
            let parts: Vec<_> = parts(kind)
                .into_iter()
                .map(|(name, other, other_version, of)| {
                    let kind = match other {
                        Some(other) => gvk(other, other_version, of),
                        None => gvk(group, version, of),
                    };
                    json!({"subresource": name, "responseKind": kind, "verbs": PART_VERBS})
                })
                .collect();
            let mut entry = json!({
                "resource": kind.id.plural, "responseKind": gvk(group, version, &kind.kind),
                "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
                "singularResource": kind.singular, "verbs": VERBS,
            });
            for (field, value) in [
                ("shortNames", &kind.short_names),
                ("categories", &kind.categories),
            ] {
                if !value.is_empty() {
                    entry[field] = json!(value);
                }
            }
            if !parts.is_empty() {
                entry["subresources"] = json!(parts);
            }
            entry
        })
        .collect();
    resources.extend(reviews(group).iter().map(|(plural, kind)| {
        json!({
            "resource": plural, "responseKind": gvk(group, version, kind), "scope": "Cluster",
            "singularResource": kind.to_lowercase(), "verbs": ["create"],
        })
    }));
    json!({"version": version, "resources": resources, "freshness": "Current"})
}
