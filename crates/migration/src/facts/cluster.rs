//! What stands on the target that decides over Pods, volumes, names and admission.
//!
//! Not here: what it means (`portability::preflight`). Invariant: a list that we may not see is unknown, never empty.

use havenmeester_portability::said::Unseen;
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_fleet::Member;
use havenmeester_portability::{
    Fact, Gvk, NodesFact, ObjectKey, OwnedFact, QuotaFact, QuotaScope, StorageFact, called_service,
    owned_kinds,
};
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

use crate::{
    cx::{Cargo, Cx},
    errors::{Category, MemberError},
    namespace::is_narrow,
    objects,
};

/// All objects of a kind in the whole cluster.
pub(super) async fn all(target: &Member, group: &str, version: &str, kind: &str) -> Fact<Vec<Value>> {
    let gvk = Gvk::new(group, version, kind);
    match objects::list_all(target, &gvk).await {
        Ok(found) => Fact::Known(found),
        Err(MemberError::NotServed { .. }) => Fact::Known(Vec::new()),
        Err(error) if error.category() == Category::Refused => Fact::unknown(Unseen::MayNotList {
            cluster: target.name.clone(),
            kind: kind.to_owned(),
        }),
        Err(error) => Fact::unknown(error.unseen()),
    }
}

/// All objects of a kind in one namespace.
pub(super) async fn within(target: &Member, gvk: &Gvk, namespace: &str) -> Fact<Vec<Value>> {
    match objects::list(target, gvk, namespace).await {
        Ok(found) => Fact::Known(found),
        Err(MemberError::NotServed { .. }) => Fact::Known(Vec::new()),
        Err(error) => Fact::unknown(error.unseen()),
    }
}

/// The version that the target behaves as, and how far its clock is ahead of ours, in seconds.
pub(super) async fn version(cx: &Cx<'_>, target: &Member) -> (Fact<String>, Fact<i64>) {
    let asked = cx.now();
    match objects::version(target).await {
        Ok((said, date)) => (behaves_as(&said), skew(date, asked, cx.now())),
        Err(error) => (Fact::unknown(error.unseen()), Fact::unknown(error.unseen())),
    }
}

/// A server can be told to behave as an older minor than its own (`--emulated-version`): then that one counts.
fn behaves_as(said: &Value) -> Fact<String> {
    let text = |field: &str| said.get(field).and_then(Value::as_str).unwrap_or_default();
    let (major, minor) = (text("emulationMajor"), text("emulationMinor"));
    let own = text("gitVersion");
    if !minor.is_empty() && (major, minor) != (text("major"), text("minor")) {
        Fact::Known(format!("v{major}.{minor}"))
    } else if own.is_empty() {
        Fact::unknown(Unseen::SaysNoVersion)
    } else {
        Fact::Known(own.to_owned())
    }
}

/// It answered at some moment between the question and its answer: only what lies outside of that is a difference.
fn skew(date: Option<String>, asked: Timestamp, answered: Timestamp) -> Fact<i64> {
    let Some(date) = date else {
        return Fact::unknown(Unseen::NoDate);
    };
    let Ok(there) = rfc2822::parse(&date.replace("GMT", "+0000")) else {
        return Fact::unknown(Unseen::OddDate);
    };
    let there = there.timestamp();
    let nearest = there.max(asked).min(answered.max(asked));
    Fact::Known(there.duration_since(nearest).as_secs())
}

pub(super) async fn nodes(target: &Member) -> Fact<NodesFact> {
    let (nodes, pods) = tokio::join!(all(target, "", "v1", "Node"), all(target, "", "v1", "Pod"));
    match (nodes, pods) {
        (Fact::Known(nodes), Fact::Known(pods)) => Fact::Known(NodesFact {
            nodes,
            pods,
            grows: grows(target).await,
        }),
        (Fact::Unknown { why }, _) | (_, Fact::Unknown { why }) => Fact::Unknown { why },
    }
}

