//! Is there a node for each Pod, and room on it?
//!
//! A model of what the scheduler must heed: room, selectors, required node affinity, taints, host-wide anti-affinity,
//! spread that may not be skewed. Preferences and affinity to other Pods are left to it.
//! Invariant: a Block is certain: no node at all would take the Pod, or the sum is more than all nodes have. That a
//! first fit finds no place is a warning, since a better fit may. Where nodes are added on demand nothing blocks.

mod node;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::quota::spell;
use crate::{
    demand::{self, Amounts, Defaults, Pods, Side},
    facts::{NodesFact, TargetFacts},
    field::text,
    finding::{Finding, Question, Severity},
    quantity,
    said::{Advice, Capacity, NodeRefusal},
    transform::Transformed,
};
use node::{Node, nodes};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let seen = match facts.nodes.get() {
        Ok(seen) => seen,
        Err(why) => {
            let message = Capacity::NodesUnknown { why: why.clone() };
            return vec![Finding::new(Question::Capacity, Severity::Unknown, message)];
        }
    };
    let mut nodes = nodes(seen);
    // What an earlier attempt left running there has its place.
    let there: BTreeSet<_> = match facts.existing.get() {
        Ok(existing) => existing
            .iter()
            .filter(|one| {
                one.live
                    .as_ref()
                    .is_some_and(|live| demand::copies(&one.key, live) > 0)
            })
            .map(|one| &one.key)
            .collect(),
        Err(_) => BTreeSet::new(),
    };
    let mut wanted: Vec<Want<'_>> = transformed
        .objects
        .iter()
        .filter(|one| !there.contains(&one.key))
        .filter_map(demand::pods)
        .filter(|pods| pods.copies > 0)
        .map(|pods| Want::of(pods, facts))
        .collect();
    if wanted.is_empty() {
        return vec![Finding::new(Question::Capacity, Severity::Pass, Capacity::NoPods)];
    }
    let mut out: Vec<Finding> = wanted
        .iter()
        .filter_map(|want| impossible(want, &nodes, seen))
        .collect();
    if out.is_empty() {
        out.extend(in_total(&wanted, &nodes, seen));
    }
    if out.is_empty() {
        // The largest first: the fewest that find no place.
        wanted.sort_by_key(|want| std::cmp::Reverse(want.weight()));
        out.extend(wanted.iter().filter_map(|want| place(want, &mut nodes)));
    }
    if out.is_empty() {
        out.push(Finding::new(
            Question::Capacity,
            Severity::Pass,
            evidence(&wanted, &nodes),
        ));
    }
    out
}

/// Pods that are wanted, and what each asks.
struct Want<'p> {
    pods: Pods<'p>,
    asks: Amounts,
}

impl<'p> Want<'p> {
    fn of(pods: Pods<'p>, facts: &TargetFacts) -> Self {
        let ranges = facts.limit_ranges.get().map(Vec::as_slice).unwrap_or_default();
        let own =
            |range: &&Value| Some(text(range, &["metadata", "namespace"])) == pods.key.namespace.as_deref();
        let defaults = Defaults::of(ranges.iter().filter(own));
        let mut asks = demand::effective(pods.pod, Side::Requests, &defaults);
        demand::add(&mut asks, "pods", quantity::ONE);
        Self { pods, asks }
    }

    fn weight(&self) -> (i128, i128) {
        let of = |name: &str| self.asks.get(name).copied().unwrap_or(0);
        (of("memory"), of("cpu"))
    }

    fn finding(&self, severity: Severity, message: Capacity) -> Finding {
        Finding::new(Question::Capacity, severity, message).about(self.pods.key)
    }
}

/// Nothing to reach for: with more nodes it would do.
fn unless_it_grows(seen: &NodesFact) -> Severity {
    if seen.grows {
        Severity::Warn
    } else {
        Severity::Block
    }
}

