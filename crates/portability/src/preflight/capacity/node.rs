//! One node: whom it takes, and what it has left.
//!
//! Not here: which Pod goes where. Invariant: an operator that is not known matches nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::selector::holds;
use crate::{
    demand::{self, Amounts, Defaults, Pods, Side},
    facts::NodesFact,
    field::{entries, is_true, items, number, text},
    key::ObjectKey,
    quantity,
    said::NodeRefusal,
};

/// One node.
#[derive(Debug)]
pub(super) struct Node<'v> {
    object: &'v Value,
    open: bool,
    size: Amounts,
    used: Amounts,
    held: BTreeMap<ObjectKey, i128>,
}

/// All nodes with what runs on them.
pub(super) fn nodes(seen: &NodesFact) -> Vec<Node<'_>> {
    let mut used: BTreeMap<&str, Amounts> = BTreeMap::new();
    let none = Defaults::default();
    for pod in &seen.pods {
        if matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed") {
            continue;
        }
        let sum = used.entry(text(pod, &["spec", "nodeName"])).or_default();
        for (resource, amount) in demand::effective(pod, Side::Requests, &none) {
            demand::add(sum, &resource, amount);
        }
        demand::add(sum, "pods", quantity::ONE);
    }
    seen.nodes
        .iter()
        .map(|object| Node {
            object,
            open: !is_true(object, &["spec", "unschedulable"])
                && crate::field::condition_is_true(object, "Ready"),
            size: entries(object, &["status", "allocatable"])
                .filter_map(|(name, amount)| Some((name.clone(), quantity::parse(amount)?)))
                .collect(),
            used: used
                .remove(text(object, &["metadata", "name"]))
                .unwrap_or_default(),
            held: BTreeMap::new(),
        })
        .collect()
}

impl<'v> Node<'v> {
    pub(super) fn name(&self) -> &'v str {
        text(self.object, &["metadata", "name"])
    }

    pub(super) fn architecture(&self) -> &'v str {
        text(self.object, &["status", "nodeInfo", "architecture"])
    }

    fn label(&self, name: &str) -> Option<&'v str> {
        self.object.get("metadata")?.get("labels")?.get(name)?.as_str()
    }

    /// Whether it would take Pods, whatever room it has.
    pub(super) fn takes(&self, pods: &Pods<'_>) -> Result<(), NodeRefusal> {
        let pod = pods.pod;
        if !self.open {
            return Err(NodeRefusal::Closed);
        }
        let selected = entries(pod, &["spec", "nodeSelector"]).all(|(name, wanted)| {
            self.label(name)
                .is_some_and(|value| Some(value) == wanted.as_str())
        });
        let terms = items(
            pod,
            &[
                "spec",
                "affinity",
                "nodeAffinity",
                "requiredDuringSchedulingIgnoredDuringExecution",
                "nodeSelectorTerms",
            ],
        );
        if !selected || !(terms.is_empty() || terms.iter().any(|term| self.matches(term))) {
            return Err(NodeRefusal::Labels);
        }
        let tolerations = items(pod, &["spec", "tolerations"]);
        for taint in items(self.object, &["spec", "taints"]) {
            let keeps_out = matches!(text(taint, &["effect"]), "NoSchedule" | "NoExecute");
            let tolerated = tolerations.iter().any(|one| tolerates(one, taint));
            // The controller of a DaemonSet adds tolerations for the node's own troubles.
            let own = pods.on_every_node && text(taint, &["key"]).starts_with("node.kubernetes.io/");
            if keeps_out && !tolerated && !own {
                return Err(NodeRefusal::Taint {
                    key: text(taint, &["key"]).to_owned(),
                });
            }
        }
        Ok(())
    }

    fn matches(&self, term: &Value) -> bool {
        let labels = items(term, &["matchExpressions"])
            .iter()
            .all(|one| holds(self.label(text(one, &["key"])), one));
        let fields = items(term, &["matchFields"])
            .iter()
            .all(|one| text(one, &["key"]) == "metadata.name" && holds(Some(self.name()), one));
        let empty = items(term, &["matchExpressions"]).is_empty() && items(term, &["matchFields"]).is_empty();
        labels && fields && !empty
    }

    /// The first resource of which it has too little even without its present Pods.
    pub(super) fn lacks_when_empty(&self, asks: &Amounts) -> Option<String> {
        let short = asks
            .iter()
            .find(|(name, amount)| **amount > 0 && self.size.get(*name).copied().unwrap_or(0) < **amount);
        short.map(|(name, _)| name.clone())
    }

    /// What is left of a resource.
    pub(super) fn free(&self, resource: &str) -> i128 {
        let of = |amounts: &Amounts| amounts.get(resource).copied().unwrap_or(0);
        of(&self.size) - of(&self.used)
    }

    pub(super) fn fits(&self, asks: &Amounts) -> bool {
        asks.iter()
            .all(|(resource, amount)| *amount <= 0 || self.free(resource) >= *amount)
    }

    pub(super) fn holds(&self, key: &ObjectKey) -> bool {
        self.held.contains_key(key)
    }

    pub(super) fn count(&self, key: &ObjectKey) -> i128 {
        self.held.get(key).copied().unwrap_or(0)
    }

    /// Puts a Pod here, if there is room.
    pub(super) fn put(&mut self, key: &ObjectKey, asks: &Amounts) -> bool {
        if !self.fits(asks) {
            return false;
        }
        for (resource, amount) in asks {
            demand::add(&mut self.used, resource, *amount);
        }
        *self.held.entry(key.clone()).or_default() += 1;
        true
    }
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let (key, effect) = (text(toleration, &["key"]), text(toleration, &["effect"]));
    let exists = text(toleration, &["operator"]) == "Exists";
    let same_key = (key.is_empty() && exists) || key == text(taint, &["key"]);
    let same_value = exists || text(toleration, &["value"]) == text(taint, &["value"]);
    same_key && same_value && (effect.is_empty() || effect == text(taint, &["effect"]))
}

