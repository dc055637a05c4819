//! The handle that others hold: which clusters there are, what is known of them, and how to work on one.
//!
//! Invariant: all tasks belong to [`Fleet::run`]; when it returns, nothing of the fleet runs any more.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use havenmeester_api::MemberCluster;
use havenmeester_api::member::MemberClusterSpec;
use havenmeester_ledger::{CaptureRef, Ledger};
use jiff::Timestamp;
use kube::ResourceExt;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::capture::{Claims, now};
use crate::clock::Clock;
use crate::connector::Connector;
use crate::errors::{CaptureError, Unavailable};
use crate::limits::Limits;
use crate::member::{self, Deps, Member};
use crate::state::{ClusterState, locked};
use crate::view::{self, MemberView};

/// What may be chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct FleetOptions {
    /// Times and sizes.
    pub limits: Limits,
}

/// What a Workload claims on members. Several may claim parts of one namespace.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tracked {
    /// The namespace on members.
    pub namespace: String,
    /// Only the objects that carry these labels; empty = all of the namespace.
    pub match_labels: BTreeMap<String, String>,
}

impl Tracked {
    /// Whether an object of the namespace belongs to the Workload.
    pub(crate) fn selects(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        let has = |(name, value): (&String, &String)| {
            labels.and_then(|labels| labels.get(name)).and_then(Value::as_str) == Some(value)
        };
        self.match_labels.iter().all(has)
    }
}

/// All member clusters. Clones share everything.
#[derive(Clone)]
pub struct Fleet {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Arc<dyn Connector>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    options: FleetOptions,
    members: Mutex<BTreeMap<String, Engaged>>,
    cut: Mutex<BTreeSet<String>>,
    /// Bumps when the set of members, or how one is reached, changed.
    roster: watch::Sender<u64>,
    claims: watch::Sender<Claims>,
    changed: watch::Sender<u64>,
}

/// A member, and how often the way to reach it changed.
struct Engaged {
    state: Arc<ClusterState>,
    epoch: u64,
}

