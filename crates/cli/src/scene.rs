//! The scene that a decision is made from, without a live view of the members.
//!
//! From the hub: what the daemon wrote into the statuses of MemberClusters and Workloads.
//! From files: every cluster answers and has room, and what runs where is what the inventory says; where statuses were
//! written to the files too, as `kubectl get -o yaml` does, they are read as on the hub.
//! Invariant: nothing is made up that a status denies: a cluster that was seen lost stays lost.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::labels::Tags;
use havenmeester_api::level::Read;
use havenmeester_api::member::{Capacity, MemberClusterStatus, Reachability, ReachabilityState, Scope};
use havenmeester_api::workload::{CopyState, WorkloadCopy, WorkloadStatus};
use havenmeester_api::{Approval, Exemption, MemberCluster, Migration, Workload};
use havenmeester_controller::{Scene, build_request};
use havenmeester_fleet::MemberView;
use havenmeester_placement::{
    ClusterView, Contact, CopyView, Demand, Fact, Latency, Reach, Request, Traits, Unseen, WorkloadId,
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{Resource, ResourceExt as _};

use crate::files::Inventory;
use crate::objects::Objects;

/// Room for anything: files do not say how large clusters are. 1,000,000 cores, and as much of memory and pods; storage
/// is what a MemberCluster declares.
const ROOM: Capacity = Capacity {
    cpu_milli: 1_000_000_000,
    memory_mib: 1_000_000_000,
    pods: 1_000_000,
    requested_cpu_milli: 0,
    requested_memory_mib: 0,
    requested_pods: 0,
    others: Vec::new(),
};

/// From what the daemon wrote on the hub.
pub(crate) fn scene_from_hub(objects: Objects, now: Timestamp) -> Scene {
    let mut copies = told(&objects.workloads);
    scene(objects, now, |member| {
        let seen = copies.remove(&member.name_any()).unwrap_or_default();
        seen_by_daemon(member, seen, now)
    })
}

/// From files, with what runs where. Where a Namespace says it, a status that was written to a file beside it says no
/// more than what is asked.
pub(crate) fn scene_from_files(objects: Objects, inventory: Inventory, now: Timestamp) -> Scene {
    let mut copies = beside(told(&objects.workloads), inventory, &objects.workloads);
    scene(objects, now, |member| {
        let there = copies.remove(&member.name_any()).unwrap_or_default();
        let status = member.status.clone().unwrap_or_default();
        if status.reachability.is_some() {
            return seen_by_daemon(member, there, now);
        }
        let reachability = Reachability {
            state: ReachabilityState::Reachable,
            cause: None,
            since: Time(now),
            last_heartbeat: None,
            message: None,
        };
        let declared = || Capacity {
            others: havenmeester_fleet::storage(member, there.values()),
            ..ROOM
        };
        let capacity = Fact::known(status.capacity.unwrap_or_else(declared), now);
        member_view(
            member,
            Contact::Reachable,
            reachability,
            capacity,
            Fact::known(there, now),
        )
    })
}

/// What is decided of files. They do not say what is captured: of a Workload without a status it is taken that it is, as
/// the daemon captures whatever it discovers.
pub(crate) fn request_from_files(scene: &Scene) -> Request {
    let mut request = build_request(scene);
    for (id, view) in &mut request.workloads {
        view.captured |= says_nothing_of_captures(scene.workloads.get(id).map(|workload| &**workload));
    }
    request
}

/// Whether a Workload in a file was never on a hub.
pub(crate) fn says_nothing_of_captures(workload: Option<&Workload>) -> bool {
    workload.is_none_or(|workload| workload.status.is_none())
}

/// The copies that statuses of Workloads tell of.
fn told(workloads: &[Workload]) -> Inventory {
    let mut copies = Inventory::new();
    for workload in workloads {
        let status = workload.status.clone().unwrap_or_default();
        for copy in all_copies(&status) {
            let namespace = workload.spec.target.namespace.clone();
            copies
                .entry(copy.cluster.clone())
                .or_default()
                .insert(namespace, view_of(&status, &copy));
        }
    }
    copies
}

/// What the inventory says, and of namespaces of which it says nothing what statuses say.
fn beside(mut told: Inventory, inventory: Inventory, workloads: &[Workload]) -> Inventory {
    let demands: BTreeMap<&str, Demand> = workloads
        .iter()
        .filter_map(|workload| {
            let demand = workload.status.as_ref()?.demand.as_ref()?;
            Some((workload.spec.target.namespace.as_str(), Demand::from(demand)))
        })
        .collect();
    for namespace in inventory.values().flat_map(BTreeMap::keys) {
        for there in told.values_mut() {
            there.remove(namespace);
        }
    }
    for (cluster, namespaces) in inventory {
        let there = told.entry(cluster).or_default();
        for (namespace, mut copy) in namespaces {
            if let Some(demand) = demands.get(namespace.as_str()) {
                copy.demand = demand.clone();
            }
            there.insert(namespace, copy);
        }
    }
    told
}

fn scene(objects: Objects, now: Timestamp, mut view: impl FnMut(&MemberCluster) -> MemberView) -> Scene {
    let fleet = objects
        .members
        .iter()
        .map(|member| (member.name_any(), Arc::new(view(member))))
        .collect();
    let migrations: BTreeMap<_, _> = by_key(objects.migrations);
    Scene {
        now,
        fleet,
        providers: by_name(objects.providers),
        standards: by_name(objects.standards),
        members: by_name(objects.members),
        policies: by_name(objects.policies),
        exemptions: by_key::<Exemption>(objects.exemptions)
            .into_iter()
            .map(|((namespace, name), exemption)| (WorkloadId { namespace, name }, exemption))
            .collect(),
        approvals: by_key::<Approval>(objects.approvals)
            .into_iter()
            .map(|((namespace, name), approval)| (WorkloadId { namespace, name }, approval))
            .collect(),
        workloads: by_key::<Workload>(objects.workloads)
            .into_iter()
            .map(|((namespace, name), workload)| (WorkloadId { namespace, name }, workload))
            .collect(),
        moves: moves(&migrations),
        migrations,
        contracts: by_key(objects.contracts),
        drills: by_key(objects.drills),
        externals: by_key(objects.externals),
    }
}

fn by_name<K: Resource>(objects: Vec<K>) -> BTreeMap<String, Arc<K>> {
    objects
        .into_iter()
        .map(|object| (object.name_any(), Arc::new(object)))
        .collect()
}

fn by_key<K: Resource>(objects: Vec<K>) -> BTreeMap<(String, String), Arc<K>> {
    let key = |object: &K| (object.namespace().unwrap_or_default(), object.name_any());
    objects
        .into_iter()
        .map(|object| (key(&object), Arc::new(object)))
        .collect()
}

/// The moves of each workload, dry runs left out, the lowest plan generation first; one that has not begun last.
fn moves(
    migrations: &BTreeMap<(String, String), Arc<Migration>>,
) -> BTreeMap<WorkloadId, Vec<Arc<Migration>>> {
    let mut moves: BTreeMap<WorkloadId, Vec<Arc<Migration>>> = BTreeMap::new();
    for ((namespace, _), migration) in migrations.iter().filter(|(_, migration)| !migration.spec.dry_run) {
        let id = WorkloadId {
            namespace: namespace.clone(),
            name: migration.spec.workload.clone(),
        };
        moves.entry(id).or_default().push(Arc::clone(migration));
    }
    for all in moves.values_mut() {
        all.sort_by_key(|migration| {
            migration
                .status
                .as_ref()
                .and_then(|status| status.plan_generation)
                .unwrap_or(i64::MAX)
        });
    }
    moves
}

/// The copies of a workload; the place where it stands is one, even when no copy is listed.
fn all_copies(status: &WorkloadStatus) -> Vec<WorkloadCopy> {
    let mut copies = status.copies.clone();
    if let Some(home) = &status.cluster
        && !copies.iter().any(|copy| copy.cluster == *home)
    {
        copies.push(WorkloadCopy {
            cluster: home.clone(),
            state: CopyState::Active,
            objects: None,
        });
    }
    copies
}

fn view_of(status: &WorkloadStatus, copy: &WorkloadCopy) -> CopyView {
    let tags = status
        .criticality
        .zip(status.sensitivity)
        .map(|(criticality, sensitivity)| Tags {
            criticality: Read::Known(criticality),
            sensitivity: Read::Known(sensitivity),
            mode: status.mode.unwrap_or_default(),
            misread: Vec::new(),
        });
    CopyView {
        tags,
        state: copy.state,
        objects: copy
            .objects
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(1)
            .max(1),
        demand: status.demand.as_ref().map(Demand::from).unwrap_or_default(),
    }
}

fn seen_by_daemon(member: &MemberCluster, copies: BTreeMap<String, CopyView>, now: Timestamp) -> MemberView {
    let status = member.status.clone().unwrap_or_default();
    let reachability = status.reachability.unwrap_or(Reachability {
        state: ReachabilityState::Unknown,
        cause: None,
        since: Time(now),
        last_heartbeat: None,
        message: None,
    });
    let contact = contact(&reachability);
    // The status is written when something changes, not at each heartbeat: while a cluster answers, its facts are of now.
    let at = match contact {
        Contact::Reachable => now,
        Contact::Unknown | Contact::Suspect { .. } | Contact::Lost { .. } => last_heard(&reachability),
    };
    let capacity = status
        .capacity
        .map_or_else(|| Fact::unknown(Unseen::NotTold), |seen| Fact::known(seen, at));
    member_view(member, contact, reachability, capacity, Fact::known(copies, at))
}

fn last_heard(reachability: &Reachability) -> Timestamp {
    reachability
        .last_heartbeat
        .as_ref()
        .unwrap_or(&reachability.since)
        .0
}

fn contact(reachability: &Reachability) -> Contact {
    let (since, last_heartbeat) = (reachability.since.0, last_heard(reachability));
    match reachability.state {
        ReachabilityState::Unknown => Contact::Unknown,
        ReachabilityState::Reachable => Contact::Reachable,
        ReachabilityState::Suspect => Contact::Suspect {
            since: last_heartbeat,
        },
        ReachabilityState::Lost | ReachabilityState::CutOff => Contact::Lost {
            last_heartbeat,
            detected_at: since,
        },
    }
}

fn member_view(
    member: &MemberCluster,
    contact: Contact,
    reachability: Reachability,
    capacity: Fact<Capacity>,
    copies: Fact<BTreeMap<String, CopyView>>,
) -> MemberView {
    let (spec, status) = (&member.spec, member.status.clone().unwrap_or_default());
    let traits = traits(&status, &copies);
    MemberView {
        cluster: ClusterView {
            provider: spec.provider.clone(),
            region: spec.region.clone(),
            country: spec.country.clone(),
            contact,
            barred: None, // the scene's own MemberCluster tells of quarantine
            reach: match spec.scope {
                Scope::Cluster => Reach::Cluster,
                Scope::Namespaces => Reach::Namespaces(spec.namespaces.iter().cloned().collect()),
            },
            capacity,
            headroom: havenmeester_fleet::headroom(member),
            latency: Latency::from(&spec.latency),
            price: havenmeester_fleet::price(member),
            copies,
            traits,
        },
        reachability,
        version: status.version,
        storage_classes: status.storage_classes,
        ingress_classes: status.ingress_classes,
        served_groups: status.served_groups,
        captures: BTreeMap::new(),
        capture_problem: None,
        refused: BTreeMap::new(),
        haven: std::sync::Arc::default(),
    }
}

/// What the status tells that the cluster has; as old as its copies.
fn traits(status: &MemberClusterStatus, copies: &Fact<BTreeMap<String, CopyView>>) -> Traits {
    let mut traits = Traits::default();
    let Fact::Known { observed_at, .. } = copies else {
        return traits;
    };
    if !status.api_groups.is_empty() {
        traits.groups = Fact::known(status.api_groups.iter().cloned().collect(), *observed_at);
    }
    if !status.zones.is_empty() {
        traits.zones = Fact::known(status.zones.iter().cloned().collect(), *observed_at);
    }
    traits
}

#[cfg(test)]
mod tests;