const HOST: &str = "kubernetes.io/hostname";

/// Whether a Pod may not share a node with another of its own.
pub(super) fn one_per_node(pod: &Value) -> bool {
    let ports = items(pod, &["spec", "containers"])
        .iter()
        .flat_map(|container| items(container, &["ports"]))
        .any(|port| number(port, &["hostPort"]).is_some_and(|port| port > 0));
    let terms = items(
        pod,
        &[
            "spec",
            "affinity",
            "podAntiAffinity",
            "requiredDuringSchedulingIgnoredDuringExecution",
        ],
    );
    ports
        || terms
            .iter()
            .any(|term| text(term, &["topologyKey"]) == HOST && selects(term, pod))
}

/// Whether a term's selector matches the Pod's own labels.
fn selects(term: &Value, pod: &Value) -> bool {
    let label = |name: &str| pod.get("metadata")?.get("labels")?.get(name)?.as_str();
    let equal = entries(term, &["labelSelector", "matchLabels"])
        .all(|(name, wanted)| label(name).is_some_and(|value| Some(value) == wanted.as_str()));
    let expressions = items(term, &["labelSelector", "matchExpressions"])
        .iter()
        .all(|one| holds(label(text(one, &["key"])), one));
    equal && expressions && term.get("labelSelector").is_some()
}

/// A spread over a topology that may not be skewed more than so much.
pub(super) struct Spread<'p> {
    topology: &'p str,
    skew: i128,
}

impl<'p> Spread<'p> {
    /// Those of a Pod that keep it from being scheduled.
    pub(super) fn of(pod: &'p Value) -> Vec<Self> {
        items(pod, &["spec", "topologySpreadConstraints"])
            .iter()
            .filter(|one| text(one, &["whenUnsatisfiable"]) == "DoNotSchedule" && selects(one, pod))
            .map(|one| Self {
                topology: text(one, &["topologyKey"]),
                skew: i128::from(number(one, &["maxSkew"]).unwrap_or(1)),
            })
            .collect()
    }

    /// Nodes on which one more keeps the skew.
    pub(super) fn open<'v>(&self, nodes: &[Node<'v>], pods: &Pods<'_>) -> BTreeSet<&'v str> {
        let mut counts: BTreeMap<&str, i128> = BTreeMap::new();
        let takes = || nodes.iter().filter(|node| node.takes(pods).is_ok());
        for node in takes() {
            if let Some(domain) = node.label(self.topology) {
                *counts.entry(domain).or_default() += node.count(pods.key);
            }
        }
        let least = counts.values().min().copied().unwrap_or(0);
        takes()
            .filter(|node| {
                let domain = node.label(self.topology).and_then(|domain| counts.get(domain));
                domain.is_some_and(|count| count + 1 - least <= self.skew)
            })
            .map(Node::name)
            .collect()
    }
}