/// Whether something adds nodes on demand: Karpenter by its group, the cluster autoscaler by the status that it keeps.
async fn grows(target: &Member) -> bool {
    let karpenter = target.served.kinds().any(|gvk| gvk.group == "karpenter.sh");
    let status = ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: Some("kube-system".to_owned()),
        name: "cluster-autoscaler-status".to_owned(),
    };
    // Not seen: then no room is taken for what it is.
    karpenter || matches!(objects::get(target, &status).await, Ok(Some(_)))
}

pub(super) async fn webhooks(target: &Member) -> (Fact<Vec<Value>>, BTreeSet<String>) {
    const GROUP: &str = "admissionregistration.k8s.io";
    let (checks, changes) = tokio::join!(
        all(target, GROUP, "v1", "ValidatingWebhookConfiguration"),
        all(target, GROUP, "v1", "MutatingWebhookConfiguration")
    );
    let both = match (checks, changes) {
        (Fact::Known(mut both), Fact::Known(changes)) => {
            both.extend(changes);
            both
        }
        (Fact::Unknown { why }, _) | (_, Fact::Unknown { why }) => {
            return (Fact::Unknown { why }, BTreeSet::new());
        }
    };
    let called: BTreeSet<String> = both
        .iter()
        .filter_map(|one| one.get("webhooks")?.as_array())
        .flatten()
        .filter_map(called_service)
        .collect();
    let silent = silent(target, called).await;
    (Fact::Known(both), silent)
}

/// Services without a ready endpoint. One that cannot be seen is not called silent.
async fn silent(target: &Member, called: BTreeSet<String>) -> BTreeSet<String> {
    let slices = Gvk::new("discovery.k8s.io", "v1", "EndpointSlice");
    let mut by_namespace: BTreeMap<String, Fact<Vec<Value>>> = BTreeMap::new();
    let mut silent = BTreeSet::new();
    for service in called {
        let Some((namespace, name)) = service.split_once('/') else {
            continue;
        };
        if !by_namespace.contains_key(namespace) {
            let found = within(target, &slices, namespace).await;
            by_namespace.insert(namespace.to_owned(), found);
        }
        let Some(Fact::Known(found)) = by_namespace.get(namespace) else {
            continue;
        };
        let ready = found
            .iter()
            .filter(|slice| {
                slice.pointer("/metadata/labels/kubernetes.io~1service-name") == Some(&name.into())
            })
            .filter_map(|slice| slice.get("endpoints")?.as_array())
            .flatten()
            // Absent is to be taken for ready, by the API's own words.
            .any(|endpoint| endpoint.pointer("/conditions/ready") != Some(&false.into()));
        if !ready {
            silent.insert(service);
        }
    }
    silent
}

/// The definitions of the custom kinds that are sent.
pub(super) async fn definitions(target: &Member, cargo: &Cargo) -> Fact<Vec<Value>> {
    let names: BTreeSet<String> = cargo
        .objects
        .iter()
        .filter(|one| one.key.group.contains('.') && !one.key.group.ends_with(".k8s.io"))
        .filter_map(|one| target.served.get(&one.key.gvk()))
        .map(|(api, _)| format!("{}.{}", api.plural, api.group))
        .collect();
    let mut found = Vec::new();
    for name in names {
        let key = ObjectKey {
            group: "apiextensions.k8s.io".to_owned(),
            version: "v1".to_owned(),
            kind: "CustomResourceDefinition".to_owned(),
            namespace: None,
            name,
        };
        match objects::get(target, &key).await {
            Ok(seen) => found.extend(seen),
            Err(error) => return Fact::unknown(error.unseen()),
        }
    }
    Fact::Known(found)
}

