//! Which node a pod goes to: what it asks for must fit, then the emptiest wins.
//!
//! Not here: affinity, taints, spread; a real scheduler has those, and nothing in the simulator asks for them.
//! Invariant: same pods, same nodes, same answer; ties go to the first name.

use std::collections::{BTreeMap, BTreeSet};

use super::{NodesConfig, slip::Slip};

/// The nodes and what stands on them.
#[derive(Debug)]
pub(super) struct Yard {
    capacity: Room,
    nodes: BTreeMap<String, Spot>,
}

#[derive(Debug)]
struct Spot {
    labels: BTreeMap<String, String>,
    used: Room,
    up: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Room {
    cpu_milli: u64,
    memory_mib: u64,
    pods: u64,
}

/// Why no node takes a pod. Displays as the scheduler's message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPlace {
    #[error("0/{nodes} nodes are available: persistentvolumeclaim \"{claim}\" is not bound")]
    ClaimNotBound { nodes: usize, claim: String },
    #[error(
        "0/{nodes} nodes are available: {cpu} Insufficient cpu, {memory} Insufficient memory, {pods} Too many pods, \
         {selector} node(s) didn't match Pod's node selector"
    )]
    NoFit {
        nodes: usize,
        cpu: usize,
        memory: usize,
        pods: usize,
        selector: usize,
    },
}

impl Yard {
    pub(super) fn new(config: &NodesConfig, labels: impl Fn(usize) -> BTreeMap<String, String>) -> Self {
        let spot = |(index, name)| {
            (
                name,
                Spot {
                    labels: labels(index),
                    used: Room::default(),
                    up: true,
                },
            )
        };
        Self {
            capacity: Room {
                cpu_milli: config.cpu_milli,
                memory_mib: config.memory_mib,
                pods: u64::from(config.pods),
            },
            nodes: config.names().enumerate().map(spot).collect(),
        }
    }

    /// It is one of ours.
    pub(super) fn has(&self, node: &str) -> bool {
        self.nodes.contains_key(node)
    }

    pub(super) fn is_up(&self, node: &str) -> bool {
        self.nodes.get(node).is_some_and(|spot| spot.up)
    }

    /// Sets which nodes are down, and names those that changed.
    pub(super) fn set_down(&mut self, down: &BTreeSet<String>) -> Vec<String> {
        let mut changed = Vec::new();
        for (name, spot) in &mut self.nodes {
            let up = !down.contains(name);
            if spot.up != up {
                spot.up = up;
                changed.push(name.clone());
            }
        }
        changed
    }

    pub(super) fn take(&mut self, slip: &Slip) {
        if let Some(spot) = slip
            .node
            .as_ref()
            .filter(|_| slip.takes_room())
            .and_then(|node| self.nodes.get_mut(node))
        {
            spot.used.cpu_milli += slip.cpu_milli;
            spot.used.memory_mib += slip.memory_mib;
            spot.used.pods += 1;
        }
    }

    pub(super) fn free(&mut self, slip: &Slip) {
        if let Some(spot) = slip
            .node
            .as_ref()
            .filter(|_| slip.takes_room())
            .and_then(|node| self.nodes.get_mut(node))
        {
            spot.used.cpu_milli = spot.used.cpu_milli.saturating_sub(slip.cpu_milli);
            spot.used.memory_mib = spot.used.memory_mib.saturating_sub(slip.memory_mib);
            spot.used.pods = spot.used.pods.saturating_sub(1);
        }
    }

    /// The node for a pod whose claims must all be among `bound` (namespace, name).
    pub(super) fn choose(&self, slip: &Slip, bound: &BTreeSet<(String, String)>) -> Result<String, NoPlace> {
        let nodes = self.nodes.len();
        let namespace = &slip.key.0;
        if let Some(claim) = slip
            .claims
            .iter()
            .find(|claim| !bound.contains(&(namespace.clone(), (*claim).clone())))
        {
            return Err(NoPlace::ClaimNotBound {
                nodes,
                claim: claim.clone(),
            });
        }
        let (mut cpu, mut memory, mut pods, mut selector) = (0, 0, 0, 0);
        let mut best: Option<(u64, u64, &String)> = None;
        for (name, spot) in self.nodes.iter().filter(|(_, spot)| spot.up) {
            let matches = slip
                .selector
                .iter()
                .all(|(key, value)| spot.labels.get(key) == Some(value));
            let free = spot.used.free(self.capacity);
            let short = [
                (!matches, &mut selector),
                (free.cpu_milli < slip.cpu_milli, &mut cpu),
                (free.memory_mib < slip.memory_mib, &mut memory),
                (free.pods == 0, &mut pods),
            ];
            let mut fits = true;
            for (_, count) in short.into_iter().filter(|(is_short, _)| *is_short) {
                *count += 1;
                fits = false;
            }
            let rank = (spot.used.pods, spot.used.cpu_milli, name);
            if fits && best.is_none_or(|found| rank < found) {
                best = Some(rank);
            }
        }
        match best {
            Some((_, _, name)) => Ok(name.clone()),
            None => Err(NoPlace::NoFit {
                nodes,
                cpu,
                memory,
                pods,
                selector,
            }),
        }
    }
}

impl Room {
    fn free(self, capacity: Self) -> Self {
        Self {
            cpu_milli: capacity.cpu_milli.saturating_sub(self.cpu_milli),
            memory_mib: capacity.memory_mib.saturating_sub(self.memory_mib),
            pods: capacity.pods.saturating_sub(self.pods),
        }
    }
}

#[cfg(test)]
mod tests;