impl Fleet {
    /// A fleet without members. Nothing is reached before [`Fleet::run`].
    pub fn new(
        connector: Arc<dyn Connector>,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        options: FleetOptions,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                connector,
                ledger,
                clock,
                options,
                members: Mutex::default(),
                cut: Mutex::default(),
                roster: watch::Sender::default(),
                claims: watch::Sender::default(),
                changed: watch::Sender::default(),
            }),
        }
    }

    /// Looks after all members until it is cancelled; then waits until every task has ended.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut tasks = JoinSet::new();
        let mut running: BTreeMap<String, (u64, Arc<ClusterState>, AbortHandle)> = BTreeMap::new();
        let mut roster = self.shared.roster.subscribe();
        loop {
            roster.borrow_and_update();
            self.arrange(&mut tasks, &mut running);
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                Ok(()) = roster.changed() => {}
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {
                    let before = running.len();
                    running.retain(|_, (_, _, task)| !task.is_finished());
                    if running.len() < before {
                        // One ended by itself: it is started again, but not at full speed.
                        tokio::time::sleep(self.shared.options.limits.retry).await;
                    }
                }
            }
        }
        tasks.shutdown().await;
    }

    /// Engages new members, disengages those that are gone, reconnects those that are reached in another way.
    /// What was last seen of a member that stays is kept.
    pub fn set_members(&self, members: Vec<MemberCluster>) {
        let names: BTreeSet<String> = members.iter().map(ResourceExt::name_any).collect();
        let cut = locked(&self.shared.cut).clone();
        let mut now = locked(&self.shared.members);
        let before = now.len();
        now.retain(|name, _| names.contains(name));
        let mut rearrange = now.len() != before;
        for member in members {
            rearrange |= self.set_member(&mut now, &cut, member);
        }
        drop(now);
        if rearrange {
            self.shared.roster.send_modify(|version| *version += 1);
            self.bump();
        }
    }

    fn set_member(
        &self,
        now: &mut BTreeMap<String, Engaged>,
        cut: &BTreeSet<String>,
        member: MemberCluster,
    ) -> bool {
        let name = member.name_any();
        if let Some(engaged) = now.get_mut(&name) {
            let before = engaged.state.member();
            let moved = !same_way(&before.spec, &member.spec);
            engaged.epoch += u64::from(moved);
            engaged.state.set_member(member);
            return moved;
        }
        let state = ClusterState::new(member, &self.shared.options.limits, self.shared.clock.now());
        state.gate.set(cut.contains(&name));
        view::refresh(&state); // what the hub recorded is known from the start
        now.insert(
            name,
            Engaged {
                state: Arc::new(state),
                epoch: 0,
            },
        );
        true
    }

    /// Sets whose captures are wanted, by Workload (`namespace/name` on the hub).
    pub fn track(&self, claims: BTreeMap<String, Tracked>) {
        self.shared.claims.send_if_modified(|now| {
            let differs = **now != claims;
            if differs {
                *now = Arc::new(claims);
            }
            differs
        });
    }

    /// Cuts off these clusters and no others: no request reaches them, open streams are dropped. They are found
    /// lost by the same means as a real loss, with the cause Drill.
    pub fn cut_off(&self, clusters: BTreeSet<String>) {
        let members = locked(&self.shared.members);
        for (name, engaged) in members.iter() {
            if engaged.state.gate.set(clusters.contains(name)) {
                engaged.state.doubt.notify_one();
            }
        }
        *locked(&self.shared.cut) = clusters;
    }

    /// What is known of each cluster now. Cheap.
    pub fn view(&self) -> BTreeMap<String, Arc<MemberView>> {
        let members = locked(&self.shared.members);
        members
            .iter()
            .map(|(name, engaged)| (name.clone(), locked(&engaged.state.view).clone()))
            .collect()
    }

    /// Bumps when anything in a view changed but the age of its facts.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// What the MemberCluster of a cluster says, also while the cluster is silent.
    pub fn declared(&self, name: &str) -> Option<Arc<MemberCluster>> {
        self.state(name).ok().map(|state| state.member())
    }

    /// A cluster to work on; refused while it is lost, cut off, not known or not yet asked.
    pub async fn member(&self, name: &str) -> Result<Member, Unavailable> {
        let state = self.state(name)?;
        member::open(&state, self.shared.connector.as_ref()).await
    }

    /// Whether all that should do its work in a namespace of a cluster is seen to do it: a hint when to look, from the
    /// open watches, never a proof. `None`: that is not seen, so a look is the only way to know.
    pub fn serves(&self, cluster: &str, namespace: &str) -> Option<bool> {
        self.state(cluster).ok()?.index().serves(namespace)
    }

    /// Captures a Workload (`namespace/name` on the hub) now, from fresh lists.
    pub async fn capture_now(&self, cluster: &str, workload: &str) -> Result<CaptureRef, CaptureError> {
        let state = self.state(cluster).map_err(CaptureError::Unavailable)?;
        let claims = self.shared.claims.borrow().clone();
        let tracked = claims.get(workload).ok_or_else(|| CaptureError::NotTracked {
            workload: workload.to_owned(),
        })?;
        let member = member::open(&state, self.shared.connector.as_ref()).await;
        let member = member.map_err(CaptureError::Unavailable)?;
        let at = self.shared.clock.now();
        now::take(&state, &member.client, &self.shared.ledger, workload, tracked, at).await
    }

    /// The latest capture of a Workload from a cluster, and until when the copy was seen to be as captured.
    pub fn latest_capture(&self, workload: &str, cluster: &str) -> Option<(CaptureRef, Timestamp)> {
        let state = self.state(cluster).ok()?;
        let captured = state.captured();
        let found = captured.get(workload)?;
        Some((found.reference.clone(), found.as_of))
    }

    fn state(&self, name: &str) -> Result<Arc<ClusterState>, Unavailable> {
        let members = locked(&self.shared.members);
        let found = members.get(name).map(|engaged| engaged.state.clone());
        found.ok_or_else(|| Unavailable {
            cluster: name.to_owned(),
            cause: None,
        })
    }

    fn bump(&self) {
        self.shared.changed.send_modify(|version| *version += 1);
    }

    fn arrange(
        &self,
        tasks: &mut JoinSet<()>,
        running: &mut BTreeMap<String, (u64, Arc<ClusterState>, AbortHandle)>,
    ) {
        let members = locked(&self.shared.members);
        running.retain(|name, (epoch, state, task)| {
            let stays = members
                .get(name)
                .is_some_and(|engaged| engaged.epoch == *epoch && Arc::ptr_eq(&engaged.state, state));
            if !stays {
                task.abort();
                state.index().disconnected();
                *locked(&state.write) = None;
            }
            stays
        });
        for (name, engaged) in members.iter() {
            if running.contains_key(name) {
                continue;
            }
            let deps = Deps {
                connector: self.shared.connector.clone(),
                ledger: self.shared.ledger.clone(),
                clock: self.shared.clock.clone(),
                claims: self.shared.claims.subscribe(),
                changed: self.shared.changed.clone(),
            };
            let task = tasks.spawn(member::engage(engaged.state.clone(), deps));
            running.insert(name.clone(), (engaged.epoch, engaged.state.clone(), task));
        }
    }
}

/// Whether a cluster is reached in the same way, as far.
fn same_way(a: &MemberClusterSpec, b: &MemberClusterSpec) -> bool {
    a.connection == b.connection && a.scope == b.scope && a.namespaces == b.namespaces
}

#[cfg(test)]
mod tests;