/// What the target has of its own of the kinds that are referred to and not sent. What the MemberCluster says of issuers
/// stands for what cannot be seen.
pub(super) async fn owned(target: &Member, cargo: &Cargo) -> Vec<OwnedFact> {
    let mut found = Vec::new();
    for (group, kind) in owned_kinds(&cargo.said) {
        let served = target
            .served
            .kinds()
            .find(|gvk| gvk.group == group && gvk.kind == kind);
        let names = match served {
            None => Fact::Known(BTreeSet::new()),
            Some(gvk) => match all(target, &group, &gvk.version, &kind).await {
                Fact::Known(objects) => Fact::Known(names_of(&objects)),
                Fact::Unknown { why } => Fact::Unknown { why },
            },
        };
        let issuers = target.classes.issuers.values();
        let said = issuers
            .filter(|issuer| issuer.kind == kind)
            .map(|issuer| &issuer.name);
        let names = or_said(names, said);
        found.push(OwnedFact { group, kind, names });
    }
    found
}

pub(super) async fn storage(target: &Member) -> Fact<StorageFact> {
    const GROUP: &str = "storage.k8s.io";
    let (classes, capacities, drivers) = tokio::join!(
        all(target, GROUP, "v1", "StorageClass"),
        all(target, GROUP, "v1", "CSIStorageCapacity"),
        all(target, GROUP, "v1", "CSIDriver")
    );
    match (classes, capacities, drivers) {
        (Fact::Known(classes), Fact::Known(capacities), Fact::Known(drivers)) => {
            let heeded = drivers
                .iter()
                .filter(|driver| driver.pointer("/spec/storageCapacity") == Some(&true.into()))
                .filter_map(|driver| driver.pointer("/metadata/name")?.as_str())
                .map(str::to_owned)
                .collect();
            Fact::Known(StorageFact {
                classes,
                capacities,
                drivers: names_of(&drivers),
                heeded,
            })
        }
        (Fact::Unknown { why }, _, _) | (_, Fact::Unknown { why }, _) | (_, _, Fact::Unknown { why }) => {
            Fact::Unknown { why }
        }
    }
}

/// What publishes host names there, where what is sent publishes any.
pub(super) async fn entries(target: &Member, cargo: &Cargo) -> Fact<Vec<Value>> {
    const KINDS: [(&str, &str, &str); 4] = [
        ("networking.k8s.io", "v1", "Ingress"),
        ("gateway.networking.k8s.io", "v1", "HTTPRoute"),
        ("gateway.networking.k8s.io", "v1", "Gateway"),
        ("route.openshift.io", "v1", "Route"),
    ];
    let publishes = cargo
        .objects
        .iter()
        .any(|one| KINDS.iter().any(|(_, _, kind)| one.key.kind == *kind) || one.key.kind == "Service");
    let mut found = Vec::new();
    if publishes {
        for (group, version, kind) in KINDS {
            match all(target, group, version, kind).await {
                Fact::Known(some) => found.extend(some),
                Fact::Unknown { why } => return Fact::Unknown { why },
            }
        }
    }
    Fact::Known(found)
}

/// The labels of a namespace, with the one that the API server adds; empty where it cannot be read.
pub(super) fn labels(namespace: Option<&Value>, name: &str) -> BTreeMap<String, String> {
    let Some(seen) = namespace.filter(|seen| !seen.is_null()) else {
        return BTreeMap::new();
    };
    let own = seen.pointer("/metadata/labels").and_then(Value::as_object);
    let mut labels: BTreeMap<String, String> = own
        .into_iter()
        .flatten()
        .filter_map(|(label, value)| Some((label.clone(), value.as_str()?.to_owned())))
        .collect();
    labels.insert("kubernetes.io/metadata.name".to_owned(), name.to_owned());
    labels
}

/// The level of Pod Security that a namespace's labels enforce.
pub(super) fn pod_security(namespace: Option<&Value>) -> Fact<String> {
    match namespace {
        Some(Value::Null) | None => Fact::unknown(Unseen::NamespaceUnread),
        Some(seen) => {
            let level = seen.pointer("/metadata/labels/pod-security.kubernetes.io~1enforce");
            Fact::Known(level.and_then(Value::as_str).unwrap_or_default().to_owned())
        }
    }
}

