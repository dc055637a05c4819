//! What others see of one cluster: one immutable snapshot, swapped as a whole.
//!
//! Not here: deciding with it (`placement`).
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::MemberCluster;
use havenmeester_api::member::{Capacity, Reachability, ReachabilityState, Scope};
use havenmeester_ledger::CaptureRef;
use havenmeester_placement::{Bar, ClusterView, Contact, CopyView, Fact, Latency, Reach, Traits, Unseen};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::copy;
use crate::haven::HavenLook;
use crate::index::Index;
use crate::room;
use crate::served::Served;
use crate::state::{ClusterState, locked};

/// One cluster, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberView {
    /// For the decision.
    pub cluster: ClusterView,
    /// For the status of the MemberCluster.
    pub reachability: Reachability,
    /// The Kubernetes version, as the API server says it.
    pub version: Option<String>,
    /// Names of its storage classes.
    pub storage_classes: Vec<String>,
    /// Names of its ingress classes.
    pub ingress_classes: Vec<String>,
    /// How many API groups it serves; `None`: not yet asked.
    pub served_groups: Option<i32>,
    /// Per Workload (`namespace/name` on the hub) the latest capture from this cluster, and until when the copy was
    /// seen to be as captured.
    pub captures: BTreeMap<String, (CaptureRef, Timestamp)>,
    /// Why captures are not written, and what to do.
    pub capture_problem: Option<String>,
    /// Kinds that cannot be watched with our credentials, and why: what is of them is not captured.
    pub refused: BTreeMap<String, String>,
    /// The last look for the Haven checks.
    pub haven: Arc<HavenLook>,
}

impl MemberView {
    /// Nothing is known yet but the spec.
    pub(crate) fn unasked(member: &MemberCluster, now: Timestamp) -> Self {
        let reachability = Reachability {
            state: ReachabilityState::Unknown,
            cause: None,
            since: Time(now),
            last_heartbeat: None,
            message: None,
        };
        Self {
            cluster: of_spec(
                member,
                Contact::Unknown,
                Fact::unknown(Unseen::NotYet),
                Fact::unknown(Unseen::NotYet),
                Traits::default(),
            ),
            reachability,
            version: None,
            storage_classes: Vec::new(),
            ingress_classes: Vec::new(),
            served_groups: None,
            captures: BTreeMap::new(),
            capture_problem: None,
            refused: BTreeMap::new(),
            haven: Arc::default(),
        }
    }

    /// Whether two snapshots say the same, apart from how old their facts are.
    pub(crate) fn says_as(&self, other: &Self) -> bool {
        let mut dated = other.clone();
        redate(&mut dated.cluster.copies, &self.cluster.copies);
        redate(&mut dated.cluster.capacity, &self.cluster.capacity);
        redate(&mut dated.cluster.traits.groups, &self.cluster.traits.groups);
        redate(&mut dated.cluster.traits.zones, &self.cluster.traits.zones);
        dated
            .reachability
            .last_heartbeat
            .clone_from(&self.reachability.last_heartbeat);
        for (workload, (_, as_of)) in &mut dated.captures {
            if let Some((_, ours)) = self.captures.get(workload) {
                *as_of = *ours;
            }
        }
        *self == dated
    }
}

fn redate<T>(fact: &mut Fact<T>, like: &Fact<T>) {
    if let (
        Fact::Known { observed_at, .. },
        Fact::Known {
            observed_at: wanted, ..
        },
    ) = (fact, like)
    {
        *observed_at = *wanted;
    }
}

fn of_spec(
    member: &MemberCluster,
    contact: Contact,
    capacity: Fact<Capacity>,
    copies: Fact<BTreeMap<String, CopyView>>,
    traits: Traits,
) -> ClusterView {
    let spec = &member.spec;
    let quarantine = member
        .status
        .as_ref()
        .and_then(|status| status.quarantine.as_ref());
    ClusterView {
        provider: spec.provider.clone(),
        region: spec.region.clone(),
        country: spec.country.clone(),
        contact,
        barred: quarantine.map(|it| Bar {
            since: it.since.0,
            stale: None,
        }),
        reach: reach(member),
        capacity,
        headroom: room::headroom(member),
        latency: Latency::from(&spec.latency),
        price: room::price(member),
        copies,
        traits,
    }
}

/// How far the credentials of a cluster reach, by its spec.
pub(crate) fn reach(member: &MemberCluster) -> Reach {
    match member.spec.scope {
        Scope::Cluster => Reach::Cluster,
        Scope::Namespaces => Reach::Namespaces(member.spec.namespaces.iter().cloned().collect()),
    }
}