/// A Pod that no node would take, however empty.
fn impossible(want: &Want<'_>, nodes: &[Node<'_>], seen: &NodesFact) -> Option<Finding> {
    let mut why: BTreeMap<NodeRefusal, usize> = BTreeMap::new();
    let mut fit = 0_i128;
    for node in nodes {
        match node.takes(&want.pods) {
            Ok(()) => match node.lacks_when_empty(&want.asks) {
                Some(resource) => *why.entry(NodeRefusal::TooSmall { resource }).or_default() += 1,
                None => fit += 1,
            },
            Err(refusal) => *why.entry(refusal).or_default() += 1,
        }
    }
    let reasons: Vec<(NodeRefusal, usize)> = why.into_iter().collect();
    let severity = if want.pods.now_and_then {
        Severity::Warn
    } else {
        unless_it_grows(seen)
    };
    if fit == 0 && want.pods.on_every_node {
        return Some(want.finding(Severity::Warn, Capacity::OnNoNode { reasons }));
    }
    if fit == 0 {
        let message = if reasons.is_empty() {
            Capacity::NoNodes
        } else {
            let nodes = nodes.len();
            Capacity::NoNodeTakes { nodes, reasons }
        };
        return Some(want.finding(severity, message).remedy(Advice::MapNodes));
    }
    let apart = node::one_per_node(want.pods.pod) && !want.pods.on_every_node;
    (apart && want.pods.copies > fit).then(|| {
        let message = Capacity::Apart {
            copies: want.pods.copies,
            nodes: fit,
        };
        want.finding(severity, message)
    })
}

/// More than all nodes have free together.
fn in_total(wanted: &[Want<'_>], nodes: &[Node<'_>], seen: &NodesFact) -> Vec<Finding> {
    let mut sum = Amounts::new();
    for want in wanted
        .iter()
        .filter(|want| !want.pods.now_and_then && !want.pods.on_every_node)
    {
        for (resource, amount) in &want.asks {
            demand::add(&mut sum, resource, amount * want.pods.copies);
        }
    }
    let open: Vec<&Node<'_>> = nodes
        .iter()
        .filter(|node| wanted.iter().any(|want| node.takes(&want.pods).is_ok()))
        .collect();
    let mut out = Vec::new();
    for (resource, wanted) in sum.iter().filter(|(_, amount)| **amount > 0) {
        let free: i128 = open.iter().map(|node| node.free(resource)).sum();
        if *wanted > free {
            let message = Capacity::InTotal {
                wanted: spell(*wanted),
                resource: resource.clone(),
                nodes: open.len(),
                free: spell(free.max(0)),
            };
            out.push(Finding::new(Question::Capacity, unless_it_grows(seen), message));
        }
    }
    out
}

/// Gives each Pod the first node that takes it.
fn place(want: &Want<'_>, nodes: &mut [Node<'_>]) -> Option<Finding> {
    if want.pods.on_every_node {
        let full = nodes
            .iter_mut()
            .filter(|node| node.takes(&want.pods).is_ok())
            .filter_map(|node| (!node.put(want.pods.key, &want.asks)).then_some(()))
            .count();
        return (full > 0).then(|| want.finding(Severity::Warn, Capacity::NoRoomOn { nodes: full }));
    }
    let apart = node::one_per_node(want.pods.pod);
    let spread = node::Spread::of(want.pods.pod);
    let mut missing = 0_i128;
    // More copies than there are Pods on all nodes are not tried one by one.
    let tries = want.pods.copies.min(100_000);
    for _ in 0..tries {
        let domains = spread
            .iter()
            .map(|spread| spread.open(nodes, &want.pods))
            .collect::<Vec<_>>();
        let found = nodes.iter_mut().find(|node| {
            node.takes(&want.pods).is_ok()
                && !(apart && node.holds(want.pods.key))
                && domains.iter().all(|open| open.contains(&node.name()))
                && node.fits(&want.asks)
        });
        match found {
            Some(node) => {
                node.put(want.pods.key, &want.asks);
            }
            None => missing += 1,
        }
        if missing > 0 {
            missing = want.pods.copies - nodes.iter().map(|node| node.count(want.pods.key)).sum::<i128>();
            break;
        }
    }
    (missing > 0).then(|| {
        let message = Capacity::FirstFit {
            missing,
            copies: want.pods.copies,
        };
        want.finding(Severity::Warn, message)
    })
}

fn evidence(wanted: &[Want<'_>], nodes: &[Node<'_>]) -> Capacity {
    let pods: i128 = wanted.iter().map(|want| want.pods.copies).sum();
    let kinds: BTreeSet<&str> = nodes.iter().map(Node::architecture).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Capacity::Fits {
        pods,
        nodes: nodes.len(),
        architectures: kinds.join(", "),
    }
}