pub(super) async fn quota(target: &Member, namespace: &str) -> Fact<Vec<QuotaFact>> {
    match within(target, &Gvk::new("", "v1", "ResourceQuota"), namespace).await {
        Fact::Known(listed) => Fact::Known(listed.iter().filter_map(|one| read(one, namespace)).collect()),
        Fact::Unknown { why } => Fact::Unknown { why },
    }
}

fn read(object: &Value, namespace: &str) -> Option<QuotaFact> {
    let amounts = |of: &str| -> BTreeMap<String, String> {
        let map = object.pointer(of).and_then(Value::as_object);
        let pairs = map.into_iter().flatten();
        pairs
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    let list = |of: &str| {
        let list = object.pointer(of).and_then(Value::as_array);
        list.into_iter().flatten()
    };
    let text = |value: &Value, field: &str| {
        value
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let plain = list("/spec/scopes").filter_map(|name| {
        Some(QuotaScope {
            name: name.as_str()?.to_owned(),
            ..QuotaScope::default()
        })
    });
    let selected = list("/spec/scopeSelector/matchExpressions").map(|one| QuotaScope {
        name: text(one, "scopeName"),
        operator: text(one, "operator"),
        values: one
            .get("values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|value| Some(value.as_str()?.to_owned()))
            .collect(),
    });
    Some(QuotaFact {
        namespace: namespace.to_owned(),
        name: object.pointer("/metadata/name")?.as_str()?.to_owned(),
        // A quota that was never counted has its limits in the spec only.
        hard: Some(amounts("/status/hard"))
            .filter(|hard| !hard.is_empty())
            .unwrap_or_else(|| amounts("/spec/hard")),
        used: amounts("/status/used"),
        scopes: plain.chain(selected).collect(),
    })
}

/// The names of all objects of a cluster-scoped kind.
pub(super) async fn names(target: &Member, group: &str, kind: &str) -> Fact<BTreeSet<String>> {
    let gvk = Gvk::new(group, "v1", kind);
    match objects::list_all(target, &gvk).await {
        Ok(found) => Fact::Known(names_of(&found)),
        Err(error) if error.category() == Category::Refused && is_narrow(target) => {
            Fact::unknown(Unseen::OutOfReach {
                cluster: target.name.clone(),
                kind: kind.to_owned(),
            })
        }
        Err(error) => Fact::unknown(error.unseen()),
    }
}

pub(super) fn names_of(objects: &[Value]) -> BTreeSet<String> {
    let name = |object: &Value| {
        object
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    objects.iter().filter_map(name).collect()
}

/// What cannot be seen with narrow credentials is what the MemberCluster says that there is, if it says anything.
pub(super) fn or_said<'n>(
    seen: Fact<BTreeSet<String>>,
    said: impl Iterator<Item = &'n String>,
) -> Fact<BTreeSet<String>> {
    let said: BTreeSet<String> = said.cloned().collect();
    match seen {
        Fact::Unknown { .. } if !said.is_empty() => Fact::Known(said),
        Fact::Known(_) | Fact::Unknown { .. } => seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(date: &str, asked: &str, answered: &str) -> Fact<i64> {
        let at = |time: &str| format!("2026-11-30T{time}Z").parse().expect("a time");
        skew(
            Some(format!("Mon, 30 Nov 2026 {date} GMT")),
            at(asked),
            at(answered),
        )
    }

    #[test]
    fn a_target_that_answers_late_has_no_other_clock_for_it() {
        assert_eq!(ahead("10:00:12", "10:00:00", "10:00:20"), Fact::Known(0));
    }

    #[test]
    fn a_clock_that_differs_by_more_than_the_answer_took_is_seen() {
        assert_eq!(ahead("10:01:00", "10:00:00", "10:00:20"), Fact::Known(40));
        assert_eq!(ahead("09:59:20", "10:00:00", "10:00:20"), Fact::Known(-40));
    }
}