/// Takes a new snapshot. Whether it says anything new.
pub(crate) fn refresh(state: &ClusterState) -> bool {
    let current = state.mark_current();
    if current {
        confirm_captures(state);
    }
    let new = snapshot(state);
    let mut now = locked(&state.view);
    let changed = !now.says_as(&new);
    *now = Arc::new(new);
    changed
}

/// Captures that hold all that is known are good until now.
fn confirm_captures(state: &ClusterState) {
    let Some(now) = state.current_at() else {
        return;
    };
    let mut captured = state.captured();
    let index = state.index();
    for capture in captured.values_mut() {
        let generation = index.generation(&capture.of.namespace);
        if generation.is_some() && generation == capture.generation {
            capture.as_of = now;
        }
    }
}

fn snapshot(state: &ClusterState) -> MemberView {
    let member = state.member();
    let served = state.served();
    let (contact, reachability, version) = {
        let health = state.health();
        (health.contact(), health.reachability(), health.version.clone())
    };
    let current_at = state.current_at();
    let captures = captures(state);
    let index = state.index();
    let copies = copies(&member, &index, current_at);
    MemberView {
        cluster: of_spec(
            &member,
            contact,
            capacity(&member, &index, &copies, current_at),
            copies,
            traits(&member, &index, &served, current_at),
        ),
        reachability,
        version,
        storage_classes: index.storage.keys().map(ToString::to_string).collect(),
        ingress_classes: index.ingress.iter().map(ToString::to_string).collect(),
        served_groups: (!served.is_empty()).then(|| i32::try_from(served.groups()).unwrap_or(i32::MAX)),
        captures,
        capture_problem: state.capture_problem(),
        refused: index
            .refusals()
            .map(|(list, why)| (list.gvk.to_string(), why.to_owned()))
            .collect(),
        haven: locked(&state.haven).clone(),
    }
}

fn captures(state: &ClusterState) -> BTreeMap<String, (CaptureRef, Timestamp)> {
    let captured = state.captured();
    let named = captured
        .iter()
        .map(|(workload, it)| (workload.clone(), (it.reference.clone(), it.as_of)));
    named.collect()
}

fn capacity(
    member: &MemberCluster,
    index: &Index,
    copies: &Fact<BTreeMap<String, CopyView>>,
    current_at: Option<Timestamp>,
) -> Fact<Capacity> {
    if member.spec.scope == Scope::Namespaces {
        return Fact::unknown(Unseen::OnlyNamespaces);
    }
    let Some(at) = current_at else {
        return Fact::unknown(Unseen::NotYet);
    };
    if !index.is_complete("", "Node") || !index.is_complete("", "Pod") {
        return Fact::unknown(Unseen::NodesAndPodsRefused);
    }
    let (offered, requested) = (index.offered(), index.requested());
    let capacity = Capacity {
        cpu_milli: offered.cpu_milli,
        memory_mib: offered.memory_mib,
        pods: offered.pods,
        requested_cpu_milli: requested.cpu_milli,
        requested_memory_mib: requested.memory_mib,
        requested_pods: requested.pods,
        others: room::others(
            member,
            index.default_storage(),
            (&offered, &requested),
            copies.last().into_iter().flat_map(BTreeMap::values),
        ),
    };
    Fact::known(capacity, at)
}

/// What it has. Its Haven checks are told from the status of its MemberCluster, which outlives a restart.
fn traits(member: &MemberCluster, index: &Index, served: &Served, current_at: Option<Timestamp>) -> Traits {
    let mut traits = Traits::default();
    let Some(at) = current_at else {
        return traits;
    };
    if !served.is_empty() {
        traits.groups = Fact::known(served.group_names(), at);
    }
    if member.spec.scope == Scope::Namespaces || !index.is_complete("", "Node") {
        traits.zones = Fact::unknown(Unseen::NodesRefused);
    } else {
        traits.zones = Fact::known(index.zones(), at);
    }
    traits
}

fn copies(
    member: &MemberCluster,
    index: &Index,
    current_at: Option<Timestamp>,
) -> Fact<BTreeMap<String, CopyView>> {
    let Some(at) = current_at else {
        return Fact::unknown(Unseen::NotYet);
    };
    let seen = index.ready().filter_map(|name| {
        let mut copy = copy::view(index.namespaces.get(name), index.spaces.get(name))?;
        copy.demand = room::renamed(member, index.default_storage(), copy.demand);
        Some((name.clone(), copy))
    });
    Fact::known(seen.collect(), at)
}
